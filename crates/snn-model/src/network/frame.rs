//! Names inside a network while it is written out: parameters, lets, loop variables.

use std::collections::HashMap;

use snn_connect::Segment;
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ExprKind};

use super::modules::Module;
use super::objects::Objects;
use crate::array::{Array, shape_text};
use crate::constant::{self, Constant, ConstantScope, Quantity};
use crate::context::Context;
use crate::exact::{self, Exact};
use crate::model::{self, Variable};
use crate::project::FileId;
use crate::typed::{Declared, Draws, Resolution, Scope};

/// What a name of a frame means.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A parameter, a numeric let, a loop variable.
    Constant(Constant),
    /// A let of neurons; none where it was faulty.
    Selection(Option<Vec<Segment>>),
}

/// The names of one level: the network, or one step of a `for`.
#[derive(Debug, Default)]
pub(crate) struct Frame<'f, 'a> {
    parent: Option<&'f Frame<'f, 'a>>,
    names: HashMap<&'a str, (Meaning, Span)>,
    /// Values of the loop variables, outermost first.
    pub steps: Vec<i64>,
    variable: Option<&'a str>,
    /// The network inside another to which it belongs.
    pub module: Option<&'f Module<'f, 'a>>,
}

impl<'f, 'a> Frame<'f, 'a> {
    /// One step of a loop inside `parent`.
    pub fn step(parent: &'f Frame<'f, 'a>, variable: &'a ast::Name, value: i64) -> Self {
        let mut frame = Self::inside(parent);
        frame.steps.push(value);
        frame.variable = Some(&variable.text);
        let meaning = Meaning::Constant(Constant::Number(Quantity::whole(value)));
        frame.define(&variable.text, meaning, variable.span);
        frame
    }

    /// A branch inside `parent`.
    pub fn inside(parent: &'f Frame<'f, 'a>) -> Self {
        Self {
            parent: Some(parent),
            names: HashMap::new(),
            steps: parent.steps.clone(),
            variable: parent.variable,
            module: parent.module,
        }
    }

    /// The outermost level of a network inside another, which sees nothing of what is around it.
    pub fn of_module(module: &'f Module<'f, 'a>) -> Self {
        Self { module: Some(module), ..Self::default() }
    }

    /// `col.`: the path to the objects of this network.
    pub fn path(&self) -> &'f str {
        self.module.map_or("", |m| &m.path)
    }

    /// `col[2].`: the beginning of the names of its objects.
    pub fn prefix(&self) -> &'f str {
        self.module.map_or("", |m| &m.prefix)
    }

    /// The indices in the prefix.
    pub fn indices(&self) -> &'f [i64] {
        self.module.map_or(&[], |m| &m.indices)
    }

    /// Gives a name its meaning.
    pub fn define(&mut self, name: &'a str, meaning: Meaning, declared: Span) {
        self.names.insert(name, (meaning, declared));
    }

    /// What a name of this very level means.
    pub fn own(&self, name: &str) -> Option<&Meaning> {
        self.names.get(name).map(|(meaning, _)| meaning)
    }

    /// The innermost loop variable.
    pub fn variable(&self) -> Option<&'a str> {
        self.variable
    }

    /// What a name means here, and where it was declared.
    pub fn lookup(&self, name: &str) -> Option<&(Meaning, Span)> {
        self.names.get(name).or_else(|| self.parent?.lookup(name))
    }

    /// Names of neurons that can be selected here.
    pub fn selections(&self) -> Vec<&'a str> {
        let mut found = self.parent.map_or_else(Vec::new, Frame::selections);
        let own = self.names.iter().filter(|(_, (m, _))| matches!(m, Meaning::Selection(_)));
        found.extend(own.map(|(name, _)| *name));
        found
    }

    fn constants(&self, found: &mut Vec<Declared>) {
        for (name, (meaning, _)) in &self.names {
            if let Meaning::Constant(c) = meaning
                && let Some(unit) = c.unit()
            {
                found.push(Declared { name: (*name).to_owned(), dimension: unit.dimension });
            }
        }
        if let Some(parent) = self.parent {
            parent.constants(found);
        }
    }
}

/// Which numbers of a neuron or a synapse an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// None, and no draws.
    Constant,
    /// `index`, `x` and `y`.
    Mask,
    /// `index`, and draws.
    Population,
    /// `pre.index`, `pre.x`, `distance` and their kin, and draws.
    Synapse,
    /// `t`, and no draws.
    Rate,
    /// The same without draws: a probability.
    Pair,
}

/// The scope of an expression in a network or an experiment.
pub(crate) struct NetScope<'s, 'a> {
    /// The file of the text.
    pub file: FileId,
    /// Constants and lets.
    pub frame: &'s Frame<'s, 'a>,
    /// Populations and sources, so that they are not called unknown.
    pub objects: &'s Objects,
    /// What else may stand.
    pub place: Place,
}

impl NetScope<'_, '_> {
    fn is_of_pair(&self) -> bool {
        matches!(self.place, Place::Synapse | Place::Pair)
    }

