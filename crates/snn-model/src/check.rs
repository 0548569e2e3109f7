//! The two questions asked of a project: what is wrong with it, and what does an experiment run.

use std::collections::BTreeMap;

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Checked, Diagnostic, Severity, Span, nearest};

use crate::chip;
use crate::context::Context;
use crate::experiment::{self, Outcome, SweepAxis};
use crate::model::Model;
use crate::names::{ItemId, Kind, list};
use crate::network::{self, Asked, Request, Use, static_lints};
use crate::neuron;
use crate::project::Project;
use crate::sets::Overrides;
use crate::summary::{Checkup, checkup};
use crate::unused;
use crate::users::Users;

/// Bounds of checking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most populations, sources, connections and loop steps of a network.
    pub max_objects: usize,
    /// Seed of every experiment, stronger than what the text says.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_objects: 100_000, seed: None }
    }
}

/// Checks the main file and all it imports; every fault, one diagnostic each.
pub fn check(project: &Project, options: &Options) -> Checked<Checkup> {
    check_each(project, options, &mut |_| {})
}

/// As [`check`]; `each` gets the model of every experiment without a fault, at every point of its sweeps that
/// is checked, while the next is not yet made.
pub fn check_each(
    project: &Project,
    options: &Options,
    each: &mut dyn FnMut(&Model),
) -> Checked<Checkup> {
    let mut cx = Context::new(project);
    everything(&mut cx, options, each);
    let value = checkup(&cx);
    Checked::new(Some(value), in_text_order(cx.diagnostics))
}

/// Checks everything, and gives the model of one experiment of the main file: the one named, or the first.
/// Where it sweeps, the model is that of its first point.
pub fn instantiate(
    project: &Project,
    experiment: Option<&str>,
    options: &Options,
) -> Checked<Model> {
    Study::new(project, experiment, options).and_then(|mut study| study.model(0))
}

/// A checked experiment whose points are written out one by one.
pub struct Study<'a> {
    cx: Context<'a>,
    experiment: ItemId,
    overrides: Overrides<'a>,
    options: Options,
    grid: experiment::Grid<'a>,
}

impl<'a> Study<'a> {
    /// Checks everything, and gives the study of one experiment of the main file: the one named, or the
    /// first.
    pub fn new(project: &'a Project, experiment: Option<&str>, options: &Options) -> Checked<Self> {
        let mut cx = Context::new(project);
        let wanted = choose(&mut cx, experiment);
        everything(&mut cx, options, &mut |_| {});
        let diagnostics = in_text_order(std::mem::take(&mut cx.diagnostics));
        let sound = wanted.filter(|_| !cx.has_errors());
        let study = sound.map(|experiment| {
            let overrides = Overrides::collect(&mut cx);
            let grid = experiment::sweeps(&mut cx, experiment, &overrides, options);
            Self { cx, experiment, overrides, options: *options, grid }
        });
        Checked::new(study, diagnostics)
    }

    /// Its sweeps, the slowest first.
    pub fn axes(&self) -> Vec<SweepAxis> {
        self.grid.shown(&self.cx)
    }

    /// Number of points: 1 where nothing is swept.
    pub fn points(&self) -> usize {
        self.grid.points()
    }

    /// The model at a point, the last sweep the fastest. Faults that were reported before are not reported
    /// again; after the first error there are no more models.
    pub fn model(&mut self, point: usize) -> Checked<Model> {
        let cx = &mut self.cx;
        if cx.has_errors() {
            return Checked::new(None, Vec::new());
        }
        let point = self.grid.at(point);
        let at = (&self.grid, &point);
        let outcome =
            experiment::experiment(cx, self.experiment, &self.overrides, &self.options, at);
        point.mark(cx, 0);
        let value = outcome.model.filter(|_| !cx.has_errors());
        Checked::new(value, in_text_order(std::mem::take(&mut cx.diagnostics)))
    }
}

/// Faults by file and place, errors before warnings of the same place.
fn in_text_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|d| {
        (d.primary.span.source, d.primary.span.start, d.severity == Severity::Warning)
    });
    diagnostics
}

fn choose(cx: &mut Context<'_>, name: Option<&str>) -> Option<ItemId> {
    let main = cx.project.main();
    let all = cx.items_of(main, Kind::Experiment);
    let named = |id: &ItemId| cx.text(cx.name_span(*id));
    let Some(name) = name else {
        if all.is_empty() && !cx.has_errors() {
            nothing_to_run(cx);
        }
        return all.first().copied();
    };
    let found = all.iter().find(|id| named(id) == name).copied();
    if found.is_none() {
        let known: Vec<String> = all.iter().map(|id| named(id).to_owned()).collect();
        let span = all.first().map_or(start(cx), |id| cx.name_span(*id));
        let message = format!("there is no experiment `{name}`");
        let mut d = Diagnostic::new(codes::UNKNOWN_EXPERIMENT, span, message, "");
        d = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => d.with_help(format!("did you mean `{near}`?")),
            None if known.is_empty() => d.with_help("the file has no experiments"),
            None => d.with_help(format!("the file has {}", list(&known))),
        };
        cx.report(d);
    }
    found
}

