//! Selections of neurons: `E`, `L[2]`, `E[0..100]`, `E + I`, lets; what stands in brackets is in
//! [`brackets`].

use snn_connect::{Segment, Selection};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, BinaryOp, ExprKind};

use super::brackets::{self, Chosen, Values};
use super::frame::{Meaning, NetScope, indexed};
use super::members;
use super::objects::Family;
use super::path::{Path, Step, names_neurons};
use crate::constant::Constant;
use crate::context::Context;

/// Selected neurons, and how the text would name them with every index a number.
#[derive(Clone, Debug)]
pub(crate) struct Picked {
    /// The neurons; never empty, none twice.
    pub segments: Vec<Segment>,
    /// `L[3] + E[0..100]`.
    pub text: String,
}

impl Picked {
    /// As the later stages hold it.
    pub fn selection(&self) -> Selection {
        Selection::new(self.segments.clone())
    }
}

/// `n.ampa`, `n.dend.ampa`: a selection and what is named of its neurons. What follows the name of a
/// population is a path inside its neurons; none where the whole names neurons.
pub(crate) fn port<'e>(
    scope: &NetScope<'_, '_>,
    e: &'e ast::Expr,
) -> Option<(&'e ast::Expr, ast::Name)> {
    let ExprKind::Field(base, member) = &e.kind else { return None };
    if names_neurons(scope, e) {
        return None;
    }
    let Some((neurons, path)) = port(scope, base) else { return Some((base, member.clone())) };
    let text = format!("{}.{}", path.text, member.text);
    Some((neurons, ast::Name { text, span: path.span.to(member.span) }))
}

/// Evaluates a selection; faults are reported.
pub(crate) fn pick(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
) -> Option<Picked> {
    let picked = part(cx, scope, e)?;
    if picked.segments.is_empty() {
        let message = "nothing is selected";
        cx.report(Diagnostic::new(network::EMPTY, e.span, message, "empty"));
        return None;
    }
    if let Some(twice) = members::repeated(&picked.segments) {
        let object = scope.objects.get(twice.object);
        let neurons = describe(&object.name, object.size, twice);
        cx.report(
            Diagnostic::new(
                network::SELECTED_TWICE,
                e.span,
                format!("{neurons} stands in this selection twice"),
                "not a set of neurons",
            )
            .with_label(object.span, format!("`{}` is declared here", object.name)),
        );
        return None;
    }
    if members::total(&picked.segments) > u64::from(u32::MAX) {
        let message = "a selection holds at most 4294967295 neurons";
        cx.report(Diagnostic::new(network::OUT_OF_RANGE, e.span, message, "too many"));
        return None;
    }
    Some(picked)
}

/// Recursion: expressions are no deeper than the parser allows.
fn part(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, e: &ast::Expr) -> Option<Picked> {
    match &e.kind {
        ExprKind::Error => None,
        ExprKind::Binary(BinaryOp::Add, a, b) => {
            let (left, right) = (part(cx, scope, a), part(cx, scope, b));
            let (left, right) = (left?, right?);
            let text = format!("{} + {}", left.text, right.text);
            Some(Picked { segments: members::union(left.segments, &right.segments), text })
        }
        ExprKind::Name(_) | ExprKind::Index(..) | ExprKind::Field(..) => {
            if let Some(path) = Path::of(e) {
                return named(cx, scope, &path);
            }
            let (base, indices) = indexed(e);
            if let ExprKind::Field(..) = base.kind {
                return not_selectable(cx, e.span);
            }
            let whole = part(cx, scope, base)?;
            let whole = Picked { text: format!("({})", whole.text), ..whole };
            views(cx, scope, whole, &indices, base.span)
        }
        _ => not_selectable(cx, e.span),
    }
}

fn not_selectable(cx: &mut Context<'_>, span: Span) -> Option<Picked> {
    let message = "populations and sources are selected: `E`, `E[0..100]`, `E + I`";
    cx.report(Diagnostic::new(network::NOT_SELECTABLE, span, message, "not a selection"));
    None
}

