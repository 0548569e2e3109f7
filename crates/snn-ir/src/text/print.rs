//! Network to text.

use std::fmt::Write;

use snn_chip::{MappingRequest, Place};
use snn_connect::{
    Connector, Layout, Rate, Rule, Selection, Space, SpikeSource, SynapseValue, Waveform,
};
use snn_kernel::{Drift, NeuronKernel, Op, Program, Refractory};
use snn_numeric::Rational;
use snn_result::{Occasion, Protocol};

use super::{live, measure};
use crate::{Network, ObjectKind};

/// The text of a network.
pub fn print(network: &Network) -> String {
    let arithmetic = lower(&network.arithmetic);
    let mut text = format!("network {} {arithmetic}\n", quoted(&network.name));
    print_protocol(&mut text, &network.protocol);
    print_request(&mut text, &network.request);
    for (id, object) in network.objects() {
        let (name, key, size) = (quoted(&object.name), object.key.0, object.size);
        match &object.kind {
            ObjectKind::Source(law) => {
                let shown = source(law);
                let _ = writeln!(text, "{id} = source {name} key={key} size={size} {shown}");
            }
            ObjectKind::Population(kernel) => {
                let _ = writeln!(text, "{id} = population {name} key={key} size={size}");
                print_kernel(&mut text, kernel);
            }
        }
    }
    for (i, node) in network.projections().iter().enumerate() {
        let projection = &node.projection;
        let (name, key) = (quoted(&projection.name), projection.connector.key.0);
        let _ = writeln!(text, "p{i} = projection {name} key={key}");
        print_connector(&mut text, &projection.connector, &projection.receptors);
        print_value(&mut text, "weight", &projection.weight);
        print_value(&mut text, "delay", &projection.delay);
        if let Some(live) = &projection.live {
            live::print(&mut text, live);
        }
    }
    for (i, continuous) in network.continuous.iter().enumerate() {
        let projection = &continuous.projection;
        let (name, key) = (quoted(&projection.name), projection.connector.key.0);
        let _ = writeln!(text, "c{i} = continuous {name} key={key}");
        print_connector(&mut text, &projection.connector, &projection.receptors);
        print_value(&mut text, "weight", &projection.weight);
        print_value(&mut text, "delay", &projection.delay);
        let _ = writeln!(text, "  states{}", numbers(&continuous.states));
    }
    for phase in &network.phases {
        let _ = writeln!(text, "phase after {}", phase.after_tick);
        for (object, program) in &phase.programs {
            let _ = writeln!(text, "program o{object}");
            print_kernel(&mut text, program);
        }
        for (projection, weight) in &phase.weights {
            let _ = writeln!(text, "of p{projection}");
            print_value(&mut text, "weight", weight);
        }
        if !phase.relearned.is_empty() {
            let _ = writeln!(text, "relearned{}", numbers(&phase.relearned));
        }
        for (projection, live) in &phase.live {
            let _ = writeln!(text, "synapses p{projection}");
            live::print(&mut text, live);
        }
    }
    text
}

fn print_protocol(text: &mut String, p: &Protocol) {
    let (name, dt) = (quoted(&p.name), rational(p.dt_ms));
    let (warmup, run, seed) = (p.warmup_ticks, p.run_ticks, p.seed);
    let _ = writeln!(text, "protocol {name} dt_ms={dt} warmup={warmup} run={run} seed={seed}");
    if let Some(resets) = p.resets {
        let synapses = lower(&resets.synapses);
        let _ = writeln!(text, "resets {} {} {synapses}", resets.first, resets.every);
    }
    if let Some(labelling) = &p.labelling {
        let _ = writeln!(text, "label {}", measure::label(labelling));
    }
    for i in &p.injects {
        let (to, inputs) = (selection(&i.targets), numbers(&i.inputs));
        let (from_tick, to_tick, wave) = (i.from_tick, i.to_tick, waveform(i.wave));
        let _ = writeln!(text, "inject {wave} {from_tick}..{to_tick} {to} inputs{inputs}");
    }
    for recorded in &p.record_spikes {
        let _ = writeln!(text, "record {}", selection(recorded));
    }
    for probe in &p.probes {
        let (variable, of) = (quoted(&probe.variable), selection(&probe.of));
        let _ = writeln!(text, "probe {variable} {of} every={}", probe.every_ticks);
    }
    for probe in &p.synapse_probes {
        let at = match probe.at {
            Occasion::Every(ticks) => format!("every={ticks}"),
            at => lower(&at),
        };
        let _ = writeln!(text, "synapses {} p{} {at}", quoted(&probe.variable), probe.of);
    }
    p.expectations.iter().for_each(|e| measure::print(text, e));
}

