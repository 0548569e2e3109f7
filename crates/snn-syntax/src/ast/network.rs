//! Bodies of networks.

use snn_diagnostics::Span;

use super::{Call, Check, Declaration, Expr, Name};

/// One statement of a network body.
#[derive(Clone, Debug)]
pub enum NetworkItem {
    /// `param N_E = 10000, g = 5`.
    Param(Vec<Declaration>),
    /// `check N_E > 0`.
    Check(Check),
    /// `population E[8000]: lif(tau = 20 ms)`.
    Population(Population),
    /// `source ext[N]: poisson(8 Hz)`.
    Source(Source),
    /// `network col[4]: column(N = 100)`.
    Network(SubNetwork),
    /// `let all = E + I`.
    Let(Declaration),
    /// `connect A -> B.ampa as ee { … }`.
    Connect(Connect),
    /// `for i in 0..8 { … }`.
    For {
        /// The loop variable.
        variable: Name,
        /// `lo .. hi`.
        range: Expr,
        /// The body.
        body: Vec<NetworkItem>,
        /// The keyword.
        span: Span,
    },
    /// `if a { … } else if b { … } else { … }`.
    If {
        /// Conditions with what stands under them: the first that is true counts.
        branches: Vec<(Expr, Vec<NetworkItem>)>,
        /// What stands under the last `else`; nothing where there is none.
        otherwise: Vec<NetworkItem>,
    },
    /// A construct that a later version runs; reported by the parser.
    Later(Name),
}

impl NetworkItem {
    /// The bodies inside a statement: of a loop, of every branch.
    pub fn bodies(&self) -> Vec<&[NetworkItem]> {
        match self {
            Self::For { body, .. } => vec![body],
            Self::If { branches, otherwise } => {
                let bodies = branches.iter().map(|(_, body)| body);
                bodies.chain([otherwise]).map(Vec::as_slice).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `population L[i][N[i]]: lif(…)`.
#[derive(Clone, Debug)]
pub struct Population {
    /// Text of the `///` lines before it.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// One entry per pair of brackets: family indices first, the size or shape last.
    pub brackets: Vec<Vec<Expr>>,
    /// The model and its parameters.
    pub model: Call,
    /// Span of the model.
    pub model_span: Span,
    /// Where its neurons lie.
    pub at: Option<At>,
    /// When they are updated.
    pub update: Option<Update>,
    /// The whole statement.
    pub span: Span,
}

/// `update at events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    /// When.
    pub when: When,
    /// From `update` to the last word.
    pub span: Span,
}

/// When neurons are updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Only in ticks in which something arrives at them.
    AtEvents,
    /// Always.
    EveryTick,
}

/// `at grid(50 um, 50 um) torus`.
#[derive(Clone, Debug)]
pub struct At {
    /// `grid(…)`, `random(…)`, `points(…)`.
    pub layout: Call,
    /// The word behind it.
    pub torus: Option<Name>,
    /// From `grid` to its arguments.
    pub span: Span,
}

/// `source ext[N]: poisson(8 Hz)`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// As in [`Population`].
    pub brackets: Vec<Vec<Expr>>,
    /// `poisson(…)`, `regular(…)`, `spikes(…)`.
    pub kind: Call,
    /// Span of the kind.
    pub kind_span: Span,
    /// As in [`Population`].
    pub at: Option<At>,
    /// The whole statement.
    pub span: Span,
}

/// `network col[4]: column(N = 100)`.
#[derive(Clone, Debug)]
pub struct SubNetwork {
    /// Its name.
    pub name: Name,
    /// As in [`Population`]; the last is the number of instances, none is a single one without index.
    pub brackets: Vec<Vec<Expr>>,
    /// The network and its parameters.
    pub network: Call,
    /// Span of the network.
    pub network_span: Span,
    /// The whole statement.
    pub span: Span,
}

/// `connect A -> B.ampa as ee { … }`.
#[derive(Clone, Debug)]
pub struct Connect {
    /// Sources: a selection of populations or sources.
    pub from: Expr,
    /// Targets with the receptor as the last field.
    pub to: Expr,
    /// Name after `as`.
    pub name: Option<Name>,
    /// The body.
    pub items: Vec<ConnectItem>,
    /// From `connect` to the receptor.
    pub span: Span,
}

/// One statement of a connect body.
#[derive(Clone, Debug)]
pub enum ConnectItem {
    /// `rule indegree(C_E)`; a bare name is a call without arguments.
    Rule {
        /// The rule and its arguments.
        rule: Call,
        /// `indegree(10)` behind `near(…)`.
        also: Option<(Call, Span)>,
        /// The place of the rule.
        span: Span,
    },
    /// `weight 0.1 mV`.
    Weight(Expr),
    /// `delay 1.5 ms`.
    Delay(Expr),
    /// `delay axon 1 ms dendrite 0.5 ms back 0 ms`.
    DelayParts {
        /// From the sender to the synapse.
        axon: Option<Expr>,
        /// From the synapse to the target.
        dendrite: Option<Expr>,
        /// From a spike of the target to the synapse.
        back: Option<Expr>,
        /// The whole statement.
        span: Span,
    },
    /// `via tsodyks2(U = 0.5)`.
    Via {
        /// The synapse and its arguments.
        synapse: Call,
        /// The place of the call.
        span: Span,
    },
    /// `learn da_stdp(da = vta delay 1 ms)`.
    Learn {
        /// The rule and its arguments.
        plasticity: Call,
        /// The place of the call.
        span: Span,
    },
    /// `ties post, pre blind`.
    Ties {
        /// What comes first.
        first: Name,
        /// What comes second.
        second: Name,
        /// The word after it.
        suffix: Option<Name>,
    },
    /// `delay 1 tick`.
    Ticks(Expr),
    /// `no autapses`, `no multapses`.
    No(Name),
    /// A construct that a later version runs (`rule near`); reported by the parser.
    Later(Name),
}
