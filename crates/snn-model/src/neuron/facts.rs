//! Facts about parameters: `check` lines, and the signs of time constants.

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{Dimension, UnitValue, best_unit, show, show_number};

use super::Statements;
use super::scope::{NeuronScope, Place};
use super::symbols::Symbols;
use crate::context::Context;
use crate::model::{Binary, Dynamics, Expr, ExprKind, Neuron, Shape};
use crate::order;
use crate::project::FileId;
use crate::typed::{Bindings, Scope, evaluate, type_as, type_condition, type_with_unit};

/// Relative tolerance of `~=` where none is given.
const DEFAULT_TOLERANCE: f64 = 1e-9;

/// What must hold of the parameters.
#[derive(Debug, Default)]
pub(super) struct Facts {
    facts: Vec<Fact>,
}

#[derive(Debug)]
struct Fact {
    kind: FactKind,
    /// The `check` line or the time constant.
    span: Span,
}

#[derive(Debug)]
enum FactKind {
    /// Both sides agree within a relative tolerance; shown in this unit.
    Near(Expr, Expr, f64, UnitValue),
    /// A condition.
    Holds(Expr),
    /// A time constant is above zero.
    Positive(Expr),
    /// A duration is not below zero.
    NotNegative(Expr),
}

/// The `check` lines.
pub(super) fn collect(
    cx: &mut Context<'_>,
    file: FileId,
    statements: &Statements<'_>,
    symbols: &Symbols,
) -> Option<Facts> {
    let scope = NeuronScope::new(file, symbols, Place::Constant);
    let mut facts = Some(Vec::new());
    for check in &statements.checks {
        match (fact(cx, &scope, check), &mut facts) {
            (Some(kind), Some(list)) => list.push(Fact { kind, span: check.span }),
            _ => facts = None,
        }
    }
    Some(Facts { facts: facts? })
}

/// Evaluates a `check` line of constants and reports it where it fails.
pub(crate) fn check_fact(cx: &mut Context<'_>, scope: &dyn Scope, check: &ast::Check) {
    let Some(kind) = fact(cx, scope, check) else { return };
    let fact = Fact { kind, span: check.span };
    if let Some(message) = fact.failure(cx, &Bindings::closed(&[])) {
        cx.report(Diagnostic::new(codes::CHECK, check.span, message, "fails"));
    }
}

fn fact(cx: &mut Context<'_>, scope: &dyn Scope, check: &ast::Check) -> Option<FactKind> {
    let Some(right) = &check.approximates else {
        return type_condition(cx, scope, &check.left).map(FactKind::Holds);
    };
    let left = type_with_unit(cx, scope, &check.left);
    let tolerance = match &check.within_percent {
        Some(percent) => tolerance(cx, scope, percent)?,
        None => DEFAULT_TOLERANCE,
    };
    let (left, unit) = left?;
    let role = format!("`{}`", cx.text(check.left.span));
    let right = type_as(cx, scope, right, &unit, &role)?;
    Some(FactKind::Near(left, right, tolerance, unit))
}

fn tolerance(cx: &mut Context<'_>, scope: &dyn Scope, percent: &ast::Expr) -> Option<f64> {
    let expr = type_as(cx, scope, percent, &UnitValue::one(), "the tolerance")?;
    let value = crate::globals::number(cx, &expr)?;
    if value >= 0.0 {
        return Some(value / 100.0);
    }
    let message = "a tolerance is not negative";
    cx.report(Diagnostic::new(codes::CHECK, percent.span, message, "below zero"));
    None
}

