//! What was measured, as Markdown and JSON.

use crate::systems::Run;

/// All runs of one system on one network.
pub struct Times {
    /// Its name.
    pub system: &'static str,
    /// Round by round.
    pub runs: Vec<Run>,
}

impl Times {
    fn median(&self, f: fn(&Run) -> f64) -> f64 {
        spread(self.runs.iter().map(f).collect()).0
    }

    /// The JSON record.
    pub fn json(&self, network: &str) -> serde_json::Value {
        let factors: Vec<f64> = self.runs.iter().map(|r| r.factor).collect();
        serde_json::json!({
            "network": network, "system": self.system, "realtime_factors": factors,
            "rate_hz": self.median(|r| r.rate_hz), "build_s": self.median(|r| r.build_s),
            "bytes_per_synapse": self.runs.first().and_then(|r| r.bytes_per_synapse),
        })
    }
}

/// Median, smallest and largest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

/// A Markdown table, ours first; ratios are taken round by round.
pub fn table(network: &str, all: &[Times]) -> String {
    let mut text = format!(
        "\n### {network}\n\n| system | real-time factor: median (min–max) | peer / snn: median (min–max) | rate | build | bytes per synapse |\n|---|---|---|---|---|---|\n"
    );
    for times in all {
        let (median, lo, hi) = spread(times.runs.iter().map(|r| r.factor).collect());
        let pairs = times.runs.iter().zip(&all[0].runs);
        let (ratio, least, most) = spread(pairs.map(|(a, b)| a.factor / b.factor).collect());
        let bytes = times.runs.first().and_then(|r| r.bytes_per_synapse);
        let bytes = bytes.map_or("–".into(), |b| format!("{b:.2}"));
        let (rate_hz, build_s) = (times.median(|r| r.rate_hz), times.median(|r| r.build_s));
        text += &format!(
            "| {} | {median:.4} ({lo:.4}–{hi:.4}) | {ratio:.2} ({least:.2}–{most:.2}) | {rate_hz:.2} Hz | {build_s:.2} s | {bytes} |\n",
            times.system
        );
    }
    if all.len() == 1 {
        text += "\nOurs alone: no peer was given, or none knows this network.\n";
    }
    text
}
