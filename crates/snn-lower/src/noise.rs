//! White noise in equations.
//!
//! Through linear equations a tick adds normal numbers with the exact covariance of its integral; through
//! others every Euler step adds √h times the strength (Maruyama 1955).

use std::collections::{BTreeMap, BTreeSet};

use snn_diagnostics::{Diagnostic, codes::neuron as codes};
use snn_kernel::{Binary, Reg, Solution};
use snn_model::model::{self, Dynamics, Expr, ExprKind, Neuron, Variable};
use snn_numeric::{Distribution, MAX_NOISY, noise_factor};

use crate::affine::{Affine, Var};
use crate::dynamics::step_forms;
use crate::exact::{Factor, Rates, add_system, constants};
use crate::neuron::Lowering;

/// How many `white()` stand in a neuron.
pub(crate) fn whites(neuron: &Neuron) -> usize {
    let Dynamics::Equations(equations) = &neuron.dynamics else { return 0 };
    let mut next = 0;
    for e in equations.iter().map(|(_, e)| e).chain(neuron.lets.iter().map(|l| &l.value)) {
        next = next.max(after_last_white(e));
    }
    next
}

fn after_last_white(e: &Expr) -> usize {
    let own = match e.kind {
        ExprKind::Variable(Variable::White(at)) => at + 1,
        _ => 0,
    };
    e.children().map(after_last_white).fold(own, usize::max)
}

/// A standard normal number of this tick with a stream of its own.
pub(crate) fn standard_normal(lowering: &mut Lowering<'_>) -> Reg {
    let (zero, one) = (lowering.step.constant(0.0), lowering.step.constant(1.0));
    lowering.step.draw(Distribution::Normal, (zero, one), None)
}

/// What noise adds to states in one tick: state += Σ factor · normal of another state.
pub(crate) struct Noise {
    pub rows: BTreeMap<usize, Vec<(usize, Factor)>>,
}

impl Noise {
    /// What a state becomes with its noise.
    pub(crate) fn add(
        &self,
        lowering: &mut Lowering<'_>,
        state: usize,
        moved: Reg,
        normals: &BTreeMap<usize, Reg>,
    ) -> Reg {
        self.rows.get(&state).into_iter().flatten().fold(moved, |sum, (source, factor)| {
            let factor = lowering.factor(*factor);
            let term = lowering.step.binary(Binary::Mul, factor, normals[source]);
            lowering.step.binary(Binary::Add, sum, term)
        })
    }
}

/// The noise of linear equations while the states in `still` stand still, or why it cannot be had.
pub(crate) fn noise(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Affine)],
    still: &[usize],
) -> Result<Noise, String> {
    let moving: Vec<&(usize, Affine)> =
        equations.iter().filter(|(s, _)| !still.contains(s)).collect();
    let reached = reached(&moving);
    let n = reached.len();
    if n > MAX_NOISY {
        return Err(format!("noise reaches {n} states, {MAX_NOISY} are the most"));
    }
    let moving: Vec<&(usize, Affine)> =
        moving.into_iter().filter(|(s, _)| reached.contains(s)).collect();
    let mut elements = drift(&moving, &reached);
    elements.extend(diffusion(lowering, &moving));
    elements.retain(|_, k| lowering.init.constant_of(*k) != Some(0.0));
    let dt = lowering.init.constant(lowering.dt_ms);
    let elements: Rates<usize> =
        elements.into_iter().map(|(k, r)| (k, lowering.init.binary(Binary::Mul, r, dt))).collect();
    let wanted: Vec<(usize, usize)> = reached
        .iter()
        .flat_map(|row| reached.range(..=row).map(|column| (*row, *column)))
        .collect();
    let factors = factors(lowering, &reached, &elements, &wanted);
    let mut rows: BTreeMap<usize, Vec<(usize, Factor)>> = BTreeMap::new();
    for ((row, column), factor) in wanted.into_iter().zip(factors) {
        if factor != Factor::Constant(0.0) {
            rows.entry(row).or_default().push((column, factor));
        }
    }
    Ok(Noise { rows })
}

/// The wanted elements of the factor of the step's covariance.
fn factors(
    lowering: &mut Lowering<'_>,
    reached: &BTreeSet<usize>,
    elements: &Rates<usize>,
    wanted: &[(usize, usize)],
) -> Vec<Factor> {
    let n = reached.len();
    // Rows of the diffusion have the numbers of their states beyond all of these.
    let places: Vec<usize> =
        reached.iter().copied().chain(reached.iter().map(|s| s + DIFFUSION)).collect();
    let at = |place: usize| places.binary_search(&place).expect("invariant: every place is listed");
    let Some(values) = constants(lowering, elements) else {
        let first = add_system(lowering, (Solution::Noise, n as u32), &places, elements, wanted);
        return (0..wanted.len()).map(|i| Factor::Element(first + i)).collect();
    };
    let mut argument = vec![0.0; 2 * n * n];
    for ((row, column), value) in values {
        argument[at(row) * n + at(column)] = value;
    }
    let (drift, diffusion) = argument.split_at(n * n);
    let l = noise_factor(drift, diffusion, n);
    wanted.iter().map(|(row, column)| Factor::Constant(l[at(*row) * n + at(*column)])).collect()
}

