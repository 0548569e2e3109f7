//! Branches of `if` that are not taken: what they say must still be known and have the right units.
//!
//! They may speak of what exists only there, so that nothing is worked out: sizes, indices and values that would
//! be wrong are not reported. Of a loop one step is looked at, and each branch once.

use snn_diagnostics::codes::{network, types};
use snn_diagnostics::{Code, Diagnostic};
use snn_syntax::ast::{self, NetworkItem};

use super::frame::{Frame, Place};
use super::{Builder, NetScope, Pass, population, source};
use crate::context::Context;
use crate::names::Kind;
use crate::neuron;
use crate::typed;

/// Faults of names and units, whatever the values are.
const KEPT: [Code; 16] = [
    types::UNKNOWN_NAME,
    types::UNKNOWN_UNIT,
    types::DIMENSION,
    types::PLAIN_NUMBER,
    types::NOT_PLAIN,
    types::POWER,
    types::NOT_A_CONDITION,
    types::NOT_A_NUMBER,
    types::UNKNOWN_FUNCTION,
    types::ARGUMENTS,
    types::WRONG_KIND,
    network::UNKNOWN_POPULATION,
    network::UNKNOWN_RULE,
    network::WRONG_ARGUMENT,
    network::NO_RECEPTOR,
    network::INCOMPLETE_CONNECTION,
];

impl<'a> Builder<'_, 'a> {
    /// Looks at a branch that is not taken, inside `frame`.
    pub(super) fn untaken(
        &mut self,
        cx: &mut Context<'a>,
        (condition, items): (Option<&'a ast::Expr>, &'a [NetworkItem]),
        frame: &Frame<'_, 'a>,
    ) {
        let Some(first) = items.first() else { return };
        if self.looked_at.insert(std::ptr::from_ref(first) as usize) {
            let before = cx.diagnostics.len();
            if let Some(condition) = condition {
                typed::type_condition(cx, &self.scope(frame, Place::Constant), condition);
            }
            self.look_at(cx, items, Frame::inside(frame));
            cx.retain_from(before, |d: &Diagnostic| KEPT.contains(&d.code));
        }
    }

    /// Recursion: bodies nest no deeper than the parser allows.
    fn look_at(
        &mut self,
        cx: &mut Context<'a>,
        items: &'a [NetworkItem],
        mut frame: Frame<'_, 'a>,
    ) {
        self.open(cx, &mut frame, items, Pass::Declare);
        for item in items {
            let scope = self.scope(&frame, Place::Constant);
            match item {
                NetworkItem::Population(p) => population_stated(cx, &scope, p),
                NetworkItem::Source(s) => {
                    s.brackets.iter().flatten().for_each(|e| named(cx, &scope, e));
                    source::law(cx, &scope, s, None, (self.request.dt, self.request.trials));
                }
                NetworkItem::Connect(c) => {
                    self.described(cx, c, &frame);
                }
                NetworkItem::Check(check) => neuron::check_fact(cx, &scope, check),
                NetworkItem::Network(s) => {
                    cx.find_kind(scope.file, &s.network.function, Kind::Network);
                    s.brackets.iter().flatten().for_each(|e| named(cx, &scope, e));
                }
                NetworkItem::For { variable, range, body, .. } => {
                    let first =
                        self.loop_range(cx, range, &frame).and_then(|mut steps| steps.next());
                    let step = Frame::step(&frame, variable, first.unwrap_or(0));
                    self.look_at(cx, body, step);
                }
                NetworkItem::If { branches, otherwise } => {
                    for (condition, _) in branches {
                        typed::type_condition(cx, &scope, condition);
                    }
                    let bodies = branches.iter().map(|(_, body)| body).chain([otherwise]);
                    bodies.for_each(|body| self.look_at(cx, body, Frame::inside(&frame)));
                }
                NetworkItem::Param(_) | NetworkItem::Let(_) | NetworkItem::Later(_) => {}
            }
        }
    }
}

fn named(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, e: &ast::Expr) {
    typed::type_expr(cx, scope, e);
}

fn population_stated(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, p: &ast::Population) {
    p.brackets.iter().flatten().for_each(|e| named(cx, scope, e));
    let model = cx
        .find_kind(scope.file, &p.model.function, Kind::Neuron)
        .and_then(|id| neuron::neuron(cx, id));
    if let Some(model) = model {
        let given: Vec<&ast::Argument> = p.model.arguments.iter().collect();
        let scope = NetScope { place: Place::Population, ..*scope };
        population::arguments(cx, &scope, &model, &given, p.model_span);
    }
}
