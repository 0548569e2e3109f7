//! Bodies of chips, mappings and experiments.

use snn_diagnostics::Span;

use super::{Call, Expr, Name};

/// One statement of a chip body.
#[derive(Clone, Debug)]
pub enum ChipItem {
    /// `mesh 4 by 4`.
    Mesh {
        /// Columns.
        width: Expr,
        /// Rows.
        height: Expr,
    },
    /// `tick 1 ms`.
    Tick(Expr),
    /// `arithmetic f32`: of every core.
    Arithmetic(Name),
    /// `core { … }`, `core big on (0, 0) { … }`.
    Core {
        /// Name of the kind of core.
        name: Option<Name>,
        /// Tile coordinates after `on`; empty for all other tiles.
        tiles: Vec<(Expr, Expr)>,
        /// Cores of this kind per tile (`cores 4`), one where not given: see [`CoreItem`].
        items: Vec<CoreItem>,
        /// The keyword.
        span: Span,
    },
    /// A construct that a later version runs (`energy`, `routing`, `time`); reported by the parser.
    Later(Name),
}

/// One statement of a core body.
#[derive(Clone, Debug)]
pub enum CoreItem {
    /// `neurons 512`, `axons_in 4096`, `axons_out 4096`, `synapses 100000`, `synapse_memory 64 KiB`,
    /// `programs 4`, `per_tile 4`.
    Limit {
        /// The resource.
        resource: Name,
        /// How much.
        amount: Expr,
    },
    /// `weights 8 signed round nearest per connection`; words after the bits in order.
    Weights {
        /// Number of bits.
        bits: Expr,
        /// The words.
        words: Vec<Name>,
    },
    /// `delays 1 .. 62`, in ticks.
    Delays(Expr),
    /// `arithmetic integer`.
    Arithmetic(Name),
    /// A construct that a later version runs; reported by the parser.
    Later(Name),
}

/// One directive of a mapping.
#[derive(Clone, Debug)]
pub enum MappingDirective {
    /// `place out on core(0, 0)`, `place c1 near out`.
    Place {
        /// The population: a name or a member of a family.
        what: Expr,
        /// Where.
        target: PlaceTarget,
    },
    /// `minimise traffic | hops | cores`.
    Minimise(Name),
    /// `require cores <= 8`.
    Require(Expr),
    /// A construct that a later version runs (`split`, `together`, `apart`, `reserve`).
    Later(Name),
}

/// Where a population is placed.
#[derive(Clone, Debug)]
pub enum PlaceTarget {
    /// `on core(x, y)`.
    Core {
        /// Column.
        x: Expr,
        /// Row.
        y: Expr,
    },
    /// `near out`.
    Near(Expr),
}

/// `experiment irregular of brunel(g = 5) on fit { … }`.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Its name.
    pub name: Name,
    /// The network and its arguments.
    pub network: Call,
    /// Span of the network.
    pub network_span: Span,
    /// A mapping or a chip after `on`.
    pub on: Option<Expr>,
    /// The body.
    pub items: Vec<ExperimentItem>,
}

/// One statement of an experiment body.
#[derive(Clone, Debug)]
pub enum ExperimentItem {
    /// `dt 0.1 ms`.
    Dt(Expr),
    /// `warmup 500 ms`.
    Warmup(Expr),
    /// `run 1 s`: several pieces follow one another.
    Run(Expr),
    /// `pause 200 ms`: time passes, and sources and injected currents are silent.
    Pause(Expr),
    /// `set g = 3`: a parameter of the network from here on.
    Set {
        /// The parameter.
        name: Name,
        /// Its new value.
        value: Expr,
        /// The whole statement.
        span: Span,
    },
    /// `trials 1000 each 100 ms`, `… keep state`, `… reset weights`: in place of `run`.
    Trials {
        /// How many.
        count: Expr,
        /// How long each.
        each: Expr,
        /// What neurons do between two.
        between: Between,
        /// The whole statement.
        span: Span,
    },
    /// `label argmax(count(out)) against file("labels.csv")`.
    Label {
        /// What answers a trial.
        answer: Call,
        /// Its place.
        answer_span: Span,
        /// The right answers.
        against: Expr,
    },
    /// `seed 42`.
    Seed(Expr),
    /// `sweep g in [3, 4.5, 6]`, `sweep seed in 1..13`.
    Sweep {
        /// A parameter of the network, or `seed`, `dt`, `warmup`, `run`.
        what: Name,
        /// Its values in order; a range is written out.
        values: Vec<Expr>,
        /// The whole statement.
        span: Span,
    },
    /// `inject step(2 nA, from 100 ms, to 400 ms) -> n.I`.
    Inject {
        /// The waveform.
        waveform: Call,
        /// Its place.
        waveform_span: Span,
        /// A selection with the input as the last field.
        to: Expr,
    },
    /// `record spikes of E[0..50]`, `record v of n every 0.1 ms`.
    Record {
        /// What.
        what: Recorded,
        /// Of whom: a selection.
        of: Expr,
        /// Sampling interval; left out, one tick.
        every: Option<Expr>,
        /// The occasion after `at`.
        at: Option<Name>,
        /// The whole statement.
        span: Span,
    },
    /// `expect rate(E) in 20 Hz .. 60 Hz`, `expect count(n) == 3`, `expect mean(rate(E)) > 3 Hz over seed`.
    Expect {
        /// The measured expression, or a comparison.
        what: Expr,
        /// Names after `over`: sweeps whose points are taken together.
        over: Vec<Name>,
        /// `lo .. hi` after `in`, both ends included.
        within: Option<Expr>,
        /// The whole statement.
        span: Span,
    },
    /// A construct that a later version runs (`sweep`, `trials`, `label`, `quantise`).
    Later(Name),
}

/// What happens between two trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Neurons begin with their initial values; synapses go on.
    Reset,
    /// Neurons and synapses begin with their initial values.
    ResetWeights,
    /// All goes on.
    Keep,
}

/// What is recorded.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// The spikes.
    Spikes,
    /// A state.
    State(Name),
    /// What synapses send; the word.
    Sent(Name),
}
