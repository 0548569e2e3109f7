//! Rows drawn again whenever they are needed.
//!
//! Rules whose draws run along the sources give any row on its own. `outdegree` splits its number over the blocks of
//! targets by a tree of binomial draws that has the same shape for every source: the words of all its nodes are
//! drawn at once, and what the draws compare with is kept.

use std::ops::Range;

use snn_kernel::{Simd, simd_versions};
use snn_numeric::{Binomials, Stream, philox, unit_interval};

use crate::draws::BLOCK;
use crate::{Autapses, Connector, Draws, Multapses, Rule};

/// Gives the rows of a connector onto some of its targets.
#[derive(Clone, Debug)]
pub struct Regenerator {
    targets: Range<u32>,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Any(Box<Draws>),
    Tree(Box<Tree>),
}

impl Connector {
    /// Rows onto the targets in `targets`; `None` for a rule whose draws run along the targets, or whose rows
    /// cost as much as the whole.
    pub fn regenerator(&self, seed: u64, targets: Range<u32>) -> Option<Regenerator> {
        let way = match self.rule {
            Rule::Outdegree(outdegree)
                if self.multapses == Multapses::Allowed
                    && self.autapses == Autapses::Allowed
                    && !targets.is_empty() =>
            {
                Way::Tree(Box::new(Tree::new(self, seed, outdegree, &targets)))
            }
            Rule::Outdegree(_) | Rule::Probability(_) | Rule::AllToAll => {
                Way::Any(Box::new(self.draws(seed)))
            }
            _ => return None,
        };
        Some(Regenerator { targets, way })
    }
}

impl Regenerator {
    /// Scratch space for rows of this connector.
    pub fn scratch(&self) -> Scratch {
        match &self.way {
            Way::Any(_) => Scratch::default(),
            Way::Tree(tree) => Scratch {
                node_words: tree.node_counters.words(),
                leaf_words: tree.leaf_counters.words(),
                counts: vec![0; tree.nodes.len() + tree.leaves.len() + 1],
            },
        }
    }

    /// Visits the targets of a source in the order of the synapses; the scratch space is of this regenerator.
    #[inline]
    pub fn row(&self, simd: Simd, source: u32, scratch: &mut Scratch, mut f: impl FnMut(u32)) {
        match &self.way {
            Way::Any(draws) => {
                draws.visit_row(source, self.targets.clone(), |synapse| f(synapse.target));
            }
            Way::Tree(tree) => tree.row(simd, source, &self.targets, scratch, f),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match &self.way {
            Way::Any(_) => size_of::<Draws>(),
            Way::Tree(tree) => {
                // Nodes and leaves with their counters, words and counts.
                (tree.nodes.len() + tree.leaves.len()) * (size_of::<Node>() + 2 * 4 + 4 * 4 + 4)
            }
        }
    }
}

/// The tree of one connector, as far as it leads to the targets wanted.
#[derive(Clone, Debug)]
struct Tree {
    outdegree: u32,
    targets: u32,
    over_blocks: Stream,
    connect: Stream,
    /// Inner nodes, parents before children.
    nodes: Vec<Node>,
    /// Probabilities of the nodes; most have one of a few.
    splits: Vec<Binomials>,
    /// Blocks in ascending order.
    leaves: Vec<u32>,
    node_counters: Counters,
    leaf_counters: Counters,
}

/// Scratch space of a [`Regenerator`].
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    node_words: [Vec<u32>; 4],
    leaf_words: [Vec<u32>; 4],
    /// Synapses below each node, then in each leaf.
    counts: Vec<u32>,
}

/// A split. Children are places in the counts: nodes first, then leaves; what leads nowhere has the last.
#[derive(Clone, Copy, Debug)]
struct Node {
    split: u32,
    children: [u32; 2],
    identity: [u32; 2],
}

/// Counters (source, `second`, `third`, 0) of words.
#[derive(Clone, Debug, Default)]
struct Counters {
    second: Vec<u32>,
    third: Vec<u32>,
}

impl Counters {
    fn push(&mut self, second: u32, third: u32) {
        self.second.push(second);
        self.third.push(third);
    }

    fn words(&self) -> [Vec<u32>; 4] {
        std::array::from_fn(|_| vec![0; self.second.len()])
    }
}

/// A range of blocks to be split, and where its number stands.
enum Place {
    Node(u32),
    Leaf(u32),
}

impl Tree {
    fn new(connector: &Connector, seed: u64, outdegree: u32, wanted: &Range<u32>) -> Self {
        let targets = connector.targets.len();
        let draws = connector.draws(seed);
        let (connect, over_blocks) = draws.streams();
        let mut tree = Self {
            outdegree,
            targets,
            over_blocks,
            connect,
            nodes: Vec::new(),
            splits: Vec::new(),
            leaves: Vec::new(),
            node_counters: Counters::default(),
            leaf_counters: Counters::default(),
        };
        let wanted = wanted.start / BLOCK..wanted.end.min(targets).div_ceil(BLOCK);
        tree.grow(0..targets.div_ceil(BLOCK), &wanted);
        let nodes = tree.nodes.len() as u32;
        let nowhere = nodes + tree.leaves.len() as u32;
        for child in tree.nodes.iter_mut().flat_map(|node| &mut node.children) {
            *child = match *child {
                NOWHERE => nowhere,
                leaf if leaf & LEAF != 0 => nodes + (leaf & !LEAF),
                node => node,
            };
        }
        tree
    }

