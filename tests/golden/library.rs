//! The neurons of the library: the same input as NEST's and Brian2's, and closed forms.

use std::collections::BTreeMap;

use super::{compiled, from_text, project, rows, run};

/// What must agree with the data of another simulator.
struct Agreement {
    set: &'static str,
    /// Largest difference of v in mV.
    v: f64,
    /// Largest difference of spike times in ticks.
    ticks: u64,
}

/// Compares every spike and the membrane potential of every half millisecond. Samples as near to a spike as
/// spikes may differ are left out.
fn agree(data: &str, sets: &[Agreement]) {
    let project = project("neurons");
    let v = rows("neurons", &format!("{data}.csv"));
    let spikes = rows("neurons", &format!("spikes_{data}.csv"));
    assert_eq!(v.len(), sets.len());
    for Agreement { set, v: most, ticks } in sets {
        let collected = run(&compiled(&project, set), true);
        let ours: Vec<u64> = collected.spikes.iter().map(|s| s.tick).collect();
        let theirs: Vec<u64> = spikes[*set].iter().map(|r| r[0] as u64).collect();
        let shifts: Vec<u64> = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).collect();
        let shift = shifts.iter().copied().max().unwrap_or(0);
        let quiet = |tick: u64| {
            let near = |s: &u64| *s <= tick + *ticks && tick <= *s + *ticks;
            !ours.iter().any(near) && !theirs.iter().any(near)
        };
        let trace: BTreeMap<u64, f64> =
            collected.traces[0].iter().map(|(t, v)| (*t, v[0])).collect();
        let differences = v[*set].iter().filter(|r| quiet(r[0] as u64)).filter_map(|r| {
            let difference = (trace.get(&(r[0] as u64))? - r[1]).abs();
            Some(difference)
        });
        let all: Vec<f64> = differences.collect();
        let worst = all.iter().copied().fold(0.0, f64::max);
        println!(
            "{set}: {} spikes, {shift} ticks, {worst:e} mV in {} samples",
            ours.len(),
            all.len()
        );
        assert_eq!(ours.len(), theirs.len(), "spikes of {set}: {ours:?} and {theirs:?}");
        assert!(shift <= *ticks, "{set}: {shifts:?}");
        assert!(all.len() > 300, "{set}: {} samples", all.len());
        assert!(worst <= *most, "{set}: {worst} mV");
    }
}

/// Differences measured stand in the README beside their causes.
#[test]
fn neurons_agree_with_nest() {
    let sets = [
        Agreement { set: "lif_cond_exp", v: 1e-4, ticks: 0 },
        Agreement { set: "lif_cond_alpha", v: 6e-4, ticks: 0 },
        Agreement { set: "adex", v: 1.0, ticks: 12 },
        Agreement { set: "adex_psc", v: 1.0, ticks: 12 },
        Agreement { set: "eif", v: 1e-9, ticks: 0 },
        Agreement { set: "hodgkin_huxley", v: 2e-3, ticks: 4 },
        Agreement { set: "mat2", v: 1e-11, ticks: 0 },
        Agreement { set: "glif1", v: 1e-11, ticks: 0 },
        Agreement { set: "glif2", v: 0.1, ticks: 2 },
        Agreement { set: "glif3", v: 5e-4, ticks: 0 },
    ];
    agree("nest", &sets);
}

#[test]
fn neurons_agree_with_brian() {
    let sets = [
        Agreement { set: "morris_lecar", v: 1e-6, ticks: 0 },
        Agreement { set: "lif_receptors", v: 1e-5, ticks: 0 },
    ];
    agree("brian", &sets);
}

/// Ticks of the spikes of each neuron of one population.
fn trains(neuron: &str, size: u32, experiment: &str) -> Vec<Vec<u64>> {
    let text = format!(
        "import \"std/neurons.snn\" as std\nnetwork n {{ population p[{size}]: std.{neuron} }}
         experiment e of n {{ {experiment}; record spikes of p }}"
    );
    let mut trains = vec![Vec::new(); size as usize];
    for spike in run(&from_text(&text), false).spikes {
        trains[spike.index as usize].push(spike.tick);
    }
    trains
}

/// The mean of a sample within four standard errors, with the standard deviation that theory gives.
fn expect_mean(sample: &[f64], mean: f64, deviation: f64) {
    let found = sample.iter().sum::<f64>() / sample.len() as f64;
    let error = 4.0 * deviation / (sample.len() as f64).sqrt();
    assert!((found - mean).abs() < error, "{found}, not {mean} +- {error}");
}

