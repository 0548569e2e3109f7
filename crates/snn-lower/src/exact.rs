//! Linear equations with constant coefficients: exact propagators over one tick.
//!
//! The states that have an equation, the receptor shapes that feed them and everything that stands still
//! during a tick (other states, currents, the constant 1) form one linear system; its matrix exponential
//! gives every coefficient, singular cases such as equal time constants included (Rotter and Diesmann
//! 1999). Coefficients that differ from neuron to neuron are computed in closed form at the start, which
//! is possible for one state with exponential receptors.

use std::collections::BTreeMap;

use snn_kernel::{Binary, Reg, Unary};
use snn_numeric::expm;

use crate::affine::{Affine, Var};
use crate::neuron::Lowering;
use crate::receptors::{convolved, rate};

/// Rows of the propagator: for each state with an equation, what it becomes.
pub(crate) struct Propagator {
    /// State, its terms in canonical order (itself first), and the constant.
    pub rows: Vec<Row>,
}

/// state = Σ factor · source + constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub state: usize,
    pub terms: Vec<(Source, Reg)>,
    pub constant: Option<Reg>,
}

/// What a term multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A slot at the end of the tick before.
    Slot(usize),
    /// A current of this tick.
    Input(usize),
}

/// The propagator of linear equations (state, form), or why there is none. States in `still` do not
/// move. Coefficients are init results.
pub(crate) fn propagator(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Propagator, String> {
    match numeric(lowering, equations, still)? {
        Some(propagator) => Ok(propagator),
        None => closed_form(lowering, equations, still),
    }
}

/// One place of the linear system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Slot(usize),
    Input(usize),
    One,
}

/// By matrix exponential; `None` where a coefficient is not a constant.
fn numeric(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Option<Propagator>, String> {
    let mut rates: BTreeMap<(Place, Place), f64> = BTreeMap::new();
    for (state, form) in equations.iter().filter(|(s, _)| !still.contains(s)) {
        let Some(constant) = lowering.init.constant_of(form.constant) else { return Ok(None) };
        rates.insert((Place::Slot(*state), Place::One), constant);
        for (var, coefficient) in &form.coefficients {
            let Some(k) = lowering.init.constant_of(*coefficient) else { return Ok(None) };
            rates.insert((Place::Slot(*state), place(lowering, *var)?), k);
        }
    }
    for shape in lowering.shapes.clone().into_iter().flatten() {
        let Some(tau) = lowering.init.constant_of(shape.decay_ms) else { return Ok(None) };
        rates.insert((Place::Slot(shape.value), Place::Slot(shape.value)), -1.0 / tau);
        if let Some((rise, tau)) = shape.rise {
            let Some(tau) = lowering.init.constant_of(tau) else { return Ok(None) };
            rates.insert((Place::Slot(shape.value), Place::Slot(rise)), 1.0);
            rates.insert((Place::Slot(rise), Place::Slot(rise)), -1.0 / tau);
        }
    }
    rates.retain(|_, k| *k != 0.0);
    let mut places: Vec<Place> = rates.keys().flat_map(|(a, b)| [*a, *b]).collect();
    places.extend(equations.iter().map(|(s, _)| Place::Slot(*s)));
    places.sort_unstable();
    places.dedup();
    let n = places.len();
    if n > 64 {
        return Err(format!("the linear system has {n} states and inputs, 64 are the most"));
    }
    let at = |p: Place| places.binary_search(&p).expect("invariant: every place is listed");
    let mut matrix = vec![0.0; n * n];
    for ((row, column), k) in &rates {
        matrix[at(*row) * n + at(*column)] = k * lowering.dt_ms;
    }
    let propagated = expm(&matrix, n);
    let mut rows = Vec::new();
    for (state, _) in equations.iter().filter(|(s, _)| !still.contains(s)) {
        let own = at(Place::Slot(*state));
        let mut row = Row { state: *state, terms: Vec::new(), constant: None };
        let order = std::iter::once(own).chain((0..n).filter(|i| *i != own));
        for i in order {
            let k = propagated[own * n + i];
            if k == 0.0 {
                continue;
            }
            let factor = lowering.init.constant(k);
            match places[i] {
                Place::Slot(s) => row.terms.push((Source::Slot(s), factor)),
                Place::Input(s) => row.terms.push((Source::Input(s), factor)),
                Place::One => row.constant = Some(factor),
            }
        }
        rows.push(row);
    }
    Ok(Some(Propagator { rows }))
}

fn place(lowering: &Lowering<'_>, var: Var) -> Result<Place, String> {
    Ok(match var {
        Var::State(s) => Place::Slot(s),
        Var::Input(i) => Place::Input(i),
        Var::Receptor(r) => match &lowering.shapes[r] {
            Some(shape) => Place::Slot(shape.value),
            None => return Err(no_value(lowering, r)),
        },
    })
}

fn no_value(lowering: &Lowering<'_>, receptor: usize) -> String {
    let name = &lowering.neuron.receptors[receptor].port.name;
    format!("`{name}` has no value between ticks")
}

/// One state whose coefficients differ from neuron to neuron, with `exp` receptors.
fn closed_form(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Propagator, String> {
    let mut rows = Vec::new();
    for (state, form) in equations.iter().filter(|(s, _)| !still.contains(s)) {
        let mut row = Row { state: *state, terms: Vec::new(), constant: None };
        let zero = lowering.init.constant(0.0);
        let a = form.coefficients.get(&Var::State(*state)).copied().unwrap_or(zero);
        let dt = lowering.init.constant(lowering.dt_ms);
        let exponent = lowering.init.binary(Binary::Mul, a, dt);
        let decay = lowering.init.unary(Unary::Exp, exponent);
        row.terms.push((Source::Slot(*state), decay));
        let held = lowering.init.unary(Unary::Exprel, exponent);
        let held = lowering.init.binary(Binary::Mul, dt, held);
        for (var, k) in form.coefficients.iter().filter(|(v, _)| **v != Var::State(*state)) {
            let (source, response) = match var {
                Var::Input(i) => (Source::Input(*i), held),
                Var::State(s) if equations.iter().any(|(e, _)| e == s) && !still.contains(s) => {
                    return Err("its equations are coupled and their coefficients differ from \
                                neuron to neuron"
                        .into());
                }
                Var::State(s) => (Source::Slot(*s), held),
                Var::Receptor(r) => match lowering.shapes[*r].clone() {
                    Some(shape) if shape.rise.is_none() => {
                        let b = rate(&mut lowering.init, shape.decay_ms);
                        let response = convolved(&mut lowering.init, a, b, lowering.dt_ms);
                        (Source::Slot(shape.value), response)
                    }
                    Some(_) => {
                        return Err(
                            "its coefficients differ from neuron to neuron, and a receptor \
                                    rises slowly"
                                .into(),
                        );
                    }
                    None => return Err(no_value(lowering, *r)),
                },
            };
            let factor = lowering.init.binary(Binary::Mul, *k, response);
            row.terms.push((source, factor));
        }
        if lowering.init.constant_of(form.constant) != Some(0.0) {
            row.constant = Some(lowering.init.binary(Binary::Mul, form.constant, held));
        }
        rows.push(row);
    }
    Ok(Propagator { rows })
}
