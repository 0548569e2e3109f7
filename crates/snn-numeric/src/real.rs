//! The two floating-point formats a neuron can be computed in.

use std::fmt::Debug;
use std::ops::{Add, BitOr, Div, Mul, Neg, Sub};

use crate::math;

/// f64 or f32 with the deterministic functions of [`math`].
///
/// Call these on a generic `T: Real`. On a concrete `f64` the method syntax finds the platform's
/// functions first, whose bits differ between machines: there call [`math`] by path.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Infinity.
    const INFINITY: Self;
    /// A signed integer of the same width.
    type Bits: Copy + Ord + BitOr<Output = Self::Bits>;
    /// Below this magnitude a decaying state is zero: 2^-900 in f64, 2^-100 in f32.
    const TINY: Self;

    /// The nearest value.
    fn from_f64(value: f64) -> Self;
    /// The same value.
    fn to_f64(self) -> f64;
    /// The magnitude.
    fn abs(self) -> Self;
    /// The smaller operand; the second where they are equal or unordered.
    fn least(self, other: Self) -> Self;
    /// The larger operand; the second where they are equal or unordered.
    fn most(self, other: Self) -> Self;
    /// e^x.
    fn exp(self) -> Self;
    /// e^x - 1.
    fn exp_m1(self) -> Self;
    /// (e^x - 1) / x, and 1 at 0.
    fn exprel(self) -> Self;
    /// e^x of several numbers, to the same bits, with their steps side by side ([`math::several`]).
    fn exp_of<const N: usize>(x: [Self; N]) -> [Self; N];
    /// (e^x - 1) / x of several numbers, likewise.
    fn exprel_of<const N: usize>(x: [Self; N]) -> [Self; N];
    /// The natural logarithm.
    fn log(self) -> Self;
    /// `self` to the power `exponent`.
    fn pow(self, exponent: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The sine.
    fn sin(self) -> Self;
    /// The cosine.
    fn cos(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The next whole number down.
    fn floor(self) -> Self;
    /// The next whole number up.
    fn ceil(self) -> Self;
    /// The nearest whole number, halves away from zero.
    fn round(self) -> Self;
    /// The whole number without what stands after the point.
    fn trunc(self) -> Self;
    /// The nearest whole number, halves to the even one.
    fn round_even(self) -> Self;
    /// Neither infinite nor NaN?
    fn is_finite(self) -> bool;
    /// The bits: ordered as the numbers are among those without a sign, NaN last.
    fn bits(self) -> Self::Bits;
    /// The least number above, where there is one.
    fn next_up(self) -> Self;
}

macro_rules! real {
    ($float:ty, $bits:ty, $tiny:expr, $functions:path, $several:path) => {
        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TINY: Self = $tiny;
            const INFINITY: Self = <$float>::INFINITY;
            type Bits = $bits;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            #[inline(always)]
            fn least(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn most(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn exp(self) -> Self {
                use $functions as f;
                f::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                use $functions as f;
                f::exp_m1(self)
            }
            #[inline(always)]
            fn exprel(self) -> Self {
                use $functions as f;
                f::exprel(self)
            }
            #[inline(always)]
            fn exp_of<const N: usize>(x: [Self; N]) -> [Self; N] {
                use $several as f;
                f::exp(x)
            }
            #[inline(always)]
            fn exprel_of<const N: usize>(x: [Self; N]) -> [Self; N] {
                use $several as f;
                f::exprel(x)
            }
            #[inline]
            fn log(self) -> Self {
                use $functions as f;
                f::log(self)
            }
            #[inline]
            fn pow(self, exponent: Self) -> Self {
                use $functions as f;
                f::pow(self, exponent)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline]
            fn sin(self) -> Self {
                use $functions as f;
                f::sin(self)
            }
            #[inline]
            fn cos(self) -> Self {
                use $functions as f;
                f::cos(self)
            }
            #[inline]
            fn tanh(self) -> Self {
                use $functions as f;
                f::tanh(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$float>::floor(self)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                <$float>::ceil(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                <$float>::round(self)
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                <$float>::trunc(self)
            }
            #[inline(always)]
            fn round_even(self) -> Self {
                <$float>::round_ties_even(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$float>::is_finite(self)
            }
            #[inline(always)]
            fn bits(self) -> $bits {
                self.to_bits() as $bits
            }
            #[inline(always)]
            fn next_up(self) -> Self {
                <$float>::next_up(self)
            }
        }
    };
}

real!(f64, i64, f64::from_bits((1023 - 900) << 52), math, math::several);
real!(f32, i32, f32::from_bits((127 - 100) << 23), math::single, math::several::single);

#[cfg(test)]
mod tests {
    use super::*;

    fn logistic<T: Real>(x: T) -> T {
        T::ONE / (T::ONE + (-x).exp())
    }

    #[test]
    fn both_formats_compute() {
        assert!((logistic(0.3f64) - 0.574_442_516_811_659).abs() < 1e-15);
        assert!((logistic(0.3f32) - 0.574_442_5).abs() < 1e-7);
    }

    #[test]
    fn tiny_is_the_stated_power_of_two() {
        assert_eq!(f64::TINY, libm::exp2(-900.0));
        assert_eq!(f32::TINY, libm::exp2f(-100.0));
    }

    #[test]
    fn comparison_selects_the_second_when_equal() {
        assert!(Real::least(0.0f64, -0.0).is_sign_negative());
        assert!(Real::most(-0.0f64, 0.0).is_sign_positive());
        assert_eq!(Real::least(f64::NAN, 1.0), 1.0);
        assert_eq!(Real::round(-2.5f32), -3.0);
    }
}
