//! Spike trains from outside the cores. Every worker that needs a train makes it itself from its key.

use std::sync::Arc;

use snn_connect::{Rate, SpikeSource, regular_stamp};
use snn_kernel::{Simd, simd_versions};
use snn_numeric::{
    GapProcess, Gaps, Law, ObjectKey, PoissonCounts, Purpose, Rational, Stream, law, philox,
};

use crate::calendar::Calendar;
use crate::ring::Emission;

/// The trains of one source that one worker needs.
#[derive(Debug)]
pub(crate) struct Trains {
    /// Id of train 0.
    first_id: u32,
    law: TrainLaw,
}

#[derive(Debug)]
enum TrainLaw {
    Counts {
        counts: PoissonCounts,
        stream: Stream,
        indices: Vec<u32>,
    },
    Gaps {
        gaps: Gaps,
        /// The tick before the first of the process.
        base: u64,
        calendar: Calendar,
        /// Index and process of each train.
        processes: Vec<(u32, GapProcess)>,
    },
    /// The counts are those of the mean at hand.
    Inhomogeneous {
        rate: Rate,
        mean: f64,
        counts: PoissonCounts,
        stream: Stream,
        indices: Vec<u32>,
    },
    /// `next` is the stamp of spike `n`.
    Regular {
        start: Rational,
        period: Rational,
        n: u64,
        next: u64,
        indices: Vec<u32>,
    },
    Given {
        spikes: Arc<[(u64, u32)]>,
        next: usize,
        wanted: Vec<bool>,
    },
    /// Laws with the ticks after which they hold, the last first.
    Phased(Vec<(u64, Trains)>),
}

/// Where a law begins.
#[derive(Clone, Copy)]
struct Start {
    /// The tick before its first.
    base: u64,
    phase: u32,
}

impl Trains {
    /// The trains `indices` (ascending) of a source, ready to give the spikes stamped after `tick`.
    pub(crate) fn new(
        source: &SpikeSource,
        key: ObjectKey,
        seed: u64,
        first_id: u32,
        indices: Vec<u32>,
        tick: u64,
    ) -> Self {
        let begin = |source: &SpikeSource, start: Start| {
            let law = law_of(source, key, seed, indices.clone(), tick.max(start.base), start);
            Self { first_id, law }
        };
        if source.laws().is_empty() {
            return begin(source, Start { base: 0, phase: 0 });
        }
        let laws = source.laws().iter().enumerate().rev();
        let pieces = laws.map(|(phase, (base, source))| {
            (*base, begin(source, Start { base: *base, phase: phase as u32 }))
        });
        Self { first_id, law: TrainLaw::Phased(pieces.collect()) }
    }

    /// Appends the spikes stamped `tick`, by ascending id. Ticks must be asked for one after the other.
    pub(crate) fn emit(&mut self, tick: u64, out: &mut Vec<Emission>) {
        let first = self.first_id;
        match &mut self.law {
            TrainLaw::Counts { counts, stream, indices } => {
                count(counts, *stream, (first, indices), tick, out);
            }
            TrainLaw::Inhomogeneous { rate, mean, counts, stream, indices } => {
                if rate.mean(tick) != *mean {
                    *mean = rate.mean(tick);
                    *counts = rate.counts(tick);
                }
                count(counts, *stream, (first, indices), tick, out);
            }
            TrainLaw::Gaps { gaps, base, calendar, processes } => {
                let start = Start { base: *base, phase: 0 };
                let before = out.len();
                calendar.turn(tick, |slot| {
                    let (index, process) = &mut processes[slot];
                    let mut times = 0;
                    while start.stamp(process) <= tick {
                        times += 1;
                        process.advance(gaps, *index);
                    }
                    if times > 0 {
                        out.push(Emission { id: first + *index, times });
                    }
                    start.stamp(process)
                });
                out[before..].sort_unstable();
            }
            TrainLaw::Regular { start, period, n, next, indices } => {
                if *next == tick {
                    out.extend(indices.iter().map(|i| Emission { id: first + i, times: 1 }));
                    *n += 1;
                    *next = regular_stamp(*start, *period, *n);
                }
            }
            TrainLaw::Given { spikes, next, wanted } => {
                while let Some(&(t, index)) = spikes.get(*next) {
                    if t > tick {
                        break;
                    }
                    *next += 1;
                    if !wanted.get(index as usize).copied().unwrap_or(false) {
                        continue;
                    }
                    match out.last_mut() {
                        Some(last) if last.id == first + index => last.times += 1,
                        _ => out.push(Emission { id: first + index, times: 1 }),
                    }
                }
            }
            TrainLaw::Phased(laws) => {
                let now = laws.iter_mut().find(|(base, _)| *base < tick);
                if let Some((_, trains)) = now {
                    trains.emit(tick, out);
                }
            }
        }
    }
}

