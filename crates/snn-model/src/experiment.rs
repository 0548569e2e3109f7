//! Experiments: a network with values, on a chip, for some time, with what is injected, recorded and
//! expected.

mod course;
mod inject;
mod label;
mod measure;
mod on;
mod phases;
mod record;
mod sweep;
mod synapses;
mod synaptic;
#[cfg(test)]
mod tests;
mod waveform;

use std::collections::HashSet;
use std::sync::Arc;

use snn_chip::{ChipSpec, MappingRequest};
use snn_connect::{Segment, Selection};
use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_result::{Labelling, Protocol};
use snn_syntax::ast::{self, ExperimentItem, ItemKind};
use snn_units::show;

use crate::arguments::label_text;
use crate::check::Options;
use crate::constant;
use crate::context::Context;
use crate::file_scope::FileScope;
use crate::mapping;
use crate::model::{Model, NoiseCurrent};
use crate::names::{ItemId, Kind, list};
use crate::network::{self, Asked, Given, NetScope, Network, Place, Request, Use};
use crate::project::FileId;
use crate::sets::{Overrides, Setting};
use crate::time;
use inject::Injected;

use course::Course;
pub(crate) use course::Trials;
pub use sweep::SweepAxis;
pub(crate) use sweep::{Grid, Point, sweeps};

/// A checked experiment: the model, and what lints say of this use of the network.
pub(crate) struct Outcome {
    /// The network; none where even that is unknown.
    pub network: Option<ItemId>,
    /// None where a fault was reported.
    pub model: Option<Model>,
    /// Objects that do nothing in this experiment.
    pub unused: Option<Use>,
    /// Populations, sources and projections written out.
    pub size: usize,
}

/// A statement of the body, or its override.
#[derive(Clone, Copy)]
pub(crate) struct Stated<'a> {
    value: &'a ast::Expr,
    file: FileId,
}

/// The statements that stand at most once; `run` only where an override or a sweep gives it.
#[derive(Default)]
pub(crate) struct Settings<'a> {
    dt: Option<Stated<'a>>,
    warmup: Option<Stated<'a>>,
    run: Option<Stated<'a>>,
    seed: Option<Stated<'a>>,
}

/// Checks an experiment at a point of its sweeps and writes its network out.
pub(crate) fn experiment<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    overrides: &Overrides<'a>,
    options: &Options,
    (sweeps, point): (&Grid<'a>, &Point<'_, 'a>),
) -> Outcome {
    let nothing = Outcome { network: None, model: None, unused: None, size: 0 };
    let ItemKind::Experiment(e) = &cx.item(id).kind else { return nothing };
    let errors_before = cx.error_count();
    let settings = settings(cx, id, e, overrides, point);
    let on = on::on(cx, id.file, e);
    let dt = grid(cx, &settings, on.as_ref().and_then(|on| on.chip.as_ref()), e);
    let warmup = match &settings.warmup {
        Some(stated) => ticks_of(cx, stated, dt, "the warm-up", 0),
        None => Some(0),
    };
    let seed = options.seed.or_else(|| seed(cx, &settings));
    let Some(net) = cx.find_kind(id.file, &e.network.function, Kind::Network) else {
        return nothing;
    };
    let course = course::course(cx, (id, net), e, &settings, (dt, warmup.unwrap_or(0)));
    let given = given(cx, id.file, e, net, (overrides, point));
    let request = Request {
        given: &given,
        dt,
        chip: on.as_ref().and_then(|on| on.chip.as_ref()),
        max_objects: options.max_objects,
        trials: course.as_ref().and_then(|course| course.trials),
        asked: Asked::ByExperiment,
    };
    let Some(network) = network::instantiate(cx, net, &request) else {
        return Outcome { network: Some(net), ..nothing };
    };
    let fixed = overrides.of_network(net, cx.project.main());
    let changed = phases::networks(cx, (net, &network), &request, course.as_ref(), &fixed);
    let mapping = on.as_ref().map(|on| on.mapping_of(cx, net, &network));
    let body = body(cx, id.file, e, (&network, sweeps, course.as_ref()), dt);
    let size = network.objects.list().len() + network.projections.len();
    let (drives, observed, watched) = (body.drives(), body.observed(), body.watched());
    let networks = std::iter::once(&network).chain(&changed);
    let unused =
        networks.map(|n| Use::of(n, &drives, &observed, &watched)).reduce(|a, b| a.and(&b));
    let sound = cx.error_count() == errors_before;
    let protocol = (|| {
        let (warmup_ticks, course) = (warmup?, course.as_ref()?);
        Some(Protocol {
            name: e.name.text.clone(),
            dt_ms: dt?,
            warmup_ticks,
            run_ticks: course.run_ticks,
            seed: seed?,
            resets: course.resets(),
            labelling: body.labelling,
            injects: body.injects,
            record_spikes: body.record_spikes,
            probes: body.probes,
            synapse_probes: body.synapse_probes,
            expectations: body.expectations,
        })
    })();
    let model = (|| {
        let (protocol, on) = (protocol?, on?);
        let mapping = mapping.unwrap_or_default();
        let course = course.filter(|course| course.changes.len() == changed.len())?;
        let phases = (network, changed, course);
        sound.then(|| assemble(phases, on.chip?, mapping, (protocol, body.noises))).flatten()
    })();
    Outcome { network: Some(net), model, unused, size }
}

