//! Paths to populations: `E`, `L[2]`, `col[2].E[0..10]`.

use snn_diagnostics::Span;
use snn_syntax::ast::{Expr, ExprKind};

use super::frame::NetScope;

/// Names with the brackets behind each, from the outside in.
pub(super) struct Path<'e> {
    pub steps: Vec<Step<'e>>,
}

/// One name of a path.
pub(super) struct Step<'e> {
    pub name: &'e str,
    pub span: Span,
    pub indices: Vec<&'e Expr>,
}

impl<'e> Path<'e> {
    /// The path that an expression is; none for anything else.
    pub fn of(e: &'e Expr) -> Option<Self> {
        let (mut steps, mut indices, mut at) = (Vec::new(), Vec::new(), e);
        loop {
            let (name, span, next) = match &at.kind {
                ExprKind::Index(base, index) => {
                    indices.push(&**index);
                    at = base;
                    continue;
                }
                ExprKind::Field(base, name) => (name.text.as_str(), name.span, Some(&**base)),
                ExprKind::Name(name) => (name.as_str(), at.span, None),
                _ => return None,
            };
            indices.reverse();
            steps.push(Step { name, span, indices: std::mem::take(&mut indices) });
            match next {
                Some(base) => at = base,
                None => break,
            }
        }
        steps.reverse();
        Some(Self { steps })
    }
}

/// Whether an expression with a dot at its end, `col.E`, names neurons: what stands before the dot is a
/// network inside this one. Otherwise it is a part of what it names, as in `E.v`.
pub(super) fn names_neurons(scope: &NetScope<'_, '_>, e: &Expr) -> bool {
    let Some(path) = Path::of(e) else { return false };
    let Some((_, before)) = path.steps.split_last().filter(|(_, before)| !before.is_empty()) else {
        return false;
    };
    let names: Vec<&str> = before.iter().map(|step| step.name).collect();
    scope.objects.module(&scope.path_of(&names.join("."))).is_some()
}
