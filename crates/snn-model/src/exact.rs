//! Constant expressions without rounding: `0.3 ms / 0.1 ms` is 3.

use snn_numeric::Rational;
use snn_syntax::ast::{self, BinaryOp, UnaryOp};
use snn_units::{Exponent, UnitValue};

use crate::data::exact_literal;

/// Names with exact values.
pub(crate) trait Exact {
    /// The exact value, in coherent units, of a `Name`, `Field`, `Index` or `Call`; none where it is not
    /// known exactly.
    fn exact_value(&self, e: &ast::Expr) -> Option<Rational>;
}

/// The exact value of an expression in coherent units; none where a function or a root leaves the
/// rationals, or numbers get too long. Units have been checked before.
pub(crate) fn exact<S: Exact + ?Sized>(scope: &S, e: &ast::Expr) -> Option<Rational> {
    match &e.kind {
        ast::ExprKind::Number { digits, unit } => {
            let unit = unit.as_ref().map_or(Some(UnitValue::one()), product)?;
            exact_literal(digits, &unit)
        }
        ast::ExprKind::Unary(UnaryOp::Neg, a) => exact(scope, a)?.checked_neg(),
        ast::ExprKind::Binary(op, a, b) => {
            let (a, b) = (exact(scope, a)?, exact(scope, b)?);
            match op {
                BinaryOp::Add => a.checked_add(b),
                BinaryOp::Sub => a.checked_sub(b),
                BinaryOp::Mul => a.checked_mul(b),
                BinaryOp::Div => a.checked_div(b),
                BinaryOp::Pow => power(a, b),
                _ => None,
            }
        }
        ast::ExprKind::Call(call) => function(scope, call).or_else(|| scope.exact_value(e)),
        ast::ExprKind::Name(_) | ast::ExprKind::Field(..) | ast::ExprKind::Index(..) => {
            scope.exact_value(e)
        }
        _ => None,
    }
}

/// The decimal of 15 digits nearest to a number: what was probably meant by a value that has been rounded.
pub(crate) fn nearest_decimal(value: f64) -> Rational {
    Rational::from_decimal(&format!("{value:.14e}")).unwrap_or(Rational::ZERO)
}

fn function<S: Exact + ?Sized>(scope: &S, call: &ast::Call) -> Option<Rational> {
    let ast::ExprKind::Name(name) = &call.function.kind else { return None };
    let mut arguments = call.arguments.iter().map(|a| exact(scope, &a.value));
    let first = arguments.next()??;
    match name.as_str() {
        "floor" => whole(first.floor()),
        "ceil" => whole(-first.checked_neg()?.floor()),
        "abs" if first.is_negative() => first.checked_neg(),
        "abs" => Some(first),
        "min" => arguments.try_fold(first, |a, b| b.map(|b| a.min(b))),
        "max" => arguments.try_fold(first, |a, b| b.map(|b| a.max(b))),
        _ => None,
    }
}

fn whole(value: i128) -> Option<Rational> {
    Rational::new(value, 1)
}

fn power(base: Rational, exponent: Rational) -> Option<Rational> {
    let n =
        i32::try_from(exponent.floor()).ok().filter(|n| exponent.is_integer() && n.abs() <= 256)?;
    let mut result = Rational::ONE;
    for _ in 0..n.abs() {
        result = result.checked_mul(base)?;
    }
    if n < 0 { Rational::ONE.checked_div(result) } else { Some(result) }
}

fn product(unit: &ast::UnitExpr) -> Option<UnitValue> {
    unit.factors.iter().try_fold(UnitValue::one(), |product, factor| {
        let symbol = UnitValue::parse(&factor.symbol.text)?;
        Some(product.mul(&symbol.pow(Exponent::new(factor.power.0, factor.power.1)?)))
    })
}
