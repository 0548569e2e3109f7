//! The typed model of one experiment: every name resolved, every unit checked, every loop and family
//! written out, every network parameter a number. What is left symbolic are the equations of neurons and
//! the draws.
//!
//! All numbers are in coherent units (ms, mV, pA, nS, pF, GΩ).

mod synapse;

use std::sync::Arc;

use snn_chip::{ChipSpec, MappingRequest};
use snn_connect::{Autapses, Layout, Multapses, Rule, Selection, Space, SpikeSource};
use snn_diagnostics::Span;
use snn_numeric::Distribution;
use snn_result::Protocol;
pub use snn_syntax::ast::{Update, When};
use snn_units::{Dimension, UnitValue};

pub use synapse::{Bound, Decay, End, Live, Signal, SignalKind, StepMode, SynapseModel, Weight};

/// One experiment, ready for lowering.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name of the network.
    pub network: String,
    /// Neuron models in use, in order of first use.
    pub neurons: Vec<Arc<Neuron>>,
    /// Populations and sources in declaration order: the index is the object id everywhere after.
    pub objects: Vec<Object>,
    /// Projections in declaration order.
    pub projections: Vec<Projection>,
    /// Continuous connections in declaration order.
    pub continuous: Vec<Continuous>,
    /// The chip it runs on.
    pub chip: ChipSpec,
    /// What the mapping block asks.
    pub mapping: MappingRequest,
    /// Currents of noise that the experiment injects, in the order of the text.
    pub noises: Vec<NoiseCurrent>,
    /// The experiment.
    pub protocol: Protocol,
    /// Changes during the run, ascending.
    pub phases: Vec<Phase>,
    /// When injected currents are off: after the first tick, up to the second; ascending. Sources know.
    pub pauses: Vec<(u64, u64)>,
}

/// The network from a tick of the run on: other parameters and weights, all else as before.
#[derive(Clone, Debug)]
pub struct Phase {
    /// The last tick before the change.
    pub after_tick: u64,
    /// As [`Model::objects`]; sources there have their laws of the whole run.
    pub objects: Vec<Object>,
    /// As [`Model::projections`].
    pub projections: Vec<Projection>,
    /// The last `set` before it.
    pub span: Span,
}

/// `inject ou(…)`: an Ornstein–Uhlenbeck current, one of its own for every target. It is on in ticks
/// `from_tick..to_tick`, and runs, stationary from the start, whether it is on or not.
#[derive(Clone, Debug)]
pub struct NoiseCurrent {
    /// Who receives it.
    pub targets: Selection,
    /// Current input of each target segment, by its index in the neuron.
    pub inputs: Vec<u16>,
    /// Mean in coherent units.
    pub mean: f64,
    /// Standard deviation in coherent units, not negative.
    pub sigma: f64,
    /// Correlation time, above zero.
    pub tau_ms: f64,
    /// First tick (1-based) in which it is on.
    pub from_tick: u64,
    /// One past the last.
    pub to_tick: u64,
}

/// A population or a source.
#[derive(Clone, Debug)]
pub struct Object {
    /// Name as in the text, families as `L[3]`.
    pub name: String,
    /// Number of neurons or trains, at least 1.
    pub size: u32,
    /// Length of each dimension; their product is the size.
    pub shape: Vec<u32>,
    /// Where its neurons lie.
    pub positions: Option<Positions>,
    /// What it is.
    pub kind: ObjectKind,
    /// The declaration.
    pub span: Span,
}

/// Where the neurons of an object lie.
#[derive(Clone, Debug)]
pub struct Positions {
    /// Positions by index.
    pub layout: Layout,
    /// Width and height in µm where opposite edges meet.
    pub torus: Option<[f64; 2]>,
}

/// What an object is.
#[derive(Clone, Debug)]
pub enum ObjectKind {
    /// Neurons of one model.
    Population {
        /// Index into [`Model::neurons`].
        neuron: usize,
        /// Values given at the population: parameter index and an expression without parameters of the
        /// neuron (numbers, `index`, draws).
        parameters: Vec<(usize, Expr)>,
        /// Initial values given at the population: state index and expression.
        initial: Vec<(usize, Expr)>,
        /// When its neurons are updated, where the text says.
        update: Option<Update>,
    },
    /// A spike source.
    Source(SpikeSource),
    /// Poisson trains whose rate (1/ms) is an expression of [`Variable::Time`]: after which tick which,
    /// ascending from tick 0; where there is none, they are silent.
    Rate(Vec<(u64, Option<Expr>)>),
}

