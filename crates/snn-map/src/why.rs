//! Why a population lies where it lies.

use schemars::JsonSchema;
use serde::Serialize;
use snn_chip::ChipSpec;
use snn_ir::{Network, ObjectId};

use crate::hypergraph::{Hypergraph, first_neurons};
use crate::usage::route;
use crate::{Mapping, Usage};

/// The place of a population, the largest terms of its cost and the best other place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Why {
    /// The population.
    pub population: String,
    /// Tiles it lies on, with its number of neurons there.
    pub tiles: Vec<((u32, u32), u32)>,
    /// Packets times hops to and from its cores, by the population at the other end; the three largest.
    pub terms: Vec<(String, u64)>,
    /// Its largest core: the other core whose change of places lowers packets times hops most (or raises
    /// it least), and by how much.
    pub alternative: Option<((u32, u32), i64)>,
}

/// Explains the place of a population; `None` where the network is too large to take apart.
pub fn why(
    network: &Network,
    chip: &ChipSpec,
    mapping: &Mapping,
    usage: &Usage,
    population: ObjectId,
) -> Option<Why> {
    let graph = Hypergraph::new(network, 2e7)?;
    let first = first_neurons(network)[population.0 as usize]?;
    let object = network.object(population);
    let mut core_of = vec![0usize; graph.len()];
    let firsts = first_neurons(network);
    let mut tiles = Vec::new();
    for (c, core) in mapping.cores.iter().enumerate() {
        let mut own = 0;
        for part in &core.parts {
            let start = firsts[part.object as usize]? + part.start;
            core_of[start as usize..(start + part.len) as usize].fill(c);
            own += if part.object == population.0 { part.len } else { 0 };
        }
        if own > 0 {
            tiles.push((chip.tile(core.core, mapping.mesh_width), own));
        }
    }
    let tile = |c: usize| usage.cores[c].tile;
    let hops = |a: usize, b: usize| route(tile(a), tile(b)).len() as u64;
    let mut terms: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
    let own = first..first + object.size;
    for v in own.clone() {
        let others = graph.targets(v).iter().chain(graph.senders(v));
        for &u in others {
            let cost = hops(core_of[v as usize], core_of[u as usize]);
            *terms.entry(graph.neurons[u as usize].0).or_default() += cost;
        }
    }
    let mut terms: Vec<(String, u64)> = terms
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(o, n)| (network.object(ObjectId(o)).name.clone(), n))
        .collect();
    terms.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
    terms.truncate(3);
    let mut held = vec![0u32; mapping.cores.len()];
    own.for_each(|v| held[core_of[v as usize]] += 1);
    let largest = (0..held.len()).max_by_key(|c| (held[*c], std::cmp::Reverse(*c)))?;
    let cost = |at: &dyn Fn(usize) -> usize| -> i64 {
        let packets = usage.traffic.iter();
        packets.map(|(a, b, n)| (n * hops(at(*a as usize), at(*b as usize))) as i64).sum()
    };
    let now = cost(&|c| c);
    let swapped = |other: usize| {
        move |c: usize| match c {
            c if c == largest => other,
            c if c == other => largest,
            c => c,
        }
    };
    let others = (0..mapping.cores.len()).filter(|c| *c != largest);
    let best = others.map(|c| (cost(&swapped(c)) - now, c)).min();
    Some(Why {
        population: object.name.clone(),
        tiles,
        terms,
        alternative: best.map(|(change, c)| (tile(c), change)),
    })
}
