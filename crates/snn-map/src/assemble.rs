//! Network and mapping become the image that is loaded.

use std::sync::Arc;

use snn_chip::{ChipImage, ChipSpec, CoreImage, ImageObject, ImageObjectKind};
use snn_ir::{Network, ObjectKind};
use snn_kernel::NeuronKernel;

use crate::Mapping;

/// The image of a network placed on a chip. Complete, and not expanded: projections stay rules.
pub fn assemble(network: &Network, chip: &ChipSpec, mapping: &Mapping) -> ChipImage {
    let mut programs: Vec<Arc<NeuronKernel>> = Vec::new();
    let objects = network.objects().map(|(_, object)| {
        let kind = match &object.kind {
            ObjectKind::Source(source) => ImageObjectKind::Source(source.clone()),
            ObjectKind::Population(kernel) => {
                let known = programs.iter().position(|p| p == kernel);
                ImageObjectKind::Population(known.unwrap_or_else(|| {
                    programs.push(kernel.clone());
                    programs.len() - 1
                }))
            }
        };
        ImageObject { name: object.name.clone(), key: object.key, size: object.size, kind }
    });
    let objects = objects.collect();
    ChipImage {
        dt_ms: network.protocol.dt_ms.to_f64(),
        seed: network.protocol.seed,
        arithmetic: network.arithmetic,
        mesh_width: mapping.mesh_width,
        cores_per_tile: chip.cores_per_tile,
        programs,
        objects,
        projections: network.projections().iter().map(|p| p.projection.clone()).collect(),
        continuous: network.continuous.clone(),
        injects: network.protocol.injects.clone(),
        phases: network.phases.clone(),
        cores: mapping
            .cores
            .iter()
            .map(|c| CoreImage { core: c.core, parts: c.parts.clone() })
            .collect(),
    }
}
