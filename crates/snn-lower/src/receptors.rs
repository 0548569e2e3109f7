//! Receptor shapes as linear states with exact propagators.
//!
//! `exp` is one state; `alpha` and `biexp` are a value and a hidden rise state that feeds it
//! (g' = d - g/decay, d' = -d/rise), an arrival stepping the rise state by so much that the response to
//! one weight peaks at that weight.

use snn_kernel::{Binary, ProgramBuilder, Reg, Unary};

/// A receptor with states.
#[derive(Clone, Debug)]
pub(crate) struct ShapeState {
    /// Slot of the value.
    pub value: usize,
    /// Time constant of the value, in the init builder.
    pub decay_ms: Reg,
    /// Slot and time constant of the rise state.
    pub rise: Option<(usize, Reg)>,
    /// What an arrival of weight one adds to the value or the rise state, in the init builder; none for 1.
    pub gain: Option<Reg>,
}

/// exp(-t / tau).
pub(crate) fn decay(b: &mut ProgramBuilder, tau_ms: Reg, t_ms: f64) -> Reg {
    let rate = rate(b, tau_ms);
    let t = b.constant(t_ms);
    let x = b.binary(Binary::Mul, rate, t);
    b.unary(Unary::Exp, x)
}

/// -1 / tau.
pub(crate) fn rate(b: &mut ProgramBuilder, tau_ms: Reg) -> Reg {
    let minus_one = b.constant(-1.0);
    b.binary(Binary::Div, minus_one, tau_ms)
}

/// (e^(b t) - e^(a t)) / (b - a) for the rates a and b, also where they are equal or close.
pub(crate) fn convolved(b: &mut ProgramBuilder, rate_a: Reg, rate_b: Reg, t_ms: f64) -> Reg {
    let t = b.constant(t_ms);
    let at = b.binary(Binary::Mul, rate_a, t);
    let decayed = b.unary(Unary::Exp, at);
    let difference = b.binary(Binary::Sub, rate_b, rate_a);
    let difference = b.binary(Binary::Mul, difference, t);
    let relative = b.unary(Unary::Exprel, difference);
    let decayed = b.binary(Binary::Mul, decayed, t);
    b.binary(Binary::Mul, decayed, relative)
}

/// How much the rise state must step for a response that peaks at one.
pub(crate) fn peak_gain(b: &mut ProgramBuilder, rise_ms: Reg, decay_ms: Reg) -> Reg {
    // Equal time constants: t e^(-t/tau) peaks at tau/e.
    let e = b.constant(std::f64::consts::E);
    let alpha = b.binary(Binary::Div, e, decay_ms);
    let equal = b.binary(Binary::Eq, rise_ms, decay_ms);
    let difference = b.binary(Binary::Sub, decay_ms, rise_ms);
    let product = b.binary(Binary::Mul, decay_ms, rise_ms);
    let width = b.binary(Binary::Div, product, difference);
    let ratio = b.binary(Binary::Div, decay_ms, rise_ms);
    let log = b.unary(Unary::Log, ratio);
    let peak_ms = b.binary(Binary::Mul, width, log);
    let mut at_peak = |tau: Reg| {
        let rate = rate(b, tau);
        let x = b.binary(Binary::Mul, rate, peak_ms);
        b.unary(Unary::Exp, x)
    };
    let (slow, fast) = (at_peak(decay_ms), at_peak(rise_ms));
    let height = b.binary(Binary::Sub, slow, fast);
    let height = b.binary(Binary::Mul, width, height);
    let one = b.constant(1.0);
    let gain = b.binary(Binary::Div, one, height);
    b.select(equal, alpha, gain)
}