impl Facts {
    /// Adds the signs of shapes' time constants, of divisors of whole equations, of the refractory time.
    pub fn add_time_constants(&mut self, neuron: &Neuron) {
        let mut positive: Vec<&Expr> = Vec::new();
        for receptor in &neuron.receptors {
            match &receptor.shape {
                Shape::Exp(tau) | Shape::Alpha(tau) => positive.push(tau),
                Shape::Biexp(rise, decay) => positive.extend([rise, decay]),
                Shape::Jump(_) | Shape::Sum => {}
            }
        }
        if let Dynamics::Equations(equations) = &neuron.dynamics {
            positive.extend(equations.iter().filter_map(|(_, e)| match &e.kind {
                ExprKind::Binary(Binary::Div, _, tau) if tau.dimension == Dimension::TIME => {
                    Some(&**tau)
                }
                _ => None,
            }));
        }
        let mut add = |e: &Expr, kind: fn(Expr) -> FactKind| {
            self.facts.push(Fact { kind: kind(e.clone()), span: e.span });
        };
        for tau in positive {
            add(tau, FactKind::Positive);
        }
        if let Some(refractory) = &neuron.refractory {
            add(&refractory.duration, FactKind::NotNegative);
        }
    }

    /// The conditions of the `check` lines.
    pub fn conditions(&self) -> Vec<&Expr> {
        let conditions = self.facts.iter().filter_map(|fact| match &fact.kind {
            FactKind::Holds(e) => Some(e),
            _ => None,
        });
        conditions.collect()
    }

    /// Adds the sign of one time constant.
    pub fn add_time_constant(&mut self, tau: &Expr) {
        self.facts.push(Fact { kind: FactKind::Positive(tau.clone()), span: tau.span });
    }

    /// All expressions, for the numbering of functions.
    pub fn expressions(&mut self) -> Vec<&mut Expr> {
        let mut all = Vec::new();
        for fact in &mut self.facts {
            match &mut fact.kind {
                FactKind::Near(a, b, ..) => all.extend([a, b]),
                FactKind::Holds(e) | FactKind::Positive(e) | FactKind::NotNegative(e) => {
                    all.push(e)
                }
            }
        }
        all
    }

    /// Reports the facts that fail with these values, at the population or (without one) at the facts.
    pub fn evaluate(
        &self,
        cx: &mut Context<'_>,
        neuron: &Neuron,
        given: &[(usize, Expr)],
        population: Option<Span>,
    ) {
        let values = values(neuron, given);
        let bindings = Bindings::new(&values, &[], &neuron.functions);
        let names = Values { neuron, values: &values };
        let mut twice: Vec<String> = Vec::new();
        for fact in &self.facts {
            let Some(message) = fact.failure(cx, &bindings) else { continue };
            if twice.contains(&message) {
                continue;
            }
            cx.report(fact.diagnostic(&message, &names, population));
            twice.push(message);
        }
    }
}

/// Values of the parameters: those given, else their defaults; none where drawn or unknown.
pub(crate) fn values(neuron: &Neuron, given: &[(usize, Expr)]) -> Vec<Option<f64>> {
    let needs: Vec<Vec<usize>> = neuron
        .parameters
        .iter()
        .map(|p| p.default.as_ref().map(used).unwrap_or_default())
        .collect();
    let mut values: Vec<Option<f64>> = vec![None; neuron.parameters.len()];
    for index in order::sort(&needs).order {
        let expr = match given.iter().find(|(at, _)| *at == index) {
            Some((_, expr)) => Some(expr),
            None => neuron.parameters[index].default.as_ref(),
        };
        let bindings = Bindings::new(&values, &[], &neuron.functions);
        values[index] = expr.and_then(|e| evaluate(e, &bindings));
    }
    values
}

/// Parameters in an expression.
fn used(e: &Expr) -> Vec<usize> {
    let mut found: Vec<usize> = e.children().flat_map(used).collect();
    if let ExprKind::Parameter(index) = e.kind {
        found.push(index);
    }
    found
}

/// Parameters and their values, for labels.
struct Values<'a> {
    neuron: &'a Neuron,
    values: &'a [Option<f64>],
}

