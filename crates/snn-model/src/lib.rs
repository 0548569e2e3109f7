//! Names, units and equations checked: syntax trees become the typed [`Model`](model::Model).
//!
//! A [`Project`] holds the texts: the caller loads what it [wants](Project::wanted). [`check`] finds every
//! fault of all files, [`instantiate`] gives the [`Model`](model::Model) of one experiment: loops and
//! families written out, parameters numbers, times whole ticks; equations and draws stay expressions.
//!
//! Invariant: both never fail and never panic; a fault is reported once, and what depends on it is silent.
//! No neuron model and no chip is known here: they are text, the library in `std/` too.
//!
//! Start at [`instantiate`].

mod arguments;
mod array;
mod check;
mod chip;
mod constant;
mod context;
mod data;
mod exact;
mod experiment;
mod expr;
mod file_scope;
mod globals;
mod mapping;
pub mod model;
mod names;
mod network;
mod neuron;
mod order;
mod project;
mod sets;
mod summary;
#[cfg(test)]
mod testing;
mod time;
mod typed;
mod units;
mod unused;
mod users;
mod whole;

pub use check::{Options, Study, check, check_each, instantiate};
pub use experiment::SweepAxis;
pub use project::{Project, Wanted, WantedKind};
pub use summary::{Checkup, ExperimentSummary, NetworkSummary, NeuronSummary, ParameterSummary};
