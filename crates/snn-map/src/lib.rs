//! Networks onto cores: a [`Mapping`] says which neurons lie on which core, [`assemble`] makes of network
//! and mapping the image that a chip loads, and [`Usage`] says what every core must hold and send.
//!
//! A mapping only places and never changes a result. The limits of a chip are checked on the finished
//! mapping by [`measure`], which shares nothing with the mappers. Start at [`map`].

mod assemble;
mod entry;
mod failure;
mod grow;
mod hypergraph;
mod mappers;
mod mapping;
mod place;
mod refine;
mod text;
mod usage;
mod why;

pub use assemble::assemble;
pub use entry::{MapOptions, Mapped, Mapper, map};
pub use failure::MapFailure;
pub use mappers::{auto, random, sequential};
pub use mapping::{CoreAssignment, Mapping};
pub use text::{TextError, parse as parse_map, print as print_map};
pub use usage::{CoreUsage, Link, Tile, Totals, Usage, Violation, measure};
pub use why::{Why, why};
