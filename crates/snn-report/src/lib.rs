//! What people and machines read after a run: the JSON summary with its schema, the per-core table, the
//! floorplan as SVG, and one offline HTML page.
//!
//! Everything here is a function from data to text; nothing opens a file. Start at [`RunSummary`] and
//! [`page`].

mod cores;
mod cost;
mod document;
mod floorplan;
mod html;
mod plot;
mod summary;
mod sweep;

pub use cores::{MapSummary, core_table};
pub use cost::{CostSummary, PopulationTimes};
pub use document::{Document, Section, Table};
pub use floorplan::{Colour, floorplan};
pub use html::{Page, page};
pub use summary::{
    CoreTotals, ExpectationOutcome, Host, PopulationOutcome, RunSummary, Timing, TraceUnit,
    fingerprint, schemas,
};
pub use sweep::{AxisOutcome, ColumnHead, PooledOutcome, SweepRow, SweepTable, sweep_schema};
