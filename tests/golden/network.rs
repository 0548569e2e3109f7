//! c09: a balanced network, statistics over seeds.

use snn::connect::{Segment, Selection};
use snn::result::{Column, Measure, Spike, Window};

use super::{compiled, project, rows, run};

const SEEDS: u64 = 10;

/// Rates of E and I, CV, correlation, Fano factor, standard deviation of the rates of E.
fn metrics(spikes: &[Spike], after: u64, until: u64) -> [f64; 6] {
    let of = |object, len| Selection::new(vec![Segment { object, start: 0, len }]);
    let measure = |measure| {
        let column = Column { text: String::new(), measure, unit: (String::new(), 1.0) };
        column.evaluate(&Window::new(spikes, after, until, 0.1))
    };
    // The population count is that of all 2,500 neurons.
    let segment = |object, len| Segment { object, start: 0, len };
    let all = Selection::new(vec![segment(0, 2000), segment(1, 500)]);
    let seconds = (until - after) as f64 * 1e-4;
    let mut counts = vec![0.0; 2000];
    for s in spikes.iter().filter(|s| s.object == 0 && s.tick > after) {
        counts[s.index as usize] += 1.0 / seconds;
    }
    let mean = counts.iter().sum::<f64>() / 2000.0;
    let variance = counts.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / 2000.0;
    [
        measure(Measure::Rate(of(0, 2000))) * 1e3,
        measure(Measure::Rate(of(1, 500))) * 1e3,
        measure(Measure::Cv(of(0, 2000), 10)),
        measure(Measure::Correlation(of(0, 100), 50)),
        measure(Measure::Fano(all, 50)),
        variance.sqrt(),
    ]
}

/// Probability of a larger two-sample Kolmogorov–Smirnov statistic (asymptotic, with Stephens' correction).
fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let below =
        |x: f64, of: &[f64]| of.iter().filter(|y| **y <= x).count() as f64 / of.len() as f64;
    let distance =
        a.iter().chain(b).map(|x| (below(*x, a) - below(*x, b)).abs()).fold(0.0, f64::max);
    let n = (a.len() * b.len()) as f64 / (a.len() + b.len()) as f64;
    let lambda = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    let term = |j: f64| 2.0 * (-1.0f64).powf(j - 1.0) * (-2.0 * j * j * lambda * lambda).exp();
    (1..100).map(|j| term(f64::from(j))).sum::<f64>().clamp(0.0, 1.0)
}

#[test]
fn c09_statistics_of_a_balanced_network() {
    let project = project("c09");
    let mut compiled = compiled(&project, "statistics");
    let mut found: Vec<[f64; 6]> = Vec::new();
    for seed in 1..=SEEDS {
        compiled.network.protocol.seed = seed;
        let collected = run(&compiled, false);
        found.push(metrics(&collected.spikes, 5000, 20000));
    }
    let summary = rows("c09", "summary.csv");
    let names = [
        "rate_E_Hz",
        "rate_I_Hz",
        "cv_isi_mean",
        "corr_mean",
        "fano_pop_5ms",
        "rate_E_sd_across_neurons_Hz",
    ];
    for (i, name) in names.into_iter().enumerate() {
        let [mean, sd, n] = summary[name][0][..] else { panic!("three numbers") };
        let ours = found.iter().map(|m| m[i]).sum::<f64>() / SEEDS as f64;
        let band = 3.0 * sd * (1.0 / n + 1.0 / SEEDS as f64).sqrt();
        println!("c09 {name}: {ours:.4}, NEST {mean:.4} +- {band:.4}");
        assert!((ours - mean).abs() <= band, "{name}: {ours}, NEST {mean} +- {band}");
    }
    let per_seed = rows("c09", "per_seed.csv");
    for (i, column) in [(0, 0), (2, 2)] {
        let theirs: Vec<f64> = per_seed.values().map(|rows| rows[0][column]).collect();
        let ours: Vec<f64> = found.iter().map(|m| m[i]).collect();
        let p = kolmogorov_smirnov(&ours, &theirs);
        println!("c09 {}: p = {p:.3}", names[i]);
        assert!(p > 0.01, "{}: p = {p}", names[i]);
    }
}
