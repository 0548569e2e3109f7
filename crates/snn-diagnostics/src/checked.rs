//! The result of a stage that never fails.

use crate::{Diagnostic, Severity};

/// A value where one could be made, and every fault found on the way.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// The result; `None` where nothing sensible could be made.
    pub value: Option<T>,
    /// All faults and warnings, in the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// A value and what was found while making it.
    pub fn new(value: Option<T>, diagnostics: Vec<Diagnostic>) -> Self {
        Self { value, diagnostics }
    }

    /// A value without faults.
    pub fn clean(value: T) -> Self {
        Self { value: Some(value), diagnostics: Vec::new() }
    }

    /// Whether any diagnostic is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// The next stage: runs `f` on the value where there is one and no error, and keeps all faults.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Checked<U>) -> Checked<U> {
        let stop = self.has_errors();
        let Self { value, mut diagnostics } = self;
        match value {
            Some(value) if !stop => {
                let next = f(value);
                diagnostics.extend(next.diagnostics);
                Checked { value: next.value, diagnostics }
            }
            _ => Checked { value: None, diagnostics },
        }
    }
}
