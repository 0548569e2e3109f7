//! Text to tokens to syntax tree, and back to text in one canonical form.
//!
//! [`parse`] never fails and never panics: it returns a [`File`](ast::File) with every item that could
//! be understood, and one diagnostic per fault. Architecture invariant: only this crate knows the lexer
//! and the parser library. Start at [`ast`].
//!
//! The way of a text: `lexer` makes tokens and comments, `tree` makes groups of brackets, `parse` cuts
//! groups into statements and hands each to a parser of `grammar`; what fails is explained by
//! `mistakes`. `format` works on tokens and comments alone.

pub mod ast;
mod fault;
mod format;
mod grammar;
mod layer;
mod lexer;
mod limits;
mod mistakes;
mod parse;
mod token;
mod tree;
mod word;

pub use format::format;
pub use parse::{Set, parse, parse_expression, parse_set};
pub use word::RESERVED;
