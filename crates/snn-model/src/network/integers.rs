//! Integers at a connection: its weights, and what synapses with states make of them.

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};

use super::connect::Targets;
use crate::context::Context;
use crate::model::{Bound, Live};
use crate::whole::Assigned;

/// The integer that the weight at a connection is: that of the model which takes it, else of the receptor.
pub(super) fn taken<'m>(targets: &'m Targets, live: Option<&'m Live>) -> Option<Assigned<'m>> {
    match live.and_then(|live| live.learn.as_ref().or(live.via.as_ref())) {
        Some(bound) => of_weight(bound),
        None => of_receptor(targets),
    }
}

fn of_receptor(targets: &Targets) -> Option<Assigned<'_>> {
    let (integer, declared) = targets.integer?;
    Some(Assigned { name: &targets.receptor, integer, declared })
}

fn of_weight(bound: &Bound) -> Option<Assigned<'_>> {
    let weight = &bound.model.weight;
    Some(Assigned { name: &weight.name, integer: weight.integer?, declared: weight.span })
}

/// Where the receptor or the weight of `via` is an integer, what reaches it is whole and fits.
pub(super) fn fit(cx: &mut Context<'_>, live: &Live, targets: &Targets) -> bool {
    let learned = live.learn.as_ref();
    let learned = learned.map(|learn| (learn, of_weight(learn).map(|w| w.integer.bounds())));
    let last = live.via.as_ref().map(|via| (via, via.model.whole())).or(learned);
    let through = live.via.as_ref().and_then(of_weight).zip(learned);
    through.into_iter().chain(of_receptor(targets).zip(last)).all(|(taken, (bound, given))| {
        let (lo, hi) = taken.integer.bounds();
        if given.is_some_and(|given| lo <= given.0 && given.1 <= hi) {
            return true;
        }
        let (name, bits) = (taken.name, taken.integer.bits);
        let model = &bound.model.body.name;
        let (what, help) = match given {
            Some((lo, hi)) => (
                format!("{lo:.0} .. {hi:.0}"),
                "bound it with `clip(…, lo, hi)`, or declare a wider `int(…)`",
            ),
            None => (
                "what need not be whole".into(),
                "declare it so: `weight w: int(9)`; and round what is learned or delivered",
            ),
        };
        let message = format!("`{name}` is an `int({bits})`, `{model}` gives it {what}");
        cx.report(
            Diagnostic::new(network::BAD_SYNAPSE, bound.span, message, "does not fit")
                .with_label(taken.declared, format!("takes whole numbers {lo:.0} .. {hi:.0}"))
                .with_help(help),
        );
        false
    })
}

/// Weights of a list are integers where they are taken as such.
pub(super) fn list(
    cx: &mut Context<'_>,
    weights: &[f64],
    taken: Option<Assigned<'_>>,
    at: Span,
) -> Option<()> {
    let Some(Assigned { name: receptor, integer, declared }) = taken else { return Some(()) };
    let (lo, hi) = integer.bounds();
    let fits = |w: &&f64| w.fract() == 0.0 && (lo..=hi).contains(*w);
    let Some(wrong) = weights.iter().find(|w| !fits(w)) else { return Some(()) };
    let bits = integer.bits;
    let message = format!("`{receptor}` is an `int({bits})`, the list holds the weight {wrong}");
    cx.report(
        Diagnostic::new(network::BAD_DATA, at, message, "this file")
            .with_label(declared, format!("takes whole numbers {lo:.0} .. {hi:.0}")),
    );
    None
}
