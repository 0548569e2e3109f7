//! What is recorded of synapses.

/// A recorded quantity of a projection's synapses, seen from the target: what happens at a synapse in tick
/// k is recorded in tick k + dendrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynapseProbe {
    /// Name of a state; `sent` with [`Occasion::Sent`].
    pub variable: String,
    /// Index of the projection.
    pub of: u32,
    /// When.
    pub at: Occasion,
}

/// When a synapse is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// At tick 0 and at every multiple of so many ticks.
    Every(u64),
    /// After every pre spike.
    Pre,
    /// After every post spike.
    Post,
    /// After every tick with a pre or a post spike.
    Events,
    /// Whenever something is sent: what is sent.
    Sent,
}

/// One recorded value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SynapseRecord {
    /// When.
    pub tick: u64,
    /// Index among the protocol's synapse probes.
    pub probe: u32,
    /// Position of the source in the projection's sources.
    pub source: u32,
    /// Position of the target in the projection's targets.
    pub target: u32,
    /// Which of the synapses between these two.
    pub ordinal: u32,
    /// The value in coherent units.
    pub value: f64,
}

impl SynapseRecord {
    /// Records are ordered by it; those with equal keys stay in the order of the events.
    pub fn key(&self) -> (u64, u32, u32, u32, u32) {
        (self.tick, self.probe, self.source, self.target, self.ordinal)
    }
}
