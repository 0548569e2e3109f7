//! The range of an expression.

use std::collections::HashMap;

use snn_diagnostics::Span;
use snn_numeric::{Distribution, whole};

use super::{Inexact, Kind, Range, Why};
use crate::model::{Binary, Expr, ExprKind, Function, Unary, Variable};

/// Steps that the expressions of one neuron may take; beyond, nothing is known.
const STEPS: u32 = 200_000;

/// The largest number below 1 that `uniform()` can be.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// A name whose range is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Atom {
    Parameter(usize),
    State(usize),
    Receptor(usize),
    Let(usize),
    Local(usize),
    Argument(usize),
    Signal(usize),
}

/// An operand of an operation on bits, or a comparison, that is not what it must be.
pub(super) struct Found {
    pub operand: Span,
    pub kind: Kind,
}

/// Ranges of names, and what was found wrong on the way.
pub(crate) struct Ranges<'a> {
    functions: &'a [Function],
    pub(super) known: HashMap<Atom, Range>,
    pub(super) found: Vec<Found>,
    steps: u32,
}

impl<'a> Ranges<'a> {
    /// Nothing is known of any name.
    pub fn new(functions: &'a [Function]) -> Self {
        Self { functions, known: HashMap::new(), found: Vec::new(), steps: STEPS }
    }

    /// Notes the range of a name.
    pub fn know(&mut self, atom: Atom, range: Range) {
        self.known.insert(atom, range);
    }

    /// The range of an expression. Recursion: depth is bounded by the parser and the check of functions.
    pub fn of(&mut self, e: &Expr) -> Range {
        match self.steps.checked_sub(1) {
            Some(left) => self.steps = left,
            None => return Range::REAL,
        }
        if let Some(atom) = atom(e) {
            return self.known.get(&atom).copied().unwrap_or(Range::REAL);
        }
        match &e.kind {
            ExprKind::Number(x) if e.dimension.is_dimensionless() => Range::point(*x),
            ExprKind::Number(x) => Range::real(*x, *x),
            ExprKind::Variable(Variable::Index | Variable::PreIndex | Variable::PostIndex) => {
                Range::whole(0.0, f64::from(u32::MAX))
            }
            ExprKind::Unary(op, x) => {
                let x = self.of(x);
                unary(*op, x, e.span)
            }
            ExprKind::Binary(op, a, b) => {
                let ranges = (self.of(a), self.of(b));
                self.demand(*op, (a, ranges.0), (b, ranges.1));
                binary(*op, ranges.0, ranges.1, e.span)
            }
            ExprKind::If(c, a, b) => {
                self.of(c);
                let yes = self.assuming(c, true, |ranges| ranges.of(a));
                let no = self.assuming(c, false, |ranges| ranges.of(b));
                yes.union(no)
            }
            ExprKind::Apply(function, arguments) => self.apply(*function, arguments),
            ExprKind::Draw { distribution, arguments, bounds } => {
                let (a, b) = (self.of(&arguments.0), self.of(&arguments.1));
                match bounds {
                    Some(bounds) => Range::real(self.of(&bounds.0).lo, self.of(&bounds.1).hi),
                    None => drawn(*distribution, a, b),
                }
            }
            _ => Range::REAL,
        }
    }

    /// Operands of operations on bits are whole; what is compared is exact.
    fn demand(&mut self, op: Binary, left: (&Expr, Range), right: (&Expr, Range)) {
        use Binary::{BitAnd, BitOr, BitXor, Eq, Ge, Gt, Le, Lt, Ne, Shift};
        let whole = matches!(op, BitAnd | BitOr | BitXor | Shift);
        let exact = whole || matches!(op, Lt | Le | Gt | Ge | Eq | Ne);
        for (e, range) in [left, right] {
            let wrong = match range.kind {
                Kind::Whole => false,
                Kind::Real => whole,
                Kind::Inexact(_) => exact,
                Kind::Faulty => false,
            };
            if wrong && !range.is_empty() {
                self.found.push(Found { operand: e.span, kind: range.kind });
            }
        }
    }

