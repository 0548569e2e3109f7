//! Drawing the synapses of a worker into their places.
//!
//! Rules whose draws come sender by sender are drawn once, row after row, onto the ends of the pools; the
//! others are counted first and drawn again into place. Weights and delays are computed in batches.

use std::ops::Range;

use snn_chip::{Arithmetic, ChipImage, ImageObjectKind};
use snn_connect::{
    Evaluator, Major, Multapses, Projection, Rule, Synapse, SynapseValue, delay_ticks,
};
use snn_kernel::Simd;

use super::order::ByDelay;
use super::pool::{OpenPool, permute};
use super::{Bundle, Form, Noted, RowStore, Segment, bits, can_regenerate};
use crate::emulator::RowChoice;
use crate::error::LoadError;
use crate::ids::Ids;
use crate::pages;

/// Synapses whose weights and delays are computed together, about.
const BATCH: usize = 2048;

/// Draws the synapses of all bundles (in declaration order of projections) into their final places.
pub(crate) fn build(
    image: &ChipImage,
    ids: &Ids,
    bundles: &[Bundle],
    (simd, choice): (Simd, RowChoice),
) -> Result<RowStore, LoadError> {
    let mut store = RowStore::default();
    reserve(image, bundles, choice, &mut store);
    let mut rows = Noted::default();
    for bundles in bundles.chunk_by(|a, b| a.projection == b.projection) {
        if regenerates(image, &bundles[0], choice) {
            let delay = Builder::new(image, ids, &bundles[0], simd)?.constant_delay;
            store.regenerate(image, ids, bundles, delay.unwrap_or(1), &mut rows)?;
            continue;
        }
        for bundle in bundles {
            Builder::new(image, ids, bundle, simd)?.draw(&mut store, &mut rows)?;
        }
    }
    store.shrink();
    store.arrange(rows, ids);
    Ok(store)
}

/// Whether the rows of a bundle are drawn again for every spike.
fn regenerates(image: &ChipImage, bundle: &Bundle, choice: RowChoice) -> bool {
    choice == RowChoice::Regenerated && can_regenerate(image, &image.projections[bundle.projection])
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

/// Makes room for what is likely to come, so that pools need not grow and move.
fn reserve(image: &ChipImage, bundles: &[Bundle], choice: RowChoice, store: &mut RowStore) {
    let mut likely = [0.0; 5];
    for bundle in bundles.iter().filter(|bundle| !regenerates(image, bundle, choice)) {
        let projection = &image.projections[bundle.projection];
        let Some(mean) = likely_synapses(projection, bundle) else { continue };
        match is_dense(image, projection, bundle) {
            true => likely[Form::Bits as usize] += words_of(projection, bundle) as f64,
            false => likely[form(image, projection) as usize] += mean + 4.0 * mean.sqrt(),
        }
    }
    let entries = |form: Form| likely[form as usize].min(f64::from(u32::MAX)) as usize;
    pages::reserve(&mut store.uniform, entries(Form::Uniform));
    pages::reserve(&mut store.bits, entries(Form::Bits));
    store.f32.reserve(entries(Form::F32));
    store.f64.reserve(entries(Form::F64));
}

/// How many synapses a bundle is likely to have, where that is less work than to draw them.
pub(crate) fn likely_synapses(projection: &Projection, bundle: &Bundle) -> Option<f64> {
    let connector = &projection.connector;
    if matches!(connector.rule, Rule::PairProbability(_) | Rule::Near { .. } | Rule::Window(_)) {
        return None;
    }
    let owned: u32 = bundle.owned.iter().map(|owned| owned.positions.len() as u32).sum();
    let share = f64::from(owned) / f64::from(connector.targets.len().max(1));
    Some(connector.expected_synapses() * share)
}

/// Whether rows are smaller as bits: neurons (trains may spike several times in a tick) whose synapses have
/// one weight and one delay, on average more than one in sixteen neurons.
pub(crate) fn is_dense(image: &ChipImage, projection: &Projection, bundle: &Bundle) -> bool {
    let connector = &projection.connector;
    let neurons =
        |object: u32| matches!(image.objects[object as usize].kind, ImageObjectKind::Population(_));
    form(image, projection) == Form::Uniform
        && projection.delays(image.seed).constant().is_some()
        && connector.sources.segments().iter().all(|segment| neurons(segment.object))
        && likely_synapses(projection, bundle)
            .is_some_and(|mean| mean >= 4.0 * words_of(projection, bundle) as f64)
}

/// How many of so many synapses of a bundle are likely to join a pair that is joined already.
pub(crate) fn repeated(projection: &Projection, bundle: &Bundle, synapses: f64) -> f64 {
    let connector = &projection.connector;
    if connector.multapses == Multapses::Forbidden
        || matches!(connector.rule, Rule::AllToAll | Rule::OneToOne | Rule::Probability(_))
    {
        return 0.0;
    }
    let pairs = f64::from(connector.sources.len()) * f64::from(bundle.neurons);
    (synapses - pairs * (1.0 - (-synapses / pairs).exp())).max(0.0)
}

/// Words of all rows of a bundle.
pub(crate) fn words_of(projection: &Projection, bundle: &Bundle) -> usize {
    projection.connector.sources.len() as usize * bits::words(bundle.neurons as usize)
}

/// Draws one bundle.
struct Builder<'a> {
    image: &'a ChipImage,
    ids: &'a Ids,
    bundle: &'a Bundle,
    projection: &'a Projection,
    form: Form,
    constant_delay: Option<u16>,
    simd: Simd,
    weights: Evaluator<'a>,
    delays: Evaluator<'a>,
    /// Weights and ticks of the batch at hand.
    weight: Vec<f64>,
    delay: Vec<f64>,
    ticks: Vec<u16>,
}

