//! The loops of an update that are not the neurons' own program.

use std::ops::Range;

use snn_kernel::{BLOCK, Column, Simd, simd_versions};
use snn_numeric::Real;

use crate::lanes::Lane;
use crate::part::ReceptorLanes;

/// Input of one receptor for one block: A + w1 n1 + w2 n2 + …, left to right. Clears the lanes.
pub(crate) fn sum_arrivals<T: Real>(
    simd: Simd,
    receptor: &ReceptorLanes<T>,
    lanes: &mut [Lane<T>],
    first: usize,
    column: &mut Column<T>,
) {
    let block = first..first + BLOCK;
    let mut counts = receptor.counts.iter();
    match receptor.value.map(|lane| &mut lanes[lane]) {
        Some(Lane::Value(values)) => {
            column.copy_from_slice(&values[block.clone()]);
            values[block.clone()].fill(T::ZERO);
        }
        // A is 0: the first count begins the sum.
        _ => match counts.next().map(|(lane, weight)| (&mut lanes[*lane], *weight)) {
            Some((Lane::Count(n), weight)) => {
                begin_counts(simd, &mut n[block.clone()], weight, column);
            }
            Some((Lane::Wide(n), weight)) => {
                *column = [T::ZERO; BLOCK];
                add_wide(simd, &mut n[block.clone()], weight, column);
            }
            _ => *column = [T::ZERO; BLOCK],
        },
    }
    for (lane, weight) in counts {
        match &mut lanes[*lane] {
            Lane::Count(counts) => add_counts(simd, &mut counts[block.clone()], *weight, column),
            Lane::Wide(counts) => add_wide(simd, &mut counts[block.clone()], *weight, column),
            Lane::Value(_) => unreachable!("invariant: counts lie in count lanes"),
        }
    }
}

/// Clears the counts of neurons below `len`.
pub(crate) fn clear_counts<T: Real>(
    receptors: &[ReceptorLanes<T>],
    lanes: &mut [Lane<T>],
    len: usize,
) {
    for (lane, _) in receptors.iter().flat_map(|r| &r.counts) {
        if let Lane::Count(counts) = &mut lanes[*lane] {
            counts[..len].fill(0);
        }
    }
}

/// Appends the neurons of the block at `first` whose value is not 0.
pub(crate) fn note_spikes<T: Real>(spikes: &Column<T>, first: usize, fired: &mut Vec<u32>) {
    // Groups without a spike cost one comparison of a vector.
    const GROUP: usize = 16;
    for (group, values) in spikes.chunks_exact(GROUP).enumerate() {
        let mut any = false;
        for x in values {
            any |= *x != T::ZERO;
        }
        if any {
            let spiking = values.iter().enumerate().filter(|(_, x)| **x != T::ZERO);
            fired.extend(spiking.map(|(i, _)| (first + group * GROUP + i) as u32));
        }
    }
}

simd_versions! {
    fn begin_counts<T: Real>(counts: &mut [u16], weight: T, column: &mut Column<T>) = begin_counts_body
}
simd_versions! {
    fn add_counts<T: Real>(counts: &mut [u16], weight: T, column: &mut Column<T>) = add_counts_body
}
simd_versions! {
    fn add_wide<T: Real>(counts: &mut [u32], weight: T, column: &mut Column<T>) = add_wide_body
}
simd_versions! {
    /// 1 for neurons that are refractory in `tick`.
    pub(crate) fn fill_refractory<T: Real>(until: &[u32], tick: u32, column: &mut Column<T>) = fill_refractory_body
}

#[inline(always)]
fn begin_counts_body<T: Real>(counts: &mut [u16], weight: T, column: &mut Column<T>) {
    for (x, n) in column.iter_mut().zip(counts.iter()) {
        *x = T::ZERO + weight * T::from_f64(f64::from(*n));
    }
    counts.fill(0);
}

#[inline(always)]
fn add_counts_body<T: Real>(counts: &mut [u16], weight: T, column: &mut Column<T>) {
    for (x, n) in column.iter_mut().zip(counts.iter()) {
        *x = *x + weight * T::from_f64(f64::from(*n));
    }
    counts.fill(0);
}

#[inline(always)]
fn add_wide_body<T: Real>(counts: &mut [u32], weight: T, column: &mut Column<T>) {
    for (x, n) in column.iter_mut().zip(counts.iter()) {
        *x = *x + weight * T::from_f64(f64::from(*n));
    }
    counts.fill(0);
}

#[inline(always)]
fn fill_refractory_body<T: Real>(until: &[u32], tick: u32, column: &mut Column<T>) {
    for (x, until) in column.iter_mut().zip(until) {
        *x = if tick < *until { T::ONE } else { T::ZERO };
    }
}

/// The first state of a neuron in `neurons` that is NaN or infinite: (neuron, state, value).
pub(crate) fn first_bad<T: Real>(
    states: &[Vec<T>],
    neurons: Range<usize>,
) -> Option<(usize, usize, f64)> {
    neurons.into_iter().find_map(|neuron| {
        let mut values = states.iter().map(|s| s[neuron].to_f64()).enumerate();
        values.find(|(_, x)| !x.is_finite()).map(|(state, x)| (neuron, state, x))
    })
}