    /// Adds the splits of a range of blocks; children come after their parents, leaves from left to right.
    fn grow(&mut self, blocks: Range<u32>, wanted: &Range<u32>) -> Option<Place> {
        if blocks.end <= wanted.start || blocks.start >= wanted.end {
            return None;
        }
        if blocks.len() == 1 {
            self.leaves.push(blocks.start);
            self.leaf_counters.push(blocks.start, 0);
            return Some(Place::Leaf(self.leaves.len() as u32 - 1));
        }
        let middle = blocks.start + (blocks.end - blocks.start) / 2;
        let places = |blocks: Range<u32>| {
            f64::from(blocks.end.saturating_mul(BLOCK).min(self.targets) - blocks.start * BLOCK)
        };
        let (here, there) = (places(blocks.start..middle), places(middle..blocks.end));
        let share = here / (here + there);
        let split = self.splits.iter().position(|split| split.probability() == share);
        let split = split.unwrap_or_else(|| {
            self.splits.push(Binomials::new(share));
            self.splits.len() - 1
        });
        let at = self.nodes.len();
        let identity = [blocks.start, blocks.end];
        self.nodes.push(Node { split: split as u32, children: [NOWHERE; 2], identity });
        self.node_counters.push(blocks.start, blocks.end);
        for (child, blocks) in [blocks.start..middle, middle..blocks.end].into_iter().enumerate() {
            self.nodes[at].children[child] = match self.grow(blocks, wanted) {
                Some(Place::Node(node)) => node,
                Some(Place::Leaf(leaf)) => leaf | LEAF,
                None => NOWHERE,
            };
        }
        Some(Place::Node(at as u32))
    }

    fn row(
        &self,
        simd: Simd,
        source: u32,
        targets: &Range<u32>,
        scratch: &mut Scratch,
        mut f: impl FnMut(u32),
    ) {
        let Scratch { node_words, leaf_words, counts } = scratch;
        draw_words(simd, source, self.over_blocks.key, &self.node_counters, node_words);
        draw_words(simd, source, self.connect.key, &self.leaf_counters, leaf_words);
        // The root stands first; where there is one block, it is the root.
        counts[0] = self.outdegree;
        let [high, low, ..] = &node_words;
        for (i, node) in self.nodes.iter().enumerate() {
            let n = counts[i];
            let left = if n == 0 {
                0
            } else {
                let identity = [source, node.identity[0], node.identity[1]];
                let u = unit_interval(high[i], low[i]);
                self.splits[node.split as usize].draw(n, u, &self.over_blocks, identity)
            };
            counts[node.children[0] as usize] = left;
            counts[node.children[1] as usize] = n - left;
        }
        let counts = &counts[self.nodes.len()..];
        for (leaf, (block, count)) in self.leaves.iter().zip(counts).enumerate() {
            let first = block * BLOCK;
            let size = u64::from(BLOCK.min(self.targets - first));
            let mut place = |word: u32| {
                let target = first + ((u64::from(word) * size) >> 32) as u32;
                if targets.contains(&target) {
                    f(target);
                }
            };
            for words in leaf_words.iter().take(*count as usize) {
                place(words[leaf]);
            }
            for group in 1..count.div_ceil(4) {
                let words = self.connect.block([source, *block, group, 0]);
                words.into_iter().take((count - 4 * group) as usize).for_each(&mut place);
            }
        }
    }
}

const LEAF: u32 = 1 << 30;
const NOWHERE: u32 = u32::MAX;

simd_versions! {
    fn draw_words(source: u32, key: [u32; 2], at: &Counters, words: &mut [Vec<u32>; 4]) = draw_words_body
}

#[inline(always)]
fn draw_words_body(source: u32, key: [u32; 2], at: &Counters, words: &mut [Vec<u32>; 4]) {
    let n = at.second.len();
    let (second, third) = (&at.second[..n], &at.third[..n]);
    let [w0, w1, w2, w3] = words;
    let (w0, w1, w2, w3) = (&mut w0[..n], &mut w1[..n], &mut w2[..n], &mut w3[..n]);
    for i in 0..n {
        [w0[i], w1[i], w2[i], w3[i]] = philox([source, second[i], third[i], 0], key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Segment, Selection};
    use proptest::prelude::*;
    use snn_numeric::object_key;

    proptest! {
        #[test]
        fn rows_are_those_of_the_draws(
            targets in 1u32..9000,
            outdegree in 0u32..3000,
            seed in any::<u64>(),
            part in (0.0..1.0f64, 0.0..1.0f64),
            rule in 0u8..4,
        ) {
            let selection = |len| Selection::new(vec![Segment { object: 0, start: 0, len }]);
            let connector = Connector {
                rule: match rule {
                    0 => Rule::Probability(0.1),
                    1 => Rule::AllToAll,
                    _ => Rule::Outdegree(outdegree),
                },
                sources: selection(9000),
                targets: selection(targets),
                space: None,
                key: object_key("net.c"),
                autapses: if seed % 3 == 0 { Autapses::Forbidden } else { Autapses::Allowed },
                multapses: Multapses::Allowed,
            };
            let place = |x: f64| (x * f64::from(targets)) as u32;
            let wanted = place(part.0.min(part.1))..place(part.0.max(part.1)) + 1;
            let rows = connector.regenerator(seed, wanted.clone()).expect("source-major");
            let (draws, mut scratch) = (connector.draws(seed), rows.scratch());
            for source in [0, 17, 8999] {
                let mut expected = Vec::new();
                draws.visit_row(source, wanted.clone(), |s| expected.push(s.target));
                for simd in Simd::available() {
                    let mut found = Vec::new();
                    rows.row(simd, source, &mut scratch, |target| found.push(target));
                    prop_assert_eq!(&found, &expected);
                }
            }
        }
    }
}
