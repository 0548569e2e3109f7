//! Where the brackets of a declaration end as family indices and begin as a size.

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, NetworkItem};

use super::frame::{Frame, NetScope};
use super::objects::Objects;
use crate::constant;
use crate::context::Context;

/// The name and brackets of a population or source.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    /// `E`, or the family's name.
    pub name: &'a ast::Name,
    /// Family indices, then the size.
    pub brackets: &'a [Vec<ast::Expr>],
}

/// One object of a declaration.
pub(super) struct Member {
    /// Family indices.
    pub indices: Vec<i64>,
    /// `E`, `L[3]`.
    pub name: String,
    /// Number of neurons or trains; none where faulty.
    pub size: Option<u32>,
    /// Length of each dimension; nothing where faulty.
    pub shape: Vec<u32>,
}

/// Evaluates the brackets; none where not even the name is known.
pub(super) fn member(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    head: Head<'_>,
) -> Option<Member> {
    let name = &head.name.text;
    let Some((size, family)) = head.brackets.split_last() else {
        cx.report(
            Diagnostic::new(
                network::WRONG_ARGUMENT,
                head.name.span,
                format!("`{name}` has no size"),
                "how many?",
            )
            .with_help(format!("one neuron is `{name}[1]`"))
            .with_fix(head.name.span.after(), "[1]"),
        );
        return None;
    };
    if family.is_empty() && !scope.frame.steps.is_empty() {
        forgot_index(cx, scope.frame, head.name);
        return None;
    }
    let mut indices = Vec::new();
    for bracket in family {
        let [only] = bracket.as_slice() else {
            let span = bracket.first().map_or(head.name.span, |e| e.span);
            let message = "a family index is one number: `L[i][100]`";
            cx.report(Diagnostic::new(network::FAMILY, span, message, "several numbers"));
            return None;
        };
        let role = format!("the index of `{name}`");
        let bounds = (0, i64::from(u32::MAX));
        indices.push(constant::whole_within(cx, scope, only, &role, bounds)?);
    }
    let shown: String = indices.iter().map(|i| format!("[{i}]")).collect();
    let shape = shape_of(cx, scope, head.name, size);
    Some(Member {
        name: format!("{}{name}{shown}", scope.frame.prefix()),
        size: shape.as_ref().map(|shape| shape.iter().product()),
        shape: shape.unwrap_or_default(),
        indices,
    })
}

/// Makes silent what refers to members that were never made.
pub(super) fn spoil(items: &[NetworkItem], objects: &mut Objects, path: &str) {
    for item in items {
        match item {
            NetworkItem::Population(p) => {
                objects.spoil(&format!("{path}{}", p.name.text), p.name.span);
            }
            NetworkItem::Source(s) => {
                objects.spoil(&format!("{path}{}", s.name.text), s.name.span);
            }
            NetworkItem::Network(s) => {
                objects.spoil_module(format!("{path}{}", s.name.text), s.name.span);
            }
            _ => item.bodies().into_iter().for_each(|body| spoil(body, objects, path)),
        }
    }
}

/// Says that a declaration in a loop needs the loop variable.
pub(super) fn forgot_index(cx: &mut Context<'_>, frame: &Frame<'_, '_>, name: &ast::Name) {
    let variable = frame.variable().unwrap_or("i");
    let message = format!("each step of the loop declares `{}` again", name.text);
    cx.report(
        Diagnostic::new(network::FAMILY, name.span, message, "without the loop variable")
            .with_help(format!("make it a family: `{}[{variable}][…]`", name.text))
            .with_fix(name.span.after(), format!("[{variable}]")),
    );
}

/// The sides of a size or shape, whose product is a size too.
fn shape_of(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    name: &ast::Name,
    shape: &[ast::Expr],
) -> Option<Vec<u32>> {
    let role = format!("the size of `{}`", name.text);
    let count = constant::Count {
        role: &role,
        none: &format!("`{}` would be empty: its size is 0", name.text),
        help: "what a network may do without stands in `if N > 0 { … }`",
        most: i64::from(u32::MAX),
    };
    let sides: Vec<Option<u32>> =
        shape.iter().map(|e| constant::count(cx, scope, e, &count)).collect();
    let mut product = 1u32;
    for side in &sides {
        let Some(next) = product.checked_mul((*side)?) else {
            let span = join(shape).unwrap_or(name.span);
            let message = format!("{role} is more than {}", u32::MAX);
            cx.report(Diagnostic::new(network::OUT_OF_RANGE, span, message, "too large"));
            return None;
        };
        product = next;
    }
    sides.into_iter().collect()
}

fn join(list: &[ast::Expr]) -> Option<Span> {
    Some(list.first()?.span.to(list.last()?.span))
}
