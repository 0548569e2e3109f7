//! Populations, sources and projections of the network, with keys and programs.

use std::collections::HashMap;
use std::sync::Arc;

use snn_chip::Arithmetic;
use snn_connect::{
    ConnectError, Connector, Continuous, Live, Projection, Rule, SpikeSource, SynapseValue,
};
use snn_diagnostics::codes::network as codes;
use snn_diagnostics::{Checked, Diagnostic, Severity, Span};
use snn_ir::{Network, Object, ObjectId, ObjectKind, ProjectionNode};
use snn_kernel::{Binary, NeuronKernel, ProgramBuilder};
use snn_model::model::{self, Expr, ExprKind, Model, Value};
use snn_numeric::{Law, law, math, object_key};

use crate::Decision;
use crate::current::{Received, received, switches};
use crate::neuron::{Given, kernel};
use crate::phases::phases;
use crate::rate::{rate_decision, rated};
use crate::synapse;
use crate::translate::Scope;
use crate::update;

/// A lowered model and what was decided on the way.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The network.
    pub network: Network,
    /// Decisions in the order of the text.
    pub decisions: Vec<Decision>,
}

/// Lowers a checked model. Errors are about numbers that only a population's values decide: stability,
/// time constants, parameters that are not finite.
pub fn lower(model: &Model) -> Checked<Lowered> {
    Lowerings::default().lower(model)
}

/// Lowers the models of one study: the program of a population is made anew only where its own values
/// have changed.
#[derive(Default)]
pub struct Lowerings {
    /// By name of the population.
    populations: HashMap<String, Population>,
    /// Programs made so far.
    made: usize,
}

/// A population that was lowered before.
struct Population {
    neuron: Arc<model::Neuron>,
    parameters: Vec<(usize, Expr)>,
    initial: Vec<(usize, Expr)>,
    noises: Vec<Received>,
    reads: Vec<String>,
    exposed: Vec<usize>,
    dt_ms: f64,
    arithmetic: Arithmetic,
    outcome: Outcome,
}

/// Program, faults and decisions.
pub(crate) type Outcome = (Option<Arc<NeuronKernel>>, Vec<Diagnostic>, Vec<Decision>);

impl Lowerings {
    /// As [`lower`].
    pub fn lower(&mut self, model: &Model) -> Checked<Lowered> {
        lower_with(model, &mut |neuron, given| self.population(neuron, given))
    }

    /// Programs made so far: those that were reused are not among them.
    pub fn programs_made(&self) -> usize {
        self.made
    }

    fn population(&mut self, neuron: &Arc<model::Neuron>, given: &Given<'_>) -> Outcome {
        if let Some(known) = self.populations.get(given.name)
            && Arc::ptr_eq(&known.neuron, neuron)
            && known.parameters == given.parameters
            && known.initial == given.initial
            && known.noises == given.noises
            && known.reads == given.reads
            && known.exposed == given.exposed
            && known.dt_ms == given.dt_ms
            && known.arithmetic == given.arithmetic
        {
            return known.outcome.clone();
        }
        let (kernel, diagnostics, decisions) = kernel(neuron, given);
        let outcome = (kernel.map(Arc::new), diagnostics, decisions);
        self.made += 1;
        let population = Population {
            neuron: neuron.clone(),
            parameters: given.parameters.to_vec(),
            initial: given.initial.to_vec(),
            noises: given.noises.to_vec(),
            reads: given.reads.to_vec(),
            exposed: given.exposed.to_vec(),
            dt_ms: given.dt_ms,
            arithmetic: given.arithmetic,
            outcome: outcome.clone(),
        };
        self.populations.insert(given.name.to_owned(), population);
        outcome
    }
}

