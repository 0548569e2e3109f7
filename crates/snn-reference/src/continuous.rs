//! Continuous connections, written out.

use std::collections::BTreeMap;

use snn_connect::delay_ticks;
use snn_ir::Network;
use snn_numeric::Real;

use crate::synapses::Cell;

/// One continuous synapse.
#[derive(Clone, Copy, Debug)]
struct Joint {
    target: Cell,
    input: u16,
    /// The connection and its sender: the order of the sum; synapses of one pair keep theirs.
    order: (usize, Cell),
    state: usize,
    weight: f64,
    delay: u64,
}

/// All continuous synapses, and the states of the ticks that they still read.
pub(crate) struct Joints<T> {
    joints: Vec<Joint>,
    longest: u64,
    past: BTreeMap<u64, BTreeMap<Cell, Vec<T>>>,
}

impl<T: Real> Joints<T> {
    pub(crate) fn new(network: &Network, seed: u64) -> Self {
        let mut joints = Vec::new();
        for (c, continuous) in network.continuous.iter().enumerate() {
            let projection = &continuous.projection;
            let connector = &projection.connector;
            let (mut weights, mut delays) = (projection.weights(seed), projection.delays(seed));
            connector.visit_targets(seed, 0..connector.targets.len(), |synapse| {
                let sender = connector.sources.at(synapse.source);
                let state = continuous.states[connector.sources.segment_at(synapse.source)];
                joints.push(Joint {
                    target: connector.targets.at(synapse.target),
                    input: projection.receptors[connector.targets.segment_at(synapse.target)],
                    order: (c, sender),
                    state: usize::from(state),
                    weight: weights.at(synapse),
                    delay: u64::from(delay_ticks(delays.at(synapse))),
                });
            });
        }
        joints.sort_by_key(|joint| joint.order);
        let longest = joints.iter().map(|joint| joint.delay).max().unwrap_or(0);
        Self { joints, longest, past: BTreeMap::new() }
    }

    /// Forgets every state: the neurons begin anew.
    pub(crate) fn forget(&mut self) {
        self.past.clear();
    }

    /// Keeps the states at the end of a tick.
    pub(crate) fn keep(&mut self, tick: u64, states: impl Iterator<Item = (Cell, Vec<T>)>) {
        if self.joints.is_empty() {
            return;
        }
        self.past.insert(tick, states.collect());
        self.past.retain(|t, _| t + self.longest >= tick);
    }

    /// Adds to the currents of a population (by neuron and input) what arrives in a tick.
    pub(crate) fn add(&self, tick: u64, object: u32, currents: &mut [Vec<T>]) {
        let mut sums: BTreeMap<(u32, u16), T> = BTreeMap::new();
        for joint in self.joints.iter().filter(|joint| joint.target.0 == object) {
            let sum = sums.entry((joint.target.1, joint.input)).or_insert(T::ZERO);
            let from = tick.checked_sub(joint.delay).and_then(|from| self.past.get(&from));
            if let Some(states) = from {
                *sum = *sum + T::from_f64(joint.weight) * states[&joint.order.1][joint.state];
            }
        }
        for ((index, input), sum) in sums {
            let current = &mut currents[index as usize][usize::from(input)];
            *current = *current + sum;
        }
    }
}
