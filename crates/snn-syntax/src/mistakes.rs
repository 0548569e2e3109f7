//! Messages: the commonest mistakes by name, everything else as "expected …, found …".

mod explain;
mod foreign;
mod look;
mod unknown;

pub(crate) use explain::explain;
pub(crate) use look::look;
pub(crate) use unknown::unknown;

use crate::token::{Kind, Token};

/// What a token looks like in a message.
pub(crate) fn show(token: Token, text: &str) -> String {
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
