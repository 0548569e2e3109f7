//! Shapes against single evaluation, bit for bit, and which programs have none.

use proptest::prelude::*;
use snn_numeric::{ObjectKey, Purpose};

use super::*;
use crate::{BLOCK, Binary, DrawKey, ProgramBuilder, Refractory, Reg, StateSlot, Unary};

/// What a generated neuron has.
#[derive(Clone, Copy, Debug)]
struct Parts {
    decays: usize,
    current: bool,
    constant: bool,
    flush: bool,
    jump: bool,
    refractory: bool,
    inclusive: bool,
}

/// v sums `decays` states that decay; everything else as asked.
fn kernel(parts: Parts) -> NeuronKernel {
    let (states, receptors) = (parts.decays + 1, parts.decays + usize::from(parts.jump));
    let inputs = states + receptors + 1 + usize::from(parts.refractory);
    let mut b = ProgramBuilder::new(inputs);
    let scaled = |b: &mut ProgramBuilder, k: f64, x: Reg| {
        let k = b.constant(k);
        b.binary(Binary::Mul, k, x)
    };
    let v = b.input(0);
    let mut sum = scaled(&mut b, 0.9, v);
    for s in 1..states {
        let x = b.input(s);
        let term = scaled(&mut b, 0.1 * s as f64, x);
        sum = b.binary(Binary::Add, sum, term);
    }
    if parts.current {
        let x = b.input(states + receptors);
        let term = scaled(&mut b, 0.3, x);
        sum = b.binary(Binary::Add, sum, term);
    }
    if parts.constant {
        let constant = b.constant(-0.25);
        sum = b.binary(Binary::Add, sum, constant);
    }
    if parts.flush {
        sum = b.flush(sum, 1.0);
    }
    if parts.jump {
        let arrived = b.input(states + parts.decays);
        sum = b.binary(Binary::Add, sum, arrived);
    }
    let mut free = None;
    if parts.refractory {
        let refractory = b.input(inputs - 1);
        sum = b.select(refractory, v, sum);
        free = Some(b.unary(Unary::Not, refractory));
    }
    let threshold = b.constant(1.0);
    let test = if parts.inclusive { Binary::Ge } else { Binary::Gt };
    let mut spike = b.binary(test, sum, threshold);
    if let Some(free) = free {
        spike = b.binary(Binary::And, spike, free);
    }
    let reset = b.constant(-0.5);
    let mut outputs = vec![b.select(spike, reset, sum)];
    for s in 1..states {
        let x = b.input(s);
        let decayed = scaled(&mut b, 1.0 - 0.2 * s as f64, x);
        let decayed = b.flush(decayed, 1.0);
        let arrived = b.input(states + s - 1);
        outputs.push(b.binary(Binary::Add, decayed, arrived));
    }
    outputs.push(spike);
    let slot = |s: usize| StateSlot { name: format!("s{s}"), unit: ("mV".into(), 1.0) };
    NeuronKernel {
        model: "generated".into(),
        states: (0..states).map(slot).collect(),
        columns: Vec::new(),
        receptors: (0..receptors).map(|r| format!("r{r}")).collect(),
        inputs: vec!["I".into()],
        refractory: parts.refractory.then_some(Refractory::Ticks(3)),
        step: b.finish(&outputs),
        init: ProgramBuilder::new(1).finish(&[]),
        systems: Vec::new(),
        leap: None,
    }
}

/// How arrivals reach the shape.
#[derive(Clone, Copy, Debug)]
enum Form {
    Sums,
    Counts,
    Nothing,
}