fn waveform(wave: Waveform) -> String {
    match wave {
        Waveform::Constant(x) => format!("{x:?}"),
        Waveform::Sine { mean, amplitude, cycles, phase } => {
            format!("sine{}", numbers(&[mean, amplitude, cycles, phase]))
        }
    }
}

fn print_request(text: &mut String, request: &MappingRequest) {
    if *request == MappingRequest::default() {
        return;
    }
    let name = request.name.as_deref().map_or("none".to_string(), quoted);
    let cores = request.max_cores.map_or("none".to_string(), |(n, _)| n.to_string());
    let _ = writeln!(text, "mapping {name} {} cores={cores}", lower(&request.objective));
    for place in &request.places {
        let _ = match place {
            Place::OnTile { population, x, y, .. } => {
                writeln!(text, "place o{population} on {x} {y}")
            }
            Place::Near { population, other, .. } => {
                writeln!(text, "place o{population} near o{other}")
            }
        };
    }
}

fn print_kernel(text: &mut String, kernel: &NeuronKernel) {
    let _ = writeln!(text, "  model {}", quoted(&kernel.model));
    for state in &kernel.states {
        let (name, unit, scale) = (quoted(&state.name), quoted(&state.unit.0), state.unit.1);
        let _ = writeln!(text, "  state {name} {unit} {scale:?}");
    }
    let named =
        [("column", &kernel.columns), ("receptor", &kernel.receptors), ("input", &kernel.inputs)];
    for (what, names) in named {
        for name in names {
            let _ = writeln!(text, "  {what} {}", quoted(name));
        }
    }
    let _ = match kernel.refractory {
        None => Ok(()),
        Some(Refractory::Ticks(n)) => writeln!(text, "  refractory ticks {n}"),
        Some(Refractory::Column(n)) => writeln!(text, "  refractory column {n}"),
    };
    for system in &kernel.systems {
        let (solution, size) = (lower(&system.solution), system.size);
        let (given, wanted) = (pairs(&system.given), pairs(&system.wanted));
        let _ = writeln!(text, "  system {solution} {size}{given} gives{wanted}");
    }
    for drift in kernel.leap.iter().flat_map(|leap| &leap.drifts) {
        let Drift { factor, rest, scale } = drift;
        let _ = writeln!(text, "  leap {factor:?} {rest:?} {scale:?}");
    }
    print_program(text, "init", &kernel.init);
    print_program(text, "step", &kernel.step);
}

fn print_connector(text: &mut String, connector: &Connector, receptors: &[u16]) {
    let (sources, targets) = (selection(&connector.sources), selection(&connector.targets));
    let _ = writeln!(text, "  {sources} -> {targets} receptors{}", numbers(receptors));
    let rule = match &connector.rule {
        Rule::AllToAll => "all_to_all".to_string(),
        Rule::OneToOne => "one_to_one".to_string(),
        Rule::Probability(p) => format!("probability {p:?}"),
        Rule::Indegree(n) => format!("indegree {n}"),
        Rule::Outdegree(n) => format!("outdegree {n}"),
        Rule::Total(n) => format!("total {n}"),
        Rule::PairProbability(_) => "pair_probability".to_string(),
        Rule::Near { sigma, radius } => format!("near {sigma:?} {radius:?}"),
        Rule::NearIndegree { sigma, radius, indegree } => {
            format!("near_indegree {sigma:?} {radius:?} {indegree}")
        }
        Rule::Window(w) => {
            let sides = [w.input, w.output].concat();
            let taps = [w.kernel, w.stride, w.padding, w.dilation].concat();
            format!("window{}{} {}", numbers(&sides), numbers(&taps), w.groups)
        }
        Rule::List(list) => format!("list{}", pairs(list)),
    };
    let (autapses, multapses) = (lower(&connector.autapses), lower(&connector.multapses));
    let _ = writeln!(text, "  autapses={autapses} multapses={multapses} rule {rule}");
    if let Rule::PairProbability(program) = &connector.rule {
        print_program(text, "probability program", program);
    }
    if let Some(space) = &connector.space {
        print_space(text, space);
    }
}

