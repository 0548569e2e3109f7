//! Evaluation of programs over blocks of neurons, operation by operation.
//!
//! The same operations on the same values as [`Program::eval`]: the bits are the same, whatever the
//! block size and the vector width.

mod draws;
mod loops;
mod method;

use snn_numeric::Real;

use self::draws::draw_block;
use self::loops::{
    Fetched, Tail, any_block, binary_block, chain_block, clip_block, decay_in_block, fire,
    fire_block, flush_block, pair_block, select_block, store_block, unary_block,
};
use self::method::{MethodAction, READ};
use crate::eval::flush;
use crate::fuse::{CHAIN, Pair, Step, operands, steps};
use crate::{Binary, Draw, DrawKey, Op, Program, Reg, Simd, Unary};

/// Neurons per block: a register is two kilobytes of f64, so that a program's registers stay in the first
/// cache level.
pub const BLOCK: usize = 256;

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
    inputs: usize,
    registers: usize,
    outputs: Vec<Operand<T>>,
    /// Outputs that are constants, as columns.
    constants: Vec<Option<Box<Column<T>>>>,
    /// Constants of pairs, a column each: one loop serves every mix of columns and constants.
    spread: Vec<Box<Column<T>>>,
}

/// The registers of one worker, used for any program.
#[derive(Clone, Debug)]
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
    /// A constant that stands in a column.
    Spread(u32),
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
    Chain(ChainAction<T>),
    Pair(Pair, [Operand<T>; 3]),
    Method(MethodAction<T>, [Operand<T>; READ]),
    /// x, lo, hi.
    Clip([Operand<T>; 3]),
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

impl<T> Action<T> {
    /// The operands that must be columns.
    fn columns(&mut self) -> &mut [Operand<T>] {
        match self {
            Self::Pair(_, operands) | Self::Clip(operands) => operands,
            Self::Method(_, operands) => operands,
            Self::Chain(ChainAction { step: Some((base, _)), .. }) => std::slice::from_mut(base),
            _ => &mut [],
        }
    }
}

/// base + scale * (((f0 * x0 + f1 * x1) + …) / divisor), every operation rounded.
#[derive(Clone, Copy, Debug)]
struct ChainAction<T> {
    terms: [(T, Operand<T>); CHAIN],
    len: usize,
    divisor: Option<T>,
    step: Option<(Operand<T>, T)>,
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
        let mut spread: Vec<Box<Column<T>>> = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            match (step, program.ops[i]) {
                (Step::Absorbed, _) => continue,
                (_, Op::Const(c)) => place[i] = Some(Operand::Constant(T::from_f64(c))),
                (_, Op::Input(n)) => place[i] = Some(Operand::Input(n)),
                (step, op) => {
                    let at = |r: Reg| place[r.0 as usize].expect("invariant: operands come first");
                    let mut action = action(step, op, at);
                    for operand in action.columns() {
                        if let Operand::Constant(c) = *operand
                            && c != T::ONE
                        {
                            *operand = Operand::Spread(spread.len() as u32);
                            spread.push(Box::new([c; BLOCK]));
                        }
                    }
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
        let (inputs, registers) = (program.inputs as usize, registers as usize);
        let constant = |output: &Operand<T>| match output {
            Operand::Constant(c) => Some(Box::new([*c; BLOCK])),
            _ => None,
        };
        let constants = outputs.iter().map(constant).collect();
        Self { code, inputs, registers, outputs, constants, spread }
    }

    /// Whether output `i` is input `i` unchanged.
    pub fn keeps(&self, i: usize) -> bool {
        matches!(self.outputs[i], Operand::Input(n) if n as usize == i)
    }

    /// Output `i` of the last run, which had these inputs.
    pub fn result<'a>(
        &'a self,
        i: usize,
        inputs: &'a dyn BlockInputs<T>,
        registers: &'a Registers<T>,
    ) -> &'a Column<T> {
        match (self.outputs[i], &self.constants[i]) {
            (_, Some(constant)) => constant,
            (Operand::Input(n), _) => inputs.column(n as usize),
            (Operand::Register(r), _) => &registers.columns[r as usize],
            _ => unreachable!("invariant: constants of outputs are columns"),
        }
    }

    /// Runs the program over one block. Results are read with [`BlockProgram::store`].
    pub fn run(&self, simd: Simd, inputs: &dyn BlockInputs<T>, registers: &mut Registers<T>) {
        if registers.columns.len() < self.registers {
            registers.columns.resize_with(self.registers, || Box::new([T::ZERO; BLOCK]));
        }
        let Registers { columns, spare, ones } = registers;
        let mut at = [&**ones; AT_HAND];
        for (i, place) in at.iter_mut().enumerate().take(self.inputs) {
            *place = inputs.column(i);
        }
        for instruction in &self.code {
            let Instruction { action, target, second } = instruction;
            std::mem::swap(&mut spare[0], &mut columns[*target as usize]);
            if target != second {
                std::mem::swap(&mut spare[1], &mut columns[*second as usize]);
            }
            let from = From { at: &at, inputs, columns, spread: &self.spread, ones };
            execute(simd, action, &from, spare);
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
            Operand::Input(_) | Operand::Spread(_) => false,
            Operand::Constant(c) => store_block(simd, &[c; BLOCK], to),
            Operand::Register(r) => store_block(simd, &registers.columns[r as usize], to),
        }
    }

    /// Gives output `i` of the last run, a truth value, in exchange for `to`; it can be taken once. Says
    /// whether any is true.
    pub fn truth(
        &self,
        simd: Simd,
        i: usize,
        registers: &mut Registers<T>,
        to: &mut Box<Column<T>>,
    ) -> bool {
        match self.outputs[i] {
            Operand::Input(_) | Operand::Spread(_) => {
                unreachable!("invariant: no input is a truth value")
            }
            Operand::Constant(c) => to.fill(c),
            Operand::Register(r) => std::mem::swap(to, &mut registers.columns[r as usize]),
        }
        any_block(simd, to)
    }
}

