//! Every integer keeps within its type, and every operand on bits is whole.

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span};

use super::range::{Atom, Ranges};
use super::{Inexact, Kind, Range, Why};
use crate::context::Context;
use crate::model::{
    Binary, Dynamics, Expr, ExprKind, Integer, Neuron, Shape, Statement, SynapseModel,
};

/// An integer that takes a value.
#[derive(Clone, Copy)]
pub(crate) struct Assigned<'a> {
    pub name: &'a str,
    pub integer: Integer,
    /// Where it is declared.
    pub declared: Span,
}

/// Checks the integers of a neuron; `facts` are the conditions of its `check` lines.
pub(crate) fn check_neuron(cx: &mut Context<'_>, neuron: &Neuron, facts: &[&Expr]) {
    if !cx.integers {
        return;
    }
    let mut checker = Checker::new(cx, neuron, facts);
    checker.declarations(neuron);
    checker.dynamics(neuron);
}

/// Checks the integers of a synapse or a rule. The range of what it delivers, where that is always whole.
pub(crate) fn check_synapse(
    cx: &mut Context<'_>,
    synapse: &SynapseModel,
    facts: &[&Expr],
) -> Option<(f64, f64)> {
    let body = &synapse.body;
    let mut checker = Checker::new(cx, body, facts);
    let weight = &synapse.weight;
    checker.ranges.know(Atom::Signal(0), weight.integer.map_or(Range::REAL, Integer::range));
    checker.declarations(body);
    if let Some((lo, hi)) = &weight.bounds {
        let declared = weight.span;
        let assigned = |integer| Assigned { name: &weight.name, integer, declared };
        checker.value(Some(lo), weight.integer.map(assigned));
        checker.value(Some(hi), weight.integer.map(assigned));
    }
    if let Dynamics::Equations(list) = &body.dynamics {
        list.iter().for_each(|(_, e)| checker.value(Some(e), None));
    }
    let every = synapse.every.iter().map(|(_, block)| block);
    for block in synapse.on_pre.iter().chain(&synapse.on_post).chain(every) {
        checker.block(body, block);
    }
    let sent = checker.delivered.filter(|range| range.kind == Kind::Whole)?;
    Some((sent.lo, sent.hi))
}

/// Whether a value given at a population or a connection is whole and lies in the range of an integer;
/// reported where not.
pub(crate) fn fits(cx: &mut Context<'_>, value: &Expr, assigned: Assigned<'_>) -> bool {
    let before = cx.error_count();
    let mut checker = Checker { cx, ranges: Ranges::new(&[]), delivered: None };
    checker.assign(value, assigned);
    checker.cx.error_count() == before
}

struct Checker<'c, 'a, 'n> {
    cx: &'c mut Context<'a>,
    ranges: Ranges<'n>,
    delivered: Option<Range>,
}

impl<'c, 'a, 'n> Checker<'c, 'a, 'n> {
    /// What is known of the parameters of a model.
    fn new(cx: &'c mut Context<'a>, neuron: &'n Neuron, facts: &[&Expr]) -> Self {
        let mut ranges = Ranges::new(&neuron.functions);
        for (i, p) in neuron.parameters.iter().enumerate() {
            ranges.know(Atom::Parameter(i), p.integer.map_or(Range::REAL, Integer::range));
        }
        for fact in facts {
            ranges.assume(fact, true);
        }
        Self { cx, ranges, delivered: None }
    }

    fn declarations(&mut self, neuron: &Neuron) {
        for p in &neuron.parameters {
            let assigned = |integer| Assigned { name: &p.name, integer, declared: p.span };
            self.value(p.default.as_ref(), p.integer.map(assigned));
        }
        for (i, s) in neuron.states.iter().enumerate() {
            let assigned = |integer| Assigned { name: &s.name, integer, declared: s.span };
            self.value(s.initial.as_ref(), s.integer.map(assigned));
            self.ranges.know(Atom::State(i), s.integer.map_or(Range::REAL, Integer::range));
        }
        for (i, r) in neuron.receptors.iter().enumerate() {
            self.ranges.know(Atom::Receptor(i), r.integer.map_or(Range::REAL, Integer::range));
            match &r.shape {
                Shape::Exp(tau) | Shape::Alpha(tau) => self.value(Some(tau), None),
                Shape::Biexp(rise, decay) => {
                    self.value(Some(rise), None);
                    self.value(Some(decay), None);
                }
                Shape::Jump(_) | Shape::Sum => {}
            }
        }
        for (i, l) in neuron.lets.iter().enumerate() {
            let range = self.ranges.of(&l.value);
            self.report_found();
            self.ranges.know(Atom::Let(i), range);
        }
    }

    fn dynamics(&mut self, neuron: &Neuron) {
        match &neuron.dynamics {
            Dynamics::Equations(list) => list.iter().for_each(|(_, e)| self.value(Some(e), None)),
            Dynamics::OnTick(statements) => self.block(neuron, statements),
        }
        self.value(neuron.spike.as_ref().map(|s| &s.condition), None);
        self.value(neuron.refractory.as_ref().map(|r| &r.duration), None);
        self.block(neuron, &neuron.reset);
        self.block(neuron, &neuron.otherwise);
    }

