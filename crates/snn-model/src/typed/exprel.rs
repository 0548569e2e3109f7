//! `x / (exp(x) - 1)` is 0/0 where x passes zero: the hint `exprel`.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};

use crate::context::Context;
use crate::model::{Binary, Expr, ExprKind, Unary};

/// Warns of a denominator that vanishes with the argument of its exponential.
pub(super) fn hint(cx: &mut Context<'_>, denominator: &Expr, span: Span) {
    let Some(argument) = vanishing(denominator) else { return };
    if is_constant(argument) {
        return;
    }
    let shown = cx.text(argument.span);
    let message = "this denominator is zero where the exponent is zero";
    cx.report(
        Diagnostic::new(types::VANISHING, denominator.span, message, "0 where the exponent is 0")
            .with_help(format!(
                "`exprel(x)` is (exp(x) - 1) / x and 1 at 0: `x / (exp(x) - 1)` is `1 / exprel(x)`, \
                 with `{shown}` for x"
            ))
            .with_label(span, "0 / 0 at that point"),
    );
}

/// The x of `exp(x) - 1` or `1 - exp(x)`.
fn vanishing(e: &Expr) -> Option<&Expr> {
    let ExprKind::Binary(Binary::Sub, a, b) = &e.kind else { return None };
    let exponential = match (&a.kind, &b.kind) {
        (_, ExprKind::Number(1.0)) => a,
        (ExprKind::Number(1.0), _) => b,
        _ => return None,
    };
    match &exponential.kind {
        ExprKind::Unary(Unary::Exp, x) => Some(x),
        _ => None,
    }
}

fn is_constant(e: &Expr) -> bool {
    let moves = |e: &Expr| {
        use ExprKind::{Argument, Input, Let, Local, Receptor, State};
        matches!(e.kind, State(_) | Receptor(_) | Input(_) | Let(_) | Local(_) | Argument(_))
    };
    !e.any(&moves)
}
