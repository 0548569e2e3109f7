//! Resets, sources with several laws, and phases, for generated networks.

use std::sync::Arc;

use snn_chip::Phase;
use snn_connect::{SpikeSource, SynapseValue};
use snn_ir::{Network, Object, ObjectKind};
use snn_kernel::{NeuronKernel, Op};
use snn_numeric::{Gaps, Law, ObjectKey, Purpose, Stream, law};
use snn_result::{Collected, Resets, Synapses};

use super::generator::{Generated, Rng, network};

/// Gives a network a course, by chance.
pub fn give(generated: &mut Generated, rng: &mut Rng) {
    if rng.chance(30) {
        generated.constructs.push("resets");
        let (first, every) = (rng.below(20), 5 + rng.below(25));
        generated.network.protocol.resets =
            Some(Resets { first, every, synapses: Synapses::Continue });
    }
    if rng.chance(40) {
        phased_sources(generated, rng);
    }
    if rng.chance(40) {
        phases(generated, rng);
    }
    assert_eq!(generated.network.verify(), Ok(()));
}

fn phased_sources(generated: &mut Generated, rng: &mut Rng) {
    generated.constructs.push("phased source");
    let old = &generated.network;
    let mut objects: Vec<Object> = old.objects().map(|(_, o)| o.clone()).collect();
    for object in &mut objects {
        let ObjectKind::Source(source) = &mut object.kind else { continue };
        let mut laws = vec![(0, source.clone())];
        let mut from = 0;
        for _ in 0..1 + rng.below(3) {
            from += 1 + rng.below(30);
            laws.push((from, other_law(source, rng)));
        }
        *source = SpikeSource::Phased(laws.into());
    }
    let (protocol, request) = (old.protocol.clone(), old.request.clone());
    let projections = old.projections().to_vec();
    generated.network =
        Network::new(old.name.clone(), old.arithmetic, protocol, request, objects, projections);
}

fn other_law(source: &SpikeSource, rng: &mut Rng) -> SpikeSource {
    match rng.below(4) {
        0 => SpikeSource::Given([].into()),
        1 => source.clone(),
        2 => SpikeSource::Poisson { mean_per_tick: rng.between(0.001, 0.0156) },
        _ => SpikeSource::Poisson { mean_per_tick: rng.between(0.0157, 1.5) },
    }
}

fn phases(generated: &mut Generated, rng: &mut Rng) {
    generated.constructs.push("phases");
    let network = &generated.network;
    let mut after_tick = rng.below(30);
    let mut phases = Vec::new();
    for _ in 0..1 + rng.below(3) {
        let mut phase = Phase { after_tick, ..Phase::default() };
        for (id, _) in network.objects() {
            if let Some(kernel) = network.kernel(id).filter(|_| rng.chance(60))
                && kernel.leap.is_none()
            {
                phase.programs.push((id.0, Arc::new(other_parameters(kernel, rng))));
            }
        }
        for (p, node) in network.projections().iter().enumerate() {
            if rng.chance(60) {
                phase.weights.push((p, other_weight(&node.projection.weight, rng)));
            }
        }
        phases.push(phase);
        after_tick += 1 + rng.below(30);
    }
    generated.network.phases = phases;
}

/// The same model with some constants a little smaller.
fn other_parameters(kernel: &NeuronKernel, rng: &mut Rng) -> NeuronKernel {
    let mut kernel = kernel.clone();
    for op in kernel.step.ops.iter_mut().chain(&mut kernel.init.ops) {
        if let Op::Const(x) = op
            && x.fract() != 0.0
            && rng.chance(50)
        {
            *x *= rng.between(0.9, 1.0);
        }
    }
    kernel
}

fn other_weight(weight: &SynapseValue, rng: &mut Rng) -> SynapseValue {
    match weight {
        SynapseValue::Constant(w) => SynapseValue::Constant(w * rng.between(-1.0, 1.5)),
        SynapseValue::List(list) => SynapseValue::List(list.iter().map(|w| -w).collect()),
        SynapseValue::Table(list) => SynapseValue::Table(list.iter().map(|w| -w).collect()),
        SynapseValue::Program(_) => SynapseValue::Constant(rng.between(-1.0, 1.0)),
    }
}

#[test]
fn a_new_rate_begins_a_new_gap() {
    let mut g = network(0);
    let source = |laws: Vec<(u64, f64)>| {
        let law = |(from, mean_per_tick)| (from, SpikeSource::Poisson { mean_per_tick });
        SpikeSource::Phased(laws.into_iter().map(law).collect())
    };
    let key = ObjectKey(77);
    let objects = vec![Object {
        name: "s".into(),
        key,
        size: 3,
        kind: ObjectKind::Source(source(vec![(0, 0.01), (400, 0.015)])),
        span: snn_diagnostics::Span::new(snn_diagnostics::SourceId(0), 0, 0),
    }];
    g.network.protocol.probes.clear();
    g.network.protocol.injects.clear();
    g.network.protocol.warmup_ticks = 0;
    g.network.protocol.run_ticks = 2000;
    let of = snn_connect::Segment { object: 0, start: 0, len: 3 };
    g.network.protocol.record_spikes = vec![snn_connect::Selection::new(vec![of])];
    let protocol = g.network.protocol.clone();
    let request = g.network.request.clone();
    let net =
        Network::new("n".into(), g.network.arithmetic, protocol, request, objects, Vec::new());
    let mut collected = Collected::default();
    snn_reference::interpret(&net, &mut collected).unwrap();
    assert_eq!(law(0.015), Law::Gaps);
    // The first law's spikes up to tick 400, then those of phase 1 as if time began there.
    let stream = Stream::new(net.protocol.seed, key, Purpose::PoissonGap, 0);
    let mut wanted = Vec::new();
    for index in 0..3 {
        for (mean, phase, base, end) in [(0.01, 0, 0, 400), (0.015, 1, 400, 2000)] {
            let gaps = Gaps::new(stream, mean, phase);
            let mut process = gaps.start(index);
            while base + process.tick() <= end {
                wanted.push((base + process.tick(), index));
                process.advance(&gaps, index);
            }
        }
    }
    wanted.sort_unstable();
    let found: Vec<_> = collected.spikes.iter().map(|s| (s.tick, s.index)).collect();
    assert_eq!(found, wanted);
    assert!(found.len() > 50);
}
