//! Mappings: limits hold, traffic falls, what does not fit is refused.

use std::sync::Arc;

use snn_bench::generators::{liquid_state_machine, sheet};
use snn_chip::{Arithmetic, ChipSpec, CoreKind, Limit, MappingRequest, Resource};
use snn_connect::{
    Autapses, Connector, Multapses, Projection, Rule, Segment, Selection, SynapseValue,
};
use snn_diagnostics::{SourceId, Span};
use snn_ir::{Network, Object, ObjectKind, ProjectionNode};
use snn_kernel::{NeuronKernel, ProgramBuilder, StateSlot};
use snn_map::{MapOptions, Mapper, map, measure, parse_map, print_map, sequential};
use snn_numeric::{Rational, object_key};
use snn_result::Protocol;

fn span() -> Span {
    Span::new(SourceId(0), 0, 0)
}

fn network(neurons: u32, pairs: Vec<(u32, u32)>) -> Network {
    let mut step = ProgramBuilder::new(2);
    let (v, arrival) = (step.input(0), step.input(1));
    let sum = step.binary(snn_kernel::Binary::Add, v, arrival);
    let zero = step.constant(0.0);
    let mut init = ProgramBuilder::new(1);
    let start = init.constant(0.0);
    let kernel = NeuronKernel {
        model: "counter".into(),
        states: vec![StateSlot { name: "v".into(), unit: ("mV".into(), 1.0) }],
        columns: Vec::new(),
        receptors: vec!["in".into()],
        inputs: Vec::new(),
        refractory: None,
        step: step.finish(&[sum, zero]),
        init: init.finish(&[start]),
        systems: Vec::new(),
        leap: None,
    };
    let all = Selection::new(vec![Segment { object: 0, start: 0, len: neurons }]);
    let projection = Projection {
        name: "all".into(),
        connector: Connector {
            rule: Rule::List(pairs.into()),
            sources: all.clone(),
            targets: all,
            space: None,
            key: object_key("all"),
            autapses: Autapses::Allowed,
            multapses: Multapses::Allowed,
        },
        receptors: vec![0],
        weight: SynapseValue::Constant(1.0),
        delay: SynapseValue::Constant(1.0),
        live: None,
    };
    let object = Object {
        name: "n".into(),
        key: object_key("n"),
        size: neurons,
        kind: ObjectKind::Population(Arc::new(kernel)),
        span: span(),
    };
    let protocol = Protocol {
        name: "none".into(),
        dt_ms: Rational::new(1, 10).unwrap(),
        warmup_ticks: 0,
        run_ticks: 1,
        seed: 1,
        resets: None,
        labelling: None,
        injects: Vec::new(),
        record_spikes: Vec::new(),
        synapse_probes: Vec::new(),
        probes: Vec::new(),
        expectations: Vec::new(),
    };
    let node = ProjectionNode { projection, span: span() };
    Network::new(
        "net".into(),
        Arithmetic::F64,
        protocol,
        MappingRequest::default(),
        vec![object],
        vec![node],
    )
}

fn chip(limits: &[(Resource, u64)]) -> ChipSpec {
    let limits = limits.iter().map(|(r, n)| (*r, Limit { amount: *n, span: span() })).collect();
    ChipSpec {
        name: "test".into(),
        span: span(),
        width: 0,
        height: 0,
        cores_per_tile: 1,
        tick_ms: None,
        arithmetic: Arithmetic::F64,
        kinds: vec![CoreKind { name: String::new(), limits, delays: None, weight_bits: 64 }],
        special_tiles: Vec::new(),
    }
}

/// Packets of `auto` relative to the order of the text; limits are checked on the way.
fn ratio(network: &Network, chip: &ChipSpec) -> f64 {
    let mapped = map(network, chip, &MapOptions::default()).unwrap();
    let (usage, violations) = measure(network, chip, &mapped.mapping);
    assert_eq!(violations, Vec::new());
    let base = measure(network, chip, &sequential(network, chip)).0.totals.unwrap();
    let found = usage.totals.unwrap();
    println!(
        "{}: packets {} of {}, hops {} of {}",
        mapped.note, found.packets, base.packets, found.unicast_hops, base.unicast_hops
    );
    assert!(found.unicast_hops <= base.unicast_hops);
    found.packets as f64 / base.packets as f64
}

