//! Synapses with states, one at a time and tick by tick: every event when it happens.

use std::collections::BTreeMap;

use snn_connect::{Live, Projection, SynapseId};
use snn_kernel::{Advance, DrawKey, Event, Program, Trace, event_seed};
use snn_numeric::{Purpose, Real};

use crate::synapses::Cell;

/// The value of a trace after its last step, and the tick of that step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past<T> {
    value: T,
    tick: u64,
}

impl<T: Real> Past<T> {
    pub(crate) const NEVER: Self = Self { value: T::ZERO, tick: 0 };

    fn at(&self, trace: &Trace, tick: u64) -> T {
        trace.decayed(self.value, tick.saturating_sub(self.tick))
    }

    pub(crate) fn step(&mut self, trace: &Trace, tick: u64, spikes: u64) {
        let value = trace.stepped(self.at(trace, tick), spikes);
        *self = Self { value, tick };
    }
}

/// What a synapse sees of its surroundings.
pub(crate) struct Around<'a, T> {
    pub projection: &'a Projection,
    pub live: &'a Live,
    pub seed: u64,
    pub modulators: &'a [Past<T>],
    /// States of the target that it reads.
    pub reads: &'a [T],
}

/// Spikes of one train in one tick, at a synapse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreSpikes {
    pub emitted: u64,
    pub times: u32,
}

/// One synapse.
pub(crate) struct LiveSynapse<T> {
    pub projection: usize,
    /// Positions in the selections, and the place among synapses of this pair.
    pub place: (u32, u32, u32),
    pub id: SynapseId,
    pub target: Cell,
    pub receptor: u16,
    pub states: Vec<T>,
    /// The states after the last pre spike, for records.
    pub after_pre: Vec<T>,
    pub columns: Vec<T>,
    pub visited: u64,
    pre: Vec<Past<T>>,
    post: Vec<Past<T>>,
    /// Pre spikes whose traces wait for the post block of the same tick.
    waiting: u64,
    /// What arrives in which tick, where the dendrite takes time.
    pub coming: BTreeMap<u64, PreSpikes>,
}

/// A state that is no number any more: which one, and what it is.
pub(crate) type Broken = (usize, f64);

impl<T: Real> LiveSynapse<T> {
    pub(crate) fn new(
        (projection, p): (usize, &Projection),
        live: &Live,
        seed: u64,
        (place, id): ((u32, u32, u32), SynapseId),
        weight: f64,
        receptor: u16,
    ) -> Self {
        let (_, pre) = p.connector.sources.at(place.0);
        let target = p.connector.targets.at(place.1);
        let kernel = &live.kernel;
        let key = DrawKey {
            seed,
            object: p.connector.key,
            purpose: Purpose::Initial,
            counter: [id.major, id.block, id.ordinal],
        };
        let inputs = [weight, f64::from(pre), f64::from(target.1)];
        let mut drawn = vec![0.0; kernel.init.outputs.len()];
        kernel.init.eval(&inputs, &key, &mut Vec::new(), &mut drawn);
        let all: Vec<T> = drawn.into_iter().map(T::from_f64).collect();
        let (columns, states) = all.split_at(kernel.columns.len());
        Self {
            projection,
            place,
            id,
            target,
            receptor,
            states: states.to_vec(),
            after_pre: Vec::new(),
            columns: columns.to_vec(),
            visited: 0,
            pre: vec![Past::NEVER; kernel.pre_traces.len()],
            post: vec![Past::NEVER; kernel.post_traces.len()],
            waiting: 0,
            coming: BTreeMap::new(),
        }
    }

    /// Visits the synapse before anything else of a tick, where its equations ask for it.
    pub(crate) fn begin(
        &mut self,
        tick: u64,
        modulated: bool,
        around: &Around<'_, T>,
    ) -> Result<(), Broken> {
        let kernel = &around.live.kernel;
        let each_tick = matches!(kernel.advance, Advance::EachTick(_));
        if each_tick || (modulated && kernel.visited_by_modulators()) {
            return self.visit(tick, around);
        }
        Ok(())
    }

    /// A pre spike: the block once for each of `spikes`; what is sent, one by one.
    pub(crate) fn pre_spikes(
        &mut self,
        tick: u64,
        spikes: PreSpikes,
        around: &Around<'_, T>,
    ) -> Result<Vec<T>, Broken> {
        self.visit(tick, around)?;
        let kernel = &around.live.kernel;
        let mut sent = Vec::new();
        for repetition in 0..spikes.times {
            let key = self.key(spikes.emitted, Event::Pre(repetition), around);
            let out = self.run(&kernel.pre, tick, 0, &key, around)?;
            sent.push(out[kernel.states.len()]);
            if around.live.ties.is_blind() {
                self.waiting += 1;
            } else {
                step(&mut self.pre, &kernel.pre_traces, tick, 1);
            }
        }
        self.after_pre.clone_from(&self.states);
        Ok(sent)
    }

