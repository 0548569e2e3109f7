//! Wrong programs and what users are told: the guilty lines are marked, and the rendered messages are
//! snapshots that hold source and message together.

use std::path::Path;

use snn::diagnostics::{Severity, render_human};
use snn::model::Options;

/// Every fault of a program, as `snn check` finds them.
fn faults(project: &snn::model::Project) -> Vec<snn::diagnostics::Diagnostic> {
    snn::check(project, &Options::default()).diagnostics
}

#[test]
fn wrong_programs_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "snn"))
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = format!("{name}.snn");
        let project = snn::load(&shown, text.clone(), &[], &mut |f| Err(format!("no {f} here")));
        let found = faults(&project);
        let mut marked: Vec<(usize, Severity)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.ends_with("// error") {
                marked.push((number + 1, Severity::Error));
            } else if line.ends_with("// warning") {
                marked.push((number + 1, Severity::Warning));
            }
        }
        let mut lines: Vec<(usize, Severity)> = found
            .iter()
            .map(|d| (project.sources.line_column(d.primary.span).0, d.severity))
            .collect();
        lines.sort();
        let rendered = render_human(&found, &project.sources, false);
        assert_eq!(lines, marked, "{name}: found (left) and marked (right)\n{rendered}");
        insta::with_settings!({ snapshot_path => "ui", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, format!("{text}\n---\n{rendered}"));
        });
    }
}
