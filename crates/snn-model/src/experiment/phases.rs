//! The network of each phase, and what may differ between them.

use std::sync::Arc;

use snn_connect::SpikeSource;
use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span};

use super::course::{Change, Course};
use crate::context::Context;
use crate::model::{Bound, Live, Object, ObjectKind, Phase, Projection};
use crate::names::ItemId;
use crate::network::{self, Given, Network, Request};

/// The network after each change. What a change must leave alone is reported.
pub(super) fn networks<'a>(
    cx: &mut Context<'a>,
    (net, base): (ItemId, &Network<'a>),
    request: &Request<'_, 'a>,
    course: Option<&Course<'a>>,
    fixed: &[Given<'a>],
) -> Vec<Network<'a>> {
    let changes = course.map_or(&[][..], |course| &course.changes);
    let mut networks = Vec::new();
    for change in changes {
        // Overrides come first, then what is set, then the rest.
        let given: Vec<Given<'a>> =
            fixed.iter().chain(&change.given).chain(request.given).copied().collect();
        let request = Request { given: &given, ..*request };
        let before = cx.error_count();
        let Some(network) = network::instantiate(cx, net, &request) else { return networks };
        if cx.error_count() == before {
            same_structure(cx, base, &network, change);
        }
        networks.push(network);
    }
    networks
}

fn same_structure(
    cx: &mut Context<'_>,
    base: &Network<'_>,
    new: &Network<'_>,
    change: &Change<'_>,
) {
    let (before, after) = (base.objects.list(), new.objects.list());
    let counts = (base.projections.len(), new.projections.len());
    if before.len() != after.len() || counts.0 != counts.1 {
        return refuse(cx, change.span, "the number of populations and connections", None);
    }
    for (a, b) in before.iter().zip(after) {
        if a.name != b.name || a.size != b.size {
            return refuse(cx, change.span, "the sizes of populations and sources", Some(a.span));
        }
        if !same_model(a, b) {
            return refuse(cx, change.span, "the models of populations", Some(a.span));
        }
    }
    if base.continuous != new.continuous {
        return refuse(cx, change.span, "continuous connections", None);
    }
    for (a, b) in base.projections.iter().zip(&new.projections) {
        let (weight, live) = (a.weight.clone(), a.live.clone());
        let alike = Projection { weight, live, ..b.clone() };
        if *a != alike || !same_synapses(a.live.as_ref(), b.live.as_ref()) {
            return refuse(cx, change.span, "connections and delays", Some(a.span));
        }
    }
}

/// Whether two kinds of synapses differ in the values of their models at most.
fn same_synapses(a: Option<&Live>, b: Option<&Live>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    let models = |live: &Live| {
        let model = |bound: &Option<Bound>| bound.as_ref().map(|b| Arc::as_ptr(&b.model));
        (model(&live.via), model(&live.learn))
    };
    let alike = Live { via: a.via.clone(), learn: a.learn.clone(), ..b.clone() };
    *a == alike && models(a) == models(b)
}

fn same_model(a: &Object, b: &Object) -> bool {
    match (&a.kind, &b.kind) {
        (ObjectKind::Population { neuron: a, .. }, ObjectKind::Population { neuron: b, .. }) => {
            a == b
        }
        (ObjectKind::Source(_), ObjectKind::Source(_)) => true,
        (ObjectKind::Rate(_), ObjectKind::Rate(_)) => true,
        _ => false,
    }
}

fn refuse(cx: &mut Context<'_>, set: Span, what: &str, whose: Option<Span>) {
    let message = format!("a change during a run leaves {what} alone");
    let mut d = Diagnostic::new(codes::BAD_PHASE, set, message, "not between two pieces of a run")
        .with_help("a sweep runs the network anew for every value: `sweep NAME in [a, b]`");
    if let Some(whose) = whose {
        d = d.with_label(whose, "this");
    }
    cx.report(d);
}

/// Gives every source its laws over the whole run.
pub(super) fn sources(network: &mut Network<'_>, changed: &[Network<'_>], course: &Course<'_>) {
    for (id, object) in network.objects.list_mut().iter_mut().enumerate() {
        let after = |change: usize| &changed[change].objects.list()[id].kind;
        match &mut object.kind {
            ObjectKind::Population { .. } => {}
            ObjectKind::Source(base) => {
                let silence = SpikeSource::Given([].into());
                let mut laws = course.laws(base, &silence, |change| match after(change) {
                    ObjectKind::Source(law) => law.clone(),
                    _ => unreachable!("invariant: structures are the same"),
                });
                *base = match laws.len() {
                    1 => laws.remove(0).1,
                    _ => SpikeSource::Phased(laws.into()),
                };
            }
            ObjectKind::Rate(base) => {
                *base = course.laws(&base[0].1, &None, |change| match after(change) {
                    ObjectKind::Rate(rates) => rates[0].1.clone(),
                    _ => unreachable!("invariant: structures are the same"),
                });
            }
        }
    }
}

/// What each change makes of populations and weights.
pub(super) fn phases(changed: Vec<Network<'_>>, course: &Course<'_>) -> Vec<Phase> {
    let phase = |(network, change): (Network<'_>, &Change<'_>)| Phase {
        after_tick: change.after_tick,
        objects: network.objects.into_list(),
        projections: network.projections,
        span: change.span,
    };
    changed.into_iter().zip(&course.changes).map(phase).collect()
}
