//! Hypergeometric numbers by identity: how a draw without replacement splits over two groups.

use crate::{Stream, factorial::log_factorial_ratio, math};

/// Below this standard deviation the distribution is inverted term by term.
const INVERSION_DEVIATION: f64 = 4.0;
/// The rejection accepts three attempts in four; a hundred refusals do not happen.
const MAX_ATTEMPTS: u32 = 100;

/// Of `draws` without replacement from `marked + unmarked` items, how many are marked.
///
/// Inversion for small deviations, else the ratio of uniforms (E. Stadlober, "The ratio of uniforms
/// approach for generating discrete random variates", J. Comput. Appl. Math. 31 (1990), algorithm
/// HRU). The fourth word of the counter is the attempt. More draws than items take them all.
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
    let deviation = urn.deviation();
    if deviation < INVERSION_DEVIATION {
        return urn.invert(stream.uniform([a, b, c, 0]));
    }
    let hat = Hat::new(&urn, deviation);
    let attempt = |attempt| {
        let [u, v] = stream.uniform_pair([a, b, c, attempt]);
        hat.attempt(&urn, 1.0 - u, v)
    };
    (0..MAX_ATTEMPTS).find_map(attempt).unwrap_or(hat.mode)
}

struct Urn {
    draws: u64,
    marked: u64,
    unmarked: u64,
    least: u64,
    most: u64,
}

/// A probability ratio that no uniform number of 53 bits can reach.
const NEGLIGIBLE: f64 = f64::EPSILON / 4096.0;

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

    fn deviation(&self) -> f64 {
        let (draws, items) = (self.draws as f64, self.marked as f64 + self.unmarked as f64);
        let share = self.marked as f64 / items;
        let finite = (items - draws) / (items - 1.0);
        math::sqrt(draws * share * (1.0 - share) * finite)
    }

    /// Walks outwards from the mode. Probabilities are ratios to that of the mode.
    fn invert(&self, u: f64) -> u64 {
        let mode = self.mode();
        let upwards = self.walk_up(mode, f64::INFINITY).sum;
        let downwards = self.walk_down(mode, f64::INFINITY).sum;
        let wanted = u * (1.0 + upwards + downwards);
        if wanted < 1.0 {
            mode
        } else if wanted < 1.0 + upwards {
            self.walk_up(mode, wanted - 1.0).end
        } else {
            self.walk_down(mode, wanted - 1.0 - upwards).end
        }
    }

    /// log P(k) - log P(mode).
    fn log_ratio(&self, k: u64, mode: u64) -> f64 {
        // The fourth group, unmarked items that are drawn not, without leaving u64.
        let undrawn = |k: u64| self.unmarked - (self.draws - k);
        log_factorial_ratio(mode, k)
            + log_factorial_ratio(self.marked - mode, self.marked - k)
            + log_factorial_ratio(self.draws - mode, self.draws - k)
            + log_factorial_ratio(undrawn(mode), undrawn(k))
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
            if ratio < NEGLIGIBLE {
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
            if ratio < NEGLIGIBLE {
                break;
            }
            k -= 1;
            sum += ratio;
        }
        Walk { sum, end: k }
    }
}

/// The hat of the ratio of uniforms.
struct Hat {
    centre: f64,
    width: f64,
    mode: u64,
}

impl Hat {
    fn new(urn: &Urn, deviation: f64) -> Self {
        // 2·sqrt(2/e) and 3 - 2·sqrt(3/e).
        const SLOPE: f64 = 1.715_527_769_921_413_5;
        const OFFSET: f64 = 0.898_916_162_058_898_8;
        let share = urn.marked as f64 / (urn.marked as f64 + urn.unmarked as f64);
        Self {
            centre: urn.draws as f64 * share + 0.5,
            width: SLOPE * math::sqrt(deviation * deviation + 0.5) + OFFSET,
            mode: urn.mode(),
        }
    }

    /// `u` in (0, 1], `v` in [0, 1).
    fn attempt(&self, urn: &Urn, u: f64, v: f64) -> Option<u64> {
        let place = self.centre + self.width * (v - 0.5) / u;
        if !(urn.least as f64..urn.most as f64 + 1.0).contains(&place) {
            return None;
        }
        let k = (place as u64).clamp(urn.least, urn.most);
        let height = urn.log_ratio(k, self.mode);
        // Two quick bounds of 2 log u, then itself.
        let accepted = u * (4.0 - u) - 3.0 <= height
            || (u * (u - height) < 1.0 && 2.0 * math::log(u) <= height);
        accepted.then_some(k)
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
            [(5u64, 10u64, 10u64), (40, 30, 20), (3, 2, 500), (100, 300, 700), (700, 800, 200)]
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
