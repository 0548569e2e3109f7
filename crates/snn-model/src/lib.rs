//! Names, units and equations checked: syntax trees become the typed [`Model`](model::Model).

mod context;
mod expr;
mod globals;
pub mod model;
mod names;
mod neuron;
mod order;
mod project;
mod typed;
mod units;

pub use project::{Project, Wanted, WantedKind};
