//! Advance and arrive: how states go from the end of one tick to the end of the next.

use std::collections::BTreeMap;

use snn_diagnostics::{Diagnostic, codes::lowering as codes};
use snn_kernel::{Binary, Reg, Unary};
use snn_model::model::{Dynamics, Expr, Method, Shape};

use crate::affine::{Affine, Analyzer, Var};
use crate::exact::{Propagator, Source, propagator};
use crate::neuron::Lowering;
use crate::noise::{self, Noise};
use crate::receptors::{ShapeState, convolved, decay, rate};
use crate::stability;
use crate::upstroke::{seen, upstroke};

/// Steps that taking one expression apart may take.
const BUDGET: u32 = 100_000;

/// All states after advance and arrive; `refractory` says whether the neuron can be refractory.
pub(crate) fn advance(lowering: &mut Lowering<'_>, refractory: bool) -> Vec<Reg> {
    let neuron = lowering.neuron;
    let old = lowering.old.clone();
    let mut new = old.clone();
    let held: Vec<usize> = if refractory { lowering.held().to_vec() } else { Vec::new() };
    match &neuron.dynamics {
        Dynamics::OnTick(statements) => {
            let flag = (!held.is_empty()).then(|| lowering.is_refractory());
            let held = flag.map(|flag| (held.as_slice(), flag));
            lowering.run_block(statements, &mut new, None, held);
            lowering.decide("on tick", "the model is written tick by tick");
            watch(lowering, &[], &mut new);
            shapes(lowering, &mut new);
            return new;
        }
        Dynamics::Equations(equations) => integrate(lowering, equations, &held, &mut new),
    }
    watch(lowering, &held, &mut new);
    for (r, receptor) in neuron.receptors.iter().enumerate() {
        if let Shape::Jump(state) = receptor.shape {
            let arrival = lowering.arrival(r);
            new[state] = lowering.step.binary(Binary::Add, new[state], arrival);
        }
    }
    for state in held {
        let flag = lowering.is_refractory();
        new[state] = lowering.step.select(flag, old[state], new[state]);
    }
    shapes(lowering, &mut new);
    new
}

/// Keeps states as they are before arrivals, for synapses that read them.
fn watch(lowering: &mut Lowering<'_>, held: &[usize], new: &mut [Reg]) {
    for (state, slot) in lowering.watched.clone() {
        new[slot] = new[state];
        if held.contains(&state) {
            let flag = lowering.is_refractory();
            new[slot] = lowering.step.select(flag, lowering.old[state], new[state]);
        }
    }
}

/// Receptor shapes over one tick, and what arrives.
fn shapes(lowering: &mut Lowering<'_>, new: &mut [Reg]) {
    for (r, shape) in lowering.shapes.clone().into_iter().enumerate() {
        let Some(shape) = shape else { continue };
        let (value, rise) = shape_after(lowering, &shape, lowering.dt_ms);
        let mut arrival = lowering.arrival(r);
        if let Some(gain) = shape.gain {
            let gain = lowering.lift("gain", gain);
            arrival = lowering.step.binary(Binary::Mul, arrival, gain);
        }
        let scale = lowering.slots[shape.value].unit.1;
        let value = lowering.step.flush(value, scale);
        match (shape.rise, rise) {
            (Some((slot, _)), Some(rise)) => {
                let rise = lowering.step.flush(rise, scale);
                new[slot] = lowering.step.binary(Binary::Add, rise, arrival);
                new[shape.value] = value;
            }
            _ => new[shape.value] = lowering.step.binary(Binary::Add, value, arrival),
        }
    }
}

/// Value and rise state of a shape `t_ms` after the end of the tick before, without arrivals.
fn shape_after(lowering: &mut Lowering<'_>, shape: &ShapeState, t_ms: f64) -> (Reg, Option<Reg>) {
    let factor = decay(&mut lowering.init, shape.decay_ms, t_ms);
    let factor = lowering.lift("decay", factor);
    let mut value = lowering.step.binary(Binary::Mul, factor, lowering.old[shape.value]);
    let rise = shape.rise.map(|(slot, rise_ms)| {
        let factor = decay(&mut lowering.init, rise_ms, t_ms);
        let factor = lowering.lift("rise", factor);
        let a = rate(&mut lowering.init, rise_ms);
        let b = rate(&mut lowering.init, shape.decay_ms);
        let coupling = convolved(&mut lowering.init, a, b, t_ms);
        let coupling = lowering.lift("coupling", coupling);
        let fed = lowering.step.binary(Binary::Mul, coupling, lowering.old[slot]);
        value = lowering.step.binary(Binary::Add, value, fed);
        lowering.step.binary(Binary::Mul, factor, lowering.old[slot])
    });
    (value, rise)
}

