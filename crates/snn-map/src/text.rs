//! The `.map` file: one line per core and range, sorted, for people, tools and version control.

use std::fmt;

use snn_chip::{ChipSpec, CoreId};
use snn_ir::{Network, ObjectKind};

use crate::mappers::ranges;
use crate::{CoreAssignment, Mapping};

/// A map file that cannot be used, as the end of a sentence that begins "the map file".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError(String);

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a mapping.
pub fn print(network: &Network, mapping: &Mapping) -> String {
    let mut text = format!(
        "map 1\nnetwork {}\nchip {}\nmesh {} {}\n",
        network.name, mapping.chip, mapping.mesh_width, mapping.mesh_height
    );
    for (_, object) in network.objects() {
        if let ObjectKind::Population(_) = object.kind {
            text += &format!("population {} {}\n", object.name, object.size);
        }
    }
    for core in &mapping.cores {
        for part in &core.parts {
            let name = &network.object(snn_ir::ObjectId(part.object)).name;
            let end = part.start + part.len;
            text += &format!("core {} {name} {} {end}\n", core.core.0, part.start);
        }
    }
    text
}

/// Reads a mapping of this network on this chip.
///
/// # Errors
/// Where the text is not a map, or is one of another network or chip.
pub fn parse(text: &str, network: &Network, chip: &ChipSpec) -> Result<Mapping, TextError> {
    let fail = |what: String| Err(TextError(what));
    let mut lines = text.lines();
    if lines.next() != Some("map 1") {
        return fail("does not begin with `map 1`".into());
    }
    let mut mesh = (0, 0);
    let mut populations = Vec::new();
    let mut neurons: Vec<(u32, (u32, u32))> = Vec::new();
    for (number, line) in lines.enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let bad =
            || TextError(format!("has a line that is not understood: {}: {line}", number + 2));
        let int = |word: &str| word.parse::<u32>().map_err(|_| bad());
        match words.as_slice() {
            [] => {}
            ["network", name] if *name == network.name => {}
            ["network", name] => return fail(format!("is of network `{name}`")),
            ["chip", name] if *name == chip.name => {}
            ["chip", name] => return fail(format!("is for chip `{name}`")),
            ["mesh", width, height] => mesh = (int(width)?, int(height)?),
            ["population", name, size] => populations.push((name.to_string(), int(size)?)),
            ["core", core, name, start, end] => {
                let object = network.objects().find(|(_, o)| o.name == *name);
                let Some((id, object)) = object else {
                    return fail(format!("places `{name}`, which this network does not have"));
                };
                let (core, start, end) = (int(core)?, int(start)?, int(end)?);
                if start >= end || end > object.size {
                    return Err(bad());
                }
                neurons.extend((start..end).map(|i| (core, (id.0, i))));
            }
            _ => return Err(bad()),
        }
    }
    let own = network.objects().filter(|(_, o)| matches!(o.kind, ObjectKind::Population(_)));
    if populations != own.map(|(_, o)| (o.name.clone(), o.size)).collect::<Vec<_>>() {
        return fail("is of other populations or sizes".into());
    }
    neurons.sort_unstable();
    let cores = neurons.chunk_by(|a, b| a.0 == b.0).map(|own| CoreAssignment {
        core: CoreId(own[0].0),
        parts: ranges(own.iter().map(|(_, n)| *n).collect()),
    });
    Ok(Mapping {
        chip: chip.name.clone(),
        mapper: "import".into(),
        mesh_width: mesh.0.max(1),
        mesh_height: mesh.1.max(1),
        cores: cores.collect(),
    })
}
