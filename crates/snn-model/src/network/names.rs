//! Parameters and lets of a network: which names there are, in which order they have values.

use std::collections::HashMap;

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, NetworkItem};
use snn_units::UnitValue;

use super::frame::{Frame, Meaning, Place};
use super::mentions::names as mentioned;
use super::objects::Objects;
use super::selection::pick;
use super::{Asked, Builder, NetScope, Pass};
use crate::constant::{self, Constant};
use crate::context::Context;
use crate::file_scope::FileScope;
use crate::globals;
use crate::order;
use crate::project::FileId;
use crate::units;

/// A value given to a parameter from outside the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    /// The parameter.
    pub name: &'a str,
    /// Its value.
    pub value: &'a ast::Expr,
    /// The file whose constants the value may use.
    pub file: FileId,
}

/// Makes the names of populations and sources known, and reports names declared twice.
pub(super) fn announce(
    cx: &mut Context<'_>,
    items: &[NetworkItem],
    objects: &mut Objects,
    path: &str,
) {
    let mut names = Announced { seen: HashMap::new(), added: Vec::new(), path };
    names.body(cx, items, objects, Level::Top);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Loop,
    Branch,
}

/// Names declared so far.
struct Announced<'a, 'p> {
    /// The path to the network.
    path: &'p str,
    /// Where a name was declared, and the number of brackets of a population.
    seen: HashMap<&'a str, (Span, usize)>,
    /// The names of `seen` in the order in which they came.
    added: Vec<&'a str>,
}

impl<'a> Announced<'a, '_> {
    /// Recursion: bodies nest no deeper than the parser allows.
    fn body(
        &mut self,
        cx: &mut Context<'_>,
        items: &'a [NetworkItem],
        objects: &mut Objects,
        level: Level,
    ) {
        // Names of a body end with it.
        let mut local: Vec<&'a str> = Vec::new();
        for item in items {
            match item {
                NetworkItem::Param(list) => {
                    for d in list {
                        misplaced(cx, &d.name, level);
                        self.declare(cx, &d.name, 0);
                    }
                }
                NetworkItem::Let(d) => {
                    self.declare(cx, &d.name, 0);
                    local.push(&d.name.text);
                }
                NetworkItem::Population(p) => {
                    objects.announce(&format!("{}{}", self.path, p.name.text), p.name.span);
                    self.declare(cx, &p.name, p.brackets.len());
                }
                NetworkItem::Source(s) => {
                    objects.announce(&format!("{}{}", self.path, s.name.text), s.name.span);
                    self.declare(cx, &s.name, s.brackets.len());
                }
                NetworkItem::Network(s) => {
                    objects.announce_module(format!("{}{}", self.path, s.name.text), s.name.span);
                    self.declare(cx, &s.name, s.brackets.len());
                }
                NetworkItem::Connect(c) => c.name.iter().for_each(|n| self.declare(cx, n, 0)),
                NetworkItem::For { variable, body, .. } => {
                    let before = self.seen.contains_key(variable.text.as_str());
                    self.declare(cx, variable, 0);
                    self.body(cx, body, objects, Level::Loop);
                    if !before {
                        self.seen.remove(variable.text.as_str());
                    }
                }
                NetworkItem::If { .. } => self.branches(cx, item, objects),
                NetworkItem::Check(_) | NetworkItem::Later(_) => {}
            }
        }
        if level != Level::Top {
            for name in local {
                self.seen.remove(name);
            }
        }
    }

    /// Branches exclude each other, so that each may declare the same names.
    fn branches(&mut self, cx: &mut Context<'_>, item: &'a NetworkItem, objects: &mut Objects) {
        let before = self.added.len();
        let mut kept: Vec<(&'a str, (Span, usize))> = Vec::new();
        for body in item.bodies() {
            self.body(cx, body, objects, Level::Branch);
            for name in self.added.drain(before..) {
                kept.extend(self.seen.remove(name).map(|place| (name, place)));
            }
        }
        for (name, place) in kept {
            self.seen.entry(name).or_insert(place);
            self.added.push(name);
        }
    }

    /// Two declarations of one name are a fault, unless both add members to a family.
    fn declare(&mut self, cx: &mut Context<'_>, name: &'a ast::Name, brackets: usize) {
        match self.seen.get(name.text.as_str()) {
            None => {
                self.seen.insert(&name.text, (name.span, brackets));
                self.added.push(&name.text);
            }
            Some((_, before)) if *before > 1 && brackets > 1 => {}
            Some((first, _)) => {
                let first = *first;
                let message = format!("`{}` is declared twice in this network", name.text);
                let code = network::DUPLICATE_DECLARATION;
                cx.report(
                    Diagnostic::new(code, name.span, message, "again here")
                        .with_label(first, "first declared here")
                        .with_help("give one of them another name"),
                );
            }
        }
    }
}

