//! The value of an expression whose names have values.

use std::cell::Cell;

use snn_numeric::{math, whole};

use crate::model::{Binary, Expr, ExprKind, Function, Unary};

/// Values of names.
pub(crate) struct Bindings<'a> {
    /// Of parameters by index; none where unknown.
    pub parameters: &'a [Option<f64>],
    /// Of lets by index; none where unknown.
    pub lets: &'a [Option<f64>],
    /// What `Apply` calls.
    pub functions: &'a [Function],
    /// Of the neuron at hand, by [`Variable::place`](crate::model::Variable::place); shorter where unknown.
    pub variables: &'a [f64],
    /// Steps left, so that functions that call each other twice cannot take forever.
    steps: Cell<u32>,
}

/// Steps an evaluation may take.
const MAX_STEPS: u32 = 1_000_000;

impl<'a> Bindings<'a> {
    /// Only functions.
    pub fn closed(functions: &'a [Function]) -> Self {
        Self::new(&[], &[], functions)
    }

    /// Parameters, lets and functions.
    pub fn new(
        parameters: &'a [Option<f64>],
        lets: &'a [Option<f64>],
        functions: &'a [Function],
    ) -> Self {
        Self { parameters, lets, functions, variables: &[], steps: Cell::new(MAX_STEPS) }
    }
}

/// The value of a closed expression without calls.
pub(crate) fn fold(e: &Expr) -> Option<f64> {
    evaluate(e, &Bindings::closed(&[]))
}

/// The value of a closed expression without calls, for a neuron with these variables.
pub(crate) fn fold_at(e: &Expr, variables: &[f64]) -> Option<f64> {
    evaluate(e, &Bindings { variables, ..Bindings::closed(&[]) })
}

/// The value of an expression; truth values are 1 and 0. None where a name has no value, a draw stands
/// in it, or it takes too many steps.
pub(crate) fn evaluate(e: &Expr, bindings: &Bindings<'_>) -> Option<f64> {
    value(e, bindings, &[])
}

/// Recursion: depth is bounded by the parser and by the check of functions.
fn value(e: &Expr, bindings: &Bindings<'_>, arguments: &[f64]) -> Option<f64> {
    bindings.steps.set(bindings.steps.get().checked_sub(1)?);
    match &e.kind {
        ExprKind::Number(value) => Some(*value),
        ExprKind::Parameter(i) => *bindings.parameters.get(*i)?,
        ExprKind::Let(i) => *bindings.lets.get(*i)?,
        ExprKind::Variable(v) => bindings.variables.get(v.place()?).copied(),
        ExprKind::Argument(i) => arguments.get(*i).copied(),
        ExprKind::Unary(op, a) => Some(unary(*op, value(a, bindings, arguments)?)),
        ExprKind::Binary(op, a, b) => {
            let a = value(a, bindings, arguments)?;
            Some(binary(*op, a, value(b, bindings, arguments)?))
        }
        ExprKind::If(c, a, b) => {
            let branch = if value(c, bindings, arguments)? != 0.0 { a } else { b };
            value(branch, bindings, arguments)
        }
        ExprKind::Apply(function, given) => apply(*function, given, bindings, arguments),
        ExprKind::State(_)
        | ExprKind::Receptor(_)
        | ExprKind::Input(_)
        | ExprKind::Signal(_)
        | ExprKind::Local(_)
        | ExprKind::Dt
        | ExprKind::Draw { .. } => None,
    }
}

fn apply(
    function: usize,
    given: &[Expr],
    bindings: &Bindings<'_>,
    arguments: &[f64],
) -> Option<f64> {
    let body = &bindings.functions.get(function)?.body;
    let inner: Option<Vec<f64>> = given.iter().map(|e| value(e, bindings, arguments)).collect();
    value(body, bindings, &inner?)
}

/// One operation on one value.
pub(super) fn unary(op: Unary, a: f64) -> f64 {
    match op {
        Unary::Neg => -a,
        Unary::Not => truth(a == 0.0),
        Unary::Abs => a.abs(),
        Unary::Sign => truth(a > 0.0) - truth(a < 0.0),
        Unary::Sqrt => math::sqrt(a),
        Unary::Exp => math::exp(a),
        Unary::Log => math::log(a),
        Unary::Sin => math::sin(a),
        Unary::Cos => math::cos(a),
        Unary::Tanh => math::tanh(a),
        Unary::Exprel => math::exprel(a),
        Unary::Floor => a.floor(),
        Unary::Ceil => a.ceil(),
        Unary::Round => a.round(),
        Unary::Trunc => a.trunc(),
        Unary::RoundEven => a.round_ties_even(),
    }
}

/// One operation on two values.
pub(super) fn binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => math::pow(a, b),
        Binary::Min => math::min(a, b),
        Binary::Max => math::max(a, b),
        Binary::Lt => truth(a < b),
        Binary::Le => truth(a <= b),
        Binary::Gt => truth(a > b),
        Binary::Ge => truth(a >= b),
        Binary::Eq => truth(a == b),
        Binary::Ne => truth(a != b),
        Binary::And => truth(a != 0.0 && b != 0.0),
        Binary::Or => truth(a != 0.0 || b != 0.0),
        Binary::Quotient => (a / b).floor(),
        Binary::Remainder => a - b * (a / b).floor(),
        Binary::Shift => whole::shift(a, b),
        Binary::BitAnd => whole::and(a, b),
        Binary::BitOr => whole::or(a, b),
        Binary::BitXor => whole::xor(a, b),
        Binary::Wrap => {
            let (half, full) = (whole::shift(1.0, b - 1.0), whole::shift(1.0, b));
            a - full * ((a + half) / full).floor()
        }
        Binary::Saturate => {
            let half = whole::shift(1.0, b - 1.0);
            math::min(math::max(a, -half), half - 1.0)
        }
    }
}

fn truth(fact: bool) -> f64 {
    f64::from(u8::from(fact))
}
