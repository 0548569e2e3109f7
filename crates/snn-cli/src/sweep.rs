//! `snn run` and `snn test` of an experiment with sweeps: a table with one row per point.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};
use snn::map::MapOptions;
use snn::model::Project;
use snn::report::{AxisOutcome, ColumnHead, PooledOutcome, SweepRow, SweepTable, fingerprint};
use snn::result::Expectation;
use snn::{Compiled, PointFailure, PointOptions, PointOutcome, Study};

use crate::args::{Format, RunArgs};
use crate::files::{self, read_text, shown};
use crate::mapping::{mapper, write};
use crate::outcome::{Exit, Outcome, fail, print};
use crate::run;

/// A sweep that is run into a result folder.
struct Sweep<'a> {
    table: SweepTable,
    lines: Vec<Expectation>,
    /// Columns of each expectation, as places in the table.
    places: Vec<Vec<usize>>,
    project: &'a Project,
}

/// Runs the points of a sweep that its result folder does not hold yet.
pub fn command(args: &RunArgs, project: &Project, mut study: Study<'_>) -> Outcome<()> {
    let unfit = [
        (args.report, "--report"),
        (args.save_state.is_some(), "--save-state"),
        (args.from_state.is_some(), "--from-state"),
    ];
    if let Some((_, flag)) = unfit.iter().find(|(given, _)| *given) {
        let message = format!("{flag} is for one run: fix the sweeps with --set and --seed");
        return fail(Exit::Usage, message);
    }
    let compiled = shown(study.compile(0), &project.sources, args.source.format)?;
    let workers = run::workers_in_memory(args, &compiled)?;
    let mut sweep = Sweep::new(args, project, &study, &compiled);
    let place =
        args.out.clone().unwrap_or_else(|| run::default_folder(&args.source.file, &compiled));
    let place = run::folder_of(args, place, &compiled);
    let folder = Folder::open(&place, &sweep.table, args.force)?;
    let known: HashSet<usize> = folder.rows.iter().map(|r| r.point).collect();
    let options = PointOptions {
        workers,
        map: MapOptions { mapper: mapper(&args.mapper)? },
        load: snn::emulator::LoadOptions {
            simd: run::simd(args)?,
            tier: run::tier(args)?,
            ..Default::default()
        },
        stop: &run::interrupted,
    };
    let points = (0..study.points()).filter(|p| !known.contains(p));
    let rows = sweep.run(args, &mut study, points, &options, folder)?;
    sweep.conclude(args, &place, rows, study.points())
}

/// Runs all points in memory and shows every expectation; the number of those that fail.
pub fn test(
    file: &Path,
    project: &Project,
    mut study: Study<'_>,
    threads: Option<usize>,
) -> Outcome<u32> {
    let compiled = shown(study.compile(0), &project.sources, Format::Human)?;
    let lines = &compiled.network.protocol.expectations;
    let (columns, places) = columns(lines);
    let mut table = table(project, &study, &compiled, columns);
    let options = PointOptions {
        workers: threads.unwrap_or_else(run::all_cores),
        map: MapOptions::default(),
        load: snn::emulator::LoadOptions::default(),
        stop: &run::interrupted,
    };
    let mut rows = Vec::new();
    let points = 0..study.points();
    let ran = snn::run_points(&mut study, points, &options, &mut |point, outcome| {
        rows.push(row(&table, &places, point, outcome));
    });
    explain(ran, project, Format::Human)?;
    rows.sort_by_key(|r| r.point);
    let mut failed = 0;
    let name = &table.experiment;
    for row in rows.iter().filter(|r| !r.holds) {
        failed += 1;
        let why = row.error.as_deref().unwrap_or("an expectation does not hold");
        print(&format!(
            "FAIL {} {name}: {}: {why}\n",
            file.display(),
            show_point(&table, row.point)
        ))?;
    }
    let held = rows.len() - failed;
    print(&format!("ok   {} {name}: {held} of {} points\n", file.display(), rows.len()))?;
    table.rows = rows;
    let pooled = pooled(&table, lines, &places);
    for p in &pooled {
        let word = if p.holds { "ok  " } else { "FAIL" };
        let (at, value) = (show_at(&p.at), p.value.unwrap_or(f64::NAN));
        print(&format!(
            "{word} {} {name}: {}{at} (measured {value} {})\n",
            file.display(),
            p.text,
            p.unit
        ))?;
    }
    Ok(failed as u32 + pooled.iter().filter(|p| !p.holds).count() as u32)
}

