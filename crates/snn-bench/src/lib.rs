//! Side-by-side measurements, and the networks they are made on.

pub mod generators;
