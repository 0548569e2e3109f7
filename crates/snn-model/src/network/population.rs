//! Populations: a neuron model, how many, and the values given to it.

use std::sync::Arc;

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast;

use super::families::{self, Head};
use super::frame::{Frame, Place};
use super::objects::Added;
use super::{Builder, NetScope, positions};
use crate::arguments::{dotted_label, label_text};
use crate::context::Context;
use crate::model::{Expr, Neuron, Object, ObjectKind};
use crate::names::{Kind, list};
use crate::neuron;
use crate::typed;
use crate::whole::{self, Assigned};

/// Values given at a population: index of parameter or state, and expression.
type Values = Vec<(usize, Expr)>;

impl<'a> Builder<'_, 'a> {
    pub(super) fn population(
        &mut self,
        cx: &mut Context<'a>,
        p: &'a ast::Population,
        frame: &Frame<'_, 'a>,
    ) {
        let head = Head { name: &p.name, brackets: &p.brackets };
        let scope = self.scope(frame, Place::Constant);
        let member = families::member(cx, &scope, head);
        let scope = NetScope { place: Place::Population, ..scope };
        let model = cx
            .find_kind(scope.file, &p.model.function, Kind::Neuron)
            .and_then(|id| neuron::neuron(cx, id));
        let values = match &model {
            Some(model) => {
                let given: Vec<&ast::Argument> = p.model.arguments.iter().collect();
                arguments(cx, &scope, model, &given, p.model_span)
            }
            None => None,
        };
        let positions = member.as_ref().zip(p.at.as_ref()).map(|(member, at)| {
            let key = super::qualified_key(self.name, &member.name);
            positions::positions(cx, &NetScope { place: Place::Constant, ..scope }, at, member, key)
        });
        let Some(member) = member else {
            self.objects.spoil(&format!("{}{}", frame.path(), p.name.text), p.name.span);
            return;
        };
        let object = match (model, values, member.size, positions) {
            (_, _, _, Some(None)) => None,
            (Some(model), Some((parameters, initial)), Some(size), positions) => {
                neuron::check_population(cx, &model, &parameters, p.model_span);
                let neuron = self.neuron_index(model);
                let kind = ObjectKind::Population { neuron, parameters, initial, update: p.update };
                let (name, shape) = (member.name.clone(), member.shape);
                let positions = positions.flatten();
                Some(Object { name, size, shape, positions, kind, span: p.name.span })
            }
            _ => None,
        };
        self.add(cx, frame, &p.name, member.indices, object);
    }

    /// Adds an object under its name, and reports a member declared twice.
    pub(super) fn add(
        &mut self,
        cx: &mut Context<'a>,
        frame: &Frame<'_, 'a>,
        name: &ast::Name,
        indices: Vec<i64>,
        object: Option<Object>,
    ) {
        let shown: String = indices.iter().map(|i| format!("[{i}]")).collect();
        let size = object.as_ref().map_or(0, |o| u64::from(o.size));
        let path = format!("{}{}", frame.path(), name.text);
        let indices = [frame.indices(), &indices].concat();
        let message = match self.objects.add(&path, indices, object, name.span) {
            Added::Yes => {
                self.count(cx, size, name.span);
                return;
            }
            Added::Twice if shown.is_empty() => return,
            Added::Twice => format!("`{}{shown}` is declared twice", name.text),
            Added::OtherDepth(depth) => format!(
                "`{}` has {depth} family ind{} elsewhere",
                name.text,
                if depth == 1 { "ex" } else { "ices" }
            ),
        };
        let mut d = Diagnostic::new(network::FAMILY, name.span, message, "not a new member");
        if let Some(first) = self.objects.declared(&path).filter(|first| *first != name.span) {
            d = d.with_label(first, "first declared here");
        }
        cx.report(d);
    }

    /// Positions are 32-bit numbers.
    fn count(&mut self, cx: &mut Context<'a>, size: u64, span: Span) {
        let limit = u64::from(u32::MAX);
        let before = self.neurons_in_all;
        self.neurons_in_all += size;
        if before <= limit && self.neurons_in_all > limit {
            let message = format!("the network has more than {limit} neurons and trains");
            cx.report(Diagnostic::new(network::OUT_OF_RANGE, span, message, "too many here"));
        }
    }

    fn neuron_index(&mut self, model: Arc<Neuron>) -> usize {
        match self.neurons.iter().position(|known| Arc::ptr_eq(known, &model)) {
            Some(at) => at,
            None => {
                self.neurons.push(model);
                self.neurons.len() - 1
            }
        }
    }
}

