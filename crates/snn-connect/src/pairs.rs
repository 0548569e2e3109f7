//! Rules whose probability is a number of the pair: by a program, or by distance.
//!
//! Each pair has a draw of its own, counter (source, block of the target, place in the block), so that which
//! pairs are looked at changes nothing: where a distance bounds them, only those within it.

use std::ops::Range;

use snn_kernel::{DrawKey, Program};
use snn_numeric::{Purpose, Stream, math};

use crate::draws::BLOCK;
use crate::grid::Grid;
use crate::space::{Positions, apart};
use crate::{Connector, Multapses, Rule, Synapse, SynapseId};

/// Pairs at most that are looked at to estimate a number of synapses.
const LOOKED_AT: u64 = 1 << 22;

/// The probability of a pair.
#[derive(Clone, Debug)]
pub(crate) struct Pairs {
    law: Law,
    positions: Option<Positions>,
    /// The end that is searched, where a distance bounds the pairs.
    grid: Option<Grid>,
    connector: Connector,
}

#[derive(Clone, Debug)]
enum Law {
    Program(Program),
    /// exp(-d²/2σ²) up to a radius.
    Near {
        sigma: f64,
        radius: f64,
    },
}

impl Pairs {
    /// None for rules of another kind.
    pub fn new(connector: &Connector, seed: u64) -> Option<Self> {
        let law = match &connector.rule {
            Rule::PairProbability(program) => Law::Program(program.clone()),
            Rule::Near { sigma, radius } | Rule::NearIndegree { sigma, radius, .. } => {
                Law::Near { sigma: *sigma, radius: *radius }
            }
            _ => return None,
        };
        let positions = Positions::new(connector, seed);
        let grid = match (&law, &positions) {
            (Law::Near { sigma, radius }, Some(positions)) => {
                // Further away the kernel is 0 in f64.
                let reach = radius.min(39.0 * sigma);
                Some(match connector.rule {
                    Rule::NearIndegree { .. } => positions.grid_of_sources(reach),
                    _ => positions.grid_of_targets(reach),
                })
            }
            _ => None,
        };
        Some(Self { law, positions, grid, connector: connector.clone() })
    }

    /// The targets in a range that a source reaches.
    pub fn row(
        &self,
        stream: &Stream,
        source: u32,
        targets: &Range<u32>,
        itself: Option<u32>,
        f: &mut impl FnMut(Synapse),
    ) {
        let id =
            |target| SynapseId { major: source, block: target / BLOCK, ordinal: target % BLOCK };
        let drawn = |target| {
            let SynapseId { block, ordinal, .. } = id(target);
            stream.uniform([source, block, ordinal, 0])
        };
        if let (Some(grid), Law::Near { sigma, radius }) = (&self.grid, &self.law) {
            let from = self.source(source);
            let mut found = Vec::new();
            grid.around(from, |target, place| {
                let d = apart(from, place, grid.torus());
                let wanted = d <= *radius && targets.contains(&target) && Some(target) != itself;
                if wanted && below_kernel(drawn(target), d, *sigma) {
                    found.push(target);
                }
            });
            found.sort_unstable();
            found.into_iter().for_each(|target| f(Synapse { source, target, id: id(target) }));
            return;
        }
        let mut registers = Vec::new();
        for target in targets.clone().filter(|target| Some(*target) != itself) {
            let synapse = Synapse { source, target, id: id(target) };
            let probability = self.probability(synapse, &mut registers);
            if probability > 0.0 && drawn(target) < probability {
                f(synapse);
            }
        }
    }

    fn source(&self, source: u32) -> [f64; 2] {
        self.positions.as_ref().map_or([f64::NAN; 2], |positions| positions.source(source))
    }

    /// The targets that a source may reach, ascending.
    fn candidates(&self, source: u32) -> Vec<u32> {
        let Some(grid) = &self.grid else { return (0..self.connector.targets.len()).collect() };
        let mut found = Vec::new();
        grid.around(self.source(source), |target, _| found.push(target));
        found.sort_unstable();
        found
    }

    fn probability(&self, synapse: Synapse, registers: &mut Vec<f64>) -> f64 {
        match &self.law {
            Law::Near { sigma, radius } => {
                let Some(positions) = &self.positions else { return 0.0 };
                kernel(positions.distance(synapse.source, synapse.target), *sigma, *radius)
            }
            Law::Program(program) => {
                let inputs = inputs(&self.connector, self.positions.as_ref(), synapse);
                let key = DrawKey {
                    seed: 0,
                    object: self.connector.key,
                    purpose: Purpose::Connect,
                    counter: [0; 3],
                };
                let mut value = [f64::NAN];
                program.eval(&inputs[..program.inputs as usize], &key, registers, &mut value);
                value[0]
            }
        }
    }

