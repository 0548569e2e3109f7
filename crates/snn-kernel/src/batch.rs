//! Evaluation of programs over blocks of neurons, operation by operation.
//!
//! The same operations on the same values as [`Program::eval`]: the bits are the same, whatever the
//! block size and the vector width.

use snn_numeric::Real;

use crate::eval::{binary, flush, unary};
use crate::{Binary, Draw, DrawKey, Op, Program, Reg, Simd, Unary, simd_versions};

/// Neurons per block: a register is one kilobyte of f64, so that a program's registers stay in the first
/// cache level.
pub const BLOCK: usize = 128;

/// One number for every neuron of a block.
pub type Column<T> = [T; BLOCK];

/// Where a program finds its inputs and identities for one block.
pub trait BlockInputs<T> {
    /// Input `i` of all neurons of the block.
    fn column(&self, i: usize) -> &Column<T>;

    /// Identity of the draws of neuron `lane` of the block.
    fn draw_key(&self, lane: usize) -> DrawKey;
}

/// A program with registers allocated, ready to run over blocks.
#[derive(Clone, Debug)]
pub struct BlockProgram<T> {
    code: Vec<Instruction<T>>,
    registers: usize,
    outputs: Vec<Operand<T>>,
}

/// The registers of one worker, used for any program.
#[derive(Debug)]
pub struct Registers<T> {
    columns: Vec<Box<Column<T>>>,
    spare: Box<Column<T>>,
}

#[derive(Clone, Copy, Debug)]
enum Operand<T> {
    Input(u32),
    Register(u32),
    Constant(T),
}

#[derive(Clone, Copy, Debug)]
struct Instruction<T> {
    action: Action<T>,
    target: u32,
}

#[derive(Clone, Copy, Debug)]
enum Action<T> {
    Unary(Unary, Operand<T>),
    Binary(Binary, Operand<T>, Operand<T>),
    /// a * b + c with two roundings, as written.
    MulAdd(Operand<T>, Operand<T>, Operand<T>),
    Select(Operand<T>, Operand<T>, Operand<T>),
    Flush(Operand<T>, T),
    Draw(Draw, [Operand<T>; 4]),
}

impl<T: Real> Default for Registers<T> {
    fn default() -> Self {
        Self { columns: Vec::new(), spare: Box::new([T::ZERO; BLOCK]) }
    }
}

impl<T: Real> BlockProgram<T> {
    /// Prepares a program: constants rounded to `T`, multiply-adds joined, registers reused.
    pub fn new(program: &Program) -> Self {
        let joined = multiply_adds(program);
        let taken_in = taken_in(&joined);
        let ending = ending_at(program, &joined);
        let mut free: Vec<u32> = Vec::new();
        let mut place: Vec<Option<Operand<T>>> = vec![None; program.ops.len()];
        let mut code = Vec::new();
        let mut registers = 0;
        for (i, op) in program.ops.iter().enumerate() {
            if taken_in[i] {
                continue;
            }
            let at = |r: Reg| place[r.0 as usize].expect("invariant: operands come first");
            let action = match *op {
                Op::Const(c) => {
                    place[i] = Some(Operand::Constant(T::from_f64(c)));
                    continue;
                }
                Op::Input(n) => {
                    place[i] = Some(Operand::Input(n));
                    continue;
                }
                Op::Binary(Binary::Add, a, b) if joined[i].is_some() => {
                    let product = joined[i].expect("invariant: just tested");
                    let Op::Binary(_, x, y) = program.ops[product] else {
                        unreachable!("invariant: a joined operation is a product")
                    };
                    let other = if a.0 as usize == product { b } else { a };
                    Action::MulAdd(at(x), at(y), at(other))
                }
                Op::Unary(op, x) => Action::Unary(op, at(x)),
                Op::Binary(op, a, b) => Action::Binary(op, at(a), at(b)),
                Op::Select(c, a, b) => Action::Select(at(c), at(a), at(b)),
                Op::Flush(x, scale) => Action::Flush(at(x), T::from_f64(scale)),
                Op::Draw(d) => {
                    let (lo, hi) = d.bounds.map_or((d.a, d.a), |b| (b.lo, b.hi));
                    Action::Draw(d, [at(d.a), at(d.b), at(lo), at(hi)])
                }
            };
            // The target is taken before the operands are freed, so that it is never one of them.
            let target = free.pop().unwrap_or_else(|| {
                registers += 1;
                registers - 1
            });
            place[i] = Some(Operand::Register(target));
            code.push(Instruction { action, target });
            for j in &ending[i] {
                if let Some(Operand::Register(r)) = place[*j] {
                    free.push(r);
                }
            }
        }
        let mut outputs = Vec::new();
        for (i, r) in program.outputs.iter().enumerate() {
            let mut output = place[r.0 as usize].expect("invariant: outputs are results");
            // An output that is another place's input is copied first, so that outputs can be stored
            // over the inputs one by one.
            if matches!(output, Operand::Input(n) if n as usize != i) {
                let action = Action::Select(Operand::Constant(T::ONE), output, output);
                code.push(Instruction { action, target: registers });
                output = Operand::Register(registers);
                registers += 1;
            }
            outputs.push(output);
        }
        Self { code, registers: registers as usize, outputs }
    }

