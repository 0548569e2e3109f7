//! Typing: syntax expressions become [`model::Expr`] with a dimension on every node and every literal in
//! coherent units.
//!
//! A `None` means that the fault has been reported; whatever depends on it stays silent.

mod calls;
mod draws;
mod evaluate;
mod exprel;
mod foreign;
mod hints;
mod inline;
mod integer;
mod operators;
#[cfg(test)]
mod tests;

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{Dimension, UnitValue, literal_to_coherent, natural_unit};

use crate::context::Context;
use crate::model::{self, Binary, ExprKind};
use crate::project::FileId;
use crate::units;

pub(crate) use calls::is_builtin;
pub(crate) use evaluate::{Bindings, evaluate, fold, fold_at};
pub(crate) use integer::type_integer;

/// What a scope knows of a name, a field, an index or a call.
pub(crate) enum Resolution {
    /// A number.
    Value {
        /// What it becomes.
        kind: ExprKind,
        /// The unit it was declared in: gives its dimension and speaks in messages.
        unit: UnitValue,
        /// Its declaration, for a secondary label.
        declared: Option<Span>,
    },
    /// Known, and faulty: reported before, or by the scope just now.
    Poison,
    /// Not of this scope: constants and functions of the file are tried next.
    Unknown,
}

/// Whether random numbers may stand in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Draws {
    /// Not here; the reason completes "random numbers cannot stand …", such as `in an equation`.
    Forbidden(&'static str),
    /// Once per neuron or synapse: `normal(20 ms, 2 ms)`, `truncated(…)`.
    Once,
    /// Anew at each execution of a block: also `uniform()`, `normal()`.
    Block,
}

/// What becomes of calls of `fn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    /// They stay calls: `ExprKind::Apply` with an index into `Context::globals.functions`.
    Shared,
    /// The body takes the place of the call; a call with constant arguments becomes a number.
    Expanded,
}

/// A name that messages may suggest.
pub(crate) struct Declared {
    /// As it is typed.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
}

/// The names an expression may use.
pub(crate) trait Scope {
    /// The file whose constants, functions and imports are visible.
    fn file(&self) -> FileId;
    /// Looks up a `Name`, `Field`, `Index` or `Call` expression. Calls of functions of the language and
    /// the file are `Unknown` here.
    fn resolve(&self, cx: &mut Context<'_>, expr: &ast::Expr) -> Resolution;
    /// What can be typed here, for nearest names and hints.
    fn declared(&self) -> Vec<Declared>;
    /// Whether draws may stand here.
    fn draws(&self) -> Draws;
    /// What becomes of calls of `fn`.
    fn calls(&self) -> Calls {
        Calls::Expanded
    }
}

/// A number with its dimension.
pub(crate) fn type_expr(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
) -> Option<model::Expr> {
    number(cx, scope, e).map(|typed| typed.expr)
}

/// A number and the unit in which its author speaks (declared or written; composed where neither).
pub(crate) fn type_with_unit(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
) -> Option<(model::Expr, UnitValue)> {
    let typed = number(cx, scope, e)?;
    let unit = typed.unit();
    Some((typed.expr, unit))
}

/// A number that must have the dimension of `unit`. `role` names it in messages: "`tau`", "the weight".
pub(crate) fn type_as(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
    unit: &UnitValue,
    role: &str,
) -> Option<model::Expr> {
    let typed = number(cx, scope, e)?;
    if typed.expr.dimension == unit.dimension {
        return Some(typed.expr);
    }
    hints::wrong_dimension(cx, scope, e, &typed, unit, role);
    None
}

/// A truth value.
pub(crate) fn type_condition(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    e: &ast::Expr,
) -> Option<model::Expr> {
    let typed = typed(cx, scope, e);
    as_condition(cx, e, typed)
}

/// Number or truth value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Number,
    Truth,
}

/// A typed expression and what messages need to know of it.
struct Typed {
    expr: model::Expr,
    /// Declared or written unit.
    unit: Option<UnitValue>,
    declared: Option<Span>,
    sort: Sort,
}

