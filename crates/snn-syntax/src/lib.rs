//! Text to tokens to syntax tree, and back to text in one canonical form.
//!
//! [`parse`] never fails and never panics: it returns a [`File`](ast::File) with every item that could
//! be understood, and one diagnostic per fault. Architecture invariant: only this crate knows the lexer
//! and the parser library. Start at [`ast`].

pub mod ast;
