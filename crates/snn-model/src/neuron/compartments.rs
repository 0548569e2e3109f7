//! Compartments: a neuron of several becomes one whose names have a dot, `soma.v`, with the coupling
//! currents as lets. All else (types, equations, integration) then knows nothing of them.

use std::borrow::Cow;
use std::collections::HashMap;

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_syntax::ast::{
    self, BinaryOp, Declaration, Expr, ExprKind, Name, NeuronItem, StatementKind, UnaryOp,
    UnitExpr, UnitFactor,
};
use snn_units::UnitValue;

use crate::context::Context;
use crate::names::duplicate;

/// What a compartment calls the current that its neighbours send.
const AXIAL: &str = "axial";

/// The items of a neuron without compartments.
pub(super) fn flatten<'i>(cx: &mut Context<'_>, items: &'i [NeuronItem]) -> Cow<'i, [NeuronItem]> {
    let several = |item: &NeuronItem| {
        matches!(item, NeuronItem::Compartment { .. } | NeuronItem::Couple { .. })
    };
    if !items.iter().any(several) {
        return Cow::Borrowed(items);
    }
    let compartments = compartments(cx, items);
    let mut flat = Flat { compartments, couples: Vec::new(), faulty: false };
    for item in items {
        if let NeuronItem::Couple { from, to, by } = item {
            flat.couple(cx, (from, to), by);
        }
    }
    let mut out = Vec::new();
    for item in items {
        match item {
            NeuronItem::Compartment { name, items } => {
                out.extend(items.iter().map(|item| flat.item(cx, item, Some(&name.text))));
            }
            NeuronItem::Couple { .. } => {}
            item => out.push(flat.item(cx, item, None)),
        }
    }
    out.extend(flat.currents());
    Cow::Owned(out)
}

/// What each compartment declares, by name.
type Own<'i> = HashMap<&'i str, HashMap<&'i str, &'i Declaration>>;

fn compartments<'i>(cx: &mut Context<'_>, items: &'i [NeuronItem]) -> Own<'i> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for declaration in items.iter().flat_map(declarations) {
        seen.entry(&declaration.name.text).or_insert(declaration.name.span);
    }
    let mut found = Own::new();
    for item in items {
        let NeuronItem::Compartment { name, items } = item else { continue };
        match seen.get(name.text.as_str()) {
            Some(first) => cx.report(duplicate(name, *first)),
            None => {
                seen.insert(&name.text, name.span);
            }
        }
        let own = items.iter().flat_map(declarations).map(|d| (d.name.text.as_str(), d));
        found.entry(&name.text).or_default().extend(own);
    }
    found
}

/// What an item declares.
fn declarations(item: &NeuronItem) -> &[Declaration] {
    match item {
        NeuronItem::Param(list)
        | NeuronItem::State(list)
        | NeuronItem::Input(list)
        | NeuronItem::Receptor(list) => list,
        NeuronItem::Let(declaration) => std::slice::from_ref(declaration),
        _ => &[],
    }
}

struct Flat<'i> {
    compartments: Own<'i>,
    couples: Vec<Couple>,
    /// A coupling was reported: which compartments it reaches is not known.
    faulty: bool,
}

/// A sound coupling: the current from one compartment into the other.
struct Couple {
    from: (String, Span),
    to: (String, Span),
    conductance: Declaration,
    current: Declaration,
}

