//! Spike sources.

use snn_connect::{Rate, SpikeSource};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::{MAX_MEAN_PER_TICK, Rational, Ticks, ticks};
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use super::Builder;
use super::families::{self, Head};
use super::frame::{Frame, NetScope, Place};
use crate::arguments::{called, file_path, needed, optional, read};
use crate::context::Context;
use crate::data::{self, DataFault, SpikeTable};
use crate::experiment::Trials;
use crate::model::{Object, ObjectKind};
use crate::time::{self, quantity_in};
use crate::typed::type_as;

const SOURCES: [&str; 4] = ["poisson", "inhomogeneous", "regular", "spikes"];
/// What an experiment injects.
const CURRENTS: [&str; 4] = ["step", "sine", "ou", "dc"];

impl<'a> Builder<'_, 'a> {
    pub(super) fn source(
        &mut self,
        cx: &mut Context<'a>,
        s: &'a ast::Source,
        frame: &Frame<'_, 'a>,
    ) {
        let scope = self.scope(frame, Place::Constant);
        let member = families::member(cx, &scope, Head { name: &s.name, brackets: &s.brackets });
        let size = member.as_ref().and_then(|m| m.size);
        let law = law(cx, &scope, s, size, (self.request.dt, self.request.trials));
        let positions = member.as_ref().zip(s.at.as_ref()).map(|(member, at)| {
            let key = super::qualified_key(self.name, &member.name);
            super::positions::positions(cx, &scope, at, member, key)
        });
        let Some(member) = member else {
            self.objects.spoil(&format!("{}{}", frame.path(), s.name.text), s.name.span);
            return;
        };
        let object = match (law, size, positions) {
            (_, _, Some(None)) => None,
            (Some(law), Some(size), positions) => Some(Object {
                name: member.name,
                size,
                shape: member.shape,
                positions: positions.flatten(),
                kind: law,
                span: s.name.span,
            }),
            _ => None,
        };
        self.add(cx, frame, &s.name, member.indices, object);
    }
}

/// What a source does; `size` may be unknown.
pub(super) fn law(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    s: &ast::Source,
    size: Option<u32>,
    (dt, trials): (Option<Rational>, Option<Trials>),
) -> Option<ObjectKind> {
    match called(&s.kind) {
        Some("poisson") => poisson(cx, scope, s, dt).map(ObjectKind::Source),
        Some("regular") => regular(cx, scope, s, dt).map(ObjectKind::Source),
        Some("spikes") => given(cx, scope, s, size, (dt, trials)).map(ObjectKind::Source),
        Some("inhomogeneous") => inhomogeneous(cx, scope, s, dt),
        name => {
            if !matches!(s.kind.function.kind, ast::ExprKind::Error) {
                unknown(cx, name, s.kind.function.span);
            }
            None
        }
    }
}

fn unknown(cx: &mut Context<'_>, name: Option<&str>, span: Span) {
    let text = cx.text(span);
    if name.is_some_and(|name| CURRENTS.contains(&name)) {
        let message = format!("`{text}` is a current, and sources send spikes");
        cx.report(
            Diagnostic::new(network::UNKNOWN_RULE, span, message, "not a source").with_help(format!(
                "an experiment injects currents: `inject {text}(…) -> n.I`; one that many neurons share is a \
                 state of a neuron, with a connection `connect that.x -> n.I {{ … }}`"
            )),
        );
        return;
    }
    let message = format!("there is no source `{text}`");
    let mut d = Diagnostic::new(network::UNKNOWN_RULE, span, message, "unknown source");
    d = match name.and_then(|n| nearest(n, SOURCES)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help(
            "sources are poisson(rate), inhomogeneous(rate over t), regular(rate, start t), \
             spikes(file(\"name.csv\"))",
        ),
    };
    cx.report(d);
}

fn hertz() -> UnitValue {
    UnitValue::parse("Hz").expect("invariant: Hz is a unit")
}

