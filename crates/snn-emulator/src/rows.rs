//! Synapses as a worker stores them: for each sender one row over the worker's neurons, cut into
//! segments of equal delay and lane.
//!
//! A row is 2 bytes per synapse where the projection has one weight, 6 where weights were drawn, 10
//! where they were computed in f64; a segment is 12 bytes.

use std::ops::Range;

use snn_chip::{Arithmetic, ChipImage};
use snn_connect::{Projection, Synapse, SynapseValue, delay_ticks};

use crate::error::LoadError;
use crate::ids::Ids;
use crate::live::Seed;
use crate::part::PartLayout;

/// Part of a row: targets of one sender that share lane, delay and form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// First entry in the pool of its form.
    pub start: u32,
    /// Number of entries.
    pub len: u16,
    /// Ticks.
    pub delay: u16,
    /// Lane of the worker.
    pub lane: u16,
    /// Which pool.
    pub form: Form,
}

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Not at all: the lane has one weight.
    Uniform,
    /// As f32: drawn weights, and every weight on an f32 chip.
    F32,
    /// As f64.
    F64,
    /// In the states of live synapses.
    Live,
}

/// Targets and weights of one form.
#[derive(Debug)]
pub(crate) struct Pool<W> {
    pub targets: Vec<u16>,
    pub weights: Vec<W>,
}

impl<W> Default for Pool<W> {
    fn default() -> Self {
        Self { targets: Vec::new(), weights: Vec::new() }
    }
}

/// All rows of a worker.
#[derive(Debug, Default)]
pub(crate) struct RowStore {
    /// First segment of each sender id, then the number of segments.
    offsets: Vec<u32>,
    segments: Vec<Segment>,
    pub uniform: Vec<u16>,
    pub f32: Pool<f32>,
    pub f64: Pool<f64>,
    pub live: Pool<Seed>,
    /// Synapses of each live bundle, in the order of the pool.
    pub live_lengths: Vec<usize>,
}

impl RowStore {
    /// Segments of a sender, longest delay first, then in declaration order of projections.
    #[inline]
    pub(crate) fn of(&self, id: u32) -> &[Segment] {
        &self.segments[self.offsets[id as usize] as usize..self.offsets[id as usize + 1] as usize]
    }

    /// Targets of a segment.
    #[inline]
    pub(crate) fn targets(&self, segment: Segment) -> &[u16] {
        let range = entries(segment);
        match segment.form {
            Form::Uniform => &self.uniform[range],
            Form::F32 => &self.f32.targets[range],
            Form::F64 => &self.f64.targets[range],
            Form::Live => &self.live.targets[range],
        }
    }

    /// All segments.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Every delay present, longest first.
    pub(crate) fn delays(&self) -> Vec<u64> {
        let mut delays: Vec<u64> = self.segments.iter().map(|s| u64::from(s.delay)).collect();
        delays.sort_unstable_by(|a, b| b.cmp(a));
        delays.dedup();
        delays
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        (self.offsets.len() * 4
            + self.segments.len() * size_of::<Segment>()
            + self.uniform.len() * 2
            + self.f32.targets.len() * 6
            + self.f64.targets.len() * 10
            + self.live.targets.len() * 2) as u64
    }
}

/// The entries of a segment in the pool of its form.
#[inline]
pub(crate) fn entries(segment: Segment) -> Range<usize> {
    segment.start as usize..segment.start as usize + segment.len as usize
}

/// The synapses of one projection onto one part.
pub(crate) struct Bundle {
    /// Index of the projection.
    pub projection: usize,
    /// Lane of the worker.
    pub lane: u16,
    /// Runs of target positions owned by the part.
    pub owned: Vec<Owned>,
}

/// Consecutive target positions of one part, in pieces whose neurons are consecutive too.
pub(crate) struct Owned {
    pub positions: Range<u32>,
    /// First position of each piece, and the part's neuron there.
    pieces: Vec<(u32, u32)>,
}

impl Owned {
    /// The part's neuron at a position.
    pub(crate) fn neuron(&self, position: u32) -> u16 {
        let piece = self.pieces.partition_point(|(first, _)| *first <= position) - 1;
        let (first, neuron) = self.pieces[piece];
        (neuron + (position - first)) as u16
    }
}