    /// A name with the path to it.
    pub fn path_of(&self, name: &str) -> String {
        format!("{}{name}", self.frame.path())
    }

    /// `p[i][j]`: the element, or what is wrong; none where the base is no array.
    fn element(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Option<Resolution> {
        let (base, indices) = indexed(e);
        let ExprKind::Name(name) = &base.kind else { return None };
        let (Meaning::Constant(found), declared) = self.frame.lookup(name)? else { return None };
        if let Constant::Number(_) = found {
            let message = format!("`{name}` is one number, not an array");
            cx.report(
                Diagnostic::new(network::BAD_ARRAY, e.span, message, "cannot be indexed")
                    .with_label(*declared, "declared here"),
            );
            return Some(Resolution::Poison);
        }
        let mut at = found.clone();
        for index in indices {
            let Constant::Array(list) = &at else { break };
            let role = format!("an index of `{name}`");
            let Some(i) = constant::whole(cx, self, index, &role) else {
                return Some(Resolution::Poison);
            };
            let Some(inner) = usize::try_from(i).ok().and_then(|i| list.get(i)) else {
                report_index(cx, name, i, list.len(), index.span, *declared);
                return Some(Resolution::Poison);
            };
            at = inner;
        }
        Some(self.constant(cx, &at, name, e, *declared))
    }

    fn constant(
        &self,
        cx: &mut Context<'_>,
        c: &Constant,
        name: &str,
        e: &ast::Expr,
        declared: Span,
    ) -> Resolution {
        match c {
            Constant::Poison => Resolution::Poison,
            Constant::Number(q) => Resolution::Value {
                kind: model::ExprKind::Number(q.value),
                unit: q.unit.clone(),
                declared: Some(declared),
            },
            Constant::Array(array) => {
                let (text, shape) = (cx.text(e.span), shape_text(array.shape()));
                let message = format!("a number is needed, `{text}` is an array of {shape}");
                cx.report(
                    Diagnostic::new(network::BAD_ARRAY, e.span, message, "an array")
                        .with_label(declared, format!("`{name}` is declared here"))
                        .with_help(format!("take one element: `{text}[0]`")),
                );
                Resolution::Poison
            }
        }
    }

    fn name(&self, cx: &mut Context<'_>, name: &str, e: &ast::Expr) -> Resolution {
        if matches!(self.place, Place::Population | Place::Mask) && name == "index" {
            return variable(Variable::Index);
        }
        if self.place == Place::Rate && name == "t" {
            let kind = model::ExprKind::Variable(Variable::Time);
            let unit = crate::time::millisecond();
            return Resolution::Value { kind, unit, declared: None };
        }
        let known = || self.frame.lookup(name).is_some();
        if self.is_of_pair() && name == "distance" && !known() {
            return length(Variable::Distance);
        }
        match name {
            "x" if self.place == Place::Mask && !known() => return length(Variable::PreX),
            "y" if self.place == Place::Mask && !known() => return length(Variable::PreY),
            _ => {}
        }
        let declared = match self.frame.lookup(name) {
            Some((Meaning::Constant(c), declared)) => {
                return self.constant(cx, c, name, e, *declared);
            }
            Some((Meaning::Selection(_), declared)) => Some(*declared),
            None => self.objects.declared(&self.path_of(name)),
        };
        let Some(declared) = declared else { return Resolution::Unknown };
        let message = format!("a number is needed, `{name}` is a selection of neurons");
        cx.report(
            Diagnostic::new(network::NOT_SELECTABLE, e.span, message, "not a number")
                .with_label(declared, "declared here"),
        );
        Resolution::Poison
    }

    fn length(&self, cx: &mut Context<'_>, call: &ast::Call, e: &ast::Expr) -> Resolution {
        let [only] = call.arguments.as_slice() else {
            let message = "`len` takes one array";
            cx.report(Diagnostic::new(network::BAD_ARRAY, e.span, message, "one argument"));
            return Resolution::Poison;
        };
        if let Some(n) = self.length_of(&only.value) {
            return number(n);
        }
        let poisoned = matches!(&only.value.kind, ExprKind::Error)
            || matches!(&indexed(&only.value).0.kind, ExprKind::Name(n)
                if matches!(self.frame.lookup(n), Some((Meaning::Constant(Constant::Poison), _))));
        if !poisoned {
            let text = cx.text(only.value.span);
            let message = format!("`len` takes an array, `{text}` is none");
            cx.report(Diagnostic::new(
                network::BAD_ARRAY,
                only.value.span,
                message,
                "not an array",
            ));
        }
        Resolution::Poison
    }

    fn length_of(&self, e: &ast::Expr) -> Option<usize> {
        match self.stored(e)? {
            Constant::Array(list) => Some(list.len()),
            _ => None,
        }
    }

    /// The constant that a name or an element means, without a word about faults.
    fn stored(&self, e: &ast::Expr) -> Option<Constant> {
        let (base, indices) = indexed(e);
        let ExprKind::Name(name) = &base.kind else { return None };
        let (Meaning::Constant(found), _) = self.frame.lookup(name)? else { return None };
        indices.into_iter().try_fold(found.clone(), |at, index| {
            let Constant::Array(list) = at else { return None };
            let i = exact::exact(self, index).filter(|i| i.is_integer())?;
            list.get(usize::try_from(i.floor()).ok()?)
        })
    }
}

impl Scope for NetScope<'_, '_> {
    fn file(&self) -> FileId {
        self.file
    }