    fn apply(&mut self, function: usize, arguments: &[Expr]) -> Range {
        let Some(body) = self.functions.get(function).map(|f| &f.body) else { return Range::REAL };
        let inner: Vec<Range> = arguments.iter().map(|e| self.of(e)).collect();
        let outer: Vec<(Atom, Range)> = self.known.extract_if(|a, _| is_argument(a)).collect();
        for (i, range) in inner.into_iter().enumerate() {
            self.know(Atom::Argument(i), range);
        }
        let range = self.of(body);
        self.known.retain(|a, _| !is_argument(a));
        self.known.extend(outer);
        range
    }
}

fn is_argument(atom: &Atom) -> bool {
    matches!(atom, Atom::Argument(_))
}

/// The name that an expression is.
pub(super) fn atom(e: &Expr) -> Option<Atom> {
    Some(match e.kind {
        ExprKind::Parameter(i) => Atom::Parameter(i),
        ExprKind::State(i) => Atom::State(i),
        ExprKind::Receptor(i) => Atom::Receptor(i),
        ExprKind::Let(i) => Atom::Let(i),
        ExprKind::Local(i) => Atom::Local(i),
        ExprKind::Argument(i) => Atom::Argument(i),
        ExprKind::Signal(i) => Atom::Signal(i),
        _ => return None,
    })
}

fn drawn(distribution: Distribution, a: Range, b: Range) -> Range {
    match distribution {
        Distribution::Uniform if a == Range::point(0.0) && b == Range::point(1.0) => {
            Range::real(0.0, BELOW_ONE)
        }
        Distribution::Uniform => Range::real(a.lo.min(b.lo), a.hi.max(b.hi)),
        Distribution::Lognormal => Range::real(0.0, f64::INFINITY),
        Distribution::Normal => Range::REAL,
    }
}

fn unary(op: Unary, x: Range, span: Span) -> Range {
    let rounded = |f: fn(f64) -> f64| {
        let kind = if x.kind == Kind::Real { Kind::Whole } else { x.kind };
        Range { lo: f(x.lo), hi: f(x.hi), kind }.bounded(span)
    };
    match op {
        Unary::Neg => Range { lo: -x.hi, hi: -x.lo, kind: x.kind },
        Unary::Abs if x.lo >= 0.0 => x,
        Unary::Abs if x.hi <= 0.0 => Range { lo: -x.hi, hi: -x.lo, kind: x.kind },
        Unary::Abs => Range { lo: 0.0, hi: x.hi.max(-x.lo), kind: x.kind },
        Unary::Sign => {
            let sign = |x: f64| if x > 0.0 { 1.0 } else { f64::from(-i8::from(x < 0.0)) };
            Range::whole(sign(x.lo), sign(x.hi))
        }
        Unary::Not => Range::TRUTH,
        Unary::Floor => rounded(f64::floor),
        Unary::Ceil => rounded(f64::ceil),
        Unary::Round => rounded(f64::round),
        Unary::Trunc => rounded(f64::trunc),
        Unary::RoundEven => rounded(f64::round_ties_even),
        Unary::Sin | Unary::Cos | Unary::Tanh => Range::real(-1.0, 1.0),
        Unary::Sqrt | Unary::Exp | Unary::Log | Unary::Exprel => Range::REAL,
    }
}

