//! Values as text.

use crate::{UnitValue, in_unit};

/// Digits shown: enough to tell values apart, few enough to hide rounding.
const SIGNIFICANT: usize = 10;

/// A coherent value in a unit: `-70 mV`, `0.04 1/mV`, `3`.
pub fn show(value_coherent: f64, unit: &UnitValue) -> String {
    let number = show_number(in_unit(value_coherent, unit));
    if unit.is_one() { number } else { format!("{number} {unit}") }
}

/// A number with up to ten significant digits, in powers of ten when very large or small.
pub fn show_number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value.is_nan() { "NaN" } else { if value > 0.0 { "inf" } else { "-inf" } }
            .to_owned();
    }
    let scientific = format!("{value:.*e}", SIGNIFICANT - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let power = exponent.parse::<i32>().unwrap_or(0);
    if !(-4..9).contains(&power) {
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let places = (SIGNIFICANT as i32 - 1 - power).max(0) as usize;
    trimmed(&format!("{value:.places$}")).to_owned()
}

fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (-70.0, "-70"),
            (1e6, "1000000"),
            (1.5e12, "1.5e12"),
            (2e-7, "2e-7"),
            (0.00025, "0.00025"),
            (1.0 / 3.0, "0.3333333333"),
            (-0.0, "0"),
            (9_999_999.999, "9999999.999"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in cases {
            assert_eq!(show_number(value), text);
        }
    }

    #[test]
    fn quantities_carry_their_unit() {
        let millivolt = UnitValue::parse("mV").unwrap();
        assert_eq!(show(-70.0, &millivolt), "-70 mV");
        assert_eq!(show(0.008, &UnitValue::parse("Hz").unwrap()), "8 Hz");
        assert_eq!(show(0.01, &UnitValue::parse("MOhm").unwrap()), "10 MOhm");
        assert_eq!(show(2.0, &UnitValue::one()), "2");
    }
}
