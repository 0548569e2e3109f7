//! The unit in which a dimension is spoken of, where the user named none.

use crate::{Dimension, Exponent, UnitValue, coherent_exp10, in_unit, unit::BASES};

/// The units of this field, in order of preference.
const VOCABULARY: [&str; 14] =
    ["ms", "mV", "pA", "nS", "pF", "MOhm", "um", "K", "mol", "fC", "pJ", "uW", "g", "cd"];

/// So many of them are tried first in products: `1/(ms*mV)` is not to be `pA/pJ`.
const FREQUENT: usize = 9;

/// The unit of a dimension in the field's vocabulary: `mV`, `1/ms`, `pA/mV`, `mV*ms`; products of
/// SI base units only where no short product of these fits.
pub fn natural_unit(dimension: &Dimension) -> UnitValue {
    if dimension.is_dimensionless() {
        return UnitValue::one();
    }
    let units: Vec<_> = VOCABULARY.iter().filter_map(|symbol| UnitValue::parse(symbol)).collect();
    let frequent = &units[..FREQUENT.min(units.len())];
    one_factor(dimension, &units)
        .or_else(|| two_factors(dimension, frequent))
        .or_else(|| three_factors(dimension, frequent))
        .or_else(|| two_factors(dimension, &units))
        .unwrap_or_else(|| base_units(dimension))
}

/// A unit of the dimension in which the coherent value has one to three digits before the point.
pub fn best_unit(dimension: &Dimension, value_coherent: f64) -> UnitValue {
    let natural = natural_unit(dimension);
    let Some(base) = BASES.iter().find(|base| base.units().any(|u| u.dimension == *dimension))
    else {
        return natural;
    };
    let fits = |unit: &UnitValue| {
        let value = in_unit(value_coherent, unit).abs();
        (0.999_999_999_9..999.999_999_9).contains(&value)
    };
    let prefixed = base.units().filter(|unit| unit.symbol != "cm").map(UnitValue::from);
    let hertz = (*dimension == Dimension::FREQUENCY).then(|| UnitValue::parse("Hz")).flatten();
    let preferred = hertz.unwrap_or(natural);
    if fits(&preferred) || value_coherent == 0.0 {
        return preferred;
    }
    prefixed.into_iter().find(fits).unwrap_or(preferred)
}

fn one_factor(dimension: &Dimension, units: &[UnitValue]) -> Option<UnitValue> {
    powers().find_map(|exponent| {
        units.iter().map(|unit| unit.pow(exponent)).find(|unit| unit.dimension == *dimension)
    })
}

fn two_factors(dimension: &Dimension, units: &[UnitValue]) -> Option<UnitValue> {
    for first in powers() {
        for second in powers().filter(|second| first.num() > 0 || second.num() < 0) {
            for (at, u) in units.iter().enumerate() {
                let left = u.pow(first);
                let rest = dimension.div(&left.dimension);
                let others = units.iter().enumerate().filter(|&(other, _)| other != at);
                let fitting = others.map(|(_, v)| v.pow(second)).find(|v| v.dimension == rest);
                if let Some(right) = fitting {
                    return Some(left.mul(&right));
                }
            }
        }
    }
    None
}

/// u·v/w and u/(v·w).
fn three_factors(dimension: &Dimension, units: &[UnitValue]) -> Option<UnitValue> {
    let inverse = Exponent::integer(-1);
    for u in units {
        for v in units {
            for left in [u.div(v), u.mul(v)] {
                let rest = dimension.div(&left.dimension);
                let fitting = units.iter().find(|w| w.pow(inverse).dimension == rest);
                if let Some(w) = fitting {
                    return Some(left.div(w));
                }
            }
        }
    }
    None
}

/// 1, -1, 2, -2, 1/2, -1/2.
fn powers() -> impl Iterator<Item = Exponent> + Clone {
    [(1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2)]
        .into_iter()
        .filter_map(|(num, den)| Exponent::new(num, den))
}

fn base_units(dimension: &Dimension) -> UnitValue {
    const SYMBOLS: [&str; 7] = ["kg", "m", "s", "A", "K", "mol", "cd"];
    let mut product = UnitValue::one();
    for (symbol, &exponent) in SYMBOLS.iter().zip(dimension.exponents()) {
        if let (false, Some(unit)) = (exponent.is_zero(), UnitValue::parse(symbol)) {
            product = product.mul(&unit.pow(exponent));
        }
    }
    debug_assert_eq!(product.dimension, *dimension);
    debug_assert_eq!(product.exp10, Exponent::ZERO, "{:?}", coherent_exp10(dimension));
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{literal_to_coherent, show};

    fn composed(text: &[(&str, i32)]) -> Dimension {
        text.iter().fold(Dimension::NUMBER, |product, (symbol, exponent)| {
            let unit = UnitValue::parse(symbol).unwrap().dimension;
            product.mul(&unit.pow(Exponent::integer(*exponent)))
        })
    }

    fn natural(text: &[(&str, i32)]) -> String {
        natural_unit(&composed(text)).to_string()
    }

    #[test]
    fn simple_dimensions() {
        for symbol in &VOCABULARY {
            assert_eq!(natural(&[(symbol, 1)]), *symbol);
        }
        assert_eq!(natural(&[("Hz", 1)]), "1/ms");
        assert_eq!(natural(&[]), "");
    }

    #[test]
    fn composed_dimensions_use_the_same_words() {
        assert_eq!(natural(&[("V", 1), ("s", -1)]), "mV/ms");
        assert_eq!(natural(&[("V", 1), ("s", 1)]), "ms*mV");
        assert_eq!(natural(&[("A", 1), ("V", -2)]), "nS/mV");
        assert_eq!(natural(&[("V", -1)]), "1/mV");
        assert_eq!(natural(&[("V", 2)]), "mV^2");
        assert_eq!(natural(&[("s", -2)]), "1/ms^2");
        assert_eq!(natural(&[("A", 1), ("s", -1)]), "pA/ms");
        assert_eq!(natural(&[("V", -1), ("s", -1)]), "1/(ms*mV)");
        assert_eq!(natural(&[("S", 1), ("m", -2)]), "nS/um^2");
        let noise = composed(&[("s", -1)]).pow(Exponent::new(1, 2).unwrap());
        assert_eq!(natural_unit(&noise).to_string(), "1/ms^(1/2)");
        let noise = noise.mul(&Dimension::VOLTAGE);
        assert_eq!(natural_unit(&noise).to_string(), "mV/ms^(1/2)");
    }

    #[test]
    fn strange_dimensions_fall_back_to_base_units() {
        assert_eq!(natural(&[("m", 5), ("K", 3)]), "m^5*K^3");
    }

    #[test]
    fn values_choose_their_prefix() {
        let shown = |digits: &str, symbol: &str| {
            let unit = UnitValue::parse(symbol).unwrap();
            let value = literal_to_coherent(digits, &unit);
            show(value, &best_unit(&unit.dimension, value))
        };
        assert_eq!(shown("376", "pA"), "376 pA");
        assert_eq!(shown("2000", "pA"), "2 nA");
        assert_eq!(shown("0.02", "s"), "20 ms");
        assert_eq!(shown("8", "Hz"), "8 Hz");
        assert_eq!(shown("20000", "Hz"), "20 kHz");
        assert_eq!(shown("0", "V"), "0 mV");
        assert_eq!(shown("10", "MOhm"), "10 MOhm");
        assert_eq!(shown("-70", "mV"), "-70 mV");
        assert_eq!(shown("0.1", "ms"), "100 us");
        assert_eq!(shown("100", "um"), "100 um");
    }
}
