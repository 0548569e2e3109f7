//! Noise against closed forms: moments of many independent neurons within four standard errors, from
//! fixed seeds.

use snn::result::Collected;

use super::{from_text, run};

/// Last samples of a probe.
fn last(collected: &Collected, probe: usize) -> &[f64] {
    &collected.traces[probe].last().unwrap().1
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (a, b) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / (x.len() - 1) as f64
}

/// Four standard errors: of n normal numbers' mean, and of their variance.
pub(super) fn expect_moments(x: &[f64], mean_wanted: f64, variance: f64) {
    let n = x.len() as f64;
    let (found, found_variance) = (mean(x), covariance(x, x));
    assert!((found - mean_wanted).abs() < 4.0 * (variance / n).sqrt(), "mean {found}");
    let error = 4.0 * variance * (2.0 / n).sqrt();
    assert!((found_variance - variance).abs() < error, "variance {found_variance}, not {variance}");
}

fn program(neuron: &str, size: u32, experiment: &str) -> String {
    format!(
        "neuron m {{\n{neuron}\n}}\nnetwork n {{ population p[{size}]: m }}\nexperiment e of n {{\n{experiment}\n}}\n"
    )
}

const OU: &str = "param tau: ms = 2 ms, mu: mV = -3 mV, sigma: mV = 1.5 mV
  state x: mV = mu
  x' = (mu - x) / tau + sigma * sqrt(2 / tau) * white()";

#[test]
fn ornstein_uhlenbeck_has_its_variance_at_any_step() {
    for dt in ["0.1 ms", "1 ms", "4 ms"] {
        let experiment = format!("dt {dt}; run 40 ms; seed 5; record x of p every 40 ms");
        let collected = run(&from_text(&program(OU, 4000, &experiment)), false);
        expect_moments(last(&collected, 0), -3.0, 2.25);
    }
}

#[test]
fn euler_maruyama_has_the_variance_of_its_own_recursion() {
    let text = program(
        &format!("{OU}\n  solve euler"),
        4000,
        "dt 1 ms; run 40 ms; record x of p every 40 ms",
    );
    let collected = run(&from_text(&text), false);
    // x <- (1 - h/tau) x + sigma sqrt(2 h / tau) z, so that the variance is sigma² / (1 - h / (2 tau)).
    expect_moments(last(&collected, 0), -3.0, 2.25 / 0.75);
    let text = program(
        &format!("{OU}\n  solve euler substeps 8"),
        4000,
        "dt 1 ms; run 40 ms; record x of p every 40 ms",
    );
    let collected = run(&from_text(&text), false);
    expect_moments(last(&collected, 0), -3.0, 2.25 / (1.0 - 0.125 / 4.0));
}

#[test]
fn one_step_keeps_the_correlation_in_time() {
    let text = program(OU, 4000, "dt 1 ms; warmup 40 ms; run 3 ms; record x of p");
    let collected = run(&from_text(&text), false);
    let samples = &collected.traces[0];
    let (now, later) = (&samples[samples.len() - 4].1, &samples[samples.len() - 1].1);
    let correlation = covariance(now, later) / 2.25;
    // The product of two correlated normal numbers has variance (1 + rho²) sigma⁴.
    let rho = (-1.5f64).exp();
    let error = 4.0 * ((1.0 + rho * rho) / 4000.0f64).sqrt();
    assert!((correlation - rho).abs() < error, "{correlation}");
}

/// A membrane driven by an Ornstein–Uhlenbeck current, every neuron with its own time constant.
#[test]
fn a_membrane_behind_coloured_noise() {
    let neuron = "param tau: ms = 10 ms, tau_s: ms = uniform(4 ms, 4 ms), sigma: mV = 2 mV
  state v: mV = 0 mV
  state x: mV = 0 mV
  v' = (x - v) / tau
  x' = -x / tau_s + sigma * sqrt(2 / tau_s) * white()";
    let text = program(
        neuron,
        4000,
        "dt 2 ms; run 200 ms; record v of p every 200 ms; record x of p every 200 ms",
    );
    let collected = run(&from_text(&text), true);
    let (v, x) = (last(&collected, 0), last(&collected, 1));
    let shared = 4.0 * 4.0 / (4.0 + 10.0);
    expect_moments(x, 0.0, 4.0);
    expect_moments(v, 0.0, shared);
    let error = 4.0 * ((shared * 4.0 + shared * shared) / 4000.0f64).sqrt();
    assert!((covariance(v, x) - shared).abs() < error);
}

