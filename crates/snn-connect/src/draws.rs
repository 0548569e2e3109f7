//! The synapses of a connector.

use std::ops::Range;

use snn_numeric::{Permutation, Purpose, Stream};

use crate::autapse::Excluded;
use crate::pairs::Pairs;
use crate::skips::Skips;
use crate::split::Tree;
use crate::{Autapses, Connector, Major, Multapses, Rule, Synapse, SynapseId};

/// Positions per block: the unit in which draws along the targets are keyed.
pub(crate) const BLOCK: u32 = 1024;

/// A connector made ready to draw with one seed. Any range can be asked for, in any order.
#[derive(Clone, Debug)]
pub struct Draws {
    rule: Rule,
    sources: u32,
    targets: u32,
    autapses: Autapses,
    multapses: Multapses,
    excluded: Excluded,
    skips: Option<Skips>,
    pairs: Option<Pairs>,
    connect: Stream,
    permutation: Stream,
    over_blocks: Stream,
    over_sources: Stream,
}

impl Connector {
    /// Makes the connector ready to draw; do it once, not per row.
    pub fn draws(&self, seed: u64) -> Draws {
        Draws::new(self, seed)
    }

    /// [`Draws::visit_targets`] for a single use.
    pub fn visit_targets(&self, seed: u64, targets: Range<u32>, f: impl FnMut(Synapse)) {
        self.draws(seed).visit_targets(targets, f);
    }

    /// [`Draws::visit_row`] for a single use.
    pub fn visit_row(
        &self,
        seed: u64,
        source: u32,
        targets: Range<u32>,
        f: impl FnMut(Synapse),
    ) -> Option<()> {
        self.draws(seed).visit_row(source, targets, f)
    }
}

impl Draws {
    /// Prepares tables and streams: about as dear as drawing a thousand synapses.
    pub fn new(connector: &Connector, seed: u64) -> Self {
        let stream = |purpose, occurrence| Stream::new(seed, connector.key, purpose, occurrence);
        let skips = match connector.rule {
            Rule::Probability(probability) => Some(Skips::new(probability)),
            _ => None,
        };
        Self {
            rule: connector.rule.clone(),
            sources: connector.sources.len(),
            targets: connector.targets.len(),
            autapses: connector.autapses,
            multapses: connector.multapses,
            excluded: Excluded::new(connector),
            skips,
            pairs: Pairs::new(connector, seed),
            connect: stream(Purpose::Connect, 0),
            permutation: stream(Purpose::Permutation, 0),
            over_blocks: stream(Purpose::Binomial, 0),
            over_sources: stream(Purpose::Binomial, 1),
        }
    }

    /// Visits the synapses onto the targets in `targets`. Those of a pair come in ascending ordinal;
    /// a range gives exactly what the whole gives for it.
    pub fn visit_targets(&self, targets: Range<u32>, mut f: impl FnMut(Synapse)) {
        let targets = self.clipped(targets);
        match self.rule {
            Rule::Indegree(indegree) => {
                targets.for_each(|target| self.indegree(indegree, target, &mut f));
            }
            Rule::NearIndegree { indegree, .. } => {
                targets.for_each(|target| self.near(indegree, target, &mut f));
            }
            Rule::Total(total) => self.over_sources(total, 0..self.sources, |source, count| {
                self.scatter(source, count, &targets, &mut f);
            }),
            Rule::OneToOne => {
                targets.filter(|&target| target < self.sources).for_each(|target| {
                    self.pair(target, target, &mut f);
                });
            }
            Rule::List(ref pairs) => self.list(pairs, 0..self.sources, &targets, &mut f),
            _ => (0..self.sources).for_each(|source| self.row(source, &targets, &mut f)),
        }
    }

    /// Visits the synapses of one source onto the targets in `targets`; `None` for a rule whose draws
    /// run along the targets. A row of a list searches the whole list.
    pub fn visit_row(
        &self,
        source: u32,
        targets: Range<u32>,
        mut f: impl FnMut(Synapse),
    ) -> Option<()> {
        if self.rule.major() == Major::Target {
            return None;
        }
        if source < self.sources {
            self.row(source, &self.clipped(targets), &mut f);
        }
        Some(())
    }

    /// Streams of the targets chosen within blocks, and of the splits over blocks.
    pub(crate) fn streams(&self) -> (Stream, Stream) {
        (self.connect, self.over_blocks)
    }

    fn clipped(&self, targets: Range<u32>) -> Range<u32> {
        targets.start.min(self.targets)..targets.end.min(self.targets)
    }

