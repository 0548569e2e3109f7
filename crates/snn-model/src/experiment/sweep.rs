//! Sweeps: the points at which an experiment runs.

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, ExperimentItem, ExprKind};

use super::{Settings, Stated, parameters, setting_slot};
use crate::check::Options;
use crate::context::Context;
use crate::names::{ItemId, Kind, list};
use crate::network::Given;
use crate::project::FileId;
use crate::sets::{Overrides, SETTINGS, Setting};

/// Points of one experiment.
const MOST_POINTS: usize = 1_000_000;

/// A sweep as its table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepAxis {
    /// What is swept.
    pub name: String,
    /// Unit of the values where they share one; empty for plain numbers and for values shown as written.
    pub unit: String,
    /// The values in order.
    pub values: Vec<String>,
}

/// All sweeps of an experiment that no override fixes. The first is the slowest.
#[derive(Default)]
pub(crate) struct Grid<'a> {
    axes: Vec<Axis<'a>>,
    /// Names of all sweeps, those that are fixed too.
    names: Vec<&'a ast::Name>,
    file: Option<FileId>,
}

struct Axis<'a> {
    name: &'a str,
    target: Target,
    values: &'a [ast::Expr],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Parameter,
    Setting(Setting),
}

/// One value for each sweep.
#[derive(Default)]
pub(crate) struct Point<'g, 'a> {
    axes: Vec<(&'g Axis<'a>, &'a ast::Expr)>,
    file: Option<FileId>,
}

/// The sweeps of an experiment; those that mean nothing are reported.
pub(crate) fn sweeps<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    overrides: &Overrides<'a>,
    options: &Options,
) -> Grid<'a> {
    let ast::ItemKind::Experiment(e) = &cx.item(id).kind else { return Grid::default() };
    let mut grid = Grid { file: Some(id.file), ..Grid::default() };
    if !e.items.iter().any(|item| matches!(item, ExperimentItem::Sweep { .. })) {
        return grid;
    }
    let Some(net) = cx.find_kind(id.file, &e.network.function, Kind::Network) else { return grid };
    for item in &e.items {
        let ExperimentItem::Sweep { what, values, .. } = item else { continue };
        if let Some(first) = grid.names.iter().find(|n| n.text == what.text) {
            twice(cx, what, first.span);
            continue;
        }
        let setting = SETTINGS.iter().find(|(name, _)| *name == what.text).map(|s| s.1);
        let (target, fixed) = match setting {
            Some(setting) => {
                let set = overrides.of_experiment(id).iter().any(|(s, _)| *s == setting);
                let seeded = setting == Setting::Seed && options.seed.is_some();
                if let Some(stated) = stated(e, setting) {
                    twice(cx, what, stated);
                }
                (Target::Setting(setting), set || seeded)
            }
            None => {
                let known = parameters(cx, net);
                if !known.contains(&what.text) {
                    unknown(cx, what, &known, cx.name_span(net));
                    continue;
                }
                let given = overrides.of_network(net, cx.project.main());
                (Target::Parameter, given.iter().any(|g| g.name == what.text))
            }
        };
        grid.names.push(what);
        if !fixed {
            grid.axes.push(Axis { name: &what.text, target, values });
        }
    }
    grid.bound(cx, e);
    grid
}

impl<'a> Grid<'a> {
    /// Number of points: 1 where nothing is swept.
    pub fn points(&self) -> usize {
        self.axes.iter().map(|a| a.values.len()).product()
    }

    /// Number of points that differ in more than the seed: their networks differ.
    pub fn networks(&self) -> usize {
        let other = self.axes.iter().filter(|a| a.target != Target::Setting(Setting::Seed));
        other.map(|a| a.values.len()).product()
    }

    /// The values at a point, the last sweep the fastest.
    pub fn at(&self, point: usize) -> Point<'_, 'a> {
        self.pick(point, |_| true)
    }

    /// The values at one of the [`Grid::networks`], with the first seed.
    pub fn network_at(&self, network: usize) -> Point<'_, 'a> {
        self.pick(network, |axis| axis.target != Target::Setting(Setting::Seed))
    }

    fn pick(&self, mut rest: usize, counted: impl Fn(&Axis<'a>) -> bool) -> Point<'_, 'a> {
        let mut axes = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let mut at = 0;
            if counted(axis) {
                at = rest % axis.values.len();
                rest /= axis.values.len();
            }
            axes.push((axis, &axis.values[at]));
        }
        axes.reverse();
        Point { axes, file: self.file }
    }

    /// The sweeps for the table.
    pub fn shown(&self, cx: &Context<'_>) -> Vec<SweepAxis> {
        self.axes.iter().map(|axis| shown(cx, axis)).collect()
    }

