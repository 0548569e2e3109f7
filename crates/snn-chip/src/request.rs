//! What the user asks of the mapping.

use snn_diagnostics::Span;

/// What a mapper makes small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Objective {
    /// Packets between cores: the sum over axons of rate times (cores touched minus one).
    #[default]
    Traffic,
    /// Packets times hops.
    Hops,
    /// Cores used.
    Cores,
}

/// One placement directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `place out on core(x, y)`.
    OnTile {
        /// Object index of the population.
        population: u32,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// The directive.
        span: Span,
    },
    /// `place c1 near out`.
    Near {
        /// Object index of the population.
        population: u32,
        /// Object index of the other one.
        other: u32,
        /// The directive.
        span: Span,
    },
}

/// A checked `mapping` block; the default asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappingRequest {
    /// Name of the block.
    pub name: Option<String>,
    /// Placements in the order of the text.
    pub places: Vec<Place>,
    /// The objective.
    pub objective: Objective,
    /// `require cores <= n`.
    pub max_cores: Option<(u32, Span)>,
}
