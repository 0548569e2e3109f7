//! Connections from a state or a let to an input: continuous ones.

use snn_diagnostics::codes::{experiment, network};
use snn_diagnostics::{Code, Diagnostic, Span, nearest};
use snn_syntax::ast;
use snn_units::{UnitValue, natural_unit};

use super::Builder;
use super::connect::Targets;
use super::frame::NetScope;
use super::selection::{Picked, pick, port};
use crate::context::Context;
use crate::model::Neuron;
use crate::names::list;

impl<'a> Builder<'_, 'a> {
    /// The senders of `out.err`, and the unit of `err`, which all of them have.
    pub(super) fn senders(
        &self,
        cx: &mut Context<'a>,
        scope: &NetScope<'_, 'a>,
        (base, value): (&'a ast::Expr, &ast::Name),
    ) -> Option<(Picked, UnitValue)> {
        let picked = pick(cx, scope, base)?;
        let mut first: Option<(UnitValue, Span)> = None;
        for s in &picked.segments {
            let model = self.model_of(cx, s, base.span, "has no states")?;
            let Some((unit, declared)) = value_of(model, &value.text) else {
                unknown_value(cx, model, value);
                return None;
            };
            same_kind(cx, value, &mut first, unit, declared)?;
        }
        Some((picked, first?.0))
    }

    /// The inputs of `rec.L`; weights have the input's unit by that of what is sent.
    pub(super) fn inputs(
        &self,
        cx: &mut Context<'a>,
        scope: &NetScope<'_, 'a>,
        to: &'a ast::Expr,
        sent: Option<&UnitValue>,
    ) -> Option<Targets> {
        let Some((base, input)) = port(scope, to) else {
            let message = "a continuous connection goes to an input";
            cx.report(
                Diagnostic::new(network::NO_RECEPTOR, to.span, message, "which input?")
                    .with_help(format!("write `{}.I`", cx.text(to.span))),
            );
            return None;
        };
        let picked = pick(cx, scope, base)?;
        let (mut receptors, mut models) = (Vec::new(), Vec::new());
        let mut first: Option<(UnitValue, Span)> = None;
        for s in &picked.segments {
            let model = self.model_of(cx, s, base.span, "has no inputs")?;
            let Some(at) = model.inputs.iter().position(|i| i.name == input.text) else {
                let on_receptors = "a receptor takes spikes, not values";
                unknown_input(cx, (model, &input), network::NO_RECEPTOR, on_receptors);
                return None;
            };
            let port = &model.inputs[at];
            same_kind(cx, &input, &mut first, port.unit.clone(), port.span)?;
            receptors.push(u16::try_from(at).ok()?);
            models.push(model.clone());
        }
        let unit = first?.0.div(sent?);
        let receptor = input.text;
        Some(Targets { picked, receptors, models, unit, integer: None, receptor })
    }
}

/// Unit and place of a state or a let.
fn value_of(model: &Neuron, name: &str) -> Option<(UnitValue, Span)> {
    if let Some(state) = model.states.iter().find(|s| s.name == name) {
        return Some((state.unit.clone(), state.span));
    }
    let named = model.lets.iter().find(|l| l.name == name)?;
    Some((natural_unit(&named.value.dimension), named.value.span))
}

fn same_kind(
    cx: &mut Context<'_>,
    name: &ast::Name,
    first: &mut Option<(UnitValue, Span)>,
    unit: UnitValue,
    declared: Span,
) -> Option<()> {
    let Some((known, other)) = first else {
        *first = Some((unit, declared));
        return Some(());
    };
    if known.dimension == unit.dimension {
        return Some(());
    }
    let message = format!("`{}` has different dimensions in these models", name.text);
    cx.report(
        Diagnostic::new(experiment::BAD_INJECT, name.span, message, "two kinds")
            .with_label(*other, "declared here")
            .with_label(declared, "and here"),
    );
    None
}

fn unknown_value(cx: &mut Context<'_>, model: &Neuron, value: &ast::Name) {
    let states = model.states.iter().map(|s| s.name.clone());
    let names: Vec<String> = states.chain(model.lets.iter().map(|l| l.name.clone())).collect();
    let message = format!("`{}` has no state or `let` named `{}`", model.name, value.text);
    let mut d = Diagnostic::new(network::NOT_SELECTABLE, value.span, message, "not a value");
    d = match nearest(&value.text, names.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(value.span, near),
        None if names.is_empty() => d.with_help("it has neither"),
        None => d.with_help(format!("it has {}", list(&names))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
}

/// Says that a neuron has no such input; `code` and the word on receptors are those of who asks.
pub(crate) fn unknown_input(
    cx: &mut Context<'_>,
    (model, input): (&Neuron, &ast::Name),
    code: Code,
    on_receptors: &str,
) {
    let names: Vec<String> = model.inputs.iter().map(|i| i.name.clone()).collect();
    let message = format!("`{}` has no input `{}`", model.name, input.text);
    let mut d = Diagnostic::new(code, input.span, message, "unknown input");
    if let Some(receptor) = model.receptors.iter().find(|r| r.port.name == input.text) {
        d = d.with_label(receptor.port.span, on_receptors);
    } else if let Some(near) = nearest(&input.text, names.iter().map(String::as_str)) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(input.span, near);
    }
    d = match names.as_slice() {
        [] => d.with_help("it has none: `input I: pA` in the neuron model adds one"),
        _ => d.with_help(format!("it has {}", list(&names))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
}
