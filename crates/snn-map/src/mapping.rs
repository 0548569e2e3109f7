//! Which neurons lie on which core.

use snn_chip::{CoreId, CorePart};

/// A placement of every neuron of a network on a core of a mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Name of the chip.
    pub chip: String,
    /// Name of the mapper.
    pub mapper: String,
    /// Columns of tiles in use; a chip that grows with the network gets as many as it needs.
    pub mesh_width: u32,
    /// Rows of tiles.
    pub mesh_height: u32,
    /// Cores in use, ascending.
    pub cores: Vec<CoreAssignment>,
}

/// The neurons of one core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreAssignment {
    /// Which core.
    pub core: CoreId,
    /// Its neurons, ascending by (object, start), ranges never touching.
    pub parts: Vec<CorePart>,
}
