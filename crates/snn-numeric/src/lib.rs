//! Deterministic arithmetic: exact ticks, functions, counter-based random numbers