#[test]
fn auto_keeps_a_sheet_local() {
    let network = network(120 * 120, sheet(120, 42));
    let ratio = ratio(&network, &chip(&[(Resource::Neurons, 256)]));
    assert!(ratio <= 0.6, "{ratio}");
}

#[test]
fn auto_finds_shuffled_columns() {
    let pairs = liquid_state_machine(96, true, 42);
    assert!((80_000..110_000).contains(&pairs.len()), "{} synapses", pairs.len());
    let network = network(96 * 135, pairs);
    let ratio = ratio(&network, &chip(&[(Resource::Neurons, 256)]));
    assert!(ratio <= 0.35, "{ratio}");
}

#[test]
fn tight_limits_are_met_with_more_cores() {
    let network = network(40 * 40, sheet(40, 1));
    let limits = [(Resource::Neurons, 256), (Resource::AxonsIn, 500), (Resource::Synapses, 6000)];
    for mapper in Mapper::ALL {
        let chip = chip(&limits);
        let mapped = map(&network, &chip, &MapOptions { mapper }).unwrap();
        assert_eq!(measure(&network, &chip, &mapped.mapping).1, Vec::new());
        assert!(mapped.mapping.cores.len() > 7);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_table() {
    let network = network(20 * 20, sheet(20, 1));
    let tight = chip(&[(Resource::Neurons, 64), (Resource::AxonsIn, 10)]);
    let failure = map(&network, &tight, &MapOptions::default()).unwrap_err();
    assert_eq!(failure.diagnostics[0].code.id(), "E0550");
    assert!(failure.diagnostics[0].message.contains("axons_in"));
    assert!(failure.usage.is_some());
    let mut small = chip(&[(Resource::Neurons, 64)]);
    (small.width, small.height) = (2, 2);
    let failure = map(&network, &small, &MapOptions::default()).unwrap_err();
    assert!(failure.diagnostics[0].message.contains("cores"), "{:?}", failure.diagnostics);
}

#[test]
fn map_files_come_back() {
    let network = network(20 * 20, sheet(20, 1));
    let chip = chip(&[(Resource::Neurons, 64)]);
    let mapped = map(&network, &chip, &MapOptions::default()).unwrap();
    let text = print_map(&network, &mapped.mapping);
    let read = parse_map(&text, &network, &chip).unwrap();
    assert_eq!(read.cores, mapped.mapping.cores);
    let other = text.replace("population n 400", "population n 401");
    assert!(parse_map(&other, &network, &chip).is_err());
    let twice = text.clone() + "core 0 n 0 5\n";
    let options = MapOptions { mapper: Mapper::Import(twice) };
    assert!(map(&network, &chip, &options).is_err(), "a neuron on two cores");
}

#[test]
fn the_checker_sees_planted_faults() {
    let network = network(20 * 20, sheet(20, 1));
    let chip = chip(&[(Resource::Neurons, 64)]);
    let good = sequential(&network, &chip);
    let mut lost = good.clone();
    lost.cores[1].parts[0].len -= 1;
    assert_eq!(measure(&network, &chip, &lost).1.len(), 1);
    let mut doubled = good.clone();
    doubled.cores[1].parts[0].start -= 1;
    assert!(!measure(&network, &chip, &doubled).1.is_empty());
    let mut crowded = good;
    let moved = crowded.cores.remove(0).parts;
    crowded.cores[0].parts.extend(moved);
    assert!(!measure(&network, &chip, &crowded).1.is_empty());
}

#[test]
fn a_map_of_something_else_is_refused() {
    let network = network(20 * 20, sheet(20, 1));
    let chip = chip(&[(Resource::Neurons, 64)]);
    let options = MapOptions { mapper: Mapper::Import("no map at all".into()) };
    let failure = map(&network, &chip, &options).unwrap_err();
    assert_eq!(failure.diagnostics[0].code.id(), "E0551");
}
