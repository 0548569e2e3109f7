//! Operations on whole numbers held in floating point: exact while operands and results are below 2^53 in
//! magnitude. Operands that are not whole lose what stands after the point.

/// floor(x · 2^places): to the left where `places` is positive, arithmetically to the right where it is
/// negative. Beyond 1,000 places the result is as for 1,000.
#[inline(always)]
pub fn shift(x: f64, places: f64) -> f64 {
    let bounded = (places as i64).clamp(-1000, 1000);
    (x * f64::from_bits(((1023 + bounded) as u64) << 52)).floor()
}

/// The bits set in both, of two's complements.
#[inline(always)]
pub fn and(a: f64, b: f64) -> f64 {
    ((a as i64) & (b as i64)) as f64
}

/// The bits set in either.
#[inline(always)]
pub fn or(a: f64, b: f64) -> f64 {
    ((a as i64) | (b as i64)) as f64
}

/// The bits set in one and not in the other.
#[inline(always)]
pub fn xor(a: f64, b: f64) -> f64 {
    ((a as i64) ^ (b as i64)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_integers_do() {
        let values = [0i64, 1, -1, 5, -5, 255, -256, 8_388_607, -8_388_608, 1 << 40, -(1 << 40)];
        for a in values {
            for places in 0..12 {
                let n = f64::from(places);
                assert_eq!(shift(a as f64, n), (a << places) as f64, "{a} << {places}");
                assert_eq!(shift(a as f64, -n), (a >> places) as f64, "{a} >> {places}");
            }
            for b in values {
                assert_eq!(and(a as f64, b as f64), (a & b) as f64, "{a} & {b}");
                assert_eq!(or(a as f64, b as f64), (a | b) as f64, "{a} | {b}");
                assert_eq!(xor(a as f64, b as f64), (a ^ b) as f64, "{a} xor {b}");
            }
        }
        assert_eq!(shift(-1.0, -5000.0), -1.0);
        assert_eq!(shift(1.0, -5000.0), 0.0);
    }
}