impl Flat<'_> {
    /// The current from `to` into `from` is by · (to - from), and its opposite the other way.
    fn couple(&mut self, cx: &mut Context<'_>, (from, to): (&Name, &Name), by: &Expr) {
        let ends = (self.end(cx, from), self.end(cx, to));
        let (Some(a), Some(b)) = ends else {
            self.faulty = true;
            return;
        };
        if a == b {
            self.faulty = true;
            let message = format!("`{a}` is coupled with itself");
            let d = Diagnostic::new(codes::COUPLE, to.span, message, "the same compartment");
            cx.report(d.with_label(from.span, "first named here"));
            return;
        }
        let name = |text| Name { text, span: from.span };
        let conductance = Declaration {
            doc: None,
            name: Name { text: format!("{} ~ {}", from.text, to.text), span: by.span },
            unit: self.is_potential(from).then(|| conductance(by.span)),
            value: Some(self.expr(cx, by, None)),
        };
        let difference = binary(BinaryOp::Sub, named(to), named(from), from.span.to(to.span));
        let value =
            binary(BinaryOp::Mul, named(&conductance.name), difference, from.span.to(by.span));
        let current = Declaration {
            doc: None,
            name: name(format!("couple {}", self.couples.len())),
            unit: None,
            value: Some(value),
        };
        self.couples.push(Couple { from: (a, from.span), to: (b, to.span), conductance, current });
    }

    /// Whether a state is declared in volts: then a conductance couples it.
    fn is_potential(&self, end: &Name) -> bool {
        let Some((compartment, state)) = end.text.split_once('.') else { return false };
        let unit = self.compartments.get(compartment).and_then(|own| own.get(state)?.unit.as_ref());
        let dimension = |symbol: &str| UnitValue::parse(symbol).map(|u| u.dimension);
        match unit.map(|unit| unit.factors.as_slice()) {
            Some([only]) => dimension(&only.symbol.text) == dimension("mV"),
            _ => false,
        }
    }

    /// The compartment of `soma.v`; anything else is reported.
    fn end(&self, cx: &mut Context<'_>, end: &Name) -> Option<String> {
        let example = "`couple soma.v ~ dend.v by 12 nS`";
        let Some((compartment, _)) = end.text.split_once('.') else {
            let message = format!("`{}` is not the state of a compartment", end.text);
            let d = Diagnostic::new(codes::COUPLE, end.span, message, "of which compartment?");
            cx.report(d.with_help(format!("write for instance {example}")));
            return None;
        };
        if self.compartments.contains_key(compartment) {
            return Some(compartment.to_owned());
        }
        let message = format!("there is no compartment `{compartment}`");
        let mut d = Diagnostic::new(codes::COUPLE, end.span, message, "unknown compartment");
        let mut known: Vec<&str> = self.compartments.keys().copied().collect();
        known.sort_unstable();
        d = match nearest(compartment, known) {
            Some(near) => d.with_help(format!("did you mean `{near}`?")),
            None => d.with_help(format!("declare it: `compartment {compartment} {{ … }}`")),
        };
        cx.report(d);
        None
    }

    /// The coupling currents, and their sum in each compartment.
    fn currents(self) -> Vec<NeuronItem> {
        let mut sums: Vec<(String, Span, Expr)> = Vec::new();
        for couple in &self.couples {
            for ((compartment, at), leaves) in [(&couple.from, false), (&couple.to, true)] {
                let current =
                    Expr { kind: ExprKind::Name(couple.current.name.text.clone()), span: *at };
                match sums.iter_mut().find(|(name, ..)| name == compartment) {
                    Some((_, _, sum)) => {
                        let op = if leaves { BinaryOp::Sub } else { BinaryOp::Add };
                        *sum = binary(op, sum.clone(), current, *at);
                    }
                    None if leaves => {
                        let kind = ExprKind::Unary(UnaryOp::Neg, Box::new(current));
                        sums.push((compartment.clone(), *at, Expr { kind, span: *at }));
                    }
                    None => sums.push((compartment.clone(), *at, current)),
                }
            }
        }
        let sums = sums.into_iter().map(|(compartment, span, sum)| Declaration {
            doc: None,
            name: Name { text: format!("{compartment}.{AXIAL}"), span },
            unit: None,
            value: Some(sum),
        });
        let currents = self.couples.into_iter().flat_map(|c| [c.conductance, c.current]);
        currents.chain(sums).map(NeuronItem::Let).collect()
    }

    /// An item with the names of its compartment written out.
    fn item(&self, cx: &mut Context<'_>, item: &NeuronItem, within: Option<&str>) -> NeuronItem {
        let mut list = |list: &[Declaration]| -> Vec<Declaration> {
            list.iter().map(|d| self.declaration(cx, d, within)).collect()
        };
        match item {
            NeuronItem::Param(d) => NeuronItem::Param(list(d)),
            NeuronItem::State(d) => NeuronItem::State(list(d)),
            NeuronItem::Input(d) => NeuronItem::Input(list(d)),
            NeuronItem::Receptor(d) => NeuronItem::Receptor(list(d)),
            NeuronItem::Let(d) => NeuronItem::Let(self.declaration(cx, d, within)),
            NeuronItem::Check(check) => {
                let mut check = check.clone();
                check.left = self.expr(cx, &check.left, within);
                for e in check.approximates.iter_mut().chain(&mut check.within_percent) {
                    *e = self.expr(cx, e, within);
                }
                NeuronItem::Check(check)
            }
            NeuronItem::Derivative { state, value } => NeuronItem::Derivative {
                state: qualified(state, within),
                value: self.expr(cx, value, within),
            },
            NeuronItem::Spike { test, value, span } => {
                NeuronItem::Spike { test: *test, value: self.expr(cx, value, within), span: *span }
            }
            NeuronItem::Reset { body, otherwise, span } => NeuronItem::Reset {
                body: self.block(cx, body),
                otherwise: otherwise.as_ref().map(|b| self.block(cx, b)),
                span: *span,
            },
            NeuronItem::OnTick { body, span } => {
                NeuronItem::OnTick { body: self.block(cx, body), span: *span }
            }
            NeuronItem::Refractory { duration, mode, span } => NeuronItem::Refractory {
                duration: self.expr(cx, duration, within),
                mode: mode.clone(),
                span: *span,
            },
            other => other.clone(),
        }
    }

    fn declaration(
        &self,
        cx: &mut Context<'_>,
        d: &Declaration,
        within: Option<&str>,
    ) -> Declaration {
        let value = d.value.as_ref().map(|e| self.expr(cx, e, within));
        let (doc, unit) = (d.doc.clone(), d.unit.clone());
        Declaration { doc, name: qualified(&d.name, within), unit, value }
    }

    fn block(&self, cx: &mut Context<'_>, block: &ast::Block) -> ast::Block {
        let mut block = block.clone();
        for statement in &mut block.statements {
            match &mut statement.kind {
                StatementKind::Assign { value, .. } | StatementKind::Deliver(value) => {
                    *value = self.expr(cx, value, None);
                }
                StatementKind::Let(d) => {
                    if let Some(value) = &mut d.value {
                        *value = self.expr(cx, value, None);
                    }
                }
            }
        }
        block
    }

    /// An expression with names of compartments written out. Recursion: the parser bounds the depth.
    fn expr(&self, cx: &mut Context<'_>, e: &Expr, within: Option<&str>) -> Expr {
        let mut e = e.clone();
        self.write_out(cx, &mut e, within);
        e
    }

    fn write_out(&self, cx: &mut Context<'_>, e: &mut Expr, within: Option<&str>) {
        match &mut e.kind {
            ExprKind::Name(name) => {
                let Some(compartment) = within else { return };
                let own = self
                    .compartments
                    .get(compartment)
                    .is_some_and(|own| own.contains_key(name.as_str()));
                if own || (name == AXIAL && self.is_coupled(compartment)) {
                    *name = format!("{compartment}.{name}");
                } else if name == AXIAL {
                    if !self.faulty {
                        report_uncoupled(cx, compartment, e.span);
                    }
                    e.kind = ExprKind::Error;
                }
            }
            ExprKind::Field(base, member) => match &base.kind {
                ExprKind::Name(name) if self.compartments.contains_key(name.as_str()) => {
                    e.kind = ExprKind::Name(format!("{name}.{}", member.text));
                }
                _ => self.write_out(cx, base, within),
            },
            ExprKind::Call(call) => {
                for argument in &mut call.arguments {
                    self.write_out(cx, &mut argument.value, within);
                }
            }
            ExprKind::Array(list) => list.iter_mut().for_each(|e| self.write_out(cx, e, within)),
            ExprKind::Unary(_, a) => self.write_out(cx, a, within),
            ExprKind::Binary(_, a, b)
            | ExprKind::Index(a, b)
            | ExprKind::Range(a, b)
            | ExprKind::Step(a, b) => {
                self.write_out(cx, a, within);
                self.write_out(cx, b, within);
            }
            ExprKind::If(c, a, b) => {
                [c, a, b].into_iter().for_each(|e| self.write_out(cx, e, within));
            }
            ExprKind::Number { .. } | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Error => {}
        }
    }

    fn is_coupled(&self, compartment: &str) -> bool {
        self.couples.iter().any(|c| c.from.0 == compartment || c.to.0 == compartment)
    }
}

fn report_uncoupled(cx: &mut Context<'_>, compartment: &str, at: Span) {
    let message =
        format!("`{AXIAL}` is the current of couplings, and none reaches `{compartment}`");
    cx.report(
        Diagnostic::new(codes::COUPLE, at, message, "from where?")
            .with_help(format!("write for instance `couple soma.v ~ {compartment}.v by 12 nS`")),
    );
}

/// `nS`.
fn conductance(span: Span) -> UnitExpr {
    let symbol = Name { text: "nS".to_owned(), span };
    UnitExpr {
        factors: vec![UnitFactor { symbol, power: (1, 1) }],
        integer: None,
        faulty: false,
        span,
    }
}

fn qualified(name: &Name, within: Option<&str>) -> Name {
    match within {
        Some(compartment) => Name { text: format!("{compartment}.{}", name.text), span: name.span },
        None => name.clone(),
    }
}

fn named(name: &Name) -> Expr {
    Expr { kind: ExprKind::Name(name.text.clone()), span: name.span }
}

fn binary(op: BinaryOp, a: Expr, b: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), span }
}
