//! The loops over blocks, one per operation, each compiled for every vector instruction set.

use snn_numeric::Real;

use super::{BLOCK, Column, Threshold};
use crate::eval::{binary, flush, unary};
use crate::fuse::{CHAIN, Pair, Side};
use crate::{Binary, Simd, Unary, simd_versions};

/// An operand at hand: a column, or one number for all.
#[derive(Clone, Copy)]
pub(super) enum Fetched<'a, T> {
    Column(&'a Column<T>),
    Constant(T),
}

impl<T: Real> Fetched<'_, T> {
    #[inline(always)]
    pub(super) fn at(self, lane: usize) -> T {
        match self {
            Self::Column(c) => c[lane],
            Self::Constant(c) => c,
        }
    }
}

/// One loop for each mix of columns and constants, so that each vectorises.
#[inline(always)]
fn map2<T: Real>(a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>, f: impl Fn(T, T) -> T) {
    use Fetched::{Column, Constant};
    match (a, b) {
        (Column(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a[i], b[i]);
            }
        }
        (Column(a), Constant(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a[i], b);
            }
        }
        (Constant(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a, b[i]);
            }
        }
        (Constant(a), Constant(b)) => *out = [f(a, b); BLOCK],
    }
}

/// Numbers whose long chains of operations go on side by side.
const ABREAST: usize = 2;

/// A function of [`ABREAST`] numbers at once, taken from as many stretches of the block. No function of its
/// own: passed as a closure, something as long would not be inlined, and lose the vector instructions.
macro_rules! map_several {
    ($x:expr, $out:expr, $f:expr) => {{
        const STRETCH: usize = BLOCK / ABREAST;
        match $x {
            Fetched::Column(x) => {
                for i in 0..STRETCH {
                    let y = $f([x[i], x[i + STRETCH]]);
                    for (stretch, y) in y.into_iter().enumerate() {
                        $out[i + stretch * STRETCH] = y;
                    }
                }
            }
            Fetched::Constant(x) => *$out = [$f([x; ABREAST])[0]; BLOCK],
        }
    }};
}

simd_versions! {
    pub(super) fn unary_block<T: Real>(op: Unary, x: Fetched<'_, T>, out: &mut Column<T>) = unary_body
}
simd_versions! {
    pub(super) fn binary_block<T: Real>(op: Binary, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) = binary_body
}
simd_versions! {
    pub(super) fn pair_block<T: Real>(
        pair: Pair, a: &Column<T>, b: &Column<T>, c: &Column<T>, out: &mut Column<T>,
    ) = pair_body
}
simd_versions! {
    pub(super) fn clip_block<T: Real>(x: &Column<T>, lo: &Column<T>, hi: &Column<T>, out: &mut Column<T>) = clip_body
}
simd_versions! {
    pub(super) fn decay_in_block<T: Real>(factor: T, x: &Column<T>, scale: T, input: &Column<T>, out: &mut Column<T>) = decay_in_body
}
simd_versions! {
    pub(super) fn fire_block<T: Real>(
        refractory: &Column<T>, states: [&Column<T>; 2], at: Threshold<T>, spike: &mut Column<T>, after: &mut Column<T>,
    ) = fire_body
}
/// Terms of a chain at hand; those left out are never looked at.
pub(super) type Terms<'a, T> = [(T, &'a Column<T>); CHAIN];

/// What follows the sum of a chain: a divisor, and a base with the scale of the step from it.
#[derive(Clone, Copy)]
pub(super) struct Tail<'a, T> {
    pub divisor: Option<T>,
    pub step: Option<(&'a Column<T>, T)>,
}

