//! The reference interpreter on networks small enough to work out by hand.

use std::sync::Arc;

use snn_chip::{Arithmetic, MappingRequest};
use snn_connect::{
    Autapses, Connector, Inject, Multapses, Projection, Rule, Segment, Selection, SpikeSource,
    SynapseValue, Waveform,
};
use snn_diagnostics::{SourceId, Span};
use snn_ir::{Network, Object, ObjectKind, ProjectionNode};
use snn_kernel::{Binary, NeuronKernel, ProgramBuilder, Refractory, StateSlot, Unary};
use snn_numeric::{Rational, object_key};
use snn_result::{Collected, Probe, Protocol, RunResult};

/// Adds up what arrives; spikes from `threshold`, back to 0, and holds for two ticks.
fn summing(threshold: f64) -> NeuronKernel {
    let mut b = ProgramBuilder::new(4);
    let (v, arrived, current, refractory) = (b.input(0), b.input(1), b.input(2), b.input(3));
    let x = b.binary(Binary::Add, v, arrived);
    let x = b.binary(Binary::Add, x, current);
    let x = b.select(refractory, v, x);
    let limit = b.constant(threshold);
    let reached = b.binary(Binary::Ge, x, limit);
    let free = b.unary(Unary::Not, refractory);
    let spike = b.binary(Binary::And, reached, free);
    let zero = b.constant(0.0);
    let after = b.select(spike, zero, x);
    let mut init = ProgramBuilder::new(1);
    let start = init.constant(0.0);
    NeuronKernel {
        model: "summing".into(),
        states: vec![StateSlot { name: "v".into(), unit: ("mV".into(), 1.0) }],
        columns: Vec::new(),
        receptors: vec!["in".into()],
        inputs: vec!["I".into()],
        refractory: Some(Refractory::Ticks(2)),
        step: b.finish(&[after, spike]),
        init: init.finish(&[start]),
        systems: Vec::new(),
        leap: None,
    }
}

fn all(object: u32, len: u32) -> Selection {
    Selection::new(vec![Segment { object, start: 0, len }])
}

fn span() -> Span {
    Span::new(SourceId(0), 0, 0)
}

/// Given trains `s` (object 0) onto one summing neuron `n` (object 1), 20 ticks.
fn onto_one(
    trains: u32,
    spikes: &[(u64, u32)],
    projections: Vec<(SynapseValue, SynapseValue)>,
    threshold: f64,
) -> Network {
    let object = |name: &str, size, kind| Object {
        key: object_key(name),
        name: name.into(),
        size,
        kind,
        span: span(),
    };
    let objects = vec![
        object("s", trains, ObjectKind::Source(SpikeSource::Given(spikes.into()))),
        object("n", 1, ObjectKind::Population(Arc::new(summing(threshold)))),
    ];
    let node = |(i, (weight, delay)): (usize, (SynapseValue, SynapseValue))| {
        let name = format!("c{i}");
        let connector = Connector {
            rule: Rule::List((0..trains).map(|s| (s, 0)).collect()),
            sources: all(0, trains),
            targets: all(1, 1),
            space: None,
            key: object_key(&name),
            autapses: Autapses::Allowed,
            multapses: Multapses::Allowed,
        };
        let projection =
            Projection { name, connector, receptors: vec![0], weight, delay, live: None };
        ProjectionNode { projection, span: span() }
    };
    let protocol = Protocol {
        name: "by hand".into(),
        dt_ms: Rational::ONE,
        warmup_ticks: 10,
        run_ticks: 10,
        seed: 1,
        resets: None,
        labelling: None,
        injects: Vec::new(),
        record_spikes: vec![all(1, 1)],
        synapse_probes: Vec::new(),
        probes: vec![Probe { variable: "v".into(), of: all(1, 1), every_ticks: 1 }],
        expectations: Vec::new(),
    };
    let projections = projections.into_iter().enumerate().map(node).collect();
    let request = MappingRequest::default();
    Network::new("hand".into(), Arithmetic::F64, protocol, request, objects, projections)
}

fn interpret(network: &Network) -> (RunResult, Vec<u64>, Vec<f64>) {
    assert_eq!(network.verify(), Ok(()));
    let mut collected = Collected::default();
    let result = snn_reference::interpret(network, &mut collected).unwrap();
    let ticks = collected.spikes.iter().map(|s| s.tick).collect();
    let trace = collected.traces[0].iter().map(|(_, values)| values[0]).collect();
    (result, ticks, trace)
}

fn constant(x: f64) -> SynapseValue {
    SynapseValue::Constant(x)
}

fn list(values: &[f64]) -> SynapseValue {
    SynapseValue::List(values.into())
}

#[test]
fn a_spike_of_tick_k_with_delay_d_is_felt_at_k_plus_d() {
    let network = onto_one(1, &[(3, 0)], vec![(constant(0.75), constant(5.0))], 1.0);
    let (result, spikes, v) = interpret(&network);
    assert_eq!(v.len(), 21);
    assert_eq!((v[7], v[8], v[20]), (0.0, 0.75, 0.75));
    assert!(spikes.is_empty());
    assert_eq!(result.synaptic_operations.iter().sum::<u64>(), 1);
}

