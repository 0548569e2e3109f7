//! Operations and programs.

use snn_numeric::Distribution;

/// The result of an operation, by its position in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u32);

/// A straight-line program: `outputs` of `inputs` numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Operations; each may use the results before it.
    pub ops: Vec<Op>,
    /// Number of inputs.
    pub inputs: u32,
    /// Results in the order of the signature.
    pub outputs: Vec<Reg>,
}

/// One operation. Truth values are 1.0 and 0.0; everything but 0.0 counts as true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A constant, rounded to the arithmetic in use.
    Const(f64),
    /// An input.
    Input(u32),
    /// An operation on one number.
    Unary(Unary, Reg),
    /// An operation on two numbers.
    Binary(Binary, Reg, Reg),
    /// The second where the first is true, else the third.
    Select(Reg, Reg, Reg),
    /// 0.0 where |x| is below the smallest magnitude kept, scaled by the unit scale of the state:
    /// decaying states end here instead of among the denormals.
    Flush(Reg, f64),
    /// A random number.
    Draw(Draw),
}

/// Operations on one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Unary {
    Neg,
    Not,
    Abs,
    Sign,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tanh,
    /// (e^x - 1) / x, 1 at 0.
    Exprel,
    Floor,
    Ceil,
    /// To the nearest integer, halves away from zero.
    Round,
    /// Towards zero.
    Trunc,
    /// To the nearest integer, halves to the even one.
    RoundEven,
}

/// Operations on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// The smaller: `if a < b { a } else { b }`.
    Min,
    /// The larger: `if a > b { a } else { b }`.
    Max,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
    /// floor(a · 2^b) of whole numbers; see [`snn_numeric::whole`].
    Shift,
    /// Bits of whole numbers, as two's complements.
    BitAnd,
    BitOr,
    BitXor,
}

/// A random number of a distribution with two arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Which distribution.
    pub distribution: Distribution,
    /// Its first argument (lower end, mean).
    pub a: Reg,
    /// Its second argument (upper end, standard deviation).
    pub b: Reg,
    /// Bounds of `truncated` and `clamp`.
    pub bounds: Option<Bounds>,
    /// Which draw of the program: each has its own stream.
    pub occurrence: u32,
}

/// Bounds of a draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Smallest value.
    pub lo: Reg,
    /// Largest value.
    pub hi: Reg,
    /// What happens outside.
    pub mode: BoundsMode,
}

/// What happens to a draw outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoundsMode {
    /// Drawn again, at most 1,000 times, then clamped.
    Redraw,
    /// Moved to the bound.
    Clamp,
}

impl Program {
    /// The constant value of output `i`, where it is one.
    pub fn constant_output(&self, i: usize) -> Option<f64> {
        match self.ops[self.outputs[i].0 as usize] {
            Op::Const(value) => Some(value),
            _ => None,
        }
    }

    /// The same program with `count` inputs, input `i` becoming `place(i)`.
    #[must_use]
    pub fn with_inputs(mut self, count: usize, place: impl Fn(u32) -> u32) -> Self {
        for op in &mut self.ops {
            if let Op::Input(i) = op {
                *i = place(*i);
            }
        }
        self.inputs = count as u32;
        self
    }

    /// Whether any operation draws a random number.
    pub fn draws(&self) -> bool {
        self.ops.iter().any(|op| matches!(op, Op::Draw(_)))
    }
}
