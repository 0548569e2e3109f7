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
