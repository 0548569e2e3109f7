//! What two programs say differently: layout, comments and the order of parameters do not count.

use std::collections::BTreeMap;

use serde::Serialize;
use snn_diagnostics::{Checked, SourceMap};
use snn_model::model::{Model, ObjectKind, Value};
use snn_model::{Options, Project};
use snn_units::show;

use crate::parts::items;

/// What a program says: place and value.
pub type Facts = BTreeMap<String, String>;

/// A place where two programs differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where.
    pub place: String,
    /// What the first says; none where it says nothing.
    pub old: Option<String>,
    /// What the second says.
    pub new: Option<String>,
}

/// What the neuron models and experiments of a program say, with every number of a network worked out.
pub fn facts(project: &Project, options: &Options) -> Checked<Facts> {
    let mut facts = Facts::new();
    let checkup = snn_model::check_each(project, options, &mut |model| {
        of_model(model, &project.sources, &mut facts);
    });
    if let Some((main, _)) = project.sources.iter().next() {
        for item in items(&project.sources, main).iter().filter(|item| item.word == "neuron") {
            of_neuron(item, &mut facts);
        }
    }
    Checked::new(checkup.value.map(|_| facts), checkup.diagnostics)
}

/// Where facts differ, by place.
pub fn differences(old: &Facts, new: &Facts) -> Vec<Difference> {
    let mut places: Vec<&String> = old.keys().chain(new.keys()).collect();
    places.sort();
    places.dedup();
    let difference = |place: &String| {
        let (old, new) = (old.get(place).cloned(), new.get(place).cloned());
        (old != new).then(|| Difference { place: place.clone(), old, new })
    };
    places.into_iter().filter_map(difference).collect()
}

fn of_neuron(item: &crate::parts::Item, facts: &mut Facts) {
    for part in &item.parts {
        let name = format!("{} {}", part.word, part.left);
        let (name, value) = match part.right.as_str() {
            "" => (part.word.clone(), part.left.clone()),
            right => (name.trim().to_owned(), right.to_owned()),
        };
        put(facts, format!("neuron {}: {name}", item.head), value);
    }
    if item.parts.is_empty() {
        put(facts, format!("neuron {}", item.head), "nothing".into());
    }
}

/// A second statement of the same kind keeps a place of its own.
fn put(facts: &mut Facts, place: String, value: String) {
    let mut free = place.clone();
    let mut n = 2;
    while facts.contains_key(&free) {
        free = format!("{place} #{n}");
        n += 1;
    }
    facts.insert(free, value);
}

fn of_model(model: &Model, sources: &SourceMap, facts: &mut Facts) {
    let p = &model.protocol;
    let mut say = |place: String, value: String| {
        put(facts, format!("experiment {}: {place}", p.name), value);
    };
    say("network".into(), model.network.clone());
    say("chip".into(), model.chip.name.clone());
    say("dt".into(), format!("{} ms", p.dt_ms.to_f64()));
    say("ticks".into(), format!("{} after {}", p.run_ticks, p.warmup_ticks));
    say("seed".into(), p.seed.to_string());
    for object in &model.objects {
        let name = &object.name;
        say(format!("{name}, size"), object.size.to_string());
        if object.shape.len() > 1 {
            say(format!("{name}, shape"), format!("{:?}", object.shape));
        }
        if let Some(positions) = &object.positions {
            say(format!("{name}, positions"), format!("{positions:?}"));
        }
        match &object.kind {
            ObjectKind::Rate(rates) => {
                for (_, rate) in rates {
                    let rate = rate.as_ref().map_or("silent", |e| sources.text(e.span));
                    say(format!("{name}, rate"), squeezed(rate));
                }
            }
            ObjectKind::Source(law) => say(format!("{name}, law"), format!("{law:?}")),
            ObjectKind::Population { neuron, parameters, initial, update } => {
                let neuron = &model.neurons[*neuron];
                say(format!("{name}, model"), neuron.name.clone());
                if let Some(update) = update {
                    say(format!("{name}, update"), squeezed(sources.text(update.span)));
                }
                for (at, value) in parameters {
                    let parameter = &neuron.parameters[*at];
                    let value = of_value(value, &parameter.unit, sources);
                    say(format!("{name}, {}", parameter.name), value);
                }
                for (at, value) in initial {
                    let state = &neuron.states[*at];
                    let value = of_value(value, &state.unit, sources);
                    say(format!("{name}, initial {}", state.name), value);
                }
            }
        }
    }
    for projection in &model.projections {
        let name = &projection.name;
        say(format!("{name}, rule"), format!("{:?}", projection.rule));
        if let Some(e) = &projection.pair_probability {
            say(format!("{name}, probability"), squeezed(sources.text(e.span)));
        }
        let pairs = (projection.autapses, projection.multapses);
        say(format!("{name}, autapses and multapses"), format!("{pairs:?}"));
        for (what, value) in [("weight", &projection.weight), ("delay", &projection.delay)] {
            let value = match value {
                Value::Constant(x) => x.to_string(),
                Value::Expr(e) => squeezed(sources.text(e.span)),
                Value::List(list) => format!("a list {list:?}"),
                Value::Table(table) => format!("a table {table:?}"),
            };
            say(format!("{name}, {what}"), value);
        }
    }
    for inject in &p.injects {
        let ticks = (inject.from_tick, inject.to_tick);
        say("inject".into(), format!("{:?} in {ticks:?} into {:?}", inject.wave, inject.targets));
    }
    p.record_spikes.iter().for_each(|of| say("record spikes".into(), format!("{of:?}")));
    for probe in &p.probes {
        let text = format!("{:?} every {} ticks", probe.of, probe.every_ticks);
        say(format!("record {}", probe.variable), text);
    }
    p.expectations.iter().for_each(|e| say("expect".into(), squeezed(&e.text)));
}

/// A number in its unit, or the expression.
fn of_value(
    value: &snn_model::model::Expr,
    unit: &snn_units::UnitValue,
    sources: &SourceMap,
) -> String {
    match value.kind {
        snn_model::model::ExprKind::Number(x) => show(x, unit),
        _ => squeezed(sources.text(value.span)),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
