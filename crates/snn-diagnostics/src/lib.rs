//! Where in the text, what is wrong, and what to type: spans, the source map, stable codes,
//! [`Diagnostic`] and [`Checked`].
//!
//! Every stage before the mapping returns a [`Checked`]: a value where one could be made, and all
//! faults found. Architecture invariant: only this crate knows how a message is drawn.
//!
//! Start at [`Diagnostic::error`]; the codes live in [`codes`], one file per stage.

mod checked;
pub mod codes;
mod diagnostic;
mod nearest;
mod render;
mod source;

pub use checked::Checked;
pub use codes::Code;
pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use nearest::nearest;
pub use render::{json_schema, render_human, render_json};
pub use source::{SourceFile, SourceId, SourceMap, Span};
