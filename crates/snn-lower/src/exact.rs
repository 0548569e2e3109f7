//! Linear equations: exact propagators over one tick.
//!
//! The states that have an equation, the receptor shapes that feed them and everything that stands still
//! during a tick (other states, currents, the constant 1) form one linear system; its matrix exponential
//! gives every coefficient, singular cases such as equal time constants included (Rotter and Diesmann
//! 1999). Coefficients that differ from neuron to neuron make a [`LinearSystem`] that is solved for each
//! neuron at the start, and give the same bits.

use std::collections::{BTreeMap, BTreeSet};

use snn_kernel::{Binary, LinearSystem, MAX_LINEAR, Reg, Solution};
use snn_numeric::expm;

use crate::affine::{Affine, Var};
use crate::neuron::Lowering;
use crate::receptors::rate;

/// Rows of the propagator: for each state with an equation, what it becomes.
pub(crate) struct Propagator {
    /// State, its terms in canonical order (itself first), and the constant.
    pub rows: Vec<Row>,
}

/// state = Σ factor · source + constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub state: usize,
    pub terms: Vec<(Source, Factor)>,
    pub constant: Option<Factor>,
}

/// What a term multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A slot at the end of the tick before.
    Slot(usize),
    /// A current of this tick.
    Input(usize),
}

/// A coefficient of one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Factor {
    Constant(f64),
    /// A column of the linear systems, by its place among them.
    Element(usize),
}

/// One place of the linear system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Slot(usize),
    Input(usize),
    One,
}

/// The matrix of a system by (row, column); what is not listed is 0.
pub(crate) type Rates<P> = BTreeMap<(P, P), Reg>;

