//! Measures of synapses: `mean(ee.w)`, `sd(ee.w, at 1 s)`, `fraction(ee.w, least 2 mV)`.

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_result::{SynapseMeasure, Take};
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use super::record::every_ticks;
use super::synapses;
use crate::arguments::{called, needed, optional, read};
use crate::context::Context;
use crate::network::{NetScope, Network};
use crate::time;

/// What takes the values of all synapses together.
const TAKES: [&str; 5] = ["mean", "sd", "min", "max", "fraction"];

/// How it is written.
const USAGE: &str = "`mean(ee.w)`, `mean(ee.w, at 1 s)`, `mean(ee.w, from 1 s, to 2 s, every 10 ms)` or \
                     `fraction(ee.w, least 1 mV, most 2 mV)`";

/// The connection and the state of a call that measures synapses.
pub(super) fn asked(call: &ast::Call) -> Option<(&ast::Expr, &ast::Name)> {
    called(call).filter(|name| TAKES.contains(name))?;
    let [first, rest @ ..] = call.arguments.as_slice() else { return None };
    let alone = first.label.is_none() && rest.iter().all(|a| a.label.is_some());
    match &first.value.kind {
        ExprKind::Field(connection, state) if alone => Some((connection, state)),
        _ => None,
    }
}

/// What surrounds a measure.
#[derive(Clone, Copy)]
pub(super) struct Around<'s, 'f, 'a> {
    pub scope: &'s NetScope<'f, 'a>,
    pub network: &'s Network<'a>,
    pub dt: Option<Rational>,
    /// The last tick.
    pub end: Option<u64>,
}

impl Around<'_, '_, '_> {
    /// Whether a call is of a state of the synapses of a connection.
    pub(super) fn is_of_synapses(&self, cx: &Context<'_>, call: &ast::Call) -> bool {
        let first = call.arguments.first().map(|a| &a.value.kind);
        matches!(first, Some(ExprKind::Field(base, _)) if synapses::find(cx, self.network, base).is_some())
    }

    /// A measure of synapses, with the unit of the state; of a fraction there is none.
    pub(super) fn measure(
        &self,
        cx: &mut Context<'_>,
        call: &ast::Call,
        span: Span,
    ) -> Option<(SynapseMeasure, Option<UnitValue>)> {
        let (connection, name) = asked(call)?;
        let take = called(call)?;
        let slots = [
            needed("of"),
            optional("at"),
            optional("from"),
            optional("to"),
            optional("every"),
            optional("least"),
            optional("most"),
        ];
        let [_, at, from, to, every, least, most] = read(cx, call, span, USAGE, slots)?;
        let (of, state) =
            synapses::state(cx, self.network, (connection, name), codes::BAD_MEASURE)?;
        let (variable, unit) = (state.name.clone(), state.unit.clone());
        let (ticks, every) = match (at, from.or(to).or(every)) {
            (Some(at), Some(other)) => {
                let message = "one moment, and a window too";
                let d = Diagnostic::new(codes::BAD_MEASURE, other.span, message, "which of them?");
                cx.report(d.with_label(at.span, "the moment"));
                return None;
            }
            (at, None) => self.moment(cx, at)?,
            (None, Some(_)) => self.window(cx, (from, to, every), span)?,
        };
        let take = match (take, least.or(most)) {
            ("fraction", None) => return bounds(cx, span, "a fraction within which range?"),
            ("fraction", Some(_)) => {
                let mut bound = |e: Option<&ast::Expr>, otherwise: f64, role: &str| match e {
                    None => Some(otherwise),
                    Some(e) => time::quantity_in(cx, self.scope, e, &unit, role).map(|q| q.value),
                };
                let lo = bound(least, f64::NEG_INFINITY, "the lower bound");
                let hi = bound(most, f64::INFINITY, "the upper bound");
                Take::Fraction(lo?, hi?)
            }
            (_, Some(bound)) => {
                return bounds(cx, bound.span, "only a fraction has a range");
            }
            ("mean", None) => Take::Mean,
            ("sd", None) => Take::Sd,
            ("min", None) => Take::Min,
            _ => Take::Max,
        };
        let unit = (!matches!(take, Take::Fraction(..))).then_some(unit);
        Some((SynapseMeasure { variable, of: of as u32, ticks, every, take }, unit))
    }

    /// Ticks looked at and the interval of a probe that sees them: one moment, the end where none is given.
    fn moment(&self, cx: &mut Context<'_>, at: Option<&ast::Expr>) -> Option<((u64, u64), u64)> {
        let tick = match at {
            None => self.end?,
            Some(e) => self.tick(cx, e, "the moment")?,
        };
        // A probe looks at multiples of its interval: at tick 0 and, up to `tick`, at nothing else.
        Some(((tick, tick), if tick == 0 { u64::MAX } else { tick }))
    }

    fn window(
        &self,
        cx: &mut Context<'_>,
        (from, to, every): (Option<&ast::Expr>, Option<&ast::Expr>, Option<&ast::Expr>),
        span: Span,
    ) -> Option<((u64, u64), u64)> {
        let first = match from {
            None => Some(0),
            Some(e) => self.tick(cx, e, "the start"),
        };
        let last = match to {
            None => self.end,
            Some(e) => self.tick(cx, e, "the end"),
        };
        let every = match every {
            None => Some(1),
            Some(e) => every_ticks(cx, self.scope, e, self.dt),
        };
        let (first, last, every) = (first?, last?, every?);
        if first.div_ceil(every).saturating_mul(every) > last {
            let message = "there is no moment to look at in this window";
            let label = "looked at are multiples of the interval";
            cx.report(Diagnostic::new(codes::BAD_TIME, span, message, label));
            return None;
        }
        Some(((first, last), every))
    }

    /// A tick of the run.
    fn tick(&self, cx: &mut Context<'_>, e: &ast::Expr, role: &str) -> Option<u64> {
        let t = time::time(cx, self.scope, e, role)?;
        if t.exact.is_negative() {
            let message = format!("{role} is not negative: {}", t.show());
            cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "not possible"));
            return None;
        }
        let tick = time::on_grid(cx, &t, self.dt?, e.span, (codes::TIME_OFF_GRID, role))?;
        if self.end.is_some_and(|end| tick > end) {
            let message = format!("{role} of {} is after the run", t.show());
            cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "never reached"));
            return None;
        }
        Some(tick)
    }
}

fn bounds<T>(cx: &mut Context<'_>, span: Span, message: &str) -> Option<T> {
    cx.report(
        Diagnostic::new(codes::BAD_MEASURE, span, message, "not possible").with_help(
            "write for instance `fraction(ee.w, least 1 mV)` or `fraction(ee.w, least 1 mV, most 2 mV)`",
        ),
    );
    None
}
