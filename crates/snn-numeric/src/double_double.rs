//! Numbers of 106 bits as unevaluated sums of two f64 (Dekker, Numer. Math. 18, 1971).

use std::ops::{Add, Div, Mul};

/// `high + low` with |low| at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DoubleDouble {
    pub high: f64,
    pub low: f64,
}

impl DoubleDouble {
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// The product with a power of two, exact.
    pub fn scaled(self, power_of_two: f64) -> Self {
        Self { high: self.high * power_of_two, low: self.low * power_of_two }
    }
}

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        let tail = two_sum(self.low, other.low);
        let first = quick_two_sum(sum.high, sum.low + tail.high);
        quick_two_sum(first.high, first.low + tail.low)
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        quick_two_sum(product.high, product.low + cross)
    }
}

impl Div for DoubleDouble {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self + other * Self::from(-first);
        let second = rest.high / other.high;
        let rest = rest + other * Self::from(-second);
        quick_two_sum(first, second) + Self::from(rest.high / other.high)
    }
}

fn two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    let shadow = high - a;
    DoubleDouble { high, low: (a - (high - shadow)) + (b - shadow) }
}

fn quick_two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    DoubleDouble { high, low: b - (high - a) }
}

fn two_product(a: f64, b: f64) -> DoubleDouble {
    let (a_high, a_low) = split(a);
    let (b_high, b_low) = split(b);
    let high = a * b;
    let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    DoubleDouble { high, low }
}

fn split(a: f64) -> (f64, f64) {
    const SPLITTER: f64 = ((1u64 << 27) + 1) as f64;
    let shifted = SPLITTER * a;
    let high = shifted - (shifted - a);
    (high, a - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_three_times_is_one() {
        let third = DoubleDouble::from(1.0) / DoubleDouble::from(3.0);
        let one = third * DoubleDouble::from(3.0);
        assert_eq!(one.high, 1.0);
        assert!(one.low.abs() < 1e-31, "{}", one.low);
    }

    #[test]
    fn products_are_exact() {
        let a = DoubleDouble::from(1.0 + f64::EPSILON);
        let square = a * a;
        assert_eq!(square.high, 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(square.low, f64::EPSILON * f64::EPSILON);
        let sum = DoubleDouble::from(1e16) + DoubleDouble::from(1.0);
        assert_eq!((sum + DoubleDouble::from(-1e16)).high, 1.0);
    }
}
