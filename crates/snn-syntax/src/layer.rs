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
    Synapse,
    Plasticity,
    Chip,
    Core,
    Mapping,
    Experiment,
}

impl Layer {
    pub(crate) const ALL: [Self; 12] = [
        Self::File,
        Self::Neuron,
        Self::Compartment,
        Self::Block,
        Self::Network,
        Self::Connect,
        Self::Synapse,
        Self::Plasticity,
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
            Self::Synapse => "a synapse",
            Self::Plasticity => "a plasticity rule",
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
            Self::File => &[
                Import, Const, Fn, Neuron, Synapse, Plasticity, Network, Chip, Mapping, Experiment,
            ],
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
            Self::Block => &[Let, Deliver],
            Self::Network => &[Param, Check, Let, Population, Source, Network, Connect, For, If],
            Self::Connect => &[Rule, Weight, Delay, Via, Learn, Ties, No],
            Self::Synapse => &[Param, Check, Weight, State, Let, On],
            Self::Plasticity => &[Param, Check, Weight, State, Let, Trace, Modulator, Reads, On],
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
            Self::File => &[Board],
            Self::Neuron | Self::Compartment => &[],
            Self::Block => &[],
            Self::Network | Self::Connect | Self::Synapse | Self::Plasticity => &[],
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
