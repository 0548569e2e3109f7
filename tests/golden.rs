//! Reference data of NEST and Brian2, on the reference interpreter and on the emulator; see
//! `golden/README.md` for provenance and tolerances.

mod continuous;
mod course;
mod currents;
mod dendrite;
mod hardware;
mod library;
mod membrane;
mod network;
mod nir;
mod noise;
mod rules;
mod sources;
mod synapses;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use snn::Compiled;
use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, map};
use snn::model::{Options, Project};
use snn::result::Collected;

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case)
}

fn project(case: &str) -> Project {
    let path = folder(case).join(format!("{case}.snn"));
    let text = std::fs::read_to_string(&path).unwrap();
    snn::load(path.to_str().unwrap(), text, &[], &mut |file| {
        std::fs::read(file).map_err(|e| e.to_string())
    })
}

fn compiled(project: &Project, experiment: &str) -> Compiled {
    let compiled = snn::compile(project, Some(experiment), &Options::default());
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    compiled.value.unwrap()
}

/// A program of one experiment.
fn from_text(text: &str) -> Compiled {
    let project = snn::load("text.snn", text.into(), &[], &mut |file| Err(file.into()));
    let compiled = snn::compile(&project, None, &Options::default());
    let found = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
    assert!(!compiled.has_errors(), "{found}");
    compiled.value.unwrap()
}

/// Runs an experiment on the emulator; also on the reference interpreter where `twice`, and demands the
/// same bits.
fn run(compiled: &Compiled, twice: bool) -> Collected {
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default()).unwrap();
    let options = LoadOptions { threads: 2, ..LoadOptions::default() };
    let mut session = snn::Session::new(compiled, &mapped.mapping, &options, None).unwrap();
    let mut kept = Collected::default();
    let ticks = compiled.network.protocol.warmup_ticks + compiled.network.protocol.run_ticks;
    session.run(ticks, &mut kept, &mut |_| Control::Continue).unwrap();
    if twice {
        let mut slow = Collected::default();
        let result = snn::reference::interpret(&compiled.network, &mut slow).unwrap();
        assert_eq!(slow, kept, "reference interpreter and emulator");
        assert_eq!(result.hash, session.result().hash);
    }
    kept
}

/// The rows of a CSV file by their first column.
fn rows(case: &str, file: &str) -> BTreeMap<String, Vec<Vec<f64>>> {
    let text = std::fs::read_to_string(folder(case).join(file)).unwrap();
    let mut rows: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let (set, rest) = line.split_once(',').unwrap();
        let numbers = rest.split(',').map(|x| x.parse().unwrap()).collect();
        rows.entry(set.to_string()).or_default().push(numbers);
    }
    rows
}