/// What an argument of a population sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Parameter(usize),
    State(usize),
}

/// The values given to a model at a population or a connection; none where a fault was reported.
pub(super) fn arguments(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    model: &Neuron,
    given: &[&ast::Argument],
    span: Span,
) -> Option<(Values, Values)> {
    let (mut parameters, mut initial) = (Values::new(), Values::new());
    let mut seen: Vec<(Target, Span)> = Vec::new();
    let mut sound = true;
    for argument in given {
        let Some(target) = target(cx, model, argument) else {
            sound = false;
            continue;
        };
        let place = argument.label.as_ref().map_or(argument.value.span, |l| label_text(l).1);
        if let Some((_, first)) = seen.iter().find(|(t, _)| *t == target) {
            let message = format!("`{}` is given twice", cx.text(place));
            cx.report(
                Diagnostic::new(network::WRONG_ARGUMENT, place, message, "again here")
                    .with_label(*first, "first given here"),
            );
            sound = false;
            continue;
        }
        seen.push((target, place));
        let (name, unit, integer, declared) = match target {
            Target::Parameter(i) => {
                let p = &model.parameters[i];
                (&p.name, &p.unit, p.integer, p.span)
            }
            Target::State(i) => {
                let s = &model.states[i];
                (&s.name, &s.unit, s.integer, s.span)
            }
        };
        let value = typed::type_as(cx, scope, &argument.value, unit, &format!("`{name}`"));
        let fits = |value: &Expr| {
            let assigned = |integer| Assigned { name, integer, declared };
            integer.is_none_or(|integer| whole::fits(cx, value, assigned(integer)))
        };
        match value.filter(fits) {
            None => sound = false,
            Some(value) => match target {
                Target::Parameter(i) => parameters.push((i, value)),
                Target::State(i) => initial.push((i, value)),
            },
        }
    }
    sound &= nothing_missing(cx, model, &seen, span);
    sound.then_some((parameters, initial))
}

fn target(cx: &mut Context<'_>, model: &Neuron, argument: &ast::Argument) -> Option<Target> {
    let settable = || -> Vec<String> {
        let parameters = model.parameters.iter().map(|p| p.name.clone());
        parameters.chain(model.states.iter().map(|s| s.name.clone())).collect()
    };
    let Some(label) = &argument.label else {
        if matches!(argument.value.kind, ast::ExprKind::Error) {
            return None;
        }
        let names = settable();
        let first = names.first().map_or("name", String::as_str);
        let message = "a value given to a model needs the name of its parameter";
        let text = cx.text(argument.value.span);
        cx.report(
            Diagnostic::new(network::WRONG_ARGUMENT, argument.value.span, message, "of what?")
                .with_help(format!("write for instance `{first} = {text}`"))
                .with_help(format!("`{}` has {}", model.name, list(&names))),
        );
        return None;
    };
    let (name, span) = dotted_label(label);
    if let Some(i) = model.parameters.iter().position(|p| p.name == name) {
        return Some(Target::Parameter(i));
    }
    if let Some(i) = model.states.iter().position(|s| s.name == name) {
        return Some(Target::State(i));
    }
    let names = settable();
    let text = cx.text(span);
    let message = format!("`{}` has no parameter or state `{text}`", model.name);
    let mut d = Diagnostic::new(network::WRONG_ARGUMENT, span, message, "unknown");
    d = match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None if names.is_empty() => d.with_help("it has none"),
        None => d.with_help(format!("it has {}", list(&names))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
    None
}

fn nothing_missing(
    cx: &mut Context<'_>,
    model: &Neuron,
    seen: &[(Target, Span)],
    span: Span,
) -> bool {
    let given = |i| seen.iter().any(|(t, _)| *t == Target::Parameter(i));
    let missing: Vec<String> = model
        .parameters
        .iter()
        .enumerate()
        .filter(|(i, p)| p.default.is_none() && !given(*i))
        .map(|(_, p)| p.name.clone())
        .collect();
    let Some(first) = missing.first() else { return true };
    let message = format!("`{}` needs values for {}", model.name, list(&missing));
    cx.report(
        Diagnostic::new(network::PARAMETER_WITHOUT_VALUE, span, message, "no default")
            .with_help(format!("give them: `{}({first} = …)`", model.name)),
    );
    false
}
