//! Rates of sources as programs of the tick.

use snn_connect::{Rate, SpikeSource};
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
fn computed_rate(rate: &Expr, dt_ms: f64) -> Program {
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

/// The source that rates of a run make, each from the tick after the one it stands with; faults are added.
pub(crate) fn rated(
    object: &Object,
    rates: &[(u64, Option<Expr>)],
    protocol: &Protocol,
    faults: &mut Vec<Diagnostic>,
) -> SpikeSource {
    let dt_ms = protocol.dt_ms.to_f64();
    let end = protocol.warmup_ticks + protocol.run_ticks;
    let ends = rates.iter().skip(1).map(|(after, _)| *after).chain([end]);
    let law = |((after, rate), until): (&(u64, Option<Expr>), u64)| {
        let law = match rate {
            None => SpikeSource::Given([].into()),
            Some(e) => {
                let rate = Rate::Program(computed_rate(e, dt_ms));
                faults.extend(rate_fault(object, &rate, dt_ms, (*after + 1, until), e.span));
                SpikeSource::Inhomogeneous(rate)
            }
        };
        (*after, law)
    };
    let mut laws: Vec<_> = rates.iter().zip(ends).map(law).collect();
    match laws.len() {
        1 => laws.remove(0).1,
        _ => SpikeSource::Phased(laws.into()),
    }
}

/// What is wrong with a rate at some tick from the first to the last in which it holds.
fn rate_fault(
    object: &Object,
    rate: &Rate,
    dt_ms: f64,
    (first, last): (u64, u64),
    span: Span,
) -> Option<Diagnostic> {
    let stride = (last + 1).saturating_sub(first).div_ceil(LOOKS).max(1) as usize;
    let wrong = |tick: &u64| !(0.0..=MAX_MEAN_PER_TICK).contains(&rate.at(*tick));
    let tick = (first..=last).step_by(stride).find(wrong)?;
    let mean = rate.at(tick);
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
