//! Spikes of sources, one train at a time.

use snn_connect::{Rate, SpikeSource, regular_stamp};
use snn_numeric::{GapProcess, Gaps, Law, ObjectKey, PoissonCounts, Purpose, Stream, law};

/// One train, asked tick after tick.
pub(crate) enum Train {
    Inhomogeneous {
        rate: Rate,
        stream: Stream,
        index: u32,
    },
    Counts {
        counts: PoissonCounts,
        stream: Stream,
        index: u32,
    },
    Gaps {
        gaps: Gaps,
        process: GapProcess,
        index: u32,
        base: u64,
    },
    Regular {
        source: SpikeSource,
        n: u64,
    },
    Given {
        ticks: Vec<u64>,
    },
    /// Trains with the ticks after which they are heard.
    Phased {
        laws: Vec<(u64, Train)>,
    },
}

impl Train {
    pub(crate) fn new(source: &SpikeSource, key: ObjectKey, seed: u64, index: u32) -> Self {
        Self::from(source, key, seed, index, (0, 0))
    }

    /// A train whose first tick follows `base`.
    fn from(
        source: &SpikeSource,
        key: ObjectKey,
        seed: u64,
        index: u32,
        (base, phase): (u64, u32),
    ) -> Self {
        match source {
            SpikeSource::Poisson { mean_per_tick } if law(*mean_per_tick) == Law::Counts => {
                Self::Counts {
                    counts: PoissonCounts::new(*mean_per_tick)
                        .expect("invariant: the checker bounds the mean per tick"),
                    stream: Stream::new(seed, key, Purpose::PoissonCount, 0),
                    index,
                }
            }
            SpikeSource::Poisson { mean_per_tick } => {
                let stream = Stream::new(seed, key, Purpose::PoissonGap, 0);
                let gaps = Gaps::new(stream, *mean_per_tick, phase);
                Self::Gaps { gaps, process: gaps.start(index), index, base }
            }
            SpikeSource::Inhomogeneous(rate) => {
                let stream = Stream::new(seed, key, Purpose::PoissonCount, 0);
                Self::Inhomogeneous { rate: rate.clone(), stream, index }
            }
            SpikeSource::Regular { .. } => Self::Regular { source: source.clone(), n: 0 },
            SpikeSource::Given(spikes) => {
                let own = spikes.iter().filter(|(_, i)| *i == index);
                Self::Given { ticks: own.map(|(t, _)| *t).collect() }
            }
            SpikeSource::Phased(laws) => {
                let laws = laws.iter().zip(0..).map(|((from, law), phase)| {
                    (*from, Self::from(law, key, seed, index, (*from, phase)))
                });
                Self::Phased { laws: laws.collect() }
            }
        }
    }

    /// How many spikes are stamped `tick`; ticks are asked for in order from 1.
    pub(crate) fn spikes(&mut self, tick: u64) -> u32 {
        match self {
            Self::Inhomogeneous { rate, stream, index } => {
                rate.counts(tick).count(stream.word(*index, tick))
            }
            Self::Counts { counts, stream, index } => counts.count(stream.word(*index, tick)),
            Self::Gaps { gaps, process, index, base } => {
                let mut count = 0;
                while process.tick() <= tick - *base {
                    count += 1;
                    process.advance(gaps, *index);
                }
                count
            }
            Self::Regular { source, n } => {
                let SpikeSource::Regular { start, period } = source else { return 0 };
                while regular_stamp(*start, *period, *n) < tick {
                    *n += 1;
                }
                u32::from(regular_stamp(*start, *period, *n) == tick)
            }
            Self::Phased { laws } => {
                let now = laws.iter_mut().rev().find(|(from, _)| *from < tick);
                now.map_or(0, |(_, train)| train.spikes(tick))
            }
            Self::Given { ticks } => ticks.iter().filter(|t| **t == tick).count() as u32,
        }
    }
}
