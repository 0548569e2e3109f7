//! What the compiler decided, and why.

use snn_diagnostics::Span;

/// One decision, for `snn explain --decisions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The population, source or projection.
    pub subject: String,
    /// What was chosen.
    pub choice: String,
    /// Why.
    pub reason: String,
    /// The declaration.
    pub span: Span,
}