/// Counts in 1 s of 2,000 neurons that spike by chance, here and in NEST.
#[test]
fn stochastic_neurons_count_as_in_nest() {
    let theirs = rows("neurons", "counts.csv");
    for (set, given) in [("gif", "I_e = 150 pA"), ("poisson_neuron", "I_e = 400 pA, t_dead = 2 ms")]
    {
        let trains = trains(&format!("{set}({given})"), 2000, "dt 0.1 ms; run 1 s; seed 2");
        let counts: Vec<f64> = trains.iter().map(|t| t.len() as f64).collect();
        let (mean, variance) = (theirs[set][0][0], theirs[set][0][1]);
        // Both means have an error.
        expect_mean(&counts, mean, (2.0 * variance).sqrt());
        let found = counts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / 2000.0;
        let ratio = found / variance;
        // Two variances of 2,000 numbers each.
        assert!(
            (ratio - 1.0).abs() < 4.0 * (4.0f64 / 2000.0).sqrt(),
            "{set}: variance times {ratio}"
        );
    }
}

/// Between two resets tau v' = k ((v - m)^2 + s^2), so that v is a tangent.
#[test]
fn the_quadratic_neuron_has_the_period_of_the_tangent() {
    let (tau, k, m, drive) = (10.0f64, 0.05f64, -57.5f64, 6.0f64);
    let s = (drive / k - 7.5f64 * 7.5).sqrt();
    let phase = |v: f64| ((v - m) / s).atan();
    let period = tau / (k * s) * (phase(30.0) - phase(-70.0));
    let trains = trains("qif(I_e = 150 pA)", 1, "dt 0.1 ms; run 1 s");
    let gaps: Vec<u64> = trains[0].windows(2).map(|w| w[1] - w[0]).collect();
    assert!(gaps.len() > 12);
    assert!(gaps.iter().all(|gap| *gap == (period / 0.1).ceil() as u64), "{gaps:?} {period}");
}

/// Between two spikes v and w are sums of two exponentials.
#[test]
fn the_adapting_neuron_spikes_where_the_closed_form_says() {
    let (tau, tau_w, r, b) = (10.0f64, 100.0f64, 0.04f64, 50.0f64);
    let rest = -70.0 + r * 500.0;
    let mut wanted = Vec::new();
    let (mut tick, mut w) = (0u64, 0.0f64);
    loop {
        let a = -r * w / (1.0 - tau / tau_w);
        let v = |t: f64| rest + a * (-t / tau_w).exp() + (-70.0 - rest - a) * (-t / tau).exp();
        let Some(after) = (1..4000u64).find(|k| v(0.1 * *k as f64) >= -55.0) else { break };
        if tick + after > 5000 {
            break;
        }
        tick += after;
        wanted.push(tick);
        w = w * (-0.1 * after as f64 / tau_w).exp() + b;
        // 2 ms refractory.
        tick += 20;
        w *= (-2.0f64 / tau_w).exp();
    }
    let trains = trains("alif(I_e = 500 pA)", 1, "dt 0.1 ms; run 500 ms");
    assert!(wanted.len() > 8, "{wanted:?}");
    assert_eq!(trains[0], wanted);
}

/// The first spike of a membrane that rises from rest comes in tick k with the chance that it came in none
/// before, times 1 - exp(-rate dt).
#[test]
fn escape_noise_gives_the_first_spike_its_time() {
    let (mut survives, mut mean, mut square) = (1.0f64, 0.0, 0.0);
    for k in 1..2000 {
        let t = 0.1 * f64::from(k);
        let v = -70.0 + 16.0 * (1.0 - (-t / 10.0).exp());
        let hazard = 0.1 * ((v + 55.0) / 3.0).exp() * 0.1;
        let now = survives * -(-hazard).exp_m1();
        (mean, square) = (mean + now * t, square + now * t * t);
        survives *= (-hazard).exp();
    }
    assert!(survives < 1e-6);
    let trains = trains("lif_escape(I_e = 400 pA, D = 3 mV)", 4000, "dt 0.1 ms; run 200 ms");
    let first: Vec<f64> = trains.iter().map(|t| 0.1 * t[0] as f64).collect();
    expect_mean(&first, mean, (square - mean * mean).sqrt());
}

/// Times to a normal threshold, by the trapezoidal rule over it.
#[test]
fn random_thresholds_give_the_mean_interval() {
    let rest = -70.0 + 0.04 * 600.0;
    let (mut mean, mut square, mut whole) = (0.0, 0.0, 0.0);
    for i in -4000..=4000 {
        let z = f64::from(i) / 1000.0;
        let p = (-z * z / 2.0).exp();
        let threshold: f64 = -55.0 + 2.0 * z;
        let time = 10.0 * ((rest + 70.0) / (rest - threshold)).ln();
        let ticks = (time / 0.1).ceil().max(1.0);
        let interval = 2.0 + 0.1 * ticks;
        (mean, square, whole) = (mean + p * interval, square + p * interval * interval, whole + p);
    }
    let (mean, square) = (mean / whole, square / whole);
    let trains = trains("lif_random_threshold(I_e = 600 pA)", 4000, "dt 0.1 ms; run 100 ms");
    let gaps: Vec<f64> = trains.iter().map(|t| 0.1 * (t[1] - t[0]) as f64).collect();
    expect_mean(&gaps, mean, (square - mean * mean).sqrt());
}
