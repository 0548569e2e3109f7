//! The text form: one line per object, projection and operation.

use std::fmt::Write;

use snn_connect::{Selection, SynapseValue};
use snn_kernel::{NeuronKernel, Op, Program};

use crate::{Network, ObjectKind};

/// The text of a network.
pub fn print(network: &Network) -> String {
    let p = &network.protocol;
    let mut text = format!(
        "network {} {:?}\nprotocol {} dt_ms={} warmup={} run={} seed={}\n",
        network.name, network.arithmetic, p.name, p.dt_ms, p.warmup_ticks, p.run_ticks, p.seed
    );
    for (id, object) in network.objects() {
        let _ = write!(text, "{id} = ");
        match &object.kind {
            ObjectKind::Source(source) => {
                let _ = writeln!(text, "source {:?} size={} {source:?}", object.name, object.size);
            }
            ObjectKind::Population(kernel) => {
                let _ = writeln!(text, "population {:?} size={}", object.name, object.size);
                print_kernel(&mut text, kernel);
            }
        }
    }
    for (i, node) in network.projections().iter().enumerate() {
        let projection = &node.projection;
        let connector = &projection.connector;
        let _ = writeln!(
            text,
            "p{i} = projection {:?} {} -> {} receptors={:?} {:?} autapses={:?} multapses={:?}",
            projection.name,
            selection(&connector.sources),
            selection(&connector.targets),
            projection.receptors,
            connector.rule,
            connector.autapses,
            connector.multapses
        );
        print_value(&mut text, "weight", &projection.weight);
        print_value(&mut text, "delay", &projection.delay);
    }
    text
}

fn selection(selection: &Selection) -> String {
    let parts = selection.segments().iter();
    let parts = parts.map(|s| format!("o{}[{}..{}]", s.object, s.start, s.start + s.len));
    parts.collect::<Vec<_>>().join("+")
}

fn print_kernel(text: &mut String, kernel: &NeuronKernel) {
    let names: Vec<&str> = kernel.states.iter().map(|s| s.name.as_str()).collect();
    let _ = writeln!(
        text,
        "  model {} states={names:?} columns={:?} receptors={:?} inputs={:?} refractory={:?}",
        kernel.model, kernel.columns, kernel.receptors, kernel.inputs, kernel.refractory
    );
    print_program(text, "init", &kernel.init);
    print_program(text, "step", &kernel.step);
}

fn print_value(text: &mut String, what: &str, value: &SynapseValue) {
    match value {
        SynapseValue::Constant(x) => {
            let _ = writeln!(text, "  {what} {x:?}");
        }
        SynapseValue::List(values) => {
            let _ = writeln!(text, "  {what} list of {}", values.len());
        }
        SynapseValue::Program(program) => print_program(text, what, program),
    }
}

fn print_program(text: &mut String, name: &str, program: &Program) {
    let _ = writeln!(text, "  {name} ({} inputs)", program.inputs);
    for (i, op) in program.ops.iter().enumerate() {
        let _ = writeln!(text, "    r{i} = {}", operation(op));
    }
    let outputs: Vec<String> = program.outputs.iter().map(|r| format!("r{}", r.0)).collect();
    let _ = writeln!(text, "    return {}", outputs.join(", "));
}

fn operation(op: &Op) -> String {
    match op {
        Op::Const(x) => format!("const {x:?}"),
        Op::Input(i) => format!("input {i}"),
        Op::Unary(op, x) => format!("{op:?} r{}", x.0).to_lowercase(),
        Op::Binary(op, a, b) => format!("{op:?} r{}, r{}", a.0, b.0).to_lowercase(),
        Op::Select(c, a, b) => format!("select r{}, r{}, r{}", c.0, a.0, b.0),
        Op::Flush(x, scale) => format!("flush r{}, {scale:?}", x.0),
        Op::Draw(d) => {
            let bounds = d.bounds.map(|b| format!(", {:?} r{} .. r{}", b.mode, b.lo.0, b.hi.0));
            format!(
                "draw {} {:?} r{}, r{}{}",
                d.occurrence,
                d.distribution,
                d.a.0,
                d.b.0,
                bounds.unwrap_or_default()
            )
            .to_lowercase()
        }
    }
}