/// What a step does, with its operands where they lie.
fn action<T: Real>(step: &Step, op: Op, at: impl Fn(Reg) -> Operand<T>) -> Action<T> {
    match (step, op) {
        (Step::Chain(chain), _) => {
            let mut terms = [(T::ZERO, Operand::Constant(T::ONE)); CHAIN];
            for (place, term) in terms.iter_mut().zip(&chain.terms) {
                let x = term.x.map_or(Operand::Constant(T::ONE), &at);
                *place = (T::from_f64(term.factor), x);
            }
            Action::Chain(ChainAction {
                terms,
                len: chain.terms.len(),
                divisor: chain.divisor.map(T::from_f64),
                step: chain.step.map(|(base, scale)| (at(base), T::from_f64(scale))),
            })
        }
        (Step::Method(method), _) => {
            let mut operands = [Operand::Constant(T::ONE); READ];
            for (place, r) in operands.iter_mut().zip(&method.operands) {
                *place = r.map_or(*place, &at);
            }
            Action::Method(MethodAction::new(method.form), operands)
        }
        (Step::Pair(pair), _) => Action::Pair(*pair, pair.operands.map(&at)),
        (Step::Clip(operands), _) => Action::Clip(operands.map(&at)),
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

/// Inputs that are looked up once for a block; any others are asked for where they are used.
const AT_HAND: usize = 32;

/// Where operands lie.
struct From<'a, T> {
    at: &'a [&'a Column<T>; AT_HAND],
    inputs: &'a dyn BlockInputs<T>,
    columns: &'a [Box<Column<T>>],
    spread: &'a [Box<Column<T>>],
    ones: &'a Column<T>,
}

impl<'a, T: Real> From<'a, T> {
    fn fetch(&self, operand: &Operand<T>) -> Fetched<'a, T> {
        match *operand {
            Operand::Input(n) => Fetched::Column(match self.at.get(n as usize) {
                Some(column) => column,
                None => self.inputs.column(n as usize),
            }),
            Operand::Register(r) => Fetched::Column(&self.columns[r as usize]),
            Operand::Spread(n) => Fetched::Column(&self.spread[n as usize]),
            Operand::Constant(c) => Fetched::Constant(c),
        }
    }

    /// The column of an operand; of constants that are no column only 1 is left.
    fn column(&self, operand: &Operand<T>) -> &'a Column<T> {
        match self.fetch(operand) {
            Fetched::Column(column) => column,
            Fetched::Constant(_) => self.ones,
        }
    }
}

fn execute<T: Real>(
    simd: Simd,
    action: &Action<T>,
    from: &From<'_, T>,
    out: &mut [Box<Column<T>>; 2],
) {
    let [out, second] = out;
    let (fetch, ones) = (|operand: &Operand<T>| from.fetch(operand), from.ones);
    match action {
        Action::Unary(op, x) => unary_block(simd, *op, fetch(x), out),
        Action::Binary(op, a, b) => binary_block(simd, *op, fetch(a), fetch(b), out),
        Action::Chain(chain) => {
            let mut terms = [(T::ZERO, ones); CHAIN];
            for (place, (factor, x)) in terms.iter_mut().zip(&chain.terms[..chain.len]) {
                *place = match fetch(x) {
                    Fetched::Column(x) => (*factor, x),
                    // A constant has the factor one: a chain's other operands are columns.
                    Fetched::Constant(c) => (*factor * c, ones),
                };
            }
            let step = chain.step.as_ref().map(|(base, scale)| (from.column(base), *scale));
            let tail = Tail { divisor: chain.divisor, step };
            chain_block(simd, (&terms, chain.len), tail, out);
        }
        Action::Pair(pair, operands) => {
            let [a, b, c] = operands.each_ref().map(|o| from.column(o));
            pair_block(simd, *pair, a, b, c, out);
        }
        Action::Method(method, operands) => {
            method.run(simd, &operands.each_ref().map(|o| from.column(o)), out);
        }
        Action::Clip(operands) => {
            let [x, lo, hi] = operands.each_ref().map(|o| from.column(o));
            clip_block(simd, x, lo, hi, out);
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
        Action::Draw(draw, arguments) => {
            let key = |lane| from.inputs.draw_key(lane);
            draw_block(simd, draw, key, arguments.each_ref().map(fetch), out);
        }
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
