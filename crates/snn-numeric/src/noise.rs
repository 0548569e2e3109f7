//! White noise through linear equations: what one step adds, exactly.

use crate::expm;
use crate::math;

/// Largest number of states that noise may reach.
pub const MAX_NOISY: usize = 10;

/// Below this part of its variance a state's own share is rounding only.
const ROUNDING: f64 = 1.0 / (1u64 << 40) as f64;

/// The lower triangular factor L, row-major `n` × `n`, of the covariance that white noise gives n linear
/// states within one step: x' = A x + B w adds L z, z being n independent standard normal numbers.
///
/// `drift` is A times the step, `diffusion` is B Bᵀ times the step. The covariance Q obeys
/// Q' = A Q + Q Aᵀ + B Bᵀ, which is linear itself and is solved by [`expm`] (Gillespie 1996, Phys. Rev. E
/// 54, 2084, has the closed form for one state). Where noise reaches fewer directions than states, rows of
/// L that add nothing are zero. Elements are NaN where the solution is not finite.
///
/// # Panics
/// When a matrix does not have `n * n` elements, or n is more than [`MAX_NOISY`].
pub fn noise_factor(drift: &[f64], diffusion: &[f64], n: usize) -> Vec<f64> {
    assert!(drift.len() == n * n && diffusion.len() == n * n && n <= MAX_NOISY);
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
    let at = |i: usize, j: usize| {
        let (i, j) = (i.max(j), i.min(j));
        i * (i + 1) / 2 + j
    };
    let size = pairs.len() + 1;
    let mut system = vec![0.0; size * size];
    for (row, &(i, j)) in pairs.iter().enumerate() {
        for k in 0..n {
            system[row * size + at(k, j)] += drift[i * n + k];
            system[row * size + at(i, k)] += drift[j * n + k];
        }
        system[row * size + size - 1] = diffusion[i * n + j];
    }
    let solved = expm(&system, size);
    cholesky(n, |i, j| solved[at(i, j) * size + size - 1])
}

/// L with L Lᵀ = Q; a state whose share is rounding only gets none.
fn cholesky(n: usize, q: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut l = vec![0.0; n * n];
    for j in 0..n {
        let known = |i: usize, l: &[f64]| (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum::<f64>();
        let own = q(j, j) - known(j, &l);
        // NaN is no rounding: it must be seen.
        if own <= ROUNDING * q(j, j) {
            continue;
        }
        let root = math::sqrt(own);
        l[j * n + j] = root;
        for i in j + 1..n {
            l[i * n + j] = (q(i, j) - known(i, &l)) / root;
        }
    }
    l
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-14 * wanted.abs(), "{found} is not {wanted}");
    }

    #[test]
    fn one_state_has_the_variance_of_the_closed_form() {
        for (tau, sigma, h) in [(10.0, 2.0, 0.1), (0.01, 1.0, 1.0), (1e6, 3.0, 0.1)] {
            let l = noise_factor(&[-h / tau], &[sigma * sigma * h], 1);
            let variance = sigma * sigma * tau / 2.0 * -libm::expm1(-2.0 * h / tau);
            close(l[0] * l[0], variance);
        }
    }

    /// x' = w, y' = x: the integrated Wiener process has the covariance [h, h²/2; h²/2, h³/3].
    #[test]
    fn one_noise_reaches_two_states() {
        let h = 0.1f64;
        let l = noise_factor(&[0.0, 0.0, h, 0.0], &[h, 0.0, 0.0, 0.0], 2);
        close(l[0], h.sqrt());
        close(l[2], h.powf(1.5) / 2.0);
        close(l[3], (h.powi(3) / 12.0).sqrt());
        assert_eq!(l[1], 0.0);
    }

    /// A membrane behind coloured noise: v' = -a v + k x, x' = -b x + s w. Three integrals by hand.
    #[test]
    fn a_membrane_behind_coloured_noise() {
        let (a, b, k, s, h) = (0.1f64, 0.4f64, 0.3f64, 2.0f64, 0.5f64);
        let l = noise_factor(&[-b * h, 0.0, k * h, -a * h], &[s * s * h, 0.0, 0.0, 0.0], 2);
        let integral = |rate: f64| -libm::expm1(-rate * h) / rate;
        let c = k / (b - a);
        let xx = s * s * integral(2.0 * b);
        let xv = s * s * c * (integral(a + b) - integral(2.0 * b));
        let vv = s * s * c * c * (integral(2.0 * a) - 2.0 * integral(a + b) + integral(2.0 * b));
        close(l[0] * l[0], xx);
        assert!((l[0] * l[2] - xv).abs() < 1e-13 * xv);
        assert!((l[2] * l[2] + l[3] * l[3] - vv).abs() < 1e-12 * vv);
    }

    #[test]
    fn the_same_noise_in_two_equal_states_needs_one_number() {
        let l = noise_factor(&[-0.1, 0.0, 0.0, -0.1], &[1.0; 4], 2);
        assert_eq!((l[0], l[3]), (l[2], 0.0));
        assert_eq!(noise_factor(&[-0.1], &[0.0], 1), [0.0]);
        assert!(noise_factor(&[f64::NAN], &[1.0], 1)[0].is_nan());
        assert!(noise_factor(&[], &[], 0).is_empty());
    }
}