fn named(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, path: &Path<'_>) -> Option<Picked> {
    let (last, around) = path.steps.split_last()?;
    let first = &path.steps[0];
    match scope.frame.lookup(first.name) {
        Some((Meaning::Selection(selected), declared)) if around.is_empty() => {
            let segments = selected.clone()?;
            let whole = Picked { segments, text: first.name.to_owned() };
            return views(cx, scope, whole, &first.indices, *declared);
        }
        Some((Meaning::Constant(Constant::Poison) | Meaning::Selection(None), _)) => return None,
        Some((meaning, declared)) => {
            let message = match meaning {
                Meaning::Constant(_) => {
                    format!("`{}` is a number, not a selection of neurons", first.name)
                }
                Meaning::Selection(_) => format!("`{}` has no parts with names", first.name),
            };
            cx.report(
                Diagnostic::new(network::NOT_SELECTABLE, first.span, message, "not a selection")
                    .with_label(*declared, "declared here"),
            );
            return None;
        }
        None => {}
    }
    let mut found =
        Chain { key: scope.frame.path().to_owned(), text: String::new(), chosen: Vec::new() };
    found.chosen.extend(scope.frame.indices().iter().map(|i| Some(Values::Range(*i..*i + 1))));
    for step in around {
        inside(cx, scope, step, &mut found)?;
    }
    found.key.push_str(last.name);
    found.text.push_str(last.name);
    let Some(family) = scope.objects.family(&found.key) else {
        unknown(cx, scope, last, &found.key);
        return None;
    };
    let own = family.depth.saturating_sub(found.chosen.len());
    let (own, views_of_it) = last.indices.split_at(last.indices.len().min(own));
    let picked = family_members(cx, scope, last, family, own, found)?;
    views(cx, scope, picked, views_of_it, family.declared)
}

/// What a path has chosen so far.
struct Chain {
    /// Name of the family, or the path to it.
    key: String,
    text: String,
    /// Per index of the family; none is every index.
    chosen: Vec<Option<Values>>,
}

/// One network inside another: `col[2]` before a dot.
fn inside(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    step: &Step<'_>,
    found: &mut Chain,
) -> Option<()> {
    found.key.push_str(step.name);
    found.text.push_str(step.name);
    let Some(module) = scope.objects.module(&found.key) else {
        match scope.objects.family(&found.key) {
            Some(family) => {
                let message = format!("`{}` has no parts with names", found.text);
                let code = network::NOT_SELECTABLE;
                cx.report(
                    Diagnostic::new(code, step.span, message, "not a network")
                        .with_label(family.declared, "declared here"),
                );
            }
            None => unknown(cx, scope, step, &found.key),
        }
        return None;
    };
    if module.is_faulty() {
        return None;
    }
    if let Some(extra) = step.indices.get(module.depth) {
        let message = format!("`{}` has {} indices", found.text, module.depth);
        cx.report(
            Diagnostic::new(network::FAMILY, extra.span, message, "one too many")
                .with_label(module.declared, "declared here"),
        );
        return None;
    }
    for at in 0..module.depth {
        let level = found.chosen.len();
        let Some(index) = step.indices.get(at) else {
            found.chosen.push(None);
            continue;
        };
        let domain = module.extent(level).map_or(0..0, |(lo, hi)| lo..hi.saturating_add(1));
        let bracket = brackets::chosen(cx, scope, index, (&found.text, None), domain.clone())?;
        if !bracket.values.within(&domain) {
            let (text, hi) = (format!("{}{}", found.text, bracket.text), domain.end - 1);
            let message = format!("there is no `{text}`: its indices are {} .. {hi}", domain.start);
            cx.report(
                Diagnostic::new(network::OUT_OF_RANGE, index.span, message, "outside")
                    .with_label(module.declared, "declared here"),
            );
            return None;
        }
        found.text.push_str(&bracket.text);
        found.chosen.push(Some(bracket.values));
    }
    found.key.push('.');
    found.text.push('.');
    Some(())
}

/// A member of a family or the union of several.
fn family_members(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    step: &Step<'_>,
    family: &Family,
    indices: &[&ast::Expr],
    found: Chain,
) -> Option<Picked> {
    let Chain { mut text, mut chosen, .. } = found;
    for index in indices {
        let domain = family.extent(chosen.len()).map_or(0..0, |(lo, hi)| lo..hi.saturating_add(1));
        let bracket = brackets::chosen(cx, scope, index, (&text, None), domain)?;
        text.push_str(&bracket.text);
        chosen.push(Some(bracket.values));
    }
    let Some(found) = members_at(family, &chosen) else {
        if !family.is_faulty() {
            no_member(cx, step, family, indices, (&text, chosen.len()));
        }
        return None;
    };
    let mut segments = Vec::new();
    for id in found {
        segments = members::union(segments, &[scope.objects.whole(id?)]);
    }
    Some(Picked { segments, text })
}

