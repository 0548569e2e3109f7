//! Powers of one number with whole exponents, from three tables.

use crate::Real;

/// Exponents are split into 10, 10 and 12 bits.
const BITS: u32 = 10;
const LOW: usize = 1 << BITS;
const HIGH: usize = 1 << 12;

/// Powers of a base for every exponent of 32 bits: base^n is the product, from left to right, of one entry
/// of each table. An entry is the one before it times the table's base, in f64, then rounded to `T`.
#[derive(Clone, Debug)]
pub struct Powers<T> {
    /// base^i, base^(1024·i) and base^(1048576·i).
    low: Box<[T; LOW]>,
    middle: Box<[T; LOW]>,
    high: Box<[T; HIGH]>,
}

impl<T: Real> Powers<T> {
    /// The tables of a base.
    pub fn new(base: f64) -> Self {
        let (low, base) = table(base);
        let (middle, base) = table(base);
        let (high, _) = table(base);
        Self { low, middle, high }
    }

    /// base^n.
    #[inline]
    pub fn of(&self, n: u32) -> T {
        let place = |shift: u32| (n >> shift) as usize & (LOW - 1);
        let power = self.low[place(0)] * self.middle[place(BITS)];
        // The first entry of a table is 1.
        if n >> (2 * BITS) == 0 { power } else { power * self.high[(n >> (2 * BITS)) as usize] }
    }
}

/// base^0 … base^(N - 1), and base^N.
fn table<T: Real, const N: usize>(base: f64) -> (Box<[T; N]>, f64) {
    let (mut power, mut entries) = (1.0, Box::new([T::ONE; N]));
    for entry in entries.iter_mut() {
        *entry = T::from_f64(power);
        power *= base;
    }
    (entries, power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    #[test]
    fn powers_are_those_of_the_base() {
        let base = 0.995;
        let powers = Powers::<f64>::new(base);
        for n in [0, 1, 2, 1023, 1024, 1025, 100_000] {
            let wanted = math::pow(base, f64::from(n));
            let error = (powers.of(n) - wanted).abs() / wanted;
            assert!(error < 1e-11, "{n}: {error}");
        }
        assert_eq!((powers.of(0), powers.of(1)), (1.0, base));
        assert_eq!(powers.of(u32::MAX), 0.0);
        let slow = Powers::<f64>::new(1.0 - 1e-9);
        let wanted = math::exp(-4.294967295);
        assert!((slow.of(u32::MAX) - wanted).abs() < 1e-8);
        assert_eq!(Powers::<f32>::new(1.0).of(u32::MAX), 1.0);
    }
}