impl<'a> Builder<'a> {
    fn new(
        image: &'a ChipImage,
        ids: &'a Ids,
        bundle: &'a Bundle,
        simd: Simd,
    ) -> Result<Self, LoadError> {
        let projection = &image.projections[bundle.projection];
        let delays = projection.delays(image.seed);
        let constant_delay = delays.constant().map(|delay| ticks(projection, delay)).transpose()?;
        Ok(Self {
            image,
            ids,
            bundle,
            projection,
            form: form(image, projection),
            constant_delay,
            simd,
            weights: projection.weights(image.seed),
            delays,
            weight: Vec::new(),
            delay: Vec::new(),
            ticks: Vec::new(),
        })
    }

    /// The target positions of the bundle, where its synapses come sender by sender.
    fn by_rows(&self) -> Option<Range<u32>> {
        by_rows(self.projection, self.bundle)
    }

    /// Draws the bundle in the way that suits it.
    fn draw(self, store: &mut RowStore, rows: &mut Noted) -> Result<(), LoadError> {
        match self.by_rows() {
            _ if self.is_dense() => self.place_bits(store, rows),
            Some(range) => self.append(range, store, rows),
            None => self.place(store, rows),
        }
    }

    fn is_dense(&self) -> bool {
        is_dense(self.image, self.projection, self.bundle)
    }

    /// Draws rows as bits; what connects two neurons again stands in lists.
    fn place_bits(self, store: &mut RowStore, rows: &mut Noted) -> Result<(), LoadError> {
        let delay = self.constant_delay.expect("invariant: dense rows have one delay");
        let words = bits::words(self.bundle.neurons as usize);
        let base = store.bits.len();
        let end = base + words_of(self.projection, self.bundle);
        if end > u32::MAX as usize {
            return Err(too_many());
        }
        store.bits.resize(end, 0);
        let all = &mut store.bits[base..];
        let mut again: Vec<(u32, u16)> = Vec::with_capacity(self.likely_again() as usize);
        self.bundle.visit(self.image, |synapse, neuron| {
            let row = synapse.source as usize * words;
            let word = &mut all[row + usize::from(neuron) / bits::WORD];
            let bit = 1 << (usize::from(neuron) % bits::WORD);
            if *word & bit != 0 {
                again.push((synapse.source, neuron));
            }
            *word |= bit;
        });
        for (position, row) in all.chunks_exact(words).enumerate() {
            if row.iter().any(|word| *word != 0) {
                let start = (base + position * words) as u32;
                let (lane, form) = (self.bundle.lane, Form::Bits);
                let segment = Segment { start, len: words as u16, delay, lane, form };
                rows.push((self.sender(position as u32), segment));
            }
        }
        again.sort_unstable();
        for row in again.chunk_by(|a, b| a.0 == b.0) {
            let start = store.uniform.len();
            store.uniform.extend(row.iter().map(|(_, neuron)| *neuron));
            self.push(rows, self.sender(row[0].0), start..store.uniform.len(), delay);
        }
        Ok(())
    }

