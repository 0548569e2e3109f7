//! Blocks: statements that run top to bottom.

use std::cell::Cell;

use snn_diagnostics::codes::{neuron as codes, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, AssignOp, StatementKind, UnitExpr};
use snn_units::{Dimension, UnitValue};

use super::declare::report_no_state;
use super::scope::{Local, NeuronScope, Place};
use super::symbols::{Role, Symbols};
use crate::context::Context;
use crate::model::{Binary, Expr, ExprKind, Statement};
use crate::names::duplicate;
use crate::project::FileId;
use crate::typed::{Scope, type_as, type_integer, type_with_unit};
use crate::units::{integer_type, unit_value};

/// The statements of a block; none where one is faulty.
pub(super) fn block(
    cx: &mut Context<'_>,
    file: FileId,
    (block, place): (&ast::Block, Place),
    symbols: &Symbols,
) -> Option<Vec<Statement>> {
    let mut locals: Vec<Local> = Vec::new();
    let mut statements = Some(Vec::new());
    for statement in &block.statements {
        let scope = NeuronScope { file, symbols, place, locals: &locals };
        let checked = match &statement.kind {
            StatementKind::Assign { target, op, value } => {
                assign(cx, &scope, (target, *op, value), statement.span)
            }
            StatementKind::Deliver(value) => deliver(cx, &scope, value, statement.span),
            StatementKind::Let(declaration) => {
                let (local, value) = local(cx, &scope, declaration);
                let (name, integer) = (local.name.clone(), local.integer);
                locals.push(local);
                let local = locals.len() - 1;
                value.map(|value| Statement::Local { name, local, value, integer })
            }
        };
        match (checked, &mut statements) {
            (Some(checked), Some(list)) => list.push(checked),
            _ => statements = None,
        }
    }
    for local in locals.iter().filter(|l| !l.used.get() && statements.is_some()) {
        let message = format!("`{}` is not used", local.name);
        cx.report(Diagnostic::new(codes::UNUSED, local.span, message, "never read"));
    }
    statements
}

fn deliver(
    cx: &mut Context<'_>,
    scope: &NeuronScope<'_>,
    value: &ast::Expr,
    span: Span,
) -> Option<Statement> {
    if scope.place != Place::Transmission {
        let message = "`deliver` stands in `on pre` of a synapse";
        cx.report(Diagnostic::new(codes::SYNAPSE, span, message, "nothing is sent from here"));
        return None;
    }
    let (value, _) = type_with_unit(cx, scope, value)?;
    Some(Statement::Deliver { value, span })
}

fn local(
    cx: &mut Context<'_>,
    scope: &NeuronScope<'_>,
    declaration: &ast::Declaration,
) -> (Local, Option<Expr>) {
    let name = &declaration.name;
    let known = scope.symbols.find(&name.text).map(|s| s.span);
    let known = known.or(scope.locals.iter().find(|l| l.name == name.text).map(|l| l.span));
    if let Some(first) = known {
        cx.report(duplicate(name, first));
    }
    let integer = declaration.unit.as_ref().and_then(|unit| integer_type(cx, unit));
    let typed = match (&declaration.value, &declaration.unit) {
        (None, _) => {
            let message = format!("`{}` has no value", name.text);
            cx.report(Diagnostic::new(codes::DECLARATION, name.span, message, "no value"));
            None
        }
        (Some(value), None) => type_with_unit(cx, scope, value),
        (Some(value), Some(UnitExpr { integer: Some(_), .. })) => integer.and_then(|integer| {
            let role = format!("`{}`", name.text);
            Some((type_integer(cx, scope, value, integer, &role)?, UnitValue::one()))
        }),
        (Some(value), Some(unit)) => unit_value(cx, unit).and_then(|unit| {
            let role = format!("`{}`", name.text);
            type_as(cx, scope, value, &unit, &role).map(|expr| (expr, unit))
        }),
    };
    let (value, unit) = match typed {
        Some((value, unit)) => (Some(value), Some(unit)),
        None => (None, None),
    };
    let used = Cell::new(false);
    (Local { name: name.text.clone(), span: name.span, unit, integer, used }, value)
}

fn assign(
    cx: &mut Context<'_>,
    scope: &NeuronScope<'_>,
    (target, op, value): (&ast::Name, AssignOp, &ast::Expr),
    span: Span,
) -> Option<Statement> {
    let symbol = scope.symbols.find(&target.text).filter(|s| s.role == Role::State);
    let is_local = scope.locals.iter().any(|l| l.name == target.text);
    let Some(symbol) = symbol.filter(|_| !is_local) else {
        if is_local {
            report_local(cx, target);
        } else {
            report_no_state(cx, target, scope.symbols);
        }
        // The right side may have faults of its own.
        type_with_unit(cx, scope, value);
        return None;
    };
    let unit = symbol.unit.clone()?;
    let role = format!("`{}`", target.text);
    let (op, wanted) = match op {
        AssignOp::Set => (None, unit.clone()),
        AssignOp::Add => (Some(Binary::Add), unit.clone()),
        AssignOp::Sub => (Some(Binary::Sub), unit.clone()),
        AssignOp::Mul => (Some(Binary::Mul), UnitValue::one()),
        AssignOp::Div => (Some(Binary::Div), UnitValue::one()),
    };
    let value = match op {
        Some(Binary::Mul | Binary::Div) => factor(cx, scope, target, value)?,
        None if symbol.integer.is_some() => type_integer(cx, scope, value, symbol.integer?, &role)?,
        _ => type_as(cx, scope, value, &wanted, &role)?,
    };
    let value = match op {
        None => value,
        Some(op) => {
            let (dimension, place) = (unit.dimension, target.span);
            let old = Expr { kind: ExprKind::State(symbol.index), dimension, span: place };
            let kind = ExprKind::Binary(op, Box::new(old), Box::new(value));
            Expr { kind, dimension, span }
        }
    };
    Some(Statement::Assign { state: symbol.index, value, span })
}

/// The right side of `*=` and `/=`.
fn factor(
    cx: &mut Context<'_>,
    scope: &dyn Scope,
    target: &ast::Name,
    value: &ast::Expr,
) -> Option<Expr> {
    let (expr, unit) = type_with_unit(cx, scope, value)?;
    if expr.dimension == Dimension::NUMBER {
        return Some(expr);
    }
    let message = format!("`{}` would change its unit: multiply by a plain number", target.text);
    cx.report(Diagnostic::new(types::NOT_PLAIN, value.span, message, format!("in {unit}")));
    None
}

fn report_local(cx: &mut Context<'_>, target: &ast::Name) {
    let message = format!("`{}` is a `let` of this block and keeps its value", target.text);
    cx.report(
        Diagnostic::new(codes::NOT_A_STATE, target.span, message, "a `let`")
            .with_help("write another `let` with a new name, or declare a `state`"),
    );
}
