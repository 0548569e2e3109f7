//! Tokens, and the groups that brackets make of them.

use snn_diagnostics::{SourceId, Span};

use crate::word::Word;

/// One token, or one bracket group with all that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Whether a line ends between the token before and this one.
    pub(crate) newline: bool,
    /// First byte.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
    /// Index of the group, for [`Kind::Paren`], [`Kind::Bracket`] and [`Kind::Brace`].
    pub(crate) group: u32,
}

impl Token {
    pub(crate) fn span(self, source: SourceId) -> Span {
        Span { source, start: self.start, end: self.end }
    }

    pub(crate) fn text(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    pub(crate) fn is(self, word: Word) -> bool {
        self.kind == Kind::Word(word)
    }

    /// Whether it may be the name of something.
    pub(crate) fn is_name(self) -> bool {
        match self.kind {
            Kind::Name => true,
            Kind::Word(word) => !word.is_reserved(),
            _ => false,
        }
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    /// A name with a letter such as `µ` that only units may have.
    UnitName,
    Word(Word),
    /// `x'`.
    Primed,
    Number,
    Text,
    /// A number or text that has been reported; stands for some expression.
    Error,
    /// Something that has been reported; its statement stays silent.
    Bad,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Paren,
    Bracket,
    Brace,
    Comma,
    Semicolon,
    Colon,
    Dot,
    DotDot,
    Arrow,
    Equals,
    PlusEquals,
    MinusEquals,
    StarEquals,
    SlashEquals,
    Approximately,
    Tilde,
    Percent,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
    EqualsEquals,
    NotEquals,
    Ampersand,
    Bar,
    ShiftLeft,
    ShiftRight,
}

impl Kind {
    /// How it is written, where that is always the same.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Name | Self::UnitName => "a name",
            Self::Word(word) => word.text(),
            Self::Primed => "a name with a prime",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Error | Self::Bad => "",
            Self::OpenParen | Self::Paren => "(",
            Self::CloseParen => ")",
            Self::OpenBracket | Self::Bracket => "[",
            Self::CloseBracket => "]",
            Self::OpenBrace | Self::Brace => "{",
            Self::CloseBrace => "}",
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Colon => ":",
            Self::Dot => ".",
            Self::DotDot => "..",
            Self::Arrow => "->",
            Self::Equals => "=",
            Self::PlusEquals => "+=",
            Self::MinusEquals => "-=",
            Self::StarEquals => "*=",
            Self::SlashEquals => "/=",
            Self::Approximately => "~=",
            Self::Tilde => "~",
            Self::Percent => "%",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Star => "*",
            Self::Slash => "/",
            Self::Caret => "^",
            Self::Less => "<",
            Self::LessEquals => "<=",
            Self::Greater => ">",
            Self::GreaterEquals => ">=",
            Self::EqualsEquals => "==",
            Self::NotEquals => "!=",
            Self::Ampersand => "&",
            Self::Bar => "|",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
        }
    }

    /// Whether it opens a bracket.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::OpenParen | Self::OpenBracket | Self::OpenBrace)
    }

    /// Whether it closes a bracket.
    pub(crate) fn is_close(self) -> bool {
        matches!(self, Self::CloseParen | Self::CloseBracket | Self::CloseBrace)
    }

    /// The bracket that closes this one.
    pub(crate) fn closer(self) -> Self {
        match self {
            Self::OpenParen => Self::CloseParen,
            Self::OpenBracket => Self::CloseBracket,
            _ => Self::CloseBrace,
        }
    }

    /// The group that this bracket opens.
    pub(crate) fn group(self) -> Self {
        match self {
            Self::OpenParen => Self::Paren,
            Self::OpenBracket => Self::Bracket,
            _ => Self::Brace,
        }
    }

    /// Whether it compares.
    pub(crate) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Less
                | Self::LessEquals
                | Self::Greater
                | Self::GreaterEquals
                | Self::EqualsEquals
                | Self::NotEquals
        )
    }

    /// Whether it works on bits.
    pub(crate) fn is_bitwise(self) -> bool {
        matches!(
            self,
            Self::Ampersand
                | Self::Bar
                | Self::ShiftLeft
                | Self::ShiftRight
                | Self::Word(Word::Xor)
        )
    }

    /// Whether it stands between two operands of an expression.
    pub(crate) fn is_binary(self) -> bool {
        matches!(
            self,
            Self::Plus
                | Self::Minus
                | Self::Star
                | Self::Slash
                | Self::Caret
                | Self::Word(Word::And | Word::Or | Word::Div | Word::Mod)
        ) || self.is_comparison()
            || self.is_bitwise()
    }

    /// Whether something must follow it, so that a newline after it ends nothing.
    pub(crate) fn continues(self) -> bool {
        match self {
            Self::Word(word) => word.continues(),
            Self::Comma
            | Self::Colon
            | Self::Dot
            | Self::DotDot
            | Self::Arrow
            | Self::Equals
            | Self::PlusEquals
            | Self::MinusEquals
            | Self::StarEquals
            | Self::SlashEquals
            | Self::Approximately
            | Self::Tilde => true,
            _ => self.is_binary(),
        }
    }
}
