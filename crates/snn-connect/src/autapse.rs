//! Where the sources and the targets of a connector are the same neurons.

use std::ops::Range;

use crate::{Autapses, Connector, Selection};

/// The pairs that `no autapses` excludes; empty where autapses are allowed.
#[derive(Clone, Debug)]
pub(crate) struct Excluded {
    by_source: Vec<Run>,
    by_target: Vec<Run>,
}

/// Consecutive positions at one end that are the consecutive positions at the other.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    len: u32,
    other: u32,
    /// Neurons of the runs before.
    before: u64,
}

impl Excluded {
    pub fn new(connector: &Connector) -> Self {
        if connector.autapses == Autapses::Allowed {
            return Self { by_source: Vec::new(), by_target: Vec::new() };
        }
        let overlaps = overlaps(&connector.sources, &connector.targets);
        let swapped = overlaps.iter().map(|run| Run { first: run.other, other: run.first, ..*run });
        Self { by_target: sorted(swapped.collect()), by_source: sorted(overlaps) }
    }

    /// The target that a source may not reach.
    pub fn target_of(&self, source: u32) -> Option<u32> {
        other_end(&self.by_source, source)
    }

    /// The source that may not reach a target.
    pub fn source_of(&self, target: u32) -> Option<u32> {
        other_end(&self.by_target, target)
    }

    /// How many sources of a range have a target they may not reach.
    pub fn among_sources(&self, range: Range<u32>) -> u64 {
        below(&self.by_source, range.end) - below(&self.by_source, range.start)
    }

    /// How many pairs are excluded.
    pub fn len(&self) -> u64 {
        self.by_source.last().map_or(0, |run| run.before + u64::from(run.len))
    }
}

fn other_end(runs: &[Run], position: u32) -> Option<u32> {
    let run = runs[..runs.partition_point(|run| run.first <= position)].last()?;
    let offset = position - run.first;
    (offset < run.len).then(|| run.other + offset)
}

fn below(runs: &[Run], position: u32) -> u64 {
    let run = runs[..runs.partition_point(|run| run.first <= position)].last();
    run.map_or(0, |run| run.before + u64::from(run.len.min(position - run.first)))
}

fn overlaps(sources: &Selection, targets: &Selection) -> Vec<Run> {
    let mut order: Vec<usize> = (0..sources.segments().len()).collect();
    order.sort_by_key(|&i| sources.segments()[i]);
    let mut runs = Vec::new();
    for (t, target) in targets.segments().iter().enumerate() {
        let end = target.start + target.len;
        let first = order.partition_point(|&i| {
            let source = sources.segments()[i];
            (source.object, source.start + source.len) <= (target.object, target.start)
        });
        for &s in &order[first..] {
            let source = sources.segments()[s];
            if (source.object, source.start) >= (target.object, end) {
                break;
            }
            let start = source.start.max(target.start);
            let len = end.min(source.start + source.len).saturating_sub(start);
            if len > 0 {
                runs.push(Run {
                    first: sources.start_of(s) + (start - source.start),
                    len,
                    other: targets.start_of(t) + (start - target.start),
                    before: 0,
                });
            }
        }
    }
    runs
}

fn sorted(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| run.first);
    let mut before = 0;
    for run in &mut runs {
        run.before = before;
        before += u64::from(run.len);
    }
    runs
}
