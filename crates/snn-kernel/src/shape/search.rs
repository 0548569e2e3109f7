//! Finds a shape in a program.

use snn_numeric::Real;

use super::{DECAYS, Decay, Numbers, RECEPTORS, Shape};
use crate::fuse::{Finder, Term};
use crate::{BLOCK, Binary, NeuronKernel, Op, Reg, Unary};

/// The shape of a kernel, if it has one.
pub(super) fn shape<T: Real>(kernel: &NeuronKernel) -> Option<Shape<T>> {
    let search = Search { kernel, finder: Finder::new(&kernel.step) };
    let fire = search.fire()?;
    let (sum, jump) = search.with_arrival(fire.moved);
    let (sum, v_scale) = match search.op(sum) {
        Op::Flush(x, scale) => (x, scale),
        _ => (sum, 0.0),
    };
    let sum = search.sum(sum, fire.v)?;
    let others: Vec<usize> = (0..kernel.states.len()).filter(|s| *s != fire.v).collect();
    // A state that decays and is in no sum would have to be added with factor 0, which is no identity.
    let small = sum.states.len() <= DECAYS && kernel.receptors.len() <= RECEPTORS;
    if sum.states.len() != others.len() || !small || !fire.threshold.is_finite() {
        return None;
    }
    let mut decays = Vec::new();
    let [mut factor, mut decay, mut scale] = [[T::ZERO; DECAYS]; 3];
    for (i, (state, k)) in sum.states.iter().enumerate() {
        let found = search.decay(*state)?;
        // What is flushed is never -0.0, so that adding nothing changes no bit.
        (found.scale > 0.0).then_some(())?;
        factor[i] = T::from_f64(*k);
        decay[i] = T::from_f64(found.factor);
        scale[i] = T::from_f64(found.scale);
        decays.push(Decay { state: *state, receptor: found.receptor });
    }
    let numbers = Numbers {
        own: T::from_f64(sum.own),
        factor,
        decay,
        scale,
        current: sum.current.map_or(T::ONE, |(_, k)| T::from_f64(k)),
        constant: sum.constant.map_or(-T::ZERO, T::from_f64),
        v_scale: T::from_f64(v_scale),
        threshold: match fire.inclusive {
            true => T::from_f64(fire.threshold),
            false => T::from_f64(fire.threshold).next_up(),
        },
        reset: T::from_f64(fire.reset),
    };
    let (v, current) = (fire.v, sum.current.map(|(input, _)| input));
    // A sum of -0.0 becomes 0.0 by a current or arrivals of 0, and would not without.
    let flushed = v_scale > 0.0;
    let nonzero = sum.constant.is_some_and(|c| c.to_bits() << 1 != 0);
    let still = current.is_none() || numbers.current.is_finite() && (flushed || nonzero);
    let countable = still && (flushed || jump.is_none());
    let nothing = Box::new([-T::ZERO; BLOCK]);
    Some(Shape { v, decays, current, jump, numbers, countable, nothing })
}

struct Search<'a> {
    kernel: &'a NeuronKernel,
    finder: Finder<'a>,
}

/// Threshold and reset, and what the state would be without them.
struct Fire {
    v: usize,
    moved: Reg,
    threshold: f64,
    inclusive: bool,
    reset: f64,
}

/// own·v + Σ k·state + k·current + constant.
struct Sum {
    own: f64,
    states: Vec<(usize, f64)>,
    current: Option<(usize, f64)>,
    constant: Option<f64>,
}

struct Found {
    factor: f64,
    scale: f64,
    receptor: Option<usize>,
}

