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
        let low = mix(tick ^ 0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(object.0) << 32 | u64::from(index));
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
