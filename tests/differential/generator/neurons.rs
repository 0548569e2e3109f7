//! Neuron programs of every shape.

use super::*;

impl Generator {
    /// A leaky integrator with everything a neuron can have.
    pub(super) fn kernel(&mut self) -> NeuronKernel {
        const INPUTS: usize = 64;
        let mut init = ProgramBuilder::new(1);
        let mut b = ProgramBuilder::new(INPUTS);
        let shapes = self.rng.below(4) as usize;
        let jump = shapes == 0 || self.pick(60, "jump receptor");
        let receptors = shapes + usize::from(jump);
        let adaptation = self.pick(30, "adaptation");
        let rising = self.pick(25, "rising threshold");
        let column = self.pick(40, "drawn parameter");
        let current = self.pick(50, "current input");
        let refractory = match self.rng.below(4) {
            0 => None,
            1 => {
                self.mark("refractory per neuron");
                Some(Refractory::Column(usize::from(column) as u32))
            }
            _ => Some(Refractory::Ticks(self.rng.below(6) as u32)),
        };
        let mut columns = Vec::new();
        let index = init.input(0);
        let mut column_values = Vec::new();
        if column {
            columns.push("drive".to_string());
            let (lo, hi) = (init.constant(0.4), init.constant(2.0));
            column_values.push(init.draw(Distribution::Uniform, (lo, hi), None));
        }
        if let Some(Refractory::Column(_)) = refractory {
            columns.push("refractory".to_string());
            let (three, half) = (init.constant(3.0), init.constant(0.5));
            let x = init.binary(Binary::Mul, index, half);
            let x = init.binary(Binary::Min, x, three);
            column_values.push(init.unary(Unary::Floor, x));
        }
        let solved = self.pick(25, "linear system per neuron");
        if solved {
            columns.push("propagator".to_string());
        }
        let mut names = vec!["v".to_string()];
        names.extend((0..shapes).map(|s| format!("g{s}")));
        if adaptation {
            names.push("w".into());
        }
        if rising {
            names.push("before".into());
        }
        let n = names.len();
        let arrival = n + columns.len();
        let input = arrival + receptors;
        let flag = input + usize::from(current);

        let v = b.input(0);
        let decay = match solved {
            true => b.input(arrival - 1),
            false => b.constant(self.rng.between(0.8, 0.99)),
        };
        let mut x = b.binary(Binary::Mul, decay, v);
        let mut new = vec![v; n];
        for s in 0..shapes {
            let g = b.input(1 + s);
            let k = b.constant(self.rng.between(0.05, 0.4));
            let term = b.binary(Binary::Mul, k, g);
            x = b.binary(Binary::Add, x, term);
            let p = b.constant(self.rng.between(0.5, 0.95));
            let decayed = b.binary(Binary::Mul, p, g);
            let decayed = b.flush(decayed, 1.0);
            let arrived = b.input(arrival + s);
            new[1 + s] = b.binary(Binary::Add, decayed, arrived);
        }
        if shapes > 0 {
            self.mark("decaying receptor");
        }
        if current {
            let i = b.input(input);
            let q = b.constant(self.rng.between(0.1, 0.5));
            let term = b.binary(Binary::Mul, q, i);
            x = b.binary(Binary::Add, x, term);
        }
        let drive = if column { b.input(n) } else { b.constant(self.rng.between(0.3, 2.0)) };
        x = b.binary(Binary::Add, x, drive);
        if self.pick(25, "draw in a tick") {
            let (lo, hi) = (b.constant(-0.5), b.constant(0.5));
            let noise = b.draw(Distribution::Normal, (lo, hi), None);
            x = b.binary(Binary::Add, x, noise);
        }
        let adapted = 1 + shapes;
        if adaptation {
            let w = b.input(adapted);
            x = b.binary(Binary::Sub, x, w);
            let rate = b.constant(0.9);
            let decayed = b.binary(Binary::Mul, w, rate);
            new[adapted] = b.flush(decayed, 1.0);
        }
        if jump {
            let arrived = b.input(arrival + shapes);
            x = b.binary(Binary::Add, x, arrived);
        }
        if self.pick(20, "nonlinear") {
            let small = b.constant(0.01);
            let bent = b.binary(Binary::Mul, small, x);
            let bent = b.unary(Unary::Tanh, bent);
            x = b.binary(Binary::Add, x, bent);
        }
        if self.pick(20, "whole numbers") {
            let (places, mask, small) = (b.constant(3.0), b.constant(21.0), b.constant(0.01));
            let whole = b.unary(Unary::RoundEven, x);
            let shifted = b.binary(Binary::Shift, whole, places);
            let mixed = b.binary(Binary::BitXor, shifted, whole);
            let masked = b.binary(Binary::BitAnd, mixed, mask);
            let term = b.binary(Binary::Mul, small, masked);
            x = b.binary(Binary::Add, x, term);
        }
        if refractory.is_some() && self.pick(60, "hold") {
            let refractory = b.input(flag);
            x = b.select(refractory, v, x);
        }
        self.threshold(
            &mut b,
            &mut new,
            x,
            (adaptation.then_some(adapted), rising.then_some(n - 1)),
            refractory.map(|_| flag),
        );
        let spike = new.pop().expect("the spike comes last");
        let mut outputs = new;
        outputs.push(spike);

        let mut initial = self.initial(&mut init, n, rising);
        let mut init_outputs = column_values;
        init_outputs.append(&mut initial);
        let mut systems = Vec::new();
        if solved {
            let (lo, hi) = (init.constant(-0.2), init.constant(-0.01));
            init_outputs.push(init.draw(Distribution::Uniform, (lo, hi), None));
            systems.push(LinearSystem {
                solution: Solution::Propagator,
                size: 2,
                given: vec![(0, 0)],
                wanted: vec![(0, 0)],
            });
        }
        let kernel = NeuronKernel {
            model: "generated".into(),
            states: names
                .into_iter()
                .map(|name| StateSlot { name, unit: ("mV".into(), 1.0) })
                .collect(),
            columns,
            receptors: (0..receptors).map(|r| format!("r{r}")).collect(),
            inputs: if current { vec!["I".into()] } else { Vec::new() },
            refractory,
            step: b.finish(&outputs),
            init: init.finish(&init_outputs),
            systems,
            leap: None,
        };
        let step = kernel.step.clone().with_inputs(kernel.step_inputs(), |i| i);
        let kernel = NeuronKernel { step, ..kernel };
        kernel.verify().unwrap();
        kernel
    }

