//! Exact rational numbers: what a decimal literal means before it is rounded.

use std::cmp::Ordering;
use std::fmt;

/// A reduced fraction with a positive denominator. Operations that would leave 127 bits give `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rational {
    num: i128,
    den: i128,
}

impl Rational {
    /// 0.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// 1.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `num / den`, reduced; `None` when `den` is zero or the reduced fraction does not fit.
    pub fn new(num: i128, den: i128) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let negative = (num < 0) != (den < 0);
        let num = i128::try_from(num.unsigned_abs() / divisor).ok()?;
        let den = i128::try_from(den.unsigned_abs() / divisor).ok()?;
        Some(Self { num: if negative { -num } else { num }, den })
    }

    /// A whole number.
    pub const fn integer(value: i64) -> Self {
        Self { num: value as i128, den: 1 }
    }

    /// Reads decimal text such as `2`, `0.1`, `-3.5` or `1e-3` exactly.
    /// `None` for anything else and for numbers beyond about 38 digits.
    pub fn from_decimal(digits: &str) -> Option<Self> {
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut num = 0i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = char::from(byte).to_digit(10)?;
            num = num.checked_mul(10)?.checked_add(i128::from(digit))?;
        }
        if num == 0 {
            return Some(Self::ZERO);
        }
        let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let num = if negative { -num } else { num };
        Self::new(num, 1)?.checked_mul(Self::power_of_ten(shift)?)
    }

    /// 10^`exponent`; `None` beyond 10^±38.
    pub fn power_of_ten(exponent: i32) -> Option<Self> {
        let power = 10i128.checked_pow(exponent.unsigned_abs())?;
        if exponent < 0 { Self::new(1, power) } else { Self::new(power, 1) }
    }

    /// The numerator, which carries the sign.
    pub const fn num(self) -> i128 {
        self.num
    }

    /// The denominator, positive.
    pub const fn den(self) -> i128 {
        self.den
    }

    /// `self + other`.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let divisor = gcd(self.den.unsigned_abs(), other.den.unsigned_abs()) as i128;
        let left = self.num.checked_mul(other.den / divisor)?;
        let right = other.num.checked_mul(self.den / divisor)?;
        let den = self.den.checked_mul(other.den / divisor)?;
        Self::new(left.checked_add(right)?, den)
    }

    /// `self - other`.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.checked_neg()?)
    }

    /// `self · other`, reduced crosswise first so that only a result that does not fit is `None`.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let left = Self::new(self.num, other.den)?;
        let right = Self::new(other.num, self.den)?;
        Self::new(left.num.checked_mul(right.num)?, left.den.checked_mul(right.den)?)
    }

    /// `self / other`; `None` when `other` is zero.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.checked_mul(Self::new(other.den, other.num)?)
    }

    /// `-self`.
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { num: self.num.checked_neg()?, den: self.den })
    }

    /// The largest integer not above the value.
    pub const fn floor(self) -> i128 {
        self.num.div_euclid(self.den)
    }

    /// Is the value a whole number?
    pub const fn is_integer(self) -> bool {
        self.den == 1
    }

    /// Is the value below zero?
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    /// The nearest f64 (ties to even).
    pub fn to_f64(self) -> f64 {
        let magnitude = nearest(self.num.unsigned_abs(), self.den.unsigned_abs());
        if self.num < 0 { -magnitude } else { magnitude }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b, mut c, mut d) = (self.num, self.den, other.num, other.den);
        loop {
            let whole = a.div_euclid(b).cmp(&c.div_euclid(d));
            if whole != Ordering::Equal {
                return whole;
            }
            match (a.rem_euclid(b), c.rem_euclid(d)) {
                (0, 0) => return Ordering::Equal,
                (0, _) => return Ordering::Less,
                (_, 0) => return Ordering::Greater,
                // r/b < s/d exactly when d/s < b/r.
                (r, s) => (a, b, c, d) = (d, s, b, r),
            }
        }
    }
}

