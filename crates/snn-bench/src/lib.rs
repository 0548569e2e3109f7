//! Side-by-side measurements
