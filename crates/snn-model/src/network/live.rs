//! Synapses with states: `via`, `learn`, the parts of a delay, `ties`.

use snn_connect::{Selection, Ties};
use snn_diagnostics::codes::{network, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use super::connect::Targets;
use super::delay::{self, DelayIn};
use super::frame::{Frame, Meaning, NetScope};
use super::integers;
use super::population;
use super::selection::pick;
use crate::arguments::label_text;
use crate::constant::{Constant, Quantity};
use crate::context::Context;
use crate::exact;
use crate::model::{Bound, Live, SignalKind, Statement, Value};
use crate::names::{Kind, list};
use crate::neuron;
use crate::typed::{Bindings, evaluate};

/// The statements of a connection about its synapses.
#[derive(Clone, Copy, Default)]
pub(super) struct Stated<'a> {
    pub via: Option<(&'a ast::Call, Span)>,
    pub learn: Option<(&'a ast::Call, Span)>,
    pub parts: Option<DelayParts<'a>>,
    pub ties: Option<(&'a ast::Name, &'a ast::Name, Option<&'a ast::Name>)>,
}

/// `delay axon a dendrite d back b`.
#[derive(Clone, Copy)]
pub(super) struct DelayParts<'a> {
    pub axon: Option<&'a ast::Expr>,
    pub dendrite: Option<&'a ast::Expr>,
    pub back: Option<&'a ast::Expr>,
    pub span: Span,
}

/// The parts in ticks; the axon as it was written.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub dendrite: u32,
    pub back: u32,
}

impl Stated<'_> {
    /// Whether the synapses have states.
    pub fn is_live(&self) -> bool {
        self.via.is_some() || self.learn.is_some()
    }
}

/// The synapses of a connection; none where a fault was reported.
pub(super) fn live(
    cx: &mut Context<'_>,
    (scope, values): (&NetScope<'_, '_>, &NetScope<'_, '_>),
    stated: &Stated<'_>,
    targets: &Targets,
    ends: Ends,
    grid: &DelayIn<'_>,
) -> Option<Live> {
    let via = stated.via.map(|call| bound(cx, values, call, (Kind::Synapse, Some(&targets.unit))));
    let learn = stated.learn.map(|call| bound(cx, values, call, (Kind::Plasticity, None)));
    let modulators = match (&learn, stated.learn) {
        (Some(Some(rule)), Some((call, span))) => modulators(cx, scope, rule, call, span, grid),
        _ => Some(Vec::new()),
    };
    let ties = ties(cx, stated, ends);
    let via = via.map_or(Some(None), |via| via.map(Some))?;
    let learn = learn.map_or(Some(None), |learn| learn.map(Some))?;
    let live = Live {
        via,
        learn,
        dendrite: ends.dendrite,
        back: ends.back,
        ties: ties?,
        modulators: modulators?,
    };
    let fits = integers::fit(cx, &live, targets)
        & units_fit(cx, &live, targets)
        & reads_fit(cx, &live, targets);
    lint_delay(cx, stated);
    fits.then_some(live)
}

/// A model with its values; names of modulators are left to [`modulators`].
fn bound(
    cx: &mut Context<'_>,
    values: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    (kind, receptor): (Kind, Option<&UnitValue>),
) -> Option<Bound> {
    let id = cx.find_kind(values.file, &call.function, kind)?;
    let model = neuron::synapse(cx, id, receptor)?;
    let modulates = |argument: &&ast::Argument| {
        let name = argument.label.as_ref().map(|label| label_text(label).0);
        model.modulators().any(|i| Some(model.signals[i].name.as_str()) == name)
    };
    let own: Vec<&ast::Argument> = call.arguments.iter().filter(|a| !modulates(a)).collect();
    for argument in &own {
        if let Some(delay) = &argument.delay {
            let message = "only a modulator has a delay";
            cx.report(Diagnostic::new(network::WRONG_ARGUMENT, delay.span, message, "no use"));
        }
    }
    let (parameters, initial) = population::arguments(cx, values, &model.body, &own, span)?;
    neuron::check_population(cx, &model.body, &parameters, span);
    Some(Bound { model, parameters, initial, span })
}