impl fmt::Display for Rational {
    /// A decimal where it is finite and short (`0.1`), else a fraction (`1/3`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for places in 0..=12u32 {
            let scale = 10i128.pow(places);
            if scale % self.den != 0 {
                continue;
            }
            let Some(scaled) = self.num.checked_mul(scale / self.den) else { break };
            let sign = if scaled < 0 { "-" } else { "" };
            let (scaled, scale) = (scaled.unsigned_abs(), scale.unsigned_abs());
            if places == 0 {
                return write!(f, "{sign}{scaled}");
            }
            let width = places as usize;
            return write!(f, "{sign}{}.{:0width$}", scaled / scale, scaled % scale);
        }
        write!(f, "{}/{}", self.num, self.den)
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 { 1 } else { a }
}

/// Long division to 55 bits or more with a sticky last bit, then one rounding.
fn nearest(num: u128, den: u128) -> f64 {
    const EXACT: u128 = 1 << 53;
    if num <= EXACT && den <= EXACT {
        return num as f64 / den as f64;
    }
    let (mut quotient, mut rest, mut exponent) = (num / den, num % den, 0);
    while quotient < EXACT << 2 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= den {
            rest -= den;
            quotient |= 1;
        }
        exponent += 1;
    }
    if rest != 0 {
        quotient |= 1;
    }
    let scale = f64::from_bits((1023 - exponent) << 52);
    quotient as f64 * scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Rational {
        Rational::from_decimal(text).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal("0.3").checked_div(decimal("0.1")), Some(Rational::integer(3)));
        assert_eq!(decimal("1e-3"), Rational::new(1, 1000).unwrap());
        assert_eq!(decimal("2.50E1"), Rational::integer(25));
        assert_eq!(decimal("-0.5"), Rational::new(1, -2).unwrap());
        assert_eq!(decimal("0e400"), Rational::ZERO);
        for wrong in ["", ".", "1e", "x", "1e400", "1.2.3", "--1", "1e-60"] {
            assert_eq!(Rational::from_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn shows_decimals_and_fractions() {
        for text in ["0.1", "-0.05", "12", "0", "-3", "1.25"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(Rational::new(-1, 3).unwrap().to_string(), "-1/3");
    }

    #[test]
    fn limits_give_none() {
        let huge = Rational::new(i128::MAX, 1).unwrap();
        assert_eq!(huge.checked_add(Rational::ONE), None);
        assert_eq!(huge.checked_mul(huge), None);
        assert_eq!(Rational::new(i128::MIN, 1), None);
        assert_eq!(Rational::new(1, 0), None);
        assert_eq!(Rational::ONE.checked_div(Rational::ZERO), None);
        assert_eq!(huge.checked_mul(Rational::new(2, i128::MAX).unwrap()), Some(decimal("2")));
    }

    #[test]
    fn floor_goes_down() {
        assert_eq!(decimal("-0.5").floor(), -1);
        assert_eq!(decimal("2.9").floor(), 2);
        assert!(decimal("3").is_integer() && !decimal("3.1").is_integer());
    }

    proptest! {
        #[test]
        fn reads_like_the_standard_parser(a in 0u64..10_000_000_000, b in 0u64..1_000_000_000, e in -12i32..12) {
            let text = format!("{a}.{b:09}e{e}");
            prop_assert_eq!(decimal(&text).to_f64().to_bits(), text.parse::<f64>().unwrap().to_bits());
        }

        #[test]
        fn order_agrees_with_cross_products(a in -1000i128..1000, b in 1i128..1000, c in -1000i128..1000, d in 1i128..1000) {
            let (x, y) = (Rational::new(a, b).unwrap(), Rational::new(c, d).unwrap());
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn order_of_large_numbers_is_total(a in any::<i128>(), c in any::<i128>(), d in 1i128..) {
            if let (Some(x), Some(y)) = (Rational::new(a, d), Rational::new(c, d)) {
                prop_assert_eq!(x.cmp(&y), a.cmp(&c));
            }
        }

        #[test]
        fn sums_and_quotients_undo(a in -10_000i128..10_000, b in 1i128..10_000, c in 1i128..10_000, d in 1i128..10_000) {
            let (x, y) = (Rational::new(a, b).unwrap(), Rational::new(c, d).unwrap());
            prop_assert_eq!(x.checked_add(y).unwrap().checked_sub(y), Some(x));
            prop_assert_eq!(x.checked_mul(y).unwrap().checked_div(y), Some(x));
        }
    }
}
