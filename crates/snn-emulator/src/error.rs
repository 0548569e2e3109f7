//! What can go wrong while loading and running.

use thiserror::Error;

/// An image that cannot be loaded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LoadError {
    /// The prediction exceeds the memory allowed.
    #[error("the network needs about {needed_bytes} bytes, {allowed_bytes} are allowed")]
    Memory {
        /// Predicted.
        needed_bytes: u64,
        /// Allowed.
        allowed_bytes: u64,
    },
    /// Beyond what the engine's indices can name.
    #[error("too large for one run: {0}")]
    TooLarge(String),
    /// A checkpoint of another network.
    #[error("the saved state does not fit this network: {0}")]
    Checkpoint(String),
}

/// A run that ended early.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum RunError {
    /// A state became NaN or infinite.
    #[error("state {state} of {population}[{index}] became {value} in tick {tick}")]
    NonFinite {
        /// Name of the population.
        population: String,
        /// Object index of the population.
        object: u32,
        /// Index of the neuron.
        index: u32,
        /// The state.
        state: String,
        /// The tick.
        tick: u64,
        /// What it became.
        value: f64,
    },
    /// A state of a synapse became NaN or infinite.
    #[error(
        "state {state} of a synapse of {projection} (from {source_position} to {target_position}) became {value} in tick {tick}"
    )]
    SynapseNonFinite {
        /// Name of the projection.
        projection: String,
        /// Its index.
        index: u32,
        /// Position of the source in its sources.
        source_position: u32,
        /// Position of the target in its targets.
        target_position: u32,
        /// The state.
        state: String,
        /// The tick at the synapse.
        tick: u64,
        /// What it became.
        value: f64,
    },
    /// A recorder could not take data.
    #[error("{0}")]
    Recorder(String),
    /// The parameters of a later phase cannot be loaded.
    #[error("the next phase cannot be loaded: {0}")]
    Phase(String),
    /// A run beyond 2^32 - 2^21 ticks.
    #[error("a run is at most {0} ticks long")]
    TooLong(u64),
}
