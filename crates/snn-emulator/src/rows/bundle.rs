//! Which targets of a projection a part owns.

use std::ops::Range;

use snn_chip::ChipImage;
use snn_connect::Synapse;

use crate::part::PartLayout;

/// The synapses of one projection onto one part.
pub(crate) struct Bundle {
    /// Index of the projection.
    pub projection: usize,
    /// Lane of the worker.
    pub lane: u16,
    /// Neurons of the part.
    pub neurons: u32,
    /// Runs of target positions owned by the part.
    pub owned: Vec<Owned>,
}

/// Consecutive target positions of one part, in pieces whose neurons are consecutive too.
pub(crate) struct Owned {
    pub positions: Range<u32>,
    /// First position of each piece, and the part's neuron there.
    pieces: Vec<(u32, u32)>,
}

impl Owned {
    /// Pieces whose neurons are consecutive: their positions, and the part's neuron at the first.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Range<u32>, u16)> + '_ {
        let ends = self.pieces.iter().skip(1).map(|(first, _)| *first);
        let ends = ends.chain([self.positions.end]);
        self.pieces.iter().zip(ends).map(|((first, neuron), end)| (*first..end, *neuron as u16))
    }

    /// The part's neuron at a position.
    pub(crate) fn neuron(&self, position: u32) -> u16 {
        let piece = self.pieces.partition_point(|(first, _)| *first <= position) - 1;
        let (first, neuron) = self.pieces[piece];
        (neuron + (position - first)) as u16
    }
}

impl Bundle {
    /// The positions of `projection` that `part` owns.
    pub(crate) fn new(
        image: &ChipImage,
        projection: usize,
        part: &PartLayout,
        lane: u16,
    ) -> Option<Self> {
        let targets = &image.projections[projection].connector.targets;
        let mut owned: Vec<Owned> = Vec::new();
        for (i, segment) in targets.segments().iter().enumerate() {
            let first = targets.start_of(i);
            for range in part.ranges.iter().filter(|r| r.object == segment.object) {
                let start = range.start.max(segment.start);
                let end = (range.start + range.len).min(segment.start + segment.len);
                if start < end {
                    let position = first + (start - segment.start);
                    let piece = (position, range.neuron + (start - range.start));
                    let next = position + (end - start);
                    match owned.last_mut() {
                        // A view in steps is one run of many pieces: it is drawn once.
                        Some(last) if last.positions.end == position => {
                            last.positions.end = next;
                            last.pieces.push(piece);
                        }
                        _ => owned.push(Owned { positions: position..next, pieces: vec![piece] }),
                    }
                }
            }
        }
        (!owned.is_empty()).then_some(Self { projection, lane, neurons: part.len(), owned })
    }

    pub(super) fn visit(&self, image: &ChipImage, mut f: impl FnMut(Synapse, u16)) {
        let connector = &image.projections[self.projection].connector;
        let draws = connector.draws(image.seed);
        for owned in &self.owned {
            draws.visit_targets(owned.positions.clone(), |synapse| {
                f(synapse, owned.neuron(synapse.target));
            });
        }
    }
}
