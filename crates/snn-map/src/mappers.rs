//! Ways to place a network.

mod sequential;

pub use sequential::sequential;
