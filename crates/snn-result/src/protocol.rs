//! What is asked of a run.

use std::sync::Arc;

use snn_connect::{Inject, Selection};
use snn_numeric::Rational;

use crate::{Expectation, Labelling, SynapseProbe};

/// An experiment in ticks: how long, with which seed, what is injected, recorded and expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    /// Name of the experiment.
    pub name: String,
    /// Biological time of a tick in ms.
    pub dt_ms: Rational,
    /// Ticks run and not counted by measures.
    pub warmup_ticks: u64,
    /// Ticks after the warm-up.
    pub run_ticks: u64,
    /// Seed of every draw.
    pub seed: u64,
    /// When all neurons begin anew.
    pub resets: Option<Resets>,
    /// Trials with right answers.
    pub labelling: Option<Arc<Labelling>>,
    /// Currents in declaration order.
    pub injects: Vec<Inject>,
    /// Whose spikes are recorded; sources may be among them.
    pub record_spikes: Vec<Selection>,
    /// Which states are recorded.
    pub probes: Vec<Probe>,
    /// What is recorded of synapses.
    pub synapse_probes: Vec<SynapseProbe>,
    /// What must hold of the result.
    pub expectations: Vec<Expectation>,
}

/// Neurons take their initial states again, and what is on its way to them is lost, after tick `first`
/// and every `every` ticks from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resets {
    /// The first tick after which it happens.
    pub first: u64,
    /// Ticks between two, at least 1.
    pub every: u64,
    /// What synapses with states do.
    pub synapses: Synapses,
}

/// What synapses with states do when neurons begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synapses {
    /// They go on.
    Continue,
    /// States, traces and modulators begin anew, and spikes on their way to synapses are lost.
    BeginAnew,
}

impl Resets {
    /// Whether neurons begin anew after a tick.
    pub fn after(&self, tick: u64) -> bool {
        tick >= self.first && (tick - self.first).is_multiple_of(self.every)
    }

    /// The first reset after this tick or a later one.
    pub fn next(&self, tick: u64) -> u64 {
        let since = tick.saturating_sub(self.first);
        self.first.saturating_add(since.div_ceil(self.every).saturating_mul(self.every))
    }
}

/// A recorded state. Samples are taken at tick 0 and at every multiple of `every_ticks`.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Name of the state (or of a receptor's state) in the kernels of all selected populations.
    pub variable: String,
    /// Whose.
    pub of: Selection,
    /// Ticks between samples, at least 1.
    pub every_ticks: u64,
}
