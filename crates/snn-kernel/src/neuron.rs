//! What the inputs and outputs of a neuron's program mean.

use crate::{Leap, LinearSystem, Program};

/// A neuron model with the constants of one population folded in.
///
/// Inputs of `step`, in this order: states at the end of the tick before; columns (one number per neuron,
/// drawn once); arrivals, one sum per receptor; currents, one sum per input; and, where `refractory` is
/// given, 1.0 for a neuron in a refractory tick. Outputs: the new states, then 1.0 for a spike.
#[derive(Clone, Debug, PartialEq)]
pub struct NeuronKernel {
    /// Name of the model, for messages.
    pub model: String,
    /// States, the hidden ones of receptors and rising thresholds included.
    pub states: Vec<StateSlot>,
    /// Names of the per-neuron columns; the last are those of the linear systems.
    pub columns: Vec<String>,
    /// Names of the receptors.
    pub receptors: Vec<String>,
    /// Names of the current inputs.
    pub inputs: Vec<String>,
    /// Refractory time.
    pub refractory: Option<Refractory>,
    /// One tick.
    pub step: Program,
    /// Columns and initial states of a neuron: one input (its index), outputs its own columns, states, and
    /// what is given to the linear systems. [`NeuronKernel::start`] evaluates it.
    pub init: Program,
    /// What else becomes columns.
    pub systems: Vec<LinearSystem>,
    /// Where it stands, neurons are updated only when something arrives: see [`Leap`].
    pub leap: Option<Leap>,
}

/// A state of a neuron.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSlot {
    /// Its name; hidden states have a name that no text can have, such as `ampa.rise`.
    pub name: String,
    /// The symbol of the unit in which it is shown, and the number of coherent units in one of it.
    pub unit: (String, f64),
}

/// How long a neuron is refractory after a spike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refractory {
    /// This many ticks after the tick of the spike.
    Ticks(u32),
    /// As many ticks as this column says.
    Column(u32),
}

impl NeuronKernel {
    /// First input of the columns.
    pub fn first_column(&self) -> usize {
        self.states.len()
    }

    /// First input of the arrivals.
    pub fn first_arrival(&self) -> usize {
        self.first_column() + self.columns.len()
    }

    /// First input of the currents.
    pub fn first_current(&self) -> usize {
        self.first_arrival() + self.receptors.len()
    }

    /// The refractory input, after all others.
    pub fn refractory_input(&self) -> usize {
        self.first_current() + self.inputs.len()
    }

    /// Number of inputs of `step`.
    pub fn step_inputs(&self) -> usize {
        self.refractory_input() + usize::from(self.refractory.is_some())
    }

    /// The output that says whether the neuron spikes.
    pub fn spike_output(&self) -> usize {
        self.states.len()
    }

    /// The state with this name.
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|s| s.name == name)
    }
}
