//! Arguments of rules, sources, waveforms and measures: by position, by name, by word.

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, ExprKind, WordOrName};

use crate::context::Context;

/// One argument that a construct takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Its name, also the word before it (`start 5 ms`).
    pub name: &'static str,
    /// Whether it must be given.
    pub needed: Needed,
}

/// Whether an argument may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Needed {
    Yes,
    No,
}

/// A slot that must be filled.
pub(crate) const fn needed(name: &'static str) -> Slot {
    Slot { name, needed: Needed::Yes }
}

/// A slot that may stay empty.
pub(crate) const fn optional(name: &'static str) -> Slot {
    Slot { name, needed: Needed::No }
}

/// The plain name that is called; none (reported nowhere) for anything else.
pub(crate) fn called(call: &ast::Call) -> Option<&str> {
    match &call.function.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// The arguments in the order of `slots`. `usage` shows how the construct is written. None where a fault
/// was reported.
pub(crate) fn read<'a, const N: usize>(
    cx: &mut Context<'_>,
    call: &'a ast::Call,
    span: Span,
    usage: &str,
    slots: [Slot; N],
) -> Option<[Option<&'a ast::Expr>; N]> {
    let mut found: [Option<&'a ast::Expr>; N] = [None; N];
    let mut sound = true;
    for argument in &call.arguments {
        let (at, label) = match &argument.label {
            None => (found.iter().position(Option::is_none), None),
            Some(label) => {
                let (text, span) = label_text(label);
                (slots.iter().position(|s| s.name == text), Some((text, span)))
            }
        };
        let place = label.map_or(argument.value.span, |(_, span)| span);
        match at {
            Some(at) if found[at].is_none() => found[at] = Some(&argument.value),
            Some(at) => {
                let message = format!("`{}` is given twice", slots[at].name);
                report(cx, place, message, "again here", usage);
                sound = false;
            }
            None => {
                sound = false;
                unexpected(cx, label.map(|(text, _)| text), place, usage, &slots);
            }
        }
    }
    let open = slots.iter().zip(&found).find(|(s, f)| f.is_none() && s.needed == Needed::Yes);
    if let Some((slot, _)) = open
        && sound
    {
        let message = format!("`{}` is missing", slot.name);
        report(cx, span, message, "one argument more is needed", usage);
        return None;
    }
    sound.then_some(found)
}

/// How an argument is labelled, and where.
pub(crate) fn label_text(label: &WordOrName) -> (&str, Span) {
    match label {
        WordOrName::Word(name) => (&name.text, name.span),
        WordOrName::Named(e) => match &e.kind {
            ExprKind::Name(name) => (name, e.span),
            _ => ("", e.span),
        },
    }
}

/// How an argument of a neuron model is labelled: `tau`, or `soma.C` for that of a compartment.
pub(crate) fn dotted_label(label: &WordOrName) -> (String, Span) {
    let (text, span) = label_text(label);
    let path = match label {
        WordOrName::Named(e) => dotted(e),
        WordOrName::Word(_) => None,
    };
    (path.unwrap_or_else(|| text.to_owned()), span)
}

fn dotted(e: &ast::Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Field(base, name) => Some(format!("{}.{}", dotted(base)?, name.text)),
        _ => None,
    }
}

fn unexpected(cx: &mut Context<'_>, label: Option<&str>, at: Span, usage: &str, slots: &[Slot]) {
    let Some(label) = label else {
        let message = match slots.len() {
            0 => "no argument is expected".to_owned(),
            1 => "one argument is expected".to_owned(),
            n => format!("at most {n} arguments are expected"),
        };
        return report(cx, at, message, "too many", usage);
    };
    let message = format!("there is no argument `{label}`");
    let mut d = Diagnostic::new(network::WRONG_ARGUMENT, at, message, "unknown argument");
    d = match nearest(label, slots.iter().map(|s| s.name)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(at, near),
        None => d.with_help(format!("it is written {usage}")),
    };
    cx.report(d);
}

fn report(cx: &mut Context<'_>, at: Span, message: String, label: &str, usage: &str) {
    cx.report(
        Diagnostic::new(network::WRONG_ARGUMENT, at, message, label)
            .with_help(format!("it is written {usage}")),
    );
}

/// The path of `file("…")`; anything else is reported.
pub(crate) fn file_path<'a>(cx: &mut Context<'_>, e: &'a ast::Expr) -> Option<(&'a str, Span)> {
    if matches!(e.kind, ExprKind::Error) {
        return None;
    }
    if let ExprKind::Call(call) = &e.kind
        && called(call) == Some("file")
        && let [only] = call.arguments.as_slice()
        && let ExprKind::Text(path) = &only.value.kind
    {
        return Some((path, only.value.span));
    }
    cx.report(
        Diagnostic::new(network::WRONG_ARGUMENT, e.span, "a data file is needed", "not a file")
            .with_help("write `file(\"name.csv\")`"),
    );
    None
}
