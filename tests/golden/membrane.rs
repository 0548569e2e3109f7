//! Single neurons: c01 (constant current), c02 (synapses), c04 (Izhikevich).

use snn::result::Collected;

use super::{compiled, project, rows, run};

fn ticks(collected: &Collected) -> Vec<u64> {
    collected.spikes.iter().map(|s| s.tick).collect()
}

/// The sample of a probe at a tick, for sampling in every tick.
fn at(collected: &Collected, probe: usize, tick: u64) -> f64 {
    let (found, values) = &collected.traces[probe][tick as usize];
    assert_eq!(*found, tick);
    values[0]
}

fn steps(rows: Option<&Vec<Vec<f64>>>) -> Vec<u64> {
    rows.into_iter().flatten().map(|r| r[0] as u64).collect()
}

#[test]
fn c01_constant_current() {
    let project = project("c01");
    let (spikes, v) = (rows("c01", "spikes.csv"), rows("c01", "v.csv"));
    assert_eq!(v.len(), 7);
    let mut worst: f64 = 0.0;
    for (set, rows) in &v {
        let collected = run(&compiled(&project, set), true);
        assert_eq!(ticks(&collected), steps(spikes.get(set)), "spikes of set {set}");
        for row in rows {
            worst = worst.max((at(&collected, 0, row[0] as u64) - row[2]).abs());
        }
    }
    println!("c01: largest difference {worst:e} mV");
    assert!(worst <= 1e-10, "{worst} mV");
}

#[test]
fn c02_synapses() {
    let project = project("c02");
    let (spikes, trace) = (rows("c02", "spikes.csv"), rows("c02", "trace.csv"));
    assert_eq!(trace.len(), 4);
    let (mut worst_v, mut worst_i): (f64, f64) = (0.0, 0.0);
    let mut largest_i: f64 = 0.0;
    for (set, rows) in &trace {
        let collected = run(&compiled(&project, set), true);
        assert_eq!(ticks(&collected), steps(spikes.get(set)), "spikes of set {set}");
        for row in rows {
            let tick = row[0] as u64;
            worst_v = worst_v.max((at(&collected, 0, tick) - row[1]).abs());
            // Set c has jumps and no currents.
            for (probe, column) in [(1, 2), (2, 3)] {
                if collected.traces.len() > probe {
                    let current = at(&collected, probe, tick);
                    largest_i = largest_i.max(current.abs());
                    let difference = (current - row[column]).abs();
                    worst_i = worst_i.max(difference);
                }
            }
        }
    }
    println!("c02: largest differences {worst_v:e} mV, {worst_i:e} pA of {largest_i} pA");
    assert!(largest_i > 1000.0, "currents were compared");
    assert!(worst_v <= 1e-9, "{worst_v} mV");
    assert!(worst_i <= 1e-9, "{worst_i} pA");
}

#[test]
fn c04_izhikevich_as_nest() {
    let project = project("c04");
    let (spikes, trace) = (rows("c04", "spikes_nest.csv"), rows("c04", "trace_nest.csv"));
    assert_eq!(trace.len(), 12);
    let mut worst: f64 = 0.0;
    for (set, rows) in &trace {
        let (kind, scheme) = set.split_once('/').unwrap();
        let experiment = format!("{kind}_{}", scheme.split('_').next().unwrap());
        let collected = run(&compiled(&project, &experiment), true);
        assert_eq!(ticks(&collected), steps(spikes.get(set)), "spikes of {set}");
        for row in rows {
            for (probe, column) in [(0, 1), (1, 2)] {
                let difference = (at(&collected, probe, row[0] as u64) - row[column]).abs();
                worst = worst.max(difference);
            }
        }
    }
    println!("c04 NEST: largest difference {worst:e}");
    assert!(worst <= 1e-9, "{worst}");
}

#[test]
fn c04_izhikevich_as_brian2() {
    let project = project("c04");
    let (spikes, trace) = (rows("c04", "spikes_brian2.csv"), rows("c04", "trace_brian2.csv"));
    assert_eq!(trace.len(), 6);
    let (mut worst_v, mut worst_u): (f64, f64) = (0.0, 0.0);
    for (kind, rows) in &trace {
        let collected = run(&compiled(&project, &format!("{kind}_brian2")), true);
        let mut wanted: Vec<u64> = steps(spikes.get(kind)).iter().map(|s| s + 1).collect();
        wanted.sort_unstable();
        assert_eq!(ticks(&collected), wanted, "spikes of {kind}");
        for row in rows {
            let tick = row[0] as u64;
            worst_v = worst_v.max((at(&collected, 0, tick) - row[1]).abs());
            worst_u = worst_u.max((at(&collected, 1, tick) - row[2]).abs());
        }
    }
    println!("c04 Brian2: largest differences {worst_v:e} mV, {worst_u:e}");
    assert!(worst_v <= 1e-3, "{worst_v} mV");
    assert!(worst_u <= 1e-4, "{worst_u}");
}
