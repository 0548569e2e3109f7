//! Random numbers by identity: seed, object, purpose and counter, never by order of use.
//!
//! A [`Stream`] derives its 64-bit key from the seed, the object and the purpose, so that the whole
//! 128-bit counter stays free for identities such as (major, block, ordinal, attempt).

use crate::philox;

/// The 32-bit hash of a qualified name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(pub u32);

/// What a draw is for. The numbers are part of the meaning of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Purpose {
    /// A parameter drawn per neuron; occurrence = hash of its name.
    Parameter = 1,
    /// An initial value drawn per neuron; occurrence = hash of its name.
    Initial = 2,
    /// Which neurons a rule connects.
    Connect = 3,
    /// The weight of a synapse.
    Weight = 4,
    /// The delay of a synapse.
    Delay = 5,
    /// Poisson counts per tick.
    PoissonCount = 6,
    /// Gaps between Poisson spikes.
    PoissonGap = 7,
    /// A draw in a neuron's blocks, per tick; occurrence = its place in the text.
    NeuronDraw = 8,
    /// A second attempt where the first draw was refused.
    Redraw = 9,
    /// Round keys of a permutation.
    Permutation = 10,
    /// Binomial splits of a total.
    Binomial = 11,
    /// A draw in a synapse's blocks; occurrence = its place in the text.
    SynapseDraw = 12,
    /// A draw of a mapper.
    Mapping = 13,
    /// The position of a neuron.
    Position = 14,
}

/// A family of random words, addressed by a 128-bit counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The Philox key.
    pub key: [u32; 2],
}

/// FNV-1a (64 bit) of the name, its halves folded by exclusive or.
pub const fn object_key(name: &str) -> ObjectKey {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    ObjectKey((hash >> 32) as u32 ^ hash as u32)
}

impl Stream {
    /// The stream of a purpose of an object; `occurrence` tells several of one purpose apart.
    pub fn new(seed: u64, object: ObjectKey, purpose: Purpose, occurrence: u32) -> Self {
        let seed = [seed as u32, (seed >> 32) as u32];
        let [k0, k1, ..] = philox([object.0, purpose as u32, occurrence, 0], seed);
        Self { key: [k0, k1] }
    }

    /// The four words at a counter.
    #[inline(always)]
    pub fn block(&self, counter: [u32; 4]) -> [u32; 4] {
        philox(counter, self.key)
    }

    /// Word number `draw` of an index; four consecutive draws share one block.
    #[inline(always)]
    pub fn word(&self, index: u32, draw: u64) -> u32 {
        let block = draw >> 2;
        self.block([index, block as u32, (block >> 32) as u32, 0])[(draw & 3) as usize]
    }

    /// A number in [0, 1) with 53 bits, from words 0 and 1 at a counter.
    #[inline(always)]
    pub fn uniform(&self, counter: [u32; 4]) -> f64 {
        let [w0, w1, ..] = self.block(counter);
        unit_interval(w0, w1)
    }

    /// Two numbers in [0, 1) with 53 bits each: words 0 and 1, words 2 and 3.
    #[inline(always)]
    pub fn uniform_pair(&self, counter: [u32; 4]) -> [f64; 2] {
        let [w0, w1, w2, w3] = self.block(counter);
        [unit_interval(w0, w1), unit_interval(w2, w3)]
    }
}

/// The number in [0, 1) with the first 53 bits of two words.
#[inline(always)]
pub fn unit_interval(high: u32, low: u32) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (((u64::from(high) << 32) | u64::from(low)) >> 11) as f64 * STEP
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_hash_to_fixed_keys() {
        // FNV-1a 64 of "" is the offset basis, of "a" af63dc4c8601ec8c (published vectors).
        assert_eq!(object_key(""), ObjectKey(0xcbf2_9ce4 ^ 0x8422_2325));
        assert_eq!(object_key("a"), ObjectKey(0xaf63_dc4c ^ 0x8601_ec8c));
    }

    #[test]
    fn stream_is_philox_of_identity() {
        let stream = Stream::new(0x0123_4567_89ab_cdef, ObjectKey(7), Purpose::Weight, 2);
        let words = philox([7, 4, 2, 0], [0x89ab_cdef, 0x0123_4567]);
        assert_eq!(stream.key, words[..2]);
        let draw = (5u64 << 34) + 4 * 9 + 3;
        assert_eq!(stream.word(11, draw), stream.block([11, 9, 5, 0])[3]);
    }

    #[test]
    fn uniform_spans_the_unit_interval() {
        assert_eq!(unit_interval(0, 0), 0.0);
        assert_eq!(unit_interval(u32::MAX, u32::MAX), 1.0 - f64::EPSILON / 2.0);
        let stream = Stream::new(1, object_key("x"), Purpose::Initial, 0);
        let n = 100_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for index in 0..n {
            for u in stream.uniform_pair([index, 0, 0, 0]) {
                sum += u;
                squares += u * u;
            }
        }
        let count = f64::from(2 * n);
        assert!((sum / count - 0.5).abs() < 4.0 / (12.0 * count).sqrt(), "{}", sum / count);
        assert!((squares / count - 1.0 / 3.0).abs() < 0.003);
    }

    proptest! {
        #[test]
        fn first_of_the_pair_is_uniform(seed in any::<u64>(), counter in any::<[u32; 4]>()) {
            let stream = Stream::new(seed, ObjectKey(3), Purpose::Delay, 0);
            let u = stream.uniform(counter);
            prop_assert_eq!(u, stream.uniform_pair(counter)[0]);
            prop_assert!((0.0..1.0).contains(&u));
        }
    }
}
