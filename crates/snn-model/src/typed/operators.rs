//! Operators: equal dimensions where numbers are added or compared, products elsewhere.

use snn_diagnostics::codes::{neuron, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, BinaryOp, UnaryOp};
use snn_units::{Dimension, Exponent, UnitValue};

use super::{Scope, Sort, Typed, as_condition, as_number, exprel, fold, hints};
use crate::context::Context;
use crate::model::{self, Binary, ExprKind, Unary};

/// An operand and what became of it.
type Operand<'e> = (&'e ast::Expr, Option<Typed>);

/// The operands of an operator, from left to right; none for what is not an operator.
pub(super) fn operands(e: &ast::Expr) -> [Option<&ast::Expr>; 3] {
    match &e.kind {
        ast::ExprKind::Unary(_, a) => [Some(a), None, None],
        ast::ExprKind::Binary(_, a, b) => [Some(a), Some(b), None],
        ast::ExprKind::If(c, a, b) => [Some(c), Some(a), Some(b)],
        _ => [None, None, None],
    }
}

/// An operator whose typed operands are the last of `values`, and leave it.
pub(super) fn operator(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
    values: &mut Vec<Option<Typed>>,
) -> Option<Typed> {
    let mut pop = || values.pop().flatten();
    match &e.kind {
        ast::ExprKind::Unary(op, a) => unary(cx, *op, (a, pop()), e.span),
        ast::ExprKind::Binary(op, a, b) => {
            let right = (&**b, pop());
            binary(cx, scope, *op, ((a, pop()), right), e.span)
        }
        ast::ExprKind::If(c, a, b) => {
            let right = (&**b, pop());
            let left = (&**a, pop());
            choice(cx, scope, ((c, pop()), left, right), e.span)
        }
        _ => None,
    }
}

