//! Connections: who, where, by which rule, with which weights and delays.

use std::collections::HashMap;
use std::sync::Arc;

use snn_connect::{Autapses, Multapses, Segment, SpikeSource};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use super::delay::DelayIn;
use super::frame::{Frame, NetScope, Place};
use super::integers;
use super::live::{self, Ends};
use super::positions::{space, speaks_of_positions};
use super::rule::{self, Drawn, Pairing};
use super::selection::{Picked, pick, port};
use super::statements::{Statements, missing, report_missing, statements};
use super::{Builder, delay};
use crate::context::Context;
use crate::model::{Continuous, Integer, Live, Neuron, ObjectKind, Projection, Value};
use crate::names::list;
use crate::typed;
use crate::whole;

/// Names of projections given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: HashMap<String, u32>,
}

impl Names {
    /// The name, with `#2` where it has been given before.
    fn unique(&mut self, name: String) -> String {
        let times = self.used.entry(name.clone()).or_default();
        *times += 1;
        match *times {
            1 => name,
            n => format!("{name}#{n}"),
        }
    }
}

/// Targets and the receptor of each segment.
pub(super) struct Targets {
    pub picked: Picked,
    pub receptors: Vec<u16>,
    /// The models, one for each segment.
    pub models: Vec<Arc<Neuron>>,
    pub unit: UnitValue,
    /// The smallest integer type among the receptors.
    pub integer: Option<(Integer, Span)>,
    pub receptor: String,
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn connection(
        &mut self,
        cx: &mut Context<'a>,
        c: &'a ast::Connect,
        frame: &Frame<'_, 'a>,
    ) {
        if self.segments > self.request.max_objects.saturating_mul(10) {
            return;
        }
        let (projection, value) = self.described(cx, c, frame);
        let Some(mut projection) = projection else { return };
        let pieces = projection.sources.segments().len() + projection.targets.segments().len();
        if !self.keep(cx, pieces, c.span) {
            return;
        }
        let name = match &c.name {
            Some(name) => {
                let steps: String = frame.steps.iter().map(|i| format!("[{i}]")).collect();
                format!("{}{steps}", name.text)
            }
            None => match &value {
                Some(value) => projection.name.replacen(" -> ", &format!(".{} -> ", value.text), 1),
                None => projection.name,
            },
        };
        projection.name = self.names.unique(format!("{}{name}", frame.prefix()));
        match value {
            Some(value) if projection.live.is_some() => {
                let message = "a synapse acts at spikes, and a continuous connection has none";
                cx.report(
                    Diagnostic::new(network::NOT_SELECTABLE, value.span, message, "a value")
                        .with_help("leave out `via` and `learn`, or connect the neurons"),
                );
            }
            Some(value) => {
                self.continuous.push(Continuous { projection, value: value.text });
            }
            None => self.projections.push(projection),
        }
    }

    /// The projection, and the state or let that it sends, where it sends values.
    pub(super) fn described(
        &self,
        cx: &mut Context<'a>,
        c: &'a ast::Connect,
        frame: &Frame<'_, 'a>,
    ) -> (Option<Projection>, Option<ast::Name>) {
        let scope = self.scope(frame, Place::Constant);
        let value = port(&scope, &c.from);
        let ends = match &value {
            Some((base, value)) => {
                let senders = self.senders(cx, &scope, (base, value));
                let unit = senders.as_ref().map(|(_, unit)| unit);
                let targets = self.inputs(cx, &scope, &c.to, unit);
                (senders.map(|(picked, _)| picked), targets)
            }
            None => (pick(cx, &scope, &c.from), self.targets(cx, &scope, &c.to)),
        };
        (self.projection(cx, c, frame, ends), value.map(|(_, value)| value))
    }

