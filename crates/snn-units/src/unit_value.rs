//! Composed units, as written: `mV/ms`, `nS^2`, `1/ms^(1/2)`.

use std::fmt;

use crate::{Dimension, Exponent, Unit};

/// A product of powers of unit symbols.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnitValue {
    /// What it measures.
    pub dimension: Dimension,
    /// The unit is 10^`exp10` of the SI unit of its dimension.
    pub exp10: Exponent,
    factors: Vec<(String, Exponent)>,
}

impl UnitValue {
    /// The unit of bare numbers, shown as nothing.
    pub fn one() -> Self {
        Self { dimension: Dimension::NUMBER, exp10: Exponent::ZERO, factors: Vec::new() }
    }

    /// The unit of a symbol.
    pub fn parse(symbol: &str) -> Option<Self> {
        Unit::parse(symbol).map(Self::from)
    }

    /// The product.
    pub fn mul(&self, other: &Self) -> Self {
        let mut product = self.clone();
        product.dimension = self.dimension.mul(&other.dimension);
        product.exp10 = self.exp10.plus(other.exp10);
        for (symbol, exponent) in &other.factors {
            match product.factors.iter_mut().find(|(known, _)| known == symbol) {
                Some((_, sum)) => *sum = sum.plus(*exponent),
                None => product.factors.push((symbol.clone(), *exponent)),
            }
        }
        product.factors.retain(|(_, exponent)| !exponent.is_zero());
        product
    }

    /// The quotient.
    pub fn div(&self, other: &Self) -> Self {
        self.mul(&other.pow(Exponent::integer(-1)))
    }

    /// The power.
    pub fn pow(&self, exponent: Exponent) -> Self {
        if exponent.is_zero() {
            return Self::one();
        }
        Self {
            dimension: self.dimension.pow(exponent),
            exp10: self.exp10.times(exponent),
            factors: self.factors.iter().map(|(s, e)| (s.clone(), e.times(exponent))).collect(),
        }
    }

    /// Is it the unit of bare numbers, without any symbol?
    pub fn is_one(&self) -> bool {
        self.factors.is_empty()
    }
}

impl From<Unit> for UnitValue {
    fn from(unit: Unit) -> Self {
        Self {
            dimension: unit.dimension,
            exp10: Exponent::integer(unit.exp10),
            factors: vec![(unit.symbol, Exponent::ONE)],
        }
    }
}

impl fmt::Display for UnitValue {
    /// As it can be typed between brackets; nothing for bare numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (above, below): (Vec<_>, Vec<_>) =
            self.factors.iter().partition(|(_, exponent)| exponent.num() > 0);
        let join = |factors: &[&(String, Exponent)]| {
            let powers = factors.iter().map(|(symbol, e)| match (e.num().abs(), e.den()) {
                (1, 1) => symbol.clone(),
                (num, 1) => format!("{symbol}^{num}"),
                (num, den) => format!("{symbol}^({num}/{den})"),
            });
            powers.collect::<Vec<_>>().join("*")
        };
        match (above.is_empty(), below.len()) {
            (true, 0) => return Ok(()),
            (true, _) => write!(f, "1")?,
            _ => write!(f, "{}", join(&above))?,
        }
        match below.len() {
            0 => Ok(()),
            1 => write!(f, "/{}", join(&below)),
            _ => write!(f, "/({})", join(&below)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(symbol: &str) -> UnitValue {
        UnitValue::parse(symbol).unwrap()
    }

    #[test]
    fn shows_as_typed() {
        let slope = unit("pA").div(&unit("mV"));
        assert_eq!(slope.to_string(), "pA/mV");
        assert_eq!(slope.div(&unit("ms")).to_string(), "pA/(mV*ms)");
        assert_eq!(slope.mul(&unit("mV")).to_string(), "pA");
        assert_eq!(unit("ms").pow(Exponent::integer(-1)).to_string(), "1/ms");
        assert_eq!(unit("mV").mul(&unit("mV")).to_string(), "mV^2");
        assert_eq!(unit("mV").pow(Exponent::new(1, 2).unwrap()).to_string(), "mV^(1/2)");
        assert_eq!(unit("mV").div(&unit("mV")).to_string(), "");
    }

    #[test]
    fn different_prefixes_leave_a_power_of_ten() {
        let ratio = unit("V").div(&unit("mV"));
        assert!(ratio.dimension.is_dimensionless() && !ratio.is_one());
        assert_eq!(ratio.exp10, Exponent::integer(3));
        assert_eq!(ratio.to_string(), "V/mV");
    }

    #[test]
    fn ten_megaohm_times_a_hundred_picofarad_is_a_millisecond() {
        let product = unit("MOhm").mul(&unit("pF"));
        assert_eq!(product.dimension, Dimension::TIME);
        let tau = crate::literal_to_coherent("10", &unit("MOhm"))
            * crate::literal_to_coherent("100", &unit("pF"));
        assert_eq!(tau, crate::literal_to_coherent("1", &unit("ms")));
        assert_eq!(crate::literal_to_coherent("1000", &product), 1.0);
    }
}
