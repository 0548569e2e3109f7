//! Rows as sets of bits: a bit for each neuron of the part.
//!
//! Where a sender reaches more than one neuron in sixteen, a bit for each is smaller than a list, and the rows of
//! all spikes of a tick are added up at once: bits of one weight are summed in carry-save adders, 512 neurons
//! at a time (R. Harley, S. Seal; see Muła, Kurz and Lemire, The Computer Journal 61, 2018).

use snn_kernel::simd_versions;

use crate::lanes::LANE;
use crate::pages;

/// Neurons per word.
pub(super) const WORD: usize = 64;
/// Words that are summed together: a row is a whole number of them.
pub(super) const GROUP: usize = 8;
/// Rows that are summed together.
const ROWS: usize = 8;
/// Words between those that are summed and those that are asked for.
const AHEAD: usize = 4 * GROUP;
/// Words of the longest row.
const LONGEST: usize = LANE / WORD;
/// Bits of a sum: up to 65,535 rows.
const PLANES: usize = 16;

type Words = [u64; GROUP];

/// A number of arrivals in a lane.
pub(crate) trait Count: Copy {
    /// That many more.
    fn plus(self, more: u16) -> Self;
}

impl Count for u16 {
    #[inline(always)]
    fn plus(self, more: u16) -> Self {
        self.wrapping_add(more)
    }
}

impl Count for u32 {
    #[inline(always)]
    fn plus(self, more: u16) -> Self {
        self.wrapping_add(u32::from(more))
    }
}

/// Words of a row over `neurons` neurons.
pub(super) fn words(neurons: usize) -> usize {
    neurons.div_ceil(WORD).next_multiple_of(GROUP)
}

/// Calls `f` with the places of the bits that are set.
pub(super) fn each(row: &[u64], mut f: impl FnMut(u16)) {
    for (word, first) in row.iter().zip((0u32..).step_by(WORD)) {
        let mut rest = *word;
        while rest != 0 {
            f((first + rest.trailing_zeros()) as u16);
            rest &= rest - 1;
        }
    }
}

/// Rows of equal length whose bits are to be counted, at most [`Rows::MOST`].
pub(crate) struct Rows<'a> {
    rows: Vec<&'a [u64]>,
}

impl<'a> Rows<'a> {
    /// What the planes can count.
    pub(crate) const MOST: usize = (1 << PLANES) - ROWS;

    /// Rows to be added up together.
    pub(crate) fn new(rows: impl Iterator<Item = &'a [u64]>) -> Self {
        const NONE: [u64; LONGEST] = [0; LONGEST];
        let mut rows: Vec<&[u64]> = rows.collect();
        let (count, len) = (rows.len(), rows.first().map_or(0, |row| row.len()));
        rows.resize(count.next_multiple_of(ROWS), &NONE[..len]);
        Self { rows }
    }
}

simd_versions! {
    /// Adds to each number of the lane how many of the rows have its bit.
    pub(crate) fn add_rows<N: Count>(rows: &Rows<'_>, lane: &mut [N; LANE]) = add_rows_body
}

#[inline(always)]
fn add_rows_body<N: Count>(Rows { rows }: &Rows<'_>, lane: &mut [N; LANE]) {
    let words = rows.first().map_or(0, |row| row.len());
    let planes = (usize::BITS - rows.len().leading_zeros()) as usize;
    for first in (0..words).step_by(GROUP) {
        let mut sum = [[0; GROUP]; PLANES];
        for rows in rows.chunks_exact(ROWS) {
            for row in rows {
                pages::fetch(row.get(first + AHEAD..first + AHEAD + GROUP).unwrap_or_default());
            }
            let row = |i: usize| group(rows[i], first);
            let ([a, b, c, d], [e, f, g, h]) =
                ([row(0), row(1), row(2), row(3)], [row(4), row(5), row(6), row(7)]);
            let (ones, two_a) = add(sum[0], a, b);
            let (ones, two_b) = add(ones, c, d);
            let (twos, four_a) = add(sum[1], two_a, two_b);
            let (ones, two_a) = add(ones, e, f);
            let (ones, two_b) = add(ones, g, h);
            let (twos, four_b) = add(twos, two_a, two_b);
            let (fours, mut carry) = add(sum[2], four_a, four_b);
            (sum[0], sum[1], sum[2]) = (ones, twos, fours);
            for plane in &mut sum[3..planes.max(4)] {
                for (plane, carry) in plane.iter_mut().zip(&mut carry) {
                    (*plane, *carry) = (*plane ^ *carry, *plane & *carry);
                }
            }
        }
        for w in 0..GROUP {
            let neurons = (first + w) * WORD..(first + w + 1) * WORD;
            spread(&sum[..planes.max(4)], w, &mut lane[neurons]);
        }
    }
}

#[inline(always)]
fn group(row: &[u64], first: usize) -> Words {
    row[first..first + GROUP].try_into().expect("invariant: rows are whole groups")
}

/// Sum and carry of three bits in every place.
#[inline(always)]
fn add(a: Words, b: Words, c: Words) -> (Words, Words) {
    let (mut sum, mut carry) = ([0; GROUP], [0; GROUP]);
    for i in 0..GROUP {
        let one = a[i] ^ b[i];
        sum[i] = one ^ c[i];
        carry[i] = (a[i] & b[i]) | (one & c[i]);
    }
    (sum, carry)
}

/// Adds the numbers whose bits lie in word `w` of the planes.
#[inline(always)]
fn spread<N: Count>(planes: &[Words], w: usize, lane: &mut [N]) {
    for (piece, lane) in lane.chunks_exact_mut(16).enumerate() {
        let mut sum = [0u16; 16];
        for plane in planes.iter().rev() {
            let bits = (plane[w] >> (16 * piece)) as u16;
            for (j, sum) in sum.iter_mut().enumerate() {
                *sum = *sum + *sum + if bits & (1 << j) != 0 { 1 } else { 0 };
            }
        }
        for (place, sum) in lane.iter_mut().zip(sum) {
            *place = place.plus(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use snn_kernel::Simd;

    proptest! {
        #[test]
        fn counts_are_those_of_the_lists(
            neurons in 1usize..1500,
            rows in prop::collection::vec(any::<[u64; 4]>(), 0..40),
            density in 1u32..4,
        ) {
            // Pseudo-random bits, fewer where several words must agree.
            let words = words(neurons);
            let word = |seed: &[u64; 4], w: u64| {
                let of = |s: u64| (s ^ w.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(s | 1);
                seed.iter().take(density as usize).fold(u64::MAX, |all, s| all & of(*s))
            };
            let rows: Vec<Vec<u64>> =
                rows.iter().map(|seed| (0..words as u64).map(|w| word(seed, w)).collect()).collect();
            let mut expected = vec![3u32; LANE];
            for row in &rows {
                each(row, |place| expected[usize::from(place)] += 1);
            }
            for simd in Simd::available() {
                let mut narrow: Box<[u16; LANE]> = vec![3; LANE].try_into().expect("LANE");
                let mut wide: Box<[u32; LANE]> = vec![3; LANE].try_into().expect("LANE");
                let rows = Rows::new(rows.iter().map(Vec::as_slice));
                add_rows(simd, &rows, &mut narrow);
                add_rows(simd, &rows, &mut wide);
                prop_assert!(wide.iter().eq(&expected));
                prop_assert!(narrow.iter().map(|n| u32::from(*n)).eq(expected.iter().copied()));
            }
        }
    }
}