    fn resolve(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Resolution {
        match &e.kind {
            ExprKind::Name(name) => self.name(cx, name, e),
            ExprKind::Index(..) => self.element(cx, e).unwrap_or(Resolution::Unknown),
            ExprKind::Field(base, field) => match &base.kind {
                ExprKind::Name(end) if self.is_of_pair() => synapse(cx, end, field, e),
                _ => Resolution::Unknown,
            },
            ExprKind::Call(call) => match &call.function.kind {
                ExprKind::Name(name) if name == "len" => self.length(cx, call, e),
                _ => Resolution::Unknown,
            },
            _ => Resolution::Unknown,
        }
    }

    fn declared(&self) -> Vec<Declared> {
        let mut found = Vec::new();
        self.frame.constants(&mut found);
        // The order of a hash map must not reach a message.
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    fn draws(&self) -> Draws {
        match self.place {
            Place::Constant => Draws::Forbidden("in a constant"),
            Place::Pair => Draws::Forbidden("in a probability"),
            Place::Mask => Draws::Forbidden("in a selection"),
            Place::Rate => Draws::Forbidden("in a rate"),
            Place::Population | Place::Synapse => Draws::Once,
        }
    }
}

impl Exact for NetScope<'_, '_> {
    fn exact_value(&self, e: &ast::Expr) -> Option<Rational> {
        if let ExprKind::Call(call) = &e.kind {
            let [only] = call.arguments.as_slice() else { return None };
            let is_len = matches!(&call.function.kind, ExprKind::Name(name) if name == "len");
            return is_len
                .then(|| self.length_of(&only.value))
                .flatten()
                .map(|n| Rational::integer(n as i64));
        }
        match self.stored(e)? {
            Constant::Number(q) => Some(q.exact),
            _ => None,
        }
    }
}

impl ConstantScope for NetScope<'_, '_> {
    fn array(&self, _: &mut Context<'_>, e: &ast::Expr) -> Option<Array> {
        match self.stored(e)? {
            Constant::Array(array) => Some(array),
            _ => None,
        }
    }
}

/// The base of `base[i][j]` and the indices in order.
pub(crate) fn indexed(e: &ast::Expr) -> (&ast::Expr, Vec<&ast::Expr>) {
    let (mut base, mut indices) = (e, Vec::new());
    while let ExprKind::Index(inner, index) = &base.kind {
        indices.push(&**index);
        base = inner;
    }
    indices.reverse();
    (base, indices)
}

fn synapse(cx: &mut Context<'_>, end: &str, field: &ast::Name, e: &ast::Expr) -> Resolution {
    let known = match (end, field.text.as_str()) {
        ("pre", "index") => return variable(Variable::PreIndex),
        ("post", "index") => return variable(Variable::PostIndex),
        ("pre", "x") => return length(Variable::PreX),
        ("pre", "y") => return length(Variable::PreY),
        ("post", "x") => return length(Variable::PostX),
        ("post", "y") => return length(Variable::PostY),
        ("pre" | "post", other) => other,
        _ => return Resolution::Unknown,
    };
    let message = format!("`{end}.{known}` is not known here");
    cx.report(
        Diagnostic::new(
            snn_diagnostics::codes::types::UNKNOWN_NAME,
            e.span,
            message,
            "not known here",
        )
        .with_help(format!("there are `{end}.index`, `{end}.x`, `{end}.y` and `distance`")),
    );
    Resolution::Poison
}

/// A position or a distance.
fn length(which: Variable) -> Resolution {
    Resolution::Value {
        kind: model::ExprKind::Variable(which),
        unit: super::positions::micrometre(),
        declared: None,
    }
}

fn variable(which: Variable) -> Resolution {
    Resolution::Value {
        kind: model::ExprKind::Variable(which),
        unit: snn_units::UnitValue::one(),
        declared: None,
    }
}

fn number(n: usize) -> Resolution {
    Resolution::Value {
        kind: model::ExprKind::Number(n as f64),
        unit: snn_units::UnitValue::one(),
        declared: None,
    }
}

fn report_index(cx: &mut Context<'_>, name: &str, i: i64, len: usize, at: Span, declared: Span) {
    let range = match len {
        0 => "it is empty".to_owned(),
        n => format!("its indices are 0 .. {}", n - 1),
    };
    let message = format!("index {i} is outside `{name}` of {len}: {range}");
    cx.report(
        Diagnostic::new(network::OUT_OF_RANGE, at, message, "outside")
            .with_label(declared, "declared here"),
    );
}
