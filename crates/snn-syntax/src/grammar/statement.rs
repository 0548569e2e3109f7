//! What follows the first word of a statement or item, one parser per kind of statement.

use chumsky::prelude::*;
use snn_diagnostics::{Diagnostic, codes::syntax::UNEXPECTED};

use super::expr::arguments;
use super::synapse;
use super::{
    Context, Entry, Expressions, Extra, Rule, name, name_token, one, optional, token, word,
};
use crate::ast::{
    AssignOp, Between, Call, Declaration, Event, Expr, ExprKind, Name, PlaceTarget, Refractory,
    SpikeTest, StepMode, UnitExpr, Update, When,
};
use crate::fault::Expected;
use crate::token::{Kind, Token};
use crate::word::Word;

/// Parsers of the rest of each statement.
pub(crate) struct Statements<'src> {
    // Of many layers.
    pub(crate) expr: Rule<'src, Expr>,
    pub(crate) range: Rule<'src, Expr>,
    pub(crate) name: Rule<'src, Name>,
    pub(crate) declarations: Rule<'src, Vec<Declaration>>,
    pub(crate) declaration: Rule<'src, Declaration>,
    pub(crate) check: Rule<'src, CheckParts>,
    // Items.
    pub(crate) import: Rule<'src, (Token, Option<Name>)>,
    pub(crate) function: Rule<'src, FunctionParts>,
    pub(crate) named_body: Rule<'src, (Name, Token)>,
    pub(crate) mapping: Rule<'src, (Name, Expr, Expr, Token)>,
    pub(crate) experiment: Rule<'src, (Name, PlacedCall, Option<Expr>, Token)>,
    // Neurons.
    pub(crate) derivative: Rule<'src, Expr>,
    pub(crate) spike: Rule<'src, (SpikeTest, Expr)>,
    pub(crate) reset: Rule<'src, (Token, Option<Token>)>,
    pub(crate) refractory: Rule<'src, (Expr, Refractory)>,
    pub(crate) solve: Rule<'src, (Name, Option<Expr>)>,
    pub(crate) on_tick: Rule<'src, Token>,
    pub(crate) couple: Rule<'src, (Name, Name, Expr)>,
    pub(crate) assign: Rule<'src, (Name, AssignOp, Expr)>,
    // Networks.
    pub(crate) population: Rule<'src, PopulationParts>,
    pub(crate) connect: Rule<'src, ConnectParts>,
    pub(crate) for_loop: Rule<'src, (Name, Expr, Token)>,
    pub(crate) choice: Rule<'src, ChoiceParts>,
    pub(crate) call: Rule<'src, PlacedCall>,
    pub(crate) delay_parts: Rule<'src, (Option<Expr>, Option<Expr>, Option<Expr>)>,
    pub(crate) ties: Rule<'src, (Name, Name, Option<Name>)>,
    // Synapses.
    pub(crate) weight: Rule<'src, (Declaration, Option<Expr>)>,
    pub(crate) trace: Rule<'src, (Name, SignalParts)>,
    pub(crate) modulator: Rule<'src, SignalParts>,
    pub(crate) reads: Rule<'src, Vec<(Expr, UnitExpr)>>,
    pub(crate) on_event: Rule<'src, (Event, Token)>,
    pub(crate) rule: Rule<'src, (PlacedCall, Option<PlacedCall>)>,
    // Chips and mappings.
    pub(crate) mesh: Rule<'src, (Expr, Expr)>,
    pub(crate) core: Rule<'src, CoreParts>,
    pub(crate) weights: Rule<'src, (Expr, Vec<Name>)>,
    pub(crate) place: Rule<'src, (Expr, PlaceTarget)>,
    // Experiments.
    pub(crate) inject: Rule<'src, (PlacedCall, Expr)>,
    pub(crate) record: Rule<'src, RecordParts>,
    pub(crate) sweep: Rule<'src, (Name, Expr)>,
    pub(crate) set_parameter: Rule<'src, (Name, Expr)>,
    pub(crate) trials: Rule<'src, (Expr, Expr, Between)>,
    pub(crate) label: Rule<'src, (PlacedCall, Expr)>,
    pub(crate) expect: Rule<'src, (Expr, Vec<Name>, Option<Expr>)>,
    /// `PATH = EXPR` of an override.
    pub(crate) set: Rule<'src, (Expr, Expr)>,
}

