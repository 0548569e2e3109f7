//! Elementary functions with the same bits on every machine.
//!
//! [`exp`], [`exp_m1`] and [`exprel`] are branch-free polynomials ([`several`]) that a compiler can
//! vectorise in a loop; the others come from the pure-Rust `libm`. Functions of f32 are in [`single`].

pub mod several;

/// e^x within 1.5 units in the last place; infinite above 709.78, zero below -745.13.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    several::exp([x])[0]
}

/// e^x - 1 within 2 units in the last place, also near zero.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    several::exp_m1([x])[0]
}

/// (e^x - 1) / x, and 1 at 0.
#[inline(always)]
pub fn exprel(x: f64) -> f64 {
    several::exprel([x])[0]
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

pub mod single {
    //! The same functions for f32.

    use super::several;

    /// e^x within 1.5 units in the last place; infinite above 88.73, zero below -103.97.
    #[inline(always)]
    pub fn exp(x: f32) -> f32 {
        several::single::exp([x])[0]
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