/// The populations bound to the modulators of a rule.
fn modulators(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    rule: &Bound,
    call: &ast::Call,
    span: Span,
    grid: &DelayIn<'_>,
) -> Option<Vec<(Selection, u32)>> {
    let mut found = Vec::new();
    let mut sound = true;
    for index in rule.model.modulators() {
        let signal = &rule.model.signals[index];
        let named = |a: &&ast::Argument| {
            a.label.as_ref().is_some_and(|label| label_text(label).0 == signal.name)
        };
        let Some(argument) = call.arguments.iter().find(named) else {
            let name = &signal.name;
            let message = format!("nothing modulates `{name}` of `{}`", rule.model.body.name);
            cx.report(
                Diagnostic::new(network::BAD_SYNAPSE, span, message, "not bound")
                    .with_label(signal.span, "declared here")
                    .with_help(format!("name the population: `{name} = vta delay 1 ms`")),
            );
            sound = false;
            continue;
        };
        let picked = pick(cx, scope, &argument.value);
        let delay = match &argument.delay {
            Some(e) => delay::part(cx, scope, e, grid, ("the delay of a modulator", 1)),
            None => Some(1),
        };
        match (picked, delay) {
            (Some(picked), Some(delay)) => found.push((picked.selection(), delay)),
            _ => sound = false,
        }
    }
    sound.then_some(found)
}

fn ties(cx: &mut Context<'_>, stated: &Stated<'_>, ends: Ends) -> Option<Ties> {
    let Some((first, second, suffix)) = stated.ties else { return Some(Ties::PrePost) };
    let span = suffix.map_or(first.span.to(second.span), |suffix| first.span.to(suffix.span));
    let names = (first.text.as_str(), second.text.as_str(), suffix.map(|s| s.text.as_str()));
    let ties = match names {
        ("pre", "post", None) => Ties::PrePost,
        ("post", "pre", None) => Ties::PostPre,
        ("pre", "post", Some("blind")) => Ties::PrePostBlind,
        ("post", "pre", Some("blind")) => Ties::PostPreBlind,
        _ => {
            let message = "ties are broken as `pre, post` or `post, pre`, perhaps `blind`";
            cx.report(
                Diagnostic::new(network::BAD_SYNAPSE, span, message, "not an order")
                    .with_help("write for instance `ties post, pre blind`"),
            );
            return None;
        }
    };
    if ties.post_first() && ends.dendrite == 0 {
        let message = "a post spike cannot come first where the dendrite takes no time";
        cx.report(
            Diagnostic::new(network::BAD_SYNAPSE, span, message, "needs a dendrite of one tick")
                .with_help("write `delay axon … dendrite …`"),
        );
        return None;
    }
    Some(ties)
}

/// Whether the weight means the same to the rule, the synapse and the receptor.
fn units_fit(cx: &mut Context<'_>, live: &Live, targets: &Targets) -> bool {
    let wanted = live.via.as_ref().map_or(&targets.unit, |via| &via.model.weight.unit);
    if let Some(learn) = &live.learn {
        let weight = &learn.model.weight;
        if weight.unit.dimension != wanted.dimension {
            let message = format!(
                "`{}` changes {}, the weight here is {}",
                learn.model.body.name,
                weight.unit.dimension.describe(),
                wanted.dimension.describe()
            );
            cx.report(
                Diagnostic::new(
                    types::DIMENSION,
                    learn.span,
                    message,
                    format!("in {}", weight.unit),
                )
                .with_label(weight.span, "the weight of the rule")
                .with_help(format!("`{}` takes {wanted}", targets.receptor)),
            );
            return false;
        }
    }
    let Some(via) = &live.via else { return true };
    let sent = via.model.on_pre.iter().flatten().find_map(|statement| match statement {
        Statement::Deliver { value, span } => Some((value.dimension, *span)),
        _ => None,
    });
    let (dimension, span) =
        sent.unwrap_or((via.model.weight.unit.dimension, via.model.weight.span));
    if dimension == targets.unit.dimension {
        return true;
    }
    let message = format!(
        "`{}` delivers {}, `{}` takes {}",
        via.model.body.name,
        dimension.describe(),
        targets.receptor,
        targets.unit.dimension.describe()
    );
    cx.report(
        Diagnostic::new(types::DIMENSION, via.span, message, format!("not {}", targets.unit))
            .with_label(span, "delivered here"),
    );
    false
}

