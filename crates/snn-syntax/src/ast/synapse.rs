//! Bodies of synapses and plasticity rules.

use snn_diagnostics::Span;

use super::{Block, Check, Declaration, Expr, Name, UnitExpr};

/// One statement of the body of a `synapse` or a `plasticity`.
#[derive(Clone, Debug)]
pub enum SynapseItem {
    /// `param U = 0.5, tau_r: ms = 800 ms`.
    Param(Vec<Declaration>),
    /// `check U < 1`.
    Check(Check),
    /// `weight w: nS in 0 nS .. 10 nS`.
    Weight {
        /// Its name and unit.
        declaration: Declaration,
        /// The range after `in`.
        bounds: Option<Expr>,
    },
    /// `state r = 1`.
    State(Vec<Declaration>),
    /// `let a = …`.
    Let(Declaration),
    /// `r' = …`.
    Derivative {
        /// The state before the prime.
        state: Name,
        /// Its rate of change.
        value: Expr,
    },
    /// `trace x on pre = exp(20 ms) add 0.1`.
    Trace {
        /// Its name, unit and shape.
        declaration: Declaration,
        /// `pre` or `post`.
        on: Name,
        /// What a spike does.
        step: Option<(StepMode, Expr)>,
    },
    /// `modulator da = exp(200 ms) add 0.1`.
    Modulator {
        /// Its name, unit and shape.
        declaration: Declaration,
        /// What a spike does.
        step: Option<(StepMode, Expr)>,
    },
    /// `reads post.um: mV`: the path and its unit.
    Reads(Vec<(Expr, UnitExpr)>),
    /// `on pre { … }`, `on post { … }`, `on every 64 ms { … }`.
    On {
        /// When.
        event: Event,
        /// What is done.
        body: Block,
        /// The words before the braces.
        span: Span,
    },
}

/// What a spike does to a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepMode {
    /// `add A`.
    Add,
    /// `set A`.
    Set,
}

/// When a block of a synapse runs.
#[derive(Clone, Debug)]
pub enum Event {
    /// At a spike of `pre` or `post`.
    Spike(Name),
    /// At every multiple of this time.
    Every(Expr),
}
