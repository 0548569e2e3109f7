//! Where recorded spikes and samples go while a run goes on.

use crate::{Spike, SynapseRecord};

/// A sink of recorded data. All methods are called with non-decreasing ticks.
pub trait Recorder {
    /// Recorded spikes of some ticks, in canonical order.
    ///
    /// # Errors
    /// Where the sink cannot take them; the run ends with that error.
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), RecorderError>;

    /// The values of one probe at one tick, one per position of its selection, in coherent units.
    ///
    /// # Errors
    /// As for [`Recorder::spikes`].
    fn samples(&mut self, sample: Sample<'_>) -> Result<(), RecorderError>;

    /// Recorded values of synapses of some ticks, in canonical order.
    ///
    /// # Errors
    /// As for [`Recorder::spikes`].
    fn synapses(&mut self, records: &[SynapseRecord]) -> Result<(), RecorderError>;
}

/// The values of one probe at one tick.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The tick at whose end they were read.
    pub tick: u64,
    /// Index of the probe in the protocol.
    pub probe: usize,
    /// One value per position of the probe's selection.
    pub values: &'a [f64],
}

/// A sink that could not take data: what and why, for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderError(pub String);

/// A recorder that keeps everything in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// All recorded spikes in canonical order.
    pub spikes: Vec<Spike>,
    /// Per probe: (tick, values).
    pub traces: Vec<Vec<(u64, Vec<f64>)>>,
    /// All recorded values of synapses in canonical order.
    pub synapses: Vec<SynapseRecord>,
}

impl Recorder for Collected {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), RecorderError> {
        self.spikes.extend_from_slice(spikes);
        Ok(())
    }

    fn samples(&mut self, sample: Sample<'_>) -> Result<(), RecorderError> {
        if self.traces.len() <= sample.probe {
            self.traces.resize(sample.probe + 1, Vec::new());
        }
        self.traces[sample.probe].push((sample.tick, sample.values.to_vec()));
        Ok(())
    }

    fn synapses(&mut self, records: &[SynapseRecord]) -> Result<(), RecorderError> {
        self.synapses.extend_from_slice(records);
        Ok(())
    }
}