fn integrate(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    new: &mut [Reg],
) {
    if equations.is_empty() {
        return;
    }
    let forms = linear_forms(lowering, equations);
    let asked = lowering.neuron.solve;
    let noisy = noise::whites(lowering.neuron) > 0;
    let exact = match &forms {
        Some(forms) => exact(lowering, forms, &[]).map(|solution| (forms, solution)),
        None => Err("its equations are not linear with constant coefficients".to_string()),
    };
    match (asked.map(|s| s.method), exact) {
        (None | Some(Method::Exact), Ok((forms, free))) => {
            propagate(lowering, forms, &free, held, new);
            decide_exact(lowering, noisy);
        }
        (Some(Method::Exact), Err(why)) => report_not_linear(lowering, &why, noisy),
        (method, exact) => {
            let chosen = match conditionally_linear(lowering, equations) {
                _ if noisy => (Method::Euler, ", and noise needs the Euler–Maruyama method"),
                Some(_) => (Method::ExponentialEuler, ", but each is linear in its own state"),
                None => (Method::Rk4, ""),
            };
            let method = method.unwrap_or(chosen.0);
            let substeps = asked.map_or(1, |s| s.substeps);
            if let Some(forms) = &forms {
                stability::check(lowering, forms, method, substeps);
            }
            step_by_step(lowering, equations, held, (method, substeps), new);
            let reason = match (asked, exact) {
                (None, Err(why)) => why + chosen.1,
                _ => "the model asks for it".to_string(),
            };
            lowering.decide(format!("{}, {substeps} per tick", method_name(method)), reason);
        }
    }
}

fn decide_exact(lowering: &mut Lowering<'_>, noisy: bool) {
    let reason = match noisy {
        true => "its equations are linear with constant coefficients, noise included",
        false => "its equations are linear with constant coefficients",
    };
    let choice = match lowering.solves_each_neuron() {
        true => "exact propagators, found for each neuron",
        false => "exact propagators",
    };
    lowering.decide(choice, reason);
}

fn report_not_linear(lowering: &mut Lowering<'_>, why: &str, noisy: bool) {
    let span = lowering.neuron.solve.map_or(lowering.given.span, |s| s.span);
    let help = match noisy {
        true => "write `solve euler`, or leave the line out",
        false => "write `solve exponential_euler` or `solve rk4`, or leave the line out",
    };
    let message = format!("`{}` has no exact solution: {why}", lowering.neuron.name);
    lowering
        .diagnostics
        .push(Diagnostic::new(codes::NOT_LINEAR, span, message, "asked for here").with_help(help));
}

/// One tick by a method that has steps.
fn step_by_step(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    (method, substeps): (Method, u32),
    new: &mut [Reg],
) {
    let h = lowering.dt_ms / f64::from(substeps);
    match method {
        Method::Rk4 => runge_kutta(lowering, equations, held, substeps, new),
        Method::ExponentialEuler => {
            (0..substeps).for_each(|_| exponential_euler(lowering, equations, held, h, new));
        }
        Method::Euler | Method::Exact => {
            (0..substeps).for_each(|_| euler(lowering, equations, held, h, new));
        }
    }
}

pub(crate) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Exact => "exact",
        Method::ExponentialEuler => "exponential_euler",
        Method::Rk4 => "rk4",
        Method::Euler => "euler",
    }
}

/// Linear forms of all equations over states, receptors and currents, coefficients in init.
fn linear_forms(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
) -> Option<Vec<(usize, Affine)>> {
    let mut analyzer = Analyzer {
        neuron: lowering.neuron,
        b: &mut lowering.init,
        parameters: &lowering.init_parameters,
        known: &|_| None,
        dt_ms: lowering.dt_ms,
        arguments: Vec::new(),
        lets: BTreeMap::new(),
        budget: BUDGET,
    };
    equations.iter().map(|(s, e)| Some((*s, analyzer.affine(e)?))).collect()
}

