//! Loading: what is asked for, what is supplied.

use crate::context::Context;
use crate::project::{Project, WantedKind};

fn codes(project: &Project) -> Vec<(&'static str, String)> {
    let cx = Context::new(project);
    let place = |d: &snn_diagnostics::Diagnostic| project.sources.text(d.primary.span).to_owned();
    cx.diagnostics.iter().map(|d| (d.code.id(), place(d))).collect()
}

#[test]
fn imports_are_asked_for_until_nothing_is_wanted() {
    let text = "import \"cells/a.snn\" as a\nimport \"std/neurons.snn\" as std\nconst x = a.y\n";
    let mut project = Project::new("nets/main.snn", text.to_owned());
    let wanted = project.wanted();
    assert_eq!(wanted.len(), 1);
    assert_eq!((wanted[0].path.as_str(), wanted[0].kind), ("nets/cells/a.snn", WantedKind::Source));
    project.supply("nets/cells/a.snn", Ok(b"import \"b.snn\"\nconst y = z + 1".to_vec()));
    assert_eq!(project.wanted()[0].path, "nets/cells/b.snn");
    project.supply("nets/cells/b.snn", Ok(b"const z = 1".to_vec()));
    assert!(project.wanted().is_empty());
    assert_eq!(codes(&project), []);
}

#[test]
fn a_missing_file_is_one_fault() {
    let text = "import \"a.snn\"\nimport \"b.snn\" as b\nconst x = y + b.z\n";
    let mut project = Project::new("main.snn", text.to_owned());
    project.supply("a.snn", Err("no such file".to_owned()));
    project.supply("b.snn", Ok(vec![0x63, 0xff]));
    let found = codes(&project);
    assert_eq!(found, [("E0214", "\"a.snn\"".to_owned()), ("E0214", "\"b.snn\"".to_owned())]);
}

#[test]
fn import_circles_are_faults() {
    let mut project = Project::new("a.snn", "import \"b.snn\"\nconst x = 1".to_owned());
    project.supply("b.snn", Ok(b"import \"a.snn\"\nconst y = x".to_vec()));
    assert!(project.wanted().is_empty());
    assert_eq!(codes(&project), [("E0213", "\"b.snn\"".to_owned())]);
    let project = Project::new("a.snn", "import \"a.snn\"".to_owned());
    assert_eq!(codes(&project), [("E0213", "\"a.snn\"".to_owned())]);
}

#[test]
fn the_library_is_built_in() {
    let project = Project::new("main.snn", "import \"std/nurons.snn\" as std".to_owned());
    assert!(project.wanted().is_empty());
    assert_eq!(codes(&project), [("E0214", "\"std/nurons.snn\"".to_owned())]);
}

#[test]
fn data_files_are_wanted_where_they_are_named() {
    let text = "network n {\n  source s[2]: spikes(file(\"x.csv\"))\n}";
    let project = Project::new("dir/main.snn", text.to_owned());
    let wanted = project.wanted();
    assert_eq!((wanted[0].path.as_str(), wanted[0].kind), ("dir/x.csv", WantedKind::Data));
}
