//! One way to write tests: a program in, its faults out.

use snn_diagnostics::{Diagnostic, render_human};

use crate::context::Context;
use crate::model::Neuron;
use crate::names::Kind;
use crate::neuron;
use crate::project::Project;
use std::sync::Arc;

/// Faults of the files, constants, functions and neuron models of a program: code, guilty text, message
/// and help.
pub(crate) fn faults(text: &str) -> Vec<Fault> {
    check(text).1
}

/// A fault, as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub at: String,
    pub message: String,
    pub help: String,
    pub fix: Option<String>,
}

/// The neuron models of the main file, and all faults.
pub(crate) fn check(text: &str) -> (Vec<Option<Arc<Neuron>>>, Vec<Fault>) {
    let project = Project::new("main.snn", text.to_owned());
    let mut cx = Context::new(&project);
    let ids = cx.items_of(project.main(), Kind::Neuron);
    let neurons = ids.into_iter().map(|id| neuron::neuron(&mut cx, id)).collect();
    let shown = render_human(&cx.diagnostics, &project.sources, false);
    assert!(cx.diagnostics.is_empty() || !shown.is_empty());
    (neurons, cx.diagnostics.iter().map(|d| fault(&project, d)).collect())
}

fn fault(project: &Project, d: &Diagnostic) -> Fault {
    Fault {
        code: d.code.id(),
        at: project.sources.text(d.primary.span).to_owned(),
        message: d.message.clone(),
        help: d.help.join("\n"),
        fix: d.fix.as_ref().map(|f| f.replacement.clone()),
    }
}

/// The body of a neuron around a few statements.
pub(crate) fn in_neuron(statements: &str) -> String {
    format!("neuron n {{\n{statements}\n}}\n")
}

/// Exactly one fault: code and guilty text.
#[track_caller]
pub(crate) fn one(text: &str, code: &str, at: &str) -> Fault {
    let found = faults(text);
    let [only] = found.as_slice() else { panic!("one fault expected: {found:#?}\nin {text}") };
    assert_eq!((only.code, only.at.as_str()), (code, at), "{only:#?}");
    only.clone()
}

/// No fault at all.
#[track_caller]
pub(crate) fn clean(text: &str) {
    let found = faults(text);
    assert!(found.is_empty(), "{found:#?}\nin {text}");
}

/// A neuron model for tests of networks.
pub(crate) const LIF: &str = "neuron lif {
  param tau: ms = 10 ms, R: MOhm = 10 MOhm, rest: mV = 0 mV
  input I: pA
  receptor psp: mV = jump(v)
  receptor cur: pA = exp(5 ms)
  state v: mV = rest
  v' = (rest - v + R * (I + cur)) / tau
  spike when v >= 15 mV
  reset { v = 0 mV }
  refractory 2 ms hold v
}
";

/// A network of [`LIF`] neurons.
pub(crate) fn network(body: &str) -> String {
    format!("{LIF}network net {{\n{body}\n}}\n")
}

/// A network and an experiment of it.
pub(crate) fn experiment(network_body: &str, body: &str) -> String {
    let settings = "dt 0.1 ms\nrun 100 ms";
    format!("{}experiment e of net {{\n{settings}\n{body}\n}}\n", network(network_body))
}

/// All faults of a whole program, with data files and overrides.
pub(crate) fn whole(text: &str, data: &[(&str, &[u8])], sets: &[&str]) -> Vec<Fault> {
    let project = project(text, data, sets);
    let checked = crate::check(&project, &crate::Options::default());
    let shown = render_human(&checked.diagnostics, &project.sources, false);
    assert!(checked.diagnostics.is_empty() || !shown.is_empty());
    checked.diagnostics.iter().map(|d| fault(&project, d)).collect()
}

/// Exactly one fault of a whole program: code and guilty text.
#[track_caller]
pub(crate) fn one_of(text: &str, code: &str, at: &str) -> Fault {
    one_with(text, &[], &[], code, at)
}

/// The same with data files and overrides.
#[track_caller]
pub(crate) fn one_with(
    text: &str,
    data: &[(&str, &[u8])],
    sets: &[&str],
    code: &str,
    at: &str,
) -> Fault {
    let found = whole(text, data, sets);
    let [only] = found.as_slice() else { panic!("one fault expected: {found:#?}\nin {text}") };
    assert_eq!((only.code, only.at.as_str()), (code, at), "{only:#?}");
    only.clone()
}

/// The model of a program without any fault.
#[track_caller]
pub(crate) fn model(text: &str) -> crate::model::Model {
    model_with(text, &[], &[])
}

/// The same with data files and overrides.
#[track_caller]
pub(crate) fn model_with(text: &str, data: &[(&str, &[u8])], sets: &[&str]) -> crate::model::Model {
    let project = project(text, data, sets);
    let checked = crate::instantiate(&project, None, &crate::Options::default());
    let shown = render_human(&checked.diagnostics, &project.sources, false);
    assert!(checked.diagnostics.is_empty(), "{shown}");
    checked.value.expect("a model")
}

fn project(text: &str, data: &[(&str, &[u8])], sets: &[&str]) -> Project {
    let mut project = Project::new("main.snn", text.to_owned());
    for (path, contents) in data {
        project.supply(path, Ok(contents.to_vec()));
    }
    sets.iter().for_each(|set| project.add_set(set));
    assert_eq!(project.wanted(), [], "every file is given");
    project
}
