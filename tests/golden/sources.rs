//! Spike sources against their laws.

use super::{from_text, run};

/// 1,000 trains with a rate that swings: the counts of every tenth of a cycle are Poisson numbers with the
/// integral of the rate as their mean.
#[test]
fn inhomogeneous_trains_follow_their_rate() {
    let text = "neuron q { state v = 0 }
network n { population p[1]: q; source s[1000]: inhomogeneous(80 Hz + 70 Hz * sin(0.0628318530717958647692 [1/ms] * t)) }
experiment e of n { dt 0.5 ms; run 300 ms; seed 3; record spikes of s }";
    let collected = run(&from_text(text), true);
    let mut counts = [0.0; 30];
    let mut per_train = vec![0.0f64; 1000];
    for spike in &collected.spikes {
        counts[(spike.tick as usize - 1) / 20] += 1.0;
        per_train[spike.index as usize] += 1.0;
    }
    for (bin, found) in counts.into_iter().enumerate() {
        let rate = |k: usize| 0.08 + 0.07 * (std::f64::consts::TAU * (k as f64) / 200.0).sin();
        let mean: f64 = (bin * 20..bin * 20 + 20).map(rate).sum::<f64>() * 0.5 * 1000.0;
        assert!((found - mean).abs() < 4.0 * mean.sqrt(), "bin {bin}: {found}, not {mean}");
    }
    // Counts of trains are Poisson numbers with mean 24: their variance has 2 mean² / n + mean / n.
    let mean = per_train.iter().sum::<f64>() / 1000.0;
    let variance = per_train.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / 999.0;
    let error = 4.0 * ((2.0 * 24.0 * 24.0 + 24.0) / 1000.0f64).sqrt();
    assert!((mean - 24.0).abs() < 4.0 * (24.0f64 / 1000.0).sqrt(), "{mean}");
    assert!((variance - 24.0).abs() < error, "{variance}");
}

#[test]
fn a_constant_rate_over_time_is_the_poisson_source_itself() {
    let program = |source: &str| {
        format!(
            "neuron q {{ state v = 0 }}\nnetwork n {{ population p[1]: q; source s[100]: {source} }}\nexperiment e of n {{ dt 0.1 ms; run 100 ms; record spikes of s }}"
        )
    };
    // 200 Hz are 0.02 spikes per tick, drawn as counts by both.
    let constant = run(&from_text(&program("poisson(200 Hz)")), false);
    let computed = run(&from_text(&program("inhomogeneous(200 Hz + 0 [Hz/ms] * t)")), false);
    assert!(constant.spikes.len() > 1500);
    assert_eq!(constant.spikes, computed.spikes);
}
