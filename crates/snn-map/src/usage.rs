//! What a finished mapping asks of every core and link, recomputed from the network and the mapping alone.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use snn_chip::{ChipSpec, CoreId, Limit, Resource};
use snn_ir::{Network, ObjectId, ObjectKind};

use crate::Mapping;

/// Synapses at most for which use is counted where the chip has no limits to check.
const COUNTED: f64 = 1e8;

/// Bits of the table of senders and cores at most.
const BITS: u64 = 1 << 34;

/// A tile: column and row.
pub type Tile = (u32, u32);

/// A directed link between neighbouring tiles.
pub type Link = (Tile, Tile);

/// What a mapping uses.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Usage {
    /// One entry per core in use.
    pub cores: Vec<CoreUsage>,
    /// Sums over the chip; none where the network is too large to count and the chip has no limits.
    pub totals: Option<Totals>,
    /// Packets per directed link if every neuron fires once and sends its values once.
    pub links: Vec<(Link, u64)>,
    /// Packets between pairs of cores in use (indices into `cores`).
    pub traffic: Vec<(u32, u32, u64)>,
}

/// What one core holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CoreUsage {
    /// Index of the core on the chip.
    pub core: u32,
    /// Its tile: column and row.
    pub tile: Tile,
    /// Use of each resource, in the order of [`Resource::ALL`].
    pub used: [u64; 6],
    /// Limits in the same order; none is unlimited.
    pub limits: [Option<u64>; 6],
    /// Neurons of each population: name and number.
    pub populations: Vec<(String, u32)>,
    /// Packets sent to other cores if every neuron fires once and sends its values once.
    pub packets_out: u64,
}

/// Sums over the chip if every neuron fires once and sends its values once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// Packets between cores: over all axons, cores touched besides the neuron's own.
    pub packets: u64,
    /// Hops if every packet goes alone.
    pub unicast_hops: u64,
    /// Hops if the packets of one spike share their way (XY routes joined to a tree).
    pub tree_hops: u64,
    /// Packets on the busiest directed link.
    pub busiest_link: u64,
}

/// A rule of the chip that a mapping breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A core needs more than it has.
    Limit {
        /// The core.
        core: CoreId,
        /// Of what.
        resource: Resource,
        /// Needed.
        used: u64,
        /// Allowed, and where the chip says so.
        limit: Limit,
    },
    /// A core that the chip does not have.
    NoSuchCore(CoreId),
    /// A neuron on no core, or on several.
    Placed {
        /// Object of the population.
        object: u32,
        /// The neuron.
        index: u32,
        /// On how many cores it lies.
        times: u32,
    },
}

/// Measures a mapping and checks every limit of the chip.
pub fn measure(network: &Network, chip: &ChipSpec, mapping: &Mapping) -> (Usage, Vec<Violation>) {
    let mut violations = Vec::new();
    let core_of = placement(network, mapping, &mut violations);
    let mut usage = Usage {
        cores: mapping.cores.iter().map(|c| core_usage(network, chip, mapping, c)).collect(),
        totals: None,
        links: Vec::new(),
        traffic: Vec::new(),
    };
    let limited = chip.kinds.iter().any(|k| k.limits.iter().any(|(r, _)| *r != Resource::Neurons));
    let expected: f64 = network.connections().map(|p| p.connector.expected_synapses()).sum();
    // One bit per axon and core.
    let sizes: Vec<u64> = network.objects().map(|(_, o)| u64::from(o.size)).collect();
    let senders: u64 = axons(network).iter().map(|(object, _)| sizes[*object as usize]).sum();
    let bits = senders * mapping.cores.len().next_multiple_of(64) as u64;
    if violations.is_empty() && bits <= BITS && (limited || expected <= COUNTED) {
        count(network, chip, mapping, &core_of, &mut usage);
    }
    for core in &usage.cores {
        if chip.cores().is_some_and(|n| core.core >= n) {
            violations.push(Violation::NoSuchCore(CoreId(core.core)));
            continue;
        }
        let kind = chip.kind(CoreId(core.core), mapping.mesh_width);
        for (resource, used) in Resource::ALL.into_iter().zip(core.used) {
            if let Some(limit) = kind.limit(resource).filter(|l| used > l.amount) {
                let core = CoreId(core.core);
                violations.push(Violation::Limit { core, resource, used, limit });
            }
        }
    }
    (usage, violations)
}

