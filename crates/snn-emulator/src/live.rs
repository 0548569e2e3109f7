//! Live synapses of a worker: states and traces beside the rows that reach them.
//!
//! A synapse is brought up to date when something needs it, by replaying what has happened to it since
//! ([`replay`]): post spikes from a history per neuron, steps of modulators from a list, `every` and
//! tick-by-tick equations from the tick count. Every event runs with the states, traces and elapsed ticks
//! it would have had at its own time, so that it does not matter when it is replayed. A pre spike runs when
//! it reaches the target, a dendrite later than it was at the synapse: so spikes of other workers are
//! always in time.

mod blocks;
mod boundary;
mod history;
mod pairs;
mod planted;
mod probes;
mod replay;
mod saved;

use std::sync::Arc;

use snn_chip::ChipImage;
use snn_connect::{Live, Synapse, SynapseId};
use snn_kernel::{Advance, BLOCK, DrawKey, Simd};
use snn_numeric::{ObjectKey, Purpose, Real};
use snn_result::Protocol;

use crate::fault::Fault;
use crate::ids::Ids;
use crate::part::Part;
use crate::ring::Emission;
use crate::rows::{Form, RowStore};
use blocks::{Buffers, Programs};
use history::{Decay, Past, PostHistory, Reads, Steps};
use pairs::Pairs;
use probes::Probes;
pub(crate) use probes::Records;
pub(crate) use replay::Spikes;
use replay::{Due, Moved, Newest};
pub use saved::{SavedProjection, SavedSynapse, SavedTarget};

/// What a live synapse is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub synapse: Synapse,
    /// Which of the synapses between these two.
    pub ordinal: u32,
    pub weight: f64,
}

impl Seed {
    /// What stands where none has been drawn yet.
    pub(crate) const NONE: Self = Self {
        synapse: Synapse { source: 0, target: 0, id: SynapseId { major: 0, block: 0, ordinal: 0 } },
        ordinal: 0,
        weight: 0.0,
    };

    /// Synapses of a projection are ordered by it.
    pub(crate) fn key(&self) -> (u32, u32, u32) {
        (self.synapse.source, self.synapse.target, self.ordinal)
    }
}

/// The live synapses of one projection onto one part.
#[derive(Clone, Debug)]
pub(crate) struct LiveBundle<T> {
    pub projection: usize,
    pub part: usize,
    live: Arc<Live>,
    programs: Arc<Programs<T>>,
    /// Where the synapses are a weight alone, in a known shape.
    pairs: Option<Pairs<T>>,
    /// First entry in the pool of live rows.
    first: usize,
    targets: Vec<u16>,
    pub seeds: Vec<Seed>,
    /// States and columns, padded so that a block begins at every synapse.
    states: Vec<Vec<T>>,
    columns: Vec<Vec<T>>,
    /// Tick of the last visit of each synapse; empty where states do not move between visits.
    visited: Vec<u32>,
    rows: Vec<LiveRow<T>>,
    history: PostHistory<T>,
    modulators: Vec<Steps<T>>,
    reads: Reads<T>,
    decays: Decays<T>,
    visited_by: VisitedBy,
    probes: Probes,
    buffers: Buffers<T>,
    due: Due,
    newest: Newest,
    courses: Vec<Vec<T>>,
    moved: Moved,
    simd: Simd,
    seed: u64,
    key: ObjectKey,
    /// The tick after which all began anew; 0 where they never did.
    pub since: u64,
    fault: Option<Fault>,
}

/// How traces on pre and modulators decay.
#[derive(Clone, Debug)]
struct Decays<T> {
    pre: Vec<Decay<T>>,
    modulators: Vec<Decay<T>>,
}

/// Who else visits synapses.
#[derive(Clone, Copy, Debug)]
struct VisitedBy {
    post: bool,
    modulators: bool,
}

/// Synapses of one sender with one delay.
#[derive(Clone, Debug, Default)]
struct LiveRow<T> {
    /// First entry of the bundle, and how many.
    start: usize,
    len: usize,
    /// Everything that happened up to this tick is in the states.
    done: u64,
    /// Post spikes up to this tick are.
    posted: u64,
    /// Tick of the last pre spike, and the traces after it and before.
    pre_at: u64,
    pre: Vec<Past<T>>,
    before: Vec<Past<T>>,
}

