//! What is asked of a run and what comes out of it: [`Protocol`], spikes, traces, counters, the
//! spike hash, recorder sinks, and the measures that `expect` lines are made of.
//!
//! Both interpreters fill these; nothing here knows how a run is made.

mod cost;
mod evaluate;
mod expect;
mod hash;
mod labels;
mod protocol;
mod recorder;
mod spikes;
mod synapse;
mod tally;

pub use cost::{Cost, WorkerCost};
pub use evaluate::Window;
pub use expect::{Column, Expectation, Measure, MeasureOp, Statistic, Verdict};
pub use hash::SpikeHash;
pub use labels::{Answer, Labelling};
pub use protocol::{Probe, Protocol, Resets, Synapses};
pub use recorder::{Collected, Recorder, RecorderError, Sample};
pub use spikes::{CoreCounters, RunResult, Spike};
pub use synapse::{Occasion, SynapseProbe, SynapseRecord};
pub use tally::{SynapseMeasure, Take, Tally};
