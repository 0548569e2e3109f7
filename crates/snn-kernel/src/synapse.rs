//! What the inputs and outputs of a synapse's programs mean.

use snn_numeric::{Real, philox};

use crate::eval::flush;
use crate::verify::VerifyError;
use crate::{Op, Program, StateSlot};

/// Transmission and plasticity of one projection's synapses, its constants folded in.
///
/// All programs but `init` have the same inputs, in this order: states at the synapse's last visit (in
/// blocks: now); columns (one number per synapse, set once); traces on pre; traces on post; modulators;
/// states read of the target; the ticks since the last visit. In `advance` traces and modulators have
/// their values at that visit, in blocks those of now. Outputs: the new states, and of `pre` also what
/// is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SynapseKernel {
    /// Names of the models, for messages.
    pub model: String,
    /// States; the weight first where it learns.
    pub states: Vec<StateSlot>,
    /// Names of the per-synapse columns; the weight first where it does not learn.
    pub columns: Vec<String>,
    /// Traces that pre spikes step.
    pub pre_traces: Vec<Trace>,
    /// Traces that post spikes step.
    pub post_traces: Vec<Trace>,
    /// Traces that spikes of modulating populations step, one of each for all synapses.
    pub modulators: Vec<Trace>,
    /// States of the target that are read: names of slots of its kernel.
    pub reads: Vec<String>,
    /// Columns and initial states: inputs are the weight and the indices of source and target, outputs
    /// columns, then states.
    pub init: Program,
    /// How states move between visits.
    pub advance: Advance,
    /// A pre spike.
    pub pre: Program,
    /// A post spike.
    pub post: Option<Program>,
    /// What is done every so many ticks.
    pub every: Option<(u32, Program)>,
}

/// How the states of a synapse move between visits.
#[derive(Clone, Debug, PartialEq)]
pub enum Advance {
    /// Not at all.
    Never,
    /// In closed form over any number of ticks.
    Exact(Program),
    /// Tick by tick: the synapse is visited in each.
    EachTick(Program),
}

/// A number that spikes step and that decays exponentially. Its state is (value, tick of the last step).
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Its name.
    pub name: String,
    /// Logarithm of what a tick leaves of it: -dt/tau.
    pub rate: f64,
    /// What a spike adds, or sets it to.
    pub step: f64,
    /// Which of the two.
    pub mode: StepMode,
}

/// What a spike does to a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepMode {
    /// Adds the step.
    Add,
    /// Sets the trace to the step.
    Set,
}

impl Trace {
    /// What is left of `value` after so many ticks.
    #[inline]
    pub fn decayed<T: Real>(&self, value: T, ticks: u64) -> T {
        self.left(value, self.factor(ticks))
    }

    /// What so many ticks multiply a value by.
    #[inline]
    pub fn factor<T: Real>(&self, ticks: u64) -> T {
        (T::from_f64(self.rate) * T::from_f64(ticks as f64)).exp()
    }

    /// What is left of `value` after ticks with this factor.
    #[inline(always)]
    pub fn left<T: Real>(&self, value: T, factor: T) -> T {
        flush(value * factor, T::ONE)
    }

    /// `value` after so many spikes at once.
    #[inline]
    pub fn stepped<T: Real>(&self, value: T, spikes: u64) -> T {
        match self.mode {
            StepMode::Add => value + T::from_f64(self.step) * T::from_f64(spikes as f64),
            StepMode::Set => T::from_f64(self.step),
        }
    }
}

/// An event of a synapse, whose block may draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A pre spike; the number counts the spikes of one train in a tick.
    Pre(u32),
    /// A post spike.
    Post,
    /// The time of `on every`.
    Every,
}

