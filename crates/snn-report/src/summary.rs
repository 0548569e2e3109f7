//! run.json: the summary of a run, with a published schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CostSummary, MapSummary};

/// The summary of a run. Everything but `host` is the same for the same source, seed and chip.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RunSummary {
    /// Version of this format.
    pub format: u32,
    /// Version of snn.
    pub snn: String,
    /// The program's main file, as given.
    pub file: String,
    /// The experiment.
    pub experiment: String,
    /// The network.
    pub network: String,
    /// The chip.
    pub chip: String,
    /// `f64` or `f32`.
    pub arithmetic: String,
    /// Hash of all sources and data files.
    pub source_hash: String,
    /// Hash of the mapping.
    pub mapping_hash: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Biological time of a tick in ms.
    pub dt_ms: f64,
    /// Ticks run since tick 0, warm-up included.
    pub ticks: u64,
    /// Ticks of the warm-up, which measures leave out.
    pub warmup_ticks: u64,
    /// Hash over all spikes of all populations since tick 0.
    pub spike_hash: String,
    /// Whether the run ended before its time (Ctrl-C, an error).
    pub partial: bool,
    /// Why it ended early.
    pub error: Option<String>,
    /// Weights delivered since tick 0.
    pub synaptic_operations: u64,
    /// Populations in declaration order.
    pub populations: Vec<PopulationOutcome>,
    /// Totals of the cores in use.
    pub cores: Vec<CoreTotals>,
    /// Units of the traces.
    pub traces: Vec<TraceUnit>,
    /// `expect` lines and what came of them.
    pub expectations: Vec<ExpectationOutcome>,
    /// What may differ from run to run.
    pub host: Host,
}

/// One population.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct PopulationOutcome {
    /// Its name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Spikes after the warm-up.
    pub spikes: u64,
    /// Mean rate after the warm-up.
    pub rate_hz: f64,
    /// Weights delivered to it since tick 0.
    pub synaptic_operations: u64,
}

/// Totals of one core.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct CoreTotals {
    /// Column of its tile.
    pub x: u32,
    /// Row of its tile.
    pub y: u32,
    /// Neurons.
    pub neurons: u64,
    /// Spikes since tick 0.
    pub spikes: u64,
    /// Weights delivered to its neurons.
    pub synaptic_operations: u64,
    /// Spikes sent, once per other core they reach.
    pub packets_out: u64,
    /// Hops of those packets.
    pub hops: u64,
}

/// The unit of a recorded variable.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct TraceUnit {
    /// The population.
    pub population: String,
    /// The variable.
    pub variable: String,
    /// Unit of its values in traces.csv.
    pub unit: String,
}

/// An `expect` line and what came of it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct ExpectationOutcome {
    /// The line as written.
    pub text: String,
    /// What was measured, in `unit`; none where nothing could be measured.
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: String,
    /// Whether it holds.
    pub holds: bool,
}

/// What may differ from run to run.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Host {
    /// Worker threads.
    pub threads: usize,
    /// Bytes held by synapses.
    pub synapse_bytes: u64,
    /// Wall-clock times.
    pub timing: Timing,
    /// Where the time of the simulation went.
    pub cost: CostSummary,
}

/// Wall-clock times in seconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Timing {
    /// Reading, parsing, checking, lowering.
    pub check_s: f64,
    /// Mapping.
    pub map_s: f64,
    /// Expanding the image into rows.
    pub build_s: f64,
    /// Running.
    pub simulate_s: f64,
}

/// The published JSON schemas: name of the file and its text.
pub fn schemas() -> [(&'static str, String); 3] {
    [
        ("run.schema.json", schema::<RunSummary>()),
        ("map.schema.json", schema::<MapSummary<'_>>()),
        ("why.schema.json", schema::<snn_map::Why>()),
    ]
}

fn schema<T: JsonSchema>() -> String {
    let schema = schemars::schema_for!(T);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A 64-bit hash (FNV-1a) of texts in order, as 16 hexadecimal digits.
pub fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in texts {
        for byte in text.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