fn lower_with(
    model: &Model,
    program: &mut dyn FnMut(&Arc<model::Neuron>, &Given<'_>) -> Outcome,
) -> Checked<Lowered> {
    let dt_ms = model.protocol.dt_ms.to_f64();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut decisions = Vec::new();
    let mut objects = Vec::new();
    for ((at, object), reads) in (0u32..).zip(&model.objects).zip(&reads(model)) {
        let kind = match &object.kind {
            model::ObjectKind::Source(source) => {
                decisions.extend(source_decision(object, source));
                ObjectKind::Source(source.clone())
            }
            model::ObjectKind::Rate(rates) => {
                decisions.push(rate_decision(object));
                ObjectKind::Source(rated(object, rates, &model.protocol, &mut diagnostics))
            }
            model::ObjectKind::Population { neuron, parameters, initial, .. } => {
                let noises = received(&model.noises, at);
                let exposed = exposed(model, at, *neuron);
                let given = given(model, object, (parameters, initial), (&noises, &exposed, reads));
                let (kernel, found, decided) = program(&model.neurons[*neuron], &given);
                // One model used by several populations has its faults once.
                for d in found {
                    let same =
                        |e: &Diagnostic| e.code == d.code && e.primary.span == d.primary.span;
                    if !diagnostics.iter().any(same) {
                        diagnostics.push(d);
                    }
                }
                decisions.extend(decided);
                let Some(kernel) = kernel else { continue };
                debug_assert_eq!(kernel.verify(), Ok(()));
                ObjectKind::Population(kernel)
            }
        };
        objects.push(Object {
            name: object.name.clone(),
            key: object_key(&format!("{}/{}", model.network, object.name)),
            size: object.size,
            kind,
            span: object.span,
        });
    }
    if objects.len() < model.objects.len() {
        return Checked::new(None, diagnostics);
    }
    let mut projections = Vec::new();
    for p in &model.projections {
        let (live, found, decided) = synapse::live(p, dt_ms, model.chip.arithmetic);
        decisions.extend(decided);
        if p.live.is_some() && live.is_none() {
            diagnostics.extend(found);
            continue;
        }
        projections.push(projection(model, p, live, dt_ms));
    }
    if projections.len() < model.projections.len() {
        return Checked::new(None, diagnostics);
    }
    let spans = model.projections.iter().map(|p| p.rule_span);
    let near = projections.iter().zip(spans);
    diagnostics.extend(near.filter_map(|(p, rule)| too_few_near(p, rule, model.protocol.seed)));
    let mut protocol = model.protocol.clone();
    let inputs = |object: u32| match &model.objects[object as usize].kind {
        model::ObjectKind::Population { neuron, .. } => model.neurons[*neuron].inputs.len(),
        model::ObjectKind::Source(_) | model::ObjectKind::Rate(_) => 0,
    };
    let injects = model.protocol.injects.iter().cloned().chain(switches(&model.noises, inputs));
    protocol.injects = injects.flat_map(|inject| inject.outside(&model.pauses)).collect();
    let mut network = Network::new(
        model.network.clone(),
        model.chip.arithmetic,
        protocol,
        model.mapping.clone(),
        objects,
        projections,
    );
    network.continuous = model.continuous.iter().map(|c| continuous(model, c, &network)).collect();
    phases(model, &mut network, program, &mut diagnostics);
    update::choose(model, &mut network, &mut decisions, &mut diagnostics);
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Checked::new(None, diagnostics);
    }
    debug_assert_eq!(network.verify(), Ok(()));
    Checked::new(Some(Lowered { network, decisions }), diagnostics)
}

/// Parameters or states with their values.
pub(crate) type Values = [(usize, Expr)];

/// What a population gives its neuron model.
pub(crate) fn given<'a>(
    model: &Model,
    object: &'a model::Object,
    (parameters, initial): (&'a Values, &'a Values),
    (noises, exposed, reads): (&'a [Received], &'a [usize], &'a [String]),
) -> Given<'a> {
    Given {
        name: &object.name,
        span: object.span,
        parameters,
        initial,
        noises,
        reads,
        exposed,
        dt_ms: model.protocol.dt_ms.to_f64(),
        arithmetic: model.chip.arithmetic,
    }
}

