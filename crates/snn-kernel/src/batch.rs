//! Evaluation of programs over blocks of neurons, operation by operation.
//!
//! The same operations on the same values as [`Program::eval`]: the bits are the same, whatever the
//! block size and the vector width.

use snn_numeric::Real;

use crate::eval::{binary, flush, unary};
use crate::fuse::{CHAIN, Step, operands, steps};
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
    spare: [Box<Column<T>>; 2],
    ones: Box<Column<T>>,
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
    /// Register of the second result of [`Action::Fire`].
    second: u32,
}

#[derive(Clone, Copy, Debug)]
enum Action<T> {
    Unary(Unary, Operand<T>),
    Binary(Binary, Operand<T>, Operand<T>),
    /// (f0 * x0 + f1 * x1) + …, every product and sum rounded, of so many terms.
    Chain([(T, Operand<T>); CHAIN], usize),
    DecayIn {
        factor: T,
        x: Operand<T>,
        scale: T,
        input: Operand<T>,
    },
    Fire {
        refractory: Operand<T>,
        v: Operand<T>,
        x: Operand<T>,
        at: Threshold<T>,
    },
    Select(Operand<T>, Operand<T>, Operand<T>),
    Flush(Operand<T>, T),
    Draw(Draw, [Operand<T>; 4]),
}

/// When a state fires, and what it becomes.
#[derive(Clone, Copy, Debug)]
struct Threshold<T> {
    threshold: T,
    inclusive: bool,
    reset: T,
}

impl<T: Real> Default for Registers<T> {
    fn default() -> Self {
        Self {
            columns: Vec::new(),
            spare: std::array::from_fn(|_| Box::new([T::ZERO; BLOCK])),
            ones: Box::new([T::ONE; BLOCK]),
        }
    }
}

