//! Binomial numbers by identity, exact up to rounding, for any n.

use crate::{Stream, factorial::stirling_rest, math};

/// Below this mean the distribution is inverted term by term.
const INVERSION_MEAN: f64 = 10.0;
/// The rejection accepts four attempts in five; a hundred refusals do not happen.
const MAX_ATTEMPTS: u32 = 100;

/// The number of successes in `n` trials of probability `p`, drawn at an identity.
///
/// Inversion for small means, else transformed rejection (W. Hörmann, "The generation of binomial
/// random variates", J. Stat. Comput. Simul. 46 (1993), algorithm BTRS). The fourth word of the
/// counter is the attempt. `p` outside [0, 1] counts as the nearer end, NaN as 0.
pub fn binomial(n: u64, p: f64, stream: &Stream, identity: [u32; 3]) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    if p > 0.5 {
        return n - smaller_half(n, 1.0 - p, stream, identity);
    }
    smaller_half(n, p, stream, identity)
}

fn smaller_half(n: u64, p: f64, stream: &Stream, [a, b, c]: [u32; 3]) -> u64 {
    if (n as f64) * p < INVERSION_MEAN {
        return invert(n, p, stream.uniform([a, b, c, 0]));
    }
    let rejection = Rejection::new(n as f64, p);
    for attempt in 0..MAX_ATTEMPTS {
        let [u, v] = stream.uniform_pair([a, b, c, attempt]);
        if let Some(k) = rejection.attempt(u - 0.5, 1.0 - v) {
            return k as u64;
        }
    }
    (n as f64 * p) as u64
}

/// Adds up probabilities from 0 until they exceed `u`.
fn invert(n: u64, p: f64, u: f64) -> u64 {
    let mut sums = Sums::new(n, p);
    sums.position(|below| u < below).map_or(n.min(FARTHEST), |k| k as u64)
}

/// Inversion looks no farther.
const FARTHEST: u64 = 200;

/// P(0), P(0) + P(1), … of a binomial distribution, one for each number of successes but the last.
struct Sums {
    n: u64,
    odds: f64,
    probability: f64,
    below: f64,
    k: u64,
}

impl Sums {
    fn new(n: u64, p: f64) -> Self {
        let probability = math::exp(n as f64 * math::log_1p(-p));
        Self { n, odds: p / (1.0 - p), probability, below: probability, k: 0 }
    }
}

impl Iterator for Sums {
    type Item = f64;

    #[inline]
    fn next(&mut self) -> Option<f64> {
        if self.k >= self.n.min(FARTHEST) {
            return None;
        }
        let below = self.below;
        self.probability *= self.odds * (self.n - self.k) as f64 / (self.k + 1) as f64;
        self.below += self.probability;
        self.k += 1;
        Some(below)
    }
}

/// Many binomial numbers of one probability: the bits of [`binomial`], with what inversion adds up kept.
#[derive(Clone, Debug)]
pub struct Binomials {
    p: f64,
    /// For n = 0, 1, … as long as [`binomial`] inverts: the sums that a uniform number is compared with.
    sums: Vec<Vec<f64>>,
}

impl Binomials {
    /// Of this probability, strictly between 0 and 1.
    pub fn new(p: f64) -> Self {
        let smaller = if p > 0.5 { 1.0 - p } else { p };
        let inverted = |n: &u64| *n as f64 * smaller < INVERSION_MEAN && *n <= FARTHEST;
        let sums = (0..).take_while(inverted).map(|n| Sums::new(n, smaller).collect()).collect();
        Self { p, sums }
    }

    /// The probability.
    pub fn probability(&self) -> f64 {
        self.p
    }

    /// [`binomial`], given the first uniform number at the identity.
    #[inline]
    pub fn draw(&self, n: u32, u: f64, stream: &Stream, identity: [u32; 3]) -> u32 {
        let Some(sums) = self.sums.get(n as usize) else {
            return binomial(n.into(), self.p, stream, identity) as u32;
        };
        let k = sums.iter().take_while(|below| u >= **below).count() as u32;
        if self.p > 0.5 { n - k } else { k }
    }
}

/// The constants of BTRS; `n·p >= 10`, `p <= 1/2`.
struct Rejection {
    n: f64,
    odds: f64,
    mode: f64,
    a: f64,
    b: f64,
    centre: f64,
    alpha: f64,
    inner: f64,
}

