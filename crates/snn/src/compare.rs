//! What two programs say differently: layout, comments, the order of parameters and the choice of units do
//! not count.

use std::collections::BTreeMap;

use serde::Serialize;
use snn_connect::{Autapses, Multapses};
use snn_diagnostics::Checked;
use snn_model::model::{Bound, Live, Model, Object, ObjectKind, Projection, When};
use snn_model::{Options, Project};
use snn_result::{Answer, Occasion, Synapses};
use snn_units::show;

use crate::parts::{Item, items};
use crate::words::{Port, Words, positions, squeezed, ties};

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

/// Items that are compared by their statements.
const BY_STATEMENTS: [&str; 6] = ["neuron", "synapse", "plasticity", "chip", "mapping", "fn"];

/// What the models, chips and experiments of a program say, with every number of a network worked out.
pub fn facts(project: &Project, options: &Options) -> Checked<Facts> {
    let mut facts = Facts::new();
    let checkup = snn_model::check_each(project, options, &mut |model| {
        of_model(model, &mut facts);
    });
    if let Some((main, _)) = project.sources.iter().next() {
        for item in items(&project.sources, main) {
            match item.word.as_str() {
                "experiment" => of_sweeps(&item, &mut facts),
                word if BY_STATEMENTS.contains(&word) => of_item(&item, &mut facts),
                _ => {}
            }
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

fn of_item(item: &Item, facts: &mut Facts) {
    let place = format!("{} {}", item.word, item.head);
    for part in &item.parts {
        let name = format!("{} {}", part.word, part.left);
        let (name, value) = match part.right.as_str() {
            "" => (part.word.clone(), part.left.clone()),
            right => (name.trim().to_owned(), right.to_owned()),
        };
        put(facts, format!("{place}: {name}"), value);
    }
    if item.parts.is_empty() {
        let (name, value) = place.split_once(" = ").unwrap_or((&place, "nothing"));
        put(facts, name.to_owned(), value.to_owned());
    }
}

fn of_sweeps(experiment: &Item, facts: &mut Facts) {
    let name = experiment.head.split(' ').next().unwrap_or_default();
    for part in experiment.parts.iter().filter(|part| part.word == "sweep") {
        let (what, values) = part.left.split_once(' ').unwrap_or((&part.left, ""));
        put(facts, format!("experiment {name}: sweep {what}"), values.to_owned());
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

fn of_model(model: &Model, facts: &mut Facts) {
    let whole = format!("experiment {}", model.protocol.name);
    if facts.contains_key(&format!("{whole}: network")) {
        // The other points of a sweep differ by what it says itself.
        return;
    }
    let words = Words(model);
    let mut own = Facts::new();
    of_course(&words, &mut own);
    let mut network = Facts::new();
    of_network(&words, (&model.objects, &model.projections), &mut network);
    let mut before = network.clone();
    own.append(&mut network);
    for phase in &model.phases {
        let mut now = Facts::new();
        of_network(&words, (&phase.objects, &phase.projections), &mut now);
        let after = words.time(phase.after_tick as f64);
        for (place, value) in now.iter().filter(|(place, value)| before.get(*place) != Some(value))
        {
            // Sources have the laws of the whole run.
            if !place.ends_with(", law") {
                put(&mut own, format!("{place}, after {after}"), value.clone());
            }
        }
        before = now;
    }
    of_stimuli(&words, &mut own);
    of_measurements(&words, &mut own);
    for (place, value) in own {
        put(facts, format!("{whole}: {place}"), value);
    }
}

/// Network, chip and course of an experiment.
fn of_course(words: &Words<'_>, facts: &mut Facts) {
    let (model, p) = (words.0, &words.0.protocol);
    let mut say = |place: &str, value: String| put(facts, place.to_owned(), value);
    say("network", model.network.clone());
    say("chip", model.chip.name.clone());
    if let Some(mapping) = &model.mapping.name {
        say("mapping", mapping.clone());
    }
    say("dt", show(p.dt_ms.to_f64(), &snn_units::natural_unit(&snn_units::Dimension::TIME)));
    say("warmup", words.time(p.warmup_ticks as f64));
    say("run", words.time(p.run_ticks as f64));
    say("seed", p.seed.to_string());
    if let Some(resets) = p.resets {
        let synapses = match resets.synapses {
            Synapses::Continue => "",
            Synapses::BeginAnew => " reset weights",
        };
        say("trials", format!("each {}{synapses}", words.time(resets.every as f64)));
    }
    for (after, until) in &model.pauses {
        let (from, to) = (words.time(*after as f64), words.time(*until as f64));
        say("pause", format!("from {from} to {to}"));
    }
    if let Some(labels) = &p.labelling {
        let answer = match labels.answer {
            Answer::MostSpikes => "argmax(count(…))",
            Answer::EarliestSpike => "argmin(first(…))",
        };
        let text: Vec<String> = labels.labels.iter().map(u32::to_string).collect();
        let print = snn_report::fingerprint(text.iter().map(|t| t.as_bytes()));
        let (of, n) = (words.selection(&labels.of), text.len());
        let answer = answer.replace('…', &of);
        say("label", format!("{answer} against {n} labels, fingerprint {print}"));
    }
}

fn of_network(
    words: &Words<'_>,
    (objects, projections): (&[Object], &[Projection]),
    facts: &mut Facts,
) {
    for object in objects {
        of_object(words, object, facts);
    }
    for projection in projections {
        of_projection(words, projection, Port::Receptor, facts);
        if let Some(live) = &projection.live {
            of_synapses(words, &projection.name, live, facts);
        }
    }
    for continuous in &words.0.continuous {
        of_projection(words, &continuous.projection, Port::Input, facts);
        put(facts, format!("{}, value", continuous.projection.name), continuous.value.clone());
    }
}

fn of_object(words: &Words<'_>, object: &Object, facts: &mut Facts) {
    let name = &object.name;
    let mut say = |place: &str, value: String| put(facts, format!("{name}, {place}"), value);
    say("size", object.size.to_string());
    if object.shape.len() > 1 {
        let lengths: Vec<String> = object.shape.iter().map(u32::to_string).collect();
        say("shape", format!("[{}]", lengths.join(", ")));
    }
    if let Some(at) = &object.positions {
        say("positions", positions(at));
    }
    match &object.kind {
        ObjectKind::Rate(rates) => say("law", words.rates(rates)),
        ObjectKind::Source(law) => say("law", words.law(law)),
        ObjectKind::Population { neuron, parameters, initial, update } => {
            let neuron = &words.0.neurons[*neuron];
            say("model", neuron.name.clone());
            match update.map(|update| update.when) {
                Some(When::AtEvents) => say("update", "at events".into()),
                Some(When::EveryTick) => say("update", "every tick".into()),
                None => {}
            }
            for (at, value) in parameters {
                let parameter = &neuron.parameters[*at];
                say(&parameter.name, words.expr(value, &parameter.unit));
            }
            for (at, value) in initial {
                let state = &neuron.states[*at];
                say(&format!("initial {}", state.name), words.expr(value, &state.unit));
            }
        }
    }
}

fn of_projection(words: &Words<'_>, projection: &Projection, port: Port, facts: &mut Facts) {
    let name = &projection.name;
    let mut say = |place: &str, value: String| put(facts, format!("{name}, {place}"), value);
    let (targets, receptors) = (&projection.targets, &projection.receptors);
    say("sources", words.selection(&projection.sources));
    say("targets", words.ports(targets, receptors, port));
    say("rule", words.rule(projection));
    if projection.autapses == Autapses::Forbidden {
        say("autapses", "no autapses".into());
    }
    if projection.multapses == Multapses::Forbidden {
        say("multapses", "no multapses".into());
    }
    let unit = words.unit(targets, receptors, port);
    let learns = projection.live.as_ref().and_then(|live| live.learn.as_ref());
    let unit = learns.map_or(unit, |learn| learn.model.weight.unit.clone());
    say("weight", words.value(&projection.weight, &|x| show(x, &unit)));
    say("delay", words.value(&projection.delay, &|ticks| words.time(ticks)));
}

fn of_synapses(words: &Words<'_>, name: &str, live: &Live, facts: &mut Facts) {
    let mut say = |place: &str, value: String| put(facts, format!("{name}, {place}"), value);
    if live.dendrite > 0 {
        say("delay dendrite", words.time(live.dendrite.into()));
    }
    say("delay back", words.time(live.back.into()));
    say("ties", ties(live.ties).into());
    for (selection, delay) in &live.modulators {
        let (from, delay) = (words.selection(selection), words.time((*delay).into()));
        say("modulator", format!("{from} delay {delay}"));
    }
    let bound = |word: &str, bound: &Option<Bound>, say: &mut dyn FnMut(&str, String)| {
        let Some(Bound { model, parameters, initial, .. }) = bound else { return };
        say(word, model.body.name.clone());
        for (at, value) in parameters {
            let parameter = &model.body.parameters[*at];
            say(&parameter.name, words.expr(value, &parameter.unit));
        }
        for (at, value) in initial {
            let state = &model.body.states[*at];
            say(&format!("initial {}", state.name), words.expr(value, &state.unit));
        }
    };
    bound("learn", &live.learn, &mut say);
    bound("via", &live.via, &mut say);
}

fn of_stimuli(words: &Words<'_>, facts: &mut Facts) {
    let mut say = |value: String| put(facts, "inject".into(), value);
    for inject in &words.0.protocol.injects {
        let unit = words.unit(&inject.targets, &inject.inputs, Port::Input);
        let wave = words.wave(inject.wave, &unit);
        let on = words.while_on((inject.from_tick, inject.to_tick));
        let to = words.ports(&inject.targets, &inject.inputs, Port::Input);
        say(format!("{wave}{on} -> {to}"));
    }
    for noise in &words.0.noises {
        let unit = words.unit(&noise.targets, &noise.inputs, Port::Input);
        let (mean, sigma) = (show(noise.mean, &unit), show(noise.sigma, &unit));
        let tau = show(noise.tau_ms, &snn_units::natural_unit(&snn_units::Dimension::TIME));
        let on = words.while_on((noise.from_tick, noise.to_tick));
        let to = words.ports(&noise.targets, &noise.inputs, Port::Input);
        say(format!("ou({mean}, {sigma}, {tau}{on}) -> {to}"));
    }
}

fn of_measurements(words: &Words<'_>, facts: &mut Facts) {
    let p = &words.0.protocol;
    let mut say = |place: String, value: String| put(facts, place, value);
    for of in &p.record_spikes {
        say("record spikes".into(), words.selection(of));
    }
    for probe in &p.probes {
        let (of, every) = (words.selection(&probe.of), words.time(probe.every_ticks as f64));
        say(format!("record {}", probe.variable), format!("of {of} every {every}"));
    }
    for probe in &p.synapse_probes {
        let when = match probe.at {
            Occasion::Every(ticks) => format!(" every {}", words.time(ticks as f64)),
            Occasion::Pre => " at pre".into(),
            Occasion::Post => " at post".into(),
            Occasion::Events => " at events".into(),
            Occasion::Sent => String::new(),
        };
        let of = &words.0.projections[probe.of as usize].name;
        say(format!("record {}", probe.variable), format!("of {of}{when}"));
    }
    p.expectations.iter().for_each(|e| say("expect".into(), squeezed(&e.text)));
}
