//! Poisson spike trains: counts per tick for high rates, gaps between spikes for low ones.

use crate::{Stream, math};

/// The largest mean of a table of counts.
pub const MAX_MEAN_PER_TICK: f64 = 4096.0;

/// How a Poisson source is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// One word per tick gives the number of spikes.
    Counts,
    /// Exponential gaps in continuous time, each spike stamped at the end of its tick.
    Gaps,
}

/// The law of a source with this mean number of spikes per tick: counts from 1/64 upwards.
pub fn law(mean_per_tick: f64) -> Law {
    if mean_per_tick >= 1.0 / 64.0 { Law::Counts } else { Law::Gaps }
}

/// The number of spikes in a tick as a function of one random word.
#[derive(Clone, Debug, PartialEq)]
pub struct PoissonCounts {
    /// Counts below this have a probability under 2^-32 and never occur.
    least: u32,
    /// 2^32·P(count <= least + k), ascending.
    thresholds: Vec<u32>,
}

impl PoissonCounts {
    /// The table of a mean in 0 ..= [`MAX_MEAN_PER_TICK`]; `None` outside.
    pub fn new(mean_per_tick: f64) -> Option<Self> {
        if !(0.0..=MAX_MEAN_PER_TICK).contains(&mean_per_tick) {
            return None;
        }
        let mut counts = Self { least: 0, thresholds: Vec::new() };
        let mut below = 0.0;
        let mut probability = Probability::new(mean_per_tick);
        for count in 0.. {
            below += probability.next(count);
            let threshold = (below * 4_294_967_296.0).round();
            if threshold >= 4_294_967_296.0 || count > 2 * MAX_MEAN_PER_TICK as u32 {
                break;
            }
            if threshold == 0.0 {
                counts.least = count + 1;
            } else {
                counts.thresholds.push(threshold as u32);
            }
        }
        Some(counts)
    }

    /// The count of a random word: the number of thresholds not above it.
    #[inline]
    pub fn count(&self, word: u32) -> u32 {
        const SHORT: usize = 16;
        let above = if self.thresholds.len() <= SHORT {
            self.thresholds.iter().map(|&threshold| u32::from(threshold <= word)).sum()
        } else {
            self.thresholds.partition_point(|&threshold| threshold <= word) as u32
        };
        self.least + above
    }

    /// The smallest count that can occur, and the thresholds above it, for a loop over neurons:
    /// the count of a word is the first plus the number of thresholds not above the word.
    pub fn table(&self) -> (u32, &[u32]) {
        (self.least, &self.thresholds)
    }
}

/// Poisson probabilities of 0, 1, 2, … in turn, kept as logarithms where e^-mean underflows.
struct Probability {
    mean: f64,
    log_mean: f64,
    log_probability: f64,
}

impl Probability {
    fn new(mean: f64) -> Self {
        let log_mean = if mean > 0.0 { math::log(mean) } else { 0.0 };
        Self { mean, log_mean, log_probability: -mean }
    }

    fn next(&mut self, count: u32) -> f64 {
        if count > 0 {
            self.log_probability += self.log_mean - math::log(f64::from(count));
        }
        let impossible = self.mean == 0.0 && count > 0;
        if impossible { 0.0 } else { math::exp(self.log_probability) }
    }
}

/// The exponential gaps of a Poisson source within one phase of constant rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    stream: Stream,
    mean_per_tick: f64,
    phase: u32,
}

/// One neuron's next spike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GapProcess {
    /// Time of the next spike in ticks since the start of the phase; infinite where there is none.
    pub next: f64,
    /// Gaps drawn so far.
    pub n: u32,
}

impl Gaps {
    /// `stream` has the purpose `PoissonGap`; a change of rate begins a new `phase`.
    pub fn new(stream: Stream, mean_per_tick: f64, phase: u32) -> Self {
        Self { stream, mean_per_tick, phase }
    }

    /// The first spike of the neuron with this index.
    pub fn start(&self, index: u32) -> GapProcess {
        let mut process = GapProcess { next: 0.0, n: 0 };
        process.advance(self, index);
        process
    }

    fn draw(&self, index: u32, n: u32) -> f64 {
        const HALF_CELL: f64 = 1.0 / (1u64 << 54) as f64;
        if self.mean_per_tick.is_nan() || self.mean_per_tick <= 0.0 {
            return f64::INFINITY;
        }
        let u = self.stream.uniform([index, n, self.phase, 0]);
        -math::log(u + HALF_CELL) / self.mean_per_tick
    }
}

