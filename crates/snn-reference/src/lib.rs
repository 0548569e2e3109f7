//! The executable meaning: a slow, plain, single-threaded interpreter of the network.
//!
//! [`interpret`] is `spec/semantics.md` as a program: every synapse in a list, every arrival sorted by the
//! canonical key, every neuron evaluated alone. It shares numbers, rules, results and single evaluation
//! of programs with the emulator, and nothing of delivery, order or delays, so that their agreement
//! proves something.

mod boundary;
mod continuous;
mod interpreter;
mod learning;
mod live;
mod synapses;
mod trains;

pub use interpreter::{Interpreter, ReferenceError, interpret};