fn assemble(
    (mut network, changed, course): (Network<'_>, Vec<Network<'_>>, Course<'_>),
    chip: ChipSpec,
    mapping: MappingRequest,
    (protocol, noises): (Protocol, Vec<NoiseCurrent>),
) -> Option<Model> {
    phases::sources(&mut network, &changed, &course);
    Some(Model {
        phases: phases::phases(changed, &course),
        pauses: course.pauses,
        network: network.name.to_owned(),
        neurons: network.neurons,
        objects: network.objects.into_list(),
        projections: network.projections,
        continuous: network.continuous,
        chip,
        mapping,
        noises,
        protocol,
    })
}

fn settings<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    e: &'a ast::Experiment,
    overrides: &Overrides<'a>,
    point: &Point<'_, 'a>,
) -> Settings<'a> {
    let mut settings = Settings::default();
    for item in &e.items {
        let (slot, value, word) = match item {
            ExperimentItem::Dt(value) => (&mut settings.dt, value, "dt"),
            ExperimentItem::Warmup(value) => (&mut settings.warmup, value, "warmup"),
            ExperimentItem::Seed(value) => (&mut settings.seed, value, "seed"),
            _ => continue,
        };
        if let Some(first) = slot.replace(Stated { value, file: id.file }) {
            let message = format!("`{word}` is stated twice");
            cx.report(
                Diagnostic::new(codes::EXPERIMENT_DUPLICATE, value.span, message, "again here")
                    .with_label(first.value.span, "first stated here"),
            );
        }
    }
    point.set(&mut settings);
    let file = cx.project.main();
    for (setting, value) in overrides.of_experiment(id) {
        *setting_slot(&mut settings, setting) = Some(Stated { value, file });
    }
    settings
}

fn setting_slot<'s, 'a>(
    settings: &'s mut Settings<'a>,
    setting: Setting,
) -> &'s mut Option<Stated<'a>> {
    match setting {
        Setting::Dt => &mut settings.dt,
        Setting::Warmup => &mut settings.warmup,
        Setting::Run => &mut settings.run,
        Setting::Seed => &mut settings.seed,
    }
}

/// The time of a tick, from `dt` or the chip.
fn grid(
    cx: &mut Context<'_>,
    settings: &Settings<'_>,
    chip: Option<&ChipSpec>,
    e: &ast::Experiment,
) -> Option<Rational> {
    let tick = chip.and_then(|c| c.tick_ms);
    let Some(stated) = &settings.dt else {
        if tick.is_none() && !faulty(&e.on, chip) && !cx.is_broken(e.name.span) {
            let message = format!("experiment `{}` states no dt", e.name.text);
            cx.report(
                Diagnostic::new(codes::EXPERIMENT_INCOMPLETE, e.name.span, message, "without dt")
                    .with_help("add the time of a tick, for instance `dt 0.1 ms`"),
            );
        }
        return tick.map(|(tick, _)| tick);
    };
    let scope = FileScope { file: stated.file };
    let dt = time::time(cx, &scope, stated.value, "dt")?;
    if dt.exact <= Rational::ZERO {
        bad_time(cx, stated.value.span, format!("dt is positive, not {}", dt.show()));
        return None;
    }
    if let Some((tick, at)) = tick
        && tick != dt.exact
    {
        let tick = show(tick.to_f64(), &dt.unit);
        let message = format!("dt is {}, the tick of the chip is {tick}", dt.show());
        cx.report(
            Diagnostic::new(codes::TICK_CONFLICT, stated.value.span, message, "not the chip's")
                .with_label(at, "stated here")
                .with_help("leave out `dt`: the chip fixes it"),
        );
        return None;
    }
    Some(dt.exact)
}

/// A chip was named and could not be made: its tick is unknown.
fn faulty(on: &Option<ast::Expr>, chip: Option<&ChipSpec>) -> bool {
    on.is_some() && chip.is_none()
}

