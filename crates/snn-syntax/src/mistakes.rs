//! Messages: the commonest mistakes by name, everything else as "expected …, found …".

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes, nearest};

use crate::fault::{Expected, Fault};
use crate::layer::Layer;
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
    let power = tokens.get(i + 1).filter(|t| t.kind == Kind::Number).map_or("p", |t| t.text(text));
    Diagnostic::new(
        codes::AMBIGUOUS_UNIT,
        tokens[i].span(source),
        format!("`{number} {unit}^{power}` can be read in two ways"),
        "",
    )
    .with_help(format!("`{number} [{unit}^{power}]`: the unit is raised to the power"))
    .with_help(format!("`({number} {unit})^{power}`: the quantity is raised to the power"))
}

/// A statement that no word of its layer begins.
pub(crate) fn unknown(
    source: SourceId,
    text: &str,
    layer: Layer,
    statement: &[Token],
) -> Diagnostic {
    let first = statement[0];
    let span = first.span(source);
    let found = show(first, text);
    let place = layer.show();
    if first.kind.continues() || matches!(first.kind, Kind::Percent) {
        return leading_operator(first, span);
    }
    let words = || layer.heads().iter().chain(layer.later()).map(|w| w.text());
    if let Kind::Word(word) = first.kind
        && let Some(home) = home(word)
    {
        return Diagnostic::new(
            codes::UNKNOWN_STATEMENT,
            span,
            format!("`{}` does not belong in {place}", word.text()),
            "",
        )
        .with_help(format!("it stands in {}", home.show()));
    }
    if first.is_name()
        && let Some(meant) = nearest(first.text(text), words())
    {
        return Diagnostic::new(
            codes::MISSPELT,
            span,
            format!("unknown word {found}; did you mean `{meant}`?"),
            "",
        )
        .with_fix(span, meant);
    }
    let mut diagnostic = Diagnostic::new(
        codes::UNKNOWN_STATEMENT,
        span,
        format!("no statement of {place} begins with {found}"),
        "",
    );
    if statement.get(1).is_some_and(|t| t.kind == Kind::Equals) && first.is_name() {
        let name = first.text(text);
        diagnostic = match layer {
            Layer::Neuron => diagnostic.with_help(format!(
                "write `let {name} = …` to name an expression, `{name}' = …` for the equation of a state"
            )),
            Layer::Network => {
                diagnostic.with_help(format!("write `let {name} = …` or `param {name} = …`"))
            }
            Layer::File => diagnostic.with_help(format!("write `const {name} = …`")),
            _ => diagnostic,
        };
    }
    let list: Vec<_> = layer.heads().iter().map(|w| format!("`{}`", w.text())).collect();
    let list = match layer {
        Layer::Neuron => format!("{}, `v' = …`", list.join(", ")),
        Layer::Block => format!("`v = …`, `v += …`, {}", list.join(", ")),
        _ => list.join(", "),
    };
    diagnostic.with_help(format!("here may stand: {list}"))
}

fn leading_operator(first: Token, span: Span) -> Diagnostic {
    let mark = first.kind.text();
    Diagnostic::new(
        codes::LEADING_OPERATOR,
        span,
        format!("a statement cannot begin with `{mark}`"),
        "",
    )
    .with_help(format!(
        "to continue the line before, end it with `{mark}`, or put the expression in parentheses"
    ))
}

/// The layer in which the word begins a statement.
fn home(word: Word) -> Option<Layer> {
    Layer::ALL
        .into_iter()
        .find(|layer| layer.heads().contains(&word) || layer.later().contains(&word))
}

/// What a token looks like in a message.
fn show(token: Token, text: &str) -> String {
    match token.kind {
        Kind::Paren => "`(…)`".into(),
        Kind::Bracket => "`[…]`".into(),
        Kind::Brace => "`{…}`".into(),
        _ => {
            let letters = token.text(text);
            let short: String = letters.chars().take(40).collect();
            let dots = if short.len() < letters.len() { "…" } else { "" };
            format!("`{short}{dots}`")
        }
    }
}