impl<T: Real> LiveBundle<T> {
    /// The bundle of a projection's synapses onto a part: `len` entries of the pool from `first`.
    pub(crate) fn new(
        image: &ChipImage,
        protocol: &Protocol,
        ids: &Ids,
        rows: &RowStore,
        (projection, part): (usize, usize),
        (first, len): (usize, usize),
        (neurons, simd): (&Part<T>, Simd),
    ) -> Option<Self> {
        let p = &image.projections[projection];
        let live = p.live.clone()?;
        let kernel = &live.kernel;
        let probes = Probes::new(protocol, projection, kernel);
        let mut bundle = Self {
            projection,
            part,
            first,
            targets: rows.live.targets[first..first + len].to_vec(),
            seeds: rows.live.weights[first..first + len].to_vec(),
            states: vec![Vec::with_capacity(len + BLOCK); kernel.states.len()],
            columns: vec![Vec::with_capacity(len + BLOCK); kernel.columns.len()],
            visited: if kernel.advance == Advance::Never { Vec::new() } else { vec![0; len] },
            rows: Vec::new(),
            history: PostHistory::new(&live, neurons.len(), &probes),
            modulators: live.modulators.iter().map(|m| Steps::new(ids, m)).collect(),
            reads: Reads::new(&live, &neurons.layout.kernel, neurons.len()),
            programs: Arc::new(Programs::new(kernel)),
            pairs: Pairs::of(kernel),
            decays: Decays {
                pre: kernel.pre_traces.iter().map(Decay::new).collect(),
                modulators: kernel.modulators.iter().map(Decay::new).collect(),
            },
            visited_by: VisitedBy {
                post: kernel.visited_by_post(),
                modulators: kernel.visited_by_modulators(),
            },
            probes,
            buffers: Buffers::default(),
            due: Due::default(),
            newest: Newest::default(),
            courses: Vec::new(),
            moved: Moved::default(),
            simd,
            seed: image.seed,
            key: p.connector.key,
            live: live.clone(),
            since: 0,
            fault: None,
        };
        bundle.draw(image);
        Some(bundle)
    }

    /// Columns and initial states.
    fn draw(&mut self, image: &ChipImage) {
        for synapse in 0..self.seeds.len() {
            let drawn = self.initial(image, synapse);
            let all = self.columns.iter_mut().chain(&mut self.states);
            for (column, value) in all.zip(&drawn) {
                column.push(T::from_f64(*value));
            }
        }
        for column in self.columns.iter_mut().chain(&mut self.states) {
            column.resize(column.len() + BLOCK, T::ZERO);
        }
        self.weights_were_set();
    }

    /// Columns and initial states of one synapse.
    fn initial(&self, image: &ChipImage, synapse: usize) -> Vec<f64> {
        let connector = &image.projections[self.projection].connector;
        let init = &self.live.kernel.init;
        let seed = &self.seeds[synapse];
        let id = seed.synapse.id;
        let key = DrawKey {
            seed: self.seed,
            object: self.key,
            purpose: Purpose::Initial,
            counter: [id.major, id.block, id.ordinal],
        };
        let (_, pre) = connector.sources.at(seed.synapse.source);
        let (_, post) = connector.targets.at(seed.synapse.target);
        let inputs = [seed.weight, f64::from(pre), f64::from(post)];
        let mut drawn = vec![0.0; init.outputs.len()];
        init.eval(&inputs, &key, &mut Vec::new(), &mut drawn);
        drawn
    }

    /// Adds a segment of the store. Segments of a bundle come in ascending order.
    pub(crate) fn add_row(&mut self, start: usize, len: usize) {
        let never = vec![Past::NEVER; self.live.kernel.pre_traces.len()];
        self.rows.push(LiveRow {
            start: start - self.first,
            len,
            pre: never.clone(),
            before: never,
            ..LiveRow::default()
        });
    }

