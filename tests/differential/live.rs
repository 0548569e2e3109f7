//! Programs with synapses that have states, as text: every construct in every combination, on both
//! engines.

use snn_emulator::{Fault, LoadOptions};

use super::generator::{Rng, Tally, image, on_one_core};
use super::programs::{difference, emulate, options, reference};

pub(super) const MODELS: &str = "
neuron cell {
  param tau: ms = 10 ms, tau_u: ms = 15 ms
  receptor exc: mV = jump(v)
  receptor slow: mV = exp(4 ms)
  state v: mV = 0 mV
  state u: mV = 0 mV
  v' = (slow - v) / tau
  u' = (v - u) / tau_u
  spike when v >= 8 mV
  reset { v = 0 mV }
  refractory 1 ms hold v
}
neuron leaky {
  receptor exc: mV = jump(v)
  state v: mV = 0 mV
  v' = (1 mV - v) / 10 ms
  spike when v >= 4 mV
  reset { v = 0 mV }
  refractory 1 ms hold v
}
synapse tsodyks {
  param U = 0.5, u0 = U, tau_r: ms = 80 ms, tau_f: ms = 30 ms
  state seen = 0, r = 1, u = (u0 - U) / (1 - U)
  r' = seen * (1 - r) / tau_r
  u' = -seen * u / tau_f
  on pre { u += U * (1 - u); deliver w * u * r; r -= u * r; seen = 1 }
}
synapse relaxing {
  param U = 0.2, tau_r: ms = 20 ms, tau_f: ms = 60 ms
  state r = 1
  state u = U
  r' = (1 - r) / tau_r
  u' = (U - u) / tau_f
  on pre { u += U * (1 - u); deliver w * u * r; r -= u * r }
}
synapse chance {
  param p = 0.6
  on pre { deliver if uniform() < p then w * (1 + 0.1 * normal()) else 0 * w }
}
synapse twisted {
  state a = 0.3
  a' = (1 - a) * a / 7 ms
  on pre { a = clip(a - 0.2, 0.05, 1); deliver w * a }
}
plasticity pairs {
  param w_max: mV = 3 mV, A: mV = 0.07 mV
  weight w: mV in 0 mV .. w_max
  trace x on pre = exp(11 ms)
  trace y on post = exp(13 ms)
  on pre { w -= A * y }
  on post { w += A * x }
}
plasticity nearest {
  weight w: mV in 0 mV .. 3 mV
  trace x on pre = exp(11 ms) set 0.9
  trace y on post = exp(13 ms) set 1.1
  on pre { w -= 0.06 * w * y }
  on post { w += 0.06 * (3 mV - w) * x }
}
plasticity triplets {
  weight w: mV in 0 mV .. 3 mV
  trace x: mV on pre = exp(11 ms) add 0.03 mV
  trace x3 on pre = exp(50 ms)
  trace y: mV on post = exp(13 ms) add 0.02 mV
  trace y3 on post = exp(60 ms)
  on pre { w -= y * (1 + 0.1 * x3) }
  on post { w += x * (0.5 + 0.2 * y3) }
}
plasticity dopamine {
  param k: 1/s = 3 [1/s], base = 0.2
  weight w: mV in 0 mV .. 3 mV
  modulator da = exp(30 ms) add 0.7
  trace x on pre = exp(11 ms)
  trace y on post = exp(13 ms)
  state e: mV = 0 mV
  e' = -e / 40 ms
  w' = k * (da - base) * e
  on pre { e -= 0.6 mV * y }
  on post { e += 0.5 mV * x }
}
plasticity reward {
  weight w: mV in 0 mV .. 3 mV
  modulator da = exp(20 ms)
  trace x on pre = exp(11 ms)
  on post { w += 0.05 mV * da * x }
  on every 7 ms { w += 0.02 * (1 mV - w) }
}
plasticity voltage {
  weight w: mV in 0 mV .. 3 mV
  reads post.v: mV, post.u: mV
  trace x on pre = exp(9 ms)
  w' = x * (post.v - post.u) / 20 ms
  on pre { w -= 0.02 * max(post.u, 0 mV) }
}
plasticity seen {
  weight w: mV in 0 mV .. 3 mV
  reads post.v: mV
  on pre { w += 0.01 * (post.v - 2 mV) + 0.02 mV * uniform() }
  on post { w -= 0.01 * post.v }
}
plasticity decaying {
  weight w: mV in 0.1 mV .. 3 mV
  trace x on pre = exp(11 ms)
  trace y on post = exp(13 ms)
  state slow = 0
  slow' = -slow / 100 ms
  w' = -w / 300 ms + 0.05 [mV/ms] * x * y - 0.01 [mV/ms] * slow
  on post { slow += x }
}
plasticity bistable {
  weight w: mV in 0 mV .. 3 mV
  trace x on pre = exp(11 ms)
  w' = w * (3 mV - w) * (w - 1 mV) / 1 [mV^2] / 200 ms
  on post { w += 0.1 mV * x }
}
plasticity lucky {
  weight w: mV in 0 mV .. 3 mV
  trace x on pre = exp(11 ms)
  on pre { w -= 0.05 mV * uniform() }
  on post { w += if uniform() < 0.4 then 0.1 mV * x else 0.02 mV * normal() }
  on every 3 ms { w += 0.03 mV * normal() - 0.01 * w * uniform() }
}
plasticity scaling {
  weight w: mV in 0 mV .. 3 mV
  trace rate on post = exp(60 ms)
  on every 5 ms { w += 0.01 * w * (2 - rate) }
}
";