/// `left`, `~= right`, `within percent %`.
pub(crate) type CheckParts = (Expr, Option<(Expr, Option<Expr>)>);
/// Name, group of parameters, unit, body.
pub(crate) type FunctionParts = (Name, Vec<Declaration>, Option<UnitExpr>, Expr);
/// Name, groups of brackets, model, positions with the word behind them.
pub(crate) type PopulationParts =
    (Name, Vec<Vec<Expr>>, PlacedCall, Option<(PlacedCall, Option<Name>)>, Option<Update>);
/// From, to, name, body.
pub(crate) type ConnectParts = (Expr, Expr, Option<Name>, Option<Token>);
/// Conditions with their bodies, the body after the last `else`.
pub(crate) type ChoiceParts = (Vec<(Expr, Token)>, Option<Token>);
/// What a spike does, where it is stated, and the declaration: name, unit, shape.
pub(crate) type SignalParts = (Declaration, Option<(StepMode, Expr)>);
/// What, of whom, every, at.
pub(crate) type RecordParts = (Name, Expr, Option<Expr>, Option<Name>);
/// Name, tiles, body.
pub(crate) type CoreParts = (Option<Name>, Vec<(Expr, Expr)>, Token);

/// A call, or a name that stands for a call without arguments.
#[derive(Debug)]
pub(crate) struct PlacedCall {
    pub(crate) call: Call,
    pub(crate) span: snn_diagnostics::Span,
}

impl<'src> Statements<'src> {
    pub(super) fn new(expressions: &Expressions<'src>) -> Self {
        let Expressions { expr, range, path, unit, .. } = expressions;
        let declaration = declaration(expr, unit);
        let call = placed_call(path);
        let value = token(Kind::Equals).ignore_then(expr.clone());
        Self {
            expr: expr.clone(),
            range: range.clone(),
            name: name().boxed(),
            declarations: declaration
                .clone()
                .separated_by(token(Kind::Comma))
                .at_least(1)
                .collect()
                .boxed(),
            check: check(expr),
            import: token(Kind::Text).then(alias().or_not()).boxed(),
            function: function(expr, unit),
            named_body: name().then(brace()).boxed(),
            mapping: mapping(path),
            experiment: experiment(path, &call),
            derivative: value.clone().boxed(),
            spike: spike(expr),
            reset: brace().then(word(Word::Else).ignore_then(brace()).or_not()).boxed(),
            refractory: refractory(expr),
            solve: name().then(word(Word::Substeps).ignore_then(expr.clone()).or_not()).boxed(),
            on_tick: word(Word::Tick).ignore_then(brace()).boxed(),
            couple: dotted()
                .then_ignore(token(Kind::Tilde))
                .then(dotted())
                .then_ignore(word(Word::By))
                .then(expr.clone())
                .map(|((from, to), by)| (from, to, by))
                .boxed(),
            assign: assign(expr),
            population: population(&call),
            connect: connect(expr),
            for_loop: name()
                .then_ignore(word(Word::In))
                .then(range.clone())
                .then(brace())
                .map(|((name, range), body)| (name, range, body))
                .boxed(),
            choice: choice_of_bodies(expr),
            delay_parts: synapse::delay_parts(expr),
            ties: synapse::ties(),
            weight: synapse::weight(&declaration, range),
            trace: synapse::trace(expr, unit),
            modulator: synapse::modulator(&declaration, expr),
            reads: synapse::reads(path, unit),
            on_event: synapse::on_event(expr),
            rule: call.clone().then(call.clone().or_not()).boxed(),
            call: call.clone(),
            mesh: expr.clone().then_ignore(word(Word::By)).then(expr.clone()).boxed(),
            core: core(),
            weights: weights(expr),
            place: place(expr),
            inject: call.clone().then_ignore(token(Kind::Arrow)).then(expr.clone()).boxed(),
            record: dotted()
                .then_ignore(word(Word::Of))
                .then(expr.clone())
                .then(word(Word::Every).ignore_then(expr.clone()).or_not())
                .then(word(Word::At).ignore_then(name()).or_not())
                .map(|(((what, of), every), at)| (what, of, every, at))
                .boxed(),
            sweep: name().then_ignore(word(Word::In)).then(range.clone()).boxed(),
            set_parameter: name().then(value.clone()).boxed(),
            trials: trials(expr),
            label: call.clone().then_ignore(word(Word::Against)).then(expr.clone()).boxed(),
            expect: expect(expr, range),
            set: path.clone().then(value).boxed(),
            declaration,
        }
    }
}

