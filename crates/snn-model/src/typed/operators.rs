//! Operators: equal dimensions where numbers are added or compared, products elsewhere.

use snn_diagnostics::codes::{syntax, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, BinaryOp, UnaryOp};
use snn_units::{Dimension, Exponent, UnitValue};

use super::{Scope, Sort, Typed, exprel, fold, hints, number, type_condition, typed};
use crate::context::Context;
use crate::model::{self, Binary, ExprKind, Unary};

/// `-x`, `not x`.
pub(super) fn unary(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: UnaryOp,
    a: &ast::Expr,
    span: Span,
) -> Option<Typed> {
    match op {
        UnaryOp::Not => {
            let a = type_condition(cx, scope, a)?;
            Some(Typed::truth(ExprKind::Unary(Unary::Not, Box::new(a)), span))
        }
        UnaryOp::Neg => {
            let a = number(cx, scope, a)?;
            let (dimension, unit) = (a.expr.dimension, a.unit);
            let kind = match a.expr.kind {
                ExprKind::Number(value) => ExprKind::Number(-value),
                _ => ExprKind::Unary(Unary::Neg, Box::new(a.expr)),
            };
            Some(Typed::new(kind, dimension, span).with_unit(unit))
        }
    }
}

/// `if c then a else b`.
pub(super) fn choice(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (c, a, b): (&ast::Expr, &ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let condition = type_condition(cx, scope, c);
    let left = typed(cx, scope, a);
    let right = typed(cx, scope, b);
    let (condition, left, right) = (condition?, left?, right?);
    if left.sort != right.sort {
        let message = "one branch is a number, the other a condition";
        cx.report(Diagnostic::new(types::NOT_A_NUMBER, span, message, "different kinds"));
        return None;
    }
    if left.sort == Sort::Number {
        same_dimension(cx, scope, Meeting::Choice, (a, &left), (b, &right))?;
    }
    let (dimension, unit, sort) = (left.expr.dimension, left.unit, left.sort);
    let kind = ExprKind::If(Box::new(condition), Box::new(left.expr), Box::new(right.expr));
    Some(Typed { sort, ..Typed::new(kind, dimension, span).with_unit(unit) })
}

/// Why two numbers must have the same dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    Sum,
    Difference,
    Comparison,
    Choice,
    /// Arguments of this function.
    Arguments(&'static str),
}

/// Reports two numbers that cannot meet.
pub(super) fn same_dimension(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    meeting: Meeting,
    left: (&ast::Expr, &Typed),
    right: (&ast::Expr, &Typed),
) -> Option<()> {
    if left.1.expr.dimension == right.1.expr.dimension {
        return Some(());
    }
    hints::mismatch(cx, scope, meeting, left, right);
    None
}

/// `a + b` and its kin.
pub(super) fn binary(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: BinaryOp,
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    match op {
        BinaryOp::Add => sum(cx, scope, (Binary::Add, Meeting::Sum), (a, b), span),
        BinaryOp::Sub => sum(cx, scope, (Binary::Sub, Meeting::Difference), (a, b), span),
        BinaryOp::Mul | BinaryOp::Div => product(cx, scope, op, (a, b), span),
        BinaryOp::Pow => power(cx, scope, (a, b), span),
        BinaryOp::Lt => comparison(cx, scope, Binary::Lt, (a, b), span),
        BinaryOp::Le => comparison(cx, scope, Binary::Le, (a, b), span),
        BinaryOp::Gt => comparison(cx, scope, Binary::Gt, (a, b), span),
        BinaryOp::Ge => comparison(cx, scope, Binary::Ge, (a, b), span),
        BinaryOp::Eq => comparison(cx, scope, Binary::Eq, (a, b), span),
        BinaryOp::Ne => comparison(cx, scope, Binary::Ne, (a, b), span),
        BinaryOp::And | BinaryOp::Or => {
            let left = type_condition(cx, scope, a);
            let right = type_condition(cx, scope, b);
            let op = if op == BinaryOp::And { Binary::And } else { Binary::Or };
            Some(Typed::truth(ExprKind::Binary(op, Box::new(left?), Box::new(right?)), span))
        }
        BinaryOp::IntDiv | BinaryOp::Mod => whole(cx, scope, op, (a, b), span),
        BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor | BinaryOp::Shl | BinaryOp::Shr => {
            let message = "operations on bits are not available yet";
            cx.report(Diagnostic::new(syntax::NOT_AVAILABLE, span, message, "not available yet"));
            None
        }
    }
}

fn operands(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (a, b): (&ast::Expr, &ast::Expr),
) -> Option<(Typed, Typed)> {
    let left = number(cx, scope, a);
    let right = number(cx, scope, b);
    Some((left?, right?))
}

fn sum(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (op, meeting): (Binary, Meeting),
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let (left, right) = operands(cx, scope, (a, b))?;
    same_dimension(cx, scope, meeting, (a, &left), (b, &right))?;
    let (dimension, unit) = (left.expr.dimension, left.unit.or(right.unit));
    Some(Typed::new(binary_kind(op, left.expr, right.expr), dimension, span).with_unit(unit))
}

fn comparison(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: Binary,
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let (left, right) = operands(cx, scope, (a, b))?;
    same_dimension(cx, scope, Meeting::Comparison, (a, &left), (b, &right))?;
    Some(Typed::truth(binary_kind(op, left.expr, right.expr), span))
}

fn product(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: BinaryOp,
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let (left, right) = operands(cx, scope, (a, b))?;
    let (x, y) = (left.expr.dimension, right.expr.dimension);
    let (kind, dimension) = match op {
        BinaryOp::Mul => (Binary::Mul, x.mul(&y)),
        _ => {
            exprel::hint(cx, &right.expr, span);
            (Binary::Div, x.div(&y))
        }
    };
    let unit = plain_factor(op, &left, &right);
    Some(Typed::new(binary_kind(kind, left.expr, right.expr), dimension, span).with_unit(unit))
}

/// A plain factor leaves the unit of the other.
fn plain_factor(op: BinaryOp, left: &Typed, right: &Typed) -> Option<UnitValue> {
    if right.expr.dimension.is_dimensionless() {
        left.unit.clone()
    } else if left.expr.dimension.is_dimensionless() && op == BinaryOp::Mul {
        right.unit.clone()
    } else {
        None
    }
}

fn binary_kind(op: Binary, left: model::Expr, right: model::Expr) -> ExprKind {
    ExprKind::Binary(op, Box::new(left), Box::new(right))
}

fn power(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let (base, exponent) = operands(cx, scope, (a, b))?;
    if !exponent.expr.dimension.is_dimensionless() {
        let what = hints::describe(cx, &exponent);
        let message = format!("an exponent is a plain number, {what}");
        cx.report(Diagnostic::new(types::POWER, b.span, message, "not a plain number"));
        return None;
    }
    if base.expr.dimension.is_dimensionless() {
        let kind = binary_kind(Binary::Pow, base.expr, exponent.expr);
        return Some(Typed::new(kind, Dimension::NUMBER, span));
    }
    let Some(rational) = rational(&exponent.expr) else {
        let what = hints::describe(cx, &base);
        let message = format!("{what}: its exponent must be a fixed fraction");
        cx.report(
            Diagnostic::new(types::POWER, b.span, message, "not a fixed fraction").with_help(
                "write a number such as `2`, `0.5` or `(1/3)`, or divide the base by its unit",
            ),
        );
        return None;
    };
    let unit = base.unit.as_ref().map(|unit| unit.pow(rational));
    let dimension = base.expr.dimension.pow(rational);
    let kind = binary_kind(Binary::Pow, base.expr, exponent.expr);
    Some(Typed::new(kind, dimension, span).with_unit(unit))
}

/// A constant exponent as a fraction with a denominator of at most 12.
fn rational(e: &model::Expr) -> Option<Exponent> {
    let value = fold(e)?;
    if value.abs() > 64.0 {
        return None;
    }
    (1..=12).find_map(|den| {
        let num = (value * f64::from(den)).round();
        let near = (num / f64::from(den) - value).abs() <= 1e-12;
        near.then(|| Exponent::new(num as i32, den)).flatten()
    })
}

/// Operands of `div` and `mod` are written twice: larger ones are refused.
const MAX_WHOLE_OPERAND: usize = 64;

/// `a div b` is floor(a / b); `a mod b` is a - b·floor(a / b).
fn whole(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: BinaryOp,
    (a, b): (&ast::Expr, &ast::Expr),
    span: Span,
) -> Option<Typed> {
    let (left, right) = operands(cx, scope, (a, b))?;
    for (e, operand) in [(a, &left), (b, &right)] {
        if !operand.expr.dimension.is_dimensionless() {
            let what = hints::describe(cx, operand);
            let message = format!("`div` and `mod` are for whole numbers, {what}");
            cx.report(Diagnostic::new(types::NOT_PLAIN, e.span, message, "not a plain number"));
            return None;
        }
    }
    if let (Some(x), Some(y)) = (fold(&left.expr), fold(&right.expr)) {
        let floor = (x / y).floor();
        let value = if op == BinaryOp::IntDiv { floor } else { x - y * floor };
        return Some(Typed::new(ExprKind::Number(value), Dimension::NUMBER, span));
    }
    if size(&left.expr) + size(&right.expr) > MAX_WHOLE_OPERAND
        || left.expr.draws()
        || right.expr.draws()
    {
        let message = "the operands of `div` and `mod` must be short here";
        cx.report(
            Diagnostic::new(types::TOO_LARGE, span, message, "too long")
                .with_help("give them a name with `let` or `param` first"),
        );
        return None;
    }
    let wrap = |kind| model::Expr { kind, dimension: Dimension::NUMBER, span };
    let quotient = wrap(binary_kind(Binary::Div, left.expr.clone(), right.expr.clone()));
    let floor = wrap(ExprKind::Unary(Unary::Floor, Box::new(quotient)));
    if op == BinaryOp::IntDiv {
        return Some(Typed::new(floor.kind, Dimension::NUMBER, span));
    }
    let multiple = wrap(binary_kind(Binary::Mul, right.expr, floor));
    Some(Typed::new(binary_kind(Binary::Sub, left.expr, multiple), Dimension::NUMBER, span))
}

fn size(e: &model::Expr) -> usize {
    1 + e.children().map(size).sum::<usize>()
}
