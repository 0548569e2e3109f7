//! First partition: clusters grown one after the other, each taking the neuron that belongs to it most.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::hypergraph::Hypergraph;

/// The cluster of each neuron: clusters of `capacity` neurons, the last one smaller. A cluster starts at
/// the loose neuron with the most synapses to finished clusters, and takes the loose neuron with the
/// largest share of its synapses inside; ties go to the lower number.
pub(crate) fn grow(graph: &Hypergraph, capacity: usize) -> Vec<u32> {
    const LOOSE: u32 = u32::MAX;
    let n = graph.len();
    let mut cluster = vec![LOOSE; n];
    let degree: Vec<u64> = (0..n as u32)
        .map(|v| (graph.targets(v).len() + graph.senders(v).len()).max(1) as u64)
        .collect();
    let mut inside = vec![0u64; n];
    // Share of a neuron's synapses that lie inside, in parts of 2^20.
    let share = |inside: u64, v: u32| (inside << 20) / degree[v as usize];
    let mut touched: Vec<u32> = Vec::new();
    let mut frontier: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
    let mut lowest = 0u32;
    let mut next = 0;
    while (lowest as usize) < n {
        let mut heap: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
        for v in touched.drain(..) {
            inside[v as usize] = 0;
        }
        let mut size = 0;
        while size < capacity {
            let best = std::iter::from_fn(|| heap.pop()).find(|(s, Reverse(v))| {
                cluster[*v as usize] == LOOSE && *s == share(inside[*v as usize], *v)
            });
            let v = match best {
                Some((_, Reverse(v))) => v,
                None => {
                    let near = std::iter::from_fn(|| frontier.pop())
                        .find(|(_, Reverse(v))| cluster[*v as usize] == LOOSE);
                    match near {
                        Some((_, Reverse(v))) => v,
                        None => {
                            while (lowest as usize) < n && cluster[lowest as usize] != LOOSE {
                                lowest += 1;
                            }
                            if lowest as usize == n {
                                break;
                            }
                            lowest
                        }
                    }
                }
            };
            cluster[v as usize] = next;
            size += 1;
            for &u in graph.targets(v).iter().chain(graph.senders(v)) {
                if cluster[u as usize] == LOOSE {
                    if inside[u as usize] == 0 {
                        touched.push(u);
                    }
                    inside[u as usize] += 1;
                    heap.push((share(inside[u as usize], u), Reverse(u)));
                }
            }
        }
        while let Some((s, Reverse(v))) = heap.pop() {
            if cluster[v as usize] == LOOSE && s == share(inside[v as usize], v) {
                frontier.push((s, Reverse(v)));
            }
        }
        next += u32::from(size > 0);
        while (lowest as usize) < n && cluster[lowest as usize] != LOOSE {
            lowest += 1;
        }
    }
    cluster
}
