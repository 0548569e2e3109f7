//! Networks onto cores: a [`Mapping`] says which neurons lie on which core; [`assemble`] makes of network
//! and mapping the image that a chip loads.
//!
//! A mapping only places and never changes a result. Start at [`map`].

mod assemble;
mod mappers;
mod mapping;

pub use assemble::assemble;
pub use mappers::sequential;
pub use mapping::{CoreAssignment, Mapping};