fn binary(op: Binary, a: Range, b: Range, span: Span) -> Range {
    let kind = a.with(b);
    let of = |lo: f64, hi: f64| {
        if lo.is_nan() || hi.is_nan() {
            return Range { kind, ..Range::REAL }.bounded(span);
        }
        Range { lo, hi, kind }.bounded(span)
    };
    // The bounds of an operation that is monotone in each operand lie at corners.
    let corners = |f: fn(f64, f64) -> f64| {
        let all = [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)];
        if all.iter().any(|x| x.is_nan()) {
            return (f64::NAN, f64::NAN);
        }
        (
            all.into_iter().fold(f64::INFINITY, f64::min),
            all.into_iter().fold(f64::NEG_INFINITY, f64::max),
        )
    };
    match op {
        Binary::Add => of(a.lo + b.lo, a.hi + b.hi),
        Binary::Sub => of(a.lo - b.hi, a.hi - b.lo),
        Binary::Mul => {
            let (lo, hi) = corners(|x, y| x * y);
            of(lo, hi)
        }
        Binary::Div | Binary::Quotient | Binary::Remainder => divided(op, a, b, span),
        Binary::Min => of(a.lo.min(b.lo), a.hi.min(b.hi)),
        Binary::Max => of(a.lo.max(b.lo), a.hi.max(b.hi)),
        Binary::Pow if a.is_point() && b.is_point() => {
            Range::point(snn_numeric::math::pow(a.lo, b.lo))
        }
        Binary::Pow => Range::REAL,
        Binary::Shift => {
            let (lo, hi) = corners(whole::shift);
            of(lo, hi).found_faulty()
        }
        Binary::BitAnd | Binary::BitOr | Binary::BitXor => bits(op, a, b, kind),
        Binary::Wrap | Binary::Saturate => {
            let half = whole::shift(1.0, b.lo - 1.0);
            let inside = a.lo >= -half && a.hi < half;
            let (lo, hi) = match op {
                _ if inside => (a.lo, a.hi),
                Binary::Saturate => {
                    (a.lo.max(-half).min(half - 1.0), a.hi.min(half - 1.0).max(-half))
                }
                _ => (-half, half - 1.0),
            };
            Range { lo, hi, kind: a.kind }
        }
        Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge | Binary::Eq | Binary::Ne => Range::TRUTH,
        Binary::And | Binary::Or => Range::TRUTH,
    }
}

fn divided(op: Binary, a: Range, b: Range, span: Span) -> Range {
    let kind = a.with(b);
    let zero = b.lo <= 0.0 && b.hi >= 0.0;
    if op == Binary::Div {
        if zero {
            return Range::REAL;
        }
        let all = [a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi];
        let ordered = |f: fn(f64, f64) -> f64, from| all.into_iter().fold(from, f);
        let (lo, hi) = (ordered(f64::min, f64::INFINITY), ordered(f64::max, f64::NEG_INFINITY));
        return if all.iter().any(|x| x.is_nan()) { Range::REAL } else { Range::real(lo, hi) };
    }
    if kind == Kind::Whole && zero {
        let fault = Inexact { why: Why::ZeroDivisor, span, lo: b.lo, hi: b.hi };
        return Range { kind: Kind::Inexact(fault), ..Range::REAL };
    }
    if op == Binary::Quotient {
        let quotient = divided(Binary::Div, a, b, span);
        let kind = if kind == Kind::Real { Kind::Whole } else { kind };
        return Range { lo: quotient.lo.floor(), hi: quotient.hi.floor(), kind }.bounded(span);
    }
    if kind == Kind::Real {
        return Range::REAL;
    }
    let (lo, hi) = if b.lo > 0.0 { (0.0, b.hi - 1.0) } else { (b.lo + 1.0, 0.0) };
    let already = a.lo >= 0.0 && b.lo > 0.0 && a.hi < b.lo;
    let (lo, hi) = if already { (a.lo, a.hi) } else { (lo, hi) };
    Range { lo, hi, kind }
}

/// Numbers of n bits stay numbers of n bits.
fn bits(op: Binary, a: Range, b: Range, kind: Kind) -> Range {
    if kind != Kind::Whole {
        return Range { kind, ..Range::REAL }.found_faulty();
    }
    if op == Binary::BitAnd && (a.lo >= 0.0 || b.lo >= 0.0) {
        let above = |r: Range| if r.lo >= 0.0 { r.hi } else { f64::INFINITY };
        return Range { lo: 0.0, hi: above(a).min(above(b)), kind };
    }
    let largest = a.hi.max(b.hi).max(-a.lo - 1.0).max(-b.lo - 1.0);
    let mut power = 1.0;
    while power <= largest {
        power *= 2.0;
    }
    let negative = a.lo < 0.0 || b.lo < 0.0;
    Range { lo: if negative { -power } else { 0.0 }, hi: power - 1.0, kind }
}
