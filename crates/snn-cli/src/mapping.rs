//! Mapping for every command that needs one.

use std::path::Path;

use snn::Compiled;
use snn::diagnostics::SourceMap;
use snn::emulator::RowChoice;
use snn::map::{MapOptions, Mapped, Mapper, Totals, map, measure, sequential};
use snn::report::{Colour, MapSummary, core_table, floorplan};

use crate::args::{Format, MapArgs, MapperArgs};
use crate::files::{self, load, options, read_text, shown};
use crate::outcome::{Exit, Outcome, fail, print};

/// The mapper asked for.
pub fn mapper(args: &MapperArgs) -> Outcome<Mapper> {
    if let Some(file) = args.mapper.strip_prefix("import:") {
        return Ok(Mapper::Import(read_text(Path::new(file))?));
    }
    Mapper::named(&args.mapper).map_or_else(
        || {
            let known = "auto, sequential, random:SEED or import:FILE";
            fail(Exit::Usage, format!("there is no mapper `{}`: use {known}", args.mapper))
        },
        Ok,
    )
}

/// Maps a compiled network, or shows why it does not fit.
pub fn mapped(
    compiled: &Compiled,
    mapper: Mapper,
    sources: &SourceMap,
    format: Format,
) -> Outcome<Mapped> {
    let options = MapOptions { mapper };
    map(&compiled.network, &compiled.chip, &options).or_else(|failure| {
        files::show(&failure.diagnostics, sources, format)?;
        if let Some(usage) = &failure.usage
            && format == Format::Human
        {
            let attempt = sequential(&compiled.network, &compiled.chip);
            eprint!("{}", core_table(&attempt, usage, "does not fit", None));
        }
        Err(Exit::Fit)
    })
}

/// `snn map`.
pub fn command(args: &MapArgs) -> Outcome<()> {
    let format = args.source.format;
    let project = load(&args.source)?;
    let compiled = snn::compile(&project, args.experiment.as_deref(), &options(&args.source));
    let compiled = shown(compiled, &project.sources, format)?;
    let mapped = mapped(&compiled, mapper(&args.mapper)?, &project.sources, format)?;
    if let Some(file) = &args.svg {
        let by_population = floorplan(&mapped.mapping, &mapped.usage, Colour::Population);
        let by_traffic = floorplan(&mapped.mapping, &mapped.usage, Colour::Traffic);
        write(file, &by_population)?;
        write(&file.with_extension("traffic.svg"), &by_traffic)?;
    }
    if let Some(file) = &args.map_out {
        write(file, &snn::map::print_map(&compiled.network, &mapped.mapping))?;
    }
    if let Some(name) = &args.why {
        return why(&compiled, &mapped, name, format);
    }
    let base = in_order(&compiled);
    let predicted_bytes = compiled.predicted_bytes(Some(&mapped.mapping), 1, RowChoice::Stored);
    match format {
        Format::Json => {
            let summary = MapSummary {
                chip: &mapped.mapping.chip,
                mapper: &mapped.mapping.mapper,
                mesh: (mapped.mapping.mesh_width, mapped.mapping.mesh_height),
                note: &mapped.note,
                usage: &mapped.usage,
                sequential: base,
                predicted_bytes,
            };
            json(&summary)
        }
        Format::Human => {
            let table = core_table(&mapped.mapping, &mapped.usage, &mapped.note, base);
            let mib = predicted_bytes as f64 / f64::from(1 << 20);
            print(&format!("{table}memory of the emulator on one thread: about {mib:.1} MiB\n"))
        }
    }
}

fn in_order(compiled: &Compiled) -> Option<Totals> {
    let mapping = sequential(&compiled.network, &compiled.chip);
    measure(&compiled.network, &compiled.chip, &mapping).0.totals
}

fn why(compiled: &Compiled, mapped: &Mapped, name: &str, format: Format) -> Outcome<()> {
    let network = &compiled.network;
    let Some((id, _)) =
        network.objects().find(|(id, o)| o.name == name && network.kernel(*id).is_some())
    else {
        let names = network.objects().filter(|(id, _)| network.kernel(*id).is_some());
        let names: Vec<&str> = names.map(|(_, o)| o.name.as_str()).collect();
        return fail(
            Exit::Usage,
            format!("there is no population `{name}`: there are {}", names.join(", ")),
        );
    };
    let Some(why) = snn::map::why(network, &compiled.chip, &mapped.mapping, &mapped.usage, id)
    else {
        return fail(Exit::Usage, "the network is too large to take its traffic apart");
    };
    if format == Format::Json {
        return json(&why);
    }
    let mut text = format!("{name} lies on {} tiles:", why.tiles.len());
    for ((x, y), n) in why.tiles.iter().take(12) {
        text += &format!(" ({x}, {y}) {n}");
    }
    text += "\nsynapses times hops, the largest terms:\n";
    for (other, cost) in &why.terms {
        text += &format!("  {other:20} {cost}\n");
    }
    if why.terms.is_empty() {
        text += "  none: everything it talks to lies on the same tiles\n";
    }
    if let Some(((x, y), change)) = why.alternative {
        text += &format!(
            "best other core: at ({x}, {y}), packets times hops would change by {change:+}\n"
        );
    }
    text += &format!("mapper {}: {}\n", mapped.mapping.mapper, mapped.note);
    print(&text)
}

/// One JSON value on stdout.
pub fn json(value: &impl serde::Serialize) -> Outcome<()> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&(text + "\n")),
        Err(error) => fail(Exit::Internal, error),
    }
}

/// Writes a file, or says why not.
pub fn write(path: &Path, text: &str) -> Outcome<()> {
    match std::fs::write(path, text) {
        Ok(()) => Ok(()),
        Err(error) => fail(Exit::Io, format!("cannot write {}: {error}", path.display())),
    }
}