    fn projection(
        &self,
        cx: &mut Context<'a>,
        c: &'a ast::Connect,
        frame: &Frame<'_, 'a>,
        (from, targets): (Option<Picked>, Option<Targets>),
    ) -> Option<Projection> {
        let scope = self.scope(frame, Place::Constant);
        let s = statements(cx, &c.items);
        missing(cx, &s, c, targets.as_ref());
        let pairing = from.as_ref().zip(targets.as_ref()).map(|(from, to)| Pairing {
            sources: &from.segments,
            targets: &to.picked.segments,
            source_text: &from.text,
            target_text: &to.picked.text,
            unit: &to.unit,
            objects: &self.objects,
            autapses: option(s.autapses, Autapses::Allowed, Autapses::Forbidden),
            multapses: option(s.multapses, Multapses::Allowed, Multapses::Forbidden),
        });
        let rule = s.rule.and_then(|(call, also, span)| {
            let drawn = rule::rule(cx, &scope, (call, also), span, pairing.as_ref())?;
            self.rule_fits_values(cx, &drawn, &s, targets.as_ref(), (call, span)).then_some(drawn)
        });
        let values = NetScope { place: Place::Synapse, ..scope };
        let grid = DelayIn { dt: self.request.dt, chip: self.request.chip };
        let (delay, ends) = match &s.live.parts {
            Some(parts) => {
                let (delay, ends) = delay::parts(cx, &values, parts, &grid);
                (Some(delay), ends)
            }
            None => {
                let delay = match s.ticks {
                    Some(e) => Some(delay::in_ticks(cx, &values, e, &grid)),
                    None => s.delay.map(|e| delay::delay(cx, &values, e, &grid)),
                };
                (delay, Some(Ends { dendrite: 0, back: 0 }))
            }
        };
        let live = match (&targets, ends) {
            _ if !s.live.is_live() => Some(None),
            (Some(targets), Some(ends)) => {
                live::live(cx, (&scope, &values), &s.live, targets, ends, &grid).map(Some)
            }
            _ => None,
        };
        let sound = targets.as_ref().filter(|_| live.is_some());
        let inner = live::with_bounds(frame, live.as_ref().and_then(Option::as_ref));
        let values = NetScope { frame: &inner, ..values };
        let weight = s.weight.map(|e| weight(cx, &values, e, sound, live.as_ref()));
        let (from, targets, rule, live) = (from?, targets?, rule?, live?);
        if let Some((_, _, span)) = s.rule
            && rule.is_all_to_all()
        {
            self.warn_shared_train(cx, &from, &targets.picked, span);
        }
        let rule_span = s.rule?.2;
        let by_position = rule.wants_positions();
        let weight = match (rule.weights, rule.table, weight) {
            (Some((_, list)), ..) => {
                integers::list(cx, &list, integers::taken(&targets, live.as_ref()), rule_span)?;
                Value::List(list.into())
            }
            (None, Some(table), _) => {
                integers::list(cx, &table, integers::taken(&targets, live.as_ref()), rule_span)?;
                Value::Table(table)
            }
            (None, None, weight) => weight??,
        };
        let delay = match (rule.delays, delay) {
            (Some(list), _) => delay::from_list(cx, &list, &grid, rule_span)?,
            (None, delay) => delay??,
        };
        let weight_span = s.weight.map_or(rule_span, |e| e.span);
        if let Some(live) = &live
            && !live::within_bounds(cx, live, &weight, weight_span)
        {
            return None;
        }
        let asks = |value: &Value| matches!(value, Value::Expr(e) if speaks_of_positions(e));
        let wanted = [
            (by_position, rule_span),
            (asks(&weight), s.weight.map_or(rule_span, |e| e.span)),
            (asks(&delay), s.delay.map_or(rule_span, |e| e.span)),
        ];
        let space = match wanted.into_iter().find(|(wanted, _)| *wanted) {
            Some((_, at)) => Some(space(cx, &self.objects, (&from, &targets.picked), at)?),
            None => None,
        };
        Some(Projection {
            name: format!("{} -> {}.{}", from.text, targets.picked.text, targets.receptor),
            sources: from.selection(),
            targets: targets.picked.selection(),
            receptors: targets.receptors,
            rule: rule.rule,
            pair_probability: rule.probability,
            space,
            autapses: option(s.autapses, Autapses::Allowed, Autapses::Forbidden),
            multapses: option(s.multapses, Multapses::Allowed, Multapses::Forbidden),
            weight,
            delay,
            live,
            span: c.span,
            rule_span,
            weight_span,
            delay_span: s.delay.map_or(rule_span, |e| e.span),
        })
    }