/// The heads of all columns, each once, and which of them each expectation needs.
fn columns(lines: &[Expectation]) -> (Vec<ColumnHead>, Vec<Vec<usize>>) {
    let mut heads: Vec<ColumnHead> = Vec::new();
    let places = lines.iter().map(|line| {
        let columns = line.columns().into_iter().map(|c| {
            let head = ColumnHead { name: c.text, unit: c.unit.0 };
            heads.iter().position(|h| *h == head).unwrap_or_else(|| {
                heads.push(head);
                heads.len() - 1
            })
        });
        columns.collect()
    });
    let places = places.collect();
    (heads, places)
}

fn table(
    project: &Project,
    study: &Study<'_>,
    compiled: &Compiled,
    columns: Vec<ColumnHead>,
) -> SweepTable {
    let axes = study.axes().into_iter();
    let sources = project.sources.iter().map(|(_, f)| f.text.as_bytes());
    SweepTable {
        format: 1,
        snn: env!("CARGO_PKG_VERSION").into(),
        file: String::new(),
        experiment: compiled.network.protocol.name.clone(),
        network: compiled.network.name.clone(),
        source_hash: fingerprint(sources),
        axes: axes.map(|a| AxisOutcome { name: a.name, unit: a.unit, values: a.values }).collect(),
        columns,
        complete: false,
        rows: Vec::new(),
        expectations: Vec::new(),
    }
}

fn row(table: &SweepTable, places: &[Vec<usize>], point: usize, outcome: PointOutcome) -> SweepRow {
    let mut values = vec![None; table.columns.len()];
    for (place, value) in places.iter().flatten().zip(outcome.values) {
        values[*place] = Some(value).filter(|v| v.is_finite());
    }
    SweepRow {
        point,
        at: table.at(point),
        values,
        holds: outcome.holds,
        spike_hash: outcome.hash.to_string(),
        error: outcome.error,
    }
}

/// The lines with `over`, on the rows of a complete table.
fn pooled(table: &SweepTable, lines: &[Expectation], places: &[Vec<usize>]) -> Vec<PooledOutcome> {
    let at = |point: usize| -> Vec<(String, String)> {
        let names = table.axes.iter().map(|a| a.name.clone());
        names.zip(table.at(point)).collect()
    };
    let mut outcomes = Vec::new();
    for (line, places) in lines.iter().zip(places).filter(|(line, _)| !line.over.is_empty()) {
        let value = |point: usize| -> Vec<f64> {
            let row = &table.rows[point];
            places.iter().map(|place| row.values[*place].unwrap_or(f64::NAN)).collect()
        };
        for (at, verdict) in snn::pooled(line, table.rows.len(), at, value) {
            outcomes.push(PooledOutcome {
                text: line.text.clone(),
                at: at.into_iter().collect(),
                value: Some(verdict.value / line.unit.1).filter(|v| v.is_finite()),
                unit: line.unit.0.clone(),
                holds: verdict.holds,
            });
        }
    }
    outcomes
}

fn explain(ran: Result<(), PointFailure>, project: &Project, format: Format) -> Outcome<()> {
    match ran {
        Ok(()) => Ok(()),
        Err(PointFailure::Faults(diagnostics)) => {
            files::show(&diagnostics, &project.sources, format)?;
            Err(Exit::File)
        }
        Err(PointFailure::Fit(failure)) => {
            files::show(&failure.diagnostics, &project.sources, format)?;
            Err(Exit::Fit)
        }
        Err(PointFailure::Load(error)) => fail(Exit::Fit, error),
    }
}

fn show_point(table: &SweepTable, point: usize) -> String {
    let parts = table.axes.iter().zip(table.at(point));
    let parts: Vec<_> = parts
        .map(|(axis, value)| format!("{} = {value} {}", axis.name, axis.unit).trim_end().to_owned())
        .collect();
    parts.join(", ")
}

fn show_at(at: &BTreeMap<String, String>) -> String {
    let parts: Vec<_> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if parts.is_empty() { String::new() } else { format!(" at {}", parts.join(", ")) }
}

impl<'a> Sweep<'a> {
    fn new(args: &RunArgs, project: &'a Project, study: &Study<'_>, compiled: &Compiled) -> Self {
        let lines = compiled.network.protocol.expectations.clone();
        let (columns, places) = columns(&lines);
        let mut table = table(project, study, compiled, columns);
        if let Some(seed) = args.seed {
            table.source_hash = fingerprint([table.source_hash.as_bytes(), &seed.to_le_bytes()]);
        }
        table.file = args.source.file.to_string_lossy().into_owned();
        Self { table, lines, places, project }
    }