impl<T: Real> BlockProgram<T> {
    /// Prepares a program: constants rounded to `T`, operations joined, registers reused.
    pub fn new(program: &Program) -> Self {
        let steps = steps(program);
        let ending = ending_at(program, &steps);
        let mut free: Vec<u32> = Vec::new();
        let mut registers = 0;
        let mut place: Vec<Option<Operand<T>>> = vec![None; program.ops.len()];
        let mut code = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            match (step, program.ops[i]) {
                (Step::Absorbed, _) => continue,
                (_, Op::Const(c)) => place[i] = Some(Operand::Constant(T::from_f64(c))),
                (_, Op::Input(n)) => place[i] = Some(Operand::Input(n)),
                (step, op) => {
                    let at = |r: Reg| place[r.0 as usize].expect("invariant: operands come first");
                    let action = action(step, op, at);
                    // Targets are taken before the operands are freed, so that they are never among them.
                    let mut take = || {
                        free.pop().unwrap_or_else(|| {
                            registers += 1;
                            registers - 1
                        })
                    };
                    let target = take();
                    let mut second = target;
                    if let Step::Fire(fire) = step {
                        second = take();
                        place[fire.after.0 as usize] = Some(Operand::Register(second));
                    }
                    place[i] = Some(Operand::Register(target));
                    code.push(Instruction { action, target, second });
                }
            }
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
                code.push(Instruction { action, target: registers, second: registers });
                output = Operand::Register(registers);
                registers += 1;
            }
            outputs.push(output);
        }
        Self { code, registers: registers as usize, outputs }
    }

    /// Runs the program over one block. Results are read with [`BlockProgram::store`].
    pub fn run(&self, simd: Simd, inputs: &dyn BlockInputs<T>, registers: &mut Registers<T>) {
        if registers.columns.len() < self.registers {
            registers.columns.resize_with(self.registers, || Box::new([T::ZERO; BLOCK]));
        }
        let Registers { columns, spare, ones } = registers;
        for instruction in &self.code {
            let Instruction { action, target, second } = instruction;
            std::mem::swap(&mut spare[0], &mut columns[*target as usize]);
            if target != second {
                std::mem::swap(&mut spare[1], &mut columns[*second as usize]);
            }
            execute(simd, action, inputs, (columns, ones), spare);
            std::mem::swap(&mut spare[0], &mut columns[*target as usize]);
            if target != second {
                std::mem::swap(&mut spare[1], &mut columns[*second as usize]);
            }
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

    /// Copies output `i` of the last run, a truth value, to `to`. Says whether any is true.
    pub fn truth(
        &self,
        simd: Simd,
        i: usize,
        registers: &Registers<T>,
        to: &mut Column<T>,
    ) -> bool {
        match self.outputs[i] {
            Operand::Input(_) => unreachable!("invariant: no input is a truth value"),
            Operand::Constant(c) => to.fill(c),
            Operand::Register(r) => *to = *registers.columns[r as usize],
        }
        any_block(simd, to)
    }
}

simd_versions! {
    fn store_block<T: Real>(from: &Column<T>, to: &mut Column<T>) -> bool = store_body
}

simd_versions! {
    fn any_block<T: Real>(column: &Column<T>) -> bool = any_body
}

#[inline(always)]
fn any_body<T: Real>(column: &Column<T>) -> bool {
    let mut any = false;
    for x in column {
        any |= *x != T::ZERO;
    }
    any
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

/// What a step does, with its operands where they lie.
fn action<T: Real>(step: &Step, op: Op, at: impl Fn(Reg) -> Operand<T>) -> Action<T> {
    match (step, op) {
        (Step::Chain(terms), _) => {
            let mut chain = [(T::ZERO, Operand::Constant(T::ONE)); CHAIN];
            for (place, term) in chain.iter_mut().zip(terms) {
                let x = term.x.map_or(Operand::Constant(T::ONE), &at);
                *place = (T::from_f64(term.factor), x);
            }
            Action::Chain(chain, terms.len())
        }
        (Step::DecayIn { factor, x, scale, input }, _) => Action::DecayIn {
            factor: T::from_f64(*factor),
            x: at(*x),
            scale: T::from_f64(*scale),
            input: at(*input),
        },
        (Step::Fire(fire), _) => Action::Fire {
            refractory: at(fire.refractory),
            v: at(fire.v),
            x: at(fire.x),
            at: Threshold {
                threshold: T::from_f64(fire.threshold),
                inclusive: fire.inclusive,
                reset: T::from_f64(fire.reset),
            },
        },
        (_, Op::Unary(op, x)) => Action::Unary(op, at(x)),
        (_, Op::Binary(op, a, b)) => Action::Binary(op, at(a), at(b)),
        (_, Op::Select(c, a, b)) => Action::Select(at(c), at(a), at(b)),
        (_, Op::Flush(x, scale)) => Action::Flush(at(x), T::from_f64(scale)),
        (_, Op::Draw(d)) => {
            let (lo, hi) = d.bounds.map_or((d.a, d.a), |b| (b.lo, b.hi));
            Action::Draw(d, [at(d.a), at(d.b), at(lo), at(hi)])
        }
        (_, Op::Const(_) | Op::Input(_)) => unreachable!("invariant: these take no step"),
    }
}

/// For each operation, the results that nothing reads after it; outputs are read at the end.
fn ending_at(program: &Program, steps: &[Step]) -> Vec<Vec<usize>> {
    let mut last = vec![None; program.ops.len()];
    for (i, step) in steps.iter().enumerate() {
        operands(program, i, step, |r| last[r.0 as usize] = Some(i));
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

fn execute<T: Real>(
    simd: Simd,
    action: &Action<T>,
    inputs: &dyn BlockInputs<T>,
    (columns, ones): (&[Box<Column<T>>], &Column<T>),
    out: &mut [Box<Column<T>>; 2],
) {
    let [out, second] = out;
    let fetch = |operand: &Operand<T>| match *operand {
        Operand::Input(n) => Fetched::Column(inputs.column(n as usize)),
        Operand::Register(r) => Fetched::Column(&columns[r as usize]),
        Operand::Constant(c) => Fetched::Constant(c),
    };
    match action {
        Action::Unary(op, x) => unary_block(simd, *op, fetch(x), out),
        Action::Binary(op, a, b) => binary_block(simd, *op, fetch(a), fetch(b), out),
        Action::Chain(terms, len) => {
            let terms = terms.each_ref().map(|(factor, x)| match fetch(x) {
                Fetched::Column(x) => (*factor, x),
                // A constant has the factor one: a chain's other operands are columns.
                Fetched::Constant(c) => (*factor * c, ones),
            });
            match *len {
                2 => chain2(simd, &terms, out),
                3 => chain3(simd, &terms, out),
                4 => chain4(simd, &terms, out),
                5 => chain5(simd, &terms, out),
                _ => chain6(simd, &terms, out),
            }
        }
        Action::DecayIn { factor, x, scale, input } => match (fetch(x), fetch(input)) {
            (Fetched::Column(x), Fetched::Column(input)) => {
                decay_in_block(simd, *factor, x, *scale, input, out);
            }
            (x, input) => {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = flush(*factor * x.at(i), *scale) + input.at(i);
                }
            }
        },
        Action::Fire { refractory, v, x, at } => {
            let (refractory, v, x) = (fetch(refractory), fetch(v), fetch(x));
            match (refractory, v, x) {
                (Fetched::Column(refractory), Fetched::Column(v), Fetched::Column(x)) => {
                    fire_block(simd, refractory, [v, x], *at, out, second);
                }
                _ => {
                    for i in 0..BLOCK {
                        let state = (refractory.at(i), v.at(i), x.at(i));
                        (out[i], second[i]) = fire(state, *at);
                    }
                }
            }
        }
        Action::Select(c, a, b) => select_block(simd, fetch(c), fetch(a), fetch(b), out),
        Action::Flush(x, scale) => flush_block(simd, fetch(x), *scale, out),
        Action::Draw(draw, [a, b, lo, hi]) => {
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
    fn decay_in_block<T: Real>(factor: T, x: &Column<T>, scale: T, input: &Column<T>, out: &mut Column<T>) = decay_in_body
}
simd_versions! {
    fn fire_block<T: Real>(
        refractory: &Column<T>, states: [&Column<T>; 2], at: Threshold<T>, spike: &mut Column<T>, after: &mut Column<T>,
    ) = fire_body
}
macro_rules! chains {
    ($($name:ident = $len:literal),*) => {
        $(simd_versions! {
            fn $name<T: Real>(terms: &[(T, &Column<T>); CHAIN], out: &mut Column<T>) = chain_body::<T, $len>
        })*
    };
}
chains!(chain2 = 2, chain3 = 3, chain4 = 4, chain5 = 5, chain6 = 6);
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
    each!(
        Neg, Not, Abs, Sign, Sqrt, Exp, Log, Sin, Cos, Tanh, Exprel, Floor, Ceil, Round, Trunc,
        RoundEven
    );
}

#[inline(always)]
fn binary_body<T: Real>(op: Binary, a: Fetched<'_, T>, b: Fetched<'_, T>, out: &mut Column<T>) {
    macro_rules! each {
        ($($name:ident),*) => {
            match op { $(Binary::$name => map2(a, b, out, |a, b| binary(Binary::$name, a, b)),)* }
        };
    }
    each!(
        Add, Sub, Mul, Div, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or, Shift, BitAnd, BitOr,
        BitXor
    );
}

#[inline(always)]
fn chain_body<T: Real, const N: usize>(terms: &[(T, &Column<T>); CHAIN], out: &mut Column<T>) {
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = terms[0].0 * terms[0].1[i];
        for term in &terms[1..N] {
            sum = sum + term.0 * term.1[i];
        }
        *out = sum;
    }
}

#[inline(always)]
fn decay_in_body<T: Real>(
    factor: T,
    x: &Column<T>,
    scale: T,
    input: &Column<T>,
    out: &mut Column<T>,
) {
    for i in 0..BLOCK {
        out[i] = flush(factor * x[i], scale) + input[i];
    }
}

#[inline(always)]
fn fire_body<T: Real>(
    refractory: &Column<T>,
    [v, x]: [&Column<T>; 2],
    at: Threshold<T>,
    spike: &mut Column<T>,
    after: &mut Column<T>,
) {
    for i in 0..BLOCK {
        (spike[i], after[i]) = fire((refractory[i], v[i], x[i]), at);
    }
}

/// (spike, state after it).
#[inline(always)]
fn fire<T: Real>((refractory, v, x): (T, T, T), at: Threshold<T>) -> (T, T) {
    let held = if refractory != T::ZERO { v } else { x };
    let above = if at.inclusive { held >= at.threshold } else { held > at.threshold };
    let spikes = above & (refractory == T::ZERO);
    (if spikes { T::ONE } else { T::ZERO }, if spikes { at.reset } else { held })
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
