//! Messages about dimensions, in the user's units, with what to type.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{Dimension, UnitValue};

use super::operators::Meeting;
use super::{Declared, Scope, Typed};
use crate::context::Context;
use crate::model::ExprKind;
use crate::order;
use crate::units;

/// Longest text of an expression that messages repeat.
const MAX_SHOWN: usize = 40;

/// "`v` is a voltage (mV)", or "this is …" where the text is long.
pub(super) fn describe(cx: &Context<'_>, typed: &Typed) -> String {
    let what = noun(&typed.expr.dimension, &typed.unit());
    match shown(cx, typed.expr.span) {
        Some(text) => format!("`{text}` is {what}"),
        None => format!("this is {what}"),
    }
}

fn shown<'a>(cx: &Context<'a>, span: Span) -> Option<&'a str> {
    let text = cx.text(span);
    (text.len() <= MAX_SHOWN && !text.contains('\n') && !text.is_empty()).then_some(text)
}

/// "a voltage (mV)", "a plain number", "a quantity in pA/mV^2".
fn noun(dimension: &Dimension, unit: &UnitValue) -> String {
    match dimension.noun() {
        _ if dimension.is_dimensionless() => "a plain number".to_owned(),
        Some(noun) => format!("{noun} ({unit})"),
        None => format!("a quantity in {unit}"),
    }
}

/// Two numbers that meet and have different dimensions.
pub(super) fn mismatch(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    meeting: Meeting,
    left: (&ast::Expr, &Typed),
    right: (&ast::Expr, &Typed),
) {
    if let Some(d) = literal_fault(cx, left, right).or_else(|| literal_fault(cx, right, left)) {
        cx.report(d);
        return;
    }
    let (l, r) = (simple_noun(left.1), simple_noun(right.1));
    let message = match meeting {
        Meeting::Sum => format!("cannot add {r} to {l}"),
        Meeting::Difference => format!("cannot subtract {r} from {l}"),
        Meeting::Comparison => format!("cannot compare {l} with {r}"),
        Meeting::Choice => format!("one branch is {l}, the other {r}"),
        Meeting::Arguments(name) => format!("arguments of `{name}` differ: {l} and {r}"),
    };
    let names = cx.declared(scope);
    // A current beside a voltage becomes a voltage, on whichever side it stands.
    let right_first = left.1.expr.dimension != Dimension::CURRENT;
    let order =
        if right_first { [(left, right), (right, left)] } else { [(right, left), (left, right)] };
    let found = order.into_iter().find_map(|(kept, guilty)| {
        let wanted = kept.1.expr.dimension;
        conversion(cx, &names, guilty, &wanted).map(|hint| (kept, guilty, hint))
    });
    let (kept, guilty, hint) = match found {
        Some((kept, guilty, hint)) => (kept, guilty, Some(hint)),
        None => (left, right, None),
    };
    let place = guilty.0.span;
    let mut d = Diagnostic::new(types::DIMENSION, place, message, noun_of(guilty.1))
        .with_label(kept.0.span, noun_of(kept.1));
    if let Some(declared) = guilty.1.declared {
        d = d.with_label(declared, "declared here");
    }
    if let Some(hint) = hint {
        let noun = simple_noun(kept.1);
        d = d.with_help(format!("`{}` is in scope, `{}` is {noun}", hint.name, hint.text));
        d = d.with_fix(place, hint.text);
    }
    cx.report(d);
}

fn noun_of(typed: &Typed) -> String {
    noun(&typed.expr.dimension, &typed.unit())
}

fn simple_noun(typed: &Typed) -> String {
    if typed.expr.dimension.is_dimensionless() {
        "a plain number".to_owned()
    } else {
        typed.expr.dimension.describe()
    }
}

/// A number as written, with a minus in front perhaps: its digits and whether it bears a unit.
fn literal(e: &ast::Expr) -> Option<(String, bool)> {
    match &e.kind {
        ast::ExprKind::Number { digits, unit } => Some((digits.clone(), unit.is_some())),
        ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => {
            literal(inner).map(|(digits, unit)| (format!("-{digits}"), unit))
        }
        _ => None,
    }
}