/// A duration in ticks.
fn ticks_of(
    cx: &mut Context<'_>,
    stated: &Stated<'_>,
    dt: Option<Rational>,
    role: &str,
    least: u64,
) -> Option<u64> {
    /// So that ticks and their sums stay far from the end of 64 bits.
    const MOST: u64 = 1 << 48;
    let scope = FileScope { file: stated.file };
    let span = stated.value.span;
    let duration = time::time(cx, &scope, stated.value, role)?;
    if duration.exact.is_negative() {
        bad_time(cx, span, format!("{role} is not negative: {}", duration.show()));
        return None;
    }
    let dt = dt?;
    if least > 0 && duration.exact < dt {
        let step = show(dt.to_f64(), &duration.unit);
        bad_time(
            cx,
            span,
            format!("{role} of {} is shorter than a tick of {step}", duration.show()),
        );
        return None;
    }
    match time::on_grid(cx, &duration, dt, span, (codes::TIME_OFF_GRID, role)) {
        Some(count) if count <= MOST => Some(count),
        _ => {
            bad_time(cx, span, format!("{role} of {} has too many ticks", duration.show()));
            None
        }
    }
}

fn bad_time(cx: &mut Context<'_>, span: Span, message: String) {
    cx.report(Diagnostic::new(codes::BAD_TIME, span, message, "not possible"));
}

fn seed(cx: &mut Context<'_>, settings: &Settings<'_>) -> Option<u64> {
    let Some(stated) = &settings.seed else { return Some(1) };
    let scope = FileScope { file: stated.file };
    let one = snn_units::UnitValue::one();
    let seed = constant::quantity(cx, &scope, stated.value, Some(&one), "the seed")?;
    let value = u64::try_from(seed.exact.floor()).ok().filter(|_| seed.exact.is_integer());
    if value.is_none() {
        let message =
            format!("a seed is a whole number from 0 to {}, not {}", u64::MAX, seed.exact);
        cx.report(Diagnostic::new(codes::BAD_SEED, stated.value.span, message, "not a seed"));
    }
    value
}

/// Values of parameters: overrides first, then sweeps, then the arguments of the experiment.
fn given<'a>(
    cx: &mut Context<'a>,
    file: FileId,
    e: &'a ast::Experiment,
    net: ItemId,
    (overrides, point): (&Overrides<'a>, &Point<'_, 'a>),
) -> Vec<Given<'a>> {
    let parameters = parameters(cx, net);
    let mut given = overrides.of_network(net, cx.project.main());
    given.extend(point.given());
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for argument in &e.network.arguments {
        let Some(label) = &argument.label else {
            if !matches!(argument.value.kind, ast::ExprKind::Error) {
                let text = cx.text(argument.value.span);
                let first = parameters.first().map_or("name", String::as_str);
                let message = "a value for a network needs the name of its parameter";
                cx.report(
                    Diagnostic::new(
                        codes::UNKNOWN_PARAMETER,
                        argument.value.span,
                        message,
                        "of what?",
                    )
                    .with_help(format!("write for instance `{first} = {text}`")),
                );
            }
            continue;
        };
        let (name, span) = label_text(label);
        if !parameters.iter().any(|p| p == name) {
            let declared = cx.name_span(net);
            unknown_parameter(cx, cx.text(declared), (name, span), &parameters, declared);
            continue;
        }
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == name) {
            let message = format!("`{name}` is given twice");
            cx.report(
                Diagnostic::new(codes::EXPERIMENT_DUPLICATE, span, message, "again here")
                    .with_label(*first, "first given here"),
            );
            continue;
        }
        seen.push((name, span));
        given.push(Given { name, value: &argument.value, file });
    }
    given
}

/// Reports a parameter that a network does not have.
pub(crate) fn unknown_parameter(
    cx: &mut Context<'_>,
    network: &str,
    (name, span): (&str, Span),
    parameters: &[String],
    declared: Span,
) {
    let message = format!("`{network}` has no parameter `{name}`");
    let mut d = Diagnostic::new(codes::UNKNOWN_PARAMETER, span, message, "unknown parameter");
    d = match nearest(name, parameters.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None if parameters.is_empty() => d.with_help("it has none"),
        None => d.with_help(format!("it has {}", list(parameters))),
    };
    cx.report(d.with_label(declared, "the network"));
}

/// Names of the parameters of a network.
pub(crate) fn parameters(cx: &Context<'_>, net: ItemId) -> Vec<String> {
    let ItemKind::Network { items, .. } = &cx.item(net).kind else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| match item {
            ast::NetworkItem::Param(list) => Some(list),
            _ => None,
        })
        .flatten()
        .map(|d| d.name.text.clone())
        .collect()
}

