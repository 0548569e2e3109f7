//! Values that contradict each other though each alone is sound: a membrane's time constant beside its
//! resistance and capacitance, a reset beside the threshold.

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::Check;
use snn_units::{Dimension, show};

use super::facts::values;
use crate::context::Context;
use crate::model::{Binary, Edge, Expr, ExprKind, Neuron, Parameter, Statement};
use crate::typed::{Bindings, evaluate};

/// The parameters that state a membrane's time constant, by index.
#[derive(Debug)]
pub(super) struct Membrane {
    tau: usize,
    capacitance: usize,
    /// A resistance, or a leak: a conductance.
    other: usize,
}

impl Membrane {
    /// Where a neuron states time constant, capacitance and resistance or leak. None where a `check` of its
    /// own names the time constant: that check says it.
    pub fn of(cx: &Context<'_>, neuron: &Neuron, checks: &[&Check]) -> Option<Self> {
        let only = |wanted: Dimension, named: fn(&str) -> bool| {
            let fits = |p: &Parameter| p.dimension == wanted && named(&p.name);
            let mut all = (0..neuron.parameters.len()).filter(|i| fits(&neuron.parameters[*i]));
            all.next().filter(|_| all.next().is_none())
        };
        let tau = only(Dimension::TIME, |name| matches!(name, "tau" | "tau_m"))?;
        let capacitance = only(Dimension::CAPACITANCE, |_| true)?;
        let leak =
            || only(Dimension::CONDUCTANCE, |name| matches!(name, "g_L" | "gL" | "g_leak" | "g_m"));
        let other = only(Dimension::RESISTANCE, |_| true).or_else(leak)?;
        let word = |c: char| !(c.is_alphanumeric() || c == '_');
        let named = |check: &&Check| {
            cx.text(check.span).split(word).any(|w| w == neuron.parameters[tau].name)
        };
        (!checks.iter().any(named)).then_some(Self { tau, capacitance, other })
    }

    /// The stated time constant and the one that follows, where they differ by more than a hundredth.
    fn differ(&self, neuron: &Neuron, given: &[(usize, Expr)]) -> Option<(f64, f64)> {
        let values = values(neuron, given);
        let (tau, c) = (values[self.tau]?, values[self.capacitance]?);
        let other = values[self.other]?;
        let follows = if self.is_leak(neuron) { c / other } else { other * c };
        let differ = follows.is_finite() && (tau - follows).abs() > 0.01 * follows.abs();
        // A formula for the time constant is meant as it stands.
        let given = given.iter().find(|(at, _)| *at == self.tau).map(|(_, e)| e);
        let stated = given.or(neuron.parameters[self.tau].default.as_ref())?;
        (differ && matches!(stated.kind, ExprKind::Number(_))).then_some((tau, follows))
    }

    fn is_leak(&self, neuron: &Neuron) -> bool {
        neuron.parameters[self.other].dimension == Dimension::CONDUCTANCE
    }

    /// Warns of one quantity with two values, at the population or (without one) at the time constant.
    pub fn report(
        &self,
        cx: &mut Context<'_>,
        neuron: &Neuron,
        given: &[(usize, Expr)],
        population: Option<Span>,
    ) {
        let Some((stated, follows)) = self.differ(neuron, given) else { return };
        // With the defaults it has been reported.
        if population.is_some() && self.differ(neuron, &[]).is_some() {
            return;
        }
        let [tau, c, other] =
            [self.tau, self.capacitance, self.other].map(|at| &neuron.parameters[at]);
        let formula = match self.is_leak(neuron) {
            true => format!("{} / {}", c.name, other.name),
            false => format!("{} * {}", other.name, c.name),
        };
        let (stated, shown) = (show(stated, &tau.unit), show(follows, &tau.unit));
        let message = format!("`{}` is {stated}, and `{formula}` is {shown}", tau.name);
        let own = tau.default.as_ref().map_or(tau.span, |e| e.span);
        let place = population.unwrap_or(own);
        let d = Diagnostic::new(codes::TWO_VALUES, place, message, "one of them is wrong")
            .with_label(other.span, "this")
            .with_label(c.span, "and this");
        cx.report(match population {
            None => d.with_help(format!("write `{formula}`")).with_fix(place, formula),
            Some(_) => d.with_help(format!("leave `{}` to the neuron: `= {formula}`", tau.name)),
        });
    }
}

/// Warns of a reset that leaves what is tested at or above its threshold.
pub(super) fn reset_above(
    cx: &mut Context<'_>,
    neuron: &Neuron,
    given: &[(usize, Expr)],
    population: Option<Span>,
) {
    let Some((state, reset, threshold)) = above(neuron, given) else { return };
    if population.is_some() && above(neuron, &[]).is_some() {
        return;
    }
    let v = &neuron.states[state];
    let (reset, threshold) = (show(reset, &v.unit), show(threshold, &v.unit));
    let message =
        format!("the reset puts `{}` at {reset}, and the threshold is {threshold}", v.name);
    let own = neuron.reset.iter().rev().find_map(|s| match s {
        Statement::Assign { state: to, span, .. } if *to == state => Some(*span),
        _ => None,
    });
    let place = population.or(own).unwrap_or(neuron.span);
    cx.report(
        Diagnostic::new(codes::NO_RESET, place, message, "it spikes again at once")
            .with_help("reset it to a value below the threshold"),
    );
}

/// The state that is tested against a constant, where the reset puts it and the threshold, where the test holds
/// after the reset.
fn above(neuron: &Neuron, given: &[(usize, Expr)]) -> Option<(usize, f64, f64)> {
    let spike = neuron.spike.as_ref().filter(|spike| spike.edge == Edge::Level)?;
    let ExprKind::Binary(op @ (Binary::Ge | Binary::Gt), tested, threshold) = &spike.condition.kind
    else {
        return None;
    };
    let ExprKind::State(state) = tested.kind else { return None };
    let values = values(neuron, given);
    let bindings = Bindings::new(&values, &[], &neuron.functions);
    let last = neuron.reset.iter().rev().find_map(|s| match s {
        Statement::Assign { state: to, value, .. } if *to == state => Some(value),
        _ => None,
    });
    let (reset, threshold) = (evaluate(last?, &bindings)?, evaluate(threshold, &bindings)?);
    let holds = if *op == Binary::Ge { reset >= threshold } else { reset > threshold };
    holds.then_some((state, reset, threshold))
}
