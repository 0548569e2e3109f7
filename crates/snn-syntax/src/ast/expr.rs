//! Expressions and names.

use snn_diagnostics::Span;

/// An identifier and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The letters.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// `mV`, `1/ms`, `pA/mV^2`: a product of powers of unit symbols; or `int(24)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitExpr {
    /// The factors; empty for a plain `1`.
    pub factors: Vec<UnitFactor>,
    /// Bits of `int(24)`, which stands where a unit may stand.
    pub integer: Option<u32>,
    /// Whether it is no unit, which has been reported: it means nothing.
    pub faulty: bool,
    /// The place, without brackets.
    pub span: Span,
}

/// One factor of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFactor {
    /// The symbol as written.
    pub symbol: Name,
    /// Exponent as numerator and positive denominator; negative after `/`.
    pub power: (i32, i32),
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The place.
    pub span: Span,
}

/// The kinds of expressions. Depth is bounded by the parser.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `10 mV`, `5 [1/s]`, `0.3`.
    Number {
        /// The digits as written (`0.1`, `1e-3`), without unit.
        digits: String,
        /// Its unit; none is a plain number.
        unit: Option<UnitExpr>,
    },
    /// `"x.csv"`: the text between the quotes.
    Text(String),
    /// `true`, `false`.
    Bool(bool),
    /// An identifier.
    Name(String),
    /// `base.name`: a member of an import, a neuron, a population's receptor.
    Field(Box<Expr>, Name),
    /// `base[index]`; the index may be a [`ExprKind::Range`] or [`ExprKind::Step`].
    Index(Box<Expr>, Box<Expr>),
    /// `lo .. hi`.
    Range(Box<Expr>, Box<Expr>),
    /// `lo .. hi step n`: a [`ExprKind::Range`] and a step.
    Step(Box<Expr>, Box<Expr>),
    /// `[a, b, c]`.
    Array(Vec<Expr>),
    /// `f(x, tau = 3 ms)`.
    Call(Call),
    /// `-x`, `not x`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Something that could not be parsed and has been reported: stays silent from here on.
    Error,
}

/// A call, the model of a population, a rule, a waveform.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called: a name or a dotted name.
    pub function: Box<Expr>,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `tau = …` or `from …`; none for a plain one.
    pub label: Option<WordOrName>,
    /// The value.
    pub value: Expr,
    /// The time after `delay`, of what modulates plasticity.
    pub delay: Option<Expr>,
}

/// How an argument is labelled.
#[derive(Clone, Debug)]
pub enum WordOrName {
    /// `tau = 3 ms`; dotted for compartments (`soma.C = …`).
    Named(Expr),
    /// `from 100 ms`, `start 5 ms`, `bin 5 ms`.
    Word(Name),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`.
    Neg,
    /// `not x`.
    Not,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a + b`; of populations: their union.
    Add,
    /// `a - b`.
    Sub,
    /// `a * b`.
    Mul,
    /// `a / b`.
    Div,
    /// `a div b`, integers.
    IntDiv,
    /// `a mod b`, integers.
    Mod,
    /// `a ^ b`.
    Pow,
    /// `a < b`.
    Lt,
    /// `a <= b`.
    Le,
    /// `a > b`.
    Gt,
    /// `a >= b`.
    Ge,
    /// `a == b`.
    Eq,
    /// `a != b`.
    Ne,
    /// `a and b`.
    And,
    /// `a or b`.
    Or,
    /// `a & b`, integers.
    BitAnd,
    /// `a | b`, integers.
    BitOr,
    /// `a xor b`, integers.
    BitXor,
    /// `a << b`, integers.
    Shl,
    /// `a >> b`, integers.
    Shr,
}
