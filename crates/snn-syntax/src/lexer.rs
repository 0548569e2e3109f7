//! Text to tokens. Faulty letters are reported here and become [`Kind::Error`] or [`Kind::Bad`], or
//! the token that was meant, so that parsing goes on.

use logos::Logos;
use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes};

use crate::limits;
use crate::token::{Kind, Token};
use crate::word::Word;

/// Tokens and comments of a text, in its order.
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A comment from its slashes to the end of its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comment {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Comment {
    /// The documentation in a `///` comment.
    pub(crate) fn doc(self, text: &str) -> Option<&str> {
        let line = text[self.start as usize..self.end as usize].strip_prefix("///")?;
        if line.starts_with('/') {
            return None;
        }
        Some(line.strip_prefix(' ').unwrap_or(line).trim_end())
    }
}

#[derive(Logos, Clone, Copy, Debug, PartialEq)]
#[logos(skip r"[ \t\r\u{feff}]+")]
enum Raw {
    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    HashComment,
    #[token("/*")]
    BlockComment,
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Name,
    #[regex(
        r"[A-Za-z_\u{b5}\u{3bc}\u{3a9}\u{2126}][A-Za-z0-9_\u{b5}\u{3bc}\u{3a9}\u{2126}]*",
        priority = 1
    )]
    UnitName,
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*'")]
    Primed,
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*''+")]
    ManyPrimes,
    #[regex(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")]
    Number,
    #[regex(r"[0-9]+(\.[0-9]+)?[eE][+-]?[A-Za-z_]*", priority = 1)]
    NoExponent,
    #[regex(r"[0-9]+(_[0-9]+)+(\.[0-9]+)?")]
    Grouped,
    #[regex(r"0[xXbBoO][0-9A-Za-z_]*")]
    OtherBase,
    #[regex(r"\.[0-9]+")]
    LeadingDot,
    #[regex(r#""[^"\n]*""#)]
    Text,
    #[regex(r#""[^"\n]*"#, priority = 1)]
    OpenText,
    #[regex(r#"[“”„][^“”"\n]*[“”"]"#)]
    CurlyText,
    #[token("(", |_| Kind::OpenParen)]
    #[token(")", |_| Kind::CloseParen)]
    #[token("[", |_| Kind::OpenBracket)]
    #[token("]", |_| Kind::CloseBracket)]
    #[token("{", |_| Kind::OpenBrace)]
    #[token("}", |_| Kind::CloseBrace)]
    #[token(",", |_| Kind::Comma)]
    #[token(";", |_| Kind::Semicolon)]
    #[token(":", |_| Kind::Colon)]
    #[token(".", |_| Kind::Dot)]
    #[token("..", |_| Kind::DotDot)]
    #[token("->", |_| Kind::Arrow)]
    #[token("=", |_| Kind::Equals)]
    #[token("+=", |_| Kind::PlusEquals)]
    #[token("-=", |_| Kind::MinusEquals)]
    #[token("*=", |_| Kind::StarEquals)]
    #[token("/=", |_| Kind::SlashEquals)]
    #[token("~=", |_| Kind::Approximately)]
    #[token("~", |_| Kind::Tilde)]
    #[token("%", |_| Kind::Percent)]
    #[token("+", |_| Kind::Plus)]
    #[token("-", |_| Kind::Minus)]
    #[token("*", |_| Kind::Star)]
    #[token("/", |_| Kind::Slash)]
    #[token("^", |_| Kind::Caret)]
    #[token("<", |_| Kind::Less)]
    #[token("<=", |_| Kind::LessEquals)]
    #[token(">", |_| Kind::Greater)]
    #[token(">=", |_| Kind::GreaterEquals)]
    #[token("==", |_| Kind::EqualsEquals)]
    #[token("!=", |_| Kind::NotEquals)]
    #[token("&", |_| Kind::Ampersand)]
    #[token("|", |_| Kind::Bar)]
    #[token("<<", |_| Kind::ShiftLeft)]
    #[token(">>", |_| Kind::ShiftRight)]
    Mark(Kind),
    #[token("&&", |_| Foreign { kind: Kind::Word(Word::And), right: "and" })]
    #[token("||", |_| Foreign { kind: Kind::Word(Word::Or), right: "or" })]
    #[token("!", |_| Foreign { kind: Kind::Word(Word::Not), right: "not " })]
    #[token("**", |_| Foreign { kind: Kind::Caret, right: "^" })]
    #[token("<>", |_| Foreign { kind: Kind::NotEquals, right: "!=" })]
    #[token("=>", |_| Foreign { kind: Kind::GreaterEquals, right: ">=" })]
    #[token("=<", |_| Foreign { kind: Kind::LessEquals, right: "<=" })]
    #[token(":=", |_| Foreign { kind: Kind::Equals, right: "=" })]
    #[token("≥", |_| Foreign { kind: Kind::GreaterEquals, right: ">=" })]
    #[token("≤", |_| Foreign { kind: Kind::LessEquals, right: "<=" })]
    #[token("≠", |_| Foreign { kind: Kind::NotEquals, right: "!=" })]
    #[token("≈", |_| Foreign { kind: Kind::Approximately, right: "~=" })]
    #[token("×", |_| Foreign { kind: Kind::Star, right: "*" })]
    #[token("·", |_| Foreign { kind: Kind::Star, right: "*" })]
    #[token("÷", |_| Foreign { kind: Kind::Slash, right: "/" })]
    #[token("−", |_| Foreign { kind: Kind::Minus, right: "-" })]
    #[token("–", |_| Foreign { kind: Kind::Minus, right: "-" })]
    #[token("→", |_| Foreign { kind: Kind::Arrow, right: "->" })]
    #[token("…", |_| Foreign { kind: Kind::DotDot, right: ".." })]
    Foreign(Foreign),
}

