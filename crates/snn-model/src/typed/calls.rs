//! Calls: functions of the language, draws, and `fn`.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{Dimension, Exponent};

use super::operators::{Meeting, same_dimension};
use super::{Calls, Scope, Typed, draws, foreign, hints, inline, integer, number};
use crate::context::Context;
use crate::globals::Signature;
use crate::model::{self, Binary, ExprKind, Unary};
use crate::names::{Found, Kind};

/// Functions of the language and their number of arguments.
const BUILTIN: [(&str, usize); 22] = [
    ("exp", 1),
    ("log", 1),
    ("sqrt", 1),
    ("abs", 1),
    ("sign", 1),
    ("min", 2),
    ("max", 2),
    ("clip", 3),
    ("floor", 1),
    ("ceil", 1),
    ("round", 1),
    ("exprel", 1),
    ("sin", 1),
    ("cos", 1),
    ("tanh", 1),
    ("white", 0),
    ("bits", 1),
    ("trunc", 1),
    ("round_even", 1),
    ("round_random", 1),
    ("wrap", 1),
    ("saturate", 1),
];

/// Whether a name is a function or a distribution of the language.
pub(crate) fn is_builtin(name: &str) -> bool {
    BUILTIN.iter().any(|(builtin, _)| *builtin == name) || draws::is_draw(name)
}

/// Any call the scope does not know.
pub(super) fn call(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    if let ast::ExprKind::Name(name) = &call.function.kind {
        if draws::is_draw(name) {
            return draws::draw(cx, scope, name, call, span);
        }
        if let Some((name, arity)) = BUILTIN.iter().find(|(builtin, _)| builtin == name) {
            return builtin(cx, scope, (name, *arity), call, span);
        }
    }
    declared(cx, scope, call, span)
}

/// Checks that all arguments are plain and as many as wanted.
pub(super) fn plain_arguments<'c>(
    cx: &mut Context<'_>,
    name: &str,
    usage: &str,
    wanted: usize,
    call: &'c ast::Call,
    span: Span,
) -> Option<Vec<&'c ast::Expr>> {
    if let Some(label) = call.arguments.iter().find_map(|a| a.label.as_ref()) {
        let place = match label {
            ast::WordOrName::Named(e) => e.span,
            ast::WordOrName::Word(word) => word.span,
        };
        let message = format!("arguments of `{name}` have no names");
        cx.report(
            Diagnostic::new(types::ARGUMENTS, place, message, "not expected")
                .with_help(format!("write `{usage}`")),
        );
        return None;
    }
    if call.arguments.len() == wanted {
        return Some(call.arguments.iter().map(|a| &a.value).collect());
    }
    let count = if wanted == 1 { "1 argument".to_owned() } else { format!("{wanted} arguments") };
    let message = format!("`{name}` takes {count}, {} given", call.arguments.len());
    cx.report(
        Diagnostic::new(types::ARGUMENTS, span, message, format!("{count} needed"))
            .with_help(format!("write `{usage}`")),
    );
    None
}

