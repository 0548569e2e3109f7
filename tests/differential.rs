//! The emulator against the reference interpreter, bit for bit, on generated networks.

mod generator;
mod programs;
