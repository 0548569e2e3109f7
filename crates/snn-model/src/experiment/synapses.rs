//! What is recorded of synapses.

use snn_diagnostics::codes::experiment as codes;
use snn_diagnostics::{Code, Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_result::{Occasion, SynapseProbe};
use snn_syntax::ast::{self, Recorded};

use super::record::every_ticks;
use crate::context::Context;
use crate::model::{Projection, State};
use crate::names::list;
use crate::network::{NetScope, Network};

/// One `record` statement.
pub(super) struct Asked<'a> {
    pub what: &'a Recorded,
    pub of: &'a ast::Expr,
    pub every: Option<&'a ast::Expr>,
    pub at: Option<&'a ast::Name>,
    pub span: Span,
}

/// The projection of this name.
pub(super) fn find<'n>(
    cx: &Context<'_>,
    network: &'n Network<'_>,
    of: &ast::Expr,
) -> Option<(usize, &'n Projection)> {
    let name: String = cx.text(of.span).split_whitespace().collect();
    network.projections.iter().enumerate().find(|(_, p)| p.name == name)
}

/// Whether a statement is about synapses: it names a connection, or can be about nothing else.
pub(super) fn is_meant(cx: &Context<'_>, network: &Network<'_>, asked: &Asked<'_>) -> bool {
    let name = cx.text(asked.of.span).split('[').next().unwrap_or_default().trim();
    matches!(asked.what, Recorded::Sent(_))
        || asked.at.is_some()
        || network.connections.contains(&name)
        || find(cx, network, asked.of).is_some()
}

/// `record w of ee at pre`, `record w of ee every T`, `record sent of ee`.
pub(super) fn probe(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    network: &Network<'_>,
    asked: &Asked<'_>,
    dt: Option<Rational>,
) -> Option<SynapseProbe> {
    let (of, variable) = match asked.what {
        Recorded::State(name) => {
            let (of, state) = state(cx, network, (asked.of, name), codes::BAD_RECORD)?;
            (of, state.name.clone())
        }
        Recorded::Sent(word) => {
            (live(cx, network, asked.of, codes::BAD_RECORD)?.0, word.text.clone())
        }
        Recorded::Spikes => {
            live(cx, network, asked.of, codes::BAD_RECORD)?;
            let message = "a connection has no spikes; its sources have";
            cx.report(Diagnostic::new(codes::BAD_RECORD, asked.span, message, "not of synapses"));
            return None;
        }
    };
    let at = match (asked.what, asked.at, asked.every) {
        (Recorded::Sent(_), None, None) => Occasion::Sent,
        (Recorded::State(_), None, None) => Occasion::Every(1),
        (Recorded::State(_), None, Some(every)) => {
            Occasion::Every(every_ticks(cx, scope, every, dt)?)
        }
        (Recorded::State(_), Some(at), None) => occasion(cx, at)?,
        _ => {
            let message = "what is recorded when?";
            cx.report(
                Diagnostic::new(codes::BAD_RECORD, asked.span, message, "not possible").with_help(
                    "write `record w of … at pre`, `record w of … every 10 ms` or `record sent of …`",
                ),
            );
            return None;
        }
    };
    Some(SynapseProbe { variable, of: of as u32, at })
}

/// A connection by its name, and its synapses, which have states.
fn live<'n>(
    cx: &mut Context<'_>,
    network: &'n Network<'_>,
    of: &ast::Expr,
    code: Code,
) -> Option<(usize, &'n Projection, Vec<&'n State>)> {
    let Some((at, projection)) = find(cx, network, of) else {
        unknown(cx, network, of, code);
        return None;
    };
    let Some(live) = &projection.live else {
        let message = format!("the synapses of `{}` have no states", projection.name);
        cx.report(
            Diagnostic::new(code, of.span, message, "static")
                .with_label(projection.span, "connected here")
                .with_help("only synapses with `via` or `learn` have states"),
        );
        return None;
    };
    let bound = live.learn.iter().chain(&live.via);
    Some((at, projection, bound.flat_map(|b| &b.model.body.states).collect()))
}

/// A state of the synapses of a connection, and the index of that.
pub(super) fn state<'n>(
    cx: &mut Context<'_>,
    network: &'n Network<'_>,
    (of, name): (&ast::Expr, &ast::Name),
    code: Code,
) -> Option<(usize, &'n State)> {
    let (at, projection, states) = live(cx, network, of, code)?;
    if let Some(state) = states.iter().find(|s| s.name == name.text) {
        return Some((at, state));
    }
    let known: Vec<String> = states.iter().map(|s| s.name.clone()).collect();
    let message = format!("the synapses of `{}` have no state `{}`", projection.name, name.text);
    let mut d = Diagnostic::new(code, name.span, message, "unknown state");
    d = match nearest(&name.text, known.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
        None => d.with_help(format!("they have {}", list(&known))),
    };
    cx.report(d.with_label(projection.span, "connected here"));
    None
}

fn occasion(cx: &mut Context<'_>, at: &ast::Name) -> Option<Occasion> {
    match at.text.as_str() {
        "pre" => Some(Occasion::Pre),
        "post" => Some(Occasion::Post),
        "events" => Some(Occasion::Events),
        other => {
            let message = format!("`at {other}` is no occasion to record a synapse");
            let d = Diagnostic::new(codes::BAD_RECORD, at.span, message, "unknown");
            cx.report(match nearest(other, ["pre", "post", "events"]) {
                Some(near) => {
                    d.with_help(format!("did you mean `{near}`?")).with_fix(at.span, near)
                }
                None => d.with_help("there are `at pre`, `at post` and `at events`"),
            });
            None
        }
    }
}

fn unknown(cx: &mut Context<'_>, network: &Network<'_>, of: &ast::Expr, code: Code) {
    let text = cx.text(of.span).to_owned();
    let live = network.projections.iter().filter(|p| p.live.is_some());
    let names: Vec<String> =
        live.map(|p| p.name.clone()).filter(|name| !name.contains(' ')).collect();
    let message = format!("there is no connection named `{text}`");
    let mut d = Diagnostic::new(code, of.span, message, "unknown connection");
    d = match nearest(&text, names.iter().map(String::as_str)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(of.span, near),
        None => d.with_help("name it where it is made: `connect A -> B.exc as ee { … }`"),
    };
    // A connection that is faulty is missing and has been reported.
    if !cx.has_errors() {
        cx.report(d);
    }
}