fn builtin(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    (name, arity): (&'static str, usize),
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    if name == "white" {
        let message = "white noise stands in equations of neurons only";
        let help = "random numbers elsewhere are `uniform(a, b)` and `normal(mean, sd)`";
        cx.report(
            Diagnostic::new(types::NO_DRAW, span, message, "not an equation").with_help(help),
        );
        return None;
    }
    match name {
        "bits" => return integer::bits(cx, scope, call, span),
        "round_random" => return integer::round_random(cx, scope, call, span),
        "wrap" | "saturate" => {
            integer::misplaced(cx, name, span);
            return None;
        }
        _ => {}
    }
    let letters = ["a", "b", "c"];
    let usage = match name {
        "clip" => "clip(x, lo, hi)".to_owned(),
        _ => format!("{name}({})", letters[..arity].join(", ")),
    };
    let arguments = plain_arguments(cx, name, &usage, arity, call, span)?;
    let typed: Vec<Option<Typed>> = arguments.iter().map(|e| number(cx, scope, e)).collect();
    let mut typed: Vec<Typed> = typed.into_iter().collect::<Option<_>>()?;
    for other in 1..typed.len() {
        let left = (arguments[0], &typed[0]);
        let right = (arguments[other], &typed[other]);
        same_dimension(cx, scope, Meeting::Arguments(name), left, right)?;
    }
    let first = typed.remove(0);
    if needs_plain(name) && !first.expr.dimension.is_dimensionless() {
        hints::not_plain(cx, scope, name, arguments[0], &first);
        return None;
    }
    let rest = typed.into_iter().map(|t| t.expr).collect();
    Some(operation(name, first, rest, span))
}

fn needs_plain(name: &str) -> bool {
    !matches!(name, "sqrt" | "abs" | "sign" | "min" | "max" | "clip")
}

fn operation(name: &str, first: Typed, rest: Vec<model::Expr>, span: Span) -> Typed {
    let (dimension, unit) = (first.expr.dimension, first.unit);
    let half = Exponent::new(1, 2).unwrap_or(Exponent::ONE);
    let (dimension, unit) = match name {
        "sqrt" => (dimension.pow(half), unit.map(|u| u.pow(half))),
        "sign" => (Dimension::NUMBER, None),
        _ => (dimension, unit),
    };
    let mut rest = rest.into_iter();
    let mut two = |op, a: model::Expr| match rest.next() {
        Some(b) => ExprKind::Binary(op, Box::new(a), Box::new(b)),
        None => a.kind,
    };
    let kind = match name {
        "min" => two(Binary::Min, first.expr),
        "max" => two(Binary::Max, first.expr),
        "clip" => {
            let raised = two(Binary::Max, first.expr);
            two(Binary::Min, model::Expr { kind: raised, dimension, span })
        }
        _ => ExprKind::Unary(unary_of(name), Box::new(first.expr)),
    };
    Typed::new(kind, dimension, span).with_unit(unit)
}

fn unary_of(name: &str) -> Unary {
    match name {
        "exp" => Unary::Exp,
        "log" => Unary::Log,
        "sqrt" => Unary::Sqrt,
        "abs" => Unary::Abs,
        "sign" => Unary::Sign,
        "floor" => Unary::Floor,
        "ceil" => Unary::Ceil,
        "round" => Unary::Round,
        "trunc" => Unary::Trunc,
        "round_even" => Unary::RoundEven,
        "sin" => Unary::Sin,
        "cos" => Unary::Cos,
        "tanh" => Unary::Tanh,
        "exprel" => Unary::Exprel,
        _ => unreachable!("invariant: every function of BUILTIN with one argument has a line"),
    }
}

/// A call of a `fn`.
fn declared(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    call: &ast::Call,
    span: Span,
) -> Option<Typed> {
    let id = match cx.find(scope.file(), &call.function) {
        Found::Item(id) => id,
        Found::Poison => return None,
        Found::Nothing => {
            unknown(cx, scope, &call.function);
            return None;
        }
    };
    match cx.kind(id) {
        Kind::Fn => {}
        Kind::Later => return None,
        kind => {
            let message =
                format!("`{}` is {}, not a function", cx.text(call.function.span), kind.noun());
            let declared = cx.name_span(id);
            cx.report(
                Diagnostic::new(types::WRONG_KIND, call.function.span, message, kind.noun())
                    .with_label(declared, "declared here"),
            );
            return None;
        }
    }
    let signature = cx.globals.signature(id)?.clone();
    let wanted = signature.arguments.as_ref()?;
    let names: Vec<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
    let usage = format!("{}({})", signature.name, names.join(", "));
    let given = plain_arguments(cx, &signature.name, &usage, wanted.len(), call, span)?;
    let typed: Vec<Option<model::Expr>> = given
        .iter()
        .zip(wanted)
        .map(|(e, (name, unit))| {
            let role = format!("the argument `{name}`");
            super::type_as(cx, scope, e, unit, &role)
        })
        .collect();
    let arguments = typed.into_iter().collect::<Option<Vec<_>>>()?;
    applied(cx, scope, &signature, arguments, span)
}

fn applied(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    signature: &Signature,
    arguments: Vec<model::Expr>,
    span: Span,
) -> Option<Typed> {
    let (body, unit) = (signature.body?, signature.result.clone()?);
    let kind = match scope.calls() {
        Calls::Shared => ExprKind::Apply(body, arguments),
        Calls::Expanded => inline::expand(cx, body, &arguments, span)?,
    };
    Some(Typed::new(kind, unit.dimension, span).with_unit(Some(unit)))
}

fn unknown(cx: &mut Context<'_>, scope: &dyn Scope, function: &ast::Expr) {
    if cx.lost_items(function.span.source) {
        return;
    }
    let text = cx.text(function.span);
    let mut known: Vec<String> = Vec::new();
    if cx.may_hint() {
        let functions = cx.names.visible(scope.file()).filter(|(_, id)| cx.kind(*id) == Kind::Fn);
        known.extend(functions.map(|(name, _)| name.to_owned()));
    }
    known.extend(BUILTIN.iter().map(|(name, _)| (*name).to_owned()));
    known.extend(draws::NAMES.iter().map(|name| (*name).to_owned()));
    let message = format!("`{text}` is not a function");
    let mut d =
        Diagnostic::new(types::UNKNOWN_FUNCTION, function.span, message, "unknown function");
    if cx.declared(scope).iter().any(|d| d.name == text) {
        d = d.with_help(format!("`{text}` is a value: multiply with `*`"));
    } else if let Some(near) = cx.nearest(text, || known) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(function.span, near);
    } else if text == "ln" {
        d = d.with_help("`log` is the natural logarithm").with_fix(function.span, "log");
    } else {
        d = foreign::function(text).into_iter().fold(d, Diagnostic::with_help);
    }
    cx.report(d);
}