/// A literal without its unit or with a wrong one, beside something that has a unit.
fn literal_fault(
    cx: &Context<'_>,
    (e, number): (&ast::Expr, &Typed),
    (other_e, other): (&ast::Expr, &Typed),
) -> Option<Diagnostic> {
    let (digits, has_unit) = literal(e)?;
    // Of `20 mV` beside `0`, the number without its unit is at fault.
    if has_unit && matches!(literal(other_e), Some((_, false))) {
        return None;
    }
    if other.expr.dimension.is_dimensionless() && !has_unit {
        return None;
    }
    let fixed = units::typed(&digits, &other.unit());
    let what = describe(cx, other);
    let text = cx.text(e.span);
    let d = if has_unit {
        let message = format!("`{text}` is {}, {what}", simple_noun(number));
        Diagnostic::new(types::DIMENSION, e.span, message, simple_noun(number))
    } else {
        let message = format!("`{text}` is a plain number, {what}");
        Diagnostic::new(types::PLAIN_NUMBER, e.span, message, "no unit")
    };
    let mut d = d.with_label(other.expr.span, noun_of(other));
    if let Some(declared) = other.declared {
        d = d.with_label(declared, "declared here");
    }
    Some(d.with_help(format!("write `{fixed}`")).with_fix(e.span, fixed))
}

fn fitting(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    guilty: (&ast::Expr, &Typed),
    wanted: &Dimension,
) -> Option<Conversion> {
    let names = cx.declared(scope);
    conversion(cx, &names, guilty, wanted)
}

struct Conversion {
    name: String,
    text: String,
}

/// A name in scope that turns the guilty side into the wanted dimension by a product or a quotient.
fn conversion(
    cx: &Context<'_>,
    names: &[Declared],
    (e, typed): (&ast::Expr, &Typed),
    wanted: &Dimension,
) -> Option<Conversion> {
    let text = shown(cx, e.span)?;
    let text = as_factor(e, text);
    let have = typed.expr.dimension;
    let factor = wanted.div(&have);
    if have.is_dimensionless() || wanted.is_dimensionless() {
        return None;
    }
    let used = used_names(e);
    let usable = || names.iter().filter(|n| !used.contains(&n.name));
    // Named factors are few and physical: a resistance, a conductance, a time.
    let physical = |d: &Dimension| d.noun().is_some() && !d.is_dimensionless();
    if physical(&factor)
        && let Some(n) = preferred(usable().filter(|n| n.dimension == factor))
    {
        return Some(Conversion { name: n.name.clone(), text: format!("{} * {text}", n.name) });
    }
    let divisor = have.div(wanted);
    let n = preferred(usable().filter(|n| physical(&divisor) && n.dimension == divisor))?;
    Some(Conversion { name: n.name.clone(), text: format!("{text} / {}", n.name) })
}

/// Among several, a name that says what it is: `tau…` before others.
fn preferred<'n>(names: impl Iterator<Item = &'n Declared>) -> Option<&'n Declared> {
    let mut names: Vec<&Declared> = names.collect();
    names.sort_by_key(|n| !n.name.starts_with("tau"));
    names.first().copied()
}

/// The text of an expression, in parentheses where it needs them.
fn as_factor(e: &ast::Expr, text: &str) -> String {
    use ast::ExprKind::{Call, Field, Index, Name, Number};
    let atom = matches!(e.kind, Name(_) | Number { .. } | Call(_) | Field(..) | Index(..));
    if atom || is_enclosed(text) { text.to_owned() } else { format!("({text})") }
}

/// Whether the first character opens parentheses that the last one closes.
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0i32;
    let closes = text.bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    });
    text.starts_with('(') && closes == Some(text.len() - 1)
}

