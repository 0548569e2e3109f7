//! `dense(W)`, `conv2d(W, …)`, `pool(…)`: rules whose weights and pairs follow from shapes.

use snn_connect::{Rule, Window};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;

use super::frame::NetScope;
use super::members::total;
use super::objects::Objects;
use super::rule::{Drawn, Pairing};
use crate::arguments::{needed, optional, read};
use crate::array::{Array, shape_text};
use crate::constant::{self, Constant};
use crate::context::Context;

/// `dense(W)`: W is [out, in].
pub(super) fn dense(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    let [w] = read(cx, call, span, "`dense(W)`, W of shape [out, in]", [needed("weights")])?;
    let (w, pairing) = (w?, pairing?);
    let array = weights(cx, scope, w, pairing)?;
    let wanted = [total(pairing.targets) as usize, total(pairing.sources) as usize];
    if array.shape() != wanted {
        let (found, wanted) = (shape_text(array.shape()), shape_text(&wanted));
        let message = format!(
            "`dense` from `{}` to `{}` needs weights [out, in] of shape {wanted}, these have {found}",
            pairing.source_text, pairing.target_text
        );
        cx.report(Diagnostic::new(network::WRONG_SHAPE, w.span, message, found));
        return None;
    }
    Some(Drawn { table: Some(array.values().into()), ..Drawn::from(Rule::AllToAll) })
}

/// `conv2d(W, stride = 1, padding = 0, dilation = 1, groups = 1)`: W is [out, in per group, rows, columns].
pub(super) fn conv2d(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    let usage = "`conv2d(W, stride = 2, padding = 1)`, W of shape [out, in, rows, columns]";
    let slots = [
        needed("weights"),
        optional("stride"),
        optional("padding"),
        optional("dilation"),
        optional("groups"),
    ];
    let [w, stride, padding, dilation, groups] = read(cx, call, span, usage, slots)?;
    let stride = pair(cx, scope, stride, ("the stride", 1), [1, 1])?;
    let padding = pair(cx, scope, padding, ("the padding", 0), [0, 0])?;
    let dilation = pair(cx, scope, dilation, ("the dilation", 1), [1, 1])?;
    let [groups, _] = pair(cx, scope, groups, ("the number of groups", 1), [1, 1])?;
    let (w, pairing) = (w?, pairing?);
    let array = weights(cx, scope, w, pairing)?;
    let shape = shape_text(array.shape());
    let (input, output) =
        (image(cx, pairing, Side::Source, span)?, image(cx, pairing, Side::Target, span)?);
    let fault = |cx: &mut Context<'_>, message: String| {
        cx.report(Diagnostic::new(network::WRONG_SHAPE, w.span, message, shape.clone()));
        None
    };
    let sides: Option<Vec<u32>> = array.shape().iter().map(|n| u32::try_from(*n).ok()).collect();
    let Some([out, inner, rows, columns]) =
        sides.as_deref().and_then(|s| <[u32; 4]>::try_from(s).ok())
    else {
        return fault(
            cx,
            format!("weights of `conv2d` are [out, in, rows, columns], these have {shape}"),
        );
    };
    if inner.checked_mul(groups) != Some(input[0]) || !out.is_multiple_of(groups) {
        let groups = if groups == 1 { String::new() } else { format!(" in {groups} groups") };
        let message = format!(
            "weights {shape} read {inner} channels{groups}, `{}` has the shape {}",
            pairing.source_text,
            shape_text(&input.map(|n| n as usize))
        );
        return fault(cx, message);
    }
    let kernel = [rows, columns];
    let window = Window { input, output, kernel, stride, padding, dilation, groups };
    let found = shaped(cx, window, out, pairing, (span, "conv2d"))?;
    Some(Drawn { table: Some(array.values().into()), ..Drawn::from(Rule::Window(found)) })
}

