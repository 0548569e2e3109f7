//! Spikes, and the result of a run.

use crate::SpikeHash;

/// One spike. Ordered by tick, object, index: the order of every file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spike {
    /// Tick at whose end it is stamped.
    pub tick: u64,
    /// Object (population or source) in declaration order.
    pub object: u32,
    /// Index in the object.
    pub index: u32,
}

/// What one core did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreCounters {
    /// Spikes fired.
    pub spikes: u64,
    /// Weights delivered to neurons of this core (a spike of multiplicity k counts k).
    pub synaptic_operations: u64,
    /// Packets to other cores: one per spike and destination core, and one per tick and destination core for each
    /// value that is sent.
    pub packets_out: u64,
    /// Hops of those packets on the mesh, XY routing, one message per destination.
    pub hops: u64,
}

/// What both interpreters give, apart from what the recorder took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunResult {
    /// Ticks run in all, warm-up included, since tick 0.
    pub ticks: u64,
    /// Hash over all spikes of all neuron populations since tick 0.
    pub hash: SpikeHash,
    /// Spikes per object since tick 0 (sources: 0 where not counted).
    pub spikes: Vec<u64>,
    /// Spikes per object after the warm-up.
    pub counted_spikes: Vec<u64>,
    /// Weights delivered to each object since tick 0.
    pub synaptic_operations: Vec<u64>,
    /// Counters per core, in the order of the image; empty from the reference interpreter.
    pub cores: Vec<CoreCounters>,
}
