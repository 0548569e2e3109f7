//! Evaluation of one neuron, synapse or constant: the meaning of every operation.

use snn_numeric::{ObjectKey, Purpose, Real, Stream, whole};

use crate::{Binary, BoundsMode, Draw, Op, Program, Unary};

/// Where the random numbers of an evaluation come from: the identity of what is drawn.
#[derive(Clone, Copy, Debug)]
pub struct DrawKey {
    /// Seed of the run.
    pub seed: u64,
    /// The population, source or projection.
    pub object: ObjectKey,
    /// What is drawn.
    pub purpose: Purpose,
    /// The first three words of the counter: (index, tick low, tick high), or (major, block, ordinal).
    pub counter: [u32; 3],
}

impl DrawKey {
    /// A key for programs that draw nothing.
    pub const NONE: Self =
        Self { seed: 0, object: ObjectKey(0), purpose: Purpose::Parameter, counter: [0; 3] };

    /// The number of a [`Draw`] whose arguments have these values.
    pub fn draw(&self, draw: &Draw, a: f64, b: f64, bounds: Option<(f64, f64)>) -> f64 {
        let first = draw.distribution.sample(self.uniform(draw, 0), a, b);
        bounds.map_or(first, |bounds| self.bounded(draw, first, (a, b), bounds))
    }

    /// The number of a draw between bounds whose first attempt gave `first`.
    pub(crate) fn bounded(
        &self,
        draw: &Draw,
        first: f64,
        (a, b): (f64, f64),
        (lo, hi): (f64, f64),
    ) -> f64 {
        let inside = |x: &f64| *x >= lo && *x <= hi;
        if inside(&first) {
            return first;
        }
        let clamp = |x: f64| {
            if x < lo {
                lo
            } else if x > hi {
                hi
            } else {
                x
            }
        };
        let sample = |attempt| draw.distribution.sample(self.uniform(draw, attempt), a, b);
        match draw.bounds.map(|b| b.mode) {
            Some(BoundsMode::Redraw) => {
                (1..1000).map(sample).find(inside).unwrap_or_else(|| clamp(sample(1000)))
            }
            _ => clamp(first),
        }
    }

    fn uniform(&self, draw: &Draw, attempt: u32) -> f64 {
        let stream = Stream::new(self.seed, self.object, self.purpose, draw.occurrence);
        let [c0, c1, c2] = self.counter;
        stream.uniform([c0, c1, c2, attempt])
    }
}

impl Program {
    /// Evaluates the program once. `registers` is scratch space; the results are written to `outputs`,
    /// one per output.
    pub fn eval<T: Real>(
        &self,
        inputs: &[T],
        key: &DrawKey,
        registers: &mut Vec<T>,
        outputs: &mut [T],
    ) {
        registers.clear();
        for op in &self.ops {
            let r = |reg: crate::Reg| registers[reg.0 as usize];
            let value = match *op {
                Op::Const(value) => T::from_f64(value),
                Op::Input(i) => inputs[i as usize],
                Op::Unary(op, x) => unary(op, r(x)),
                Op::Binary(op, a, b) => binary(op, r(a), r(b)),
                Op::Select(c, a, b) => {
                    if r(c) != T::ZERO {
                        r(a)
                    } else {
                        r(b)
                    }
                }
                Op::Flush(x, scale) => flush(r(x), T::from_f64(scale)),
                Op::Draw(d) => {
                    let bounds = d.bounds.map(|b| (r(b.lo).to_f64(), r(b.hi).to_f64()));
                    T::from_f64(key.draw(&d, r(d.a).to_f64(), r(d.b).to_f64(), bounds))
                }
            };
            registers.push(value);
        }
        for (out, reg) in outputs.iter_mut().zip(&self.outputs) {
            *out = registers[reg.0 as usize];
        }
    }
}

/// Zero where |x| < TINY * scale.
#[inline(always)]
pub fn flush<T: Real>(x: T, scale: T) -> T {
    if x.abs() < T::TINY * scale { T::ZERO } else { x }
}

/// One operation on one number.
#[inline(always)]
pub fn unary<T: Real>(op: Unary, x: T) -> T {
    match op {
        Unary::Neg => -x,
        Unary::Not => truth(x == T::ZERO),
        Unary::Abs => x.abs(),
        Unary::Sign => truth::<T>(x > T::ZERO) - truth(x < T::ZERO),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Log => x.log(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tanh => x.tanh(),
        Unary::Exprel => x.exprel(),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Round => x.round(),
        Unary::Trunc => x.trunc(),
        Unary::RoundEven => x.round_even(),
    }
}

/// One operation on two numbers.
#[inline(always)]
pub fn binary<T: Real>(op: Binary, a: T, b: T) -> T {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.pow(b),
        Binary::Min => {
            if a < b {
                a
            } else {
                b
            }
        }
        Binary::Max => {
            if a > b {
                a
            } else {
                b
            }
        }
        Binary::Lt => truth(a < b),
        Binary::Le => truth(a <= b),
        Binary::Gt => truth(a > b),
        Binary::Ge => truth(a >= b),
        Binary::Eq => truth(a == b),
        Binary::Ne => truth(a != b),
        Binary::And => truth(a != T::ZERO && b != T::ZERO),
        Binary::Or => truth(a != T::ZERO || b != T::ZERO),
        Binary::Shift => T::from_f64(whole::shift(a.to_f64(), b.to_f64())),
        Binary::BitAnd => T::from_f64(whole::and(a.to_f64(), b.to_f64())),
        Binary::BitOr => T::from_f64(whole::or(a.to_f64(), b.to_f64())),
        Binary::BitXor => T::from_f64(whole::xor(a.to_f64(), b.to_f64())),
    }
}

#[inline(always)]
fn truth<T: Real>(condition: bool) -> T {
    if condition { T::ONE } else { T::ZERO }
}