#[test]
fn refractory_ticks_follow_the_spike() {
    // One arrival in each of ticks 8 to 12: spikes at 8 and 11, held in 9, 10 and 12, 13.
    let given: Vec<_> = (3..8).map(|t| (t, 0)).collect();
    let network = onto_one(1, &given, vec![(constant(1.0), constant(5.0))], 1.0);
    let (result, spikes, v) = interpret(&network);
    assert_eq!(spikes, [8, 11]);
    assert_eq!(v, [0.0; 21]);
    assert_eq!(result.spikes[1], 2);
    assert_eq!(result.counted_spikes[1], 1, "the warm-up ends with tick 10");
    assert_eq!(result.synaptic_operations.iter().sum::<u64>(), 5);
}

#[test]
fn a_current_is_on_from_its_first_tick_to_before_its_last() {
    let mut network = onto_one(1, &[], vec![(constant(1.0), constant(1.0))], 100.0);
    for (amplitude, from_tick, to_tick) in [(0.25, 2, 4), (0.5, 3, 4)] {
        let wave = Waveform::Constant(amplitude);
        let inject = Inject { targets: all(1, 1), inputs: vec![0], wave, from_tick, to_tick };
        network.protocol.injects.push(inject);
    }
    let (_, _, v) = interpret(&network);
    assert_eq!(v[..6], [0.0, 0.0, 0.25, 1.0, 1.0, 1.0]);
}

#[test]
fn sums_run_by_emission_tick_then_source() {
    let weights = list(&[1e16, 1.0, -1e16]);
    let together =
        onto_one(3, &[(2, 0), (2, 1), (2, 2)], vec![(weights.clone(), constant(3.0))], 1e300);
    assert_eq!(interpret(&together).2[5], 0.0, "(1e16 + 1) - 1e16");
    let earlier =
        onto_one(3, &[(1, 2), (2, 0), (2, 1)], vec![(weights, list(&[3.0, 3.0, 4.0]))], 1e300);
    // -1e16 is first now; 1e16 and 1 follow.
    assert_eq!(interpret(&earlier).2[5], 1.0);
}

#[test]
fn constant_weights_are_counted_and_come_after_all_others() {
    let six: Vec<_> = (0..6).map(|s| (2, s)).collect();
    let counted = onto_one(6, &six, vec![(constant(0.1), constant(1.0))], 1e300);
    assert_eq!(interpret(&counted).2[3], 0.1 * 6.0);
    let added = onto_one(6, &six, vec![(list(&[0.1; 6]), constant(1.0))], 1e300);
    assert_eq!(interpret(&added).2[3], 0.6, "one after the other the bits differ");
    let both = vec![(constant(1e16), constant(1.0)), (list(&[-1e16, 1.0]), constant(1.0))];
    // The list first: (-1e16 + 1) + 2 * 1e16; -1e16 + 1 keeps its 1.
    let both = interpret(&onto_one(2, &[(2, 0), (2, 1)], both, 1e300)).2[3];
    assert_eq!(both, (-1e16 + 1.0) + 1e16 * 2.0);
}

#[test]
fn a_spike_of_multiplicity_three_counts_three_operations() {
    for weight in [constant(0.2), list(&[0.2])] {
        let network = onto_one(1, &[(4, 0); 3], vec![(weight, constant(1.0))], 1e300);
        let (result, _, v) = interpret(&network);
        assert_eq!(v[5], 0.2 * 3.0);
        assert_eq!(result.synaptic_operations.iter().sum::<u64>(), 3);
    }
}

#[test]
fn delays_round_half_up_and_are_at_least_one() {
    for (delay, arrives) in [(0.0, 5), (1.49, 5), (1.5, 6), (2.5, 7)] {
        let network = onto_one(1, &[(4, 0)], vec![(constant(1.0), list(&[delay]))], 1e300);
        let v = interpret(&network).2;
        assert_eq!(v.iter().position(|v| *v == 1.0), Some(arrives), "delay {delay}");
    }
}

#[test]
fn pieces_give_what_one_run_gives() {
    let given: Vec<_> = (1..15).map(|t| (t, 0)).collect();
    let network = onto_one(1, &given, vec![(constant(0.4), constant(2.0))], 1.0);
    let mut whole = Collected::default();
    let result = snn_reference::interpret(&network, &mut whole).unwrap();
    let mut pieces = Collected::default();
    let mut interpreter = snn_reference::Interpreter::<f64>::new(&network);
    for ticks in [1, 6, 0, 13] {
        interpreter.run(ticks, &mut pieces).unwrap();
    }
    assert!(!whole.spikes.is_empty());
    assert_eq!(whole.spikes, pieces.spikes);
    assert_eq!(whole.traces, pieces.traces);
    assert_eq!(interpreter.result(), result);
}

#[test]
fn a_state_that_is_no_number_stops_the_run() {
    let network =
        onto_one(1, &[(4, 0), (5, 0)], vec![(constant(1.5e308), constant(1.0))], f64::NAN);
    let error = snn_reference::interpret(&network, &mut Collected::default()).unwrap_err();
    assert_eq!(error.to_string(), "state v of n[0] became inf in tick 6");
}
