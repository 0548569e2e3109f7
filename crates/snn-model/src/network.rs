//! Networks written out: parameters become numbers, loops and families populations, statements
//! projections.

mod brackets;
mod connect;
mod continuous;
mod delay;
mod families;
mod frame;
mod images;
mod integers;
mod joined;
mod lints;
mod live;
mod members;
mod mentions;
mod modules;
mod names;
mod objects;
mod path;
mod population;
mod positions;
mod rule;
mod selection;
mod signs;
mod silent;
mod source;
mod statements;
#[cfg(test)]
mod tests;
mod untaken;

use std::collections::HashSet;
use std::sync::Arc;

use snn_chip::ChipSpec;
use snn_diagnostics::codes::{network as codes, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::{ObjectKey, Rational, object_key};
use snn_syntax::ast::{self, ItemKind, NetworkItem};

use crate::constant;
use crate::context::Context;
use crate::experiment::Trials;
use crate::model::{Continuous, Neuron, Projection};
use crate::names::ItemId;
use crate::typed;

pub(crate) use continuous::unknown_input;
pub(crate) use frame::{Frame, NetScope, Place, indexed};
pub(crate) use lints::{Use, static_lints};
pub(crate) use mentions::names as mentioned;
pub(crate) use names::Given;
pub(crate) use objects::Objects;
pub(crate) use selection::{Picked, pick, port};

/// What an experiment asks of a network.
pub(crate) struct Request<'r, 'a> {
    /// Values of parameters, the strongest first.
    pub given: &'r [Given<'a>],
    /// Time of a tick in ms; none where no experiment says (a network checked by itself).
    pub dt: Option<Rational>,
    /// The chip, for the delays it can hold.
    pub chip: Option<&'r ChipSpec>,
    /// Most objects, projections and loop steps.
    pub max_objects: usize,
    /// The trials of the experiment, for inputs that are given trial by trial.
    pub trials: Option<Trials>,
    /// Who asks.
    pub asked: Asked,
}

/// Who asks for a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// An experiment: every parameter needs a value.
    ByExperiment,
    /// Nobody: a parameter without default stays unknown.
    Alone,
}

/// A network written out.
pub(crate) struct Network<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its parameters and lets.
    pub frame: Frame<'a, 'a>,
    /// Its populations and sources.
    pub objects: Objects,
    /// Neuron models in order of first use.
    pub neurons: Vec<Arc<Neuron>>,
    /// Its projections.
    pub projections: Vec<Projection>,
    /// Names given to connections, those that are faulty too.
    pub connections: Vec<&'a str>,
    /// Its continuous connections.
    pub continuous: Vec<Continuous>,
}

/// Writes a network out; faults are reported, and what is faulty is left out.
pub(crate) fn instantiate<'a>(
    cx: &mut Context<'a>,
    id: ItemId,
    request: &Request<'_, 'a>,
) -> Option<Network<'a>> {
    let ItemKind::Network { name, items } = &cx.item(id).kind else { return None };
    let mut objects = Objects::default();
    names::announce(cx, items, &mut objects, "");
    let mut builder = Builder {
        item: id,
        name: &name.text,
        request,
        objects,
        neurons: Vec::new(),
        projections: Vec::new(),
        continuous: Vec::new(),
        names: connect::Names::default(),
        spent: 0,
        segments: 0,
        neurons_in_all: 0,
        looked_at: HashSet::new(),
    };
    let mut frame = Frame::default();
    builder.open(cx, &mut frame, items, Pass::Declare);
    builder.declare(cx, items, &frame);
    if builder.spent <= request.max_objects {
        builder.spent = builder.objects.list().len();
        builder.open(cx, &mut frame, items, Pass::Connect);
        builder.connect(cx, items, &frame);
    }
    builder.check_keys(cx, name.span);
    signs::check(cx, builder.objects.list(), &builder.neurons, &builder.projections);
    let Builder { objects, neurons, projections, continuous, .. } = builder;
    let mut connections = Vec::new();
    named(items, &mut connections);
    let name = &name.text;
    Some(Network { name, frame, objects, neurons, projections, connections, continuous })
}

/// Names after `as`. Recursion: bodies nest no deeper than the parser allows.
fn named<'a>(items: &'a [NetworkItem], found: &mut Vec<&'a str>) {
    for item in items {
        if let NetworkItem::Connect(c) = item {
            found.extend(c.name.as_ref().map(|name| name.text.as_str()));
        }
        item.bodies().into_iter().for_each(|body| named(body, found));
    }
}

