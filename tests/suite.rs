//! ui, stages, golden, differential, cli, and the architecture itself.

mod architecture;
mod differential;
