//! How states move: equations or `on tick`, the spike, what follows it.

use std::collections::HashMap;

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, SpikeTest};
use snn_units::UnitValue;

use super::Statements;
use super::block::block;
use super::declare::report_no_state;
use super::scope::{NeuronScope, Place};
use super::symbols::{Role, Symbols};
use crate::context::Context;
use crate::globals;
use crate::model::{
    Dynamics, Edge, Expr, Method, Refractory, RefractoryMode, Solve, Spike, Statement,
};
use crate::project::FileId;
use crate::typed::{type_as, type_condition, type_with_unit};

/// All that moves.
pub(super) struct Moving {
    pub dynamics: Dynamics,
    pub spike: Option<Spike>,
    pub reset: Vec<Statement>,
    pub otherwise: Vec<Statement>,
    pub refractory: Option<Refractory>,
    pub solve: Option<Solve>,
}

/// Most steps per tick.
const MAX_SUBSTEPS: f64 = 1000.0;

/// Checks equations and blocks; none where one is faulty.
pub(super) fn check(
    cx: &mut Context<'_>,
    file: FileId,
    s: &Statements<'_>,
    symbols: &Symbols,
) -> Option<Moving> {
    let place = Where { file, symbols };
    only_one(cx, &s.spikes, |(_, _, span)| *span, "spike");
    only_one(cx, &s.resets, |(_, _, span)| *span, "reset");
    only_one(cx, &s.refractory, |(_, _, span)| *span, "refractory");
    only_one(cx, &s.solve, |(name, _)| name.span, "solve");
    only_one(cx, &s.on_tick, |(_, span)| *span, "on tick");
    let equations = equations(cx, &place, s);
    let on_tick = s.on_tick.first().map(|(body, span)| on_tick(cx, &place, s, (body, *span)));
    let spike = s.spikes.first().map(|spike| check_spike(cx, &place, *spike));
    let reset = s.resets.first().map(|(body, otherwise, _)| {
        let body = block(cx, file, (body, Place::Reset), symbols);
        let otherwise = match otherwise {
            Some(otherwise) => block(cx, file, (otherwise, Place::Reset), symbols),
            None => Some(Vec::new()),
        };
        Some((body?, otherwise?))
    });
    let refractory = s.refractory.first().map(|line| check_refractory(cx, &place, s, *line));
    let solve = s.solve.first().map(|(method, steps)| check_solve(cx, &place, method, *steps));
    companions(cx, s);
    let (reset, otherwise) = reset.unwrap_or_else(|| Some(Default::default()))?;
    Some(Moving {
        dynamics: match on_tick {
            Some(statements) => Dynamics::OnTick(statements?),
            None => Dynamics::Equations(equations?),
        },
        spike: spike.map_or(Some(None), |spike| spike.map(Some))?,
        reset,
        otherwise,
        refractory: refractory.map_or(Some(None), |r| r.map(Some))?,
        solve: solve.map_or(Some(None), |s| s.map(Some))?,
    })
}

/// The equations of a synapse.
pub(super) fn free_equations(
    cx: &mut Context<'_>,
    file: FileId,
    s: &Statements<'_>,
    symbols: &Symbols,
) -> Option<Vec<(usize, Expr)>> {
    let equations = equations(cx, &Where { file, symbols }, s)?;
    if symbols.whites.get() == 0 {
        return Some(equations);
    }
    let noisy = s.derivatives.first().map(|(name, _)| name.span);
    let message = "white noise stands in equations of neurons only";
    cx.report(Diagnostic::new(codes::NOISE, noisy?, message, "of a synapse"));
    None
}

struct Where<'s> {
    file: FileId,
    symbols: &'s Symbols,
}

impl<'s> Where<'s> {
    fn scope(&self, place: Place) -> NeuronScope<'s> {
        NeuronScope::new(self.file, self.symbols, place)
    }
}

fn only_one<T>(cx: &mut Context<'_>, lines: &[T], span: impl Fn(&T) -> Span, what: &str) {
    let [first, others @ ..] = lines else { return };
    for other in others {
        let message = format!("a neuron has one `{what}`");
        let d = Diagnostic::new(codes::TWICE, span(other), message, "a second one");
        cx.report(d.with_label(span(first), "the first"));
    }
}