fn misplaced(cx: &mut Context<'_>, name: &ast::Name, level: Level) {
    let (inside, word) = match level {
        Level::Top => return,
        Level::Loop => ("a loop", "for"),
        Level::Branch => ("a branch", "if"),
    };
    let message = format!("the parameter `{}` stands inside {inside}", name.text);
    cx.report(Diagnostic::new(network::MISPLACED, name.span, message, "not here").with_help(
        format!("move it out of `{word}`, or name a value that holds only here with `let`"),
    ));
}

/// A parameter or let of one level.
struct Node<'a> {
    name: &'a ast::Name,
    unit: Option<&'a ast::UnitExpr>,
    value: Option<&'a ast::Expr>,
    sort: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Parameter,
    Let,
}

impl<'a> Builder<'_, 'a> {
    /// Gives the parameters and lets of one level their values: numbers in the first pass, neurons in the
    /// second.
    pub(super) fn open<'f>(
        &mut self,
        cx: &mut Context<'a>,
        frame: &mut Frame<'f, 'a>,
        items: &'a [NetworkItem],
        pass: Pass,
    ) {
        let nodes = nodes(items);
        let at: HashMap<&str, usize> =
            nodes.iter().enumerate().rev().map(|(i, n)| (n.name.text.as_str(), i)).collect();
        let needs: Vec<Vec<usize>> = nodes.iter().map(|n| Self::needs(n, &at)).collect();
        let sorted = order::sort(&needs);
        for circle in &sorted.cycles {
            report_circle(cx, &nodes, circle);
            for i in circle {
                let name = nodes[*i].name;
                frame.define(&name.text, Meaning::Constant(Constant::Poison), name.span);
            }
        }
        for i in sorted.order {
            let node = &nodes[i];
            match frame.own(&node.name.text) {
                // Numbers keep the value of the first pass.
                Some(Meaning::Constant(_)) => continue,
                Some(Meaning::Selection(_)) if pass == Pass::Declare => continue,
                _ => {}
            }
            let meaning = self.meaning(cx, frame, node, pass);
            if let Meaning::Selection(Some(segments)) = &meaning
                && !self.keep(cx, segments.len(), node.name.span)
            {
                return;
            }
            frame.define(&node.name.text, meaning, node.name.span);
        }
    }

    fn needs(node: &Node<'a>, at: &HashMap<&str, usize>) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(value) = node.value {
            mentioned(value, &mut |name| found.extend(at.get(name)));
        }
        found
    }

    fn given(&self, name: &ast::Name, frame: &Frame<'_, 'a>) -> Option<Given<'a>> {
        let given = frame.module.map_or(self.request.given, |m| &m.given);
        given.iter().find(|g| g.name == name.text).copied()
    }

    fn meaning(
        &self,
        cx: &mut Context<'a>,
        frame: &Frame<'_, 'a>,
        node: &Node<'a>,
        pass: Pass,
    ) -> Meaning {
        let scope = self.scope(frame, Place::Constant);
        if let (Sort::Let, Some(value)) = (node.sort, node.value)
            && selects(&scope, value)
        {
            let picked = (pass == Pass::Connect).then(|| pick(cx, &scope, value)).flatten();
            return Meaning::Selection(picked.map(|p| p.segments));
        }
        let constant = match node.sort {
            Sort::Let => number(cx, &scope, node, node.value),
            Sort::Parameter => match self.given(node.name, frame) {
                Some(given) => self.given_value(cx, node, &given, &scope),
                // What an inner network lacks has been reported where it stands.
                None if node.value.is_none()
                    && (self.request.asked == Asked::Alone || frame.module.is_some()) =>
                {
                    None
                }
                None => number(cx, &scope, node, node.value),
            },
        };
        Meaning::Constant(constant.unwrap_or(Constant::Poison))
    }

    /// The value from outside; its unit is that of the declaration, or of the default.
    fn given_value(
        &self,
        cx: &mut Context<'a>,
        node: &Node<'a>,
        given: &Given<'a>,
        inside: &NetScope<'_, 'a>,
    ) -> Option<Constant> {
        let role = format!("`{}`", node.name.text);
        let unit = match (node.unit, node.value) {
            (Some(unit), _) => Some(units::unit_value(cx, unit)?),
            (None, Some(default)) => {
                let default = number(cx, inside, node, Some(default))?;
                default.unit().cloned()
            }
            (None, None) => Some(UnitValue::one()),
        };
        let Some(module) = inside.frame.module else {
            let outside = FileScope { file: given.file };
            return constant::constant(cx, &outside, given.value, unit.as_ref(), &role);
        };
        let outside = self.scope(module.outer, Place::Constant);
        constant::constant(cx, &outside, given.value, unit.as_ref(), &role)
    }
}

