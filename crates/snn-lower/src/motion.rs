//! How the states of a synapse move between events: in closed form where the equations allow it.
//!
//! A right side that is a sum of products of decaying quantities (traces, modulators, states that only
//! decay), and linear in its own state, has one: x' = a·x + Σ K·q₁·q₂·… with q' = b·q gives
//! x(t) = x·e^(at) + Σ K·q₁·q₂·…·t·e^(at)·exprel((B - a)·t), B the sum of the b.

use std::collections::BTreeMap;

use snn_kernel::{Advance, Binary, Reg, Unary};
use snn_model::model::{Expr, ExprKind, SignalKind, SynapseModel};

use crate::synapse::{Body, Lowering, Place};
use crate::terms::{Expander, Meaning, Moving, Terms};
use crate::translate::Scope;

/// Steps that taking one right side apart may take.
const BUDGET: u32 = 10_000;

/// An equation taken apart.
struct Form {
    state: usize,
    /// Coefficient of its own state; none for 0.
    own: Option<Reg>,
    rest: Terms,
}

/// How all states move.
pub(crate) fn advance(lowering: &mut Lowering<'_>) -> Advance {
    let equations = lowering.equations();
    if equations.is_empty() {
        lowering.decide("updated at events", "its states stand still between them".into());
        return Advance::Never;
    }
    let mut body = lowering.body();
    let mut forms: Vec<Option<Form>> = Vec::new();
    for (rule, state, _) in &equations {
        forms.push(form(lowering, &mut body, *rule, *state));
    }
    let rates = rates(&mut body, lowering, &forms);
    let mut obstacle = None;
    for (form, (rule, state, _)) in forms.iter_mut().zip(&equations) {
        let closed = form.as_ref().is_some_and(|f| has_closed_form(f, &rates));
        if !closed {
            *form = None;
            obstacle.get_or_insert((*rule, *state));
        }
    }
    let ticks = if obstacle.is_some() { body.b.constant(1.0) } else { body.elapsed };
    let mut new = body.states.clone();
    for (form, (rule, state, e)) in forms.iter().zip(&equations) {
        new[*state] = match form {
            Some(form) => closed(lowering, &mut body, form, &rates, ticks),
            None => euler(lowering, &mut body, *rule, *state, e),
        };
    }
    if equations.iter().any(|(_, state, _)| *state == 0) && lowering.learns() {
        new[0] = lowering.clip_weight(&mut body, new[0]);
    }
    let program = body.b.finish(&new);
    match obstacle {
        None => {
            let reason = "its equations have a closed form between them".into();
            lowering.decide("updated at events", reason);
            Advance::Exact(program)
        }
        Some((rule, state)) => {
            let reason = reason(lowering, rule, state);
            lowering.decide("every tick, by Euler's method", reason);
            Advance::EachTick(program)
        }
    }
}

fn form(lowering: &Lowering<'_>, body: &mut Body, rule: usize, state: usize) -> Option<Form> {
    let equations = lowering.equations();
    let (_, _, e) = equations.iter().find(|(_, s, _)| *s == state)?;
    let moves = |s: usize| equations.iter().any(|(_, other, _)| *other == s);
    let own = &lowering.rules[rule];
    let states: Vec<Meaning> = (0..own.bound.model.body.states.len())
        .map(|s| own.first_state + s)
        .map(|s| match moves(s) {
            true => Meaning::Moves(Moving::State(s)),
            false => Meaning::Still(body.states[s]),
        })
        .collect();
    let signals: Vec<Meaning> = own
        .signals
        .iter()
        .zip(&body.rules[rule].signals)
        .map(|(place, value)| match place {
            Place::Weight if moves(0) && lowering.learns() => Meaning::Moves(Moving::State(0)),
            Place::Weight => Meaning::Still(*value),
            Place::Read(_) => Meaning::Each,
            Place::Pre(_) | Place::Post(_) | Place::Modulator(_) => {
                Meaning::Moves(Moving::Trace(lowering.trace_index(*place)))
            }
        })
        .collect();
    let mut expander = Expander {
        neuron: &own.bound.model.body,
        b: &mut body.b,
        parameters: &body.rules[rule].parameters,
        states: &states,
        signals: &signals,
        arguments: Vec::new(),
        budget: BUDGET,
    };
    let mut rest = expander.terms(e)?;
    let own = rest.remove(&vec![Moving::State(state)]);
    Some(Form { state, own, rest })
}