/// For each object, the core (index into the mapping) of each neuron.
fn placement(
    network: &Network,
    mapping: &Mapping,
    violations: &mut Vec<Violation>,
) -> Vec<Vec<u32>> {
    let sizes = network.objects().map(|(_, o)| o.size as usize);
    let mut core_of: Vec<Vec<u32>> = sizes.map(|n| vec![u32::MAX; n]).collect();
    let mut times: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for (c, core) in mapping.cores.iter().enumerate() {
        for part in &core.parts {
            for index in part.start..part.start.saturating_add(part.len) {
                let place =
                    core_of.get_mut(part.object as usize).and_then(|o| o.get_mut(index as usize));
                match place {
                    Some(place) if *place == u32::MAX => *place = c as u32,
                    _ => *times.entry((part.object, index)).or_insert(1) += 1,
                }
            }
        }
    }
    for (id, object) in network.objects() {
        if let ObjectKind::Population(_) = object.kind {
            let own = core_of[id.0 as usize].iter().enumerate();
            for (index, _) in own.filter(|(_, c)| **c == u32::MAX) {
                times.insert((id.0, index as u32), 0);
            }
        }
    }
    let placed = times.into_iter().map(|((object, index), times)| Violation::Placed {
        object,
        index,
        times,
    });
    violations.extend(placed);
    core_of
}

fn core_usage(
    network: &Network,
    chip: &ChipSpec,
    mapping: &Mapping,
    core: &crate::CoreAssignment,
) -> CoreUsage {
    let mut populations: BTreeMap<u32, u32> = BTreeMap::new();
    for part in &core.parts {
        *populations.entry(part.object).or_default() += part.len;
    }
    let known = |o: &&u32| (**o as usize) < network.objects().len();
    let mut programs: Vec<_> = Vec::new();
    for object in populations.keys().filter(known) {
        if let Some(kernel) = network.kernel(ObjectId(*object))
            && !programs.contains(&kernel)
        {
            programs.push(kernel);
        }
    }
    let kind = chip.kind(core.core, mapping.mesh_width);
    let mut used = [0u64; 6];
    used[0] = populations.values().map(|n| u64::from(*n)).sum();
    used[5] = programs.len() as u64;
    CoreUsage {
        core: core.core.0,
        tile: chip.tile(core.core, mapping.mesh_width),
        used,
        limits: Resource::ALL.map(|r| kind.limit(r).map(|l| l.amount)),
        populations: populations
            .iter()
            .filter(|(o, _)| known(o))
            .map(|(o, n)| (network.object(ObjectId(*o)).name.clone(), *n))
            .collect(),
        packets_out: 0,
    }
}

/// What the neurons of an object may send: spikes (none), or a state.
type Axon = (u32, Option<u16>);

/// All axons, in the order of [`Reached`].
fn axons(network: &Network) -> Vec<Axon> {
    let mut axons: Vec<Axon> = network.objects().map(|(id, _)| (id.0, None)).collect();
    let sent = network.continuous.iter().flat_map(|continuous| {
        let segments = continuous.projection.connector.sources.segments();
        segments.iter().zip(&continuous.states).map(|(s, state)| (s.object, Some(*state)))
    });
    axons.extend(sent.collect::<BTreeSet<_>>());
    axons
}

/// The cores that each axon of a neuron or train reaches, as bits.
struct Reached {
    /// Those that send spikes come first, one for each object; then those that send states, ascending.
    axons: Vec<Axon>,
    objects: usize,
    words: usize,
    /// By axon, then by index.
    bits: Vec<Vec<u64>>,
}

impl Reached {
    fn new(network: &Network, core_of: &[Vec<u32>], cores: usize) -> Self {
        let axons = axons(network);
        // A network of sources alone has no cores.
        let words = cores.div_ceil(64).max(1);
        let rows = |(object, _): &Axon| vec![0u64; core_of[*object as usize].len() * words];
        let objects = network.objects().len();
        Self { words, objects, bits: axons.iter().map(rows).collect(), axons }
    }

