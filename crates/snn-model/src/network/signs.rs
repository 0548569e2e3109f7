//! Weights whose sign contradicts the receptor: negative conductances, and what excites through a receptor
//! whose name says that it inhibits, or the other way round.

use std::sync::Arc;

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::network as codes;
use snn_numeric::Distribution;
use snn_units::Dimension;

use super::silent::effect;
use crate::context::Context;
use crate::model::{Expr, ExprKind, Neuron, Object, ObjectKind, Port, Projection, Receptor, Value};
use crate::typed::fold;

/// Warns at the weights.
pub(super) fn check(
    cx: &mut Context<'_>,
    objects: &[Object],
    neurons: &[Arc<Neuron>],
    projections: &[Projection],
) {
    for projection in projections {
        let targets = projection.targets.segments().iter().zip(&projection.receptors);
        for (segment, receptor) in targets {
            let object = &objects[segment.object as usize];
            let ObjectKind::Population { neuron, .. } = &object.kind else { continue };
            let receptor = usize::from(*receptor);
            let receptors = &neurons[*neuron].receptors;
            let Some(port) = receptors.get(receptor).map(|r| &r.port) else { continue };
            let found = negative(projection, port).or_else(|| {
                contradiction(projection, (port, receptors), || effect(object, neurons, receptor))
            });
            if let Some(found) = found {
                cx.report(found);
                break;
            }
        }
    }
}

/// A conductance below zero.
fn negative(projection: &Projection, port: &Port) -> Option<Diagnostic> {
    let live = projection.live.as_ref().and_then(|live| live.learn.as_ref().or(live.via.as_ref()));
    let dimension = live.map_or(port.dimension, |bound| bound.model.weight.unit.dimension);
    if dimension != Dimension::CONDUCTANCE {
        return None;
    }
    let what = match &projection.weight {
        Value::Constant(weight) => (*weight < 0.0).then(|| "it is negative".to_owned()),
        Value::Expr(e) => (typical(e)? < 0.0).then(|| "most of these are negative".to_owned()),
        Value::List(weights) | Value::Table(weights) => {
            let below = weights.iter().filter(|w| **w < 0.0).count();
            (below > 0).then(|| format!("{below} of {} are negative", weights.len()))
        }
    }?;
    let message =
        format!("the weight of a synapse onto `{}` is a conductance, and {what}", port.name);
    Some(
        Diagnostic::new(codes::NEGATIVE_CONDUCTANCE, projection.weight_span, message, "below zero")
            .with_help("give it to a receptor that pulls towards a potential below the rest"),
    )
}

/// What excites through a receptor called after inhibition, or the other way round, where the neuron has one for
/// it.
fn contradiction(
    projection: &Projection,
    (port, receptors): (&Port, &[Receptor]),
    effect: impl FnOnce() -> Option<f64>,
) -> Option<Diagnostic> {
    let says = said(&port.name).filter(|_| projection.live.is_none())?;
    let other = receptors.iter().map(|r| &r.port.name).find(|name| said(name) == Some(-says))?;
    let weight = match &projection.weight {
        Value::Constant(weight) => *weight,
        Value::Expr(e) => typical(e)?,
        Value::List(_) | Value::Table(_) => return None,
    };
    if says * weight * effect()? >= 0.0 {
        return None;
    }
    let does = if says > 0.0 { "inhibits" } else { "excites" };
    let message = format!("a synapse onto `{}` {does} with this weight", port.name);
    let label = if weight > 0.0 { "above zero" } else { "below zero" };
    Some(
        Diagnostic::new(codes::SIGN, projection.weight_span, message, label)
            .with_label(port.span, "its name says the opposite")
            .with_help(format!("give the weight the other sign, or connect to `{other}`")),
    )
}

/// 1 where a name speaks of excitation, -1 where of inhibition.
fn said(name: &str) -> Option<f64> {
    let mut words = name.split(['.', '_']).map(str::to_ascii_lowercase);
    words.find_map(|word| match word.as_str() {
        "exc" | "excitatory" | "excitation" | "ampa" | "nmda" => Some(1.0),
        "inh" | "inhibitory" | "inhibition" | "gaba" | "gabaa" | "gabab" => Some(-1.0),
        _ => None,
    })
}

/// A weight with every draw in the middle of its distribution.
fn typical(e: &Expr) -> Option<f64> {
    let mut middle = e.clone();
    put_middles(&mut middle);
    fold(&middle)
}

fn put_middles(e: &mut Expr) {
    e.children_mut().into_iter().for_each(put_middles);
    if let ExprKind::Draw { distribution, arguments, .. } = &e.kind {
        let (a, b) = (fold(&arguments.0), fold(&arguments.1));
        let middle = match distribution {
            Distribution::Normal => a,
            Distribution::Uniform => a.zip(b).map(|(a, b)| a / 2.0 + b / 2.0),
            Distribution::Lognormal => Some(1.0),
        };
        if let Some(middle) = middle {
            e.kind = ExprKind::Number(middle);
        }
    }
}
