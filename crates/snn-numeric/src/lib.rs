//! Deterministic arithmetic: exact ticks, functions, counter-based random numbers.
//!
//! Turns decimal text into exact rationals and tick counts, arguments into function values, and
//! identities (seed, object, purpose, counter) into random numbers.
//!
//! Invariant: every result has the same bits on every machine, at every vector width and in every
//! order of evaluation. There is no fused multiply-add, no platform function and no hidden state.
//!
//! Start at [`Rational`] and [`ticks`] for time, [`math`] for functions, [`Stream`] for draws.

mod binomial;
mod distribution;
mod double_double;
mod expm;
mod factorial;
mod hypergeometric;
pub mod math;
mod noise;
mod permutation;
mod philox;
mod poisson;
mod powers;
mod random;
mod rational;
mod real;
mod ticks;
pub mod whole;

pub use binomial::{Binomials, binomial};
pub use distribution::{Distribution, normal_quantile};
pub use expm::expm;
pub use hypergeometric::hypergeometric;
pub use noise::{MAX_NOISY, noise_factor};
pub use permutation::Permutation;
pub use philox::philox;
pub use poisson::{GapProcess, Gaps, Law, MAX_MEAN_PER_TICK, PoissonCounts, law};
pub use powers::Powers;
pub use random::{ObjectKey, Purpose, Stream, object_key, unit_interval};
pub use rational::Rational;
pub use real::Real;
pub use ticks::{Ticks, ticks};
