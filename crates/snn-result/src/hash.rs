//! The spike hash: the same for the same spikes in any order.

use std::fmt;

use snn_numeric::ObjectKey;

/// A 128-bit wrapping sum over spikes of a mixed (object key, index, tick). Two runs with equal hashes
/// fired the same spikes, whatever the order in which workers counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SpikeHash(pub u128);

impl SpikeHash {
    /// Counts one spike.
    #[inline]
    pub fn add(&mut self, object: ObjectKey, index: u32, tick: u64) {
        let low = mix(tick ^ 0x9e37_79b9_7f4a_7c15)
            .wrapping_add(u64::from(object.0) << 32 | u64::from(index));
        let a = mix(low);
        let b = mix(a ^ 0xd1b5_4a32_d192_ed03);
        self.0 = self.0.wrapping_add(u128::from(b) << 64 | u128::from(a));
    }

    /// The spikes of both.
    pub fn merge(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }
}

impl fmt::Display for SpikeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(spikes: &[(u32, u32, u64)]) -> SpikeHash {
        let mut hash = SpikeHash::default();
        for &(object, index, tick) in spikes {
            hash.add(ObjectKey(object), index, tick);
        }
        hash
    }

    /// The finaliser against the published SplitMix64 sequence of seed 0.
    #[test]
    fn the_finaliser_is_splitmix64() {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        assert_eq!(mix(GAMMA), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(GAMMA.wrapping_mul(2)), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(mix(GAMMA.wrapping_mul(3)), 0x06c4_5d18_8009_454f);
    }

    #[test]
    fn known_answers() {
        assert_eq!(of(&[]).to_string(), "00000000000000000000000000000000");
        for (spikes, wanted) in KNOWN {
            assert_eq!(of(spikes).to_string(), *wanted, "{spikes:?}");
        }
    }

    type Spikes = &'static [(u32, u32, u64)];

    const KNOWN: &[(Spikes, &str)] = &[
        (&[(0, 0, 1)], "e72617dbdd741da9445018e305810b78"),
        (&[(0x1234_5678, 7, 10_000)], "2528baf1cb9f69efe9db2ad5a69949f4"),
        (&[(u32::MAX, u32::MAX, u64::MAX)], "673149c4a29100bdd59879a606844ad5"),
        (&[(1, 2, 3), (1, 2, 3), (4, 5, 6)], "b3549b35ecb3155fa79738f71edb5508"),
    ];

    proptest! {
        #[test]
        fn order_does_not_matter_and_every_spike_does(
            spikes in prop::collection::vec((0u32..3, 0u32..4, 1u64..5), 1..40), cut in 0usize..40
        ) {
            let cut = cut.min(spikes.len());
            let mut merged = of(&spikes[cut..]);
            merged.merge(of(&spikes[..cut]));
            prop_assert_eq!(merged, of(&spikes));
            prop_assert_ne!(of(&spikes[1..]), of(&spikes));
        }

        #[test]
        fn each_part_of_a_spike_counts(object in any::<u32>(), index in any::<u32>(), tick in any::<u64>()) {
            let hash = of(&[(object, index, tick)]);
            prop_assert_ne!(hash, of(&[(object ^ 1, index, tick)]));
            prop_assert_ne!(hash, of(&[(object, index ^ 1, tick)]));
            prop_assert_ne!(hash, of(&[(object, index, tick ^ 1)]));
        }
    }
}
