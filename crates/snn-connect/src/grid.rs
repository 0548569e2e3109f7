//! Which places lie near another: cells over all of them, so that only cells in reach are looked at.

/// Places in cells, for one radius.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// The least coordinates.
    low: [f64; 2],
    /// Cells per µm.
    scale: [f64; 2],
    /// Cells along each axis.
    cells: [u32; 2],
    /// Per cell, where its places begin in `items`; then their number.
    starts: Vec<u32>,
    /// Numbers of the places by cell, ascending in each; those without a position are left out.
    items: Vec<u32>,
    /// Where they lie.
    places: Vec<[f64; 2]>,
    radius: f64,
    /// What the rounding of coordinates may amount to, in µm.
    slack: f64,
    torus: Option<[f64; 2]>,
}

impl Grid {
    /// For places within a radius, with cells of half its size and no more of them than places.
    pub fn new(places: &[[f64; 2]], radius: f64, torus: Option<[f64; 2]>) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for place in places {
            for axis in 0..2 {
                low[axis] = low[axis].min(place[axis]);
                high[axis] = high[axis].max(place[axis]);
            }
        }
        let extent = [0, 1].map(|axis: usize| (high[axis] - low[axis]).max(0.0));
        let mut cells = extent.map(|side| (2.0 * side / radius).clamp(1.0, 65536.0) as u32);
        cells = cells.map(|n| n.max(1));
        while cells[0] > 1 && f64::from(cells[0]) * f64::from(cells[1]) > places.len() as f64 {
            cells = cells.map(|n| (n / 2).max(1));
        }
        cells[1] = cells[1].min(places.len().max(1) as u32);
        let scale = [0, 1].map(|axis: usize| match extent[axis] {
            side if side > 0.0 => f64::from(cells[axis]) / side,
            _ => 0.0,
        });
        let far = [low, high].iter().flatten().fold(0.0f64, |far, x| far.max(x.abs()));
        let period = torus.map_or(0.0, |[width, height]| width.max(height));
        let slack = 1e-9 * (far + period);
        let (starts, items, own) = (Vec::new(), Vec::new(), Vec::new());
        let mut grid = Self { low, scale, cells, starts, items, places: own, radius, slack, torus };
        grid.fill(places);
        grid
    }

    /// Sorts places by cell, counting first.
    fn fill(&mut self, places: &[[f64; 2]]) {
        let cell_of = |grid: &Self, place: &[f64; 2]| {
            let [x, y] = [0, 1].map(|axis: usize| {
                grid.cell(axis, place[axis]).clamp(0, i64::from(grid.cells[axis]) - 1) as usize
            });
            let sound = place.iter().all(|x| x.is_finite());
            sound.then_some(y * grid.cells[0] as usize + x)
        };
        let mut next = vec![0u32; self.cells[0] as usize * self.cells[1] as usize + 1];
        for cell in places.iter().filter_map(|place| cell_of(self, place)) {
            next[cell + 1] += 1;
        }
        for cell in 1..next.len() {
            next[cell] += next[cell - 1];
        }
        self.starts = next.clone();
        let found = *next.last().unwrap_or(&0) as usize;
        (self.items, self.places) = (vec![0; found], vec![[0.0; 2]; found]);
        for (i, place) in places.iter().enumerate() {
            if let Some(cell) = cell_of(self, place) {
                self.items[next[cell] as usize] = i as u32;
                self.places[next[cell] as usize] = *place;
                next[cell] += 1;
            }
        }
    }

    /// The column or row of cells of a coordinate, which may lie outside.
    fn cell(&self, axis: usize, x: f64) -> i64 {
        ((x - self.low[axis]) * self.scale[axis]).floor() as i64
    }

    /// Visits all places within the radius of `at`, and some further ones, each once, with where they lie; in
    /// the order of the cells.
    pub fn around(&self, at: [f64; 2], mut f: impl FnMut(u32, [f64; 2])) {
        if !at.iter().all(|x| x.is_finite()) {
            return;
        }
        for row in self.in_reach(1, at[1]).into_iter().flatten() {
            for columns in self.in_reach(0, at[0]) {
                let cell = |column: u32| self.starts[(row * self.cells[0] + column) as usize];
                let range = cell(columns.start) as usize..cell(columns.end) as usize;
                let items = self.items[range.clone()].iter().zip(&self.places[range]);
                items.for_each(|(item, place)| f(*item, *place));
            }
        }
    }

    /// Whether opposite edges meet, and after which way.
    pub fn torus(&self) -> Option<[f64; 2]> {
        self.torus
    }

    /// Cells along an axis that the radius touches, without repetition. On a torus also one period before and
    /// after, as distances go round once.
    fn in_reach(&self, axis: usize, at: f64) -> [std::ops::Range<u32>; 3] {
        let reach = self.radius + self.slack + 1e-9 * (self.radius + at.abs());
        let last = i64::from(self.cells[axis]) - 1;
        let mut before = 0;
        [-1.0, 0.0, 1.0].map(|turn| {
            let middle = match self.torus {
                Some(period) => at + turn * period[axis],
                None if turn == 0.0 => at,
                None => return 0..0,
            };
            let first = self.cell(axis, middle - reach).clamp(before, last.max(before));
            let end = self.cell(axis, middle + reach).saturating_add(1).clamp(first, last + 1);
            before = before.max(end);
            first as u32..end as u32
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_near_is_missed(
            places in prop::collection::vec((-300.0f64..300.0, -40.0f64..90.0), 0..200),
            on_lattice in any::<bool>(),
            at in (-400.0f64..400.0, -80.0f64..100.0),
            radius in prop_oneof![Just(0.0), Just(f64::INFINITY), 0.1f64..500.0],
            torus in prop::option::of((1.0f64..700.0, 1.0f64..200.0)),
        ) {
            let step = |x: f64| if on_lattice { (x / 10.0).round() * 10.0 } else { x };
            let mut places: Vec<[f64; 2]> = places.iter().map(|(x, y)| [step(*x), step(*y)]).collect();
            places.push([f64::NAN, 1.0]);
            let (at, torus) = ([step(at.0), step(at.1)], torus.map(|(w, h)| [w, h]));
            let mut found = Vec::new();
            Grid::new(&places, radius, torus).around(at, |i, place| {
                assert_eq!(place, places[i as usize]);
                found.push(i);
            });
            let visits = found.len();
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len(), visits);
            for (i, place) in places.iter().enumerate() {
                if crate::space::apart(at, *place, torus) <= radius {
                    prop_assert!(found.contains(&(i as u32)), "{place:?} from {at:?}");
                }
            }
        }
    }

    #[test]
    fn only_what_is_near_is_looked_at() {
        let places: Vec<[f64; 2]> =
            (0..10_000).map(|i| [f64::from(i % 100), f64::from(i / 100)]).collect();
        let grid = Grid::new(&places, 4.0, None);
        let mut found = 0;
        grid.around([50.0, 50.0], |_, _| found += 1);
        // A circle holds 49 places; the cells that it touches are no wider than 12 by 12.
        assert!((49..=144).contains(&found), "{found}");
    }
}
