//! The commonest neurons in one pass: one state that sums decaying states and a current, is held, tested
//! against a constant and reset to a constant.
//!
//! A shape is found in a program by its operations alone ([`search`]), and does them in the program's
//! order: the bits are those of [`crate::Program::eval`]. What a program leaves out becomes a constant
//! that changes no bit: x + -0.0 is x, and no magnitude is below 0.

mod arrived;
mod pass;
mod search;

use std::ops::Range;

use snn_numeric::Real;

pub use self::arrived::Arrived;
use self::arrived::{Arrives, Counts, Injected, Nothing, Sums};
use self::pass::{Drive, shape0, shape1, shape2, shape3, shape4};
use crate::{Column, NeuronKernel, Simd};

/// Decaying states at most.
const DECAYS: usize = 4;

/// Receptors at most: one for each decaying state, and one that jumps.
pub const RECEPTORS: usize = DECAYS + 1;

/// v = flush(own·v + Σ factor·s + factor·current + constant) + jump, s = flush(decay·s) + arrivals.
#[derive(Clone, Debug)]
pub struct Shape<T> {
    /// The summing state.
    v: usize,
    /// The decaying states, in the order of the sum.
    decays: Vec<Decay>,
    /// Current input and receptor of the jump, where the program has them.
    current: Option<usize>,
    jump: Option<usize>,
    numbers: Numbers<T>,
    /// Whether arrivals may come as counts, and a current of 0 be left out, without changing a bit.
    countable: bool,
    /// A column in which nothing arrives.
    nothing: Box<Column<T>>,
}

/// A decaying state and the receptor that feeds it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Decay {
    state: usize,
    receptor: Option<usize>,
}

/// Numbers of a shape, by decaying state where they are arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers<T> {
    own: T,
    factor: [T; DECAYS],
    decay: [T; DECAYS],
    scale: [T; DECAYS],
    current: T,
    constant: T,
    v_scale: T,
    /// The least number that fires.
    threshold: T,
    reset: T,
}

/// Neurons of whole blocks: what a shape reads and writes.
#[derive(Debug)]
pub struct ShapeRun<'a, T> {
    /// All states of all neurons.
    pub states: &'a mut [Vec<T>],
    /// Input currents of all neurons.
    pub currents: &'a [Vec<T>],
    /// Whether a current is on anywhere: if not, all of them are 0.
    pub driven: bool,
    /// The neurons, both ends multiples of [`crate::BLOCK`].
    pub neurons: Range<usize>,
    /// What arrived at each receptor; all of it is [`Arrived::Sums`], and there is one block, where a current
    /// is on or the shape is not countable.
    pub arrivals: [Arrived<'a, T>; RECEPTORS],
    /// First tick in which each of all neurons is no longer refractory.
    pub until: &'a [u32],
    /// The tick.
    pub tick: u32,
}

impl<T: Real> Shape<T> {
    /// The shape of a kernel, if it has one.
    pub fn of(kernel: &NeuronKernel) -> Option<Self> {
        search::shape(kernel)
    }

    /// Whether arrivals may come as counts, where no current is on.
    pub fn is_countable(&self) -> bool {
        self.countable
    }

    /// One tick. Appends the neurons that spike, ascending; says whether some state is NaN or infinite,
    /// which may be raised by large finite ones too.
    pub fn run(&self, simd: Simd, run: ShapeRun<'_, T>, fired: &mut Vec<u32>) -> bool {
        let arrivals = run.arrivals;
        let at = |receptor: Option<usize>| receptor.map_or(Arrived::Nothing, |r| arrivals[r]);
        let mut receptors = self.decays.iter().map(|d| at(d.receptor)).chain([at(self.jump)]);
        let counted = !receptors.clone().any(|a| matches!(a, Arrived::Sums(_)));
        if !counted || (run.driven && self.current.is_some()) || !self.countable {
            return self.any_block(simd, run, fired);
        }
        if self.jump.is_none() && receptors.all(|a| matches!(a, Arrived::Nothing)) {
            return self.pass(simd, run, (|_| Nothing, Nothing, Nothing), fired);
        }
        let counts = |receptor| Counts::of(at(receptor));
        match self.jump {
            None => self.pass(simd, run, (counts, Nothing, Nothing), fired),
            Some(_) => self.pass(simd, run, (counts, counts(self.jump), Nothing), fired),
        }
    }

    /// One block, whatever arrives.
    fn any_block(&self, simd: Simd, run: ShapeRun<'_, T>, fired: &mut Vec<u32>) -> bool {
        let arrivals = run.arrivals;
        let sums = |receptor: Option<usize>| match receptor.map(|r| arrivals[r]) {
            Some(Arrived::Sums(sums)) => Sums(sums),
            _ => Sums(&self.nothing),
        };
        let current = match self.current {
            Some(i) => Injected::new(&run.currents[i], self.numbers.current),
            None => Injected::none(&self.nothing),
        };
        self.pass(simd, run, (sums, sums(self.jump), current), fired)
    }

    fn pass<A: Arrives<T>, J: Arrives<T>, C: Arrives<T>>(
        &self,
        simd: Simd,
        run: ShapeRun<'_, T>,
        (arrived, jump, current): (impl Fn(Option<usize>) -> A, J, C),
        fired: &mut Vec<u32>,
    ) -> bool {
        let ShapeRun { states, neurons, until, tick, .. } = run;
        let (k, drive) = (&self.numbers, Drive { jump, current, until, tick, neurons });
        macro_rules! pass {
            ($pass:ident: $($s:ident $i:literal),*) => {{
                let states = states.get_disjoint_mut([self.v, $(self.decays[$i].state),*]);
                let [v, $($s),*] = states.expect("invariant: states of a shape are distinct");
                $pass::<T, A, J, C>(simd, k, drive, fired, v, $($s, arrived(self.decays[$i].receptor)),*)
            }};
        }
        match self.decays.len() {
            0 => pass!(shape0:),
            1 => pass!(shape1: a 0),
            2 => pass!(shape2: a 0, b 1),
            3 => pass!(shape3: a 0, b 1, c 2),
            _ => pass!(shape4: a 0, b 1, c 2, d 3),
        }
    }
}

#[cfg(test)]
mod tests;
