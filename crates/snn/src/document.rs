//! A program described in tables, after Nordlie, Gewaltig and Plesser (2009), "Towards reproducible descriptions
//! of neuronal network models", PLoS Computational Biology 5: summary, populations, connectivity, neuron models
//! with equations, input, measurements.

use snn_model::Project;
use snn_report::{Document, Section, Table};

use crate::parts::{Item, Part, items};

/// Describes the main file; neuron models that its populations use come from imports too.
pub fn document(project: &Project, title: &str) -> Document {
    let mut files = project.sources.iter().map(|(source, _)| items(&project.sources, source));
    let main = files.next().unwrap_or_default();
    let library: Vec<Item> = files.flatten().collect();
    let mut sections = Vec::new();
    let of = |word: &str| main.iter().filter(|i| i.word == word).collect::<Vec<_>>();
    for network in of("network") {
        let experiments: Vec<&Item> =
            of("experiment").into_iter().filter(|e| is_of(e, network)).collect();
        sections.extend(of_network(network, &experiments));
    }
    let mut models = of("neuron");
    for network in of("network") {
        for name in words_of(network, "population").filter_map(|p| model_of(&p.left)) {
            let known = |m: &&Item| m.head == name;
            if !models.iter().any(known) {
                models.extend(library.iter().filter(|m| m.word == "neuron").find(known));
            }
        }
    }
    sections.extend(models.into_iter().map(of_neuron));
    Document { title: title.to_owned(), sections }
}

fn is_of(experiment: &Item, network: &Item) -> bool {
    let after = experiment.head.split_once(" of ").map_or("", |(_, rest)| rest);
    after.split(['(', ' ']).next() == Some(network.head.as_str())
}

/// Statements with this first word, those within `for` and `if` too.
fn words_of<'a>(item: &'a Item, word: &'a str) -> impl Iterator<Item = &'a Part> {
    item.parts.iter().filter(move |part| part.word == word)
}

/// `lif` of `E[N]: std.lif(tau = 3 ms)`.
fn model_of(population: &str) -> Option<&str> {
    let (_, model) = population.split_once(": ")?;
    model.split('(').next()?.rsplit('.').next()
}

fn of_network(network: &Item, experiments: &[&Item]) -> Vec<Section> {
    let names = |word: &str| {
        let parts = words_of(network, word);
        let names: Vec<_> =
            parts.map(|p| p.left.split(['[', ' ', ':']).next().unwrap_or_default()).collect();
        names.join(", ")
    };
    let mut summary = Table::new(&["", ""]);
    summary.row([("populations", names("population")), ("input", names("source"))]);
    let connections = words_of(network, "connect").count();
    summary.row([("connections", connections.to_string())]);
    let ran: Vec<&str> = experiments.iter().map(|e| e.head.as_str()).collect();
    summary.row([("experiments", ran.join("; "))]);
    let mut sections = vec![Section {
        title: format!("Network {}", network.head),
        text: network.doc.clone(),
        tables: vec![summary],
        equations: Vec::new(),
    }];
    let mut add = |title: &str, table: Table| {
        if !table.is_empty() {
            let title = title.to_owned();
            sections.push(Section {
                title,
                text: None,
                tables: vec![table],
                equations: Vec::new(),
            });
        }
    };
    add("Parameters", declarations(network, "param", &["Name", "Unit", "Value"]));
    let mut populations = Table::new(&["Name and size", "Elements"]);
    for part in words_of(network, "population") {
        populations.cells(split(&part.text(), ": "));
    }
    add("Populations", populations);
    let mut input = Table::new(&["Name and size", "Law"]);
    for part in words_of(network, "source") {
        input.cells(split(&part.text(), ": "));
    }
    for part in experiments.iter().flat_map(|e| words_of(e, "inject")) {
        let [what, to] = split(&part.text(), " -> ");
        input.cells([to, what]);
    }
    add("Input", input);
    let mut connectivity = Table::new(&["Source", "Target", "Pattern"]);
    for part in words_of(network, "connect") {
        let text = part.text();
        let (ends, body) = text.split_once('{').unwrap_or((&text, ""));
        let [from, to] = split(ends.trim(), " -> ");
        connectivity.cells([from, to, body.trim_end_matches('}').trim().to_owned()]);
    }
    add("Connectivity", connectivity);
    let mut structure = Table::new(&["Repeated or conditional"]);
    for part in network.parts.iter().filter(|p| matches!(p.word.as_str(), "for" | "if" | "network"))
    {
        structure.cells([format!("{} {}", part.word, part.text())]);
    }
    add("Structure", structure);
    let mut measured = Table::new(&["Experiment", "Statement"]);
    for e in experiments {
        let name = e.head.split(' ').next().unwrap_or_default();
        for part in e.parts.iter().filter(|p| !matches!(p.word.as_str(), "inject")) {
            measured.cells([name.to_owned(), format!("{} {}", part.word, part.text())]);
        }
    }
    add("Simulation and measurements", measured);
    sections
}

fn of_neuron(neuron: &Item) -> Section {
    let mut tables = Vec::new();
    for (word, head) in [
        ("param", ["Parameter", "Unit", "Value"]),
        ("state", ["State", "Unit", "Initial value"]),
        ("receptor", ["Receptor", "Unit", "Response to a spike"]),
        ("input", ["Input", "Unit", ""]),
    ] {
        let table = declarations(neuron, word, &head);
        if !table.is_empty() {
            tables.push(table);
        }
    }
    let declared = ["param", "state", "receptor", "input", "check"];
    let others = neuron.parts.iter().filter(|p| !declared.contains(&p.word.as_str()));
    let equation = |part: &Part| match part.left.split_once('\'') {
        Some((state, _)) if part.word.is_empty() => format!("d{state}/dt = {}", part.right),
        _ => format!("{} {}", part.word, part.text()).trim().to_owned(),
    };
    Section {
        title: format!("Neuron model {}", neuron.head),
        text: neuron.doc.clone(),
        tables,
        equations: others.map(equation).collect(),
    }
}

/// `name: unit = value` in columns.
fn declarations(item: &Item, word: &str, head: &[&str; 3]) -> Table {
    let mut table = Table::new(head);
    for part in words_of(item, word) {
        let [name, unit] = split(&part.left, ": ");
        table.cells([name, unit, part.right.clone()]);
    }
    table
}

fn split(text: &str, at: &str) -> [String; 2] {
    let (a, b) = text.split_once(at).unwrap_or((text, ""));
    [a.trim().to_owned(), b.trim().to_owned()]
}
