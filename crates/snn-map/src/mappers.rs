//! Ways to place a network.

mod auto;
mod random;
mod sequential;

pub use auto::auto;
pub(crate) use auto::{neuron_limit, ranges};
pub use random::random;
pub(crate) use random::random_with;
pub use sequential::sequential;
pub(crate) use sequential::sequential_with;