/// The trains `indices` of a law, ready to give the spikes stamped after `tick`.
fn law_of(
    source: &SpikeSource,
    key: ObjectKey,
    seed: u64,
    indices: Vec<u32>,
    tick: u64,
    start: Start,
) -> TrainLaw {
    match source {
        SpikeSource::Poisson { mean_per_tick } => match law(*mean_per_tick) {
            Law::Counts => TrainLaw::Counts {
                counts: poisson_counts(*mean_per_tick),
                stream: Stream::new(seed, key, Purpose::PoissonCount, 0),
                indices,
            },
            Law::Gaps => {
                let stream = Stream::new(seed, key, Purpose::PoissonGap, 0);
                let gaps = Gaps::new(stream, *mean_per_tick, start.phase);
                let mut calendar = Calendar::new(indices.len(), 1.0 / *mean_per_tick);
                let mut processes = Vec::with_capacity(indices.len());
                for (slot, index) in indices.into_iter().enumerate() {
                    let mut process = gaps.start(index);
                    while start.stamp(&process) <= tick {
                        process.advance(&gaps, index);
                    }
                    calendar.enter(slot, start.stamp(&process));
                    processes.push((index, process));
                }
                TrainLaw::Gaps { gaps, base: start.base, calendar, processes }
            }
        },
        SpikeSource::Inhomogeneous(rate) => TrainLaw::Inhomogeneous {
            mean: rate.mean(tick),
            counts: rate.counts(tick),
            rate: rate.clone(),
            stream: Stream::new(seed, key, Purpose::PoissonCount, 0),
            indices,
        },
        SpikeSource::Regular { start, period } => {
            let mut n = 0;
            while regular_stamp(*start, *period, n) <= tick {
                n += 1;
            }
            let next = regular_stamp(*start, *period, n);
            TrainLaw::Regular { start: *start, period: *period, n, next, indices }
        }
        SpikeSource::Given(spikes) => {
            let len = indices.last().map_or(0, |i| *i as usize + 1);
            let mut wanted = vec![false; len];
            for i in indices {
                wanted[i as usize] = true;
            }
            let next = spikes.partition_point(|(t, _)| *t <= tick);
            TrainLaw::Given { spikes: spikes.clone(), next, wanted }
        }
        SpikeSource::Phased(_) => unreachable!("invariant: laws of phases are not phased"),
    }
}

/// Appends the counts of one tick.
fn count(
    counts: &PoissonCounts,
    stream: Stream,
    (first, indices): (u32, &[u32]),
    tick: u64,
    out: &mut Vec<Emission>,
) {
    for &index in indices {
        let times = counts.count(stream.word(index, tick));
        if times > 0 {
            out.push(Emission { id: first + index, times });
        }
    }
}

impl Start {
    /// The tick of a process's next spike.
    fn stamp(self, process: &GapProcess) -> u64 {
        self.base.saturating_add(process.tick())
    }
}

