//! The facade: from text to spikes.
//!
//! The phases, each a function of the one before:
//!
//! 1. [`load`]: the main file, its imports and data files become a [`Project`](model::Project).
//! 2. [`check`]: everything in it is checked; all faults of all files come at once.
//! 3. [`compile`]: one experiment becomes a [`Compiled`]: the network of
//!    [`model::instantiate`] and [`lower::lower`], and the chip.
//! 4. [`map::map`]: the network is placed on the chip's cores.
//! 5. [`Session::new`]: the image of [`map::assemble`] is loaded on worker threads.
//! 6. [`Session::run`]: ticks, with a recorder and a watcher; [`Session::verdicts`] says whether the
//!    expectations hold.
//!
//! An experiment with sweeps is a [`Study`]: [`study`] checks it once, [`run_points`] compiles and runs its
//! points.
//!
//! Nothing here opens a file: the caller gives a function that reads, and a recorder that writes.

mod compare;
mod compile;
mod document;
mod expression;
mod parts;
mod points;
mod session;
mod words;

pub use compare::{Difference, Facts, differences, facts};
pub use compile::{Compiled, Study, check, compile, load, study};
pub use document::document;
pub use points::{At, PointFailure, PointOptions, PointOutcome, pooled, run_points};
pub use session::{Session, SessionError};

pub use snn_chip as chip;
pub use snn_connect as connect;
pub use snn_diagnostics as diagnostics;
pub use snn_emulator as emulator;
pub use snn_ir as ir;
pub use snn_kernel as kernel;
pub use snn_lower as lower;
pub use snn_map as map;
pub use snn_model as model;
pub use snn_numeric as numeric;
pub use snn_reference as reference;
pub use snn_report as report;
pub use snn_result as result;
pub use snn_syntax as syntax;
pub use snn_units as units;