fn poisson(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    s: &ast::Source,
    dt: Option<Rational>,
) -> Option<SpikeSource> {
    let [rate] = read(cx, &s.kind, s.kind_span, "`poisson(8 Hz)`", [needed("rate")])?;
    let rate_expr = rate?;
    let rate = quantity_in(cx, scope, rate_expr, &hertz(), "the rate")?;
    if rate.value < 0.0 {
        bad_rate(
            cx,
            rate_expr.span,
            format!("a rate is not negative: {}", rate.show()),
            "negative",
        );
        return None;
    }
    let mean_per_tick = dt.map_or(0.0, |dt| rate.value * dt.to_f64());
    if mean_per_tick > MAX_MEAN_PER_TICK {
        let message = format!(
            "{} is {mean_per_tick:.0} spikes per tick, at most {MAX_MEAN_PER_TICK} can be drawn",
            rate.show()
        );
        bad_rate(cx, rate_expr.span, message, "too high");
        return None;
    }
    Some(SpikeSource::Poisson { mean_per_tick })
}

/// A rate that is an expression of `t`, or a file of rates.
fn inhomogeneous(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    s: &ast::Source,
    dt: Option<Rational>,
) -> Option<ObjectKind> {
    let usage = "`inhomogeneous(20 Hz * (1 + sin(2 * 3.14159265 * 4 Hz * t)))` or \
                 `inhomogeneous(file(\"rates.csv\"))`";
    let [rate] = read(cx, &s.kind, s.kind_span, usage, [needed("rate")])?;
    let rate = rate?;
    let is_file = matches!(&rate.kind, ast::ExprKind::Call(call) if called(call) == Some("file"));
    if !is_file {
        let NetScope { file, frame, objects, .. } = *scope;
        let scope = NetScope { file, frame, objects, place: Place::Rate };
        let rate = type_as(cx, &scope, rate, &hertz(), "the rate")?;
        return Some(ObjectKind::Rate(vec![(0, Some(rate))]));
    }
    let (path, span) = file_path(cx, rate)?;
    let project = cx.project;
    let bytes = project.data(scope.file, path)?;
    let steps =
        data::read_rates(bytes).and_then(|rows| stepped(&rows, dt.unwrap_or(Rational::ONE)));
    match steps {
        Ok(steps) => {
            Some(ObjectKind::Source(SpikeSource::Inhomogeneous(Rate::Table(steps.into()))))
        }
        Err(fault) => {
            report_data(cx, path, span, fault.line, &fault.message);
            None
        }
    }
}

/// Rates by the tick from which each holds: the first that begins at its time or later.
fn stepped(rows: &[(usize, Rational, f64)], dt: Rational) -> Result<Vec<(u64, f64)>, DataFault> {
    let mut steps: Vec<(u64, f64)> = Vec::new();
    for (line, time, rate) in rows {
        let fault = |message: String| DataFault { line: *line, message };
        let mean = rate * dt.to_f64();
        if !(0.0..=MAX_MEAN_PER_TICK).contains(&mean) {
            let most = MAX_MEAN_PER_TICK;
            return Err(fault(format!("{mean} spikes per tick, 0 to {most} can be drawn")));
        }
        let before = (|| time.checked_div(dt)?.checked_neg()?.floor().checked_neg())();
        let first = before.and_then(|ticks| u64::try_from(ticks).ok()?.checked_add(1));
        let Some(first) = first else {
            return Err(fault(format!("{time} ms is not a time of the run")));
        };
        if steps.last().is_some_and(|(before, _)| first <= *before) {
            return Err(fault(format!("{time} ms is not at least a tick after the line before")));
        }
        steps.push((first, mean));
    }
    Ok(steps)
}

fn bad_rate(cx: &mut Context<'_>, span: Span, message: String, label: &str) {
    cx.report(Diagnostic::new(network::BAD_SOURCE, span, message, label));
}

fn regular(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    s: &ast::Source,
    dt: Option<Rational>,
) -> Option<SpikeSource> {
    let slots = [needed("rate"), optional("start")];
    let usage = "`regular(10 Hz)` or `regular(10 Hz, start 5 ms)`";
    let [rate, start] = read(cx, &s.kind, s.kind_span, usage, slots)?;
    let rate_expr = rate?;
    let rate = quantity_in(cx, scope, rate_expr, &hertz(), "the rate");
    let start = match start {
        None => Some(Rational::ZERO),
        Some(e) => time::time(cx, scope, e, "the start").and_then(|q| {
            let negative = q.exact.is_negative();
            if negative {
                bad_rate(cx, e.span, format!("the first spike is at {}", q.show()), "negative");
            }
            (!negative).then_some(q.exact)
        }),
    };
    let (rate, start) = (rate?, start?);
    if rate.exact <= Rational::ZERO {
        bad_rate(
            cx,
            rate_expr.span,
            format!("a regular rate is positive, not {}", rate.show()),
            "",
        );
        return None;
    }
    let dt = dt.unwrap_or(Rational::ONE);
    let per_tick = rate.exact.checked_mul(dt);
    let period = per_tick.and_then(|r| Rational::ONE.checked_div(r));
    let Some((period, start)) = period.zip(start.checked_div(dt)) else {
        bad_rate(cx, rate_expr.span, "the period has too many digits".into(), "too long");
        return None;
    };
    if period < Rational::ONE {
        let message = format!("{} is more than one spike per tick", rate.show());
        bad_rate(cx, rate_expr.span, message, "too high for this dt");
        return None;
    }
    Some(SpikeSource::Regular { start, period })
}

