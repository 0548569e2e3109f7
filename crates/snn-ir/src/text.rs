//! The text form: one line per object, projection and operation.
//!
//! [`print`] and [`parse`] are inverse to each other, bit for bit, except for spans: a text has none, so
//! everything read back stands at offset 0. Numbers are the shortest decimals that read back the same.

mod live;
mod measure;
mod print;
mod read;
mod rule;
mod tokens;

use std::fmt;

pub use print::print;
pub use read::parse;

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Line of the text, from 1.
    pub line: usize,
    /// What should have stood there.
    pub wanted: String,
    /// What stands there; empty at the end of a line.
    pub found: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, wanted, found } = self;
        match found.as_str() {
            "" => write!(f, "line {line} ends where {wanted} is wanted"),
            found => write!(f, "line {line} has `{found}` where {wanted} is wanted"),
        }
    }
}

impl std::error::Error for TextError {}
