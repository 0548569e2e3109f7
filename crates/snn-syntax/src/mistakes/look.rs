//! Mistakes that are seen before parsing, and how deep expressions are.

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes};

use crate::limits;
use crate::token::{Kind, Token};
use crate::word::Word;

/// Looks at the tokens of a statement or list before they are parsed: how deep its expressions are,
/// or a mistake that the grammar would describe badly or not at all.
pub(crate) fn look(
    source: SourceId,
    text: &str,
    tokens: &[Token],
    depth_of: impl Fn(u32) -> u32,
) -> Result<u32, Box<Diagnostic>> {
    let mut deepest = 0;
    // Of the expression at hand: its own levels, those within its brackets, and its operators so far.
    let (mut levels, mut within) = (0_u32, 0_u32);
    let mut comparison: Option<Token> = None;
    let mut bits: Option<Token> = None;
    for (i, &token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Comma | Kind::Equals | Kind::Colon | Kind::Arrow => {
                (levels, within) = (0, 0);
                (comparison, bits) = (None, None);
            }
            Kind::Paren | Kind::Bracket => {
                levels += 1;
                within = within.max(depth_of(token.group));
            }
            Kind::Word(Word::If | Word::Not | Word::Then | Word::Else) | Kind::DotDot => {
                levels += 1;
                (comparison, bits) = (None, None);
            }
            Kind::Word(Word::And | Word::Or) => {
                levels += 1;
                (comparison, bits) = (None, None);
            }
            kind if kind.is_comparison() => {
                levels += 1;
                bits = None;
                if let Some(first) = comparison {
                    return Err(Box::new(chained(source, text, tokens, first, i)));
                }
                comparison = Some(token);
            }
            kind if kind.is_bitwise() => {
                levels += 1;
                match bits {
                    Some(first) if first.kind != kind => {
                        return Err(Box::new(mixed_bits(source, first, token)));
                    }
                    _ => bits = Some(token),
                }
            }
            Kind::Dot => levels += 1,
            kind if kind.is_binary() => levels += 1,
            _ => {}
        }
        if token.kind == Kind::Dot && i > 0 && tokens[i - 1].kind == Kind::Number {
            return Err(Box::new(dangling_dot(source, text, tokens[i - 1], token)));
        }
        if token.kind == Kind::Colon && (i == 0 || tokens[i - 1].kind == Kind::Number) {
            return Err(Box::new(slice(source, tokens, i)));
        }
        if token.kind == Kind::Caret && unit_before(tokens, i) {
            return Err(Box::new(ambiguous_unit(source, text, tokens, i)));
        }
        deepest = deepest.max(levels + within + 1);
        if deepest > limits::EXPRESSION {
            return Err(Box::new(too_deep(source, token)));
        }
    }
    Ok(deepest)
}

fn too_deep(source: SourceId, token: Token) -> Diagnostic {
    Diagnostic::new(
        codes::TOO_DEEP,
        token.span(source),
        format!("this expression has more than {} levels of operators", limits::EXPRESSION),
        "",
    )
    .with_help("name a part of it with `let`, and use the name")
}

fn chained(
    source: SourceId,
    text: &str,
    tokens: &[Token],
    first: Token,
    second: usize,
) -> Diagnostic {
    let span = tokens[second].span(source);
    let mut diagnostic =
        Diagnostic::new(codes::CHAINED_COMPARISON, span, "comparisons do not chain", "")
            .with_label(first.span(source), "first comparison");
    let help = match (second.checked_sub(2).map(|i| tokens[i]), tokens.get(second - 1)) {
        (Some(before), Some(middle)) if before == first => {
            let middle = middle.text(text);
            diagnostic =
                diagnostic.with_fix(Span { end: span.start, ..span }, format!("and {middle} "));
            format!(
                "write `… {} {middle} and {middle} {} …`",
                first.kind.text(),
                tokens[second].kind.text()
            )
        }
        _ => "join two comparisons with `and`".to_owned(),
    };
    diagnostic.with_help(help)
}

fn mixed_bits(source: SourceId, first: Token, second: Token) -> Diagnostic {
    let (a, b) = (first.kind.text(), second.kind.text());
    Diagnostic::new(
        codes::MIXED_BITS,
        second.span(source),
        format!("`{a}` and `{b}` need parentheses to say which comes first"),
        "",
    )
    .with_label(first.span(source), "mixed with this one")
    .with_help(format!("write `(x {a} y) {b} z` or `x {a} (y {b} z)`"))
}

/// Whether token `i` follows a number with a unit without brackets.
fn unit_before(tokens: &[Token], i: usize) -> bool {
    let [number, unit] = tokens[i.saturating_sub(2)..i] else { return false };
    number.kind == Kind::Number && !unit.newline && (unit.is_name() || unit.kind == Kind::UnitName)
}

fn ambiguous_unit(source: SourceId, text: &str, tokens: &[Token], i: usize) -> Diagnostic {
    let number = tokens[i - 2].text(text);
    let unit = tokens[i - 1].text(text);
    let exponent = tokens.get(i + 1).filter(|t| t.kind == Kind::Number);
    let power = exponent.map_or("p", |t| t.text(text));
    let place = tokens[i - 2].span(source).to(exponent.unwrap_or(&tokens[i]).span(source));
    Diagnostic::new(
        codes::AMBIGUOUS_UNIT,
        place,
        format!("`{number} {unit}^{power}` can be read in two ways"),
        "",
    )
    .with_help(format!("`{number} [{unit}^{power}]`: the unit is raised to the power"))
    .with_help(format!("`({number} {unit})^{power}`: the quantity is raised to the power"))
}

/// `E[0:5]`, as in Python.
fn slice(source: SourceId, tokens: &[Token], colon: usize) -> Diagnostic {
    let at = tokens[colon].span(source);
    let message = "a range is written with `..`";
    let diagnostic = Diagnostic::new(codes::UNEXPECTED, at, message, "")
        .with_help("`E[0..5]` is neurons 0 to 4; write both ends");
    let ends = colon > 0 && tokens.get(colon + 1).is_some_and(|t| t.kind == Kind::Number);
    if ends && tokens.len() == 3 { diagnostic.with_fix(at, "..") } else { diagnostic }
}

fn dangling_dot(source: SourceId, text: &str, number: Token, dot: Token) -> Diagnostic {
    let digits = number.text(text);
    Diagnostic::new(
        codes::BAD_NUMBER,
        dot.span(source),
        "a number has a digit on both sides of its `.`",
        "",
    )
    .with_help(format!("write `{digits}.0`"))
    .with_fix(dot.span(source), ".0")
}
