//! sweep.csv and sweep.json: the table of a sweep, with a published schema.
//!
//! sweep.csv grows by a line whenever a point is complete, so that an interrupted sweep can go on; when
//! all are there it stands in the order of the points. sweep.json says whose table it is from the
//! beginning, and holds everything at the end.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The table of a sweep. Everything is the same for the same source, however it was run.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct SweepTable {
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
    /// Hash of all sources, data files and overrides.
    pub source_hash: String,
    /// What is swept; the first is the slowest.
    pub axes: Vec<AxisOutcome>,
    /// What is measured at every point.
    pub columns: Vec<ColumnHead>,
    /// Whether all points are there.
    pub complete: bool,
    /// One row per point, in order; empty until the sweep is complete.
    pub rows: Vec<SweepRow>,
    /// `expect … over …` lines and what came of them; empty until the sweep is complete.
    pub expectations: Vec<PooledOutcome>,
}

/// A sweep.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct AxisOutcome {
    /// What is swept.
    pub name: String,
    /// Unit of the values; empty for plain numbers and for values shown as written.
    pub unit: String,
    /// The values in order.
    pub values: Vec<String>,
}

/// A measure.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct ColumnHead {
    /// As written.
    pub name: String,
    /// Unit of its values; empty for plain numbers.
    pub unit: String,
}

/// One point.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct SweepRow {
    /// Number of the point, from 0; the last sweep runs the fastest.
    pub point: usize,
    /// The value of each sweep.
    pub at: Vec<String>,
    /// The value of each column; none where there is none.
    pub values: Vec<Option<f64>>,
    /// Whether all expectations that are about single runs hold.
    pub holds: bool,
    /// Hash over all spikes of all populations.
    pub spike_hash: String,
    /// Why the run ended early.
    pub error: Option<String>,
}

/// An expectation over several points.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct PooledOutcome {
    /// The line as written.
    pub text: String,
    /// The sweeps that were not taken together, with their values here.
    pub at: BTreeMap<String, String>,
    /// What was measured, in `unit`; none where nothing could be measured.
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: String,
    /// Whether it holds.
    pub holds: bool,
}

/// The JSON schema of sweep.json.
pub fn sweep_schema() -> String {
    let schema = schemars::schema_for!(SweepTable);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

impl SweepTable {
    /// Whether another table is of the same sweep, so that its rows can be kept.
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.snn, &self.experiment, &self.source_hash, &self.axes, &self.columns)
            == (&other.snn, &other.experiment, &other.source_hash, &other.axes, &other.columns)
    }

    /// The values of the sweeps at a point.
    pub fn at(&self, point: usize) -> Vec<String> {
        let mut rest = point;
        let mut values: Vec<String> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            values.push(axis.values[rest % axis.values.len()].clone());
            rest /= axis.values.len();
        }
        values.reverse();
        values
    }

    /// The first line of sweep.csv.
    pub fn csv_head(&self) -> String {
        let head = |(name, unit): (&String, &String)| match unit.as_str() {
            "" => name.clone(),
            unit => format!("{name}[{unit}]"),
        };
        let axes = self.axes.iter().map(|a| head((&a.name, &a.unit)));
        let columns = self.columns.iter().map(|c| head((&c.name, &c.unit)));
        let last = ["holds", "spike_hash", "error"].map(String::from);
        line(std::iter::once("point".into()).chain(axes).chain(columns).chain(last))
    }

    /// The rows of a sweep.csv with this head. A line that is not whole, the last of a sweep that was
    /// killed, is left out.
    pub fn csv_rows(&self, text: &str) -> Vec<SweepRow> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().skip(1).filter_map(|line| self.csv_row(line)).collect()
    }

    fn csv_row(&self, line: &str) -> Option<SweepRow> {
        let cells = cells(line);
        let [point, rest @ ..] = cells.as_slice() else { return None };
        let (at, rest) = rest.split_at_checked(self.axes.len())?;
        let (values, rest) = rest.split_at_checked(self.columns.len())?;
        let [holds, spike_hash, error] = rest else { return None };
        let value = |cell: &String| match cell.as_str() {
            "" => Some(None),
            digits => digits.parse().ok().map(Some),
        };
        Some(SweepRow {
            point: point.parse().ok()?,
            at: at.to_vec(),
            values: values.iter().map(value).collect::<Option<_>>()?,
            holds: holds.parse().ok()?,
            spike_hash: spike_hash.clone(),
            error: Some(error.clone()).filter(|e| !e.is_empty()),
        })
    }
}

impl SweepRow {
    /// The line of sweep.csv.
    pub fn csv(&self) -> String {
        let values = self.values.iter().map(|v| v.map_or(String::new(), |v| v.to_string()));
        let error = self.error.clone().unwrap_or_default();
        let last = [self.holds.to_string(), self.spike_hash.clone(), error];
        let first = std::iter::once(self.point.to_string());
        line(first.chain(self.at.iter().cloned()).chain(values).chain(last))
    }
}

/// One line of comma-separated values; quotes where a value needs them.
fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = |cell: String| match cell.contains([',', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    };
    let cells: Vec<String> = cells.map(|c| quoted(c.replace(['\n', '\r'], " "))).collect();
    cells.join(",") + "\n"
}

/// The values of a line.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut after_quote = false;
    for c in line.chars() {
        let last = cells.last_mut().expect("invariant: it begins with one and only grows");
        match c {
            '"' if quoted => (quoted, after_quote) = (false, true),
            '"' => {
                // Two quotes within quotes are one.
                if after_quote {
                    last.push('"');
                }
                (quoted, after_quote) = (true, false);
            }
            ',' if !quoted => {
                cells.push(String::new());
                after_quote = false;
            }
            c => {
                last.push(c);
                after_quote = false;
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> SweepTable {
        let axis = |name: &str, unit: &str, values: &[&str]| AxisOutcome {
            name: name.into(),
            unit: unit.into(),
            values: values.iter().map(|v| v.to_string()).collect(),
        };
        let column = |name: &str, unit: &str| ColumnHead { name: name.into(), unit: unit.into() };
        SweepTable {
            format: 1,
            snn: "0".into(),
            file: "a.snn".into(),
            experiment: "e".into(),
            network: "n".into(),
            source_hash: "0".into(),
            axes: vec![axis("tau", "ms", &["5", "10"]), axis("seed", "", &["1", "2", "3"])],
            columns: vec![column("rate(E)", "Hz"), column("corr(E, bin 5 ms)", "")],
            complete: false,
            rows: Vec::new(),
            expectations: Vec::new(),
        }
    }

    #[test]
    fn rows_read_back_and_a_torn_line_is_left_out() {
        let table = table();
        let row = |point, value, error: Option<&str>| SweepRow {
            point,
            at: table.at(point),
            values: vec![Some(value), None],
            holds: true,
            spike_hash: "ab".into(),
            error: error.map(String::from),
        };
        let rows = [row(4, 0.1 + 0.2, None), row(0, -3.0, Some("state v became \"NaN\", sorry"))];
        assert_eq!(rows[0].at, ["10", "2"]);
        let text = table.csv_head() + &rows[0].csv() + &rows[1].csv();
        assert!(text.starts_with("point,tau[ms],seed,rate(E)[Hz],\"corr(E, bin 5 ms)\",holds,"));
        assert_eq!(table.csv_rows(&text), rows);
        let torn = &text[..text.len() - 5];
        assert_eq!(table.csv_rows(torn), &rows[..1]);
    }
}