fn equations(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    s: &Statements<'_>,
) -> Option<Vec<(usize, Expr)>> {
    let mut first: HashMap<usize, Span> = HashMap::new();
    let mut equations = Some(Vec::new());
    for (name, value) in &s.derivatives {
        let checked = equation(cx, place, (name, value), &mut first);
        match (checked, &mut equations) {
            (Some(checked), Some(list)) => list.push(checked),
            _ => equations = None,
        }
    }
    equations
}

fn equation(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    (name, value): (&ast::Name, &ast::Expr),
    first: &mut HashMap<usize, Span>,
) -> Option<(usize, Expr)> {
    let scope = place.scope(Place::Equation);
    let Some(state) = place.symbols.find(&name.text).filter(|s| s.role == Role::State) else {
        report_no_state(cx, name, place.symbols);
        type_with_unit(cx, &scope, value);
        return None;
    };
    if let Some(before) = first.insert(state.index, name.span) {
        let message = format!("`{}` has two equations", name.text);
        cx.report(
            Diagnostic::new(codes::TWICE, name.span, message, "a second one")
                .with_label(before, "the first")
                .with_help("add both right sides in one equation"),
        );
    }
    let Some(unit) = &state.unit else {
        type_with_unit(cx, &scope, value);
        return None;
    };
    if state.integer.is_some() {
        let message = format!("`{}` is an integer and has no rate of change", name.text);
        cx.report(
            Diagnostic::new(codes::INTEGER_TYPE, name.span, message, "an integer")
                .with_label(state.span, "declared here")
                .with_help(format!("move it in a block: `on tick {{ {0} = {0} + … }}`", name.text)),
        );
        return None;
    }
    let rate = unit.div(&UnitValue::parse("ms")?);
    let value = type_as(cx, &scope, value, &rate, &format!("`{}'`", name.text))?;
    Some((state.index, value))
}

fn on_tick(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    s: &Statements<'_>,
    (body, span): (&ast::Block, Span),
) -> Option<Vec<Statement>> {
    if let Some((name, _)) = s.derivatives.first() {
        let message = "a neuron has either equations or `on tick`, not both";
        cx.report(
            Diagnostic::new(codes::TWO_KINDS, name.span, message, "an equation")
                .with_label(span, "`on tick` here")
                .with_help(format!("write the step in the block: `{0} = {0} + dt * …`", name.text)),
        );
    }
    if let Some((method, _)) = s.solve.first() {
        let message = "`on tick` says how states move; there is nothing to solve";
        cx.report(
            Diagnostic::new(codes::TWO_KINDS, method.span, message, "no use for it")
                .with_label(span, "`on tick` here"),
        );
    }
    block(cx, place.file, (body, Place::OnTick), place.symbols)
}

fn check_spike(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    (test, value, span): (SpikeTest, &ast::Expr, Span),
) -> Option<Spike> {
    let edge = match test {
        SpikeTest::Level => Edge::Level,
        SpikeTest::Rising => Edge::Rising,
        SpikeTest::Rate => Edge::Rate,
    };
    let scope = place.scope(Place::Condition);
    let condition = match edge {
        Edge::Rate => type_as(cx, &scope, value, &UnitValue::parse("Hz")?, "the rate of spikes")?,
        Edge::Level | Edge::Rising => type_condition(cx, &scope, value)?,
    };
    Some(Spike { condition, edge, span })
}

fn check_refractory(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    s: &Statements<'_>,
    (duration, mode, span): (&ast::Expr, &ast::Refractory, Span),
) -> Option<Refractory> {
    let ms = UnitValue::parse("ms")?;
    let scope = place.scope(Place::Constant);
    let duration = type_as(cx, &scope, duration, &ms, "the refractory time");
    let mode = match mode {
        ast::Refractory::Mute => Some(RefractoryMode::Mute),
        ast::Refractory::Hold(names) => {
            if let (Some(_), Some(name)) = (s.on_tick.first(), names.first()) {
                let message = "`hold` has no meaning beside `on tick`";
                cx.report(
                    Diagnostic::new(codes::TWO_KINDS, name.span, message, "held by whom?")
                        .with_help("write `mute`, and hold states by `if` in the block"),
                );
                return None;
            }
            held(cx, place, names)
        }
    };
    Some(Refractory { duration: duration?, mode: mode?, span })
}

