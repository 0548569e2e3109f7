//! What a condition says about the names in it.

use super::range::{Ranges, atom};
use super::{Kind, Range};
use crate::model::{Binary, Expr, ExprKind, Unary};

impl Ranges<'_> {
    /// What `f` finds where the condition holds (or does not); an empty range where it never can.
    pub(super) fn assuming(
        &mut self,
        condition: &Expr,
        holds: bool,
        f: impl FnOnce(&mut Self) -> Range,
    ) -> Range {
        let before = self.known.clone();
        let possible = self.assume(condition, holds);
        let range = if possible { f(self) } else { Range { lo: 1.0, hi: 0.0, kind: Kind::Whole } };
        self.known = before;
        range
    }

    /// Narrows the ranges of names by a condition that holds (or does not); whether it can.
    pub fn assume(&mut self, condition: &Expr, holds: bool) -> bool {
        match &condition.kind {
            ExprKind::Unary(Unary::Not, inner) => self.assume(inner, !holds),
            ExprKind::Binary(Binary::And, a, b) if holds => {
                self.assume(a, true) && self.assume(b, true)
            }
            ExprKind::Binary(Binary::Or, a, b) if !holds => {
                self.assume(a, false) && self.assume(b, false)
            }
            ExprKind::Binary(op, a, b) => {
                let op = if holds { Some(*op) } else { opposite(*op) };
                let Some(op) = op else { return true };
                let (left, right) = (self.of(a), self.of(b));
                self.narrow(a, op, right) && mirrored(op).is_none_or(|op| self.narrow(b, op, left))
            }
            _ => true,
        }
    }

    fn narrow(&mut self, e: &Expr, op: Binary, other: Range) -> bool {
        let Some(atom) = atom(e) else { return true };
        let Some(mut range) = self.known.get(&atom).copied() else { return true };
        let step = if range.with(other) == Kind::Whole { 1.0 } else { 0.0 };
        match op {
            Binary::Lt => range.hi = range.hi.min(other.hi - step),
            Binary::Le => range.hi = range.hi.min(other.hi),
            Binary::Gt => range.lo = range.lo.max(other.lo + step),
            Binary::Ge => range.lo = range.lo.max(other.lo),
            Binary::Eq => {
                range.lo = range.lo.max(other.lo);
                range.hi = range.hi.min(other.hi);
            }
            Binary::Ne if other.is_point() => {
                if range.lo == other.lo {
                    range.lo += step;
                }
                if range.hi == other.lo {
                    range.hi -= step;
                }
            }
            _ => return true,
        }
        self.known.insert(atom, range);
        !range.is_empty()
    }
}

fn opposite(op: Binary) -> Option<Binary> {
    Some(match op {
        Binary::Lt => Binary::Ge,
        Binary::Le => Binary::Gt,
        Binary::Gt => Binary::Le,
        Binary::Ge => Binary::Lt,
        Binary::Eq => Binary::Ne,
        Binary::Ne => Binary::Eq,
        _ => return None,
    })
}

/// The comparison with its sides exchanged.
fn mirrored(op: Binary) -> Option<Binary> {
    Some(match op {
        Binary::Lt => Binary::Gt,
        Binary::Le => Binary::Ge,
        Binary::Gt => Binary::Lt,
        Binary::Ge => Binary::Le,
        Binary::Eq | Binary::Ne => op,
        _ => return None,
    })
}
