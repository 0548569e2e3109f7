//! Small rational exponents, as in `V^(1/2)`.

use std::fmt;

/// A reduced fraction. What leaves 32 bits saturates: no program means such an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Exponent {
    num: i32,
    den: i32,
}

impl Exponent {
    /// 0.
    pub const ZERO: Self = Self::integer(0);
    /// 1.
    pub const ONE: Self = Self::integer(1);

    /// A whole exponent.
    pub const fn integer(value: i32) -> Self {
        Self { num: value, den: 1 }
    }

    /// `num / den`, reduced; `None` when `den` is zero.
    pub fn new(num: i32, den: i32) -> Option<Self> {
        (den != 0).then(|| Self::reduced(i128::from(num), i128::from(den)))
    }

    /// The numerator, which carries the sign.
    pub const fn num(self) -> i32 {
        self.num
    }

    /// The denominator, positive.
    pub const fn den(self) -> i32 {
        self.den
    }

    /// Is it zero?
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// The value of a whole exponent.
    pub fn as_integer(self) -> Option<i32> {
        (self.den == 1).then_some(self.num)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        let (a, b) = (i128::from(self.num), i128::from(self.den));
        let (c, d) = (i128::from(other.num), i128::from(other.den));
        Self::reduced(a * d + c * b, b * d)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.times(Self::integer(-1)))
    }

    /// The product.
    pub fn times(self, other: Self) -> Self {
        let (a, b) = (i128::from(self.num), i128::from(self.den));
        let (c, d) = (i128::from(other.num), i128::from(other.den));
        Self::reduced(a * c, b * d)
    }

    fn reduced(num: i128, den: i128) -> Self {
        let divisor = gcd(num, den) * den.signum();
        let (num, den) = (num / divisor, den / divisor);
        match (i32::try_from(num), i32::try_from(den)) {
            (Ok(num), Ok(den)) => Self { num, den },
            _ => Self::integer((num / den).clamp(i32::MIN.into(), i32::MAX.into()) as i32),
        }
    }
}

impl fmt::Display for Exponent {
    /// As it is typed after `^`: `2`, `(-1)`, `(1/2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.num, self.den) {
            (num, 1) if num >= 0 => write!(f, "{num}"),
            (num, 1) => write!(f, "({num})"),
            (num, den) => write!(f, "({num}/{den})"),
        }
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reduces_and_shows() {
        let half = Exponent::new(-2, -4).unwrap();
        assert_eq!(half.to_string(), "(1/2)");
        assert_eq!(half.plus(half), Exponent::ONE);
        assert_eq!(half.minus(Exponent::ONE).to_string(), "(-1/2)");
        assert_eq!(Exponent::integer(-1).to_string(), "(-1)");
        assert_eq!(Exponent::new(1, 0), None);
        assert_eq!(Exponent::new(0, 5), Some(Exponent::ZERO));
    }

    #[test]
    fn saturates() {
        let large = Exponent::integer(i32::MAX);
        assert_eq!(large.times(large), large);
        assert_eq!(Exponent::new(i32::MIN, -1), Some(large));
    }

    proptest! {
        #[test]
        fn never_panics(a in any::<[i32; 2]>(), b in any::<[i32; 2]>()) {
            if let (Some(a), Some(b)) = (Exponent::new(a[0], a[1]), Exponent::new(b[0], b[1])) {
                prop_assert!(a.plus(b).den() > 0 && a.times(b).den() > 0 && a.minus(b).den() > 0);
            }
        }
    }
}
