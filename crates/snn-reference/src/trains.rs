//! Spikes of sources, one train at a time.

use snn_connect::{SpikeSource, regular_stamp};
use snn_numeric::{GapProcess, Gaps, Law, ObjectKey, PoissonCounts, Purpose, Stream, law};

/// One train, asked tick after tick.
pub(crate) enum Train {
    Counts { counts: PoissonCounts, stream: Stream, index: u32 },
    Gaps { gaps: Gaps, process: GapProcess, index: u32 },
    Regular { source: SpikeSource, n: u64 },
    Given { ticks: Vec<u64> },
}

impl Train {
    pub(crate) fn new(source: &SpikeSource, key: ObjectKey, seed: u64, index: u32) -> Self {
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
                let gaps = Gaps::new(stream, *mean_per_tick, 0);
                Self::Gaps { gaps, process: gaps.start(index), index }
            }
            SpikeSource::Regular { .. } => Self::Regular { source: source.clone(), n: 0 },
            SpikeSource::Given(spikes) => {
                let own = spikes.iter().filter(|(_, i)| *i == index);
                Self::Given { ticks: own.map(|(t, _)| *t).collect() }
            }
        }
    }

    /// How many spikes are stamped `tick`; ticks are asked for in order from 1.
    pub(crate) fn spikes(&mut self, tick: u64) -> u32 {
        match self {
            Self::Counts { counts, stream, index } => counts.count(stream.word(*index, tick)),
            Self::Gaps { gaps, process, index } => {
                let mut count = 0;
                while process.tick() <= tick {
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
            Self::Given { ticks } => ticks.iter().filter(|t| **t == tick).count() as u32,
        }
    }
}
