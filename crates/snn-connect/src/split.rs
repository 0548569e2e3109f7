//! Fixed binary trees that split a number of synapses over sources and over blocks of targets.
//!
//! Every node splits its number by a binomial draw (multapses) or a hypergeometric one (without), keyed
//! by the node, so that one leaf is found without drawing the others and the whole is exactly
//! multinomial.

use std::ops::Range;

use snn_numeric::{Stream, binomial, hypergeometric};

use crate::Multapses;

/// What a tree splits over: a range of leaves and the number of places below each part of it.
pub(crate) struct Tree<'a, P: Fn(Range<u32>) -> u64> {
    /// Keys of the splits.
    pub stream: &'a Stream,
    /// First word of every counter.
    pub owner: u32,
    /// Whether a place may be taken twice.
    pub multapses: Multapses,
    /// Places below a range of leaves.
    pub places: P,
}

impl<P: Fn(Range<u32>) -> u64> Tree<'_, P> {
    /// Visits the leaves of `wanted` that receive anything, in ascending order, with what they receive,
    /// when `count` is split over `leaves`.
    pub fn visit(
        &self,
        leaves: Range<u32>,
        count: u64,
        wanted: &Range<u32>,
        f: &mut impl FnMut(u32, u64),
    ) {
        if count == 0 || leaves.end <= wanted.start || leaves.start >= wanted.end {
            return;
        }
        if leaves.len() == 1 {
            f(leaves.start, count);
            return;
        }
        let middle = leaves.start + (leaves.end - leaves.start) / 2;
        let (left, right) = (leaves.start..middle, middle..leaves.end);
        let share = self.left_share(&left, &right, count);
        self.visit(left, share, wanted, f);
        self.visit(right, count - share, wanted, f);
    }

    fn left_share(&self, left: &Range<u32>, right: &Range<u32>, count: u64) -> u64 {
        let node = [self.owner, left.start, right.end];
        let (here, there) = ((self.places)(left.clone()), (self.places)(right.clone()));
        match self.multapses {
            Multapses::Allowed => {
                let share = here as f64 / (here as f64 + there as f64);
                binomial(count, share, self.stream, node)
            }
            Multapses::Forbidden => hypergeometric(count, here, there, self.stream, node),
        }
    }
}
