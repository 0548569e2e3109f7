//! One run of each system: ours in this process, the others as programs that print a line of JSON.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, map};
use snn::model::Options;
use snn::result::Collected;

use crate::workloads::{Peer, Workload};

/// One run.
pub struct Run {
    /// Seconds per biological second, of the simulation alone.
    pub factor: f64,
    /// Mean rate of a neuron.
    pub rate_hz: f64,
    /// From the text to ready.
    pub build_s: f64,
    /// Bytes per synapse at rest, where known.
    pub bytes_per_synapse: Option<f64>,
}

/// The programs that run peers; a peer that was not given is left out.
#[derive(Default)]
pub struct Programs {
    /// Pythons with the simulators.
    pub nest: Option<String>,
    /// The same.
    pub brian: Option<String>,
    /// The same.
    pub sanafe: Option<String>,
    /// The reference in C, compiled.
    pub reference: Option<PathBuf>,
}

impl Programs {
    /// Compiles the reference with a C compiler.
    ///
    /// # Errors
    /// Where the compiler cannot be started or fails.
    pub fn compile_reference(&mut self, compiler: &str) -> Result<(), String> {
        let binary = std::env::temp_dir().join(format!("ref_sim-{}", std::process::id()));
        let source = scripts().join("ref_sim.c");
        let done = Command::new(compiler)
            .args(["-O3", "-march=native", "-ffast-math", "-o"])
            .args([&binary, &source])
            .args(["-lpthread", "-lm"])
            .status()
            .map_err(|e| format!("cannot start {compiler}: {e}"))?;
        if !done.success() {
            return Err(format!("{compiler} cannot compile {}", source.display()));
        }
        self.reference = Some(binary);
        Ok(())
    }

    /// A peer's name and how it is started, where it was given.
    pub fn command(&self, peer: Peer) -> Option<(&'static str, Command)> {
        let python = |python: &str, script: &str, arguments: &[&str]| {
            let mut command = Command::new(python);
            command.arg(scripts().join(script)).args(arguments);
            command.args(["--threads", "1", "--repeats", "1"]);
            command
        };
        match peer {
            Peer::Nest(a) => Some(("NEST", python(self.nest.as_ref()?, "nest_bench.py", a))),
            Peer::Brian(a) => Some(("Brian2", python(self.brian.as_ref()?, "brian_bench.py", a))),
            Peer::Sanafe(a) => {
                Some(("SANA-FE", python(self.sanafe.as_ref()?, "sanafe_bench.py", a)))
            }
            Peer::Reference(arguments) => {
                let mut command = Command::new(self.reference.as_ref()?);
                command.args(arguments);
                Some(("reference in C, f32", command))
            }
            Peer::Loop(_) => None,
        }
    }
}

/// The root of the tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn scripts() -> PathBuf {
    root().join("crates/snn-bench/peers")
}

/// A network of ours.
///
/// # Errors
/// Where the program cannot be read or has faults.
pub fn compiled(workload: &Workload) -> Result<snn::Compiled, String> {
    let program = root().join(workload.program);
    let text = std::fs::read_to_string(&program).map_err(|e| e.to_string())?;
    let sets: Vec<String> = workload.sets.iter().map(|s| s.to_string()).collect();
    let read = |file: &str| std::fs::read(file).map_err(|e| e.to_string());
    let project = snn::load(&program.to_string_lossy(), text, &sets, &mut |f| read(f));
    let compiled = snn::compile(&project, None, &Options::default());
    compiled.value.ok_or_else(|| format!("{} has faults: see snn check", workload.program))
}

/// One run of ours, on one thread.
///
/// # Errors
/// Where the program has faults or does not run.
pub fn ours(workload: &Workload) -> Result<Run, String> {
    let start = Instant::now();
    let compiled = compiled(workload)?;
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default());
    let mapped = mapped.map_err(|_| "the network does not fit")?;
    let options = LoadOptions::default();
    let session = snn::Session::new(&compiled, &mapped.mapping, &options, None);
    let mut session = session.map_err(|e| e.to_string())?;
    let build_s = start.elapsed().as_secs_f64();
    let protocol = &compiled.network.protocol;
    let ticks = protocol.warmup_ticks + protocol.run_ticks;
    let start = Instant::now();
    session
        .run(ticks, &mut Collected::default(), &mut |_| Control::Continue)
        .map_err(|e| e.to_string())?;
    let biological_s = ticks as f64 * protocol.dt_ms.to_f64() * 1e-3;
    let factor = start.elapsed().as_secs_f64() / biological_s;
    let spikes: u64 = session.result().spikes.iter().sum();
    let rate_hz = spikes as f64 / compiled.network.neurons() as f64 / biological_s;
    let projections = compiled.network.projections();
    let synapses: f64 =
        projections.iter().map(|p| p.projection.connector.expected_synapses()).sum();
    let bytes = session.synapse_bytes() as f64 / synapses;
    Ok(Run { factor, rate_hz, build_s, bytes_per_synapse: (synapses > 0.0).then_some(bytes) })
}

/// One biological second of a loop by hand.
pub fn looped(by_hand: fn(u32) -> u64) -> Run {
    let start = Instant::now();
    let spikes = by_hand(10_000);
    let factor = start.elapsed().as_secs_f64();
    Run { factor, rate_hz: spikes as f64 / 10_000.0, build_s: 0.0, bytes_per_synapse: None }
}

/// One run of a peer.
///
/// # Errors
/// Where it cannot be started or prints no line of JSON with its time.
pub fn theirs(system: &str, command: &mut Command) -> Result<Run, String> {
    let output = command.output().map_err(|e| format!("cannot start {system}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|l| l.starts_with('{'));
    let found: serde_json::Value = line
        .and_then(|l| serde_json::from_str(l).ok())
        .ok_or_else(|| format!("{system} said: {}", String::from_utf8_lossy(&output.stderr)))?;
    let number = |name: &str| found[name].as_f64();
    let spikes = || Some(number("spikes")? / number("neurons")? / number("biological_s")?);
    Ok(Run {
        factor: number("realtime_factor").ok_or("no realtime_factor")?,
        rate_hz: number("rate_hz").or_else(spikes).unwrap_or(f64::NAN),
        build_s: number("build_s").unwrap_or(f64::NAN),
        bytes_per_synapse: None,
    })
}
