//! Declaration order: cores are filled one after the other, as most tools of the field do.

use snn_chip::{ChipSpec, CoreId, CorePart};
use snn_ir::{Network, ObjectKind};

use super::auto::neuron_limit;
use crate::{CoreAssignment, Mapping};

/// Fills cores in order with the neurons in declaration order, as many as the cores' neuron limit allows.
pub fn sequential(network: &Network, chip: &ChipSpec) -> Mapping {
    sequential_with(network, chip, neuron_limit(chip))
}

/// The same with at most `capacity` neurons per core.
pub(crate) fn sequential_with(network: &Network, chip: &ChipSpec, capacity: u64) -> Mapping {
    let mut cores: Vec<CoreAssignment> = Vec::new();
    let mut room = 0;
    for (id, object) in network.objects() {
        let ObjectKind::Population(_) = object.kind else { continue };
        let mut start = 0;
        while start < object.size {
            if room == 0 {
                room = capacity.max(1);
                let core = CoreId(cores.len() as u32);
                cores.push(CoreAssignment { core, parts: Vec::new() });
            }
            let len = u64::from(object.size - start).min(room) as u32;
            let core = cores.last_mut().expect("invariant: one was just pushed");
            core.parts.push(CorePart { object: id.0, start, len });
            start += len;
            room -= u64::from(len);
        }
    }
    let (mesh_width, mesh_height) = mesh(chip, cores.len() as u32);
    Mapping { chip: chip.name.clone(), mapper: "sequential".into(), mesh_width, mesh_height, cores }
}

/// Columns and rows of tiles: the chip's, or a square for as many cores as are needed.
pub(crate) fn mesh(chip: &ChipSpec, cores: u32) -> (u32, u32) {
    if chip.width > 0 {
        return (chip.width, chip.height);
    }
    let tiles = cores.div_ceil(chip.cores_per_tile).max(1);
    let width = f64::from(tiles).sqrt().ceil() as u32;
    (width, tiles.div_ceil(width))
}