impl Typed {
    fn new(kind: ExprKind, dimension: Dimension, span: Span) -> Self {
        let expr = model::Expr { kind, dimension, span };
        Self { expr, unit: None, declared: None, sort: Sort::Number }
    }

    fn truth(kind: ExprKind, span: Span) -> Self {
        Self { sort: Sort::Truth, ..Self::new(kind, Dimension::NUMBER, span) }
    }

    fn with_unit(mut self, unit: Option<UnitValue>) -> Self {
        self.unit = unit;
        self
    }

    fn unit(&self) -> UnitValue {
        self.unit.clone().unwrap_or_else(|| natural_unit(&self.expr.dimension))
    }
}

fn number(cx: &mut Context<'_>, scope: &dyn Scope, e: &ast::Expr) -> Option<Typed> {
    let typed = typed(cx, scope, e);
    as_number(cx, e, typed)
}

fn as_number(cx: &mut Context<'_>, e: &ast::Expr, typed: Option<Typed>) -> Option<Typed> {
    let typed = typed?;
    if typed.sort == Sort::Number {
        return Some(typed);
    }
    let message = "a number is needed, this is a condition";
    cx.report(
        Diagnostic::new(types::NOT_A_NUMBER, e.span, message, "true or false")
            .with_help("choose numbers by it: `if condition then 1 else 0`"),
    );
    None
}

fn as_condition(cx: &mut Context<'_>, e: &ast::Expr, typed: Option<Typed>) -> Option<model::Expr> {
    let typed = typed?;
    if typed.sort == Sort::Truth {
        return Some(typed.expr);
    }
    let message = format!("a condition is needed, {}", hints::describe(cx, &typed));
    cx.report(
        Diagnostic::new(types::NOT_A_CONDITION, e.span, message, "not a condition")
            .with_help("compare it, as in `v >= V_th`"),
    );
    None
}

/// A step of typing: operands first, then their operator.
enum Step<'e> {
    Operands(&'e ast::Expr),
    Operator(&'e ast::Expr),
}

/// Operators are walked with a stack of their own, because chains of them may be long; only calls recurse,
/// and the parser bounds their brackets.
fn typed(cx: &mut Context<'_>, scope: &dyn Scope, e: &ast::Expr) -> Option<Typed> {
    let mut steps = vec![Step::Operands(e)];
    let mut values: Vec<Option<Typed>> = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Operands(e) => match operators::operands(e) {
                [None, ..] => values.push(leaf(cx, scope, e)),
                operands => {
                    steps.push(Step::Operator(e));
                    steps.extend(operands.into_iter().rev().flatten().map(Step::Operands));
                }
            },
            Step::Operator(e) => {
                let value = operators::operator(cx, scope, e, &mut values);
                values.push(value);
            }
        }
    }
    values.pop().flatten()
}

fn leaf(cx: &mut Context<'_>, scope: &dyn Scope, e: &ast::Expr) -> Option<Typed> {
    match &e.kind {
        ast::ExprKind::Number { digits, unit } => literal(cx, digits, unit.as_ref(), e.span),
        ast::ExprKind::Bool(value) => Some(boolean(*value, e.span)),
        ast::ExprKind::Name(_) | ast::ExprKind::Field(..) | ast::ExprKind::Index(..) => {
            reference(cx, scope, e)
        }
        ast::ExprKind::Call(call) => match scope.resolve(cx, e) {
            Resolution::Unknown => calls::call(cx, scope, call, e.span),
            known => resolved(known, e.span),
        },
        ast::ExprKind::Text(_) => not_a_value(cx, e.span, "a text"),
        ast::ExprKind::Range(..) | ast::ExprKind::Step(..) => not_a_value(cx, e.span, "a range"),
        ast::ExprKind::Array(_) => not_a_value(cx, e.span, "an array"),
        ast::ExprKind::Error
        | ast::ExprKind::Unary(..)
        | ast::ExprKind::Binary(..)
        | ast::ExprKind::If(..) => None,
    }
}