fn same_bits<T: Real>(parts: Parts, form: Form, seeds: &[f64], bits: impl Fn(T) -> u64) {
    let kernel = kernel(parts);
    let shape = Shape::<T>::of(&kernel).expect("this neuron has a shape");
    let value = |i: usize| T::from_f64(seeds[i % seeds.len()] * (1.0 + (i / 7) as f64));
    let (states, receptors) = (kernel.states.len(), kernel.receptors.len());
    let mut columns: Vec<Vec<T>> =
        (0..states).map(|s| (0..3 * BLOCK).map(|i| value(i + 31 * s)).collect()).collect();
    let driven = matches!(form, Form::Sums) || !shape.is_countable();
    let form = if driven { Form::Sums } else { form };
    let current = |i: usize| if driven { value(i * 5) } else { T::ZERO };
    let currents = vec![(0..3 * BLOCK).map(current).collect::<Vec<T>>()];
    let neurons = if driven { BLOCK..2 * BLOCK } else { BLOCK..3 * BLOCK };
    let counts: Vec<Vec<u16>> =
        (0..receptors).map(|r| (0..3 * BLOCK).map(|i| (i / 3 * r % 5) as u16).collect()).collect();
    let sums: Vec<Column<T>> =
        (0..receptors).map(|r| std::array::from_fn(|i| value(i * 3 + r))).collect();
    let mut arrivals = [Arrived::Nothing; RECEPTORS];
    for r in 0..receptors {
        arrivals[r] = match form {
            Form::Sums => Arrived::Sums(&sums[r]),
            Form::Counts => Arrived::Counts(&counts[r], value(r)),
            Form::Nothing => Arrived::Nothing,
        };
    }
    let arrived = |r: usize, n: usize| match form {
        Form::Sums => sums[r][n - BLOCK],
        Form::Counts => T::ZERO + value(r) * T::from_f64(f64::from(counts[r][n])),
        Form::Nothing => T::ZERO,
    };
    let tick = 10;
    let until: Vec<u32> =
        (0..3 * BLOCK as u32).map(|i| if parts.refractory { 8 + i % 5 } else { 0 }).collect();
    let key =
        DrawKey { seed: 1, object: ObjectKey(1), purpose: Purpose::NeuronDraw, counter: [0; 3] };
    for simd in Simd::available() {
        let before = columns.clone();
        let (states_of, neurons, mut fired) = (&mut columns, neurons.clone(), Vec::new());
        let range = neurons.clone();
        let run = ShapeRun {
            states: states_of,
            currents: &currents,
            driven,
            neurons,
            arrivals,
            until: &until,
            tick,
        };
        let suspect = shape.run(simd, run, &mut fired);
        let mut spikes = Vec::new();
        for n in range {
            let mut inputs: Vec<T> = before.iter().map(|c| c[n]).collect();
            inputs.extend((0..receptors).map(|r| arrived(r, n)));
            inputs.push(currents[0][n]);
            if parts.refractory {
                inputs.push(if tick < until[n] { T::ONE } else { T::ZERO });
            }
            let mut wanted = vec![T::ZERO; states + 1];
            kernel.step.eval(&inputs, &key, &mut Vec::new(), &mut wanted);
            for s in 0..states {
                let (got, wanted) = (bits(columns[s][n]), bits(wanted[s]));
                assert_eq!(got, wanted, "{parts:?} {form:?} {simd:?} state {s}");
            }
            if wanted[states] != T::ZERO {
                spikes.push(n as u32);
            }
            let finite = wanted.iter().all(|x| x.is_finite());
            assert!(finite || suspect, "{parts:?} {form:?} {simd:?}");
        }
        assert_eq!(fired, spikes, "{parts:?} {form:?} {simd:?}");
        let other = |c: &[Vec<T>]| c[0][..BLOCK].iter().map(|x| bits(*x)).collect::<Vec<_>>();
        assert_eq!(other(&columns), other(&before), "other blocks stay as they are");
    }
}

proptest! {
    #[test]
    fn a_shape_gives_the_bits_of_its_program(
        decays in 0usize..=4,
        flags in any::<[bool; 6]>(),
        seeds in prop::collection::vec(prop_oneof![
            4 => -3.0..3.0f64,
            1 => prop::sample::select(vec![0.0, -0.0, 1e-320, -1e-290, 1e-33, 1e308, f64::INFINITY, f64::NAN]),
        ], 1..40),
    ) {
        let [current, constant, flush, jump, refractory, inclusive] = flags;
        let parts = Parts { decays, current, constant, flush, jump, refractory, inclusive };
        // Whatever the payload, one NaN is as good as another.
        for form in [Form::Sums, Form::Counts, Form::Nothing] {
            same_bits::<f64>(parts, form, &seeds, |x| if x.is_nan() { 1 } else { x.to_bits() });
            let single = |x: f32| if x.is_nan() { 1 } else { u64::from(x.to_bits()) };
            same_bits::<f32>(parts, form, &seeds, single);
        }
    }
}

#[test]
fn other_programs_have_no_shape() {
    let parts = Parts {
        decays: 2,
        current: true,
        constant: true,
        flush: false,
        jump: false,
        refractory: true,
        inclusive: true,
    };
    assert!(Shape::<f64>::of(&kernel(parts)).is_some());
    assert!(Shape::<f64>::of(&kernel(Parts { decays: 5, ..parts })).is_none(), "five states");
    // A reset that depends on a state.
    let mut kernel = kernel(parts);
    let spike = kernel.step.outputs[3];
    let held = kernel.step.ops.iter().position(|op| matches!(op, crate::Op::Select(..))).unwrap();
    let own = Reg(0);
    assert!(matches!(kernel.step.ops[0], crate::Op::Input(0)));
    kernel.step.ops.push(crate::Op::Select(spike, own, Reg(held as u32)));
    kernel.step.outputs[0] = Reg(kernel.step.ops.len() as u32 - 1);
    assert!(Shape::<f64>::of(&kernel).is_none());
}
