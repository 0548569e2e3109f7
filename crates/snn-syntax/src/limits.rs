//! What a text may ask of the parser. All are checked before anything recurses.

/// Bytes of one source text.
pub(crate) const BYTES: usize = 64 << 20;
/// Tokens of one source text.
pub(crate) const TOKENS: usize = 1 << 24;
/// Brackets within brackets.
pub(crate) const BRACKETS: usize = 128;
/// Levels of an expression, counted from above: operators, fields, indices, calls and brackets.
pub(crate) const EXPRESSION: u32 = 256;
/// Diagnostics of one text; one more says how many are left out.
pub(crate) const DIAGNOSTICS: usize = 100;
