//! Straight-line programs over columns of numbers: the one form in which neurons, drawn parameters and
//! computed weights reach an interpreter or a core.
//!
//! A [`Program`] is a list of operations, each naming earlier results; there are no branches, only
//! [`Op::Select`], so a block of neurons runs through it operation by operation. Truth is 1.0 and 0.0.
//! [`NeuronKernel`] says what the inputs and outputs of a neuron's program mean. Start at
//! [`ProgramBuilder`].
//!
//! Invariant: scalar and batch evaluation give the same bits.

mod batch;
mod builder;
mod eval;
mod fuse;
mod leap;
mod linear;
mod neuron;
mod nudge;
mod program;
mod quiet;
mod shape;
mod simd;
mod synapse;
mod verify;

pub use batch::{BLOCK, BlockInputs, BlockProgram, Column, Registers};
pub use builder::ProgramBuilder;
pub use eval::DrawKey;
pub use leap::{Drift, Leap, Leaps};
pub use linear::{LinearSystem, MAX_LINEAR, Solution};
pub use neuron::{NeuronKernel, Refractory, StateSlot};
pub use nudge::{Nudge, Times};
pub use program::{Binary, Bounds, BoundsMode, Draw, Op, Program, Reg, Unary};
pub use quiet::quiet;
pub use shape::{Arrived, RECEPTORS, Shape, ShapeRun};
pub use simd::Simd;
pub use synapse::{Advance, Event, StepMode, SynapseKernel, Trace, event_seed};
pub use verify::VerifyError;