/// For each equation its coefficient of its own state, a value of the tick; `None` where some equation
/// is not linear in its own state.
fn conditionally_linear(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
) -> Option<Vec<Reg>> {
    let states = lowering.old.clone();
    own_coefficients(lowering, equations, &states)
}

fn own_coefficients(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    states: &[Reg],
) -> Option<Vec<Reg>> {
    let forms = step_forms(lowering, equations, states, |own, var| var == Var::State(own))?;
    let zero = lowering.step.constant(0.0);
    let own = |((state, _), form): (&(usize, Expr), Affine)| {
        form.coefficients.get(&Var::State(*state)).copied().unwrap_or(zero)
    };
    Some(equations.iter().zip(forms).map(own).collect())
}

/// The linear form of each equation in the variables that are `free` (for the equation of this state),
/// all others having their values of the tick; `None` where one has none.
pub(crate) fn step_forms(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    states: &[Reg],
    free: impl Fn(usize, Var) -> bool,
) -> Option<Vec<Affine>> {
    let receptors = lowering.receptor_values(&lowering.old.clone());
    let inputs = lowering.currents();
    let mut forms = Vec::new();
    for (state, e) in equations {
        let known = |v: Var| match v {
            _ if free(*state, v) => None,
            Var::State(s) => Some(states[s]),
            Var::Receptor(r) => Some(receptors[r]),
            Var::Input(i) => Some(inputs[i]),
            Var::White(_) => None,
        };
        let mut analyzer = Analyzer {
            neuron: lowering.neuron,
            b: &mut lowering.step,
            parameters: &lowering.step_parameters,
            known: &known,
            dt_ms: lowering.dt_ms,
            arguments: Vec::new(),
            lets: BTreeMap::new(),
            budget: BUDGET,
        };
        forms.push(analyzer.affine(e)?);
    }
    Some(forms)
}

/// What linear equations become in one tick, noise included.
type Solution = (Propagator, Noise);

fn exact(
    lowering: &mut Lowering<'_>,
    forms: &[(usize, Affine)],
    still: &[usize],
) -> Result<Solution, String> {
    Ok((propagator(lowering, forms, still)?, noise::noise(lowering, forms, still)?))
}

/// One tick by exact propagators. While states are held the others see them standing still.
fn propagate(
    lowering: &mut Lowering<'_>,
    forms: &[(usize, Affine)],
    (free, noise): &Solution,
    held: &[usize],
    new: &mut [Reg],
) {
    let while_held = if held.is_empty() { None } else { exact(lowering, forms, held).ok() };
    let mut normals = BTreeMap::new();
    for state in noise.rows.keys() {
        normals.insert(*state, noise::standard_normal(lowering));
    }
    for row in &free.rows {
        let moved = row_value(lowering, row);
        new[row.state] = noise.add(lowering, row.state, moved, &normals);
        let Some((rows, noise)) = &while_held else { continue };
        // A row that is not there does not feel what stands still.
        let Some(other) = rows.rows.iter().find(|r| r.state == row.state) else { continue };
        let standing = row_value(lowering, other);
        let standing = noise.add(lowering, row.state, standing, &normals);
        if standing != new[row.state] {
            let flag = lowering.is_refractory();
            new[row.state] = lowering.step.select(flag, standing, new[row.state]);
        }
    }
}

fn row_value(lowering: &mut Lowering<'_>, row: &crate::exact::Row) -> Reg {
    let mut sum: Option<Reg> = None;
    for (source, factor) in &row.terms {
        let x = match source {
            Source::Slot(s) => lowering.old[*s],
            Source::Input(i) => lowering.currents()[*i],
        };
        let factor = lowering.factor(*factor);
        let term = lowering.step.binary(Binary::Mul, factor, x);
        sum = Some(match sum {
            Some(sum) => lowering.step.binary(Binary::Add, sum, term),
            None => term,
        });
    }
    let zero = lowering.step.constant(0.0);
    let sum = sum.unwrap_or(zero);
    match row.constant {
        Some(constant) => {
            let constant = lowering.factor(constant);
            lowering.step.binary(Binary::Add, sum, constant)
        }
        None => lowering.step.flush(sum, lowering.slots[row.state].unit.1),
    }
}

