//! `dense(W)`, `conv2d(W, …)`, `pool(…)`: rules whose weights and pairs follow from shapes. Two of them may follow
//! each other, [`joined`](super::joined) then makes one rule of both.

use snn_connect::{Rule, Window};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;

use super::frame::NetScope;
use super::joined::{self, Part};
use super::members::total;
use super::objects::Objects;
use super::rule::{Drawn, Pairing};
use crate::arguments::{called, needed, optional, read};
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
    let inputs = pairing.map(|p| (total(p.sources), format!("`{}`", p.source_text)));
    let array = matrix(cx, scope, (call, span), inputs.zip(pairing))?;
    Some(Drawn { table: Some(array.values().into()), ..Drawn::from(Rule::AllToAll) })
}

/// The weights of `dense` for this many inputs.
fn matrix(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    ends: Option<((u64, String), &Pairing<'_>)>,
) -> Option<Array> {
    let [w] = read(cx, call, span, "`dense(W)`, W of shape [out, in]", [needed("weights")])?;
    let (w, ((inputs, source), pairing)) = (w?, ends?);
    let array = weights(cx, scope, w, pairing)?;
    let sides = [total(pairing.targets) as usize, inputs as usize];
    if array.shape() == sides {
        return Some(array);
    }
    let (found, wanted) = (shape_text(array.shape()), shape_text(&sides));
    let target = pairing.target_text;
    let message = format!(
        "`dense` from {source} to `{target}` needs weights [out, in] of shape {wanted}, these have {found}"
    );
    let mut d = Diagnostic::new(network::WRONG_SHAPE, w.span, message, found);
    if let [columns, rows] = *array.shape()
        && [rows, columns] == sides
    {
        d = d.with_help("these are [in, out]: save the transpose, `W.T`");
    }
    cx.report(d);
    None
}

/// A call of a rule, and where it stands.
type Stated<'a> = (&'a ast::Call, Span);

/// `conv2d(W, …)`, `pool(…)`, alone or one after the other, or `pool(…)` before `dense(W)`.
pub(super) fn windows(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    first: Stated<'_>,
    second: Option<Stated<'_>>,
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    if let Some((call, span)) = second {
        let follows = match called(first.0) {
            Some("pool") => matches!(called(call), Some("conv2d" | "dense")),
            _ => called(call) == Some("pool"),
        };
        if !follows {
            return not_joined(cx, call, span);
        }
    }
    let one = layer(cx, scope, first, pairing);
    if let Some((call, span)) = second.filter(|(call, _)| called(call) == Some("dense")) {
        let input = pairing.zip(one.as_ref()).and_then(|(p, one)| {
            let source = image(cx, p, Side::Source, first.1)?;
            let window = one.window(cx, &source)?;
            Some((window, p))
        });
        let ends = input.map(|(window, p)| {
            let [channels, rows, columns] = window.output.map(u64::from);
            let source = format!("`{}` by `{}`", p.source_text, one_name(&one));
            ((channels * rows * columns, source), p)
        });
        let array = matrix(cx, scope, (call, span), ends)?;
        let (window, _) = input?;
        let table = joined::dense(cx, &window, array.values(), span)?;
        return Some(Drawn { table: Some(table.into()), ..Drawn::from(Rule::AllToAll) });
    }
    let other = second.map(|second| layer(cx, scope, second, pairing));
    let (one, pairing) = (one?, pairing?);
    let input = image(cx, pairing, Side::Source, first.1)?;
    let target = image(cx, pairing, Side::Target, first.1)?;
    let before = one.window(cx, &input)?;
    let Some(other) = other else {
        let window = fits(cx, before, &one, &target)?;
        return Some(Drawn {
            table: one.weights.map(|(array, _)| array.values().into()),
            ..Drawn::from(Rule::Window(window))
        });
    };
    let other = other?;
    let text = format!("{} by `{}`", input.text, one.name);
    let after = other.window(cx, &Image { text, shape: before.output })?;
    let after = fits(cx, after, &other, &target)?;
    let parts = (one.part(&before), other.part(&after));
    let (window, table) = joined::windows(cx, parts, other.span)?;
    Some(Drawn { table: Some(table.into()), ..Drawn::from(Rule::Window(window)) })
}

fn one_name(layer: &Option<Layer>) -> &'static str {
    layer.as_ref().map_or("pool", |layer| layer.name)
}

fn not_joined(cx: &mut Context<'_>, call: &ast::Call, span: Span) -> Option<Drawn> {
    if !matches!(call.function.kind, ast::ExprKind::Error) {
        let message = "this rule cannot follow that one";
        cx.report(
            Diagnostic::new(network::WRONG_ARGUMENT, span, message, "not here")
                .with_help("`pool(…)` may be followed by `conv2d(…)` or `dense(…)`")
                .with_help("`conv2d(…)` may be followed by `pool(…)`"),
        );
    }
    None
}

/// A window before it meets an image.
struct Layer {
    name: &'static str,
    span: Span,
    kernel: [u32; 2],
    stride: [u32; 2],
    padding: [u32; 2],
    dilation: [u32; 2],
    /// None where every channel is a group of its own.
    groups: Option<u32>,
    /// [out, in per group, rows, columns], and where they stand; pooling has none.
    weights: Option<(Array, Span)>,
}

fn layer(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    stated: Stated<'_>,
    pairing: Option<&Pairing<'_>>,
) -> Option<Layer> {
    match called(stated.0) {
        Some("pool") => pool(cx, scope, stated),
        _ => conv2d(cx, scope, stated, pairing),
    }
}

