//! A network that does not fit, for the user.

use snn_chip::{ChipSpec, Resource};
use snn_diagnostics::{Diagnostic, codes::chip as codes};
use snn_ir::{Network, ObjectId, ObjectKind};

use crate::{Mapping, Usage, Violation};

/// Why there is no mapping, and what the nearest attempt would have used.
#[derive(Clone, Debug)]
pub struct MapFailure {
    /// What does not fit, where it is declared, and what to do.
    pub diagnostics: Vec<Diagnostic>,
    /// The per-core table of the attempt.
    pub usage: Option<Box<Usage>>,
}

/// The worst violation of each resource, as messages.
pub(crate) fn explain(
    network: &Network,
    chip: &ChipSpec,
    mapping: &Mapping,
    violations: &[Violation],
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let beyond = violations.iter().filter(|v| matches!(v, Violation::NoSuchCore(_))).count();
    if beyond > 0 {
        diagnostics.push(too_many_cores(network, chip, mapping, beyond));
    }
    for resource in Resource::ALL {
        let of_resource = violations.iter().filter_map(|v| match v {
            Violation::Limit { core, resource: r, used, limit } if *r == resource => {
                Some((*used, *core, *limit))
            }
            _ => None,
        });
        let Some((used, core, limit)) = of_resource.max_by_key(|(used, core, _)| (*used, *core))
        else {
            continue;
        };
        let (x, y) = chip.tile(core, mapping.mesh_width);
        let parts = mapping.cores.iter().find(|c| c.core == core).map_or(&[][..], |c| &c.parts);
        let Some(largest) = parts.iter().max_by_key(|p| p.len) else { continue };
        let object = network.object(ObjectId(largest.object));
        let word = resource.word();
        let mut diagnostic = Diagnostic::new(
            codes::DOES_NOT_FIT,
            object.span,
            format!("core ({x}, {y}) needs {used} {word}, `{}` has {}", chip.name, limit.amount),
            format!("{} of its neurons are `{}`", largest.len, object.name),
        )
        .with_label(limit.span, "the limit");
        for node in network.projections() {
            let targets = node.projection.connector.targets.segments();
            if resource != Resource::Neurons && targets.iter().any(|s| s.object == largest.object) {
                diagnostic = diagnostic.with_label(node.span, "synapses of this projection");
            }
        }
        diagnostics.push(diagnostic.with_help(match resource {
            Resource::Neurons => "use a chip with more or larger cores, or fewer neurons",
            Resource::AxonsIn => {
                "fewer senders per core: fewer sources per target, or a chip with more axons_in"
            }
            Resource::AxonsOut => "fewer cores per axon: make connections more local",
            Resource::Synapses | Resource::SynapseBits => {
                "fewer synapses per neuron, fewer bits per weight, or a chip with more memory"
            }
            Resource::Programs => "use the same model and parameters for more of the populations",
        }));
    }
    diagnostics
}

fn too_many_cores(
    network: &Network,
    chip: &ChipSpec,
    mapping: &Mapping,
    beyond: usize,
) -> Diagnostic {
    let has = chip.cores().unwrap_or(0);
    let largest = network
        .objects()
        .filter(|(_, o)| matches!(o.kind, ObjectKind::Population(_)))
        .max_by_key(|(_, o)| o.size);
    let (span, text) = match largest {
        Some((_, o)) => (o.span, format!("the largest population, {} neurons", o.size)),
        None => (chip.span, String::new()),
    };
    Diagnostic::new(
        codes::DOES_NOT_FIT,
        span,
        format!(
            "`{}` needs {} cores, `{}` has {has}",
            network.name,
            mapping.cores.len().max(has as usize + beyond),
            chip.name
        ),
        text,
    )
    .with_label(chip.span, format!("{} by {} tiles", chip.width, chip.height))
    .with_help("use a larger chip, or fewer neurons")
}
