//! Where neurons lie, in µm, and how far apart they are.

use std::sync::Arc;

use snn_numeric::{ObjectKey, Purpose, Stream, math};

use crate::grid::Grid;
use crate::{Connector, Selection, Synapse};

/// Positions of the neurons of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// One layout per segment of the sources.
    pub sources: Vec<Layout>,
    /// One layout per segment of the targets.
    pub targets: Vec<Layout>,
    /// Width and height in µm where opposite edges meet.
    pub torus: Option<[f64; 2]>,
}

/// Positions of a population in µm, by index.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Rows of cells: index i lies in the middle of column i mod `columns`, row (i div `columns`) mod `rows`.
    Grid {
        /// Cells per row.
        columns: u32,
        /// Rows, after which the next layer begins at the same places.
        rows: u32,
        /// Width and height of a cell.
        spacing: [f64; 2],
    },
    /// Uniform in a rectangle of this width and height, drawn with the population's key.
    Random {
        /// The population's.
        key: ObjectKey,
        /// Width and height.
        extent: [f64; 2],
    },
    /// Listed.
    Given(Arc<[[f64; 2]]>),
}

impl Layout {
    /// The position of an index; NaN where a list does not have it.
    pub fn at(&self, index: u32, seed: u64) -> [f64; 2] {
        match self {
            Self::Grid { columns, rows, spacing: [width, height] } => {
                let (column, row) = (index % columns, index / columns % rows);
                [(f64::from(column) + 0.5) * width, (f64::from(row) + 0.5) * height]
            }
            Self::Random { key, extent: [width, height] } => {
                let stream = Stream::new(seed, *key, Purpose::Position, 0);
                let [u, v] = stream.uniform_pair([index, 0, 0, 0]);
                [u * width, v * height]
            }
            Self::Given(list) => list.get(index as usize).copied().unwrap_or([f64::NAN; 2]),
        }
    }
}

/// Every position of a connector, worked out for one seed.
#[derive(Clone, Debug)]
pub(crate) struct Positions {
    sources: Vec<[f64; 2]>,
    targets: Vec<[f64; 2]>,
    torus: Option<[f64; 2]>,
}

impl Positions {
    /// None where the connector has no space.
    pub fn new(connector: &Connector, seed: u64) -> Option<Self> {
        let space = connector.space.as_ref()?;
        let all = |selection: &Selection, layouts: &[Layout]| {
            let segments = selection.segments().iter().zip(layouts);
            let places = |s: &crate::Segment, layout: &Layout| {
                (s.start..s.start + s.len).map(|i| layout.at(i, seed)).collect::<Vec<_>>()
            };
            segments.flat_map(|(s, layout)| places(s, layout)).collect()
        };
        Some(Self {
            sources: all(&connector.sources, &space.sources),
            targets: all(&connector.targets, &space.targets),
            torus: space.torus,
        })
    }

    /// Distance of a source and a target; on a torus the shortest way.
    pub fn distance(&self, source: u32, target: u32) -> f64 {
        apart(self.sources[source as usize], self.targets[target as usize], self.torus)
    }

    /// The sources, for finding those within a radius.
    pub fn grid_of_sources(&self, radius: f64) -> Grid {
        Grid::new(&self.sources, radius, self.torus)
    }

    /// The targets, for finding those within a radius.
    pub fn grid_of_targets(&self, radius: f64) -> Grid {
        Grid::new(&self.targets, radius, self.torus)
    }

    /// Where a source lies.
    pub fn source(&self, source: u32) -> [f64; 2] {
        self.sources[source as usize]
    }

    /// Where a target lies.
    pub fn target(&self, target: u32) -> [f64; 2] {
        self.targets[target as usize]
    }

    /// `pre.x`, `pre.y`, `post.x`, `post.y`, `distance`.
    pub fn of(&self, synapse: Synapse) -> [f64; 5] {
        let [px, py] = self.sources[synapse.source as usize];
        let [qx, qy] = self.targets[synapse.target as usize];
        [px, py, qx, qy, self.distance(synapse.source, synapse.target)]
    }
}

/// The distance of two places; on a torus the shortest way.
pub(crate) fn apart(a: [f64; 2], b: [f64; 2], torus: Option<[f64; 2]>) -> f64 {
    let mut square = 0.0;
    for axis in 0..2 {
        let mut way = (b[axis] - a[axis]).abs();
        if let Some(period) = torus {
            let round = period[axis] - way;
            way = if round < way { round.abs() } else { way };
        }
        square += way * way;
    }
    math::sqrt(square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_middles() {
        let grid = Layout::Grid { columns: 4, rows: 3, spacing: [10.0, 20.0] };
        assert_eq!(grid.at(0, 0), [5.0, 10.0]);
        assert_eq!(grid.at(5, 0), [15.0, 30.0]);
        // The next layer lies over the first.
        assert_eq!(grid.at(12, 0), [5.0, 10.0]);
    }

    #[test]
    fn drawn_positions_are_of_the_seed_and_the_population() {
        let layout =
            |name| Layout::Random { key: snn_numeric::object_key(name), extent: [100.0, 50.0] };
        let sum = (0..4000).fold([0.0, 0.0], |[x, y], i| {
            let [px, py] = layout("E").at(i, 7);
            assert!((0.0..100.0).contains(&px) && (0.0..50.0).contains(&py));
            [x + px, y + py]
        });
        // The mean of 4,000 uniform numbers has a standard deviation of 0.46 % of the width.
        assert!((sum[0] / 4000.0 - 50.0).abs() < 2.3 && (sum[1] / 4000.0 - 25.0).abs() < 1.2);
        assert_ne!(layout("E").at(3, 7), layout("E").at(3, 8));
        assert_ne!(layout("E").at(3, 7), layout("I").at(3, 7));
    }
}
