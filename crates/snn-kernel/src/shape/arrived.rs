//! What arrives at a receptor in a tick, in the forms in which a pass takes it.

use snn_numeric::Real;

use crate::{BLOCK, Column};

/// What arrived at one receptor.
#[derive(Clone, Copy, Debug)]
pub enum Arrived<'a, T> {
    /// Nothing, in any tick.
    Nothing,
    /// Numbers of arrivals of all neurons, and their weight.
    Counts(&'a [u16], T),
    /// The sum of all arrivals at each neuron of the block.
    Sums(&'a Column<T>),
}

/// Something added to a number of each neuron.
pub(super) trait Arrives<T>: Copy {
    /// The part of one block.
    type Block: Copy;

    /// The part of the block that begins with neuron `first`.
    fn block(self, first: usize) -> Self::Block;

    /// `x` and what arrived at neuron `i` of the block.
    fn plus(block: Self::Block, x: T, i: usize) -> T;
}

/// Nothing: x stays as it is.
#[derive(Clone, Copy)]
pub(super) struct Nothing;

impl<T> Arrives<T> for Nothing {
    type Block = ();

    #[inline(always)]
    fn block(self, _: usize) {}

    #[inline(always)]
    fn plus((): (), x: T, _: usize) -> T {
        x
    }
}

/// The weight times the number of arrivals. The sum of arrivals begins with 0.0, which is left out: `x` is
/// never -0.0, having been flushed, and to any other number zeros of both signs are the same.
#[derive(Clone, Copy)]
pub(super) struct Counts<'a, T> {
    /// None where nothing arrives.
    counts: Option<&'a [u16]>,
    weight: T,
}

impl<'a, T: Real> Counts<'a, T> {
    #[inline(always)]
    pub(super) fn of(arrived: Arrived<'a, T>) -> Self {
        match arrived {
            Arrived::Counts(counts, weight) => Self { counts: Some(counts), weight },
            _ => Self { counts: None, weight: T::ZERO },
        }
    }
}

impl<'a, T: Real> Arrives<T> for Counts<'a, T> {
    type Block = (&'a Column<u16>, T);

    #[inline(always)]
    fn block(self, first: usize) -> Self::Block {
        (self.counts.map_or(&[0; BLOCK], |counts| column(counts, first)), self.weight)
    }

    #[inline(always)]
    fn plus((counts, weight): Self::Block, x: T, i: usize) -> T {
        x + weight * T::from_f64(f64::from(counts[i]))
    }
}

/// Sums over all arrivals at the neurons of the one block.
#[derive(Clone, Copy)]
pub(super) struct Sums<'a, T>(pub(super) &'a Column<T>);

impl<'a, T: Real> Arrives<T> for Sums<'a, T> {
    type Block = &'a Column<T>;

    #[inline(always)]
    fn block(self, _: usize) -> Self::Block {
        self.0
    }

    #[inline(always)]
    fn plus(sums: Self::Block, x: T, i: usize) -> T {
        x + sums[i]
    }
}

/// A current times a constant.
#[derive(Clone, Copy)]
pub(super) struct Injected<'a, T> {
    current: &'a [T],
    factor: T,
    /// Whether `current` is one column that stands for all.
    one: Option<&'a Column<T>>,
}

impl<'a, T: Real> Injected<'a, T> {
    pub(super) fn new(current: &'a [T], factor: T) -> Self {
        Self { current, factor, one: None }
    }

    /// No current: the column holds what changes no bit.
    pub(super) fn none(nothing: &'a Column<T>) -> Self {
        Self { current: &[], factor: T::ONE, one: Some(nothing) }
    }
}

impl<'a, T: Real> Arrives<T> for Injected<'a, T> {
    type Block = (&'a Column<T>, T);

    #[inline(always)]
    fn block(self, first: usize) -> Self::Block {
        (self.one.unwrap_or_else(|| column(self.current, first)), self.factor)
    }

    #[inline(always)]
    fn plus((current, factor): Self::Block, x: T, i: usize) -> T {
        x + factor * current[i]
    }
}

/// A block of a whole column.
#[inline(always)]
pub(super) fn column<N>(all: &[N], first: usize) -> &Column<N> {
    all[first..first + BLOCK].try_into().expect("invariant: columns are whole blocks")
}

/// A block of a whole column, to be written.
#[inline(always)]
pub(super) fn column_mut<N>(all: &mut [N], first: usize) -> &mut Column<N> {
    (&mut all[first..first + BLOCK]).try_into().expect("invariant: columns are whole blocks")
}
