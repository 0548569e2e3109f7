//! The loops a user would write by hand for `networks/unseen.snn` and `networks/library.snn`: states as
//! arrays, compiled for the best vector instructions there are. Each gives its number of spikes.

use snn::kernel::{Simd, simd_versions};
use snn::numeric::math::exp;

const NEURONS: usize = 10_000;

/// States and refractory ends of all neurons.
struct Neurons {
    v: Vec<f64>,
    w: Vec<f64>,
    x: Vec<f64>,
    until: Vec<u32>,
}

impl Neurons {
    fn new(start_mv: f64) -> Self {
        let v = (0..NEURONS).map(|i| start_mv + i as f64 * 0.001).collect();
        let [w, x] = [vec![0.0; NEURONS], vec![0.0; NEURONS]];
        Self { v, w, x, until: vec![0; NEURONS] }
    }
}

/// Spikes of `unseen` in so many ticks.
pub fn unseen(ticks: u32) -> u64 {
    let mut n = Neurons::new(-65.0);
    (1..=ticks)
        .map(|tick| unseen_tick(Simd::best(), tick, &mut n.v, &mut n.w, &mut n.x, &mut n.until))
        .sum()
}

/// Spikes of the library's neuron in so many ticks.
pub fn library(ticks: u32) -> u64 {
    let mut n = Neurons::new(-70.0);
    (1..=ticks)
        .map(|tick| library_tick(Simd::best(), tick, &mut n.v, &mut n.w, &mut n.x, &mut n.until))
        .sum()
}

simd_versions! {
    fn unseen_tick(tick: u32, v: &mut [f64], w: &mut [f64], x: &mut [f64], until: &mut [u32]) -> u64 = unseen_body
}
simd_versions! {
    fn library_tick(tick: u32, v: &mut [f64], w: &mut [f64], x: &mut [f64], until: &mut [u32]) -> u64 = library_body
}

#[inline(always)]
fn unseen_body(tick: u32, v: &mut [f64], w: &mut [f64], x: &mut [f64], until: &mut [u32]) -> u64 {
    let mut spikes = 0;
    for (((v, w), x), until) in v.iter_mut().zip(w).zip(x).zip(until) {
        let slope_v = (-65.0 - *v + 2.0 * exp((*v + 50.0) / 2.0) - *w - 0.5 * *x + 22.0) / 15.0;
        let slope_w = (0.2 * (*v + 65.0) - *w) / 80.0;
        let slope_x = (*w - *x) / 30.0;
        let free = tick >= *until;
        let moved = if free { *v + 0.1 * slope_v } else { *v };
        *w += 0.1 * slope_w;
        *x += 0.1 * slope_x;
        let spike = free & (moved >= -40.0);
        *v = if spike { -60.0 } else { moved };
        *w = if spike { *w + 3.0 } else { *w };
        *until = if spike { tick + 21 } else { *until };
        spikes += u64::from(spike);
    }
    spikes
}

#[inline(always)]
fn library_body(tick: u32, v: &mut [f64], w: &mut [f64], x: &mut [f64], until: &mut [u32]) -> u64 {
    // Coefficients of the exact solution over 0.1 ms: tau 10 ms, C 250 pF, both synapses 2 ms.
    let leak = (-0.1f64 / 10.0).exp();
    let decay = (-0.1f64 / 2.0).exp();
    let gain = 0.04 / (1.0 / 2.0 - 1.0 / 10.0) * (leak - decay) / 10.0;
    let constant = (1.0 - leak) * (-70.0 + 0.04 * 500.0);
    let mut spikes = 0;
    for (((v, exc), inh), until) in v.iter_mut().zip(w).zip(x).zip(until) {
        let free = tick >= *until;
        let moved = leak * *v + gain * *exc + gain * *inh + constant;
        let moved = if free { moved } else { *v };
        *exc *= decay;
        *inh *= decay;
        let spike = free & (moved >= -55.0);
        *v = if spike { -70.0 } else { moved };
        *until = if spike { tick + 21 } else { *until };
        spikes += u64::from(spike);
    }
    spikes
}