/// `-x`, `not x`.
fn unary(cx: &mut Context<'_>, op: UnaryOp, (e, a): Operand<'_>, span: Span) -> Option<Typed> {
    match op {
        UnaryOp::Not => {
            let a = as_condition(cx, e, a)?;
            Some(Typed::truth(ExprKind::Unary(Unary::Not, Box::new(a)), span))
        }
        UnaryOp::Neg => {
            let a = as_number(cx, e, a)?;
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
fn choice(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    ((c, condition), (a, left), (b, right)): (Operand<'_>, Operand<'_>, Operand<'_>),
    span: Span,
) -> Option<Typed> {
    let condition = as_condition(cx, c, condition);
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
fn binary(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: BinaryOp,
    ((a, left), (b, right)): (Operand<'_>, Operand<'_>),
    span: Span,
) -> Option<Typed> {
    if let BinaryOp::And | BinaryOp::Or = op {
        let left = as_condition(cx, a, left);
        let right = as_condition(cx, b, right);
        let op = if op == BinaryOp::And { Binary::And } else { Binary::Or };
        return Some(Typed::truth(binary_kind(op, left?, right?), span));
    }
    let left = as_number(cx, a, left);
    let right = as_number(cx, b, right);
    let pair = Pair { a, left: left?, b, right: right? };
    match op {
        BinaryOp::Add => sum(cx, scope, (Binary::Add, Meeting::Sum), pair, span),
        BinaryOp::Sub => sum(cx, scope, (Binary::Sub, Meeting::Difference), pair, span),
        BinaryOp::Mul | BinaryOp::Div => Some(product(cx, op, pair, span)),
        BinaryOp::Pow => power(cx, pair, span),
        BinaryOp::Lt => comparison(cx, scope, Binary::Lt, pair, span),
        BinaryOp::Le => comparison(cx, scope, Binary::Le, pair, span),
        BinaryOp::Gt => comparison(cx, scope, Binary::Gt, pair, span),
        BinaryOp::Ge => comparison(cx, scope, Binary::Ge, pair, span),
        BinaryOp::Eq => comparison(cx, scope, Binary::Eq, pair, span),
        BinaryOp::Ne => comparison(cx, scope, Binary::Ne, pair, span),
        BinaryOp::IntDiv => whole(cx, (Binary::Quotient, "`div`"), pair, span),
        BinaryOp::Mod => whole(cx, (Binary::Remainder, "`mod`"), pair, span),
        BinaryOp::BitAnd => whole(cx, (Binary::BitAnd, "`&`"), pair, span),
        BinaryOp::BitOr => whole(cx, (Binary::BitOr, "`|`"), pair, span),
        BinaryOp::BitXor => whole(cx, (Binary::BitXor, "`xor`"), pair, span),
        BinaryOp::Shl => whole(cx, (Binary::Shift, "`<<`"), pair, span),
        BinaryOp::Shr => {
            let Pair { a, left, b, right } = pair;
            let right = negated(right);
            whole(cx, (Binary::Shift, "`>>`"), Pair { a, left, b, right }, span)
        }
        BinaryOp::And | BinaryOp::Or => None,
    }
}

/// Two numbers and where they stand.
struct Pair<'e> {
    a: &'e ast::Expr,
    left: Typed,
    b: &'e ast::Expr,
    right: Typed,
}

fn sum(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (op, meeting): (Binary, Meeting),
    Pair { a, left, b, right }: Pair<'_>,
    span: Span,
) -> Option<Typed> {
    same_dimension(cx, scope, meeting, (a, &left), (b, &right))?;
    let (dimension, unit) = (left.expr.dimension, left.unit.or(right.unit));
    Some(Typed::new(binary_kind(op, left.expr, right.expr), dimension, span).with_unit(unit))
}

fn comparison(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    op: Binary,
    Pair { a, left, b, right }: Pair<'_>,
    span: Span,
) -> Option<Typed> {
    same_dimension(cx, scope, Meeting::Comparison, (a, &left), (b, &right))?;
    Some(Typed::truth(binary_kind(op, left.expr, right.expr), span))
}

fn product(
    cx: &mut Context<'_>,
    op: BinaryOp,
    Pair { left, right, .. }: Pair<'_>,
    span: Span,
) -> Typed {
    let (x, y) = (left.expr.dimension, right.expr.dimension);
    let (kind, dimension) = match op {
        BinaryOp::Mul => (Binary::Mul, x.mul(&y)),
        _ => {
            exprel::hint(cx, &right.expr, span);
            (Binary::Div, x.div(&y))
        }
    };
    let unit = plain_factor(op, &left, &right);
    Typed::new(binary_kind(kind, left.expr, right.expr), dimension, span).with_unit(unit)
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
    Pair { left: base, b, right: exponent, .. }: Pair<'_>,
    span: Span,
) -> Option<Typed> {
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

/// `div`, `mod`, shifts and operations on bits: of plain numbers. Whether they are whole is known when
/// the ranges of all names are (see [`crate::whole`]); of constants it is known here.
fn whole(
    cx: &mut Context<'_>,
    (op, shown): (Binary, &str),
    Pair { a, left, b, right }: Pair<'_>,
    span: Span,
) -> Option<Typed> {
    for (e, operand) in [(a, &left), (b, &right)] {
        if !operand.expr.dimension.is_dimensionless() {
            let what = hints::describe(cx, operand);
            let message = format!("{shown} is for whole numbers, {what}");
            cx.report(Diagnostic::new(types::NOT_PLAIN, e.span, message, "not a plain number"));
            return None;
        }
    }
    let on_bits = !matches!(op, Binary::Quotient | Binary::Remainder);
    cx.integers |= on_bits;
    for (e, operand) in [(a, &left), (b, &right)] {
        if on_bits && fold(&operand.expr).is_some_and(|x| x.fract() != 0.0) {
            let message = format!("{shown} needs whole numbers");
            let d = Diagnostic::new(neuron::NOT_WHOLE, e.span, message, "has a fraction");
            cx.report(d.with_help("say how to round it: `floor(…)`, `round(…)`, `trunc(…)`, …"));
            return None;
        }
    }
    Some(Typed::new(binary_kind(op, left.expr, right.expr), Dimension::NUMBER, span))
}

fn negated(mut typed: Typed) -> Typed {
    let (dimension, span) = (typed.expr.dimension, typed.expr.span);
    let kind = match typed.expr.kind {
        ExprKind::Number(value) => ExprKind::Number(-value),
        kind => ExprKind::Unary(Unary::Neg, Box::new(model::Expr { kind, dimension, span })),
    };
    typed.expr = model::Expr { kind, dimension, span };
    typed
}
