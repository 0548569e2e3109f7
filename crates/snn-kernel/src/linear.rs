//! Linear equations that are solved for each neuron at the start, because their coefficients differ from
//! neuron to neuron.

use snn_numeric::{MAX_NOISY, ObjectKey, Purpose, expm, noise_factor};

use crate::{DrawKey, NeuronKernel};

/// A small matrix function of numbers that `init` gives.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearSystem {
    /// Which function.
    pub solution: Solution,
    /// Rows and columns of the result.
    pub size: u32,
    /// Elements (row, column) of the argument that are not zero, in the order in which `init` gives them.
    pub given: Vec<(u32, u32)>,
    /// Elements of the result that become columns, in their order.
    pub wanted: Vec<(u32, u32)>,
}

/// A function of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solution {
    /// The exponential of the argument: what states become within one tick.
    Propagator,
    /// What noise adds within one tick ([`noise_factor`]): rows 0 to size are the drift, those below the
    /// diffusion, both times the tick.
    Noise,
}

/// Largest size of a propagator.
pub const MAX_LINEAR: usize = 64;

impl LinearSystem {
    /// Rows of the argument.
    pub fn rows(&self) -> u32 {
        match self.solution {
            Solution::Propagator => self.size,
            Solution::Noise => 2 * self.size,
        }
    }

    /// Largest size.
    pub fn max_size(&self) -> usize {
        match self.solution {
            Solution::Propagator => MAX_LINEAR,
            Solution::Noise => MAX_NOISY,
        }
    }

    /// The wanted elements for these given ones.
    pub fn solve(&self, given: &[f64]) -> Vec<f64> {
        let n = self.size as usize;
        let place = |(row, column): (u32, u32)| row as usize * n + column as usize;
        let mut argument = vec![0.0; self.rows() as usize * n];
        for (at, value) in self.given.iter().zip(given) {
            argument[place(*at)] = *value;
        }
        let result = match self.solution {
            Solution::Propagator => expm(&argument, n),
            Solution::Noise => {
                let (drift, diffusion) = argument.split_at(n * n);
                noise_factor(drift, diffusion, n)
            }
        };
        self.wanted.iter().map(|at| result[place(*at)]).collect()
    }
}

impl NeuronKernel {
    /// Number of columns that `init` gives itself; those of the linear systems follow.
    pub fn own_columns(&self) -> usize {
        self.columns.len() - self.systems.iter().map(|s| s.wanted.len()).sum::<usize>()
    }

    /// States at tick 0, then columns, of neuron `index` of the population `object`, in f64.
    pub fn start(&self, seed: u64, object: ObjectKey, index: u32) -> Vec<f64> {
        let key = DrawKey { seed, object, purpose: Purpose::Initial, counter: [index, 0, 0] };
        let mut out = vec![0.0; self.init.outputs.len()];
        self.init.eval(&[f64::from(index)], &key, &mut Vec::new(), &mut out);
        let (columns, rest) = out.split_at(self.own_columns());
        let (states, mut given) = rest.split_at(self.states.len());
        let mut values = [states, columns].concat();
        for system in &self.systems {
            let (own, others) = given.split_at(system.given.len());
            values.extend(system.solve(own));
            given = others;
        }
        values
    }
}
