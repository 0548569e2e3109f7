//! Synapses and plasticity rules: [`ast::SynapseItem`]s become a [`SynapseModel`]. Parameters, states, lets
//! and equations are those of neurons.

use std::sync::Arc;

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, Event, ItemKind, SynapseItem};
use snn_units::{Dimension, UnitValue};

use super::block::block;
use super::scope::{NeuronScope, Place};
use super::symbols::{Role, Symbols};
use super::{Statements, declare, dynamics, facts, functions, lints};
use crate::context::Context;
use crate::model::{
    Decay, Dynamics, End, Expr, Integer, Neuron, Signal, SignalKind, Statement, StepMode,
    SynapseModel, Weight,
};
use crate::names::ItemId;
use crate::project::FileId;
use crate::typed::type_as;
use crate::units::{integer_type, unit_value};
use crate::whole;

/// The synapse or plasticity rule of an item, checked once for each unit that its weight takes. A synapse
/// that does not state the unit of its weight takes that of the receptor; without one it is tried with
/// nS.
pub(crate) fn synapse(
    cx: &mut Context<'_>,
    id: ItemId,
    receptor: Option<&UnitValue>,
) -> Option<Arc<SynapseModel>> {
    let nano = UnitValue::parse("nS")?;
    let given = receptor.unwrap_or(&nano);
    let first = (id, given.dimension);
    if let Some(known) = cx.neurons.synapses.get(&first) {
        return known.clone();
    }
    if receptor.is_some_and(|unit| unit.dimension != nano.dimension) {
        // Faults that do not depend on the unit are reported in the usual one.
        synapse(cx, id, None)?;
    }
    let checked = Check::run(cx, id, given).map(Arc::new);
    cx.neurons.synapses.insert(first, checked.clone());
    checked
}

/// The statements that only synapses have.
#[derive(Default)]
struct Own<'a> {
    weights: Vec<(&'a ast::Declaration, Option<&'a ast::Expr>)>,
    signals: Vec<Declared<'a>>,
    reads: Vec<(&'a ast::Expr, &'a ast::UnitExpr)>,
    events: Vec<(&'a Event, &'a ast::Block, Span)>,
}

/// A trace (with the end whose spikes step it) or a modulator.
struct Declared<'a> {
    declaration: &'a ast::Declaration,
    on: Option<&'a ast::Name>,
    step: Option<&'a (ast::StepMode, ast::Expr)>,
}

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Synapse,
    Plasticity,
}

struct Check<'c, 'a> {
    file: FileId,
    sort: Sort,
    name: &'a ast::Name,
    own: &'c Own<'a>,
    statements: &'c Statements<'a>,
    /// Unit of the weight where none is stated.
    given: &'c UnitValue,
}

/// The blocks.
#[derive(Default)]
struct Blocks {
    pre: Option<Vec<Statement>>,
    post: Option<Vec<Statement>>,
    every: Option<(Expr, Vec<Statement>)>,
}

impl<'c, 'a> Check<'c, 'a> {
    fn run(cx: &mut Context<'a>, id: ItemId, given: &UnitValue) -> Option<SynapseModel> {
        let item = cx.item(id);
        let (sort, name, items) = match &item.kind {
            ItemKind::Synapse { name, items } => (Sort::Synapse, name, items),
            ItemKind::Plasticity { name, items } => (Sort::Plasticity, name, items),
            _ => return None,
        };
        let (statements, own) = sort_items(sort, items);
        let check = Check { file: id.file, sort, name, own: &own, statements: &statements, given };
        let errors = cx.error_count();
        let model = check.model(cx, item.doc.clone());
        model.filter(|_| cx.error_count() == errors && !cx.is_broken(name.span))
    }

