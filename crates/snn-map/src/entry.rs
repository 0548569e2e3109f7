//! Mapping a network: choose a mapper, honour the directives, stay within every limit.

use snn_chip::{ChipSpec, CoreId, Place};
use snn_diagnostics::{Diagnostic, codes::chip as codes};
use snn_ir::Network;

use crate::failure::explain;
use crate::mappers::{auto, neuron_limit, random_with, ranges, sequential_with};
use crate::{CoreAssignment, MapFailure, Mapping, Usage, Violation, measure, text};

/// Which mapper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mapper {
    /// Considers traffic.
    #[default]
    Auto,
    /// Declaration order.
    Sequential,
    /// A random order, named by a seed.
    Random(u64),
    /// The text of a `.map` file.
    Import(String),
}

impl Mapper {
    /// One of each that needs nothing but a network; a new mapper is added here and in `named`.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Sequential, Self::Random(1)];

    /// The mapper called `auto`, `sequential`, `random` or `random:SEED`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "sequential" => Some(Self::Sequential),
            "random" => Some(Self::Random(1)),
            _ => name.strip_prefix("random:")?.parse().ok().map(Self::Random),
        }
    }
}

/// How a network is mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapOptions {
    /// The mapper.
    pub mapper: Mapper,
}

/// A mapping that holds on its chip.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The mapping.
    pub mapping: Mapping,
    /// What it uses.
    pub usage: Usage,
    /// What the mapper did and why.
    pub note: String,
}

/// Maps a network onto a chip.
///
/// # Errors
/// Where no mapping within the chip's limits was found, or an imported one does not hold.
pub fn map(network: &Network, chip: &ChipSpec, options: &MapOptions) -> Result<Mapped, MapFailure> {
    let mut capacity = neuron_limit(chip);
    loop {
        let (mapping, note) = match &options.mapper {
            Mapper::Auto => auto(network, chip, capacity),
            Mapper::Sequential => {
                (sequential_with(network, chip, capacity), "the order of the text".to_string())
            }
            Mapper::Random(seed) => {
                let mapping = random_with(network, chip, capacity, *seed);
                (mapping, "a random order".to_string())
            }
            Mapper::Import(map) => (imported(network, chip, map)?, "as imported".to_string()),
        };
        let mapping = placed(network, chip, mapping)?;
        let (usage, violations) = measure(network, chip, &mapping);
        if violations.is_empty() {
            required(network, &mapping, &usage)?;
            return Ok(Mapped { mapping, usage, note });
        }
        // Fewer neurons per core need less of everything else, as long as there are cores.
        let most = mapping.cores.iter().map(neurons).max().unwrap_or(1);
        let crowded = violations.iter().all(|v| matches!(v, Violation::Limit { .. }));
        if matches!(options.mapper, Mapper::Import(_)) || !crowded || most <= 1 {
            let diagnostics = explain(network, chip, &mapping, &violations);
            return Err(MapFailure { diagnostics, usage: Some(Box::new(usage)) });
        }
        let tightest = violations.iter().map(|v| match v {
            Violation::Limit { used, limit, .. } => most * limit.amount / used.max(&1),
            _ => most,
        });
        let next = tightest.min().unwrap_or(1).clamp(most / 2, most - 1).max(1);
        // A table of the last attempt with the chip's own core size says more than one of single neurons.
        if chip.cores().is_some_and(|n| u64::from(n) * next < network.neurons()) {
            let diagnostics = explain(network, chip, &mapping, &violations);
            return Err(MapFailure { diagnostics, usage: Some(Box::new(usage)) });
        }
        capacity = next;
    }
}

fn neurons(core: &CoreAssignment) -> u64 {
    core.parts.iter().map(|p| u64::from(p.len)).sum()
}

