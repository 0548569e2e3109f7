//! What a network declares and never uses, and populations that can never fire.

use std::collections::{HashMap, HashSet};

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, ConnectItem, ExperimentItem, ItemKind, MappingDirective, NetworkItem};

use super::Network;
use super::mentions::{names, names_in_call};
use super::silent::{Silence, silence};
use crate::context::Context;
use crate::model::{Neuron, Object, ObjectKind, Projection, Value};
use crate::names::ItemId;
use crate::users::Users;

/// Reports parameters and lets that nothing mentions: neither the network nor an experiment or mapping of
/// it.
pub(crate) fn static_lints(cx: &mut Context<'_>, id: ItemId, users: &Users) {
    let ItemKind::Network { items, .. } = &cx.item(id).kind else { return };
    let mut mentioned = HashSet::new();
    in_network(items, &mut |name| {
        mentioned.insert(name);
    });
    for user in users.experiments(id) {
        if let ItemKind::Experiment(e) = &cx.item(*user).kind {
            in_experiment(e, &mut |name| {
                mentioned.insert(name);
            });
        }
    }
    for user in users.mappings(id) {
        if let ItemKind::Mapping { directives, .. } = &cx.item(*user).kind {
            in_mapping(directives, &mut |name| {
                mentioned.insert(name);
            });
        }
    }
    report_unused(cx, items, &mentioned);
}

/// Recursion: loops nest no deeper than the parser allows.
fn report_unused(cx: &mut Context<'_>, items: &[NetworkItem], mentioned: &HashSet<&str>) {
    for item in items {
        let (list, what) = match item {
            NetworkItem::Param(list) => (list.as_slice(), "parameter"),
            NetworkItem::Let(d) => (std::slice::from_ref(d), "let"),
            NetworkItem::For { variable, body, .. } => {
                idle_variable(cx, variable, body);
                report_unused(cx, body, mentioned);
                continue;
            }
            _ => {
                item.bodies().into_iter().for_each(|body| report_unused(cx, body, mentioned));
                continue;
            }
        };
        for d in list.iter().filter(|d| !mentioned.contains(d.name.text.as_str())) {
            let message = format!("the {what} `{}` is never used", d.name.text);
            cx.report(Diagnostic::new(network::UNUSED_IN_NETWORK, d.name.span, message, "unused"));
        }
    }
}

/// A loop whose steps are all alike.
fn idle_variable(cx: &mut Context<'_>, variable: &ast::Name, body: &[NetworkItem]) {
    let mut used = false;
    in_network(body, &mut |name| used |= name == variable.text);
    if !used {
        let message = format!("the loop variable `{}` is never used", variable.text);
        let d = Diagnostic::new(network::UNUSED_IN_NETWORK, variable.span, message, "unused");
        cx.report(
            d.with_help("every step declares the same once more: use it, or leave the loop out"),
        );
    }
}

/// Calls `found` with every name a network mentions in its expressions.
fn in_network<'a>(items: &'a [NetworkItem], found: &mut dyn FnMut(&'a str)) {
    for item in items {
        match item {
            NetworkItem::Param(list) => {
                list.iter().filter_map(|d| d.value.as_ref()).for_each(|e| names(e, found));
            }
            NetworkItem::Let(d) => d.value.iter().for_each(|e| names(e, found)),
            NetworkItem::Check(check) => {
                names(&check.left, found);
                check.approximates.iter().for_each(|e| names(e, found));
                check.within_percent.iter().for_each(|e| names(e, found));
            }
            NetworkItem::Population(p) => {
                p.brackets.iter().flatten().for_each(|e| names(e, found));
                names_in_call(&p.model, found);
                p.at.iter().for_each(|at| names_in_call(&at.layout, found));
            }
            NetworkItem::Source(s) => {
                s.brackets.iter().flatten().for_each(|e| names(e, found));
                names_in_call(&s.kind, found);
                s.at.iter().for_each(|at| names_in_call(&at.layout, found));
            }
            NetworkItem::Network(s) => {
                s.brackets.iter().flatten().for_each(|e| names(e, found));
                names_in_call(&s.network, found);
            }
            NetworkItem::Connect(c) => in_connect(c, found),
            NetworkItem::For { range, .. } => names(range, found),
            NetworkItem::If { branches, .. } => {
                branches.iter().for_each(|(condition, _)| names(condition, found));
            }
            NetworkItem::Later(_) => {}
        }
        item.bodies().into_iter().for_each(|body| in_network(body, found));
    }
}

