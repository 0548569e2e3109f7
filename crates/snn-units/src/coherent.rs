//! The coherent system in which everything is computed.
//!
//! Time 10^-3 s, current 10^-12 A, voltage 10^-3 V and length 10^-6 m are chosen; conductance in nS,
//! capacitance in pF, resistance in GΩ and frequency in 1/ms follow, so that no equation needs a
//! constant factor.

use crate::{Dimension, Exponent, UnitValue};

/// log10 of the coherent units of kg, m, s, A, K, mol, cd in SI. The mass follows from the voltage:
/// V = kg·m²·s^-3·A^-1, hence -3 = mass - 12 + 9 + 12.
const BASE_EXP10: [i32; 7] = [-12, -6, -3, -12, 0, 0, 0];

/// The coherent unit of a dimension is 10^this of its SI unit.
pub fn coherent_exp10(dimension: &Dimension) -> Exponent {
    let mut sum = Exponent::ZERO;
    for (exponent, base) in dimension.exponents().iter().zip(BASE_EXP10) {
        sum = sum.plus(exponent.times(Exponent::integer(base)));
    }
    sum
}

/// The coherent value of decimal text in a unit, rounded once: the decimal point moves in the text
/// (a unit with a root, such as `1/s^(1/2)`, rounds twice).
/// Infinite where it overflows; NaN where `digits` is not a decimal number.
pub fn literal_to_coherent(digits: &str, unit: &UnitValue) -> f64 {
    let (whole, root) = shift(unit);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap_or(i64::MAX)),
        None => (digits, 0),
    };
    let numeral = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+');
    if exponent == i64::MAX || !mantissa.bytes().all(numeral) {
        return f64::NAN;
    }
    let exponent = exponent.saturating_add(whole);
    format!("{mantissa}e{exponent}").parse::<f64>().unwrap_or(f64::NAN) * root
}

/// The coherent value of one unit.
pub fn scale(unit: &UnitValue) -> f64 {
    literal_to_coherent("1", unit)
}

/// A coherent value as a number of units.
pub fn in_unit(value_coherent: f64, unit: &UnitValue) -> f64 {
    let (whole, root) = shift(unit);
    let value = value_coherent / root;
    // Powers of ten up to 10^22 are exact, their reciprocals are not.
    match i32::try_from(whole) {
        Ok(whole) if whole >= 0 => value / power_of_ten(whole),
        Ok(whole) => value * power_of_ten(whole.saturating_neg()),
        Err(_) => f64::NAN,
    }
}

/// log10 of a unit in coherent units, as a whole number and a factor 10^(fraction) in [1, 10).
fn shift(unit: &UnitValue) -> (i64, f64) {
    let shift = unit.exp10.minus(coherent_exp10(&unit.dimension));
    let whole = shift.num().div_euclid(shift.den());
    let rest = shift.num().rem_euclid(shift.den());
    (i64::from(whole), root_of_ten(rest, shift.den()))
}

fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// 10^(num/den) for 0 <= num < den, by bisection of the exponent with square roots: the same bits
/// everywhere. Halves, the only roots in practice (noise), are correctly rounded.
fn root_of_ten(num: i32, den: i32) -> f64 {
    let (mut rest, mut factor, mut result) = (i64::from(num), 10.0_f64, 1.0);
    for _ in 0..60 {
        if rest == 0 {
            break;
        }
        factor = factor.sqrt();
        rest *= 2;
        if rest >= i64::from(den) {
            rest -= i64::from(den);
            result *= factor;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(symbol: &str) -> UnitValue {
        UnitValue::parse(symbol).unwrap()
    }

    #[test]
    fn coherent_units_are_the_documented_ones() {
        for symbol in ["ms", "mV", "pA", "nS", "pF", "GOhm", "kHz", "um", "fC", "K", "mol", "fW"] {
            assert_eq!(coherent_exp10(&unit(symbol).dimension), unit(symbol).exp10, "{symbol}");
        }
        assert_eq!(scale(&unit("pJ")), 1e6);
    }

    #[test]
    fn literals_round_once() {
        let read = |digits, symbol| literal_to_coherent(digits, &unit(symbol));
        assert_eq!(read("376", "pA"), 376.0);
        assert_eq!(read("1", "nA"), 1000.0);
        assert_eq!(read("0.1", "ms"), 0.1);
        assert_eq!(read("8", "Hz"), 0.008);
        assert_eq!(read("10", "MOhm"), 0.01);
        assert_eq!(read("100", "pF"), 100.0);
        assert_eq!(read("-0.07", "V"), -70.0);
        assert_eq!(read("1.5e-3", "V"), 1.5);
        assert_eq!(literal_to_coherent("0.04", &unit("mV").pow(Exponent::integer(-1))), 0.04);
        assert_eq!(literal_to_coherent("2.5", &UnitValue::one()), 2.5);
    }

    #[test]
    fn extremes_do_not_panic() {
        assert_eq!(literal_to_coherent("1e300", &unit("GV")), f64::INFINITY);
        assert!(literal_to_coherent("1e99999999999999999999", &unit("V")).is_nan());
        assert!(literal_to_coherent("inf", &unit("V")).is_nan());
        assert!(literal_to_coherent("", &unit("V")).is_nan());
        let huge = unit("GV").pow(Exponent::integer(i32::MAX));
        assert!(!scale(&huge).is_nan());
    }

    #[test]
    fn roots_of_units() {
        let noise = unit("s").pow(Exponent::new(-1, 2).unwrap());
        let value = literal_to_coherent("1000", &noise);
        assert!((value - 1000f64.sqrt()).abs() < 4e-15, "{value}");
        assert!((in_unit(1.0, &noise) - 1000f64.sqrt()).abs() < 1e-14);
        let third = unit("s").pow(Exponent::new(1, 3).unwrap());
        assert!((scale(&third) - 10.0).abs() < 1e-14);
        let fifth = unit("s").pow(Exponent::new(1, 5).unwrap());
        assert!((scale(&fifth) - 1000f64.powf(0.2)).abs() < 1e-14, "{}", scale(&fifth));
    }

    proptest! {
        #[test]
        fn reading_and_showing_agree(k in -1_000_000i32..1_000_000, at in 0usize..130) {
            let units = crate::all_units();
            let unit = UnitValue::from(units[at % units.len()].clone());
            let value = in_unit(literal_to_coherent(&k.to_string(), &unit), &unit);
            prop_assert!((value - f64::from(k)).abs() <= 1e-15 * f64::from(k).abs());
        }
    }
}
