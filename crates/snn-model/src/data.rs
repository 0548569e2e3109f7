//! Data files: spikes and lists of connections as CSV with units in the header.

pub(crate) mod arrays;

use snn_numeric::Rational;
use snn_units::{UnitValue, coherent_exp10, literal_to_coherent};

/// What is wrong with a data file: the line (from 1) and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataFault {
    pub line: usize,
    pub message: String,
}

/// Rows of `[trial,]index,t[ms]`.
pub(crate) struct SpikeTable {
    /// The trial of each row, where the file tells.
    pub trials: Vec<u32>,
    /// Line, index, time in ms.
    pub rows: Vec<(usize, u32, Rational)>,
}

/// Rows of `source,target[,weight[unit]][,delay[unit]]`.
pub(crate) struct ConnectionTable {
    /// Line, source, target.
    pub pairs: Vec<(usize, u32, u32)>,
    /// Unit of the weight column and its values in coherent units.
    pub weights: Option<(UnitValue, Vec<f64>)>,
    /// Delays in ms.
    pub delays: Option<Vec<Rational>>,
}

/// Reads spikes. Columns may stand in any order.
pub(crate) fn read_spikes(bytes: &[u8]) -> Result<SpikeTable, DataFault> {
    let mut table = Table::open(bytes)?;
    let index = table.column("index")?.ok_or_else(|| table.lacks("index"))?;
    let time = table.column("t")?.ok_or_else(|| table.lacks("t[ms]"))?;
    let trial = table.column("trial")?;
    for column in trial.iter().chain([&index]) {
        table.plain(column)?;
    }
    table.has_dimension(&time, "ms")?;
    let known: Vec<&Column> = [&index, &time].into_iter().chain(&trial).collect();
    table.nothing_else(&known)?;
    let (mut rows, mut trials) = (Vec::new(), Vec::new());
    while let Some(row) = table.next_row()? {
        if let Some(trial) = &trial {
            trials.push(row.whole(trial)?);
        }
        rows.push((row.line, row.whole(&index)?, row.exact(&time)?));
    }
    Ok(SpikeTable { trials, rows })
}

/// Reads the labels of trials, one per row.
pub(crate) fn read_labels(bytes: &[u8]) -> Result<Vec<u32>, DataFault> {
    let mut table = Table::open(bytes)?;
    let label = table.column("label")?.ok_or_else(|| table.lacks("label"))?;
    table.plain(&label)?;
    table.nothing_else(&[&label])?;
    let mut labels = Vec::new();
    while let Some(row) = table.next_row()? {
        labels.push(row.whole(&label)?);
    }
    Ok(labels)
}

/// Reads rates over time: line, time in ms, rate in 1/ms. Columns may stand in any order.
pub(crate) fn read_rates(bytes: &[u8]) -> Result<Vec<(usize, Rational, f64)>, DataFault> {
    let mut table = Table::open(bytes)?;
    let time = table.column("t")?.ok_or_else(|| table.lacks("t[ms]"))?;
    let rate = table.column("rate")?.ok_or_else(|| table.lacks("rate[Hz]"))?;
    table.has_dimension(&time, "ms")?;
    table.has_dimension(&rate, "Hz")?;
    table.nothing_else(&[&time, &rate])?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push((row.line, row.exact(&time)?, row.number(&rate)?));
    }
    Ok(rows)
}

/// Reads a list of connections. Columns may stand in any order.
pub(crate) fn read_connections(bytes: &[u8]) -> Result<ConnectionTable, DataFault> {
    let mut table = Table::open(bytes)?;
    let source = table.column("source")?.ok_or_else(|| table.lacks("source"))?;
    let target = table.column("target")?.ok_or_else(|| table.lacks("target"))?;
    let weight = table.column("weight")?;
    let delay = table.column("delay")?;
    table.plain(&source)?;
    table.plain(&target)?;
    if let Some(delay) = &delay {
        table.has_dimension(delay, "ms")?;
    }
    let known: Vec<&Column> = [&source, &target].into_iter().chain(&weight).chain(&delay).collect();
    table.nothing_else(&known)?;
    let (mut pairs, mut weights, mut delays) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(row) = table.next_row()? {
        pairs.push((row.line, row.whole(&source)?, row.whole(&target)?));
        if let Some(weight) = &weight {
            weights.push(row.number(weight)?);
        }
        if let Some(delay) = &delay {
            delays.push(row.exact(delay)?);
        }
    }
    Ok(ConnectionTable {
        pairs,
        weights: weight.map(|column| (column.unit, weights)),
        delays: delay.map(|_| delays),
    })
}

