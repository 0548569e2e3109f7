//! Ours and the peers' simulators on the same networks, in alternating runs.
//!
//!   cargo run --release -p snn-bench -- [OPTION …] [NETWORK …]
//!
//!   --pairs N          rounds; 5 where not given
//!   --nest PYTHON      a Python with NEST
//!   --brian PYTHON     a Python with Brian2
//!   --sanafe PYTHON    a Python with SANA-FE
//!   --cc COMPILER      a C compiler, for the reference in C (needs AVX-512)
//!   --json FILE        all figures as JSON
//!
//! Without names all networks are measured: see `workloads.rs`. A peer that is not given is left out, and the
//! table says so. Times are those of the simulation alone, one thread, as real-time factors (seconds per
//! biological second); the machine's speed drifts, so read the ratios. peers/limits.c tells the machine's limits.

mod by_hand;
mod systems;
mod table;
mod workloads;

use systems::{Programs, looped, ours, theirs};
use table::{Times, table};
use workloads::{Peer, WORKLOADS, Workload};

#[derive(Default)]
struct Asked {
    pairs: usize,
    programs: Programs,
    json: Option<String>,
    networks: Vec<String>,
}

fn main() -> Result<(), String> {
    let asked = asked()?;
    let mut json = Vec::new();
    let wanted =
        |w: &&Workload| asked.networks.is_empty() || asked.networks.iter().any(|n| n == w.name);
    for workload in WORKLOADS.iter().filter(wanted) {
        let all = measure(workload, &asked)?;
        println!("{}", table(workload.name, &all));
        json.extend(all.iter().map(|times| times.json(workload.name)));
    }
    if let Some(file) = asked.json {
        let text = serde_json::Value::from(json).to_string();
        std::fs::write(&file, text).map_err(|e| format!("cannot write {file}: {e}"))?;
    }
    Ok(())
}

/// Rounds of ours and all peers that were given, ours first.
fn measure(workload: &Workload, asked: &Asked) -> Result<Vec<Times>, String> {
    let mut all = vec![Times { system: "snn", runs: Vec::new() }];
    for round in 1..=asked.pairs {
        eprintln!("{}, round {round} of {}", workload.name, asked.pairs);
        all[0].runs.push(ours(workload)?);
        for peer in workload.peers {
            let (system, run) = if let Peer::Loop(by_hand) = peer {
                ("a loop by hand", looped(*by_hand))
            } else {
                let Some((system, mut command)) = asked.programs.command(*peer) else { continue };
                (system, theirs(system, &mut command)?)
            };
            match all.iter_mut().find(|times| times.system == system) {
                Some(times) => times.runs.push(run),
                None => all.push(Times { system, runs: vec![run] }),
            }
        }
    }
    Ok(all)
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { pairs: 5, ..Asked::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--pairs" => {
                let pairs = value()?.parse().ok().filter(|pairs| *pairs > 0);
                asked.pairs = pairs.ok_or("--pairs takes a number above 0")?;
            }
            "--nest" => asked.programs.nest = Some(value()?),
            "--brian" => asked.programs.brian = Some(value()?),
            "--sanafe" => asked.programs.sanafe = Some(value()?),
            "--cc" => asked.programs.compile_reference(&value()?)?,
            "--json" => asked.json = Some(value()?),
            name if WORKLOADS.iter().any(|w| w.name == name) => asked.networks.push(name.into()),
            other => return Err(format!("`{other}` is neither an option nor a network")),
        }
    }
    Ok(asked)
}
