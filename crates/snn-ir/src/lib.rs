//! The network between the language and the chip: a petgraph graph of populations and sources whose
//! projections are still rules.
//!
//! A [`Network`] can be verified, printed and read back ([`text`]), drawn ([`dot`]) and interpreted
//! (by the reference interpreter). Passes rebuild it; nodes are never removed, so a node's index is the
//! index of its declaration everywhere.

pub mod dot;
mod network;
pub mod text;
mod verify;

pub use network::{Network, Object, ObjectId, ObjectKind, ProjectionId, ProjectionNode};
pub use verify::VerifyError;
