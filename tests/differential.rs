//! The emulator against the reference interpreter, bit for bit, on generated networks; the reference on
//! networks worked out by hand; what equations become; the text form of networks.

mod bursts;
mod by_hand;
mod course;
mod equations;
mod generator;
mod live;
mod measures;
mod programs;
mod rows;
mod text;
