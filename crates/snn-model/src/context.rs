//! What all checks share: the project, its names, and the faults found so far.

use std::collections::HashSet;

use snn_diagnostics::{Diagnostic, Severity, SourceId, Span, nearest};
use snn_syntax::ast::{ExprKind, ItemKind, NetworkItem};

use crate::globals::Globals;
use crate::names::Names;
use crate::neuron::Neurons;
use crate::project::Project;
use crate::typed::{Declared, Scope};

/// Names that hints of one check look at.
const MAX_HINTS: usize = 300_000;

/// Neurons that steps, lists and conditions may select one by one in a check.
const MAX_PICKS: u64 = 4_000_000;

/// One check of a project.
pub(crate) struct Context<'a> {
    /// The files.
    pub project: &'a Project,
    /// Which item each name of each file means.
    pub names: Names,
    /// Constants and functions.
    pub globals: Globals,
    /// Neuron models checked so far.
    pub neurons: Neurons,
    /// Names after the last dot of what connections come from.
    sent: HashSet<&'a str>,
    /// Whether an integer or an operation on bits has been seen: only then are ranges worked out.
    pub integers: bool,
    /// All faults, in the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
    errors: usize,
    seen: HashSet<(&'static str, Span)>,
    /// Items in which the grammar found faults: names they seem to lack may stand in a lost statement.
    broken_items: Vec<Span>,
    /// Names that hints may still look at: a file full of faults must not take quadratic time.
    hints_left: usize,
    picks_left: u64,
    /// Names reported as unknown, with the item they stand in: the next use is no new fault.
    unknown: HashSet<(Option<Span>, String)>,
    /// Files that lost whole items.
    broken_files: HashSet<SourceId>,
}

impl<'a> Context<'a> {
    /// Collects names, constants and functions; all faults of parsing and loading are in the result.
    pub fn new(project: &'a Project) -> Self {
        let mut cx = Self {
            project,
            names: Names::default(),
            globals: Globals::default(),
            neurons: Neurons::default(),
            sent: HashSet::new(),
            integers: false,
            diagnostics: Vec::new(),
            errors: 0,
            seen: HashSet::new(),
            broken_items: Vec::new(),
            hints_left: MAX_HINTS,
            picks_left: MAX_PICKS,
            unknown: HashSet::new(),
            broken_files: HashSet::new(),
        };
        for d in project.diagnostics() {
            if d.severity == Severity::Error {
                cx.mark_broken(d.primary.span);
            }
            cx.report(d);
        }
        for (_, file) in project.files() {
            for item in &file.tree.items {
                if let ItemKind::Network { items, .. } = &item.kind {
                    sent(items, &mut cx.sent);
                }
            }
        }
        Names::collect(&mut cx);
        Globals::collect(&mut cx);
        cx
    }

    /// Adds a fault; the same code at the same place counts once. The library is never warned about.
    pub fn report(&mut self, d: Diagnostic) {
        let library = self.project.is_library(d.primary.span.source);
        if library && d.severity == Severity::Warning {
            return;
        }
        if self.seen.insert((d.code.id(), d.primary.span)) {
            self.errors += usize::from(d.severity == Severity::Error);
            self.diagnostics.push(d);
        }
    }

    /// Takes back what was reported since there were `before` diagnostics and is not to be kept.
    pub fn retain_from(&mut self, before: usize, keep: impl Fn(&Diagnostic) -> bool) {
        for d in self.diagnostics.split_off(before) {
            if keep(&d) {
                self.diagnostics.push(d);
                continue;
            }
            self.errors -= usize::from(d.severity == Severity::Error);
            self.seen.remove(&(d.code.id(), d.primary.span));
        }
    }

    /// Pays for selecting neurons one by one; false where the bound of the check is reached.
    pub fn afford_picks(&mut self, count: u64) -> bool {
        let left = self.picks_left.checked_sub(count);
        self.picks_left = left.unwrap_or(self.picks_left);
        left.is_some()
    }

    /// Whether some connection sends a state or let of this name: then it is read.
    pub fn is_sent(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        self.sent.contains(last)
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &'a str {
        self.project.sources.text(span)
    }

    /// The name most like a mistyped one, among those that `candidates` lists.
    pub fn nearest(
        &mut self,
        name: &str,
        candidates: impl FnOnce() -> Vec<String>,
    ) -> Option<String> {
        if self.hints_left == 0 {
            return None;
        }
        let candidates = candidates();
        self.hints_left = self.hints_left.saturating_sub(candidates.len());
        nearest(name, candidates.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Whether messages may still look for names.
    pub fn may_hint(&self) -> bool {
        self.hints_left > 0
    }

    /// The names of a scope, for a hint.
    pub fn declared(&mut self, scope: &dyn Scope) -> Vec<Declared> {
        if self.hints_left == 0 {
            return Vec::new();
        }
        let declared = scope.declared();
        self.hints_left = self.hints_left.saturating_sub(declared.len());
        declared
    }

    /// Whether the item around a place lost statements, so that unknown names in it prove nothing.
    pub fn is_broken(&self, place: Span) -> bool {
        self.broken_items.iter().any(|item| contains(*item, place))
    }

    /// Whether a file lost items, so that unknown names of items in it prove nothing.
    pub fn lost_items(&self, source: SourceId) -> bool {
        self.broken_files.contains(&source)
    }

    /// Notes that a name is unknown in the item around a place; false where that was noted before.
    pub fn note_unknown(&mut self, name: &str, place: Span) -> bool {
        let item = self.item_around(place);
        self.unknown.insert((item, name.to_owned()))
    }

    /// The item of a file in which a place lies.
    fn item_around(&self, place: Span) -> Option<Span> {
        let (_, file) = self.project.files().find(|(_, file)| file.source == place.source)?;
        let items = &file.tree.items;
        let after = items.partition_point(|item| item.span.start <= place.start);
        let item = items.get(after.checked_sub(1)?)?.span;
        contains(item, place).then_some(item)
    }

    fn mark_broken(&mut self, place: Span) {
        match self.item_around(place) {
            Some(item) if self.broken_items.last() != Some(&item) => self.broken_items.push(item),
            Some(_) => {}
            None => {
                self.broken_files.insert(place.source);
            }
        }
    }

    /// Number of errors so far.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// Whether any error has been reported.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

/// What the connections of a network come from. Recursion: bodies nest no deeper than the parser allows.
fn sent<'a>(items: &'a [NetworkItem], found: &mut HashSet<&'a str>) {
    for item in items {
        if let NetworkItem::Connect(c) = item
            && let ExprKind::Field(_, name) = &c.from.kind
        {
            found.insert(&name.text);
        }
        item.bodies().into_iter().for_each(|body| sent(body, found));
    }
}
