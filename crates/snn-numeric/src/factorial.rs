//! Factorials by Stirling's formula, without the loss of digits of large logarithms.

use crate::math;

/// log(a! / b!), accurate where a and b are large and near each other.
pub(crate) fn log_factorial_ratio(a: u64, b: u64) -> f64 {
    if a == b {
        return 0.0;
    }
    let (a, b) = (a as f64, b as f64);
    let difference = a - b;
    (b + 0.5) * math::log_1p(difference / (b + 1.0))
        + difference * (math::log(a + 1.0) - 1.0)
        + (stirling_rest(a) - stirling_rest(b))
}

/// log k! - [(k + 1/2) log(k + 1) - (k + 1) + log(2π)/2].
pub(crate) fn stirling_rest(k: f64) -> f64 {
    const SMALL: [f64; 10] = [
        0.081_061_466_795_327_26,
        0.041_340_695_955_409_29,
        0.027_677_925_684_998_34,
        0.020_790_672_103_765_09,
        0.016_644_691_189_821_19,
        0.013_876_128_823_070_75,
        0.011_896_709_945_891_77,
        0.010_411_265_261_972_09,
        0.009_255_462_182_712_733,
        0.008_330_563_433_362_87,
    ];
    if k < SMALL.len() as f64 {
        return SMALL[k as usize];
    }
    let next = k + 1.0;
    let square = next * next;
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stirling_rest_is_the_remainder() {
        for k in 0..30 {
            let k = f64::from(k);
            let stirling =
                (k + 0.5) * (k + 1.0).ln() - (k + 1.0) + 0.5 * (2.0 * std::f64::consts::PI).ln();
            let exact = libm::lgamma(k + 1.0) - stirling;
            assert!((stirling_rest(k) - exact).abs() < 1e-10, "{k}");
        }
    }

    #[test]
    fn ratios_of_factorials() {
        for (a, b) in [(7u64, 4u64), (4, 7), (30, 0), (170, 169), (1 << 50, (1 << 50) - 3)] {
            let (low, high) = (a.min(b), a.max(b));
            let product: f64 = (low + 1..=high).map(|k| (k as f64).ln()).sum();
            let exact = if a > b { product } else { -product };
            let ratio = log_factorial_ratio(a, b);
            assert!(
                (ratio - exact).abs() < 1e-10 * exact.abs().max(1.0),
                "{a}, {b}: {ratio} {exact}"
            );
        }
    }
}