/// Moves populations that a directive places to their tile: the core that holds most of them changes
/// places with the core there, and the rest follow as far as there is room.
fn placed(network: &Network, chip: &ChipSpec, mut mapping: Mapping) -> Result<Mapping, MapFailure> {
    for directive in &network.request.places {
        let Place::OnTile { population, x, y, span } = directive else { continue };
        let target = CoreId((y * mapping.mesh_width + x) * chip.cores_per_tile);
        let object = network.object(snn_ir::ObjectId(*population));
        let limit = neuron_limit(chip);
        if *x >= mapping.mesh_width || *y >= mapping.mesh_height || u64::from(object.size) > limit {
            let diagnostic = Diagnostic::new(
                codes::DOES_NOT_FIT,
                *span,
                format!("`{}` does not fit on core ({x}, {y})", object.name),
                format!(
                    "{} neurons; the mesh is {} by {}, a core holds {limit}",
                    object.size, mapping.mesh_width, mapping.mesh_height
                ),
            );
            return Err(MapFailure { diagnostics: vec![diagnostic], usage: None });
        }
        mapping.cores = with_population_on(mapping.cores, *population, object.size, target, limit);
    }
    Ok(mapping)
}

/// All of `population` on core `target`; what was there before takes the places left behind.
fn with_population_on(
    cores: Vec<CoreAssignment>,
    population: u32,
    size: u32,
    target: CoreId,
    limit: u64,
) -> Vec<CoreAssignment> {
    let mut own: Vec<(CoreId, Vec<(u32, u32)>)> = cores
        .into_iter()
        .map(|c| {
            let neurons =
                c.parts.iter().flat_map(|p| (p.start..p.start + p.len).map(|i| (p.object, i)));
            (c.core, neurons.collect())
        })
        .collect();
    if !own.iter().any(|(c, _)| *c == target) {
        own.push((target, Vec::new()));
    }
    for (_, neurons) in &mut own {
        neurons.retain(|(o, _)| *o != population);
    }
    let room = limit - u64::from(size);
    let mut homeless = Vec::new();
    for (core, neurons) in &mut own {
        if *core == target {
            homeless = neurons.split_off(neurons.len().min(room as usize));
            neurons.extend((0..size).map(|i| (population, i)));
        }
    }
    for (core, neurons) in &mut own {
        if *core != target {
            let free = (limit as usize).saturating_sub(neurons.len()).min(homeless.len());
            neurons.extend(homeless.split_off(homeless.len() - free));
        }
    }
    let mut cores: Vec<CoreAssignment> = own
        .into_iter()
        .filter(|(_, neurons)| !neurons.is_empty())
        .map(|(core, mut neurons)| {
            neurons.sort_unstable();
            CoreAssignment { core, parts: ranges(neurons) }
        })
        .collect();
    cores.sort_by_key(|c| c.core);
    cores
}

fn required(network: &Network, mapping: &Mapping, usage: &Usage) -> Result<(), MapFailure> {
    let Some((most, span)) = network.request.max_cores else { return Ok(()) };
    if mapping.cores.len() <= most as usize {
        return Ok(());
    }
    let diagnostic = Diagnostic::new(
        codes::DOES_NOT_FIT,
        span,
        format!("`{}` takes {} cores", network.name, mapping.cores.len()),
        format!("at most {most} are required"),
    )
    .with_help("write `minimise cores`, or allow more");
    Err(MapFailure { diagnostics: vec![diagnostic], usage: Some(Box::new(usage.clone())) })
}

fn imported(network: &Network, chip: &ChipSpec, map: &str) -> Result<Mapping, MapFailure> {
    text::parse(map, network, chip).map_err(|error| {
        let span = network.objects().next().map_or(chip.span, |(_, o)| o.span);
        let diagnostic = Diagnostic::new(
            codes::BAD_MAP_FILE,
            span,
            format!("the map file {error}"),
            "this network",
        )
        .with_help("write a fresh one with `snn map FILE --map-out FILE`");
        MapFailure { diagnostics: vec![diagnostic], usage: None }
    })
}