struct Program {
    text: String,
    marks: Vec<&'static str>,
}

/// One of the words, marked as in use.
pub(super) fn pick(
    rng: &mut Rng,
    marks: &mut Vec<&'static str>,
    words: &[&'static str],
) -> &'static str {
    let word = words[rng.below(words.len() as u64) as usize];
    marks.push(word);
    word
}

fn ms(rng: &mut Rng, least: u64, most: u64) -> String {
    let tenths = least + rng.below(most - least + 1);
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

const VIA: [&str; 7] = [
    "tsodyks",
    "tsodyks(U = uniform(0.2, 0.8))",
    "relaxing",
    "relaxing(U = 0.3 * P)",
    "chance",
    "twisted",
    "relaxing(r = 0.3)",
];
pub(super) const LEARN: [&str; 15] = [
    "pairs",
    "pairs(A = P * 0.07 mV)",
    "dopamine(k = P * uniform(2 [1/s], 4 [1/s]))",
    "pairs(A = uniform(0.02 mV, 0.1 mV), w_max = 2.5 mV)",
    "nearest",
    "triplets",
    "dopamine",
    "reward",
    "voltage",
    "seen",
    "decaying",
    "bistable",
    "scaling",
    "lucky",
    "dopamine ",
];
pub(super) const TIES: [&str; 4] = ["pre, post", "post, pre", "pre, post blind", "post, pre blind"];

/// A rule with its modulator bound, where it has one.
pub(super) fn modulated(rule: &str, da: &str) -> String {
    match rule.trim() {
        "dopamine" | "reward" => format!("{}({da})", rule.trim()),
        other if other.starts_with("dopamine(") => other.replacen('(', &format!("({da}, "), 1),
        other => other.to_string(),
    }
}

fn connection(rng: &mut Rng, marks: &mut Vec<&'static str>, n: usize) -> String {
    let from = pick(rng, marks, &["a", "b", "s", "fast", "a + b", "s + a"]);
    let to = pick(rng, marks, &["a", "b", "a + b", "b[3..9]"]);
    let rules = [
        "all_to_all",
        "probability(0.3)",
        "indegree(4)",
        "outdegree(3)",
        "total(60)",
        "probability(0.1)",
    ];
    let rule = pick(rng, marks, &rules);
    let mut learn = (n == 0 || rng.chance(70)).then(|| pick(rng, marks, &LEARN));
    let via = (learn.is_none() || rng.chance(40)).then(|| pick(rng, marks, &VIA));
    let ties = rng.chance(60).then(|| pick(rng, marks, &TIES));
    let late = ties.is_some_and(|t| t.starts_with("post"))
        || learn.is_some_and(|l| l == "voltage" || l == "seen");
    let dendrite = if late || rng.chance(50) { ms(rng, 1, 12) } else { "0 ms".into() };
    let axon = match rng.below(4) {
        0 if dendrite != "0 ms" => "0 ms".to_string(),
        1 => {
            marks.push("drawn axon");
            "truncated(normal(0.8 ms, 0.4 ms), 0.1 ms, 2 ms)".into()
        }
        _ => ms(rng, 1, 15),
    };
    let back = match rng.chance(40) {
        true => {
            marks.push("back");
            format!(" back {}", ms(rng, 0, 9))
        }
        false => String::new(),
    };
    let weights = ["0.7 mV", "W", "clamp(normal(W, 0.3 mV), 0.1 mV, 2 mV)"];
    let weight = pick(rng, marks, &weights);
    let delay = format!("delay axon {axon} dendrite {dendrite}{back}");
    let reads = learn.is_some_and(|l| l == "voltage" || l == "seen");
    let mut text = if !reads && rng.chance(30) {
        marks.push("onto neurons updated at events");
        format!("  connect {from} -> d.exc as c{n} {{\n")
    } else {
        format!("  connect {from} -> ({to}).{} as c{n} {{\n", pick(rng, marks, &["exc", "slow"]))
    };
    text += &format!("    rule {rule}\n    weight {weight}\n    {delay}\n");
    if let Some(rule) = &mut learn {
        let da = pick(rng, marks, &["da = b", "da = fast delay 0.7 ms", "da = a + s delay 1.2 ms"]);
        text += &format!("    learn {}\n", modulated(rule, da));
    }
    if let Some(via) = via {
        text += &format!("    via {via}\n");
    }
    if let Some(ties) = ties {
        text += &format!("    ties {ties}\n");
    }
    text + "  }\n"
}

/// One piece, several with changes in between, or trials.
fn course(rng: &mut Rng, marks: &mut Vec<&'static str>) -> String {
    let kinds = ["run", "set", "set", "trials", "keep state", "reset weights"];
    match pick(rng, marks, &kinds) {
        "run" => "run 60 ms".into(),
        "set" => {
            let mut text = String::new();
            for _ in 0..1 + rng.below(3) {
                let change = pick(
                    rng,
                    marks,
                    &["set P = 0.4", "set W = 1.1 mV", "set P = 1.3; set W = 0.6 mV", "pause 4 ms"],
                );
                let first = ms(rng, 1, 20);
                text += &format!("run {first}; {change}; ");
            }
            text + "run 15 ms"
        }
        "trials" => format!("trials 4 each {}", ms(rng, 60, 150)),
        kind => format!("trials 4 each {} {kind}", ms(rng, 60, 150)),
    }
}

fn program(seed: u64) -> Program {
    let mut rng = Rng(seed);
    let mut marks = Vec::new();
    let arithmetic = pick(&mut rng, &mut marks, &["f64", "f32"]);
    let mut text =
        format!("chip c {{ arithmetic {arithmetic}; core {{ neurons 1000 }} }}\n{MODELS}");
    let (a, b) = (8 + rng.below(8), 10 + rng.below(8));
    text += &format!(
        "network net {{
  param P = 1, W: mV = 0.8 mV
  source s[20]: poisson(150 Hz * P)
  source fast[3]: inhomogeneous(9000 Hz * P * (1 + 0.5 * sin(0.3 [1/ms] * t)))
  population a[{a}]: cell
  population b[{b}]: cell(tau = uniform(8 ms, 12 ms))
  population d[9]: leaky update at events
  connect s -> a.exc as drive_a {{ rule probability(0.5); weight 2.1 mV; delay 0.3 ms }}
  connect s -> b.exc as drive_b {{ rule probability(0.4); weight 2.3 mV; delay 0.4 ms }}
"
    );
    let mut records = String::new();
    for n in 0..1 + rng.below(3) as usize {
        let connection = connection(&mut rng, &mut marks, n);
        let learns = connection.contains("learn");
        text += &connection;
        for _ in 0..rng.below(3) {
            let mut whens = vec![
                "sent of",
                "w of … at pre",
                "w of … at post",
                "w of … at events",
                "w of … every 3 ms",
            ];
            whens.truncate(if learns { 5 } else { 1 });
            let when = pick(&mut rng, &mut marks, &whens);
            let line = match when {
                "sent of" => format!("sent of c{n}"),
                other => other.replace('…', &format!("c{n}")),
            };
            records += &format!("  record {line}\n");
        }
    }
    let seed = rng.below(1000);
    let course = course(&mut rng, &mut marks);
    text += &format!(
        "}}
experiment e of net on c {{
  dt 0.1 ms
  {course}
  seed {seed}
  record spikes of a + b
  record v of a every 0.5 ms
  record v of d every 0.3 ms
{records}}}
"
    );
    Program { text, marks }
}

const INTEGERS: &str = "
neuron counts {
  param leak: int(4) = 1
  receptor s: int(12) = sum
  state n: int(16) = 0
  on tick { n = saturate(max(n + s - leak, -50)) }
  spike when n > 60
  reset { n = n >> 2 }
}
plasticity steps {
  param mask: int(4) = 3
  weight w: int(8) in -20 .. 90
  state hits: int(8) = 0
  on pre { hits = clip(hits + (bits(4) & mask), 0, 100) }
  on post { w = clip(w + round_random(0.25 * hits) - 2, -128, 127) }
  on every 3 ms { hits = saturate(hits - (hits >> 3)); w = clip(w + bits(2) - 1, -128, 127) }
}
synapse shifted {
  weight w: int(8)
  on pre { deliver (w + bits(3)) >> 1 }
}
synapse chance {
  weight w: int(9)
  on pre { deliver if abs(w) >= bits(8) then sign(w) else 0 }
}
";

/// A network of integers: every kind of live synapse between neurons that count.
fn integers(seed: u64) -> String {
    let mut rng = Rng(seed);
    let mut marks = Vec::new();
    let mut text = format!(
        "{INTEGERS}network net {{
  source s[12]: poisson(200 Hz)
  population a[15]: counts
  population b[15]: counts(leak = 2)
  connect s -> (a + b).s {{ rule probability(0.6); weight 30; delay 1 ms }}
"
    );
    for n in 0..3 {
        let ends = pick(&mut rng, &mut marks, &["a -> b", "b -> a", "s -> a", "a -> a"]);
        let bound = pick(
            &mut rng,
            &mut marks,
            &["learn steps", "learn steps(mask = 1); via shifted", "via shifted", "via chance"],
        );
        let ties = pick(&mut rng, &mut marks, &TIES);
        let weight = pick(&mut rng, &mut marks, &["20", "floor(uniform(0, 40))"]);
        let (axon, dendrite) = (rng.below(4), 1 + rng.below(3));
        text += &format!(
            "  connect {ends}.s as c{n} {{ rule probability(0.4); weight {weight}
    delay axon {axon} ms dendrite {dendrite} ms; ties {ties}; {bound} }}
"
        );
    }
    let seed = rng.below(1000);
    text + &format!(
        "}}
experiment e of net {{ dt 1 ms; run 200 ms; seed {seed}; record spikes of a + b; record n of a
  record sent of c0; record sent of c1; record sent of c2 }}
"
    )
}

