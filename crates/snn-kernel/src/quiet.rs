//! Proves from a program's operations what a neuron does while nothing arrives.
//!
//! The program is followed once with symbols in place of numbers: arrivals and currents are 0 and the neuron is
//! not refractory, so that each result is a sum of states and a constant, or something unknown.

use crate::leap::{Drift, Leap};
use crate::{Binary, NeuronKernel, Op, Program, Reg, Unary};

/// The leap of a neuron that can be left alone until something arrives at it, or why it cannot.
///
/// # Errors
/// What the neuron may do on its own.
pub fn quiet(kernel: &NeuronKernel) -> Result<Leap, &'static str> {
    let states = kernel.states.len();
    if states == 0 {
        return Err("it has no state");
    }
    if kernel.step.draws() {
        return Err("it draws random numbers in every tick");
    }
    let free = Walk::new(kernel, Refractory::No, None);
    let drifts = (0..states).map(|state| drift(&free, state)).collect::<Result<Vec<_>, _>>()?;
    let crossing = free.threshold(&drifts)?;
    let after_spike = Walk::new(kernel, Refractory::No, Some((crossing.spike, true)));
    let reset = after_spike.output(crossing.state);
    let below = |x: f64| x < crossing.threshold;
    match reset {
        Some(Sum { factors, constant }) if factors.is_empty() && below(constant) => {}
        _ => return Err("it may be at its threshold after a reset"),
    }
    if drifts[crossing.state].factor < 1.0 && !below(drifts[crossing.state].rest) {
        return Err("it comes to rest at or above its threshold");
    }
    if kernel.refractory.is_some() {
        let held = Walk::new(kernel, Refractory::Yes, None);
        let stands = |state: usize| held.output(state) == Some(Sum::state(state));
        if !(0..states).all(stands) {
            return Err("some of its states go on while it is refractory");
        }
    }
    Ok(Leap { drifts })
}