fn brace<'src>() -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    token(Kind::Brace)
}

fn paren<'src>() -> impl Parser<'src, &'src [Token], Token, Extra<'src>> + Clone {
    token(Kind::Paren)
}

fn alias<'src>() -> impl Parser<'src, &'src [Token], Name, Extra<'src>> + Clone {
    word(Word::As).ignore_then(name())
}

/// `v`, or the state of a compartment: `soma.v`.
fn dotted<'src>() -> Rule<'src, Name> {
    let more = token(Kind::Dot).ignore_then(name()).repeated().collect::<Vec<_>>();
    name()
        .then(more)
        .map(|(first, more)| {
            more.into_iter().fold(first, |path, next| Name {
                text: format!("{}.{}", path.text, next.text),
                span: path.span.to(next.span),
            })
        })
        .boxed()
}

/// A name or dotted name, with arguments or without.
fn placed_call<'src>(path: &Rule<'src, Expr>) -> Rule<'src, PlacedCall> {
    // Waveforms and rules whose names are reserved words.
    let reserved = one(|t| t.is(Word::Step) || t.is(Word::Near)).map_with(|t, e| {
        let name = e.state().name(t);
        Expr { kind: ExprKind::Name(name.text), span: name.span }
    });
    path.clone()
        .or(reserved.labelled(Expected::Name))
        .then(paren().or_not())
        .map_with(|(function, group), e| {
            let context: &mut Context<'_> = e.state();
            let span = group.map_or(function.span, |g| function.span.to(context.span(g)));
            let arguments = group.map_or_else(Vec::new, |g| arguments(g, context));
            PlacedCall { call: Call { function: Box::new(function), arguments }, span }
        })
        .boxed()
}

fn declaration<'src>(
    expr: &Rule<'src, Expr>,
    unit: &Rule<'src, UnitExpr>,
) -> Rule<'src, Declaration> {
    name_token()
        .then(token(Kind::Colon).ignore_then(unit.clone()).or_not())
        .then(token(Kind::Equals).ignore_then(expr.clone()).or_not())
        .map_with(|((token, unit), value), e| {
            let context: &mut Context<'_> = e.state();
            let doc = context.docs.remove(&token.start);
            Declaration { doc, name: context.name(token), unit, value }
        })
        .boxed()
}

fn check<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, CheckParts> {
    let within = word(Word::Within).ignore_then(expr.clone()).then_ignore(token(Kind::Percent));
    let approximates = token(Kind::Approximately).ignore_then(expr.clone()).then(within.or_not());
    expr.clone().then(approximates.or_not()).boxed()
}

fn function<'src>(
    expr: &Rule<'src, Expr>,
    unit: &Rule<'src, UnitExpr>,
) -> Rule<'src, FunctionParts> {
    name()
        .then(paren())
        .then(token(Kind::Colon).ignore_then(unit.clone()).or_not())
        .then_ignore(token(Kind::Equals))
        .then(expr.clone())
        .map_with(|(((name, group), unit), body), e| {
            (name, parameters(group, e.state()), unit, body)
        })
        .boxed()
}

fn parameters(group: Token, context: &mut Context<'_>) -> Vec<Declaration> {
    let mut parameters = Vec::new();
    for entry in context.take(group) {
        let (name, unit) = match entry {
            Entry::Declared(name, unit) => (name, Some(unit)),
            Entry::Value(Expr { kind: ExprKind::Name(text), span }) => (Name { text, span }, None),
            Entry::Value(Expr { kind: ExprKind::Error, .. }) => continue,
            Entry::Value(Expr { span, .. })
            | Entry::Labelled(_, Expr { span, .. })
            | Entry::Delayed(_, Expr { span, .. }, _) => {
                context.report(
                    snn_diagnostics::Diagnostic::new(
                        snn_diagnostics::codes::syntax::UNEXPECTED,
                        span,
                        "a parameter of a function is a name, perhaps with a unit",
                        "",
                    )
                    .with_help("for example `fn f(x: mV, y): nS = …`"),
                );
                continue;
            }
        };
        parameters.push(Declaration { doc: None, name, unit, value: None });
    }
    parameters
}