impl Fact {
    /// The sentence, where the fact is known to fail.
    fn failure(&self, cx: &Context<'_>, bindings: &Bindings<'_>) -> Option<String> {
        match &self.kind {
            FactKind::Near(left, right, tolerance, unit) => {
                let (a, b) = (evaluate(left, bindings)?, evaluate(right, bindings)?);
                let near = (a - b).abs() <= tolerance * a.abs().max(b.abs());
                if near {
                    return None;
                }
                let (shown, wanted) = (show(a, unit), show(b, unit));
                let name = cx.text(left.span);
                Some(format!("`{name}` is {shown}, {wanted} expected: {}", factor(a, b)))
            }
            FactKind::Holds(condition) => {
                if evaluate(condition, bindings)? != 0.0 {
                    return None;
                }
                Some(self.comparison(cx, condition, bindings))
            }
            FactKind::Positive(e) => {
                let value = evaluate(e, bindings)?;
                // NaN is not positive either.
                let positive = value > 0.0;
                (!positive).then(|| {
                    let shown = show(value, &best_unit(&e.dimension, value));
                    named(cx, e, &shown, "the time constant", "it must be positive")
                })
            }
            FactKind::NotNegative(e) => {
                let value = evaluate(e, bindings)?;
                let fine = value >= 0.0;
                (!fine).then(|| {
                    let shown = show(value, &best_unit(&e.dimension, value));
                    named(cx, e, &shown, "the refractory time", "it cannot be negative")
                })
            }
        }
    }

    fn comparison(&self, cx: &Context<'_>, e: &Expr, bindings: &Bindings<'_>) -> String {
        let text = cx.text(e.span);
        let ExprKind::Binary(_, a, b) = &e.kind else { return format!("`{text}` does not hold") };
        let side = |e: &Expr| {
            let value = evaluate(e, bindings)?;
            let shown = show(value, &best_unit(&e.dimension, value));
            let text = cx.text(e.span);
            Some(if text == shown { format!("`{text}`") } else { format!("`{text}` is {shown}") })
        };
        match (side(a), side(b)) {
            (Some(a), Some(b)) => format!("`{text}` does not hold: {a}, {b}"),
            _ => format!("`{text}` does not hold"),
        }
    }

    fn diagnostic(
        &self,
        message: &str,
        names: &Values<'_>,
        population: Option<Span>,
    ) -> Diagnostic {
        let code = match self.kind {
            FactKind::Near(..) | FactKind::Holds(_) => codes::CHECK,
            FactKind::Positive(_) | FactKind::NotNegative(_) => codes::TIME_CONSTANT,
        };
        let mut d = match population {
            Some(place) => Diagnostic::new(code, place, message, "with the values given here")
                .with_label(self.span, "this fact fails"),
            None => Diagnostic::new(code, self.span, message, "fails"),
        };
        for index in self.parameters() {
            let parameter = &names.neuron.parameters[index];
            if let Some(Some(value)) = names.values.get(index) {
                let shown = show(*value, &parameter.unit);
                d = d.with_label(parameter.span, format!("`{}` = {shown}", parameter.name));
            }
        }
        d
    }

    fn parameters(&self) -> Vec<usize> {
        let mut all = match &self.kind {
            FactKind::Near(a, b, ..) => [used(a), used(b)].concat(),
            FactKind::Holds(e) | FactKind::Positive(e) | FactKind::NotNegative(e) => used(e),
        };
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// "1000 times too small".
fn factor(a: f64, b: f64) -> String {
    let ratio = a / b;
    if !ratio.is_finite() || ratio <= 0.0 {
        return "they differ".to_owned();
    }
    let (times, word) = if ratio < 1.0 { (b / a, "small") } else { (ratio, "large") };
    if times < 1.1 {
        let percent = (times - 1.0) * 100.0;
        let shown = show_number((percent * 1e4).round() / 1e4);
        return format!("{shown} % too {word}");
    }
    format!("{} times too {word}", show_number((times * 1e4).round() / 1e4))
}

/// "the time constant `tau` is -1 ms: it must be positive"; a literal is not said twice.
fn named(cx: &Context<'_>, e: &Expr, shown: &str, what: &str, rule: &str) -> String {
    match cx.text(e.span) {
        text if text == shown => format!("{what} is {shown}: {rule}"),
        text => format!("{what} `{text}` is {shown}: {rule}"),
    }
}
