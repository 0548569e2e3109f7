//! Noise currents: the population that receives one gets a hidden state for it, exact over every tick,
//! and one more input that switches it on.

use snn_connect::{Inject, Waveform};
use snn_kernel::{Binary, Reg};
use snn_model::model::NoiseCurrent;
use snn_numeric::{Distribution, math};

use crate::neuron::Lowering;
use crate::noise::standard_normal;

/// A noise current as one population receives it at one of its inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Received {
    /// Its number in the model.
    number: usize,
    port: u16,
    mean: f64,
    sigma: f64,
    tau_ms: f64,
}

/// The noise currents that a population receives; the number in this list is that of the switch among
/// the further inputs of its kernel.
pub(crate) fn received(noises: &[NoiseCurrent], object: u32) -> Vec<Received> {
    let mut all: Vec<Received> = Vec::new();
    for (number, current) in noises.iter().enumerate() {
        for (segment, port) in current.targets.segments().iter().zip(&current.inputs) {
            let known = |r: &Received| r.number == number && r.port == *port;
            if segment.object == object && !all.iter().any(known) {
                let NoiseCurrent { mean, sigma, tau_ms, .. } = *current;
                all.push(Received { number, port: *port, mean, sigma, tau_ms });
            }
        }
    }
    all
}

/// The injections of 1 that switch the noise currents on; `inputs` counts the inputs that the model of an
/// object declares.
pub(crate) fn switches(
    noises: &[NoiseCurrent],
    inputs: impl Fn(u32) -> usize,
) -> impl Iterator<Item = Inject> {
    noises.iter().enumerate().map(move |(number, current)| {
        let input = |object: u32, port: u16| {
            let place = received(noises, object)
                .iter()
                .position(|r| r.number == number && r.port == port)
                .expect("invariant: the target receives it");
            (inputs(object) + place) as u16
        };
        let segments = current.targets.segments().iter().zip(&current.inputs);
        Inject {
            targets: current.targets.clone(),
            inputs: segments.map(|(s, port)| input(s.object, *port)).collect(),
            wave: Waveform::Constant(1.0),
            from_tick: current.from_tick,
            to_tick: current.to_tick,
        }
    })
}

impl Lowering<'_> {
    /// A hidden state for the deviation of each noise current from its mean, stationary at tick 0.
    pub(crate) fn noise_states(&mut self) {
        for received in self.given.noises {
            let zero = self.init.constant(0.0);
            let sigma = self.init.constant(received.sigma);
            let initial = self.init.draw(Distribution::Normal, (zero, sigma), None);
            let port = &self.neuron.inputs[received.port as usize];
            let unit = crate::neuron::unit(&port.unit);
            let slot = self.hide(format!("{}.ou", port.name), unit, initial);
            self.noise_slots.push(slot);
        }
    }

    /// Adds the noise currents that are on to the currents of the inputs.
    pub(crate) fn add_noise(&mut self, currents: &mut [Reg]) {
        for (i, received) in self.given.noises.iter().enumerate() {
            let on = self.noise_switch(i);
            let mean = self.step.constant(received.mean);
            let value = self.step.binary(Binary::Add, mean, self.old[self.noise_slots[i]]);
            let value = self.step.binary(Binary::Mul, on, value);
            let current = &mut currents[received.port as usize];
            *current = self.step.binary(Binary::Add, *current, value);
        }
    }

    /// The deviations at the end of the tick (Gillespie 1996: exact for any tick).
    pub(crate) fn step_noise(&mut self, states: &mut [Reg]) {
        for (i, received) in self.given.noises.iter().enumerate() {
            let slot = self.noise_slots[i];
            let ticks = self.dt_ms / received.tau_ms;
            let decay = self.step.constant(math::exp(-ticks));
            let strength = received.sigma * math::sqrt(-math::exp_m1(-2.0 * ticks));
            let strength = self.step.constant(strength);
            let normal = standard_normal(self);
            let kept = self.step.binary(Binary::Mul, decay, self.old[slot]);
            let added = self.step.binary(Binary::Mul, strength, normal);
            states[slot] = self.step.binary(Binary::Add, kept, added);
        }
    }
}
