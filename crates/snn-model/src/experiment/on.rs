//! What an experiment runs on: a mapping, a chip, or the chip without limits.

use snn_chip::{ChipSpec, MappingRequest};
use snn_diagnostics::codes::{chip as codes, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, ExprKind, ItemKind};

use crate::chip;
use crate::context::Context;
use crate::mapping;
use crate::names::{Found, ItemId, Kind};
use crate::network::{NetScope, Network, Place};
use crate::project::FileId;

/// What stands after `on`.
pub(super) struct On {
    /// The chip; none where it is faulty.
    pub chip: Option<ChipSpec>,
    mapping: Option<(ItemId, Span)>,
}

/// The chip and mapping of an experiment; none where the name means nothing.
pub(super) fn on(cx: &mut Context<'_>, file: FileId, e: &ast::Experiment) -> Option<On> {
    let Some(named) = &e.on else {
        // Experiments that name no chip run on the library's first.
        let file = cx.project.chips();
        let first = cx.project.file(file).tree.items.iter().find_map(|item| match &item.kind {
            ast::ItemKind::Chip { name, .. } => Some(name.text.clone()),
            _ => None,
        })?;
        let name = ast::Expr { kind: ExprKind::Name(first), span: e.name.span };
        let chip = chip_named(cx, file, &name);
        return Some(On { chip, mapping: None });
    };
    let found = match cx.find(file, named) {
        Found::Item(id) if cx.kind(id) == Kind::Mapping => id,
        Found::Item(id) if cx.kind(id) == Kind::Chip => {
            return Some(On { chip: chip::chip(cx, id), mapping: None });
        }
        Found::Nothing => {
            unknown(cx, file, named);
            return None;
        }
        _ => {
            cx.find_kind(file, named, Kind::Chip);
            return None;
        }
    };
    let ItemKind::Mapping { chip, .. } = &cx.item(found).kind else { return None };
    Some(On { chip: chip_named(cx, found.file, chip), mapping: Some((found, named.span)) })
}

/// The chip that a name means.
pub(super) fn chip_named(cx: &mut Context<'_>, file: FileId, e: &ast::Expr) -> Option<ChipSpec> {
    let id = cx.find_kind(file, e, Kind::Chip)?;
    chip::chip(cx, id)
}

impl On {
    /// The directives, where they are those of this network.
    pub fn mapping_of(
        &self,
        cx: &mut Context<'_>,
        net: ItemId,
        network: &Network<'_>,
    ) -> MappingRequest {
        let Some((id, named)) = self.mapping else { return MappingRequest::default() };
        let ItemKind::Mapping { name, network: of, directives, .. } = &cx.item(id).kind else {
            return MappingRequest::default();
        };
        let Some(own) = cx.find_kind(id.file, of, Kind::Network) else {
            return MappingRequest::default();
        };
        if own != net {
            let message = format!(
                "mapping `{}` is of network `{}`, the experiment of `{}`",
                name.text,
                cx.text(of.span),
                network.name
            );
            cx.report(
                Diagnostic::new(codes::WRONG_NETWORK, named, message, "another network")
                    .with_label(of.span, "of this network"),
            );
            return MappingRequest::default();
        }
        let scope = NetScope {
            file: id.file,
            frame: &network.frame,
            objects: &network.objects,
            place: Place::Constant,
        };
        mapping::mapping(cx, name, directives, &scope, self.chip.as_ref())
    }
}

/// Reports a name that is neither a mapping nor a chip.
fn unknown(cx: &mut Context<'_>, file: FileId, e: &ast::Expr) {
    let text = cx.text(e.span);
    let mut known: Vec<String> = cx
        .names
        .visible(file)
        .filter(|(_, id)| matches!(cx.kind(*id), Kind::Mapping | Kind::Chip))
        .map(|(name, _)| name.to_owned())
        .collect();
    known.dedup();
    let message = format!("there is no mapping and no chip `{text}`");
    let mut d = Diagnostic::new(types::UNKNOWN_NAME, e.span, message, "unknown name");
    if let Some(near) = snn_diagnostics::nearest(text, known.iter().map(String::as_str)) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(e.span, near);
    } else {
        d = d.with_help(
            "chips of the library: `import \"std/chips.snn\" as chips` and `on chips.NAME`",
        );
    }
    cx.report(d);
}
