//! Units as written become unit values; unknown symbols get the nearest unit.

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::{neuron, types};
use snn_syntax::ast::UnitExpr;
use snn_units::{Exponent, UnitValue, nearest_unit};

use crate::context::Context;
use crate::model::Integer;

/// Units of time that are not decimal, for which no symbol can be put.
const LONG: [(&str, &str); 5] = [
    ("min", "there are no minutes: 1 min is 60 s"),
    ("minute", "there are no minutes: 1 minute is 60 s"),
    ("h", "there are no hours: 1 h is 3600 s"),
    ("hour", "there are no hours: 1 hour is 3600 s"),
    ("d", "there are no days: 1 d is 86400 s"),
];

/// The value of a unit expression; reports unknown symbols.
pub(crate) fn unit_value(cx: &mut Context<'_>, unit: &UnitExpr) -> Option<UnitValue> {
    if unit.integer.is_some() {
        let message = "an integer type cannot stand here";
        cx.report(Diagnostic::new(neuron::INTEGER_TYPE, unit.span, message, "not here").with_help(
            "parameters, states, weights, `sum` receptors and, in blocks, `let`s of a model may be \
                 integers",
        ));
        return None;
    }
    let mut product = (!unit.faulty).then(UnitValue::one);
    for factor in &unit.factors {
        let symbol = &factor.symbol;
        let (num, den) = factor.power;
        let power = Exponent::new(num, den).unwrap_or(Exponent::ONE);
        match UnitValue::parse(&symbol.text) {
            Some(known) => product = product.map(|p| p.mul(&known.pow(power))),
            None => {
                product = None;
                let message = format!("`{}` is not a unit", symbol.text);
                let mut d =
                    Diagnostic::new(types::UNKNOWN_UNIT, symbol.span, message, "unknown unit");
                if let Some((_, help)) = LONG.iter().find(|(long, _)| *long == symbol.text) {
                    d = d.with_help(*help);
                } else if let Some(near) = nearest_unit(&symbol.text) {
                    d = d.with_help(format!("did you mean `{near}`?")).with_fix(symbol.span, near);
                }
                cx.report(d);
            }
        }
    }
    product
}

/// The integer type that stands where a unit may stand; reports an impossible number of bits.
pub(crate) fn integer_type(cx: &mut Context<'_>, unit: &UnitExpr) -> Option<Integer> {
    let bits = unit.integer?;
    cx.integers = true;
    if (2..=52).contains(&bits) {
        return Some(Integer { bits });
    }
    let message = "an integer has 2 to 52 bits";
    cx.report(Diagnostic::new(neuron::INTEGER_TYPE, unit.span, message, format!("{bits} bits")));
    None
}

/// A quantity as it can be typed: `10 mV`, `5 [1/ms]`, `3`.
pub(crate) fn typed(number: &str, unit: &UnitValue) -> String {
    let symbol = unit.to_string();
    if symbol.is_empty() {
        number.to_owned()
    } else if symbol.chars().all(char::is_alphanumeric) {
        format!("{number} {symbol}")
    } else {
        format!("{number} [{symbol}]")
    }
}
