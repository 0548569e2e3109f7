//! Connection rules: their arguments, and whether they can be carried out.

use std::sync::Arc;

use snn_connect::{Autapses, Multapses, Rule, Segment};
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ExprKind};
use snn_units::UnitValue;

use super::frame::{NetScope, Place};
use super::images;
use super::members::total;
use super::mentions::names as mentioned;
use super::objects::Objects;
use super::positions::{length, speaks_of_positions};
use super::source::report_data;
use crate::arguments::{called, file_path, needed, read};
use crate::constant;
use crate::context::Context;
use crate::data;
use crate::model::Expr;
use crate::typed;

const RULES: [&str; 11] = [
    "all_to_all",
    "one_to_one",
    "probability",
    "indegree",
    "outdegree",
    "total",
    "near",
    "list",
    "dense",
    "conv2d",
    "pool",
];

/// What a rule is applied to.
pub(super) struct Pairing<'p> {
    pub sources: &'p [Segment],
    pub targets: &'p [Segment],
    pub source_text: &'p str,
    pub target_text: &'p str,
    /// Of the receptor.
    pub unit: &'p UnitValue,
    pub objects: &'p Objects,
    pub autapses: Autapses,
    pub multapses: Multapses,
}

/// A rule, with what its file says of weights and delays.
pub(super) struct Drawn {
    pub rule: Rule,
    /// The probability of a pair where it depends on the pair.
    pub probability: Option<Expr>,
    /// Weights by target and source, in coherent units of the receptor.
    pub table: Option<Arc<[f64]>>,
    /// Coherent units.
    pub weights: Option<(UnitValue, Vec<f64>)>,
    /// In ms, with the lines of the file.
    pub delays: Option<Vec<(usize, Rational)>>,
}

impl Drawn {
    /// Whether pairs come from a file.
    pub fn is_list(&self) -> bool {
        matches!(self.rule, Rule::List(_))
    }

    /// Whether the rule brings the weights.
    pub fn has_weights(&self) -> bool {
        self.weights.is_some() || self.table.is_some()
    }

    /// Whether the rule speaks of positions.
    pub fn wants_positions(&self) -> bool {
        matches!(self.rule, Rule::Near { .. } | Rule::NearIndegree { .. })
            || self.probability.as_ref().is_some_and(speaks_of_positions)
    }

    /// Whether every source reaches every target.
    pub fn is_all_to_all(&self) -> bool {
        matches!(self.rule, Rule::AllToAll)
    }
}

impl From<Rule> for Drawn {
    fn from(rule: Rule) -> Self {
        Self { rule, probability: None, table: None, weights: None, delays: None }
    }
}

/// Checks a rule; without a pairing (its ends are faulty) only its arguments.
pub(super) fn rule(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, also): (&ast::Call, Option<&(ast::Call, Span)>),
    span: Span,
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    let name = called(call);
    let may_be_followed = matches!(name, Some("near" | "pool" | "conv2d"));
    if let (Some((second, at)), false) = (also, may_be_followed) {
        if !matches!(second.function.kind, ExprKind::Error) {
            let message = "nothing follows this rule";
            let d = Diagnostic::new(network::WRONG_ARGUMENT, *at, message, "too much");
            cx.report(d.with_help(
                "`near(…)` may be followed by `indegree(k)`, `pool(…)` by another window",
            ));
        }
        return None;
    }
    let drawn = match name {
        Some("all_to_all") => {
            read(cx, call, span, "`all_to_all`", [])?;
            Drawn::from(Rule::AllToAll)
        }
        Some("one_to_one") => {
            read(cx, call, span, "`one_to_one`", [])?;
            Drawn::from(Rule::OneToOne)
        }
        Some("probability") => probability(cx, scope, call, span)?,
        Some("near") => Drawn::from(near(cx, scope, (call, span), also)?),
        Some("indegree") => {
            let k = number(cx, scope, call, span, ("`indegree(100)`", "k"))?;
            Drawn::from(Rule::Indegree(u32::try_from(k).ok()?))
        }
        Some("outdegree") => {
            let k = number(cx, scope, call, span, ("`outdegree(100)`", "k"))?;
            Drawn::from(Rule::Outdegree(u32::try_from(k).ok()?))
        }
        Some("total") => {
            Drawn::from(Rule::Total(number(cx, scope, call, span, ("`total(5000)`", "n"))?))
        }
        Some("list") => list(cx, scope, call, span, pairing)?,
        Some("dense") => images::dense(cx, scope, (call, span), pairing)?,
        Some("conv2d" | "pool") => {
            let second = also.map(|(call, at)| (call, *at));
            images::windows(cx, scope, (call, span), second, pairing)?
        }
        _ => {
            if !matches!(call.function.kind, ExprKind::Error) {
                unknown(cx, name, call.function.span);
            }
            return None;
        }
    };
    let pairing = pairing?;
    possible(cx, &drawn.rule, pairing, span).then_some(drawn)
}