    fn model(&self, cx: &mut Context<'a>, doc: Option<String>) -> Option<SynapseModel> {
        let statements = self.statements;
        let mut symbols = declare::collect(cx, statements);
        let unit = self.weight_unit(cx);
        let first = self.add_signals(cx, &mut symbols, unit.as_ref());
        let declared = declare::values(cx, self.file, statements, &mut symbols);
        let equations = dynamics::free_equations(cx, self.file, statements, &symbols);
        let facts = facts::collect(cx, self.file, statements, &symbols);
        let bounds = self.bounds(cx, &symbols, unit.as_ref());
        let signals = self.signals(cx, &symbols, first);
        let blocks = self.blocks(cx, &symbols);
        let (declared, mut facts) = (declared?, facts?);
        let weight = self.own.weights.first().map_or(self.name, |(d, _)| &d.name);
        let mut model = SynapseModel {
            body: Neuron {
                name: self.name.text.clone(),
                doc,
                parameters: declared.parameters,
                states: declared.states,
                inputs: Vec::new(),
                receptors: Vec::new(),
                lets: declared.lets,
                functions: Vec::new(),
                dynamics: Dynamics::Equations(equations?),
                spike: None,
                reset: Vec::new(),
                otherwise: Vec::new(),
                refractory: None,
                solve: None,
                span: self.name.span,
            },
            weight: Weight {
                name: self.own.weights.first().map_or("w".into(), |(d, _)| d.name.text.clone()),
                unit: unit?,
                integer: self.weight_integer(&symbols),
                bounds: bounds?,
                span: weight.span,
            },
            signals: signals?,
            on_pre: None,
            on_post: None,
            every: None,
            delivers: None,
        };
        let blocks = blocks?;
        (model.on_pre, model.on_post, model.every) = (blocks.pre, blocks.post, blocks.every);
        if !cx.is_broken(self.name.span) {
            lints::unused(cx, &symbols);
            lints::never_changes(cx, &model);
        }
        facts.add_time_constants(&model.body);
        for signal in &model.signals {
            if let SignalKind::Trace(_, decay) | SignalKind::Modulator(decay) = &signal.kind {
                facts.add_time_constant(&decay.tau);
            }
        }
        let SynapseModel { body, weight, signals, on_pre, on_post, every, .. } = &mut model;
        let mut others = facts.expressions();
        others.extend(weight.bounds.iter_mut().flat_map(|(lo, hi)| [lo, hi]));
        for signal in signals {
            if let SignalKind::Trace(_, decay) | SignalKind::Modulator(decay) = &mut signal.kind {
                others.push(&mut decay.tau);
                others.extend(&mut decay.step);
            }
        }
        let every = every.iter_mut().flat_map(|(time, block)| {
            std::iter::once(time).chain(block.iter_mut().map(functions::value))
        });
        let blocks = on_pre.iter_mut().chain(on_post).flatten().map(functions::value);
        others.extend(blocks.chain(every));
        functions::localise(cx, body, others);
        model.delivers = whole::check_synapse(cx, &model, &facts.conditions());
        facts.evaluate(cx, &model.body, &[], None);
        cx.neurons.facts.insert(model.body.span, (facts, None));
        Some(model)
    }

    fn weight_unit(&self, cx: &mut Context<'a>) -> Option<UnitValue> {
        if let [(first, _), (second, _), ..] = self.own.weights.as_slice() {
            let d = Diagnostic::new(codes::TWICE, second.name.span, "a synapse has one weight", "");
            cx.report(d.with_label(first.name.span, "the first"));
        }
        match self.own.weights.first() {
            None if self.sort == Sort::Plasticity => {
                let message = format!("`{}` names no weight that it changes", self.name.text);
                cx.report(
                    Diagnostic::new(codes::SYNAPSE, self.name.span, message, "no `weight`")
                        .with_help("for instance `weight w: nS in 0 nS .. 10 nS`"),
                );
                None
            }
            None => Some(self.given.clone()),
            Some((d, _)) => {
                if let Some(value) = &d.value {
                    let message =
                        format!("`{}` gets its value where neurons are connected", d.name.text);
                    cx.report(
                        Diagnostic::new(codes::DECLARATION, value.span, message, "not here")
                            .with_help("write `weight …` at the `connect`"),
                    );
                }
                match &d.unit {
                    Some(unit) if unit.integer.is_some() => Some(UnitValue::one()),
                    Some(unit) => unit_value(cx, unit),
                    None if self.sort == Sort::Plasticity => Some(UnitValue::one()),
                    None => Some(self.given.clone()),
                }
            }
        }
    }

