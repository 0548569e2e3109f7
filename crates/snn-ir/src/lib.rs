//! The network intermediate representation
