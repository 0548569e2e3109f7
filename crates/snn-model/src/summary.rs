//! What a file offers: networks with parameters, experiments, neuron models.

use snn_diagnostics::Span;
use snn_syntax::ast::{self, ItemKind, NetworkItem};

use crate::context::Context;
use crate::names::{ItemId, Kind};

/// What the main file declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    /// Networks in the order of the text.
    pub networks: Vec<NetworkSummary>,
    /// Experiments in the order of the text.
    pub experiments: Vec<ExperimentSummary>,
    /// Neuron models in the order of the text.
    pub neurons: Vec<NeuronSummary>,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSummary {
    /// Its name.
    pub name: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// Its parameters in the order of the text.
    pub parameters: Vec<ParameterSummary>,
    /// Names of populations and sources as declared, in the order of the text.
    pub objects: Vec<String>,
    /// Its name in the text.
    pub span: Span,
}

/// A parameter, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSummary {
    /// Its name.
    pub name: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// Declared unit.
    pub unit: Option<String>,
    /// Default value.
    pub default: Option<String>,
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentSummary {
    /// Its name.
    pub name: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// Its network with arguments, as written.
    pub network: String,
    /// Number of `expect` lines.
    pub expectations: usize,
    /// Its name in the text.
    pub span: Span,
}

/// A neuron model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeuronSummary {
    /// Its name.
    pub name: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// Its parameters in the order of the text.
    pub parameters: Vec<ParameterSummary>,
    /// Its name in the text.
    pub span: Span,
}

/// Lists what the main file declares.
pub(crate) fn checkup(cx: &Context<'_>) -> Checkup {
    let main = cx.project.main();
    let of = |kind| cx.items_of(main, kind);
    Checkup {
        networks: of(Kind::Network).into_iter().filter_map(|id| network(cx, id)).collect(),
        experiments: of(Kind::Experiment).into_iter().filter_map(|id| experiment(cx, id)).collect(),
        neurons: of(Kind::Neuron).into_iter().filter_map(|id| neuron(cx, id)).collect(),
    }
}

fn network(cx: &Context<'_>, id: ItemId) -> Option<NetworkSummary> {
    let item = cx.item(id);
    let ItemKind::Network { name, items } = &item.kind else { return None };
    let mut summary = NetworkSummary {
        name: name.text.clone(),
        doc: item.doc.clone(),
        parameters: Vec::new(),
        objects: Vec::new(),
        span: name.span,
    };
    collect(cx, items, &mut summary);
    Some(summary)
}

/// Recursion: loops nest no deeper than the parser allows.
fn collect(cx: &Context<'_>, items: &[NetworkItem], summary: &mut NetworkSummary) {
    for item in items {
        match item {
            NetworkItem::Param(list) => {
                summary.parameters.extend(list.iter().map(|d| parameter(cx, d)));
            }
            NetworkItem::Population(p) => summary.objects.push(p.name.text.clone()),
            NetworkItem::Source(s) => summary.objects.push(s.name.text.clone()),
            _ => item.bodies().into_iter().for_each(|body| collect(cx, body, summary)),
        }
    }
}

fn experiment(cx: &Context<'_>, id: ItemId) -> Option<ExperimentSummary> {
    let item = cx.item(id);
    let ItemKind::Experiment(e) = &item.kind else { return None };
    let expect = |item: &&ast::ExperimentItem| matches!(item, ast::ExperimentItem::Expect { .. });
    Some(ExperimentSummary {
        name: e.name.text.clone(),
        doc: item.doc.clone(),
        network: cx.text(e.network_span).to_owned(),
        expectations: e.items.iter().filter(expect).count(),
        span: e.name.span,
    })
}

fn neuron(cx: &Context<'_>, id: ItemId) -> Option<NeuronSummary> {
    let item = cx.item(id);
    let ItemKind::Neuron { name, items } = &item.kind else { return None };
    let mut parameters = Vec::new();
    for item in items {
        match item {
            ast::NeuronItem::Param(list) => {
                parameters.extend(list.iter().map(|d| parameter(cx, d)))
            }
            ast::NeuronItem::Compartment { name, items } => {
                let within = items.iter().filter_map(|item| match item {
                    ast::NeuronItem::Param(list) => Some(list),
                    _ => None,
                });
                parameters.extend(within.flatten().map(|d| {
                    let own = parameter(cx, d);
                    ParameterSummary { name: format!("{}.{}", name.text, own.name), ..own }
                }));
            }
            _ => {}
        }
    }
    let (doc, span) = (item.doc.clone(), name.span);
    Some(NeuronSummary { name: name.text.clone(), doc, parameters, span })
}

fn parameter(cx: &Context<'_>, d: &ast::Declaration) -> ParameterSummary {
    ParameterSummary {
        name: d.name.text.clone(),
        doc: d.doc.clone(),
        unit: d.unit.as_ref().map(|u| cx.text(u.span).to_owned()),
        default: d.value.as_ref().map(|e| cx.text(e.span).to_owned()),
    }
}