impl Bundle {
    /// The positions of `projection` that `part` owns.
    pub(crate) fn new(
        image: &ChipImage,
        projection: usize,
        part: &PartLayout,
        lane: u16,
    ) -> Option<Self> {
        let targets = &image.projections[projection].connector.targets;
        let mut owned: Vec<Owned> = Vec::new();
        for (i, segment) in targets.segments().iter().enumerate() {
            let first = targets.start_of(i);
            for range in part.ranges.iter().filter(|r| r.object == segment.object) {
                let start = range.start.max(segment.start);
                let end = (range.start + range.len).min(segment.start + segment.len);
                if start < end {
                    let position = first + (start - segment.start);
                    let piece = (position, range.neuron + (start - range.start));
                    let next = position + (end - start);
                    match owned.last_mut() {
                        // A view in steps is one run of many pieces: it is drawn once.
                        Some(last) if last.positions.end == position => {
                            last.positions.end = next;
                            last.pieces.push(piece);
                        }
                        _ => owned.push(Owned { positions: position..next, pieces: vec![piece] }),
                    }
                }
            }
        }
        (!owned.is_empty()).then_some(Self { projection, lane, owned })
    }

    fn visit(&self, image: &ChipImage, mut f: impl FnMut(Synapse, u16)) {
        let connector = &image.projections[self.projection].connector;
        let draws = connector.draws(image.seed);
        for owned in &self.owned {
            draws.visit_targets(owned.positions.clone(), |synapse| {
                f(synapse, owned.neuron(synapse.target));
            });
        }
    }
}

/// Draws the synapses of all bundles (in declaration order of projections) into their final places:
/// one pass counts, the second fills.
pub(crate) fn build(
    image: &ChipImage,
    ids: &Ids,
    bundles: &[Bundle],
) -> Result<RowStore, LoadError> {
    let mut store = RowStore::default();
    let counts: Vec<Vec<u32>> = bundles.iter().map(|b| count(image, b)).collect();
    let mut totals = [0u64; 4];
    for (bundle, counts) in bundles.iter().zip(&counts) {
        let form = form(image, &image.projections[bundle.projection]);
        totals[form as usize] += counts.iter().map(|c| u64::from(*c)).sum::<u64>();
    }
    if totals.iter().any(|t| *t > u64::from(u32::MAX)) {
        return Err(LoadError::TooLarge(
            "a worker has more than 2^32 synapses; use more threads".into(),
        ));
    }
    store.uniform.reserve_exact(totals[Form::Uniform as usize] as usize);
    store.f32.targets.reserve_exact(totals[Form::F32 as usize] as usize);
    store.f32.weights.reserve_exact(totals[Form::F32 as usize] as usize);
    store.f64.targets.reserve_exact(totals[Form::F64 as usize] as usize);
    store.f64.weights.reserve_exact(totals[Form::F64 as usize] as usize);
    let mut rows: Vec<(u32, Segment)> = Vec::new();
    for (bundle, counts) in bundles.iter().zip(counts) {
        fill(image, ids, bundle, counts, &mut store, &mut rows)?;
    }
    rows.sort_by_key(|(id, segment)| (*id, std::cmp::Reverse(segment.delay)));
    store.offsets = vec![0; ids.len() + 1];
    for (id, _) in &rows {
        store.offsets[*id as usize + 1] += 1;
    }
    for i in 0..ids.len() {
        store.offsets[i + 1] += store.offsets[i];
    }
    store.segments = rows.into_iter().map(|(_, segment)| segment).collect();
    Ok(store)
}

/// The form in which a projection's weights are stored.
pub(crate) fn form(image: &ChipImage, projection: &Projection) -> Form {
    match &projection.weight {
        _ if projection.live.is_some() => Form::Live,
        SynapseValue::Constant(_) => Form::Uniform,
        SynapseValue::Program(p) if p.draws() => Form::F32,
        _ if image.arithmetic == Arithmetic::F32 => Form::F32,
        _ => Form::F64,
    }
}

/// Synapses per position of the sources.
fn count(image: &ChipImage, bundle: &Bundle) -> Vec<u32> {
    let sources = image.projections[bundle.projection].connector.sources.len();
    let mut counts = vec![0u32; sources as usize];
    bundle.visit(image, |synapse, _| counts[synapse.source as usize] += 1);
    counts
}