#[test]
fn synapses_in_integers_are_those_of_the_reference() {
    let mut spikes = 0;
    for seed in 0..40 {
        let text = integers(seed);
        let network = network(&text);
        let mut rng = Rng(seed ^ 0x1e57);
        let image = image(&network, &mut rng, true);
        let found = emulate(&image, &network, &options(&mut rng, None), &[13, 60]).unwrap();
        if let Some(what) = difference(&network, &found, &reference(&network)) {
            panic!("program {seed}: {what}\n{text}");
        }
        let sent = found.1.synapses.iter();
        assert!(sent.clone().all(|r| r.value.fract() == 0.0), "whole numbers\n{text}");
        spikes += sent.count();
    }
    assert!(spikes > 1000, "{spikes} spikes delivered");
}

pub(super) fn network(text: &str) -> snn::ir::Network {
    let project = snn::load("t.snn", text.into(), &[], &mut |f| Err(f.into()));
    let compiled = snn::compile(&project, None, &snn::model::Options::default());
    let said = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
    let Some(value) = compiled.value else { panic!("{said}\n{text}") };
    assert_eq!(value.network.verify(), Ok(()));
    let written = snn::ir::text::print(&value.network);
    let read = snn::ir::text::parse(&written).unwrap();
    assert_eq!(snn::ir::text::print(&read), written);
    assert_eq!(read.verify(), Ok(()));
    value.network
}

