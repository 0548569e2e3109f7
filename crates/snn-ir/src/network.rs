//! The graph and what its nodes hold.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use petgraph::graph::{DiGraph, NodeIndex};
use snn_chip::{Arithmetic, MappingRequest, Phase};
use snn_connect::{Continuous, Projection, Selection, SpikeSource};
use snn_diagnostics::Span;
use snn_kernel::{Leap, NeuronKernel};
use snn_numeric::ObjectKey;
use snn_result::Protocol;

/// A population or source by its place in the text; shown as `o3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

/// A projection by its place in the text; shown as `p3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectionId(pub u32);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

impl fmt::Display for ProjectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

/// A population or a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Name as in the text, families as `L[3]`.
    pub name: String,
    /// Key of its draws and of the spike hash.
    pub key: ObjectKey,
    /// Number of neurons or trains.
    pub size: u32,
    /// What it is.
    pub kind: ObjectKind,
    /// The declaration.
    pub span: Span,
}

/// What an object is.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectKind {
    /// Neurons.
    Population(Arc<NeuronKernel>),
    /// Spikes from outside the cores.
    Source(SpikeSource),
}

/// A projection with where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionNode {
    /// Rule, weights and delays.
    pub projection: Projection,
    /// The `connect` statement.
    pub span: Span,
}

/// A network, its protocol and what is asked of its mapping.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// The numbers it computes with, as the chip states.
    pub arithmetic: Arithmetic,
    /// The experiment.
    pub protocol: Protocol,
    /// What the mapping block asks.
    pub request: MappingRequest,
    /// Changes during the run, ascending.
    pub phases: Vec<Phase>,
    /// Continuous connections in declaration order.
    pub continuous: Vec<Continuous>,
    graph: DiGraph<Object, ProjectionId>,
    projections: Vec<ProjectionNode>,
}

impl Network {
    /// A network of these objects and projections, both in declaration order. Every projection becomes
    /// one edge per pair of (source object, target object) that its selections join.
    pub fn new(
        name: String,
        arithmetic: Arithmetic,
        protocol: Protocol,
        request: MappingRequest,
        objects: Vec<Object>,
        projections: Vec<ProjectionNode>,
    ) -> Self {
        let mut graph = DiGraph::with_capacity(objects.len(), projections.len());
        for object in objects {
            graph.add_node(object);
        }
        for (i, node) in projections.iter().enumerate() {
            let connector = &node.projection.connector;
            // A view may have many segments of one object.
            let objects = |selection: &Selection| -> BTreeSet<u32> {
                selection.segments().iter().map(|s| s.object).collect()
            };
            let targets = objects(&connector.targets);
            let sources = objects(&connector.sources).into_iter();
            for (s, t) in sources.flat_map(|s| targets.iter().map(move |t| (s, *t))) {
                graph.add_edge(
                    NodeIndex::new(s as usize),
                    NodeIndex::new(t as usize),
                    ProjectionId(i as u32),
                );
            }
        }
        let (phases, continuous) = (Vec::new(), Vec::new());
        Self { name, arithmetic, protocol, request, phases, continuous, graph, projections }
    }

    /// What connects neurons, by spikes or by values: all projections, then all continuous connections.
    pub fn connections(&self) -> impl Iterator<Item = &Projection> {
        let spikes = self.projections.iter().map(|node| &node.projection);
        spikes.chain(self.continuous.iter().map(|continuous| &continuous.projection))
    }

    /// The graph: node indices are object ids.
    pub fn graph(&self) -> &DiGraph<Object, ProjectionId> {
        &self.graph
    }

    /// An object.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.graph[NodeIndex::new(id.0 as usize)]
    }

    /// Leaves a population alone between events.
    pub fn leave_alone(&mut self, id: ObjectId, leap: Leap) {
        if let ObjectKind::Population(kernel) = &mut self.graph[NodeIndex::new(id.0 as usize)].kind
        {
            Arc::make_mut(kernel).leap = Some(leap);
        }
    }

    /// All objects in declaration order.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = (ObjectId, &Object)> {
        let weights = self.graph.node_indices().map(|i| &self.graph[i]);
        weights.enumerate().map(|(i, o)| (ObjectId(i as u32), o))
    }

    /// All projections in declaration order.
    pub fn projections(&self) -> &[ProjectionNode] {
        &self.projections
    }

    /// The kernel of a population; `None` for a source.
    pub fn kernel(&self, id: ObjectId) -> Option<&Arc<NeuronKernel>> {
        match &self.object(id).kind {
            ObjectKind::Population(kernel) => Some(kernel),
            ObjectKind::Source(_) => None,
        }
    }

    /// Neurons of all populations (sources not counted).
    pub fn neurons(&self) -> u64 {
        self.objects()
            .filter(|(_, o)| matches!(o.kind, ObjectKind::Population(_)))
            .map(|(_, o)| u64::from(o.size))
            .sum()
    }
}