    fn row(&self, source: u32, targets: &Range<u32>, f: &mut impl FnMut(Synapse)) {
        match self.rule {
            Rule::Indegree(_) | Rule::NearIndegree { .. } => {}
            Rule::PairProbability(_) | Rule::Near { .. } => {
                let itself = self.excluded.target_of(source);
                if let Some(pairs) = &self.pairs {
                    pairs.row(&self.connect, source, targets, itself, f);
                }
            }
            Rule::Window(window) => {
                let itself = self.excluded.target_of(source);
                window.visit_targets(source, |target| {
                    if targets.contains(&target) && Some(target) != itself {
                        let (block, ordinal) = (target / BLOCK, target % BLOCK);
                        f(Synapse {
                            source,
                            target,
                            id: SynapseId { major: source, block, ordinal },
                        });
                    }
                });
            }
            Rule::AllToAll => self.all(source, targets, f),
            Rule::OneToOne if targets.contains(&source) => self.pair(source, source, f),
            Rule::OneToOne => {}
            Rule::Probability(_) => self.probability(source, targets, f),
            Rule::Outdegree(outdegree) => self.scatter(source, outdegree.into(), targets, f),
            Rule::Total(total) => self.over_sources(total, source..source + 1, |_, count| {
                self.scatter(source, count, targets, f);
            }),
            Rule::List(ref pairs) => self.list(pairs, source..source + 1, targets, f),
        }
    }

    fn all(&self, source: u32, targets: &Range<u32>, f: &mut impl FnMut(Synapse)) {
        let itself = self.excluded.target_of(source);
        for target in targets.clone().filter(|&target| Some(target) != itself) {
            let id = SynapseId { major: source, block: target / BLOCK, ordinal: target % BLOCK };
            f(Synapse { source, target, id });
        }
    }

    fn pair(&self, source: u32, target: u32, f: &mut impl FnMut(Synapse)) {
        if self.excluded.target_of(source) != Some(target) {
            let id = SynapseId { major: source, block: target / BLOCK, ordinal: 0 };
            f(Synapse { source, target, id });
        }
    }

    fn list(
        &self,
        pairs: &[(u32, u32)],
        sources: Range<u32>,
        targets: &Range<u32>,
        f: &mut impl FnMut(Synapse),
    ) {
        for (ordinal, &(source, target)) in pairs.iter().enumerate() {
            let wanted = sources.contains(&source) && targets.contains(&target);
            if wanted && self.excluded.target_of(source) != Some(target) {
                let id = SynapseId { major: source, block: 0, ordinal: ordinal as u32 };
                f(Synapse { source, target, id });
            }
        }
    }

    fn probability(&self, source: u32, targets: &Range<u32>, f: &mut impl FnMut(Synapse)) {
        let Some(skips) = &self.skips else { return };
        let itself = self.excluded.target_of(source);
        for block in blocks(targets) {
            let first = block * BLOCK;
            let stop = targets.end.min(first.saturating_add(BLOCK)) - first;
            let mut ordinal = 0;
            skips.visit(&self.connect, source, block, stop, |offset| {
                let target = first + offset;
                // An excluded pair keeps its ordinal, so that its neighbours keep their draws.
                if target >= targets.start && Some(target) != itself {
                    f(Synapse { source, target, id: SynapseId { major: source, block, ordinal } });
                }
                ordinal += 1;
            });
        }
    }

    fn indegree(&self, indegree: u32, target: u32, f: &mut impl FnMut(Synapse)) {
        let itself = self.excluded.source_of(target);
        self.choose(self.sources, itself, indegree, [target, 0], |ordinal, source| {
            f(Synapse { source, target, id: SynapseId { major: target, block: 0, ordinal } });
        });
    }

    fn near(&self, indegree: u32, target: u32, f: &mut impl FnMut(Synapse)) {
        let Some(pairs) = &self.pairs else { return };
        let (streams, itself) =
            ((&self.connect, &self.permutation), self.excluded.source_of(target));
        pairs.sources_of(streams, target, indegree, itself, |ordinal, source| {
            f(Synapse { source, target, id: SynapseId { major: target, block: 0, ordinal } });
        });
    }

    /// The mean number of synapses of a rule whose probability is a number of the pair.
    pub(crate) fn expected_pairs(&self) -> Option<f64> {
        match self.rule {
            Rule::PairProbability(_) | Rule::Near { .. } => {
                Some(self.pairs.as_ref()?.expected(|source| self.excluded.target_of(source)))
            }
            _ => None,
        }
    }

    /// The least number of sources within the radius of a target, for `NearIndegree`.
    pub(crate) fn fewest_near(&self) -> Option<u64> {
        match self.rule {
            Rule::NearIndegree { .. } => {
                Some(self.pairs.as_ref()?.fewest(|target| self.excluded.source_of(target)))
            }
            _ => None,
        }
    }

    /// Splits a number of synapses of one source over the blocks of targets, then places them.
    fn scatter(&self, source: u32, count: u64, targets: &Range<u32>, f: &mut impl FnMut(Synapse)) {
        let itself = self.excluded.target_of(source);
        let places = |blocks: Range<u32>| {
            let range = blocks.start * BLOCK..blocks.end.saturating_mul(BLOCK).min(self.targets);
            range.len() as u64 - u64::from(itself.is_some_and(|itself| range.contains(&itself)))
        };
        let all = 0..self.targets.div_ceil(BLOCK);
        let count = self.possible(count, places(all.clone()));
        let (stream, multapses) = (&self.over_blocks, self.multapses);
        let tree = Tree { stream, owner: source, multapses, places };
        tree.visit(all, count, &blocks(targets), &mut |block, count| {
            let first = block * BLOCK;
            let size = BLOCK.min(self.targets - first);
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let itself = itself.and_then(|itself| itself.checked_sub(first));
            let itself = itself.filter(|&offset| offset < size);
            self.choose(size, itself, count, [source, block], |ordinal, offset| {
                let target = first + offset;
                if targets.contains(&target) {
                    f(Synapse { source, target, id: SynapseId { major: source, block, ordinal } });
                }
            });
        });
    }