/// The propagator of linear equations (state, form), or why there is none. States in `still` do not move;
/// rows that are sure not to feel that are left out.
pub(crate) fn propagator(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Propagator, String> {
    let rates = rates(lowering, equations, still)?;
    let mut places: Vec<Place> = rates.keys().flat_map(|(a, b)| [*a, *b]).collect();
    places.extend(equations.iter().map(|(s, _)| Place::Slot(*s)));
    places.sort_unstable();
    places.dedup();
    let n = places.len();
    if n > MAX_LINEAR {
        return Err(format!(
            "the linear system has {n} states and inputs, {MAX_LINEAR} are the most"
        ));
    }
    let moving: Vec<usize> =
        equations.iter().map(|(s, _)| *s).filter(|s| !still.contains(s)).collect();
    let dt = lowering.init.constant(lowering.dt_ms);
    let scaled: Rates<Place> =
        rates.into_iter().map(|(k, r)| (k, lowering.init.binary(Binary::Mul, r, dt))).collect();
    let rows = match constants(lowering, &scaled) {
        Some(values) => constant_rows(&places, &values, &moving),
        None => rows_of_each(lowering, &places, &scaled, (&moving, still)),
    };
    Ok(Propagator { rows })
}

fn constant_rows(places: &[Place], values: &[((Place, Place), f64)], moving: &[usize]) -> Vec<Row> {
    let n = places.len();
    let at = |p: Place| places.binary_search(&p).expect("invariant: every place is listed");
    let mut matrix = vec![0.0; n * n];
    for ((row, column), k) in values {
        matrix[at(*row) * n + at(*column)] = *k;
    }
    let propagated = expm(&matrix, n);
    let factor = |row: usize, column: usize| {
        let k = propagated[row * n + column];
        (k != 0.0).then_some(Factor::Constant(k))
    };
    moving.iter().map(|state| row(places, *state, factor)).collect()
}

/// Rows whose coefficients are found for each neuron. Where states stand still, only the rows that depend
/// on one of them.
fn rows_of_each(
    lowering: &mut Lowering<'_>,
    places: &[Place],
    scaled: &Rates<Place>,
    (moving, still): (&[usize], &[usize]),
) -> Vec<Row> {
    let standing: BTreeSet<Place> = still.iter().map(|s| Place::Slot(*s)).collect();
    let feels: Vec<(usize, BTreeSet<Place>)> = moving
        .iter()
        .map(|state| (*state, reached(scaled, Place::Slot(*state))))
        .filter(|(_, sources)| still.is_empty() || !sources.is_disjoint(&standing))
        .collect();
    let wanted: Vec<(Place, Place)> = feels
        .iter()
        .flat_map(|(s, sources)| sources.iter().map(|p| (Place::Slot(*s), *p)))
        .collect();
    let solution = (Solution::Propagator, places.len() as u32);
    let first = add_system(lowering, solution, places, scaled, &wanted);
    let factor = |row: usize, column: usize| {
        let found = wanted.iter().position(|w| *w == (places[row], places[column]));
        found.map(|at| Factor::Element(first + at))
    };
    feels.iter().map(|(state, _)| row(places, *state, factor)).collect()
}

/// Rates of change: what each place adds to another per ms.
fn rates(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Rates<Place>, String> {
    let mut rates = Rates::new();
    for (state, form) in equations.iter().filter(|(s, _)| !still.contains(s)) {
        rates.insert((Place::Slot(*state), Place::One), form.constant);
        for (var, coefficient) in &form.coefficients {
            if let Some(place) = place(lowering, *var)? {
                rates.insert((Place::Slot(*state), place), *coefficient);
            }
        }
    }
    for shape in lowering.shapes.clone().into_iter().flatten() {
        let value = Place::Slot(shape.value);
        rates.insert((value, value), rate(&mut lowering.init, shape.decay_ms));
        if let Some((rise, tau)) = shape.rise {
            let rise = Place::Slot(rise);
            rates.insert((value, rise), lowering.init.constant(1.0));
            rates.insert((rise, rise), rate(&mut lowering.init, tau));
        }
    }
    rates.retain(|_, k| lowering.init.constant_of(*k) != Some(0.0));
    Ok(rates)
}

/// Where a variable stands in the system; noise stands outside.
fn place(lowering: &Lowering<'_>, var: Var) -> Result<Option<Place>, String> {
    Ok(Some(match var {
        Var::State(s) => Place::Slot(s),
        Var::Input(i) => Place::Input(i),
        Var::White(_) => return Ok(None),
        Var::Receptor(r) => match &lowering.shapes[r] {
            Some(shape) => Place::Slot(shape.value),
            None => {
                let name = &lowering.neuron.receptors[r].port.name;
                return Err(format!("`{name}` has no value between ticks"));
            }
        },
    }))
}

/// The elements, where all are constants.
pub(crate) fn constants<P: Copy>(
    lowering: &Lowering<'_>,
    elements: &Rates<P>,
) -> Option<Vec<((P, P), f64)>> {
    elements.iter().map(|(at, reg)| Some((*at, lowering.init.constant_of(*reg)?))).collect()
}

/// The row of a state: itself first, then all places in order.
fn row(places: &[Place], state: usize, factor: impl Fn(usize, usize) -> Option<Factor>) -> Row {
    let own = places.binary_search(&Place::Slot(state)).expect("invariant: every place is listed");
    let mut row = Row { state, terms: Vec::new(), constant: None };
    for i in std::iter::once(own).chain((0..places.len()).filter(|i| *i != own)) {
        let Some(factor) = factor(own, i) else { continue };
        match places[i] {
            Place::Slot(s) => row.terms.push((Source::Slot(s), factor)),
            Place::Input(s) => row.terms.push((Source::Input(s), factor)),
            Place::One => row.constant = Some(factor),
        }
    }
    row
}

/// All places that a place depends on, itself included.
fn reached(rates: &Rates<Place>, from: Place) -> BTreeSet<Place> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        for (_, source) in rates.keys().filter(|(row, _)| *row == place) {
            if seen.insert(*source) {
                open.push(*source);
            }
        }
    }
    seen
}

/// Adds a system that is solved for each neuron; gives the number of its first column among those of all
/// systems.
pub(crate) fn add_system<P: Ord + Copy>(
    lowering: &mut Lowering<'_>,
    (solution, size): (Solution, u32),
    places: &[P],
    elements: &Rates<P>,
    wanted: &[(P, P)],
) -> usize {
    let at = |p: &P| places.binary_search(p).expect("invariant: every place is listed") as u32;
    let system = LinearSystem {
        solution,
        size,
        given: elements.keys().map(|(row, column)| (at(row), at(column))).collect(),
        wanted: wanted.iter().map(|(row, column)| (at(row), at(column))).collect(),
    };
    lowering.add_system(system, elements.values().copied())
}
