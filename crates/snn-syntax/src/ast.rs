//! The syntax tree: what was written, with spans, before names and units mean anything.
//!
//! Depth and length of expressions are bounded by the parser, so that walking and dropping a tree
//! recursively is safe on a 2 MiB stack.

mod experiment;
mod expr;
mod network;
mod neuron;
mod synapse;

pub use experiment::{
    Between, ChipItem, CoreItem, Experiment, ExperimentItem, MappingDirective, PlaceTarget,
    Recorded,
};
pub use expr::{
    Argument, BinaryOp, Call, Expr, ExprKind, Name, UnaryOp, UnitExpr, UnitFactor, WordOrName,
};
pub use network::{
    At, Connect, ConnectItem, NetworkItem, Population, Source, SubNetwork, Update, When,
};
pub use neuron::{
    AssignOp, Block, Check, Declaration, NeuronItem, Refractory, SpikeTest, Statement,
    StatementKind,
};
pub use synapse::{Event, StepMode, SynapseItem};

use snn_diagnostics::Span;

/// One source file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Items in the order of the text.
    pub items: Vec<Item>,
}

/// A top-level item with its documentation.
#[derive(Clone, Debug)]
pub struct Item {
    /// Text of the `///` lines before it, without the slashes.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From the first keyword to the last brace.
    pub span: Span,
}

/// The kinds of top-level items.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `import "std/neurons.snn" as std`.
    Import {
        /// The path between the quotes.
        path: String,
        /// Span of the path with its quotes.
        path_span: Span,
        /// Name after `as`; left out, the file's names are visible as they are.
        alias: Option<Name>,
    },
    /// `const g_L: nS = 10 nS`.
    Const(Declaration),
    /// `fn f(x: mV, y): nS = …`.
    Fn {
        /// Its name.
        name: Name,
        /// Parameters; `value` is always `None`, a missing unit means a plain number.
        parameters: Vec<Declaration>,
        /// Unit of the result.
        unit: Option<UnitExpr>,
        /// The expression after `=`.
        body: Expr,
    },
    /// `neuron lif { … }`.
    Neuron {
        /// Its name.
        name: Name,
        /// Its body.
        items: Vec<NeuronItem>,
    },
    /// `synapse tsodyks2 { … }`.
    Synapse {
        /// Its name.
        name: Name,
        /// Its body.
        items: Vec<SynapseItem>,
    },
    /// `plasticity da_stdp { … }`.
    Plasticity {
        /// Its name.
        name: Name,
        /// Its body.
        items: Vec<SynapseItem>,
    },
    /// `network brunel { … }`.
    Network {
        /// Its name.
        name: Name,
        /// Its body.
        items: Vec<NetworkItem>,
    },
    /// `chip edge16 { … }`.
    Chip {
        /// Its name.
        name: Name,
        /// Its body.
        items: Vec<ChipItem>,
    },
    /// `mapping fit of digits onto edge16 { … }`.
    Mapping {
        /// Its name.
        name: Name,
        /// The network: a dotted name.
        network: Expr,
        /// The chip: a dotted name.
        chip: Expr,
        /// Its body.
        directives: Vec<MappingDirective>,
    },
    /// `experiment irregular of brunel(g = 5) on fit { … }`.
    Experiment(Experiment),
    /// A construct that a later version runs (`board`); its body was skipped
    /// and the diagnostic given.
    Later {
        /// The keyword.
        keyword: Name,
        /// The name declared, so that uses of it stay silent.
        name: Option<Name>,
    },
}
