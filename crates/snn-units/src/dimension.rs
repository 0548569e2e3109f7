//! Physical dimensions: products of powers of the seven SI base quantities.

use crate::Exponent;

/// Rational exponents over kg, m, s, A, K, mol and cd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimension {
    exponents: [Exponent; 7],
}

impl Dimension {
    /// A number.
    pub const NUMBER: Self = Self::si([0, 0, 0, 0, 0, 0, 0]);
    /// kg.
    pub const MASS: Self = Self::si([1, 0, 0, 0, 0, 0, 0]);
    /// m.
    pub const LENGTH: Self = Self::si([0, 1, 0, 0, 0, 0, 0]);
    /// s.
    pub const TIME: Self = Self::si([0, 0, 1, 0, 0, 0, 0]);
    /// A.
    pub const CURRENT: Self = Self::si([0, 0, 0, 1, 0, 0, 0]);
    /// K.
    pub const TEMPERATURE: Self = Self::si([0, 0, 0, 0, 1, 0, 0]);
    /// mol.
    pub const AMOUNT: Self = Self::si([0, 0, 0, 0, 0, 1, 0]);
    /// cd.
    pub const LUMINOUS_INTENSITY: Self = Self::si([0, 0, 0, 0, 0, 0, 1]);
    /// Hz.
    pub const FREQUENCY: Self = Self::si([0, 0, -1, 0, 0, 0, 0]);
    /// V.
    pub const VOLTAGE: Self = Self::si([1, 2, -3, -1, 0, 0, 0]);
    /// S.
    pub const CONDUCTANCE: Self = Self::si([-1, -2, 3, 2, 0, 0, 0]);
    /// Ohm.
    pub const RESISTANCE: Self = Self::si([1, 2, -3, -2, 0, 0, 0]);
    /// F.
    pub const CAPACITANCE: Self = Self::si([-1, -2, 4, 2, 0, 0, 0]);
    /// C.
    pub const CHARGE: Self = Self::si([0, 0, 1, 1, 0, 0, 0]);
    /// J.
    pub const ENERGY: Self = Self::si([1, 2, -2, 0, 0, 0, 0]);
    /// W.
    pub const POWER: Self = Self::si([1, 2, -3, 0, 0, 0, 0]);

    /// Whole exponents of kg, m, s, A, K, mol, cd in this order.
    pub const fn si(exponents: [i32; 7]) -> Self {
        let mut result = [Exponent::ZERO; 7];
        let mut at = 0;
        while at < 7 {
            result[at] = Exponent::integer(exponents[at]);
            at += 1;
        }
        Self { exponents: result }
    }

    /// The exponents of kg, m, s, A, K, mol, cd.
    pub const fn exponents(&self) -> &[Exponent; 7] {
        &self.exponents
    }

    /// Is it a bare number?
    pub fn is_dimensionless(&self) -> bool {
        *self == Self::NUMBER
    }

    /// The dimension of a product.
    pub fn mul(&self, other: &Self) -> Self {
        self.zip(other, Exponent::plus)
    }

    /// The dimension of a quotient.
    pub fn div(&self, other: &Self) -> Self {
        self.zip(other, Exponent::minus)
    }

    /// The dimension of a power.
    pub fn pow(&self, exponent: Exponent) -> Self {
        Self { exponents: self.exponents.map(|e| e.times(exponent)) }
    }

    /// What a message calls it, with its article: `a voltage`.
    pub fn noun(&self) -> Option<&'static str> {
        NOUNS.iter().find(|(dimension, _)| dimension == self).map(|&(_, noun)| noun)
    }

    /// What a message calls it, always: the noun, or `a quantity in pA/mV^2`.
    pub fn describe(&self) -> String {
        match self.noun() {
            Some(noun) => noun.to_owned(),
            None => format!("a quantity in {}", crate::natural_unit(self)),
        }
    }

    fn zip(&self, other: &Self, combine: fn(Exponent, Exponent) -> Exponent) -> Self {
        let mut exponents = self.exponents;
        for (mine, theirs) in exponents.iter_mut().zip(other.exponents) {
            *mine = combine(*mine, theirs);
        }
        Self { exponents }
    }
}

