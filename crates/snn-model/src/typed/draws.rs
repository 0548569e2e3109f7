//! Random numbers: `uniform(a, b)`, `normal(m, sd)`, `lognormal(mu, sigma)`, `truncated(D, a, b)`,
//! `clamp(D, a, b)`.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Distribution;
use snn_syntax::ast;
use snn_units::Dimension;

use super::calls::plain_arguments;
use super::operators::{Meeting, same_dimension};
use super::{Draws, Scope, Typed, hints, number};
use crate::context::Context;
use crate::model::{self, Binary, ExprKind, Outside};

/// The distributions and what bounds them.
pub(super) const NAMES: [&str; 5] = ["uniform", "normal", "lognormal", "truncated", "clamp"];

/// Whether a name is one of them.
pub(super) fn is_draw(name: &str) -> bool {
    NAMES.contains(&name)
}

/// A draw, where the scope allows it.
pub(super) fn draw(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    name: &str,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let draws = scope.draws();
    if let Draws::Forbidden(place) = draws {
        let message = format!("random numbers cannot stand {place}");
        cx.report(Diagnostic::new(types::NO_DRAW, span, message, "a random number").with_help(
            "they may stand in values of parameters and states, weights, delays, and in blocks",
        ));
        return None;
    }
    match name {
        "truncated" => bounded(cx, scope, (name, Outside::Redraw), call, span),
        "clamp" => bounded(cx, scope, (name, Outside::Clamp), call, span),
        _ => plain(cx, scope, name, call, span),
    }
}

fn plain(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    name: &str,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let (distribution, usage) = match name {
        "uniform" => (Distribution::Uniform, "uniform(from, to)"),
        "normal" => (Distribution::Normal, "normal(mean, sd)"),
        _ => (Distribution::Lognormal, "lognormal(mu, sigma)"),
    };
    let block = scope.draws() == Draws::Block;
    if block && call.arguments.is_empty() && name != "lognormal" {
        return Some(standard(distribution, span));
    }
    let given = plain_arguments(cx, name, usage, 2, call, span)?;
    let left = number(cx, scope, given[0]);
    let right = number(cx, scope, given[1]);
    let (left, right) = (left?, right?);
    let meeting = match name {
        "uniform" => Meeting::Arguments("uniform"),
        "normal" => Meeting::Arguments("normal"),
        _ => Meeting::Arguments("lognormal"),
    };
    same_dimension(cx, scope, meeting, (given[0], &left), (given[1], &right))?;
    let (dimension, unit) = (left.expr.dimension, left.unit);
    if name == "lognormal" && !dimension.is_dimensionless() {
        let what =
            hints::describe(cx, &Typed::new(left.expr.kind.clone(), dimension, given[0].span));
        let message = format!("`lognormal` takes the mean and deviation of the logarithm, {what}");
        cx.report(
            Diagnostic::new(types::NOT_PLAIN, given[0].span, message, "not a plain number")
                .with_help("write `1 mV * lognormal(mu, sigma)` with plain numbers"),
        );
        return None;
    }
    if block {
        return in_block(cx, distribution, (left.expr, right.expr), span)
            .map(|typed| typed.with_unit(unit));
    }
    let arguments = Box::new((left.expr, right.expr));
    let kind = ExprKind::Draw { distribution, arguments, bounds: None };
    Some(Typed::new(kind, dimension, span).with_unit(unit))
}

/// `uniform()` between 0 and 1, `normal()` with mean 0 and deviation 1.
pub(super) fn standard(distribution: Distribution, span: Span) -> Typed {
    let number = |value| Typed::new(ExprKind::Number(value), Dimension::NUMBER, span).expr;
    let arguments = Box::new((number(0.0), number(1.0)));
    let kind = ExprKind::Draw { distribution, arguments, bounds: None };
    Typed::new(kind, Dimension::NUMBER, span)
}

/// In a block only standard draws remain: `normal(m, sd)` is m + sd·normal().
fn in_block(
    cx: &mut Context<'_>,
    distribution: Distribution,
    (a, b): (model::Expr, model::Expr),
    span: Span,
) -> Option<Typed> {
    if distribution == Distribution::Lognormal {
        let message = "`lognormal` cannot stand in a block";
        cx.report(
            Diagnostic::new(types::NO_DRAW, span, message, "not in a block")
                .with_help("write `exp(normal(mu, sigma))`"),
        );
        return None;
    }
    let dimension = a.dimension;
    let wrap = |kind| Box::new(model::Expr { kind, dimension, span });
    let width = match distribution {
        Distribution::Uniform => ExprKind::Binary(Binary::Sub, Box::new(b), Box::new(a.clone())),
        _ => b.kind,
    };
    let unit_draw = Box::new(standard(distribution, span).expr);
    let scaled = wrap(ExprKind::Binary(Binary::Mul, wrap(width), unit_draw));
    Some(Typed::new(ExprKind::Binary(Binary::Add, Box::new(a), scaled), dimension, span))
}

fn bounded(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (name, outside): (&str, Outside),
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let usage = format!("{name}(normal(mean, sd), lo, hi)");
    if scope.draws() == Draws::Block {
        let message = format!("`{name}` cannot stand in a block");
        cx.report(
            Diagnostic::new(types::NO_DRAW, span, message, "not in a block")
                .with_help("bound the value with `clip(x, lo, hi)`"),
        );
        return None;
    }
    let given = plain_arguments(cx, name, &usage, 3, call, span)?;
    let inner = number(cx, scope, given[0]);
    let lo = number(cx, scope, given[1]);
    let hi = number(cx, scope, given[2]);
    let (inner, lo, hi) = (inner?, lo?, hi?);
    let meeting =
        Meeting::Arguments(if outside == Outside::Redraw { "truncated" } else { "clamp" });
    same_dimension(cx, scope, meeting, (given[0], &inner), (given[1], &lo))?;
    same_dimension(cx, scope, meeting, (given[0], &inner), (given[2], &hi))?;
    let (dimension, unit) = (inner.expr.dimension, inner.unit);
    let ExprKind::Draw { distribution, arguments, bounds: None } = inner.expr.kind else {
        let message = format!("`{name}` bounds a distribution");
        cx.report(
            Diagnostic::new(types::ARGUMENTS, given[0].span, message, "not a distribution")
                .with_help(format!("write `{usage}`; a number is bounded by `clip(x, lo, hi)`")),
        );
        return None;
    };
    let bounds = Some(Box::new((lo.expr, hi.expr, outside)));
    let kind = ExprKind::Draw { distribution, arguments, bounds };
    Some(Typed::new(kind, dimension, span).with_unit(unit))
}