fn unknown(cx: &mut Context<'_>, name: Option<&str>, span: Span) {
    let text = cx.text(span);
    let message = format!("there is no rule `{text}`");
    let mut d = Diagnostic::new(network::UNKNOWN_RULE, span, message, "unknown rule");
    d = match name.and_then(|n| nearest(n, RULES)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help(format!("rules are {}", RULES.join(", "))),
    };
    cx.report(d);
}

fn probability(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    call: &ast::Call,
    span: Span,
) -> Option<Drawn> {
    let [p] = read(cx, call, span, "`probability(0.1)`", [needed("p")])?;
    let e = p?;
    let mut of_pair = false;
    mentioned(e, &mut |name| of_pair |= ["pre", "post", "distance"].contains(&name));
    if of_pair {
        let scope = NetScope { place: Place::Pair, ..*scope };
        let p = typed::type_as(cx, &scope, e, &UnitValue::one(), "a probability")?;
        return Some(Drawn { probability: Some(p), ..Drawn::from(Rule::Probability(1.0)) });
    }
    let p = constant::quantity(cx, scope, e, Some(&UnitValue::one()), "a probability")?.value;
    if (0.0..=1.0).contains(&p) {
        return Some(Drawn::from(Rule::Probability(p)));
    }
    let message = format!("a probability lies in 0 .. 1, not {p}");
    let mut d = Diagnostic::new(network::IMPOSSIBLE_RULE, e.span, message, "impossible");
    if p > 1.0 && p <= 100.0 {
        d = d.with_help(format!("{p} per cent is {}", p / 100.0));
    }
    cx.report(d);
    None
}

/// `near(sigma, radius)`, `near(sigma, radius) indegree(k)`.
fn near(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    (call, span): (&ast::Call, Span),
    also: Option<&(ast::Call, Span)>,
) -> Option<Rule> {
    let slots = [needed("sigma"), needed("radius")];
    let [sigma, radius] = read(cx, call, span, "`near(50 um, 150 um)`", slots)?;
    let sigma = length(cx, scope, sigma?);
    let radius = length(cx, scope, radius?);
    let indegree = match also {
        None => None,
        Some((second, at)) if called(second) == Some("indegree") => {
            let usage = ("`near(50 um, 150 um) indegree(10)`", "k");
            Some(u32::try_from(number(cx, scope, second, *at, usage)?).ok()?)
        }
        Some((_, at)) => {
            let message = "only `indegree(k)` may follow `near(…)`";
            cx.report(Diagnostic::new(network::WRONG_ARGUMENT, *at, message, "not here"));
            return None;
        }
    };
    let (sigma, radius) = (sigma?, radius?);
    Some(match indegree {
        Some(indegree) => Rule::NearIndegree { sigma, radius, indegree },
        None => Rule::Near { sigma, radius },
    })
}

