//! Graphviz output.

use std::fmt::Write;

use crate::{Network, ObjectKind};

/// The network as a Graphviz digraph: populations as boxes, sources as ellipses, an edge per projection
/// and pair of objects with the expected number of synapses.
pub fn print(network: &Network) -> String {
    let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut dot = format!("digraph \"{}\" {{\n  rankdir=LR;\n", quote(&network.name));
    for (id, object) in network.objects() {
        let shape = match object.kind {
            ObjectKind::Population(_) => "box",
            ObjectKind::Source(_) => "ellipse",
        };
        let name = quote(&object.name);
        let _ = writeln!(dot, "  {id} [shape={shape}, label=\"{name}\\n{}\"];", object.size);
    }
    let graph = network.graph();
    for edge in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
        let projection = &network.projections()[graph[edge].0 as usize].projection;
        let synapses = projection.connector.expected_synapses();
        let name = quote(&projection.name);
        let (from, to) = (from.index(), to.index());
        let _ = writeln!(dot, "  o{from} -> o{to} [label=\"{name}\\n{synapses:.0}\"];");
    }
    dot + "}\n"
}
