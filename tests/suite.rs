//! ui, stages, golden, differential, cli, examples, documents, and the architecture itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod cli;
mod compare;
mod differential;
mod documents;
mod examples;
mod golden;
mod mapping;
mod stages;
mod tutorial;
mod ui;