/// All synapses of one `connect`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The name given, or `A -> B.receptor`, with `#2` for the second of that name.
    pub name: String,
    /// Sources.
    pub sources: Selection,
    /// Targets.
    pub targets: Selection,
    /// Receptor index of each target segment in its neuron.
    pub receptors: Vec<u16>,
    /// The rule.
    pub rule: Rule,
    /// The probability of a pair where it depends on the pair; the rule is then `Probability(1)`.
    pub pair_probability: Option<Expr>,
    /// Positions, where something asks for them.
    pub space: Option<Space>,
    /// May a neuron be its own source.
    pub autapses: Autapses,
    /// May a pair be connected twice.
    pub multapses: Multapses,
    /// Weight in coherent units of the receptor.
    pub weight: Value,
    /// Delay in ticks: a constant is whole and at least 1; an expression is in ms; a list in ticks.
    pub delay: Value,
    /// Synapses with states: `via` and `learn`.
    pub live: Option<Live>,
    /// The statement.
    pub span: Span,
    /// The rule.
    pub rule_span: Span,
    /// The weight expression.
    pub weight_span: Span,
    /// The delay expression.
    pub delay_span: Span,
}

/// A connection from a state or a let to an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuous {
    /// Who is connected to whom; its receptors are inputs.
    pub projection: Projection,
    /// The state or let of the senders.
    pub value: String,
}

/// A weight or a delay.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same for all.
    Constant(f64),
    /// Computed or drawn per synapse.
    Expr(Expr),
    /// One per entry of a list rule.
    List(Arc<[f64]>),
    /// By target and source, as [`snn_connect::SynapseValue::Table`].
    Table(Arc<[f64]>),
}

/// A checked neuron model.
#[derive(Clone, Debug)]
pub struct Neuron {
    /// Its name, with the import it came through.
    pub name: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// Parameters in declaration order.
    pub parameters: Vec<Parameter>,
    /// States in declaration order.
    pub states: Vec<State>,
    /// Current inputs.
    pub inputs: Vec<Port>,
    /// Receptors.
    pub receptors: Vec<Receptor>,
    /// Named expressions, in an order in which each uses only earlier ones.
    pub lets: Vec<Let>,
    /// Functions used, in an order in which each calls only earlier ones.
    pub functions: Vec<Function>,
    /// How states move.
    pub dynamics: Dynamics,
    /// When it spikes; none for a neuron that never does.
    pub spike: Option<Spike>,
    /// At a spike.
    pub reset: Vec<Statement>,
    /// For tested neurons that do not spike.
    pub otherwise: Vec<Statement>,
    /// Refractory time.
    pub refractory: Option<Refractory>,
    /// The `solve` line.
    pub solve: Option<Solve>,
    /// The declaration.
    pub span: Span,
}

/// The type `int(N)`: whole numbers from -2^(N-1) to 2^(N-1) - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    /// N.
    pub bits: u32,
}

impl Integer {
    /// The smallest and the largest value.
    pub fn bounds(self) -> (f64, f64) {
        let half = (1u64 << (self.bits - 1)) as f64;
        (-half, half - 1.0)
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// The unit it was declared in.
    pub unit: UnitValue,
    /// The type, where it is an integer.
    pub integer: Option<Integer>,
    /// Default; may use other parameters (never itself, checked) and draws. None: must be given.
    pub default: Option<Expr>,
    /// The declaration.
    pub span: Span,
}

/// A state variable.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// The unit it was declared in.
    pub unit: UnitValue,
    /// The type, where it is an integer.
    pub integer: Option<Integer>,
    /// Initial value; may use parameters and draws; 0 where not given.
    pub initial: Option<Expr>,
    /// The declaration.
    pub span: Span,
}

/// A current input.
#[derive(Clone, Debug)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// The unit it was declared in.
    pub unit: UnitValue,
    /// The declaration.
    pub span: Span,
}

/// A receptor.
#[derive(Clone, Debug)]
pub struct Receptor {
    /// The port: its dimension is that of the weights.
    pub port: Port,
    /// The type of a `sum`, where it is an integer: a sum beyond it is its bound.
    pub integer: Option<Integer>,
    /// What an arrival does.
    pub shape: Shape,
}

/// What an arrival does. Time constants may use parameters.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Adds the weight to this state.
    Jump(usize),
    /// Adds the weight to the receptor's value, which decays with this time constant.
    Exp(Expr),
    /// Starts an alpha function that peaks at the weight.
    Alpha(Expr),
    /// Starts a difference of exponentials (rise, decay) that peaks at the weight.
    Biexp(Expr, Expr),
    /// The value is the sum of the weights that arrived in this tick.
    Sum,
}

/// A named expression.
#[derive(Clone, Debug)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Expr,
}

/// A pure function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Number of arguments.
    pub arity: usize,
    /// Its body, over [`ExprKind::Argument`].
    pub body: Expr,
}

/// How states move.
#[derive(Clone, Debug)]
pub enum Dynamics {
    /// Differential equations: state index and rate of change; a state without one is constant between
    /// events.
    Equations(Vec<(usize, Expr)>),
    /// `on tick`: statements run once per tick.
    OnTick(Vec<Statement>),
}

/// When a neuron spikes.
#[derive(Clone, Debug)]
pub struct Spike {
    /// The condition, a truth value; the rate where [`Edge::Rate`].
    pub condition: Expr,
    /// What is tested.
    pub edge: Edge,
    /// The statement.
    pub span: Span,
}