fn held(cx: &mut Context<'_>, place: &Where<'_>, names: &[ast::Name]) -> Option<RefractoryMode> {
    let mut held = Some(Vec::new());
    for name in names {
        match place.symbols.find(&name.text).filter(|s| s.role == Role::State) {
            Some(state) => {
                if let Some(list) = held.as_mut().filter(|list| !list.contains(&state.index)) {
                    list.push(state.index);
                }
            }
            None => {
                report_no_state(cx, name, place.symbols);
                held = None;
            }
        }
    }
    held.map(RefractoryMode::Hold)
}

const METHODS: [(&str, Method); 4] = [
    ("exact", Method::Exact),
    ("exponential_euler", Method::ExponentialEuler),
    ("rk4", Method::Rk4),
    ("euler", Method::Euler),
];

fn check_solve(
    cx: &mut Context<'_>,
    place: &Where<'_>,
    name: &ast::Name,
    substeps: Option<&ast::Expr>,
) -> Option<Solve> {
    let method = METHODS.iter().find(|(known, _)| *known == name.text).map(|(_, m)| *m);
    if method.is_none() {
        let message = format!("`{}` is not an integration method", name.text);
        let mut d = Diagnostic::new(codes::SOLVE, name.span, message, "unknown method");
        d = match nearest(&name.text, METHODS.iter().map(|(known, _)| *known)) {
            Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
            None => d.with_help("methods: `exact`, `exponential_euler`, `rk4`, `euler`"),
        };
        cx.report(d);
    }
    let steps = match substeps {
        Some(e) => count(cx, place, e)?,
        None => 1,
    };
    let method = method?;
    if method == Method::Exact && steps > 1 {
        let message = "`exact` has no step error: substeps change nothing";
        cx.report(Diagnostic::new(codes::SOLVE, substeps?.span, message, "leave it out"));
        return None;
    }
    if place.symbols.whites.get() > 0 && matches!(method, Method::Rk4 | Method::ExponentialEuler) {
        let message = format!("`{}` cannot integrate white noise", name.text);
        cx.report(
            Diagnostic::new(codes::NOISE, name.span, message, "assumes a smooth right side")
                .with_help("write `solve exact` for linear equations or `solve euler` (Euler–Maruyama), or leave the line out"),
        );
        return None;
    }
    Some(Solve { method, substeps: steps, span: name.span })
}

fn count(cx: &mut Context<'_>, place: &Where<'_>, e: &ast::Expr) -> Option<u32> {
    let scope = NeuronScope::new(place.file, place.symbols, Place::Constant);
    let expr = type_as(cx, &scope, e, &UnitValue::one(), "the number of substeps")?;
    let value = globals::number(cx, &expr)?;
    if value.fract() == 0.0 && (1.0..=MAX_SUBSTEPS).contains(&value) {
        return Some(value as u32);
    }
    let message = format!("the number of substeps is whole, from 1 to {MAX_SUBSTEPS}");
    cx.report(Diagnostic::new(codes::SOLVE, e.span, message, format!("{value}")));
    None
}

/// Lines that need each other.
fn companions(cx: &mut Context<'_>, s: &Statements<'_>) {
    let broken = |cx: &Context<'_>, span: Span| cx.is_broken(span);
    if s.spikes.is_empty() {
        let lines = s.resets.first().map(|(_, _, span)| (*span, "reset"));
        let lines = lines.or(s.refractory.first().map(|(_, _, span)| (*span, "refractory")));
        if let Some((span, what)) = lines.filter(|(span, _)| !broken(cx, *span)) {
            let message = format!("`{what}` without a spike: this neuron never spikes");
            cx.report(
                Diagnostic::new(codes::NO_SPIKE, span, message, "never happens")
                    .with_help("write when it spikes: `spike when v >= V_th`"),
            );
        }
    }
    if let (Some((SpikeTest::Level, _, span)), [], []) =
        (s.spikes.first(), s.resets.as_slice(), s.on_tick.as_slice())
        && !broken(cx, *span)
    {
        let often = match s.refractory.first() {
            Some(_) => "after every refractory time",
            None => "at every tick",
        };
        let message = format!("no reset: it spikes {often} while the condition holds");
        cx.report(
            Diagnostic::new(codes::NO_RESET, *span, message, "nothing ends this condition")
                .with_help("write `reset { v = V_r }`, or `spike when rising …` for one spike per crossing"),
        );
    }
}
