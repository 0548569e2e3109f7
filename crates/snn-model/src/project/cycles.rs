//! Files that import each other in a circle.

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::ItemKind;

use super::{FileId, Project};
use crate::order;

/// One fault per circle, at an import of it.
pub(super) fn report(project: &Project, out: &mut Vec<Diagnostic>) {
    let imports: Vec<Vec<(FileId, Span)>> =
        project.files().map(|(id, _)| imports(project, id)).collect();
    let edges: Vec<Vec<usize>> =
        imports.iter().map(|list| list.iter().map(|(to, _)| to.0).collect()).collect();
    for cycle in order::sort(&edges).cycles {
        let [first, ..] = cycle.as_slice() else { continue };
        let next = *cycle.get(1).unwrap_or(first);
        let Some((_, span)) = imports[*first].iter().find(|(to, _)| to.0 == next) else { continue };
        let mut path: Vec<&str> =
            cycle.iter().map(|id| project.file(FileId(*id)).path.as_str()).collect();
        path.push(project.file(FileId(*first)).path.as_str());
        let message = format!("files import each other: {}", path.join(" imports "));
        out.push(
            Diagnostic::new(types::CYCLE, *span, message, "closes the circle")
                .with_help("move what both need into a third file"),
        );
    }
}

fn imports(project: &Project, id: FileId) -> Vec<(FileId, Span)> {
    let items = &project.file(id).tree.items;
    items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Import { path, path_span, .. } => {
                Some((project.imported(id, path)?, *path_span))
            }
            _ => None,
        })
        .collect()
}