struct Column {
    name: String,
    unit: UnitValue,
    at: usize,
}

struct Table<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    header: Vec<&'a str>,
    header_line: usize,
}

struct Row<'a> {
    line: usize,
    cells: Vec<&'a str>,
}

impl<'a> Table<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, DataFault> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            fault(line, "the file is not text (UTF-8)")
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate();
        let header = lines.by_ref().find(|(_, line)| !line.trim().is_empty());
        let Some((at, header)) = header else {
            return Err(fault(1, "the file is empty; the first line names the columns"));
        };
        Ok(Self { lines, header: cells(header), header_line: at + 1 })
    }

    fn column(&self, name: &str) -> Result<Option<Column>, DataFault> {
        let mut found = None;
        for (at, cell) in self.header.iter().enumerate() {
            let (label, unit) = match cell.split_once('[') {
                Some((label, unit)) => (label.trim(), unit.strip_suffix(']')),
                None => (*cell, Some("")),
            };
            if label != name {
                continue;
            }
            let unit = unit.and_then(read_unit);
            let Some(unit) = unit else {
                return Err(self.in_header(format!("the unit of `{cell}` is not known")));
            };
            if found.is_some() {
                return Err(self.in_header(format!("the column `{name}` stands twice")));
            }
            found = Some(Column { name: name.to_owned(), unit, at });
        }
        Ok(found)
    }

    fn plain(&self, column: &Column) -> Result<(), DataFault> {
        if column.unit.is_one() {
            return Ok(());
        }
        Err(self.in_header(format!("the column `{}` is a plain number, without unit", column.name)))
    }

    /// The column measures what `unit` measures.
    fn has_dimension(&self, column: &Column, unit: &str) -> Result<(), DataFault> {
        let wanted = UnitValue::parse(unit).map(|unit| unit.dimension);
        if Some(column.unit.dimension) == wanted {
            return Ok(());
        }
        let (name, found) = (&column.name, column.unit.dimension.describe());
        let wanted = wanted.map(|w| w.describe()).unwrap_or_default();
        Err(self.in_header(format!(
            "the column `{name}` is {found}, {wanted} is needed: write `{name}[{unit}]`"
        )))
    }

    fn nothing_else(&self, known: &[&Column]) -> Result<(), DataFault> {
        match (0..self.header.len()).find(|at| known.iter().all(|c| c.at != *at)) {
            Some(at) => Err(self.in_header(format!("unknown column `{}`", self.header[at]))),
            None => Ok(()),
        }
    }

    fn lacks(&self, name: &str) -> DataFault {
        self.in_header(format!("the header lacks the column `{name}`"))
    }

    fn in_header(&self, message: String) -> DataFault {
        DataFault { line: self.header_line, message }
    }

    fn next_row(&mut self) -> Result<Option<Row<'a>>, DataFault> {
        let Some((at, text)) = self.lines.by_ref().find(|(_, line)| !line.trim().is_empty()) else {
            return Ok(None);
        };
        let row = Row { line: at + 1, cells: cells(text) };
        let (found, wanted) = (row.cells.len(), self.header.len());
        if found != wanted {
            return Err(fault(
                row.line,
                format!("{found} values, the header has {wanted} columns"),
            ));
        }
        Ok(Some(row))
    }
}

