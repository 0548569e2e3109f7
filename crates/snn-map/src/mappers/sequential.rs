//! Declaration order: cores are filled one after the other, as most tools of the field do.

use snn_chip::{ChipSpec, CoreId, CorePart, Resource};
use snn_ir::{Network, ObjectKind};

use crate::{CoreAssignment, Mapping};

/// Fills cores in order with the neurons in declaration order, as many as the core's neuron limit allows.
pub fn sequential(network: &Network, chip: &ChipSpec) -> Mapping {
    let mut cores: Vec<CoreAssignment> = Vec::new();
    let mut room = 0;
    for (id, object) in network.objects() {
        let ObjectKind::Population(_) = object.kind else { continue };
        let mut start = 0;
        while start < object.size {
            if room == 0 {
                let core = CoreId(cores.len() as u32);
                let limit = chip.kind(core, chip.width).limit(Resource::Neurons);
                room = limit.map_or(u64::MAX, |l| l.amount).max(1);
                cores.push(CoreAssignment { core, parts: Vec::new() });
            }
            let len = u64::from(object.size - start).min(room) as u32;
            let core = cores.last_mut().expect("invariant: one was just pushed");
            core.parts.push(CorePart { object: id.0, start, len });
            start += len;
            room -= u64::from(len);
        }
    }
    let tiles = (cores.len() as u32).div_ceil(chip.cores_per_tile).max(1);
    let (mesh_width, mesh_height) = match chip.width {
        0 => {
            let width = f64::from(tiles).sqrt().ceil() as u32;
            (width, tiles.div_ceil(width))
        }
        width => (width, chip.height),
    };
    Mapping { chip: chip.name.clone(), mapper: "sequential".into(), mesh_width, mesh_height, cores }
}