impl Search<'_> {
    fn op(&self, r: Reg) -> Op {
        self.kernel.step.ops[r.0 as usize]
    }

    fn input(&self, r: Reg) -> Option<usize> {
        match self.op(r) {
            Op::Input(i) => Some(i as usize),
            _ => None,
        }
    }

    fn state(&self, r: Reg) -> Option<usize> {
        self.input(r).filter(|i| *i < self.kernel.states.len())
    }

    fn receptor(&self, r: Reg) -> Option<usize> {
        let arrivals = self.kernel.first_arrival()..self.kernel.first_current();
        self.input(r).filter(|i| arrivals.contains(i)).map(|i| i - arrivals.start)
    }

    fn current(&self, r: Reg) -> Option<usize> {
        let currents = self.kernel.first_current()..self.kernel.refractory_input();
        self.input(r).filter(|i| currents.contains(i)).map(|i| i - currents.start)
    }

    /// `spike = held >= threshold and not refractory`, held = if refractory v else moved; without a
    /// refractory time `spike = moved >= threshold`.
    fn fire(&self) -> Option<Fire> {
        let outputs = &self.kernel.step.outputs;
        let spike = *outputs.get(self.kernel.spike_output())?;
        let (test, refractory) = match self.op(spike) {
            Op::Binary(Binary::And, test, free) => match self.op(free) {
                Op::Unary(Unary::Not, refractory) => (test, Some(refractory)),
                _ => return None,
            },
            _ => (spike, None),
        };
        let (held, threshold, inclusive) = match self.op(test) {
            Op::Binary(Binary::Ge, held, at) => (held, at, true),
            Op::Binary(Binary::Gt, held, at) => (held, at, false),
            _ => return None,
        };
        let threshold = self.finder.constant(threshold)?;
        let after = outputs.iter().position(
            |r| matches!(self.op(*r), Op::Select(c, _, kept) if c == spike && kept == held),
        )?;
        let Op::Select(_, reset, _) = self.op(outputs[after]) else { return None };
        let reset = self.finder.constant(reset)?;
        let moved = match (refractory, self.op(held)) {
            (Some(refractory), Op::Select(condition, kept, moved)) => {
                let whole = condition == refractory
                    && self.input(refractory) == Some(self.kernel.refractory_input())
                    && self.state(kept) == Some(after);
                whole.then_some(moved)?
            }
            (None, _) if self.kernel.refractory.is_none() => held,
            _ => return None,
        };
        (after < self.kernel.states.len()).then_some(Fire {
            v: after,
            moved,
            threshold,
            inclusive,
            reset,
        })
    }

    /// x + what arrived at a receptor, or x alone.
    fn with_arrival(&self, r: Reg) -> (Reg, Option<usize>) {
        match self.op(r) {
            Op::Binary(Binary::Add, x, arrived) => match self.receptor(arrived) {
                Some(receptor) => (x, Some(receptor)),
                None => (r, None),
            },
            _ => (r, None),
        }
    }

    /// The terms in their order: v, states, a current, a constant.
    fn sum(&self, r: Reg, v: usize) -> Option<Sum> {
        let mut terms = self.finder.terms(r).into_iter().peekable();
        let first = terms.next()?;
        (self.state(first.x?) == Some(v)).then_some(())?;
        let mut sum = Sum { own: first.factor, states: Vec::new(), current: None, constant: None };
        let state = |t: &Term| t.x.and_then(|x| self.state(x)).filter(|s| *s != v);
        while let Some((s, factor)) = terms.peek().and_then(|t| Some((state(t)?, t.factor))) {
            terms.next();
            sum.states.push((s, factor));
        }
        let current = |t: &Term| t.x.and_then(|x| self.current(x));
        if let Some((input, factor)) = terms.peek().and_then(|t| Some((current(t)?, t.factor))) {
            terms.next();
            sum.current = Some((input, factor));
        }
        if let Some(constant) = terms.next_if(|t| t.x.is_none()) {
            sum.constant = Some(constant.factor);
        }
        let mut states: Vec<usize> = sum.states.iter().map(|s| s.0).collect();
        states.sort_unstable();
        states.dedup();
        (terms.next().is_none() && states.len() == sum.states.len()).then_some(sum)
    }

    /// flush(factor · state) + what arrived at a receptor.
    fn decay(&self, state: usize) -> Option<Found> {
        let (decayed, receptor) = self.with_arrival(self.kernel.step.outputs[state]);
        let Op::Flush(product, scale) = self.op(decayed) else { return None };
        let (factor, x) = self.finder.factor_of(product)?;
        (self.state(x) == Some(state)).then_some(Found { factor, scale, receptor })
    }
}
