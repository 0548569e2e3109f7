//! Accuracy of the own functions against double-double series and `libm`.

use super::*;
use crate::double_double::DoubleDouble;

/// e^x as a double-double: range reduction with a 106-bit ln 2 and a long series.
fn exp_accurate(x: f64) -> DoubleDouble {
    let halvings = 12;
    let small = x / f64::from(1 << halvings);
    let mut term = DoubleDouble::from(1.0);
    let mut sum = DoubleDouble::from(1.0);
    for n in 1..60 {
        term = term * DoubleDouble::from(small) / DoubleDouble::from(f64::from(n));
        sum = sum + term;
    }
    for _ in 0..halvings {
        sum = sum * sum;
    }
    sum
}

/// Distance in units in the last place of the accurate value.
fn ulps(value: f64, accurate: DoubleDouble) -> f64 {
    let unit = (accurate.high.abs().next_up() - accurate.high.abs()).max(f64::MIN_POSITIVE);
    ((value - accurate.high) - accurate.low).abs() / unit
}

#[test]
fn exp_is_within_one_and_a_half_units() {
    let mut worst: f64 = 0.0;
    for step in 0..200_000 {
        let x = -600.0 + f64::from(step) * (1200.0 / 200_000.0) + 1e-7 * f64::from(step % 97);
        worst = worst.max(ulps(exp(x), exp_accurate(x)));
        let x = -2.0 + f64::from(step) * 2e-5;
        worst = worst.max(ulps(exp(x), exp_accurate(x)));
    }
    assert!(worst < 1.5, "{worst} units");
}

#[test]
fn exp_agrees_with_libm_on_a_million_values() {
    let mut worst = 0;
    for step in 0..1_000_000 {
        let x = -745.0 + f64::from(step) * (1454.0 / 1e6);
        let (own, other) = (exp(x).to_bits(), libm::exp(x).to_bits());
        worst = worst.max(own.abs_diff(other));
    }
    assert!(worst <= 2, "{worst} units");
}

#[test]
fn exp_of_f32_is_within_one_and_a_half_units() {
    let mut worst: f64 = 0.0;
    for step in 0..1_000_000 {
        let x = (-87.0 + f64::from(step) * (175.0 / 1e6)) as f32;
        let accurate = libm::exp(f64::from(x));
        let nearest = accurate as f32;
        let unit = f64::from(nearest.next_up()) - f64::from(nearest);
        worst = worst.max((f64::from(single::exp(x)) - accurate).abs() / unit);
    }
    assert!(worst < 1.5, "{worst} units");
}

#[test]
fn exp_at_the_edges() {
    assert_eq!(exp(0.0), 1.0);
    assert_eq!(exp(-0.0), 1.0);
    assert_eq!(exp(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp(f64::NEG_INFINITY).to_bits(), 0);
    assert_eq!(exp(1e308), f64::INFINITY);
    assert_eq!(exp(709.8), f64::INFINITY);
    assert!(exp(709.78).is_finite());
    assert_eq!(exp(-745.2), 0.0);
    assert_eq!(exp(-745.1), f64::from_bits(1));
    assert!(exp(f64::NAN).is_nan());
    assert_eq!(single::exp(0.0), 1.0);
    assert_eq!(single::exp(f32::INFINITY), f32::INFINITY);
    assert_eq!(single::exp(f32::NEG_INFINITY).to_bits(), 0);
    assert_eq!(single::exp(88.8), f32::INFINITY);
    assert!(single::exp(88.7).is_finite());
    assert_eq!(single::exp(-103.9), f32::from_bits(1));
    assert_eq!(single::exp(-104.1), 0.0);
    assert!(single::exp(f32::NAN).is_nan());
}

#[test]
fn exp_m1_agrees_with_libm() {
    let mut worst: f64 = 0.0;
    for step in 1..400_000 {
        let x = -38.0 + f64::from(step) * 2e-4 + 1e-9;
        let small = x * 1e-3;
        for x in [x, small, small * 1e-6] {
            let other = libm::expm1(x);
            let unit = other.abs().next_up() - other.abs();
            worst = worst.max((exp_m1(x) - other).abs() / unit);
        }
    }
    assert!(worst <= 2.0, "{worst} units");
    assert_eq!(exp_m1(-1e300), -1.0);
    assert_eq!(exp_m1(800.0), f64::INFINITY);
    assert_eq!(exp_m1(1e-300), 1e-300);
    assert!(exp_m1(-0.0).is_sign_negative());
    assert!(exp_m1(f64::NAN).is_nan());
}

#[test]
fn exprel_is_continuous_at_zero() {
    assert_eq!(exprel(0.0), 1.0);
    assert_eq!(exprel(1e-17), 1.0);
    assert!((exprel(1e-8) - (1.0 + 0.5e-8)).abs() < 1e-15);
    assert!((exprel(1.0) - (std::f64::consts::E - 1.0)).abs() < 1e-15);
    assert_eq!(exprel(f64::INFINITY), f64::INFINITY);
    assert_eq!(exprel(f64::NEG_INFINITY), 0.0);
    assert!(exprel(f64::NAN).is_nan());
    assert_eq!(single::exprel(0.0), 1.0);
}

#[test]
fn several_numbers_have_the_bits_of_each() {
    for step in 0..100_000 {
        let x = [-760.0 + f64::from(step) * 0.0152, f64::from(step) * 1e-4 - 5.0, -0.0];
        assert_eq!(several::exp(x).map(f64::to_bits), x.map(|x| exp(x).to_bits()));
        assert_eq!(several::exp_m1(x).map(f64::to_bits), x.map(|x| exp_m1(x).to_bits()));
        assert_eq!(several::exprel(x).map(f64::to_bits), x.map(|x| exprel(x).to_bits()));
        let x = x.map(|x| x as f32);
        let (exp, exprel) = (several::single::exp(x), several::single::exprel(x));
        assert_eq!(exp.map(f32::to_bits), x.map(|x| single::exp(x).to_bits()));
        assert_eq!(exprel.map(f32::to_bits), x.map(|x| single::exprel(x).to_bits()));
    }
}
