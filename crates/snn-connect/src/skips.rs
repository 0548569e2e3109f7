//! Geometric skips: how many pairs stay unconnected before the next connected one.

use snn_numeric::{Stream, math};

use crate::draws::BLOCK;

/// Below this probability a draw takes 64 bits instead of 32.
const RARE: f64 = 1.0 / 4096.0;
/// Fine enough that most searches end where they begin, small enough for the nearest cache.
const GUIDE_BITS: u32 = 12;

/// The skip as a function of a random word: a table of the geometric distribution up to one block,
/// with a guide to where in it a search begins.
#[derive(Clone, Debug)]
pub(crate) struct Skips {
    /// 2^64·P(skip <= g), ascending; a skip beyond the table leaves the block.
    thresholds: Vec<u64>,
    guide: Vec<u16>,
    width: Width,
}

/// Random bits per skip.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Width {
    Word,
    TwoWords,
}

impl Skips {
    pub fn new(probability: f64) -> Self {
        let log_unconnected = math::log_1p(-probability.clamp(0.0, 1.0));
        let thresholds: Vec<u64> = (1..=BLOCK)
            .map(|tries| (-math::exp_m1(f64::from(tries) * log_unconnected) * 2f64.powi(64)) as u64)
            .collect();
        let mut guide = vec![0; 1 << GUIDE_BITS];
        let mut skip = 0;
        for (top, first) in guide.iter_mut().enumerate() {
            let word = (top as u64) << (64 - GUIDE_BITS);
            while thresholds.get(skip).is_some_and(|&threshold| threshold <= word) {
                skip += 1;
            }
            *first = skip as u16;
        }
        let width = if probability < RARE { Width::TwoWords } else { Width::Word };
        Self { thresholds, guide, width }
    }

    /// Visits the connected offsets of a block below `stop`, in ascending order. The counter is
    /// (source, block, draw).
    #[inline]
    pub fn visit(
        &self,
        stream: &Stream,
        source: u32,
        block: u32,
        stop: u32,
        mut f: impl FnMut(u32),
    ) {
        let mut next = 0;
        for draw in 0.. {
            let [w0, w1, w2, w3] = stream.block([source, block, draw, 0]);
            let going_on = match self.width {
                Width::Word => [w0, w1, w2, w3]
                    .into_iter()
                    .all(|word| self.step(&mut next, stop, (u64::from(word) << 32) | HALF, &mut f)),
                Width::TwoWords => [(w0, w1), (w2, w3)].into_iter().all(|(high, low)| {
                    self.step(&mut next, stop, (u64::from(high) << 32) | u64::from(low), &mut f)
                }),
            };
            if !going_on {
                return;
            }
        }
    }

    #[inline(always)]
    fn step(&self, next: &mut u32, stop: u32, word: u64, f: &mut impl FnMut(u32)) -> bool {
        let at = *next + self.skip(word);
        if at >= stop {
            return false;
        }
        f(at);
        *next = at + 1;
        true
    }

    #[inline(always)]
    fn skip(&self, word: u64) -> u32 {
        let mut skip = usize::from(self.guide[(word >> (64 - GUIDE_BITS)) as usize]);
        while self.thresholds.get(skip).is_some_and(|&threshold| threshold <= word) {
            skip += 1;
        }
        skip as u32
    }
}

/// The middle of the cell that a 32-bit word stands for.
const HALF: u64 = 1 << 31;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_invert_the_geometric_distribution() {
        let skips = Skips::new(0.25);
        let quantile = |u: f64| skips.skip((u * 2f64.powi(64)) as u64);
        assert_eq!(quantile(0.0), 0);
        assert_eq!(quantile(0.249), 0);
        assert_eq!(quantile(0.251), 1);
        assert_eq!(quantile(0.4376), 2);
        assert_eq!(quantile(1.0 - 0.75f64.powi(20) + 1e-9), 20);
    }

    #[test]
    fn ends_of_the_unit_interval() {
        assert_eq!(Skips::new(0.0).skip(0), BLOCK);
        assert_eq!(Skips::new(1.0).skip(u64::MAX - 1), 0);
        assert_eq!(Skips::new(f64::NAN).skip(0), BLOCK);
    }
}
