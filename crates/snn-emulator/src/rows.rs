//! Synapses as a worker stores them: for each sender one row over the worker's neurons, cut into
//! segments of equal delay and lane.
//!
//! A row is 2 bytes per synapse where the projection has one weight, less where it is dense ([`bits`]), 6 where
//! weights were drawn, 10 where they were computed in f64; a segment is 12 bytes.

mod bits;
mod build;
mod bundle;
mod order;
mod pool;
mod regenerated;

use std::ops::Range;

use snn_kernel::Simd;

use crate::ids::Ids;
use crate::live::Seed;
use crate::pages;

pub(crate) use bits::{Rows, add_rows};
pub(crate) use build::{build, by_rows, form, is_dense, likely_synapses, repeated, words_of};
pub(crate) use bundle::Bundle;
pub(crate) use regenerated::{Regenerated, can_regenerate};

/// Part of a row: targets of one sender that share lane, delay and form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// First entry in the pool of its form, word of the bits, or position of the sender.
    pub start: u32,
    /// Number of entries or words, or which of the regenerated rows.
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
    /// Not at all, and a bit for each neuron says whether it is a target.
    Bits,
    /// Not at all: the row is drawn again for every spike. It reaches several lanes.
    Regenerated,
}

/// Targets and weights of one form.
#[derive(Debug)]
pub(crate) struct Pool<W> {
    pub targets: Vec<u16>,
    pub weights: Vec<W>,
}

impl<W> Pool<W> {
    fn reserve(&mut self, entries: usize) {
        pages::reserve(&mut self.targets, entries);
        pages::reserve(&mut self.weights, entries);
    }

    fn shrink(&mut self) {
        shrink(&mut self.targets);
        shrink(&mut self.weights);
    }
}

impl<W> Default for Pool<W> {
    fn default() -> Self {
        Self { targets: Vec::new(), weights: Vec::new() }
    }
}

/// Segments with their senders as they are drawn, in pieces that never move.
#[derive(Debug, Default)]
struct Noted {
    chunks: Vec<Vec<(u32, Segment)>>,
}

impl Noted {
    fn push(&mut self, row: (u32, Segment)) {
        const CHUNK: usize = 4096;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(row),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(row);
                self.chunks.push(chunk);
            }
        }
    }
}

/// All rows of a worker.
#[derive(Debug, Default)]
pub(crate) struct RowStore {
    /// First segment of each sender id, then the number of segments.
    offsets: Vec<u32>,
    segments: Vec<Segment>,
    pub uniform: Vec<u16>,
    bits: Vec<u64>,
    pub regenerated: Vec<Regenerated>,
    pub f32: Pool<f32>,
    pub f64: Pool<f64>,
    pub live: Pool<Seed>,
    /// Synapses of each live bundle, in the order of the pool.
    pub live_lengths: Vec<usize>,
}

impl RowStore {
    /// Segments of a sender, shortest delay first, then in declaration order of projections.
    #[inline]
    pub(crate) fn of(&self, id: u32) -> &[Segment] {
        let (first, end) = self.range(id);
        &self.segments[first as usize..end as usize]
    }

    /// The first segment of a sender among all, and the first that is not its own.
    #[inline]
    pub(crate) fn range(&self, id: u32) -> (u32, u32) {
        (self.offsets[id as usize], self.offsets[id as usize + 1])
    }

    /// Takes segments with their senders, in declaration order of projections.
    fn arrange(&mut self, rows: Noted, ids: &Ids) {
        self.offsets = vec![0; ids.len() + 1];
        for (id, _) in rows.chunks.iter().flatten() {
            self.offsets[*id as usize + 1] += 1;
        }
        for i in 0..ids.len() {
            self.offsets[i + 1] += self.offsets[i];
        }
        let mut next = self.offsets.clone();
        let Some((_, first)) = rows.chunks.iter().flatten().next() else { return };
        self.segments = vec![*first; self.offsets[ids.len()] as usize];
        for (id, segment) in rows.chunks.into_iter().flatten() {
            let place = &mut next[id as usize];
            self.segments[*place as usize] = segment;
            *place += 1;
        }
        for ends in self.offsets.windows(2) {
            let row = &mut self.segments[ends[0] as usize..ends[1] as usize];
            if !row.is_sorted_by_key(|segment| segment.delay) {
                row.sort_by_key(|segment| segment.delay);
            }
        }
    }

    /// Gives back the room that was reserved in vain.
    fn shrink(&mut self) {
        shrink(&mut self.uniform);
        self.f32.shrink();
        self.f64.shrink();
    }

    /// Calls `f(lane, target)` with each target of a segment.
    pub(crate) fn each_target(&self, segment: Segment, mut f: impl FnMut(u16, u16)) {
        let range = entries(segment);
        let targets = match segment.form {
            Form::Uniform => &self.uniform[range],
            Form::F32 => &self.f32.targets[range],
            Form::F64 => &self.f64.targets[range],
            Form::Live => &self.live.targets[range],
            Form::Bits => return bits::each(&self.bits[range], |target| f(segment.lane, target)),
            Form::Regenerated => {
                let rows = &self.regenerated[usize::from(segment.len)];
                return rows.row(Simd::best(), segment.start, &mut rows.scratch(), f);
            }
        };
        targets.iter().for_each(|target| f(segment.lane, *target));
    }

    /// The bits of a segment.
    #[inline]
    pub(crate) fn bits(&self, segment: Segment) -> &[u64] {
        &self.bits[entries(segment)]
    }

    /// Asks for the first lines of a segment, which is needed soon.
    #[inline]
    pub(crate) fn fetch(&self, segment: Segment) {
        let range = entries(segment);
        match segment.form {
            Form::Uniform => pages::fetch(&self.uniform[range]),
            Form::F32 => {
                pages::fetch(&self.f32.targets[range.clone()]);
                pages::fetch(&self.f32.weights[range]);
            }
            Form::F64 => {
                pages::fetch(&self.f64.targets[range.clone()]);
                pages::fetch(&self.f64.weights[range]);
            }
            // Bits of all rows are read at once; live synapses are more than their rows.
            Form::Bits | Form::Live | Form::Regenerated => {}
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
            + self.bits.len() * 8
            + self.regenerated.iter().map(Regenerated::bytes).sum::<usize>()
            + self.f32.targets.len() * 6
            + self.f64.targets.len() * 10
            + self.live.targets.len() * 2) as u64
    }
}

/// Gives back room where it is worth moving what is there.
fn shrink<N>(pool: &mut Vec<N>) {
    if pool.capacity() > pool.len() + pool.len() / 8 {
        pool.shrink_to_fit();
    }
}

/// The entries of a segment in the pool of its form.
#[inline]
pub(crate) fn entries(segment: Segment) -> Range<usize> {
    segment.start as usize..segment.start as usize + segment.len as usize
}
