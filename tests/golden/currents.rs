//! Injected currents against closed forms.

use super::{from_text, run};

const MEMBRANE: &str = "neuron m {
  param tau: ms = 10 ms, R: MOhm = 100 MOhm
  input I: pA
  state v: mV = 0 mV
  v' = (R * I - v) / tau
}
network n { population p[2000]: m }
";

#[test]
fn a_sine_current_drives_a_membrane_as_the_sum_says() {
    let text = format!(
        "{MEMBRANE}experiment e of n {{ dt 0.1 ms; run 60 ms; record v of p[0..2] every 20 ms
           inject sine(50 pA, 40 Hz, mean = 20 pA, phase = 1, from 10 ms, to 50 ms) -> p[1..2].I }}"
    );
    let collected = run(&from_text(&text), true);
    let decay = (-0.01f64).exp();
    let mut v = 0.0;
    for k in 1..=600 {
        let t_ms = 0.1 * f64::from(k - 1);
        let on = (101..501).contains(&k);
        let current = 20.0 + 50.0 * (std::f64::consts::TAU * 0.04 * t_ms + 1.0).sin();
        v = decay * v + (1.0 - decay) * 0.1 * if on { current } else { 0.0 };
        if k % 200 == 0 {
            let sample = &collected.traces[0][k as usize / 200].1;
            assert_eq!(sample[0], 0.0);
            assert!((sample[1] - v).abs() < 1e-12, "{} is not {v} in tick {k}", sample[1]);
        }
    }
}

/// v takes a² of itself and (1 - a)² of a sequence with correlation rho from tick to tick.
#[test]
fn noise_currents_give_a_membrane_its_variance() {
    let text = format!(
        "{MEMBRANE}experiment e of n {{ dt 1 ms; run 200 ms; seed 4; record v of p every 200 ms
           inject ou(30 pA, 20 pA, 5 ms, from 0 ms, to 1 s) -> p.I }}"
    );
    let collected = run(&from_text(&text), false);
    let v = &collected.traces[0].last().unwrap().1;
    let (a, rho) = ((-0.1f64).exp(), (-0.2f64).exp());
    let sigma = 0.1 * 20.0;
    let variance = sigma * sigma * (1.0 - a) / (1.0 + a) * (1.0 + a * rho) / (1.0 - a * rho);
    super::noise::expect_moments(v, 3.0, variance);
}

#[test]
fn noise_currents_are_on_between_their_edges_and_of_each_target() {
    let text = format!(
        "{MEMBRANE}experiment e of n {{ dt 1 ms; run 20 ms; record v of p every 1 ms
           inject ou(0 pA, 20 pA, 5 ms, from 5 ms, to 10 ms) -> p[0..1000].I
           inject ou(0 pA, 20 pA, 5 ms) -> p[1000..2000].I }}"
    );
    let collected = run(&from_text(&text), false);
    let at = |tick: usize| &collected.traces[0][tick].1;
    assert!(at(5)[..1000].iter().all(|v| *v == 0.0) && at(6)[..1000].iter().all(|v| *v != 0.0));
    let decay = (-0.1f64).exp();
    let still = |i: usize| (at(20)[i] - at(10)[i] * decay.powi(10)).abs() < 1e-12;
    assert!((0..1000).all(still) && (1000..2000).all(|i| at(1)[i] != 0.0));
    let mut different: Vec<u64> = at(10).iter().map(|v| v.to_bits()).collect();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 2000);
}