    /// Runs the program over one block. Results are read with [`BlockProgram::output`].
    pub fn run(&self, simd: Simd, inputs: &dyn BlockInputs<T>, registers: &mut Registers<T>) {
        if registers.columns.len() < self.registers {
            registers.columns.resize_with(self.registers, || Box::new([T::ZERO; BLOCK]));
        }
        for instruction in &self.code {
            let target = instruction.target as usize;
            std::mem::swap(&mut registers.spare, &mut registers.columns[target]);
            execute(simd, &instruction.action, inputs, &registers.columns, &mut registers.spare);
            std::mem::swap(&mut registers.spare, &mut registers.columns[target]);
        }
    }

    /// Copies output `i` of the last run over its column; an output that is input `i` unchanged stays
    /// as it is. Says whether any number is NaN or infinite.
    pub fn store(
        &self,
        simd: Simd,
        i: usize,
        registers: &Registers<T>,
        to: &mut Column<T>,
    ) -> bool {
        match self.outputs[i] {
            Operand::Input(_) => false,
            Operand::Constant(c) => store_block(simd, &[c; BLOCK], to),
            Operand::Register(r) => store_block(simd, &registers.columns[r as usize], to),
        }
    }

    /// Appends the neurons among the first `len` of the block for which output `i` of the last run is
    /// true.
    pub fn neurons_where(&self, i: usize, registers: &Registers<T>, len: usize, to: &mut Vec<u32>) {
        match self.outputs[i] {
            Operand::Register(r) => {
                let column = &registers.columns[r as usize][..len];
                if column.iter().fold(false, |any, x| any | (*x != T::ZERO)) {
                    let set = column.iter().enumerate().filter(|(_, x)| **x != T::ZERO);
                    to.extend(set.map(|(i, _)| i as u32));
                }
            }
            Operand::Constant(c) if c != T::ZERO => to.extend(0..len as u32),
            _ => {}
        }
    }
}

simd_versions! {
    fn store_block<T: Real>(from: &Column<T>, to: &mut Column<T>) -> bool = store_body
}

#[inline(always)]
fn store_body<T: Real>(from: &Column<T>, to: &mut Column<T>) -> bool {
    let mut bad = false;
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
        // 0 for finite numbers, NaN for all others.
        let zero = from * T::ZERO;
        bad |= zero != T::ZERO;
    }
    bad
}

/// For each sum, the product it takes in: used once, by this sum.
fn multiply_adds(program: &Program) -> Vec<Option<usize>> {
    let mut uses = vec![0u32; program.ops.len()];
    for op in &program.ops {
        op.operands(|r| uses[r.0 as usize] += 1);
    }
    for r in &program.outputs {
        uses[r.0 as usize] += 1;
    }
    let product = |r: Reg| {
        let once = uses[r.0 as usize] == 1;
        (once && matches!(program.ops[r.0 as usize], Op::Binary(Binary::Mul, ..)))
            .then_some(r.0 as usize)
    };
    let ops = program.ops.iter();
    ops.map(|op| match *op {
        Op::Binary(Binary::Add, a, b) => product(a).or_else(|| product(b)),
        _ => None,
    })
    .collect()
}

/// For each operation, the results that nothing reads after it; outputs are read at the end.
fn ending_at(program: &Program, joined: &[Option<usize>]) -> Vec<Vec<usize>> {
    let taken_in = taken_in(joined);
    let mut last = vec![None; program.ops.len()];
    for (i, op) in program.ops.iter().enumerate() {
        if taken_in[i] {
            continue;
        }
        op.operands(|r| last[r.0 as usize] = Some(i));
        if let Some(product) = joined[i] {
            program.ops[product].operands(|r| last[r.0 as usize] = Some(i));
        }
    }
    for r in &program.outputs {
        last[r.0 as usize] = None;
    }
    let mut ending = vec![Vec::new(); program.ops.len()];
    for (result, at) in last.into_iter().enumerate() {
        if let Some(at) = at {
            ending[at].push(result);
        }
    }
    ending
}

/// Whether an operation is the product of some multiply-add.
fn taken_in(joined: &[Option<usize>]) -> Vec<bool> {
    let mut taken = vec![false; joined.len()];
    for product in joined.iter().flatten() {
        taken[*product] = true;
    }
    taken
}