/// Added to the number of a state for its row of the diffusion.
const DIFFUSION: usize = 1 << 20;

/// States that noise reaches, directly or through others.
fn reached(equations: &[&(usize, Affine)]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    loop {
        let before = reached.len();
        for (state, form) in equations {
            let feels = |var: &Var| match var {
                Var::White(_) => true,
                Var::State(s) => reached.contains(s),
                Var::Receptor(_) | Var::Input(_) => false,
            };
            if form.coefficients.keys().any(feels) {
                reached.insert(*state);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// A: how the reached states drive each other.
fn drift(equations: &[&(usize, Affine)], reached: &BTreeSet<usize>) -> Rates<usize> {
    let mut drift = Rates::new();
    for (state, form) in equations {
        for (var, k) in &form.coefficients {
            if let Var::State(source) = var
                && reached.contains(source)
            {
                drift.insert((*state, *source), *k);
            }
        }
    }
    drift
}

/// B Bᵀ: the strengths of each two states' common noise, multiplied.
fn diffusion(lowering: &mut Lowering<'_>, equations: &[&(usize, Affine)]) -> Rates<usize> {
    let mut diffusion = Rates::new();
    for (a, left) in equations {
        for (b, right) in equations {
            let mut sum = lowering.init.constant(0.0);
            for (var, k) in &left.coefficients {
                if let (Var::White(_), Some(other)) = (var, right.coefficients.get(var)) {
                    let product = lowering.init.binary(Binary::Mul, *k, *other);
                    sum = lowering.init.binary(Binary::Add, sum, product);
                }
            }
            diffusion.insert((a + DIFFUSION, *b), sum);
        }
    }
    diffusion
}

/// Σ √h · strength · normal for each equation of an Euler step, a number for each `white()`; nothing
/// where an equation has none.
pub(crate) fn maruyama(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    states: &[Reg],
    h: f64,
) -> Vec<Option<Reg>> {
    let count = whites(lowering.neuron);
    if count == 0 {
        return vec![None; equations.len()];
    }
    let normals: Vec<Reg> = (0..count).map(|_| standard_normal(lowering)).collect();
    let root = lowering.step.constant(snn_numeric::math::sqrt(h));
    let forms = step_forms(lowering, equations, states, |_, var| matches!(var, Var::White(_)));
    let Some(forms) = forms else {
        report_not_linear(lowering, equations);
        return vec![None; equations.len()];
    };
    let add = |form: Affine, lowering: &mut Lowering<'_>| {
        let mut sum: Option<Reg> = None;
        for (var, strength) in form.coefficients {
            let Var::White(at) = var else { continue };
            let scaled = lowering.step.binary(Binary::Mul, root, strength);
            let term = lowering.step.binary(Binary::Mul, scaled, normals[at]);
            sum = Some(match sum {
                Some(sum) => lowering.step.binary(Binary::Add, sum, term),
                None => term,
            });
        }
        sum
    };
    forms.into_iter().map(|form| add(form, lowering)).collect()
}

/// The operation on noise that is neither a sum nor a product with factors without noise.
fn not_scaled(e: &Expr) -> Option<&Expr> {
    let noisy: Vec<&Expr> = e.children().filter(|child| after_last_white(child) > 0).collect();
    let scaled = match &e.kind {
        _ if noisy.is_empty() => return None,
        ExprKind::Unary(op, _) => *op == model::Unary::Neg,
        ExprKind::Binary(op, _, below) => match op {
            model::Binary::Add | model::Binary::Sub => true,
            model::Binary::Mul => noisy.len() == 1,
            model::Binary::Div => after_last_white(below) == 0,
            _ => false,
        },
        _ => false,
    };
    if scaled { noisy.into_iter().find_map(not_scaled) } else { Some(e) }
}

fn report_not_linear(lowering: &mut Lowering<'_>, equations: &[(usize, Expr)]) {
    let guilty = equations.iter().find_map(|(_, e)| not_scaled(e));
    let span = guilty.map_or(lowering.neuron.span, |e| e.span);
    lowering.diagnostics.push(
        Diagnostic::new(
            codes::NOISE,
            span,
            "white noise is multiplied by factors and added, nothing else",
            "a function of noise itself stands here",
        )
        .with_help("white noise has no value at one time: write `strength * white()` as a term of the equation"),
    );
}