/// Whether the targets have the states that the rule reads.
fn reads_fit(cx: &mut Context<'_>, live: &Live, targets: &Targets) -> bool {
    let Some(learn) = &live.learn else { return true };
    for signal in &learn.model.signals {
        let SignalKind::Read(state, unit) = &signal.kind else { continue };
        if live.dendrite == 0 {
            let message = format!("`{}` needs a dendrite of at least one tick", signal.name);
            cx.report(
                Diagnostic::new(network::BAD_SYNAPSE, learn.span, message, "reads its target")
                    .with_label(signal.span, "read here")
                    .with_help("write `delay axon … dendrite …`"),
            );
            return false;
        }
        for model in &targets.models {
            let found = model.states.iter().find(|s| s.name == *state);
            if found.is_some_and(|s| s.dimension == unit.dimension) {
                continue;
            }
            let names: Vec<String> = model.states.iter().map(|s| s.name.clone()).collect();
            let message = match found {
                Some(s) => format!(
                    "`{state}` of `{}` is {}, the rule reads {}",
                    model.name,
                    s.dimension.describe(),
                    unit.dimension.describe()
                ),
                None => format!("`{}` has no state `{state}` to read", model.name),
            };
            cx.report(
                Diagnostic::new(network::BAD_SYNAPSE, learn.span, message, "cannot be read")
                    .with_label(signal.span, "read here")
                    .with_label(model.span, format!("its states: {}", list(&names))),
            );
            return false;
        }
    }
    true
}

/// A weight that learns must say on which side of the synapse its delay lies.
fn lint_delay(cx: &mut Context<'_>, stated: &Stated<'_>) {
    if let (Some((_, span)), None) = (stated.learn, stated.parts) {
        let message = "where does the delay of this learning synapse lie?";
        cx.report(
            Diagnostic::new(network::DELAY_KIND, span, message, "taken as delay of the axon")
                .with_help(
                    "write `delay axon …` or `delay dendrite …`: it decides which spikes pair",
                ),
        );
    }
}

/// The bounds of a rule's weight, where all synapses of the connection have the same.
fn bounds(live: &Live) -> Option<(f64, f64)> {
    let learn = live.learn.as_ref()?;
    let (lo, hi) = learn.model.weight.bounds.as_ref()?;
    let values = neuron::values(&learn.model.body, &learn.parameters);
    let bindings = Bindings::new(&values, &[], &learn.model.body.functions);
    Some((evaluate(lo, &bindings)?, evaluate(hi, &bindings)?))
}

/// The names that a weight sees: `w_min` and `w_max` are the bounds of the rule, where the network gives these
/// names no meaning of its own.
pub(super) fn with_bounds<'f, 'a>(frame: &'f Frame<'f, 'a>, live: Option<&Live>) -> Frame<'f, 'a> {
    let mut inner = Frame::inside(frame);
    let learn = live.and_then(|live| live.learn.as_ref().zip(bounds(live)));
    let Some((learn, (lo, hi))) = learn else { return inner };
    let weight = &learn.model.weight;
    for (name, value) in [("w_min", lo), ("w_max", hi)] {
        if frame.lookup(name).is_none() && value.is_finite() {
            let exact = exact::nearest_decimal(value);
            let number = Quantity { value, exact, unit: weight.unit.clone() };
            inner.define(name, Meaning::Constant(Constant::Number(number)), weight.span);
        }
    }
    inner
}

/// Reports an initial weight outside the bounds of its rule.
pub(super) fn within_bounds(cx: &mut Context<'_>, live: &Live, weight: &Value, span: Span) -> bool {
    let (Some(learn), Value::Constant(weight)) = (&live.learn, weight) else { return true };
    let Some((lo, hi)) = bounds(live).filter(|(lo, hi)| !(*lo..=*hi).contains(weight)) else {
        return true;
    };
    let bounded = &learn.model.weight;
    let unit = &bounded.unit;
    let (low, high) = (show(lo, unit), show(hi, unit));
    let message = format!("the weight {} is not in {low} .. {high}", show(*weight, unit));
    cx.report(
        Diagnostic::new(network::BAD_SYNAPSE, span, message, "outside its bounds")
            .with_label(bounded.span, "bounded here"),
    );
    false
}