/// `conv2d(W, stride = 1, padding = 0, dilation = 1, groups = 1)`: W is [out, in per group, rows, columns].
fn conv2d(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): Stated<'_>,
    pairing: Option<&Pairing<'_>>,
) -> Option<Layer> {
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
    let w = w?;
    let array = weights(cx, scope, w, pairing?)?;
    let sides: Option<Vec<u32>> = array.shape().iter().map(|n| u32::try_from(*n).ok()).collect();
    let Some([_, _, rows, columns]) = sides.and_then(|s| <[u32; 4]>::try_from(s).ok()) else {
        let shape = shape_text(array.shape());
        let message =
            format!("weights of `conv2d` are [out, in, rows, columns], these have {shape}");
        cx.report(Diagnostic::new(network::WRONG_SHAPE, w.span, message, shape));
        return None;
    };
    let (kernel, weights) = ([rows, columns], Some((array, w.span)));
    let (name, groups) = ("conv2d", Some(groups));
    Some(Layer { name, span, kernel, stride, padding, dilation, groups, weights })
}

/// `pool(2)`, `pool([2, 3], stride = 2, padding = 1)`: the sum over a window of each channel.
fn pool(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, (call, span): Stated<'_>) -> Option<Layer> {
    let usage = "`pool(2)` or `pool([2, 2], stride = 2, padding = 0)`";
    let slots = [needed("size"), optional("stride"), optional("padding")];
    let [size, stride, padding] = read(cx, call, span, usage, slots)?;
    let kernel = pair(cx, scope, size, ("the size", 1), [1, 1])?;
    let stride = pair(cx, scope, stride, ("the stride", 1), kernel)?;
    let padding = pair(cx, scope, padding, ("the padding", 0), [0, 0])?;
    let (name, dilation, groups, weights) = ("pool", [1, 1], None, None);
    Some(Layer { name, span, kernel, stride, padding, dilation, groups, weights })
}

/// What a window slides over.
struct Image {
    /// For messages, with quotes.
    text: String,
    /// Channels, rows, columns.
    shape: [u32; 3],
}

impl Layer {
    fn part<'a>(&'a self, window: &'a Window) -> Part<'a> {
        Part { window, weights: self.weights.as_ref().map(|(array, _)| array.values()) }
    }

    /// The window on an image, with the output that it gives.
    fn window(&self, cx: &mut Context<'_>, input: &Image) -> Option<Window> {
        let shape = sides_text(&input.shape);
        let (groups, channels) = match &self.weights {
            None => (self.groups.unwrap_or(input.shape[0]), input.shape[0]),
            Some((array, at)) => {
                let groups = self.groups.unwrap_or(1);
                let (out, inner) = (array.shape()[0] as u32, array.shape()[1] as u32);
                if inner.checked_mul(groups) != Some(input.shape[0]) || !out.is_multiple_of(groups)
                {
                    let found = shape_text(array.shape());
                    let parts =
                        if groups == 1 { String::new() } else { format!(" in {groups} groups") };
                    let message = format!(
                        "weights {found} read {inner} channels{parts}, {} has the shape {shape}",
                        input.text
                    );
                    cx.report(Diagnostic::new(network::WRONG_SHAPE, *at, message, found));
                    return None;
                }
                (groups, out)
            }
        };
        let window = Window {
            input: input.shape,
            output: [channels, 0, 0],
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
            groups,
        };
        let Some([rows, columns]) = window.output_size() else {
            let (kernel, source) = (sides_text(&self.kernel), &input.text);
            let message =
                format!("a window of {kernel} does not fit into {source} of shape {shape}");
            cx.report(Diagnostic::new(network::WRONG_SHAPE, self.span, message, "too large"));
            return None;
        };
        Some(Window { output: [channels, rows, columns], ..window })
    }
}

/// The window, where the targets have the shape that it gives.
fn fits(cx: &mut Context<'_>, window: Window, layer: &Layer, target: &Image) -> Option<Window> {
    if window.output == target.shape {
        return Some(window);
    }
    let (input, kernel) = (sides_text(&window.input), sides_text(&window.kernel));
    let (gives, found) = (sides_text(&window.output), sides_text(&target.shape));
    let (rule, text) = (layer.name, &target.text);
    let message =
        format!("`{rule}` of {input} with a window of {kernel} gives {gives}, {text} has {found}");
    let name = text.trim_matches('`');
    cx.report(
        Diagnostic::new(network::WRONG_SHAPE, layer.span, message, gives.clone())
            .with_help(format!("declare it as `{name}{gives}`")),
    );
    None
}

fn sides_text(sides: &[u32]) -> String {
    shape_text(&sides.iter().map(|n| *n as usize).collect::<Vec<_>>())
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

/// One whole population as an image.
fn image(cx: &mut Context<'_>, pairing: &Pairing<'_>, side: Side, span: Span) -> Option<Image> {
    let (segments, text) = match side {
        Side::Source => (pairing.sources, pairing.source_text),
        Side::Target => (pairing.targets, pairing.target_text),
    };
    let objects: &Objects = pairing.objects;
    let shape = match segments {
        [s] if *s == objects.whole(s.object) => Some(objects.get(s.object).shape.as_slice()),
        _ => None,
    };
    let found = |shape| Some(Image { text: format!("`{text}`"), shape });
    let message = match shape {
        Some([rows, columns]) => return found([1, *rows, *columns]),
        Some([channels, rows, columns]) => return found([*channels, *rows, *columns]),
        Some(shape) => {
            let shape = sides_text(shape);
            format!("an image has the shape [channels, rows, columns], `{text}` has {shape}")
        }
        None => format!("an image is one whole population, `{text}` is not"),
    };
    cx.report(Diagnostic::new(network::WRONG_SHAPE, span, message, "no image"));
    None
}
