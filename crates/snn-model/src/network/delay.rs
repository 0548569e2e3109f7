//! Delays: whole ticks, at least one, and what the chip can hold.

use std::sync::Arc;

use snn_chip::ChipSpec;
use snn_diagnostics::codes::{chip as codes, network};
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::{Distribution, Rational, Ticks, ticks};
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use super::frame::NetScope;
use super::live::{DelayParts, Ends};
use crate::constant::Quantity;
use crate::context::Context;
use crate::exact;
use crate::model::{Binary, Expr, ExprKind, Value};
use crate::time;
use crate::typed;

/// Longest delay that is kept, in ticks.
const MAX_TICKS: u64 = 1 << 20;

/// The grid and the chip that delays must fit.
pub(super) struct DelayIn<'r> {
    /// Time of a tick in ms.
    pub dt: Option<Rational>,
    /// Its cores hold a range of delays.
    pub chip: Option<&'r ChipSpec>,
}

/// The value of a `delay` statement.
pub(super) fn delay(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    grid: &DelayIn<'_>,
) -> Option<Value> {
    let ms = time::millisecond();
    let expr = typed::type_as(cx, scope, e, &ms, "the delay")?;
    let Some(value) = typed::fold(&expr) else {
        return drawn(cx, &expr, e.span, grid).then_some(Value::Expr(expr));
    };
    if !value.is_finite() {
        let message = format!("the delay is {value}");
        cx.report(Diagnostic::new(network::BAD_DELAY, e.span, message, "not finite"));
        return None;
    }
    let exact = exact::exact(scope, e).unwrap_or_else(|| exact::nearest_decimal(value));
    let unit = written_unit(e).unwrap_or(ms);
    let delay = Quantity { value, exact, unit };
    let Some(dt) = grid.dt else {
        return not_negative(cx, &delay, e.span).then_some(Value::Constant(1.0));
    };
    let count = whole_ticks(cx, &delay, dt, e.span)?;
    let fits = in_range(cx, count, grid, e.span, &format!("the delay {}", delay.show()));
    fits.then_some(Value::Constant(count as f64))
}

/// The parts of a delay: the whole in ticks (or ms, where the axon's is drawn), dendrite and back in ticks.
pub(super) fn parts(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    parts: &DelayParts<'_>,
    grid: &DelayIn<'_>,
) -> (Option<Value>, Option<Ends>) {
    let ticks = |cx: &mut Context<'_>, e: Option<&ast::Expr>, what| match e {
        Some(e) => part(cx, scope, e, grid, (what, 0)),
        None => Some(0),
    };
    let dendrite = ticks(cx, parts.dendrite, "the delay of the dendrite");
    let back = match parts.back {
        Some(_) => ticks(cx, parts.back, "the delay back"),
        None => dendrite,
    };
    let ends = dendrite.zip(back).map(|(dendrite, back)| Ends { dendrite, back });
    let ms = time::millisecond();
    let drawn = parts.axon.and_then(|e| {
        let expr = typed::type_as(cx, scope, e, &ms, "the delay of the axon")?;
        typed::fold(&expr).is_none().then_some((e, expr))
    });
    if let Some((e, expr)) = drawn {
        let sound = super::delay::drawn(cx, &expr, e.span, grid);
        let dendrite_ms =
            f64::from(dendrite.unwrap_or(0)) * grid.dt.unwrap_or(Rational::ONE).to_f64();
        let (dimension, span) = (expr.dimension, expr.span);
        let dendrite = Expr { kind: ExprKind::Number(dendrite_ms), dimension, span };
        let kind = ExprKind::Binary(Binary::Add, Box::new(expr), Box::new(dendrite));
        return (sound.then_some(Value::Expr(Expr { kind, dimension, span })), ends);
    }
    let axon = ticks(cx, parts.axon, "the delay of the axon");
    let total = axon.zip(dendrite).map(|(axon, dendrite)| u64::from(axon) + u64::from(dendrite));
    let total = total.filter(|total| {
        if *total == 0 {
            let message = "axon and dendrite together take less than a tick";
            cx.report(
                Diagnostic::new(network::BAD_DELAY, parts.span, message, "too short")
                    .with_help("a spike needs at least one tick to arrive"),
            );
        }
        *total > 0 && in_range(cx, *total, grid, parts.span, "the whole delay")
    });
    (total.map(|total| Value::Constant(total as f64)), ends)
}

