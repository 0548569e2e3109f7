//! The names that expressions mention.

use snn_syntax::ast;

/// Calls `found` with every plain name in an expression.
pub(crate) fn names<'a>(expr: &'a ast::Expr, found: &mut dyn FnMut(&'a str)) {
    use ast::ExprKind as Kind;
    match &expr.kind {
        Kind::Number { .. } | Kind::Text(_) | Kind::Bool(_) | Kind::Error => {}
        Kind::Name(name) => found(name),
        Kind::Field(base, _) => names(base, found),
        Kind::Unary(_, a) => names(a, found),
        Kind::Index(a, b) | Kind::Range(a, b) | Kind::Step(a, b) | Kind::Binary(_, a, b) => {
            names(a, found);
            names(b, found);
        }
        Kind::If(a, b, c) => {
            names(a, found);
            names(b, found);
            names(c, found);
        }
        Kind::Array(list) => list.iter().for_each(|e| names(e, found)),
        Kind::Call(call) => names_in_call(call, found),
    }
}

/// The same for a call: what is called, and the values of its arguments.
pub(crate) fn names_in_call<'a>(call: &'a ast::Call, found: &mut dyn FnMut(&'a str)) {
    names(&call.function, found);
    call.arguments.iter().for_each(|a| names(&a.value, found));
}