    /// `sel.receptor`: every target has it, in one dimension.
    fn targets(
        &self,
        cx: &mut Context<'a>,
        scope: &NetScope<'_, 'a>,
        to: &'a ast::Expr,
    ) -> Option<Targets> {
        let Some((base, receptor)) = port(scope, to) else {
            if !matches!(to.kind, ExprKind::Error) {
                let picked = pick(cx, scope, to)?;
                self.no_receptor_named(cx, &picked, to);
            }
            return None;
        };
        let picked = pick(cx, scope, base)?;
        let (mut receptors, mut models) = (Vec::new(), Vec::new());
        let mut first: Option<(UnitValue, Span)> = None;
        let mut integer = None;
        for s in &picked.segments {
            let model = self.model_of(cx, s, base.span, "receives no spikes")?;
            let Some(at) = model.receptors.iter().position(|r| r.port.name == receptor.text) else {
                unknown_receptor(cx, model, &receptor);
                return None;
            };
            let port = &model.receptors[at].port;
            match &first {
                Some((unit, other)) if unit.dimension != port.unit.dimension => {
                    let message = format!(
                        "`{}` is {} in one of these models and {} in another",
                        receptor.text,
                        unit.dimension.describe(),
                        port.unit.dimension.describe()
                    );
                    cx.report(
                        Diagnostic::new(network::NO_RECEPTOR, receptor.span, message, "two kinds")
                            .with_label(*other, "declared here")
                            .with_label(port.span, "and here"),
                    );
                    return None;
                }
                Some(_) => {}
                None => first = Some((port.unit.clone(), port.span)),
            }
            if let Some(own) = model.receptors[at].integer {
                let narrower = |(other, _): &(Integer, Span)| other.bits <= own.bits;
                integer = integer.filter(narrower).or(Some((own, port.span)));
            }
            receptors.push(u16::try_from(at).ok()?);
            models.push(model.clone());
        }
        let (unit, _) = first?;
        let receptor = receptor.text;
        Some(Targets { picked, receptors, models, unit, integer, receptor })
    }

    /// The neuron model of a segment; a source has none, which is reported.
    pub(super) fn model_of(
        &self,
        cx: &mut Context<'a>,
        s: &Segment,
        at: Span,
        lacks: &str,
    ) -> Option<&Arc<Neuron>> {
        let object = self.objects.get(s.object);
        if let ObjectKind::Population { neuron, .. } = object.kind {
            return Some(&self.neurons[neuron]);
        }
        let message = format!("`{}` is a source: it {lacks}", object.name);
        cx.report(
            Diagnostic::new(network::NOT_SELECTABLE, at, message, "not a population")
                .with_label(object.span, "declared here"),
        );
        None
    }

    fn no_receptor_named(&self, cx: &mut Context<'a>, picked: &Picked, to: &ast::Expr) {
        let Some(s) = picked.segments.first() else { return };
        let Some(model) = self.model_of(cx, s, to.span, "receives no spikes") else { return };
        let names: Vec<String> = model.receptors.iter().map(|r| r.port.name.clone()).collect();
        let text = cx.text(to.span);
        let message = format!("the connection names no receptor of `{text}`");
        let mut d = Diagnostic::new(network::NO_RECEPTOR, to.span, message, "which receptor?");
        let whole = if matches!(to.kind, ExprKind::Binary(..)) {
            format!("({text})")
        } else {
            text.to_owned()
        };
        d = match names.as_slice() {
            [] => d.with_help(format!("`{}` has none", model.name)),
            [only] => d
                .with_help(format!("write `{whole}.{only}`"))
                .with_fix(to.span, format!("{whole}.{only}")),
            _ => d.with_help(format!("`{}` has {}", model.name, list(&names))),
        };
        cx.report(d);
    }

