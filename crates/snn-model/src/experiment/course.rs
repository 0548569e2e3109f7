//! The course of an experiment: pieces of its run, pauses, parameters set in between, or trials.

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_result::{Resets, Synapses};
use snn_syntax::ast::{self, Between, ExperimentItem};

use super::{Settings, Stated, parameters, ticks_of, unknown_parameter};
use crate::constant;
use crate::context::Context;
use crate::file_scope::FileScope;
use crate::names::ItemId;
use crate::network::Given;
use crate::project::FileId;

/// What follows what, in ticks since tick 0.
#[derive(Default)]
pub(crate) struct Course<'a> {
    /// Ticks of the warm-up, and after it.
    pub warmup_ticks: u64,
    pub run_ticks: u64,
    /// Where parameters change, ascending.
    pub changes: Vec<Change<'a>>,
    /// Pauses: after the first tick, up to the second.
    pub pauses: Vec<(u64, u64)>,
    /// The trials.
    pub trials: Option<Trials>,
}

/// Parameters set between two pieces.
pub(crate) struct Change<'a> {
    pub after_tick: u64,
    /// Everything set up to here, the last first.
    pub given: Vec<Given<'a>>,
    /// The last `set`.
    pub span: Span,
}

/// Equal pieces.
#[derive(Clone, Copy)]
pub(crate) struct Trials {
    pub count: u64,
    pub ticks: u64,
    /// Ticks before the first.
    pub first: u64,
    pub between: Between,
    pub span: Span,
}

impl Course<'_> {
    /// When neurons begin anew.
    pub fn resets(&self) -> Option<Resets> {
        let trials = self.trials?;
        let synapses = match trials.between {
            Between::Reset => Synapses::Continue,
            Between::ResetWeights => Synapses::BeginAnew,
            Between::Keep => return None,
        };
        Some(Resets { first: trials.first, every: trials.ticks, synapses })
    }

    /// The last tick.
    pub fn end(&self) -> u64 {
        self.warmup_ticks + self.run_ticks
    }

    /// The ticks after which sources may change: tick, index of the change in force, whether silent.
    pub fn events(&self) -> Vec<(u64, Option<usize>, bool)> {
        let mut ticks: Vec<u64> = self.changes.iter().map(|c| c.after_tick).collect();
        ticks.extend(self.pauses.iter().flat_map(|(from, to)| [*from, *to]));
        ticks.sort_unstable();
        ticks.dedup();
        let at = |tick: u64| {
            let change = self.changes.iter().rposition(|c| c.after_tick <= tick);
            (tick, change, self.pauses.iter().any(|(from, to)| (*from..*to).contains(&tick)))
        };
        ticks.into_iter().map(at).collect()
    }

    /// A law with what changes and pauses make of it, each with the tick after which it holds; `of` gives
    /// the law after a change.
    pub fn laws<T: Clone + PartialEq>(
        &self,
        base: &T,
        silence: &T,
        of: impl Fn(usize) -> T,
    ) -> Vec<(u64, T)> {
        let mut laws = vec![(0, base.clone())];
        for (tick, change, silent) in self.events() {
            let law = match (silent, change) {
                (true, _) => silence.clone(),
                (false, Some(change)) => of(change),
                (false, None) => base.clone(),
            };
            if laws.last().is_some_and(|(from, _)| *from == tick) {
                laws.pop();
            }
            if laws.last().is_none_or(|(_, before)| *before != law) {
                laws.push((tick, law));
            }
        }
        laws
    }
}

/// The course of an experiment's body. None where a fault was reported.
pub(super) fn course<'a>(
    cx: &mut Context<'a>,
    (id, net): (ItemId, ItemId),
    e: &'a ast::Experiment,
    settings: &Settings<'a>,
    (dt, warmup): (Option<Rational>, u64),
) -> Option<Course<'a>> {
    let piece =
        |item: &&ExperimentItem| matches!(item, ExperimentItem::Run(_) | ExperimentItem::Pause(_));
    let pieces = e.items.iter().filter(piece).count();
    let runs = e.items.iter().filter(|i| matches!(i, ExperimentItem::Run(_))).count();
    let trials = e.items.iter().find(|i| matches!(i, ExperimentItem::Trials { .. }));
    if let Some(stated) = settings.run
        && (pieces > runs.min(1) || trials.is_some())
    {
        let message = format!("experiment `{}` has no single `run` to set", e.name.text);
        let span = stated.value.span;
        cx.report(Diagnostic::new(codes::BAD_OVERRIDE, span, message, "the time of what?"));
        return None;
    }
    if let Some(item) = trials {
        return in_trials(cx, (id.file, e), item, (dt, warmup));
    }
    if pieces == 0 && settings.run.is_none() {
        if cx.is_broken(e.name.span) {
            return None;
        }
        let message = format!("experiment `{}` does not say how long it runs", e.name.text);
        cx.report(
            Diagnostic::new(codes::EXPERIMENT_INCOMPLETE, e.name.span, message, "without run")
                .with_help("add for instance `run 1 s`"),
        );
        return None;
    }
    in_pieces(cx, (id.file, net), e, settings, (dt, warmup))
}

