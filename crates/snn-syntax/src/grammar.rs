//! The grammar: parsers of expressions, of lists in brackets and of the rest of each statement after
//! its first word.
//!
//! A bracket group is one token here, parsed before its surroundings; its entries wait in the
//! [`Context`]. So the parsers see flat sequences, and brackets need no recursion. Every choice is
//! decided by one or two tokens, so that a group is taken once.

mod expr;
mod statement;
mod synapse;
mod unit;

use chumsky::extra::{Full, SimpleState};
use chumsky::prelude::*;
use chumsky::primitive::select;
use snn_diagnostics::{Diagnostic, SourceId, Span};
use std::collections::HashMap;

use crate::ast::{Expr, ExprKind, Name, UnitExpr, WordOrName};
use crate::fault::{Expected, Fault};
use crate::limits;
use crate::token::{Kind, Token};
use crate::word::Word;

pub(crate) use expr::Expressions;
pub(crate) use statement::{PlacedCall, SignalParts, Statements};

/// The parser library's settings.
pub(crate) type Extra<'src> = Full<Fault, SimpleState<Context<'src>>, ()>;

/// A parser of flat tokens.
pub(crate) type Rule<'src, O> = Boxed<'src, 'src, &'src [Token], O, Extra<'src>>;

/// All parsers; made once per text, for making them costs more than running them.
pub(crate) struct Grammar<'src> {
    pub(crate) expressions: Expressions<'src>,
    pub(crate) statements: Statements<'src>,
}

impl Grammar<'_> {
    pub(crate) fn new() -> Self {
        let expressions = Expressions::new();
        let statements = Statements::new(&expressions);
        Self { expressions, statements }
    }
}

/// What the parsers read and write besides tokens.
pub(crate) struct Context<'src> {
    pub(crate) source: SourceId,
    pub(crate) text: &'src str,
    /// Documentation by first byte of the token that it precedes.
    pub(crate) docs: HashMap<u32, String>,
    /// Entries of the `( )` and `[ ]` groups that have been parsed and not yet been used.
    pub(crate) groups: Vec<Vec<Entry>>,
    /// Whether arguments may have a delay.
    pub(crate) delayed: bool,
    /// Faults that the grammar lets pass and meaning does not.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One entry of a list in brackets: arguments, indices, elements, parameters of a function.
#[derive(Debug)]
pub(crate) enum Entry {
    /// `x`, `lo .. hi`.
    Value(Expr),
    /// `tau = 3 ms`, `from 100 ms`.
    Labelled(WordOrName, Expr),
    /// `da = vta delay 1 ms`.
    Delayed(Expr, Expr, Expr),
    /// `x: mV`.
    Declared(Name, UnitExpr),
}

impl Context<'_> {
    pub(crate) fn span(&self, token: Token) -> Span {
        token.span(self.source)
    }

    pub(crate) fn name(&self, token: Token) -> Name {
        Name { text: token.text(self.text).to_owned(), span: self.span(token) }
    }

    /// The name of the state in `x'`.
    pub(crate) fn primed(&self, token: Token) -> Name {
        self.name(Token { end: token.end - 1, ..token })
    }

    pub(crate) fn take(&mut self, group: Token) -> Vec<Entry> {
        std::mem::take(&mut self.groups[group.group as usize])
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() <= limits::DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// An expression that stays silent.
pub(crate) fn error(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}

/// A token that `accepts` accepts.
pub(crate) fn one<'src>(
    accepts: impl Fn(Token) -> bool + Clone + 'src,
) -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    select(move |token: Token, _| accepts(token).then_some(token))
}

pub(crate) fn token<'src>(
    kind: Kind,
) -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    one(move |t| t.kind == kind).labelled(Expected::Token(kind))
}

/// A token that may be left out and that a message need not offer.
pub(crate) fn optional<'src>(
    kind: Kind,
) -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    one(move |t| t.kind == kind).labelled(Expected::Operator)
}

pub(crate) fn word<'src>(
    word: Word,
) -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    token(Kind::Word(word))
}

pub(crate) fn name_token<'src>() -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    one(Token::is_name).labelled(Expected::Name)
}

pub(crate) fn name<'src>() -> impl Parser<'src, &'src [Token], Name, Extra<'src>> + Clone {
    name_token().map_with(|t, e| e.state().name(t))
}
