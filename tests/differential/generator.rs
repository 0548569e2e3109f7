//! Random networks from a seed: every construct of the network in every combination.

use std::collections::BTreeMap;
use std::sync::Arc;

use snn_chip::{Arithmetic, ChipImage, CoreId, CoreImage, CorePart, MappingRequest};
use snn_connect::{
    Autapses, Connector, Continuous, Inject, Layout, Multapses, Projection, Rate, Rule, Segment,
    Selection, Space, SpikeSource, SynapseValue, Waveform, Window,
};
use snn_diagnostics::{SourceId, Span};
use snn_ir::{Network, Object, ObjectKind, ProjectionNode};
use snn_kernel::{
    Binary, BoundsMode, LinearSystem, NeuronKernel, ProgramBuilder, Refractory, Reg, Solution,
    StateSlot, Unary,
};
use snn_numeric::{Distribution, Rational, object_key};
use snn_result::{Probe, Protocol};

/// How many programs had each construct.
pub type Tally = BTreeMap<&'static str, u32>;

/// SplitMix64 (Steele, Lea, Flood 2014): the tests' own random numbers.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 … n - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number with many significant bits, so that the order of sums shows.
    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `a + b * distance + pre.x / 1000`.
fn by_distance(a: f64, b: f64) -> SynapseValue {
    let mut builder = ProgramBuilder::new(7);
    let [a, b, small] = [a, b, 1e-3].map(|x| builder.constant(x));
    let (distance, x) = (builder.input(6), builder.input(2));
    let slope = builder.binary(Binary::Mul, b, distance);
    let tilt = builder.binary(Binary::Mul, small, x);
    let sum = builder.binary(Binary::Add, a, slope);
    let sum = builder.binary(Binary::Add, sum, tilt);
    SynapseValue::Program(builder.finish(&[sum]))
}

fn span() -> Span {
    Span::new(SourceId(0), 0, 0)
}

/// A generated network and the constructs it has.
pub struct Generated {
    pub network: Network,
    pub constructs: Vec<&'static str>,
}

/// The network of a seed.
pub fn network(seed: u64) -> Generated {
    let mut g = Generator { rng: Rng(seed), constructs: Vec::new() };
    let populations = 2 + g.rng.below(3) as usize;
    let mut objects = Vec::new();
    for p in 0..populations {
        let size = 16 + g.rng.below(20) as u32;
        let kernel = g.kernel();
        objects.push(object(format!("P{p}"), size, ObjectKind::Population(Arc::new(kernel))));
    }
    for s in 0..1 + g.rng.below(3) {
        let size = 1 + g.rng.below(40) as u32;
        let source = g.source(size);
        objects.push(object(format!("S{s}"), size, ObjectKind::Source(source)));
    }
    if g.rng.chance(40) {
        // Objects in another order: ids of sources below those of neurons.
        objects.rotate_right(1);
        g.mark("sources before populations");
    }
    let projections: Vec<_> =
        (0..3 + g.rng.below(5)).map(|p| g.projection(p as usize, &objects)).collect();
    let protocol = g.protocol(&objects);
    let arithmetic = if g.rng.chance(30) {
        g.mark("f32");
        Arithmetic::F32
    } else {
        g.mark("f64");
        Arithmetic::F64
    };
    let request = MappingRequest::default();
    let continuous = g.continuous(&objects);
    let mut network =
        Network::new("generated".into(), arithmetic, protocol, request, objects, projections);
    network.continuous = continuous;
    let mut generated = Generated { network, constructs: g.constructs };
    super::course::give(&mut generated, &mut Rng(seed ^ 0xc0_u64.rotate_left(17)));
    generated.constructs.sort_unstable();
    generated.constructs.dedup();
    generated
}

fn object(name: String, size: u32, kind: ObjectKind) -> Object {
    Object { key: object_key(&name), name, size, kind, span: span() }
}

struct Generator {
    rng: Rng,
    constructs: Vec<&'static str>,
}

impl Generator {
    fn mark(&mut self, construct: &'static str) {
        self.constructs.push(construct);
    }

    fn pick(&mut self, percent: u64, construct: &'static str) -> bool {
        let yes = self.rng.chance(percent);
        if yes {
            self.mark(construct);
        }
        yes
    }