fn mapping<'src>(path: &Rule<'src, Expr>) -> Rule<'src, (Name, Expr, Expr, Token)> {
    name()
        .then_ignore(word(Word::Of))
        .then(path.clone())
        .then_ignore(word(Word::Onto))
        .then(path.clone())
        .then(brace())
        .map(|(((name, network), chip), body)| (name, network, chip, body))
        .boxed()
}

fn experiment<'src>(
    path: &Rule<'src, Expr>,
    call: &Rule<'src, PlacedCall>,
) -> Rule<'src, (Name, PlacedCall, Option<Expr>, Token)> {
    name()
        .then_ignore(word(Word::Of))
        .then(call.clone())
        .then(word(Word::On).ignore_then(path.clone()).or_not())
        .then(brace())
        .map(|(((name, network), on), body)| (name, network, on, body))
        .boxed()
}

fn trials<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Expr, Expr, Between)> {
    let keep = optional(Kind::Word(Word::Keep)).ignore_then(word(Word::State)).to(Between::Keep);
    let reset = optional(Kind::Word(Word::Reset)).ignore_then(word(Word::Weights));
    let between = keep.or(reset.to(Between::ResetWeights));
    expr.clone()
        .then_ignore(word(Word::Each))
        .then(expr.clone())
        .then(between.or_not())
        .map(|((count, each), between)| (count, each, between.unwrap_or(Between::Reset)))
        .boxed()
}

fn expect<'src>(
    expr: &Rule<'src, Expr>,
    range: &Rule<'src, Expr>,
) -> Rule<'src, (Expr, Vec<Name>, Option<Expr>)> {
    let names = name().separated_by(token(Kind::Comma)).at_least(1).collect::<Vec<_>>();
    let over = optional(Kind::Word(Word::Over)).ignore_then(names).or_not();
    expr.clone()
        .then(over)
        .then(word(Word::In).ignore_then(range.clone()).or_not())
        .map(|((what, over), within)| (what, over.unwrap_or_default(), within))
        .boxed()
}

fn spike<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (SpikeTest, Expr)> {
    // `rising` may be a name: then no operand follows it.
    let operand_follows = one(|t| match t.kind {
        Kind::Number | Kind::Paren | Kind::Minus | Kind::Word(Word::Not | Word::If) => true,
        _ => t.is_name(),
    });
    let rising = word(Word::Rising).then_ignore(operand_follows.rewind()).to(SpikeTest::Rising);
    let level = rising.or_not().map(|rising| rising.unwrap_or(SpikeTest::Level));
    let test = word(Word::When).ignore_then(level);
    test.or(word(Word::Rate).to(SpikeTest::Rate)).then(expr.clone()).boxed()
}

fn refractory<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Expr, Refractory)> {
    let names = dotted().separated_by(token(Kind::Comma)).at_least(1).collect().boxed();
    let hold = word(Word::Hold).ignore_then(names).map(Refractory::Hold);
    let mute = word(Word::Mute).to(Refractory::Mute);
    expr.clone().then(hold.or(mute)).boxed()
}

fn assign<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Name, AssignOp, Expr)> {
    let op = choice((
        token(Kind::Equals).to(AssignOp::Set),
        token(Kind::PlusEquals).to(AssignOp::Add),
        token(Kind::MinusEquals).to(AssignOp::Sub),
        token(Kind::StarEquals).to(AssignOp::Mul),
        token(Kind::SlashEquals).to(AssignOp::Div),
    ));
    dotted().then(op).then(expr.clone()).map(|((name, op), value)| (name, op, value)).boxed()
}

