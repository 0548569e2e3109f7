//! Ours and the peers' simulators on the same networks, in alternating runs.
//!
//!   cargo run --release -p snn-bench -- [--pairs N] [--nest PYTHON] [--brian PYTHON] [NETWORK …]
//!
//! Networks: brunel, cuba, coba, stdp, stdp_f32, active, silent; unseen and library stand beside loops written by hand. A peer is a Python with the simulator installed; a peer that is
//! not given is left out, and the table says so. Times are those of the simulation alone, one thread, f64,
//! as real-time factors (seconds per biological second); the machine's speed drifts, so read the ratios.

mod by_hand;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, map};
use snn::model::Options;
use snn::result::Collected;

/// A network: its name, its program, overrides, and who else runs it.
const NETWORKS: [(&str, &str, &[&str], Beside); 9] = [
    ("brunel", "examples/brunel.snn", &[], Beside::Peers(&["NEST", "Brian2"])),
    ("cuba", "examples/cuba.snn", &["sustained.run=10 s"], Beside::Peers(&["NEST", "Brian2"])),
    ("coba", "examples/coba.snn", &["sustained.run=2 s"], Beside::Peers(&["Brian2"])),
    ("stdp", "crates/snn-bench/networks/stdp.snn", &[], Beside::Peers(&["NEST", "Brian2"])),
    ("stdp_f32", "crates/snn-bench/networks/stdp_f32.snn", &[], Beside::Peers(&["NEST", "Brian2"])),
    ("active", "crates/snn-bench/networks/active.snn", &[], Beside::Peers(&[])),
    ("silent", "crates/snn-bench/networks/silent.snn", &[], Beside::Peers(&[])),
    ("unseen", "crates/snn-bench/networks/unseen.snn", &[], Beside::Loop(by_hand::unseen)),
    ("library", "crates/snn-bench/networks/library.snn", &[], Beside::Loop(by_hand::library)),
];

/// What a network is measured beside.
#[derive(Clone, Copy)]
enum Beside {
    /// The peers whose scripts know it.
    Peers(&'static [&'static str]),
    /// A loop written by hand: spikes in so many ticks of 0.1 ms.
    Loop(fn(u32) -> u64),
}

#[derive(Default)]
struct Asked {
    pairs: usize,
    peers: Vec<(&'static str, String, &'static str)>,
    networks: Vec<String>,
}

/// Real-time factors of one system on one network.
struct Times {
    system: String,
    factors: Vec<f64>,
    rate_hz: f64,
    build_s: f64,
    bytes_per_synapse: Option<f64>,
}

fn main() -> Result<(), String> {
    let asked = asked()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut report = Vec::new();
    for (name, program, sets, beside) in NETWORKS {
        if !asked.networks.is_empty() && !asked.networks.iter().any(|n| n == name) {
            continue;
        }
        let mut all = vec![Times::new("snn")];
        let known = |system: &str| matches!(beside, Beside::Peers(p) if p.contains(&system));
        let peers: Vec<_> = asked.peers.iter().filter(|(system, ..)| known(system)).collect();
        all.extend(peers.iter().map(|(system, ..)| Times::new(system)));
        if let Beside::Loop(_) = beside {
            all.push(Times::new("a loop by hand"));
        }
        for pair in 0..asked.pairs {
            eprintln!("{name}, round {} of {}", pair + 1, asked.pairs);
            ours(&root.join(program), sets, &mut all[0])?;
            for ((_, python, script), times) in peers.iter().zip(&mut all[1..]) {
                let script = root.join("crates/snn-bench/peers").join(script);
                theirs(python, &script, name, times)?;
            }
            if let Beside::Loop(by_hand) = beside {
                looped(by_hand, &mut all[1]);
            }
        }
        println!("{}", table(name, &all));
        report.push((name, all));
    }
    let json: Vec<_> =
        report.iter().flat_map(|(name, all)| all.iter().map(|t| t.json(name))).collect();
    println!("{}", serde_json::Value::from(json));
    Ok(())
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { pairs: 5, ..Asked::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--pairs" => asked.pairs = value()?.parse().map_err(|_| "--pairs takes a number")?,
            "--nest" => asked.peers.push(("NEST", value()?, "nest_bench.py")),
            "--brian" => asked.peers.push(("Brian2", value()?, "brian_bench.py")),
            name if NETWORKS.iter().any(|n| n.0 == name) => asked.networks.push(name.into()),
            other => return Err(format!("`{other}` is neither an option nor a network")),
        }
    }
    Ok(asked)
}

