//! A random order: what a mapping without thought costs, and a way to test that mappings change nothing.

use snn_chip::{ChipSpec, CoreId, CorePart};
use snn_ir::{Network, ObjectKind};
use snn_numeric::{ObjectKey, Permutation, Purpose, Stream};

use super::auto::neuron_limit;
use super::sequential::mesh;
use crate::{CoreAssignment, Mapping};

/// Fills cores in order with the neurons in a random order that `seed` names.
pub fn random(network: &Network, chip: &ChipSpec, seed: u64) -> Mapping {
    random_with(network, chip, neuron_limit(chip), seed)
}

/// The same with at most `capacity` neurons per core.
pub(crate) fn random_with(network: &Network, chip: &ChipSpec, capacity: u64, seed: u64) -> Mapping {
    let mut neurons: Vec<(u32, u32)> = Vec::new();
    for (id, object) in network.objects() {
        if let ObjectKind::Population(_) = object.kind {
            neurons.extend((0..object.size).map(|index| (id.0, index)));
        }
    }
    let stream = Stream::new(seed, ObjectKey(0), Purpose::Mapping, 0);
    let order = Permutation::new(neurons.len() as u32, &stream, [0; 3]);
    let order: Vec<(u32, u32)> = order.first(u32::MAX).map(|i| neurons[i as usize]).collect();
    let room = usize::try_from(capacity.max(1)).unwrap_or(usize::MAX);
    let cores: Vec<CoreAssignment> = order
        .chunks(room)
        .enumerate()
        .map(|(core, own)| CoreAssignment { core: CoreId(core as u32), parts: parts(own) })
        .collect();
    let (mesh_width, mesh_height) = mesh(chip, cores.len() as u32);
    Mapping {
        chip: chip.name.clone(),
        mapper: format!("random:{seed}"),
        mesh_width,
        mesh_height,
        cores,
    }
}

/// Neurons as ascending ranges.
fn parts(own: &[(u32, u32)]) -> Vec<CorePart> {
    let mut own = own.to_vec();
    own.sort_unstable();
    let next = |a: &(u32, u32), b: &(u32, u32)| a.0 == b.0 && a.1 + 1 == b.1;
    let runs = own.chunk_by(next);
    let part =
        |run: &[(u32, u32)]| CorePart { object: run[0].0, start: run[0].1, len: run.len() as u32 };
    runs.map(part).collect()
}