    /// A block begins with any values of the types; each statement sees what those before it left. Ranges of
    /// lets hold for all values, so that assignments do not change them.
    fn block(&mut self, neuron: &Neuron, statements: &[Statement]) {
        let before = self.ranges.known.clone();
        for statement in statements {
            let (atom, value, assigned) = match statement {
                Statement::Assign { state, value, .. } => {
                    let s = &neuron.states[*state];
                    let declared = s.span;
                    let assigned = |integer| Assigned { name: &s.name, integer, declared };
                    (Atom::State(*state), value, s.integer.map(assigned))
                }
                Statement::Local { name, local, value, integer } => {
                    let declared = value.span;
                    let assigned = |integer| Assigned { name, integer, declared };
                    (Atom::Local(*local), value, integer.map(assigned))
                }
                Statement::Deliver { value, .. } => {
                    self.delivered = Some(self.ranges.of(value));
                    self.report_found();
                    continue;
                }
            };
            let range = match assigned {
                Some(assigned) => self.assign(value, assigned),
                None => {
                    let range = self.ranges.of(value);
                    self.report_found();
                    range
                }
            };
            self.ranges.know(atom, range);
        }
        self.ranges.known = before;
    }

    fn value(&mut self, e: Option<&Expr>, assigned: Option<Assigned<'_>>) {
        match (e, assigned) {
            (Some(e), Some(assigned)) => {
                self.assign(e, assigned);
            }
            (Some(e), None) => {
                self.ranges.of(e);
                self.report_found();
            }
            (None, _) => {}
        }
    }

    /// The range an integer has after it has taken a value.
    fn assign(&mut self, e: &Expr, assigned: Assigned<'_>) -> Range {
        let range = self.ranges.of(e);
        self.report_found();
        let whole = assigned.integer.range();
        match range.kind {
            Kind::Inexact(fault) => self.inexact(fault),
            Kind::Faulty => {}
            Kind::Real => {
                // It is rounded before it is brought into the type.
                let at = match &e.kind {
                    ExprKind::Binary(Binary::Wrap | Binary::Saturate, inner, _) => inner.span,
                    _ => e.span,
                };
                self.not_whole(at, Some(assigned));
            }
            Kind::Whole if range.lo < whole.lo || range.hi > whole.hi => {
                self.overflow(e, range, assigned);
            }
            Kind::Whole => return range,
        }
        whole
    }

    fn report_found(&mut self) {
        for found in std::mem::take(&mut self.ranges.found) {
            match found.kind {
                Kind::Inexact(fault) => self.inexact(fault),
                _ => self.not_whole(found.operand, None),
            }
        }
    }

    fn not_whole(&mut self, at: Span, assigned: Option<Assigned<'_>>) {
        let text = self.cx.text(at);
        let message = match assigned {
            Some(a) => {
                let (name, bits) = (a.name, a.integer.bits);
                format!("`{name}` is an `int({bits})`; this need not be a whole number")
            }
            None => "operations on bits need whole numbers".to_owned(),
        };
        let help =
            format!("say how to round it: `floor({})`, `round(…)`, `trunc(…)`, …", short(text));
        let mut d = Diagnostic::new(codes::NOT_WHOLE, at, message, "may have a fraction");
        if let Some(a) = assigned.filter(|a| a.declared != at) {
            d = d.with_label(a.declared, "an integer");
        }
        self.cx.report(d.with_help(help));
    }

    fn inexact(&mut self, fault: Inexact) {
        let between = between(fault.lo, fault.hi);
        let (message, label, help) = match fault.why {
            Why::TooLarge => (
                "this integer may become too large to be exact",
                format!("may be {between}"),
                "integers are exact up to 2^52: bound a factor with `clip(x, lo, hi)`, or state \
                 with `check` what a parameter may be",
            ),
            Why::ZeroDivisor => (
                "this divides by what may be zero",
                format!("the divisor may be {between}"),
                "state with `check` that it is not, or choose with `if`",
            ),
        };
        let d = Diagnostic::new(codes::OVERFLOW, fault.span, message, label);
        self.cx.report(d.with_help(help));
    }

    fn overflow(&mut self, e: &Expr, range: Range, a: Assigned<'_>) {
        let (lo, hi) = a.integer.bounds();
        let (name, bits, here) = (a.name, a.integer.bits, between(range.lo, range.hi));
        let message = if range.is_point() {
            format!("{here} does not fit `{name}`, an `int({bits})`")
        } else {
            format!("`{name}`, an `int({bits})`, may overflow")
        };
        let mut d = Diagnostic::new(codes::OVERFLOW, e.span, message, format!("{here} here"));
        if a.declared != e.span {
            d = d.with_label(a.declared, format!("holds {}", between(lo, hi)));
        }
        if !range.is_point() {
            let text = short(self.cx.text(e.span));
            d = d.with_help(format!(
                "say what happens beyond: `saturate({text})` or `wrap({text})`"
            ));
        }
        self.cx.report(d);
    }
}

/// The text of an expression, where it is not too long to repeat.
fn short(text: &str) -> &str {
    if text.len() <= 40 { text } else { "…" }
}

/// Bounds as a message shows them.
fn between(lo: f64, hi: f64) -> String {
    if lo == hi { format!("{lo:.0}") } else { format!("{lo:.0} .. {hi:.0}") }
}