    /// The mean number of synapses; where there are many pairs, estimated from evenly spaced sources.
    pub fn expected(&self, itself: impl Fn(u32) -> Option<u32>) -> f64 {
        let sources = self.connector.sources.len();
        let reach = if sources > 0 { self.candidates(sources / 2).len() } else { 0 };
        let pairs = u64::from(sources) * reach as u64;
        let step = pairs.div_ceil(LOOKED_AT).clamp(1, u64::from(sources.max(1))) as usize;
        let (mut sum, mut seen, mut registers) = (0.0, 0u32, Vec::new());
        for source in (0..sources).step_by(step) {
            seen += 1;
            let itself = itself(source);
            for target in self.candidates(source).into_iter().filter(|t| Some(*t) != itself) {
                let id = SynapseId { major: source, block: 0, ordinal: 0 };
                let p = self.probability(Synapse { source, target, id }, &mut registers);
                sum += if p > 0.0 { p.min(1.0) } else { 0.0 };
            }
        }
        sum * f64::from(sources) / f64::from(seen.max(1))
    }

    /// The sources of one target, each as probable as it is near: `count` of them.
    pub fn sources_of(
        &self,
        (connect, permutation): (&Stream, &Stream),
        target: u32,
        count: u32,
        itself: Option<u32>,
        mut f: impl FnMut(u32, u32),
    ) {
        let (near, mut sum) = (self.near(target, itself), 0.0);
        match self.connector.multapses {
            Multapses::Allowed => {
                let sums: Vec<f64> = near
                    .iter()
                    .map(|(_, weight)| {
                        sum += weight;
                        sum
                    })
                    .collect();
                let Some(last) = near.len().checked_sub(1) else { return };
                for ordinal in 0..count {
                    let place = connect.uniform([target, 0, ordinal, 0]) * sum;
                    let at = sums.partition_point(|sum| *sum <= place).min(last);
                    f(ordinal, near[at].0);
                }
            }
            // The k least of -ln(u)/w are k draws without replacement (Efraimidis and Spirakis 2006).
            Multapses::Forbidden => {
                let mut keyed: Vec<(f64, u32)> = near
                    .iter()
                    .map(|(source, weight)| {
                        let u = permutation.uniform([target, *source, 0, 0]);
                        (-math::log(u) / weight, *source)
                    })
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                for (ordinal, (_, source)) in keyed.into_iter().take(count as usize).enumerate() {
                    f(ordinal as u32, source);
                }
            }
        }
    }

    /// The sources within the radius of a target, ascending, with their weights.
    fn near(&self, target: u32, itself: Option<u32>) -> Vec<(u32, f64)> {
        let (Law::Near { sigma, radius }, Some(positions), Some(grid)) =
            (&self.law, &self.positions, &self.grid)
        else {
            return Vec::new();
        };
        let (to, mut near) = (positions.target(target), Vec::new());
        grid.around(to, |source, place| {
            let weight = kernel(apart(place, to, grid.torus()), *sigma, *radius);
            if weight > 0.0 && Some(source) != itself {
                near.push((source, weight));
            }
        });
        near.sort_unstable_by_key(|(source, _)| *source);
        near
    }

    /// The least number of sources within the radius, over all targets.
    pub fn fewest(&self, itself: impl Fn(u32) -> Option<u32>) -> u64 {
        let targets = 0..self.connector.targets.len();
        targets
            .map(|target| self.near(target, itself(target)).len() as u64)
            .min()
            .unwrap_or(u64::MAX)
    }
}

/// exp(-d²/2σ²), 0 beyond the radius.
fn kernel(distance: f64, sigma: f64, radius: f64) -> f64 {
    if distance <= radius { math::exp(-(distance * distance) / (2.0 * sigma * sigma)) } else { 0.0 }
}

/// Whether a uniform number lies below the kernel at a distance within the radius. Most do not, and are told
/// by a bound: exp(x) ≥ 1 + x + x²/2 + x³/6, with room for what rounding may do.
fn below_kernel(u: f64, distance: f64, sigma: f64) -> bool {
    let x = (distance * distance) / (2.0 * sigma * sigma);
    if u * (1.0 + x * (1.0 + x * (0.5 + x / 6.0))) > 1.0 + 1e-9 {
        return false;
    }
    u < kernel(distance, sigma, f64::INFINITY)
}

/// `pre.index`, `post.index`, `pre.x`, `pre.y`, `post.x`, `post.y`, `distance`.
pub(crate) fn inputs(
    connector: &Connector,
    positions: Option<&Positions>,
    synapse: Synapse,
) -> [f64; 7] {
    let (_, pre) = connector.sources.at(synapse.source);
    let (_, post) = connector.targets.at(synapse.target);
    let [px, py, qx, qy, distance] = positions.map_or([f64::NAN; 5], |p| p.of(synapse));
    [f64::from(pre), f64::from(post), px, py, qx, qy, distance]
}
