//! Distributions by their inverse functions: one uniform number makes one value, monotonically.

use crate::math;

/// A distribution with two parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Between `a` (included) and `b`.
    Uniform,
    /// Mean `a`, standard deviation `b`.
    Normal,
    /// e^x where x is normal with mean `a` and standard deviation `b`.
    Lognormal,
}

impl Distribution {
    /// The value whose cumulative probability is `u` in [0, 1), with parameters `a` and `b`.
    #[inline]
    pub fn sample(self, u: f64, a: f64, b: f64) -> f64 {
        match self {
            Self::Uniform => a + (b - a) * u,
            Self::Normal => a + b * normal_quantile(u),
            Self::Lognormal => math::exp(a + b * normal_quantile(u)),
        }
    }

    /// Puts the value of each number of `u` in its place: the bits of [`Distribution::sample`], in loops
    /// that a compiler can vectorise.
    #[inline(always)]
    pub fn sample_all(self, u: &mut [f64], a: f64, b: f64) {
        if self == Self::Uniform {
            u.iter_mut().for_each(|u| *u = a + (b - a) * *u);
            return;
        }
        normal_quantiles(u);
        u.iter_mut().for_each(|z| *z = a + b * *z);
        if self == Self::Lognormal {
            u.iter_mut().for_each(|x| *x = math::exp(*x));
        }
    }
}

/// The standard normal value at the middle of the 2^-53 cell that begins at `u` in [0, 1).
///
/// Relative error about 1e-16: M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37
/// (1988) 477. `u = 0` gives -8.29, never -infinity.
#[inline]
pub fn normal_quantile(u: f64) -> f64 {
    let q = from_the_middle(u);
    if q.abs() <= EDGE { central(q) } else { in_a_tail(q) }
}

/// Beyond this distance from the middle the tails begin.
const EDGE: f64 = 0.425;

/// [`normal_quantile`] of each number: the middle, five draws in six, in one loop without branches.
#[inline(always)]
fn normal_quantiles(u: &mut [f64]) {
    const GROUP: usize = 64;
    for group in u.chunks_mut(GROUP) {
        let mut z = [0.0; GROUP];
        for (z, u) in z.iter_mut().zip(group.iter()) {
            *z = central(from_the_middle(*u));
        }
        for (z, u) in z.iter().zip(group) {
            let q = from_the_middle(*u);
            *u = if q.abs() <= EDGE { *z } else { in_a_tail(q) };
        }
    }
}

/// Exact: u lies on the grid of 2^-53 and the result is less than 1/2.
#[inline(always)]
fn from_the_middle(u: f64) -> f64 {
    const HALF_CELL: f64 = 1.0 / (1u64 << 54) as f64;
    (u - 0.5) + HALF_CELL
}

#[inline(always)]
fn central(q: f64) -> f64 {
    q * ratio(0.180625 - q * q, &CENTRE)
}

fn in_a_tail(q: f64) -> f64 {
    let tail = 0.5 - q.abs();
    let r = math::sqrt(-math::log(tail));
    let magnitude = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -magnitude } else { magnitude }
}

/// Coefficients of numerator and denominator, lowest power first.
type Ratio = [[f64; 8]; 2];

#[inline(always)]
fn ratio(r: f64, [numerator, denominator]: &Ratio) -> f64 {
    let evaluate =
        |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    evaluate(numerator) / evaluate(denominator)
}

#[rustfmt::skip]
const CENTRE: Ratio = [
    [3.387_132_872_796_366_5, 133.141_667_891_784_38, 1_971.590_950_306_551_3, 13_731.693_765_509_46,
     45_921.953_931_549_87, 67_265.770_927_008_7, 33_430.575_583_588_13, 2_509.080_928_730_122_7],
    [1.0, 42.313_330_701_600_91, 687.187_007_492_057_9, 5_394.196_021_424_751,
     21_213.794_301_586_597, 39_307.895_800_092_71, 28_729.085_735_721_943, 5_226.495_278_852_854],
];

