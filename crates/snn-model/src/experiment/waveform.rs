//! Currents over time: `step`, `dc`, `sine`, `ou`.

use std::f64::consts::TAU;

use snn_connect::Waveform;
use snn_diagnostics::codes::{experiment as codes, network as network_codes};
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use crate::arguments::{called, needed, optional, read};
use crate::context::Context;
use crate::network::NetScope;
use crate::time::{self, quantity_in};

/// A current and when it is on.
pub(super) struct Wave {
    pub current: Current,
    pub from_tick: u64,
    pub to_tick: u64,
}

/// A current, in coherent units.
pub(super) enum Current {
    Wave(Waveform),
    /// An Ornstein–Uhlenbeck process.
    Noise {
        mean: f64,
        sigma: f64,
        tau_ms: f64,
    },
}

const WAVES: [&str; 4] = ["step", "dc", "sine", "ou"];

/// What the statement gives; the other two are times.
struct Parts<'a> {
    kind: Kind<'a>,
    from: Option<&'a ast::Expr>,
    to: Option<&'a ast::Expr>,
}

enum Kind<'a> {
    Constant(&'a ast::Expr),
    Sine { amplitude: &'a ast::Expr, frequency: &'a ast::Expr, more: [Option<&'a ast::Expr>; 2] },
    Ou([&'a ast::Expr; 3]),
}

/// The waveform; without the unit of the input (it is faulty) only its times are checked.
pub(super) fn wave(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    unit: Option<&UnitValue>,
    dt: Option<Rational>,
) -> Option<Wave> {
    let Parts { kind, from, to } = parts(cx, call, span)?;
    let from_time = edge(cx, scope, from, "the start of the current");
    let to_time = edge(cx, scope, to, "the end of the current");
    let current = current(cx, scope, &kind, unit?, dt)?;
    let (from_time, to_time, dt) = (from_time?, to_time?, dt?);
    if let (Some(a), Some(b), Some(e)) = (from_time, to_time, to)
        && b <= a
    {
        let message = format!("the current ends at {b} ms, before it begins at {a} ms");
        cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "never on"));
        return None;
    }
    // On in tick k iff a <= (k-1)·dt < b: from the first k-1 that is not below a.
    let after = |time: Option<Rational>, none: u64| match time {
        None => Some(none),
        Some(time) => {
            let ticks = time.checked_div(dt)?.checked_neg()?.floor().checked_neg()?;
            u64::try_from(ticks).ok()?.checked_add(1)
        }
    };
    Some(Wave { current, from_tick: after(from_time, 1)?, to_tick: after(to_time, u64::MAX)? })
}

/// The arguments of a waveform.
fn parts<'a>(cx: &mut Context<'_>, call: &'a ast::Call, span: Span) -> Option<Parts<'a>> {
    match called(call) {
        Some("step") => {
            let slots = [needed("amplitude"), optional("from"), optional("to")];
            let usage = "`step(2 nA, from 100 ms, to 400 ms)`";
            let [amplitude, from, to] = read(cx, call, span, usage, slots)?;
            Some(Parts { kind: Kind::Constant(amplitude?), from, to })
        }
        Some("dc") => {
            let [amplitude] = read(cx, call, span, "`dc(376 pA)`", [needed("amplitude")])?;
            Some(Parts { kind: Kind::Constant(amplitude?), from: None, to: None })
        }
        Some("sine") => {
            let usage = "`sine(amplitude, frequency)`, with `mean = 1 nA`, `phase = 0.5` (radians), \
                         `from 100 ms`, `to 400 ms` if wanted";
            let slots = [
                needed("amplitude"),
                needed("frequency"),
                optional("mean"),
                optional("phase"),
                optional("from"),
                optional("to"),
            ];
            let [amplitude, frequency, mean, phase, from, to] = read(cx, call, span, usage, slots)?;
            let (amplitude, frequency) = (amplitude?, frequency?);
            let kind = Kind::Sine { amplitude, frequency, more: [mean, phase] };
            Some(Parts { kind, from, to })
        }
        Some("ou") => {
            let usage = "`ou(mean, sigma, tau)`, with `from 100 ms`, `to 400 ms` if wanted";
            let slots =
                [needed("mean"), needed("sigma"), needed("tau"), optional("from"), optional("to")];
            let [mean, sigma, tau, from, to] = read(cx, call, span, usage, slots)?;
            Some(Parts { kind: Kind::Ou([mean?, sigma?, tau?]), from, to })
        }
        name => {
            if !matches!(call.function.kind, ExprKind::Error) {
                unknown_wave(cx, name, call.function.span);
            }
            None
        }
    }
}

fn current(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    kind: &Kind<'_>,
    unit: &UnitValue,
    dt: Option<Rational>,
) -> Option<Current> {
    match kind {
        Kind::Constant(e) => {
            let value = quantity_in(cx, scope, e, unit, "the amplitude")?.value;
            Some(Current::Wave(Waveform::Constant(value)))
        }
        Kind::Sine { amplitude, frequency, more: [mean, phase] } => {
            let amplitude = quantity_in(cx, scope, amplitude, unit, "the amplitude");
            let hertz = UnitValue::parse("Hz")?;
            let rate = quantity_in(cx, scope, frequency, &hertz, "the frequency");
            let mut of = |e: &Option<&ast::Expr>, unit: &UnitValue, role| match e {
                Some(e) => quantity_in(cx, scope, e, unit, role).map(|q| q.value),
                None => Some(0.0),
            };
            let mean = of(mean, unit, "the mean");
            let phase = of(phase, &UnitValue::one(), "the phase");
            let cycles = rate?.value * dt?.to_f64();
            let (amplitude, mean, phase) = (amplitude?.value, mean?, phase? / TAU);
            Some(Current::Wave(Waveform::Sine { mean, amplitude, cycles, phase }))
        }
        Kind::Ou([mean, sigma, tau]) => {
            let mean = quantity_in(cx, scope, mean, unit, "the mean");
            let deviation = quantity_in(cx, scope, sigma, unit, "the standard deviation");
            let time = time::time(cx, scope, tau, "the correlation time");
            let (mean, deviation, time) = (mean?, deviation?, time?);
            if deviation.value < 0.0 {
                let message = format!("a standard deviation is not negative: {}", deviation.show());
                cx.report(Diagnostic::new(codes::BAD_INJECT, sigma.span, message, "negative"));
                return None;
            }
            if time.exact <= Rational::ZERO {
                let message = format!("a correlation time is positive, not {}", time.show());
                cx.report(Diagnostic::new(codes::BAD_INJECT, tau.span, message, "not positive"));
                return None;
            }
            let (mean, sigma, tau_ms) = (mean.value, deviation.value, time.value);
            Some(Current::Noise { mean, sigma, tau_ms })
        }
    }
}

/// An edge of a current: `Some(None)` where it is left out.
fn edge(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: Option<&ast::Expr>,
    role: &str,
) -> Option<Option<Rational>> {
    let Some(e) = e else { return Some(None) };
    let time = time::time(cx, scope, e, role)?;
    if time.exact.is_negative() {
        let message = format!("{role} is before the run: {}", time.show());
        cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "negative"));
        return None;
    }
    Some(Some(time.exact))
}

fn unknown_wave(cx: &mut Context<'_>, name: Option<&str>, span: Span) {
    let text = cx.text(span);
    let message = format!("there is no waveform `{text}`");
    let mut d = Diagnostic::new(network_codes::UNKNOWN_RULE, span, message, "unknown waveform");
    d = match name.and_then(|n| nearest(n, WAVES)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help(
            "waveforms are step(amplitude, from a, to b), dc(amplitude), sine(amplitude, frequency) \
             and ou(mean, sigma, tau)",
        ),
    };
    cx.report(d);
}
