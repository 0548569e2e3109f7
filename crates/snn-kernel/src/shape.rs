//! The commonest neurons in one pass: one state that sums decaying states and a current, is held, tested
//! against a constant and reset to a constant.
//!
//! A shape is found in a program by its operations alone ([`search`]), and does them in the program's
//! order: the bits are those of [`crate::Program::eval`]. What a program leaves out becomes a constant
//! that changes no bit: x + -0.0 is x, and no magnitude is below 0.

mod search;

use snn_numeric::Real;

use crate::eval::flush;
use crate::{BLOCK, Column, NeuronKernel, Simd, simd_versions};

/// Decaying states at most.
const DECAYS: usize = 4;

/// v = flush(own·v + Σ factor·s + factor·current + constant) + jump, s = flush(decay·s) + arrivals.
#[derive(Clone, Debug)]
pub struct Shape<T> {
    /// The summing state.
    v: usize,
    /// The decaying states, in the order of the sum.
    decays: Vec<Decay>,
    /// Current input and receptor of the jump, where the program has them.
    current: Option<usize>,
    jump: Option<usize>,
    numbers: Numbers<T>,
    /// A column in which nothing arrives.
    nothing: Box<Column<T>>,
}

/// A decaying state and the receptor that feeds it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Decay {
    state: usize,
    receptor: Option<usize>,
}

/// Numbers of a shape, by decaying state where they are arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers<T> {
    own: T,
    factor: [T; DECAYS],
    decay: [T; DECAYS],
    scale: [T; DECAYS],
    current: T,
    constant: T,
    v_scale: T,
    threshold: T,
    /// Whether the threshold itself fires (`>=`).
    inclusive: bool,
    reset: T,
}

/// One block of neurons: what a shape reads and writes.
#[derive(Debug)]
pub struct ShapeBlock<'a, T> {
    /// All states of all neurons.
    pub states: &'a mut [Vec<T>],
    /// Input currents of all neurons.
    pub currents: &'a [Vec<T>],
    /// First neuron of the block.
    pub first: usize,
    /// What arrived at each receptor.
    pub arrivals: &'a [Box<Column<T>>],
    /// First tick in which each neuron is no longer refractory.
    pub until: &'a [u32],
    /// The tick.
    pub tick: u32,
}

/// What a block came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether any neuron spiked.
    pub fired: bool,
    /// Whether some state is NaN or infinite; may be raised by large finite ones too.
    pub suspect: bool,
}

/// What a pass reads beside the decaying states.
#[derive(Clone, Copy)]
struct Drive<'a, T> {
    jump: &'a Column<T>,
    current: &'a Column<T>,
    until: &'a Column<u32>,
    tick: u32,
}

impl<T: Real> Shape<T> {
    /// The shape of a kernel, if it has one.
    pub fn of(kernel: &NeuronKernel) -> Option<Self> {
        search::shape(kernel)
    }

    /// One tick of a block. `spikes` gets 1 for neurons that spike, else 0.
    pub fn run(&self, simd: Simd, block: ShapeBlock<'_, T>, spikes: &mut Column<T>) -> Outcome {
        let ShapeBlock { states, currents, first, arrivals, until, tick } = block;
        let arrived = |receptor: Option<usize>| match receptor {
            Some(receptor) => &*arrivals[receptor],
            None => &*self.nothing,
        };
        let drive = Drive {
            jump: arrived(self.jump),
            current: self.current.map_or(&*self.nothing, |i| column(&currents[i], first)),
            until: column(until, first),
            tick,
        };
        let k = &self.numbers;
        macro_rules! pass {
            ($pass:ident: $($s:ident $i:literal),*) => {{
                let states = states.get_disjoint_mut([self.v, $(self.decays[$i].state),*]);
                let [v, $($s),*] = states.expect("invariant: states of a shape are distinct");
                let v = column_mut(v, first);
                $pass(simd, k, drive, v, spikes, $(column_mut($s, first), arrived(self.decays[$i].receptor)),*)
            }};
        }
        match self.decays.len() {
            0 => pass!(shape0:),
            1 => pass!(shape1: a 0),
            2 => pass!(shape2: a 0, b 1),
            3 => pass!(shape3: a 0, b 1, c 2),
            _ => pass!(shape4: a 0, b 1, c 2, d 3),
        }
    }
}

fn column<N>(all: &[N], first: usize) -> &Column<N> {
    all[first..first + BLOCK].try_into().expect("invariant: columns are whole blocks")
}

fn column_mut<N>(all: &mut [N], first: usize) -> &mut Column<N> {
    (&mut all[first..first + BLOCK]).try_into().expect("invariant: columns are whole blocks")
}

/// One loop per number of decaying states, every column a parameter of its own: in a structure of
/// columns the compiler could not know that they do not overlap, and would not vectorise.
macro_rules! shapes {
    ($($name:ident = $body:ident($($s:ident $arrived:ident $i:literal),*);)*) => {$(
        simd_versions! {
            #[allow(clippy::too_many_arguments)]
            fn $name<T: Real>(
                k: &Numbers<T>, drive: Drive<'_, T>, v: &mut Column<T>, spikes: &mut Column<T>,
                $($s: &mut Column<T>, $arrived: &Column<T>),*
            ) -> Outcome = $body
        }

        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn $body<T: Real>(
            k: &Numbers<T>, drive: Drive<'_, T>, v: &mut Column<T>, spikes: &mut Column<T>,
            $($s: &mut Column<T>, $arrived: &Column<T>),*
        ) -> Outcome {
            let (k, Drive { jump, current, until, tick }) = (*k, drive);
            let (mut fired, mut suspect) = (false, false);
            for i in 0..BLOCK {
                let sum = k.own * v[i];
                $(let sum = sum + k.factor[$i] * $s[i];)*
                let sum = (sum + k.current * current[i]) + k.constant;
                let moved = flush(sum, k.v_scale) + jump[i];
                let magnitude = moved;
                $(
                    $s[i] = flush(k.decay[$i] * $s[i], k.scale[$i]) + $arrived[i];
                    let magnitude = magnitude + $s[i];
                )*
                let free = tick >= until[i];
                let held = if free { moved } else { v[i] };
                let above = if k.inclusive { held >= k.threshold } else { held > k.threshold };
                let spike = above & free;
                v[i] = if spike { k.reset } else { held };
                spikes[i] = if spike { T::ONE } else { T::ZERO };
                fired |= spike;
                // 0 for finite numbers, NaN for all others.
                suspect |= magnitude * T::ZERO != T::ZERO;
            }
            Outcome { fired, suspect }
        }
    )*};
}

shapes! {
    shape0 = body0();
    shape1 = body1(a x 0);
    shape2 = body2(a x 0, b y 1);
    shape3 = body3(a x 0, b y 1, c z 2);
    shape4 = body4(a x 0, b y 1, c z 2, d w 3);
}

#[cfg(test)]
mod tests;
