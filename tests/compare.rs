//! `snn diff`: every difference in the words of the language.

use snn::model::Options;
use snn::{Difference, Facts};

const PROGRAM: &str = "
neuron cell {
  param tau: ms = 10 ms
  input I: pA
  receptor exc: mV = jump(v)
  state v: mV = 0 mV
  v' = (1 [mV/pA] * I - v) / tau
  spike when v >= 8 mV
  reset { v = 0 mV }
}
synapse tired {
  param U = 0.5
  state r = 1
  r' = (1 - r) / 100 ms
  on pre { deliver w * U * r; r -= U * r }
}
plasticity pairs {
  param A: mV = 0.1 mV
  weight w: mV in 0 mV .. 3 mV
  trace x on pre = exp(11 ms)
  on post { w += A * x }
}
fn twice(x) = 2 * x
network net {
  param W: mV = 0.5 mV, f: Hz = 40 Hz, A: mV = 0.1 mV
  source s[20]: poisson(f)
  source beat[2]: regular(10 Hz, start 3 ms)
  source wave[2]: inhomogeneous(f * (1 + sin(t / 1 ms)))
  source given[3]: spikes(file(\"spikes.csv\"))
  population a[4, 5]: cell(tau = normal(10 ms, 1 ms)) at grid(50 um, 50 um)
  population b[10]: cell(v = 2 mV)
  connect s -> b.exc as sb { rule indegree(4); weight normal(W, 0.1 mV); delay 1.5 ms }
  connect a -> b.exc as ab { rule probability(0.2); weight W; delay axon 0.3 ms dendrite 0.5 ms; learn pairs(A = A); via tired; ties pre, post }
  connect a -> a.exc as local { rule near(100 um, 300 um); weight W * exp(-distance / 200 um); delay 1 ms; no autapses }
  connect beat -> a[0..10].exc { rule all_to_all; weight 1 mV; delay 1 ms }
}
chip small { mesh 2 by 1; core { neurons 100 } }
mapping fit of net onto small { place a on core(0, 0) }
experiment go of net on fit {
  dt 0.1 ms
  warmup 5 ms
  run 50 ms
  set A = 0 mV
  run 50 ms
  pause 10 ms
  seed 7
  sweep f in [30 Hz, 40 Hz]
  inject step(20 pA, from 10 ms, to 40 ms) -> b[0..5].I
  inject sine(10 pA, 5 Hz) -> a.I
  inject ou(1 pA, 2 pA, 5 ms) -> b.I
  record spikes of b[0..3]
  record v of a every 1 ms
  record w of ab at pre
  expect rate(b) in 0 Hz .. 100 Hz
}
experiment again of net {
  dt 0.1 ms
  trials 3 each 20 ms
  expect rate(b) >= 0 Hz
}
";

/// What is replaced by what, and the differences: place, old, new.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

const NONE: &str = "(nothing)";

const CASES: [Case; 30] = [
    ("f)\n", "2 * f)\n", &[("again: s, law", "poisson(40 Hz)", "poisson(80 Hz)")]),
    (
        "regular(10 Hz, start 3 ms)",
        "regular(20 Hz, start 4 ms)",
        &[("again: beat, law", "regular(10 Hz, start 3 ms)", "regular(20 Hz, start 4 ms)")],
    ),
    (
        "sin(t / 1 ms)",
        "sin(t / 2 ms)",
        &[(
            "again: wave, law",
            "inhomogeneous(40 Hz * (1 + sin(t / 1 ms)))",
            "inhomogeneous(40 Hz * (1 + sin(t / 2 ms)))",
        )],
    ),
    (
        "spikes.csv",
        "more.csv",
        &[(
            "go: given, law",
            "spikes(0 at 1 ms, 2 at 1.5 ms); after 105 ms silent; after 115 ms spikes(0 at 1 ms, 2 at 1.5 ms)",
            "spikes(0 at 1 ms, 2 at 1.5 ms, 1 at 2 ms); after 105 ms silent; after 115 ms spikes(0 at 1 ms, 2 at 1.5 ms, 1 at 2 ms)",
        )],
    ),
    (
        "a[4, 5]",
        "a[5, 4]",
        &[
            ("go: a, positions", "grid(50 um, 50 um) of 5 by 4", "grid(50 um, 50 um) of 4 by 5"),
            ("go: a, shape", "[4, 5]", "[5, 4]"),
        ],
    ),
    (
        "normal(10 ms, 1 ms)",
        "normal(10 ms, 2 ms)",
        &[("go: a, tau", "normal(10 ms, 1 ms)", "normal(10 ms, 2 ms)")],
    ),
    (
        "grid(50 um, 50 um)",
        "random(1 mm, 1 mm) torus",
        &[("go: a, positions", "grid(50 um, 50 um) of 5 by 4", "random(1000 um, 1000 um) torus")],
    ),
    ("v = 2 mV", "v = 3 mV", &[("go: b, initial v", "2 mV", "3 mV")]),
    ("indegree(4)", "outdegree(4)", &[("go: sb, rule", "indegree(4)", "outdegree(4)")]),
    (
        "normal(W, 0.1 mV)",
        "normal(W, 0.2 mV)",
        &[("go: sb, weight", "normal(500 uV, 100 uV)", "normal(500 uV, 200 uV)")],
    ),
    ("delay 1.5 ms", "delay 2 ms", &[("go: sb, delay", "1.5 ms", "2 ms")]),
    (
        "probability(0.2)",
        "probability(0.3)",
        &[("go: ab, rule", "probability(0.2)", "probability(0.3)")],
    ),
    (
        "dendrite 0.5 ms",
        "dendrite 0.6 ms",
        &[
            ("go: ab, delay", "0.8 ms", "0.9 ms"),
            ("go: ab, delay back", "0.5 ms", "0.6 ms"),
            ("go: ab, delay dendrite", "0.5 ms", "0.6 ms"),
        ],
    ),
    ("ties pre, post", "ties post, pre blind", &[("go: ab, ties", "pre, post", "post, pre blind")]),
    (
        "learn pairs(A = A); via tired",
        "learn pairs(A = A); via tired(U = 0.2)",
        &[("go: ab, U", NONE, "0.2")],
    ),
    ("set A = 0 mV", "set A = 0.2 mV", &[("go: ab, A, after 55 ms", "0 mV", "0.2 mV")]),
    (
        "near(100 um, 300 um)",
        "near(120 um, 300 um)",
        &[("go: local, rule", "near(100 um, 300 um)", "near(120 um, 300 um)")],
    ),
    (
        "exp(-distance / 200 um)",
        "exp(-distance / 250 um)",
        &[(
            "go: local, weight",
            "500 uV * exp(-distance / 200 um)",
            "500 uV * exp(-distance / 250 um)",
        )],
    ),
    ("; no autapses", "", &[("go: local, autapses", "no autapses", NONE)]),
    ("neurons 100", "neurons 200", &[("chip small: core", "{ neurons 100 }", "{ neurons 200 }")]),
    (
        "on core(0, 0)",
        "near b",
        &[("mapping fit of net onto small: place", "a on core(0, 0)", "a near b")],
    ),
    (
        "pause 10 ms",
        "pause 11 ms",
        &[
            ("go: pause", "from 105 ms to 115 ms", "from 105 ms to 116 ms"),
            ("go: run", "110 ms", "111 ms"),
        ],
    ),
    (
        "[30 Hz, 40 Hz]",
        "[30 Hz, 50 Hz]",
        &[("go: sweep f", "in [30 Hz, 40 Hz]", "in [30 Hz, 50 Hz]")],
    ),
    (
        "step(20 pA, from 10 ms",
        "step(30 pA, from 11 ms",
        &[(
            "go: inject",
            "20 pA, from 10 ms, to 40 ms -> b[0..5].I",
            "30 pA, from 11 ms, to 40 ms -> b[0..5].I",
        )],
    ),
    (
        "sine(10 pA, 5 Hz)",
        "sine(10 pA, 6 Hz)",
        &[(
            "go: inject #2",
            "sine(10 pA, 5 Hz, mean = 0 pA, phase = 0) -> a.I",
            "sine(10 pA, 6 Hz, mean = 0 pA, phase = 0) -> a.I",
        )],
    ),
    (
        "ou(1 pA, 2 pA, 5 ms)",
        "ou(1 pA, 3 pA, 5 ms)",
        &[("go: inject #3", "ou(1 pA, 2 pA, 5 ms) -> b.I", "ou(1 pA, 3 pA, 5 ms) -> b.I")],
    ),
    ("spikes of b[0..3]", "spikes of b[2] + a", &[("go: record spikes", "b[0..3]", "b[2] + a")]),
    (
        "record w of ab at pre",
        "record w of ab every 2 ms",
        &[("go: record w", "of ab at pre", "of ab every 2 ms")],
    ),
    (
        "each 20 ms",
        "each 20 ms reset weights",
        &[("again: trials", "each 20 ms", "each 20 ms reset weights")],
    ),
    ("twice(x) = 2 * x", "twice(x) = 3 * x", &[("fn twice(x)", "2 * x", "3 * x")]),
];

fn facts(text: &str) -> Facts {
    let project = snn::load("net.snn", text.into(), &[], &mut |file| match file {
        "spikes.csv" => Ok(b"index,t[ms]\n0,1\n2,1.5\n".to_vec()),
        "more.csv" => Ok(b"index,t[ms]\n0,1\n2,1.5\n1,2\n".to_vec()),
        _ => Err(file.into()),
    });
    let facts = snn::facts(&project, &Options::default());
    let said = snn::diagnostics::render_human(&facts.diagnostics, &project.sources, false);
    assert!(!facts.has_errors(), "{said}");
    facts.value.unwrap()
}

#[test]
fn every_difference_is_in_the_words_of_the_language() {
    let base = facts(PROGRAM);
    let mut missing = String::new();
    for (from, to, wanted) in CASES {
        assert!(PROGRAM.contains(from), "{from}");
        let found = snn::differences(&base, &facts(&PROGRAM.replacen(from, to, 1)));
        let side = |text: &Option<String>| text.clone().unwrap_or(NONE.into());
        let shown = |d: &Difference| (d.place.clone(), side(&d.old), side(&d.new));
        let found: Vec<_> = found.iter().map(shown).collect();
        for (place, old, new) in wanted {
            let whole = |p: &str| p == *place || p == format!("experiment {place}");
            let there = found.iter().any(|(p, o, n)| whole(p) && o == old && n == new);
            if !there {
                missing += &format!("{from} -> {to}: {place} is not among {found:#?}\n");
            }
        }
    }
    assert!(missing.is_empty(), "{missing}");
}

#[test]
fn nothing_is_shown_as_the_compiler_holds_it() {
    for (place, value) in facts(PROGRAM) {
        for sign in ["Some(", "None", " { ", "Selection", "segments", "mean_per_tick", "Constant("]
        {
            let statement = place.starts_with("neuron") || place.contains(": on ") || sign == " { ";
            let own = statement && !place.starts_with("experiment");
            assert!(own || !value.contains(sign), "{place}: {value}");
        }
    }
}
