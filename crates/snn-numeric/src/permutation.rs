//! A keyed permutation of 0 .. n, for drawing without replacement and without memory.

use crate::Stream;

const ROUNDS: usize = 6;

/// A pseudo-random bijection of 0 .. n: a Feistel network over the digits of a two-digit number
/// whose radices multiply to little more than n, walked until it falls below n (Black and Rogaway,
/// CT-RSA 2002).
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    len: u32,
    radices: [u32; 2],
    keys: [u32; ROUNDS],
}

impl Permutation {
    /// The permutation of 0 .. `len` named by a stream and an identity.
    #[inline]
    pub fn new(len: u32, stream: &Stream, identity: [u32; 3]) -> Self {
        let [a, b, c] = identity;
        let [k0, k1, k2, k3] = stream.block([a, b, c, 0]);
        let [k4, k5, ..] = stream.block([a, b, c, 1]);
        Self { len, radices: radices(len), keys: [k0, k1, k2, k3, k4, k5] }
    }

    /// Where positions 0, 1, … below `count` go: the first `count` of the permutation, all of it where
    /// `count` is larger. Quicker than one by one, for want of divisions.
    #[inline]
    pub fn first(&self, count: u32) -> impl Iterator<Item = u32> + '_ {
        let [mut high, mut low] = [0, 0];
        (0..count.min(self.len)).map(move |_| {
            let value = self.mixed(high, low);
            low += 1;
            if low == self.radices[1] {
                [high, low] = [high + 1, 0];
            }
            self.walked(value)
        })
    }

    /// Where `position` in 0 .. n goes.
    ///
    /// # Panics
    /// In debug builds, when `position` is not below n.
    #[inline]
    pub fn at(&self, position: u32) -> u32 {
        debug_assert!(position < self.len, "{position} is not below {}", self.len);
        let low_radix = self.radices[1];
        self.walked(self.mixed(position / low_radix, position % low_radix))
    }

    /// Every cycle of a bijection that starts below n comes back below n.
    #[inline(always)]
    fn walked(&self, mut value: u64) -> u32 {
        let low_radix = u64::from(self.radices[1]);
        while value >= u64::from(self.len) {
            value = self.mixed((value / low_radix) as u32, (value % low_radix) as u32);
        }
        value as u32
    }

    #[inline(always)]
    fn mixed(&self, mut high: u32, mut low: u32) -> u64 {
        let [high_radix, low_radix] = self.radices;
        for pair in self.keys.chunks_exact(2) {
            high = add_modulo(high, hash_below(low, pair[0], high_radix), high_radix);
            low = add_modulo(low, hash_below(high, pair[1], low_radix), low_radix);
        }
        u64::from(high) * u64::from(low_radix) + u64::from(low)
    }
}

/// Two radices of about the square root whose product is at least `len`. Tiny ones mix badly.
fn radices(len: u32) -> [u32; 2] {
    const SMALLEST: u32 = 8;
    let high = (f64::from(len).sqrt().ceil() as u32).max(SMALLEST);
    [high, len.div_ceil(high).max(SMALLEST)]
}

#[inline(always)]
fn add_modulo(digit: u32, shift: u32, radix: u32) -> u32 {
    let sum = digit + shift;
    if sum >= radix { sum - radix } else { sum }
}

/// A hash of the digit, in 0 .. `radix`.
#[inline(always)]
fn hash_below(digit: u32, key: u32, radix: u32) -> u32 {
    let mut hash = (digit ^ key).wrapping_mul(0x9E37_79B1);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x85EB_CA77);
    ((u64::from(hash) * u64::from(radix)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectKey, Purpose};
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn stream(seed: u64) -> Stream {
        Stream::new(seed, ObjectKey(1), Purpose::Permutation, 0)
    }

    /// All n! orders are equally likely: chi-squared with n! - 1 degrees of freedom.
    #[test]
    fn small_permutations_are_uniform() {
        for (len, orders) in [(2u32, 2.0), (3, 6.0), (4, 24.0), (5, 120.0)] {
            let trials = 60_000u32;
            let mut seen: HashMap<Vec<u32>, f64> = HashMap::new();
            for trial in 0..trials {
                let permutation = Permutation::new(len, &stream(1), [trial, 0, 0]);
                *seen.entry((0..len).map(|i| permutation.at(i)).collect()).or_default() += 1.0;
            }
            let expected = f64::from(trials) / orders;
            let chi: f64 = seen.values().map(|n| (n - expected) * (n - expected) / expected).sum();
            let freedom = orders - 1.0;
            assert_eq!(seen.len() as f64, orders);
            assert!(chi < freedom + 5.0 * (2.0 * freedom).sqrt(), "n = {len}: {chi}");
        }
    }

    /// Pairs of neighbouring positions go to independent places.
    #[test]
    fn neighbours_are_independent() {
        let (len, cells, trials) = (1000u32, 10usize, 400);
        let mut table = vec![0.0; cells * cells];
        for trial in 0..trials {
            let permutation = Permutation::new(len, &stream(7), [trial, 0, 0]);
            for position in 0..50 {
                let cell = |p| permutation.at(p) as usize * cells / len as usize;
                table[cell(position) * cells + cell(position + 1)] += 1.0;
            }
        }
        let expected = f64::from(trials * 50) / (cells * cells) as f64;
        let chi: f64 = table.iter().map(|n| (n - expected) * (n - expected) / expected).sum();
        assert!(chi < 99.0 + 5.0 * 198f64.sqrt(), "{chi}");
    }

    #[test]
    fn the_largest_domain_works() {
        let permutation = Permutation::new(u32::MAX, &stream(3), [0, 0, 0]);
        assert!(permutation.at(u32::MAX - 1) < u32::MAX);
    }

    proptest! {
        #[test]
        fn bijective(len in 1u32..3000, seed in any::<u64>(), identity in any::<[u32; 3]>()) {
            let permutation = Permutation::new(len, &stream(seed), identity);
            let mut hit = vec![false; len as usize];
            for (position, place) in permutation.first(u32::MAX).enumerate() {
                prop_assert_eq!(place, permutation.at(position as u32));
                hit[place as usize] = true;
            }
            prop_assert!(hit.into_iter().all(|hit| hit));
        }
    }
}
