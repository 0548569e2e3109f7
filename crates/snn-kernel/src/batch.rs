//! Evaluation of programs over blocks of neurons, operation by operation.
//!
//! The same operations on the same values as [`Program::eval`]: the bits are the same, whatever the
//! block size and the vector width.

use snn_numeric::Real;

use crate::eval::{binary, flush, unary};
use crate::fuse::{CHAIN, Pair, Side, Step, operands, steps};
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
    inputs: usize,
    registers: usize,
    outputs: Vec<Operand<T>>,
    /// Constants of pairs, a column each: one loop serves every mix of columns and constants.
    spread: Vec<Box<Column<T>>>,
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
    DecayIn { factor: T, x: Operand<T>, scale: T, input: Operand<T> },
    Fire { refractory: Operand<T>, v: Operand<T>, x: Operand<T>, at: Threshold<T> },
    Select(Operand<T>, Operand<T>, Operand<T>),
    Flush(Operand<T>, T),
    Draw(Draw, [Operand<T>; 4]),
}

impl<T> Action<T> {
    /// The operands that must be columns.
    fn columns(&mut self) -> &mut [Operand<T>] {
        match self {
            Self::Pair(_, operands) => operands,
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
                        if let Operand::Constant(c) = *operand {
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
        Self { code, inputs, registers, outputs, spread }
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
        (Step::Pair(pair), _) => Action::Pair(*pair, pair.operands.map(&at)),
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

    /// The column of an operand that is no constant.
    fn column(&self, operand: &Operand<T>) -> &'a Column<T> {
        match self.fetch(operand) {
            Fetched::Column(column) => column,
            Fetched::Constant(_) => unreachable!("invariant: constants of pairs are spread"),
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
            // Left-out parts are never looked at.
            let divisor = chain.divisor.unwrap_or(T::ONE);
            let (base, scale) = chain
                .step
                .as_ref()
                .map_or((ones, T::ONE), |(base, scale)| (from.column(base), *scale));
            let tail = Tail { divisor, base, scale };
            macro_rules! by_length {
                ($two:ident $three:ident $four:ident $five:ident $six:ident) => {
                    match chain.len {
                        2 => $two(simd, &terms, tail, out),
                        3 => $three(simd, &terms, tail, out),
                        4 => $four(simd, &terms, tail, out),
                        5 => $five(simd, &terms, tail, out),
                        _ => $six(simd, &terms, tail, out),
                    }
                };
            }
            match (chain.divisor.is_some(), chain.step.is_some()) {
                (false, false) => by_length!(sum2 sum3 sum4 sum5 sum6),
                (true, false) => by_length!(ratio2 ratio3 ratio4 ratio5 ratio6),
                (false, true) => by_length!(step2 step3 step4 step5 step6),
                (true, true) => {
                    by_length!(ratio_step2 ratio_step3 ratio_step4 ratio_step5 ratio_step6)
                }
            }
        }
        Action::Pair(pair, operands) => {
            let [a, b, c] = operands.each_ref().map(|o| from.column(o));
            pair_block(simd, *pair, a, b, c, out);
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
                *out = T::from_f64(from.inputs.draw_key(lane).draw(draw, at(a), at(b), bounds));
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
    fn pair_block<T: Real>(
        pair: Pair, a: &Column<T>, b: &Column<T>, c: &Column<T>, out: &mut Column<T>,
    ) = pair_body
}
simd_versions! {
    fn decay_in_block<T: Real>(factor: T, x: &Column<T>, scale: T, input: &Column<T>, out: &mut Column<T>) = decay_in_body
}
simd_versions! {
    fn fire_block<T: Real>(
        refractory: &Column<T>, states: [&Column<T>; 2], at: Threshold<T>, spike: &mut Column<T>, after: &mut Column<T>,
    ) = fire_body
}
/// What follows the sum of a chain.
#[derive(Clone, Copy)]
struct Tail<'a, T> {
    divisor: T,
    base: &'a Column<T>,
    scale: T,
}

/// One loop per number of terms and per tail: divided, and a step from a base.
macro_rules! chains {
    ($($divided:literal $stepped:literal: $($name:ident = $len:literal),*;)*) => {
        $($(simd_versions! {
            fn $name<T: Real>(
                terms: &[(T, &Column<T>); CHAIN], tail: Tail<'_, T>, out: &mut Column<T>,
            ) = chain_body::<T, $len, $divided, $stepped>
        })*)*
    };
}
chains! {
    false false: sum2 = 2, sum3 = 3, sum4 = 4, sum5 = 5, sum6 = 6;
    true false: ratio2 = 2, ratio3 = 3, ratio4 = 4, ratio5 = 5, ratio6 = 6;
    false true: step2 = 2, step3 = 3, step4 = 4, step5 = 5, step6 = 6;
    true true: ratio_step2 = 2, ratio_step3 = 3, ratio_step4 = 4, ratio_step5 = 5, ratio_step6 = 6;
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
fn pair_body<T: Real>(
    pair: Pair,
    a: &Column<T>,
    b: &Column<T>,
    c: &Column<T>,
    out: &mut Column<T>,
) {
    use Binary::{Add, Div, Mul, Sub};
    macro_rules! each {
        ($($outer:ident $inner:ident),*) => {
            match (pair.outer, pair.inner, pair.side) {
                $(
                    ($outer, $inner, Side::Left) => for i in 0..BLOCK {
                        out[i] = binary($outer, binary($inner, a[i], b[i]), c[i]);
                    },
                    ($outer, $inner, Side::Right) => for i in 0..BLOCK {
                        out[i] = binary($outer, c[i], binary($inner, a[i], b[i]));
                    },
                )*
                _ => unreachable!("invariant: other operations are not paired"),
            }
        };
    }
    each!(
        Add Add, Add Sub, Add Mul, Sub Add, Sub Sub, Sub Mul,
        Mul Add, Mul Sub, Mul Mul, Div Add, Div Sub, Div Mul
    );
}

#[inline(always)]
fn chain_body<T: Real, const N: usize, const DIVIDED: bool, const STEPPED: bool>(
    terms: &[(T, &Column<T>); CHAIN],
    tail: Tail<'_, T>,
    out: &mut Column<T>,
) {
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = terms[0].0 * terms[0].1[i];
        for term in &terms[1..N] {
            sum = sum + term.0 * term.1[i];
        }
        if DIVIDED {
            sum = sum / tail.divisor;
        }
        *out = if STEPPED { tail.base[i] + tail.scale * sum } else { sum };
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
