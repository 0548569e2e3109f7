//! What is asked of a run.

use snn_connect::{Inject, Selection};
use snn_numeric::Rational;

use crate::Expectation;

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
    /// Currents in declaration order.
    pub injects: Vec<Inject>,
    /// Whose spikes are recorded; sources may be among them.
    pub record_spikes: Vec<Selection>,
    /// Which states are recorded.
    pub probes: Vec<Probe>,
    /// What must hold of the result.
    pub expectations: Vec<Expectation>,
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
