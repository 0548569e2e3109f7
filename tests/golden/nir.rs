//! c14: networks written in NIR, with weights from files, convolutions and pooling between two layers.

use std::collections::BTreeSet;

use snn::result::Collected;

use super::{compiled, project, rows, run};

/// The spikes of the objects of a layer, as (step, index in the layer); its first step is tick `late` + 1.
fn spikes(found: &Collected, objects: std::ops::Range<u32>, each: u32, late: u64) -> Vec<[f64; 2]> {
    let of_layer = found.spikes.iter().filter(|s| objects.contains(&s.object));
    let places: BTreeSet<(u64, u32)> = of_layer
        .map(|s| (s.tick - late - 1, (s.object - objects.start) * each + s.index))
        .collect();
    places.into_iter().map(|(step, index)| [step as f64, f64::from(index)]).collect()
}

fn same_spikes(name: &str, steps: f64, found: &[[f64; 2]]) {
    let table = rows("c14", &format!("spikes_{name}.csv"));
    let mut wanted: Vec<[f64; 2]> = Vec::new();
    for (step, rows) in &table {
        wanted.extend(rows.iter().map(|row| [step.parse().unwrap(), row[0]]));
    }
    wanted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let found: Vec<[f64; 2]> = found.iter().copied().filter(|[step, _]| *step < steps).collect();
    assert!(!wanted.is_empty());
    assert_eq!(found, wanted, "spikes of {name}");
    println!("c14 {name}: {} spikes", wanted.len());
}

fn same_values(name: &str, found: &[(u64, Vec<f64>)], late: usize) {
    let mut worst = 0.0f64;
    let table = rows("c14", &format!("v_{name}.csv"));
    assert!(!table.is_empty());
    for (step, rows) in &table {
        let (_, values) = &found[step.parse::<usize>().unwrap() + late + 1];
        assert_eq!(values.len(), rows[0].len());
        worst = values.iter().zip(&rows[0]).map(|(a, b)| (a - b).abs()).fold(worst, f64::max);
    }
    println!("c14 {name}: v within {worst:.1e}");
    assert!(worst < 1e-12, "{name}: {worst}");
}

#[test]
fn c14_recurrent_graph_from_nir() {
    let project = project("c14");
    let found = run(&compiled(&project, "a"), true);
    same_spikes("a_lif", 200.0, &spikes(&found, 2..14, 1, 1));
    same_spikes("a_cuba", 200.0, &spikes(&found, 14..19, 1, 2));
    same_values("a_lif", &found.traces[0], 1);
    same_values("a_cuba", &found.traces[1], 2);
}

#[test]
fn c14_convolutional_graph_from_nir() {
    let project = project("c14");
    // With a population that pools there is one layer more.
    for (experiment, more) in [("b", 0), ("b_relay", 1)] {
        let found = run(&compiled(&project, experiment), true);
        same_spikes("b_if1", 60.0, &spikes(&found, 2..3, 0, 1));
        same_spikes("b_lif2", 60.0, &spikes(&found, 3..4, 0, 2 + more));
        same_values("b_li", &found.traces[0], 3 + more as usize);
    }
}
