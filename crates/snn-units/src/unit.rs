//! The units of the language: SI symbols with prefixes, each a power of ten of its SI unit.

use crate::Dimension;

/// One unit symbol, such as `mV`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The symbol in its plain spelling: `u` for micro, `Ohm` for Ω.
    pub symbol: String,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit is 10^`exp10` of the SI unit of its dimension.
    pub exp10: i32,
}

/// Words the grammar permits after a number; no unit may bear their name.
pub const RESERVED_WORDS: [&str; 16] = [
    "by", "each", "signed", "unsigned", "round", "step", "tick", "from", "to", "start", "within",
    "every", "on", "of", "in", "at",
];

impl Unit {
    /// The unit of a symbol; `µ` in both code points and `Ω` in both are understood.
    pub fn parse(symbol: &str) -> Option<Self> {
        let plain = plain_spelling(symbol);
        BASES.iter().find_map(|base| {
            let prefix = plain.strip_suffix(base.symbol)?;
            let prefix = base.prefixes().find(|candidate| candidate.symbol == prefix)?;
            Some(base.with(prefix))
        })
    }
}

/// Every unit, in the order of the specification.
pub fn all_units() -> Vec<Unit> {
    BASES.iter().flat_map(|base| base.prefixes().map(|prefix| base.with(prefix))).collect()
}

pub(crate) fn plain_spelling(symbol: &str) -> String {
    let mut plain = String::with_capacity(symbol.len());
    for letter in symbol.chars() {
        match letter {
            '\u{b5}' | '\u{3bc}' => plain.push('u'),
            '\u{3a9}' | '\u{2126}' => plain.push_str("Ohm"),
            other => plain.push(other),
        }
    }
    plain
}

pub(crate) struct Base {
    pub symbol: &'static str,
    pub name: &'static str,
    dimension: Dimension,
    exp10: i32,
}

pub(crate) struct Prefix {
    symbol: &'static str,
    exp10: i32,
}

impl Base {
    fn with(&self, prefix: &Prefix) -> Unit {
        Unit {
            symbol: format!("{}{}", prefix.symbol, self.symbol),
            dimension: self.dimension,
            exp10: self.exp10 + prefix.exp10,
        }
    }

    /// Centi stands before metre only.
    fn prefixes(&self) -> impl Iterator<Item = &'static Prefix> {
        let metre = self.symbol == "m";
        PREFIXES.iter().filter(move |prefix| metre || prefix.symbol != "c")
    }

    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> {
        self.prefixes().map(|prefix| self.with(prefix))
    }
}

const fn base(symbol: &'static str, name: &'static str, dimension: Dimension, exp10: i32) -> Base {
    Base { symbol, name, dimension, exp10 }
}

pub(crate) const BASES: [Base; 15] = [
    base("s", "second", Dimension::TIME, 0),
    base("Hz", "hertz", Dimension::FREQUENCY, 0),
    base("V", "volt", Dimension::VOLTAGE, 0),
    base("A", "ampere", Dimension::CURRENT, 0),
    base("S", "siemens", Dimension::CONDUCTANCE, 0),
    base("Ohm", "ohm", Dimension::RESISTANCE, 0),
    base("F", "farad", Dimension::CAPACITANCE, 0),
    base("C", "coulomb", Dimension::CHARGE, 0),
    base("J", "joule", Dimension::ENERGY, 0),
    base("W", "watt", Dimension::POWER, 0),
    base("m", "metre", Dimension::LENGTH, 0),
    base("g", "gram", Dimension::MASS, -3),
    base("K", "kelvin", Dimension::TEMPERATURE, 0),
    base("mol", "mole", Dimension::AMOUNT, 0),
    base("cd", "candela", Dimension::LUMINOUS_INTENSITY, 0),
];

const PREFIXES: [Prefix; 10] = [
    Prefix { symbol: "f", exp10: -15 },
    Prefix { symbol: "p", exp10: -12 },
    Prefix { symbol: "n", exp10: -9 },
    Prefix { symbol: "u", exp10: -6 },
    Prefix { symbol: "m", exp10: -3 },
    Prefix { symbol: "c", exp10: -2 },
    Prefix { symbol: "", exp10: 0 },
    Prefix { symbol: "k", exp10: 3 },
    Prefix { symbol: "M", exp10: 6 },
    Prefix { symbol: "G", exp10: 9 },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn both_micro_signs_and_omegas() {
        let micro = Unit::parse("us").unwrap();
        assert_eq!(Unit::parse("\u{b5}s"), Some(micro.clone()));
        assert_eq!(Unit::parse("\u{3bc}s"), Some(micro));
        assert_eq!(Unit::parse("M\u{3a9}"), Unit::parse("MOhm"));
        assert_eq!(Unit::parse("\u{2126}"), Unit::parse("Ohm"));
    }

    #[test]
    fn case_matters() {
        assert_eq!(Unit::parse("mS").unwrap().dimension, Dimension::CONDUCTANCE);
        assert_eq!(Unit::parse("ms").unwrap().dimension, Dimension::TIME);
        assert_eq!(Unit::parse("MV").unwrap().exp10 - Unit::parse("mV").unwrap().exp10, 9);
        assert_eq!(Unit::parse("kg").unwrap().exp10, 0);
        assert_eq!(Unit::parse("mv"), None);
    }

    #[test]
    fn no_everyday_units() {
        for word in ["d", "day", "h", "hour", "l", "L", "min", "", "c", "cs", "B", "mmm"] {
            assert_eq!(Unit::parse(word), None, "{word}");
        }
    }

    #[test]
    fn reserved_words_are_no_units() {
        for word in RESERVED_WORDS {
            assert_eq!(Unit::parse(word), None, "{word}");
        }
    }

    #[test]
    fn symbols_are_unambiguous_and_parse_to_themselves() {
        let units = all_units();
        let symbols: HashSet<_> = units.iter().map(|unit| unit.symbol.clone()).collect();
        assert_eq!(symbols.len(), units.len());
        for unit in units {
            assert_eq!(Unit::parse(&unit.symbol), Some(unit));
        }
    }
}