#[test]
fn one_noise_in_two_states_is_common_and_two_are_not() {
    let neuron = "param tau: ms = 5 ms, s: mV = 1 mV
  state a: mV = 0 mV, b: mV = 0 mV, c: mV = 0 mV
  let xi = s * sqrt(2 / tau) * white()
  a' = -a / tau + xi
  b' = -b / tau - 2 * xi
  c' = -c / tau + s * sqrt(2 / tau) * white()";
    let text =
        program(neuron, 2000, "dt 1 ms; run 50 ms; record a of p; record b of p; record c of p");
    let collected = run(&from_text(&text), false);
    let (a, b, c) = (last(&collected, 0), last(&collected, 1), last(&collected, 2));
    assert!(a.iter().zip(b).all(|(a, b)| (b + 2.0 * a).abs() < 1e-12));
    expect_moments(c, 0.0, 1.0);
    assert!(covariance(a, c).abs() < 4.0 / 2000.0f64.sqrt());
}

#[test]
fn a_noisy_membrane_holds_while_refractory() {
    let neuron = "param tau: ms = 20 ms, sigma: mV = 3 mV
  state v: mV = 20 mV
  v' = -v / tau + sigma * sqrt(2 / tau) * white()
  spike when v >= 19 mV
  reset { v = 7 mV }
  refractory 5 ms hold v";
    let text = program(neuron, 50, "dt 0.1 ms; run 6 ms; record v of p");
    let collected = run(&from_text(&text), true);
    let first: Vec<&Vec<f64>> = collected.traces[0].iter().map(|(_, v)| v).collect();
    let held = |i: usize| (1..51).all(|t| first[t][i] == 7.0) && first[52][i] != 7.0;
    let from_the_start = (0..50).filter(|i| first[1][*i] == 7.0).collect::<Vec<_>>();
    assert!(from_the_start.len() > 25 && from_the_start.into_iter().all(held));
}

#[test]
fn chance_has_its_probability() {
    let spikes = |rate: &str, dt: &str, more: &str| {
        let neuron = format!(
            "param r: Hz = {rate}\n  state v: mV = 1 mV\n  spike rate r * exp(v / 2 mV - 0.5)\n{more}"
        );
        let experiment = format!("dt {dt}; run 100 ms; seed 8; record spikes of p");
        run(&from_text(&program(&neuron, 500, &experiment)), true).spikes.len() as f64
    };
    let expect = |found: f64, n: f64, p: f64| {
        let error = 4.0 * (n * p * (1.0 - p)).sqrt();
        assert!((found - n * p).abs() <= error, "{found}, not {} +- {error}", n * p);
    };
    expect(spikes("500 Hz", "1 ms", ""), 50_000.0, 1.0 - (-0.5f64).exp());
    expect(spikes("2 Hz", "0.1 ms", ""), 500_000.0, 1.0 - (-0.0002f64).exp());
    assert_eq!(spikes("1e300 Hz", "1 ms", ""), 50_000.0);
    assert_eq!(spikes("-3 Hz", "1 ms", ""), 0.0);
    // With a dead time the counts are those of a renewal process: moments after t ticks from those before.
    let (p, dead) = (1.0 - (-0.5f64).exp(), 4);
    let mut moments = vec![(0.0, 0.0)];
    for t in 1..=100usize {
        let after = |k: usize| t.checked_sub(k + dead).map_or((0.0, 0.0), |left| moments[left]);
        let first = |k: usize| p * (1.0 - p).powi(k as i32 - 1);
        let sum =
            |f: &dyn Fn((f64, f64)) -> f64| (1..=t).map(|k| first(k) * f(after(k))).sum::<f64>();
        moments.push((sum(&|(m, _)| 1.0 + m), sum(&|(m, s)| 1.0 + 2.0 * m + s)));
    }
    let (m, s) = moments[100];
    let found = spikes("500 Hz", "1 ms", "  refractory 4 ms mute");
    let error = 4.0 * (500.0 * (s - m * m)).sqrt();
    assert!((found - 500.0 * m).abs() < error, "{found}, not {} +- {error}", 500.0 * m);
}
