//! How much memory a network will need, before any of it is allocated.

use snn_chip::{ChipImage, ImageObjectKind};

use crate::live::Seed;
use crate::rows::{Form, form};

/// Predicted bytes: rows by the expected number of synapses, states, and bookkeeping per sender.
pub(crate) fn predict(image: &ChipImage, real_bytes: u64) -> u64 {
    let mut bytes = 0.0;
    for projection in &image.projections {
        let connector = &projection.connector;
        let per_synapse = match form(image, projection) {
            Form::Uniform => 2.0,
            Form::F32 => 6.0,
            Form::F64 => 10.0,
            Form::Live => {
                let live = projection
                    .live
                    .as_ref()
                    .map_or(0, |live| live.kernel.states.len() + live.kernel.columns.len());
                (live as u64 * real_bytes) as f64 + (size_of::<Seed>() * 2 + 8) as f64
            }
        };
        let drawn_delay = projection.delays(image.seed).constant().is_none();
        bytes += connector.expected_synapses() * per_synapse;
        // Segments of 12 bytes, twice while they are sorted; delays are kept while a bundle is built.
        let segments = if drawn_delay {
            connector.expected_synapses().min(f64::from(connector.sources.len()) * 40.0)
        } else {
            f64::from(connector.sources.len())
        };
        bytes += segments * 28.0;
        bytes += f64::from(connector.sources.len()) * 4.0;
        if drawn_delay {
            bytes += connector.expected_synapses() * 2.0;
        }
    }
    for object in &image.objects {
        let per_neuron = match object.kind {
            ImageObjectKind::Population(program) => {
                let kernel = &image.programs[program];
                let columns = kernel.states.len() + kernel.columns.len() + kernel.inputs.len();
                columns as u64 * real_bytes + 64
            }
            ImageObjectKind::Source(_) => 48,
        };
        bytes += per_neuron as f64 * f64::from(object.size);
    }
    bytes as u64
}
