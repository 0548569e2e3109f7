//! `snn run`: from a file to a result folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use snn::emulator::{Checkpoint, Control, LoadError, LoadOptions, RowChoice, Simd, Tier};
use snn::ir::Network;
use snn::map::{Mapped, print_map};
use snn::model::{Options, Project};
use snn::report::{
    Colour, CoreTotals, CostSummary, ExpectationOutcome, Host, Page, PopulationOutcome,
    PopulationTimes, RunSummary, Timing, TraceUnit, fingerprint, floorplan, page,
};
use snn::result::RunResult;
use snn::{Compiled, Session, SessionError};

use crate::args::{Format, RunArgs};
use crate::files::{load, options, read, shown};
use crate::folder::{Folder, Kept, Writer};
use crate::mapping::{mapped, mapper};
use crate::outcome::{Exit, Outcome, fail};
use crate::progress::Line;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Worker threads where none are asked for.
pub fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `snn run`.
pub fn command(args: &RunArgs) -> Outcome<()> {
    if args.threads == Some(0) {
        return fail(Exit::Usage, "--threads is at least 1");
    }
    // A second Ctrl-C while results are written must not lose them: the flag only ends the run.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let started = Instant::now();
    let project = load(&args.source)?;
    let mut names = vec![args.experiment.clone()];
    if args.all {
        let checkup = snn::model::check(&project, &options(&args.source));
        let checkup = shown(checkup, &project.sources, args.source.format)?;
        names = checkup.experiments.into_iter().map(|e| Some(e.name)).collect();
    }
    let mut worst = Exit::Success;
    for name in names {
        let exit = one(args, &project, name.as_deref(), started).err().unwrap_or(Exit::Success);
        if matches!(exit, Exit::Interrupted | Exit::Io | Exit::Usage) {
            return Err(exit);
        }
        worst = worst.max(exit);
    }
    if worst == Exit::Success { Ok(()) } else { Err(worst) }
}

/// One experiment, with what is needed to describe its run.
struct Run<'a> {
    args: &'a RunArgs,
    project: &'a Project,
    compiled: &'a Compiled,
    mapped: &'a Mapped,
    session: Session,
    timing: Timing,
    /// (tick, spikes per object) now and then.
    history: Vec<(u64, Vec<u64>)>,
    error: Option<String>,
}

fn one(
    args: &RunArgs,
    project: &Project,
    experiment: Option<&str>,
    started: Instant,
) -> Outcome<()> {
    let format = args.source.format;
    let options = Options { seed: args.seed, ..options(&args.source) };
    let mut study = shown(snn::study(project, experiment, &options), &project.sources, format)?;
    if study.points() > 1 {
        return crate::sweep::command(args, project, study);
    }
    let compiled = shown(study.compile(0), &project.sources, format)?;
    let mut timing = Timing { check_s: started.elapsed().as_secs_f64(), ..Timing::default() };
    let place = args.out.clone().unwrap_or_else(|| default_folder(&args.source.file, &compiled));
    let place = folder_of(args, place, &compiled);
    let folder = Folder::new(&place, args.force)?;

    fits_memory(args, &compiled)?;
    let clock = Instant::now();
    let mapped = mapped(&compiled, mapper(&args.mapper)?, &project.sources, format)?;
    timing.map_s = clock.elapsed().as_secs_f64();

    let clock = Instant::now();
    let session = session(args, &compiled, &mapped)?;
    timing.build_s = clock.elapsed().as_secs_f64();

    let mut run = Run {
        args,
        project,
        compiled: &compiled,
        mapped: &mapped,
        session,
        timing,
        history: Vec::new(),
        error: None,
    };
    let mut writer = Writer::new(&compiled.network, &folder)?;
    run.simulate(&mut writer)?;
    let kept = writer.finish()?;
    let result = run.session.result();
    let summary = run.summary(&result);
    let text = serde_json::to_string_pretty(&summary).unwrap_or_default();
    folder.write("run.json", &(text + "\n"))?;
    if let Some(trials) = run.trials() {
        folder.write("trials.csv", &trials)?;
    }
    if args.report {
        folder.write("report.html", &page(&run.page(&summary, &kept, &place)))?;
    }
    let place = folder.finish()?;
    run.save()?;
    run.conclude(&summary, &place)
}

