//! Right sides of a synapse's equations as sums of products of what decays between events.

use std::collections::BTreeMap;

use snn_kernel::{Binary, ProgramBuilder, Reg, Unary};
use snn_model::model::{self, Expr, ExprKind, Neuron};

use crate::translate::{binary, unary};

/// Something that moves between events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moving {
    /// A state of the kernel.
    State(usize),
    /// A trace on pre, on post, or a modulator, by its input.
    Trace(usize),
}

/// Coefficients by the variables they multiply; none for the constant.
pub(crate) type Terms = BTreeMap<Vec<Moving>, Reg>;

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// It stands still between events.
    Still(Reg),
    /// It moves.
    Moves(Moving),
    /// It changes from tick to tick.
    Each,
}

/// Takes expressions of one model apart.
pub(crate) struct Expander<'a> {
    pub neuron: &'a Neuron,
    pub b: &'a mut ProgramBuilder,
    pub parameters: &'a [Reg],
    pub states: &'a [Meaning],
    pub signals: &'a [Meaning],
    pub arguments: Vec<Vec<Terms>>,
    /// Steps left: an expression that takes more counts as having no such form.
    pub budget: u32,
}

/// Most terms of one right side.
const MOST: usize = 64;

impl Expander<'_> {
    /// The terms of an expression, where it is a sum of products.
    pub(crate) fn terms(&mut self, e: &Expr) -> Option<Terms> {
        self.budget = self.budget.checked_sub(1)?;
        Some(match &e.kind {
            ExprKind::Number(x) => self.constant(*x),
            ExprKind::Parameter(i) => still(self.parameters[*i]),
            ExprKind::State(i) => self.meaning(self.states[*i])?,
            ExprKind::Signal(i) => self.meaning(self.signals[*i])?,
            ExprKind::Let(i) => {
                let neuron = self.neuron;
                self.terms(&neuron.lets[*i].value)?
            }
            ExprKind::Argument(i) => self.arguments.last()?.get(*i)?.clone(),
            ExprKind::Apply(f, arguments) => {
                let given: Option<Vec<Terms>> = arguments.iter().map(|a| self.terms(a)).collect();
                self.arguments.push(given?);
                let neuron = self.neuron;
                let terms = self.terms(&neuron.functions[*f].body);
                self.arguments.pop();
                terms?
            }
            ExprKind::Unary(model::Unary::Neg, x) => {
                let x = self.terms(x)?;
                x.into_iter().map(|(v, r)| (v, self.b.unary(Unary::Neg, r))).collect()
            }
            ExprKind::Unary(op, x) => {
                let x = self.plain(x)?;
                still(self.b.unary(unary(*op), x))
            }
            ExprKind::Binary(op @ (model::Binary::Add | model::Binary::Sub), x, y) => {
                let (x, y) = (self.terms(x)?, self.terms(y)?);
                let op = if *op == model::Binary::Add { Binary::Add } else { Binary::Sub };
                self.sum(x, y, op)?
            }
            ExprKind::Binary(model::Binary::Mul, x, y) => {
                let (x, y) = (self.terms(x)?, self.terms(y)?);
                self.product(&x, &y)?
            }
            ExprKind::Binary(model::Binary::Div, x, y) => {
                let (x, y) = (self.terms(x)?, self.plain(y)?);
                let divided = |b: &mut ProgramBuilder, r| b.binary(Binary::Div, r, y);
                x.into_iter().map(|(v, r)| (v, divided(self.b, r))).collect()
            }
            ExprKind::Binary(op, x, y) => {
                let (x, y) = (self.plain(x)?, self.plain(y)?);
                still(binary(self.b, *op, x, y))
            }
            ExprKind::If(c, x, y) => {
                let (c, x, y) = (self.plain(c)?, self.plain(x)?, self.plain(y)?);
                still(self.b.select(c, x, y))
            }
            _ => return None,
        })
    }

    fn meaning(&mut self, meaning: Meaning) -> Option<Terms> {
        match meaning {
            Meaning::Still(reg) => Some(still(reg)),
            Meaning::Moves(moving) => Some(BTreeMap::from([(vec![moving], self.b.constant(1.0))])),
            Meaning::Each => None,
        }
    }

    fn constant(&mut self, x: f64) -> Terms {
        still(self.b.constant(x))
    }

    /// The value of an expression that stands still.
    fn plain(&mut self, e: &Expr) -> Option<Reg> {
        let terms = self.terms(e)?;
        match terms.len() {
            0 => Some(self.b.constant(0.0)),
            1 => terms.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    fn sum(&mut self, x: Terms, y: Terms, op: Binary) -> Option<Terms> {
        let mut sum = x;
        for (variables, r) in y {
            let value = match sum.get(&variables) {
                Some(left) => self.b.binary(op, *left, r),
                None if op == Binary::Sub => self.b.unary(Unary::Neg, r),
                None => r,
            };
            sum.insert(variables, value);
        }
        self.without_zeros(sum)
    }

    fn product(&mut self, x: &Terms, y: &Terms) -> Option<Terms> {
        let mut product = Terms::new();
        for (a, r) in x {
            for (b, s) in y {
                let mut variables = [a.as_slice(), b].concat();
                variables.sort_unstable();
                let value = self.b.binary(Binary::Mul, *r, *s);
                let value = match product.get(&variables) {
                    Some(left) => self.b.binary(Binary::Add, *left, value),
                    None => value,
                };
                product.insert(variables, value);
            }
        }
        self.without_zeros(product)
    }

    fn without_zeros(&self, mut terms: Terms) -> Option<Terms> {
        terms.retain(|_, r| self.b.constant_of(*r) != Some(0.0));
        (terms.len() <= MOST).then_some(terms)
    }
}

fn still(reg: Reg) -> Terms {
    BTreeMap::from([(Vec::new(), reg)])
}
