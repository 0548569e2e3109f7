//! The statements of a connection, and which of them are missing.

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{self, ConnectItem};

use super::connect::Targets;
use super::live::{DelayParts, Stated};
use crate::context::Context;

/// A rule, what follows it, and where it stands.
type RuleParts<'a> = (&'a ast::Call, Option<&'a (ast::Call, Span)>, Span);

/// The statements of a connection, each at most once.
#[derive(Default)]
pub(super) struct Statements<'a> {
    pub rule: Option<RuleParts<'a>>,
    pub weight: Option<&'a ast::Expr>,
    pub delay: Option<&'a ast::Expr>,
    /// About its synapses.
    pub live: Stated<'a>,
    /// The number of `delay N tick`.
    pub ticks: Option<&'a ast::Expr>,
    pub autapses: Option<Span>,
    pub multapses: Option<Span>,
    /// A construct of a later version was reported: nothing is missing for sure.
    pub later: bool,
}

pub(super) fn statements<'a>(cx: &mut Context<'_>, items: &'a [ConnectItem]) -> Statements<'a> {
    let mut s = Statements::default();
    for item in items {
        let (first, span, word) = match item {
            ConnectItem::Rule { rule, also, span } => {
                let before = s.rule.replace((rule, also.as_ref(), *span));
                (before.map(|(_, _, first)| first), *span, "rule")
            }
            ConnectItem::Weight(e) => (s.weight.replace(e).map(|w| w.span), e.span, "weight"),
            ConnectItem::Delay(e) => {
                let parts = s.live.parts.as_ref().map(|p| p.span);
                (s.delay.replace(e).map(|d| d.span).or(parts), e.span, "delay")
            }
            ConnectItem::Ticks(e) => {
                s.ticks = Some(e);
                let parts = s.live.parts.as_ref().map(|p| p.span);
                (s.delay.replace(e).map(|d| d.span).or(parts), e.span, "delay")
            }
            ConnectItem::No(what) => match what.text.as_str() {
                "autapses" => (s.autapses.replace(what.span), what.span, "no autapses"),
                "multapses" => (s.multapses.replace(what.span), what.span, "no multapses"),
                other => {
                    unknown_option(cx, other, what.span);
                    continue;
                }
            },
            ConnectItem::DelayParts { axon, dendrite, back, span } => {
                let (axon, dendrite, back) = (axon.as_ref(), dendrite.as_ref(), back.as_ref());
                let parts = DelayParts { axon, dendrite, back, span: *span };
                let whole = s.delay.map(|d| d.span);
                (s.live.parts.replace(parts).map(|p| p.span).or(whole), *span, "delay")
            }
            ConnectItem::Via { synapse, span } => {
                (s.live.via.replace((synapse, *span)).map(|v| v.1), *span, "via")
            }
            ConnectItem::Learn { plasticity, span } => {
                (s.live.learn.replace((plasticity, *span)).map(|l| l.1), *span, "learn")
            }
            ConnectItem::Ties { first, second, suffix } => {
                let ties = (first, second, suffix.as_ref());
                (s.live.ties.replace(ties).map(|t| t.0.span), first.span, "ties")
            }
            ConnectItem::Later(_) => {
                s.later = true;
                continue;
            }
        };
        if let Some(first) = first {
            let message = format!("`{word}` is stated twice");
            cx.report(
                Diagnostic::new(network::INCOMPLETE_CONNECTION, span, message, "again here")
                    .with_label(first, "first stated here"),
            );
        }
    }
    s
}

fn unknown_option(cx: &mut Context<'_>, text: &str, span: Span) {
    let message = format!("`no {text}` is not known");
    let mut d = Diagnostic::new(network::WRONG_ARGUMENT, span, message, "unknown");
    d = match nearest(text, ["autapses", "multapses"]) {
        Some(near) => d.with_help(format!("did you mean `no {near}`?")).with_fix(span, near),
        None => d.with_help("there are `no autapses` and `no multapses`"),
    };
    cx.report(d);
}

/// Reports what a connection lacks. Weights and delays of a list may stand in its file.
pub(super) fn missing(
    cx: &mut Context<'_>,
    s: &Statements<'_>,
    c: &ast::Connect,
    targets: Option<&Targets>,
) {
    // A statement that could not be read may be the missing one.
    if s.later || cx.is_broken(c.span) {
        return;
    }
    if s.rule.is_none() {
        report_missing(cx, "rule", c.span, targets);
        return;
    }
    let brings = |call| matches!(crate::arguments::called(call), Some("list" | "dense" | "conv2d"));
    if !s.rule.is_some_and(|(call, also, _)| brings(call) || also.is_some_and(|(c, _)| brings(c))) {
        let no_delay = s.delay.is_none() && s.live.parts.is_none();
        let lacks = [(s.weight.is_none(), "weight"), (no_delay, "delay")];
        if let Some((_, word)) = lacks.into_iter().find(|(lacks, _)| *lacks) {
            report_missing(cx, word, c.span, targets);
        }
    }
}

pub(super) fn report_missing(
    cx: &mut Context<'_>,
    word: &str,
    span: Span,
    targets: Option<&Targets>,
) {
    let help = match word {
        "rule" => "add for instance `rule all_to_all`".to_owned(),
        "delay" => "add for instance `delay 1.5 ms`".to_owned(),
        _ => match targets {
            Some(t) => format!("add for instance `weight {}`", crate::units::typed("1", &t.unit)),
            None => "add `weight …`".to_owned(),
        },
    };
    let message = format!("the connection states no {word}");
    cx.report(
        Diagnostic::new(network::INCOMPLETE_CONNECTION, span, message, format!("without {word}"))
            .with_help(help),
    );
}
