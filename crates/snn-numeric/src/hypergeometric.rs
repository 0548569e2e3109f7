//! Hypergeometric numbers by identity: how a draw without replacement splits over two groups.

use crate::Stream;

/// Of `draws` without replacement from `marked + unmarked` items, how many are marked.
///
/// Inversion outwards from the mode. Probabilities are ratios to that of the mode, summed until they
/// no longer matter, so that no logarithm of a factorial loses digits: exact up to rounding for any
/// size, in a time of about the standard deviation. More draws than items take them all.
pub fn hypergeometric(
    draws: u64,
    marked: u64,
    unmarked: u64,
    stream: &Stream,
    [a, b, c]: [u32; 3],
) -> u64 {
    let urn = Urn::new(draws, marked, unmarked);
    if urn.least == urn.most {
        return urn.least;
    }
    let mode = urn.mode();
    let upwards = urn.walk_up(mode, f64::INFINITY).sum;
    let downwards = urn.walk_down(mode, f64::INFINITY).sum;
    let wanted = stream.uniform([a, b, c, 0]) * (1.0 + upwards + downwards);
    if wanted < 1.0 {
        mode
    } else if wanted < 1.0 + upwards {
        urn.walk_up(mode, wanted - 1.0).end
    } else {
        urn.walk_down(mode, wanted - 1.0 - upwards).end
    }
}

struct Urn {
    draws: u64,
    marked: u64,
    unmarked: u64,
    least: u64,
    most: u64,
}

/// The sum of probability ratios along a walk, and where it ended.
struct Walk {
    sum: f64,
    end: u64,
}

impl Urn {
    fn new(draws: u64, marked: u64, unmarked: u64) -> Self {
        let draws = draws.min(marked.saturating_add(unmarked));
        let least = draws.saturating_sub(unmarked);
        Self { draws, marked, unmarked, least, most: draws.min(marked) }
    }

    fn mode(&self) -> u64 {
        let items = self.marked as f64 + self.unmarked as f64 + 2.0;
        let mode = (self.draws as f64 + 1.0) / items * (self.marked as f64 + 1.0);
        (mode as u64).clamp(self.least, self.most)
    }

    /// P(k + 1) / P(k).
    fn ratio(&self, k: u64) -> f64 {
        let left = (self.draws - k) as f64;
        // unmarked - draws + k + 1, which is positive from `least` on.
        let rest = (self.unmarked + k + 1 - self.draws) as f64;
        (self.marked - k) as f64 * left / ((k + 1) as f64 * rest)
    }

    /// Goes up from the mode until the sum exceeds `wanted` or nothing is left to add.
    fn walk_up(&self, mode: u64, wanted: f64) -> Walk {
        let (mut k, mut sum, mut ratio) = (mode, 0.0, 1.0);
        while k < self.most && sum <= wanted {
            ratio *= self.ratio(k);
            if ratio < f64::EPSILON * f64::EPSILON {
                break;
            }
            k += 1;
            sum += ratio;
        }
        Walk { sum, end: k }
    }

    /// The same downwards.
    fn walk_down(&self, mode: u64, wanted: f64) -> Walk {
        let (mut k, mut sum, mut ratio) = (mode, 0.0, 1.0);
        while k > self.least && sum <= wanted {
            ratio /= self.ratio(k - 1);
            if ratio < f64::EPSILON * f64::EPSILON {
                break;
            }
            k -= 1;
            sum += ratio;
        }
        Walk { sum, end: k }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectKey, Purpose};
    use proptest::prelude::*;

    fn stream(seed: u64) -> Stream {
        Stream::new(seed, ObjectKey(2), Purpose::Binomial, 0)
    }

    fn log_choose(n: u64, k: u64) -> f64 {
        let log_factorial = |n: u64| libm::lgamma(n as f64 + 1.0);
        log_factorial(n) - log_factorial(k) - log_factorial(n - k)
    }

    #[test]
    fn frequencies_are_hypergeometric() {
        for (draws, marked, unmarked) in
            [(5u64, 10u64, 10u64), (40, 30, 20), (3, 2, 500), (100, 300, 700)]
        {
            let trials = 50_000u32;
            let mut seen = vec![0.0; draws as usize + 1];
            for trial in 0..trials {
                let k = hypergeometric(draws, marked, unmarked, &stream(1), [trial, 0, 0]);
                seen[k as usize] += 1.0;
            }
            let (mut chi, mut cells) = (0.0, 0.0);
            for k in draws.saturating_sub(unmarked)..=draws.min(marked) {
                let log = log_choose(marked, k) + log_choose(unmarked, draws - k)
                    - log_choose(marked + unmarked, draws);
                let expected = f64::from(trials) * log.exp();
                if expected >= 5.0 {
                    let difference = seen[k as usize] - expected;
                    chi += difference * difference / expected;
                    cells += 1.0;
                }
            }
            assert!(
                chi < cells + 5.0 * f64::sqrt(2.0 * cells),
                "{draws} of {marked}: {chi}, {cells}"
            );
        }
    }

    #[test]
    fn moments_of_large_urns() {
        let (draws, marked, unmarked) = (10_000u64, 1u64 << 40, 3u64 << 40);
        let (mean, variance) = (2500.0, 1875.0);
        let (mut sum, mut squares, trials) = (0.0, 0.0, 2_000u32);
        for trial in 0..trials {
            let z =
                hypergeometric(draws, marked, unmarked, &stream(5), [trial, 1, 2]) as f64 - mean;
            sum += z;
            squares += z * z;
        }
        assert!((sum / f64::from(trials)).abs() < 4.0 * f64::sqrt(variance / f64::from(trials)));
        assert!((squares / f64::from(trials) / variance - 1.0).abs() < 0.13);
    }

    proptest! {
        #[test]
        fn within_the_support(draws in 0u64..500, marked in 0u64..300, unmarked in 0u64..300, seed in any::<u64>()) {
            let k = hypergeometric(draws, marked, unmarked, &stream(seed), [0, 1, 2]);
            prop_assert!(k <= marked && k <= draws);
            prop_assert!(draws.min(marked + unmarked) - k <= unmarked);
        }
    }
}
