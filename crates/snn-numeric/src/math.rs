//! Elementary functions with the same bits on every machine.
//!
//! [`exp`], [`exp_m1`] and [`exprel`] are branch-free polynomials that a compiler can vectorise in a
//! loop; the others come from the pure-Rust `libm`. Functions of f32 are in [`single`].

/// Adding 1.5·2^52 rounds to an integer, which then stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// e^x within 1.5 units in the last place; infinite above 709.78, zero below -745.13.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = clamp(x, -746.0, 710.0);
    let (rest, power) = reduce(x);
    (1.0 + expm1_small(rest)) * power.low * power.high
}

/// e^x - 1 within 2 units in the last place, also near zero.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    let clamped = clamp(x, -40.0, 710.0);
    let (rest, power) = reduce(clamped);
    let value = (expm1_small(rest) + (1.0 - power.inverse())) * power.low * power.high;
    // Keeps the sign of zero.
    if x == 0.0 { x } else { value }
}

/// (e^x - 1) / x, and 1 at 0.
#[inline(always)]
pub fn exprel(x: f64) -> f64 {
    let quotient = exp_m1(x) / x;
    let finite = if x == 0.0 { 1.0 } else { quotient };
    if x == f64::INFINITY { x } else { finite }
}

/// The natural logarithm.
#[inline]
pub fn log(x: f64) -> f64 {
    libm::log(x)
}

/// log(1 + x), also near zero.
#[inline]
pub fn log_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// `base` to the power `exponent`.
#[inline]
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The square root, correctly rounded.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// The sine.
#[inline]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// The cosine.
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The hyperbolic tangent.
#[inline]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// The smaller operand; the second where they are equal or unordered.
#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger operand; the second where they are equal or unordered.
#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// 2^k as two factors, so that the product reaches from the smallest denormal to infinity.
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
fn reduce(x: f64) -> (f64, PowerOfTwo) {
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let rest = (x - k * LN2_HIGH) - k * LN2_LOW;
    (rest, PowerOfTwo::new(shifted.to_bits().wrapping_sub(ROUNDER.to_bits())))
}

/// e^r - 1 for |r| <= ln 2 / 2: the Taylor series to r^13, remainder below 5e-18.
#[inline(always)]
fn expm1_small(r: f64) -> f64 {
    let mut sum = 1.0 / 6_227_020_800.0;
    sum = sum * r + 1.0 / 479_001_600.0;
    sum = sum * r + 1.0 / 39_916_800.0;
    sum = sum * r + 1.0 / 3_628_800.0;
    sum = sum * r + 1.0 / 362_880.0;
    sum = sum * r + 1.0 / 40_320.0;
    sum = sum * r + 1.0 / 5_040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    r + r * r * sum
}

/// Limits x; NaN stays NaN.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

pub mod single {
    //! The same functions for f32.

    const ROUNDER: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = f32::from_bits(0x3f31_7200);
    const LN2_LOW: f32 = f32::from_bits(0x35bf_be8e);

    /// e^x within 1.5 units in the last place; infinite above 88.73, zero below -103.97.
    #[inline(always)]
    pub fn exp(x: f32) -> f32 {
        let x = if x < -104.0 { -104.0 } else { x };
        let x = if x > 89.0 { 89.0 } else { x };
        let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
        let k = shifted - ROUNDER;
        let r = (x - k * LN2_HIGH) - k * LN2_LOW;
        let mut sum = 1.0f32 / 5_040.0;
        sum = sum * r + 1.0 / 720.0;
        sum = sum * r + 1.0 / 120.0;
        sum = sum * r + 1.0 / 24.0;
        sum = sum * r + 1.0 / 6.0;
        sum = sum * r + 0.5;
        let biased = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(256);
        let half = biased >> 1;
        let low = f32::from_bits(half.wrapping_sub(1) << 23);
        let high = f32::from_bits(biased.wrapping_sub(half).wrapping_sub(1) << 23);
        (1.0 + (r + r * r * sum)) * low * high
    }

    /// e^x - 1, computed in f64.
    #[inline(always)]
    pub fn exp_m1(x: f32) -> f32 {
        super::exp_m1(f64::from(x)) as f32
    }

    /// (e^x - 1) / x, and 1 at 0, computed in f64.
    #[inline(always)]
    pub fn exprel(x: f32) -> f32 {
        super::exprel(f64::from(x)) as f32
    }

    /// The natural logarithm, computed in f64.
    #[inline]
    pub fn log(x: f32) -> f32 {
        libm::log(f64::from(x)) as f32
    }

    /// `base` to the power `exponent`, computed in f64.
    #[inline]
    pub fn pow(base: f32, exponent: f32) -> f32 {
        libm::pow(f64::from(base), f64::from(exponent)) as f32
    }

    /// The square root, correctly rounded.
    #[inline(always)]
    pub fn sqrt(x: f32) -> f32 {
        x.sqrt()
    }

    /// The sine, computed in f64.
    #[inline]
    pub fn sin(x: f32) -> f32 {
        libm::sin(f64::from(x)) as f32
    }

    /// The cosine, computed in f64.
    #[inline]
    pub fn cos(x: f32) -> f32 {
        libm::cos(f64::from(x)) as f32
    }

    /// The hyperbolic tangent, computed in f64.
    #[inline]
    pub fn tanh(x: f32) -> f32 {
        libm::tanh(f64::from(x)) as f32
    }
}

#[cfg(test)]
mod tests;
