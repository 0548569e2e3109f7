//! Which expressions are linear in which variables, and with which coefficients.

use std::collections::BTreeMap;

use snn_kernel::{Binary, ProgramBuilder, Reg, Unary};
use snn_model::model::{self, Expr, ExprKind, Neuron, Variable};

use crate::translate::{binary, unary};

/// Something that changes from tick to tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Var {
    State(usize),
    Receptor(usize),
    Input(usize),
    /// White noise, by its occurrence.
    White(usize),
}

/// Σ coefficient · variable + constant; coefficients are results of the builder at hand.
#[derive(Clone, Debug)]
pub(crate) struct Affine {
    pub coefficients: BTreeMap<Var, Reg>,
    pub constant: Reg,
}

/// Takes expressions apart. `known` says what a name stands for where it is not a variable.
pub(crate) struct Analyzer<'a> {
    pub neuron: &'a Neuron,
    pub b: &'a mut ProgramBuilder,
    pub parameters: &'a [Reg],
    pub known: &'a dyn Fn(Var) -> Option<Reg>,
    pub dt_ms: f64,
    pub arguments: Vec<Vec<Affine>>,
    /// Forms of lets found before.
    pub lets: BTreeMap<usize, Option<Affine>>,
    /// Steps left: a form that takes more counts as none.
    pub budget: u32,
}

impl Analyzer<'_> {
    /// The linear form of an expression; `None` where it has none.
    pub(crate) fn affine(&mut self, e: &Expr) -> Option<Affine> {
        self.budget = self.budget.checked_sub(1)?;
        Some(match &e.kind {
            ExprKind::Number(x) => self.number(*x),
            ExprKind::Dt => self.number(self.dt_ms),
            ExprKind::Parameter(i) => constant(self.parameters[*i]),
            ExprKind::State(i) => self.variable(Var::State(*i)),
            ExprKind::Receptor(i) => self.variable(Var::Receptor(*i)),
            ExprKind::Input(i) => self.variable(Var::Input(*i)),
            ExprKind::Signal(_) => return None,
            ExprKind::Let(i) => {
                if !self.lets.contains_key(i) {
                    let neuron = self.neuron;
                    let form = self.affine(&neuron.lets[*i].value);
                    self.lets.insert(*i, form);
                }
                self.lets[i].clone()?
            }
            ExprKind::Argument(i) => self.arguments.last()?.get(*i)?.clone(),
            ExprKind::Apply(f, arguments) => {
                let arguments =
                    arguments.iter().map(|a| self.affine(a)).collect::<Option<Vec<_>>>()?;
                self.arguments.push(arguments);
                let neuron = self.neuron;
                let value = self.affine(&neuron.functions[*f].body);
                self.arguments.pop();
                value?
            }
            ExprKind::Unary(model::Unary::Neg, x) => {
                let x = self.affine(x)?;
                self.map(x, |b, r| b.unary(Unary::Neg, r))
            }
            ExprKind::Unary(op, x) => {
                let x = self.plain(x)?;
                constant(self.b.unary(unary(*op), x))
            }
            ExprKind::Binary(op @ (model::Binary::Add | model::Binary::Sub), x, y) => {
                let (x, y) = (self.affine(x)?, self.affine(y)?);
                let op = if *op == model::Binary::Add { Binary::Add } else { Binary::Sub };
                self.sum(x, y, op)
            }
            ExprKind::Binary(op @ (model::Binary::Mul | model::Binary::Div), x, y) => {
                let (x, y) = (self.affine(x)?, self.affine(y)?);
                let op = if *op == model::Binary::Mul { Binary::Mul } else { Binary::Div };
                if y.coefficients.is_empty() {
                    let factor = y.constant;
                    self.map(x, |b, r| b.binary(op, r, factor))
                } else if x.coefficients.is_empty() && op == Binary::Mul {
                    let factor = x.constant;
                    self.map(y, |b, r| b.binary(op, factor, r))
                } else {
                    return None;
                }
            }
            ExprKind::Binary(op, x, y) => {
                let (x, y) = (self.plain(x)?, self.plain(y)?);
                constant(binary(self.b, *op, x, y))
            }
            ExprKind::If(c, x, y) => {
                let c = self.plain(c)?;
                match self.b.constant_of(c) {
                    Some(c) if c != 0.0 => self.affine(x)?,
                    Some(_) => self.affine(y)?,
                    None => {
                        let (x, y) = (self.plain(x)?, self.plain(y)?);
                        constant(self.b.select(c, x, y))
                    }
                }
            }
            ExprKind::Variable(Variable::White(i)) => self.variable(Var::White(*i)),
            ExprKind::Local(_) | ExprKind::Variable(_) | ExprKind::Draw { .. } => return None,
        })
    }

    /// The value of an expression without variables.
    fn plain(&mut self, e: &Expr) -> Option<Reg> {
        let form = self.affine(e)?;
        form.coefficients.is_empty().then_some(form.constant)
    }

    fn number(&mut self, x: f64) -> Affine {
        constant(self.b.constant(x))
    }

    fn variable(&mut self, v: Var) -> Affine {
        if let Some(reg) = (self.known)(v) {
            return constant(reg);
        }
        let one = self.b.constant(1.0);
        Affine { coefficients: BTreeMap::from([(v, one)]), constant: self.b.constant(0.0) }
    }

    fn map(&mut self, x: Affine, f: impl Fn(&mut ProgramBuilder, Reg) -> Reg) -> Affine {
        let coefficients = x.coefficients.into_iter().map(|(v, r)| (v, f(self.b, r))).collect();
        Affine { coefficients, constant: f(self.b, x.constant) }
    }

    fn sum(&mut self, x: Affine, y: Affine, op: Binary) -> Affine {
        let constant = self.b.binary(op, x.constant, y.constant);
        let mut coefficients = x.coefficients;
        for (v, r) in y.coefficients {
            let left = match coefficients.get(&v) {
                Some(left) => *left,
                None => self.b.constant(0.0),
            };
            coefficients.insert(v, self.b.binary(op, left, r));
        }
        Affine { coefficients, constant }
    }
}

fn constant(reg: Reg) -> Affine {
    Affine { coefficients: BTreeMap::new(), constant: reg }
}
