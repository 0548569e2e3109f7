//! The commonest changes of a weight: by a trace, times nothing, the weight itself, or the room left to a
//! constant; then within bounds.
//!
//! A nudge is found in a program by its operations alone, and does them in the program's order: the bits are
//! those of [`crate::Program::eval`]. A difference becomes the sum with the opposite factor, which is the same
//! to the last bit.

use snn_numeric::Real;

use crate::{Binary, Op, Program, Reg};

/// w + by·q, w + (by·w)·q or w + (by·(room - w))·q, q being an input; then clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nudge<T> {
    /// The factor.
    pub by: T,
    /// What else the change is proportional to.
    pub times: Times<T>,
    /// Index of the input q.
    pub trace: usize,
    /// Bounds; infinite where there are none.
    pub lo: T,
    /// The upper one.
    pub hi: T,
}

/// What a change is proportional to beside the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times<T> {
    /// Nothing else.
    One,
    /// The weight.
    Weight,
    /// What is left from the weight to this.
    Room(T),
}

impl<T: Real> Nudge<T> {
    /// What a program does to its first state, which is its first input, if it is a nudge and changes nothing
    /// else.
    pub fn of(program: &Program) -> Option<Self> {
        let search = Search(program);
        let (changed, lo, hi) = search.within_bounds(*program.outputs.first()?);
        let (left, right, sign) = match search.op(changed) {
            Op::Binary(Binary::Add, left, right) => (left, right, 1.0),
            Op::Binary(Binary::Sub, left, right) => (left, right, -1.0),
            _ => return None,
        };
        if search.op(left) != Op::Input(0) {
            return None;
        }
        let (by, times, trace) = search.change(right)?;
        let (by, lo, hi) = (T::from_f64(sign * by), T::from_f64(lo), T::from_f64(hi));
        Some(Self { by, times, trace, lo, hi })
    }

    /// The weight after a change by `q`.
    #[inline(always)]
    pub fn apply(&self, weight: T, q: T) -> T {
        let factor = match self.times {
            Times::One => self.by,
            Times::Weight => self.by * weight,
            Times::Room(to) => self.by * (to - weight),
        };
        self.clip(weight + factor * q)
    }

    /// A weight within the bounds. The lower one is not above the upper one.
    #[inline(always)]
    pub fn clip(&self, weight: T) -> T {
        let below = if weight > self.hi { self.hi } else { weight };
        if below < self.lo { self.lo } else { below }
    }
}

struct Search<'a>(&'a Program);

impl Search<'_> {
    fn op(&self, r: Reg) -> Op {
        self.0.ops[r.0 as usize]
    }

    fn constant(&self, r: Reg) -> Option<f64> {
        match self.op(r) {
            Op::Const(c) => Some(c),
            _ => None,
        }
    }

    /// What is clipped to constant bounds, and these.
    fn within_bounds(&self, r: Reg) -> (Reg, f64, f64) {
        let free = (r, f64::NEG_INFINITY, f64::INFINITY);
        let Op::Select(below, lo, clipped) = self.op(r) else { return free };
        let Op::Select(above, hi, x) = self.op(clipped) else { return free };
        let whole = self.op(below) == Op::Binary(Binary::Lt, x, lo)
            && self.op(above) == Op::Binary(Binary::Gt, x, hi);
        match (self.constant(lo), self.constant(hi)) {
            (Some(lo), Some(hi)) if whole && lo <= hi => (x, lo, hi),
            _ => free,
        }
    }

    /// The two factors of a product, the one that `is` finds something in first.
    fn factors<F>(&self, r: Reg, is: impl Fn(Reg) -> Option<F>) -> Option<(F, Reg)> {
        let Op::Binary(Binary::Mul, a, b) = self.op(r) else { return None };
        is(a).map(|found| (found, b)).or_else(|| is(b).map(|found| (found, a)))
    }

    fn trace(&self, r: Reg) -> Option<usize> {
        match self.op(r) {
            Op::Input(i) if i > 0 => Some(i as usize),
            _ => None,
        }
    }

    /// by·q, (by·w)·q or (by·(c - w))·q.
    fn change<T: Real>(&self, r: Reg) -> Option<(f64, Times<T>, usize)> {
        if let Some(trace) = self.trace(r) {
            return Some((1.0, Times::One, trace));
        }
        let (trace, factor) = self.factors(r, |r| self.trace(r))?;
        if let Some(by) = self.constant(factor) {
            return Some((by, Times::One, trace));
        }
        let (by, of) = self.factors(factor, |r| self.constant(r))?;
        match self.op(of) {
            Op::Input(0) => Some((by, Times::Weight, trace)),
            Op::Binary(Binary::Sub, to, w) if self.op(w) == Op::Input(0) => {
                Some((by, Times::Room(T::from_f64(self.constant(to)?)), trace))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DrawKey, ProgramBuilder};

    /// w - 0.3 (2 - w) q within 0 .. 1.5; `plain` leaves the bounds out.
    fn program(bounded: &str) -> Program {
        let mut b = ProgramBuilder::new(3);
        let (w, q) = (b.input(0), b.input(2));
        let (by, to) = (b.constant(0.3), b.constant(2.0));
        let room = b.binary(Binary::Sub, to, w);
        let factor = b.binary(Binary::Mul, by, room);
        let change = b.binary(Binary::Mul, q, factor);
        let mut new = b.binary(Binary::Sub, w, change);
        if bounded == "bounded" {
            let (lo, hi) = (b.constant(0.0), b.constant(1.5));
            let above = b.binary(Binary::Gt, new, hi);
            let clipped = b.select(above, hi, new);
            let below = b.binary(Binary::Lt, new, lo);
            new = b.select(below, lo, clipped);
        }
        b.finish(&[new])
    }

    #[test]
    fn a_nudge_has_the_bits_of_its_program() {
        for bounded in ["plain", "bounded"] {
            let program = program(bounded);
            let nudge = Nudge::<f64>::of(&program).unwrap();
            assert_eq!((nudge.trace, nudge.times), (2, Times::Room(2.0)));
            for i in 0..400 {
                let (w, q) = (0.01 * f64::from(i % 20), 0.37 * f64::from(i / 20) - 3.0);
                let mut out = [0.0];
                program.eval(&[w, 0.0, q], &DrawKey::NONE, &mut Vec::new(), &mut out);
                assert_eq!(nudge.apply(w, q).to_bits(), out[0].to_bits());
            }
        }
    }

    #[test]
    fn a_square_is_no_nudge() {
        let mut b = ProgramBuilder::new(2);
        let (w, q) = (b.input(0), b.input(1));
        let square = b.binary(Binary::Mul, q, q);
        let change = b.binary(Binary::Mul, square, q);
        let new = b.binary(Binary::Add, w, change);
        assert_eq!(Nudge::<f64>::of(&b.finish(&[new])), None);
    }
}