const NOUNS: [(Dimension, &str); 26] = [
    (Dimension::NUMBER, "a number"),
    (Dimension::TIME, "a time"),
    (Dimension::FREQUENCY, "a frequency"),
    (Dimension::VOLTAGE, "a voltage"),
    (Dimension::CURRENT, "a current"),
    (Dimension::CONDUCTANCE, "a conductance"),
    (Dimension::RESISTANCE, "a resistance"),
    (Dimension::CAPACITANCE, "a capacitance"),
    (Dimension::CHARGE, "a charge"),
    (Dimension::ENERGY, "an energy"),
    (Dimension::POWER, "a power"),
    (Dimension::LENGTH, "a length"),
    (Dimension::MASS, "a mass"),
    (Dimension::TEMPERATURE, "a temperature"),
    (Dimension::AMOUNT, "an amount of substance"),
    (Dimension::LUMINOUS_INTENSITY, "a luminous intensity"),
    (Dimension::si([0, 2, 0, 0, 0, 0, 0]), "an area"),
    (Dimension::si([0, 3, 0, 0, 0, 0, 0]), "a volume"),
    (Dimension::si([0, 1, -1, 0, 0, 0, 0]), "a speed"),
    (Dimension::si([0, -3, 0, 0, 0, 1, 0]), "a concentration"),
    (Dimension::si([1, 2, -4, -1, 0, 0, 0]), "a voltage per time"),
    (Dimension::si([0, 0, -1, 1, 0, 0, 0]), "a current per time"),
    (Dimension::si([-1, -2, 2, 2, 0, 0, 0]), "a conductance per time"),
    (Dimension::si([0, -2, 0, 1, 0, 0, 0]), "a current per area"),
    (Dimension::si([-1, -4, 3, 2, 0, 0, 0]), "a conductance per area"),
    (Dimension::si([-1, -4, 4, 2, 0, 0, 0]), "a capacitance per area"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ohms_law_and_others() {
        let voltage = Dimension::RESISTANCE.mul(&Dimension::CURRENT);
        assert_eq!(voltage, Dimension::VOLTAGE);
        assert_eq!(Dimension::RESISTANCE.mul(&Dimension::CAPACITANCE), Dimension::TIME);
        assert_eq!(Dimension::VOLTAGE.div(&Dimension::VOLTAGE).noun(), Some("a number"));
        assert_eq!(Dimension::CONDUCTANCE.mul(&Dimension::RESISTANCE), Dimension::NUMBER);
        assert_eq!(Dimension::POWER.mul(&Dimension::TIME).noun(), Some("an energy"));
        let per_time = |d: Dimension| d.div(&Dimension::TIME).noun();
        assert_eq!(per_time(Dimension::VOLTAGE), Some("a voltage per time"));
        assert_eq!(per_time(Dimension::CONDUCTANCE), Some("a conductance per time"));
        let area = Dimension::LENGTH.pow(Exponent::integer(2));
        assert_eq!(Dimension::CAPACITANCE.div(&area).noun(), Some("a capacitance per area"));
        assert_eq!(Dimension::CONDUCTANCE.div(&area).noun(), Some("a conductance per area"));
    }

    #[test]
    fn roots_are_dimensions() {
        let half = Exponent::new(1, 2).unwrap();
        let root = Dimension::VOLTAGE.pow(half);
        assert_eq!(root.mul(&root), Dimension::VOLTAGE);
        assert_eq!(root.noun(), None);
        assert_eq!(root.describe(), "a quantity in mV^(1/2)");
    }

    proptest! {
        #[test]
        fn quotient_undoes_product(a in any::<[i8; 7]>(), b in any::<[i8; 7]>()) {
            let (a, b) = (Dimension::si(a.map(i32::from)), Dimension::si(b.map(i32::from)));
            prop_assert_eq!(a.mul(&b).div(&b), a);
            prop_assert_eq!(a.mul(&a), a.pow(Exponent::integer(2)));
        }
    }
}
