//! Bodies of neuron models.

use snn_diagnostics::Span;

use super::{Expr, Name, UnitExpr};

/// `name: unit = value` of `param`, `state`, `input`, `const`, `fn`.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Text of the `///` lines before it.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Unit after the colon.
    pub unit: Option<UnitExpr>,
    /// Value after `=`.
    pub value: Option<Expr>,
}

/// `check a ~= b within 1 %`, `check a < b`.
#[derive(Clone, Debug)]
pub struct Check {
    /// The fact: a comparison, or the left side of `~=`.
    pub left: Expr,
    /// The right side of `~=`.
    pub approximates: Option<Expr>,
    /// Number of per cent after `within`.
    pub within_percent: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// One statement of a neuron body.
#[derive(Clone, Debug)]
pub enum NeuronItem {
    /// `param R: MOhm = 10 MOhm, C: pF = 100 pF`.
    Param(Vec<Declaration>),
    /// `check tau ~= 1 ms`.
    Check(Check),
    /// `state v: mV = E_L`.
    State(Vec<Declaration>),
    /// `input I: nA`.
    Input(Vec<Declaration>),
    /// `receptor ampa: nS = exp(5 ms)`; the value is the shape.
    Receptor(Vec<Declaration>),
    /// `let g = ampa + nmda`; a unit after the name is checked.
    Let(Declaration),
    /// `v' = …`.
    Derivative {
        /// The state before the prime.
        state: Name,
        /// Its rate of change.
        value: Expr,
    },
    /// `spike when …`, `spike when rising …`, `spike rate …`.
    Spike {
        /// How the condition is tested.
        test: SpikeTest,
        /// The condition, or the rate.
        value: Expr,
        /// The whole statement.
        span: Span,
    },
    /// `reset { … } else { … }`.
    Reset {
        /// Done by neurons that spike.
        body: Block,
        /// Done by tested neurons that do not.
        otherwise: Option<Block>,
        /// The keyword.
        span: Span,
    },
    /// `refractory 2 ms hold v`.
    Refractory {
        /// How long.
        duration: Expr,
        /// What stands still.
        mode: Refractory,
        /// The whole statement.
        span: Span,
    },
    /// `solve rk4 substeps 2`.
    Solve {
        /// `exact`, `exponential_euler`, `rk4`, `euler`.
        method: Name,
        /// Number after `substeps`.
        substeps: Option<Expr>,
    },
    /// `on tick { … }`.
    OnTick {
        /// Its statements.
        body: Block,
        /// The keywords.
        span: Span,
    },
    /// `compartment dend { … }`.
    Compartment {
        /// Its name.
        name: Name,
        /// Its declarations and equations.
        items: Vec<NeuronItem>,
    },
    /// `couple soma.v ~ dend.v by 12 nS`.
    Couple {
        /// The state of one compartment, written with its dot.
        from: Name,
        /// The state of the other.
        to: Name,
        /// The conductance between them.
        by: Expr,
    },
    /// A construct that a later version runs; reported by the parser.
    Later(Name),
}

/// When a neuron spikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpikeTest {
    /// `spike when`: level.
    Level,
    /// `spike when rising`: the condition was false at the test before.
    Rising,
    /// `spike rate`: with this probability per time.
    Rate,
}

/// What a refractory neuron does.
#[derive(Clone, Debug)]
pub enum Refractory {
    /// The named states neither integrate nor jump, and there is no spike.
    Hold(Vec<Name>),
    /// All goes on but the test.
    Mute,
}

/// Statements in order.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// One statement of a block.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The place.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `v = …`, `w += …`.
    Assign {
        /// The state.
        target: Name,
        /// The operator.
        op: AssignOp,
        /// The right side.
        value: Expr,
    },
    /// `let x = …`, for the statements after it.
    Let(Declaration),
    /// `deliver w * u`, in `on pre` of a synapse.
    Deliver(Expr),
}

/// `=`, `+=`, `-=`, `*=`, `/=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`.
    Set,
    /// `+=`.
    Add,
    /// `-=`.
    Sub,
    /// `*=`.
    Mul,
    /// `/=`.
    Div,
}
