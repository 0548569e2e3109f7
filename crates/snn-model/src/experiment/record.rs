//! What is recorded.

use snn_connect::Selection;
use snn_diagnostics::codes::{experiment as codes, network as network_codes};
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_result::Probe;
use snn_syntax::ast;
use snn_units::show;

use crate::context::Context;
use crate::model::{Neuron, ObjectKind};
use crate::names::list;
use crate::network::{NetScope, Network, pick};
use crate::time;

/// `record spikes of sel`.
pub(super) fn spikes(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    of: &ast::Expr,
    every: Option<&ast::Expr>,
    span: Span,
) -> Option<Selection> {
    if let Some(every) = every {
        let message = "spikes are recorded whenever they happen";
        cx.report(
            Diagnostic::new(codes::BAD_RECORD, every.span, message, "not for spikes")
                .with_label(span, "this statement")
                .with_help("leave out `every …`"),
        );
    }
    pick(cx, scope, of).map(|picked| picked.selection())
}

/// `record v of sel every T`.
pub(super) fn state(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    name: &ast::Name,
    (of, every): (&ast::Expr, Option<&ast::Expr>),
    dt: Option<Rational>,
) -> Option<Probe> {
    let picked = pick(cx, scope, of);
    let every = match every {
        Some(e) => every_ticks(cx, scope, e, dt),
        None => Some(1),
    };
    let picked = picked?;
    for s in &picked.segments {
        let object = scope.objects.get(s.object);
        let ObjectKind::Population { neuron, .. } = object.kind else {
            let message = format!("`{}` is a source: it has no states", object.name);
            cx.report(
                Diagnostic::new(
                    network_codes::NOT_SELECTABLE,
                    of.span,
                    message,
                    "not a population",
                )
                .with_label(object.span, "declared here"),
            );
            return None;
        };
        if !recordable(&network.neurons[neuron]).contains(&name.text) {
            unknown(cx, &network.neurons[neuron], name);
            return None;
        }
    }
    Some(Probe { variable: name.text.clone(), of: picked.selection(), every_ticks: every? })
}

/// States, and receptors whose value lasts.
fn recordable(model: &Neuron) -> Vec<String> {
    use crate::model::Shape;
    let receptors = model.receptors.iter().filter_map(|r| match r.shape {
        Shape::Jump(_) | Shape::Sum => None,
        Shape::Exp(_) | Shape::Alpha(_) | Shape::Biexp(..) => Some(r.port.name.clone()),
    });
    model.states.iter().map(|s| s.name.clone()).chain(receptors).collect()
}

fn unknown(cx: &mut Context<'_>, model: &Neuron, name: &ast::Name) {
    let known = recordable(model);
    let message = format!("`{}` has no state `{}` to record", model.name, name.text);
    let mut d = Diagnostic::new(codes::BAD_RECORD, name.span, message, "unknown state");
    d = match nearest(&name.text, known.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
        None if known.is_empty() => d.with_help("it has no states"),
        None => d.with_help(format!("it has {}", list(&known))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
}

pub(super) fn every_ticks(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    dt: Option<Rational>,
) -> Option<u64> {
    let role = "the sampling interval";
    let interval = time::time(cx, scope, e, role)?;
    let dt = dt?;
    if interval.exact < dt {
        let step = show(dt.to_f64(), &interval.unit);
        let message = format!("{role} {} is shorter than a tick of {step}", interval.show());
        cx.report(
            Diagnostic::new(codes::BAD_TIME, e.span, message, "too short")
                .with_help(format!("write `every {step}` or leave it out")),
        );
        return None;
    }
    time::on_grid(cx, &interval, dt, e.span, (codes::TIME_OFF_GRID, role))
}
