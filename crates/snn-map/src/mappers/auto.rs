//! Traffic first: neurons that talk to each other share cores, cores that talk lie near each other.
//!
//! Clusters are grown along the synapses, refined by moves and swaps that lower the number of packets
//! between cores, and placed by annealing packets times hops. Where connections are random there is
//! nothing to gain (a sender with f targets on k equal cores touches (k - 1)(1 - (1 - 1/k)^f) others,
//! however they are laid out), and declaration order is kept.

use snn_chip::{ChipSpec, CorePart, Objective, Place, Resource};
use snn_connect::Rule;
use snn_ir::{Network, ObjectId};

use super::sequential::{mesh, sequential_with};
use crate::grow::grow;
use crate::hypergraph::Hypergraph;
use crate::mapping::{CoreAssignment, Mapping};
use crate::place::place;
use crate::refine::Partition;

/// Synapses at most that are taken apart neuron by neuron.
const EXPANDED: f64 = 5e6;

/// Places a network with at most `capacity` neurons per core. Says what it did and why.
pub fn auto(network: &Network, chip: &ChipSpec, capacity: u64) -> (Mapping, String) {
    let sequential = Mapping { mapper: "auto".into(), ..sequential_with(network, chip, capacity) };
    if sequential.cores.len() < 2 {
        return (sequential, "one core is enough".into());
    }
    if !structured(network) && network.request.places.is_empty() {
        let why =
            "connections are random: every layout has the same traffic, so the order of the text";
        return (sequential, why.into());
    }
    let Some(graph) = Hypergraph::new(network, EXPANDED) else {
        return (sequential, format!("more than {EXPANDED:.0} synapses: the order of the text"));
    };
    let n = graph.len();
    let ordered: Vec<u32> = in_order(&sequential);
    let limit = capacity.min(n as u64) as usize;
    // Three per cent of free places let neurons move, where the chip has cores for it.
    let wanted = (n * 103).div_ceil(limit * 100);
    let cores = chip.cores().map_or(wanted, |most| wanted.min(most as usize));
    let cores = match network.request.objective {
        Objective::Cores => n.div_ceil(limit),
        _ => cores.max(n.div_ceil(limit)),
    };
    let start = Partition::new(&graph, ordered, sequential.cores.len(), limit);
    let grown = Partition::new(&graph, grow(&graph, n.div_ceil(cores)), cores, limit);
    let (Some(start), Some(mut grown)) = (start, grown) else {
        return (sequential, "too many cores for the table of axons: the order of the text".into());
    };
    grown.refine(40);
    let (before, after) = (start.packets(), grown.packets());
    let better = after < before;
    let chosen = if better { grown } else { start };
    let parts = if better { cores } else { sequential.cores.len() };
    let mapping = on_mesh(network, chip, &graph, &chosen.part, parts);
    let note = if better {
        format!("{after} packets between cores per volley, {before} in the order of the text")
    } else {
        "no layout found with less traffic than the order of the text".into()
    };
    (mapping, note)
}

/// Whether any projection between neurons has a structure that a layout could follow: pairs that the rule
/// names, or random pairs that leave some populations out.
fn structured(network: &Network) -> bool {
    let is_population = |object: u32| network.kernel(ObjectId(object)).is_some();
    let populations = network.objects().filter(|(id, _)| is_population(id.0)).count();
    network.projections().iter().any(|node| {
        let connector = &node.projection.connector;
        let from_neurons = connector.sources.segments().iter().any(|s| is_population(s.object));
        let explicit = matches!(connector.rule, Rule::List(_) | Rule::OneToOne);
        let mut reached: Vec<u32> = connector.targets.segments().iter().map(|s| s.object).collect();
        reached.sort_unstable();
        reached.dedup();
        from_neurons && (explicit || reached.len() < populations)
    })
}

/// Core index of each neuron in declaration order.
fn in_order(mapping: &Mapping) -> Vec<u32> {
    let parts = mapping.cores.iter().enumerate();
    let mut placed: Vec<(u32, u32, u32, u32)> = parts
        .flat_map(|(c, core)| core.parts.iter().map(move |p| (p.object, p.start, p.len, c as u32)))
        .collect();
    placed.sort_unstable();
    placed.into_iter().flat_map(|(_, _, len, c)| std::iter::repeat_n(c, len as usize)).collect()
}

/// Parts to cores, with the directives of the mapping block.
fn on_mesh(
    network: &Network,
    chip: &ChipSpec,
    graph: &Hypergraph,
    part: &[u32],
    parts: usize,
) -> Mapping {
    let (width, height) = mesh(chip, parts as u32);
    let cores = width * height * chip.cores_per_tile;
    let mut traffic = vec![0u64; parts * parts];
    let mut stamp = vec![u32::MAX; parts];
    for v in 0..graph.len() as u32 {
        let home = part[v as usize] as usize;
        for &u in graph.targets(v) {
            let to = part[u as usize] as usize;
            if to != home && stamp[to] != v {
                stamp[to] = v;
                traffic[home * parts + to] += 1;
            }
        }
    }
    let total: u64 = traffic.iter().sum::<u64>().max(1);
    let holds = |population: u32| {
        let mut own = vec![false; parts];
        for (v, (object, _)) in graph.neurons.iter().enumerate() {
            own[part[v] as usize] |= *object == population;
        }
        own
    };
    for directive in &network.request.places {
        if let Place::Near { population, other, .. } = directive {
            let (a, b) = (holds(*population), holds(*other));
            for i in 0..parts {
                for j in 0..parts {
                    if i != j && a[i] && b[j] {
                        traffic[i * parts + j] += total / parts as u64 + 1;
                    }
                }
            }
        }
    }
    let at = place(&traffic, parts, width, cores.max(parts as u32), chip.cores_per_tile);
    let mut own: Vec<Vec<(u32, u32)>> = vec![Vec::new(); parts];
    for (v, neuron) in graph.neurons.iter().enumerate() {
        own[part[v] as usize].push(*neuron);
    }
    let mut assigned: Vec<CoreAssignment> = own
        .into_iter()
        .zip(at)
        .filter(|(neurons, _)| !neurons.is_empty())
        .map(|(neurons, core)| CoreAssignment {
            core: snn_chip::CoreId(core),
            parts: ranges(neurons),
        })
        .collect();
    assigned.sort_by_key(|c| c.core);
    Mapping {
        chip: chip.name.clone(),
        mapper: "auto".into(),
        mesh_width: width,
        mesh_height: height,
        cores: assigned,
    }
}

/// Neurons (ascending) as ranges.
pub(crate) fn ranges(neurons: Vec<(u32, u32)>) -> Vec<CorePart> {
    let mut parts: Vec<CorePart> = Vec::new();
    for (object, index) in neurons {
        match parts.last_mut() {
            Some(p) if p.object == object && p.start + p.len == index => p.len += 1,
            _ => parts.push(CorePart { object, start: index, len: 1 }),
        }
    }
    parts
}

/// Neurons per core that every kind of core allows.
pub(crate) fn neuron_limit(chip: &ChipSpec) -> u64 {
    let limits = chip.kinds.iter().filter_map(|k| k.limit(Resource::Neurons));
    limits.map(|l| l.amount).min().unwrap_or(1 << 32).max(1)
}
