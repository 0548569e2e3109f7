//! Synapses with states: c06 (spike-timing dependent plasticity), c07 (short-term plasticity).

use snn::result::Collected;

use super::{compiled, project, rows, run};

/// (tick, value) of the records of one synapse probe.
fn records(collected: &Collected, probe: u32) -> Vec<(u64, f64)> {
    let own = collected.synapses.iter().filter(|r| r.probe == probe);
    own.map(|r| (r.tick, r.value)).collect()
}

/// Ticks of 0.1 ms.
fn tick(t_ms: f64) -> u64 {
    (t_ms * 10.0).round() as u64
}

#[test]
fn c07_short_term_plasticity() {
    let project = project("c07");
    let (weights, v) = (rows("c07", "weights.csv"), rows("c07", "v.csv"));
    assert_eq!(weights.len(), 3);
    let (mut worst, mut worst_v): (f64, f64) = (0.0, 0.0);
    for (set, rows) in &weights {
        let collected = run(&compiled(&project, set), true);
        let sent = records(&collected, 0);
        assert_eq!(sent.len(), rows.len(), "set {set}");
        for (row, (at, value)) in rows.iter().zip(sent) {
            // The delay is one of the axon: the spike is at the synapse 1 ms later.
            assert_eq!(at, tick(row[0]) + 10, "set {set}");
            worst = worst.max(((value - row[1]) / row[1]).abs());
        }
        for row in &v[set] {
            let (found, values) = &collected.traces[0][tick(row[0]) as usize];
            assert_eq!(*found, tick(row[0]));
            worst_v = worst_v.max((values[0] - row[1]).abs());
        }
    }
    println!("c07: largest differences {worst:e} relative, {worst_v:e} mV");
    assert!(worst <= 1e-12, "{worst}");
    assert!(worst_v <= 1e-9, "{worst_v} mV");
}

/// The values of one column of a CSV file of numbers.
fn column(file: &str, column: usize) -> Vec<f64> {
    let text = std::fs::read_to_string(super::folder("c06").join(file)).unwrap();
    let value = |line: &str| line.split(',').nth(column).unwrap().parse().unwrap();
    text.lines().skip(1).map(value).collect()
}

/// The largest relative difference.
fn worst(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let difference = |(a, b): (&f64, &f64)| ((a - b) / b).abs();
    found.iter().zip(wanted).map(difference).fold(0.0, f64::max)
}

#[test]
fn c06_pair_stdp_as_nest() {
    let project = project("c06");
    let (delays, wanted) = (column("curve.csv", 0), column("curve.csv", 3));
    for delay in [1, 3] {
        let collected = run(&compiled(&project, &format!("curve_{delay}")), true);
        // Of each pair the spike that reads the weight, in the order of the pairs.
        let due = 4000 + 10 * delay;
        let read = collected.synapses.iter().filter(|r| r.tick == due);
        let found: Vec<f64> = read.map(|r| r.value).collect();
        let own = wanted.iter().zip(&delays).filter(|(_, d)| **d == delay as f64);
        let worst = worst(&found, &own.map(|(w, _)| *w).collect::<Vec<_>>());
        println!("c06 curve, delay {delay} ms: {worst:e}");
        assert!(worst <= 1e-12, "{worst}");
    }
    let collected = run(&compiled(&project, "stdp"), true);
    let found: Vec<f64> = records(&collected, 0).into_iter().map(|(_, w)| w).collect();
    let worst = worst(&found, &column("train_nest_stdp.csv", 1));
    println!("c06 train: {worst:e}");
    assert!(worst <= 1e-12, "{worst}");
}

#[test]
fn c06_triplets_as_nest() {
    let collected = run(&compiled(&project("c06"), "triplet"), true);
    let found: Vec<f64> = records(&collected, 0).into_iter().map(|(_, w)| w).collect();
    let worst = worst(&found, &column("train_nest_triplet.csv", 1));
    println!("c06 triplets: {worst:e}");
    assert!(worst <= 1e-9, "{worst}");
}

#[test]
fn inhibitory_and_nearest_rules_as_nest() {
    for name in ["vogels", "nearest"] {
        let collected = run(&compiled(&project("c06"), name), true);
        let found: Vec<f64> = records(&collected, 0).into_iter().map(|(_, w)| w).collect();
        let worst = worst(&found, &column(&format!("nest_{name}.csv"), 1));
        println!("{name}: {worst:e}");
        assert!(worst <= 1e-12, "{name}: {worst}");
    }
}

#[test]
fn c06_additive_stdp_as_brian2() {
    let collected = run(&compiled(&project("c06"), "brian"), true);
    let mut before = 0.5;
    let mut changes = Vec::new();
    for (tick, w) in records(&collected, 0) {
        if w != before {
            changes.push((tick, w));
            before = w;
        }
    }
    let (times, wanted) = (column("train_brian2.csv", 0), column("train_brian2.csv", 1));
    // The dendrite shows what happens at the synapse a tick later.
    let ticks: Vec<u64> = times.iter().map(|t| tick(*t) + 1).collect();
    assert_eq!(changes.iter().map(|c| c.0).collect::<Vec<_>>(), ticks);
    let found: Vec<f64> = changes.iter().map(|c| c.1).collect();
    let worst = worst(&found, &wanted);
    println!("c06 Brian2: {worst:e}");
    assert!(worst <= 1e-12, "{worst}");
}
