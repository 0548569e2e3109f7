//! The layers of the language and the words that begin a statement in each.

use crate::word::Word;

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    File,
    Neuron,
    Compartment,
    Block,
    Network,
    Connect,
    Chip,
    Core,
    Mapping,
    Experiment,
}

impl Layer {
    pub(crate) const ALL: [Self; 10] = [
        Self::File,
        Self::Neuron,
        Self::Compartment,
        Self::Block,
        Self::Network,
        Self::Connect,
        Self::Chip,
        Self::Core,
        Self::Mapping,
        Self::Experiment,
    ];

    /// As it reads after "in".
    pub(crate) fn show(self) -> &'static str {
        match self {
            Self::File => "a file, outside all braces",
            Self::Neuron => "a neuron",
            Self::Compartment => "a compartment",
            Self::Block => "a block of assignments",
            Self::Network => "a network",
            Self::Connect => "the braces of a `connect`",
            Self::Chip => "a chip",
            Self::Core => "a core",
            Self::Mapping => "a mapping",
            Self::Experiment => "an experiment",
        }
    }

    /// Words that begin a statement.
    pub(crate) fn heads(self) -> &'static [Word] {
        use Word::*;
        match self {
            Self::File => &[Import, Const, Fn, Neuron, Network, Chip, Mapping, Experiment],
            Self::Neuron => &[
                Param,
                Check,
                State,
                Input,
                Receptor,
                Let,
                Compartment,
                Couple,
                Spike,
                Reset,
                Refractory,
                Solve,
                On,
            ],
            Self::Compartment => &[Param, Check, State, Input, Receptor, Let],
            Self::Block => &[Let],
            Self::Network => &[Param, Check, Let, Population, Source, Network, Connect, For, If],
            Self::Connect => &[Rule, Weight, Delay, No],
            Self::Chip => &[Mesh, Tick, Core, Arithmetic],
            Self::Core => &[
                Neurons,
                AxonsIn,
                AxonsOut,
                Synapses,
                SynapseMemory,
                Programs,
                PerTile,
                Cores,
                Weights,
                Delays,
                Arithmetic,
            ],
            Self::Mapping => &[Place, Minimise, Require],
            Self::Experiment => {
                &[Dt, Warmup, Run, Pause, Set, Trials, Label, Seed, Sweep, Inject, Record, Expect]
            }
        }
    }

    /// Words that begin a statement of a later version.
    pub(crate) fn later(self) -> &'static [Word] {
        use Word::*;
        match self {
            Self::File => &[Synapse, Plasticity, Board],
            Self::Neuron | Self::Compartment => &[],
            Self::Block => &[],
            Self::Network => &[],
            Self::Connect => &[Via, Learn],
            Self::Chip => &[Energy, Routing, Time],
            Self::Core => &[Compartments, Plasticity],
            Self::Mapping => &[Split, Together, Apart, Reserve],
            Self::Experiment => &[Quantise],
        }
    }

    /// Whether the word begins a statement in some layer.
    pub(crate) fn begins_somewhere(word: Word) -> bool {
        Self::ALL.iter().any(|l| l.heads().contains(&word) || l.later().contains(&word))
    }
}
