//! Typed synapses and plasticity rules.

use std::sync::Arc;

use snn_connect::{Selection, Ties};
use snn_diagnostics::Span;
use snn_units::UnitValue;

use super::{Expr, Integer, Neuron, Statement};

/// A checked `synapse` or `plasticity`.
#[derive(Clone, Debug)]
pub struct SynapseModel {
    /// What it shares with neurons: parameters, states, lets, functions and equations. The weight of a
    /// plasticity rule is its first state.
    pub body: Neuron,
    /// The weight.
    pub weight: Weight,
    /// What [`super::ExprKind::Signal`] names, by index.
    pub signals: Vec<Signal>,
    /// `on pre`; none where nothing is written.
    pub on_pre: Option<Vec<Statement>>,
    /// `on post`.
    pub on_post: Option<Vec<Statement>>,
    /// `on every`.
    pub every: Option<(Expr, Vec<Statement>)>,
    /// Smallest and largest number that `deliver` sends, where it is always whole.
    pub delivers: Option<(f64, f64)>,
}

/// The weight of a synapse.
#[derive(Clone, Debug)]
pub struct Weight {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: UnitValue,
    /// The type, where it is an integer.
    pub integer: Option<Integer>,
    /// Smallest and largest value.
    pub bounds: Option<(Expr, Expr)>,
    /// The declaration, or the name of the synapse.
    pub span: Span,
}

/// A quantity that a synapse only reads.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SignalKind,
    /// The declaration.
    pub span: Span,
}

/// The kinds of signals.
#[derive(Clone, Debug)]
pub enum SignalKind {
    /// The weight, in a `synapse`.
    Weight,
    /// A trace that spikes at one end step.
    Trace(End, Decay),
    /// A trace that spikes of a modulating population step.
    Modulator(Decay),
    /// A state of the target: its name and unit.
    Read(String, UnitValue),
}

/// An end of a synapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum End {
    Pre,
    Post,
}

/// An exponential decay with steps.
#[derive(Clone, Debug)]
pub struct Decay {
    /// Its time constant.
    pub tau: Expr,
    /// What a spike adds or sets it to; 1 where not given.
    pub step: Option<Expr>,
    /// Whether it adds.
    pub mode: StepMode,
}

/// What a spike does to a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum StepMode {
    Add,
    Set,
}

/// Synapses with states, of one projection.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// `via`.
    pub via: Option<Bound>,
    /// `learn`.
    pub learn: Option<Bound>,
    /// Ticks from the synapse to the target.
    pub dendrite: u32,
    /// Ticks from a spike of the target to the synapse.
    pub back: u32,
    /// What comes first.
    pub ties: Ties,
    /// Who modulates, in the order of the rule's modulators, with the delay in ticks.
    pub modulators: Vec<(Selection, u32)>,
}

/// A model and the values given to it.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The model.
    pub model: Arc<SynapseModel>,
    /// Values of parameters, by index.
    pub parameters: Vec<(usize, Expr)>,
    /// Initial values of states, by index.
    pub initial: Vec<(usize, Expr)>,
    /// The call.
    pub span: Span,
}

impl PartialEq for Bound {
    /// The same values for the same model: a model is checked once.
    fn eq(&self, other: &Self) -> bool {
        let model = Arc::ptr_eq(&self.model, &other.model);
        model && self.parameters == other.parameters && self.initial == other.initial
    }
}

impl SynapseModel {
    /// Indices among the signals of the modulators, in declaration order.
    pub fn modulators(&self) -> impl Iterator<Item = usize> + '_ {
        let signals = self.signals.iter().enumerate();
        signals.filter(|(_, s)| matches!(s.kind, SignalKind::Modulator(_))).map(|(i, _)| i)
    }

    /// Smallest and largest number that reaches the target, where it is always whole; without a block that
    /// delivers it is the weight.
    pub fn whole(&self) -> Option<(f64, f64)> {
        let delivers = |s: &Statement| matches!(s, Statement::Deliver { .. });
        match self.on_pre.iter().flatten().any(delivers) {
            true => self.delivers,
            false => self.weight.integer.map(Integer::bounds),
        }
    }

    /// Whether it holds integers.
    pub fn has_integers(&self) -> bool {
        self.weight.integer.is_some() || self.body.states.iter().any(|s| s.integer.is_some())
    }

    /// Names of the states of the target that it reads.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        self.signals.iter().filter_map(|s| match &s.kind {
            SignalKind::Read(name, _) => Some(name.as_str()),
            _ => None,
        })
    }
}
