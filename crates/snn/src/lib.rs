//! The facade: compile and run