/// x + h · f(x), every right side at the state before, and noise.
fn euler(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    h: f64,
    new: &mut [Reg],
) {
    let slopes = slopes(lowering, equations, new, 0.0);
    let noise = noise::maruyama(lowering, equations, new, h);
    let h = lowering.step.constant(h);
    step_all(lowering, equations, held, new, |l, i, x| {
        let change = l.step.binary(Binary::Mul, h, slopes[i]);
        let moved = l.step.binary(Binary::Add, x, change);
        match noise[i] {
            Some(noise) => l.step.binary(Binary::Add, moved, noise),
            None => moved,
        }
    });
}

/// x + h · exprel(h·a) · f(x), a the coefficient of x in f: exact where f is linear in x and the rest
/// stands still.
fn exponential_euler(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    h: f64,
    new: &mut [Reg],
) {
    let slopes = slopes(lowering, equations, new, 0.0);
    let own = own_coefficients(lowering, equations, new);
    let h = lowering.step.constant(h);
    step_all(lowering, equations, held, new, |l, i, x| {
        let mut factor = h;
        if let Some(own) = &own {
            let exponent = l.step.binary(Binary::Mul, own[i], h);
            let relative = l.step.unary(Unary::Exprel, exponent);
            factor = l.step.binary(Binary::Mul, h, relative);
        }
        let change = l.step.binary(Binary::Mul, factor, slopes[i]);
        l.step.binary(Binary::Add, x, change)
    });
}

/// The classical fourth-order method; receptor shapes are exact at the times of the stages.
fn runge_kutta(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    substeps: u32,
    new: &mut [Reg],
) {
    let h = lowering.dt_ms / f64::from(substeps);
    let bound = upstroke(lowering);
    for substep in 0..substeps {
        let start = h * f64::from(substep);
        let before = new.to_vec();
        let stage = |l: &mut Lowering<'_>, k: &[Reg], h: f64| {
            let mut at = before.clone();
            let h = l.step.constant(h);
            step_all(l, equations, held, &mut at, |l, i, x| {
                let change = l.step.binary(Binary::Mul, h, k[i]);
                l.step.binary(Binary::Add, x, change)
            });
            seen(l, &at, bound)
        };
        // A neuron begins the tick below its threshold.
        let at = seen(lowering, &before, bound.filter(|_| substep > 0));
        let k1 = slopes(lowering, equations, &at, start);
        let at = stage(lowering, &k1, h / 2.0);
        let k2 = slopes(lowering, equations, &at, start + h / 2.0);
        let at = stage(lowering, &k2, h / 2.0);
        let k3 = slopes(lowering, equations, &at, start + h / 2.0);
        let at = stage(lowering, &k3, h);
        let k4 = slopes(lowering, equations, &at, start + h);
        let two = lowering.step.constant(2.0);
        let sixth = lowering.step.constant(h / 6.0);
        step_all(lowering, equations, held, new, |l, i, x| {
            let middle = l.step.binary(Binary::Add, k2[i], k3[i]);
            let middle = l.step.binary(Binary::Mul, two, middle);
            let sum = l.step.binary(Binary::Add, k1[i], middle);
            let sum = l.step.binary(Binary::Add, sum, k4[i]);
            let change = l.step.binary(Binary::Mul, sixth, sum);
            l.step.binary(Binary::Add, x, change)
        });
    }
}

/// Right sides with the states `at`, receptors `t_ms` after the end of the tick before. Held states stand
/// still in every stage.
fn slopes(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    at: &[Reg],
    t_ms: f64,
) -> Vec<Reg> {
    let mut receptors = lowering.receptor_values(&lowering.old.clone());
    if t_ms > 0.0 {
        for (value, shape) in receptors.iter_mut().zip(lowering.shapes.clone()) {
            if let Some(shape) = shape {
                *value = shape_after(lowering, &shape, t_ms).0;
            }
        }
    }
    equations.iter().map(|(_, e)| lowering.in_step(e, at, &receptors)).collect()
}

/// Moves every state that has an equation; held ones only while the neuron is not refractory.
fn step_all(
    lowering: &mut Lowering<'_>,
    equations: &[(usize, Expr)],
    held: &[usize],
    states: &mut [Reg],
    next: impl Fn(&mut Lowering<'_>, usize, Reg) -> Reg,
) {
    for (i, (state, _)) in equations.iter().enumerate() {
        let x = states[*state];
        let moved = next(lowering, i, x);
        states[*state] = if held.contains(state) {
            let flag = lowering.is_refractory();
            lowering.step.select(flag, x, moved)
        } else {
            moved
        };
    }
}