fn used_names(e: &ast::Expr) -> Vec<String> {
    let mut used = Vec::new();
    order::references(e, &mut |e| {
        if let ast::ExprKind::Name(name) = &e.kind {
            used.push(name.clone());
        }
    });
    used
}

/// A function that takes plain numbers got something else.
pub(super) fn not_plain(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    name: &str,
    e: &ast::Expr,
    typed: &Typed,
) {
    let what = describe(cx, typed);
    let message = format!("`{name}` takes a plain number, {what}");
    let mut d = Diagnostic::new(types::NOT_PLAIN, e.span, message, noun_of(typed));
    if let Some(declared) = typed.declared {
        d = d.with_label(declared, "declared here");
    }
    let used = used_names(e);
    let divisors: Vec<String> = cx
        .declared(scope)
        .into_iter()
        .filter(|n| n.dimension == typed.expr.dimension && !used.contains(&n.name))
        .map(|n| n.name)
        .collect();
    let text = shown(cx, e.span).unwrap_or("x");
    let text = as_factor(e, text);
    let noun = simple_noun(typed);
    let help = match divisors.first() {
        Some(first) => format!(
            "divide it by {noun}, such as `{name}({text} / {first})`; in scope: {}",
            crate::names::list(&divisors)
        ),
        None => {
            let one = units::typed("1", &typed.unit());
            format!("divide it by {noun}, such as `{name}({text} / {one})`")
        }
    };
    d = d.with_help(help);
    cx.report(d);
}

/// A number that does not have the dimension its place needs.
pub(super) fn wrong_dimension(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
    typed: &Typed,
    unit: &UnitValue,
    role: &str,
) {
    let wanted = noun(&unit.dimension, unit);
    let what = describe(cx, typed);
    let message = format!("{role} is {wanted}, {what}");
    if let Some((digits, has_unit)) = literal(e) {
        let (code, label) = if has_unit || unit.dimension.is_dimensionless() {
            (types::DIMENSION, noun_of(typed))
        } else {
            (types::PLAIN_NUMBER, "no unit".to_owned())
        };
        let fixed = units::typed(&digits, unit);
        cx.report(
            Diagnostic::new(code, e.span, message, label)
                .with_help(format!("write `{fixed}`"))
                .with_fix(e.span, fixed),
        );
        return;
    }
    let mut d = Diagnostic::new(types::DIMENSION, e.span, message, noun_of(typed));
    if let Some(declared) = typed.declared {
        d = d.with_label(declared, "declared here");
    }
    if unit.dimension.mul(&Dimension::TIME) == typed.expr.dimension {
        let names = cx.declared(scope);
        let times = names.iter().filter(|n| n.dimension == Dimension::TIME);
        d = d.with_help(match preferred(times) {
            Some(tau) => format!("divide it by a time constant such as `{}`", tau.name),
            None => "divide it by a time constant".to_owned(),
        });
    } else if let Some(hint) = fitting(cx, scope, (e, typed), &unit.dimension) {
        d = d.with_help(format!("`{}` is in scope: `{}` fits", hint.name, hint.text));
        if matches!(
            typed.expr.kind,
            ExprKind::Input(_) | ExprKind::State(_) | ExprKind::Parameter(_)
        ) {
            d = d.with_fix(e.span, hint.text);
        }
    } else {
        d = missing_factor(&typed.expr.dimension, &unit.dimension)
            .into_iter()
            .fold(d, Diagnostic::with_help);
    }
    cx.report(d);
}

/// What must divide or multiply one dimension to give the other, where it has a name.
fn missing_factor(have: &Dimension, wanted: &Dimension) -> Option<String> {
    if have.is_dimensionless() || wanted.is_dimensionless() {
        return None;
    }
    match (have.div(wanted).noun(), wanted.div(have).noun()) {
        (Some(divisor), _) => Some(format!("divide it by {divisor}")),
        (None, Some(factor)) => Some(format!("multiply it by {factor}")),
        (None, None) => None,
    }
}