    /// Appends the spike to `new`, and resets.
    pub(super) fn threshold(
        &mut self,
        b: &mut ProgramBuilder,
        new: &mut Vec<Reg>,
        held: Reg,
        (adaptation, before): (Option<usize>, Option<usize>),
        flag: Option<usize>,
    ) {
        let threshold = b.constant(self.rng.between(5.0, 9.0));
        let compare = if self.rng.chance(70) { Binary::Ge } else { Binary::Gt };
        let mut test = b.binary(compare, held, threshold);
        if let Some(before) = before {
            let was = b.input(before);
            new[before] = test;
            let was_not = b.unary(Unary::Not, was);
            test = b.binary(Binary::And, test, was_not);
        }
        let mut spike = test;
        if let Some(flag) = flag {
            let flag = b.input(flag);
            let free = b.unary(Unary::Not, flag);
            spike = b.binary(Binary::And, test, free);
        }
        let reset = if self.pick(70, "constant reset") {
            b.constant(self.rng.between(-2.0, 1.0))
        } else {
            self.mark("additive reset");
            let step = b.constant(self.rng.between(4.0, 9.0));
            b.binary(Binary::Sub, held, step)
        };
        new[0] = b.select(spike, reset, held);
        if let Some(w) = adaptation {
            let step = b.constant(0.3);
            let stepped = b.binary(Binary::Add, new[w], step);
            new[w] = b.select(spike, stepped, new[w]);
        }
        if before.is_none() && self.pick(20, "reset else") {
            let leak = b.constant(0.999);
            let other = b.binary(Binary::Mul, new[0], leak);
            new[0] = b.select(spike, new[0], other);
        }
        new.push(spike);
    }

    pub(super) fn initial(
        &mut self,
        init: &mut ProgramBuilder,
        n: usize,
        rising: bool,
    ) -> Vec<Reg> {
        let zero = init.constant(0.0);
        let mut initial = vec![zero; n];
        if self.pick(50, "drawn initial state") {
            let (lo, hi) = (init.constant(0.0), init.constant(4.0));
            let bounds = self
                .pick(50, "truncated draw")
                .then(|| (init.constant(1.0), init.constant(3.0), BoundsMode::Redraw));
            initial[0] = init.draw(Distribution::Normal, (lo, hi), bounds);
        }
        if rising {
            initial[n - 1] = zero;
        }
        initial
    }
}
