//! What is loaded on a chip: complete, but not expanded, and without a word about threads.

use std::sync::Arc;

use snn_connect::{Continuous, Inject, Live, Projection, SpikeSource, SynapseValue};
use snn_kernel::NeuronKernel;
use snn_numeric::ObjectKey;

use crate::{Arithmetic, CoreId};

/// The image of a network on a chip. Objects are numbered as in the text: populations and sources.
#[derive(Clone, Debug)]
pub struct ChipImage {
    /// Biological time of a tick in ms.
    pub dt_ms: f64,
    /// The seed of every random draw.
    pub seed: u64,
    /// The numbers it computes with.
    pub arithmetic: Arithmetic,
    /// Columns of the mesh.
    pub mesh_width: u32,
    /// Cores per tile.
    pub cores_per_tile: u32,
    /// Distinct neuron programs.
    pub programs: Vec<Arc<NeuronKernel>>,
    /// Populations and sources in declaration order.
    pub objects: Vec<ImageObject>,
    /// Projections in declaration order.
    pub projections: Vec<Projection>,
    /// Continuous connections in declaration order.
    pub continuous: Vec<Continuous>,
    /// Injected currents in declaration order.
    pub injects: Vec<Inject>,
    /// Changes during the run, ascending.
    pub phases: Vec<Phase>,
    /// Cores in use, ascending.
    pub cores: Vec<CoreImage>,
}

/// What changes at a tick of a run: programs and weights from there on. States, connections and delays
/// stay; a spike on its way arrives with the new weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phase {
    /// The last tick before the change.
    pub after_tick: u64,
    /// Populations by object index, with programs of the same states, receptors and inputs.
    pub programs: Vec<(u32, Arc<NeuronKernel>)>,
    /// Projections by index, with their weights.
    pub weights: Vec<(usize, SynapseValue)>,
    /// Projections among them whose synapses learn: their weights, the first states, begin anew.
    pub relearned: Vec<usize>,
    /// Projections with states by index, with programs of the same states and traces.
    pub live: Vec<(usize, Arc<Live>)>,
}

/// A population or a source.
#[derive(Clone, Debug)]
pub struct ImageObject {
    /// Qualified name, for recorders and messages.
    pub name: String,
    /// Key of its random draws and of the spike hash.
    pub key: ObjectKey,
    /// Number of neurons (trains of a source).
    pub size: u32,
    /// What it is.
    pub kind: ImageObjectKind,
}

/// A population or a source.
#[derive(Clone, Debug)]
pub enum ImageObjectKind {
    /// Neurons on cores; index into the programs.
    Population(usize),
    /// Spikes from outside the cores.
    Source(SpikeSource),
}

/// One core.
#[derive(Clone, Debug)]
pub struct CoreImage {
    /// Which one.
    pub core: CoreId,
    /// Its neurons: ranges of populations, ascending by (object, start).
    pub parts: Vec<CorePart>,
}

/// Consecutive neurons of one population on one core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorePart {
    /// Object index of the population.
    pub object: u32,
    /// First index.
    pub start: u32,
    /// Number of neurons.
    pub len: u32,
}

impl ChipImage {
    /// The image as a phase leaves it.
    #[must_use]
    pub fn changed(&self, phase: &Phase) -> Self {
        let mut image = self.clone();
        for (object, program) in &phase.programs {
            let known = image.programs.iter().position(|p| p == program);
            let program = known.unwrap_or_else(|| {
                image.programs.push(program.clone());
                image.programs.len() - 1
            });
            image.objects[*object as usize].kind = ImageObjectKind::Population(program);
        }
        for (projection, weight) in &phase.weights {
            image.projections[*projection].weight = weight.clone();
        }
        for (projection, live) in &phase.live {
            image.projections[*projection].live = Some(live.clone());
        }
        image
    }

    /// The image as it is in the middle of a run, at a tick.
    #[must_use]
    pub fn at(&self, tick: u64) -> Self {
        let past = self.phases.iter().filter(|phase| phase.after_tick < tick);
        past.fold(self.clone(), |image, phase| image.changed(phase))
    }
}
