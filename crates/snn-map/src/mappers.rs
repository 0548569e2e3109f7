//! Ways to place a network.

mod auto;
mod sequential;

pub use auto::auto;
pub(crate) use auto::{neuron_limit, ranges};
pub use sequential::sequential;
pub(crate) use sequential::sequential_with;
