//! Exact times and the grid of ticks.

use snn_diagnostics::{Code, Diagnostic, Span};
use snn_numeric::{Rational, Ticks, ticks};
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use crate::constant::{self, ConstantScope, Quantity};
use crate::context::Context;

/// The unit in which times are asked for.
pub(crate) fn millisecond() -> UnitValue {
    UnitValue::parse("ms").expect("invariant: ms is a unit")
}

/// A constant time, exact, and the unit in which it is spoken of.
pub(crate) fn time(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    role: &str,
) -> Option<Quantity> {
    quantity_in(cx, scope, e, &millisecond(), role)
}

/// A constant of the dimension of `unit`, spoken of in the unit it was written in.
pub(crate) fn quantity_in(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    unit: &UnitValue,
    role: &str,
) -> Option<Quantity> {
    let mut q = constant::quantity(cx, scope, e, Some(unit), role)?;
    if let ast::ExprKind::Number { unit: Some(written), .. } = &e.kind
        && let [factor] = written.factors.as_slice()
        && factor.power == (1, 1)
        && let Some(own) = UnitValue::parse(&factor.symbol.text)
    {
        q.unit = own;
    }
    Some(q)
}

/// A duration in ticks. Off the grid it is rounded, with a warning that shows the rounded value.
pub(crate) fn on_grid(
    cx: &mut Context<'_>,
    duration: &Quantity,
    dt: Rational,
    span: Span,
    (off_grid, role): (Code, &str),
) -> Option<u64> {
    let Ticks { count, exact } = ticks(duration.exact, dt)?;
    if !exact {
        warn_rounded(cx, duration, (dt, count), span, (off_grid, role));
    }
    Some(count)
}

fn warn_rounded(
    cx: &mut Context<'_>,
    duration: &Quantity,
    (dt, count): (Rational, u64),
    span: Span,
    (off_grid, role): (Code, &str),
) {
    let rounded = show(count as f64 * dt.to_f64(), &duration.unit);
    let step = show(dt.to_f64(), &duration.unit);
    let message = format!(
        "{role} {} is not a whole number of ticks of {step}: {rounded} is used",
        duration.show()
    );
    cx.report(
        Diagnostic::new(off_grid, span, message, format!("becomes {rounded}"))
            .with_help(format!("write {rounded}, or choose a dt that divides it")),
    );
}