fn in_pieces<'a>(
    cx: &mut Context<'a>,
    (file, net): (FileId, ItemId),
    e: &'a ast::Experiment,
    settings: &Settings<'a>,
    (dt, warmup): (Option<Rational>, u64),
) -> Option<Course<'a>> {
    let known = parameters(cx, net);
    let mut course = Course { warmup_ticks: warmup, ..Course::default() };
    let mut set: Vec<Given<'a>> = Vec::new();
    let mut open: Option<Span> = None;
    let mut sound = true;
    let mut now = Some(warmup);
    for item in &e.items {
        let (value, role) = match item {
            ExperimentItem::Run(value) => (settings.run.map_or(value, |s| s.value), "the run"),
            ExperimentItem::Pause(value) => (value, "the pause"),
            ExperimentItem::Set { name, value, span } => {
                if !known.contains(&name.text) {
                    let (text, declared) = (cx.text(cx.name_span(net)), cx.name_span(net));
                    unknown_parameter(cx, text, (&name.text, name.span), &known, declared);
                    sound = false;
                }
                set.insert(0, Given { name: &name.text, value, file });
                open = Some(*span);
                continue;
            }
            _ => continue,
        };
        if let (Some(span), Some(after_tick)) = (open.take(), now) {
            course.changes.push(Change { after_tick, given: set.clone(), span });
        }
        let file = settings.run.map_or(file, |s| s.file);
        let ticks = ticks_of(cx, &Stated { value, file }, dt, role, 1);
        sound &= ticks.is_some();
        let from = now;
        now = from.zip(ticks).map(|(from, ticks)| from + ticks);
        if let (Some(from), Some(to), ExperimentItem::Pause(_)) = (from, now, item) {
            course.pauses.push((from, to));
        }
    }
    if let Some(span) = open {
        let message = "nothing runs after this change";
        cx.report(
            Diagnostic::new(codes::BAD_PHASE, span, message, "without effect")
                .with_help("add for instance `run 1 s` after it"),
        );
        return None;
    }
    if let (Some(stated), true) = (&settings.run, now == Some(warmup)) {
        now = ticks_of(cx, stated, dt, "the run", 1).map(|ticks| warmup + ticks);
    }
    course.run_ticks = now? - warmup;
    sound.then_some(course)
}

fn in_trials<'a>(
    cx: &mut Context<'a>,
    (file, e): (FileId, &'a ast::Experiment),
    item: &'a ExperimentItem,
    (dt, warmup): (Option<Rational>, u64),
) -> Option<Course<'a>> {
    let ExperimentItem::Trials { count, each, between, span } = item else { return None };
    let other = e.items.iter().find_map(|other| match other {
        ExperimentItem::Run(value) | ExperimentItem::Pause(value) => Some(value.span),
        ExperimentItem::Set { span, .. } => Some(*span),
        ExperimentItem::Trials { span: again, .. } if again != span => Some(*again),
        _ => None,
    });
    if let Some(other) = other {
        let message = "an experiment runs in trials or in pieces, not both";
        cx.report(
            Diagnostic::new(codes::BAD_PHASE, other, message, "beside `trials`")
                .with_label(*span, "the trials"),
        );
        return None;
    }
    let scope = FileScope { file };
    let role = "the number of trials";
    let count = constant::whole_within(cx, &scope, count, role, (1, 100_000_000));
    let ticks = ticks_of(cx, &Stated { value: each, file }, dt, "a trial", 1);
    let (count, ticks) = (u64::try_from(count?).ok()?, ticks?);
    let trials = Trials { count, ticks, first: warmup, between: *between, span: *span };
    let run_ticks = count.checked_mul(ticks)?;
    let trials = Some(trials);
    Some(Course { warmup_ticks: warmup, run_ticks, trials, ..Course::default() })
}
