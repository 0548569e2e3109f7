//! Durations counted in ticks of the time grid.

use crate::Rational;

/// A duration in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// Whole ticks, rounded half up.
    pub count: u64,
    /// Does the duration lie on the grid?
    pub exact: bool,
}

/// `duration_ms / dt_ms` in ticks, rounded half up.
/// `None` when the duration is negative, `dt_ms` is not positive, or the count does not fit.
pub fn ticks(duration_ms: Rational, dt_ms: Rational) -> Option<Ticks> {
    if duration_ms.is_negative() || dt_ms <= Rational::ZERO {
        return None;
    }
    let quotient = duration_ms.checked_div(dt_ms)?;
    let half = Rational::new(1, 2)?;
    let count = u64::try_from(quotient.checked_add(half)?.floor()).ok()?;
    Some(Ticks { count, exact: quotient.is_integer() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(duration: &str, dt: &str) -> Option<(u64, bool)> {
        let read = |text| Rational::from_decimal(text).unwrap();
        ticks(read(duration), read(dt)).map(|ticks| (ticks.count, ticks.exact))
    }

    #[test]
    fn counts_are_exact_where_floats_are_not() {
        assert_eq!(of("0.3", "0.1"), Some((3, true)));
        assert_eq!(of("1e6", "0.1"), Some((10_000_000, true)));
        assert_eq!(of("0", "0.1"), Some((0, true)));
    }

    #[test]
    fn off_grid_rounds_half_up() {
        assert_eq!(of("0.25", "0.1"), Some((3, false)));
        assert_eq!(of("0.24", "0.1"), Some((2, false)));
        assert_eq!(of("0.04", "0.1"), Some((0, false)));
    }

    #[test]
    fn refuses_what_has_no_count() {
        assert_eq!(of("-1", "0.1"), None);
        assert_eq!(of("1", "0"), None);
        assert_eq!(of("1e30", "1e-3"), None);
    }
}