    fn axon(&self, (object, state): Axon) -> usize {
        match state {
            None => object as usize,
            Some(_) => {
                let among = self.axons[self.objects..].binary_search(&(object, state));
                self.objects + among.expect("invariant: all axons are listed")
            }
        }
    }

    fn mark(&mut self, axon: usize, index: u32, core: usize) {
        self.bits[axon][index as usize * self.words + core / 64] |= 1 << (core % 64);
    }

    /// By object, index and cores.
    fn iter(&self) -> impl Iterator<Item = (u32, usize, impl Iterator<Item = usize>)> {
        self.axons.iter().zip(&self.bits).flat_map(|((object, _), bits)| {
            bits.chunks(self.words).enumerate().map(|(index, row)| {
                let cores = (0..row.len() * 64).filter(|c| row[c / 64] >> (c % 64) & 1 == 1);
                (*object, index, cores)
            })
        })
    }
}

/// Counts synapses and the cores that axons reach, by going through all synapses once.
fn reach(network: &Network, core_of: &[Vec<u32>], usage: &mut Usage) -> Reached {
    let mut reached = Reached::new(network, core_of, usage.cores.len());
    let spikes = network.projections().len();
    for (i, projection) in network.connections().enumerate() {
        let connector = &projection.connector;
        let continuous = i.checked_sub(spikes).map(|i| &network.continuous[i]);
        // The axon of each segment of the sources.
        let segments = connector.sources.segments().iter().enumerate();
        let axon_of: Vec<usize> = segments
            .map(|(i, segment)| reached.axon((segment.object, continuous.map(|c| c.states[i]))))
            .collect();
        connector.visit_targets(network.protocol.seed, 0..connector.targets.len(), |synapse| {
            let (_, index) = connector.sources.at(synapse.source);
            let (to, target) = connector.targets.at(synapse.target);
            let core = core_of[to as usize][target as usize] as usize;
            usage.cores[core].used[3] += 1;
            reached.mark(axon_of[connector.sources.segment_at(synapse.source)], index, core);
        });
    }
    reached
}

/// Counts synapses, axons and packets.
fn count(
    network: &Network,
    chip: &ChipSpec,
    mapping: &Mapping,
    core_of: &[Vec<u32>],
    usage: &mut Usage,
) {
    let reached = reach(network, core_of, usage);
    let mut totals = Totals { packets: 0, unicast_hops: 0, tree_hops: 0, busiest_link: 0 };
    let mut links: BTreeMap<Link, u64> = BTreeMap::new();
    let mut traffic: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let mut tree: Vec<Link> = Vec::new();
    for (object, index, cores) in reached.iter() {
        let neuron = network.kernel(ObjectId(object)).is_some();
        let home = core_of[object as usize][index];
        tree.clear();
        for core in cores {
            usage.cores[core].used[1] += 1;
            if !neuron || core as u32 == home {
                continue;
            }
            let home = home as usize;
            usage.cores[home].used[2] += 1;
            usage.cores[home].packets_out += 1;
            totals.packets += 1;
            *traffic.entry((home as u32, core as u32)).or_default() += 1;
            let way = route(usage.cores[home].tile, usage.cores[core].tile);
            totals.unicast_hops += way.len() as u64;
            tree.extend(way);
        }
        tree.sort_unstable();
        tree.dedup();
        totals.tree_hops += tree.len() as u64;
        for link in &tree {
            *links.entry(*link).or_default() += 1;
        }
    }
    for core in &mut usage.cores {
        let bits = chip.kind(CoreId(core.core), mapping.mesh_width).weight_bits;
        core.used[4] = core.used[3] * u64::from(bits);
    }
    totals.busiest_link = links.values().copied().max().unwrap_or(0);
    usage.totals = Some(totals);
    usage.links = links.into_iter().collect();
    usage.traffic = traffic.into_iter().map(|((a, b), n)| (a, b, n)).collect();
}

/// Directed links from tile to tile: along the row first, then along the column.
pub(crate) fn route(from: Tile, to: Tile) -> Vec<Link> {
    let step = |a: u32, b: u32| if b > a { a + 1 } else { a - 1 };
    let (mut at, mut way) = (from, Vec::new());
    while at != to {
        let next = if at.0 != to.0 { (step(at.0, to.0), at.1) } else { (at.0, step(at.1, to.1)) };
        way.push((at, next));
        at = next;
    }
    way
}