/// The chosen members: of one index, or of a list, in its order; otherwise in the order of declaration. None
/// where one is missing.
fn members_at(family: &Family, chosen: &[Option<Values>]) -> Option<Vec<Option<u32>>> {
    let exact: Option<Vec<i64>> = chosen.iter().map(|c| c.as_ref()?.single()).collect();
    if let Some(exact) = exact.filter(|_| chosen.len() == family.depth) {
        return Some(vec![family.member(&exact)?]);
    }
    if let ([Some(Values::List(list))], 1) = (chosen, family.depth) {
        return list.iter().map(|i| family.member(&[*i])).collect();
    }
    let is = |chosen: &Option<Values>, i: i64| chosen.as_ref().is_none_or(|c| c.contains(i));
    let fits = |own: &[i64]| chosen.iter().zip(own).all(|(c, i)| is(c, *i));
    let found: Vec<Option<u32>> = family.members(fits).collect();
    let wanted = match (chosen, family.depth) {
        ([Some(only)], 1) => only.len(),
        _ => 1,
    };
    (found.len() as u64 >= wanted.max(1)).then_some(found)
}

fn no_member(
    cx: &mut Context<'_>,
    step: &Step<'_>,
    family: &Family,
    indices: &[&ast::Expr],
    (text, levels): (&str, usize),
) {
    let span = indices.last().map_or(step.span, |e| e.span);
    let name = step.name;
    let message = match family.extent(levels.saturating_sub(1)) {
        Some((lo, hi)) => {
            format!("`{text}` is not a member of the family `{name}`: its indices are {lo} .. {hi}")
        }
        None => format!(
            "there is no `{name}` here: its declaration is in a branch of `if` or a loop without steps"
        ),
    };
    cx.report(
        Diagnostic::new(network::OUT_OF_RANGE, span, message, "outside")
            .with_label(family.declared, "declared here"),
    );
}

/// Views of a list by position, one bracket after the other.
fn views(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    whole: Picked,
    indices: &[&ast::Expr],
    declared: Span,
) -> Option<Picked> {
    let mut picked = whole;
    for index in indices {
        let size = members::total(&picked.segments);
        let domain = 0..i64::try_from(size).unwrap_or(i64::MAX);
        let counted = (picked.text.as_str(), Some(picked.segments.as_slice()));
        let Chosen { values, text } = brackets::chosen(cx, scope, index, counted, domain)?;
        if let Some(outside) = values.outside(size) {
            let message = format!(
                "`{}` has {size} neuron{}, with indices 0 .. {}: there is no {outside}",
                picked.text,
                if size == 1 { "" } else { "s" },
                size - 1
            );
            cx.report(
                Diagnostic::new(network::OUT_OF_RANGE, index.span, message, "outside")
                    .with_label(declared, "declared here"),
            );
            return None;
        }
        picked.segments = match values {
            Values::Range(range) => {
                members::view(&picked.segments, range.start as u64..range.end as u64)
            }
            Values::List(list) => members::at(picked.segments, &list),
        };
        picked.text.push_str(&text);
    }
    Some(picked)
}

/// Reports a name of a path; `key` is the whole path to it.
fn unknown(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, step: &Step<'_>, key: &str) {
    let (name, span) = (step.name, step.span);
    let path = key.strip_suffix(name).unwrap_or("");
    let mut known: Vec<&str> = scope.objects.names(path).collect();
    let lets = scope.frame.selections();
    if path == scope.frame.path() {
        known.extend(lets.iter().copied());
    }
    known.sort_unstable();
    if scope.objects.module(key).is_some() {
        let key = format!("{key}.");
        let mut inner: Vec<&str> = scope.objects.names(&key).collect();
        inner.sort_unstable();
        let message = format!("`{name}` is a network, not a selection of neurons");
        let mut d = Diagnostic::new(network::NOT_SELECTABLE, span, message, "of which population?");
        if let Some(first) = inner.first() {
            d = d.with_help(format!("name a population of it: `{}.{first}`", cx.text(span)));
        }
        cx.report(d);
        return;
    }
    let message = format!("there is no population or source `{name}`");
    let mut d = Diagnostic::new(network::UNKNOWN_POPULATION, span, message, "unknown");
    if let Some(near) = nearest(name, known.iter().copied()) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(span, near);
    } else if known.is_empty() {
        d = d.with_help("the network has none: `population E[100]: lif`");
    } else {
        let list: Vec<String> = known.iter().take(12).map(|n| format!("`{n}`")).collect();
        d = d.with_help(format!("there are {}", list.join(", ")));
    }
    cx.report(d);
}

/// `E`, `E[5]` or `E[0..10]`.
pub(crate) fn describe(name: &str, size: u32, s: Segment) -> String {
    match s {
        Segment { start: 0, len, .. } if len == size => format!("`{name}`"),
        Segment { start, len: 1, .. } => format!("`{name}[{start}]`"),
        Segment { start, len, .. } => {
            format!("`{name}[{start}..{}]`", u64::from(start) + u64::from(len))
        }
    }
}