    /// Adds the names of what the synapse only reads; gives the index of the first trace, after the
    /// weight.
    fn add_signals(
        &self,
        cx: &mut Context<'a>,
        symbols: &mut Symbols,
        weight: Option<&UnitValue>,
    ) -> usize {
        let mut index = 0;
        if self.sort == Sort::Synapse {
            let implied = ast::Name { text: "w".into(), span: self.name.span };
            let name = self.own.weights.first().map_or(&implied, |(d, _)| &d.name);
            symbols.add(cx, Role::Weight, 0, name, weight.cloned());
            let unit = self.own.weights.first().and_then(|(d, _)| d.unit.as_ref());
            let integer = unit.and_then(|unit| integer_type(cx, unit));
            symbols.set_integer(Role::Weight, 0, integer);
            index = 1;
        }
        let first = index;
        for signal in &self.own.signals {
            let unit = match &signal.declaration.unit {
                Some(unit) => unit_value(cx, unit),
                None => Some(UnitValue::one()),
            };
            let role = if signal.on.is_some() { Role::Trace } else { Role::Modulator };
            symbols.add(cx, role, index, &signal.declaration.name, unit);
            index += 1;
        }
        for (path, unit) in &self.own.reads {
            let name = ast::Name { text: cx.text(path.span).to_owned(), span: path.span };
            let unit = unit_value(cx, unit);
            symbols.add(cx, Role::Read, index, &name, unit);
            index += 1;
        }
        first
    }

    /// The type of the weight: a name that a `synapse` reads, and the first state of a rule.
    fn weight_integer(&self, symbols: &Symbols) -> Option<Integer> {
        let role = if self.sort == Sort::Synapse { Role::Weight } else { Role::State };
        symbols.integer(role, 0)
    }

    fn bounds(
        &self,
        cx: &mut Context<'a>,
        symbols: &Symbols,
        unit: Option<&UnitValue>,
    ) -> Option<Option<(Expr, Expr)>> {
        let Some((d, Some(range))) = self.own.weights.first() else { return Some(None) };
        if self.sort == Sort::Synapse {
            let message = "only a weight that learns has bounds";
            cx.report(
                Diagnostic::new(codes::SYNAPSE, range.span, message, "never changes")
                    .with_help("leave out `in …`"),
            );
            return None;
        }
        let ast::ExprKind::Range(lo, hi) = &range.kind else {
            if !matches!(range.kind, ast::ExprKind::Error) {
                let message = format!("the bounds of `{}` are a range", d.name.text);
                cx.report(
                    Diagnostic::new(codes::SYNAPSE, range.span, message, "not a range")
                        .with_help("write `in 0 nS .. 10 nS`"),
                );
            }
            return None;
        };
        let scope = NeuronScope::new(self.file, symbols, Place::Constant);
        let role = format!("a bound of `{}`", d.name.text);
        let unit = unit?;
        let lo = type_as(cx, &scope, lo, unit, &role);
        let hi = type_as(cx, &scope, hi, unit, &role);
        Some(Some((lo?, hi?)))
    }

    fn signals(
        &self,
        cx: &mut Context<'a>,
        symbols: &Symbols,
        first: usize,
    ) -> Option<Vec<Signal>> {
        let mut signals = Vec::new();
        let mut sound = true;
        if self.sort == Sort::Synapse {
            let name = self.own.weights.first().map_or("w", |(d, _)| &d.name.text).to_owned();
            signals.push(Signal { name, kind: SignalKind::Weight, span: self.name.span });
        }
        for (i, declared) in self.own.signals.iter().enumerate() {
            let decay = self.decay(cx, symbols, declared, first + i);
            let end = declared.on.map(|on| end(cx, on));
            let kind = match (decay, end) {
                (Some(decay), None) => SignalKind::Modulator(decay),
                (Some(decay), Some(Some(end))) => SignalKind::Trace(end, decay),
                _ => {
                    sound = false;
                    continue;
                }
            };
            let name = &declared.declaration.name;
            signals.push(Signal { name: name.text.clone(), kind, span: name.span });
        }
        for (i, (path, _)) in self.own.reads.iter().enumerate() {
            let symbol = symbols.at(Role::Read, first + self.own.signals.len() + i);
            let unit = symbol.and_then(|symbol| symbol.unit.clone());
            match (read_state(cx, path), unit) {
                (Some(state), Some(unit)) => signals.push(Signal {
                    name: cx.text(path.span).to_owned(),
                    kind: SignalKind::Read(state, unit),
                    span: path.span,
                }),
                _ => sound = false,
            }
        }
        sound.then_some(signals)
    }

