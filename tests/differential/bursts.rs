//! Rows of live synapses longer than a block, with many post spikes between two pre spikes, with none for
//! long, and with both in one tick; weights at their bounds.

use super::generator::{Rng, Tally, image};
use super::live::{LEARN, MODELS, TIES, modulated, network, pick};
use super::programs::{difference, emulate, options, reference};

/// Who drives the targets: from silence to a spike every two milliseconds, and all at once.
const DRIVES: [(&str, &str); 4] = [
    ("dense bursts", "poisson(900 Hz)"),
    ("scattered", "poisson(60 Hz)"),
    ("all at once", "regular(200 Hz, start 2 ms)"),
    ("silences", "regular(4 Hz, start 10 ms)"),
];
const SENDERS: [&str; 3] = ["regular(100 Hz, start 2 ms)", "poisson(15 Hz)", "regular(3 Hz)"];
const WEIGHTS: [&str; 3] = ["2.4 mV", "0.1 mV", "clamp(normal(1 mV, 1 mV), 0.1 mV, 2.4 mV)"];

fn program(seed: u64) -> (String, Vec<&'static str>) {
    let mut rng = Rng(seed);
    let mut marks = Vec::new();
    let arithmetic = pick(&mut rng, &mut marks, &["f64", "f32"]);
    let (mark, drive) = DRIVES[rng.below(4) as usize];
    marks.push(mark);
    let sender = pick(&mut rng, &mut marks, &SENDERS);
    let weight = pick(&mut rng, &mut marks, &WEIGHTS);
    let ties = pick(&mut rng, &mut marks, &TIES);
    let learn = modulated(LEARN[seed as usize % LEARN.len()], "da = beat");
    let (axon, dendrite, back) = (rng.below(4), 1 + rng.below(3), rng.below(4));
    let record = pick(&mut rng, &mut marks, &["w of c every 40 ms", "sent of c", "w of c at pre"]);
    let text = format!(
        "chip c {{ arithmetic {arithmetic}; core {{ neurons 1000 }} }}\n{MODELS}
network net {{
  param P = 1
  source rare[3]: {sender}
  source drive[150]: {drive}
  source beat[1]: regular(20 Hz)
  population b[150]: cell
  connect drive -> b.exc as driven {{ rule one_to_one; weight 9 mV; delay 0.1 ms }}
  connect rare -> b.exc as c {{
    rule all_to_all
    weight {weight}
    delay axon 0.{axon} ms dendrite 0.{dendrite} ms back 0.{back} ms
    learn {learn}
    ties {ties}
  }}
}}
experiment e of net on c {{
  dt 0.1 ms
  run 500 ms
  seed {seed}
  record {record}
}}
"
    );
    (text, marks)
}

#[test]
fn rows_with_bursts_and_silences_are_those_of_the_reference() {
    const PROGRAMS: u64 = 60;
    let mut tally = Tally::new();
    for seed in 0..PROGRAMS {
        let (text, marks) = program(seed);
        let network = network(&text);
        let mut rng = Rng(seed ^ 0xb0757);
        let shuffled = rng.chance(30);
        let image = image(&network, &mut rng, shuffled);
        let options = options(&mut rng, None);
        let pieces: &[u64] = if rng.chance(40) { &[3, 700, 2600] } else { &[] };
        let found = emulate(&image, &network, &options, pieces).unwrap();
        if let Some(what) = difference(&network, &found, &reference(&network)) {
            panic!("program {seed} on {} threads, {pieces:?}: {what}\n{text}", options.threads);
        }
        for mark in marks {
            *tally.entry(mark).or_default() += 1;
        }
    }
    for (mark, programs) in tally {
        assert!(programs >= 4, "{mark} is in {programs} programs only");
    }
}
