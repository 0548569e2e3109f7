//! What a chip can do.

use snn_diagnostics::Span;

/// A core by its index: `y * width + x`, tiles row by row, the cores of one tile together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CoreId(pub u32);

/// The numbers a chip computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// IEEE 754 double precision.
    F64,
    /// IEEE 754 single precision: states, weights and sums.
    F32,
}

/// A resource of a core that can run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// Neurons (`neurons`).
    Neurons,
    /// Distinct neurons and sources whose spikes arrive at the core (`axons_in`).
    AxonsIn,
    /// Pairs (neuron of the core, other core it sends to) (`axons_out`).
    AxonsOut,
    /// Synapses stored on the core (`synapses`).
    Synapses,
    /// Bits of synapse memory (`synapse_memory`): synapses times the chip's bits per synapse.
    SynapseBits,
    /// Distinct neuron programs (`programs`).
    Programs,
}

impl Resource {
    /// Every resource, in the order of the tables.
    pub const ALL: [Self; 6] = [
        Self::Neurons,
        Self::AxonsIn,
        Self::AxonsOut,
        Self::Synapses,
        Self::SynapseBits,
        Self::Programs,
    ];

    /// The word in a `core { … }` block.
    pub fn word(self) -> &'static str {
        match self {
            Self::Neurons => "neurons",
            Self::AxonsIn => "axons_in",
            Self::AxonsOut => "axons_out",
            Self::Synapses => "synapses",
            Self::SynapseBits => "synapse_memory",
            Self::Programs => "programs",
        }
    }
}

/// A limit and where the text states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// At most this many (bits for [`Resource::SynapseBits`]).
    pub amount: u64,
    /// The statement.
    pub span: Span,
}

/// One kind of core.
#[derive(Clone, Debug)]
pub struct CoreKind {
    /// Its name; empty for the only kind.
    pub name: String,
    /// Limits, at most one per resource; a resource without one is unlimited.
    pub limits: Vec<(Resource, Limit)>,
    /// Smallest and largest delay in ticks, both included, and where stated; none is unlimited.
    pub delays: Option<(u32, u32, Span)>,
    /// Bits of one stored weight (`weights 8 …`), for [`Resource::SynapseBits`]; 64 where not stated.
    pub weight_bits: u32,
}

impl CoreKind {
    /// The limit of a resource.
    pub fn limit(&self, resource: Resource) -> Option<Limit> {
        self.limits.iter().find(|(r, _)| *r == resource).map(|(_, l)| *l)
    }
}

/// A chip: a mesh of tiles with cores, and what each kind of core can hold.
#[derive(Clone, Debug)]
pub struct ChipSpec {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Columns of tiles; 0 means as many tiles as the network needs (an unlimited teaching chip), laid
    /// out as a square.
    pub width: u32,
    /// Rows of tiles.
    pub height: u32,
    /// Cores per tile, at least 1.
    pub cores_per_tile: u32,
    /// Biological time of one tick in ms where the hardware fixes it, with its span.
    pub tick_ms: Option<(snn_numeric::Rational, Span)>,
    /// The numbers it computes with.
    pub arithmetic: Arithmetic,
    /// Kinds of cores, the default kind first.
    pub kinds: Vec<CoreKind>,
    /// Tiles (x, y) of the other kinds: (x, y, index into `kinds`).
    pub special_tiles: Vec<(u32, u32, usize)>,
}

impl ChipSpec {
    /// Number of cores; `None` where the chip grows with the network.
    pub fn cores(&self) -> Option<u32> {
        (self.width > 0).then(|| self.width * self.height * self.cores_per_tile)
    }

    /// The kind of a core on a mesh `width` tiles wide.
    pub fn kind(&self, core: CoreId, width: u32) -> &CoreKind {
        let (x, y) = self.tile(core, width);
        let special = self.special_tiles.iter().find(|t| (t.0, t.1) == (x, y));
        &self.kinds[special.map_or(0, |t| t.2)]
    }

    /// Tile coordinates (column, row) of a core on a mesh `width` tiles wide.
    pub fn tile(&self, core: CoreId, width: u32) -> (u32, u32) {
        let tile = core.0 / self.cores_per_tile;
        (tile % width.max(1), tile / width.max(1))
    }
}