impl GapProcess {
    /// Goes on to the following spike, which may fall into the same tick.
    pub fn advance(&mut self, gaps: &Gaps, index: u32) {
        self.next += gaps.draw(index, self.n);
        self.n = self.n.wrapping_add(1);
    }

    /// The tick of the spike, counted from 1 at the first tick of the phase;
    /// `u64::MAX` where there is none.
    pub fn tick(&self) -> u64 {
        let tick = self.next.ceil();
        // A cast saturates, so that infinity becomes the last tick.
        if tick < 1.0 { 1 } else { tick as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectKey, Purpose};
    use proptest::prelude::*;

    #[test]
    fn the_boundary_is_a_sixty_fourth() {
        assert_eq!(law(1.0 / 64.0), Law::Counts);
        assert_eq!(law(0.0156), Law::Gaps);
        assert_eq!(law(0.0), Law::Gaps);
    }

    #[test]
    fn thresholds_are_the_distribution() {
        let counts = PoissonCounts::new(0.5).unwrap();
        let (least, table) = counts.table();
        let expected = |p: f64| (p * 4_294_967_296.0).round() as u32;
        let zero = (-0.5f64).exp();
        assert_eq!(least, 0);
        assert_eq!(table[..2], [expected(zero), expected(zero * 1.5)]);
        assert_eq!(counts.count(0), 0);
        assert_eq!(counts.count(table[0] - 1), 0);
        assert_eq!(counts.count(table[0]), 1);
        assert_eq!(counts.count(table[1]), 2);
    }

    #[test]
    fn moments_of_counts() {
        let stream = Stream::new(9, ObjectKey(4), Purpose::PoissonCount, 0);
        for mean in [0.02, 0.8, 7.5, 300.0, MAX_MEAN_PER_TICK] {
            let counts = PoissonCounts::new(mean).unwrap();
            let n = 100_000u32;
            let (mut sum, mut squares) = (0.0, 0.0);
            for tick in 0..n {
                let count = f64::from(counts.count(stream.word(3, u64::from(tick))));
                sum += count - mean;
                squares += (count - mean) * (count - mean);
            }
            let error = (mean / f64::from(n)).sqrt();
            assert!((sum / f64::from(n)).abs() < 4.0 * error, "mean {mean}");
            let fano = squares / f64::from(n) / mean;
            let tolerance = 4.0 * ((2.0 + 1.0 / mean) / f64::from(n)).sqrt();
            assert!((fano - 1.0).abs() < tolerance, "mean {mean}: {fano}");
        }
    }

    #[test]
    fn means_outside_have_no_table() {
        assert_eq!(PoissonCounts::new(0.0).unwrap().count(u32::MAX), 0);
        for mean in [-1.0, f64::NAN, f64::INFINITY, 4097.0] {
            assert_eq!(PoissonCounts::new(mean), None);
        }
        let counts = PoissonCounts::new(MAX_MEAN_PER_TICK).unwrap();
        let (least, table) = counts.table();
        assert!(least > 3600 && table.len() < 1000, "{least} {}", table.len());
    }

    #[test]
    fn gaps_have_the_rate() {
        let stream = Stream::new(2, ObjectKey(8), Purpose::PoissonGap, 0);
        let mean = 0.01;
        let gaps = Gaps::new(stream, mean, 0);
        let (mut spikes, horizon, neurons) = (0u32, 10_000, 100);
        for index in 0..neurons {
            let mut process = gaps.start(index);
            assert!(process.tick() >= 1);
            while process.tick() <= horizon {
                spikes += 1;
                process.advance(&gaps, index);
            }
        }
        let expected = mean * horizon as f64 * f64::from(neurons);
        assert!((f64::from(spikes) - expected).abs() < 4.0 * expected.sqrt(), "{spikes}");
    }

    #[test]
    fn a_silent_source_never_fires() {
        let stream = Stream::new(2, ObjectKey(8), Purpose::PoissonGap, 0);
        assert_eq!(Gaps::new(stream, 0.0, 0).start(5).tick(), u64::MAX);
        let one = Gaps::new(stream, 0.01, 0).start(5);
        assert_ne!(one.next, Gaps::new(stream, 0.01, 1).start(5).next);
    }

    proptest! {
        #[test]
        fn counts_grow_with_the_word(mean in 0.0..200.0f64, a in any::<u32>(), b in any::<u32>()) {
            let counts = PoissonCounts::new(mean).unwrap();
            prop_assert!(counts.count(a.min(b)) <= counts.count(a.max(b)));
            let (least, table) = counts.table();
            let plain = least + table.iter().filter(|&&t| t <= a).count() as u32;
            prop_assert_eq!(counts.count(a), plain);
        }
    }
}