/// `pool(2)`, `pool([2, 3], stride = 2, padding = 1)`: the sum over a window of each channel.
pub(super) fn pool(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    let usage = "`pool(2)` or `pool([2, 2], stride = 2, padding = 0)`";
    let slots = [needed("size"), optional("stride"), optional("padding")];
    let [size, stride, padding] = read(cx, call, span, usage, slots)?;
    let kernel = pair(cx, scope, size, ("the size", 1), [1, 1])?;
    let stride = pair(cx, scope, stride, ("the stride", 1), kernel)?;
    let padding = pair(cx, scope, padding, ("the padding", 0), [0, 0])?;
    let pairing = pairing?;
    let (input, output) =
        (image(cx, pairing, Side::Source, span)?, image(cx, pairing, Side::Target, span)?);
    let groups = input[0];
    let window = Window { input, output, kernel, stride, padding, dilation: [1, 1], groups };
    let found = shaped(cx, window, groups, pairing, (span, "pool"))?;
    Some(Drawn::from(Rule::Window(found)))
}

/// The window, where the targets have the shape that it gives.
fn shaped(
    cx: &mut Context<'_>,
    window: Window,
    channels: u32,
    pairing: &Pairing<'_>,
    (span, rule): (Span, &str),
) -> Option<Window> {
    let text = |shape: &[u32]| shape_text(&shape.iter().map(|n| *n as usize).collect::<Vec<_>>());
    let (input, kernel) = (text(&window.input), text(&window.kernel));
    let Some([rows, columns]) = window.output_size() else {
        let source = pairing.source_text;
        let message = format!("a window of {kernel} does not fit into `{source}` of shape {input}");
        cx.report(Diagnostic::new(network::WRONG_SHAPE, span, message, "too large"));
        return None;
    };
    let gives = [channels, rows, columns];
    if gives == window.output {
        return Some(window);
    }
    let (target, found) = (pairing.target_text, text(&window.output));
    let gives = text(&gives);
    let message = format!(
        "`{rule}` of {input} with a window of {kernel} gives {gives}, `{target}` has {found}"
    );
    cx.report(
        Diagnostic::new(network::WRONG_SHAPE, span, message, gives.clone())
            .with_help(format!("declare it as `{target}{gives}`")),
    );
    None
}

/// The weights in the receptor's unit.
fn weights(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: &ast::Expr,
    pairing: &Pairing<'_>,
) -> Option<Array> {
    match constant::constant(cx, scope, e, Some(pairing.unit), "the weights")? {
        Constant::Array(array) => Some(array),
        Constant::Poison => None,
        Constant::Number(_) => {
            let message = "the weights are an array, this is one number";
            cx.report(
                Diagnostic::new(network::BAD_ARRAY, e.span, message, "not an array")
                    .with_help("give an array, or `file(\"weights.npy\")`"),
            );
            None
        }
    }
}

/// A whole number of at least `least`, or two for rows and columns.
fn pair(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    e: Option<&ast::Expr>,
    (role, least): (&str, i64),
    default: [u32; 2],
) -> Option<[u32; 2]> {
    let Some(e) = e else { return Some(default) };
    let bounds = (least, 1 << 20);
    let mut one =
        |e: &ast::Expr| u32::try_from(constant::whole_within(cx, scope, e, role, bounds)?).ok();
    match &e.kind {
        ast::ExprKind::Array(both) => match both.as_slice() {
            [rows, columns] => Some([one(rows)?, one(columns)?]),
            _ => {
                let message = format!("{role} is one number, or two: [rows, columns]");
                cx.report(Diagnostic::new(network::WRONG_SHAPE, e.span, message, "how many?"));
                None
            }
        },
        _ => one(e).map(|n| [n, n]),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Target,
}

/// [channels, rows, columns] of one whole population.
fn image(cx: &mut Context<'_>, pairing: &Pairing<'_>, side: Side, span: Span) -> Option<[u32; 3]> {
    let (segments, text) = match side {
        Side::Source => (pairing.sources, pairing.source_text),
        Side::Target => (pairing.targets, pairing.target_text),
    };
    let objects: &Objects = pairing.objects;
    let shape = match segments {
        [s] if *s == objects.whole(s.object) => Some(objects.get(s.object).shape.as_slice()),
        _ => None,
    };
    let message = match shape {
        Some([rows, columns]) => return Some([1, *rows, *columns]),
        Some([channels, rows, columns]) => return Some([*channels, *rows, *columns]),
        Some(shape) => {
            let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
            format!(
                "an image has the shape [channels, rows, columns], `{text}` has {}",
                shape_text(&shape)
            )
        }
        None => format!("an image is one whole population, `{text}` is not"),
    };
    cx.report(Diagnostic::new(network::WRONG_SHAPE, span, message, "no image"));
    None
}