/// With --all and --out every experiment has a folder of its own in it.
pub fn folder_of(args: &RunArgs, place: PathBuf, compiled: &Compiled) -> PathBuf {
    match args.all && args.out.is_some() {
        true => place.join(&compiled.network.protocol.name),
        false => place,
    }
}

/// The folder of an experiment where none is given.
pub fn default_folder(file: &Path, compiled: &Compiled) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    Path::new("snn-out").join(format!("{stem}-{}", compiled.network.protocol.name))
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Refuses a network that is predicted to need more memory than allowed, or than the machine has free.
fn fits_memory(args: &RunArgs, compiled: &Compiled) -> Outcome<()> {
    workers_in_memory(args, compiled).map(|_| ())
}

/// How many copies of a network may run side by side, by threads and by predicted memory; at least one,
/// or the run is refused.
pub fn workers_in_memory(args: &RunArgs, compiled: &Compiled) -> Outcome<usize> {
    let threads = args.threads.unwrap_or_else(all_cores);
    let (allowed, whose) = match (args.max_memory, free_memory()) {
        (Some(allowed), _) => (allowed, "--max-memory allows"),
        (None, Some(free)) => (free, "this machine has free"),
        (None, None) => return Ok(threads),
    };
    let needs = |rows| compiled.predicted_bytes(None, threads, rows);
    let mut needed = needs(rows(args));
    if needed > allowed {
        needed = needed.min(needs(RowChoice::Regenerated));
    }
    if needed <= allowed {
        let copies = allowed / needed.max(1);
        return Ok(usize::try_from(copies).map_or(threads, |copies| copies.min(threads)).max(1));
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    fail(
        Exit::Fit,
        format!("the network needs about {:.1} MiB, {whose} {:.1} MiB", mib(needed), mib(allowed)),
    )
}

/// The rows to store, where memory allows.
pub fn rows(args: &RunArgs) -> RowChoice {
    if args.regenerate_rows { RowChoice::Regenerated } else { RowChoice::Stored }
}

/// Bytes of memory that are free, where the system tells.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib << 10)
}

/// The vector instructions asked for.
pub fn simd(args: &RunArgs) -> Outcome<Simd> {
    let Some(name) = args.simd.as_deref() else { return Ok(Simd::best()) };
    let level = match name {
        "baseline" => Simd::Baseline,
        "avx2" => Simd::Avx2,
        "avx512" => Simd::Avx512,
        other => return fail(Exit::Usage, format!("there is no level `{other}`")),
    };
    if !Simd::available().contains(&level) {
        return fail(Exit::Usage, format!("this processor does not have {name}"));
    }
    Ok(level)
}

/// How neurons are updated.
pub fn tier(args: &RunArgs) -> Outcome<Tier> {
    match args.tier.as_deref() {
        None | Some("shapes") => Ok(Tier::Shapes),
        Some("blocks") => Ok(Tier::Blocks),
        Some(other) => fail(Exit::Usage, format!("there is no tier `{other}`")),
    }
}

fn session(args: &RunArgs, compiled: &Compiled, mapped: &Mapped) -> Outcome<Session> {
    let options = LoadOptions {
        threads: args.threads.unwrap_or_else(all_cores),
        simd: simd(args)?,
        rows: rows(args),
        max_memory_bytes: args.max_memory.or_else(free_memory),
        tier: tier(args)?,
        ..LoadOptions::default()
    };
    let checkpoint = match &args.from_state {
        Some(file) => Some(checkpoint(file)?),
        None => None,
    };
    match Session::new(compiled, &mapped.mapping, &options, checkpoint.as_ref()) {
        Ok(session) => Ok(session),
        Err(SessionError::Load(error @ LoadError::Checkpoint(_))) => fail(Exit::File, error),
        Err(error) => fail(Exit::Fit, error),
    }
}

fn checkpoint(file: &Path) -> Outcome<Checkpoint> {
    let bytes = match read(file) {
        Ok(bytes) => bytes,
        Err(why) => return fail(Exit::Io, format!("cannot read {}: {why}", file.display())),
    };
    match bytes.strip_prefix(STATE).map(postcard::from_bytes) {
        Some(Ok(checkpoint)) => Ok(checkpoint),
        _ => fail(Exit::File, format!("{} is not a saved state of this version", file.display())),
    }
}

/// First bytes of a saved state.
const STATE: &[u8] = b"snn state 2\n";

