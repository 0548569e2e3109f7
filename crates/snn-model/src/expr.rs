//! Walking typed expressions.

use crate::model::{Expr, ExprKind};

impl Expr {
    /// The expressions directly inside this one, in the order of the text.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let found: Vec<&Expr> = match &self.kind {
            ExprKind::Unary(_, a) => vec![a],
            ExprKind::Binary(_, a, b) => vec![a, b],
            ExprKind::If(c, a, b) => vec![c, a, b],
            ExprKind::Apply(_, arguments) => arguments.iter().collect(),
            ExprKind::Draw { arguments, bounds, .. } => {
                let mut all = vec![&arguments.0, &arguments.1];
                if let Some(bounds) = bounds {
                    all.extend([&bounds.0, &bounds.1]);
                }
                all
            }
            _ => Vec::new(),
        };
        found.into_iter()
    }

    /// The same, to be changed.
    pub(crate) fn children_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Unary(_, a) => vec![a],
            ExprKind::Binary(_, a, b) => vec![a, b],
            ExprKind::If(c, a, b) => vec![c, a, b],
            ExprKind::Apply(_, arguments) => arguments.iter_mut().collect(),
            ExprKind::Draw { arguments, bounds, .. } => {
                let mut all = vec![&mut arguments.0, &mut arguments.1];
                if let Some(bounds) = bounds {
                    all.extend([&mut bounds.0, &mut bounds.1]);
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// Whether this or any expression inside satisfies `test`.
    pub fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        test(self) || self.children().any(|e| e.any(test))
    }

    /// Whether a random number stands in it.
    pub fn draws(&self) -> bool {
        self.any(&|e| matches!(e.kind, ExprKind::Draw { .. }))
    }
}
