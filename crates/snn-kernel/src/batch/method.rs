//! The passes of [`crate::fuse`]'s methods.

use snn_numeric::Real;

use super::{BLOCK, Column};
use crate::fuse::{Form, OTHERS, PULLS};
use crate::{Simd, simd_versions};

/// Columns that a method reads at most.
pub(super) const READ: usize = 1 + PULLS + OTHERS;

/// A method, its numbers rounded to `T`.
#[derive(Clone, Copy, Debug)]
pub(super) enum MethodAction<T> {
    Relax { factor: T, scale: T },
    Stage { scale: T, limit: Option<T> },
    Bump { by: T },
    Pulled(usize, Pulled<T>),
}

/// Numbers of a sum of conductances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulled<T> {
    from: [T; PULLS],
    factor: [T; OTHERS],
    divisor: Option<T>,
}

impl<T: Real> MethodAction<T> {
    pub(super) fn new(form: Form) -> Self {
        match form {
            Form::Relax { factor, scale } => {
                Self::Relax { factor: T::from_f64(factor), scale: T::from_f64(scale) }
            }
            Form::Stage { scale, limit } => {
                Self::Stage { scale: T::from_f64(scale), limit: limit.map(T::from_f64) }
            }
            Form::Bump { by } => Self::Bump { by: T::from_f64(by) },
            Form::Pulled { pulls, from, factor, divisor } => {
                let divisor = divisor.map(T::from_f64);
                let (from, factor) = (from.map(T::from_f64), factor.map(T::from_f64));
                Self::Pulled(pulls, Pulled { from, factor, divisor })
            }
        }
    }

    /// One pass over a block.
    pub(super) fn run(&self, simd: Simd, read: &[&Column<T>; READ], out: &mut Column<T>) {
        let [a, b, c, d, ..] = *read;
        match *self {
            Self::Relax { factor, scale } => relax(simd, factor, scale, a, b, c, out),
            Self::Stage { scale, limit: None } => stage(simd, scale, T::ZERO, [a, b, c, d], out),
            Self::Stage { scale, limit: Some(limit) } => {
                limited_stage(simd, scale, limit, [a, b, c, d], out);
            }
            Self::Bump { by } => bump(simd, by, a, b, out),
            Self::Pulled(pulls, k) => match (pulls, k.divisor) {
                (2, None) => pulled2(simd, &k, read, out),
                (3, None) => pulled3(simd, &k, read, out),
                (_, None) => pulled4(simd, &k, read, out),
                (2, Some(_)) => divided2(simd, &k, read, out),
                (3, Some(_)) => divided3(simd, &k, read, out),
                (_, Some(_)) => divided4(simd, &k, read, out),
            },
        }
    }
}

simd_versions! {
    fn relax<T: Real>(
        factor: T, scale: T, base: &Column<T>, rate: &Column<T>, slope: &Column<T>, out: &mut Column<T>,
    ) = relax_body
}
simd_versions! {
    fn stage<T: Real>(scale: T, limit: T, read: [&Column<T>; 4], out: &mut Column<T>) = stage_body::<T, false>
}
simd_versions! {
    fn limited_stage<T: Real>(scale: T, limit: T, read: [&Column<T>; 4], out: &mut Column<T>) = stage_body::<T, true>
}
simd_versions! {
    fn bump<T: Real>(by: T, condition: &Column<T>, x: &Column<T>, out: &mut Column<T>) = bump_body
}

/// One loop per number of conductances.
macro_rules! pulled {
    ($($name:ident = $pulls:literal $divided:literal),*) => {
        $(simd_versions! {
            fn $name<T: Real>(k: &Pulled<T>, read: &[&Column<T>; READ], out: &mut Column<T>) = pulled_body::<T, $pulls, $divided>
        })*
    };
}
pulled! {
    pulled2 = 2 false, pulled3 = 3 false, pulled4 = 4 false,
    divided2 = 2 true, divided3 = 3 true, divided4 = 4 true
}

#[inline(always)]
fn relax_body<T: Real>(
    factor: T,
    scale: T,
    base: &Column<T>,
    rate: &Column<T>,
    slope: &Column<T>,
    out: &mut Column<T>,
) {
    // Two abreast, as in `loops`.
    const HALF: usize = BLOCK / 2;
    for i in 0..HALF {
        let j = i + HALF;
        let [x, y] = T::exprel_of([factor * rate[i], factor * rate[j]]);
        out[i] = base[i] + (scale * x) * slope[i];
        out[j] = base[j] + (scale * y) * slope[j];
    }
}

#[inline(always)]
fn stage_body<T: Real, const LIMITED: bool>(
    scale: T,
    limit: T,
    [held, kept, base, slope]: [&Column<T>; 4],
    out: &mut Column<T>,
) {
    for i in 0..BLOCK {
        let moved = base[i] + scale * slope[i];
        let chosen = if held[i] != T::ZERO { kept[i] } else { moved };
        out[i] = if LIMITED { chosen.least(limit) } else { chosen };
    }
}

#[inline(always)]
fn bump_body<T: Real>(by: T, condition: &Column<T>, x: &Column<T>, out: &mut Column<T>) {
    for i in 0..BLOCK {
        let bumped = x[i] + by;
        out[i] = if condition[i] != T::ZERO { bumped } else { x[i] };
    }
}

#[inline(always)]
fn pulled_body<T: Real, const N: usize, const DIVIDED: bool>(
    k: &Pulled<T>,
    read: &[&Column<T>; READ],
    out: &mut Column<T>,
) {
    let (k, divisor) = (*k, k.divisor.unwrap_or(T::ONE));
    let (x, strengths, others) = (read[0], &read[1..=N], &read[1 + N..1 + N + OTHERS]);
    for i in 0..BLOCK {
        let x = x[i];
        let mut sum = strengths[0][i] * (k.from[0] - x);
        for (strength, from) in strengths.iter().zip(&k.from).skip(1) {
            sum = sum + strength[i] * (*from - x);
        }
        for (factor, other) in k.factor.iter().zip(others) {
            sum = sum + *factor * other[i];
        }
        out[i] = if DIVIDED { sum / divisor } else { sum };
    }
}