impl Run<'_> {
    fn simulate(&mut self, writer: &mut Writer<'_>) -> Outcome<()> {
        let network = &self.compiled.network;
        let protocol = &network.protocol;
        let total = protocol.warmup_ticks + protocol.run_ticks;
        // A continued run adds the experiment's `run` to what has been.
        let ticks = match self.session.tick() {
            0 => total,
            _ => protocol.run_ticks,
        };
        let fan_out = fan_out(self.compiled);
        let populations = network.objects().filter(|(id, _)| network.kernel(*id).is_some());
        let populations = populations
            .map(|(id, o)| (o.name.clone(), id.0 as usize, o.size, fan_out[id.0 as usize]))
            .collect();
        let first = self.session.tick();
        let dt_ms = protocol.dt_ms.to_f64();
        let mut line = Line::new(self.args.quiet, ticks, first, dt_ms, populations);
        let history = &mut self.history;
        let clock = Instant::now();
        let outcome = self.session.run(ticks, writer, &mut |progress| {
            line.update(progress);
            history.push((progress.tick, progress.spikes.to_vec()));
            if history.len() > 4000 {
                let mut nth = 0;
                history.retain(|_| {
                    nth += 1;
                    nth % 2 == 0
                });
            }
            match INTERRUPTED.load(Ordering::Relaxed) {
                true => Control::Stop,
                false => Control::Continue,
            }
        });
        self.timing.simulate_s = clock.elapsed().as_secs_f64();
        line.finish();
        match outcome {
            Ok(()) => Ok(()),
            Err(SessionError::Run(snn::emulator::RunError::Recorder(why))) => fail(Exit::Io, why),
            Err(error) => {
                self.error = Some(error.to_string());
                Ok(())
            }
        }
    }

    /// The rows of trials.csv, where there are labels.
    fn trials(&self) -> Option<String> {
        let labelling = self.compiled.network.protocol.labelling.as_ref()?;
        let answers = self.session.answers()?;
        let mut text = String::from("trial,label,answer\n");
        for (trial, (answer, label)) in answers.iter().zip(labelling.labels.iter()).enumerate() {
            let answer = answer.map_or(String::new(), |a| a.to_string());
            text += &format!("{trial},{label},{answer}\n");
        }
        Some(text)
    }

    fn summary(&self, result: &RunResult) -> RunSummary {
        let network = &self.compiled.network;
        let protocol = &network.protocol;
        let dt_ms = protocol.dt_ms.to_f64();
        let counted_s = result.ticks.saturating_sub(protocol.warmup_ticks) as f64 * dt_ms * 1e-3;
        let populations = network.objects().filter(|(id, _)| network.kernel(*id).is_some());
        let outcome = |(id, o): (snn::ir::ObjectId, &snn::ir::Object)| {
            let spikes = result.counted_spikes[id.0 as usize];
            let rate_hz = spikes as f64 / f64::from(o.size) / counted_s.max(1e-12);
            PopulationOutcome {
                name: o.name.clone(),
                size: o.size,
                spikes,
                rate_hz,
                synaptic_operations: result.synaptic_operations[id.0 as usize],
            }
        };
        let cores =
            self.mapped.usage.cores.iter().zip(&result.cores).map(|(usage, c)| CoreTotals {
                x: usage.tile.0,
                y: usage.tile.1,
                neurons: usage.used[0],
                spikes: c.spikes,
                synaptic_operations: c.synaptic_operations,
                packets_out: c.packets_out,
                hops: c.hops,
            });
        let expectations = protocol.expectations.iter().zip(self.session.verdicts());
        let texts = self.project.sources.iter().map(|(_, f)| f.text.as_bytes());
        let sources = texts.chain(self.project.data_files());
        let map = print_map(network, &self.mapped.mapping);
        let due = protocol.warmup_ticks + protocol.run_ticks;
        RunSummary {
            format: 1,
            snn: env!("CARGO_PKG_VERSION").into(),
            file: self.args.source.file.to_string_lossy().into_owned(),
            experiment: protocol.name.clone(),
            network: network.name.clone(),
            chip: self.compiled.chip.name.clone(),
            arithmetic: format!("{:?}", network.arithmetic).to_lowercase(),
            source_hash: fingerprint(sources),
            mapping_hash: fingerprint([map.as_bytes()]),
            seed: protocol.seed,
            dt_ms,
            ticks: result.ticks,
            warmup_ticks: protocol.warmup_ticks,
            spike_hash: result.hash.to_string(),
            partial: self.error.is_some()
                || INTERRUPTED.load(Ordering::Relaxed) && result.ticks < due,
            error: self.error.clone(),
            synaptic_operations: result.synaptic_operations.iter().sum(),
            populations: populations.map(outcome).collect(),
            cores: cores.collect(),
            traces: trace_units(self.compiled),
            expectations: expectations
                .map(|(e, verdict)| ExpectationOutcome {
                    text: e.text.clone(),
                    value: Some(verdict.value / e.unit.1).filter(|v| v.is_finite()),
                    unit: e.unit.0.clone(),
                    holds: verdict.holds,
                })
                .collect(),
            host: Host {
                threads: self.session.workers(),
                synapse_bytes: self.session.synapse_bytes(),
                timing: self.timing,
                cost: cost(network, &self.session, result),
            },
        }
    }

    fn page<'a>(&self, summary: &'a RunSummary, kept: &Kept, place: &Path) -> Page<'a> {
        let network = &self.compiled.network;
        let dt_ms = summary.dt_ms;
        let mut groups: Vec<(u32, String, u32)> = Vec::new();
        let mut rows = 0;
        let mut first: Vec<(u32, u32, u32, u32)> = Vec::new();
        for segment in network.protocol.record_spikes.iter().flat_map(|s| s.segments()) {
            let name = &network.object(snn::ir::ObjectId(segment.object)).name;
            groups.push((rows, name.clone(), segment.len));
            first.push((segment.object, segment.start, segment.len, rows));
            rows += segment.len;
        }
        // Where not all spikes are kept, the window ends before the first that is missing.
        let last = match kept.spikes.last() {
            Some(spike) if !kept.all_spikes => spike.tick.saturating_sub(1),
            _ => summary.ticks,
        };
        let mark = |spike: &snn::result::Spike| {
            let of = first.iter().find(|(o, start, len, _)| {
                *o == spike.object && (*start..start + len).contains(&spike.index)
            });
            of.map(|(_, start, _, row)| {
                ((spike.tick as f64 * dt_ms * 1e9).round() / 1e9, row + spike.index - start)
            })
        };
        let raster = kept.spikes.iter().filter(|s| s.tick <= last).filter_map(mark).collect();
        let mut command = format!("snn run {} --seed {}", summary.file, summary.seed);
        command += &format!(" --experiment {}", summary.experiment);
        for set in &self.args.source.sets {
            command += &format!(" --set '{set}'");
        }
        command +=
            &format!(" --mapper {} --out {} --report", self.args.mapper.mapper, place.display());
        let plan = |colour| floorplan(&self.mapped.mapping, &self.mapped.usage, colour);
        Page {
            summary,
            command,
            raster,
            groups,
            window_ms: (0.0, last as f64 * dt_ms),
            rates: self.rates(dt_ms),
            traces: kept.traces.clone(),
            floorplans: vec![
                ("cores by population".into(), plan(Colour::Population)),
                ("packets sent and carried".into(), plan(Colour::Traffic)),
            ],
        }
    }

    /// Rates of the first populations between the reports of the run.
    fn rates(&self, dt_ms: f64) -> Vec<(String, Vec<(f64, f64)>)> {
        let network = &self.compiled.network;
        let populations = network.objects().filter(|(id, _)| network.kernel(*id).is_some()).take(8);
        let rate = |(id, o): (snn::ir::ObjectId, &snn::ir::Object)| {
            let pairs = self.history.windows(2);
            let points = pairs.map(|pair| {
                let [(t0, a), (t1, b)] = pair else { unreachable!("invariant: windows of two") };
                let spikes = (b[id.0 as usize] - a[id.0 as usize]) as f64;
                let span_s = (t1 - t0) as f64 * dt_ms * 1e-3;
                (*t1 as f64 * dt_ms, spikes / f64::from(o.size) / span_s.max(1e-12))
            });
            (o.name.clone(), points.collect::<Vec<_>>())
        };
        populations.map(rate).filter(|(_, points)| points.len() > 1).collect()
    }

    fn save(&self) -> Outcome<()> {
        let Some(file) = &self.args.save_state else { return Ok(()) };
        let mut bytes = STATE.to_vec();
        match postcard::to_stdvec(&self.session.checkpoint()) {
            Ok(state) => bytes.extend(state),
            Err(error) => return fail(Exit::Internal, error),
        }
        match std::fs::write(file, bytes) {
            Ok(()) => Ok(()),
            Err(error) => fail(Exit::Io, format!("cannot write {}: {error}", file.display())),
        }
    }

    /// The last words, and how the run ended.
    fn conclude(&self, summary: &RunSummary, place: &Path) -> Outcome<()> {
        let t = summary.host.timing;
        if !self.args.quiet && self.args.source.format == Format::Human {
            let biological_s = summary.ticks as f64 * summary.dt_ms * 1e-3;
            eprintln!(
                "{}: {biological_s} s in {:.2} s on {} threads (check {:.2} s, map {:.2} s, build {:.2} s), {:.0} M synaptic operations per second",
                summary.experiment,
                t.simulate_s,
                summary.host.threads,
                t.check_s,
                t.map_s,
                t.build_s,
                summary.synaptic_operations as f64 / t.simulate_s.max(1e-9) * 1e-6
            );
            for p in summary.populations.iter().take(12) {
                eprintln!("  {:16} {:6} neurons  {:8.2} Hz", p.name, p.size, p.rate_hz);
            }
            let cost = &summary.host.cost;
            eprintln!("  time: {}; bound by {}", cost.line(), cost.bound);
            eprintln!("  spike hash {}", summary.spike_hash);
            let page = if self.args.report { ", report.html" } else { "" };
            eprintln!("  {}: run.json, spikes.csv, traces.csv{page}", place.display());
        }
        if let Some(error) = &self.error {
            return fail(Exit::File, format!("{error}; what was recorded before is kept"));
        }
        if summary.partial {
            eprintln!("snn: interrupted at {} ticks; what was recorded is kept", summary.ticks);
            return Err(Exit::Interrupted);
        }
        let mut failed = false;
        for e in summary.expectations.iter().filter(|e| !e.holds) {
            failed = true;
            let value = e.value.map_or("nothing".to_string(), |v| v.to_string());
            eprintln!("snn: expectation failed: {} (measured {value} {})", e.text, e.unit);
        }
        if failed { Err(Exit::File) } else { Ok(()) }
    }
}