/// Explains why the rest of a statement after its first `skip` tokens could not be parsed.
pub(crate) fn explain(
    source: SourceId,
    text: &str,
    fault: &Fault,
    statement: &[Token],
    skip: usize,
    text_end: u32,
) -> Diagnostic {
    let at = skip + fault.at;
    let before = at.checked_sub(1).and_then(|i| statement.get(i)).copied();
    let Some(found) = statement.get(at).copied() else {
        return missing(source, text, fault, before, text_end);
    };
    let place = Place { source, text, statement, at, before, found };
    place
        .assign_or_compare(fault)
        .or_else(|| place.separator(fault))
        .or_else(|| place.reserved(fault))
        .or_else(|| place.misspelt(fault))
        .or_else(|| place.missing_equals(fault))
        .or_else(|| place.operator(fault))
        .unwrap_or_else(|| place.unexpected(fault))
}

/// The statement ends too soon.
fn missing(
    source: SourceId,
    text: &str,
    fault: &Fault,
    before: Option<Token>,
    text_end: u32,
) -> Diagnostic {
    let list = list(fault);
    let Some(before) = before else {
        let at = Span { source, start: text_end, end: text_end };
        return Diagnostic::new(codes::UNEXPECTED, at, format!("expected {list}"), "");
    };
    let after = show(before, text);
    let code = if fault.expects(Expected::Token(Kind::Equals)) {
        codes::MISSING_EQUALS
    } else {
        codes::UNEXPECTED
    };
    Diagnostic::new(
        code,
        before.span(source),
        format!("expected {list} after {after}"),
        "the statement ends here",
    )
}

struct Place<'a> {
    source: SourceId,
    text: &'a str,
    statement: &'a [Token],
    at: usize,
    before: Option<Token>,
    found: Token,
}

