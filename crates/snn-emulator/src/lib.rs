//! The emulated chip: a [`ChipImage`](snn_chip::ChipImage) is expanded into the rows of worker threads
//! that own cores, and run event-driven, tick by tick.
//!
//! Worker threads own all neurons of their cores, as structures of arrays ([`part`]), and one row per
//! sender over those neurons ([`rows`]). A tick delivers the spikes emitted one delay earlier into lanes
//! ([`deliver`], [`lanes`], [`ring`]), updates blocks of neurons, and notes who spiked ([`worker`]);
//! synapses with states are brought up to date when a spike needs them ([`live`]). A window is as
//! many ticks as the shortest delay; after each, workers exchange one batch per pair ([`exchange`]).
//! Recorded data go to the calling thread in chunks ([`record`]).
//!
//! Architecture invariants: only the image is seen, never the network or the mapping; spikes, traces and
//! the spike hash are the same on any number of threads, any mapping and any vector width.
//!
//! Start at [`Emulator::load`].

mod boundary;
mod calendar;
mod checkpoint;
mod continuous;
mod cost;
mod deliver;
mod emulator;
mod error;
mod events;
mod exchange;
mod fault;
mod ids;
mod lanes;
mod live;
mod memory;
mod pages;
mod part;
mod record;
mod ring;
mod rows;
mod shares;
mod totals;
mod trains;
mod update;
mod worker;

pub use checkpoint::{Checkpoint, SavedObject};
pub use emulator::{Control, Emulator, LoadOptions, Progress, RowChoice, Tier};
pub use error::{LoadError, RunError};
#[doc(hidden)]
pub use fault::Fault;
pub use live::{SavedProjection, SavedSynapse, SavedTarget};
pub use snn_kernel::Simd;