/// What the test of a spike is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Whether the condition holds.
    Level,
    /// Whether it holds and did not at the test before.
    Rising,
    /// By chance: with probability 1 - exp(-rate·dt).
    Rate,
}

/// Refractory time.
#[derive(Clone, Debug)]
pub struct Refractory {
    /// How long, over parameters.
    pub duration: Expr,
    /// What stands still meanwhile.
    pub mode: RefractoryMode,
    /// The statement.
    pub span: Span,
}

/// What stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefractoryMode {
    /// These states neither integrate nor jump.
    Hold(Vec<usize>),
    /// Nothing; only the test is left out.
    Mute,
}

/// A chosen integration method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solve {
    /// The method.
    pub method: Method,
    /// Steps per tick, at least 1.
    pub substeps: u32,
    /// The statement.
    pub span: Span,
}

/// Integration methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Exact,
    ExponentialEuler,
    Rk4,
    Euler,
}

/// One statement of a block.
#[derive(Clone, Debug)]
pub enum Statement {
    /// A state takes a value (`+=` is written out).
    Assign {
        /// State index.
        state: usize,
        /// The new value.
        value: Expr,
        /// The statement.
        span: Span,
    },
    /// `deliver`: what reaches the target.
    Deliver {
        /// How much.
        value: Expr,
        /// The statement.
        span: Span,
    },
    /// A local name, by its index in the block.
    Local {
        /// The name.
        name: String,
        /// Index among the locals of the block, ascending.
        local: usize,
        /// Its value.
        value: Expr,
        /// The type, where it is an integer.
        integer: Option<Integer>,
    },
}

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its dimension; truth values are dimensionless.
    pub dimension: Dimension,
    /// The place.
    pub span: Span,
}

/// The kinds of typed expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A number in coherent units.
    Number(f64),
    /// A parameter of the neuron.
    Parameter(usize),
    /// A state of the neuron.
    State(usize),
    /// The value of a receptor (current, conductance, or the sum of the tick).
    Receptor(usize),
    /// A current input.
    Input(usize),
    /// What a synapse only reads, by its index in [`SynapseModel::signals`].
    Signal(usize),
    /// A named expression of the neuron.
    Let(usize),
    /// A local of the block.
    Local(usize),
    /// An argument of the function.
    Argument(usize),
    /// The tick length `dt` in ms, in `on tick` blocks.
    Dt,
    /// A number of the neuron or synapse at hand.
    Variable(Variable),
    /// An operation on one value.
    Unary(Unary, Box<Expr>),
    /// An operation on two values.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A function by its index in [`Neuron::functions`].
    Apply(usize, Vec<Expr>),
    /// A random number: arguments, and bounds with what happens outside.
    Draw {
        /// Which distribution.
        distribution: Distribution,
        /// Its two arguments.
        arguments: Box<(Expr, Expr)>,
        /// `truncated` or `clamp`.
        bounds: Option<Box<(Expr, Expr, Outside)>>,
    },
}

/// What happens to a draw outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Outside {
    Redraw,
    Clamp,
}

/// Numbers that belong to one neuron or synapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Index in the population, in values given at a population.
    Index,
    /// Index of the source in its population, in weights and delays.
    PreIndex,
    /// Index of the target in its population, in weights and delays.
    PostIndex,
    /// `t`, the time in ms since the run began, in the rate of a source.
    Time,
    /// x of the source in µm; of a neuron in the condition of a selection.
    PreX,
    /// y of the source in µm; of a neuron in the condition of a selection.
    PreY,
    /// x of the target in µm.
    PostX,
    /// y of the target in µm.
    PostY,
    /// Distance of source and target in µm.
    Distance,
    /// White noise in equations (s^-1/2), by its occurrence in the neuron.
    White(usize),
}

impl Variable {
    /// Its place among the numbers of a neuron (`index`), a synapse (`pre.index`, `post.index`) or a rate (`t`); noise has
    /// none.
    pub fn place(self) -> Option<usize> {
        match self {
            Self::Index | Self::PreIndex | Self::Time => Some(0),
            Self::PostIndex => Some(1),
            Self::PreX => Some(2),
            Self::PreY => Some(3),
            Self::PostX => Some(4),
            Self::PostY => Some(5),
            Self::Distance => Some(6),
            Self::White(_) => None,
        }
    }
}

/// Operations on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unary {
    Neg,
    Not,
    Abs,
    Sign,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tanh,
    Exprel,
    Floor,
    Ceil,
    Round,
    Trunc,
    RoundEven,
}

/// Operations on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
    /// floor(a / b).
    Quotient,
    /// a - b·floor(a / b).
    Remainder,
    /// floor(a · 2^b).
    Shift,
    BitAnd,
    BitOr,
    BitXor,
    /// a as a two's complement of b bits.
    Wrap,
    /// a, or the nearest number of b bits.
    Saturate,
}