/// The seed of the draws in the block of an event: `tick` is that of the emission for a pre spike, else the
/// tick in which it happens at the synapse. The draws themselves are keyed by projection and synapse.
pub fn event_seed(seed: u64, tick: u64, event: Event) -> u64 {
    let (repetition, kind) = match event {
        Event::Pre(repetition) => (repetition, 0),
        Event::Post => (0, 1),
        Event::Every => (0, 2),
    };
    let counter = [tick as u32, (tick >> 32) as u32, repetition, kind];
    let [low, high, ..] = philox(counter, [seed as u32, (seed >> 32) as u32]);
    u64::from(high) << 32 | u64::from(low)
}

impl SynapseKernel {
    /// First input of the columns.
    pub fn first_column(&self) -> usize {
        self.states.len()
    }

    /// First input of the traces on pre.
    pub fn first_pre_trace(&self) -> usize {
        self.first_column() + self.columns.len()
    }

    /// First input of the traces on post.
    pub fn first_post_trace(&self) -> usize {
        self.first_pre_trace() + self.pre_traces.len()
    }

    /// First input of the modulators.
    pub fn first_modulator(&self) -> usize {
        self.first_post_trace() + self.post_traces.len()
    }

    /// First input of the states read of the target.
    pub fn first_read(&self) -> usize {
        self.first_modulator() + self.modulators.len()
    }

    /// The input that counts the ticks since the last visit, after all others.
    pub fn elapsed_input(&self) -> usize {
        self.first_read() + self.reads.len()
    }

    /// Number of inputs of every program but `init`.
    pub fn inputs(&self) -> usize {
        self.elapsed_input() + 1
    }

    /// The state with this name.
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|s| s.name == name)
    }

    /// Whether post spikes visit the synapse: they run a block, or the states move with a trace that they
    /// step.
    pub fn visited_by_post(&self) -> bool {
        self.post.is_some() || self.advance_reads(self.first_post_trace(), self.first_modulator())
    }

    /// Whether steps of modulators visit the synapse: its states move with them.
    pub fn visited_by_modulators(&self) -> bool {
        self.advance_reads(self.first_modulator(), self.first_read())
    }

    /// Whether any program reads states of the target.
    pub fn reads_target(&self) -> bool {
        !self.reads.is_empty()
    }

    fn advance_reads(&self, from: usize, to: usize) -> bool {
        let (Advance::Exact(program) | Advance::EachTick(program)) = &self.advance else {
            return false;
        };
        let read = |op: &Op| matches!(op, Op::Input(i) if (from..to).contains(&(*i as usize)));
        program.ops.iter().any(read)
    }

    /// All programs hold and have the signature that the slots say.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let (states, columns) = (self.states.len(), self.columns.len());
        self.signature("init", &self.init, 3, columns + states)?;
        self.signature("pre", &self.pre, self.inputs(), states + 1)?;
        if let Advance::Exact(program) | Advance::EachTick(program) = &self.advance {
            self.signature("advance", program, self.inputs(), states)?;
        }
        if let Some(program) = &self.post {
            self.signature("post", program, self.inputs(), states)?;
        }
        if let Some((ticks, program)) = &self.every {
            self.signature("every", program, self.inputs(), states)?;
            self.require(*ticks > 0, || "every 0 ticks".into())?;
        }
        let traces = self.pre_traces.iter().chain(&self.post_traces).chain(&self.modulators);
        for trace in traces {
            let holds = trace.rate < 0.0 && trace.step.is_finite();
            self.require(holds, || format!("trace {} does not decay", trace.name))?;
        }
        Ok(())
    }

    fn signature(
        &self,
        what: &str,
        program: &Program,
        inputs: usize,
        outputs: usize,
    ) -> Result<(), VerifyError> {
        program.verify()?;
        let found = (program.inputs as usize, program.outputs.len());
        self.require(found == (inputs, outputs), || {
            format!("{what} has {found:?} inputs and outputs instead of ({inputs}, {outputs})")
        })
    }

    fn require(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), VerifyError> {
        if holds { Ok(()) } else { Err(VerifyError(format!("{}: {}", self.model, what()))) }
    }
}