    /// The rest of a tick: pre spikes of synapses with a dendrite, the post spike, `every`. Gives what is
    /// sent.
    pub(crate) fn learn(
        &mut self,
        tick: u64,
        pre: Option<PreSpikes>,
        post: bool,
        around: &Around<'_, T>,
    ) -> Result<Vec<T>, Broken> {
        let (kernel, ties) = (&around.live.kernel, around.live.ties);
        let mut sent = Vec::new();
        if post && ties.post_first() {
            self.post_block(tick, around)?;
            if !ties.is_blind() {
                step(&mut self.post, &kernel.post_traces, tick, 1);
            }
        }
        if let Some(spikes) = pre {
            sent = self.pre_spikes(tick, spikes, around)?;
        }
        if post && !ties.post_first() {
            self.post_block(tick, around)?;
        }
        for _ in 0..std::mem::take(&mut self.waiting) {
            step(&mut self.pre, &kernel.pre_traces, tick, 1);
        }
        if post && (ties.is_blind() || !ties.post_first()) {
            step(&mut self.post, &kernel.post_traces, tick, 1);
        }
        if let Some((ticks, program)) = &kernel.every
            && tick.is_multiple_of(u64::from(*ticks))
        {
            self.visit(tick, around)?;
            let key = self.key(tick, Event::Every, around);
            self.run(program, tick, 0, &key, around)?;
        }
        Ok(sent)
    }

    /// The states at the end of a tick; nothing changes.
    pub(crate) fn seen(&self, tick: u64, around: &Around<'_, T>) -> Vec<T> {
        match &around.live.kernel.advance {
            Advance::Exact(program) if tick > self.visited => {
                self.evaluate(program, self.visited, tick - self.visited, &DrawKey::NONE, around)
            }
            _ => self.states.clone(),
        }
    }

    fn post_block(&mut self, tick: u64, around: &Around<'_, T>) -> Result<(), Broken> {
        let kernel = &around.live.kernel;
        if kernel.visited_by_post() {
            self.visit(tick, around)?;
        }
        if let Some(program) = &kernel.post {
            let key = self.key(tick, Event::Post, around);
            self.run(program, tick, 0, &key, around)?;
        }
        Ok(())
    }

    /// What the draws of a block are keyed by.
    fn key(&self, tick: u64, event: Event, around: &Around<'_, T>) -> DrawKey {
        let SynapseId { major, block, ordinal } = self.id;
        DrawKey {
            seed: event_seed(around.seed, tick, event),
            object: around.projection.connector.key,
            purpose: Purpose::SynapseDraw,
            counter: [major, block, ordinal],
        }
    }

    pub(crate) fn visit(&mut self, tick: u64, around: &Around<'_, T>) -> Result<(), Broken> {
        let elapsed = tick - self.visited;
        let then = std::mem::replace(&mut self.visited, tick);
        match &around.live.kernel.advance {
            Advance::Exact(program) | Advance::EachTick(program) if elapsed > 0 => {
                self.run(program, then, elapsed, &DrawKey::NONE, around).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn run(
        &mut self,
        program: &Program,
        tick: u64,
        elapsed: u64,
        key: &DrawKey,
        around: &Around<'_, T>,
    ) -> Result<Vec<T>, Broken> {
        let out = self.evaluate(program, tick, elapsed, key, around);
        let states = self.states.len();
        self.states.copy_from_slice(&out[..states]);
        match self.states.iter().position(|x| !x.is_finite()) {
            Some(state) => Err((state, self.states[state].to_f64())),
            None => Ok(out),
        }
    }

    /// Runs a program with traces and modulators as they are at `tick`.
    fn evaluate(
        &self,
        program: &Program,
        tick: u64,
        elapsed: u64,
        key: &DrawKey,
        around: &Around<'_, T>,
    ) -> Vec<T> {
        let kernel = &around.live.kernel;
        let mut inputs = self.states.clone();
        inputs.extend(&self.columns);
        for (past, traces) in [
            (self.pre.as_slice(), &kernel.pre_traces),
            (&self.post, &kernel.post_traces),
            (around.modulators, &kernel.modulators),
        ] {
            inputs.extend(past.iter().zip(traces).map(|(past, trace)| past.at(trace, tick)));
        }
        inputs.extend(around.reads);
        inputs.push(T::from_f64(elapsed as f64));
        let mut out = vec![T::ZERO; program.outputs.len()];
        program.eval(&inputs, key, &mut Vec::new(), &mut out);
        out
    }
}

fn step<T: Real>(past: &mut [Past<T>], traces: &[Trace], tick: u64, spikes: u64) {
    for (past, trace) in past.iter_mut().zip(traces) {
        past.step(trace, tick, spikes);
    }
}
