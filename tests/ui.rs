//! Wrong programs and what users are told, and programs that look almost wrong and are right.
//!
//! `ui/README.md` says how a case is written. The messages of one folder share a snapshot, which holds source and
//! messages together.

mod case;
mod pairs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use case::{Case, Mark};
use snn::diagnostics::{Code, Diagnostic, Severity, SourceMap, render_human};
use snn::model::{Options, Project};

/// Codes that no small source text alone brings about, and the file whose tests do.
const ELSEWHERE: [(&str, &str); 7] = [
    ("E0107", "ui.rs"),
    ("E0108", "../crates/snn-syntax/tests/parsing.rs"),
    ("E0417", "../crates/snn-model/src/network/tests.rs"),
    ("E0550", "mapping.rs"),
    ("E0551", "mapping.rs"),
    ("E0611", "../crates/snn-model/src/experiment/tests.rs"),
    ("E0612", "ui.rs"),
];

/// Codes of the lowering that guard what the checker reports first: no text may reach them.
const GUARDS: [&str; 2] = ["E0702", "E0703"];

/// Every fault of a program, as `snn check` finds them.
fn faults(project: &Project) -> Vec<Diagnostic> {
    snn::check(project, &Options::default()).diagnostics
}

/// All cases below `folder`, in the order of their paths.
fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            cases(&path, found);
        } else if path.extension().is_some_and(|e| e == "snn") {
            found.push(path);
        }
    }
}

/// The cases of `tests/ui` but for the near misses (`near_misses` false) or only those.
fn corpus() -> (Vec<Case>, Vec<Case>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut paths = Vec::new();
    cases(&root, &mut paths);
    paths.iter().map(|p| Case::read(&root, p)).partition(|c| c.folder() != "ok")
}

/// What is wrong with the answer to a case: marks and messages that have no partner, spans that miss their token.
fn judge(case: &Case, found: &[Diagnostic], sources: &SourceMap) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut open: Vec<&Mark> = case.marks.iter().collect();
    for d in found {
        let path = &sources.get(d.primary.span.source).path;
        let line = sources.line_column(d.primary.span).0;
        let at =
            open.iter().position(|m| m.path == *path && m.line == line && m.severity == d.severity);
        let Some(at) = at else {
            complaints.push(format!("{path}:{line}: not marked: {} {}", d.code.id(), d.message));
            continue;
        };
        let mark = open.remove(at);
        let text = sources.text(d.primary.span);
        if !text.contains(&mark.token) {
            complaints.push(format!("{path}:{line}: points at `{text}`, not at {:?}", mark.token));
        }
    }
    complaints.extend(open.iter().map(|m| format!("{}:{}: not found", m.path, m.line)));
    complaints
}

/// The codes of the errors among `all`, sorted.
fn errors<'a>(all: impl Iterator<Item = &'a Diagnostic>) -> Vec<&'static str> {
    let mut codes: Vec<_> =
        all.filter(|d| d.severity == Severity::Error).map(|d| d.code.id()).collect();
    codes.sort_unstable();
    codes
}

/// What is wrong with the fixes: once all are applied, just the errors without one must be left.
fn judge_fixes(case: &Case, found: &[Diagnostic], sources: &SourceMap) -> Vec<String> {
    let mut fixes: Vec<_> = found.iter().filter_map(|d| d.fix.as_ref()).collect();
    if fixes.is_empty() {
        return Vec::new();
    }
    fixes.sort_by_key(|f| std::cmp::Reverse(f.span));
    let mut texts: BTreeMap<String, String> =
        sources.iter().map(|(_, f)| (f.path.clone(), f.text.clone())).collect();
    for fix in fixes {
        let text = texts.get_mut(&sources.get(fix.span.source).path).unwrap();
        text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
    }
    let mended = case.with_texts(&texts).load();
    let after = faults(&mended);
    let left = errors(after.iter());
    let kept = errors(found.iter().filter(|d| d.fix.is_none()));
    if left == kept {
        return Vec::new();
    }
    vec![format!(
        "once the fixes are applied, {left:?} are left instead of {kept:?}\n{}",
        render_human(&after, &mended.sources, false)
    )]
}

