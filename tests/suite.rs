//! ui, stages, golden, differential, cli, examples, and the architecture itself.

mod architecture;
mod differential;
mod examples;
mod golden;