fn given(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    s: &ast::Source,
    size: Option<u32>,
    (dt, trials): (Option<Rational>, Option<Trials>),
) -> Option<SpikeSource> {
    let usage = "`spikes(file(\"name.csv\"))`";
    let [file] = read(cx, &s.kind, s.kind_span, usage, [needed("file")])?;
    let (path, span) = file_path(cx, file?)?;
    let project = cx.project;
    let bytes = project.data(scope.file, path)?;
    let table = match data::read_spikes(bytes) {
        Ok(table) => table,
        Err(fault) => {
            report_data(cx, path, span, fault.line, &fault.message);
            return None;
        }
    };
    let (size, dt) = (size?, dt?);
    if let Some((line, index, _)) = table.rows.iter().find(|row| row.1 >= size) {
        let message = format!("index {index}, but `{}` has {size} trains", s.name.text);
        report_data(cx, path, span, *line, &message);
        return None;
    }
    stamped(cx, &table, (dt, trials), (path, span))
}

/// Rows as sorted (tick, index). Ticks count from 1.
fn stamped(
    cx: &mut Context<'_>,
    table: &SpikeTable,
    (dt, trials): (Rational, Option<Trials>),
    (path, span): (&str, Span),
) -> Option<SpikeSource> {
    let mut spikes = Vec::with_capacity(table.rows.len());
    let (mut off_grid, mut example) = (0usize, None);
    for (row, (line, index, time)) in table.rows.iter().enumerate() {
        let begin = match table.trials.get(row) {
            None => 0,
            Some(trial) => match trials.filter(|t| u64::from(*trial) < t.count) {
                Some(trials) => trials.first + u64::from(*trial) * trials.ticks,
                None => {
                    let count = trials.map_or(0, |t| t.count);
                    let message = format!("trial {trial}, the experiment has {count}");
                    report_data(cx, path, span, *line, &message);
                    return None;
                }
            },
        };
        match ticks(*time, dt) {
            Some(Ticks { count, exact }) if count > 0 => {
                if let Some(trials) = trials.filter(|t| !table.trials.is_empty() && count > t.ticks)
                {
                    let length = trials.ticks as f64 * dt.to_f64();
                    let message = format!("a spike at {time} ms of a trial of {length} ms");
                    report_data(cx, path, span, *line, &message);
                    return None;
                }
                if !exact {
                    off_grid += 1;
                    example.get_or_insert((*line, *time, count));
                }
                spikes.push((begin + count, *index));
            }
            _ => {
                let message = format!(
                    "a spike at {time} ms: the first tick ends at {dt} ms, so spikes are possible from there"
                );
                report_data(cx, path, span, *line, &message);
                return None;
            }
        }
    }
    if let Some((line, time, count)) = example {
        let ms = time::millisecond();
        let (dt, rounded) = (show(dt.to_f64(), &ms), show(count as f64 * dt.to_f64(), &ms));
        let message = format!("{off_grid} of {} spikes lie between ticks of {dt}", spikes.len());
        let first = format!("the first is `{path}` line {line}: {time} ms becomes {rounded}");
        cx.report(
            Diagnostic::new(network::SPIKES_OFF_GRID, span, message, "rounded").with_help(first),
        );
    }
    spikes.sort_unstable();
    Some(SpikeSource::Given(spikes.into()))
}

/// A fault in a line of a data file.
pub(super) fn report_data(cx: &mut Context<'_>, path: &str, span: Span, line: usize, what: &str) {
    let message = format!("`{path}` line {line}: {what}");
    cx.report(Diagnostic::new(network::BAD_DATA, span, message, "this file"));
}
