//! Where a statement ends: at a newline or `;`, unless something must follow.

use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

/// The statements of a group, without their `;`.
pub(super) fn statements<'src>(
    tokens: &'src [Token],
) -> impl Iterator<Item = &'src [Token]> + use<'src> {
    let mut rest = tokens;
    std::iter::from_fn(move || {
        while let [Token { kind: Kind::Semicolon, .. }, after @ ..] = rest {
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let end = (1..rest.len()).find(|&i| ends_before(rest, i)).unwrap_or(rest.len());
        let (statement, after) = rest.split_at(end);
        rest = after;
        Some(statement)
    })
}

/// Whether a statement ends between the tokens `i - 1` and `i`, neither of them within a list.
pub(crate) fn ends_before(tokens: &[Token], i: usize) -> bool {
    let (before, token) = (tokens[i - 1], tokens[i]);
    if token.kind == Kind::Semicolon {
        return true;
    }
    let joins = match token.kind {
        Kind::Word(word) => matches!(word, Word::Else | Word::Then),
        kind => matches!(kind, Kind::Brace | Kind::OpenBrace),
    };
    if !token.newline || joins {
        return false;
    }
    !before.kind.continues() || begins_statement(&tokens[i..])
}

/// Whether this can only be the begin of a statement: something is missing before it.
fn begins_statement(tokens: &[Token]) -> bool {
    let [head, next, ..] = tokens else { return false };
    match head.kind {
        Kind::Word(word) => {
            let name_follows = next.is_name() && !next.newline;
            Layer::begins_somewhere(word) && !word.is_reserved() && name_follows
        }
        Kind::Primed => next.kind == Kind::Equals,
        _ => false,
    }
}