    /// How many synapses are likely to join what another has joined.
    fn likely_again(&self) -> f64 {
        let synapses = likely_synapses(self.projection, self.bundle).unwrap_or(0.0);
        let again = repeated(self.projection, self.bundle, synapses);
        again + 4.0 * again.sqrt()
    }

    /// Weights and ticks of a batch.
    fn evaluate(&mut self, batch: &[Synapse]) -> Result<(), LoadError> {
        if self.form != Form::Uniform {
            self.weights.fill(self.simd, batch, &mut self.weight);
        }
        self.ticks.clear();
        if self.constant_delay.is_none() {
            self.delays.fill(self.simd, batch, &mut self.delay);
            for delay in &self.delay {
                self.ticks.push(ticks(self.projection, *delay)?);
            }
        }
        Ok(())
    }

    /// Draws rows onto the ends of the pools.
    fn append(
        mut self,
        range: Range<u32>,
        store: &mut RowStore,
        rows: &mut Noted,
    ) -> Result<(), LoadError> {
        let draws = self.projection.connector.draws(self.image.seed);
        let mut batch: Vec<Synapse> = Vec::with_capacity(2 * BATCH);
        let mut order = ByDelay::default();
        let mut outcome = Ok(());
        draws.visit_targets(range, |synapse| {
            let whole = batch.last().is_some_and(|last| last.source != synapse.source);
            if batch.len() >= BATCH && whole && outcome.is_ok() {
                outcome = self.append_batch(&batch, &mut order, store, rows);
                batch.clear();
            }
            batch.push(synapse);
        });
        outcome?;
        self.append_batch(&batch, &mut order, store, rows)
    }

    /// Draws whole rows onto the ends of the pools.
    fn append_batch(
        &mut self,
        batch: &[Synapse],
        order: &mut ByDelay,
        store: &mut RowStore,
        rows: &mut Noted,
    ) -> Result<(), LoadError> {
        self.evaluate(batch)?;
        let owned = &self.bundle.owned[0];
        let mut pool = store.open(self.form);
        let targets = &mut *pool.targets;
        let mut end = 0;
        for row in batch.chunk_by(|a, b| a.source == b.source) {
            let at = end..end + row.len();
            end = at.end;
            let start = targets.len();
            let id = self.sender(row[0].source);
            if let Some(delay) = self.constant_delay {
                targets.extend(row.iter().map(|s| owned.neuron(s.target)));
                self.push(rows, id, start..targets.len(), delay);
                continue;
            }
            let ticks = &self.ticks[at.clone()];
            let order = order.of(ticks);
            targets.extend(order.iter().map(|i| owned.neuron(row[*i as usize].target)));
            let mut first = start;
            for group in order.chunk_by(|a, b| ticks[*a as usize] == ticks[*b as usize]) {
                self.push(rows, id, first..first + group.len(), ticks[group[0] as usize]);
                first += group.len();
            }
            let weight = &mut self.weight;
            if self.form != Form::Uniform {
                permute(&mut weight[at], order);
            }
        }
        if targets.len() > u32::MAX as usize {
            return Err(too_many());
        }
        pool.extend(&self.weight);
        Ok(())
    }

    /// Counts, then draws into place.
    fn place(mut self, store: &mut RowStore, rows: &mut Noted) -> Result<(), LoadError> {
        let counts = self.count();
        let total: usize = counts.iter().map(|c| *c as usize).sum();
        let mut pool = store.open(self.form);
        let base = pool.targets.len();
        if base + total > u32::MAX as usize {
            return Err(too_many());
        }
        pool.resize(base + total);
        let mut own_delays = vec![0u16; if self.constant_delay.is_some() { 0 } else { total }];
        let ends = self.fill(counts, base, |at, (synapse, neuron), weight, delay| {
            pool.put(at, neuron, synapse, weight);
            if let Some(delay) = delay {
                own_delays[at - base] = delay;
            }
        })?;
        self.cut(&ends, base, &mut own_delays, &mut pool, rows);
        if self.form == Form::Live {
            store.live_lengths.push(total);
        }
        Ok(())
    }

