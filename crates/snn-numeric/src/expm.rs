//! The exponential of a small matrix, for exact propagators.

use crate::double_double::DoubleDouble;

/// Terms of the Taylor series: with norm 1/2 the remainder is below 2^-120.
const TERMS: u32 = 26;

/// e^A of a row-major `n` × `n` matrix by scaling and squaring of its Taylor series.
///
/// Everything is computed with 106 bits, so that every element is rounded about once: errors of
/// propagators add up over thousands of steps. Elements of a matrix that is not finite, or whose
/// exponential is not, are NaN or infinite.
///
/// # Panics
/// When `a` does not have `n * n` elements.
pub fn expm(a: &[f64], n: usize) -> Vec<f64> {
    assert_eq!(a.len(), n * n, "a square matrix has n * n elements");
    let norm = (0..n).map(|row| row_sum(&a[row * n..(row + 1) * n])).fold(0.0, larger);
    if !norm.is_finite() {
        return vec![f64::NAN; n * n];
    }
    let (scale, squarings) = scaling(norm);
    let scaled: Vec<_> = a.iter().map(|&x| DoubleDouble::from(x).scaled(scale)).collect();
    let mut power = taylor(&scaled, n);
    for _ in 0..squarings {
        power = product(&power, &power, n);
    }
    power.iter().map(|x| x.high).collect()
}

fn row_sum(row: &[f64]) -> f64 {
    row.iter().map(|x| x.abs()).sum()
}

fn larger(a: f64, b: f64) -> f64 {
    // NaN must survive: it is neither larger nor smaller.
    if a > b || a.is_nan() { a } else { b }
}

/// A power of two that brings the norm to 1/2 or below, and how often to square afterwards.
fn scaling(norm: f64) -> (f64, u32) {
    let (mut scale, mut squarings) = (1.0, 0);
    while norm * scale > 0.5 {
        scale *= 0.5;
        squarings += 1;
    }
    (scale, squarings)
}

fn taylor(a: &[DoubleDouble], n: usize) -> Vec<DoubleDouble> {
    let mut sum = identity(n);
    let mut term = identity(n);
    for k in 1..=TERMS {
        let divisor = DoubleDouble::from(f64::from(k));
        term = product(&term, a, n);
        for (element, sum) in term.iter_mut().zip(&mut sum) {
            *element = *element / divisor;
            *sum = *sum + *element;
        }
    }
    sum
}

fn product(a: &[DoubleDouble], b: &[DoubleDouble], n: usize) -> Vec<DoubleDouble> {
    let mut result = vec![DoubleDouble::ZERO; n * n];
    for row in 0..n {
        for column in 0..n {
            for inner in 0..n {
                let (left, right) = (a[row * n + inner], b[inner * n + column]);
                // Propagators are mostly zeros, and a zero term changes no finite sum.
                if left.high == 0.0 || right.high == 0.0 {
                    continue;
                }
                let term = left * right;
                result[row * n + column] = result[row * n + column] + term;
            }
        }
    }
    result
}

fn identity(n: usize) -> Vec<DoubleDouble> {
    let mut result = vec![DoubleDouble::ZERO; n * n];
    for row in 0..n {
        result[row * n + row] = DoubleDouble::from(1.0);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        let error = (value - expected).abs();
        assert!(error <= 4e-16 * expected.abs(), "{value} is not {expected}");
    }

    /// V' = -V/tau_m + I/C, I' = -I/tau_s: closed forms of Rotter and Diesmann (1999).
    #[test]
    fn leaky_membrane_with_exponential_current() {
        for (tau_m, tau_s) in [(10.0, 2.0), (1000.0, 0.5), (10.0, 9.0)] {
            let (dt, c) = (0.1, 250.0);
            let propagator = expm(&[-dt / tau_m, dt / c, 0.0, -dt / tau_s], 2);
            close(propagator[0], libm::exp(-dt / tau_m));
            close(propagator[3], libm::exp(-dt / tau_s));
            assert_eq!(propagator[2], 0.0);
            // exp(-dt/tau_s)·expm1(x)/x·dt/C has no cancellation.
            let x = dt / tau_s - dt / tau_m;
            let current = libm::exp(-dt / tau_s) * libm::expm1(x) / x * dt / c;
            assert!((propagator[1] - current).abs() < 1e-14 * current);
        }
    }

    #[test]
    fn equal_time_constants_are_regular() {
        let (dt, tau, c) = (0.1, 2.0, 250.0);
        let propagator = expm(&[-dt / tau, dt / c, 0.0, -dt / tau], 2);
        close(propagator[1], dt / c * libm::exp(-dt / tau));
    }

    #[test]
    fn alpha_shape_over_a_stiff_membrane() {
        let (dt, fast, slow) = (1.0, 0.01, 20.0);
        let a = [-dt / slow, dt, 0.0, 0.0, -dt / fast, dt, 0.0, 0.0, -dt / fast];
        let propagator = expm(&a, 3);
        close(propagator[4], libm::exp(-100.0));
        close(propagator[5], dt * libm::exp(-100.0));
        close(propagator[0], libm::exp(-0.05));
    }

    #[test]
    fn rotation_keeps_its_length() {
        let propagator = expm(&[0.0, 3.0, -3.0, 0.0], 2);
        close(propagator[0], libm::cos(3.0));
        close(propagator[1], libm::sin(3.0));
    }

    #[test]
    fn halves_compose() {
        let a = [-0.3, 0.2, 0.01, 0.5, -4.0, 0.7, 0.0, 0.3, -0.02];
        let whole = expm(&a, 3);
        let half: Vec<_> =
            expm(&a.map(|x| x / 2.0), 3).into_iter().map(DoubleDouble::from).collect();
        for (x, y) in whole.iter().zip(product(&half, &half, 3)) {
            assert!((x - y.high).abs() < 4e-16);
        }
    }

    #[test]
    fn extremes_do_not_panic() {
        assert!(expm(&[f64::NAN], 1)[0].is_nan());
        assert!(expm(&[f64::INFINITY], 1)[0].is_nan());
        assert!(!expm(&[1e308], 1)[0].is_finite());
        assert_eq!(expm(&[-1e6], 1)[0], 0.0);
        assert_eq!(expm(&[0.0], 1)[0], 1.0);
        assert!(expm(&[], 0).is_empty());
    }
}
