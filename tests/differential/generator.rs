//! Random networks from a seed: every construct of the network in every combination.

mod connections;
mod neurons;
mod quiet;

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
        let kernel = if g.rng.chance(30) { g.quiet_kernel() } else { g.kernel() };
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
    quiet::leave_alone(&mut generated, &mut Rng(seed ^ 0x91e7));
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
