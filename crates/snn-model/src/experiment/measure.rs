//! Expectations: measures of spikes, combined and bounded.

use std::sync::Arc;

use snn_diagnostics::codes::{experiment as codes, types};
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_result::{Column, Expectation, Labelling, Measure, MeasureOp, Statistic};
use snn_syntax::ast::{self, BinaryOp, ExprKind, UnaryOp};
use snn_units::{Dimension, UnitValue, best_unit, natural_unit, scale};

use super::synaptic::{self, Around};
use crate::arguments::{called, needed, optional, read};
use crate::constant;
use crate::context::Context;
use crate::experiment::Grid;
use crate::names::list;
use crate::network::{NetScope, pick};
use crate::time;

const MEASURES: [&str; 10] =
    ["rate", "rate_sd", "count", "first", "last", "cv", "fano", "corr", "accuracy", "fraction"];

/// How the points of a sweep are taken together.
const STATISTICS: [(&str, Statistic); 4] = [
    ("mean", Statistic::Mean),
    ("sd", Statistic::Sd),
    ("min", Statistic::Min),
    ("max", Statistic::Max),
];

/// One `expect` line.
pub(super) struct Line<'a> {
    pub what: &'a ast::Expr,
    /// Names after `over`.
    pub over: &'a [ast::Name],
    /// The sweeps of the experiment.
    pub grid: &'a Grid<'a>,
    /// The `label` line, and what it means.
    pub labels: (Option<Span>, Option<&'a Arc<Labelling>>),
    pub within: Option<&'a ast::Expr>,
    pub text: &'a str,
    pub span: Span,
}

/// Checks an `expect` line.
pub(super) fn expectation(
    cx: &mut Context<'_>,
    around: Around<'_, '_, '_>,
    line: &Line<'_>,
) -> Option<Expectation> {
    let over = over(cx, line)?;
    let Around { scope, dt, .. } = around;
    let typing = Typing { scope, dt, around, labels: line.labels, pools: !over.is_empty() };
    let bounded = match (line.within, &line.what.kind) {
        (Some(within), _) => typing.within(cx, line.what, within)?,
        (None, ExprKind::Binary(op, a, b)) if comparison(*op) => {
            typing.compared(cx, *op, (a, b), line.span)?
        }
        (None, ExprKind::Error) => return None,
        (None, _) => {
            let message = "an expectation states bounds";
            cx.report(
                Diagnostic::new(codes::BAD_MEASURE, line.what.span, message, "no bounds")
                    .with_help("write for instance `expect rate(E) in 20 Hz .. 60 Hz`"),
            );
            return None;
        }
    };
    let Bounded { measure, lo, hi, unit } = bounded;
    let mut selections = Vec::new();
    let mut synapses = Vec::new();
    measure.selections(&mut selections);
    measure.synapses(&mut synapses);
    if selections.is_empty() && synapses.is_empty() {
        let message = "nothing is measured here";
        cx.report(
            Diagnostic::new(codes::BAD_MEASURE, line.what.span, message, "constants only")
                .with_help("a fact about constants is a `check` in the network"),
        );
        return None;
    }
    let unit = (unit.to_string(), scale(&unit));
    let (text, what) = (line.text.to_owned(), cx.text(line.what.span).to_owned());
    Some(Expectation { text, what, over, measure, lo, hi, unit, span: line.span })
}

/// The sweeps whose points a line takes together.
fn over(cx: &mut Context<'_>, line: &Line<'_>) -> Option<Vec<String>> {
    for name in line.over {
        if line.grid.sweeps(&name.text) {
            continue;
        }
        let known = line.grid.names();
        let message = format!("this experiment does not sweep `{}`", name.text);
        let mut d = Diagnostic::new(codes::BAD_POOLING, name.span, message, "not swept");
        d = match nearest(&name.text, known.iter().map(String::as_str)) {
            Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
            None if known.is_empty() => d.with_help("add for instance `sweep seed in 1..11`"),
            None => d.with_help(format!("it sweeps {}", list(&known))),
        };
        cx.report(d);
        return None;
    }
    Some(line.over.iter().map(|name| name.text.clone()).collect())
}

/// A measure with its bounds in coherent units.
struct Bounded {
    measure: Measure,
    lo: f64,
    hi: f64,
    unit: UnitValue,
}

