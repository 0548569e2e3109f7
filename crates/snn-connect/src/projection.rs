//! Connection rules and projections.

use std::sync::Arc;

use snn_kernel::{Program, SynapseKernel};
use snn_numeric::ObjectKey;

use crate::{Selection, Space, Window};

/// All synapses of one `connect`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Qualified name.
    pub name: String,
    /// Who is connected to whom.
    pub connector: Connector,
    /// Receptor of each target segment: index into the receptors of that population's kernel.
    pub receptors: Vec<u16>,
    /// Weights in coherent units.
    pub weight: SynapseValue,
    /// Delays in ticks, dendrite included; a program or a list may give fractions, see [`delay_ticks`].
    pub delay: SynapseValue,
    /// What its synapses do besides delivering their weight; none for static ones.
    pub live: Option<Arc<Live>>,
}

/// Synapses with states of their own. A spike emitted in tick k with the delay D is at the synapse in
/// tick k + D - dendrite, and acts on the target in tick k + D.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Their programs.
    pub kernel: SynapseKernel,
    /// Ticks from the synapse to the target; no more than any delay.
    pub dendrite: u32,
    /// Ticks from a spike of the target to the synapse.
    pub back: u32,
    /// Which of two spikes in one tick comes first.
    pub ties: Ties,
    /// Where the spikes of each modulator come from.
    pub modulators: Vec<ModulatorSource>,
}

impl Live {
    /// Whether these synapses can go on with the programs of others: states, traces and delays stay.
    pub fn changes_to(&self, other: &Self) -> bool {
        let ends = |live: &Self| (live.dendrite, live.back, live.ties);
        let (a, b) = (&self.kernel, &other.kernel);
        ends(self) == ends(other)
            && self.modulators == other.modulators
            && a.states == b.states
            && a.pre_traces == b.pre_traces
            && a.post_traces == b.post_traces
            && a.modulators == b.modulators
            && a.reads == b.reads
    }
}

/// Who modulates.
#[derive(Clone, Debug, PartialEq)]
pub struct ModulatorSource {
    /// The neurons or trains.
    pub from: Selection,
    /// Ticks from there to all synapses, at least 1.
    pub delay: u32,
}

/// What happens at a synapse when a pre and a post spike are there in the same tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ties {
    /// The pre spike is complete, traces included, before the post spike.
    PrePost,
    /// The reverse; needs a dendrite of one tick.
    PostPre,
    /// Both blocks, pre first, then all traces.
    PrePostBlind,
    /// Both blocks, post first, then all traces; needs a dendrite of one tick.
    PostPreBlind,
}

impl Ties {
    /// Whether the post spike comes first.
    pub fn post_first(self) -> bool {
        matches!(self, Self::PostPre | Self::PostPreBlind)
    }

    /// Whether neither block sees the traces of the other's spike.
    pub fn is_blind(self) -> bool {
        matches!(self, Self::PrePostBlind | Self::PostPreBlind)
    }
}

/// A continuous connection: in each tick its targets' inputs take Σ weight · state, of the states as they
/// were a delay before.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuous {
    /// Who is connected to whom; its receptors are inputs.
    pub projection: Projection,
    /// State of each source segment: index into the states of that population's kernel.
    pub states: Vec<u16>,
}

/// A rule over two selections.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    /// The rule.
    pub rule: Rule,
    /// Who sends.
    pub sources: Selection,
    /// Who receives.
    pub targets: Selection,
    /// Where they lie; none where nothing asks.
    pub space: Option<Space>,
    /// Key of the rule's draws.
    pub key: ObjectKey,
    /// Whether a neuron may be its own source.
    pub autapses: Autapses,
    /// Whether a pair may be connected more than once.
    pub multapses: Multapses,
}

/// Who is connected to whom. Positions are positions in the selections.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Every ordered pair.
    AllToAll,
    /// Equal positions.
    OneToOne,
    /// Each ordered pair at most once, with this probability.
    Probability(f64),
    /// This many sources per target, uniform.
    Indegree(u32),
    /// This many targets per source, uniform.
    Outdegree(u32),
    /// This many synapses, source and target uniform and independent.
    Total(u64),
    /// Each ordered pair at most once; the program gives the probability of a pair from the inputs of
    /// [`SynapseValue::Program`].
    PairProbability(Program),
    /// Each ordered pair at most once, with probability exp(-d²/2σ²), 0 beyond the radius; in µm.
    Near {
        /// σ.
        sigma: f64,
        /// Largest distance.
        radius: f64,
    },
    /// This many sources per target, drawn with the weights that `Near` has as probabilities.
    NearIndegree {
        /// σ in µm.
        sigma: f64,
        /// Largest distance in µm.
        radius: f64,
        /// Sources per target.
        indegree: u32,
    },
    /// The window of a target sees a source: convolution, pooling.
    Window(Window),
    /// Given pairs (source, target).
    List(Arc<[(u32, u32)]>),
}

/// Whether a neuron may be its own source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Autapses {
    Allowed,
    Forbidden,
}

/// Whether a pair may be connected more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Multapses {
    Allowed,
    Forbidden,
}

/// Which end the draws of a rule run along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Major {
    Source,
    Target,
}

/// One synapse: positions in the selections, and its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Synapse {
    /// Position in the sources.
    pub source: u32,
    /// Position in the targets.
    pub target: u32,
    /// What its own draws are keyed by.
    pub id: SynapseId,
}

/// Identity of a synapse within its projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SynapseId {
    /// Position at the end that the rule's draws run along.
    pub major: u32,
    /// Block of 1,024 positions at the other end; 0 for target-major rules.
    pub block: u32,
    /// Which of them.
    pub ordinal: u32,
}

/// A weight or a delay.
#[derive(Clone, Debug, PartialEq)]
pub enum SynapseValue {
    /// The same for all.
    Constant(f64),
    /// Computed or drawn, one output. Inputs: `pre.index`, `post.index` (in their populations), and where the
    /// connector has a space `pre.x`, `pre.y`, `post.x`, `post.y`, `distance` in µm.
    Program(Program),
    /// One per entry of a [`Rule::List`].
    List(Arc<[f64]>),
    /// By target and source: of [`Rule::AllToAll`] in the order [target, source], of [`Rule::Window`] one per
    /// tap of the kernel, [out, in per group, row, column].
    Table(Arc<[f64]>),
}

/// A connection that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// `one_to_one` of unequal lengths.
    UnequalLengths {
        /// Sources.
        sources: u32,
        /// Targets.
        targets: u32,
    },
    /// More partners asked for than there are.
    TooMany {
        /// Asked for.
        wanted: u64,
        /// There are.
        available: u64,
    },
    /// A list names a neuron that does not exist.
    OutOfRange {
        /// Entry of the list, from 0.
        entry: usize,
    },
    /// Images and kernel of a window do not fit each other or the selections.
    WrongWindow,
    /// A probability below 0, above 1 or NaN.
    OutsideUnitInterval,
}

/// A delay as a whole number of ticks: rounded half up, at least 1, at most 2^20.
pub fn delay_ticks(delay: f64) -> u32 {
    let rounded = (delay + 0.5).floor();
    if rounded >= 1.0 { rounded.min(f64::from(1u32 << 20)) as u32 } else { 1 }
}
