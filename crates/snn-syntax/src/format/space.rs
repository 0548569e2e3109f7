//! Where a space stands between two tokens of a line.

use crate::token::{Kind, Token};
use crate::word::Word;

/// What the tokens so far say about the space before the next one.
#[derive(Default)]
pub(super) struct Spaces {
    before: Option<Token>,
    /// Whether `before` is an operand, so that a `-` after it subtracts.
    operand: bool,
    /// Whether `before` is a sign, which stands close to what it negates.
    sign: bool,
    /// Whether `before` is the first token of its statement.
    begins: bool,
    /// Whether the statement is a `for` or a `sweep`.
    for_loop: bool,
    /// Whether a model stands after the colon, not a unit.
    model: bool,
    /// What the tokens within each open bracket are, innermost last.
    modes: Vec<Mode>,
    /// Within a unit after a colon.
    unit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `{ }`, `( )`.
    Plain,
    /// `[ ]` of an index or array.
    Index,
    /// `[ ]` of a unit.
    Unit,
}

/// Whether a value follows the word within a statement.
fn takes_value(word: Word) -> bool {
    use Word::{Add, Axon, Back, Delay, Dendrite, Rising, Set, Substeps, When};
    matches!(word, When | Rising | Substeps | Axon | Dendrite | Back | Delay | Add | Set)
}

impl Spaces {
    /// Whether a space stands before `token`; `begins`: it is the first of its statement.
    pub(super) fn before(&mut self, token: Token, begins: bool) -> bool {
        let ends_unit = matches!(token.kind, Kind::Equals | Kind::Comma | Kind::Semicolon)
            || token.is(Word::In);
        if begins || ends_unit {
            self.unit = false;
        }
        if begins {
            self.for_loop = token.is(Word::For) || token.is(Word::Sweep);
            self.model = token.is(Word::Population) || token.is(Word::Source);
        }
        let closes = token.kind.is_close();
        let tight_mode = self.in_unit();
        if closes {
            self.modes.pop();
        }
        let space = self.before.is_some_and(|before| self.between(before, token, tight_mode));
        self.advance(token, begins);
        space
    }

    fn in_unit(&self) -> bool {
        self.unit || self.modes.last() == Some(&Mode::Unit)
    }

    fn between(&self, before: Token, token: Token, in_unit: bool) -> bool {
        use Kind::*;
        match (before.kind, token.kind) {
            (_, Comma | Semicolon | CloseParen | CloseBracket | Colon) => false,
            (OpenParen | OpenBracket, _) => false,
            (Number, Dot) | (Dot, Number) => true,
            (Dot, _) | (_, Dot) => false,
            (_, OpenParen | OpenBracket) if self.sign || in_unit => false,
            (Number, OpenBracket) => true,
            (_, OpenParen | OpenBracket) => !self.is_callable(before),
            (DotDot, _) | (_, DotDot) => !self.tight_range(),
            _ if self.sign => false,
            (Star | Slash | Caret, _) | (_, Star | Slash | Caret) => !in_unit,
            _ => true,
        }
    }

    /// Whether a `(` or `[` after it belongs to it.
    fn is_callable(&self, before: Token) -> bool {
        match before.kind {
            Kind::Name | Kind::UnitName | Kind::CloseParen | Kind::CloseBracket => true,
            Kind::Word(Word::Step | Word::Round | Word::Near) => true,
            Kind::Word(word) if takes_value(word) => false,
            Kind::Word(word) => !word.is_reserved() && !self.begins,
            _ => false,
        }
    }

    /// `E[0..50]`, `for i in 0..8`; bounds such as `1 mV .. 2 mV` stand apart.
    fn tight_range(&self) -> bool {
        match self.modes.last() {
            Some(mode) => *mode == Mode::Index || (self.for_loop && *mode == Mode::Plain),
            None => self.for_loop,
        }
    }

    fn advance(&mut self, token: Token, begins: bool) {
        let was_operand = self.operand && !begins;
        self.sign = match token.kind {
            Kind::Minus => !was_operand,
            _ => false,
        };
        match token.kind {
            Kind::OpenBracket => {
                let of_unit = self.before.is_some_and(|b| b.kind == Kind::Number);
                self.modes.push(if of_unit && !token.newline { Mode::Unit } else { Mode::Index });
            }
            Kind::OpenParen => {
                self.modes.push(if self.in_unit() { Mode::Unit } else { Mode::Plain })
            }
            Kind::OpenBrace => {
                self.modes.push(Mode::Plain);
                self.unit = false;
            }
            Kind::Colon => self.unit = !self.model,
            kind if kind.is_close() => self.unit = false,
            _ => {}
        }
        self.operand = match token.kind {
            Kind::Name
            | Kind::UnitName
            | Kind::Primed
            | Kind::Number
            | Kind::Text
            | Kind::CloseParen
            | Kind::CloseBracket => true,
            Kind::Word(Word::True | Word::False) => true,
            Kind::Word(word) if takes_value(word) => false,
            Kind::Word(word) => !word.is_reserved() && !begins,
            _ => false,
        };
        self.begins = begins;
        self.before = Some(token);
    }
}
