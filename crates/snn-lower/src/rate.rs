//! Rates of sources as programs of the tick.

use snn_connect::Rate;
use snn_diagnostics::{Diagnostic, Span, codes::lowering as codes};
use snn_kernel::{Binary, Program, ProgramBuilder};
use snn_model::model::{Expr, Object};
use snn_numeric::MAX_MEAN_PER_TICK;
use snn_result::Protocol;

use crate::Decision;
use crate::translate::Scope;

/// Ticks of a run at which a rate is looked at before it runs.
const LOOKS: u64 = 1 << 16;

/// Spikes per tick, from the number of ticks before this one.
pub(crate) fn computed_rate(rate: &Expr, dt_ms: f64) -> Program {
    let mut b = ProgramBuilder::new(1);
    let ticks = b.input(0);
    let dt = b.constant(dt_ms);
    let t = b.binary(Binary::Mul, ticks, dt);
    let variables = [t];
    let mut scope = Scope { variables: &variables, ..Scope::empty(&mut b, dt_ms) };
    let rate = scope.translate(rate);
    let mean = b.binary(Binary::Mul, rate, dt);
    b.finish(&[mean])
}

/// What is wrong with a rate at some tick of the run.
pub(crate) fn rate_fault(
    object: &Object,
    rate: &Rate,
    protocol: &Protocol,
    span: Span,
) -> Option<Diagnostic> {
    let ticks = protocol.warmup_ticks + protocol.run_ticks;
    let stride = ticks.div_ceil(LOOKS).max(1) as usize;
    let wrong = |tick: &u64| !(0.0..=MAX_MEAN_PER_TICK).contains(&rate.at(*tick));
    let tick = (1..=ticks).step_by(stride).find(wrong)?;
    let (mean, dt_ms) = (rate.at(tick), protocol.dt_ms.to_f64());
    let rounded = |x: f64| (x * 1e6).round() / 1e6;
    let t_ms = rounded((tick - 1) as f64 * dt_ms);
    let hertz = rounded(mean / dt_ms * 1000.0);
    let message = format!("the rate of `{}` is {hertz} Hz at t = {t_ms} ms", object.name);
    let (label, help) = if mean < 0.0 {
        ("below zero", "a rate is not negative: write `max(0 Hz, …)` if you mean that".to_owned())
    } else {
        let most = MAX_MEAN_PER_TICK / dt_ms * 1000.0;
        ("cannot be drawn", format!("at this dt a rate is at most {most} Hz"))
    };
    Some(Diagnostic::new(codes::BAD_RATE, span, message, label).with_help(help))
}

/// How a rate over time is drawn.
pub(crate) fn rate_decision(object: &Object) -> Decision {
    Decision {
        subject: object.name.clone(),
        choice: "counts per tick".into(),
        reason: "its rate changes with time".into(),
        span: object.span,
    }
}
