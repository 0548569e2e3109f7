//! What a pair of brackets chooses: `[5]`, `[0..100]`, `[0..100 step 2]`, `[[1, 5, 9]]`, `[index < 10]`.

use std::ops::Range;

use snn_connect::Segment;
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

use super::frame::{NetScope, Place};
use super::positions::{self, speaks_of_positions};
use super::step_of;
use crate::array::shape_text;
use crate::constant::{self, Constant, ConstantScope, Quantity};
use crate::context::Context;
use crate::typed;

/// Chosen indices, and how the text would name them with every index a number.
pub(super) struct Chosen {
    pub values: Values,
    /// With its brackets.
    pub text: String,
}

/// Indices in the order in which they are chosen; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Values {
    Range(Range<i64>),
    List(Vec<i64>),
}

impl Values {
    pub fn contains(&self, i: i64) -> bool {
        match self {
            Self::Range(range) => range.contains(&i),
            Self::List(list) => list.contains(&i),
        }
    }

    pub fn len(&self) -> u64 {
        match self {
            Self::Range(range) => range.end.abs_diff(range.start),
            Self::List(list) => list.len() as u64,
        }
    }

    /// The only index, where there is one.
    pub fn single(&self) -> Option<i64> {
        match self {
            Self::Range(range) => {
                (range.start.checked_add(1) == Some(range.end)).then_some(range.start)
            }
            Self::List(list) => match list.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
        }
    }

    /// Whether all lie in a range.
    pub fn within(&self, range: &Range<i64>) -> bool {
        match self {
            Self::Range(own) => range.start <= own.start && own.end <= range.end,
            Self::List(list) => list.iter().all(|i| range.contains(i)),
        }
    }

    /// An index outside of `0 .. size`.
    pub fn outside(&self, size: u64) -> Option<i64> {
        let inside = |i: i64| u64::try_from(i).is_ok_and(|i| i < size);
        match self {
            Self::Range(range) => [range.start, range.end - 1].into_iter().find(|i| !inside(*i)),
            Self::List(list) => list.iter().copied().find(|i| !inside(*i)),
        }
    }
}

/// Evaluates a pair of brackets behind `of`, whose indices are `domain`; `neurons` are what they count, where
/// they count neurons.
pub(super) fn chosen(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &Expr,
    (of, neurons): (&str, Option<&[Segment]>),
    domain: Range<i64>,
) -> Option<Chosen> {
    let role = format!("an index of `{of}`");
    match &e.kind {
        ExprKind::Range(..) => {
            let range = range(cx, scope, e, &role)?;
            let text = format!("[{}..{}]", range.start, range.end);
            return Some(Chosen { values: Values::Range(range), text });
        }
        ExprKind::Step(inner, step) => {
            let range = range(cx, scope, inner, &role);
            let step = step_of(cx, scope, step);
            let (range, step) = (range?, step?);
            let text = format!("[{}..{} step {step}]", range.start, range.end);
            let count = range.end.abs_diff(range.start).div_ceil(step as u64);
            afford(cx, count, e.span)?;
            return Some(Chosen { values: Values::List(range.step_by(step).collect()), text });
        }
        _ if is_condition(e) => return mask(cx, scope, e, neurons, domain),
        _ => {}
    }
    if matches!(e.kind, ExprKind::Array(_)) || scope.array(cx, e).is_some() {
        let values = list(cx, scope, e, &role)?;
        return Some(Chosen {
            values: Values::List(values),
            text: format!("[{}]", cx.text(e.span)),
        });
    }
    let i = constant::whole(cx, scope, e, &role)?;
    Some(Chosen { values: Values::Range(i..i.saturating_add(1)), text: format!("[{i}]") })
}

