//! The names a neuron declares.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use snn_diagnostics::Span;
use snn_syntax::ast;
use snn_units::UnitValue;

use crate::context::Context;
use crate::model::{ExprKind, Integer};
use crate::names::{duplicate, refuse_builtin};
use crate::typed::Declared;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Parameter,
    State,
    Input,
    Receptor,
    Let,
    /// The weight of a `synapse`.
    Weight,
    Trace,
    Modulator,
    /// A state of the target.
    Read,
}

impl Role {
    /// With its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Parameter => "a parameter",
            Self::State => "a state",
            Self::Input => "an input",
            Self::Receptor => "a receptor",
            Self::Let => "a `let`",
            Self::Weight => "the weight",
            Self::Trace => "a trace",
            Self::Modulator => "a modulator",
            Self::Read => "a state of the target",
        }
    }
}

/// A declared name.
pub(super) struct Symbol {
    pub name: String,
    pub role: Role,
    /// Index among those of its role.
    pub index: usize,
    pub span: Span,
    /// Its unit; none where it is not known yet, or faulty.
    pub unit: Option<UnitValue>,
    /// Its type, where it is an integer.
    pub integer: Option<Integer>,
    /// The state whose value arrivals at this receptor change.
    pub jumps: Option<String>,
    /// Whether an expression reads it.
    pub used: Cell<bool>,
    /// Whether white noise stands in it.
    pub noisy: bool,
}

impl Symbol {
    /// What it is in an expression.
    pub fn kind(&self) -> ExprKind {
        match self.role {
            Role::Parameter => ExprKind::Parameter(self.index),
            Role::State => ExprKind::State(self.index),
            Role::Input => ExprKind::Input(self.index),
            Role::Receptor => ExprKind::Receptor(self.index),
            Role::Let => ExprKind::Let(self.index),
            Role::Weight | Role::Trace | Role::Modulator | Role::Read => {
                ExprKind::Signal(self.index)
            }
        }
    }
}

/// All names of a neuron, in the order of the text within each role.
#[derive(Default)]
pub(super) struct Symbols {
    list: Vec<Symbol>,
    by_name: HashMap<String, usize>,
    /// Names declared twice: nothing can be said about their uses.
    twice: HashSet<String>,
    places: HashMap<(Role, usize), usize>,
    /// Occurrences of `white()` so far.
    pub whites: Cell<usize>,
    /// Whether noise was met since this was last cleared.
    pub met_noise: Cell<bool>,
}

impl Symbols {
    /// Adds a name; a second of the same name is reported and only findable by index.
    pub fn add(
        &mut self,
        cx: &mut Context<'_>,
        role: Role,
        index: usize,
        name: &ast::Name,
        unit: Option<UnitValue>,
    ) {
        refuse_builtin(cx, name);
        let at = self.list.len();
        self.list.push(Symbol {
            name: name.text.clone(),
            role,
            index,
            span: name.span,
            unit,
            integer: None,
            jumps: None,
            used: Cell::new(false),
            noisy: false,
        });
        self.places.insert((role, index), at);
        match self.by_name.get(&name.text) {
            Some(first) => {
                cx.report(duplicate(name, self.list[*first].span));
                self.twice.insert(name.text.clone());
            }
            None => {
                self.by_name.insert(name.text.clone(), at);
            }
        }
    }

    /// The symbol of a name.
    pub fn find(&self, name: &str) -> Option<&Symbol> {
        self.by_name.get(name).map(|at| &self.list[*at])
    }

    /// Whether a name was declared twice.
    pub fn is_twice(&self, name: &str) -> bool {
        self.twice.contains(name)
    }

    /// The symbol of a role by its index.
    pub fn at(&self, role: Role, index: usize) -> Option<&Symbol> {
        self.places.get(&(role, index)).map(|at| &self.list[*at])
    }

    /// Gives a symbol the unit that its value has.
    pub fn set_unit(&mut self, role: Role, index: usize, unit: Option<UnitValue>) {
        if let Some(at) = self.places.get(&(role, index)) {
            self.list[*at].unit = unit;
        }
    }

    /// Notes whether noise stands in a value.
    pub fn set_noisy(&mut self, role: Role, index: usize) {
        let noisy = self.met_noise.replace(false);
        if let Some(at) = self.places.get(&(role, index)) {
            self.list[*at].noisy = noisy;
        }
    }

    /// Notes that a symbol is an integer.
    pub fn set_integer(&mut self, role: Role, index: usize, integer: Option<Integer>) {
        if let Some(at) = self.places.get(&(role, index)) {
            self.list[*at].integer = integer;
        }
    }

    /// The type of a symbol, where it is an integer.
    pub fn integer(&self, role: Role, index: usize) -> Option<Integer> {
        self.at(role, index).and_then(|s| s.integer)
    }

    /// Notes that arrivals at a receptor jump a state.
    pub fn set_jump(&mut self, receptor: usize, state: &str) {
        if let Some(at) = self.places.get(&(Role::Receptor, receptor)) {
            self.list[*at].jumps = Some(state.to_owned());
        }
    }

    /// All symbols.
    pub fn iter(&self) -> impl Iterator<Item = &Symbol> {
        self.list.iter()
    }

    /// Names with their dimensions, for hints.
    pub fn declared(&self, roles: &[Role]) -> Vec<Declared> {
        self.list
            .iter()
            .filter(|s| roles.contains(&s.role))
            .filter_map(|s| {
                let dimension = s.unit.as_ref()?.dimension;
                Some(Declared { name: s.name.clone(), dimension })
            })
            .collect()
    }
}