fn nothing_to_run(cx: &mut Context<'_>) {
    let networks = cx.items_of(cx.project.main(), Kind::Network);
    let (span, name) = match networks.first() {
        Some(id) => (cx.name_span(*id), cx.text(cx.name_span(*id)).to_owned()),
        None => (start(cx), "net".to_owned()),
    };
    let message = "the file has no experiment, so there is nothing to run";
    cx.report(
        Diagnostic::new(codes::NO_EXPERIMENT, span, message, "in no experiment")
            .with_help(format!("add `experiment first of {name} {{ dt 0.1 ms; run 1 s }}`")),
    );
}

/// The very beginning of the main file.
fn start(cx: &Context<'_>) -> Span {
    Span::new(cx.project.file(cx.project.main()).source, 0, 0)
}

/// Checks every item of every file.
fn everything(cx: &mut Context<'_>, options: &Options, each: &mut dyn FnMut(&Model)) {
    let overrides = Overrides::collect(cx);
    let of_kind = |cx: &Context<'_>, kind| -> Vec<ItemId> {
        cx.project.files().flat_map(|(file, _)| cx.items_of(file, kind)).collect()
    };
    for id in of_kind(cx, Kind::Neuron) {
        neuron::neuron(cx, id);
    }
    for kind in [Kind::Synapse, Kind::Plasticity] {
        for id in of_kind(cx, kind) {
            neuron::synapse(cx, id, None);
        }
    }
    for id in of_kind(cx, Kind::Chip) {
        chip::chip(cx, id);
    }
    let mut idle: BTreeMap<ItemId, Option<Use>> = BTreeMap::new();
    for id in of_kind(cx, Kind::Experiment) {
        at_every_point(cx, id, (&overrides, options), &mut idle, each);
    }
    let networks = of_kind(cx, Kind::Network);
    let users = Users::collect(cx);
    for id in &networks {
        alone(cx, *id, &overrides, options, (&users, idle.contains_key(id)));
    }
    // What is faulty may have been meant as the use.
    if !cx.has_errors() {
        networks.into_iter().for_each(|id| static_lints(cx, id, &users));
        idle.into_values().flatten().for_each(|left| left.report(cx));
        unused::report(cx);
    }
}

/// Checks an experiment wherever its sweeps change the network, as long as that takes no longer than
/// one network of the largest size; later points are checked when they are run.
fn at_every_point<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    (overrides, options): (&Overrides<'a>, &Options),
    unused: &mut BTreeMap<ItemId, Option<Use>>,
    each: &mut dyn FnMut(&Model),
) {
    let grid = experiment::sweeps(cx, id, overrides, options);
    let mut spent = 0;
    for network in 0..grid.networks() {
        let point = grid.network_at(network);
        let before = cx.diagnostics.len();
        let outcome = experiment::experiment(cx, id, overrides, options, (&grid, &point));
        if network > 0 {
            point.mark(cx, before);
        }
        note(unused, &outcome);
        outcome.model.iter().for_each(&mut *each);
        spent += 1 + outcome.size;
        if spent > options.max_objects {
            return;
        }
    }
}

/// An object is useless where it is in every experiment of its network.
fn note(unused: &mut BTreeMap<ItemId, Option<Use>>, outcome: &Outcome) {
    let Some(network) = outcome.network else { return };
    let here = outcome.unused.clone();
    let both = match unused.remove(&network) {
        None => here,
        Some(before) => before.zip(here).map(|(before, here)| before.and(&here)),
    };
    unused.insert(network, both);
}

/// A network that no experiment runs is checked with its defaults, and so are mappings on which nothing
/// runs.
fn alone<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    overrides: &Overrides<'a>,
    options: &Options,
    (users, runs): (&Users, bool),
) {
    let mappings = users.idle_mappings(id);
    if runs && mappings.is_empty() {
        return;
    }
    let given = overrides.of_network(id, cx.project.main());
    let request = Request {
        given: &given,
        dt: None,
        chip: None,
        max_objects: options.max_objects,
        trials: None,
        asked: Asked::Alone,
    };
    let Some(network) = network::instantiate(cx, id, &request) else { return };
    for mapping in mappings {
        experiment::mapping_alone(cx, mapping, &network);
    }
}