fn range(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &Expr,
    role: &str,
) -> Option<Range<i64>> {
    let ExprKind::Range(lo, hi) = &e.kind else { return None };
    let (lo, hi) = (constant::whole(cx, scope, lo, role), constant::whole(cx, scope, hi, role));
    let (lo, hi) = (lo?, hi?);
    if lo >= hi {
        let message =
            format!("the range {lo}..{hi} is empty: it runs from {lo} to just before {hi}");
        cx.report(Diagnostic::new(network::EMPTY, e.span, message, "empty"));
        return None;
    }
    Some(lo..hi)
}

/// `[1, 5, 9]`, or the name of an array of whole numbers.
fn list(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, e: &Expr, role: &str) -> Option<Vec<i64>> {
    let one = snn_units::UnitValue::one();
    let Constant::Array(array) = constant::constant(cx, scope, e, Some(&one), role)? else {
        return None;
    };
    if array.shape().len() != 1 {
        let shape = shape_text(array.shape());
        let message = format!("a list of indices has one dimension, this has {shape}");
        cx.report(Diagnostic::new(network::WRONG_SHAPE, e.span, message, "not a list"));
        return None;
    }
    afford(cx, array.len() as u64, e.span)?;
    if array.len() == 0 {
        let message = "the list of indices is empty";
        cx.report(Diagnostic::new(network::EMPTY, e.span, message, "empty"));
        return None;
    }
    let mut found = Vec::with_capacity(array.len());
    for i in 0..array.len() {
        let Some(Constant::Number(Quantity { exact, value, .. })) = array.get(i) else {
            return None;
        };
        let Some(whole) = i64::try_from(exact.floor()).ok().filter(|_| exact.is_integer()) else {
            let message = format!("{role} must be whole: entry {i} of the list is {value}");
            cx.report(Diagnostic::new(network::NOT_WHOLE, e.span, message, "not whole numbers"));
            return None;
        };
        found.push(whole);
    }
    Some(found)
}

/// The indices of `domain` for which a condition on `index`, `x` and `y` holds.
fn mask(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &Expr,
    neurons: Option<&[Segment]>,
    domain: Range<i64>,
) -> Option<Chosen> {
    let scope = NetScope { place: Place::Mask, ..*scope };
    let condition = typed::type_condition(cx, &scope, e)?;
    afford(cx, domain.end.abs_diff(domain.start), e.span)?;
    let places = match speaks_of_positions(&condition) {
        true => positions::fixed(cx, scope.objects, neurons, e.span)?,
        false => Vec::new(),
    };
    let mut found = Vec::new();
    for i in domain {
        let [x, y] = places.get(i as usize).copied().unwrap_or([f64::NAN; 2]);
        match typed::fold_at(&condition, &[i as f64, f64::NAN, x, y]) {
            Some(truth) if truth != 0.0 => found.push(i),
            Some(_) => {}
            None => {
                let message = "a condition that selects may use `index`, `x`, `y` and constants";
                cx.report(Diagnostic::new(network::NOT_SELECTABLE, e.span, message, "no constant"));
                return None;
            }
        }
    }
    if found.is_empty() {
        let message = "no index fulfils this condition";
        cx.report(Diagnostic::new(network::EMPTY, e.span, message, "never true"));
        return None;
    }
    Some(Chosen { values: Values::List(found), text: format!("[{}]", cx.text(e.span)) })
}

/// Whether an expression can only be a condition.
fn is_condition(e: &Expr) -> bool {
    use BinaryOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    match &e.kind {
        ExprKind::Binary(op, ..) => matches!(op, Lt | Le | Gt | Ge | Eq | Ne | And | Or),
        ExprKind::Unary(op, _) => *op == UnaryOp::Not,
        ExprKind::Bool(_) => true,
        _ => false,
    }
}

/// Selections of single neurons take time and memory for each.
fn afford(cx: &mut Context<'_>, count: u64, span: Span) -> Option<()> {
    if cx.afford_picks(count) {
        return Some(());
    }
    let message = "steps, lists and conditions select one by one more than a few million neurons";
    cx.report(
        Diagnostic::new(network::TOO_MANY_OBJECTS, span, message, "too many here")
            .with_help("ranges such as `E[0..1000]` cost nothing"),
    );
    None
}
