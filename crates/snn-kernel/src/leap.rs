//! What neurons become over many ticks in which nothing arrives.

use snn_numeric::{Powers, Real};

use crate::eval::flush;
use crate::{BLOCK, Column, Simd, simd_versions};

/// States in closed form between the events of a neuron. It stands only where nothing else can happen
/// there: no spike, no draw, no current.
#[derive(Clone, Debug, PartialEq)]
pub struct Leap {
    /// One per state.
    pub drifts: Vec<Drift>,
}

/// A state that goes to its rest on its own: after n ticks x is factor^n · x + rest · (1 - factor^n).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// What is left of the distance from the rest after one tick, 0 to 1.
    pub factor: f64,
    /// Where it comes to rest; 0 where the factor is 1.
    pub rest: f64,
    /// Magnitudes that count as zero are scaled by this; 0 where none does.
    pub scale: f64,
}

/// A [`Leap`] in one arithmetic, with its powers.
#[derive(Clone, Debug)]
pub struct Leaps<T> {
    drifts: Vec<Glide<T>>,
}

#[derive(Clone, Debug)]
struct Glide<T> {
    powers: Powers<T>,
    rest: T,
    scale: T,
}

impl<T: Real> Leaps<T> {
    /// The tables of a leap.
    pub fn new(leap: &Leap) -> Self {
        let glide = |drift: &Drift| Glide {
            powers: Powers::new(drift.factor),
            rest: T::from_f64(drift.rest),
            scale: T::from_f64(drift.scale),
        };
        Self { drifts: leap.drifts.iter().map(glide).collect() }
    }

    /// The value of a state after so many ticks in which nothing arrives.
    #[inline]
    pub fn after(&self, state: usize, x: T, ticks: u32) -> T {
        if ticks == 0 {
            return x;
        }
        let Glide { powers, rest, scale } = &self.drifts[state];
        glide(powers.of(ticks), x, *rest, *scale)
    }

    /// The same for a state of a block of neurons, each after its ticks.
    pub fn advance(&self, simd: Simd, state: usize, values: &mut Column<T>, ticks: &Column<u32>) {
        let Glide { powers, rest, scale } = &self.drifts[state];
        let left: Column<T> = std::array::from_fn(|i| powers.of(ticks[i]));
        advance_block(simd, &left, (*rest, *scale), values, ticks);
    }
}

/// x after the ticks of which `left` is the power.
#[inline(always)]
fn glide<T: Real>(left: T, x: T, rest: T, scale: T) -> T {
    flush(left * x + rest * (T::ONE - left), scale)
}

simd_versions! {
    fn advance_block<T: Real>(
        left: &Column<T>, glide: (T, T), values: &mut Column<T>, ticks: &Column<u32>,
    ) = advance_body
}

#[inline(always)]
fn advance_body<T: Real>(
    left: &Column<T>,
    (rest, scale): (T, T),
    values: &mut Column<T>,
    ticks: &Column<u32>,
) {
    for i in 0..BLOCK {
        let moved = glide(left[i], values[i], rest, scale);
        values[i] = if ticks[i] == 0 { values[i] } else { moved };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_goes_where_each_goes() {
        let drifts = vec![
            Drift { factor: 0.995, rest: 0.0, scale: 1.0 },
            Drift { factor: 0.9, rest: -65.3, scale: 0.0 },
            Drift { factor: 1.0, rest: 0.0, scale: 0.0 },
        ];
        let leaps = Leaps::<f64>::new(&Leap { drifts });
        let ticks: Column<u32> = std::array::from_fn(|i| (i * i * i) as u32);
        for state in 0..3 {
            let before: Column<f64> = std::array::from_fn(|i| 20.0 - 0.7 * i as f64);
            for simd in Simd::available() {
                let mut values = before;
                leaps.advance(simd, state, &mut values, &ticks);
                for i in 0..BLOCK {
                    let wanted = leaps.after(state, before[i], ticks[i]);
                    assert_eq!(values[i].to_bits(), wanted.to_bits(), "{state} {i}");
                }
            }
        }
    }
}