/// A mark of other languages, and what it is written as here.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Foreign {
    kind: Kind,
    right: &'static str,
}

/// Splits a text into tokens.
pub(crate) fn lex(source: SourceId, text: &str) -> Lexed {
    let mut lexer = Lexer {
        source,
        text,
        newline: true,
        head: None,
        odd: None,
        lexed: Lexed {
            tokens: Vec::with_capacity(text.len() / 4),
            comments: Vec::new(),
            diagnostics: Vec::new(),
        },
    };
    let mut raw = Raw::lexer(text);
    while let Some(token) = raw.next() {
        let span = raw.span();
        match token {
            Ok(Raw::BlockComment) => {
                let length = raw.remainder().find("*/").map_or(raw.remainder().len(), |i| i + 2);
                raw.bump(length);
                lexer.block_comment(span.start, span.end + length);
            }
            Ok(token) => lexer.push(token, span.start, span.end),
            Err(()) => lexer.odd_letters(span.start, span.end),
        }
    }
    lexer.report_odd_letters();
    lexer.lexed
}

struct Lexer<'src> {
    source: SourceId,
    text: &'src str,
    newline: bool,
    /// The first token of the line.
    head: Option<Kind>,
    /// Letters that belong to no token, not yet reported: neighbours share one message.
    odd: Option<(usize, usize)>,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn push(&mut self, raw: Raw, start: usize, end: usize) {
        if self.odd.is_some() {
            self.report_odd_letters();
        }
        match raw {
            Raw::Newline => self.newline = true,
            Raw::Comment => {
                self.lexed.comments.push(Comment { start: start as u32, end: end as u32 });
            }
            Raw::Name => {
                let kind = Word::find(&self.text[start..end]).map_or(Kind::Name, Kind::Word);
                self.token(kind, start, end);
            }
            Raw::UnitName => self.token(Kind::UnitName, start, end),
            Raw::Primed => self.token(Kind::Primed, start, end),
            Raw::Text => self.token(Kind::Text, start, end),
            Raw::Mark(kind) => self.token(kind, start, end),
            Raw::Number => self.number(start, end),
            Raw::HashComment => self.report(start, start + 1, |at, _| {
                Diagnostic::new(codes::BAD_LETTER, at, "`#` begins no comment here", "")
                    .with_help("comments begin with `//`, documentation with `///`")
                    .with_fix(at, "//")
            }),
            Raw::BlockComment => {}
            Raw::Foreign(mut foreign) => {
                if &self.text[start..end] == "=>" && self.leads_somewhere() {
                    foreign = Foreign { kind: Kind::Arrow, right: "->" };
                }
                self.report(start, end, |at, mark| foreign.diagnostic(at, mark));
                self.token(foreign.kind, start, end);
            }
            Raw::ManyPrimes => {
                self.report(start, end, many_primes);
                self.token(Kind::Bad, start, end);
            }
            Raw::NoExponent | Raw::Grouped | Raw::OtherBase | Raw::LeadingDot => {
                self.report(start, end, |at, digits| bad_number(raw, at, digits));
                self.token(Kind::Error, start, end);
            }
            Raw::OpenText => {
                self.report(start, end, |at, _| {
                    Diagnostic::new(codes::OPEN_TEXT, at, "the closing `\"` is missing", "")
                        .with_help("a text ends on the line on which it begins")
                });
                self.token(Kind::Error, start, end);
            }
            Raw::CurlyText => {
                self.report(start, end, curly_text);
                self.token(Kind::Error, start, end);
            }
        }
    }

    /// Whether the line at hand is a connection or an injection, which have an arrow.
    fn leads_somewhere(&self) -> bool {
        matches!(self.head, Some(Kind::Word(Word::Connect | Word::Inject)))
    }

    fn token(&mut self, kind: Kind, start: usize, end: usize) {
        let newline = std::mem::take(&mut self.newline);
        if newline {
            self.head = Some(kind);
        }
        let (start, end) = (start as u32, end as u32);
        self.lexed.tokens.push(Token { kind, newline, start, end, group: 0 });
    }

    fn report(&mut self, start: usize, end: usize, make: impl FnOnce(Span, &str) -> Diagnostic) {
        if self.lexed.diagnostics.len() <= limits::DIAGNOSTICS {
            let at = Span::new(self.source, start, end);
            self.lexed.diagnostics.push(make(at, &self.text[start..end]));
        }
    }

    fn number(&mut self, start: usize, end: usize) {
        let digits = &self.text[start..end];
        let mantissa = digits.split(['e', 'E']).next().unwrap_or(digits);
        let wrong = match digits.parse::<f64>() {
            Ok(value) if value.is_infinite() => Some("is too large; the largest number is 1.8e308"),
            Ok(0.0) if mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b)) => {
                Some("is too small; the smallest number above 0 is 4.9e-324")
            }
            _ => None,
        };
        let Some(wrong) = wrong else {
            return self.token(Kind::Number, start, end);
        };
        self.report(start, end, |at, digits| {
            let shown = shorten(digits);
            Diagnostic::new(codes::BAD_NUMBER, at, format!("`{shown}` {wrong}"), "")
        });
        self.token(Kind::Error, start, end);
    }

    fn block_comment(&mut self, start: usize, end: usize) {
        if self.odd.is_some() {
            self.report_odd_letters();
        }
        self.report(start, start + 2, |at, _| {
            Diagnostic::new(codes::BAD_LETTER, at, "`/*` begins no comment here", "")
                .with_help("put `//` in front of every line of the comment")
        });
        self.newline |= self.text[start..end].contains('\n');
    }

    fn odd_letters(&mut self, start: usize, end: usize) {
        match &mut self.odd {
            Some((_, odd_end)) if *odd_end == start => *odd_end = end,
            Some(_) => {
                self.report_odd_letters();
                self.odd = Some((start, end));
            }
            None => self.odd = Some((start, end)),
        }
    }

    fn report_odd_letters(&mut self) {
        let Some((start, end)) = self.odd.take() else { return };
        self.report(start, end, odd_letters);
        if !self.text[start..end].chars().all(char::is_whitespace) {
            self.token(Kind::Bad, start, end);
        }
    }
}

