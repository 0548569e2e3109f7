//! Unit expressions. They look like expressions and are parsed as such; here they become products of
//! powers.

use snn_diagnostics::{Diagnostic, Span, codes::syntax as codes};

use super::Context;
use crate::ast::{Argument, BinaryOp, Expr, ExprKind, Name, UnaryOp, UnitExpr, UnitFactor};

/// The unit that an expression spells; faults are reported.
pub(super) fn from_expr(expr: &Expr, context: &mut Context<'_>) -> UnitExpr {
    let mut unit = UnitExpr { factors: Vec::new(), integer: None, faulty: false, span: expr.span };
    if let Some(arguments) = integer_type(expr) {
        match bits(arguments) {
            Some(bits) => unit.integer = Some(bits),
            None => {
                unit.faulty = true;
                context.report(
                    Diagnostic::new(codes::NOT_A_UNIT, expr.span, "how many bits?", "")
                        .with_help("an integer type is written with its number of bits: `int(24)`"),
                );
            }
        }
        return unit;
    }
    if let Err(wrong) = collect(expr, (1, 1), &mut unit.factors) {
        let diagnostic = not_a_unit(wrong, context);
        context.report(diagnostic);
        unit.faulty = true;
        unit.factors.clear();
    }
    unit
}

/// The arguments of `int(…)`.
fn integer_type(expr: &Expr) -> Option<&[Argument]> {
    match &expr.kind {
        ExprKind::Call(call) => {
            let is_int = matches!(&call.function.kind, ExprKind::Name(name) if name == "int");
            is_int.then_some(&call.arguments)
        }
        _ => None,
    }
}

fn bits(arguments: &[Argument]) -> Option<u32> {
    let [Argument { label: None, value, .. }] = arguments else { return None };
    match &value.kind {
        ExprKind::Number { digits, unit: None } => digits.parse().ok(),
        _ => None,
    }
}

/// Why an expression spells no unit: a value in its place, `==` after it, or something else.
fn not_a_unit(wrong: &Expr, context: &Context<'_>) -> Diagnostic {
    if let Some(unit) = number_unit(wrong) {
        let text = |span: Span| &context.text[span.start as usize..span.end as usize];
        let declared = format!("{} = {}", text(unit.span), text(wrong.span));
        let message = "the unit stands after `:`, the value after `=`";
        return Diagnostic::new(codes::NOT_A_UNIT, wrong.span, message, "a value")
            .with_help(format!("write `: {declared}`"))
            .with_fix(wrong.span, declared);
    }
    match &wrong.kind {
        ExprKind::Binary(BinaryOp::Eq, unit, value) => {
            let between = Span { start: unit.span.end, end: value.span.start, ..unit.span };
            let letters = &context.text[between.start as usize..between.end as usize];
            let start = between.start + (letters.len() - letters.trim_start().len()) as u32;
            let at = Span { start, end: start + 2, ..between };
            let message = "`==` compares; a value is given with `=`";
            Diagnostic::new(codes::ASSIGN_OR_COMPARE, at, message, "")
                .with_help("type `=`")
                .with_fix(at, "=")
        }
        _ => Diagnostic::new(codes::NOT_A_UNIT, wrong.span, "this is not a unit", "")
            .with_help("a unit is a product of powers of unit symbols: `mV`, `1/ms`, `pA/mV^2`"),
    }
}

/// The unit of a number with one, perhaps negative.
fn number_unit(expr: &Expr) -> Option<&UnitExpr> {
    match &expr.kind {
        ExprKind::Number { unit, .. } => unit.as_ref(),
        ExprKind::Unary(UnaryOp::Neg, inner) => number_unit(inner),
        _ => None,
    }
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
