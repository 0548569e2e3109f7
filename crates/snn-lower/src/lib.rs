//! The typed model becomes the network: equations become straight-line programs, connections become
//! projections with keys.
//!
//! Every population gets one program per tick with its constants folded in ([`neuron`]); how its states
//! are integrated is chosen here and explained ([`Decision`]). Invariant: a checked model is lowered
//! without a panic, and every kernel passes its verifier.
//!
//! Start at [`lower`].

mod affine;
mod current;
mod decision;
mod dynamics;
mod exact;
mod motion;
mod network;
mod neuron;
mod noise;
mod order;
mod parameters;
mod phases;
mod rate;
mod receptors;
mod stability;
mod synapse;
mod terms;
mod translate;
mod update;
mod upstroke;

pub use decision::Decision;
pub use network::{Lowered, Lowerings, lower};
