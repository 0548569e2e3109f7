//! The loops of the shapes.

use std::ops::Range;

use snn_numeric::Real;

use super::Numbers;
use super::arrived::{Arrives, column, column_mut};
use crate::eval::flush;
use crate::{BLOCK, Column, simd_versions};

/// What a pass reads beside the states and what arrives at them.
pub(super) struct Drive<'a, J, C> {
    pub jump: J,
    pub current: C,
    pub until: &'a [u32],
    pub tick: u32,
    pub neurons: Range<usize>,
}

/// One loop per number of decaying states, every column a parameter of its own: in a structure of
/// columns the compiler could not know that they do not overlap, and would not vectorise.
///
/// A neuron that spikes is marked by an infinite potential, which no other can have that is free: the
/// threshold is finite, and an infinite sum is above it. A block with marks is walked over once more.
macro_rules! shapes {
    ($($name:ident = $body:ident($($s:ident $arrived:ident $i:literal),*);)*) => {$(
        simd_versions! {
            #[allow(clippy::too_many_arguments)]
            pub(super) fn $name<T: Real, A: Arrives<T>, J: Arrives<T>, C: Arrives<T>>(
                k: &Numbers<T>, drive: Drive<'_, J, C>, fired: &mut Vec<u32>, v: &mut [T],
                $($s: &mut [T], $arrived: A),*
            ) -> bool = $body::<T, A, J, C>
        }

        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn $body<T: Real, A: Arrives<T>, J: Arrives<T>, C: Arrives<T>>(
            k: &Numbers<T>, drive: Drive<'_, J, C>, fired: &mut Vec<u32>, v: &mut [T],
            $($s: &mut [T], $arrived: A),*
        ) -> bool {
            let (k, Drive { jump, current, until, tick, neurons }) = (*k, drive);
            let mut zeros = T::ZERO.bits();
            for first in neurons.step_by(BLOCK) {
                let (jump, current) = (jump.block(first), current.block(first));
                let until = column(until, first);
                let v = column_mut(v, first);
                $(let ($s, $arrived) = (column_mut($s, first), $arrived.block(first));)*
                let mut peak = T::ZERO.bits();
                for i in 0..BLOCK {
                    let sum = k.own * v[i];
                    $(let sum = sum + k.factor[$i] * $s[i];)*
                    let sum = C::plus(current, sum, i) + k.constant;
                    let moved = J::plus(jump, flush(sum, k.v_scale), i);
                    let magnitude = moved;
                    $(
                        $s[i] = A::plus($arrived, flush(k.decay[$i] * $s[i], k.scale[$i]), i);
                        let magnitude = magnitude + $s[i];
                    )*
                    let free = tick >= until[i];
                    let held = if free { moved } else { v[i] };
                    let limit = if free { k.threshold } else { T::INFINITY };
                    let after = if held >= limit { T::INFINITY } else { held };
                    v[i] = after;
                    peak = peak.max(after.bits());
                    // A zero for finite numbers, NaN for all others.
                    zeros = zeros | (magnitude * T::ZERO).bits();
                }
                if peak >= T::INFINITY.bits() {
                    let free = |i: usize| tick >= until[i];
                    take_spikes(v, free, k.reset, first, fired);
                }
            }
            zeros != T::ZERO.bits() && zeros != (-T::ZERO).bits()
        }
    )*};
}

shapes! {
    shape0 = body0();
    shape1 = body1(a x 0);
    shape2 = body2(a x 0, b y 1);
    shape3 = body3(a x 0, b y 1, c z 2);
    shape4 = body4(a x 0, b y 1, c z 2, d w 3);
}

/// Resets the marked neurons of a block and appends them to `fired`.
#[inline(always)]
fn take_spikes<T: Real>(
    v: &mut Column<T>,
    free: impl Fn(usize) -> bool,
    reset: T,
    first: usize,
    fired: &mut Vec<u32>,
) {
    // Groups without a mark cost one comparison of a vector.
    const GROUP: usize = 16;
    for (group, values) in v.chunks_exact_mut(GROUP).enumerate() {
        let mut any = false;
        for x in values.iter() {
            any |= *x == T::INFINITY;
        }
        if any {
            for (i, x) in values.iter_mut().enumerate() {
                let i = group * GROUP + i;
                if *x == T::INFINITY && free(i) {
                    *x = reset;
                    fired.push((first + i) as u32);
                }
            }
        }
    }
}