#[rustfmt::skip]
const MIDDLE: Ratio = [
    [1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
     1.270_458_252_452_368_4, 0.241_780_725_177_450_6, 0.022_723_844_989_269_184, 7.745_450_142_783_414e-4],
    [1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 0.689_767_334_985_1,
     0.148_103_976_427_480_07, 0.015_198_666_563_616_457, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_8e-9],
];

#[rustfmt::skip]
const FAR: Ratio = [
    [6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 0.296_560_571_828_504_87,
     0.026_532_189_526_576_124, 0.001_242_660_947_388_078_4, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7],
    [1.0, 0.599_832_206_555_888, 0.136_929_880_922_735_8, 0.014_875_361_290_850_615,
     7.868_691_311_456_133e-4, 1.846_318_317_510_054_8e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectKey, Purpose, Stream};
    use proptest::prelude::*;

    /// Values of the algorithm's publication: quantiles at 0.25, 0.001 and 1e-20 are
    /// -0.6744897501960817, -3.090232306167814 and -9.262340089798408.
    #[test]
    fn known_quantiles() {
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813_5).abs() < 1e-13);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
    }

    #[test]
    fn the_normal_distribution_undoes_it() {
        for k in 1..2000 {
            let u = f64::from(k) / 2000.0;
            let back = 0.5 * libm::erfc(-normal_quantile(u) / std::f64::consts::SQRT_2);
            assert!((back - u).abs() < 1e-15, "{u}: {back}");
        }
    }

    #[test]
    fn ends_are_finite() {
        let last = 1.0 - f64::EPSILON / 2.0;
        assert_eq!(normal_quantile(0.0), -normal_quantile(last));
        assert!((normal_quantile(0.0) + 8.292).abs() < 0.01, "{}", normal_quantile(0.0));
        assert_eq!(Distribution::Uniform.sample(0.0, -2.0, 3.0), -2.0);
    }

    #[test]
    fn many_at_once_have_the_same_bits() {
        use Distribution::{Lognormal, Normal, Uniform};
        let stream = Stream::new(5, ObjectKey(1), Purpose::Weight, 0);
        for distribution in [Uniform, Normal, Lognormal] {
            let u: Vec<f64> = (0..1000).map(|i| stream.uniform([i, 0, 0, 0])).collect();
            let mut all = u.clone();
            distribution.sample_all(&mut all, 0.3, 1.7);
            let one_by_one = u.iter().map(|u| distribution.sample(*u, 0.3, 1.7));
            assert!(all.iter().zip(one_by_one).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn moments() {
        let stream = Stream::new(5, ObjectKey(1), Purpose::Parameter, 0);
        let n = 200_000u32;
        let moments = |distribution: Distribution, a, b| {
            let values = (0..n).map(|i| distribution.sample(stream.uniform([i, 0, 0, 0]), a, b));
            let (sum, squares) = values.fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
            let mean = sum / f64::from(n);
            (mean, squares / f64::from(n) - mean * mean)
        };
        let (mean, variance) = moments(Distribution::Uniform, 1.0, 3.0);
        assert!((mean - 2.0).abs() < 0.006 && (variance - 1.0 / 3.0).abs() < 0.004);
        let (mean, variance) = moments(Distribution::Normal, -1.0, 2.0);
        assert!((mean + 1.0).abs() < 0.02 && (variance - 4.0).abs() < 0.06, "{mean} {variance}");
        let (mean, variance) = moments(Distribution::Lognormal, 0.5, 0.4);
        let expected = (0.5f64 + 0.08).exp();
        let spread = expected * expected * ((0.16f64).exp() - 1.0);
        assert!((mean - expected).abs() < 0.008 && (variance - spread).abs() < 0.02, "{variance}");
    }

    proptest! {
        #[test]
        fn monotone(a in 0u64..1 << 53, b in 0u64..1 << 53) {
            let (low, high) = (a.min(b), a.max(b));
            let at = |k: u64| normal_quantile(k as f64 / (1u64 << 53) as f64);
            prop_assert!(at(low) <= at(high));
        }
    }
}
