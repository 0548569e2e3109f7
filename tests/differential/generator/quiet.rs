//! Neurons that can be left alone until something arrives at them.

use snn_kernel::quiet;

use super::*;

impl Generator {
    /// One or two states that decay on their own, each with its jumps; the first has the threshold.
    pub(super) fn quiet_kernel(&mut self) -> NeuronKernel {
        const INPUTS: usize = 16;
        let (mut init, mut b) = (ProgramBuilder::new(1), ProgramBuilder::new(INPUTS));
        let second = self.pick(40, "second decaying state");
        let rests = self.pick(50, "rest below the threshold");
        let refractory = match self.rng.below(3) {
            0 => None,
            1 => Some(Refractory::Column(0)),
            _ => Some(Refractory::Ticks(self.rng.below(8) as u32)),
        };
        let per_neuron = matches!(refractory, Some(Refractory::Column(_)));
        let mut init_outputs = Vec::new();
        if per_neuron {
            let (index, fifth) = (init.input(0), init.constant(0.2));
            let x = init.binary(Binary::Mul, index, fifth);
            init_outputs.push(init.unary(Unary::Floor, x));
        }
        let states = 1 + usize::from(second);
        let receptors = 1 + self.rng.below(3) as usize;
        let arrival = states + usize::from(per_neuron);
        let flag = arrival + receptors;
        let mut new = Vec::new();
        for state in 0..states {
            let x = b.input(state);
            let factor = b.constant(self.rng.between(0.7, 1.0));
            let mut x = b.binary(Binary::Mul, factor, x);
            if rests {
                let drive = b.constant(self.rng.between(-0.1, 0.05));
                x = b.binary(Binary::Add, x, drive);
            } else {
                x = b.flush(x, 1.0);
            }
            for r in (0..receptors).filter(|r| states == 1 || r % 2 == state) {
                let arrived = b.input(arrival + r);
                x = b.binary(Binary::Add, x, arrived);
            }
            if refractory.is_some() {
                let (flag, old) = (b.input(flag), b.input(state));
                x = b.select(flag, old, x);
            }
            new.push(x);
        }
        let threshold = b.constant(self.rng.between(1.0, 3.0));
        let compare = if self.rng.chance(50) { Binary::Ge } else { Binary::Gt };
        let mut spike = b.binary(compare, new[0], threshold);
        if refractory.is_some() {
            let refractory = b.input(flag);
            let free = b.unary(Unary::Not, refractory);
            spike = b.binary(Binary::And, spike, free);
        }
        let reset = b.constant(self.rng.between(-2.0, 0.9));
        new[0] = b.select(spike, reset, new[0]);
        let mut outputs = new;
        outputs.push(spike);
        init_outputs.extend(self.initial(&mut init, states, false));
        let kernel = NeuronKernel {
            model: "quiet".into(),
            states: ["v", "x"][..states]
                .iter()
                .map(|name| StateSlot { name: name.to_string(), unit: ("mV".into(), 1.0) })
                .collect(),
            columns: if per_neuron { vec!["refractory".into()] } else { Vec::new() },
            receptors: (0..receptors).map(|r| format!("r{r}")).collect(),
            inputs: Vec::new(),
            refractory,
            step: b.finish(&outputs),
            init: init.finish(&init_outputs),
            systems: Vec::new(),
            leap: None,
        };
        let step = kernel.step.clone().with_inputs(kernel.step_inputs(), |i| i);
        NeuronKernel { step, ..kernel }
    }
}

/// Leaves populations alone between events where that may be, by chance.
pub(super) fn leave_alone(generated: &mut Generated, rng: &mut Rng) {
    let old = &generated.network;
    let connectors = old.continuous.iter().map(|c| &c.projection.connector);
    let joined = connectors.flat_map(|c| [&c.sources, &c.targets]);
    let injected = old.protocol.injects.iter().map(|inject| &inject.targets);
    let busy: Vec<u32> =
        joined.chain(injected).flat_map(|s| s.segments()).map(|s| s.object).collect();
    let mut left = false;
    let mut leave = |(id, object): (snn_ir::ObjectId, &Object)| {
        let mut object = object.clone();
        if let ObjectKind::Population(kernel) = &mut object.kind
            && !busy.contains(&id.0)
            && let Ok(leap) = quiet(kernel)
            && rng.chance(75)
        {
            *kernel = Arc::new(NeuronKernel { leap: Some(leap), ..(**kernel).clone() });
            left = true;
        }
        object
    };
    let objects = old.objects().map(&mut leave).collect();
    let (protocol, request) = (old.protocol.clone(), old.request.clone());
    let projections = old.projections().to_vec();
    let mut network =
        Network::new(old.name.clone(), old.arithmetic, protocol, request, objects, projections);
    network.continuous = old.continuous.clone();
    generated.network = network;
    if left {
        generated.constructs.push("update at events");
    }
}
