//! What follows the first word of statements about synapses.

use chumsky::prelude::*;

use super::statement::SignalParts;
use super::{Context, Rule, name, name_token, token, word};
use crate::ast::{Declaration, Event, Expr, Name, StepMode, UnitExpr};
use crate::token::{Kind, Token};
use crate::word::Word;

/// `axon a dendrite d back b`.
pub(super) fn delay_parts<'src>(
    expr: &Rule<'src, Expr>,
) -> Rule<'src, (Option<Expr>, Option<Expr>, Option<Expr>)> {
    let part = |w: Word| word(w).ignore_then(expr.clone()).or_not();
    part(Word::Axon)
        .then(part(Word::Dendrite))
        .then(part(Word::Back))
        .map(|((axon, dendrite), back)| (axon, dendrite, back))
        .boxed()
}

/// `post, pre blind`.
pub(super) fn ties<'src>() -> Rule<'src, (Name, Name, Option<Name>)> {
    name()
        .then_ignore(token(Kind::Comma))
        .then(name())
        .then(name().or_not())
        .map(|((first, second), suffix)| (first, second, suffix))
        .boxed()
}

/// `w: nS in 0 nS .. 10 nS`.
pub(super) fn weight<'src>(
    declaration: &Rule<'src, Declaration>,
    range: &Rule<'src, Expr>,
) -> Rule<'src, (Declaration, Option<Expr>)> {
    declaration.clone().then(word(Word::In).ignore_then(range.clone()).or_not()).boxed()
}

/// `x on pre = exp(20 ms) add 0.1`.
pub(super) fn trace<'src>(
    expr: &Rule<'src, Expr>,
    unit: &Rule<'src, UnitExpr>,
) -> Rule<'src, (Name, SignalParts)> {
    name_token()
        .then(token(Kind::Colon).ignore_then(unit.clone()).or_not())
        .then_ignore(word(Word::On))
        .then(name())
        .then_ignore(token(Kind::Equals))
        .then(expr.clone())
        .then(step(expr))
        .map_with(|((((token, unit), on), value), step), e| {
            let context: &mut Context<'_> = e.state();
            let doc = context.docs.remove(&token.start);
            let name = context.name(token);
            (on, (Declaration { doc, name, unit, value: Some(value) }, step))
        })
        .boxed()
}

/// `da = exp(200 ms) add 0.1`.
pub(super) fn modulator<'src>(
    declaration: &Rule<'src, Declaration>,
    expr: &Rule<'src, Expr>,
) -> Rule<'src, SignalParts> {
    declaration.clone().then(step(expr)).boxed()
}

/// `add A`, `set A`.
fn step<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, Option<(StepMode, Expr)>> {
    let mode = word(Word::Add).to(StepMode::Add).or(word(Word::Set).to(StepMode::Set));
    mode.then(expr.clone()).or_not().boxed()
}

/// `post.v: mV, post.w: pA`.
pub(super) fn reads<'src>(
    path: &Rule<'src, Expr>,
    unit: &Rule<'src, UnitExpr>,
) -> Rule<'src, Vec<(Expr, UnitExpr)>> {
    path.clone()
        .then_ignore(token(Kind::Colon))
        .then(unit.clone())
        .separated_by(token(Kind::Comma))
        .at_least(1)
        .collect()
        .boxed()
}

/// `pre { … }`, `every 64 ms { … }`.
pub(super) fn on_event<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Event, Token)> {
    let every = word(Word::Every).ignore_then(expr.clone()).map(Event::Every);
    every.or(name().map(Event::Spike)).then(token(Kind::Brace)).boxed()
}
