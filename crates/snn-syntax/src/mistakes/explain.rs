//! Why a statement could not be parsed.

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes, nearest};

use super::foreign::{columns, grouped};
use super::show;
use crate::fault::{Expected, Fault};
use crate::layer::Layer;
use crate::token::{Kind, Token};

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
        return grouped(source, text, statement, at)
            .or_else(|| columns(source, text, fault, statement))
            .unwrap_or_else(|| {
                let diagnostic = missing(source, text, fault, before, text_end);
                arrow(source, fault, statement, diagnostic)
            });
    };
    let place = Place { source, text, statement, at, before, found };
    grouped(source, text, statement, at)
        .or_else(|| place.assign_or_compare(fault))
        .or_else(|| place.body(fault))
        .or_else(|| place.foreign(fault))
        .or_else(|| place.separator(fault))
        .or_else(|| place.reserved(fault))
        .or_else(|| place.misspelt(fault))
        .or_else(|| place.missing_equals(fault))
        .or_else(|| place.needless_equals(fault))
        .or_else(|| place.operator(fault))
        .or_else(|| place.word(fault))
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

/// `connect A > B`.
fn arrow(
    source: SourceId,
    fault: &Fault,
    statement: &[Token],
    diagnostic: Diagnostic,
) -> Diagnostic {
    let Some(mark) = statement.iter().find(|t| matches!(t.kind, Kind::Greater | Kind::Minus))
    else {
        return diagnostic;
    };
    if !fault.expects(Expected::Token(Kind::Arrow)) {
        return diagnostic;
    }
    diagnostic.with_help("type `->` here").with_fix(mark.span(source), "->")
}

/// Where a statement fails.
pub(super) struct Place<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
    pub(super) statement: &'a [Token],
    pub(super) at: usize,
    pub(super) before: Option<Token>,
    pub(super) found: Token,
}

impl Place<'_> {
    pub(super) fn span(&self) -> Span {
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

    /// `;` where a list goes on, `,` where statements go on, neither between two entries.
    fn separator(&self, fault: &Fault) -> Option<Diagnostic> {
        let in_list = fault.expects(Expected::Token(Kind::Comma));
        let (message, help) = match self.found.kind {
            Kind::Semicolon if in_list => {
                ("entries of a list are separated by `,`", "type `,`; `;` separates statements")
            }
            Kind::Comma if !in_list && !fault.expected().any(Expected::is_operand) => {
                ("statements are separated by `;`", "type `;`, or begin a new line")
            }
            _ => return None,
        };
        let right = if self.found.kind == Kind::Semicolon { "," } else { ";" };
        Some(
            Diagnostic::new(codes::UNEXPECTED, self.span(), message, "")
                .with_help(help)
                .with_fix(self.span(), right),
        )
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
        // `refractory 2 hold v`: a word after a bare number is its unit.
        if let (Some(Kind::Word(word)), Some(i)) =
            (self.before.map(|b| b.kind), self.at.checked_sub(2))
            && self.statement[i].kind == Kind::Number
            && fault.expects(Expected::Token(Kind::Word(word)))
        {
            let number = self.statement[i];
            let (digits, word) = (number.text(self.text), word.text());
            let message = format!("`{digits} {word}` reads as a number with the unit `{word}`");
            return Some(
                Diagnostic::new(codes::UNEXPECTED, number.span(self.source), message, "")
                    .with_help(format!("give the number its unit: `{digits} ms {word} …`")),
            );
        }
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
        let equals = Expected::Token(Kind::Equals);
        if !begins_value(self.found) || !fault.expects(equals) || self.at == 0 {
            return None;
        }
        let at = Span { end: self.found.start, ..self.span() };
        let found = show(self.found, self.text);
        let next = self.statement.get(self.at + 1).map(|t| t.kind);
        // `param tau ms = 3 ms`, `param tau: mV ms = …`.
        let (message, help, fix) = if next != Some(Kind::Equals) {
            (
                format!("`=` is missing before {found}"),
                "type `=` between a name and its value",
                "= ",
            )
        } else if fault.expects(Expected::Token(Kind::Colon)) {
            (format!("`:` is missing before the unit {found}"), "a unit follows after `:`", ": ")
        } else {
            (
                format!("`*` is missing before {found}"),
                "a product of units is written `mV*ms`",
                "* ",
            )
        };
        let code = if fix == "= " { codes::MISSING_EQUALS } else { codes::UNEXPECTED };
        let diagnostic = Diagnostic::new(code, self.span(), message, "");
        Some(diagnostic.with_help(help).with_fix(at, fix))
    }

    /// `neurons = 512`: a value that follows its word directly.
    fn needless_equals(&self, fault: &Fault) -> Option<Diagnostic> {
        let Kind::Word(word) = self.before?.kind else { return None };
        let needless = self.found.kind == Kind::Equals
            && self.at == 1
            && fault.expects(Expected::Expression)
            && Layer::begins_somewhere(word);
        needless.then(|| {
            let word = word.text();
            Diagnostic::new(
                codes::UNEXPECTED,
                self.span(),
                format!("the value of `{word}` follows without `=`"),
                "",
            )
            .with_help("remove the `=`")
            .with_fix(self.span(), "")
        })
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

    /// The one word that must stand here, before what follows.
    fn word(&self, fault: &Fault) -> Option<Diagnostic> {
        let goes_on = [Expected::Operator, Expected::Token(Kind::Dot)];
        let mut expected = fault.expected().filter(|e| !goes_on.contains(e));
        let (Some(Expected::Token(Kind::Word(word))), None) = (expected.next(), expected.next())
        else {
            return None;
        };
        let next = show(self.found, self.text);
        let at = Span { end: self.found.start, ..self.span() };
        let message = format!("`{}` is missing before {next}", word.text());
        begins_value(self.found).then(|| {
            Diagnostic::new(codes::UNEXPECTED, self.span(), message, "")
                .with_help(format!("type `{}` before it", word.text()))
                .with_fix(at, format!("{} ", word.text()))
        })
    }

    fn unexpected(&self, fault: &Fault) -> Diagnostic {
        let found = show(self.found, self.text);
        let mut diagnostic = Diagnostic::new(
            codes::UNEXPECTED,
            self.span(),
            format!("expected {}, found {found}", list(fault)),
            "",
        );
        if let Some(before) = self.before.filter(|_| begins_value(self.found)) {
            let after = before.span(self.source).after();
            let expects_comma = fault.expects(Expected::Token(Kind::Comma));
            let is_head = match self.found.kind {
                Kind::Word(word) => Layer::begins_somewhere(word),
                _ => false,
            };
            if expects_comma {
                diagnostic = diagnostic
                    .with_help("entries of a list are separated by `,`")
                    .with_fix(after, ",");
            } else if is_head {
                diagnostic = diagnostic
                    .with_help("a statement ends at the end of its line, or with `;`")
                    .with_fix(after, ";");
            } else if fault.expects(Expected::Operator) {
                diagnostic =
                    diagnostic.with_help("an operator is missing, or a `;` between two statements");
            }
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

pub(super) fn begins_value(token: Token) -> bool {
    match token.kind {
        Kind::Number | Kind::Text | Kind::Paren | Kind::Error => true,
        _ => token.is_name(),
    }
}
