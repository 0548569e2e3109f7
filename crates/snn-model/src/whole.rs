//! Which numbers are whole, and between which bounds they lie: by this no integer overflows, and every
//! integer is exact in floating point.
//!
//! A [`Range`] is worked out for every expression that an integer or an operation on bits depends on,
//! from the ranges of types (`int(24)`), of draws, and of the conditions of `if` and `check` around it.

mod check;
mod condition;
mod range;
#[cfg(test)]
mod tests;

pub(crate) use check::{Assigned, check_neuron, check_synapse, fits};

use snn_diagnostics::Span;

use crate::model::Integer;

/// Whole numbers up to here are exact, their quotients rounded down too.
const EXACT: f64 = (1u64 << 52) as f64;

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    /// No value is smaller.
    pub lo: f64,
    /// No value is larger.
    pub hi: f64,
    /// Whether it is whole.
    pub kind: Kind,
}

/// Whether a number is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Always, and exact.
    Whole,
    /// Not always.
    Real,
    /// It should be, but this may not be exact.
    Inexact(Inexact),
    /// It should be, and the fault has been found.
    Faulty,
}

/// Why a number that should be whole may not be exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inexact {
    pub why: Why,
    pub span: Span,
    pub lo: f64,
    pub hi: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Beyond 2^52.
    TooLarge,
    /// A divisor may be zero.
    ZeroDivisor,
}

impl Range {
    /// Any number.
    pub const REAL: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY, kind: Kind::Real };
    /// True or false.
    pub const TRUTH: Self = Self { lo: 0.0, hi: 1.0, kind: Kind::Whole };

    pub fn point(x: f64) -> Self {
        let whole = x.fract() == 0.0 && x.abs() <= EXACT;
        Self { lo: x, hi: x, kind: if whole { Kind::Whole } else { Kind::Real } }
    }

    pub fn whole(lo: f64, hi: f64) -> Self {
        Self { lo, hi, kind: Kind::Whole }
    }

    pub fn real(lo: f64, hi: f64) -> Self {
        if lo.is_nan() || hi.is_nan() {
            return Self::REAL;
        }
        Self { lo, hi, kind: Kind::Real }
    }

    pub fn is_point(self) -> bool {
        self.lo == self.hi
    }

    pub fn is_empty(self) -> bool {
        self.lo > self.hi
    }

    /// Whether both are whole: the fault of the first that is not exact.
    pub fn with(self, other: Self) -> Kind {
        match (self.kind, other.kind) {
            (Kind::Faulty, _) | (_, Kind::Faulty) => Kind::Faulty,
            (Kind::Inexact(fault), _) | (_, Kind::Inexact(fault)) => Kind::Inexact(fault),
            (Kind::Whole, Kind::Whole) => Kind::Whole,
            _ => Kind::Real,
        }
    }

    /// What either may be.
    pub fn union(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi), kind: self.with(other) }
    }

    /// The result of an operation on bits: that an operand is not whole has been found.
    pub fn found_faulty(self) -> Self {
        Self { kind: if self.kind == Kind::Real { Kind::Faulty } else { self.kind }, ..self }
    }

    /// The same, inexact where it reaches beyond 2^52.
    pub fn bounded(self, span: Span) -> Self {
        let inside = self.lo >= -EXACT && self.hi <= EXACT;
        if self.kind != Kind::Whole || inside || self.is_empty() {
            return self;
        }
        let fault = Inexact { why: Why::TooLarge, span, lo: self.lo, hi: self.hi };
        Self { kind: Kind::Inexact(fault), ..self }
    }
}

impl Integer {
    pub(crate) fn range(self) -> Range {
        let (lo, hi) = self.bounds();
        Range::whole(lo, hi)
    }
}