fn print_space(text: &mut String, space: &Space) {
    let torus = space.torus.map_or("plane".to_string(), |[w, h]| format!("torus {w:?} {h:?}"));
    let _ = writeln!(text, "  space {torus}");
    for (end, layouts) in [("source", &space.sources), ("target", &space.targets)] {
        for layout in layouts {
            let layout = match layout {
                Layout::Grid { columns, rows, spacing: [w, h] } => {
                    format!("grid {columns} {rows} {w:?} {h:?}")
                }
                Layout::Random { key, extent: [w, h] } => format!("random {} {w:?} {h:?}", key.0),
                Layout::Given(list) => format!("given{}", numbers(list.as_flattened())),
            };
            let _ = writeln!(text, "    {end} {layout}");
        }
    }
}

fn print_value(text: &mut String, what: &str, value: &SynapseValue) {
    match value {
        SynapseValue::Constant(x) => {
            let _ = writeln!(text, "  {what} {x:?}");
        }
        SynapseValue::Table(values) => {
            let _ = writeln!(text, "  {what} table{}", numbers(values));
        }
        SynapseValue::List(values) => {
            let _ = writeln!(text, "  {what} list{}", numbers(values));
        }
        SynapseValue::Program(program) => print_program(text, &format!("{what} program"), program),
    }
}

pub(super) fn print_program(text: &mut String, name: &str, program: &Program) {
    let _ = writeln!(text, "  {name} inputs={}", program.inputs);
    for (i, op) in program.ops.iter().enumerate() {
        let _ = writeln!(text, "    r{i} = {}", operation(op));
    }
    let outputs: Vec<String> = program.outputs.iter().map(|r| format!(" r{}", r.0)).collect();
    let _ = writeln!(text, "    return{}", outputs.join(","));
}

fn operation(op: &Op) -> String {
    match op {
        Op::Const(x) => format!("const {x:?}"),
        Op::Input(i) => format!("input {i}"),
        Op::Unary(op, x) => format!("{} r{}", lower(op), x.0),
        Op::Binary(op, a, b) => format!("{} r{}, r{}", lower(op), a.0, b.0),
        Op::Select(c, a, b) => format!("select r{}, r{}, r{}", c.0, a.0, b.0),
        Op::Flush(x, scale) => format!("flush r{}, {scale:?}", x.0),
        Op::Draw(d) => {
            let bounds = d.bounds.map(|b| format!(" {} r{}, r{}", lower(&b.mode), b.lo.0, b.hi.0));
            let (law, bounds) = (lower(&d.distribution), bounds.unwrap_or_default());
            format!("draw {} {law} r{}, r{}{bounds}", d.occurrence, d.a.0, d.b.0)
        }
    }
}

fn source(of: &SpikeSource) -> String {
    match of {
        SpikeSource::Poisson { mean_per_tick } => format!("poisson {mean_per_tick:?}"),
        SpikeSource::Regular { start, period } => {
            format!("regular {} {}", rational(*start), rational(*period))
        }
        SpikeSource::Inhomogeneous(Rate::Program(program)) => {
            let mut text = "inhomogeneous\n".to_string();
            print_program(&mut text, "rate", program);
            text.trim_end().to_string()
        }
        SpikeSource::Inhomogeneous(Rate::Table(steps)) => format!("rates{}", pairs(steps)),
        SpikeSource::Given(spikes) => format!("given{}", pairs(spikes)),
        SpikeSource::Phased(laws) => {
            let law = |(from, law): &(u64, SpikeSource)| format!("\n  from {from} {}", source(law));
            format!("phased{}", laws.iter().map(law).collect::<String>())
        }
    }
}

/// `o0[0..4]+o2[1..3]`; `none` where there is no segment.
pub(super) fn selection(selection: &Selection) -> String {
    let end = |s: &snn_connect::Segment| u64::from(s.start) + u64::from(s.len);
    let parts = selection.segments().iter();
    let parts: Vec<_> = parts.map(|s| format!("o{}[{}..{}]", s.object, s.start, end(s))).collect();
    if parts.is_empty() { "none".to_string() } else { parts.join("+") }
}

pub(super) fn numbers<T: std::fmt::Debug>(values: &[T]) -> String {
    values.iter().fold(String::new(), |text, x| format!("{text} {x:?}"))
}

fn pairs<A: std::fmt::Debug, B: std::fmt::Debug>(all: &[(A, B)]) -> String {
    all.iter().fold(String::new(), |text, (a, b)| format!("{text} {a:?}..{b:?}"))
}

fn rational(x: Rational) -> String {
    format!("{}/{}", x.num(), x.den())
}

/// The name of a variant without data, in lower case.
pub(super) fn lower(variant: &impl std::fmt::Debug) -> String {
    format!("{variant:?}").to_lowercase()
}

pub(super) fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
