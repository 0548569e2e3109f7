//! The text form, which round-trips.
