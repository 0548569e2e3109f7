//! What is declared and does nothing, and shapes in the wrong kind of neuron.

use super::symbols::{Role, Symbols};
use crate::context::Context;
use crate::model::{
    Dynamics, Edge, Expr, ExprKind, Neuron, Receptor, Shape, SignalKind, Statement, SynapseModel,
};
use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::neuron as codes;

/// Reports receptors that do not fit the kind of neuron, and warns of what nothing uses.
pub(super) fn warn(cx: &mut Context<'_>, neuron: &Neuron, symbols: &Symbols) {
    let on_tick = matches!(neuron.dynamics, Dynamics::OnTick(_));
    for receptor in &neuron.receptors {
        shape(cx, receptor, on_tick);
    }
    unused(cx, symbols);
    reset_elsewhere(cx, neuron);
}

/// Warns where the condition of a spike reads nothing that the reset changes, and no time passes either.
fn reset_elsewhere(cx: &mut Context<'_>, neuron: &Neuron) {
    let (Some(spike), Dynamics::Equations(_)) = (&neuron.spike, &neuron.dynamics) else { return };
    if spike.edge != Edge::Level || neuron.refractory.is_some() || neuron.reset.is_empty() {
        return;
    }
    let changes = |state: usize| {
        neuron
            .reset
            .iter()
            .any(|s| matches!(s, Statement::Assign { state: to, .. } if *to == state))
    };
    if !reads(neuron, &spike.condition, &changes) {
        let message = "the reset changes nothing that the condition reads: it spikes at every tick while the \
                       condition holds";
        cx.report(
            Diagnostic::new(codes::NO_RESET, spike.span, message, "nothing ends this condition")
                .with_help(
                    "set a state of the condition in `reset`, or write `spike when rising …`",
                ),
        );
    }
}

/// Whether an expression or a `let` in it reads a state of this kind. Recursion: lets use earlier ones.
fn reads(neuron: &Neuron, e: &Expr, kind: &dyn Fn(usize) -> bool) -> bool {
    e.any(&|e| match e.kind {
        ExprKind::State(state) => kind(state),
        ExprKind::Let(at) => reads(neuron, &neuron.lets[at].value, kind),
        _ => false,
    })
}

/// Warns of a plasticity rule whose weight stays as it is.
pub(super) fn never_changes(cx: &mut Context<'_>, rule: &SynapseModel) {
    let blocks = [&rule.on_pre, &rule.on_post].into_iter().flatten();
    let blocks = blocks.chain(rule.every.as_ref().map(|(_, block)| block));
    let assigned = blocks.flatten().any(|s| matches!(s, Statement::Assign { state: 0, .. }));
    let Dynamics::Equations(equations) = &rule.body.dynamics else { return };
    let learns = !rule.signals.iter().any(|s| matches!(s.kind, SignalKind::Weight));
    if learns && !assigned && equations.iter().all(|(state, _)| *state != 0) {
        let name = &rule.weight.name;
        let message = format!("`{}` never changes its weight `{name}`", rule.body.name);
        let help = format!("write for instance `on post {{ {name} += … }}`");
        let d = Diagnostic::new(codes::UNUSED, rule.weight.span, message, "stays as it is");
        cx.report(d.with_help(help));
    }
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