/// A measure with its dimension and, where it is a number, the unit its author speaks in.
struct Typed {
    measure: Measure,
    dimension: Dimension,
    unit: Option<UnitValue>,
}

struct Typing<'s, 'f, 'a> {
    scope: &'s NetScope<'f, 'a>,
    dt: Option<Rational>,
    around: Around<'s, 'f, 'a>,
    labels: (Option<Span>, Option<&'s Arc<Labelling>>),
    /// Whether the line takes points together.
    pools: bool,
}

impl Typing<'_, '_, '_> {
    fn within(
        &self,
        cx: &mut Context<'_>,
        what: &ast::Expr,
        within: &ast::Expr,
    ) -> Option<Bounded> {
        let typed = self.measure(cx, what);
        let ExprKind::Range(lo, hi) = &within.kind else {
            if !matches!(within.kind, ExprKind::Error) {
                let message = "bounds are a range: `in 20 Hz .. 60 Hz`";
                cx.report(Diagnostic::new(codes::BAD_MEASURE, within.span, message, "not a range"));
            }
            return None;
        };
        let typed = typed?;
        let unit = spoken(&typed);
        let low = time::quantity_in(cx, self.scope, lo, &unit, "the lower bound");
        let high = time::quantity_in(cx, self.scope, hi, &unit, "the upper bound");
        let (low, high) = (low?, high?);
        if low.value > high.value {
            let message = format!("nothing lies in {} .. {}", low.show(), high.show());
            let (a, b) = (cx.text(lo.span), cx.text(hi.span));
            cx.report(
                Diagnostic::new(codes::BAD_BOUNDS, within.span, message, "reversed")
                    .with_help(format!("write `{b} .. {a}`"))
                    .with_fix(within.span, format!("{b} .. {a}")),
            );
            return None;
        }
        Some(Bounded { measure: typed.measure, lo: low.value, hi: high.value, unit: low.unit })
    }

    /// `a < b` with a measure on either side.
    fn compared(
        &self,
        cx: &mut Context<'_>,
        op: BinaryOp,
        (a, b): (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> Option<Bounded> {
        let (left, right) = (self.measure(cx, a), self.measure(cx, b));
        let (left, right) = (left?, right?);
        if !self.alike(cx, &left, &right, (a, b)) {
            return None;
        }
        let unit = right.unit.clone().or_else(|| left.unit.clone());
        let unit = unit.unwrap_or_else(|| spoken(&left));
        let (measure, bound, op) = match (left.measure, right.measure) {
            (measure, Measure::Number(bound)) => (measure, bound, op),
            (Measure::Number(bound), measure) => (measure, bound, mirrored(op)),
            (left, right) => (Measure::Combined(MeasureOp::Sub, Box::new((left, right))), 0.0, op),
        };
        let (lo, hi) = match op {
            BinaryOp::Eq => (bound, bound),
            BinaryOp::Le => (f64::NEG_INFINITY, bound),
            BinaryOp::Lt => (f64::NEG_INFINITY, bound.next_down()),
            BinaryOp::Ge => (bound, f64::INFINITY),
            BinaryOp::Gt => (bound.next_up(), f64::INFINITY),
            _ => {
                let message = "an expectation cannot be an inequality without order";
                cx.report(
                    Diagnostic::new(codes::BAD_MEASURE, span, message, "`!=`")
                        .with_help("use `<`, `>`, `==` or `in lo .. hi`"),
                );
                return None;
            }
        };
        Some(Bounded { measure, lo, hi, unit })
    }

    /// Recursion: expressions are no deeper than the parser allows.
    fn measure(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Option<Typed> {
        match &e.kind {
            ExprKind::Call(call) if synaptic::asked(call).is_some() => {
                if self.pools {
                    unpooled(cx, e);
                    return None;
                }
                let (of, unit) = self.around.measure(cx, call, e.span)?;
                let dimension = unit.as_ref().map_or(Dimension::NUMBER, |unit| unit.dimension);
                Some(Typed { measure: Measure::Synapses(of), dimension, unit })
            }
            ExprKind::Call(call) if called(call).is_some_and(|n| MEASURES.contains(&n)) => {
                if self.pools {
                    unpooled(cx, e);
                    return None;
                }
                self.call(cx, call, e.span)
            }
            ExprKind::Name(name) if name == "accuracy" => self.accuracy(cx, e),
            ExprKind::Call(call) if statistic(call).is_some() && measures(e) => {
                self.pooled(cx, call, e.span)
            }
            ExprKind::Binary(op, a, b) if operation(*op).is_some() && measures(e) => {
                let (left, right) = (self.measure(cx, a), self.measure(cx, b));
                self.combined(cx, operation(*op)?, (left?, right?), (a, b))
            }
            ExprKind::Unary(UnaryOp::Neg, a) if measures(e) => {
                let inner = self.measure(cx, a)?;
                let zero = Measure::Number(0.0);
                let pair = Box::new((zero, inner.measure));
                Some(Typed { measure: Measure::Combined(MeasureOp::Sub, pair), ..inner })
            }
            ExprKind::Call(call) if !measures(e) && self.looks_like_a_measure(cx, call) => {
                unknown(cx, call);
                None
            }
            _ if measures(e) => {
                let message = "measures are combined by + - * / only";
                cx.report(Diagnostic::new(
                    codes::BAD_MEASURE,
                    e.span,
                    message,
                    "not possible here",
                ));
                None
            }
            _ => {
                let q = constant::quantity(cx, self.scope, e, None, "a number of an expectation")?;
                let (measure, dimension) = (Measure::Number(q.value), q.unit.dimension);
                let unit = match &e.kind {
                    ExprKind::Number { unit: None, .. } => None,
                    _ => Some(q.unit),
                };
                Some(Typed { measure, dimension, unit })
            }
        }
    }

    fn accuracy(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Option<Typed> {
        if self.pools {
            unpooled(cx, e);
            return None;
        }
        if self.labels.0.is_none() {
            let message = "`accuracy` compares answers with labels, and there are none";
            cx.report(Diagnostic::new(codes::BAD_MEASURE, e.span, message, "of what?").with_help(
                "add for instance `label argmax(count(out)) against file(\"labels.csv\")`",
            ));
        }
        let measure = Measure::Accuracy(self.labels.1?.clone());
        Some(Typed { measure, dimension: Dimension::NUMBER, unit: None })
    }

    /// `mean(rate(E))`.
    fn pooled(&self, cx: &mut Context<'_>, call: &ast::Call, span: Span) -> Option<Typed> {
        let statistic = statistic(call)?;
        if !self.pools {
            let text = cx.text(span);
            let message = format!("`{text}` takes the points of a sweep together");
            cx.report(
                Diagnostic::new(codes::BAD_POOLING, span, message, "over which sweep?")
                    .with_help(format!("write for instance `expect {text} over seed in …`")),
            );
            return None;
        }
        let name = called(call)?;
        let usage = format!("`{name}(rate(E))`");
        let [of] = read(cx, call, span, &usage, [needed("of")])?;
        let of = of?;
        let inner = Self { pools: false, ..*self }.measure(cx, of)?;
        let unit = spoken(&inner);
        let column = Column {
            text: cx.text(of.span).to_owned(),
            measure: inner.measure,
            unit: (unit.to_string(), scale(&unit)),
        };
        let measure = Measure::Over(statistic, Box::new(column));
        Some(Typed { measure, dimension: inner.dimension, unit: inner.unit })
    }

    /// A call whose first argument selects neurons was meant as a measure.
    fn looks_like_a_measure(&self, cx: &Context<'_>, call: &ast::Call) -> bool {
        let Some(name) = called(call) else { return false };
        let selects = call.arguments.first().is_some_and(|a| {
            let (base, _) = crate::network::indexed(&a.value);
            matches!(&base.kind, ExprKind::Name(n) if self.scope.objects.declared(n).is_some())
        });
        let of_synapses = self.around.is_of_synapses(cx, call);
        selects
            || of_synapses
            || nearest(name, MEASURES).is_some_and(|_| !crate::typed::is_builtin(name))
    }

    fn call(&self, cx: &mut Context<'_>, call: &ast::Call, span: Span) -> Option<Typed> {
        let name = called(call)?;
        let frequency = Dimension::FREQUENCY;
        let during;
        let (measure, dimension) = match name {
            "cv" => {
                let slots = [needed("of"), optional("n"), optional("from"), optional("to")];
                let [of, n, from, to] = read(cx, call, span, "`cv(E)` or `cv(E, 10)`", slots)?;
                during = self.during(cx, from, to)?;
                let picked = pick(cx, self.scope, of?);
                let n = match n {
                    Some(e) => {
                        let role = "the smallest number of spikes";
                        constant::whole_within(cx, self.scope, e, role, (3, 1 << 31))?
                    }
                    None => 3,
                };
                (Measure::Cv(picked?.selection(), u32::try_from(n).ok()?), Dimension::NUMBER)
            }
            "fano" | "corr" => {
                let usage = format!("`{name}(E, bin 5 ms)`");
                let slots = [needed("of"), needed("bin"), optional("from"), optional("to")];
                let [of, bin, from, to] = read(cx, call, span, &usage, slots)?;
                during = self.during(cx, from, to)?;
                let (of, bin) = (pick(cx, self.scope, of?), self.bin(cx, bin?));
                let (of, bin) = (of?.selection(), bin?);
                let measure = match name {
                    "fano" => Measure::Fano(of, bin),
                    _ => Measure::Correlation(of, bin),
                };
                (measure, Dimension::NUMBER)
            }
            _ => {
                let usage = format!("`{name}(E)` or `{name}(E, from 1 s, to 2 s)`");
                let slots = [needed("of"), optional("from"), optional("to")];
                let [of, from, to] = read(cx, call, span, &usage, slots)?;
                during = self.during(cx, from, to)?;
                if name == "fraction" {
                    let message = "a fraction is of a state of synapses";
                    cx.report(
                        Diagnostic::new(codes::BAD_MEASURE, span, message, "of what?")
                            .with_help("write for instance `fraction(ee.w, least 1 mV)`"),
                    );
                    return None;
                }
                let of = pick(cx, self.scope, of?)?.selection();
                match name {
                    "rate" => (Measure::Rate(of), frequency),
                    "rate_sd" => (Measure::RateSd(of), frequency),
                    "count" => (Measure::Count(of), Dimension::NUMBER),
                    "first" => (Measure::First(of), Dimension::TIME),
                    _ => (Measure::Last(of), Dimension::TIME),
                }
            }
        };
        let measure = match during {
            None => measure,
            Some((after, until)) => Measure::During(after, until, Box::new(measure)),
        };
        Some(Typed { measure, dimension, unit: None })
    }

    /// The ticks of `from a, to b`, where either is given.
    #[expect(clippy::option_option, reason = "no window, or a fault")]
    fn during(
        &self,
        cx: &mut Context<'_>,
        from: Option<&ast::Expr>,
        to: Option<&ast::Expr>,
    ) -> Option<Option<(u64, u64)>> {
        let mut ticks = |e: Option<&ast::Expr>, role: &str, otherwise: u64| match e {
            None => Some(otherwise),
            Some(e) => {
                let t = time::time(cx, self.scope, e, role)?;
                if t.exact.is_negative() {
                    let message = format!("{role} is not negative: {}", t.show());
                    cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "not possible"));
                    return None;
                }
                time::on_grid(cx, &t, self.dt?, e.span, (codes::TIME_OFF_GRID, role))
            }
        };
        let (after, until) = (ticks(from, "the start", 0), ticks(to, "the end", u64::MAX));
        let (after, until) = (after?, until?);
        if let (true, Some(to)) = (until <= after, to.or(from)) {
            let message = "the window ends before it begins";
            cx.report(Diagnostic::new(codes::BAD_TIME, to.span, message, "not possible"));
            return None;
        }
        Some((from.is_some() || to.is_some()).then_some((after, until)))
    }

    fn bin(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Option<u64> {
        let bin = time::time(cx, self.scope, e, "the bin")?;
        let dt = self.dt?;
        if bin.exact < dt {
            let message = format!("the bin of {} is shorter than a tick", bin.show());
            cx.report(Diagnostic::new(codes::BAD_TIME, e.span, message, "too short"));
            return None;
        }
        time::on_grid(cx, &bin, dt, e.span, (codes::TIME_OFF_GRID, "the bin"))
    }

    fn combined(
        &self,
        cx: &mut Context<'_>,
        op: MeasureOp,
        (left, right): (Typed, Typed),
        (a, b): (&ast::Expr, &ast::Expr),
    ) -> Option<Typed> {
        let dimension = match op {
            MeasureOp::Add | MeasureOp::Sub => {
                if !self.alike(cx, &left, &right, (a, b)) {
                    return None;
                }
                left.dimension
            }
            MeasureOp::Mul => left.dimension.mul(&right.dimension),
            MeasureOp::Div => left.dimension.div(&right.dimension),
        };
        let unit = [left.unit, right.unit].into_iter().flatten().find(|u| u.dimension == dimension);
        let pair = Box::new((left.measure, right.measure));
        Some(Typed { measure: Measure::Combined(op, pair), dimension, unit })
    }

    fn alike(
        &self,
        cx: &mut Context<'_>,
        left: &Typed,
        right: &Typed,
        (a, b): (&ast::Expr, &ast::Expr),
    ) -> bool {
        if left.dimension == right.dimension {
            return true;
        }
        let (one, other) = (left.dimension.describe(), right.dimension.describe());
        let message = format!("{one} cannot be compared with {other}");
        let bare = |e: &ast::Expr| matches!(e.kind, ExprKind::Number { unit: None, .. });
        let plain = bare(a) || bare(b);
        let code = if plain { types::PLAIN_NUMBER } else { types::DIMENSION };
        let mut d = Diagnostic::new(code, b.span, message, other).with_label(a.span, one);
        if right.dimension.is_dimensionless()
            && let ExprKind::Number { digits, unit: None } = &b.kind
        {
            let unit = spoken(left);
            d = d
                .with_help(format!("write `{digits} {unit}`"))
                .with_fix(b.span, format!("{digits} {unit}"));
        }
        cx.report(d);
        false
    }
}

/// The unit in which a measure is spoken of.
fn spoken(typed: &Typed) -> UnitValue {
    typed.unit.clone().unwrap_or_else(|| match typed.dimension {
        d if d == Dimension::FREQUENCY => best_unit(&d, 0.0),
        d => natural_unit(&d),
    })
}

fn unknown(cx: &mut Context<'_>, call: &ast::Call) {
    let span = call.function.span;
    let text = cx.text(span);
    let message = format!("there is no measure `{text}`");
    let mut d = Diagnostic::new(codes::BAD_MEASURE, span, message, "unknown measure");
    d = match nearest(text, MEASURES) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help(format!(
            "measures are {}; of the states of synapses mean(ee.w), sd, min, max, fraction",
            MEASURES[..MEASURES.len() - 1].join(", ")
        )),
    };
    cx.report(d);
}

fn statistic(call: &ast::Call) -> Option<Statistic> {
    let name = called(call)?;
    STATISTICS.iter().find(|(known, _)| *known == name).map(|s| s.1)
}

/// Reports a measure outside `mean(…)` in a line with `over`.
fn unpooled(cx: &mut Context<'_>, e: &ast::Expr) {
    let text = cx.text(e.span);
    let message = format!("`{text}` has a value at every point: how are they taken together?");
    cx.report(
        Diagnostic::new(codes::BAD_POOLING, e.span, message, "many values").with_help(format!(
            "write `mean({text})`, `sd({text})`, `min({text})` or `max({text})`"
        )),
    );
}

fn measures(e: &ast::Expr) -> bool {
    let mut found = false;
    crate::network::mentioned(e, &mut |name| found |= MEASURES.contains(&name));
    found || of_synapses(e)
}

/// Whether something in it measures synapses. Recursion: no deeper than the parser allows.
fn of_synapses(e: &ast::Expr) -> bool {
    match &e.kind {
        ExprKind::Unary(_, a) => of_synapses(a),
        ExprKind::Binary(_, a, b) => of_synapses(a) || of_synapses(b),
        ExprKind::Call(call) => {
            synaptic::asked(call).is_some() || call.arguments.iter().any(|a| of_synapses(&a.value))
        }
        _ => false,
    }
}

fn comparison(op: BinaryOp) -> bool {
    use BinaryOp as Op;
    matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne)
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}

fn operation(op: BinaryOp) -> Option<MeasureOp> {
    match op {
        BinaryOp::Add => Some(MeasureOp::Add),
        BinaryOp::Sub => Some(MeasureOp::Sub),
        BinaryOp::Mul => Some(MeasureOp::Mul),
        BinaryOp::Div => Some(MeasureOp::Div),
        _ => None,
    }
}