impl Place<'_> {
    fn span(&self) -> Span {
        self.found.span(self.source)
    }

    /// `=` where a condition goes on, `==` where a value is given.
    fn assign_or_compare(&self, fault: &Fault) -> Option<Diagnostic> {
        let equals = Expected::Token(Kind::Equals);
        match self.found.kind {
            Kind::Equals if fault.expects(Expected::Operator) && !fault.expects(equals) => Some(
                Diagnostic::new(
                    codes::ASSIGN_OR_COMPARE,
                    self.span(),
                    "`=` gives a value; a comparison is written `==`",
                    "",
                )
                .with_help("type `==`")
                .with_fix(self.span(), "=="),
            ),
            Kind::EqualsEquals if fault.expects(equals) => Some(
                Diagnostic::new(
                    codes::ASSIGN_OR_COMPARE,
                    self.span(),
                    "`==` compares; a value is given with `=`",
                    "",
                )
                .with_help("type `=`")
                .with_fix(self.span(), "="),
            ),
            _ => None,
        }
    }

    /// `;` where a list goes on.
    fn separator(&self, fault: &Fault) -> Option<Diagnostic> {
        let comma = Expected::Token(Kind::Comma);
        let in_list = self.found.kind == Kind::Semicolon;
        (in_list && fault.expects(comma)).then(|| {
            Diagnostic::new(
                codes::UNEXPECTED,
                self.span(),
                "entries of a list are separated by `,`",
                "",
            )
            .with_help("type `,`; `;` separates statements")
            .with_fix(self.span(), ",")
        })
    }

    fn reserved(&self, fault: &Fault) -> Option<Diagnostic> {
        let Kind::Word(word) = self.found.kind else { return None };
        let only_name = fault.expected().all(|e| e == Expected::Name);
        (word.is_reserved() && fault.expects(Expected::Name) && only_name).then(|| {
            Diagnostic::new(
                codes::RESERVED_NAME,
                self.span(),
                format!("`{}` is a reserved word and cannot be a name", word.text()),
                "",
            )
            .with_help("choose another name")
        })
    }

    /// A name that is nearly one of the words that could stand here.
    fn misspelt(&self, fault: &Fault) -> Option<Diagnostic> {
        if !self.found.is_name() {
            return None;
        }
        let words = fault.expected().filter_map(|e| match e {
            Expected::Token(Kind::Word(word)) => Some(word.text()),
            _ => None,
        });
        let letters = self.found.text(self.text);
        let meant = nearest(letters, words)?;
        Some(
            Diagnostic::new(
                codes::MISSPELT,
                self.span(),
                format!("unknown word `{letters}`; did you mean `{meant}`?"),
                "",
            )
            .with_fix(self.span(), meant),
        )
    }

    fn missing_equals(&self, fault: &Fault) -> Option<Diagnostic> {
        let begins_value = match self.found.kind {
            Kind::Number | Kind::Text | Kind::Paren | Kind::Error => true,
            _ => self.found.is_name(),
        };
        let equals = Expected::Token(Kind::Equals);
        if !begins_value || !fault.expects(equals) || self.at == 0 {
            return None;
        }
        let at = Span { end: self.found.start, ..self.span() };
        Some(
            Diagnostic::new(
                codes::MISSING_EQUALS,
                self.span(),
                format!("`=` is missing before {}", show(self.found, self.text)),
                "",
            )
            .with_help("type `=` between a name and its value")
            .with_fix(at, "= "),
        )
    }

    /// An operator without an operand before it, such as `a + * b`.
    fn operator(&self, fault: &Fault) -> Option<Diagnostic> {
        let operand = fault.expects(Expected::Expression) || fault.expects(Expected::Unit);
        if !operand || !self.found.kind.is_binary() {
            return None;
        }
        let mark = self.found.kind.text();
        let mut diagnostic = Diagnostic::new(
            codes::UNEXPECTED,
            self.span(),
            format!("`{mark}` has nothing on its left"),
            "",
        );
        if let Some(before) = self.before.filter(|b| b.kind.is_binary()) {
            diagnostic = diagnostic
                .with_label(before.span(self.source), "an expression must follow this operator");
        }
        if self.found.kind == Kind::Plus {
            diagnostic =
                diagnostic.with_help("numbers are positive without `+`").with_fix(self.span(), "");
        }
        Some(diagnostic)
    }

    fn unexpected(&self, fault: &Fault) -> Diagnostic {
        let found = show(self.found, self.text);
        let mut diagnostic = Diagnostic::new(
            codes::UNEXPECTED,
            self.span(),
            format!("expected {}, found {found}", list(fault)),
            "",
        );
        // `x: mV ms`, `1 mV ms`: two operands side by side.
        let operands = self.before.is_some_and(|b| b.is_name() || b.kind == Kind::Number)
            && (self.found.is_name() || self.found.kind == Kind::Number);
        if operands && fault.expects(Expected::Operator) {
            diagnostic = diagnostic.with_help("a product is written with `*`");
        }
        if self.found.kind == Kind::Dot && self.before.is_some_and(|b| b.kind == Kind::Number) {
            diagnostic = diagnostic.with_help("a number has a digit on both sides of its `.`");
        }
        if self.found.newline && self.at > 0 && self.statement.len() > self.at {
            diagnostic = diagnostic.with_help("the line before is not complete");
        }
        diagnostic
    }
}

/// "`a`, `b` or an expression". Continuing an expression is only said where nothing else could stand.
fn list(fault: &Fault) -> String {
    let mut parts: Vec<String> = Vec::new();
    for what in fault.expected().filter(|e| *e != Expected::Operator) {
        let text = what.show();
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    match parts.split_last() {
        None if fault.expects(Expected::Operator) => {
            "an operator or the end of the statement".into()
        }
        None => "the end of the statement".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
