//! Injected currents.

use snn_connect::Inject;
use snn_diagnostics::codes::{experiment as codes, network as network_codes};
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use crate::arguments::{called, needed, optional, read};
use crate::context::Context;
use crate::model::{Neuron, ObjectKind};
use crate::names::list;
use crate::network::{NetScope, Network, Picked, pick};
use crate::time::{self, quantity_in};

/// Checks `inject waveform -> sel.input`.
pub(super) fn inject(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    (waveform, span): (&ast::Call, Span),
    to: &ast::Expr,
    dt: Option<Rational>,
) -> Option<Inject> {
    let target = target(cx, scope, network, to);
    let unit = target.as_ref().map(|t| &t.unit);
    let wave = wave(cx, scope, waveform, span, unit, dt);
    let (target, wave) = (target?, wave?);
    Some(Inject {
        targets: target.picked.selection(),
        inputs: target.inputs,
        amplitude: wave.amplitude,
        from_tick: wave.from_tick,
        to_tick: wave.to_tick,
    })
}

struct Target {
    picked: Picked,
    inputs: Vec<u16>,
    unit: UnitValue,
}

struct Wave {
    amplitude: f64,
    from_tick: u64,
    to_tick: u64,
}

fn target(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    to: &ast::Expr,
) -> Option<Target> {
    let ExprKind::Field(base, input) = &to.kind else {
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
            unknown_input(cx, model, input);
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

fn unknown_input(cx: &mut Context<'_>, model: &Neuron, input: &ast::Name) {
    let names: Vec<String> = model.inputs.iter().map(|i| i.name.clone()).collect();
    let message = format!("`{}` has no input `{}`", model.name, input.text);
    let mut d = Diagnostic::new(codes::BAD_INJECT, input.span, message, "unknown input");
    if let Some(receptor) = model.receptors.iter().find(|r| r.port.name == input.text) {
        d = d.with_label(receptor.port.span, "this is a receptor: spikes arrive by `connect`");
    } else if let Some(near) = nearest(&input.text, names.iter().map(String::as_str)) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(input.span, near);
    }
    d = match names.as_slice() {
        [] => d.with_help("it has none: `input I: pA` in the neuron model adds one"),
        _ => d.with_help(format!("it has {}", list(&names))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
}

/// The waveform; without the unit of the input (it is faulty) only its times are checked.
fn wave(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    call: &ast::Call,
    span: Span,
    unit: Option<&UnitValue>,
    dt: Option<Rational>,
) -> Option<Wave> {
    let (amplitude, from, to) = match called(call) {
        Some("step") => {
            let slots = [needed("amplitude"), optional("from"), optional("to")];
            let usage = "`step(2 nA, from 100 ms, to 400 ms)`";
            let [amplitude, from, to] = read(cx, call, span, usage, slots)?;
            (amplitude?, from, to)
        }
        Some("dc") => {
            let [amplitude] = read(cx, call, span, "`dc(376 pA)`", [needed("amplitude")])?;
            (amplitude?, None, None)
        }
        name => {
            if !matches!(call.function.kind, ExprKind::Error) {
                unknown_wave(cx, name, call.function.span);
            }
            return None;
        }
    };
    let from_time = edge(cx, scope, from, "the start of the current");
    let to_time = edge(cx, scope, to, "the end of the current");
    let amplitude = quantity_in(cx, scope, amplitude, unit?, "the amplitude")?.value;
    let (from_time, to_time, dt) = (from_time?, to_time?, dt?);
    if let (Some(a), Some(b), Some(e)) = (from_time, to_time, to)
        && b <= a
    {
        let message = format!("the current ends at {b} ms, before it begins at {a} ms");
        cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "never on"));
        return None;
    }
    // On in tick k iff a <= (k-1)·dt < b: from the first k-1 that is not below a.
    let after = |time: Option<Rational>, none: u64| match time {
        None => Some(none),
        Some(time) => {
            let ticks = time.checked_div(dt)?.checked_neg()?.floor().checked_neg()?;
            u64::try_from(ticks).ok()?.checked_add(1)
        }
    };
    Some(Wave { amplitude, from_tick: after(from_time, 1)?, to_tick: after(to_time, u64::MAX)? })
}

/// An edge of a step: `Some(None)` where it is left out.
fn edge(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: Option<&ast::Expr>,
    role: &str,
) -> Option<Option<Rational>> {
    let Some(e) = e else { return Some(None) };
    let time = time::time(cx, scope, e, role)?;
    if time.exact.is_negative() {
        let message = format!("{role} is before the run: {}", time.show());
        cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "negative"));
        return None;
    }
    Some(Some(time.exact))
}

fn unknown_wave(cx: &mut Context<'_>, name: Option<&str>, span: Span) {
    if let Some(later @ ("sine" | "ou" | "ramp" | "noise")) = name {
        let message = format!("the waveform `{later}` is not available yet");
        let code = snn_diagnostics::codes::syntax::NOT_AVAILABLE;
        cx.report(Diagnostic::new(code, span, message, "later"));
        return;
    }
    let text = cx.text(span);
    let message = format!("there is no waveform `{text}`");
    let mut d = Diagnostic::new(network_codes::UNKNOWN_RULE, span, message, "unknown waveform");
    d = match name.and_then(|n| nearest(n, ["step", "dc"])) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help("waveforms are step(amplitude, from a, to b) and dc(amplitude)"),
    };
    cx.report(d);
}
