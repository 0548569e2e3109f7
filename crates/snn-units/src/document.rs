//! The page of the specification that lists the units.

use std::fmt::Write;

use crate::{UnitValue, scale, show_number, unit::BASES};

/// All units as Markdown: per base unit its prefixed symbols and their coherent values.
pub fn units_markdown() -> String {
    let mut page = String::from(
        "# Units\n\n\
         Every unit is a power of ten of its SI unit. `u` and `µ` are micro, `Ohm` and `Ω` are ohm.\n\
         The factor converts into the coherent system of computed values (ms, mV, pA, nS, pF, GOhm,\n\
         1/ms, um). There is no minute, hour, day, litre or degree Celsius.\n\n\
         | unit | name | measures | factor |\n|---|---|---|---|\n",
    );
    for base in &BASES {
        for unit in base.units() {
            let prefix = unit.symbol.strip_suffix(base.symbol).unwrap_or_default();
            let name = format!("{}{}", prefix_name(prefix), base.name);
            let noun = unit.dimension.noun().unwrap_or_default();
            let symbol = unit.symbol.clone();
            let factor = show_number(scale(&UnitValue::from(unit)));
            // Writing into a string cannot fail.
            let _ = writeln!(page, "| `{symbol}` | {name} | {noun} | {factor} |");
        }
    }
    page
}

fn prefix_name(prefix: &str) -> &'static str {
    match prefix {
        "f" => "femto",
        "p" => "pico",
        "n" => "nano",
        "u" => "micro",
        "m" => "milli",
        "c" => "centi",
        "k" => "kilo",
        "M" => "mega",
        "G" => "giga",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_every_unit() {
        let page = super::units_markdown();
        for unit in crate::all_units() {
            assert!(page.contains(&format!("| `{}` |", unit.symbol)), "{}", unit.symbol);
        }
        assert!(page.contains("| `MOhm` | megaohm | a resistance | 0.001 |"));
        assert!(page.contains("| `mV` | millivolt | a voltage | 1 |"));
    }
}
