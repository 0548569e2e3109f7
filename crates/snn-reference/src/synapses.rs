//! All synapses, written out.

use std::collections::HashMap;

use snn_connect::{Projection, delay_ticks};
use snn_ir::Network;

/// A neuron or train.
pub(crate) type Cell = (u32, u32);

/// One synapse as its sender sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    pub projection: usize,
    /// Place among the synapses of the projection between these two cells.
    pub ordinal: u32,
    pub target: Cell,
    pub receptor: u16,
    pub weight: f64,
    pub delay: u64,
    /// Whether all synapses of the projection have this weight.
    pub uniform: bool,
    /// Which of the live synapses it is; none of a static one.
    pub live: Option<usize>,
}

/// The projections of a network as its first `phases` phases leave them.
pub(crate) fn projections(network: &Network, phases: usize) -> Vec<Projection> {
    let mut all: Vec<_> = network.projections().iter().map(|n| n.projection.clone()).collect();
    for (p, weight) in network.phases[..phases].iter().flat_map(|phase| &phase.weights) {
        all[*p].weight = weight.clone();
    }
    all
}

/// The synapses of every sender.
pub(crate) fn wires(projections: &[Projection], seed: u64) -> HashMap<Cell, Vec<Wire>> {
    let mut wires: HashMap<Cell, Vec<Wire>> = HashMap::new();
    let mut live_synapses = 0..;
    for (p, projection) in projections.iter().enumerate() {
        let connector = &projection.connector;
        let (mut weights, mut delays) = (projection.weights(seed), projection.delays(seed));
        let uniform = weights.constant().is_some();
        let mut ordinals: HashMap<(Cell, Cell), u32> = HashMap::new();
        connector.visit_targets(seed, 0..connector.targets.len(), |synapse| {
            let sender = connector.sources.at(synapse.source);
            let target = connector.targets.at(synapse.target);
            let segment = connector.targets.segment_at(synapse.target);
            let ordinal = ordinals.entry((sender, target)).or_default();
            wires.entry(sender).or_default().push(Wire {
                projection: p,
                ordinal: *ordinal,
                target,
                receptor: projection.receptors[segment],
                weight: weights.at(synapse),
                delay: u64::from(delay_ticks(delays.at(synapse))),
                uniform,
                live: projection.live.as_ref().and_then(|_| live_synapses.next()),
            });
            *ordinal += 1;
        });
    }
    wires
}
