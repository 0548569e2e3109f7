//! What only whole numbers have: `bits(n)`, `round_random(x)`, and `wrap` and `saturate`, which bring a
//! right side into the integer that it is assigned to.

use snn_diagnostics::codes::{neuron, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::whole;
use snn_syntax::ast;
use snn_units::{Dimension, UnitValue};

use super::calls::plain_arguments;
use super::{Draws, Scope, Typed, draws, fold, hints, number, type_as};
use crate::context::Context;
use crate::model::{self, Binary, ExprKind, Integer, Unary};

/// Most bits of one `bits(n)`.
const MAX_BITS: f64 = 32.0;

/// A value of an integer: a number, or `wrap(number)`, `saturate(number)`. Whether it is whole and fits is
/// another question (see [`crate::whole`]).
pub(crate) fn type_integer(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
    integer: Integer,
    role: &str,
) -> Option<model::Expr> {
    let Some((op, inner)) = bounded(e) else {
        return type_as(cx, scope, e, &UnitValue::one(), role);
    };
    let inner = type_as(cx, scope, inner, &UnitValue::one(), role)?;
    let bits = plain(ExprKind::Number(f64::from(integer.bits)), e.span);
    Some(plain(ExprKind::Binary(op, Box::new(inner), Box::new(bits)), e.span))
}

/// `wrap(x)` and `saturate(x)`.
fn bounded(e: &ast::Expr) -> Option<(Binary, &ast::Expr)> {
    let ast::ExprKind::Call(call) = &e.kind else { return None };
    let ast::ExprKind::Name(name) = &call.function.kind else { return None };
    let [ast::Argument { label: None, value, .. }] = call.arguments.as_slice() else { return None };
    match name.as_str() {
        "wrap" => Some((Binary::Wrap, value)),
        "saturate" => Some((Binary::Saturate, value)),
        _ => None,
    }
}

fn plain(kind: ExprKind, span: Span) -> model::Expr {
    model::Expr { kind, dimension: Dimension::NUMBER, span }
}

/// `wrap` or `saturate` anywhere else.
pub(super) fn misplaced(cx: &mut Context<'_>, name: &str, span: Span) {
    let message = format!("`{name}` stands alone to the right of an integer's `=`");
    cx.report(
        Diagnostic::new(neuron::INTEGER_TYPE, span, message, "not the whole value of an integer")
            .with_help(format!(
                "give it to a name: `let x: int(24) = {name}(…)`, or bound with `clip(x, lo, hi)`"
            )),
    );
}

/// `bits(n)`: n random bits, 0 .. 2^n - 1.
pub(super) fn bits(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let given = plain_arguments(cx, "bits", "bits(n)", 1, call, span)?[0];
    let n = number(cx, scope, given)?;
    let drawn = standard(cx, scope, span)?;
    let Some(n) = fold(&n.expr).filter(|n| n.fract() == 0.0 && (1.0..=MAX_BITS).contains(n)) else {
        let message = format!("`bits(n)` draws 1 to {MAX_BITS} bits, a number known here");
        cx.report(Diagnostic::new(types::ARGUMENTS, given.span, message, "how many?"));
        return None;
    };
    let range = plain(ExprKind::Number(whole::shift(1.0, n)), span);
    let scaled = plain(ExprKind::Binary(Binary::Mul, Box::new(drawn), Box::new(range)), span);
    Some(Typed::new(ExprKind::Unary(Unary::Floor, Box::new(scaled)), Dimension::NUMBER, span))
}

/// `round_random(x)`: up with the probability of what stands after the point.
pub(super) fn round_random(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let given = plain_arguments(cx, "round_random", "round_random(x)", 1, call, span)?[0];
    let x = number(cx, scope, given)?;
    if !x.expr.dimension.is_dimensionless() {
        hints::not_plain(cx, scope, "round_random", given, &x);
        return None;
    }
    let drawn = standard(cx, scope, span)?;
    let sum = plain(ExprKind::Binary(Binary::Add, Box::new(x.expr), Box::new(drawn)), span);
    Some(Typed::new(ExprKind::Unary(Unary::Floor, Box::new(sum)), Dimension::NUMBER, span))
}

/// `uniform()`, where random numbers may stand in blocks.
fn standard(cx: &mut Context<'_>, scope: &dyn Scope, span: Span) -> Option<model::Expr> {
    let place = match scope.draws() {
        Draws::Block => {
            return Some(draws::standard(snn_numeric::Distribution::Uniform, span).expr);
        }
        Draws::Once => "outside a block; `floor(uniform(0, 256))` draws a whole number once",
        Draws::Forbidden(place) => place,
    };
    let message = format!("random bits cannot stand {place}");
    cx.report(Diagnostic::new(types::NO_DRAW, span, message, "a random number"));
    None
}
