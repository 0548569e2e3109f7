//! Mapping blocks: where populations go, what is to be small, what is required.

use snn_chip::{ChipSpec, MappingRequest, Objective, Place as Placement};
use snn_diagnostics::codes::chip as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, BinaryOp, ExprKind, MappingDirective, PlaceTarget};

use crate::constant;
use crate::context::Context;
use crate::network::{NetScope, pick};

const OBJECTIVES: [(&str, Objective); 3] =
    [("traffic", Objective::Traffic), ("hops", Objective::Hops), ("cores", Objective::Cores)];

/// Checks the directives of a mapping of the network of `scope` onto a chip; what is faulty is left out.
pub(crate) fn mapping(
    cx: &mut Context<'_>,
    name: &ast::Name,
    directives: &[MappingDirective],
    scope: &NetScope<'_, '_>,
    chip: Option<&ChipSpec>,
) -> MappingRequest {
    let mut request = MappingRequest { name: Some(name.text.clone()), ..MappingRequest::default() };
    let mut objective: Option<Span> = None;
    for directive in directives {
        match directive {
            MappingDirective::Place { what, target } => {
                place(cx, scope, chip, (what, target), &mut request);
            }
            MappingDirective::Minimise(word) => {
                if let Some(first) = objective.replace(word.span) {
                    let message = "`minimise` is stated twice";
                    cx.report(
                        Diagnostic::new(codes::BAD_DIRECTIVE, word.span, message, "again here")
                            .with_label(first, "first stated here"),
                    );
                }
                if let Some(found) = minimise(cx, word) {
                    request.objective = found;
                }
            }
            MappingDirective::Require(e) => {
                let Some(cores) = require(cx, scope, e) else { continue };
                if let Some((_, first)) = request.max_cores.replace((cores, e.span)) {
                    let message = "the number of cores is required twice";
                    cx.report(
                        Diagnostic::new(codes::BAD_DIRECTIVE, e.span, message, "again here")
                            .with_label(first, "first required here"),
                    );
                }
            }
            MappingDirective::Later(_) => {}
        }
    }
    request
}

fn place(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    chip: Option<&ChipSpec>,
    (what, target): (&ast::Expr, &PlaceTarget),
    request: &mut MappingRequest,
) {
    let populations = populations(cx, scope, what);
    match target {
        PlaceTarget::Core { x, y } => {
            let Some((x, y)) = tile(cx, scope, chip, x, y) else { return };
            for population in populations.into_iter().flatten() {
                let span = what.span;
                request.places.push(Placement::OnTile { population, x, y, span });
            }
        }
        PlaceTarget::Near(other) => {
            let others = self::populations(cx, scope, other);
            let (Some(populations), Some(others)) = (populations, others) else { return };
            if let [other_id] = others.as_slice() {
                for population in populations {
                    if population == *other_id {
                        let text = cx.text(what.span);
                        let message = format!("`{text}` is always near itself");
                        cx.report(Diagnostic::new(
                            codes::BAD_PLACE,
                            other.span,
                            message,
                            "the same",
                        ));
                        return;
                    }
                    let (other, span) = (*other_id, what.span);
                    request.places.push(Placement::Near { population, other, span });
                }
            } else {
                let message = "a population is placed near one other population";
                cx.report(Diagnostic::new(codes::BAD_PLACE, other.span, message, "several"));
            }
        }
    }
}

/// The whole populations that an expression names.
fn populations(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    what: &ast::Expr,
) -> Option<Vec<u32>> {
    let picked = pick(cx, scope, what)?;
    let mut found = Vec::new();
    for s in &picked.segments {
        let object = scope.objects.get(s.object);
        if scope.objects.neuron(s.object).is_none() {
            let message = format!("`{}` is a source: it stands outside the chip", object.name);
            cx.report(
                Diagnostic::new(codes::BAD_PLACE, what.span, message, "not a population")
                    .with_label(object.span, "declared here"),
            );
            return None;
        }
        if (s.start, s.len) != (0, object.size) {
            let message = format!("`{}` is placed as a whole", object.name);
            cx.report(Diagnostic::new(codes::BAD_PLACE, what.span, message, "a part of it"));
            return None;
        }
        found.push(s.object);
    }
    Some(found)
}

fn tile(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    chip: Option<&ChipSpec>,
    x: &ast::Expr,
    y: &ast::Expr,
) -> Option<(u32, u32)> {
    let coordinate = |cx: &mut Context<'_>, e: &ast::Expr, role: &str| {
        let value = constant::whole_within(cx, scope, e, role, (0, i64::from(u32::MAX)))?;
        u32::try_from(value).ok()
    };
    let column = coordinate(cx, x, "the column of a core");
    let row = coordinate(cx, y, "the row of a core");
    let (column, row, chip) = (column?, row?, chip?);
    if column < chip.width && row < chip.height {
        return Some((column, row));
    }
    let message = match chip.width {
        0 => format!("chip `{}` has no mesh: its cores have no coordinates", chip.name),
        w => format!("core ({column}, {row}) lies outside the mesh of {w} by {}", chip.height),
    };
    cx.report(
        Diagnostic::new(codes::BAD_PLACE, x.span.to(y.span), message, "no such core")
            .with_label(chip.span, "the chip"),
    );
    None
}

fn minimise(cx: &mut Context<'_>, word: &ast::Name) -> Option<Objective> {
    if let Some((_, found)) = OBJECTIVES.iter().find(|(name, _)| *name == word.text) {
        return Some(*found);
    }
    let message = format!("`{}` cannot be minimised", word.text);
    let mut d = Diagnostic::new(codes::BAD_DIRECTIVE, word.span, message, "unknown objective");
    d = match nearest(&word.text, OBJECTIVES.iter().map(|o| o.0)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(word.span, near),
        None => d.with_help("there are `traffic`, `hops` and `cores`"),
    };
    cx.report(d);
    None
}

/// `cores <= 8`.
fn require(cx: &mut Context<'_>, scope: &NetScope<'_, '_>, e: &ast::Expr) -> Option<u32> {
    if let ExprKind::Binary(op, left, right) = &e.kind
        && matches!(&left.kind, ExprKind::Name(name) if name == "cores")
        && let (BinaryOp::Le | BinaryOp::Lt, slack) = (op, i64::from(*op == BinaryOp::Lt))
    {
        let role = "the number of cores";
        let bounds = (1 + slack, i64::from(u32::MAX));
        let most = constant::whole_within(cx, scope, right, role, bounds)?;
        return u32::try_from(most - slack).ok();
    }
    if !matches!(e.kind, ExprKind::Error) {
        let message = "only the number of cores can be required";
        cx.report(
            Diagnostic::new(codes::BAD_DIRECTIVE, e.span, message, "not understood")
                .with_help("write `require cores <= 8`"),
        );
    }
    None
}
