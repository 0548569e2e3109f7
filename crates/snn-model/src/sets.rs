//! `--set PATH=EXPR`: which parameter or setting a path means.

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{Expr, ExprKind, Name};

use crate::context::Context;
use crate::experiment::{parameters, unknown_parameter};
use crate::names::{Found, ItemId, Kind};
use crate::network::Given;
use crate::project::FileId;

/// A setting of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Setting {
    Dt,
    Warmup,
    Run,
    Seed,
}

pub(crate) const SETTINGS: [(&str, Setting); 4] = [
    ("dt", Setting::Dt),
    ("warmup", Setting::Warmup),
    ("run", Setting::Run),
    ("seed", Setting::Seed),
];

/// All overrides with a meaning, in the order given.
#[derive(Default)]
pub(crate) struct Overrides<'a> {
    parameters: Vec<(ItemId, &'a str, &'a Expr)>,
    settings: Vec<(ItemId, Setting, &'a Expr)>,
}

impl<'a> Overrides<'a> {
    /// Resolves the paths; reports those that mean nothing.
    pub fn collect(cx: &mut Context<'a>) -> Self {
        let mut overrides = Self::default();
        let project = cx.project;
        for set in project.overrides().iter().filter_map(|o| o.set.as_ref()) {
            overrides.add(cx, &set.path, &set.value);
        }
        overrides
    }

    /// Values of parameters of a network, the last given first.
    pub fn of_network(&self, id: ItemId, file: FileId) -> Vec<Given<'a>> {
        let own = self.parameters.iter().rev().filter(|(network, ..)| *network == id);
        own.map(|(_, name, value)| Given { name, value, file }).collect()
    }

    /// Settings of an experiment in the order given: the last one counts.
    pub fn of_experiment(&self, id: ItemId) -> Vec<(Setting, &'a Expr)> {
        let own = self.settings.iter().filter(|(experiment, ..)| *experiment == id);
        own.map(|(_, setting, value)| (*setting, *value)).collect()
    }

    fn add(&mut self, cx: &mut Context<'a>, path: &'a [Name], value: &'a Expr) {
        let Some((last, item)) = path.split_last() else { return };
        let Some((first, rest)) = item.split_first() else {
            let message = format!("`{}` alone names nothing to set", last.text);
            report(cx, last.span, message, "a network or an experiment stands before it");
            return;
        };
        let span = rest.last().map_or(first.span, |end| first.span.to(end.span));
        let id = match cx.find(cx.project.main(), &dotted(first, rest)) {
            Found::Item(id) => id,
            Found::Poison => return,
            Found::Nothing => return unknown(cx, span),
        };
        match cx.kind(id) {
            Kind::Network => {
                let known = parameters(cx, id);
                if known.contains(&last.text) {
                    self.parameters.push((id, &last.text, value));
                } else {
                    let (network, declared) = (cx.text(span), cx.name_span(id));
                    let name = (last.text.as_str(), last.span);
                    unknown_parameter(cx, network, name, &known, declared);
                }
            }
            Kind::Experiment => match SETTINGS.iter().find(|(name, _)| *name == last.text) {
                Some((_, setting)) => self.settings.push((id, *setting, value)),
                None => unknown_setting(cx, last),
            },
            Kind::Later => {}
            kind => {
                let message =
                    format!("`{}` is {}: it has nothing to set", cx.text(span), kind.noun());
                report(cx, span, message, kind.noun());
            }
        }
    }
}

/// `a.b` as an expression.
fn dotted(first: &Name, rest: &[Name]) -> Expr {
    let first = Expr { kind: ExprKind::Name(first.text.clone()), span: first.span };
    rest.iter().fold(first, |base, name| {
        let span = base.span.to(name.span);
        Expr { kind: ExprKind::Field(Box::new(base), name.clone()), span }
    })
}

fn unknown(cx: &mut Context<'_>, span: Span) {
    let text = cx.text(span);
    let mut known: Vec<&str> = cx
        .names
        .visible(cx.project.main())
        .filter(|(_, id)| matches!(cx.kind(*id), Kind::Network | Kind::Experiment))
        .map(|(name, _)| name)
        .collect();
    known.dedup();
    let message = format!("there is no network and no experiment `{text}`");
    let mut d = Diagnostic::new(codes::BAD_OVERRIDE, span, message, "unknown");
    if let Some(near) = nearest(text, known.iter().copied()) {
        d = d.with_help(format!("did you mean `{near}`?")).with_fix(span, near);
    } else if !known.is_empty() {
        d = d.with_help(format!("the file has {}", known.join(", ")));
    }
    cx.report(d);
}

fn unknown_setting(cx: &mut Context<'_>, name: &Name) {
    let message = format!("an experiment has no setting `{}`", name.text);
    let mut d = Diagnostic::new(codes::BAD_OVERRIDE, name.span, message, "unknown setting");
    d = match nearest(&name.text, SETTINGS.iter().map(|s| s.0)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
        None => d.with_help("there are dt, warmup, run and seed; parameters belong to networks"),
    };
    cx.report(d);
}

fn report(cx: &mut Context<'_>, span: Span, message: String, label: &str) {
    cx.report(
        Diagnostic::new(codes::BAD_OVERRIDE, span, message, label)
            .with_help("write `network.parameter=value` or `experiment.run=value`"),
    );
}
