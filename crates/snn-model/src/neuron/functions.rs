//! The functions a neuron uses become its own table.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::model::{Dynamics, Expr, ExprKind, Neuron, Shape, Statement};

/// Copies the functions that expressions of the neuron and `others` call, callees first, and renumbers the
/// calls.
pub(super) fn localise(cx: &Context<'_>, neuron: &mut Neuron, others: Vec<&mut Expr>) {
    let functions = &cx.globals.functions;
    let mut used = BTreeSet::new();
    let mut expressions = expressions(neuron);
    expressions.extend(others);
    for e in &expressions {
        called(e, &mut used);
    }
    // Callees have smaller indices than callers.
    let mut open: Vec<usize> = used.iter().copied().collect();
    while let Some(index) = open.pop() {
        let mut inner = BTreeSet::new();
        called(&functions[index].body, &mut inner);
        open.extend(inner.into_iter().filter(|i| used.insert(*i)));
    }
    let table: Vec<usize> = used.into_iter().collect();
    if table.is_empty() {
        return;
    }
    for e in expressions {
        renumber(e, &table);
    }
    neuron.functions = table
        .iter()
        .map(|index| {
            let mut function = functions[*index].clone();
            renumber(&mut function.body, &table);
            function
        })
        .collect();
}

fn called(e: &Expr, found: &mut BTreeSet<usize>) {
    if let ExprKind::Apply(index, _) = e.kind {
        found.insert(index);
    }
    for child in e.children() {
        called(child, found);
    }
}

fn renumber(e: &mut Expr, table: &[usize]) {
    if let ExprKind::Apply(index, _) = &mut e.kind
        && let Ok(place) = table.binary_search(index)
    {
        *index = place;
    }
    for child in e.children_mut() {
        renumber(child, table);
    }
}

/// Every expression of a neuron.
fn expressions(neuron: &mut Neuron) -> Vec<&mut Expr> {
    let mut all: Vec<&mut Expr> = Vec::new();
    all.extend(neuron.parameters.iter_mut().filter_map(|p| p.default.as_mut()));
    all.extend(neuron.states.iter_mut().filter_map(|s| s.initial.as_mut()));
    for receptor in &mut neuron.receptors {
        match &mut receptor.shape {
            Shape::Exp(tau) | Shape::Alpha(tau) => all.push(tau),
            Shape::Biexp(rise, decay) => all.extend([rise, decay]),
            Shape::Jump(_) | Shape::Sum => {}
        }
    }
    all.extend(neuron.lets.iter_mut().map(|l| &mut l.value));
    match &mut neuron.dynamics {
        Dynamics::Equations(list) => all.extend(list.iter_mut().map(|(_, e)| e)),
        Dynamics::OnTick(statements) => all.extend(statements.iter_mut().map(value)),
    }
    all.extend(neuron.spike.as_mut().map(|s| &mut s.condition));
    all.extend(neuron.reset.iter_mut().map(value));
    all.extend(neuron.otherwise.iter_mut().map(value));
    if let Some(refractory) = &mut neuron.refractory {
        all.push(&mut refractory.duration);
    }
    all
}

/// The right side of a statement.
pub(super) fn value(statement: &mut Statement) -> &mut Expr {
    match statement {
        Statement::Assign { value, .. }
        | Statement::Local { value, .. }
        | Statement::Deliver { value, .. } => value,
    }
}
