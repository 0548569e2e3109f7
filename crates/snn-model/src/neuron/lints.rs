//! What is declared and does nothing, and shapes in the wrong kind of neuron.

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::neuron as codes;
use snn_syntax::ast::Check;

use super::symbols::{Role, Symbols};
use crate::context::Context;
use crate::model::{Dynamics, ExprKind, Neuron, Parameter, Receptor, Shape};
use snn_units::{Dimension, show};

/// Reports receptors that do not fit the kind of neuron, and warns of what nothing uses.
pub(super) fn warn(cx: &mut Context<'_>, neuron: &Neuron, symbols: &Symbols) {
    let on_tick = matches!(neuron.dynamics, Dynamics::OnTick(_));
    for receptor in &neuron.receptors {
        shape(cx, receptor, on_tick);
    }
    unused(cx, symbols);
}

/// Warns where a time constant is stated beside a resistance (or leak) and a capacitance that give another.
/// Where one of the neuron's own checks names the time constant, that check says it.
pub(super) fn two_values(cx: &mut Context<'_>, neuron: &Neuron, checks: &[&Check]) {
    let literal = |p: &Parameter| match p.default.as_ref()?.kind {
        ExprKind::Number(value) => Some(value),
        _ => None,
    };
    let only = |wanted: Dimension, named: fn(&str) -> bool| {
        let mut all = neuron.parameters.iter().filter(|p| p.dimension == wanted && named(&p.name));
        let one = all.next().filter(|_| all.next().is_none())?;
        Some((one, literal(one)?))
    };
    let any = |_: &str| true;
    let tau = only(Dimension::TIME, |name| matches!(name, "tau" | "tau_m"));
    let capacitance = only(Dimension::CAPACITANCE, any);
    let (Some((tau, stated)), Some((c, capacitance))) = (tau, capacitance) else { return };
    let word = |c: char| !(c.is_alphanumeric() || c == '_');
    if checks.iter().any(|c| cx.text(c.span).split(word).any(|w| w == tau.name)) {
        return;
    }
    let resistance = only(Dimension::RESISTANCE, any).map(|(r, value)| (r, value, "*"));
    let leak = only(Dimension::CONDUCTANCE, |name| matches!(name, "g_L" | "gL" | "g_leak"));
    let leak = leak.map(|(g, value)| (g, 1.0 / value, "/"));
    let Some((other, resistance, op)) = resistance.or(leak) else { return };
    let follows = resistance * capacitance;
    if !follows.is_finite() || (stated - follows).abs() <= 0.01 * follows.abs() {
        return;
    }
    let formula = match op {
        "*" => format!("{} * {}", other.name, c.name),
        _ => format!("{} / {}", c.name, other.name),
    };
    let (stated, shown) = (show(stated, &tau.unit), show(follows, &tau.unit));
    let message = format!("`{}` is {stated}, and `{formula}` is {shown}", tau.name);
    let place = tau.default.as_ref().map_or(tau.span, |e| e.span);
    cx.report(
        Diagnostic::new(codes::TWO_VALUES, place, message, "one of them is wrong")
            .with_label(other.span, "this")
            .with_label(c.span, "and this")
            .with_help(format!("write `{formula}`"))
            .with_fix(place, formula),
    );
}

/// Warns of what nothing uses.
pub(super) fn unused(cx: &mut Context<'_>, symbols: &Symbols) {
    for symbol in symbols.iter().filter(|s| !s.used.get()) {
        let (what, label) = match symbol.role {
            Role::Parameter => ("parameter", "never read"),
            Role::Let if cx.is_sent(&symbol.name) => continue,
            Role::Let => ("`let`", "never read"),
            Role::Trace => ("trace", "never read"),
            Role::Modulator => ("modulator", "never read"),
            Role::Read => ("state of the target", "never read"),
            Role::Weight => continue,
            Role::Input => ("input", "currents injected here change nothing"),
            Role::Receptor if symbol.jumps.is_none() => {
                ("receptor", "arrivals here change nothing")
            }
            Role::Receptor | Role::State => continue,
        };
        let message = format!("the {what} `{}` is not used", symbol.name);
        cx.report(
            Diagnostic::new(codes::UNUSED, symbol.span, message, label)
                .with_help("use it in an equation, or remove it"),
        );
    }
}

fn shape(cx: &mut Context<'_>, receptor: &Receptor, on_tick: bool) {
    let is_sum = matches!(receptor.shape, Shape::Sum);
    let bits = receptor.integer.map_or(0, |i| i.bits);
    if bits > if is_sum { 32 } else { 0 } {
        let name = &receptor.port.name;
        let (message, help) = match is_sum {
            true => (format!("the sum `{name}` has at most 32 bits"), "write `int(32)` or less"),
            false => (
                format!("`{name}` decays by fractions and cannot be an integer"),
                "a `sum` receptor may be one; others take a unit or nothing",
            ),
        };
        let d = Diagnostic::new(codes::INTEGER_TYPE, receptor.port.span, message, "not so");
        cx.report(d.with_help(help));
        return;
    }
    if is_sum == on_tick {
        return;
    }
    let name = &receptor.port.name;
    let (message, help) = if on_tick {
        (
            format!("`{name}` needs equations; a neuron with `on tick` has `sum` receptors only"),
            format!("write `receptor {name} = sum` and use it in the block"),
        )
    } else {
        (
            format!("`{name}` is a `sum`, which only `on tick` can read"),
            "write `jump(v)`, `exp(tau)`, `alpha(tau)` or `biexp(rise, decay)`".to_owned(),
        )
    };
    cx.report(
        Diagnostic::new(codes::SHAPE, receptor.port.span, message, "wrong shape").with_help(help),
    );
}