/// Whether an expression speaks of neurons: some name in it is a population, a source or such a let.
fn selects(scope: &NetScope<'_, '_>, value: &ast::Expr) -> bool {
    let mut found = false;
    mentioned(value, &mut |name| {
        found |= match scope.frame.lookup(name) {
            Some((meaning, _)) => matches!(meaning, Meaning::Selection(_)),
            None => scope.objects.declared(&scope.path_of(name)).is_some(),
        };
    });
    found
}

fn number(
    cx: &mut Context<'_>,
    scope: &NetScope<'_, '_>,
    node: &Node<'_>,
    value: Option<&ast::Expr>,
) -> Option<Constant> {
    let name = node.name;
    let unit = match node.unit {
        Some(unit) => Some(units::unit_value(cx, unit)?),
        None => None,
    };
    let Some(value) = value else {
        let (message, help) = match node.sort {
            Sort::Parameter => (
                format!("the parameter `{}` has no value", name.text),
                format!(
                    "give it a default, `{0} = …`, or a value in the experiment, `net({0} = …)`",
                    name.text
                ),
            ),
            Sort::Let => {
                (format!("`{}` has no value", name.text), format!("write `let {} = …`", name.text))
            }
        };
        cx.report(
            Diagnostic::new(network::PARAMETER_WITHOUT_VALUE, name.span, message, "no value")
                .with_help(help),
        );
        return None;
    };
    constant::constant(cx, scope, value, unit.as_ref(), &format!("`{}`", name.text))
}

fn nodes(items: &[NetworkItem]) -> Vec<Node<'_>> {
    let mut nodes: Vec<Node<'_>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in items {
        let (list, sort) = match item {
            NetworkItem::Param(list) => (list.as_slice(), Sort::Parameter),
            NetworkItem::Let(d) => (std::slice::from_ref(d), Sort::Let),
            _ => continue,
        };
        for d in list.iter().filter(|d| seen.insert(d.name.text.as_str())) {
            let (unit, value) = (d.unit.as_ref(), d.value.as_ref());
            nodes.push(Node { name: &d.name, unit, value, sort });
        }
    }
    nodes
}

fn report_circle(cx: &mut Context<'_>, nodes: &[Node<'_>], circle: &[usize]) {
    let names: Vec<String> = circle.iter().map(|i| nodes[*i].name.text.clone()).collect();
    let Some((first, rest)) = circle.split_first() else { return };
    let mut d = globals::cycle(&names, nodes[*first].name.span);
    for i in rest {
        d = d.with_label(nodes[*i].name.span, "part of the circle");
    }
    cx.report(d);
}
