//! ui, stages, golden, differential, cli.