fn boolean(value: bool, span: Span) -> Typed {
    let zero = || Box::new(Typed::new(ExprKind::Number(0.0), Dimension::NUMBER, span).expr);
    let op = if value { Binary::Eq } else { Binary::Ne };
    Typed::truth(ExprKind::Binary(op, zero(), zero()), span)
}

fn not_a_value(cx: &mut Context<'_>, span: Span, what: &str) -> Option<Typed> {
    let message = format!("a number is needed, this is {what}");
    let mut d = Diagnostic::new(types::NOT_A_NUMBER, span, message, what);
    if what == "an array" {
        d = d.with_help("arrays are named by `let` in a network, and their elements used: `p[0]`");
    }
    cx.report(d);
    None
}

fn literal(
    cx: &mut Context<'_>,
    digits: &str,
    unit: Option<&ast::UnitExpr>,
    span: Span,
) -> Option<Typed> {
    let unit = match unit {
        Some(unit) => units::unit_value(cx, unit)?,
        None => UnitValue::one(),
    };
    let value = literal_to_coherent(digits, &unit);
    if !value.is_finite() {
        let message = format!("`{}` is too large for a number", cx.text(span));
        cx.report(Diagnostic::new(types::NOT_FINITE, span, message, "too large"));
        return None;
    }
    let dimension = unit.dimension;
    Some(Typed::new(ExprKind::Number(value), dimension, span).with_unit(Some(unit)))
}

fn resolved(resolution: Resolution, span: Span) -> Option<Typed> {
    let Resolution::Value { kind, unit, declared } = resolution else { return None };
    let mut typed = Typed::new(kind, unit.dimension, span).with_unit(Some(unit));
    typed.declared = declared;
    Some(typed)
}

fn reference(cx: &mut Context<'_>, scope: &dyn Scope, e: &ast::Expr) -> Option<Typed> {
    match scope.resolve(cx, e) {
        Resolution::Unknown => {}
        known => return resolved(known, e.span),
    }
    match cx.constant(scope.file(), e) {
        Resolution::Unknown => {}
        known => return resolved(known, e.span),
    }
    unknown(cx, scope, e);
    None
}

/// Reports a name that nothing in scope bears.
fn unknown(cx: &mut Context<'_>, scope: &dyn Scope, e: &ast::Expr) {
    if cx.is_broken(e.span) || cx.lost_items(e.span.source) {
        return;
    }
    if let ast::ExprKind::Index(base, _) = &e.kind
        && matches!(cx.constant(scope.file(), base), Resolution::Poison)
    {
        return;
    }
    let ast::ExprKind::Name(name) = &e.kind else {
        let message = format!("`{}` is not known here", cx.text(e.span));
        cx.report(Diagnostic::new(types::UNKNOWN_NAME, e.span, message, "not a value here"));
        return;
    };
    if !cx.note_unknown(name, e.span) {
        return;
    }
    let mut known = cx.value_names(scope.file());
    known.extend(cx.declared(scope).into_iter().map(|d| d.name));
    let mut d = Diagnostic::new(
        types::UNKNOWN_NAME,
        e.span,
        format!("`{name}` is not declared"),
        "unknown name",
    );
    d = if let Some((place, right)) = foreign::quantity(cx, name, e.span) {
        d.with_help(format!("`{name}` is a unit: write `{right}`")).with_fix(place, right)
    } else if UnitValue::parse(name).is_some()
        && !known.iter().any(|k| k.eq_ignore_ascii_case(name))
    {
        d.with_help(format!(
            "`{name}` is a unit: it stands directly after a number (`1 {name}`) or in brackets"
        ))
    } else if let Some(near) = cx.nearest(name, || known) {
        d.with_help(format!("did you mean `{near}`?")).with_fix(e.span, near)
    } else {
        foreign::name(name).into_iter().fold(d, Diagnostic::with_help)
    };
    cx.report(d);
}
