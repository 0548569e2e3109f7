//! The programs that `snn explain` and `spec/codes.md` show: the wrong one has that fault and no other, the
//! right one none.

use snn::diagnostics::{Code, Diagnostic, render_human};
use snn::map::{MapOptions, map};
use snn::model::{Options, Project};

use super::GUARDS;
use super::case::Case;

/// Codes without a pair, and what they need.
const LONG: [(&str, &str); 4] = [
    ("E0107", "64 MiB"),
    ("E0108", "100 faults"),
    ("E0551", "a map file"),
    ("E0612", "a name on the command line"),
];

/// Faults up to the mapping: of the text, else of its experiments, one after the other.
fn faults(project: &Project) -> Vec<Diagnostic> {
    let options = Options::default();
    let checked = snn::check(project, &options);
    if !checked.diagnostics.is_empty() {
        return checked.diagnostics;
    }
    let compiled = snn::compile(project, None, &options);
    let Some(program) = compiled.value else { return compiled.diagnostics };
    match map(&program.network, &program.chip, &MapOptions::default()) {
        Ok(_) => compiled.diagnostics,
        Err(failure) => failure.diagnostics,
    }
}

/// One side of a pair: the lines of both and those with the mark.
fn side(code: Code, pair: &str, mark: char) -> Case {
    let lines = pair.lines().filter_map(|line| line.strip_prefix([' ', mark]));
    Case::parse(code.id().to_owned(), &lines.map(|l| format!("{l}\n")).collect::<String>())
}

#[test]
fn every_code_has_a_wrong_and_a_right_program() {
    let mut complaints = Vec::new();
    for code in Code::all() {
        let id = code.id();
        let exempt = GUARDS.contains(&id) || LONG.iter().any(|(c, _)| *c == id);
        let Some(pair) = code.pair() else {
            if !exempt {
                complaints.push(format!(
                    "{id} has no pair: add a short program to crates/snn-diagnostics/src/codes/*.pairs, the faulty \
                     lines with `-` and the mended ones with `+` before them"
                ));
            }
            continue;
        };
        assert!(!exempt, "{id} has a pair after all");
        assert!(pair.lines().all(|l| l.starts_with([' ', '-', '+'])), "{id}:\n{pair}");
        let project = side(code, pair, '-').load();
        let wrong = faults(&project);
        if wrong.len() != 1 || wrong[0].code != code {
            let shown = render_human(&wrong, &project.sources, false);
            complaints.push(format!(
                "{id}: the wrong program must have this fault alone\n{pair}\n{shown}"
            ));
        }
        let project = side(code, pair, '+').load();
        let right: Vec<_> =
            faults(&project).into_iter().filter(|d| d.code.id() != "E0611").collect();
        if !right.is_empty() {
            let shown = render_human(&right, &project.sources, false);
            complaints.push(format!("{id}: the right program is not right\n{pair}\n{shown}"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_pair_belongs_to_a_code() {
    for text in snn::diagnostics::codes::PAIRS {
        for entry in text.split("\n\n") {
            let id = entry.lines().next().unwrap_or_default();
            assert!(Code::find(id).is_some(), "`{id}` begins a pair and is no code");
        }
    }
}
