//! Every example of the repository is checked without a fault, and gives a model.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use snn_diagnostics::{Checked, render_human};
use snn_model::{Options, Project, check, instantiate};

fn load(path: &std::path::Path) -> Project {
    let text = std::fs::read_to_string(path).expect("an example");
    let mut project = Project::new(&path.display().to_string(), text);
    while let [wanted, ..] = project.wanted().as_slice() {
        let bytes = std::fs::read(&wanted.path).map_err(|e| e.to_string());
        project.supply(&wanted.path.clone(), bytes);
    }
    project
}

fn clean<T>(project: &Project, checked: Checked<T>, faults: &mut String) -> Option<T> {
    faults.push_str(&render_human(&checked.diagnostics, &project.sources, false));
    checked.value
}

#[test]
fn examples_are_free_of_faults() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let (mut seen, mut faults) = (0, String::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "snn") {
            continue;
        }
        let project = load(&path);
        let options = Options::default();
        let checked = check(&project, &options);
        let checkup = clean(&project, checked, &mut faults).unwrap();
        for experiment in &checkup.experiments {
            let checked = instantiate(&project, Some(&experiment.name), &options);
            let model = clean(&project, checked, &mut faults);
            assert!(model.is_none_or(|m| !m.objects.is_empty() && m.protocol.run_ticks > 0));
        }
        seen += 1;
    }
    assert!(seen > 0 && faults.is_empty(), "{faults}");
}
