//! Refinement: neurons move, or change places, while the number of packets between cores falls.

use snn_numeric::{ObjectKey, Purpose, Stream};

use crate::hypergraph::Hypergraph;

/// A partition and how many neurons of each net (axon) lie in each part.
pub(crate) struct Partition<'a> {
    graph: &'a Hypergraph,
    pub part: Vec<u32>,
    parts: usize,
    capacity: usize,
    sizes: Vec<usize>,
    /// Neurons of net `v` in part `p`, at `v * parts + p`.
    counts: Vec<u16>,
}

impl<'a> Partition<'a> {
    /// `None` where the table of counts would be too large.
    pub(crate) fn new(
        graph: &'a Hypergraph,
        part: Vec<u32>,
        parts: usize,
        capacity: usize,
    ) -> Option<Self> {
        const MOST: usize = 1 << 28;
        let entries = graph.len().checked_mul(parts).filter(|n| *n <= MOST)?;
        let mut sizes = vec![0; parts];
        let mut counts = vec![0u16; entries];
        for v in 0..graph.len() {
            sizes[part[v] as usize] += 1;
            for u in pins(graph, v as u32) {
                let at = v * parts + part[u as usize] as usize;
                counts[at] = counts[at].saturating_add(1);
            }
        }
        Some(Self { graph, part, parts, capacity, sizes, counts })
    }

    /// Packets between cores if every neuron fires once: the sum over axons of parts touched less one.
    pub(crate) fn packets(&self) -> u64 {
        let sending = (0..self.graph.len()).filter(|v| !self.graph.targets(*v as u32).is_empty());
        sending
            .map(|v| {
                let row = &self.counts[v * self.parts..(v + 1) * self.parts];
                row.iter().filter(|c| **c > 0).count() as u64 - 1
            })
            .sum()
    }

    /// Passes over all neurons in a keyed order until one gains less than a thousandth, at most `most`.
    pub(crate) fn refine(&mut self, most: u32) {
        let stream = Stream::new(0, ObjectKey(0), Purpose::Mapping, 0);
        let mut before = self.packets();
        for pass in 0..most {
            let mut order: Vec<u32> = (0..self.graph.len() as u32).collect();
            order.sort_by_key(|v| stream.block([*v, pass, 0, 0])[0]);
            for v in order {
                self.improve(v);
            }
            let after = self.packets();
            if after + before / 1000 >= before {
                break;
            }
            before = after;
        }
    }

    /// Moves `v` where packets fall most, or swaps it with a neuron there if there is no room.
    fn improve(&mut self, v: u32) {
        let from = self.part[v as usize];
        let mut candidates: Vec<(u32, u32)> = Vec::new();
        for &u in self.graph.targets(v).iter().chain(self.graph.senders(v)) {
            let part = self.part[u as usize];
            if part == from {
                continue;
            }
            match candidates.iter_mut().find(|(p, _)| *p == part) {
                Some((_, n)) => *n += 1,
                None => candidates.push((part, 1)),
            }
        }
        candidates.sort_by_key(|(p, n)| (std::cmp::Reverse(*n), *p));
        candidates.truncate(6);
        let gains = candidates.into_iter().map(|(to, _)| (self.gain(v, to), to));
        let best = gains.max_by_key(|(gain, to)| (*gain, std::cmp::Reverse(*to)));
        let Some((gain, to)) = best else { return };
        if self.sizes[to as usize] < self.capacity {
            if gain > 0 || (gain == 0 && self.sizes[to as usize] + 1 < self.sizes[from as usize]) {
                self.shift(v, to);
            }
            return;
        }
        if gain <= 0 {
            return;
        }
        self.shift(v, to);
        // Someone there who would rather be here, among those that `v` is connected with or near to.
        let mut partners: Vec<u32> = Vec::new();
        for &u in self.graph.targets(v).iter().chain(self.graph.senders(v)) {
            for &w in self.graph.targets(u).iter().chain(self.graph.senders(u)).take(12) {
                if self.part[w as usize] == to && w != v {
                    partners.push(w);
                }
            }
            if partners.len() > 96 {
                break;
            }
        }
        partners.sort_unstable();
        partners.dedup();
        let gains = partners.into_iter().map(|w| (self.gain(w, from), w));
        match gains.max_by_key(|(gain, w)| (*gain, std::cmp::Reverse(*w))) {
            Some((back, w)) if gain + back > 0 => self.shift(w, from),
            _ => self.shift(v, from),
        }
    }

    /// By how much packets fall if `v` goes to `to`.
    fn gain(&self, v: u32, to: u32) -> i64 {
        let from = self.part[v as usize] as usize;
        let change = |net: u32| {
            let row = net as usize * self.parts;
            i64::from(self.counts[row + from] == 1) - i64::from(self.counts[row + to as usize] == 0)
        };
        let own = if self.graph.targets(v).is_empty() { 0 } else { change(v) };
        own + self.graph.senders(v).iter().filter(|s| **s != v).map(|s| change(*s)).sum::<i64>()
    }

    fn shift(&mut self, v: u32, to: u32) {
        let from = self.part[v as usize] as usize;
        let nets = self.graph.senders(v).iter().copied().filter(|s| *s != v);
        for net in nets.chain(std::iter::once(v)) {
            let row = net as usize * self.parts;
            self.counts[row + from] -= 1;
            self.counts[row + to as usize] += 1;
        }
        self.sizes[from] -= 1;
        self.sizes[to as usize] += 1;
        self.part[v as usize] = to;
    }
}

/// The neurons of a net: the sender and its targets, each once.
fn pins(graph: &Hypergraph, v: u32) -> impl Iterator<Item = u32> + '_ {
    std::iter::once(v).chain(graph.targets(v).iter().copied().filter(move |u| *u != v))
}
