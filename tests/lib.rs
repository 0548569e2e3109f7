//! Tests of the whole house; see `suite.rs`.
