//! Typed expressions become operations.

use std::collections::HashMap;

use snn_kernel::{Binary as KernelBinary, BoundsMode, ProgramBuilder, Reg, Unary as KernelUnary};
use snn_model::model::{self, Expr, ExprKind, Neuron, Outside, Statement};

/// The values that names stand for while an expression is translated.
pub(crate) struct Scope<'a> {
    pub neuron: Option<&'a Neuron>,
    pub b: &'a mut ProgramBuilder,
    pub parameters: &'a [Reg],
    pub states: &'a [Reg],
    pub receptors: &'a [Reg],
    /// Currents of a neuron; signals of a synapse.
    pub inputs: &'a [Reg],
    pub dt_ms: f64,
    /// `index`; `pre.index`, `post.index`; `t`.
    pub variables: &'a [Reg],
    pub locals: Vec<Reg>,
    pub arguments: Vec<Vec<Reg>>,
    /// Results of lets and of functions on given arguments, so that each is computed once.
    pub known: HashMap<(Shared, Vec<Reg>), Reg>,
}

/// What is shared: the value of a let, or a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shared {
    Let(usize),
    Function(usize),
}

impl<'a> Scope<'a> {
    /// A scope without names, for operations that go to `b`.
    pub(crate) fn empty(b: &'a mut ProgramBuilder, dt_ms: f64) -> Self {
        Self {
            neuron: None,
            b,
            parameters: &[],
            states: &[],
            receptors: &[],
            inputs: &[],
            dt_ms,
            variables: &[],
            locals: Vec::new(),
            arguments: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// The operations of an expression; shared subexpressions are computed once.
    pub(crate) fn translate(&mut self, e: &Expr) -> Reg {
        match &e.kind {
            ExprKind::Number(x) => self.b.constant(*x),
            ExprKind::Parameter(i) => self.parameters[*i],
            ExprKind::State(i) => self.states[*i],
            ExprKind::Receptor(i) => self.receptors[*i],
            ExprKind::Input(i) | ExprKind::Signal(i) => self.inputs[*i],
            ExprKind::Let(i) => {
                let neuron = self.neuron.expect("invariant: lets stand in neurons");
                self.shared(Shared::Let(*i), Vec::new(), &neuron.lets[*i].value)
            }
            ExprKind::Local(i) => self.locals[*i],
            ExprKind::Argument(i) => {
                self.arguments.last().expect("invariant: arguments stand in functions")[*i]
            }
            ExprKind::Dt => self.b.constant(self.dt_ms),
            ExprKind::Variable(v) => match v.place() {
                Some(place) => self.variables[place],
                // The mean of noise: integration adds it to the rest of an equation.
                None => self.b.constant(0.0),
            },
            ExprKind::Unary(op, x) => {
                let x = self.translate(x);
                self.b.unary(unary(*op), x)
            }
            ExprKind::Binary(op, x, y) => {
                let x = self.translate(x);
                let y = self.translate(y);
                binary(self.b, *op, x, y)
            }
            ExprKind::If(c, x, y) => {
                let c = self.translate(c);
                let x = self.translate(x);
                let y = self.translate(y);
                self.b.select(c, x, y)
            }
            ExprKind::Apply(f, arguments) => {
                let arguments = arguments.iter().map(|a| self.translate(a)).collect();
                let neuron = self.neuron.expect("invariant: functions are kept with neurons");
                self.shared(Shared::Function(*f), arguments, &neuron.functions[*f].body)
            }
            ExprKind::Draw { distribution, arguments, bounds } => {
                let a = self.translate(&arguments.0);
                let b = self.translate(&arguments.1);
                let bounds = bounds.as_ref().map(|bounds| {
                    let mode = match bounds.2 {
                        Outside::Redraw => BoundsMode::Redraw,
                        Outside::Clamp => BoundsMode::Clamp,
                    };
                    (self.translate(&bounds.0), self.translate(&bounds.1), mode)
                });
                self.b.draw(*distribution, (a, b), bounds)
            }
        }
    }
}

impl Scope<'_> {
    fn shared(&mut self, what: Shared, arguments: Vec<Reg>, body: &Expr) -> Reg {
        let key = (what, arguments);
        if let Some(value) = self.known.get(&key) {
            return *value;
        }
        self.arguments.push(key.1.clone());
        let value = self.translate(body);
        self.arguments.pop();
        self.known.insert(key, value);
        value
    }
}

/// Runs the statements of a block on `states` (changed in place): top to bottom, each seeing what those
/// before it wrote. Where `only_if` is given, states change only where it is true; states in `held` do
/// not change where the register beside them is true. Gives what `deliver` sends.
pub(crate) fn block(
    scope: &mut Scope<'_>,
    statements: &[Statement],
    states: &mut [Reg],
    only_if: Option<Reg>,
    held: Option<(&[usize], Reg)>,
) -> Option<Reg> {
    let mut delivered = None;
    let mut locals = Vec::new();
    for statement in statements {
        let value = match statement {
            Statement::Assign { value, .. }
            | Statement::Local { value, .. }
            | Statement::Deliver { value, .. } => value,
        };
        let mut now = Scope {
            neuron: scope.neuron,
            b: &mut *scope.b,
            parameters: scope.parameters,
            states,
            receptors: scope.receptors,
            inputs: scope.inputs,
            dt_ms: scope.dt_ms,
            variables: scope.variables,
            locals: std::mem::take(&mut locals),
            arguments: Vec::new(),
            known: HashMap::new(),
        };
        let mut value = now.translate(value);
        locals = now.locals;
        match statement {
            Statement::Assign { state, .. } => {
                let old = states[*state];
                if scope.neuron.is_some_and(|n| n.states[*state].integer.is_some()) {
                    value = unsigned_zero(scope.b, value);
                }
                if let Some(condition) = only_if {
                    value = scope.b.select(condition, value, old);
                }
                if let Some((held, refractory)) = held
                    && held.contains(state)
                {
                    value = scope.b.select(refractory, old, value);
                }
                states[*state] = value;
            }
            Statement::Deliver { .. } => delivered = Some(value),
            Statement::Local { local, .. } => {
                locals.truncate(*local);
                locals.push(value);
            }
        }
    }
    delivered
}

/// An integer has one zero.
pub(crate) fn unsigned_zero(b: &mut ProgramBuilder, value: Reg) -> Reg {
    let zero = b.constant(0.0);
    b.binary(KernelBinary::Add, value, zero)
}

/// An operation on one value.
pub(crate) fn unary(op: model::Unary) -> KernelUnary {
    macro_rules! same { ($($n:ident),*) => { match op { $(model::Unary::$n => KernelUnary::$n),* } } }
    same!(
        Neg, Not, Abs, Sign, Sqrt, Exp, Log, Sin, Cos, Tanh, Exprel, Floor, Ceil, Round, Trunc,
        RoundEven
    )
}

/// An operation on two values.
pub(crate) fn binary(b: &mut ProgramBuilder, op: model::Binary, x: Reg, y: Reg) -> Reg {
    macro_rules! same {
        ($($n:ident),*) => {
            match op {
                $(model::Binary::$n => b.binary(KernelBinary::$n, x, y),)*
                model::Binary::Quotient => {
                    let quotient = b.binary(KernelBinary::Div, x, y);
                    b.unary(KernelUnary::Floor, quotient)
                }
                model::Binary::Remainder => {
                    let quotient = binary(b, model::Binary::Quotient, x, y);
                    let multiple = b.binary(KernelBinary::Mul, y, quotient);
                    b.binary(KernelBinary::Sub, x, multiple)
                }
                model::Binary::Wrap => wrap(b, x, y),
                model::Binary::Saturate => saturate(b, x, y),
            }
        };
    }
    same!(
        Add, Sub, Mul, Div, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or, Shift, BitAnd, BitOr,
        BitXor
    )
}

/// x - 2^n·floor((x + 2^(n-1)) / 2^n).
fn wrap(b: &mut ProgramBuilder, x: Reg, bits: Reg) -> Reg {
    let half = half_range(b, bits);
    let full = b.binary(KernelBinary::Add, half, half);
    let raised = b.binary(KernelBinary::Add, x, half);
    let turns = b.binary(KernelBinary::Div, raised, full);
    let turns = b.unary(KernelUnary::Floor, turns);
    let excess = b.binary(KernelBinary::Mul, full, turns);
    b.binary(KernelBinary::Sub, x, excess)
}

/// The nearest number of n bits.
pub(crate) fn saturate(b: &mut ProgramBuilder, x: Reg, bits: Reg) -> Reg {
    let half = half_range(b, bits);
    let one = b.constant(1.0);
    let (lowest, highest) =
        (b.unary(KernelUnary::Neg, half), b.binary(KernelBinary::Sub, half, one));
    let raised = b.binary(KernelBinary::Max, x, lowest);
    b.binary(KernelBinary::Min, raised, highest)
}

/// 2^(n-1).
fn half_range(b: &mut ProgramBuilder, bits: Reg) -> Reg {
    let one = b.constant(1.0);
    let places = b.binary(KernelBinary::Sub, bits, one);
    b.binary(KernelBinary::Shift, one, places)
}
