//! Finds runs of operations that one pass over a block can do together: multiply-add chains, steps of
//! methods ([`method`]), decay with input, bounds, and hold, threshold and reset. The arithmetic stays that of
//! the single operations, in their
//! order.

mod method;

pub(crate) use self::method::{Form, Method, OTHERS, PULLS};
use crate::{Binary, Op, Program, Reg, Unary};

/// How one operation of a program is carried out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// As part of another operation.
    Absorbed,
    /// On its own.
    Plain,
    /// base + scale * ((((t0 + t1) + t2) + …) / divisor), as far as it has them.
    Chain(Chain),
    /// outer(inner(a, b), c), or outer(c, inner(a, b)).
    Pair(Pair),
    /// What an integration method or a reset does to a state.
    Method(Method),
    /// x, but lo where that is below lo and hi where it is above hi.
    Clip([Reg; 3]),
    /// flush(factor * x) + input.
    DecayIn { factor: f64, x: Reg, scale: f64, input: Reg },
    /// The spike of `held = if refractory { v } else { x }` where it is at or above a threshold, and the
    /// state after it: `if spike { reset } else { held }`, the result of operation `after`.
    Fire(Fire),
}

/// Two operations of which only the second reads the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub outer: Binary,
    pub inner: Binary,
    pub side: Side,
    pub operands: [Reg; 3],
}

/// Which operand of the outer operation the inner one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A sum, what it is divided by, and the step it is of: one equation by Euler's method is one chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chain {
    pub terms: Vec<Term>,
    pub divisor: Option<f64>,
    /// Base and scale.
    pub step: Option<(Reg, f64)>,
}

/// One term of a chain: factor * x; a constant has no x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub factor: f64,
    pub x: Option<Reg>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fire {
    pub refractory: Reg,
    pub v: Reg,
    pub x: Reg,
    pub threshold: f64,
    /// Whether the threshold itself fires (`>=`).
    pub inclusive: bool,
    pub reset: f64,
    pub after: Reg,
}

/// Longest chain done in one pass.
pub(crate) const CHAIN: usize = 6;

/// A step for every operation.
pub(crate) fn steps(program: &Program) -> Vec<Step> {
    let finder = Finder::new(program);
    let mut steps = vec![Step::Plain; program.ops.len()];
    for i in (0..program.ops.len()).rev() {
        if steps[i] != Step::Plain {
            continue;
        }
        let found = finder.fire(i).or_else(|| finder.decay_in(i)).or_else(|| finder.clip(i));
        let found = found.or_else(|| finder.method(i)).or_else(|| finder.chain(i));
        let found = found.or_else(|| finder.pair(i));
        if let Some((step, absorbed)) = found
            && absorbed.iter().all(|r| steps[r.0 as usize] == Step::Plain)
        {
            for r in absorbed {
                steps[r.0 as usize] = Step::Absorbed;
            }
            steps[i] = step;
        }
    }
    steps
}

/// Calls `f` for every register that a step reads.
pub(crate) fn operands(program: &Program, i: usize, step: &Step, mut f: impl FnMut(Reg)) {
    match step {
        Step::Absorbed => {}
        Step::Plain => program.ops[i].operands(f),
        Step::Method(method) => method.operands.iter().copied().flatten().for_each(f),
        Step::Pair(pair) => pair.operands.into_iter().for_each(f),
        Step::Clip(operands) => operands.iter().copied().for_each(f),
        Step::Chain(chain) => {
            let base = chain.step.map(|(base, _)| base);
            chain.terms.iter().filter_map(|t| t.x).chain(base).for_each(f);
        }
        Step::DecayIn { x, input, .. } => {
            f(*x);
            f(*input);
        }
        Step::Fire(fire) => {
            f(fire.refractory);
            f(fire.v);
            f(fire.x);
        }
    }
}

