//! Blocks against single evaluation, bit for bit.

use proptest::prelude::*;
use snn_numeric::{Distribution, ObjectKey, Purpose, Real};

use super::*;
use crate::fuse::Form;
use crate::{BoundsMode, ProgramBuilder};

struct Inputs<T>(Vec<Column<T>>);

impl<T> BlockInputs<T> for Inputs<T> {
    fn column(&self, i: usize) -> &Column<T> {
        &self.0[i]
    }

    fn draw_key(&self, lane: usize) -> DrawKey {
        DrawKey {
            seed: 7,
            object: ObjectKey(3),
            purpose: Purpose::NeuronDraw,
            counter: [lane as u32, 1, 0],
        }
    }
}

#[rustfmt::skip]
const UNARIES: [Unary; 16] = [
    Unary::Neg, Unary::Not, Unary::Abs, Unary::Sign, Unary::Sqrt, Unary::Exp, Unary::Log,
    Unary::Sin, Unary::Cos, Unary::Tanh, Unary::Exprel, Unary::Floor, Unary::Ceil, Unary::Round,
    Unary::Trunc, Unary::RoundEven,
];
#[rustfmt::skip]
const BINARIES: [Binary; 19] = [
    Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Pow, Binary::Min, Binary::Max,
    Binary::Lt, Binary::Le, Binary::Gt, Binary::Ge, Binary::Eq, Binary::Ne, Binary::And, Binary::Or,
    Binary::Shift, Binary::BitAnd, Binary::BitOr, Binary::BitXor,
];

/// A program over three inputs, each step naming an operation and operands by number.
fn build(steps: &[(u8, usize, usize, usize)]) -> Program {
    let mut b = ProgramBuilder::new(3);
    let mut known = vec![b.input(0), b.input(1), b.input(2), b.constant(0.5), b.constant(-2.0)];
    for &(op, x, y, z) in steps {
        let pick = |i: usize| known[i % known.len()];
        let (x, y, z) = (pick(x), pick(y), pick(z));
        let op = op as usize % 40;
        let next = match op {
            0..16 => b.unary(UNARIES[op], x),
            16..35 => b.binary(BINARIES[op - 16], x, y),
            35 | 36 => b.select(x, y, z),
            37 => b.flush(x, 1e30),
            38 => b.draw(Distribution::Uniform, (x, y), None),
            _ => b.draw(Distribution::Normal, (x, y), Some((z, x, BoundsMode::Clamp))),
        };
        known.push(next);
    }
    let outputs = [known[known.len() - 1], known[known.len() / 2], known[1]];
    b.finish(&outputs)
}

fn same_bits<T: Real + std::fmt::Debug>(program: &Program, inputs: Vec<Column<T>>) {
    program.verify().unwrap();
    let block = BlockProgram::<T>::new(program);
    let inputs = Inputs(inputs);
    for simd in Simd::available() {
        let mut registers = Registers::default();
        block.run(simd, &inputs, &mut registers);
        let mut got = [[T::ZERO; BLOCK]; 3];
        for (i, column) in got.iter_mut().enumerate() {
            // An output that is its own input stays in its column.
            *column = if i < 3 { inputs.0[i] } else { *column };
            let bad = block.store(simd, i, &registers, column);
            let finite = column.iter().all(|x| x.is_finite());
            assert!(finite || bad || *column == inputs.0[i]);
            assert!(!(bad && finite));
        }
        for lane in 0..BLOCK {
            let one: Vec<T> = inputs.0.iter().map(|c| c[lane]).collect();
            let mut want = [T::ZERO; 3];
            program.eval(&one, &inputs.draw_key(lane), &mut Vec::new(), &mut want);
            for i in 0..3 {
                let (a, b) = (got[i][lane].to_f64(), want[i].to_f64());
                let equal = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                assert!(equal, "{simd:?} lane {lane} output {i}: {a} {b}\n{program:?}");
            }
        }
    }
}