/// A constant delay in ticks, at least `least`.
pub(super) fn part(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    grid: &DelayIn<'_>,
    (what, least): (&str, u32),
) -> Option<u32> {
    let delay = time::time(cx, scope, e, what)?;
    let dt = grid.dt.unwrap_or(Rational::ONE);
    let code = network::DELAY_OFF_GRID;
    let count = if delay.exact.is_negative() {
        None
    } else {
        time::on_grid(cx, &delay, dt, e.span, (code, what))
    };
    let least = if grid.dt.is_some() { u64::from(least) } else { 0 };
    match count {
        Some(count) if (least..=MAX_TICKS).contains(&count) => Some(count as u32),
        _ => {
            let message = format!("{what} cannot be {}", delay.show());
            let step = show(dt.to_f64(), &delay.unit);
            cx.report(
                Diagnostic::new(network::BAD_DELAY, e.span, message, "not possible")
                    .with_help(format!("a tick is {step}")),
            );
            None
        }
    }
}

/// The number of a `delay N tick` statement.
pub(super) fn in_ticks(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    grid: &DelayIn<'_>,
) -> Option<Value> {
    let expr = typed::type_as(cx, scope, e, &UnitValue::one(), "the number of ticks")?;
    let count =
        typed::fold(&expr).filter(|n| n.fract() == 0.0 && (1.0..=MAX_TICKS as f64).contains(n));
    let Some(count) = count else {
        let message = format!("a delay is a whole number of ticks, 1 to {MAX_TICKS}");
        cx.report(Diagnostic::new(network::BAD_DELAY, e.span, message, "not such a number"));
        return None;
    };
    let what = format!("the delay of {count} ticks");
    in_range(cx, count as u64, grid, e.span, &what).then_some(Value::Constant(count))
}

/// The delays of a list, in ticks.
pub(super) fn from_list(
    cx: &mut Context<'_>,
    delays: &[(usize, Rational)],
    grid: &DelayIn<'_>,
    span: Span,
) -> Option<Value> {
    let dt = grid.dt.unwrap_or(Rational::ONE);
    let (mut list, mut off_grid, mut example) = (Vec::with_capacity(delays.len()), 0usize, None);
    for (line, delay) in delays {
        match ticks(*delay, dt) {
            Some(Ticks { count, exact }) if (1..=MAX_TICKS).contains(&count) => {
                if !exact {
                    off_grid += 1;
                    example.get_or_insert(*line);
                }
                let what = format!("the delay {delay} ms of line {line}");
                if !in_range(cx, count, grid, span, &what) {
                    return None;
                }
                list.push(count as f64);
            }
            _ => {
                let message = format!(
                    "line {line}: a delay of {delay} ms is impossible at dt {dt} ms: 1 to {MAX_TICKS} ticks"
                );
                cx.report(Diagnostic::new(network::BAD_DELAY, span, message, "this list"));
                return None;
            }
        }
    }
    if let Some(line) = example {
        let message = format!("{off_grid} of {} delays lie between two ticks", list.len());
        cx.report(
            Diagnostic::new(network::DELAY_OFF_GRID, span, message, "rounded")
                .with_help(format!("the first stands in line {line}")),
        );
    }
    Some(Value::List(Arc::from(list)))
}

fn written_unit(e: &ast::Expr) -> Option<snn_units::UnitValue> {
    let ast::ExprKind::Number { unit: Some(unit), .. } = &e.kind else { return None };
    match unit.factors.as_slice() {
        [factor] if factor.power == (1, 1) => snn_units::UnitValue::parse(&factor.symbol.text),
        _ => None,
    }
}

fn not_negative(cx: &mut Context<'_>, delay: &Quantity, span: Span) -> bool {
    if delay.exact > Rational::ZERO {
        return true;
    }
    let message = format!("the delay is {}: a spike needs at least one tick", delay.show());
    cx.report(Diagnostic::new(network::BAD_DELAY, span, message, "too short"));
    false
}

fn whole_ticks(cx: &mut Context<'_>, delay: &Quantity, dt: Rational, span: Span) -> Option<u64> {
    let step = show(dt.to_f64(), &delay.unit);
    if delay.exact < dt {
        let message = format!(
            "the delay {} is shorter than a tick: the smallest possible delay is {step}",
            delay.show()
        );
        cx.report(
            Diagnostic::new(network::BAD_DELAY, span, message, "too short")
                .with_help(format!("write `{step}`, or choose a smaller dt")),
        );
        return None;
    }
    let code = network::DELAY_OFF_GRID;
    let count = time::on_grid(cx, delay, dt, span, (code, "the delay"));
    match count {
        Some(count) if count <= MAX_TICKS => Some(count),
        _ => {
            let message = format!("the delay {} is more than {MAX_TICKS} ticks", delay.show());
            cx.report(Diagnostic::new(network::BAD_DELAY, span, message, "too long"));
            None
        }
    }
}