fn number(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    call: &ast::Call,
    span: Span,
    (usage, name): (&str, &'static str),
) -> Option<u64> {
    let [value] = read(cx, call, span, usage, [needed(name)])?;
    let most = if name == "n" { i64::MAX } else { i64::from(u32::MAX) };
    let value = constant::whole_within(cx, scope, value?, name, (0, most))?;
    u64::try_from(value).ok()
}

fn list(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    call: &ast::Call,
    span: Span,
    pairing: Option<&Pairing<'_>>,
) -> Option<Drawn> {
    let [file] = read(cx, call, span, "`list(file(\"name.csv\"))`", [needed("file")])?;
    let (path, at) = file_path(cx, file?)?;
    let project = cx.project;
    let bytes = project.data(scope.file, path)?;
    let table = match data::read_connections(bytes) {
        Ok(table) => table,
        Err(fault) => {
            report_data(cx, path, at, fault.line, &fault.message);
            return None;
        }
    };
    let pairing = pairing?;
    let ends = [
        ("source", total(pairing.sources), pairing.source_text),
        ("target", total(pairing.targets), pairing.target_text),
    ];
    for (line, source, target) in &table.pairs {
        for ((word, size, text), position) in ends.iter().zip([source, target]) {
            if u64::from(*position) >= *size {
                let what = format!("{word} {position}, but `{text}` has {size} neurons");
                report_data(cx, path, at, *line, &what);
                return None;
            }
        }
    }
    let lines = table.pairs.iter().map(|row| row.0);
    let delays = table.delays.map(|delays| lines.zip(delays).collect());
    let pairs: Vec<(u32, u32)> = table.pairs.iter().map(|row| (row.1, row.2)).collect();
    let rule = Rule::List(pairs.into());
    Some(Drawn { weights: table.weights, delays, ..Drawn::from(rule) })
}

/// Whether there are enough partners; reports with the numbers.
fn possible(cx: &mut Context<'_>, rule: &Rule, p: &Pairing<'_>, span: Span) -> bool {
    let (sources, targets) = (total(p.sources), total(p.targets));
    let shared = common(p.sources, p.targets);
    let alone = p.autapses == Autapses::Forbidden && shared > 0;
    let distinct = p.multapses == Multapses::Forbidden;
    let (wanted, available, what) = match *rule {
        Rule::OneToOne if sources != targets => {
            let message = format!(
                "`one_to_one` needs equal lengths: `{}` has {sources}, `{}` has {targets}",
                p.source_text, p.target_text
            );
            return refuse(cx, span, message, "lengths differ", None);
        }
        Rule::Indegree(k) => (u64::from(k), sources, "sources per target"),
        Rule::Outdegree(k) => (u64::from(k), targets, "targets per source"),
        Rule::Total(n) => (n, sources.saturating_mul(targets), "synapses"),
        _ => return true,
    };
    let own = match rule {
        Rule::Total(_) => shared,
        _ => 1,
    };
    let reach = if alone { available - own.min(available) } else { available };
    if wanted == 0 || (if distinct { wanted <= reach } else { reach > 0 }) {
        return true;
    }
    let without = match (alone, distinct) {
        (true, true) => " without autapses and multapses",
        (true, false) => " without autapses",
        _ => " without multapses",
    };
    let message = format!("{wanted} {what}{without}: there are only {reach}");
    let help = if distinct {
        format!("at most {reach}, or allow multapses")
    } else {
        "allow autapses, or connect other neurons".to_owned()
    };
    refuse(cx, span, message, "impossible", Some(help))
}

fn refuse(
    cx: &mut Context<'_>,
    span: Span,
    message: String,
    label: &str,
    help: Option<String>,
) -> bool {
    let mut d = Diagnostic::new(network::IMPOSSIBLE_RULE, span, message, label);
    if let Some(help) = help {
        d = d.with_help(help);
    }
    cx.report(d);
    false
}

/// Number of neurons that stand in both lists. Neither holds a neuron twice.
fn common(a: &[Segment], b: &[Segment]) -> u64 {
    let mut sorted = b.to_vec();
    sorted.sort_unstable();
    let end = |s: &Segment| u64::from(s.start) + u64::from(s.len);
    a.iter()
        .map(|s| {
            let first =
                sorted.partition_point(|t| (t.object, end(t)) <= (s.object, u64::from(s.start)));
            sorted[first..]
                .iter()
                .take_while(|t| t.object == s.object && u64::from(t.start) < end(s))
                .map(|t| end(t).min(end(s)) - u64::from(t.start.max(s.start)))
                .sum::<u64>()
        })
        .sum()
}
