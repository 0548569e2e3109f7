//! Calls expanded where an expression has no table of functions: constants become numbers at once.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};

use super::evaluate::{binary, unary};
use super::{Bindings, evaluate};
use crate::context::Context;
use crate::model::{Binary, Expr, ExprKind, Function, Unary};

/// Largest number of nodes.
const MAX_NODES: usize = 4096;
const MAX_DEPTH: usize = 600;

/// The body of a function with the arguments in place.
pub(super) fn expand(
    cx: &mut Context<'_>,
    function: usize,
    arguments: &[Expr],
    span: Span,
) -> Option<ExprKind> {
    let functions = &cx.globals.functions;
    let values: Option<Vec<f64>> =
        arguments.iter().map(|e| evaluate(e, &Bindings::closed(functions))).collect();
    if values.is_some() {
        let call = Expr {
            kind: ExprKind::Apply(function, arguments.to_vec()),
            dimension: functions[function].body.dimension,
            span,
        };
        return crate::globals::number(cx, &call).map(ExprKind::Number);
    }
    let mut nodes = 0;
    let expanded = substitute(functions, &functions[function].body, arguments, &mut nodes, 0);
    let fault = match &expanded {
        None => "this call becomes too large when written out",
        Some(e) if draws_in(e) > arguments.iter().map(draws_in).sum() => {
            "a random number would be drawn more than once: the function uses its argument twice"
        }
        Some(_) => return expanded.map(|e| e.kind),
    };
    cx.report(
        Diagnostic::new(types::TOO_LARGE, span, fault, "cannot be written out")
            .with_help("simplify the function or write the expression here"),
    );
    None
}

/// Recursion: bounded by MAX_DEPTH.
fn substitute(
    functions: &[Function],
    e: &Expr,
    arguments: &[Expr],
    nodes: &mut usize,
    depth: usize,
) -> Option<Expr> {
    *nodes += 1;
    if *nodes > MAX_NODES || depth > MAX_DEPTH {
        return None;
    }
    if let ExprKind::Argument(i) = e.kind {
        let argument = arguments.get(i)?;
        *nodes += size(argument);
        return (*nodes <= MAX_NODES).then(|| argument.clone());
    }
    let mut copy = shallow(e);
    let mut inner = Vec::new();
    for child in e.children() {
        inner.push(substitute(functions, child, arguments, nodes, depth + 1)?);
    }
    if let ExprKind::Apply(function, _) = &e.kind {
        let body = &functions.get(*function)?.body;
        return substitute(functions, body, &inner, nodes, depth + 1);
    }
    for (slot, child) in copy.children_mut().into_iter().zip(inner) {
        *slot = child;
    }
    Some(simplified(copy))
}

/// The node with cheap children, which the caller replaces.
fn shallow(e: &Expr) -> Expr {
    let hole = || Expr { kind: ExprKind::Number(0.0), dimension: e.dimension, span: e.span };
    let kind = match &e.kind {
        ExprKind::Unary(op, _) => ExprKind::Unary(*op, Box::new(hole())),
        ExprKind::Binary(op, ..) => ExprKind::Binary(*op, Box::new(hole()), Box::new(hole())),
        ExprKind::If(..) => ExprKind::If(Box::new(hole()), Box::new(hole()), Box::new(hole())),
        ExprKind::Apply(f, arguments) => {
            ExprKind::Apply(*f, arguments.iter().map(|_| hole()).collect())
        }
        leaf => leaf.clone(),
    };
    Expr { kind, dimension: e.dimension, span: e.span }
}

fn simplified(mut e: Expr) -> Expr {
    let value = match &e.kind {
        ExprKind::Unary(op, a) if *op != Unary::Not => match a.kind {
            ExprKind::Number(a) => Some(unary(*op, a)),
            _ => None,
        },
        ExprKind::Binary(op, a, b) if is_number(*op) => match (&a.kind, &b.kind) {
            (ExprKind::Number(a), ExprKind::Number(b)) => Some(binary(*op, *a, *b)),
            _ => None,
        },
        _ => None,
    };
    if let Some(value) = value {
        e.kind = ExprKind::Number(value);
    }
    e
}

fn is_number(op: Binary) -> bool {
    use Binary::{Add, Div, Max, Min, Mul, Pow, Sub};
    matches!(op, Add | Sub | Mul | Div | Pow | Min | Max)
}

fn size(e: &Expr) -> usize {
    1 + e.children().map(size).sum::<usize>()
}

fn draws_in(e: &Expr) -> usize {
    let own = usize::from(matches!(e.kind, ExprKind::Draw { .. }));
    own + e.children().map(draws_in).sum::<usize>()
}