fn fill(
    image: &ChipImage,
    ids: &Ids,
    bundle: &Bundle,
    counts: Vec<u32>,
    store: &mut RowStore,
    rows: &mut Vec<(u32, Segment)>,
) -> Result<(), LoadError> {
    let projection = &image.projections[bundle.projection];
    let form = form(image, projection);
    let (f32s, f64s, live) = (&mut store.f32, &mut store.f64, &mut store.live);
    let targets = match form {
        Form::Uniform => &mut store.uniform,
        Form::F32 => &mut f32s.targets,
        Form::F64 => &mut f64s.targets,
        Form::Live => &mut live.targets,
    };
    let base = targets.len();
    let total: usize = counts.iter().map(|c| *c as usize).sum();
    targets.resize(base + total, 0);
    match form {
        Form::Uniform => {}
        Form::F32 => f32s.weights.resize(base + total, 0.0),
        Form::F64 => f64s.weights.resize(base + total, 0.0),
        Form::Live => live.weights.reserve_exact(total),
    }
    let mut seeds = vec![None; if form == Form::Live { total } else { 0 }];
    // Counts become the next free place of each row.
    let mut next = counts;
    let mut at = base as u32;
    for place in &mut next {
        at += std::mem::replace(place, at);
    }
    let mut weights = projection.weights(image.seed);
    let mut delays = projection.delays(image.seed);
    let constant_delay = delays.constant().map(delay_ticks);
    let mut own_delays = vec![0u16; if constant_delay.is_some() { 0 } else { total }];
    let mut longest = constant_delay.unwrap_or(0);
    bundle.visit(image, |synapse, neuron| {
        let place = &mut next[synapse.source as usize];
        let at = *place as usize;
        *place += 1;
        targets[at] = neuron;
        match form {
            Form::Uniform => {}
            Form::F32 => f32s.weights[at] = weights.at(synapse) as f32,
            Form::F64 => f64s.weights[at] = weights.at(synapse),
            Form::Live => {
                seeds[at - base] = Some(Seed { synapse, ordinal: 0, weight: weights.at(synapse) });
            }
        }
        if constant_delay.is_none() {
            let delay = delay_ticks(delays.at(synapse));
            longest = longest.max(delay);
            own_delays[at - base] = delay as u16;
        }
    });
    if form == Form::Live {
        live.weights.extend(seeds.into_iter().flatten());
        store.live_lengths.push(total);
    }
    if longest > u32::from(u16::MAX) {
        return Err(LoadError::TooLarge(format!(
            "projection {} has a delay of {longest} ticks; {} is the most",
            projection.name,
            u16::MAX
        )));
    }
    let mut start = base;
    for (position, end) in next.into_iter().enumerate() {
        let row = start..end as usize;
        start = end as usize;
        if row.is_empty() {
            continue;
        }
        if form == Form::Live {
            number(&mut live.weights[row.clone()]);
        }
        let (object, index) = projection.connector.sources.at(position as u32);
        let id = ids.id(object, index);
        let segment = |start: usize, len: usize, delay: u16| Segment {
            start: start as u32,
            len: len as u16,
            delay,
            lane: bundle.lane,
            form,
        };
        let mut push = |range: Range<usize>, delay: u16| {
            for piece in range.clone().step_by(usize::from(u16::MAX)) {
                let len = (range.end - piece).min(usize::from(u16::MAX));
                rows.push((id, segment(piece, len, delay)));
            }
        };
        let Some(delay) = constant_delay else {
            let own = &mut own_delays[row.start - base..row.end - base];
            match form {
                Form::Uniform => by_delay(own, &mut targets[row.clone()], &mut [] as &mut [f32]),
                Form::F32 => {
                    by_delay(own, &mut targets[row.clone()], &mut f32s.weights[row.clone()])
                }
                Form::F64 => {
                    by_delay(own, &mut targets[row.clone()], &mut f64s.weights[row.clone()])
                }
                Form::Live => {
                    by_delay(own, &mut targets[row.clone()], &mut live.weights[row.clone()])
                }
            }
            let mut first = row.start;
            for group in own.chunk_by(|a, b| a == b) {
                push(first..first + group.len(), group[0]);
                first += group.len();
            }
            continue;
        };
        push(row, delay as u16);
    }
    Ok(())
}

/// Numbers the synapses of one row that join the same two neurons.
fn number(row: &mut [Seed]) {
    let mut order: Vec<u32> = (0..row.len() as u32).collect();
    order.sort_by_key(|i| row[*i as usize].synapse.target);
    for pair in order.windows(2) {
        let before = row[pair[0] as usize];
        let after = &mut row[pair[1] as usize];
        if before.synapse.target == after.synapse.target {
            after.ordinal = before.ordinal + 1;
        }
    }
}

/// Sorts one row by delay, keeping the order of equal delays. `weights` may be empty.
fn by_delay<W: Copy>(delays: &mut [u16], targets: &mut [u16], weights: &mut [W]) {
    let mut order: Vec<u32> = (0..delays.len() as u32).collect();
    order.sort_by_key(|i| delays[*i as usize]);
    fn apply<N: Copy>(values: &mut [N], order: &[u32]) {
        let sorted: Vec<N> = order.iter().map(|i| values[*i as usize]).collect();
        values.copy_from_slice(&sorted);
    }
    apply(delays, &order);
    apply(targets, &order);
    if !weights.is_empty() {
        apply(weights, &order);
    }
}