fn population<'src>(call: &Rule<'src, PlacedCall>) -> Rule<'src, PopulationParts> {
    let brackets = optional(Kind::Bracket)
        .map_with(|t, e| super::expr::elements(t, e.state()))
        .repeated()
        .collect::<Vec<_>>();
    let suffix = one(|t| t.is_name() && !t.is(Word::Update))
        .labelled(Expected::Operator)
        .map_with(|t, e| e.state().name(t));
    let at = optional(Kind::Word(Word::At)).ignore_then(call.clone()).then(suffix.or_not());
    name()
        .then(brackets)
        .then_ignore(token(Kind::Colon))
        .then(call.clone())
        .then(at.or_not())
        .then(update().or_not())
        .map(|((((name, brackets), model), at), update)| (name, brackets, model, at, update))
        .boxed()
}

fn update<'src>() -> Rule<'src, Update> {
    let events = name_token().map_with(|t, e| {
        let context: &mut Context<'_> = e.state();
        if !t.is(Word::Events) {
            let (span, message) = (context.span(t), "expected `events`: `update at events`");
            context.report(Diagnostic::new(UNEXPECTED, span, message, ""));
        }
        (When::AtEvents, t)
    });
    let at_events = word(Word::At).ignore_then(events);
    let every_tick = word(Word::Every).ignore_then(word(Word::Tick)).map(|t| (When::EveryTick, t));
    optional(Kind::Word(Word::Update))
        .then(at_events.or(every_tick))
        .map_with(|(first, (when, last)), e| {
            let context: &mut Context<'_> = e.state();
            Update { when, span: context.span(first).to(context.span(last)) }
        })
        .boxed()
}

fn connect<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, ConnectParts> {
    expr.clone()
        .then_ignore(token(Kind::Arrow))
        .then(expr.clone())
        .then(alias().or_not())
        .then(brace().or_not())
        .map(|(((from, to), name), body)| (from, to, name, body))
        .boxed()
}

fn choice_of_bodies<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, ChoiceParts> {
    let branch = expr.clone().then(brace()).boxed();
    let also = word(Word::Else).then(word(Word::If)).ignore_then(branch.clone());
    branch
        .then(also.repeated().collect::<Vec<_>>())
        .then(word(Word::Else).ignore_then(brace()).or_not())
        .map(|((first, also), last)| {
            let branches = std::iter::once(first).chain(also).collect();
            (branches, last)
        })
        .boxed()
}

fn core<'src>() -> Rule<'src, CoreParts> {
    let tile = paren().map_with(|group, e| pair(group, e.state()));
    let tiles = tile.separated_by(token(Kind::Comma)).at_least(1).collect::<Vec<_>>();
    name()
        .or_not()
        .then(word(Word::On).ignore_then(tiles).or_not())
        .then(brace())
        .map(|((name, tiles), body)| {
            (name, tiles.unwrap_or_default().into_iter().flatten().collect(), body)
        })
        .boxed()
}

/// The two coordinates in a group; other counts are reported.
fn pair(group: Token, context: &mut Context<'_>) -> Option<(Expr, Expr)> {
    let span = context.span(group);
    let mut entries = super::expr::elements(group, context).into_iter();
    match (entries.next(), entries.next(), entries.next()) {
        (Some(x), Some(y), None) => Some((x, y)),
        (Some(Expr { kind: ExprKind::Error, .. }), None, None) => None,
        _ => {
            context.report(Diagnostic::new(
                UNEXPECTED,
                span,
                "expected column and row: `(0, 0)`",
                "",
            ));
            None
        }
    }
}

fn weights<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Expr, Vec<Name>)> {
    let any_word = one(|t| matches!(t.kind, Kind::Name | Kind::Word(_)))
        .labelled(Expected::Name)
        .map_with(|t, e| e.state().name(t));
    expr.clone().then(any_word.repeated().collect()).boxed()
}

fn place<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, (Expr, PlaceTarget)> {
    let core =
        word(Word::On).ignore_then(word(Word::Core)).ignore_then(paren()).map_with(|group, e| {
            let context: &mut Context<'_> = e.state();
            let span = context.span(group);
            let silent = || (super::error(span), super::error(span));
            let (x, y) = pair(group, context).unwrap_or_else(silent);
            PlaceTarget::Core { x, y }
        });
    let near = word(Word::Near).ignore_then(expr.clone()).map(PlaceTarget::Near);
    expr.clone().then(core.or(near)).boxed()
}