    /// Delays of modulators in ticks.
    pub(crate) fn modulator_delays(&self) -> impl Iterator<Item = u64> + '_ {
        self.live.modulators.iter().map(|m| u64::from(m.delay))
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        let columns = self.states.len() + self.columns.len();
        let per_synapse = 2 + size_of::<Seed>() + columns * size_of::<T>();
        (self.targets.len() * per_synapse
            + self.visited.len() * 4
            + self.rows.len() * size_of::<LiveRow<T>>()) as u64
    }

    /// Whether a neuron or train modulates these synapses.
    pub(crate) fn listens_to(&self, id: u32) -> bool {
        self.modulators.iter().any(|m| m.listens_to(id))
    }

    /// What the target can see at the end of a tick: the tick that a dendrite is later, and nothing from
    /// before the synapses began anew.
    fn horizon(&self, tick: u64) -> u64 {
        let dendrite = if self.has(Fault::IgnoredDendrite) { 0 } else { self.live.dendrite };
        tick.saturating_sub(u64::from(dendrite)).max(self.since)
    }

    /// Modulators step, before anything else in a tick. `at` gives the spikes stamped with a tick.
    pub(crate) fn modulate<'r>(&mut self, tick: u64, at: impl Fn(u64) -> &'r [Emission]) {
        let live = self.live.clone();
        let late = u64::from(self.has(Fault::LateModulator));
        let sources = self.modulators.iter_mut().zip(&live.modulators);
        for ((steps, source), decay) in sources.zip(&self.decays.modulators) {
            if let Some(emitted) =
                tick.checked_sub(u64::from(source.delay) + late).filter(|t| *t > 0)
            {
                steps.take(decay, tick, at(emitted));
            }
        }
    }

    /// The end of a tick: post spikes, what must be visited each tick, what is recorded.
    pub(crate) fn end(
        &mut self,
        tick: u64,
        part: &Part<T>,
        fired: &[u32],
        records: &mut Records,
    ) -> Result<(), Broken> {
        let live = self.live.clone();
        self.history.push(&live, tick, self.noticed(tick, fired));
        self.reads.note(tick, part);
        let horizon = self.horizon(tick);
        let each_tick = matches!(live.kernel.advance, Advance::EachTick(_));
        let long = self.history.crowded() || self.modulators.iter().any(|m| m.len() > 1 << 12);
        let watched = self.probes.watch(tick);
        // States of the target are kept for a dendrite only: what reads them must run by then.
        if each_tick || live.kernel.reads_target() || long || watched {
            self.catch_up(horizon)?;
            self.history.forget(horizon);
            self.modulators.iter_mut().for_each(|m| m.forget(horizon));
        }
        if watched {
            self.record_end(tick, horizon, records);
        }
        Ok(())
    }
}

/// A state of a synapse that became NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Broken {
    pub tick: u64,
    /// Positions of source and target in the projection.
    pub place: (u32, u32),
    pub state: usize,
    pub value: f64,
}

/// The bundles of a worker, from its rows and the (projection, part) and length of each live bundle, in the
/// order of the pool.
pub(crate) fn bundles<T: Real>(
    image: &ChipImage,
    protocol: &Protocol,
    ids: &Ids,
    rows: &RowStore,
    parts: &[Part<T>],
    lengths: &[(usize, usize, usize)],
    simd: Simd,
) -> Vec<LiveBundle<T>> {
    let mut bundles: Vec<LiveBundle<T>> = Vec::new();
    let mut first = 0;
    for &(projection, part, len) in lengths {
        let place = (projection, part);
        let range = (first, len);
        let neurons = (&parts[part], simd);
        bundles.extend(LiveBundle::new(image, protocol, ids, rows, place, range, neurons));
        first += len;
    }
    let mut segments: Vec<(usize, usize)> = rows
        .segments()
        .iter()
        .filter(|s| s.form == Form::Live)
        .map(|s| (s.start as usize, usize::from(s.len)))
        .collect();
    segments.sort_unstable();
    for (start, len) in segments {
        let at = place(&bundles, start);
        bundles[at].add_row(start, len);
    }
    bundles
}

/// The bundle that holds a place of the pool.
pub(crate) fn place<T: Real>(bundles: &[LiveBundle<T>], start: usize) -> usize {
    bundles.partition_point(|b| b.first + b.targets.len() <= start)
}
