//! The unit a mistyped symbol was probably meant to be.

use crate::unit::{BASES, Unit, all_units, plain_spelling};

/// What people write in other programs.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("sec", "s"),
    ("msec", "ms"),
    ("usec", "us"),
    ("min", "s"),
    ("hour", "s"),
    ("h", "s"),
    ("day", "s"),
    ("amp", "A"),
    ("mohm", "MOhm"),
    ("mho", "S"),
    ("micron", "um"),
    ("meter", "m"),
    ("hertz", "Hz"),
    ("siemens", "S"),
];

/// Units tried first where several are equally near.
const FREQUENT: [&str; 9] = ["ms", "mV", "pA", "nS", "pF", "MOhm", "Hz", "nA", "s"];

/// The unit nearest to a symbol that is none, or nothing when none is near.
pub fn nearest_unit(symbol: &str) -> Option<String> {
    if symbol.is_empty() || symbol.chars().count() > 16 {
        return None;
    }
    let wanted = plain_spelling(symbol);
    let lower = wanted.to_lowercase();
    if let Some((_, unit)) = OTHER_NAMES.iter().find(|(name, _)| *name == lower) {
        return Some((*unit).to_owned());
    }
    spelled_out(&lower).or_else(|| nearest_symbol(&wanted, &lower))
}

/// `millivolts` is `mV`.
fn spelled_out(lower: &str) -> Option<String> {
    const PREFIXES: [(&str, &str); 9] = [
        ("femto", "f"),
        ("pico", "p"),
        ("nano", "n"),
        ("micro", "u"),
        ("milli", "m"),
        ("kilo", "k"),
        ("mega", "M"),
        ("giga", "G"),
        ("", ""),
    ];
    let singular = lower.strip_suffix('s').unwrap_or(lower);
    let base = BASES.iter().find(|base| singular.ends_with(base.name.trim_end_matches('s')))?;
    let prefix = singular.strip_suffix(base.name.trim_end_matches('s'))?;
    let (_, prefix) = PREFIXES.iter().find(|(name, _)| *name == prefix)?;
    Some(format!("{prefix}{}", base.symbol))
}

fn nearest_symbol(wanted: &str, lower: &str) -> Option<String> {
    let rank = |unit: &Unit| {
        let same_letters = unit.symbol.to_lowercase() == lower;
        let distance = if same_letters { 0 } else { distance(wanted, &unit.symbol) };
        let frequency = FREQUENT.iter().position(|symbol| *symbol == unit.symbol);
        (distance, frequency.unwrap_or(FREQUENT.len()), unit.symbol.len())
    };
    let best = all_units().into_iter().min_by_key(|unit| rank(unit))?;
    let near = rank(&best).0 <= (wanted.chars().count() / 2).min(2);
    near.then_some(best.symbol)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mistyped_units() {
        for (typed, meant) in [
            ("mv", "mV"),
            ("MV", "mV"),
            ("Ms", "ms"),
            ("hz", "Hz"),
            ("msec", "ms"),
            ("Mohm", "MOhm"),
            ("millivolts", "mV"),
            ("nanosiemens", "nS"),
            ("microseconds", "us"),
            ("seconds", "s"),
            ("ohm", "Ohm"),
            ("kohm", "kOhm"),
            ("mVV", "mV"),
            ("min", "s"),
        ] {
            assert_eq!(nearest_unit(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn nothing_is_near() {
        for typed in ["", "banana", "neurons", "q", "xyz"] {
            assert_eq!(nearest_unit(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn suggestions_are_units(typed in "\\PC{0,12}") {
            if let Some(unit) = nearest_unit(&typed) {
                prop_assert!(Unit::parse(&unit).is_some(), "{}", unit);
            }
        }
    }
}