impl Foreign {
    fn diagnostic(self, at: Span, mark: &str) -> Diagnostic {
        let right = self.right.trim();
        Diagnostic::new(codes::BAD_LETTER, at, format!("`{mark}` is written `{right}`"), "")
            .with_help(format!("type `{right}`"))
            .with_fix(at, self.right)
    }
}

fn bad_number(raw: Raw, at: Span, digits: &str) -> Diagnostic {
    let short = shorten(digits);
    let (message, help, fix) = match raw {
        Raw::NoExponent => (
            format!("the exponent of `{short}` has no digits"),
            "write the exponent as in `1e-3`".to_owned(),
            None,
        ),
        Raw::Grouped => {
            let plain = digits.replace('_', "");
            let help = format!("write `{}`", shorten(&plain));
            (format!("`{short}`: numbers are written without `_`"), help, Some(plain))
        }
        Raw::OtherBase => (
            format!("`{short}`: numbers are decimal"),
            "write the number in the base ten".to_owned(),
            None,
        ),
        _ => (
            format!("`{short}`: a number has a digit on both sides of its `.`"),
            format!("write `0{short}`"),
            Some(format!("0{digits}")),
        ),
    };
    let diagnostic = Diagnostic::new(codes::BAD_NUMBER, at, message, "").with_help(help);
    match fix {
        Some(fix) => diagnostic.with_fix(at, fix),
        None => diagnostic,
    }
}

fn many_primes(at: Span, letters: &str) -> Diagnostic {
    let name = shorten(letters.trim_end_matches('\''));
    Diagnostic::new(codes::BAD_LETTER, at, "equations are of first order: one `'`", "").with_help(
        format!("give the rate of change a state of its own: `{name}' = r` and `r' = …`"),
    )
}

fn curly_text(at: Span, letters: &str) -> Diagnostic {
    let plain = letters.replace(['“', '”', '„'], "\"");
    let message = "texts stand in plain quotes";
    Diagnostic::new(codes::BAD_LETTER, at, message, "")
        .with_help(format!("write `{}`", shorten(&plain)))
        .with_fix(at, plain)
}

fn odd_letters(at: Span, letters: &str) -> Diagnostic {
    let short: String = letters.chars().take(20).collect();
    let message = format!("`{}` has no meaning here", short.escape_debug());
    let diagnostic = Diagnostic::new(codes::BAD_LETTER, at, message, "");
    match letters.chars().next() {
        Some('\'') => {
            diagnostic.with_help("a `'` follows the name of a state: `v' = …`; texts stand in `\"`")
        }
        Some('“' | '”' | '„') => diagnostic.with_help("texts stand in plain quotes: `\"…\"`"),
        Some('?') => diagnostic.with_help("a choice is written `if … then … else …`"),
        Some(c) if c.is_alphabetic() => diagnostic.with_help(
            "names are made of the letters a-z and A-Z, digits and `_`: write `tau`, not `τ`",
        ),
        Some(c) if c.is_whitespace() => {
            diagnostic.with_help("type an ordinary space").with_fix(at, " ")
        }
        _ => diagnostic.with_help("remove it"),
    }
}

fn shorten(letters: &str) -> String {
    letters.chars().take(40).collect()
}