/// One pass for a whole chain of `len` terms.
#[inline(always)]
pub(super) fn chain_block<T: Real>(
    simd: Simd,
    (terms, len): (&Terms<'_, T>, usize),
    tail: Tail<'_, T>,
    out: &mut Column<T>,
) {
    macro_rules! by_length {
        ($two:ident $three:ident $four:ident $five:ident $six:ident) => {
            match len {
                2 => $two(simd, terms, tail, out),
                3 => $three(simd, terms, tail, out),
                4 => $four(simd, terms, tail, out),
                5 => $five(simd, terms, tail, out),
                _ => $six(simd, terms, tail, out),
            }
        };
    }
    match (tail.divisor.is_some(), tail.step.is_some()) {
        (false, false) => by_length!(sum2 sum3 sum4 sum5 sum6),
        (true, false) => by_length!(ratio2 ratio3 ratio4 ratio5 ratio6),
        (false, true) => by_length!(step2 step3 step4 step5 step6),
        (true, true) => by_length!(ratio_step2 ratio_step3 ratio_step4 ratio_step5 ratio_step6),
    }
}

/// One loop per number of terms and per tail: divided, and a step from a base.
macro_rules! chains {
    ($($divided:literal $stepped:literal: $($name:ident = $len:literal),*;)*) => {
        $($(simd_versions! {
            fn $name<T: Real>(
                terms: &Terms<'_, T>, tail: Tail<'_, T>, out: &mut Column<T>,
            ) = chain_body::<T, $len, $divided, $stepped>
        })*)*
    };
}
chains! {
    false false: sum2 = 2, sum3 = 3, sum4 = 4, sum5 = 5, sum6 = 6;
    true false: ratio2 = 2, ratio3 = 3, ratio4 = 4, ratio5 = 5, ratio6 = 6;
    false true: step2 = 2, step3 = 3, step4 = 4, step5 = 5, step6 = 6;
    true true: ratio_step2 = 2, ratio_step3 = 3, ratio_step4 = 4, ratio_step5 = 5, ratio_step6 = 6;
}
simd_versions! {
    pub(super) fn select_block<T: Real>(c: Fetched<'_, T>, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) = select_body
}
simd_versions! {
    pub(super) fn flush_block<T: Real>(x: Fetched<'_, T>, scale: T, out: &mut Column<T>) = flush_body
}

#[inline(always)]
fn flush_body<T: Real>(x: Fetched<'_, T>, scale: T, out: &mut Column<T>) {
    map2(x, Fetched::Constant(scale), out, flush);
}

#[inline(always)]
fn unary_body<T: Real>(op: Unary, x: Fetched<'_, T>, out: &mut Column<T>) {
    macro_rules! each {
        ($($name:ident),*) => {
            match op {
                Unary::Exp => map_several!(x, out, T::exp_of),
                Unary::Exprel => map_several!(x, out, T::exprel_of),
                $(Unary::$name => map2(x, Fetched::Constant(T::ZERO), out, |x, _| unary(Unary::$name, x)),)*
            }
        };
    }
    each!(Neg, Not, Abs, Sign, Sqrt, Log, Sin, Cos, Tanh, Floor, Ceil, Round, Trunc, RoundEven);
}

#[inline(always)]
fn binary_body<T: Real>(op: Binary, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) {
    macro_rules! each {
        ($($name:ident),*) => {
            match op { $(Binary::$name => map2(a, b, out, |a, b| binary(Binary::$name, a, b)),)* }
        };
    }
    each!(
        Add, Sub, Mul, Div, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or, Shift, BitAnd, BitOr,
        BitXor
    );
}

#[inline(always)]
fn pair_body<T: Real>(
    pair: Pair,
    a: &Column<T>,
    b: &Column<T>,
    c: &Column<T>,
    out: &mut Column<T>,
) {
    use Binary::{Add, Div, Mul, Sub};
    macro_rules! each {
        ($($outer:ident $inner:ident),*) => {
            match (pair.outer, pair.inner, pair.side) {
                $(
                    ($outer, $inner, Side::Left) => for i in 0..BLOCK {
                        out[i] = binary($outer, binary($inner, a[i], b[i]), c[i]);
                    },
                    ($outer, $inner, Side::Right) => for i in 0..BLOCK {
                        out[i] = binary($outer, c[i], binary($inner, a[i], b[i]));
                    },
                )*
                _ => unreachable!("invariant: other operations are not paired"),
            }
        };
    }
    each!(
        Add Add, Add Sub, Add Mul, Sub Add, Sub Sub, Sub Mul,
        Mul Add, Mul Sub, Mul Mul, Div Add, Div Sub, Div Mul
    );
}

#[inline(always)]
fn clip_body<T: Real>(x: &Column<T>, lo: &Column<T>, hi: &Column<T>, out: &mut Column<T>) {
    for i in 0..BLOCK {
        let clipped = if x[i] > hi[i] { hi[i] } else { x[i] };
        out[i] = if x[i] < lo[i] { lo[i] } else { clipped };
    }
}

#[inline(always)]
fn chain_body<T: Real, const N: usize, const DIVIDED: bool, const STEPPED: bool>(
    terms: &Terms<'_, T>,
    tail: Tail<'_, T>,
    out: &mut Column<T>,
) {
    let divisor = tail.divisor.unwrap_or(T::ONE);
    let (base, scale) = tail.step.unwrap_or((terms[0].1, T::ONE));
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = terms[0].0 * terms[0].1[i];
        for term in &terms[1..N] {
            sum = sum + term.0 * term.1[i];
        }
        if DIVIDED {
            sum = sum / divisor;
        }
        *out = if STEPPED { base[i] + scale * sum } else { sum };
    }
}

#[inline(always)]
fn decay_in_body<T: Real>(
    factor: T,
    x: &Column<T>,
    scale: T,
    input: &Column<T>,
    out: &mut Column<T>,
) {
    for i in 0..BLOCK {
        out[i] = flush(factor * x[i], scale) + input[i];
    }
}

#[inline(always)]
fn fire_body<T: Real>(
    refractory: &Column<T>,
    [v, x]: [&Column<T>; 2],
    at: Threshold<T>,
    spike: &mut Column<T>,
    after: &mut Column<T>,
) {
    for i in 0..BLOCK {
        (spike[i], after[i]) = fire((refractory[i], v[i], x[i]), at);
    }
}

/// (spike, state after it).
#[inline(always)]
pub(super) fn fire<T: Real>((refractory, v, x): (T, T, T), at: Threshold<T>) -> (T, T) {
    let held = if refractory != T::ZERO { v } else { x };
    let above = if at.inclusive { held >= at.threshold } else { held > at.threshold };
    let spikes = above & (refractory == T::ZERO);
    (if spikes { T::ONE } else { T::ZERO }, if spikes { at.reset } else { held })
}

#[inline(always)]
fn select_body<T: Real>(
    c: Fetched<'_, T>,
    a: Fetched<'_, T>,
    b: Fetched<'_, T>,
    out: &mut Column<T>,
) {
    use Fetched::{Column, Constant};
    let pick = |c: T, a: T, b: T| if c != T::ZERO { a } else { b };
    match (c, a, b) {
        (Column(c), Column(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a[i], b[i]);
            }
        }
        (Column(c), Constant(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a, b[i]);
            }
        }
        (Column(c), Column(a), Constant(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a[i], b);
            }
        }
        _ => {
            for (i, out) in out.iter_mut().enumerate() {
                *out = pick(c.at(i), a.at(i), b.at(i));
            }
        }
    }
}

simd_versions! {
    pub(super) fn store_block<T: Real>(from: &Column<T>, to: &mut Column<T>) -> bool = store_body
}

simd_versions! {
    pub(super) fn any_block<T: Real>(column: &Column<T>) -> bool = any_body
}

#[inline(always)]
fn any_body<T: Real>(column: &Column<T>) -> bool {
    let mut any = false;
    for x in column {
        any |= *x != T::ZERO;
    }
    any
}

#[inline(always)]
fn store_body<T: Real>(from: &Column<T>, to: &mut Column<T>) -> bool {
    let mut zeros = T::ZERO.bits();
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
        // A zero for finite numbers, NaN for all others.
        zeros = zeros | (from * T::ZERO).bits();
    }
    zeros != T::ZERO.bits() && zeros != (-T::ZERO).bits()
}
