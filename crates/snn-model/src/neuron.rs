//! Neuron models: every declaration checked, every equation typed, [`ast::NeuronItem`]s become a
//! [`Neuron`].

mod block;
mod compartments;
mod contradictions;
mod declare;
mod dynamics;
mod facts;
mod functions;
mod lints;
mod scope;
mod symbols;
mod synapse;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use snn_diagnostics::Span;
use snn_syntax::ast::{self, ItemKind};
use snn_units::Dimension;

use crate::context::Context;
use crate::model::{Expr, Neuron, SynapseModel};
use crate::names::ItemId;
use crate::order;
use crate::whole;
use contradictions::Membrane;
use facts::Facts;
pub(crate) use facts::{check_fact, values};
pub(crate) use synapse::synapse;

/// Neuron models checked so far; none where one has faults.
#[derive(Debug, Default)]
pub(crate) struct Neurons {
    checked: HashMap<ItemId, Option<Arc<Neuron>>>,
    /// Synapses and plasticity rules, by the dimension of the receptor.
    synapses: HashMap<(ItemId, Dimension), Option<Arc<SynapseModel>>>,
    /// By the declaration of the neuron.
    facts: HashMap<Span, (Facts, Option<Membrane>)>,
}

/// The neuron model of an item, checked once.
pub(crate) fn neuron(cx: &mut Context<'_>, id: ItemId) -> Option<Arc<Neuron>> {
    if let Some(known) = cx.neurons.checked.get(&id) {
        return known.clone();
    }
    let checked = check(cx, id);
    cx.neurons.checked.insert(id, checked.clone());
    checked
}

/// Evaluates the `check` lines and the signs of time constants with the values given at a population
/// (parameter index, expression). Facts that need drawn values are left out; those that fail with the
/// defaults have been reported.
pub(crate) fn check_population(
    cx: &mut Context<'_>,
    neuron: &Neuron,
    given: &[(usize, Expr)],
    place: Span,
) {
    if given.is_empty() {
        return;
    }
    let Some((facts, membrane)) = cx.neurons.facts.remove(&neuron.span) else { return };
    let errors = cx.error_count();
    facts.evaluate(cx, neuron, given, Some(place));
    if cx.error_count() == errors {
        membrane.iter().for_each(|membrane| membrane.report(cx, neuron, given, Some(place)));
        contradictions::reset_above(cx, neuron, given, Some(place));
    }
    cx.neurons.facts.insert(neuron.span, (facts, membrane));
}

/// The statements of a neuron, sorted by kind.
#[derive(Default)]
struct Statements<'a> {
    params: Vec<&'a ast::Declaration>,
    states: Vec<&'a ast::Declaration>,
    inputs: Vec<&'a ast::Declaration>,
    receptors: Vec<&'a ast::Declaration>,
    lets: Vec<&'a ast::Declaration>,
    checks: Vec<&'a ast::Check>,
    derivatives: Vec<(&'a ast::Name, &'a ast::Expr)>,
    spikes: Vec<(ast::SpikeTest, &'a ast::Expr, Span)>,
    resets: Vec<(&'a ast::Block, Option<&'a ast::Block>, Span)>,
    refractory: Vec<(&'a ast::Expr, &'a ast::Refractory, Span)>,
    solve: Vec<(&'a ast::Name, Option<&'a ast::Expr>)>,
    on_tick: Vec<(&'a ast::Block, Span)>,
    /// A construct of a later version stands in it.
    later: bool,
}

impl<'a> Statements<'a> {
    fn sort(items: &'a [ast::NeuronItem]) -> Self {
        use ast::NeuronItem as Item;
        let mut s = Self::default();
        for item in items {
            match item {
                Item::Param(list) => s.params.extend(list),
                Item::State(list) => s.states.extend(list),
                Item::Input(list) => s.inputs.extend(list),
                Item::Receptor(list) => s.receptors.extend(list),
                Item::Let(declaration) => s.lets.push(declaration),
                Item::Check(check) => s.checks.push(check),
                Item::Derivative { state, value } => s.derivatives.push((state, value)),
                Item::Spike { test, value, span } => s.spikes.push((*test, value, *span)),
                Item::Reset { body, otherwise, span } => {
                    s.resets.push((body, otherwise.as_ref(), *span));
                }
                Item::Refractory { duration, mode, span } => {
                    s.refractory.push((duration, mode, *span));
                }
                Item::Solve { method, substeps } => s.solve.push((method, substeps.as_ref())),
                Item::OnTick { body, span } => s.on_tick.push((body, *span)),
                Item::Later(_) => s.later = true,
                // Written out before.
                Item::Compartment { .. } | Item::Couple { .. } => {}
            }
        }
        s.order_lets();
        s
    }

    /// Lets may stand in any order; from here on each comes after those it uses (circles excepted).
    fn order_lets(&mut self) {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (i, declaration) in self.lets.iter().enumerate() {
            places.entry(&declaration.name.text).or_insert(i);
        }
        let needs: Vec<Vec<usize>> = self
            .lets
            .iter()
            .map(|declaration| {
                let mut found = Vec::new();
                if let Some(value) = &declaration.value {
                    order::references(value, &mut |e| {
                        if let ast::ExprKind::Name(name) = &e.kind {
                            found.extend(places.get(name.as_str()));
                        }
                    });
                }
                found
            })
            .collect();
        let sorted = order::sort(&needs);
        if sorted.cycles.is_empty() {
            self.lets = sorted.order.into_iter().map(|i| self.lets[i]).collect();
        }
    }
}

fn check(cx: &mut Context<'_>, id: ItemId) -> Option<Arc<Neuron>> {
    let item = cx.item(id);
    let ItemKind::Neuron { name, items } = &item.kind else { return None };
    let errors = cx.error_count();
    let items = compartments::flatten(cx, items);
    let statements = Statements::sort(&items);
    if statements.later {
        return None;
    }
    let mut symbols = declare::collect(cx, &statements);
    let declared = declare::values(cx, id.file, &statements, &mut symbols);
    let moving = dynamics::check(cx, id.file, &statements, &symbols);
    let facts = facts::collect(cx, id.file, &statements, &symbols);
    if cx.error_count() > errors || cx.is_broken(name.span) {
        return None;
    }
    let (declared, moving, mut facts) = (declared?, moving?, facts?);
    let mut neuron = Neuron {
        name: name.text.clone(),
        doc: item.doc.clone(),
        parameters: declared.parameters,
        states: declared.states,
        inputs: declared.inputs,
        receptors: declared.receptors,
        lets: declared.lets,
        functions: Vec::new(),
        dynamics: moving.dynamics,
        spike: moving.spike,
        reset: moving.reset,
        otherwise: moving.otherwise,
        refractory: moving.refractory,
        solve: moving.solve,
        span: name.span,
    };
    lints::warn(cx, &neuron, &symbols);
    let membrane = Membrane::of(cx, &neuron, &statements.checks);
    membrane.iter().for_each(|membrane| membrane.report(cx, &neuron, &[], None));
    facts.add_time_constants(&neuron);
    functions::localise(cx, &mut neuron, facts.expressions());
    facts.evaluate(cx, &neuron, &[], None);
    whole::check_neuron(cx, &neuron, &facts.conditions());
    if cx.error_count() > errors {
        return None;
    }
    contradictions::reset_above(cx, &neuron, &[], None);
    cx.neurons.facts.insert(neuron.span, (facts, membrane));
    Some(Arc::new(neuron))
}