#[test]
fn live_synapses_are_those_of_the_reference() {
    const PROGRAMS: u64 = 300;
    let mut tally = Tally::new();
    for seed in 0..PROGRAMS {
        let program = program(seed);
        let network = network(&program.text);
        let mut rng = Rng(seed ^ 0x11fe);
        let shuffled = rng.chance(60);
        let image = image(&network, &mut rng, shuffled);
        let options = options(&mut rng, None);
        let pieces: &[u64] = if rng.chance(50) { &[1, 7, 40, 100, 130] } else { &[] };
        let found = emulate(&image, &network, &options, pieces).unwrap();
        if let Some(what) = difference(&network, &found, &reference(&network)) {
            let threads = options.threads;
            panic!("program {seed} on {threads} threads, {pieces:?}: {what}\n{}", program.text);
        }
        for mark in program.marks {
            *tally.entry(mark).or_default() += 1;
        }
    }
    for (mark, programs) in tally {
        assert!(programs >= 10, "{mark} is in {programs} programs only");
    }
}

#[test]
fn live_synapses_do_not_see_threads_mappings_and_pieces() {
    for seed in 5000..5010 {
        let network = network(&program(seed).text);
        let one = on_one_core(&network);
        let base = emulate(&one, &network, &Default::default(), &[]).unwrap();
        let mut rng = Rng(seed);
        for round in 0..8 {
            let image = image(&network, &mut rng, round > 0);
            let options = options(&mut rng, None);
            let pieces = if round % 2 == 0 { vec![3, 11, 50, 200] } else { Vec::new() };
            let found = emulate(&image, &network, &options, &pieces).unwrap();
            if let Some(what) = difference(&network, &found, &base) {
                panic!("program {seed}, round {round}, {pieces:?}: {what}");
            }
        }
    }
}

#[test]
fn every_fault_planted_in_live_synapses_is_caught() {
    let mut unseen = Fault::SYNAPSES.to_vec();
    for seed in 0..200 {
        let network = network(&program(seed).text);
        let image = image(&network, &mut Rng(seed ^ 0xfa), true);
        let wanted = reference(&network);
        unseen.retain(|fault| {
            let options = LoadOptions { threads: 3, fault: Some(*fault), ..LoadOptions::default() };
            let found = emulate(&image, &network, &options, &[]);
            found.is_ok_and(|found| difference(&network, &found, &wanted).is_none())
        });
        if unseen.is_empty() {
            return;
        }
    }
    panic!("{unseen:?} were not caught");
}