impl Rejection {
    fn new(n: f64, p: f64) -> Self {
        let spread = math::sqrt(n * p * (1.0 - p));
        let b = 1.15 + 2.53 * spread;
        Self {
            n,
            odds: p / (1.0 - p),
            mode: ((n + 1.0) * p).floor(),
            a: -0.0873 + 0.0248 * b + 0.01 * p,
            b,
            centre: n * p + 0.5,
            alpha: (2.83 + 5.1 / b) * spread,
            inner: 0.92 - 4.2 / b,
        }
    }

    /// `u` in [-1/2, 1/2), `v` in (0, 1].
    fn attempt(&self, u: f64, v: f64) -> Option<f64> {
        let edge = 0.5 - u.abs();
        let k = ((2.0 * self.a / edge + self.b) * u + self.centre).floor();
        if edge >= 0.07 && v <= self.inner {
            return Some(k);
        }
        if !(0.0..=self.n).contains(&k) {
            return None;
        }
        let height = math::log(v * self.alpha / (self.a / (edge * edge) + self.b));
        (height <= self.log_ratio(k)).then_some(k)
    }

    /// log P(k) - log P(mode), by Stirling's formula with its remainder.
    fn log_ratio(&self, k: f64) -> f64 {
        let (n, m, odds) = (self.n, self.mode, self.odds);
        (m + 0.5) * math::log((m + 1.0) / (odds * (n - m + 1.0)))
            + (n + 1.0) * math::log((n - m + 1.0) / (n - k + 1.0))
            + (k + 0.5) * math::log(odds * (n - k + 1.0) / (k + 1.0))
            + stirling_rest(m)
            + stirling_rest(n - m)
            - stirling_rest(k)
            - stirling_rest(n - k)
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

    fn log_probability(n: f64, p: f64, k: f64) -> f64 {
        libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
            + k * p.ln()
            + (n - k) * (1.0 - p).ln()
    }

    /// Chi-squared against the exact probabilities, on both sides of the method's boundary.
    #[test]
    fn frequencies_are_binomial() {
        for (n, p) in [(12u64, 0.3), (400, 0.02), (60, 0.4), (1000, 0.25), (50, 0.9)] {
            let trials = 100_000u32;
            let mut seen = vec![0.0; n as usize + 1];
            for trial in 0..trials {
                seen[binomial(n, p, &stream(3), [trial, 0, 0]) as usize] += 1.0;
            }
            let (mut chi, mut cells) = (0.0, 0.0);
            for (k, count) in seen.iter().enumerate() {
                let expected = f64::from(trials) * log_probability(n as f64, p, k as f64).exp();
                if expected >= 5.0 {
                    chi += (count - expected) * (count - expected) / expected;
                    cells += 1.0;
                }
            }
            assert!(chi < cells + 5.0 * f64::sqrt(2.0 * cells), "n = {n}, p = {p}: {chi}, {cells}");
        }
    }

    #[test]
    fn moments_of_large_numbers() {
        let (n, p, trials) = (3_000_000_000_000u64, 0.37, 20_000u32);
        let mean = n as f64 * p;
        let sd = (mean * (1.0 - p)).sqrt();
        let (mut sum, mut squares) = (0.0, 0.0);
        for trial in 0..trials {
            let z = (binomial(n, p, &stream(4), [trial, 0, 0]) as f64 - mean) / sd;
            sum += z;
            squares += z * z;
        }
        assert!((sum / f64::from(trials)).abs() < 0.03);
        assert!((squares / f64::from(trials) - 1.0).abs() < 0.05);
    }

    #[test]
    fn ends() {
        assert_eq!(binomial(0, 0.5, &stream(1), [0; 3]), 0);
        assert_eq!(binomial(9, 0.0, &stream(1), [0; 3]), 0);
        assert_eq!(binomial(9, 1.0, &stream(1), [0; 3]), 9);
        assert_eq!(binomial(9, f64::NAN, &stream(1), [0; 3]), 0);
    }

    proptest! {
        #[test]
        fn many_of_one_probability_have_the_same_bits(
            p in prop_oneof![Just(0.5), 0.001..0.999f64], seed in any::<u64>(), n in 0u32..400,
        ) {
            let binomials = Binomials::new(p);
            for i in 0..20 {
                let u = stream(seed).uniform([i, 2, 3, 0]);
                let one = binomial(n.into(), p, &stream(seed), [i, 2, 3]);
                prop_assert_eq!(u64::from(binomials.draw(n, u, &stream(seed), [i, 2, 3])), one);
            }
        }

        #[test]
        fn within_the_trials(n in 0u64..1 << 50, p in 0.0..=1.0f64, seed in any::<u64>()) {
            prop_assert!(binomial(n, p, &stream(seed), [1, 2, 3]) <= n);
        }
    }
}