/// Whether every kind of core holds the delay.
fn in_range(cx: &mut Context<'_>, count: u64, grid: &DelayIn<'_>, span: Span, what: &str) -> bool {
    let Some(chip) = grid.chip else { return true };
    let outside = chip
        .kinds
        .iter()
        .filter_map(|k| k.delays)
        .find(|(lo, hi, _)| count < u64::from(*lo) || count > u64::from(*hi));
    let Some((lo, hi, stated)) = outside else { return true };
    let ms = time::millisecond();
    let as_time = |n: u32| match grid.dt {
        Some(dt) => format!(" ({})", show(f64::from(n) * dt.to_f64(), &ms)),
        None => String::new(),
    };
    let message = format!(
        "{what} is {count} ticks; chip `{}` holds {lo}{} to {hi}{}",
        chip.name,
        as_time(lo),
        as_time(hi)
    );
    cx.report(
        Diagnostic::new(codes::DELAY_OUTSIDE_CHIP, span, message, "outside")
            .with_label(stated, "stated here"),
    );
    false
}

/// A drawn or computed delay is rounded when drawn; what can be said of it before is said.
fn drawn(cx: &mut Context<'_>, expr: &Expr, span: Span, grid: &DelayIn<'_>) -> bool {
    let (Some(dt), Some(range)) = (grid.dt, support(expr)) else { return true };
    let (dt, ms) = (dt.to_f64(), time::millisecond());
    // A tick is rounded half up, so half a tick is the shortest delay that is not piled up.
    if range.likely_least < dt / 2.0 {
        let message = format!(
            "part of these delays is shorter than {} and becomes one tick, {}",
            show(dt / 2.0, &ms),
            show(dt, &ms)
        );
        cx.report(
            Diagnostic::new(network::DRAWN_DELAY_SHORT, span, message, "partly too short")
                .with_help(format!("for instance `truncated(…, {}, …)`", show(dt, &ms))),
        );
    }
    let Some(chip) = grid.chip else { return true };
    let ticks_of = |delay: f64| (delay / dt + 0.5).floor().max(1.0);
    let Some((lo, hi, stated)) = chip.kinds.iter().filter_map(|k| k.delays).find(|(lo, hi, _)| {
        ticks_of(range.least) < f64::from(*lo) || ticks_of(range.most) > f64::from(*hi)
    }) else {
        return true;
    };
    let (lo, hi) = (show(f64::from(lo) * dt, &ms), show(f64::from(hi) * dt, &ms));
    let message = format!("drawn delays can leave what chip `{}` holds: {lo} to {hi}", chip.name);
    cx.report(
        Diagnostic::new(codes::DELAY_OUTSIDE_CHIP, span, message, "outside")
            .with_label(stated, "stated here")
            .with_help(format!("for instance `truncated(…, {lo}, {hi})`")),
    );
    false
}

/// Which values a draw can have, in coherent units.
struct Support {
    least: f64,
    most: f64,
    /// All but about one in a thousand lie above.
    likely_least: f64,
}

/// The support of one draw with constant arguments; none for anything else.
fn support(expr: &Expr) -> Option<Support> {
    let ExprKind::Draw { distribution, arguments, bounds } = &expr.kind else { return None };
    let (a, b) = (typed::fold(&arguments.0)?, typed::fold(&arguments.1)?);
    let free = match distribution {
        Distribution::Uniform => {
            Support { least: a.min(b), most: a.max(b), likely_least: a.min(b) }
        }
        Distribution::Normal => Support {
            least: f64::NEG_INFINITY,
            most: f64::INFINITY,
            likely_least: a - 3.0 * b.abs(),
        },
        Distribution::Lognormal => Support {
            least: 0.0,
            most: f64::INFINITY,
            likely_least: snn_numeric::math::exp(a - 3.0 * b.abs()),
        },
    };
    let Some(bounds) = bounds else { return Some(free) };
    let (lo, hi) = (typed::fold(&bounds.0)?, typed::fold(&bounds.1)?);
    Some(Support { least: lo, most: hi, likely_least: lo.max(free.likely_least) })
}