    /// `exp(tau)`, and what a spike adds.
    fn decay(
        &self,
        cx: &mut Context<'a>,
        symbols: &Symbols,
        declared: &Declared<'a>,
        index: usize,
    ) -> Option<Decay> {
        let name = &declared.declaration.name;
        let value = declared.declaration.value.as_ref();
        let call = value.and_then(|value| match &value.kind {
            ast::ExprKind::Call(call) => Some(call),
            _ => None,
        });
        let tau = call.filter(|call| {
            matches!(&call.function.kind, ast::ExprKind::Name(f) if f == "exp")
                && call.arguments.len() == 1
        });
        let Some(tau) = tau.map(|call| &call.arguments[0].value) else {
            let silent = value.is_some_and(|v| matches!(v.kind, ast::ExprKind::Error));
            if !silent {
                let span = value.map_or(name.span, |v| v.span);
                let message =
                    format!("`{}` decays exponentially: its shape is `exp(tau)`", name.text);
                cx.report(
                    Diagnostic::new(codes::SHAPE, span, message, "no such shape")
                        .with_help("write for instance `exp(20 ms)`"),
                );
            }
            return None;
        };
        let scope = NeuronScope::new(self.file, symbols, Place::Constant);
        let ms = UnitValue::parse("ms")?;
        let role = format!("the time constant of `{}`", name.text);
        let tau = type_as(cx, &scope, tau, &ms, &role);
        let role = if declared.on.is_some() { Role::Trace } else { Role::Modulator };
        let unit = symbols.at(role, index).and_then(|s| s.unit.clone());
        let step = match (declared.step, unit) {
            (None, unit) => {
                if unit?.dimension != Dimension::NUMBER {
                    let message = format!("`{}` has a unit: what does a spike add?", name.text);
                    cx.report(
                        Diagnostic::new(codes::SYNAPSE, name.span, message, "no `add`")
                            .with_help("end the line with `add …` or `set …`"),
                    );
                    return None;
                }
                None
            }
            (Some((_, step)), unit) => {
                let role = format!("the step of `{}`", name.text);
                Some(type_as(cx, &scope, step, &unit?, &role)?)
            }
        };
        let mode = match declared.step {
            Some((ast::StepMode::Set, _)) => StepMode::Set,
            _ => StepMode::Add,
        };
        Some(Decay { tau: tau?, step, mode })
    }

    fn blocks(&self, cx: &mut Context<'a>, symbols: &Symbols) -> Option<Blocks> {
        let mut blocks = Blocks::default();
        let mut first: [Option<Span>; 3] = [None; 3];
        let mut sound = true;
        for (event, body, span) in &self.own.events {
            let (at, place) = match event {
                Event::Every(_) => (2, Place::Event),
                Event::Spike(name) => match end(cx, name) {
                    Some(End::Pre) if self.sort == Sort::Synapse => (0, Place::Transmission),
                    Some(End::Pre) => (0, Place::Event),
                    Some(End::Post) => (1, Place::Event),
                    None => {
                        sound = false;
                        continue;
                    }
                },
            };
            if self.sort == Sort::Synapse && at > 0 {
                let message = "a synapse acts at pre spikes only";
                cx.report(
                    Diagnostic::new(codes::SYNAPSE, *span, message, "not in a synapse").with_help(
                        "what post spikes or times do to a weight stands in a `plasticity`",
                    ),
                );
                sound = false;
                continue;
            }
            if let Some(before) = first[at].replace(*span) {
                let d = Diagnostic::new(codes::TWICE, *span, "the same event has two blocks", "");
                cx.report(d.with_label(before, "the first"));
            }
            let statements = block(cx, self.file, (body, place), symbols);
            if place == Place::Transmission {
                sound &= self.delivers_once(cx, body, *span);
            }
            let Some(statements) = statements else {
                sound = false;
                continue;
            };
            match event {
                Event::Every(time) => {
                    let scope = NeuronScope::new(self.file, symbols, Place::Constant);
                    let ms = UnitValue::parse("ms")?;
                    match type_as(cx, &scope, time, &ms, "the interval") {
                        Some(time) => blocks.every = Some((time, statements)),
                        None => sound = false,
                    }
                }
                Event::Spike(_) if at == 0 => blocks.pre = Some(statements),
                Event::Spike(_) => blocks.post = Some(statements),
            }
        }
        sound.then_some(blocks)
    }