fn spread<T: Real>(seed: u64) -> Vec<Column<T>> {
    let at = |i: usize, lane: usize| {
        let z = (seed ^ (i * BLOCK + lane) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let x = (z >> 11) as f64 / (1u64 << 53) as f64;
        T::from_f64(match lane % 7 {
            0 => 0.0,
            1 => -0.0,
            2 => (x - 0.5) * 1e30,
            3 => x * 1e-30,
            _ => (x - 0.5) * 8.0,
        })
    };
    (0..3).map(|i| std::array::from_fn(|lane| at(i, lane))).collect()
}

proptest! {
    #[test]
    fn blocks_give_the_bits_of_single_evaluation(
        steps in prop::collection::vec((any::<u8>(), 0usize..99, 0usize..99, 0usize..99), 1..40),
        seed in any::<u64>(),
    ) {
        let program = build(&steps);
        same_bits::<f64>(&program, spread(seed));
        same_bits::<f32>(&program, spread(seed));
    }
}

/// A leaky integrator with two decaying inputs, a jump, refractoriness, a threshold and a reset: every
/// joined operation at once.
fn integrator(inclusive: bool, coefficients: [f64; 6]) -> Program {
    let mut b = ProgramBuilder::new(5);
    let [v, g, h, arrival, refractory] = [0, 1, 2, 3, 4].map(|i| b.input(i));
    let [p, k, l, c, threshold, reset] = coefficients.map(|c| b.constant(c));
    let mut x = b.binary(Binary::Mul, p, v);
    for (coefficient, state) in [(k, g), (l, h)] {
        let term = b.binary(Binary::Mul, coefficient, state);
        x = b.binary(Binary::Add, x, term);
    }
    x = b.binary(Binary::Add, x, c);
    x = b.binary(Binary::Add, x, arrival);
    let held = b.select(refractory, v, x);
    let compare = if inclusive { Binary::Ge } else { Binary::Gt };
    let above = b.binary(compare, held, threshold);
    let free = b.unary(Unary::Not, refractory);
    let spike = b.binary(Binary::And, above, free);
    let after = b.select(spike, reset, held);
    let decayed = b.binary(Binary::Mul, g, p);
    let decayed = b.flush(decayed, 1e20);
    let g = b.binary(Binary::Add, decayed, arrival);
    b.finish(&[after, g, spike])
}

/// One step of Euler's method for two equations, one of them over a constant, and a product of a
/// difference: v + h (v - k g + c), g + h ((h - l v) / d), (v - g) h.
fn steps_of_euler([h, k, l, c, d, _]: [f64; 6]) -> Program {
    let mut b = ProgramBuilder::new(3);
    let [v, g, x] = [0, 1, 2].map(|i| b.input(i));
    let [h, k, l, c, d] = [h, k, l, c, d].map(|c| b.constant(c));
    let term = b.binary(Binary::Mul, k, g);
    let slope = b.binary(Binary::Sub, v, term);
    let slope = b.binary(Binary::Add, slope, c);
    let change = b.binary(Binary::Mul, h, slope);
    let moved = b.binary(Binary::Add, v, change);
    let term = b.binary(Binary::Mul, l, v);
    let slope = b.binary(Binary::Sub, x, term);
    let slope = b.binary(Binary::Div, slope, d);
    let change = b.binary(Binary::Mul, slope, h);
    let second = b.binary(Binary::Add, g, change);
    let difference = b.binary(Binary::Sub, v, g);
    let product = b.binary(Binary::Mul, difference, x);
    b.finish(&[moved, second, product])
}

/// What methods do, of any size: a step by the exponential Euler method, a stage with a limit or without,
/// and a bump.
fn methods(pulls: usize, others: usize, [divided, limited, again]: [bool; 3]) -> Program {
    let mut b = ProgramBuilder::new(3);
    let [x, g, h] = [0, 1, 2].map(|i| b.input(i));
    let strengths = [b.constant(10.0), g, h, g, x];
    let terms = [b.input(2), b.constant(0.0), b.input(1), b.constant(-0.0)];
    let mut sum = None;
    let mut differences = Vec::new();
    for (p, strength) in strengths.into_iter().take(pulls).enumerate() {
        let from = b.constant(p as f64 - 2.0);
        let difference = b.binary(Binary::Sub, from, x);
        differences.push(difference);
        let pull = b.binary(Binary::Mul, strength, difference);
        sum = Some(sum.map_or(pull, |sum| b.binary(Binary::Add, sum, pull)));
    }
    let mut slope = sum.unwrap();
    for (i, term) in terms.into_iter().take(others).enumerate() {
        slope = b.binary(if i == 2 { Binary::Sub } else { Binary::Add }, slope, term);
    }
    if divided {
        let divisor = b.constant(200.5);
        slope = b.binary(Binary::Div, slope, divisor);
    }
    let [dt, half, three, limit] = [0.1, 0.05, 3.0, 0.25].map(|c| b.constant(c));
    let exponent = b.binary(Binary::Mul, h, dt);
    let ratio = b.unary(Unary::Exprel, exponent);
    let scaled = b.binary(Binary::Mul, dt, ratio);
    let step = b.binary(Binary::Mul, scaled, slope);
    let relaxed = b.binary(Binary::Add, x, step);
    let step = b.binary(Binary::Mul, half, slope);
    let moved = b.binary(Binary::Add, x, step);
    let mut stage = b.select(g, x, moved);
    if limited {
        stage = b.binary(Binary::Min, stage, limit);
    }
    let bumped = b.binary(Binary::Add, h, three);
    let mut last = b.select(g, bumped, h);
    if again {
        last = b.binary(Binary::Add, last, differences[0]);
    }
    b.finish(&[relaxed, stage, last])
}

proptest! {
    #[test]
    fn methods_give_the_bits_of_single_operations(
        pulls in 1usize..=5,
        others in 0usize..=4,
        flags in any::<[bool; 3]>(),
        seed in any::<u64>(),
    ) {
        let program = methods(pulls, others, flags);
        let joined = crate::fuse::steps(&program);
        let forms: Vec<Form> = joined.iter().filter_map(|s| match s {
            Step::Method(method) => Some(method.form),
            _ => None,
        }).collect();
        let found = |wanted: fn(&Form) -> bool| forms.iter().any(wanted);
        prop_assert!(found(|f| matches!(f, Form::Relax { .. })), "a step");
        prop_assert!(found(|f| matches!(f, Form::Stage { .. })), "a stage");
        prop_assert!(found(|f| matches!(f, Form::Bump { .. })), "a bump");
        let small = (2..=4).contains(&pulls) && others <= 3;
        prop_assert!(!small || found(|f| matches!(f, Form::Pulled { .. })), "conductances");
        same_bits::<f64>(&program, spread(seed));
        same_bits::<f32>(&program, spread(seed));
    }

    #[test]
    fn whole_steps_give_the_bits_of_single_operations(
        coefficients in prop::array::uniform6(-2.0..2.0f64),
        seed in any::<u64>(),
    ) {
        let program = steps_of_euler(coefficients);
        let joined = crate::fuse::steps(&program);
        let chains: Vec<_> = joined.iter().filter_map(|s| match s {
            Step::Chain(chain) => Some((chain.divisor.is_some(), chain.step.is_some())),
            _ => None,
        }).collect();
        prop_assert_eq!(chains, [(false, true), (true, true)]);
        prop_assert!(joined.iter().any(|s| matches!(s, Step::Pair(_))), "a pair");
        same_bits::<f64>(&program, spread(seed));
        same_bits::<f32>(&program, spread(seed));
    }

    #[test]
    fn joined_operations_give_the_bits_of_single_ones(
        inclusive in any::<bool>(),
        coefficients in prop::array::uniform6(-2.0..2.0f64),
        seed in any::<u64>(),
    ) {
        let program = integrator(inclusive, coefficients);
        let joined = crate::fuse::steps(&program);
        let found = |wanted: fn(&Step) -> bool| joined.iter().any(wanted);
        prop_assert!(found(|s| matches!(s, Step::Chain(_))), "a chain");
        prop_assert!(found(|s| matches!(s, Step::DecayIn { .. })), "a decay");
        prop_assert!(found(|s| matches!(s, Step::Fire(_))), "a threshold");
        let mut inputs = spread::<f64>(seed);
        inputs.push(spread::<f64>(seed ^ 1)[0]);
        inputs.push(std::array::from_fn(|lane| if lane % 3 == 0 { 1.0 } else { 0.0 }));
        same_bits::<f64>(&program, inputs);
    }
}