fn in_connect<'a>(c: &'a ast::Connect, found: &mut dyn FnMut(&'a str)) {
    names(&c.from, found);
    names(&c.to, found);
    for item in &c.items {
        match item {
            ConnectItem::Rule { rule, also, .. } => {
                names_in_call(rule, found);
                also.iter().for_each(|(call, _)| names_in_call(call, found));
            }
            ConnectItem::Weight(e) | ConnectItem::Delay(e) | ConnectItem::Ticks(e) => {
                names(e, found);
            }
            ConnectItem::DelayParts { axon, dendrite, back, .. } => {
                [axon, dendrite, back].into_iter().flatten().for_each(|e| names(e, found));
            }
            ConnectItem::Via { synapse: call, .. }
            | ConnectItem::Learn { plasticity: call, .. } => {
                names_in_call(call, found);
                call.arguments
                    .iter()
                    .filter_map(|a| a.delay.as_ref())
                    .for_each(|e| names(e, found));
            }
            ConnectItem::Ties { .. } | ConnectItem::No(_) | ConnectItem::Later(_) => {}
        }
    }
}

fn in_experiment<'a>(e: &'a ast::Experiment, found: &mut dyn FnMut(&'a str)) {
    for item in &e.items {
        match item {
            ExperimentItem::Inject { waveform, to, .. } => {
                names_in_call(waveform, found);
                names(to, found);
            }
            ExperimentItem::Record { of, every, .. } => {
                names(of, found);
                every.iter().for_each(|e| names(e, found));
            }
            ExperimentItem::Expect { what, within, .. } => {
                names(what, found);
                within.iter().for_each(|e| names(e, found));
            }
            _ => {}
        }
    }
}

fn in_mapping<'a>(directives: &'a [MappingDirective], found: &mut dyn FnMut(&'a str)) {
    for directive in directives {
        match directive {
            MappingDirective::Place { what, target } => {
                names(what, found);
                match target {
                    ast::PlaceTarget::Core { x, y } => {
                        names(x, found);
                        names(y, found);
                    }
                    ast::PlaceTarget::Near(other) => names(other, found),
                }
            }
            MappingDirective::Require(e) => names(e, found),
            MappingDirective::Minimise(_) | MappingDirective::Later(_) => {}
        }
    }
}

/// Declarations that do nothing in one experiment, by place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Use {
    useless: HashMap<Span, (Fault, String)>,
}

/// Why it does nothing; with the reason why it cannot fire by itself.
#[derive(Clone, Debug)]
enum Fault {
    Idle,
    Inhibited(String),
    Unreached(String),
    CannotFire(String),
}

impl Use {
    /// What does nothing in an experiment that drives and observes these objects.
    /// Where states are recorded, a population may be there to show them, without a spike.
    pub fn of(
        network: &Network<'_>,
        driven: &HashSet<u32>,
        observed: &HashSet<u32>,
        watched: &HashSet<u32>,
    ) -> Self {
        let continuous = || network.continuous.iter().map(|c| &c.projection);
        let all = || network.projections.iter().chain(continuous());
        let sends: HashSet<u32> = ends(all(), |p| &p.sources);
        let receives: HashSet<u32> = ends(all(), |p| &p.targets);
        // What moves its senders is not followed: it may drive its targets.
        let driven: HashSet<u32> =
            driven.union(&ends(continuous(), |p| &p.targets)).copied().collect();
        let driven = &driven;
        let modulates: HashSet<u32> = modulators(&network.projections);
        let objects = network.objects.list();
        let silent: Vec<Option<Silence>> =
            objects.iter().map(|o| silence(o, &network.neurons)).collect();
        let alive = alive(network, driven, &silent);
        let alive_sources = |id: u32| {
            let targets = |p: &&Projection| p.targets.segments().iter().any(|s| s.object == id);
            let mut from =
                network.projections.iter().filter(targets).flat_map(|p| p.sources.segments());
            from.any(|s| alive[s.object as usize])
        };
        let mut useless = HashMap::new();
        let mut useful = HashSet::new();
        for (object, id) in objects.iter().zip(0u32..) {
            let used = [&sends, &receives, &modulates, driven, observed]
                .iter()
                .any(|set| set.contains(&id));
            let reason =
                || silent[id as usize].as_ref().map_or(String::new(), |s| s.reason.clone());
            let moves = |id: u32| silent[id as usize].as_ref().is_some_and(|s| s.moves);
            let fault = match (used, alive[id as usize]) {
                (false, _) => Some(Fault::Idle),
                // A model that only watches has no spike to miss.
                (true, false) if never_spikes(object, &network.neurons) => None,
                (true, false) if watched.contains(&id) && moves(id) => None,
                (true, false) if alive_sources(id) => Some(Fault::Inhibited(reason())),
                (true, false) if receives.contains(&id) => Some(Fault::Unreached(reason())),
                (true, false) => Some(Fault::CannotFire(reason())),
                (true, true) => None,
            };
            match fault {
                Some(fault) => {
                    useless.entry(object.span).or_insert((fault, object.name.clone()));
                }
                None => {
                    useful.insert(object.span);
                }
            }
        }
        useless.retain(|span, _| !useful.contains(span));
        Self { useless }
    }

