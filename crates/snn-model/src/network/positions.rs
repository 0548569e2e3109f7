//! Where populations lie: `at grid(50 um, 50 um) torus`, `at random(1 mm, 1 mm)`, `at points(P)`.

use snn_connect::{Layout, Segment, Space};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::ObjectKey;
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use super::families::Member;
use super::frame::NetScope;
use super::objects::Objects;
use super::selection::Picked;
use crate::arguments::{called, needed, optional, read};
use crate::array::shape_text;
use crate::constant::{self, Constant};
use crate::context::Context;
use crate::model::{Expr, ExprKind, Positions};
use crate::time::quantity_in;

const LAYOUTS: [&str; 3] = ["grid", "random", "points"];

/// The unit of positions.
pub(crate) fn micrometre() -> UnitValue {
    UnitValue::parse("um").expect("invariant: um is a unit")
}

/// The positions that a declaration states; none where they are faulty.
pub(super) fn positions(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    at: &ast::At,
    member: &Member,
    key: ObjectKey,
) -> Option<Positions> {
    let (layout, extent) = match called(&at.layout) {
        Some("grid") => grid(cx, scope, at, member)?,
        Some("random") => {
            let usage = "`random(1 mm, 1 mm)`";
            let slots = [needed("width"), needed("height")];
            let [width, height] = read(cx, &at.layout, at.span, usage, slots)?;
            let extent = [length(cx, scope, width?)?, length(cx, scope, height?)?];
            (Layout::Random { key, extent }, Some(extent))
        }
        Some("points") => (points(cx, scope, at, member)?, None),
        name => {
            if !matches!(at.layout.function.kind, ast::ExprKind::Error) {
                unknown(cx, name, at.layout.function.span);
            }
            return None;
        }
    };
    let Some(torus) = &at.torus else { return Some(Positions { layout, torus: None }) };
    let message = match extent {
        _ if torus.text != "torus" => format!("`{}` is not known here", torus.text),
        None => "points have no edges that could meet".to_owned(),
        Some(_) => return Some(Positions { layout, torus: extent }),
    };
    let d = Diagnostic::new(network::WRONG_ARGUMENT, torus.span, message, "not here");
    cx.report(d.with_help("write `at grid(50 um, 50 um) torus`, or leave it out"));
    None
}

fn unknown(cx: &mut Context<'_>, name: Option<&str>, span: Span) {
    let message = format!("there are no positions `{}`", cx.text(span));
    let mut d = Diagnostic::new(network::UNKNOWN_RULE, span, message, "unknown");
    d = match name.and_then(|n| nearest(n, LAYOUTS)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help("positions are grid(dx, dy), random(width, height), points(array)"),
    };
    cx.report(d);
}

/// A length greater than 0, in µm.
pub(super) fn length(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, e: &ast::Expr) -> Option<f64> {
    let unit = micrometre();
    let found = quantity_in(cx, scope, e, &unit, "this distance")?;
    if found.value > 0.0 {
        return Some(found.value);
    }
    let message = format!("a length is greater than 0, not {}", found.show());
    cx.report(Diagnostic::new(network::OUT_OF_RANGE, e.span, message, "too short"));
    None
}

type Placed = (Layout, Option<[f64; 2]>);

fn grid(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    at: &ast::At,
    member: &Member,
) -> Option<Placed> {
    let slots = [needed("dx"), optional("dy")];
    let [dx, dy] = read(cx, &at.layout, at.span, "`grid(50 um, 50 um)`", slots)?;
    let dx = length(cx, scope, dx?)?;
    let dy = match dy {
        Some(dy) => length(cx, scope, dy)?,
        None => dx,
    };
    member.size?;
    let (rows, columns) = match member.shape.as_slice() {
        [columns] => (1, *columns),
        [rows, columns] | [_, rows, columns] => (*rows, *columns),
        _ => {
            let message = "a grid has one to three dimensions: [layers, rows, columns]";
            cx.report(Diagnostic::new(network::WRONG_SHAPE, at.span, message, "too many"));
            return None;
        }
    };
    let layout = Layout::Grid { columns, rows, spacing: [dx, dy] };
    Some((layout, Some([f64::from(columns) * dx, f64::from(rows) * dy])))
}

