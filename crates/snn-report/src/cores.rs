//! The mapping as a table and as JSON.

use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use schemars::JsonSchema;
use serde::Serialize;
use snn_chip::Resource;
use snn_map::{Mapping, Totals, Usage};

/// A mapping as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MapSummary<'a> {
    /// The chip.
    pub chip: &'a str,
    /// The mapper.
    pub mapper: &'a str,
    /// Columns and rows of tiles.
    pub mesh: (u32, u32),
    /// What the mapper did and why.
    pub note: &'a str,
    /// Use of every core and link.
    pub usage: &'a Usage,
    /// The same sums for the order of the text.
    pub sequential: Option<Totals>,
    /// Bytes that emulating the network on one thread is predicted to need.
    pub predicted_bytes: u64,
}

/// One line per core (the fullest where there are many), then sums beside those of the order of the text.
pub fn core_table(
    mapping: &Mapping,
    usage: &Usage,
    note: &str,
    sequential: Option<Totals>,
) -> String {
    const SHOWN: usize = 24;
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    let mut head = vec!["core".to_string(), "tile".to_string()];
    head.extend(Resource::ALL.map(|r| match r {
        Resource::SynapseBits => "memory".to_string(),
        r => r.word().to_string(),
    }));
    head.push("packets out".into());
    head.push("populations".into());
    table.set_header(head);
    let mut cores: Vec<_> = usage.cores.iter().collect();
    let hidden = cores.len().saturating_sub(SHOWN);
    if hidden > 0 {
        cores.sort_by_key(|c| (std::cmp::Reverse(c.used[1]), c.core));
        cores.truncate(SHOWN);
    }
    for core in cores {
        let mut row = vec![core.core.to_string(), format!("{},{}", core.tile.0, core.tile.1)];
        for i in 0..Resource::ALL.len() {
            let shown = |n: u64| match Resource::ALL[i] {
                Resource::SynapseBits => format!("{:.1} KiB", n as f64 / 8192.0),
                _ => n.to_string(),
            };
            row.push(match core.limits[i] {
                Some(limit) => format!("{} / {}", shown(core.used[i]), shown(limit)),
                None => shown(core.used[i]),
            });
        }
        row.push(core.packets_out.to_string());
        let populations = core.populations.iter().map(|(name, n)| format!("{name} {n}"));
        row.push(shorten(&populations.collect::<Vec<_>>().join(", "), 40));
        table.add_row(row);
    }
    for column in table.column_iter_mut().take(9) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    if hidden > 0 {
        text += &format!("and {hidden} cores with fewer incoming axons\n");
    }
    text += &format!(
        "{} cores of {} on a mesh of {} by {}, mapper {}: {note}\n",
        mapping.cores.len(),
        mapping.chip,
        mapping.mesh_width,
        mapping.mesh_height,
        mapping.mapper
    );
    if let Some(totals) = usage.totals {
        text += &sums(totals, sequential);
    }
    text
}

fn sums(totals: Totals, sequential: Option<Totals>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    let mut head = vec!["if every neuron fires once", "this mapping"];
    if sequential.is_some() {
        head.extend(["order of the text", "ratio"]);
    }
    table.set_header(head);
    let values = |t: Totals| [t.packets, t.unicast_hops, t.tree_hops, t.busiest_link];
    let names = [
        "packets between cores",
        "hops, one packet per core",
        "hops, shared ways",
        "packets on the busiest link",
    ];
    for (i, name) in names.into_iter().enumerate() {
        let value = values(totals)[i];
        let mut row = vec![name.to_string(), value.to_string()];
        if let Some(base) = sequential.map(|t| values(t)[i]) {
            row.push(base.to_string());
            row.push(format!("{:.2}", value as f64 / base.max(1) as f64));
        }
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n")
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
