//! Constants, functions and imports that a program never mentions.

use std::collections::HashMap;

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::network::UNUSED_IN_NETWORK;
use snn_syntax::ast::ItemKind;

use crate::context::Context;
use crate::names::Kind;

/// Warns of those in the main file whose name stands nowhere else, where the file runs something: files without
/// an experiment are there to be imported.
pub(crate) fn report(cx: &mut Context<'_>) {
    let main = cx.project.main();
    if cx.items_of(main, Kind::Experiment).is_empty() {
        return;
    }
    let items = &cx.project.file(main).tree.items;
    let declared = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Import { alias, .. } => Some((alias.as_ref()?, "import")),
        ItemKind::Const(declaration) => Some((&declaration.name, "constant")),
        ItemKind::Fn { name, .. } => Some((name, "function")),
        _ => None,
    });
    let declared: Vec<_> = declared.collect();
    let mut count: HashMap<&str, u32> =
        declared.iter().map(|(name, _)| (name.text.as_str(), 0)).collect();
    if count.is_empty() {
        return;
    }
    let own = |path: &str| path.starts_with("<--set");
    let texts = cx.project.sources.iter().enumerate().filter(|(i, (_, s))| *i == 0 || own(&s.path));
    for (_, (_, source)) in texts {
        source.text.lines().flat_map(words).for_each(|word| {
            count.entry(word).and_modify(|count| *count += 1);
        });
    }
    for (name, what) in declared {
        if count[name.text.as_str()] <= 1 {
            let message = format!("the {what} `{}` is never used", name.text);
            cx.report(Diagnostic::new(UNUSED_IN_NETWORK, name.span, message, "unused"));
        }
    }
}

/// The words of a line outside texts and before its comment.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let outside = line.split('"').step_by(2);
    let code = outside.scan(false, |ended, piece| {
        let (code, comment) =
            piece.split_once("//").map_or((piece, false), |(code, _)| (code, true));
        (!std::mem::replace(ended, *ended || comment)).then_some(code)
    });
    code.flat_map(|piece| piece.split(|c: char| !(c.is_alphanumeric() || c == '_')))
}