impl Row<'_> {
    fn whole(&self, column: &Column) -> Result<u32, DataFault> {
        let cell = self.cells[column.at];
        cell.parse().map_err(|_| {
            fault(
                self.line,
                format!("`{}` must be a whole number from 0, not `{cell}`", column.name),
            )
        })
    }

    fn number(&self, column: &Column) -> Result<f64, DataFault> {
        let cell = self.cells[column.at];
        let value = literal_to_coherent(cell, &column.unit);
        if value.is_finite() {
            return Ok(value);
        }
        Err(fault(self.line, format!("`{}` must be a number, not `{cell}`", column.name)))
    }

    fn exact(&self, column: &Column) -> Result<Rational, DataFault> {
        let cell = self.cells[column.at];
        exact_literal(cell, &column.unit).ok_or_else(|| {
            fault(self.line, format!("`{}` must be a number, not `{cell}`", column.name))
        })
    }
}

/// The exact value of a decimal with a unit, in coherent units; none where it is not rational or too long.
pub(crate) fn exact_literal(digits: &str, unit: &UnitValue) -> Option<Rational> {
    let shift = unit.exp10.minus(coherent_exp10(&unit.dimension)).as_integer()?;
    Rational::from_decimal(digits)?.checked_mul(Rational::power_of_ten(shift)?)
}

fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(str::trim).collect()
}

/// A product of symbols such as `pA/mV`; the plain unit for nothing.
fn read_unit(text: &str) -> Option<UnitValue> {
    let text = text.trim();
    if text.is_empty() || text == "1" {
        return Some(UnitValue::one());
    }
    let mut parts = text.split('/');
    let above = parts.next()?.trim();
    let mut unit = if above == "1" { UnitValue::one() } else { UnitValue::parse(above)? };
    for below in parts {
        unit = unit.div(&UnitValue::parse(below.trim())?);
    }
    Some(unit)
}

fn fault(line: usize, message: impl Into<String>) -> DataFault {
    DataFault { line, message: message.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spike_fault(text: &str) -> (usize, String) {
        let fault = read_spikes(text.as_bytes()).err().expect("a fault");
        (fault.line, fault.message)
    }

    #[test]
    fn spikes_in_any_unit_of_time_and_column_order() {
        let table = read_spikes(b"\nt[s], index\r\n0.0003, 2\n\n1e-3,0\n").unwrap();
        let ms = |digits| Rational::from_decimal(digits).unwrap();
        assert_eq!(table.rows, [(3, 2, ms("0.3")), (5, 0, ms("1"))]);
    }

    #[test]
    fn faults_name_their_line() {
        assert_eq!(spike_fault("").0, 1);
        assert_eq!(spike_fault("index\n1\n"), (1, "the header lacks the column `t[ms]`".into()));
        assert_eq!(spike_fault("index,t\n").0, 1);
        assert!(spike_fault("index,t\n").1.ends_with("write `t[ms]`"));
        assert_eq!(spike_fault("index,t[mV]\n").0, 1);
        assert_eq!(spike_fault("index,t[parsec]\n").0, 1);
        assert_eq!(spike_fault("index,t[ms],w\n").1, "unknown column `w`");
        assert_eq!(spike_fault("index,t[ms]\n0,1\n-1,1\n").0, 3);
        assert_eq!(spike_fault("index,t[ms]\n0,1,2\n").1, "3 values, the header has 2 columns");
        assert_eq!(spike_fault("index,t[ms]\n0,nan\n").1, "`t` must be a number, not `nan`");
        assert_eq!(read_spikes(b"index,t[ms]\n0,\xff\n").err().unwrap().line, 2);
    }

    #[test]
    fn connections_with_and_without_values() {
        let table = read_connections(b"source,target\n0,1\n2,3\n").unwrap();
        assert_eq!(table.pairs, [(2, 0, 1), (3, 2, 3)]);
        assert!(table.weights.is_none() && table.delays.is_none());
        let table =
            read_connections(b"delay[us],source,weight[nA],target\n1500,4,2.5,5\n").unwrap();
        assert_eq!(table.weights.unwrap().1, [2500.0]);
        assert_eq!(table.delays.unwrap(), [Rational::from_decimal("1.5").unwrap()]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (read_spikes(&bytes), read_connections(&bytes), read_labels(&bytes));
        }

        #[test]
        fn no_text_panics(text in "(source|target|index|t|weight|[\\[\\],\n0-9mse.-]){0,40}") {
            let _ = (read_spikes(text.as_bytes()), read_connections(text.as_bytes()));
        }
    }
}