/// Rates per tick of everything that only decays.
fn rates(
    body: &mut Body,
    lowering: &Lowering<'_>,
    forms: &[Option<Form>],
) -> BTreeMap<Moving, Reg> {
    let mut rates = BTreeMap::new();
    for (i, trace) in lowering.traces().enumerate() {
        rates.insert(Moving::Trace(i), body.b.constant(trace.rate));
    }
    let dt = body.b.constant(lowering.dt_ms);
    for form in forms.iter().flatten().filter(|form| form.rest.is_empty()) {
        if let Some(own) = form.own {
            let rate = body.b.binary(Binary::Mul, own, dt);
            rates.insert(Moving::State(form.state), rate);
        }
    }
    rates
}

fn has_closed_form(form: &Form, rates: &BTreeMap<Moving, Reg>) -> bool {
    let mut variables = form.rest.keys().flatten();
    variables.all(|v| *v != Moving::State(form.state) && rates.contains_key(v))
}

/// The state after `ticks`.
fn closed(
    lowering: &Lowering<'_>,
    body: &mut Body,
    form: &Form,
    rates: &BTreeMap<Moving, Reg>,
    ticks: Reg,
) -> Reg {
    let traces = lowering.trace_values(body);
    let states = body.states.clone();
    let b = &mut body.b;
    let dt = b.constant(lowering.dt_ms);
    let time = b.binary(Binary::Mul, dt, ticks);
    let mut value = states[form.state];
    let own = form.own.map(|own| {
        let rate = b.binary(Binary::Mul, own, dt);
        let exponent = b.binary(Binary::Mul, rate, ticks);
        (rate, b.unary(Unary::Exp, exponent))
    });
    if let Some((_, decay)) = own {
        value = b.binary(Binary::Mul, value, decay);
        if form.rest.is_empty() {
            return b.flush(value, lowering.slots[form.state].unit.1);
        }
    }
    for (variables, coefficient) in &form.rest {
        let mut term = *coefficient;
        let mut total = None;
        for v in variables {
            let x = match v {
                Moving::State(s) => states[*s],
                Moving::Trace(i) => traces[*i],
            };
            term = b.binary(Binary::Mul, term, x);
            let rate = rates[v];
            total = Some(match total {
                Some(total) => b.binary(Binary::Add, total, rate),
                None => rate,
            });
        }
        term = b.binary(Binary::Mul, term, time);
        // A constant and the own decay: t·exprel(a·t); else e^(a·t)·t·exprel((B - a)·t).
        let exponent = match (own, total) {
            (None, None) => None,
            (Some((rate, _)), None) | (None, Some(rate)) => Some(rate),
            (Some((rate, decay)), Some(total)) => {
                term = b.binary(Binary::Mul, term, decay);
                Some(b.binary(Binary::Sub, total, rate))
            }
        };
        if let Some(rate) = exponent {
            let exponent = b.binary(Binary::Mul, rate, ticks);
            let relative = b.unary(Unary::Exprel, exponent);
            term = b.binary(Binary::Mul, term, relative);
        }
        value = b.binary(Binary::Add, value, term);
    }
    value
}

/// x + dt·f, all of f at the beginning of the tick but states of the target, which have advanced.
fn euler(lowering: &Lowering<'_>, body: &mut Body, rule: usize, state: usize, e: &Expr) -> Reg {
    let own = &lowering.rules[rule];
    let neuron = &own.bound.model.body;
    let states = body.states[own.first_state..own.first_state + neuron.states.len()].to_vec();
    let values = &body.rules[rule];
    let mut scope = Scope {
        neuron: Some(neuron),
        parameters: &values.parameters,
        states: &states,
        inputs: &values.signals,
        ..Scope::empty(&mut body.b, lowering.dt_ms)
    };
    let slope = scope.translate(e);
    let dt = body.b.constant(lowering.dt_ms);
    let change = body.b.binary(Binary::Mul, dt, slope);
    body.b.binary(Binary::Add, body.states[state], change)
}

/// Why an equation has no closed form.
fn reason(lowering: &Lowering<'_>, rule: usize, state: usize) -> String {
    let name = &lowering.slots[state].name;
    let model = &lowering.rules[rule].bound.model;
    let equations = lowering.equations();
    let e = equations.iter().find(|(_, s, _)| *s == state).map(|(_, _, e)| *e);
    let read = e.and_then(|e| read_in(model, e));
    match read {
        Some(read) => format!("`{name}'` reads `{read}`"),
        None => format!("`{name}'` is not linear in `{name}` with decaying terms"),
    }
}

/// A state of the target that an expression reads, through lets too.
fn read_in(model: &SynapseModel, e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Signal(i) => match &model.signals[*i].kind {
            SignalKind::Read(..) => Some(model.signals[*i].name.clone()),
            _ => None,
        },
        ExprKind::Let(i) => read_in(model, &model.body.lets[*i].value),
        _ => e.children().find_map(|child| read_in(model, child)),
    }
}
