//! What a chip can do ([`ChipSpec`]), what the user asks of the mapping ([`MappingRequest`]), and what
//! is loaded on the chip ([`ChipImage`]). Data only; no algorithms.
//!
//! Architecture invariant: limits of a chip stand only in its [`ChipSpec`].

mod image;
mod request;
mod spec;
mod verify;

pub use image::{ChipImage, CoreImage, CorePart, ImageObject, ImageObjectKind, Phase};
pub use request::{MappingRequest, Objective, Place};
pub use spec::{Arithmetic, ChipSpec, CoreId, CoreKind, Limit, Resource};
pub use verify::VerifyError;
