//! What integration methods and resets do to a state, each in one pass.

use super::{Finder, Step, Term};
use crate::{Binary, Op, Reg, Unary};

/// Conductances of a sum at most.
pub(crate) const PULLS: usize = 4;
/// Other terms beside the conductances at most.
pub(crate) const OTHERS: usize = 3;

/// A form and what it reads; none stands for the number 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Method {
    pub form: Form,
    pub operands: Vec<Option<Reg>>,
}

/// What is done, each operation rounded, in the order written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// base + (scale · exprel(factor · rate)) · slope: a step by the exponential Euler method. Reads base,
    /// rate, slope.
    Relax { factor: f64, scale: f64 },
    /// kept where held, else base + scale · slope; the limit where that is not below it: a stage of a
    /// Runge–Kutta method. Reads held, kept, base, slope.
    Stage { scale: f64, limit: Option<f64> },
    /// x + by where a condition holds, else x. Reads the condition, x.
    Bump { by: f64 },
    /// (Σ strength · (from - x) + Σ factor · other) / divisor: conductances. Reads x, the strengths, the
    /// others.
    Pulled { pulls: usize, from: [f64; PULLS], factor: [f64; OTHERS], divisor: Option<f64> },
}

impl Finder<'_> {
    /// The method that ends in operation `i`, and the operations it does with it.
    pub(super) fn method(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        let r = Reg(i as u32);
        let found = self.relax(r).or_else(|| self.stage(r)).or_else(|| self.bump(r));
        let (method, absorbed) = found.or_else(|| self.pulled(r))?;
        Some((Step::Method(method), absorbed))
    }

    fn relax(&self, r: Reg) -> Option<(Method, Vec<Reg>)> {
        let Op::Binary(Binary::Add, base, step) = self.op(r) else { return None };
        let Op::Binary(Binary::Mul, scaled, slope) = self.op(step) else { return None };
        let (scale, ratio) = self.product(scaled)?;
        let Op::Unary(Unary::Exprel, exponent) = self.op(ratio) else { return None };
        let (factor, rate) = self.product(exponent)?;
        let form = Form::Relax { factor, scale };
        let free = self.once(step) && self.once(ratio) && self.constant(slope).is_none();
        let method = Method { form, operands: [base, rate, slope].map(Some).to_vec() };
        free.then(|| (method, vec![step, scaled, ratio, exponent]))
    }

    fn stage(&self, r: Reg) -> Option<(Method, Vec<Reg>)> {
        let mut absorbed = Vec::new();
        let (chosen, limit) = match self.op(r) {
            Op::Binary(Binary::Min, chosen, limit) if self.once(chosen) => {
                absorbed.push(chosen);
                (chosen, Some(self.constant(limit)?))
            }
            _ => (r, None),
        };
        let Op::Select(held, kept, moved) = self.op(chosen) else { return None };
        let Op::Binary(Binary::Add, base, step) = self.op(moved) else { return None };
        let (scale, slope) = self.product(step)?;
        absorbed.extend([moved, step]);
        let form = Form::Stage { scale, limit };
        let method = Method { form, operands: [held, kept, base, slope].map(Some).to_vec() };
        self.once(moved).then_some((method, absorbed))
    }

    fn bump(&self, r: Reg) -> Option<(Method, Vec<Reg>)> {
        let Op::Select(condition, bumped, x) = self.op(r) else { return None };
        let Op::Binary(Binary::Add, a, by) = self.op(bumped) else { return None };
        let form = Form::Bump { by: self.constant(by)? };
        let free = a == x && self.once(bumped);
        free.then(|| (Method { form, operands: vec![Some(condition), Some(x)] }, vec![bumped]))
    }

    fn pulled(&self, r: Reg) -> Option<(Method, Vec<Reg>)> {
        let mut absorbed = Vec::new();
        let (sum, divisor) = match self.op(r) {
            Op::Binary(Binary::Div, sum, divisor) if self.once(sum) => {
                absorbed.push(sum);
                (sum, Some(self.constant(divisor)?))
            }
            _ => (r, None),
        };
        let parts = self.signed_parts(sum, &mut absorbed);
        let x = self.pull(parts.first()?.0)?.2;
        let pulls: Vec<_> = parts
            .iter()
            .map_while(|(part, sign)| self.pull(*part).filter(|pull| *sign > 0.0 && pull.2 == x))
            .take(PULLS)
            .collect();
        let rest = &parts[pulls.len()..];
        if pulls.len() < 2 || rest.len() > OTHERS {
            return None;
        }
        let mut operands = vec![Some(x)];
        let mut from = [0.0; PULLS];
        for (place, ((strength, at, _, difference), (part, _))) in
            from.iter_mut().zip(pulls.iter().zip(&parts))
        {
            *place = *at;
            operands.push(Some(*strength));
            absorbed.push(*part);
            // Where others read the difference too it is made for them, and here once more.
            absorbed.extend(Some(*difference).filter(|d| self.once(*d)));
        }
        // What is left out becomes -0.0, which changes no sum.
        let mut factor = [-0.0; OTHERS];
        for (place, (part, sign)) in factor.iter_mut().zip(rest) {
            let Term { factor, x } = self.term(*part, *sign, &mut absorbed);
            *place = factor;
            operands.push(x);
        }
        let form = Form::Pulled { pulls: pulls.len(), from, factor, divisor };
        Some((Method { form, operands }, absorbed))
    }

    /// The terms of a sum or difference with their signs, from left to right.
    fn signed_parts(&self, sum: Reg, absorbed: &mut Vec<Reg>) -> Vec<(Reg, f64)> {
        let mut parts = Vec::new();
        let mut left = sum;
        while left == sum || self.once(left) {
            let (a, b, sign) = match self.op(left) {
                Op::Binary(Binary::Add, a, b) => (a, b, 1.0),
                Op::Binary(Binary::Sub, a, b) => (a, b, -1.0),
                _ => break,
            };
            if left != sum {
                absorbed.push(left);
            }
            parts.push((b, sign));
            left = a;
        }
        parts.push((left, 1.0));
        parts.reverse();
        parts
    }

    /// strength · (from - x), read only here: (strength, from, x, the difference).
    fn pull(&self, r: Reg) -> Option<(Reg, f64, Reg, Reg)> {
        let Op::Binary(Binary::Mul, strength, difference) = self.op(r) else { return None };
        let Op::Binary(Binary::Sub, from, x) = self.op(difference) else { return None };
        let from = self.constant(from)?;
        (self.once(r) && self.constant(x).is_none()).then_some((strength, from, x, difference))
    }
}
