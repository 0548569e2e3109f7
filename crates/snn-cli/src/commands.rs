//! The commands, apart from `map` and `run`.

use std::path::Path;

use clap::CommandFactory;
use snn::diagnostics::Code;
use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, Mapper, map};
use snn::model::Options;
use snn::result::Collected;

use crate::args::{
    CheckArgs, Cli, Command, CompileArgs, DiffArgs, DocArgs, Emit, ExplainArgs, FmtArgs, Format,
    ListArgs, Markup, NewArgs, TestArgs,
};
use crate::files::{load, load_path, options, read_stdin, read_text, show, shown};
use crate::mapping::{mapped, write};
use crate::outcome::{Exit, Outcome, fail, print};

/// Runs a command.
pub fn dispatch(cli: Cli) -> Exit {
    let outcome = match cli.command {
        Command::Check(args) => check(&args),
        Command::Fmt(args) => fmt(&args),
        Command::Fix(args) => crate::fix::command(&args),
        Command::Doc(args) => doc(&args),
        Command::Diff(args) => diff(&args),
        Command::Explain(args) => explain(&args),
        Command::Compile(args) => compile(&args),
        Command::Map(args) => crate::mapping::command(&args),
        Command::Run(args) => crate::run::command(&args),
        Command::Test(args) => test(&args),
        Command::List(args) => list(&args),
        Command::New(args) => new(&args),
        Command::Completions(args) => completions(args.shell),
        Command::Man(args) => man(&args.folder),
    };
    outcome.err().unwrap_or(Exit::Success)
}

fn check(args: &CheckArgs) -> Outcome<()> {
    let project = load(&args.source)?;
    let diagnostics = snn::check(&project, &options(&args.source)).diagnostics;
    let failed = diagnostics.iter().any(|d| d.code.id().starts_with('E'));
    show(&diagnostics, &project.sources, args.source.format)?;
    if failed {
        return Err(Exit::File);
    }
    if args.source.format == Format::Human && diagnostics.is_empty() {
        eprintln!("no faults");
    }
    Ok(())
}

fn fmt(args: &FmtArgs) -> Outcome<()> {
    let mut untidy = false;
    for file in &args.files {
        let stdin = file.as_os_str() == "-";
        let text = if stdin { read_stdin()? } else { read_text(file)? };
        let mut sources = snn::diagnostics::SourceMap::default();
        let source = sources.add(file.to_string_lossy(), text.clone());
        let formatted = shown(snn::syntax::format(source, &text), &sources, Format::Human)?;
        if stdin && !args.check {
            print(&formatted)?;
            continue;
        }
        if formatted == text {
            continue;
        }
        untidy = true;
        if args.check {
            eprintln!("{} is not in canonical form", file.display());
        } else {
            write(file, &formatted)?;
        }
    }
    if args.check && untidy { Err(Exit::File) } else { Ok(()) }
}

fn explain(args: &ExplainArgs) -> Outcome<()> {
    if let Some(file) = &args.decisions {
        let project = load_path(file, &[])?;
        let compiled = snn::compile(&project, args.experiment.as_deref(), &Options::default());
        let compiled = shown(compiled, &project.sources, Format::Human)?;
        let mut text = String::new();
        for d in &compiled.decisions {
            let (line, _) = project.sources.line_column(d.span);
            text +=
                &format!("{} (line {line}): {}\n    because {}\n", d.subject, d.choice, d.reason);
        }
        return print(&text);
    }
    let id = args.code.as_deref().unwrap_or_default();
    match Code::find(id) {
        Some(code) => {
            let pair = code.pair().map_or(String::new(), |pair| {
                format!("\nWrong with the lines `-`, right with the lines `+`:\n\n{pair}\n")
            });
            print(&format!("{}: {}\n\n{}\n{pair}", code.id(), code.title(), code.text()))
        }
        None => {
            let ids: Vec<&str> = Code::all().map(Code::id).collect();
            fail(Exit::Usage, format!("there is no code `{id}`: there are {}", ids.join(" ")))
        }
    }
}