    /// What does nothing in this experiment and in another.
    pub fn and(mut self, other: &Self) -> Self {
        self.useless.retain(|span, _| other.useless.contains_key(span));
        self
    }

    /// Reports what is left, in the order of the text.
    pub fn report(self, cx: &mut Context<'_>) {
        let mut list: Vec<_> = self.useless.into_iter().collect();
        list.sort_by_key(|(span, _)| (span.source, span.start));
        for (span, (fault, name)) in list {
            cx.report(match fault {
                Fault::Idle => Diagnostic::new(
                    network::IDLE,
                    span,
                    format!("`{name}` is connected to nothing, and neither driven nor observed"),
                    "does nothing",
                ),
                Fault::Inhibited(reason) => Diagnostic::new(
                    network::CANNOT_FIRE,
                    span,
                    format!("`{name}` can never fire: all that arrives lowers it, and {reason}"),
                    "nothing excites it",
                )
                .with_help(
                    "inhibition silences what something else drives: add a current or a connection with \
                     positive weights",
                ),
                Fault::Unreached(reason) => Diagnostic::new(
                    network::CANNOT_FIRE,
                    span,
                    format!("`{name}` can never fire: what connects to it can never fire, and {reason}"),
                    "no spike reaches it",
                ),
                Fault::CannotFire(reason) => Diagnostic::new(
                    network::CANNOT_FIRE,
                    span,
                    format!(
                        "`{name}` can never fire: no connection arrives, no current is injected, and {reason}"
                    ),
                    "nothing drives it",
                )
                .with_help(format!(
                    "connect something to it, or `inject … -> {name}.…` in the experiment"
                )),
            });
        }
    }
}

/// Objects that may fire: sources, what is driven, what may fire by itself, and all these reach.
fn alive(network: &Network<'_>, driven: &HashSet<u32>, silent: &[Option<Silence>]) -> Vec<bool> {
    let objects = network.objects.list();
    let mut alive = vec![false; objects.len()];
    let mut reaches: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, projection) in network.projections.iter().enumerate() {
        for s in projection.sources.segments() {
            reaches.entry(s.object).or_default().push(at);
        }
    }
    let mut passed = vec![false; network.projections.len()];
    let mut next: Vec<u32> = (0u32..)
        .zip(objects)
        .filter(|(id, _)| driven.contains(id) || silent[*id as usize].is_none())
        .map(|(id, _)| id)
        .collect();
    while let Some(id) = next.pop() {
        if std::mem::replace(&mut alive[id as usize], true) {
            continue;
        }
        for at in reaches.get(&id).into_iter().flatten() {
            if !std::mem::replace(&mut passed[*at], true) {
                let projection = &network.projections[*at];
                let targets = projection.targets.segments().iter().zip(&projection.receptors);
                let excited = targets.filter(|(s, receptor)| {
                    let silence = silent[s.object as usize].as_ref();
                    !silence.is_some_and(|silence| {
                        lowers(silence, network, s.object, (projection, **receptor))
                    })
                });
                next.extend(excited.map(|(s, _)| s.object));
            }
        }
    }
    alive
}

/// Whether the spikes of a projection leave a silent object silent.
fn lowers(
    silence: &Silence,
    network: &Network<'_>,
    object: u32,
    (projection, receptor): (&Projection, u16),
) -> bool {
    let (Value::Constant(weight), None) = (&projection.weight, &projection.live) else {
        return false;
    };
    let ObjectKind::Population { neuron, .. } = &network.objects.list()[object as usize].kind
    else {
        return false;
    };
    silence.bears(&network.neurons[*neuron], receptor, *weight)
}

/// Objects that modulate plasticity.
fn modulators(projections: &[Projection]) -> HashSet<u32> {
    let live = projections.iter().filter_map(|p| p.live.as_ref());
    let from = live.flat_map(|live| &live.modulators);
    from.flat_map(|(from, _)| from.segments().iter().map(|s| s.object)).collect()
}

fn ends<'p>(
    projections: impl Iterator<Item = &'p Projection>,
    end: impl Fn(&'p Projection) -> &'p snn_connect::Selection,
) -> HashSet<u32> {
    projections.flat_map(|p| end(p).segments().iter().map(|s| s.object)).collect()
}

/// Whether the model has no `spike` line.
fn never_spikes(object: &Object, neurons: &[std::sync::Arc<Neuron>]) -> bool {
    match &object.kind {
        ObjectKind::Population { neuron, .. } => neurons[*neuron].spike.is_none(),
        ObjectKind::Source(_) | ObjectKind::Rate(_) => false,
    }
}
