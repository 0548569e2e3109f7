//! The upstroke of a spike: right sides are read at the threshold at most.
//!
//! A state that reaches a level threshold spikes in this tick and is reset. What an equation would do far
//! above the threshold never shows, but exponential upstrokes overflow there within one step, and take
//! other states with them. So the stages of the Runge–Kutta method see such a state at its threshold, as
//! NEST's adaptive exponential models do.

use snn_kernel::{Binary, Reg};
use snn_model::model::{self, Edge, Expr, ExprKind, RefractoryMode, Statement};

use crate::neuron::Lowering;

/// A state and the threshold that ends its upstroke.
#[derive(Clone, Copy)]
pub(crate) struct Upstroke {
    state: usize,
    threshold: Reg,
}

/// The state that the neuron's level threshold tests and its reset sets, where the threshold is a constant
/// of the neuron and no refractory neuron stays above it.
pub(crate) fn upstroke(lowering: &mut Lowering<'_>) -> Option<Upstroke> {
    let neuron = lowering.neuron;
    let spike = neuron.spike.as_ref().filter(|s| s.edge == Edge::Level)?;
    let (state, threshold) = match &spike.condition.kind {
        ExprKind::Binary(model::Binary::Ge | model::Binary::Gt, v, threshold) => {
            let ExprKind::State(state) = v.kind else { return None };
            (state, &**threshold)
        }
        _ => return None,
    };
    let is_reset = |s: &Statement| matches!(s, Statement::Assign { state: s, .. } if *s == state);
    let moves = |e: &Expr| {
        matches!(
            e.kind,
            ExprKind::State(_) | ExprKind::Receptor(_) | ExprKind::Input(_) | ExprKind::Let(_)
        )
    };
    let mute = neuron.refractory.as_ref().is_some_and(|r| r.mode == RefractoryMode::Mute);
    if mute || threshold.any(&moves) || !neuron.reset.iter().any(is_reset) {
        return None;
    }
    let threshold = lowering.in_step(threshold, &[], &[]);
    Some(Upstroke { state, threshold })
}

/// States as the right sides see them.
pub(crate) fn seen(
    lowering: &mut Lowering<'_>,
    states: &[Reg],
    upstroke: Option<Upstroke>,
) -> Vec<Reg> {
    let mut seen = states.to_vec();
    if let Some(Upstroke { state, threshold }) = upstroke {
        seen[state] = lowering.step.binary(Binary::Min, seen[state], threshold);
    }
    seen
}