/// What a body asks for.
#[derive(Default)]
struct Body {
    injects: Vec<snn_connect::Inject>,
    noises: Vec<NoiseCurrent>,
    record_spikes: Vec<Selection>,
    probes: Vec<snn_result::Probe>,
    synapse_probes: Vec<snn_result::SynapseProbe>,
    expectations: Vec<snn_result::Expectation>,
    labelling: Option<Arc<Labelling>>,
    /// The `label` line.
    label: Option<Span>,
}

impl Body {
    /// Objects that receive a current.
    fn drives(&self) -> HashSet<u32> {
        let noises = self.noises.iter().map(|n| &n.targets);
        self.injects.iter().map(|i| &i.targets).chain(noises).flat_map(objects).collect()
    }

    /// Objects whose states are recorded.
    fn watched(&self) -> HashSet<u32> {
        self.probes.iter().flat_map(|p| objects(&p.of)).collect()
    }

    /// Objects that are recorded or measured.
    fn observed(&self) -> HashSet<u32> {
        let mut measured = Vec::new();
        for expectation in &self.expectations {
            expectation.measure.selections(&mut measured);
        }
        measured.extend(self.labelling.iter().map(|l| l.of.clone()));
        let probed = self.probes.iter().map(|p| &p.of);
        self.record_spikes.iter().chain(probed).chain(&measured).flat_map(objects).collect()
    }
}

fn objects(selection: &Selection) -> Vec<u32> {
    selection.segments().iter().map(|s: &Segment| s.object).collect()
}

fn body<'a>(
    cx: &mut Context<'a>,
    file: FileId,
    e: &'a ast::Experiment,
    (network, grid, course): (&Network<'a>, &Grid<'a>, Option<&Course<'a>>),
    dt: Option<Rational>,
) -> Body {
    let scope =
        NetScope { file, frame: &network.frame, objects: &network.objects, place: Place::Constant };
    let mut body = Body::default();
    for item in &e.items {
        if let ExperimentItem::Label { answer, answer_span, against } = item {
            if let Some(first) = body.label.replace(*answer_span) {
                let message = "`label` is stated twice";
                cx.report(
                    Diagnostic::new(
                        codes::EXPERIMENT_DUPLICATE,
                        *answer_span,
                        message,
                        "again here",
                    )
                    .with_label(first, "first stated here"),
                );
            }
            body.labelling = label::label(cx, &scope, (answer, *answer_span), against, course);
        }
    }
    for item in &e.items {
        match item {
            ExperimentItem::Inject { waveform, waveform_span, to } => {
                let wave = (waveform, *waveform_span);
                match inject::inject(cx, &scope, network, wave, to, dt) {
                    Some(Injected::Wave(inject)) => body.injects.push(inject),
                    Some(Injected::Noise(noise)) => body.noises.push(noise),
                    None => {}
                }
            }
            ExperimentItem::Record { what, of, every, at, span } => {
                let (every, at, span) = (every.as_ref(), at.as_ref(), *span);
                let asked = synapses::Asked { what, of, every, at, span };
                if synapses::is_meant(cx, network, &asked) {
                    let probe = synapses::probe(cx, &scope, network, &asked, dt);
                    body.synapse_probes.extend(probe);
                } else if let ast::Recorded::State(name) = what {
                    body.probes.extend(record::state(cx, &scope, network, name, (of, every), dt));
                } else {
                    body.record_spikes.extend(record::spikes(cx, &scope, of, every, span));
                }
            }
            ExperimentItem::Expect { what, over, within, span } => {
                let (text, within) = (cx.text(*span), within.as_ref());
                let labels = (body.label, body.labelling.as_ref());
                let line = measure::Line { what, over, grid, labels, within, text, span: *span };
                let end = course.map(Course::end);
                let around = synaptic::Around { scope: &scope, network, dt, end };
                body.expectations.extend(measure::expectation(cx, around, &line));
            }
            _ => {}
        }
    }
    body
}

/// The directives of a mapping, checked against a network without an experiment.
pub(crate) fn mapping_alone(cx: &mut Context<'_>, id: ItemId, network: &Network<'_>) {
    let ItemKind::Mapping { name, chip, directives, .. } = &cx.item(id).kind else { return };
    let chip = on::chip_named(cx, id.file, chip);
    let scope = NetScope {
        file: id.file,
        frame: &network.frame,
        objects: &network.objects,
        place: Place::Constant,
    };
    mapping::mapping(cx, name, directives, &scope, chip.as_ref());
}