fn points(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    at: &ast::At,
    member: &Member,
) -> Option<Layout> {
    let slots = [needed("array")];
    let [array] = read(cx, &at.layout, at.span, "`points(P)`, P of lengths", slots)?;
    let e = array?;
    let unit = micrometre();
    let array = match constant::constant(cx, scope, e, Some(&unit), "the positions")? {
        Constant::Array(array) => array,
        Constant::Number(_) => {
            let message = "positions are an array of x and y, this is a number";
            cx.report(Diagnostic::new(network::BAD_ARRAY, e.span, message, "not an array"));
            return None;
        }
        Constant::Poison => return None,
    };
    let wanted = [member.size? as usize, 2];
    if array.shape() != wanted {
        let (wanted, found) = (shape_text(&wanted), shape_text(array.shape()));
        let message =
            format!("`{}` needs positions of shape {wanted}, these have {found}", member.name);
        cx.report(Diagnostic::new(network::WRONG_SHAPE, e.span, message, "another shape"));
        return None;
    }
    let points = array.values().chunks_exact(2).map(|xy| [xy[0], xy[1]]);
    Some(Layout::Given(points.collect()))
}

/// The space of a connection, wanted at a place in the text; none where someone has no position.
pub(super) fn space(
    cx: &mut Context<'_>,
    objects: &Objects,
    (from, to): (&Picked, &Picked),
    wanted: Span,
) -> Option<Space> {
    let mut torus: Option<(u32, Option<[f64; 2]>)> = None;
    let mut ends = [Vec::new(), Vec::new()];
    for (end, picked) in ends.iter_mut().zip([from, to]) {
        for s in &picked.segments {
            let positions = stated(cx, objects, s.object, wanted)?;
            match torus {
                Some((other, size)) if size != positions.torus => {
                    two_spaces(cx, objects, (other, s.object), wanted);
                    return None;
                }
                _ => torus = Some((s.object, positions.torus)),
            }
            end.push(positions.layout.clone());
        }
    }
    let [sources, targets] = ends;
    Some(Space { sources, targets, torus: torus.and_then(|(_, size)| size) })
}

/// The positions of a population, wanted at a place in the text; reported where it has none.
fn stated<'o>(
    cx: &mut Context<'_>,
    objects: &'o Objects,
    id: u32,
    wanted: Span,
) -> Option<&'o Positions> {
    let object = objects.get(id);
    if object.positions.is_none() {
        let message = format!("`{}` has no positions", object.name);
        cx.report(
            Diagnostic::new(network::NO_POSITIONS, wanted, message, "positions are needed")
                .with_label(object.span, "declared here, without `at`")
                .with_help("end its declaration with for instance `at grid(50 um, 50 um)`"),
        );
    }
    object.positions.as_ref()
}

/// Where neurons lie that a condition selects by their positions: none where they are drawn, since the seed
/// does not change a network's connections.
pub(super) fn fixed(
    cx: &mut Context<'_>,
    objects: &Objects,
    neurons: Option<&[Segment]>,
    wanted: Span,
) -> Option<Vec<[f64; 2]>> {
    let refuse = |cx: &mut Context<'_>, message: String| {
        let d = Diagnostic::new(network::NO_POSITIONS, wanted, message, "not by position");
        cx.report(d.with_help("select by `index`"));
    };
    let Some(neurons) = neurons else {
        refuse(cx, "these brackets choose members of a family, which have no positions".into());
        return None;
    };
    let mut found = Vec::new();
    for s in neurons {
        let positions = stated(cx, objects, s.object, wanted)?;
        if let Layout::Random { .. } = positions.layout {
            let name = &objects.get(s.object).name;
            refuse(cx, format!("the positions of `{name}` are drawn for each seed"));
            return None;
        }
        found.extend((s.start..s.start + s.len).map(|i| positions.layout.at(i, 0)));
    }
    Some(found)
}

fn two_spaces(cx: &mut Context<'_>, objects: &Objects, (a, b): (u32, u32), wanted: Span) {
    let describe = |id: u32| {
        let object = objects.get(id);
        let place = match object.positions.as_ref().and_then(|p| p.torus) {
            Some([w, h]) => {
                let unit = micrometre();
                format!("on a torus of {} by {}", show(w, &unit), show(h, &unit))
            }
            None => "in a plane".to_owned(),
        };
        format!("`{}` lies {place}", object.name)
    };
    let message = format!("{}, {}: they have no distance", describe(a), describe(b));
    cx.report(
        Diagnostic::new(network::NO_POSITIONS, wanted, message, "in two spaces")
            .with_label(objects.get(a).span, "one")
            .with_label(objects.get(b).span, "the other"),
    );
}

/// Whether an expression speaks of positions.
pub(super) fn speaks_of_positions(e: &Expr) -> bool {
    e.any(&|e| matches!(e.kind, ExprKind::Variable(v) if v.place().is_some_and(|at| at >= 2)))
}