    /// A list that has its own weights or delays leaves no room for the statement.
    fn rule_fits_values(
        &self,
        cx: &mut Context<'a>,
        drawn: &Drawn,
        s: &Statements<'a>,
        targets: Option<&Targets>,
        (call, span): (&ast::Call, Span),
    ) -> bool {
        let given =
            [(drawn.has_weights(), s.weight, "weight"), (drawn.delays.is_some(), s.delay, "delay")];
        for (in_file, statement, word) in given {
            if let (true, Some(e)) = (in_file, statement) {
                let place = if drawn.is_list() { "in the list" } else { "by the rule" };
                let message = format!("the {word} is given here and {place}");
                cx.report(
                    Diagnostic::new(network::INCOMPLETE_CONNECTION, e.span, message, "twice")
                        .with_label(span, "it has this too")
                        .with_help(format!("leave out `{word}`")),
                );
                return false;
            }
            if !in_file
                && statement.is_none()
                && !s.later
                && (drawn.is_list() || drawn.has_weights())
            {
                report_missing(cx, word, span, targets);
                return false;
            }
        }
        if let (Some((unit, _)), Some(targets)) = (&drawn.weights, targets)
            && unit.dimension != targets.unit.dimension
        {
            let message = format!(
                "the weights of the list are {}, `{}` takes {} ({})",
                unit.dimension.describe(),
                targets.receptor,
                targets.unit.dimension.describe(),
                targets.unit
            );
            let at = call.arguments.first().map_or(span, |a| a.value.span);
            cx.report(
                Diagnostic::new(network::BAD_DATA, at, message, "this file")
                    .with_help(format!("its header must say `weight[{}]`", targets.unit)),
            );
            return false;
        }
        true
    }

    fn warn_shared_train(&self, cx: &mut Context<'a>, from: &Picked, to: &Picked, span: Span) {
        let random = from.segments.iter().find(|s| {
            let source = &self.objects.get(s.object).kind;
            matches!(
                source,
                ObjectKind::Source(SpikeSource::Poisson { .. } | SpikeSource::Inhomogeneous(_))
                    | ObjectKind::Rate(_)
            )
        });
        let Some(s) = random else { return };
        let targets = super::members::total(&to.segments);
        if targets < 2 {
            return;
        }
        let source = self.objects.get(s.object);
        let message =
            format!("all {targets} neurons of `{}` receive the same random train", to.text);
        cx.report(
            Diagnostic::new(network::SHARED_TRAIN, span, message, "one train for all")
                .with_label(source.span, "a train per index of this source")
                .with_help(format!(
                    "for independent trains: `source {}[{targets}]` and `rule one_to_one`",
                    source.name
                )),
        );
    }
}

fn option<T>(stated: Option<Span>, allowed: T, forbidden: T) -> T {
    if stated.is_some() { forbidden } else { allowed }
}

fn unknown_receptor(cx: &mut Context<'_>, model: &Neuron, receptor: &ast::Name) {
    let names: Vec<String> = model.receptors.iter().map(|r| r.port.name.clone()).collect();
    let text = &receptor.text;
    let message = format!("`{}` has no receptor `{text}`", model.name);
    let mut d = Diagnostic::new(network::NO_RECEPTOR, receptor.span, message, "unknown receptor");
    if let Some(input) = model.inputs.iter().find(|i| i.name == *text) {
        d = d
            .with_label(input.span, "this is a current input")
            .with_help(format!("currents come from `inject … -> ….{text}` in an experiment"));
    } else if let Some(near) = nearest(text, names.iter().map(String::as_str)) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(receptor.span, near);
    }
    d = match names.as_slice() {
        [] => d.with_help("it has none: `receptor exc: mV = jump(v)` in the model adds one"),
        _ => d.with_help(format!("it has {}", list(&names))),
    };
    cx.report(d.with_label(model.span, format!("`{}` is declared here", model.name)));
}

fn weight(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    targets: Option<&Targets>,
    live: Option<&Option<Live>>,
) -> Option<Value> {
    let Some(to @ Targets { unit, receptor, .. }) = targets else {
        // The receptor is faulty: the expression alone can still be checked.
        typed::type_expr(cx, scope, e)?;
        return None;
    };
    let live = live.and_then(|l| l.as_ref());
    let bound = live.and_then(|l| l.learn.as_ref().or(l.via.as_ref()));
    let unit = bound.map_or(unit, |bound| &bound.model.weight.unit);
    let role = format!("the weight of a synapse onto `{receptor}`");
    let expr = typed::type_as(cx, scope, e, unit, &role)?;
    if let Some(integer) = integers::taken(to, live) {
        whole::fits(cx, &expr, integer).then_some(())?;
    }
    let Some(value) = typed::fold(&expr) else { return Some(Value::Expr(expr)) };
    if !value.is_finite() {
        let message = format!("{role} is {value}");
        let code = snn_diagnostics::codes::types::NOT_FINITE;
        cx.report(Diagnostic::new(code, e.span, message, "not finite"));
        return None;
    }
    Some(Value::Constant(value))
}