/// Code, message without its quotations, and guilty line without its numbers: no two cases may agree in all.
fn shape(d: &Diagnostic, case: &Case, mark: &Mark) -> (&'static str, String, String) {
    let message: Vec<&str> = d.message.split('`').step_by(2).collect();
    (d.code.id(), message.join("`"), case.shape(mark))
}

#[test]
fn wrong_programs_are_explained() {
    let mut complaints = Vec::new();
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    for case in corpus().0 {
        let project = case.load();
        let found = faults(&project);
        let rendered = render_human(&found, &project.sources, false);
        let mut wrong = judge(&case, &found, &project.sources);
        wrong.extend(judge_fixes(&case, &found, &project.sources));
        if let ([d], [mark]) = (&found[..], &case.marks[..])
            && let Some(other) = shapes.insert(shape(d, &case, mark), case.name.clone())
        {
            wrong.push(format!("same code and shape as {other}"));
        }
        if !wrong.is_empty() {
            complaints.push(format!("{}:\n  {}\n{rendered}", case.name, wrong.join("\n  ")));
        }
        shown.entry(case.folder().to_owned()).or_default().push_str(&case.shown(&rendered));
    }
    assert!(complaints.is_empty(), "{}\n{} cases", complaints.join("\n"), complaints.len());
    for (group, text) in shown {
        insta::with_settings!({ snapshot_path => "ui", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(group, text);
        });
    }
}

#[test]
fn near_misses_are_left_alone() {
    for case in corpus().1 {
        let project = case.load();
        let found = faults(&project);
        assert!(
            found.is_empty(),
            "{}:\n{}",
            case.name,
            render_human(&found, &project.sources, false)
        );
    }
}

#[test]
fn every_code_has_a_case_and_a_near_miss() {
    let (broken, near) = corpus();
    let found: BTreeSet<&str> =
        broken.iter().flat_map(|c| faults(&c.load())).map(|d| d.code.id()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut missing, mut lonely) = (Vec::new(), Vec::new());
    for code in Code::all().map(Code::id) {
        if GUARDS.contains(&code) {
            assert!(!found.contains(code), "{code} is reached: it needs a case");
            continue;
        }
        if let Some((_, file)) = ELSEWHERE.iter().find(|(c, _)| *c == code) {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(text.contains(code), "{file} does not show {code}");
            continue;
        }
        if !found.contains(code) {
            missing.push(format!("{code}: no broken program"));
        }
        if !near.iter().any(|c| c.name.starts_with(&format!("ok/{code}"))) {
            lonely.push(code);
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(lonely.is_empty(), "no near misses: {}", lonely.join(" "));
}

#[test]
fn what_only_calls_bring_about() {
    let code = |checked: &[Diagnostic]| checked.iter().map(|d| d.code.id()).collect::<Vec<_>>();
    let load = |text: String| snn::load("a.snn", text, &[], &mut |f| Err(format!("no {f} here")));
    let large = load(" ".repeat((64 << 20) + 1));
    assert_eq!(code(&faults(&large)), ["E0107"]);
    let program = "import \"std/neurons.snn\" as std\nnetwork net { population E[1]: std.lif_exp(I_e = 1 nA) }\n\
                   experiment go of net { dt 0.1 ms; run 10 ms; record v of E }";
    let named = snn::compile(&load(program.to_owned()), Some("og"), &Options::default());
    assert_eq!(code(&named.diagnostics), ["E0612"]);
}

#[test]
fn faults_lie_everywhere() {
    let marks: Vec<(Mark, usize)> = corpus()
        .0
        .into_iter()
        .flat_map(|c| {
            let lines = c.files[0].1.lines().count();
            c.marks.into_iter().map(move |m| (m, lines))
        })
        .collect();
    let count = |is: &dyn Fn(&Mark, usize) -> bool| marks.iter().filter(|(m, n)| is(m, *n)).count();
    assert!(count(&|m, _| m.line == 1) >= 5, "at the start");
    assert!(count(&|m, n| m.line > 1 && m.line + 1 < n) >= 50, "in the middle");
    assert!(count(&|m, n| m.line + 1 >= n) >= 20, "at the end");
    assert!(count(&|m, _| m.severity == Severity::Warning) >= 15, "warnings");
    assert!(count(&|m, _| m.imported) >= 5, "in an import");
    assert!(count(&|m, _| m.path.starts_with("<--set")) >= 5, "in --set");
}