fn doc(args: &DocArgs) -> Outcome<()> {
    let project = load_path(&args.file, &[])?;
    let checkup = snn::check(&project, &Options::default());
    shown(checkup, &project.sources, Format::Human)?;
    let name = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let document = snn::document(&project, &name);
    print(&match args.format {
        Markup::Markdown => document.markdown(),
        Markup::Html => document.html(),
    })
}

fn diff(args: &DiffArgs) -> Outcome<()> {
    let facts = |file: &Path| {
        let project = load_path(file, &[])?;
        shown(snn::facts(&project, &Options::default()), &project.sources, Format::Human)
    };
    let differences = snn::differences(&facts(&args.old)?, &facts(&args.new)?);
    if args.format == Format::Json {
        crate::mapping::json(&differences)?;
    } else {
        for d in &differences {
            print(&format!("{}\n", d.place))?;
            for (mark, side) in [('-', &d.old), ('+', &d.new)] {
                if let Some(value) = side {
                    print(&format!("  {mark} {value}\n"))?;
                }
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(Exit::File) }
}

fn compile(args: &CompileArgs) -> Outcome<()> {
    let format = args.source.format;
    if args.emit == Emit::Ast {
        let text = read_text(&args.source.file)?;
        let mut sources = snn::diagnostics::SourceMap::default();
        let source = sources.add(args.source.file.to_string_lossy(), text.clone());
        let file = shown(snn::syntax::parse(source, &text), &sources, format)?;
        return print(&format!("{file:#?}\n"));
    }
    let project = load(&args.source)?;
    let (experiment, options) = (args.experiment.as_deref(), options(&args.source));
    if args.emit == Emit::Model {
        let model = snn::model::instantiate(&project, experiment, &options);
        let model = shown(model, &project.sources, format)?;
        return print(&format!("{model:#?}\n"));
    }
    let compiled = shown(snn::compile(&project, experiment, &options), &project.sources, format)?;
    match args.emit {
        Emit::Ir => return print(&snn::ir::text::print(&compiled.network)),
        Emit::Dot => return print(&snn::ir::dot::print(&compiled.network)),
        _ => {}
    }
    let mapped = mapped(&compiled, Mapper::Auto, &project.sources, format)?;
    match args.emit {
        Emit::Map => print(&snn::map::print_map(&compiled.network, &mapped.mapping)),
        _ => {
            let image = snn::map::assemble(&compiled.network, &compiled.chip, &mapped.mapping);
            print(&format!("{image:#?}\n"))
        }
    }
}

fn test(args: &TestArgs) -> Outcome<()> {
    let mut failed = 0;
    for file in &args.files {
        let project = load_path(file, &[])?;
        let checkup = snn::model::check(&project, &Options::default());
        let checkup = shown(checkup, &project.sources, Format::Human)?;
        if checkup.experiments.is_empty() {
            eprintln!("{}: no experiments", file.display());
        }
        for experiment in &checkup.experiments {
            failed += test_one(file, &project, &experiment.name, args.threads)?;
        }
    }
    if failed > 0 {
        return fail(Exit::File, format!("{failed} expectations failed"));
    }
    Ok(())
}

/// Runs one experiment in memory; the number of expectations that fail.
fn test_one(
    file: &Path,
    project: &snn::model::Project,
    experiment: &str,
    threads: Option<usize>,
) -> Outcome<u32> {
    let study = snn::study(project, Some(experiment), &Options::default());
    let mut study = shown(study, &project.sources, Format::Human)?;
    if study.points() > 1 {
        return crate::sweep::test(file, project, study, threads);
    }
    let compiled = shown(study.compile(0), &project.sources, Format::Human)?;
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default());
    let Ok(mapped) = mapped else {
        return fail(Exit::Fit, format!("{experiment} does not fit its chip; see snn map"));
    };
    let threads = threads.unwrap_or_else(crate::run::all_cores);
    let options = LoadOptions { threads, ..LoadOptions::default() };
    let protocol = &compiled.network.protocol;
    let session = snn::Session::new(&compiled, &mapped.mapping, &options, None);
    let mut session = match session {
        Ok(session) => session,
        Err(error) => return fail(Exit::Fit, error),
    };
    let ticks = protocol.warmup_ticks + protocol.run_ticks;
    if let Err(error) = session.run(ticks, &mut Collected::default(), &mut |_| Control::Continue) {
        return fail(Exit::File, format!("{experiment}: {error}"));
    }
    let mut failed = 0;
    for (expectation, verdict) in protocol.expectations.iter().zip(session.verdicts()) {
        let word = if verdict.holds { "ok  " } else { "FAIL" };
        failed += u32::from(!verdict.holds);
        let (unit, scale) = &expectation.unit;
        print(&format!(
            "{word} {} {experiment}: {} (measured {} {unit})\n",
            file.display(),
            expectation.text,
            verdict.value / scale
        ))?;
    }
    Ok(failed)
}

fn list(args: &ListArgs) -> Outcome<()> {
    let project = load(&args.source)?;
    let checkup = snn::model::check(&project, &options(&args.source));
    let checkup = shown(checkup, &project.sources, Format::Human)?;
    if args.source.format == Format::Json {
        return crate::mapping::json(&listing(&checkup));
    }
    let mut text = String::new();
    let parameters = |parameters: &[snn::model::ParameterSummary]| {
        let mut lines = String::new();
        for p in parameters {
            let unit = p.unit.as_deref().map_or(String::new(), |u| format!(": {u}"));
            let value = p.default.as_deref().map_or(String::new(), |d| format!(" = {d}"));
            lines += &format!("  param {}{unit}{value}\n", p.name);
        }
        lines
    };
    for network in &checkup.networks {
        text += &format!("network {}\n{}", network.name, parameters(&network.parameters));
        for object in &network.objects {
            text += &format!("  {object}\n");
        }
    }
    for neuron in &checkup.neurons {
        text += &format!("neuron {}\n{}", neuron.name, parameters(&neuron.parameters));
    }
    for experiment in &checkup.experiments {
        text += &format!(
            "experiment {} of {}, {} expectations\n",
            experiment.name, experiment.network, experiment.expectations
        );
    }
    print(&text)
}

fn listing(checkup: &snn::model::Checkup) -> serde_json::Value {
    let parameters = |parameters: &[snn::model::ParameterSummary]| {
        let one = |p: &snn::model::ParameterSummary| serde_json::json!({ "name": p.name, "unit": p.unit, "default": p.default, "doc": p.doc });
        parameters.iter().map(one).collect::<Vec<_>>()
    };
    serde_json::json!({
        "networks": checkup.networks.iter().map(|n| serde_json::json!({
            "name": n.name, "doc": n.doc, "parameters": parameters(&n.parameters), "objects": n.objects,
        })).collect::<Vec<_>>(),
        "neurons": checkup.neurons.iter().map(|n| serde_json::json!({
            "name": n.name, "doc": n.doc, "parameters": parameters(&n.parameters),
        })).collect::<Vec<_>>(),
        "experiments": checkup.experiments.iter().map(|e| serde_json::json!({
            "name": e.name, "doc": e.doc, "network": e.network, "expectations": e.expectations,
        })).collect::<Vec<_>>(),
    })
}

const STARTER: &str = include_str!("starter.snn");

fn new(args: &NewArgs) -> Outcome<()> {
    let path = args.name.with_extension("snn");
    if path.exists() {
        return fail(Exit::Io, format!("{} is there already", path.display()));
    }
    write(&path, STARTER)?;
    eprintln!("wrote {}; try: snn run {}", path.display(), path.display());
    Ok(())
}

fn completions(shell: clap_complete::Shell) -> Outcome<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "snn", &mut script);
    print(&String::from_utf8_lossy(&script))
}

fn man(folder: &Path) -> Outcome<()> {
    let made = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
    match made {
        Ok(()) => Ok(()),
        Err(error) => fail(Exit::Io, format!("cannot write man pages: {error}")),
    }
}