    /// Splits a number of synapses over the sources and visits those in `wanted` that have any.
    fn over_sources(&self, total: u64, wanted: Range<u32>, mut f: impl FnMut(u32, u64)) {
        let places = |sources: Range<u32>| {
            let excluded = self.excluded.among_sources(sources.clone());
            sources.len() as u64 * u64::from(self.targets) - excluded
        };
        let all = 0..self.sources;
        let count = self.possible(total, places(all.clone()));
        let (stream, multapses) = (&self.over_sources, self.multapses);
        Tree { stream, owner: 0, multapses, places }.visit(all, count, &wanted, &mut f);
    }

    /// What can be placed of `count`: nothing where there is no place, no more than there are without
    /// multapses.
    fn possible(&self, count: u64, places: u64) -> u64 {
        match self.multapses {
            Multapses::Allowed if places > 0 => count,
            _ => count.min(places),
        }
    }

    /// Chooses `count` of 0 .. `size` other than `itself`, uniformly.
    #[inline]
    fn choose(
        &self,
        size: u32,
        itself: Option<u32>,
        count: u32,
        [major, block]: [u32; 2],
        mut f: impl FnMut(u32, u32),
    ) {
        let size = size - u32::from(itself.is_some());
        let itself = itself.unwrap_or(u32::MAX);
        // The others close up over the excluded place.
        let beside = |place: u32| place + u32::from(place >= itself);
        if size == 0 {
            return;
        }
        match self.multapses {
            Multapses::Allowed => {
                words(&self.connect, [major, block], count, |ordinal, word| {
                    let place = ((u64::from(word) * u64::from(size)) >> 32) as u32;
                    f(ordinal, beside(place));
                });
            }
            Multapses::Forbidden => {
                let order = Permutation::new(size, &self.permutation, [major, block, 0]);
                for (ordinal, place) in order.first(count).enumerate() {
                    f(ordinal as u32, beside(place));
                }
            }
        }
    }

    /// How many ordered pairs are not excluded.
    pub(crate) fn pairs(&self) -> u64 {
        u64::from(self.sources) * u64::from(self.targets) - self.excluded.len()
    }

    /// The least number of partners that a neuron at the major end may choose from.
    pub(crate) fn fewest_partners(&self) -> u32 {
        let partners = match self.rule.major() {
            Major::Source => self.targets,
            Major::Target => self.sources,
        };
        partners.saturating_sub(u32::from(self.excluded.len() > 0))
    }

    /// The number of synapses of a rule where it needs no draws.
    pub(crate) fn closed_count(&self) -> Option<u64> {
        let per_neuron = |count: u32, neurons: u32, partners: u32, with_excluded: u64| {
            let all = self.possible(count.into(), partners.into());
            let fewer = self.possible(count.into(), u64::from(partners).saturating_sub(1));
            (u64::from(neurons) - with_excluded) * all + with_excluded * fewer
        };
        let excluded = self.excluded.len();
        Some(match self.rule {
            Rule::AllToAll => self.pairs(),
            Rule::Indegree(k) => per_neuron(k, self.targets, self.sources, excluded),
            Rule::Outdegree(k) => per_neuron(k, self.sources, self.targets, excluded),
            Rule::Total(total) => self.possible(total, self.pairs()),
            Rule::OneToOne if self.autapses == Autapses::Allowed => {
                self.sources.min(self.targets).into()
            }
            Rule::OneToOne
            | Rule::Probability(_)
            | Rule::PairProbability(_)
            | Rule::Near { .. }
            | Rule::NearIndegree { .. }
            | Rule::Window(_)
            | Rule::List(_) => return None,
        })
    }
}

/// The blocks that a range of positions touches.
fn blocks(targets: &Range<u32>) -> Range<u32> {
    if targets.is_empty() { 0..0 } else { targets.start / BLOCK..targets.end.div_ceil(BLOCK) }
}

/// Visits `count` words with their ordinals, four to a counter.
#[inline(always)]
fn words(stream: &Stream, [a, b]: [u32; 2], count: u32, mut f: impl FnMut(u32, u32)) {
    for group in 0..count / 4 {
        let block = stream.block([a, b, group, 0]);
        for (place, word) in block.into_iter().enumerate() {
            f(group * 4 + place as u32, word);
        }
    }
    let rest = count % 4;
    if rest > 0 {
        let block = stream.block([a, b, count / 4, 0]);
        for (place, word) in block.into_iter().take(rest as usize).enumerate() {
            f(count - rest + place as u32, word);
        }
    }
}

#[cfg(test)]
mod tests;
