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
        ExprKind::Name(_) | ExprKind::Index(..) => {
            let (base, indices) = indexed(e);
            match &base.kind {
                ExprKind::Name(name) => named(cx, scope, name, base.span, &indices),
                _ => {
                    let whole = part(cx, scope, base)?;
                    let whole = Picked { text: format!("({})", whole.text), ..whole };
                    views(cx, scope, whole, &indices, base.span)
                }
            }
        }
        _ => {
            let message = "populations and sources are selected: `E`, `E[0..100]`, `E + I`";
            cx.report(Diagnostic::new(network::NOT_SELECTABLE, e.span, message, "not a selection"));
            None
        }
    }
}

fn named(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    name: &str,
    span: Span,
    indices: &[&ast::Expr],
) -> Option<Picked> {
    match scope.frame.lookup(name) {
        Some((Meaning::Selection(selected), declared)) => {
            let segments = selected.clone()?;
            let whole = Picked { segments, text: name.to_owned() };
            return views(cx, scope, whole, indices, *declared);
        }
        Some((Meaning::Constant(Constant::Poison), _)) => return None,
        Some((Meaning::Constant(_), declared)) => {
            let message = format!("`{name}` is a number, not a selection of neurons");
            cx.report(
                Diagnostic::new(network::NOT_SELECTABLE, span, message, "not a selection")
                    .with_label(*declared, "declared here"),
            );
            return None;
        }
        None => {}
    }
    let Some(family) = scope.objects.family(name) else {
        unknown(cx, scope, name, span);
        return None;
    };
    let levels = indices.len().min(family.depth);
    let (own, views_of_it) = indices.split_at(levels);
    let picked = family_members(cx, scope, (name, span), family, own)?;
    views(cx, scope, picked, views_of_it, family.declared)
}

/// A member of a family or the union of several.
fn family_members(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (name, span): (&str, Span),
    family: &Family,
    indices: &[&ast::Expr],
) -> Option<Picked> {
    let mut text = name.to_owned();
    let mut chosen: Vec<Values> = Vec::new();
    for (level, index) in indices.iter().enumerate() {
        let domain = family.extent(level).map_or(0..0, |(lo, hi)| lo..hi.saturating_add(1));
        let bracket = brackets::chosen(cx, scope, index, name, domain)?;
        text.push_str(&bracket.text);
        chosen.push(bracket.values);
    }
    let Some(found) = members_at(family, &chosen) else {
        if !family.is_faulty() {
            no_member(cx, (name, span), family, indices, &text);
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
fn members_at(family: &Family, chosen: &[Values]) -> Option<Vec<Option<u32>>> {
    let exact: Option<Vec<i64>> = chosen.iter().map(Values::single).collect();
    if let Some(exact) = exact.filter(|_| chosen.len() == family.depth) {
        return Some(vec![family.member(&exact)?]);
    }
    if let ([Values::List(list)], 1) = (chosen, family.depth) {
        return list.iter().map(|i| family.member(&[*i])).collect();
    }
    let fits = |own: &[i64]| chosen.iter().zip(own).all(|(c, i)| c.contains(*i));
    let found: Vec<Option<u32>> = family.members(fits).collect();
    let wanted = match (chosen, family.depth) {
        ([only], 1) => only.len(),
        _ => 1,
    };
    (found.len() as u64 >= wanted.max(1)).then_some(found)
}

fn no_member(
    cx: &mut Context<'_>,
    (name, span): (&str, Span),
    family: &Family,
    indices: &[&ast::Expr],
    text: &str,
) {
    let span = indices.last().map_or(span, |e| e.span);
    let message = match family.extent(indices.len().saturating_sub(1)) {
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
        let Chosen { values, text } = brackets::chosen(cx, scope, index, &picked.text, domain)?;
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

fn unknown(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, name: &str, span: Span) {
    let mut known: Vec<&str> = scope.objects.names().collect();
    let lets = scope.frame.selections();
    known.extend(lets.iter().copied());
    known.sort_unstable();
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
