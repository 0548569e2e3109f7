//! Axons as nets: a sending neuron and all neurons it reaches, by spikes or by values.

use snn_ir::{Network, ObjectKind};

/// Neurons 0 … n-1 (populations in declaration order) and, for each sending neuron, whom it reaches.
pub(crate) struct Hypergraph {
    /// (object, index) of each neuron.
    pub neurons: Vec<(u32, u32)>,
    /// Distinct targets of each neuron's axon, ascending; CSR.
    offsets: Vec<u32>,
    targets: Vec<u32>,
    /// Senders that reach each neuron; CSR.
    in_offsets: Vec<u32>,
    senders: Vec<u32>,
}

impl Hypergraph {
    /// Expands all synapses between neurons; `None` where more than `most` are expected.
    pub(crate) fn new(network: &Network, most: f64) -> Option<Self> {
        let first = first_neurons(network);
        let expected: f64 = network.connections().map(|p| p.connector.expected_synapses()).sum();
        if expected > most {
            return None;
        }
        let mut neurons = Vec::new();
        for (id, object) in network.objects() {
            if let ObjectKind::Population(_) = object.kind {
                neurons.extend((0..object.size).map(|i| (id.0, i)));
            }
        }
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for projection in network.connections() {
            let connector = &projection.connector;
            connector.visit_targets(network.protocol.seed, 0..connector.targets.len(), |synapse| {
                let (object, index) = connector.sources.at(synapse.source);
                let (to, target) = connector.targets.at(synapse.target);
                if let (Some(from), Some(to)) = (first[object as usize], first[to as usize]) {
                    pairs.push((from + index, to + target));
                }
            });
        }
        pairs.sort_unstable();
        pairs.dedup();
        let n = neurons.len();
        let (offsets, targets) = rows(n, pairs.iter().copied());
        pairs.sort_unstable_by_key(|(from, to)| (*to, *from));
        let (in_offsets, senders) = rows(n, pairs.iter().map(|(from, to)| (*to, *from)));
        Some(Self { neurons, offsets, targets, in_offsets, senders })
    }

    pub(crate) fn len(&self) -> usize {
        self.neurons.len()
    }

    /// Whom the axon of `neuron` reaches.
    pub(crate) fn targets(&self, neuron: u32) -> &[u32] {
        let n = neuron as usize;
        &self.targets[self.offsets[n] as usize..self.offsets[n + 1] as usize]
    }

    /// Whose axons reach `neuron`.
    pub(crate) fn senders(&self, neuron: u32) -> &[u32] {
        let n = neuron as usize;
        &self.senders[self.in_offsets[n] as usize..self.in_offsets[n + 1] as usize]
    }
}

/// Number of the first neuron of each population; `None` for sources.
pub(crate) fn first_neurons(network: &Network) -> Vec<Option<u32>> {
    let mut next = 0;
    let place = |(_, object): (_, &snn_ir::Object)| match object.kind {
        ObjectKind::Population(_) => {
            next += object.size;
            Some(next - object.size)
        }
        ObjectKind::Source(_) => None,
    };
    network.objects().map(place).collect()
}

fn rows(n: usize, pairs: impl Iterator<Item = (u32, u32)>) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0u32; n + 1];
    let mut values = Vec::new();
    for (row, value) in pairs {
        offsets[row as usize + 1] += 1;
        values.push(value);
    }
    for i in 0..n {
        offsets[i + 1] += offsets[i];
    }
    (offsets, values)
}
