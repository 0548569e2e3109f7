//! What `expect` measures of synapses, against the records of the reference; trials and changes that
//! synapses go through.

use snn::Compiled;
use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, Mapping, map};
use snn::result::{Collected, SynapseMeasure, Take};

const PROGRAM: &str = "
neuron cell {
  receptor exc: mV = jump(v)
  state v: mV = 0 mV
  v' = -v / 10 ms
  spike when v >= 8 mV
  reset { v = 0 mV }
  refractory 1 ms hold v
}
plasticity pairs {
  param A: mV = 0.07 mV
  weight w: mV in 0 mV .. 3 mV
  trace x on pre = exp(11 ms)
  trace y on post = exp(13 ms)
  on pre { w -= 1.05 * A * y }
  on post { w += A * x }
}
network net {
  param A: mV = 0.07 mV, W: mV = 0.8 mV
  source s[20]: poisson(70 Hz)
  source beat[1]: regular(100 Hz, start 1 ms)
  population a[10]: cell
  connect beat -> a.exc { rule all_to_all; weight 9 mV; delay 0.2 ms }
  connect s -> a.exc as ee {
    rule probability(0.7)
    weight W
    delay axon 0.3 ms dendrite 0.5 ms
    learn pairs(A = A)
  }
  connect beat -> a.exc as steady {
    rule all_to_all
    weight W
    delay axon 9.5 ms
    learn pairs(A = A)
  }
}
";

fn compiled(experiment: &str) -> Compiled {
    let text = format!("{PROGRAM}experiment e of net {{\n  dt 0.1 ms\n{experiment}}}\n");
    let project = snn::load("t.snn", text, &[], &mut |file| Err(file.into()));
    let compiled = snn::compile(&project, None, &snn::model::Options::default());
    let said = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
    assert!(!compiled.has_errors(), "{said}");
    compiled.value.unwrap()
}

fn mapping(compiled: &Compiled) -> Mapping {
    map(&compiled.network, &compiled.chip, &MapOptions::default()).unwrap().mapping
}

/// The measured values of all expectations, after a run in pieces that are saved and continued.
fn measured(compiled: &Compiled, threads: usize, pieces: &[u64]) -> Vec<f64> {
    let (mapping, options) = (mapping(compiled), LoadOptions { threads, ..Default::default() });
    let mut session = snn::Session::new(compiled, &mapping, &options, None).unwrap();
    let mut left = compiled.network.protocol.warmup_ticks + compiled.network.protocol.run_ticks;
    let mut kept = Collected::default();
    for ticks in pieces {
        session.run(*ticks, &mut kept, &mut |_| Control::Continue).unwrap();
        left -= ticks;
        let saved = session.checkpoint();
        session = snn::Session::new(compiled, &mapping, &options, Some(&saved)).unwrap();
    }
    session.run(left, &mut kept, &mut |_| Control::Continue).unwrap();
    assert!(kept.synapses.is_empty(), "what is only measured is not recorded");
    session.verdicts().iter().map(|v| v.value).collect()
}

/// A measure as its definition says, of the reference's records.
fn plain(compiled: &Compiled, of: &SynapseMeasure) -> f64 {
    let mut network = compiled.network.clone();
    network.protocol.synapse_probes = vec![of.probe()];
    let mut kept = Collected::default();
    snn::reference::interpret(&network, &mut kept).unwrap();
    let seen = kept.synapses.iter().filter(|r| (of.ticks.0..=of.ticks.1).contains(&r.tick));
    let values: Vec<f64> = seen.map(|r| r.value).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    match of.take {
        Take::Mean => mean,
        Take::Sd => (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt(),
        Take::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Take::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Take::Fraction(lo, hi) => {
            values.iter().filter(|x| (lo..=hi).contains(*x)).count() as f64 / n
        }
    }
}

#[test]
fn measures_of_synapses_are_those_of_the_reference() {
    let lines = [
        "mean(ee.w)",
        "sd(ee.w)",
        "min(ee.w, at 41.3 ms)",
        "max(ee.w, from 10 ms, to 60 ms, every 7 ms)",
        "mean(ee.w, from 20 ms, to 30 ms)",
        "fraction(ee.w, least 0.8 mV)",
        "fraction(ee.w, least 0.7 mV, most 0.9 mV, from 5 ms, every 2.5 ms)",
        "mean(ee.w, at 0 ms)",
    ];
    let expects = lines.map(|line| format!("  expect {line} >= 0 * {line}\n")).concat();
    let compiled = compiled(&format!("  warmup 8 ms\n  run 72 ms\n{expects}"));
    let mut wanted = Vec::new();
    for e in &compiled.network.protocol.expectations {
        let mut of = Vec::new();
        e.measure.synapses(&mut of);
        wanted.push(plain(&compiled, &of[0]));
    }
    assert!(wanted.iter().all(|x| x.is_finite() && *x > 0.0), "{wanted:?}");
    let whole = measured(&compiled, 1, &[]);
    for ((line, found), wanted) in lines.iter().zip(&whole).zip(&wanted) {
        assert!((found - wanted).abs() <= 1e-13 * wanted, "{line}: {found} and {wanted}");
    }
    assert_eq!(measured(&compiled, 3, &[]), whole);
    // A continued run has seen the end only.
    let continued = measured(&compiled, 2, &[123, 500]);
    assert_eq!(continued[..2], whole[..2]);
    assert!(continued[2].is_nan() && continued[7].is_nan());
    assert_eq!(continued[5], whole[5]);
}

fn end_of_trials(between: &str, state: &str) -> Vec<f64> {
    let looks: String =
        (1..=4).map(|n| format!("  expect mean({state}, at {} ms) > 0 mV\n", n * 30)).collect();
    measured(&compiled(&format!("  trials 4 each 30 ms {between}\n{looks}")), 2, &[350])
}

/// A beat in step with the trials does the same in each.
#[test]
fn weights_of_trials_begin_anew_where_they_are_reset() {
    let first = compiled("  run 30 ms\n  expect mean(steady.w) > 0 mV\n");
    let first = measured(&first, 1, &[])[0];
    assert_ne!(first, 0.8);
    let reset = end_of_trials("reset weights", "steady.w");
    // The first look is before the piece in which the session began.
    assert!(reset[0].is_nan());
    let kept = end_of_trials("", "steady.w");
    let going = end_of_trials("keep state", "steady.w");
    assert!(reset[3] == first, "{} and {first}", reset[3]);
    assert!(kept[3] != first && going[3] != first && kept[3] != going[3], "{kept:?} {going:?}");
}

#[test]
fn a_rule_that_is_switched_off_learns_no_more_and_a_weight_that_is_set_is_there() {
    let compiled = compiled(
        "  run 30 ms
  set A = 0 mV
  run 30 ms
  set W = 0.3 mV
  run 20 ms
  expect mean(ee.w, at 30 ms) - mean(ee.w, at 60 ms) == 0 mV
  expect max(ee.w, at 60.1 ms) == 0.3 mV
  expect min(ee.w) == 0.3 mV
  expect mean(ee.w, at 30 ms) > 0 mV
",
    );
    let found = measured(&compiled, 2, &[]);
    assert_eq!(found[..3], [0.0, 0.3, 0.3]);
    assert!(found[3] != 0.8 && found[3] > 0.0);
}
