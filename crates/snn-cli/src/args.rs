//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Spiking networks: write them, compile them onto chips, run them.
#[derive(Debug, Parser)]
#[command(name = "snn", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 success; 1 a fault in the file, a failed expectation, a state that \
is not finite; 2 usage; 3 does not fit the chip or the memory; 4 reading or writing; 130 Ctrl-C; 101 a \
fault of snn."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a file and everything it imports.
    Check(CheckArgs),
    /// Bring files into the one canonical form.
    Fmt(FmtArgs),
    /// Apply the replacements that messages offer.
    Fix(FixArgs),
    /// Describe the models of a file in tables: neurons with equations, networks, experiments.
    Doc(DocArgs),
    /// Compare two programs by meaning.
    Diff(DiffArgs),
    /// Explain a code such as E0203, or the compiler's decisions for a file.
    Explain(ExplainArgs),
    /// Show what a stage of the compiler makes of an experiment.
    Compile(CompileArgs),
    /// Map an experiment's network onto its chip and show the cores.
    Map(MapArgs),
    /// Run an experiment.
    Run(RunArgs),
    /// Run all experiments of files and check their `expect` lines.
    Test(TestArgs),
    /// List networks, experiments and parameters of a file.
    List(ListArgs),
    /// Write a starter file.
    New(NewArgs),
    /// Print the completion script of a shell.
    Completions(CompletionsArgs),
    /// Write man pages into a folder.
    Man(ManArgs),
}

/// What a file is compiled with.
#[derive(Debug, Args)]
pub struct Source {
    /// The program.
    pub file: PathBuf,
    /// Override: `network.param=EXPR`, or `experiment.dt|run|seed|warmup=EXPR`, units checked.
    #[arg(long = "set", value_name = "PATH=EXPR")]
    pub sets: Vec<String>,
    /// How messages are written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Objects (populations, sources, projections) at most.
    #[arg(long, default_value_t = 100_000)]
    pub max_objects: usize,
}

/// People or machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON value.
    Json,
}

/// `snn check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The program.
    #[command(flatten)]
    pub source: Source,
}

/// `snn fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files to rewrite in place; `-` reads a program from stdin and writes it to stdout.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change nothing; exit 1 where a file is not in canonical form.
    #[arg(long)]
    pub check: bool,
}

/// `snn fix`.
#[derive(Debug, Args)]
pub struct FixArgs {
    /// Files to mend in place.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change nothing; show the lines that would change.
    #[arg(long)]
    pub diff: bool,
}

/// `snn doc`.
#[derive(Debug, Args)]
pub struct DocArgs {
    /// The program.
    pub file: PathBuf,
    /// Markdown or a page of HTML.
    #[arg(long, value_enum, default_value_t = Markup::Markdown)]
    pub format: Markup,
}

/// How a description is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Markup {
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
}

/// `snn diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A program.
    pub old: PathBuf,
    /// Another.
    pub new: PathBuf,
    /// How differences are written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `snn explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code such as E0203.
    #[arg(required_unless_present = "decisions")]
    pub code: Option<String>,
    /// Explain how a file's first experiment (or --experiment) is integrated, drawn and updated.
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Which experiment.
    #[arg(long)]
    pub experiment: Option<String>,
}

/// `snn compile`.
#[derive(Debug, Args)]
pub struct CompileArgs {
    /// The program.
    #[command(flatten)]
    pub source: Source,
    /// Which experiment.
    #[arg(long)]
    pub experiment: Option<String>,
    /// What to show.
    #[arg(long, value_enum, default_value_t = Emit::Ir)]
    pub emit: Emit,
}

/// Stages that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The syntax tree.
    Ast,
    /// The typed model.
    Model,
    /// The network.
    Ir,
    /// The network for Graphviz.
    Dot,
    /// The mapping.
    Map,
    /// The image that is loaded on the chip.
    Image,
}

/// Which mapper.
#[derive(Debug, Args)]
pub struct MapperArgs {
    /// `auto`, `sequential`, `random:SEED` or `import:FILE`.
    #[arg(long, default_value = "auto")]
    pub mapper: String,
}

/// `snn map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// The program.
    #[command(flatten)]
    pub source: Source,
    /// Which experiment.
    #[arg(long)]
    pub experiment: Option<String>,
    /// The mapper.
    #[command(flatten)]
    pub mapper: MapperArgs,
    /// Write the floorplan, coloured by population and by traffic.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the mapping, to be read by `--mapper import:FILE`.
    #[arg(long, value_name = "FILE")]
    pub map_out: Option<PathBuf>,
    /// Explain the place of a population.
    #[arg(long, value_name = "POPULATION")]
    pub why: Option<String>,
}

/// `snn run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The program.
    #[command(flatten)]
    pub source: Source,
    /// Which experiment; the first of the file where not given.
    #[arg(long, conflicts_with = "all")]
    pub experiment: Option<String>,
    /// All experiments.
    #[arg(long)]
    pub all: bool,
    /// Worker threads; results do not depend on it. All cores of the machine where not given.
    #[arg(long)]
    pub threads: Option<usize>,
    /// Seed, instead of the experiment's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The mapper.
    #[command(flatten)]
    pub mapper: MapperArgs,
    /// Result folder; `snn-out/<file>-<experiment>` where not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace a result folder that is not empty.
    #[arg(long)]
    pub force: bool,
    /// Also write report.html.
    #[arg(long)]
    pub report: bool,
    /// Refuse to run what is predicted to need more memory, such as 4GiB.
    #[arg(long, value_name = "SIZE", value_parser = crate::files::size)]
    pub max_memory: Option<u64>,
    /// Draw rows again for every spike instead of storing them, where their rule allows it. The spikes are the
    /// same; done without being asked where memory would not suffice.
    #[arg(long)]
    pub regenerate_rows: bool,
    /// No progress, no summary.
    #[arg(long, short)]
    pub quiet: bool,
    /// Save the state at the end, to continue from.
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,
    /// Continue from a saved state.
    #[arg(long, value_name = "FILE")]
    pub from_state: Option<PathBuf>,
    /// Vector instructions: `baseline`, `avx2`, `avx512`; results do not depend on it.
    #[arg(long, value_name = "LEVEL")]
    pub simd: Option<String>,
    /// How neurons are updated: `shapes` (in one pass where there is one) or `blocks` (operation by
    /// operation); results do not depend on it.
    #[arg(long, value_name = "TIER")]
    pub tier: Option<String>,
}

/// `snn test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Programs.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Worker threads.
    #[arg(long)]
    pub threads: Option<usize>,
}

/// `snn list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The program.
    #[command(flatten)]
    pub source: Source,
}

/// `snn new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Name of the file to write, with or without `.snn`.
    pub name: PathBuf,
}

/// `snn completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// `snn man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Where to write the pages.
    pub folder: PathBuf,
}