/// Lets of a population that continuous connections read, ascending.
pub(crate) fn exposed(model: &Model, object: u32, neuron: usize) -> Vec<usize> {
    let lets = &model.neurons[neuron].lets;
    let reads =
        |c: &&model::Continuous| c.projection.sources.segments().iter().any(|s| s.object == object);
    let values = model.continuous.iter().filter(reads).map(|c| &c.value);
    let mut found: Vec<usize> =
        values.filter_map(|value| lets.iter().position(|l| l.name == *value)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A continuous connection, with the slots of what it reads.
fn continuous(model: &Model, c: &model::Continuous, network: &Network) -> Continuous {
    let dt_ms = network.protocol.dt_ms.to_f64();
    let projection = projection(model, &c.projection, None, dt_ms).projection;
    let slot = |s: &snn_connect::Segment| {
        let kernel = network.kernel(ObjectId(s.object));
        kernel.and_then(|k| k.state(&c.value)).expect("invariant: what is read is kept as a state")
            as u16
    };
    let states = projection.connector.sources.segments().iter().map(slot).collect();
    Continuous { projection, states }
}

/// Per object, the states that synapses onto it read.
pub(crate) fn reads(model: &Model) -> Vec<Vec<String>> {
    let mut reads: Vec<Vec<String>> = vec![Vec::new(); model.objects.len()];
    for projection in &model.projections {
        let rule = projection.live.as_ref().and_then(|live| live.learn.as_ref());
        for name in rule.iter().flat_map(|rule| rule.model.reads()) {
            for segment in projection.targets.segments() {
                let of_object = &mut reads[segment.object as usize];
                if !of_object.iter().any(|known| known == name) {
                    of_object.push(name.to_owned());
                }
            }
        }
    }
    reads
}

fn source_decision(object: &model::Object, source: &SpikeSource) -> Option<Decision> {
    let SpikeSource::Poisson { mean_per_tick } = source else { return None };
    let (choice, relation) = match law(*mean_per_tick) {
        Law::Counts => ("counts per tick", "at least"),
        Law::Gaps => ("gaps between spikes", "less than"),
    };
    Some(Decision {
        subject: object.name.clone(),
        choice: choice.into(),
        reason: format!("{mean_per_tick} spikes per tick are {relation} 1/64"),
        span: object.span,
    })
}

fn projection(
    model: &Model,
    p: &model::Projection,
    live: Option<Arc<Live>>,
    dt_ms: f64,
) -> ProjectionNode {
    let connector = Connector {
        rule: match &p.pair_probability {
            Some(e) => pair_probability(e),
            None => p.rule.clone(),
        },
        space: p.space.clone(),
        sources: p.sources.clone(),
        targets: p.targets.clone(),
        key: object_key(&format!("{}/{}", model.network, p.name)),
        autapses: p.autapses,
        multapses: p.multapses,
    };
    let projection = Projection {
        name: p.name.clone(),
        connector,
        receptors: p.receptors.clone(),
        weight: value(&p.weight, 1.0),
        delay: value(&p.delay, dt_ms),
        live,
    };
    ProjectionNode { projection, span: p.span }
}

fn pair_probability(e: &Expr) -> Rule {
    match computed(e, 1.0) {
        SynapseValue::Program(program) => Rule::PairProbability(program),
        SynapseValue::Constant(p) => Rule::Probability(math::min(math::max(p, 0.0), 1.0)),
        SynapseValue::List(_) | SynapseValue::Table(_) => {
            unreachable!("invariant: an expression is no list")
        }
    }
}

/// Targets of `near(…) indegree(k)` that have fewer than k sources within the radius.
fn too_few_near(node: &ProjectionNode, rule: Span, seed: u64) -> Option<Diagnostic> {
    let connector = &node.projection.connector;
    let Err(ConnectError::TooMany { wanted, available }) = connector.check_near(seed) else {
        return None;
    };
    let message =
        format!("{wanted} sources per target within the radius: some target has only {available}");
    Some(
        Diagnostic::new(codes::IMPOSSIBLE_RULE, rule, message, "too few are near")
            .with_help("a larger radius, fewer sources, or a torus, which has no edges"),
    )
}

/// A weight or delay; expressions are divided by `unit` (delays come out in ticks).
pub(crate) fn value(value: &Value, unit: f64) -> SynapseValue {
    match value {
        Value::Constant(x) => SynapseValue::Constant(*x),
        Value::List(values) => SynapseValue::List(values.clone()),
        Value::Table(values) => SynapseValue::Table(values.clone()),
        Value::Expr(e) => computed(e, unit),
    }
}

fn computed(e: &Expr, unit: f64) -> SynapseValue {
    let place = |e: &Expr| match e.kind {
        ExprKind::Variable(v) => v.place(),
        _ => None,
    };
    let reads_positions = e.any(&|e| place(e).is_some_and(|at| at >= 2));
    let inputs = if reads_positions { 7 } else { 2 };
    let mut b = ProgramBuilder::new(inputs);
    let variables: Vec<_> = (0..inputs).map(|i| b.input(i)).collect();
    let mut scope = Scope { variables: &variables, ..Scope::empty(&mut b, unit) };
    let mut out = scope.translate(e);
    if unit != 1.0 {
        let unit = b.constant(unit);
        out = b.binary(Binary::Div, out, unit);
    }
    match b.constant_of(out) {
        Some(x) => SynapseValue::Constant(x),
        None => SynapseValue::Program(b.finish(&[out])),
    }
}
