//! Unit expressions. They look like expressions and are parsed as such; here they become products of
//! powers.

use snn_diagnostics::{Diagnostic, codes::syntax as codes};

use super::Context;
use crate::ast::{BinaryOp, Expr, ExprKind, Name, UnaryOp, UnitExpr, UnitFactor};

/// The unit that an expression spells; faults are reported.
pub(super) fn from_expr(expr: &Expr, context: &mut Context<'_>) -> UnitExpr {
    let mut factors = Vec::new();
    if let Err(wrong) = collect(expr, (1, 1), &mut factors) {
        let integer = match &wrong.kind {
            ExprKind::Call(call) => matches!(&call.function.kind, ExprKind::Name(n) if n == "int"),
            _ => false,
        };
        context.report(if integer {
            let message = "integer types are not available yet";
            Diagnostic::new(codes::NOT_AVAILABLE, wrong.span, message, "")
        } else {
            Diagnostic::new(codes::NOT_A_UNIT, wrong.span, "this is not a unit", "")
                .with_help("a unit is a product of powers of unit symbols: `mV`, `1/ms`, `pA/mV^2`")
        });
        factors.clear();
    }
    UnitExpr { factors, span: expr.span }
}

/// Adds the factors of `expr` to the power `power`; the guilty expression where it is no unit.
fn collect<'e>(
    expr: &'e Expr,
    power: (i32, i32),
    factors: &mut Vec<UnitFactor>,
) -> Result<(), &'e Expr> {
    match &expr.kind {
        ExprKind::Name(symbol) => {
            let symbol = Name { text: symbol.clone(), span: expr.span };
            factors.push(UnitFactor { symbol, power });
        }
        ExprKind::Number { digits, unit: None } if digits == "1" => {}
        ExprKind::Error => {}
        ExprKind::Binary(BinaryOp::Mul, a, b) => {
            collect(a, power, factors)?;
            collect(b, power, factors)?;
        }
        ExprKind::Binary(BinaryOp::Div, a, b) => {
            collect(a, power, factors)?;
            collect(b, (-power.0, power.1), factors)?;
        }
        ExprKind::Binary(BinaryOp::Pow, a, b) => {
            let product = exponent(b).and_then(|e| multiply(power, e)).ok_or(&**b)?;
            collect(a, product, factors)?;
        }
        _ => return Err(expr),
    }
    Ok(())
}

fn exponent(expr: &Expr) -> Option<(i32, i32)> {
    match &expr.kind {
        ExprKind::Number { digits, unit: None } => {
            let value: i32 = digits.parse().ok()?;
            (value <= 99).then_some((value, 1))
        }
        ExprKind::Unary(UnaryOp::Neg, inner) => {
            let (n, d) = exponent(inner)?;
            Some((-n, d))
        }
        ExprKind::Binary(BinaryOp::Div, a, b) => match (exponent(a)?, exponent(b)?) {
            ((n, 1), (d, 1)) if d > 0 => Some((n, d)),
            _ => None,
        },
        _ => None,
    }
}

fn multiply(a: (i32, i32), b: (i32, i32)) -> Option<(i32, i32)> {
    let (n, d) = (a.0.checked_mul(b.0)?, a.1.checked_mul(b.1)?);
    let divisor = gcd(n.unsigned_abs(), d.unsigned_abs()).max(1) as i32;
    Some((n / divisor, d / divisor))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