/// Names of neurons exist only after all populations do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// Numbers, populations and sources.
    Declare,
    /// Selections, connections and checks.
    Connect,
}

struct Builder<'r, 'a> {
    item: ItemId,
    name: &'a str,
    request: &'r Request<'r, 'a>,
    objects: Objects,
    neurons: Vec<Arc<Neuron>>,
    projections: Vec<Projection>,
    continuous: Vec<Continuous>,
    names: connect::Names,
    spent: usize,
    segments: usize,
    neurons_in_all: u64,
    /// Branches not taken that have been looked at: where their first statement lies in memory.
    looked_at: HashSet<usize>,
}

impl<'a> Builder<'_, 'a> {
    fn scope<'s>(&'s self, frame: &'s Frame<'s, 'a>, place: Place) -> NetScope<'s, 'a> {
        let file = frame.module.map_or(self.item, |m| m.item).file;
        NetScope { file, frame, objects: &self.objects, place }
    }

    fn declare(&mut self, cx: &mut Context<'a>, items: &'a [NetworkItem], frame: &Frame<'_, 'a>) {
        for item in items {
            match item {
                NetworkItem::Population(p) if self.spend(cx, p.span) => {
                    self.population(cx, p, frame);
                }
                NetworkItem::Source(s) if self.spend(cx, s.span) => self.source(cx, s, frame),
                NetworkItem::Network(s) => self.modules(cx, s, frame, Pass::Declare),
                NetworkItem::For { .. } => self.steps(cx, item, frame, Pass::Declare),
                NetworkItem::If { .. } => self.choice(cx, item, frame, Pass::Declare),
                _ => {}
            }
        }
    }

    fn connect(&mut self, cx: &mut Context<'a>, items: &'a [NetworkItem], frame: &Frame<'_, 'a>) {
        for item in items {
            match item {
                NetworkItem::Connect(c) if self.spend(cx, c.span) => self.connection(cx, c, frame),
                NetworkItem::Check(check) => {
                    let scope = self.scope(frame, Place::Constant);
                    crate::neuron::check_fact(cx, &scope, check);
                }
                NetworkItem::Network(s) => self.modules(cx, s, frame, Pass::Connect),
                NetworkItem::For { .. } => self.steps(cx, item, frame, Pass::Connect),
                NetworkItem::If { .. } => self.choice(cx, item, frame, Pass::Connect),
                _ => {}
            }
        }
    }

    /// Every step of a loop. Recursion: loops nest no deeper than the parser allows.
    fn steps(
        &mut self,
        cx: &mut Context<'a>,
        item: &'a NetworkItem,
        frame: &Frame<'_, 'a>,
        pass: Pass,
    ) {
        let NetworkItem::For { variable, range, body, span } = item else { return };
        let Some(values) = self.loop_range(cx, range, frame) else {
            families::spoil(body, &mut self.objects, frame.path());
            return;
        };
        for value in values {
            if !self.spend(cx, *span) {
                families::spoil(body, &mut self.objects, frame.path());
                return;
            }
            self.body(cx, body, Frame::step(frame, variable, value), pass);
        }
    }

    /// The first branch whose condition is true. The others may speak of what exists only there; their names and
    /// units are looked at when all names are known. Recursion: as in loops.
    fn choice(
        &mut self,
        cx: &mut Context<'a>,
        item: &'a NetworkItem,
        frame: &Frame<'_, 'a>,
        pass: Pass,
    ) {
        let NetworkItem::If { branches, otherwise } = item else { return };
        let mut taken = otherwise;
        for (condition, body) in branches {
            let scope = self.scope(frame, Place::Constant);
            match condition_holds(cx, &scope, condition) {
                Some(true) => {
                    taken = body;
                    break;
                }
                Some(false) => {}
                None => {
                    let all = item.bodies().into_iter();
                    all.for_each(|body| families::spoil(body, &mut self.objects, frame.path()));
                    return;
                }
            }
        }
        if pass == Pass::Connect {
            let all = branches.iter().map(|(condition, body)| (Some(condition), body));
            for (condition, body) in all.chain([(None, otherwise)]) {
                if !std::ptr::eq(body, taken) {
                    self.untaken(cx, (condition, body), frame);
                }
            }
        }
        self.body(cx, taken, Frame::inside(frame), pass);
    }

    fn body<'f>(
        &mut self,
        cx: &mut Context<'a>,
        items: &'a [NetworkItem],
        mut frame: Frame<'f, 'a>,
        pass: Pass,
    ) {
        self.open(cx, &mut frame, items, pass);
        match pass {
            Pass::Declare => self.declare(cx, items, &frame),
            Pass::Connect => self.connect(cx, items, &frame),
        }
    }

    fn loop_range(
        &self,
        cx: &mut Context<'a>,
        range: &'a ast::Expr,
        frame: &Frame<'_, 'a>,
    ) -> Option<std::iter::StepBy<std::ops::Range<i64>>> {
        let scope = self.scope(frame, Place::Constant);
        let (range, step) = match &range.kind {
            ast::ExprKind::Step(range, step) => (&**range, step_of(cx, &scope, step)?),
            _ => (range, 1),
        };
        match &range.kind {
            ast::ExprKind::Range(lo, hi) => {
                let lo = constant::whole(cx, &scope, lo, "the start of a loop");
                let hi = constant::whole(cx, &scope, hi, "the end of a loop");
                Some((lo?..hi?).step_by(step))
            }
            ast::ExprKind::Error => None,
            _ => {
                let message = "a loop runs over a range";
                cx.report(
                    Diagnostic::new(codes::WRONG_ARGUMENT, range.span, message, "not a range")
                        .with_help("write `for i in 0..8 { … }`: i takes 0 to 7"),
                );
                None
            }
        }
    }

    /// Counts one object, projection or step; reports and says no where there are too many.
    fn spend(&mut self, cx: &mut Context<'a>, span: Span) -> bool {
        self.spent += 1;
        let most = self.request.max_objects;
        if self.spent <= most {
            return true;
        }
        if self.spent == most + 1 {
            let message =
                format!("more than {most} populations, sources, connections and loop steps");
            cx.report(
                Diagnostic::new(codes::TOO_MANY_OBJECTS, span, message, "the limit is passed here")
                    .with_help("if this is meant: `--max-objects`"),
            );
        }
        false
    }

    /// Counts the pieces of a selection that is kept; a selection of many small populations, taken in many
    /// steps, would fill the memory.
    fn keep(&mut self, cx: &mut Context<'a>, segments: usize, span: Span) -> bool {
        let most = self.request.max_objects.saturating_mul(10);
        let before = self.segments;
        self.segments = before.saturating_add(segments);
        if before <= most && self.segments > most {
            let message = format!("selections of this network have more than {most} pieces");
            cx.report(
                Diagnostic::new(codes::TOO_MANY_OBJECTS, span, message, "the limit is passed here")
                    .with_help("one larger population instead of a family has one piece"),
            );
        }
        self.segments <= most
    }

    /// Draws are keyed by a hash of the qualified name.
    fn check_keys(&self, cx: &mut Context<'a>, network: Span) {
        let mut keys: std::collections::HashMap<ObjectKey, (&str, Span)> =
            std::collections::HashMap::new();
        let objects = self.objects.list().iter().map(|o| (o.name.as_str(), o.span));
        let all = objects.chain(
            self.projections
                .iter()
                .chain(self.continuous.iter().map(|c| &c.projection))
                .map(|p| (p.name.as_str(), p.span)),
        );
        for (name, span) in all {
            let Some((other, first)) = keys.insert(qualified_key(self.name, name), (name, span))
            else {
                continue;
            };
            let message = format!("`{name}` and `{other}` happen to have the same key for draws");
            cx.report(
                Diagnostic::new(codes::NAME_COLLISION, span, message, "rename this one")
                    .with_label(first, "the other one")
                    .with_label(network, "in this network"),
            );
        }
    }
}

/// Whether a constant condition holds; none where it is faulty, which is reported.
fn condition_holds(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    condition: &ast::Expr,
) -> Option<bool> {
    let typed = typed::type_condition(cx, scope, condition)?;
    let value = typed::fold(&typed);
    if value.is_none() {
        let message = "the condition of `if` must be a constant";
        cx.report(Diagnostic::new(types::NOT_CONSTANT, condition.span, message, "not a constant"));
    }
    value.map(|truth| truth != 0.0)
}

/// `step n` of a range: at least 1.
fn step_of(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, step: &ast::Expr) -> Option<usize> {
    let bounds = (1, i64::from(u32::MAX));
    let step = constant::whole_within(cx, scope, step, "the step of a range", bounds)?;
    usize::try_from(step).ok()
}

/// The key of the draws of an object or projection.
fn qualified_key(network: &str, name: &str) -> ObjectKey {
    object_key(&format!("{network}/{name}"))
}
