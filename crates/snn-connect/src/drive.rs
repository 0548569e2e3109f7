//! What reaches neurons from outside: spike sources and injected currents.

use std::sync::Arc;

use snn_kernel::{DrawKey, Program};
use snn_numeric::{MAX_MEAN_PER_TICK, PoissonCounts, Rational, math};

use crate::Selection;

/// The law of a spike source; every train of it follows the law on its own.
#[derive(Clone, Debug, PartialEq)]
pub enum SpikeSource {
    /// Independent Poisson trains with this mean number of spikes per tick.
    Poisson {
        /// Spikes per tick.
        mean_per_tick: f64,
    },
    /// Spikes at `start + n * period` ticks, n = 0, 1, …, rounded half up; a spike that rounds to tick 0
    /// is left out.
    Regular {
        /// First spike in ticks.
        start: Rational,
        /// Ticks between spikes, at least 1.
        period: Rational,
    },
    /// Independent Poisson trains whose mean number of spikes changes from tick to tick; always drawn as
    /// counts.
    Inhomogeneous(Rate),
    /// Given spikes (tick, index), sorted; a pair that occurs twice counts twice.
    Given(Arc<[(u64, u32)]>),
    /// Laws one after the other, each for the ticks after its number up to that of the next: ascending, the
    /// first from 0, none of them phased. The n-th law draws the gaps of phase n.
    Phased(Arc<[(u64, SpikeSource)]>),
}

impl SpikeSource {
    /// The laws with the ticks after which they hold.
    pub fn laws(&self) -> &[(u64, SpikeSource)] {
        match self {
            Self::Phased(laws) => laws,
            _ => &[],
        }
    }
}

/// A rate over time, in spikes per tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Computed: one input, the number of ticks before this one, and one output.
    Program(Program),
    /// From each tick on (ascending); 0 before the first.
    Table(Arc<[(u64, f64)]>),
}

impl Rate {
    /// The value in a tick, whatever it is.
    pub fn at(&self, tick: u64) -> f64 {
        match self {
            Self::Program(program) => {
                let mut out = [0.0];
                let ticks_before = tick.saturating_sub(1) as f64;
                program.eval(&[ticks_before], &DrawKey::NONE, &mut Vec::new(), &mut out);
                out[0]
            }
            Self::Table(steps) => match steps.partition_point(|(from, _)| *from <= tick) {
                0 => 0.0,
                after => steps[after - 1].1,
            },
        }
    }

    /// The mean that is drawn with: 0 for what is below it or not a number, at most
    /// [`MAX_MEAN_PER_TICK`].
    pub fn mean(&self, tick: u64) -> f64 {
        let value = self.at(tick);
        if value > MAX_MEAN_PER_TICK {
            MAX_MEAN_PER_TICK
        } else if value > 0.0 {
            value
        } else {
            0.0
        }
    }

    /// The counts of a tick.
    pub fn counts(&self, tick: u64) -> PoissonCounts {
        PoissonCounts::new(self.mean(tick)).expect("invariant: the mean is bounded")
    }
}

/// A current over time, in coherent units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Waveform {
    /// Always the same.
    Constant(f64),
    /// mean + amplitude · sin(2π (cycles · (k - 1) + phase)) in tick k: read at the beginning of the tick
    /// and held over it.
    Sine {
        /// Value around which it swings.
        mean: f64,
        /// Largest distance from the mean.
        amplitude: f64,
        /// Cycles per tick.
        cycles: f64,
        /// Cycles that have gone by at tick 0.
        phase: f64,
    },
}

impl Waveform {
    /// The current in a tick.
    pub fn at(self, tick: u64) -> f64 {
        match self {
            Self::Constant(value) => value,
            Self::Sine { mean, amplitude, cycles, phase } => {
                let turns = cycles * tick.saturating_sub(1) as f64 + phase;
                let angle = std::f64::consts::TAU * (turns - turns.floor());
                mean + amplitude * math::sin(angle)
            }
        }
    }

    /// Whether it changes from tick to tick.
    pub fn varies(self) -> bool {
        matches!(self, Self::Sine { .. })
    }
}

/// A current into neurons: `wave` in every tick of `from_tick..to_tick`.
#[derive(Clone, Debug, PartialEq)]
pub struct Inject {
    /// Who receives it.
    pub targets: Selection,
    /// Current input of each target segment: index into the inputs of that population's kernel.
    pub inputs: Vec<u16>,
    /// The current.
    pub wave: Waveform,
    /// First tick (1-based) in which it is on.
    pub from_tick: u64,
    /// One past the last.
    pub to_tick: u64,
}

impl Inject {
    /// The current without its part in pauses, each after the first tick and up to the second, ascending.
    pub fn outside(&self, pauses: &[(u64, u64)]) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut from = self.from_tick;
        for (after, until) in pauses.iter().filter(|(after, _)| after + 1 < self.to_tick) {
            pieces.push((from, after + 1));
            from = from.max(until + 1);
        }
        pieces.push((from, self.to_tick));
        pieces.retain(|(from, to)| from < to);
        let piece = |(from_tick, to_tick)| Self { from_tick, to_tick, ..self.clone() };
        pieces.into_iter().map(piece).collect()
    }
}

/// Tick of spike `n` of a regular train, rounded half up; `u64::MAX` beyond all runs.
pub fn regular_stamp(start: Rational, period: Rational, n: u64) -> u64 {
    let half = Rational::new(1, 2);
    let time = Rational::new(i128::from(n), 1)
        .and_then(|n| period.checked_mul(n))
        .and_then(|t| t.checked_add(start))
        .and_then(|t| t.checked_add(half?));
    time.and_then(|t| u64::try_from(t.floor()).ok()).unwrap_or(u64::MAX)
}
