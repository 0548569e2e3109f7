//! What neurons become over many ticks in which nothing arrives.

use snn_numeric::{Powers, Real};

use crate::eval::flush;

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
        let left = powers.of(ticks);
        flush(left * x + *rest * (T::ONE - left), *scale)
    }
}
