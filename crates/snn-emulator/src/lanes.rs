//! Input of one tick: a lane holds one number per neuron of a part.
//!
//! Projections with a constant weight arrive as counts, which commute; everything else is summed in
//! canonical order into one lane per receptor. A lane has 65,536 places whatever the part's size, so
//! that a 16-bit target is always in range; places never touched cost no memory.

use snn_numeric::Real;

/// Neurons of a part at most: what a 16-bit target can name.
pub(crate) const LANE: usize = 1 << 16;

/// One lane.
#[derive(Debug)]
pub(crate) enum Lane<T> {
    /// Counts of arrivals that fit 16 bits.
    Count(Box<[u16; LANE]>),
    /// Counts of arrivals.
    Wide(Box<[u32; LANE]>),
    /// Sums of weights.
    Value(Box<[T; LANE]>),
}

/// What a lane must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneKind {
    Count,
    Wide,
    Value,
}

impl<T: Real> Lane<T> {
    pub(crate) fn new(kind: LaneKind) -> Self {
        match kind {
            LaneKind::Count => Self::Count(zeroed(0)),
            LaneKind::Wide => Self::Wide(zeroed(0)),
            LaneKind::Value => Self::Value(zeroed(T::ZERO)),
        }
    }
}

fn zeroed<N: Clone + std::fmt::Debug>(zero: N) -> Box<[N; LANE]> {
    vec![zero; LANE].into_boxed_slice().try_into().expect("invariant: the length is LANE")
}

/// One arrival per target.
#[inline(always)]
pub(crate) fn count_arrivals(lane: &mut [u16; LANE], targets: &[u16], times: u16) {
    for &t in targets {
        let place = &mut lane[t as usize];
        *place = place.wrapping_add(times);
    }
}

/// One arrival per target.
#[inline(always)]
pub(crate) fn count_wide(lane: &mut [u32; LANE], targets: &[u16], times: u32) {
    for &t in targets {
        let place = &mut lane[t as usize];
        *place = place.wrapping_add(times);
    }
}

/// One weighted arrival per target; weights are rounded to `T`, then multiplied by the multiplicity.
#[inline(always)]
pub(crate) fn add_weighted<T: Real, W: Copy>(
    lane: &mut [T; LANE],
    targets: &[u16],
    weights: &[W],
    times: u32,
    round: impl Fn(W) -> T,
) {
    if times == 1 {
        for (&t, &w) in targets.iter().zip(weights) {
            let place = &mut lane[t as usize];
            *place = *place + round(w);
        }
    } else {
        let times = T::from_f64(f64::from(times));
        for (&t, &w) in targets.iter().zip(weights) {
            let place = &mut lane[t as usize];
            *place = *place + round(w) * times;
        }
    }
}