fn execute<T: Real>(
    simd: Simd,
    action: &Action<T>,
    inputs: &dyn BlockInputs<T>,
    columns: &[Box<Column<T>>],
    out: &mut Column<T>,
) {
    let fetch = |operand: Operand<T>| match operand {
        Operand::Input(n) => Fetched::Column(inputs.column(n as usize)),
        Operand::Register(r) => Fetched::Column(&columns[r as usize]),
        Operand::Constant(c) => Fetched::Constant(c),
    };
    match *action {
        Action::Unary(op, x) => unary_block(simd, op, fetch(x), out),
        Action::Binary(op, a, b) => binary_block(simd, op, fetch(a), fetch(b), out),
        Action::MulAdd(a, b, c) => mul_add_block(simd, fetch(a), fetch(b), fetch(c), out),
        Action::Select(c, a, b) => select_block(simd, fetch(c), fetch(a), fetch(b), out),
        Action::Flush(x, scale) => flush_block(simd, fetch(x), scale, out),
        Action::Draw(ref draw, [a, b, lo, hi]) => {
            let [a, b, lo, hi] = [fetch(a), fetch(b), fetch(lo), fetch(hi)];
            for (lane, out) in out.iter_mut().enumerate() {
                let at = |f: Fetched<'_, T>| f.at(lane).to_f64();
                let bounds = draw.bounds.map(|_| (at(lo), at(hi)));
                *out = T::from_f64(inputs.draw_key(lane).draw(draw, at(a), at(b), bounds));
            }
        }
    }
}

/// An operand at hand: a column, or one number for all.
#[derive(Clone, Copy)]
enum Fetched<'a, T> {
    Column(&'a Column<T>),
    Constant(T),
}

impl<T: Real> Fetched<'_, T> {
    #[inline(always)]
    fn at(self, lane: usize) -> T {
        match self {
            Self::Column(c) => c[lane],
            Self::Constant(c) => c,
        }
    }
}

/// One loop for each mix of columns and constants, so that each vectorises.
#[inline(always)]
fn map2<T: Real>(a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>, f: impl Fn(T, T) -> T) {
    use Fetched::{Column, Constant};
    match (a, b) {
        (Column(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a[i], b[i]);
            }
        }
        (Column(a), Constant(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a[i], b);
            }
        }
        (Constant(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = f(a, b[i]);
            }
        }
        (Constant(a), Constant(b)) => *out = [f(a, b); BLOCK],
    }
}

simd_versions! {
    fn unary_block<T: Real>(op: Unary, x: Fetched<'_, T>, out: &mut Column<T>) = unary_body
}
simd_versions! {
    fn binary_block<T: Real>(op: Binary, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) = binary_body
}
simd_versions! {
    fn mul_add_block<T: Real>(a: Fetched<'_, T>, b: Fetched<'_, T>, c: Fetched<'_, T>, out: &mut Column<T>) = mul_add_body
}
simd_versions! {
    fn select_block<T: Real>(c: Fetched<'_, T>, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) = select_body
}
simd_versions! {
    fn flush_block<T: Real>(x: Fetched<'_, T>, scale: T, out: &mut Column<T>) = flush_body
}

#[inline(always)]
fn flush_body<T: Real>(x: Fetched<'_, T>, scale: T, out: &mut Column<T>) {
    map2(x, Fetched::Constant(scale), out, flush);
}

#[inline(always)]
fn unary_body<T: Real>(op: Unary, x: Fetched<'_, T>, out: &mut Column<T>) {
    macro_rules! each {
        ($($name:ident),*) => {
            match op {
                $(Unary::$name => map2(x, Fetched::Constant(T::ZERO), out, |x, _| unary(Unary::$name, x)),)*
            }
        };
    }
    each!(Neg, Not, Abs, Sign, Sqrt, Exp, Log, Sin, Cos, Tanh, Exprel, Floor, Ceil, Round);
}

#[inline(always)]
fn binary_body<T: Real>(op: Binary, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) {
    macro_rules! each {
        ($($name:ident),*) => {
            match op { $(Binary::$name => map2(a, b, out, |a, b| binary(Binary::$name, a, b)),)* }
        };
    }
    each!(Add, Sub, Mul, Div, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or);
}

#[inline(always)]
fn mul_add_body<T: Real>(
    a: Fetched<'_, T>,
    b: Fetched<'_, T>,
    c: Fetched<'_, T>,
    out: &mut Column<T>,
) {
    use Fetched::{Column, Constant};
    match (a, b, c) {
        (Column(a), Constant(b), Column(c)) | (Constant(b), Column(a), Column(c)) => {
            for i in 0..BLOCK {
                out[i] = a[i] * b + c[i];
            }
        }
        (Column(a), Constant(b), Constant(c)) | (Constant(b), Column(a), Constant(c)) => {
            for i in 0..BLOCK {
                out[i] = a[i] * b + c;
            }
        }
        _ => {
            for (i, out) in out.iter_mut().enumerate() {
                *out = a.at(i) * b.at(i) + c.at(i);
            }
        }
    }
}

#[inline(always)]
fn select_body<T: Real>(
    c: Fetched<'_, T>,
    a: Fetched<'_, T>,
    b: Fetched<'_, T>,
    out: &mut Column<T>,
) {
    use Fetched::{Column, Constant};
    let pick = |c: T, a: T, b: T| if c != T::ZERO { a } else { b };
    match (c, a, b) {
        (Column(c), Column(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a[i], b[i]);
            }
        }
        (Column(c), Constant(a), Column(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a, b[i]);
            }
        }
        (Column(c), Column(a), Constant(b)) => {
            for i in 0..BLOCK {
                out[i] = pick(c[i], a[i], b);
            }
        }
        _ => {
            for (i, out) in out.iter_mut().enumerate() {
                *out = pick(c.at(i), a.at(i), b.at(i));
            }
        }
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