/// How a state moves on its own.
fn drift(free: &Walk<'_>, state: usize) -> Result<Drift, &'static str> {
    let sum =
        free.output(state).ok_or("its equations are not linear with constants of the text")?;
    let own = sum.factors.iter().find(|(s, _)| *s == state).map_or(0.0, |(_, k)| *k);
    if sum.factors.iter().any(|(s, _)| *s != state) {
        return Err("one of its states drives another");
    }
    let scale = free.scale(state);
    if own == 1.0 && sum.constant == 0.0 {
        return Ok(Drift { factor: 1.0, rest: 0.0, scale });
    }
    if !(0.0..1.0).contains(&own) {
        return Err("a state does not decay on its own");
    }
    Ok(Drift { factor: own, rest: sum.constant / (1.0 - own), scale })
}

/// Σ factor · state + constant; no factor is 0.
#[derive(Clone, Debug, PartialEq)]
struct Sum {
    factors: Vec<(usize, f64)>,
    constant: f64,
}

impl Sum {
    fn constant(constant: f64) -> Self {
        Self { factors: Vec::new(), constant }
    }

    fn state(state: usize) -> Self {
        Self { factors: vec![(state, 1.0)], constant: 0.0 }
    }

    fn times(mut self, k: f64) -> Self {
        self.factors.iter_mut().for_each(|(_, factor)| *factor *= k);
        self.factors.retain(|(_, factor)| *factor != 0.0);
        self.constant *= k;
        self
    }

    fn plus(mut self, other: Self) -> Self {
        for (state, k) in other.factors {
            match self.factors.iter_mut().find(|(s, _)| *s == state) {
                Some((_, factor)) => *factor += k,
                None => self.factors.push((state, k)),
            }
        }
        self.factors.retain(|(_, factor)| *factor != 0.0);
        self.constant += other.constant;
        self
    }

    /// The number, if it is one.
    fn number(&self) -> Option<f64> {
        self.factors.is_empty().then_some(self.constant)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Refractory {
    Yes,
    No,
}

/// A threshold on one state.
struct Crossing {
    state: usize,
    threshold: f64,
    spike: Reg,
}

/// A program with what is known of its results.
struct Walk<'a> {
    program: &'a Program,
    known: Vec<Option<Sum>>,
}

impl<'a> Walk<'a> {
    /// Follows the tick's program; `assumed` is a condition and whether it holds. A spike that nothing is
    /// assumed of does not happen.
    fn new(kernel: &'a NeuronKernel, refractory: Refractory, assumed: Option<(Reg, bool)>) -> Self {
        let program = &kernel.step;
        let spike = program.outputs[kernel.spike_output()];
        let (assumed, holds) = assumed.unwrap_or((spike, false));
        let flag = if refractory == Refractory::Yes { 1.0 } else { 0.0 };
        let mut walk = Self { program, known: Vec::with_capacity(program.ops.len()) };
        for (i, op) in program.ops.iter().enumerate() {
            let value = match op {
                _ if i == assumed.0 as usize => Some(Sum::constant(f64::from(u8::from(holds)))),
                Op::Input(input) => match *input as usize {
                    i if i < kernel.states.len() => Some(Sum::state(i)),
                    i if i < kernel.first_arrival() => None,
                    i if i == kernel.refractory_input() => Some(Sum::constant(flag)),
                    _ => Some(Sum::constant(0.0)),
                },
                op => walk.follow(op),
            };
            walk.known.push(value);
        }
        walk
    }

    fn of(&self, r: Reg) -> Option<&Sum> {
        self.known[r.0 as usize].as_ref()
    }

    fn follow(&self, op: &Op) -> Option<Sum> {
        match *op {
            Op::Const(x) => Some(Sum::constant(x)),
            Op::Flush(x, _) => self.of(x).cloned(),
            Op::Unary(Unary::Neg, x) => self.of(x).cloned().map(|x| x.times(-1.0)),
            Op::Unary(Unary::Not, x) => {
                let x = self.of(x)?.number()?;
                Some(Sum::constant(f64::from(u8::from(x == 0.0))))
            }
            Op::Select(condition, yes, no) => {
                let holds = self.of(condition)?.number()? != 0.0;
                self.of(if holds { yes } else { no }).cloned()
            }
            Op::Binary(op, a, b) => self.binary(op, self.of(a)?, self.of(b)?),
            Op::Unary(..) | Op::Input(_) | Op::Draw(_) => None,
        }
    }

    fn binary(&self, op: Binary, a: &Sum, b: &Sum) -> Option<Sum> {
        match (op, a.number(), b.number()) {
            (Binary::Add, ..) => Some(a.clone().plus(b.clone())),
            (Binary::Sub, ..) => Some(a.clone().plus(b.clone().times(-1.0))),
            (Binary::Mul, Some(k), _) => Some(b.clone().times(k)),
            (Binary::Mul, _, Some(k)) => Some(a.clone().times(k)),
            (Binary::Div, _, Some(k)) if k != 0.0 => Some(a.clone().times(1.0 / k)),
            _ => None,
        }
    }

    fn output(&self, i: usize) -> Option<Sum> {
        self.of(self.program.outputs[i]).cloned().filter(|sum| sum.constant.is_finite())
    }

    /// The scale below which a state counts as zero, where its last sum ends so.
    fn scale(&self, state: usize) -> f64 {
        let whole = self.of(self.program.outputs[state]);
        let ops = self.program.ops.iter().zip(&self.known);
        let flushed = ops.filter(|(_, known)| known.as_ref() == whole);
        let mut scale = flushed.filter_map(|(op, _)| match op {
            Op::Flush(_, scale) => Some(*scale),
            _ => None,
        });
        scale.next_back().unwrap_or(0.0)
    }

    /// The spike condition: one state, as it becomes, at or above a constant.
    fn threshold(&self, drifts: &[Drift]) -> Result<Crossing, &'static str> {
        const OTHER: &str = "its spike condition is not one state at or above a constant";
        let spike = *self.program.outputs.last().ok_or(OTHER)?;
        let mut test = spike;
        if let Op::Binary(Binary::And, a, b) = self.program.ops[spike.0 as usize] {
            // The part that says whether it is refractory is a number here.
            test = if self.of(b).and_then(Sum::number) == Some(1.0) { a } else { b };
        }
        let Op::Binary(Binary::Ge | Binary::Gt, moved, at) = self.program.ops[test.0 as usize]
        else {
            return Err(OTHER);
        };
        let threshold = self.of(at).and_then(Sum::number).ok_or(OTHER)?;
        let moved = self.of(moved).ok_or(OTHER)?;
        let state = (0..drifts.len()).find(|s| self.of(self.program.outputs[*s]) == Some(moved));
        Ok(Crossing { state: state.ok_or(OTHER)?, threshold, spike })
    }
}
