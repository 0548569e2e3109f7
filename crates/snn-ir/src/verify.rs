//! The invariants of networks.

/// A broken invariant: our fault, never the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError(pub String);