    /// Runs the points that are missing; all rows, in the order of the points.
    fn run(
        &self,
        args: &RunArgs,
        study: &mut Study<'_>,
        points: impl Iterator<Item = usize>,
        options: &PointOptions<'_>,
        mut folder: Folder,
    ) -> Outcome<Vec<SweepRow>> {
        let target = match args.quiet {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(5),
        };
        let bar = ProgressBar::with_draw_target(Some(study.points() as u64), target);
        bar.set_position(folder.rows.len() as u64);
        let mut written = Ok(());
        let ran = snn::run_points(study, points, options, &mut |point, outcome| {
            bar.inc(1);
            if written.is_ok() {
                written = folder.add(row(&self.table, &self.places, point, outcome));
            }
        });
        bar.finish_and_clear();
        written?;
        explain(ran, self.project, args.source.format)?;
        folder.rows.sort_by_key(|r| r.point);
        Ok(folder.rows)
    }

    /// Writes both files where all rows are there, and says how the sweep ended.
    fn conclude(
        &mut self,
        args: &RunArgs,
        place: &Path,
        rows: Vec<SweepRow>,
        points: usize,
    ) -> Outcome<()> {
        let name = &self.table.experiment;
        if rows.len() < points {
            let (done, rest) = (rows.len(), points - rows.len());
            eprintln!(
                "snn: {name} stopped after {done} of {points} points; the same command runs the other {rest}"
            );
            return Err(Exit::Interrupted);
        }
        let csv: String = rows.iter().map(SweepRow::csv).collect();
        write(&place.join("sweep.csv"), &(self.table.csv_head() + &csv))?;
        self.table.rows = rows;
        self.table.expectations = pooled(&self.table, &self.lines, &self.places);
        self.table.complete = true;
        let json = serde_json::to_string_pretty(&self.table).unwrap_or_default();
        write(&place.join("sweep.json"), &(json + "\n"))?;
        if !args.quiet && args.source.format == Format::Human {
            eprintln!("{name}: {points} points");
            eprintln!("  {}: sweep.csv, sweep.json", place.display());
        }
        let mut failed = false;
        for row in self.table.rows.iter().filter(|r| !r.holds) {
            failed = true;
            let why = row.error.as_deref().unwrap_or("an expectation failed, see its values");
            eprintln!("snn: at {}: {why}", show_point(&self.table, row.point));
        }
        for p in self.table.expectations.iter().filter(|p| !p.holds) {
            failed = true;
            let value = p.value.map_or("nothing".to_string(), |v| v.to_string());
            let at = show_at(&p.at);
            eprintln!("snn: expectation failed: {}{at} (measured {value} {})", p.text, p.unit);
        }
        if failed { Err(Exit::File) } else { Ok(()) }
    }
}

/// The result folder of a sweep, which may hold rows already.
struct Folder {
    place: PathBuf,
    file: std::fs::File,
    rows: Vec<SweepRow>,
}

impl Folder {
    fn open(place: &Path, table: &SweepTable, replace: bool) -> Outcome<Self> {
        let occupied = std::fs::read_dir(place).is_ok_and(|mut d| d.next().is_some());
        let (csv, json) = (place.join("sweep.csv"), place.join("sweep.json"));
        let mut rows = Vec::new();
        if (occupied || place.is_file()) && !replace {
            if !same_sweep(&json, table) {
                return fail(
                    Exit::Io,
                    format!(
                        "{} is there already and holds no unfinished part of this sweep: use --force to replace it, or --out DIR",
                        place.display()
                    ),
                );
            }
            if csv.exists() {
                rows = table.csv_rows(&read_text(&csv)?);
                let mut seen = HashSet::new();
                rows.retain(|row| row.at == table.at(row.point) && seen.insert(row.point));
            }
        }
        if let Err(error) = std::fs::create_dir_all(place) {
            return fail(Exit::Io, format!("cannot create {}: {error}", place.display()));
        }
        // What is kept is written anew, so that a torn line does not stand before the next.
        let kept: String = rows.iter().map(SweepRow::csv).collect();
        write(&json, &(serde_json::to_string_pretty(table).unwrap_or_default() + "\n"))?;
        write(&csv, &(table.csv_head() + &kept))?;
        match std::fs::OpenOptions::new().append(true).open(&csv) {
            Ok(file) => Ok(Self { place: place.to_path_buf(), file, rows }),
            Err(error) => fail(Exit::Io, format!("cannot write {}: {error}", csv.display())),
        }
    }

    fn add(&mut self, row: SweepRow) -> Outcome<()> {
        let written = self.file.write_all(row.csv().as_bytes());
        self.rows.push(row);
        match written {
            Ok(()) => Ok(()),
            Err(error) => {
                fail(Exit::Io, format!("cannot write in {}: {error}", self.place.display()))
            }
        }
    }
}

/// Whether a folder holds a part of the same sweep that is not complete.
fn same_sweep(json: &Path, table: &SweepTable) -> bool {
    let text = std::fs::read_to_string(json).unwrap_or_default();
    serde_json::from_str::<SweepTable>(&text).is_ok_and(|old| table.is_of(&old) && !old.complete)
}
