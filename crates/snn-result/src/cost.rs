//! Where the time of a run went.

use std::iter::Sum;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seconds that one worker has spent since it was loaded, estimated from the ticks that it timed.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct WorkerCost {
    /// Spikes and currents from outside.
    pub input_s: f64,
    /// Spikes to the inputs of their targets, states of their synapses included.
    pub delivery_s: f64,
    /// Neurons.
    pub update_s: f64,
    /// Synapses that follow their neurons: post-synaptic spikes and modulators.
    pub plasticity_s: f64,
    /// Samples, and handing over what is recorded.
    pub recording_s: f64,
    /// Handing spikes to other workers, waiting for theirs and putting them in order.
    pub exchange_s: f64,
}

impl WorkerCost {
    /// Names and seconds of the parts.
    pub fn parts(&self) -> [(&'static str, f64); 6] {
        [
            ("input", self.input_s),
            ("delivery", self.delivery_s),
            ("update", self.update_s),
            ("plasticity", self.plasticity_s),
            ("recording", self.recording_s),
            ("exchange", self.exchange_s),
        ]
    }

    /// Seconds of all parts.
    pub fn all_s(&self) -> f64 {
        self.parts().iter().map(|(_, seconds)| seconds).sum()
    }

    /// The parts that are 1 % or more: name and share, largest first.
    pub fn shares(&self) -> Vec<(&'static str, f64)> {
        let all_s = self.all_s().max(1e-12);
        let mut shares: Vec<_> = self.parts().map(|(name, s)| (name, s / all_s)).into();
        shares.retain(|(_, share)| *share >= 0.01);
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }
}

impl Sum for WorkerCost {
    fn sum<I: Iterator<Item = Self>>(workers: I) -> Self {
        workers.fold(Self::default(), |a, b| Self {
            input_s: a.input_s + b.input_s,
            delivery_s: a.delivery_s + b.delivery_s,
            update_s: a.update_s + b.update_s,
            plasticity_s: a.plasticity_s + b.plasticity_s,
            recording_s: a.recording_s + b.recording_s,
            exchange_s: a.exchange_s + b.exchange_s,
        })
    }
}

/// Where the time of a run went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Ticks since loading.
    pub ticks: u64,
    /// Of each worker.
    pub workers: Vec<WorkerCost>,
    /// Seconds of update per object, of all workers; neurons updated together share their time alike.
    pub update_s: Vec<f64>,
}
