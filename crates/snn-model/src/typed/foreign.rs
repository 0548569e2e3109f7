//! Names and quantities as other tools of the field write them.

use snn_diagnostics::Span;
use snn_units::UnitValue;

use crate::context::Context;

/// Names that other tools know, and what is written here.
const NAMES: [(&str, &str); 4] = [
    ("xi", "white noise is written `white()`"),
    ("pi", "write 3.141592653589793, or name it: `const pi = 3.141592653589793`"),
    ("t", "no name stands for the time; currents that change come from `inject`"),
    ("i", "the index of a neuron is `index` where a population is given values"),
];

/// Functions that other tools know, and what is written here.
const FUNCTIONS: [(&str, &str); 9] = [
    ("log10", "write `log(x) / log(10)`"),
    ("log2", "write `log(x) / log(2)`"),
    ("pow", "write `x ^ p`"),
    ("heaviside", "write `if x >= 0 then 1 else 0`"),
    ("tan", "write `sin(x) / cos(x)`"),
    ("rand", "write `uniform(0, 1)`"),
    ("randn", "write `normal(0, 1)`"),
    ("delta", "spikes arrive at a receptor: `receptor psp: mV = jump(v)`"),
    ("convolve", "a response is the shape of a receptor: `receptor exc: pA = exp(tau)`"),
];

/// What to write instead of a name of other tools.
pub(super) fn name(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(foreign, _)| *foreign == name).map(|(_, here)| *here)
}

/// What to write instead of a function of other tools.
pub(super) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(foreign, _)| *foreign == name).map(|(_, here)| *here)
}

/// `10*ms` and `5 / ms`: the place with its number, and the quantity as it is written here.
pub(super) fn quantity(cx: &Context<'_>, unit: &str, span: Span) -> Option<(Span, String)> {
    UnitValue::parse(unit)?;
    let text = &cx.project.sources.get(span.source).text[..span.start as usize];
    let left = text.trim_end_matches(' ');
    let operator = left.chars().next_back().filter(|c| matches!(c, '*' | '/'))?;
    let left = left[..left.len() - 1].trim_end_matches(' ');
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let number = &left[left.trim_end_matches(letters).len()..];
    number.parse::<f64>().ok().filter(|n| n.is_finite())?;
    let start = (left.len() - number.len()) as u32;
    let right = match operator {
        '*' => format!("{number} {unit}"),
        _ => format!("{number} [1/{unit}]"),
    };
    Some((Span { start, ..span }, right))
}
