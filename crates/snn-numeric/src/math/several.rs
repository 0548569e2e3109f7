//! Functions of several numbers, each step done for all of them before the next step.
//!
//! A polynomial is one long chain of operations that wait for each other; with several chains side by
//! side a processor has always one that is ready. What becomes of a number does not depend on the
//! others.

/// Adding 1.5·2^52 rounds to an integer, which then stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// e^x, as [`super::exp`].
#[inline(always)]
pub fn exp<const N: usize>(x: [f64; N]) -> [f64; N] {
    let x = each(x, |_, x| clamp(x, -746.0, 710.0));
    let (rest, power) = reduce(x);
    let value = each(expm1_small(rest), |_, small| 1.0 + small);
    each(each(value, |i, v| v * power[i].low), |i, v| v * power[i].high)
}

/// e^x - 1, as [`super::exp_m1`].
#[inline(always)]
pub fn exp_m1<const N: usize>(x: [f64; N]) -> [f64; N] {
    let clamped = each(x, |_, x| clamp(x, -40.0, 710.0));
    let (rest, power) = reduce(clamped);
    let value = each(expm1_small(rest), |i, small| small + (1.0 - power[i].inverse()));
    let value = each(each(value, |i, v| v * power[i].low), |i, v| v * power[i].high);
    // Keeps the sign of zero.
    each(value, |i, v| if x[i] == 0.0 { x[i] } else { v })
}

/// (e^x - 1) / x, as [`super::exprel`].
#[inline(always)]
pub fn exprel<const N: usize>(x: [f64; N]) -> [f64; N] {
    let quotient = each(exp_m1(x), |i, v| v / x[i]);
    let finite = each(quotient, |i, q| if x[i] == 0.0 { 1.0 } else { q });
    each(finite, |i, v| if x[i] == f64::INFINITY { x[i] } else { v })
}

/// One step for each number, told which it is.
#[inline(always)]
fn each<X: Copy, const N: usize>(mut x: [X; N], step: impl Fn(usize, X) -> X) -> [X; N] {
    for (i, x) in x.iter_mut().enumerate() {
        *x = step(i, *x);
    }
    x
}

/// 2^k as two factors, so that the product reaches from the smallest denormal to infinity.
#[derive(Clone, Copy)]
struct PowerOfTwo {
    low: f64,
    high: f64,
}

impl PowerOfTwo {
    /// `k` in -2000 ..= 2000, as a two's-complement word. Shifts are logical: AVX2 has no other.
    #[inline(always)]
    fn new(k: u64) -> Self {
        let biased = k.wrapping_add(2048);
        let half = biased >> 1;
        let rest = biased.wrapping_sub(half);
        Self {
            low: f64::from_bits(half.wrapping_sub(1) << 52),
            high: f64::from_bits(rest.wrapping_sub(1) << 52),
        }
    }

    #[inline(always)]
    fn inverse(&self) -> f64 {
        // The reciprocal of a power of two only negates the exponent: 2046 - (e + 1023).
        let negate = |factor: f64| f64::from_bits((2046u64 << 52).wrapping_sub(factor.to_bits()));
        negate(self.low) * negate(self.high)
    }
}

/// x = k·ln 2 + rest with |rest| <= ln 2 / 2; NaN stays in `rest`.
#[inline(always)]
fn reduce<const N: usize>(x: [f64; N]) -> ([f64; N], [PowerOfTwo; N]) {
    let shifted = each(x, |_, x| x * std::f64::consts::LOG2_E + ROUNDER);
    let k = each(shifted, |_, s| s - ROUNDER);
    let rest = each(x, |i, x| x - k[i] * LN2_HIGH);
    let rest = each(rest, |i, rest| rest - k[i] * LN2_LOW);
    let power = shifted.map(|s| PowerOfTwo::new(s.to_bits().wrapping_sub(ROUNDER.to_bits())));
    (rest, power)
}

/// e^r - 1 for |r| <= ln 2 / 2: the Taylor series to r^13, remainder below 5e-18.
#[inline(always)]
fn expm1_small<const N: usize>(r: [f64; N]) -> [f64; N] {
    let sum = each(r, |_, r| (1.0 / 6_227_020_800.0) * r + 1.0 / 479_001_600.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 39_916_800.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 3_628_800.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 362_880.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 40_320.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 5_040.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 720.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 120.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 24.0);
    let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 6.0);
    let sum = each(sum, |i, sum| sum * r[i] + 0.5);
    each(sum, |i, sum| r[i] + r[i] * r[i] * sum)
}

/// Limits x; NaN stays NaN.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

pub mod single {
    //! The same functions for f32.

    use super::each;

    /// e^x, as [`super::super::single::exp`].
    #[inline(always)]
    pub fn exp<const N: usize>(x: [f32; N]) -> [f32; N] {
        const ROUNDER: f32 = 12_582_912.0;
        const LN2_HIGH: f32 = f32::from_bits(0x3f31_7200);
        const LN2_LOW: f32 = f32::from_bits(0x35bf_be8e);
        let x = each(x, |_, x| if x < -104.0 { -104.0 } else { x });
        let x = each(x, |_, x| if x > 89.0 { 89.0 } else { x });
        let shifted = each(x, |_, x| x * std::f32::consts::LOG2_E + ROUNDER);
        let k = each(shifted, |_, s| s - ROUNDER);
        let r = each(x, |i, x| (x - k[i] * LN2_HIGH) - k[i] * LN2_LOW);
        let sum = each(r, |_, r| (1.0f32 / 5_040.0) * r + 1.0 / 720.0);
        let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 120.0);
        let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 24.0);
        let sum = each(sum, |i, sum| sum * r[i] + 1.0 / 6.0);
        let sum = each(sum, |i, sum| sum * r[i] + 0.5);
        let value = each(sum, |i, sum| 1.0 + (r[i] + r[i] * r[i] * sum));
        each(value, |i, v| {
            let biased = shifted[i].to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(256);
            let half = biased >> 1;
            let low = f32::from_bits(half.wrapping_sub(1) << 23);
            let high = f32::from_bits(biased.wrapping_sub(half).wrapping_sub(1) << 23);
            v * low * high
        })
    }

    /// (e^x - 1) / x, as [`super::super::single::exprel`].
    #[inline(always)]
    pub fn exprel<const N: usize>(x: [f32; N]) -> [f32; N] {
        super::exprel(x.map(f64::from)).map(|x| x as f32)
    }
}