    fn delivers_once(&self, cx: &mut Context<'a>, body: &ast::Block, span: Span) -> bool {
        let delivers = |s: &&ast::Statement| matches!(s.kind, ast::StatementKind::Deliver(_));
        let mut delivers = body.statements.iter().filter(delivers);
        match (delivers.next(), delivers.next()) {
            (Some(_), None) => true,
            (None, _) => {
                if !cx.is_broken(span) {
                    let message = format!("`{}` delivers nothing to its target", self.name.text);
                    cx.report(
                        Diagnostic::new(codes::SYNAPSE, span, message, "no `deliver`")
                            .with_help("add for instance `deliver w * u`"),
                    );
                }
                false
            }
            (Some(first), Some(second)) => {
                let message = "a pre spike delivers once";
                cx.report(
                    Diagnostic::new(codes::TWICE, second.span, message, "a second time")
                        .with_label(first.span, "the first"),
                );
                false
            }
        }
    }
}

fn sort_items<'a>(sort: Sort, items: &'a [SynapseItem]) -> (Statements<'a>, Own<'a>) {
    let mut s = Statements::default();
    let mut own = Own::default();
    for item in items {
        match item {
            SynapseItem::Param(list) => s.params.extend(list),
            SynapseItem::Check(check) => s.checks.push(check),
            SynapseItem::State(list) => s.states.extend(list),
            SynapseItem::Let(declaration) => s.lets.push(declaration),
            SynapseItem::Derivative { state, value } => s.derivatives.push((state, value)),
            SynapseItem::Weight { declaration, bounds } => {
                own.weights.push((declaration, bounds.as_ref()));
            }
            SynapseItem::Trace { declaration, on, step } => {
                own.signals.push(Declared { declaration, on: Some(on), step: step.as_ref() })
            }
            SynapseItem::Modulator { declaration, step } => {
                own.signals.push(Declared { declaration, on: None, step: step.as_ref() });
            }
            SynapseItem::Reads(list) => own.reads.extend(list.iter().map(|(e, u)| (e, u))),
            SynapseItem::On { event, body, span } => own.events.push((event, body, *span)),
        }
    }
    if let (Sort::Plasticity, Some((weight, _))) = (sort, own.weights.first()) {
        s.states.insert(0, weight);
    }
    s.order_lets();
    (s, own)
}

fn end(cx: &mut Context<'_>, name: &ast::Name) -> Option<End> {
    match name.text.as_str() {
        "pre" => Some(End::Pre),
        "post" => Some(End::Post),
        other => {
            let message = format!("`on {other}` is no event of a synapse");
            let d = Diagnostic::new(codes::SYNAPSE, name.span, message, "unknown event");
            cx.report(match snn_diagnostics::nearest(other, ["pre", "post"]) {
                Some(near) => {
                    d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near)
                }
                None => d.with_help("there are `on pre`, `on post` and `on every 64 ms`"),
            });
            None
        }
    }
}

/// The state in `post.v` or `post.soma.v`.
fn read_state(cx: &mut Context<'_>, path: &ast::Expr) -> Option<String> {
    let written: String = cx.text(path.span).split_whitespace().collect();
    if let Some(state) = written.strip_prefix("post.") {
        return Some(state.to_owned());
    }
    let message = "a synapse reads states of its target only: `post.v`";
    let mut d = Diagnostic::new(codes::SYNAPSE, path.span, message, "cannot be read");
    if let Some(state) = written.strip_prefix("pre.") {
        d = d.with_help(format!(
            "of its source it sees spikes, `trace x on pre = exp(20 ms)`; a value travels by a continuous \
             connection, `connect E.{state} -> N.heard {{ … }}`, into an input that a state of the target follows"
        ));
    }
    cx.report(d);
    None
}
