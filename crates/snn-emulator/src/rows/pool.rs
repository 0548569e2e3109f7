//! A pool of entries while it is being filled, whatever its weights are.

use std::ops::Range;

use snn_connect::Synapse;

use super::{Form, RowStore};
use crate::live::Seed;

/// Targets and weights of one form.
pub(super) struct OpenPool<'a> {
    pub targets: &'a mut Vec<u16>,
    weights: Weights<'a>,
}

enum Weights<'a> {
    None,
    F32(&'a mut Vec<f32>),
    F64(&'a mut Vec<f64>),
    Live(&'a mut Vec<Seed>),
}

impl RowStore {
    /// The pool of a form that has entries.
    pub(super) fn open(&mut self, form: Form) -> OpenPool<'_> {
        let (targets, weights) = match form {
            Form::Uniform => (&mut self.uniform, Weights::None),
            Form::F32 => (&mut self.f32.targets, Weights::F32(&mut self.f32.weights)),
            Form::F64 => (&mut self.f64.targets, Weights::F64(&mut self.f64.weights)),
            Form::Live => (&mut self.live.targets, Weights::Live(&mut self.live.weights)),
            Form::Bits | Form::Regenerated => unreachable!("invariant: these have no entries"),
        };
        OpenPool { targets, weights }
    }
}

impl OpenPool<'_> {
    /// Makes room for entries to be put in any order.
    pub(super) fn resize(&mut self, len: usize) {
        self.targets.resize(len, 0);
        match &mut self.weights {
            Weights::None => {}
            Weights::F32(weights) => weights.resize(len, 0.0),
            Weights::F64(weights) => weights.resize(len, 0.0),
            Weights::Live(weights) => weights.resize(len, Seed::NONE),
        }
    }

    /// Puts one entry.
    #[inline(always)]
    pub(super) fn put(&mut self, at: usize, neuron: u16, synapse: Synapse, weight: f64) {
        self.targets[at] = neuron;
        match &mut self.weights {
            Weights::None => {}
            Weights::F32(weights) => weights[at] = weight as f32,
            Weights::F64(weights) => weights[at] = weight,
            Weights::Live(weights) => weights[at] = Seed { synapse, ordinal: 0, weight },
        }
    }

    /// Appends weights to targets that were appended.
    pub(super) fn extend(&mut self, weights: &[f64]) {
        match &mut self.weights {
            Weights::F32(own) => own.extend(weights.iter().map(|weight| *weight as f32)),
            Weights::F64(own) => own.extend_from_slice(weights),
            Weights::None | Weights::Live(_) => {}
        }
    }

    /// Numbers the live synapses of a row that join the same two neurons.
    pub(super) fn number(&mut self, row: Range<usize>) {
        let Weights::Live(seeds) = &mut self.weights else { return };
        let row = &mut seeds[row];
        let mut order: Vec<u32> = (0..row.len() as u32).collect();
        order.sort_by_key(|i| row[*i as usize].synapse.target);
        for pair in order.windows(2) {
            let before = row[pair[0] as usize];
            let after = &mut row[pair[1] as usize];
            if before.synapse.target == after.synapse.target {
                after.ordinal = before.ordinal + 1;
            }
        }
    }

    /// Puts the entry at `order[i]` of a row at i.
    pub(super) fn permute(&mut self, row: Range<usize>, order: &[u32]) {
        permute(&mut self.targets[row.clone()], order);
        match &mut self.weights {
            Weights::None => {}
            Weights::F32(weights) => permute(&mut weights[row], order),
            Weights::F64(weights) => permute(&mut weights[row], order),
            Weights::Live(weights) => permute(&mut weights[row], order),
        }
    }
}

/// Puts the value at `order[i]` at i.
pub(super) fn permute<N: Copy>(values: &mut [N], order: &[u32]) {
    let sorted: Vec<N> = order.iter().map(|i| values[*i as usize]).collect();
    values.copy_from_slice(&sorted);
}
