//! Rows that are not stored: drawn again for every spike.

use std::ops::Range;

use snn_chip::ChipImage;
use snn_connect::{Projection, Regenerator, Rule, Scratch};
use snn_kernel::Simd;

use super::{Bundle, Form, Noted, RowStore, Segment};
use crate::error::LoadError;
use crate::ids::Ids;

/// The rows of one projection onto all parts of a worker.
#[derive(Debug)]
pub(crate) struct Regenerated {
    rows: Regenerator,
    /// Runs of target positions, ascending: where they end, their lane, and the part's neuron at the first.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u32,
    end: u32,
    lane: u16,
    neuron: u16,
}

/// Whether rows of a projection can be drawn again: one weight, one delay, and a rule that gives each row on
/// its own for little.
pub(crate) fn can_regenerate(image: &ChipImage, projection: &Projection) -> bool {
    projection.live.is_none()
        && projection.weights(image.seed).constant().is_some()
        && projection.delays(image.seed).constant().is_some()
        && matches!(
            projection.connector.rule,
            Rule::Outdegree(_) | Rule::Probability(_) | Rule::AllToAll
        )
}

impl Regenerated {
    /// The bundles of one projection, one for each part.
    pub(super) fn new(image: &ChipImage, bundles: &[Bundle]) -> Option<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        for bundle in bundles {
            for (Range { start, end }, neuron) in bundle.owned.iter().flat_map(|o| o.pieces()) {
                pieces.push(Piece { start, end, lane: bundle.lane, neuron });
            }
        }
        pieces.sort_unstable_by_key(|piece| piece.start);
        let (first, last) = (pieces.first()?.start, pieces.last()?.end);
        let connector = &image.projections[bundles[0].projection].connector;
        Some(Self { rows: connector.regenerator(image.seed, first..last)?, pieces })
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.bytes() + self.pieces.len() * size_of::<Piece>()
    }

    pub(crate) fn scratch(&self) -> Scratch {
        self.rows.scratch()
    }

    /// Calls `f(lane, neuron)` with each target of the sender at a position.
    #[inline]
    pub(crate) fn row(
        &self,
        simd: Simd,
        position: u32,
        scratch: &mut Scratch,
        mut f: impl FnMut(u16, u16),
    ) {
        let mut piece = self.pieces[0];
        self.rows.row(simd, position, scratch, |target| {
            if target < piece.start || target >= piece.end {
                let after = self.pieces.partition_point(|piece| piece.start <= target);
                let Some(found) = after.checked_sub(1).map(|at| self.pieces[at]) else { return };
                if target >= found.end {
                    return;
                }
                piece = found;
            }
            f(piece.lane, piece.neuron + (target - piece.start) as u16);
        });
    }
}

impl RowStore {
    /// Notes that the rows of a projection are drawn again when they are needed.
    pub(super) fn regenerate(
        &mut self,
        image: &ChipImage,
        ids: &Ids,
        bundles: &[Bundle],
        delay: u16,
        noted: &mut Noted,
    ) -> Result<(), LoadError> {
        let sources = &image.projections[bundles[0].projection].connector.sources;
        let Some(rows) = Regenerated::new(image, bundles) else { return Ok(()) };
        let len = u16::try_from(self.regenerated.len()).map_err(|_| {
            LoadError::TooLarge("more than 65,536 projections are regenerated".into())
        })?;
        self.regenerated.push(rows);
        for ((object, index), start) in sources.iter().zip(0..) {
            let (lane, form) = (bundles[0].lane, Form::Regenerated);
            noted.push((ids.id(object, index), Segment { start, len, delay, lane, form }));
        }
        Ok(())
    }
}
