//! Building programs: constants folded, equal operations shared.

use std::collections::HashMap;

use crate::eval::{binary, unary};
use crate::{Binary, Bounds, BoundsMode, Draw, Op, Program, Reg, Unary};

/// Builds a [`Program`]. Operations on constants are evaluated (in f64), equal operations are one.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    ops: Vec<Op>,
    known: HashMap<Key, Reg>,
    inputs: u32,
    draws: u32,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Const(u64),
    Input(u32),
    Unary(Unary, Reg),
    Binary(Binary, Reg, Reg),
    Select(Reg, Reg, Reg),
    Flush(Reg, u64),
}

impl ProgramBuilder {
    /// A program with this many inputs.
    pub fn new(inputs: usize) -> Self {
        Self { inputs: inputs as u32, ..Self::default() }
    }

    /// A constant.
    pub fn constant(&mut self, value: f64) -> Reg {
        self.shared(Key::Const(value.to_bits()), Op::Const(value))
    }

    /// An input.
    pub fn input(&mut self, index: usize) -> Reg {
        debug_assert!((index as u32) < self.inputs);
        self.shared(Key::Input(index as u32), Op::Input(index as u32))
    }

    /// The value of a constant register.
    pub fn constant_of(&self, reg: Reg) -> Option<f64> {
        match self.ops[reg.0 as usize] {
            Op::Const(value) => Some(value),
            _ => None,
        }
    }

    /// An operation on one number.
    pub fn unary(&mut self, op: Unary, x: Reg) -> Reg {
        match self.constant_of(x) {
            Some(x) => self.constant(unary(op, x)),
            None => self.shared(Key::Unary(op, x), Op::Unary(op, x)),
        }
    }

    /// An operation on two numbers. Only constants are folded: `x + 0` and `1 * x` keep their place, so
    /// that the bits are those of the written order. A quotient by a power of two is the product with its
    /// reciprocal, which has the same bits and takes a fraction of the time.
    pub fn binary(&mut self, op: Binary, a: Reg, b: Reg) -> Reg {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(a), Some(b)) => self.constant(binary(op, a, b)),
            (None, Some(divisor)) if op == Binary::Div && is_power_of_two(divisor) => {
                let factor = self.constant(1.0 / divisor);
                self.binary(Binary::Mul, a, factor)
            }
            _ => self.shared(Key::Binary(op, a, b), Op::Binary(op, a, b)),
        }
    }

    /// The second where the first is true, else the third.
    pub fn select(&mut self, condition: Reg, then: Reg, otherwise: Reg) -> Reg {
        // What the same condition has chosen already.
        let chosen = |r: Reg, take: fn(Reg, Reg) -> Reg| match self.ops[r.0 as usize] {
            Op::Select(c, a, b) if c == condition => take(a, b),
            _ => r,
        };
        let (then, otherwise) = (chosen(then, |a, _| a), chosen(otherwise, |_, b| b));
        match self.constant_of(condition) {
            Some(c) if c != 0.0 => then,
            Some(_) => otherwise,
            None if then == otherwise => then,
            None => self.shared(
                Key::Select(condition, then, otherwise),
                Op::Select(condition, then, otherwise),
            ),
        }
    }

    /// Zero where the magnitude is too small to keep; see [`Op::Flush`].
    pub fn flush(&mut self, x: Reg, scale: f64) -> Reg {
        self.shared(Key::Flush(x, scale.to_bits()), Op::Flush(x, scale))
    }

    /// A random number with a stream of its own, bounded where bounds are given.
    pub fn draw(
        &mut self,
        distribution: snn_numeric::Distribution,
        arguments: (Reg, Reg),
        bounds: Option<(Reg, Reg, BoundsMode)>,
    ) -> Reg {
        let occurrence = self.draws;
        self.draws += 1;
        let bounds = bounds.map(|(lo, hi, mode)| Bounds { lo, hi, mode });
        let (a, b) = arguments;
        self.push(Op::Draw(Draw { distribution, a, b, bounds, occurrence }))
    }

    /// The program; operations that no output needs are dropped (draws keep their stream).
    pub fn finish(self, outputs: &[Reg]) -> Program {
        let mut needed = vec![false; self.ops.len()];
        for out in outputs {
            needed[out.0 as usize] = true;
        }
        for i in (0..self.ops.len()).rev() {
            if needed[i] {
                self.ops[i].operands(|r| needed[r.0 as usize] = true);
            }
        }
        let mut place = vec![Reg(0); self.ops.len()];
        let mut ops = Vec::new();
        for (i, op) in self.ops.into_iter().enumerate().filter(|(i, _)| needed[*i]) {
            place[i] = Reg(ops.len() as u32);
            ops.push(op.map_operands(|r| place[r.0 as usize]));
        }
        let outputs = outputs.iter().map(|r| place[r.0 as usize]).collect();
        Program { ops, inputs: self.inputs, outputs }
    }

    fn shared(&mut self, key: Key, op: Op) -> Reg {
        if let Some(reg) = self.known.get(&key) {
            return *reg;
        }
        let reg = self.push(op);
        self.known.insert(key, reg);
        reg
    }

    fn push(&mut self, op: Op) -> Reg {
        self.ops.push(op);
        Reg(self.ops.len() as u32 - 1)
    }
}

/// Whether the reciprocal is exact in both formats.
fn is_power_of_two(x: f64) -> bool {
    x.to_bits() << 12 == 0 && (1e-30..1e30).contains(&x.abs())
}

impl Op {
    /// Calls `f` for every operand.
    pub fn operands(&self, mut f: impl FnMut(Reg)) {
        let _ = self.map_operands(|r| {
            f(r);
            r
        });
    }

    /// The same operation with other operands.
    pub fn map_operands(self, mut f: impl FnMut(Reg) -> Reg) -> Self {
        match self {
            Self::Const(_) | Self::Input(_) => self,
            Self::Unary(op, x) => Self::Unary(op, f(x)),
            Self::Binary(op, a, b) => {
                let a = f(a);
                Self::Binary(op, a, f(b))
            }
            Self::Select(c, a, b) => {
                let (c, a) = (f(c), f(a));
                Self::Select(c, a, f(b))
            }
            Self::Flush(x, scale) => Self::Flush(f(x), scale),
            Self::Draw(mut d) => {
                (d.a, d.b) = (f(d.a), f(d.b));
                d.bounds = d.bounds.map(|b| Bounds { lo: f(b.lo), hi: f(b.hi), ..b });
                Self::Draw(d)
            }
        }
    }
}
