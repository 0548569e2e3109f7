//! `label argmax(count(out)) against file("labels.csv")`.

use std::sync::Arc;

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_result::{Answer, Labelling};
use snn_syntax::ast::{self, ExprKind};

use super::course::Course;
use crate::arguments::{called, file_path};
use crate::context::Context;
use crate::data;
use crate::network::{NetScope, pick};

/// The labels of an experiment's trials.
pub(super) fn label(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (answer, answer_span): (&ast::Call, Span),
    against: &ast::Expr,
    course: Option<&Course<'_>>,
) -> Option<Arc<Labelling>> {
    let Some((kind, of)) = answered(answer) else {
        let message = "an answer is `argmax(count(out))` or `argmin(first(out))`";
        report(cx, answer_span, message.into(), "not an answer");
        return None;
    };
    let of = pick(cx, scope, of)?.selection();
    let (path, span) = file_path(cx, against)?;
    let bytes = cx.project.data(scope.file, path)?;
    let labels = match data::read_labels(bytes) {
        Ok(labels) => labels,
        Err(fault) => {
            let message = format!("`{path}` line {}: {}", fault.line, fault.message);
            report(cx, span, message, "this file");
            return None;
        }
    };
    let course = course?;
    let Some(trials) = course.trials else {
        report(cx, answer_span, "labels belong to trials, and there are none".into(), "of what?");
        return None;
    };
    if (labels.len() as u64) < trials.count {
        let message = format!("{} labels for {} trials", labels.len(), trials.count);
        let d = Diagnostic::new(codes::BAD_LABEL, span, message, "too few");
        cx.report(d.with_label(trials.span, "the trials"));
        return None;
    }
    if let Some((row, label)) = (1..).zip(&labels).find(|(_, label)| **label >= of.len()) {
        let message = format!("label {row} is {label}, and {} neurons answer", of.len());
        report(cx, span, message, "no such neuron");
        return None;
    }
    let labels = labels.into_iter().take(usize::try_from(trials.count).ok()?).collect();
    let (first, every) = (trials.first, trials.ticks);
    Some(Arc::new(Labelling { of, answer: kind, first, every, labels }))
}

/// What answers, and whose spikes.
fn answered(call: &ast::Call) -> Option<(Answer, &ast::Expr)> {
    let only = |call: &ast::Call, name: &str| {
        called(call) == Some(name) && call.arguments.len() == 1 && call.arguments[0].label.is_none()
    };
    let inner = &call.arguments.first()?.value;
    let ExprKind::Call(measure) = &inner.kind else { return None };
    let of = measure.arguments.first().map(|a| &a.value)?;
    if only(call, "argmax") && (only(measure, "count") || only(measure, "rate")) {
        Some((Answer::MostSpikes, of))
    } else if only(call, "argmin") && only(measure, "first") {
        Some((Answer::EarliestSpike, of))
    } else {
        None
    }
}

fn report(cx: &mut Context<'_>, span: Span, message: String, label: &str) {
    cx.report(
        Diagnostic::new(codes::BAD_LABEL, span, message, label)
            .with_help("for instance `label argmax(count(out)) against file(\"labels.csv\")`"),
    );
}
