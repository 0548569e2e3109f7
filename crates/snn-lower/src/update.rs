//! When the neurons of each population are updated: in every tick, or only when something arrives.
//!
//! Both are right where [`quiet`] proves that nothing else happens to a neuron; which is chosen shows in the
//! last bits and in the time that a run takes. So it is chosen from the text alone.

use std::collections::BTreeSet;

use snn_chip::Phase;
use snn_connect::{Connector, Rate, Rule, Selection, SpikeSource};
use snn_diagnostics::{Diagnostic, codes::lowering::NOT_AT_EVENTS};
use snn_ir::{Network, ObjectId, ObjectKind};
use snn_kernel::{Leap, quiet};
use snn_model::model::{self, Model, Update, When};

use crate::Decision;

/// Events per neuron and tick from which on updating all neurons in every tick costs less.
const MANY: f64 = 1.0 / 32.0;
/// What a population is taken to fire at, at most, in spikes per ms: rates of neurons are in no text.
const ASSUMED_PER_MS: f64 = 0.01;

/// Chooses for every population of a network, and says why.
pub(crate) fn choose(
    model: &Model,
    network: &mut Network,
    decisions: &mut Vec<Decision>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let expected = expected_events(network);
    for (object, events) in (0u32..).zip(expected) {
        let given = &model.objects[object as usize];
        let model::ObjectKind::Population { update, .. } = &given.kind else { continue };
        let proof = proof(network, object);
        if let (Some(Update { when: When::AtEvents, span }), Err(why)) = (update, &proof) {
            let message = format!("`{}` cannot wait for events: {why}", given.name);
            let d = Diagnostic::new(NOT_AT_EVENTS, *span, message, "asked for here");
            diagnostics.push(d.with_help("leave it out, or write `update every tick`"));
            continue;
        }
        let asked = update.map(|update| update.when);
        let (choice, reason) = match (&proof, asked) {
            (_, Some(_)) => (asked == Some(When::AtEvents), "the population asks for it".into()),
            (Err(why), None) => (false, why.to_string()),
            (Ok(_), None) => {
                let few = events < MANY;
                let relation = if few { "fewer" } else { "not fewer" };
                (
                    few,
                    format!(
                        "{events:.2e} events per neuron and tick are expected, {relation} than 1/32"
                    ),
                )
            }
        };
        let shown = if choice { "updated at events" } else { "updated in every tick" };
        let subject = given.name.clone();
        let at =
            decisions.iter().rposition(|d| d.subject == subject).map_or(decisions.len(), |i| i + 1);
        decisions.insert(at, Decision { subject, choice: shown.into(), reason, span: given.span });
        if let (true, Ok(leap)) = (choice, proof) {
            network.leave_alone(ObjectId(object), leap);
        }
    }
}

/// How a population can be left alone, or why it cannot.
fn proof(network: &Network, object: u32) -> Result<Leap, &'static str> {
    let has = |selection: &Selection| selection.segments().iter().any(|s| s.object == object);
    if network.protocol.injects.iter().any(|inject| has(&inject.targets)) {
        return Err("a current flows into it");
    }
    let reads = |node: &snn_ir::ProjectionNode| {
        let live = node.projection.live.as_ref();
        live.is_some_and(|live| !live.kernel.reads.is_empty())
    };
    let readers = network.projections().iter().filter(|node| reads(node));
    if readers.map(|node| &node.projection.connector.targets).any(&has) {
        return Err("its synapses read its states");
    }
    let mut ends = network.continuous.iter().map(|c| &c.projection.connector);
    if ends.any(|c| has(&c.sources) || has(&c.targets)) {
        return Err("it has continuous connections");
    }
    let changes = |phase: &Phase| phase.programs.iter().any(|(changed, _)| *changed == object);
    if network.phases.iter().any(changes) {
        return Err("its parameters change during the run");
    }
    quiet(network.kernel(ObjectId(object)).ok_or("it is a source")?)
}

/// Arrivals expected at a neuron of each object in a tick.
fn expected_events(network: &Network) -> Vec<f64> {
    let ticks = network.protocol.warmup_ticks + network.protocol.run_ticks;
    let own = |object: &snn_ir::Object| match &object.kind {
        ObjectKind::Source(source) => Some(per_tick(source, object.size, ticks)),
        ObjectKind::Population(_) => None,
    };
    let sources: Vec<Option<f64>> = network.objects().map(|(_, object)| own(object)).collect();
    let driven = arrivals(network, &|object| sources[object as usize].unwrap_or(0.0));
    let most = ASSUMED_PER_MS * network.protocol.dt_ms.to_f64();
    let rate = |object: u32| {
        let from_sources = driven[object as usize];
        sources[object as usize].unwrap_or(match from_sources > 0.0 {
            true => from_sources.min(most),
            false => most,
        })
    };
    arrivals(network, &rate)
}

/// Arrivals per neuron and tick of each object where senders have these rates.
fn arrivals(network: &Network, rate: &dyn Fn(u32) -> f64) -> Vec<f64> {
    let mut all = vec![0.0; network.objects().len()];
    for node in network.projections() {
        let connector = &node.projection.connector;
        let senders = connector.sources.segments();
        let total: f64 = senders.iter().map(|s| f64::from(s.len) * rate(s.object)).sum();
        let mean = total / f64::from(connector.sources.len().max(1));
        let targets = connector.targets.segments().iter().map(|s| s.object);
        for target in targets.collect::<BTreeSet<u32>>() {
            all[target as usize] += mean * synapses_per_target(connector);
        }
    }
    all
}

/// Expected synapses of a target, or more where that would take a look at every pair.
fn synapses_per_target(connector: &Connector) -> f64 {
    let sources = f64::from(connector.sources.len());
    let targets = f64::from(connector.targets.len().max(1));
    match &connector.rule {
        Rule::OneToOne => 1.0,
        Rule::Probability(p) => p * sources,
        Rule::Indegree(k) | Rule::NearIndegree { indegree: k, .. } => f64::from(*k),
        Rule::Outdegree(k) => f64::from(*k) * sources / targets,
        Rule::Total(n) => *n as f64 / targets,
        Rule::List(pairs) => pairs.len() as f64 / targets,
        Rule::AllToAll | Rule::PairProbability(_) | Rule::Near { .. } | Rule::Window(_) => sources,
    }
}

/// Spikes of a train in a tick, on the average or at the most.
fn per_tick(source: &SpikeSource, size: u32, ticks: u64) -> f64 {
    match source {
        SpikeSource::Poisson { mean_per_tick } => *mean_per_tick,
        SpikeSource::Regular { period, .. } => 1.0 / period.to_f64(),
        SpikeSource::Given(spikes) => spikes.len() as f64 / (f64::from(size) * ticks.max(1) as f64),
        SpikeSource::Inhomogeneous(rate) => mean_rate(rate, ticks),
        SpikeSource::Phased(laws) => {
            laws.iter().map(|(_, law)| per_tick(law, size, ticks)).fold(0.0, f64::max)
        }
    }
}

/// The mean of up to 64 values over the run.
fn mean_rate(rate: &Rate, ticks: u64) -> f64 {
    let stride = (ticks / 64).max(1);
    let looked_at = (1..=ticks).step_by(stride as usize);
    let (count, sum) =
        looked_at.fold((0.0, 0.0), |(n, sum), tick| (n + 1.0, sum + rate.mean(tick)));
    sum / f64::max(count, 1.0)
}