/// Where the time of the simulation went.
fn cost(network: &Network, session: &Session, result: &RunResult) -> CostSummary {
    let cost = session.cost();
    let all_s: f64 = cost.workers.iter().map(|w| w.delivery_s).sum();
    let each_s = all_s / result.synaptic_operations.iter().sum::<u64>().max(1) as f64;
    let each_ns = |seconds: f64, n: u64| seconds * 1e9 / n.max(1) as f64;
    let populations = network.objects().filter(|(id, _)| network.kernel(*id).is_some());
    let populations = populations.map(|(id, o)| {
        let at = id.0 as usize;
        let operations = result.synaptic_operations[at];
        let (update_s, delivery_s) = (cost.update_s[at], each_s * operations as f64);
        PopulationTimes {
            name: o.name.clone(),
            update_s,
            update_ns: each_ns(update_s, u64::from(o.size) * cost.ticks),
            delivery_s,
            delivery_ns: each_ns(delivery_s, operations),
        }
    });
    CostSummary::new(cost.workers, populations.collect())
}

/// Mean number of synapses that a spike of each object reaches.
fn fan_out(compiled: &Compiled) -> Vec<f64> {
    let network = &compiled.network;
    let mut out = vec![0.0; network.objects().len()];
    for node in network.projections() {
        let connector = &node.projection.connector;
        let each = connector.expected_synapses() / f64::from(connector.sources.len().max(1));
        for segment in connector.sources.segments() {
            let object = network.object(snn::ir::ObjectId(segment.object));
            out[segment.object as usize] += each * f64::from(segment.len) / f64::from(object.size);
        }
    }
    out
}

fn trace_units(compiled: &Compiled) -> Vec<TraceUnit> {
    let network = &compiled.network;
    let mut units: Vec<TraceUnit> = Vec::new();
    for probe in &network.protocol.probes {
        for segment in probe.of.segments() {
            let id = snn::ir::ObjectId(segment.object);
            let Some(kernel) = network.kernel(id) else { continue };
            let Some(state) = kernel.state(&probe.variable) else { continue };
            let unit = TraceUnit {
                population: network.object(id).name.clone(),
                variable: probe.variable.clone(),
                unit: kernel.states[state].unit.0.clone(),
            };
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
    }
    units
}
