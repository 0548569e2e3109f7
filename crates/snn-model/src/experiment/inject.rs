//! Injected currents.

use snn_connect::Inject;
use snn_diagnostics::codes::{experiment as codes, network as network_codes};
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use crate::context::Context;
use crate::model::{NoiseCurrent, ObjectKind};
use crate::names::list;
use crate::network::{NetScope, Network, Picked, pick, port, unknown_input};

use super::waveform::{Current, Wave, wave};

/// Checks `inject waveform -> sel.input`.
pub(super) fn inject(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    (waveform, span): (&ast::Call, Span),
    to: &ast::Expr,
    dt: Option<Rational>,
) -> Option<Injected> {
    let target = target(cx, scope, network, to);
    let unit = target.as_ref().map(|t| &t.unit);
    let wave = wave(cx, scope, (waveform, span), unit, dt);
    let (target, Wave { current, from_tick, to_tick }) = (target?, wave?);
    let (targets, inputs) = (target.picked.selection(), target.inputs);
    Some(match current {
        Current::Wave(wave) => Injected::Wave(Inject { targets, inputs, wave, from_tick, to_tick }),
        Current::Noise { mean, sigma, tau_ms } => {
            let noise = NoiseCurrent { targets, inputs, mean, sigma, tau_ms, from_tick, to_tick };
            Injected::Noise(noise)
        }
    })
}

/// A checked `inject`.
pub(super) enum Injected {
    Wave(Inject),
    Noise(NoiseCurrent),
}

struct Target {
    picked: Picked,
    inputs: Vec<u16>,
    unit: UnitValue,
}

fn target(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    to: &ast::Expr,
) -> Option<Target> {
    let Some((base, input)) = port(scope, to) else {
        if matches!(to.kind, ExprKind::Error) {
            return None;
        }
        let picked = pick(cx, scope, to)?;
        no_input_named(cx, network, &picked, to);
        return None;
    };
    let picked = pick(cx, scope, base)?;
    let mut inputs = Vec::new();
    let mut unit: Option<(UnitValue, Span)> = None;
    for s in &picked.segments {
        let object = scope.objects.get(s.object);
        let ObjectKind::Population { neuron, .. } = object.kind else {
            let message = format!("`{}` is a source: it has no inputs", object.name);
            cx.report(
                Diagnostic::new(
                    network_codes::NOT_SELECTABLE,
                    base.span,
                    message,
                    "not a population",
                )
                .with_label(object.span, "declared here"),
            );
            return None;
        };
        let model = &network.neurons[neuron];
        let Some(at) = model.inputs.iter().position(|i| i.name == input.text) else {
            let on_receptors = "this is a receptor: spikes arrive by `connect`";
            unknown_input(cx, (model, &input), codes::BAD_INJECT, on_receptors);
            return None;
        };
        let port = &model.inputs[at];
        match &unit {
            Some((first, other)) if first.dimension != port.unit.dimension => {
                let message = format!("`{}` has different dimensions in these models", input.text);
                cx.report(
                    Diagnostic::new(codes::BAD_INJECT, input.span, message, "two kinds")
                        .with_label(*other, "declared here")
                        .with_label(port.span, "and here"),
                );
                return None;
            }
            Some(_) => {}
            None => unit = Some((port.unit.clone(), port.span)),
        }
        inputs.push(u16::try_from(at).ok()?);
    }
    Some(Target { picked, inputs, unit: unit?.0 })
}

fn no_input_named(cx: &mut Context<'_>, network: &Network<'_>, picked: &Picked, to: &ast::Expr) {
    let text = cx.text(to.span);
    let model = picked.segments.first().and_then(|s| network.objects.neuron(s.object));
    let inputs: Vec<String> = model
        .map(|m| network.neurons[m].inputs.iter().map(|i| i.name.clone()).collect())
        .unwrap_or_default();
    let message = format!("the current has no input of `{text}` to go to");
    let mut d = Diagnostic::new(codes::BAD_INJECT, to.span, message, "which input?");
    d = match inputs.as_slice() {
        [] => d.with_help("it has none: `input I: pA` in the neuron model adds one"),
        [only] if matches!(to.kind, ExprKind::Name(_) | ExprKind::Index(..)) => d
            .with_help(format!("write `{text}.{only}`"))
            .with_fix(to.span.after(), format!(".{only}")),
        _ => d.with_help(format!("it has {}", list(&inputs))),
    };
    cx.report(d);
}