/// One run of ours.
fn ours(program: &PathBuf, sets: &[&str], times: &mut Times) -> Result<(), String> {
    let text = std::fs::read_to_string(program).map_err(|e| e.to_string())?;
    let sets: Vec<String> = sets.iter().map(|s| s.to_string()).collect();
    let start = Instant::now();
    let read = |file: &str| std::fs::read(file).map_err(|e| e.to_string());
    let project = snn::load(&program.to_string_lossy(), text, &sets, &mut |f| read(f));
    let compiled = snn::compile(&project, None, &Options::default());
    let compiled = compiled.value.ok_or("the program has faults: see snn check")?;
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default());
    let mapped = mapped.map_err(|_| "the network does not fit")?;
    let options = LoadOptions::default();
    let session = snn::Session::new(&compiled, &mapped.mapping, &options, None);
    let mut session = session.map_err(|e| e.to_string())?;
    times.build_s = start.elapsed().as_secs_f64();
    let protocol = &compiled.network.protocol;
    let start = Instant::now();
    session
        .run(protocol.run_ticks, &mut Collected::default(), &mut |_| Control::Continue)
        .map_err(|e| e.to_string())?;
    let biological_s = protocol.run_ticks as f64 * protocol.dt_ms.to_f64() * 1e-3;
    times.factors.push(start.elapsed().as_secs_f64() / biological_s);
    let spikes: u64 = session.result().spikes.iter().sum();
    times.rate_hz = spikes as f64 / compiled.network.neurons() as f64 / biological_s;
    let synapses: f64 = compiled
        .network
        .projections()
        .iter()
        .map(|p| p.projection.connector.expected_synapses())
        .sum();
    times.bytes_per_synapse = (synapses > 0.0).then(|| session.synapse_bytes() as f64 / synapses);
    Ok(())
}

/// One biological second of a loop by hand.
fn looped(by_hand: fn(u32) -> u64, times: &mut Times) {
    let start = Instant::now();
    let spikes = by_hand(10_000);
    times.factors.push(start.elapsed().as_secs_f64());
    times.rate_hz = spikes as f64 / 10_000.0;
}

/// One run of a peer: its script prints one line of JSON.
fn theirs(python: &str, script: &Path, network: &str, times: &mut Times) -> Result<(), String> {
    let output = Command::new(python)
        .arg(script)
        .args(["--network", network, "--threads", "1", "--repeats", "1"])
        .output()
        .map_err(|e| format!("cannot start {python}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|l| l.starts_with('{'));
    let found: serde_json::Value =
        line.and_then(|l| serde_json::from_str(l).ok()).ok_or_else(|| {
            format!("{} said: {}", times.system, String::from_utf8_lossy(&output.stderr))
        })?;
    times.factors.push(found["realtime_factor"].as_f64().ok_or("no realtime_factor")?);
    times.rate_hz = found["rate_hz"].as_f64().unwrap_or(f64::NAN);
    times.build_s = found["build_s"].as_f64().unwrap_or(f64::NAN);
    Ok(())
}

impl Times {
    fn new(system: &str) -> Self {
        let (system, factors) = (system.into(), Vec::new());
        Self { system, factors, rate_hz: 0.0, build_s: 0.0, bytes_per_synapse: None }
    }

    fn json(&self, network: &str) -> serde_json::Value {
        serde_json::json!({
            "network": network, "system": self.system, "realtime_factors": self.factors,
            "rate_hz": self.rate_hz, "build_s": self.build_s, "bytes_per_synapse": self.bytes_per_synapse,
        })
    }
}

/// Median, smallest and largest.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}

/// A Markdown table; ratios are taken round by round.
fn table(name: &str, all: &[Times]) -> String {
    let mut text = format!(
        "\n### {name}\n\n| system | real-time factor: median (min–max) | peer / snn: median (min–max) | rate | build | bytes per synapse |\n|---|---|---|---|---|---|\n"
    );
    for times in all {
        let (median, lo, hi) = spread(&times.factors);
        let pairs = times.factors.iter().zip(&all[0].factors);
        let ratios: Vec<f64> = pairs.map(|(theirs, ours)| theirs / ours).collect();
        let (ratio, least, most) = spread(&ratios);
        let bytes = times.bytes_per_synapse.map_or("–".into(), |b| format!("{b:.2}"));
        text += &format!(
            "| {} | {median:.4} ({lo:.4}–{hi:.4}) | {ratio:.2} ({least:.2}–{most:.2}) | {:.2} Hz | {:.2} s | {bytes} |\n",
            times.system, times.rate_hz, times.build_s
        );
    }
    if all.len() == 1 {
        text += "\nOurs alone: no peer was given, or none knows this network.\n";
    }
    text
}