    /// Cuts rows that were put into place, one after the other from `base`, into segments of one delay.
    fn cut(
        &self,
        ends: &[u32],
        base: usize,
        own_delays: &mut [u16],
        pool: &mut OpenPool<'_>,
        rows: &mut Noted,
    ) {
        let mut order = ByDelay::default();
        let mut start = base;
        for (position, end) in ends.iter().enumerate() {
            let row = start..*end as usize;
            start = row.end;
            if row.is_empty() {
                continue;
            }
            pool.number(row.clone());
            let id = self.sender(position as u32);
            if let Some(delay) = self.constant_delay {
                self.push(rows, id, row, delay);
                continue;
            }
            let own = &mut own_delays[row.start - base..row.end - base];
            let order = order.of(own);
            permute(own, order);
            pool.permute(row.clone(), order);
            let mut first = row.start;
            for group in own.chunk_by(|a, b| a == b) {
                self.push(rows, id, first..first + group.len(), group[0]);
                first += group.len();
            }
        }
    }

    /// Synapses per position of the sources.
    fn count(&self) -> Vec<u32> {
        let mut counts = vec![0u32; self.projection.connector.sources.len() as usize];
        self.bundle.visit(self.image, |synapse, _| counts[synapse.source as usize] += 1);
        counts
    }

    /// Calls `f(place, (synapse, neuron), weight, ticks where they are drawn)` for all synapses, rows laid
    /// one after the other from `base`. Gives the ends of the rows.
    fn fill(
        &mut self,
        counts: Vec<u32>,
        base: usize,
        mut f: impl FnMut(usize, (Synapse, u16), f64, Option<u16>),
    ) -> Result<Vec<u32>, LoadError> {
        // Counts become the next free place of each row.
        let mut next = counts;
        let mut at = base as u32;
        for place in &mut next {
            at += std::mem::replace(place, at);
        }
        let mut place = |source: u32| {
            let place = &mut next[source as usize];
            *place += 1;
            (*place - 1) as usize
        };
        let (image, bundle) = (self.image, self.bundle);
        if self.form == Form::Uniform && self.constant_delay.is_some() {
            bundle.visit(image, |synapse, neuron| {
                f(place(synapse.source), (synapse, neuron), 0.0, None);
            });
            return Ok(next);
        }
        let (mut batch, mut neurons) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        let mut outcome = Ok(());
        let mut flush = |batch: &mut Vec<Synapse>, neurons: &mut Vec<u16>| {
            self.evaluate(batch)?;
            for (i, (synapse, neuron)) in batch.drain(..).zip(neurons.drain(..)).enumerate() {
                let weight = self.weight.get(i).copied().unwrap_or(0.0);
                let at = place(synapse.source);
                f(at, (synapse, neuron), weight, self.ticks.get(i).copied());
            }
            Ok(())
        };
        bundle.visit(image, |synapse, neuron| {
            batch.push(synapse);
            neurons.push(neuron);
            if batch.len() == BATCH && outcome.is_ok() {
                outcome = flush(&mut batch, &mut neurons);
            }
        });
        outcome?;
        flush(&mut batch, &mut neurons)?;
        Ok(next)
    }

    fn sender(&self, position: u32) -> u32 {
        let (object, index) = self.projection.connector.sources.at(position);
        self.ids.id(object, index)
    }

    /// Notes entries of one delay, in pieces of what a segment can hold.
    fn push(&self, rows: &mut Noted, id: u32, range: Range<usize>, delay: u16) {
        for start in range.clone().step_by(usize::from(u16::MAX)) {
            let len = (range.end - start).min(usize::from(u16::MAX)) as u16;
            let (lane, form) = (self.bundle.lane, self.form);
            rows.push((id, Segment { start: start as u32, len, delay, lane, form }));
        }
    }
}

/// The target positions of a bundle whose synapses come sender by sender.
pub(crate) fn by_rows(projection: &Projection, bundle: &Bundle) -> Option<Range<u32>> {
    let rule = &projection.connector.rule;
    let by_rows = rule.major() == Major::Source && !matches!(rule, Rule::List(_));
    match bundle.owned.as_slice() {
        [owned] if by_rows && projection.live.is_none() => Some(owned.positions.clone()),
        _ => None,
    }
}

/// A delay in whole ticks that a segment can hold.
fn ticks(projection: &Projection, delay: f64) -> Result<u16, LoadError> {
    let delay = delay_ticks(delay);
    u16::try_from(delay).map_err(|_| {
        LoadError::TooLarge(format!(
            "projection {} has a delay of {delay} ticks; {} is the most",
            projection.name,
            u16::MAX
        ))
    })
}

fn too_many() -> LoadError {
    LoadError::TooLarge("a worker has more than 2^32 synapses; use more threads".into())
}