    /// A leaky integrator with everything a neuron can have.
    fn kernel(&mut self) -> NeuronKernel {
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
        };
        let step = kernel.step.clone().with_inputs(kernel.step_inputs(), |i| i);
        let kernel = NeuronKernel { step, ..kernel };
        kernel.verify().unwrap();
        kernel
    }

    /// Appends the spike to `new`, and resets.
    fn threshold(
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

    fn initial(&mut self, init: &mut ProgramBuilder, n: usize, rising: bool) -> Vec<Reg> {
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

    /// A rate that swings, or steps.
    fn rate(&mut self) -> Rate {
        if self.rng.chance(50) {
            let mut tick = 0;
            let mut next = |rng: &mut Rng| {
                tick += 1 + rng.below(20);
                (tick, rng.between(0.0, 0.8))
            };
            return Rate::Table((0..1 + self.rng.below(6)).map(|_| next(&mut self.rng)).collect());
        }
        let mut b = ProgramBuilder::new(1);
        let (tick, cycles) = (b.input(0), b.constant(self.rng.between(0.0, 0.4)));
        let angle = b.binary(Binary::Mul, tick, cycles);
        let wave = b.unary(Unary::Sin, angle);
        let size = b.constant(self.rng.between(0.0, 0.6));
        // Half of the time below zero, where nothing is drawn.
        let rate = b.binary(Binary::Mul, wave, size);
        Rate::Program(b.finish(&[rate]))
    }

    fn source(&mut self, size: u32) -> SpikeSource {
        let rational = |n: u64, d: u64| Rational::new(i128::from(n), i128::from(d)).unwrap();
        match self.rng.below(6) {
            5 => {
                self.mark("inhomogeneous source");
                SpikeSource::Inhomogeneous(self.rate())
            }
            0 => {
                self.mark("regular source");
                let start = rational(self.rng.below(60), 3);
                SpikeSource::Regular { start, period: rational(4 + self.rng.below(40), 3) }
            }
            1 => {
                self.mark("given source");
                let mut spikes: Vec<(u64, u32)> = (0..self.rng.below(120))
                    .map(|_| (1 + self.rng.below(80), self.rng.below(u64::from(size)) as u32))
                    .collect();
                spikes.sort_unstable();
                SpikeSource::Given(spikes.into())
            }
            2 => {
                self.mark("sparse Poisson source");
                SpikeSource::Poisson { mean_per_tick: self.rng.between(0.001, 0.0156) }
            }
            _ => {
                self.mark("Poisson source");
                SpikeSource::Poisson { mean_per_tick: self.rng.between(0.0157, 1.5) }
            }
        }
    }

    /// A view or a union of the wanted kind.
    fn selection(&mut self, objects: &[Object], populations_only: bool) -> Selection {
        let usable = |o: &Object| !populations_only || matches!(o.kind, ObjectKind::Population(_));
        let of_kind: Vec<u32> =
            (0..objects.len() as u32).filter(|i| usable(&objects[*i as usize])).collect();
        let first = of_kind[self.rng.below(of_kind.len() as u64) as usize];
        let mut chosen = vec![first];
        if self.pick(35, "union") {
            let second = of_kind[self.rng.below(of_kind.len() as u64) as usize];
            if second != first {
                chosen.push(second);
            }
        }
        let mut segments = Vec::new();
        for object in chosen {
            let size = objects[object as usize].size;
            if size > 4 && self.pick(30, "view") {
                let start = self.rng.below(u64::from(size) / 2) as u32;
                let len = 1 + self.rng.below(u64::from(size - start)) as u32;
                segments.push(Segment { object, start, len });
            } else if size > 4 && self.pick(20, "view in steps") {
                let step = 2 + self.rng.below(3) as usize;
                let mut single = (0..size).step_by(step).collect::<Vec<u32>>();
                if self.pick(50, "view backwards") {
                    single.reverse();
                }
                segments.extend(single.iter().map(|&start| Segment { object, start, len: 1 }));
            } else {
                segments.push(Segment { object, start: 0, len: size });
            }
        }
        Selection::new(segments)
    }

    fn projection(&mut self, p: usize, objects: &[Object]) -> ProjectionNode {
        let targets = self.selection(objects, true);
        let only_neurons = self.rng.chance(60);
        let sources = self.selection(objects, only_neurons);
        let choice = self.rng.next();
        let receptors = targets.segments().iter().map(|s| {
            let ObjectKind::Population(kernel) = &objects[s.object as usize].kind else {
                unreachable!("targets are populations")
            };
            ((choice >> s.object) % kernel.receptors.len() as u64) as u16
        });
        let receptors: Vec<u16> = receptors.collect();
        let name = format!("c{p}");
        let mut connector = Connector {
            rule: Rule::AllToAll,
            sources,
            targets,
            space: None,
            key: object_key(&name),
            autapses: Autapses::Allowed,
            multapses: Multapses::Allowed,
        };
        if self.pick(30, "no autapses") {
            connector.autapses = Autapses::Forbidden;
        }
        if self.pick(30, "no multapses") {
            connector.multapses = Multapses::Forbidden;
        }
        if self.pick(40, "positions") {
            connector.space = Some(self.space(&connector, objects));
        }
        connector.rule = self.rule(&connector);
        if connector.check().is_err() {
            connector.rule = Rule::Probability(0.2);
        }
        let entries = match &connector.rule {
            Rule::List(pairs) => Some(pairs.len()),
            _ => None,
        };
        let weight = match &connector.space {
            Some(_) if self.pick(30, "weight by distance") => by_distance(0.3, -0.01),
            _ if self.has_table(&connector) => self.table(&connector),
            _ => self.weight(entries),
        };
        let delay = self.delay(entries);
        let projection = Projection { name, connector, receptors, weight, delay, live: None };
        ProjectionNode { projection, span: span() }
    }

    /// Every population has its own layout; sometimes all lie on one torus.
    fn space(&mut self, connector: &Connector, objects: &[Object]) -> Space {
        let torus = self.pick(50, "torus").then_some([100.0, 80.0]);
        let choice = self.rng.next();
        let layout = |s: &Segment| match (choice >> s.object) % 3 {
            0 => Layout::Grid { columns: 5, rows: 4, spacing: [20.0, 20.0] },
            1 => {
                let key = objects[s.object as usize].key;
                Layout::Random { key, extent: [100.0, 80.0] }
            }
            _ => {
                let size = objects[s.object as usize].size;
                Layout::Given((0..size).map(|i| [f64::from(i), f64::from(i * i % 80)]).collect())
            }
        };
        let all = |selection: &Selection| selection.segments().iter().map(layout).collect();
        Space { sources: all(&connector.sources), targets: all(&connector.targets), torus }
    }

    fn has_table(&mut self, connector: &Connector) -> bool {
        matches!(connector.rule, Rule::AllToAll | Rule::Window(_))
            && self.pick(50, "weights by table")
    }

    fn table(&mut self, connector: &Connector) -> SynapseValue {
        let count = match &connector.rule {
            Rule::Window(window) => window.weights(),
            _ => u64::from(connector.sources.len()) * u64::from(connector.targets.len()),
        };
        SynapseValue::Table((0..count).map(|_| self.rng.between(-0.3, 0.6)).collect())
    }

    /// A window over one column of n pixels that gives m, where there is one of this many steps.
    fn window(&mut self, n: u32, m: u32) -> Rule {
        let kernel = 1 + self.rng.below(4) as u32;
        let mut window = Window {
            input: [1, n, 1],
            output: [1, m, 1],
            kernel: [kernel, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
        };
        for padding in 0..40 {
            for stride in 1..4 {
                (window.padding, window.stride) = ([padding, 0], [stride, 1]);
                if window.is_sound() {
                    return Rule::Window(window);
                }
            }
        }
        Rule::AllToAll
    }

    /// Continuous connections between populations, onto inputs.
    fn continuous(&mut self, objects: &[Object]) -> Vec<Continuous> {
        let kernel = |o: usize| match &objects[o].kind {
            ObjectKind::Population(kernel) => Some(kernel.clone()),
            ObjectKind::Source(_) => None,
        };
        let populations: Vec<usize> = (0..objects.len()).filter(|o| kernel(*o).is_some()).collect();
        let mut continuous = Vec::new();
        for target in populations.clone() {
            let inputs = kernel(target).map_or(0, |k| k.inputs.len());
            if inputs == 0 || !self.pick(50, "continuous connection") {
                continue;
            }
            let source = populations[self.rng.below(populations.len() as u64) as usize];
            let states = kernel(source).map_or(1, |k| k.states.len()) as u64;
            let part = |g: &mut Self, o: usize| {
                let start = g.rng.below(u64::from(objects[o].size) / 2) as u32;
                let segment = Segment { object: o as u32, start, len: objects[o].size - start };
                Selection::new(vec![segment])
            };
            let name = format!("continuous{target}");
            let connector = Connector {
                rule: Rule::Probability(self.rng.between(0.05, 0.4)),
                sources: part(self, source),
                targets: part(self, target),
                key: object_key(&name),
                autapses: Autapses::Allowed,
                multapses: Multapses::Allowed,
                space: None,
            };
            let mut b = ProgramBuilder::new(2);
            let (lo, hi) = (b.constant(-0.02), b.constant(0.02));
            let drawn = b.draw(Distribution::Uniform, (lo, hi), None);
            let weight = match self.rng.chance(50) {
                true => SynapseValue::Program(b.finish(&[drawn])),
                false => SynapseValue::Constant(self.rng.between(-0.02, 0.02)),
            };
            let delay = SynapseValue::Constant((1 + self.rng.below(7)) as f64);
            let receptors = vec![0];
            let projection = Projection { name, connector, receptors, weight, delay, live: None };
            continuous.push(Continuous { projection, states: vec![self.rng.below(states) as u16] });
        }
        continuous
    }

    fn rule(&mut self, connector: &Connector) -> Rule {
        let (n, m) = (connector.sources.len(), connector.targets.len());
        match self.rng.below(7) {
            0 => {
                self.mark("all_to_all");
                Rule::AllToAll
            }
            1 if n == m => {
                self.mark("one_to_one");
                Rule::OneToOne
            }
            2 => {
                self.mark("indegree");
                Rule::Indegree(1 + self.rng.below(6) as u32)
            }
            3 => {
                self.mark("outdegree");
                Rule::Outdegree(1 + self.rng.below(6) as u32)
            }
            4 => {
                self.mark("total");
                Rule::Total(1 + self.rng.below(200))
            }
            5 if connector.space.is_some() => {
                let (sigma, radius) = (self.rng.between(5.0, 40.0), self.rng.between(10.0, 90.0));
                match self.rng.below(3) {
                    0 => {
                        self.mark("near");
                        Rule::Near { sigma, radius }
                    }
                    1 => {
                        self.mark("near with indegree");
                        let indegree = 1 + self.rng.below(4) as u32;
                        Rule::NearIndegree { sigma, radius, indegree }
                    }
                    _ => {
                        self.mark("probability by distance");
                        let SynapseValue::Program(program) = by_distance(0.5, -0.005) else {
                            unreachable!("a program")
                        };
                        Rule::PairProbability(program)
                    }
                }
            }
            5 => {
                self.mark("list");
                let count = 1 + self.rng.below(100);
                let pair =
                    |r: &mut Rng| (r.below(u64::from(n)) as u32, r.below(u64::from(m)) as u32);
                Rule::List((0..count).map(|_| pair(&mut self.rng)).collect())
            }
            6 if n >= 4 && m >= 4 && self.rng.chance(50) => {
                self.mark("window");
                self.window(n, m)
            }
            _ => {
                self.mark("probability");
                Rule::Probability(self.rng.between(0.02, 0.5))
            }
        }
    }

    fn weight(&mut self, entries: Option<usize>) -> SynapseValue {
        let sign = if self.rng.chance(75) { 1.0 } else { -1.0 };
        let size = sign * self.rng.between(0.1, 1.2);
        if let Some(entries) = entries
            && self.pick(70, "listed weight")
        {
            return SynapseValue::List((0..entries).map(|_| self.rng.between(-1.0, 1.0)).collect());
        }
        match self.rng.below(3) {
            0 => {
                self.mark("drawn weight");
                let mut b = ProgramBuilder::new(2);
                let (mean, sd) = (b.constant(size), b.constant(0.1));
                let w = b.draw(Distribution::Normal, (mean, sd), None);
                SynapseValue::Program(b.finish(&[w]))
            }
            1 => {
                self.mark("computed weight");
                let mut b = ProgramBuilder::new(2);
                let (pre, post) = (b.input(0), b.input(1));
                let (k, size) = (b.constant(0.013), b.constant(size));
                let x = b.binary(Binary::Sub, pre, post);
                let x = b.binary(Binary::Mul, k, x);
                let x = b.binary(Binary::Add, size, x);
                SynapseValue::Program(b.finish(&[x]))
            }
            _ => {
                self.mark("constant weight");
                SynapseValue::Constant(size)
            }
        }
    }

    fn delay(&mut self, entries: Option<usize>) -> SynapseValue {
        if let Some(entries) = entries
            && self.pick(50, "listed delay")
        {
            let delays = (0..entries).map(|_| 1.0 + self.rng.below(40) as f64);
            return SynapseValue::List(delays.collect());
        }
        match self.rng.below(3) {
            0 => {
                self.mark("drawn delay");
                let mut b = ProgramBuilder::new(2);
                let (lo, hi) = (b.constant(0.2), b.constant(40.4));
                let d = b.draw(Distribution::Uniform, (lo, hi), None);
                SynapseValue::Program(b.finish(&[d]))
            }
            1 => {
                self.mark("computed delay");
                let mut b = ProgramBuilder::new(2);
                let (pre, post) = (b.input(0), b.input(1));
                let x = b.binary(Binary::Sub, pre, post);
                let x = b.unary(Unary::Abs, x);
                SynapseValue::Program(b.finish(&[x]))
            }
            _ => {
                self.mark("constant delay");
                SynapseValue::Constant(1.0 + self.rng.below(40) as f64)
            }
        }
    }

    fn protocol(&mut self, objects: &[Object]) -> Protocol {
        let all = |o: usize| Segment { object: o as u32, start: 0, len: objects[o].size };
        let mut protocol = Protocol {
            name: "generated".into(),
            dt_ms: Rational::new(1, 10).unwrap(),
            warmup_ticks: self.rng.below(20),
            run_ticks: 60 + self.rng.below(40),
            seed: self.rng.next(),
            resets: None,
            labelling: None,
            injects: Vec::new(),
            record_spikes: vec![Selection::new((0..objects.len()).map(all).collect())],
            synapse_probes: Vec::new(),
            probes: Vec::new(),
            expectations: Vec::new(),
        };
        for (o, object) in objects.iter().enumerate() {
            let ObjectKind::Population(kernel) = &object.kind else { continue };
            let of = Selection::new(vec![all(o)]);
            for state in &kernel.states {
                if self.pick(60, "probe") {
                    let every_ticks = 1 + self.rng.below(4);
                    let variable = state.name.clone();
                    protocol.probes.push(Probe { variable, of: of.clone(), every_ticks });
                }
            }
            while !kernel.inputs.is_empty() && self.pick(50, "injection") {
                let from_tick = 1 + self.rng.below(60);
                let amplitude = self.rng.between(-1.0, 6.0);
                let wave = if self.pick(40, "sine current") {
                    let (mean, phase) = (self.rng.between(0.0, 3.0), self.rng.between(0.0, 1.0));
                    Waveform::Sine { mean, amplitude, cycles: self.rng.between(0.0, 0.3), phase }
                } else {
                    Waveform::Constant(amplitude)
                };
                protocol.injects.push(Inject {
                    targets: of.clone(),
                    inputs: vec![0],
                    wave,
                    from_tick,
                    to_tick: from_tick + self.rng.below(60),
                });
            }
        }
        protocol
    }
}

/// The network on cores of eight neurons: in order, or dealt out at random.
pub fn image(network: &Network, rng: &mut Rng, shuffled: bool) -> ChipImage {
    let mut chip = chip();
    chip.arithmetic = network.arithmetic;
    let mut mapping = snn_map::sequential(network, &chip);
    if shuffled {
        let mut neurons: Vec<(u32, u32)> = mapping
            .cores
            .iter()
            .flat_map(|c| &c.parts)
            .flat_map(|p| (p.start..p.start + p.len).map(|i| (p.object, i)))
            .collect();
        for i in (1..neurons.len()).rev() {
            neurons.swap(i, rng.below(i as u64 + 1) as usize);
        }
        for (core, own) in mapping.cores.iter_mut().zip(neurons.chunks_mut(8)) {
            own.sort_unstable();
            core.parts = own
                .iter()
                .map(|(object, start)| CorePart { object: *object, start: *start, len: 1 })
                .collect();
        }
        mapping.cores.retain(|c| !c.parts.is_empty());
    }
    let mut image = snn_map::assemble(network, &chip, &mapping);
    image.cores.sort_by_key(|c: &CoreImage| c.core);
    image
}

fn chip() -> snn_chip::ChipSpec {
    let limit = snn_chip::Limit { amount: 8, span: span() };
    snn_chip::ChipSpec {
        name: "eights".into(),
        span: span(),
        width: 0,
        height: 0,
        cores_per_tile: 1,
        tick_ms: None,
        arithmetic: Arithmetic::F64,
        kinds: vec![snn_chip::CoreKind {
            name: String::new(),
            limits: vec![(snn_chip::Resource::Neurons, limit)],
            delays: None,
            weight_bits: 64,
        }],
        special_tiles: Vec::new(),
    }
}

/// Everything on one core.
pub fn on_one_core(network: &Network) -> ChipImage {
    let mut chip = chip();
    chip.kinds[0].limits.clear();
    let mapping = snn_map::sequential(network, &chip);
    assert_eq!(mapping.cores.len(), 1);
    assert_eq!(mapping.cores[0].core, CoreId(0));
    snn_map::assemble(network, &chip, &mapping)
}