    /// Whether an experiment sweeps this, fixed or not.
    pub fn sweeps(&self, name: &str) -> bool {
        self.names.iter().any(|n| n.text == name)
    }

    /// Names of all sweeps.
    pub fn names(&self) -> Vec<String> {
        self.names.iter().map(|n| n.text.clone()).collect()
    }

    /// A grid of too many points keeps its first.
    fn bound(&mut self, cx: &mut Context<'_>, e: &ast::Experiment) {
        let sizes = self.axes.iter().map(|a| a.values.len());
        let points = sizes.fold(1, usize::saturating_mul);
        if points > MOST_POINTS {
            let message = format!("the sweeps make {points} points, at most {MOST_POINTS} are run");
            let span = e.name.span;
            cx.report(Diagnostic::new(codes::BAD_SWEEP, span, message, "too many"));
            self.axes.clear();
        }
    }
}

impl<'a> Point<'_, 'a> {
    /// Puts the values of settings in place.
    pub fn set(&self, settings: &mut Settings<'a>) {
        let Some(file) = self.file else { return };
        for (axis, value) in &self.axes {
            if let Target::Setting(setting) = axis.target {
                *setting_slot(settings, setting) = Some(Stated { value, file });
            }
        }
    }

    /// The values of parameters.
    pub fn given(&self) -> impl Iterator<Item = Given<'a>> + '_ {
        let parameters = self.axes.iter().filter(|(axis, _)| axis.target == Target::Parameter);
        parameters
            .filter_map(|(axis, value)| Some(Given { name: axis.name, value, file: self.file? }))
    }

    /// Says at which point the faults from `first` on were found.
    pub fn mark(&self, cx: &mut Context<'_>, first: usize) {
        for (axis, value) in &self.axes {
            let text = format!("with {} = {}", axis.name, text_of(cx, value));
            for d in &mut cx.diagnostics[first..] {
                d.secondary.push(snn_diagnostics::Label { span: value.span, text: text.clone() });
            }
        }
    }
}

/// Where a setting that is swept is stated as well.
fn stated(e: &ast::Experiment, setting: Setting) -> Option<Span> {
    e.items.iter().find_map(|item| match (item, setting) {
        (ExperimentItem::Dt(e), Setting::Dt)
        | (ExperimentItem::Warmup(e), Setting::Warmup)
        | (ExperimentItem::Run(e), Setting::Run)
        | (ExperimentItem::Seed(e), Setting::Seed) => Some(e.span),
        _ => None,
    })
}

fn twice(cx: &mut Context<'_>, what: &ast::Name, first: Span) {
    let message = format!("`{}` is stated twice", what.text);
    cx.report(
        Diagnostic::new(codes::EXPERIMENT_DUPLICATE, what.span, message, "swept here")
            .with_label(first, "first stated here"),
    );
}

fn unknown(cx: &mut Context<'_>, what: &ast::Name, parameters: &[String], declared: Span) {
    let message = format!("there is no parameter `{}` to sweep", what.text);
    let mut d = Diagnostic::new(codes::BAD_SWEEP, what.span, message, "unknown parameter");
    let settings = SETTINGS.iter().map(|s| s.0);
    d = match nearest(&what.text, parameters.iter().map(String::as_str).chain(settings)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(what.span, near),
        None if parameters.is_empty() => d.with_help("the network has no parameters"),
        None => d.with_help(format!("the network has {}", list(parameters))),
    };
    cx.report(d.with_label(declared, "the network"));
}

/// A value as written; of a range, its number.
fn text_of(cx: &Context<'_>, value: &ast::Expr) -> String {
    match &value.kind {
        ExprKind::Number { digits, unit: None } => digits.clone(),
        _ => cx.text(value.span).to_owned(),
    }
}

/// Numbers of one unit are shown without it, other values as written.
fn shown(cx: &Context<'_>, axis: &Axis<'_>) -> SweepAxis {
    let parts = |e: &ast::Expr| match &e.kind {
        ExprKind::Number { digits, unit } => {
            let unit = unit.as_ref().map_or(String::new(), |u| cx.text(u.span).to_owned());
            Some((digits.clone(), unit))
        }
        _ => None,
    };
    let name = axis.name.to_owned();
    let numbers: Option<Vec<_>> = axis.values.iter().map(parts).collect();
    if let Some(numbers) = numbers
        && let Some((_, unit)) = numbers.first().cloned()
        && numbers.iter().all(|(_, u)| *u == unit)
    {
        let values = numbers.into_iter().map(|(digits, _)| digits).collect();
        return SweepAxis { name, unit, values };
    }
    let values = axis.values.iter().map(|e| text_of(cx, e)).collect();
    SweepAxis { name, unit: String::new(), values }
}