pub(crate) struct Finder<'a> {
    program: &'a Program,
    /// How often each result is read, outputs included.
    uses: Vec<u32>,
    /// For each result, the select that it decides between a constant and something else, if one.
    resets: Vec<Option<Reg>>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        let mut uses = vec![0; program.ops.len()];
        let mut resets = vec![None; program.ops.len()];
        for (i, op) in program.ops.iter().enumerate() {
            op.operands(|r| uses[r.0 as usize] += 1);
            if let Op::Select(condition, then, _) = op
                && matches!(program.ops[then.0 as usize], Op::Const(_))
            {
                resets[condition.0 as usize] = Some(Reg(i as u32));
            }
        }
        for r in &program.outputs {
            uses[r.0 as usize] += 1;
        }
        Self { program, uses, resets }
    }

    fn op(&self, r: Reg) -> Op {
        self.program.ops[r.0 as usize]
    }

    fn once(&self, r: Reg) -> bool {
        self.uses[r.0 as usize] == 1
    }

    pub(crate) fn constant(&self, r: Reg) -> Option<f64> {
        match self.op(r) {
            Op::Const(c) => Some(c),
            _ => None,
        }
    }

    /// factor * x, where `r` is that product and read only here.
    fn product(&self, r: Reg) -> Option<(f64, Reg)> {
        if self.once(r) { self.factor_of(r) } else { None }
    }

    /// factor * x, where `r` is that product.
    pub(crate) fn factor_of(&self, r: Reg) -> Option<(f64, Reg)> {
        let Op::Binary(Binary::Mul, a, b) = self.op(r) else { return None };
        match (self.constant(a), self.constant(b)) {
            (Some(factor), None) => Some((factor, b)),
            (None, Some(factor)) => Some((factor, a)),
            _ => None,
        }
    }

    /// The terms of a sum in the order in which they are added.
    pub(crate) fn terms(&self, mut r: Reg) -> Vec<Term> {
        let term = |r: Reg| match (self.constant(r), self.factor_of(r)) {
            (Some(factor), _) => Term { factor, x: None },
            (None, Some((factor, x))) => Term { factor, x: Some(x) },
            (None, None) => Term { factor: 1.0, x: Some(r) },
        };
        let mut terms = Vec::new();
        while let Op::Binary(Binary::Add, left, right) = self.op(r) {
            terms.push(term(right));
            r = left;
        }
        terms.push(term(r));
        terms.reverse();
        terms
    }

    /// `r`, or its opposite, as a term: a difference is the sum with the opposite, to the last bit.
    fn term(&self, r: Reg, sign: f64, absorbed: &mut Vec<Reg>) -> Term {
        if let Some(c) = self.constant(r) {
            return Term { factor: sign * c, x: None };
        }
        if let Some((factor, x)) = self.product(r) {
            absorbed.push(r);
            return Term { factor: sign * factor, x: Some(x) };
        }
        Term { factor: sign, x: Some(r) }
    }

    /// The longest chain that ends in operation `i`.
    fn chain(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        let mut absorbed = Vec::new();
        let whole = self.stepped(i, &mut absorbed).or_else(|| {
            absorbed.clear();
            self.divided(Reg(i as u32), &mut absorbed)
        });
        Some((Step::Chain(whole?), absorbed))
    }

    /// base + scale * (a divided sum).
    fn stepped(&self, i: usize, absorbed: &mut Vec<Reg>) -> Option<Chain> {
        let Op::Binary(Binary::Add, base, product) = self.program.ops[i] else { return None };
        let (scale, slope) = self.product(product)?;
        let chain = self.once(slope).then(|| self.divided(slope, absorbed))??;
        absorbed.extend([product, slope]);
        Some(Chain { step: Some((base, scale)), ..chain })
    }

    /// A sum, or a sum over a constant.
    fn divided(&self, r: Reg, absorbed: &mut Vec<Reg>) -> Option<Chain> {
        if let Op::Binary(Binary::Div, sum, divisor) = self.op(r)
            && let Some(divisor) = self.constant(divisor)
            && self.once(sum)
        {
            let terms = self.sum(sum, absorbed)?;
            absorbed.push(sum);
            return Some(Chain { terms, divisor: Some(divisor), step: None });
        }
        Some(Chain { terms: self.sum(r, absorbed)?, divisor: None, step: None })
    }

    /// The terms of a sum or difference.
    fn sum(&self, r: Reg, absorbed: &mut Vec<Reg>) -> Option<Vec<Term>> {
        let parts = |r: Reg| match self.op(r) {
            Op::Binary(Binary::Add, a, b) => Some((a, b, 1.0)),
            Op::Binary(Binary::Sub, a, b) => Some((a, b, -1.0)),
            _ => None,
        };
        let (mut left, right, sign) = parts(r)?;
        let mut terms = vec![self.term(right, sign, absorbed)];
        while let Some((a, b, sign)) = parts(left)
            && self.once(left)
            && terms.len() + 2 <= CHAIN
        {
            absorbed.push(left);
            terms.push(self.term(b, sign, absorbed));
            left = a;
        }
        terms.push(self.term(left, 1.0, absorbed));
        terms.reverse();
        Some(terms)
    }

    fn pair(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        use Binary::{Add, Div, Mul, Sub};
        let Op::Binary(outer @ (Add | Sub | Mul | Div), left, right) = self.program.ops[i] else {
            return None;
        };
        let inner = |r: Reg| match self.op(r) {
            Op::Binary(inner @ (Add | Sub | Mul), a, b) if self.once(r) => Some((inner, a, b)),
            _ => None,
        };
        let (absorbed, side, c, (inner, a, b)) = match (inner(left), inner(right)) {
            (Some(inner), _) => (left, Side::Left, right, inner),
            (None, Some(inner)) => (right, Side::Right, left, inner),
            (None, None) => return None,
        };
        let pair = Pair { outer, inner, side, operands: [a, b, c] };
        Some((Step::Pair(pair), vec![absorbed]))
    }

    /// if x < lo { lo } else { clipped }, clipped = if x > hi { hi } else { x }.
    fn clip(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        let Op::Select(below, lo, clipped) = self.program.ops[i] else { return None };
        let Op::Select(above, hi, x) = self.op(clipped) else { return None };
        let whole = self.op(below) == Op::Binary(Binary::Lt, x, lo)
            && self.op(above) == Op::Binary(Binary::Gt, x, hi)
            && [below, above, clipped].iter().all(|r| self.once(*r));
        whole.then(|| (Step::Clip([x, lo, hi]), vec![below, above, clipped]))
    }

    fn decay_in(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        let Op::Binary(Binary::Add, flushed, input) = self.program.ops[i] else { return None };
        let Op::Flush(decayed, scale) = self.op(flushed) else { return None };
        let (factor, x) = self.product(decayed)?;
        let free = self.once(flushed) && self.constant(input).is_none();
        free.then(|| (Step::DecayIn { factor, x, scale, input }, vec![flushed, decayed]))
    }

    fn fire(&self, i: usize) -> Option<(Step, Vec<Reg>)> {
        let Op::Binary(Binary::And, test, free) = self.program.ops[i] else { return None };
        let Op::Unary(Unary::Not, refractory) = self.op(free) else { return None };
        let (held, threshold, inclusive) = match self.op(test) {
            Op::Binary(Binary::Ge, held, th) => (held, self.constant(th)?, true),
            Op::Binary(Binary::Gt, held, th) => (held, self.constant(th)?, false),
            _ => return None,
        };
        let Op::Select(condition, v, x) = self.op(held) else { return None };
        let after = self.resets[i]?;
        let Op::Select(_, then, otherwise) = self.op(after) else { return None };
        let reset = self.constant(then)?;
        let alone = self.once(test)
            && self.once(free)
            && self.uses[held.0 as usize] == 2
            && condition == refractory
            && otherwise == held;
        let fire = Fire { refractory, v, x, threshold, inclusive, reset, after };
        alone.then_some((Step::Fire(fire), vec![test, free, held, after]))
    }
}