/// The table of a mean that the checker has allowed.
fn poisson_counts(mean_per_tick: f64) -> PoissonCounts {
    PoissonCounts::new(mean_per_tick).expect("invariant: lowering bounds the mean per tick")
}

/// Poisson trains that each reach one neuron of a part: counts go straight into its lane, drawn four
/// ticks at a time so that every random word is used.
#[derive(Debug)]
pub(crate) struct DirectPoisson {
    /// The part and the lane they arrive in.
    pub part: usize,
    pub lane: usize,
    /// Ticks from emission to arrival.
    pub delay: u64,
    /// Spikes up to this tick do not arrive.
    pub since: u64,
    stream: Stream,
    least: u32,
    thresholds: Vec<u32>,
    /// Train of each neuron of the part; `u32::MAX` for none.
    trains: Vec<u32>,
    /// Four ticks of counts, and which block of four.
    counts: [Vec<u16>; 4],
    block: u64,
}

impl DirectPoisson {
    /// `trains` holds, per neuron of the part, the index of its train or `u32::MAX`.
    pub(crate) fn new(
        mean_per_tick: f64,
        key: ObjectKey,
        seed: u64,
        (part, lane): (usize, usize),
        delay: u64,
        trains: Vec<u32>,
    ) -> Self {
        let counts = poisson_counts(mean_per_tick);
        let (least, thresholds) = counts.table();
        let len = trains.len();
        Self {
            part,
            lane,
            delay,
            since: 0,
            stream: Stream::new(seed, key, Purpose::PoissonCount, 0),
            least,
            thresholds: thresholds.to_vec(),
            trains,
            counts: std::array::from_fn(|_| vec![0; len]),
            block: u64::MAX,
        }
    }

    /// The counts that arrive in `tick`, one per neuron of the part; `None` before the first arrival.
    pub(crate) fn arrivals(&mut self, simd: Simd, tick: u64) -> Option<&[u16]> {
        let emitted = tick.checked_sub(self.delay).filter(|t| *t > self.since)?;
        if emitted >> 2 != self.block {
            self.block = emitted >> 2;
            let [a, b, c, d] = &mut self.counts;
            let draw = Draw { key: self.stream.key, block: self.block, least: self.least };
            draw_counts(simd, draw, &self.thresholds, &self.trains, [a, b, c, d]);
        }
        Some(&self.counts[(emitted & 3) as usize])
    }
}

#[derive(Clone, Copy)]
struct Draw {
    key: [u32; 2],
    block: u64,
    least: u32,
}

simd_versions! {
    fn draw_counts(
        draw: Draw, thresholds: &[u32], trains: &[u32], counts: [&mut Vec<u16>; 4],
    ) = draw_counts_body
}

#[inline(always)]
fn draw_counts_body(draw: Draw, thresholds: &[u32], trains: &[u32], counts: [&mut Vec<u16>; 4]) {
    const GROUP: usize = 64;
    let [c0, c1, c2, c3] = counts;
    let mut words = [[0u32; GROUP]; 4];
    for (g, group) in trains.chunks(GROUP).enumerate() {
        let mut indices = [0u32; GROUP];
        indices[..group.len()].copy_from_slice(group);
        for (lane, &index) in indices.iter().enumerate() {
            let block = philox([index, draw.block as u32, (draw.block >> 32) as u32, 0], draw.key);
            for (w, word) in words.iter_mut().zip(block) {
                w[lane] = word;
            }
        }
        let range = g * GROUP..g * GROUP + group.len();
        for (words, counts) in words.iter().zip([&mut *c0, &mut *c1, &mut *c2, &mut *c3]) {
            let mut total = [draw.least; GROUP];
            for &threshold in thresholds {
                for lane in 0..GROUP {
                    total[lane] += u32::from(threshold <= words[lane]);
                }
            }
            for ((out, n), index) in counts[range.clone()].iter_mut().zip(total).zip(group) {
                *out = if *index == u32::MAX { 0 } else { n as u16 };
            }
        }
    }
}
