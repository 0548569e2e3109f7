//! The files a syntax tree names: imports and `file("…")`.

use snn_diagnostics::Span;
use snn_syntax::ast::{self, ConnectItem, ExperimentItem, Expr, ExprKind, ItemKind, NetworkItem};

use super::WantedKind;

/// A path in the text.
pub(super) struct Named {
    pub path: String,
    pub kind: WantedKind,
    pub span: Span,
}

/// All of them, in the order of the text.
pub(super) fn named(tree: &ast::File) -> Vec<Named> {
    let mut found = Vec::new();
    for item in &tree.items {
        match &item.kind {
            ItemKind::Import { path, path_span, .. } => {
                found.push(Named { path: path.clone(), kind: WantedKind::Source, span: *path_span })
            }
            ItemKind::Network { items, .. } => network(items, &mut found),
            ItemKind::Experiment(e) => {
                for item in &e.items {
                    if let ExperimentItem::Label { against, .. } = item {
                        expr(against, &mut found);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Recursion: loops nest no deeper than the parser allows.
fn network(items: &[NetworkItem], found: &mut Vec<Named>) {
    for item in items {
        match item {
            NetworkItem::Source(source) => {
                call(&source.kind, found);
                source.at.iter().for_each(|at| call(&at.layout, found));
            }
            NetworkItem::Population(population) => {
                population.at.iter().for_each(|at| call(&at.layout, found));
            }
            NetworkItem::Network(inner) => call(&inner.network, found),
            NetworkItem::Param(declarations) => {
                for value in declarations.iter().filter_map(|d| d.value.as_ref()) {
                    expr(value, found);
                }
            }
            NetworkItem::Connect(connect) => {
                for item in &connect.items {
                    match item {
                        ConnectItem::Rule { rule, .. } => call(rule, found),
                        ConnectItem::Weight(value)
                        | ConnectItem::Delay(value)
                        | ConnectItem::Ticks(value) => {
                            expr(value, found);
                        }
                        ConnectItem::DelayParts { .. }
                        | ConnectItem::Via { .. }
                        | ConnectItem::Learn { .. }
                        | ConnectItem::Ties { .. }
                        | ConnectItem::No(_)
                        | ConnectItem::Later(_) => {}
                    }
                }
            }
            NetworkItem::Let(declaration) => {
                declaration.value.iter().for_each(|value| expr(value, found));
            }
            _ => item.bodies().into_iter().for_each(|body| network(body, found)),
        }
    }
}

fn call(call: &ast::Call, found: &mut Vec<Named>) {
    if let (ExprKind::Name(name), Some(first)) = (&call.function.kind, call.arguments.first())
        && name == "file"
        && let ExprKind::Text(path) = &first.value.kind
    {
        found.push(Named { path: path.clone(), kind: WantedKind::Data, span: first.value.span });
        return;
    }
    for argument in &call.arguments {
        expr(&argument.value, found);
    }
}

fn expr(e: &Expr, found: &mut Vec<Named>) {
    match &e.kind {
        ExprKind::Call(inner) => call(inner, found),
        ExprKind::Unary(_, a) => expr(a, found),
        ExprKind::Binary(_, a, b) => {
            expr(a, found);
            expr(b, found);
        }
        _ => {}
    }
}
