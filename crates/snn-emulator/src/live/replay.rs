//! Bringing synapses up to date, and pre spikes.

use snn_connect::Live;
use snn_kernel::{Advance, DrawKey, Program, Trace, release_seed};
use snn_numeric::{Purpose, Real};

use super::history::Past;
use super::probes::Records;
use super::{Broken, LiveBundle, LiveRow};
use crate::lanes::LANE;

/// Spikes of one train on their way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spikes {
    pub emitted: u64,
    pub times: u32,
}

/// Buffers of evaluation.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch<T> {
    inputs: Vec<T>,
    registers: Vec<T>,
    out: Vec<T>,
    sent: Vec<T>,
}

/// Traces as one event sees them: the tick whose values count, pre traces, and the entry of the target's
/// history.
#[derive(Clone, Copy)]
struct View<'a, T> {
    tick: u64,
    pre: &'a [Past<T>],
    entry: usize,
}

impl<T: Real> LiveBundle<T> {
    /// A spike reaches the targets of the row that starts at `start` in the pool: what it sends is added to
    /// their lane.
    pub(crate) fn arrive(
        &mut self,
        start: usize,
        tick: u64,
        spikes: Spikes,
        lane: &mut [T; LANE],
        records: &mut Records,
    ) -> Result<(), Broken> {
        let live = self.live.clone();
        let ties = live.ties;
        let at = self.horizon(tick);
        let posts = if ties.post_first() { at } else { at - 1 };
        let start = start - self.first;
        let r = self.rows.partition_point(|row| row.start < start);
        let mut row = std::mem::take(&mut self.rows[r]);
        let result = (row.start..row.start + row.len).try_for_each(|synapse| {
            self.replay(&live, &row, synapse, (at - 1, posts))?;
            self.pre_spikes(&live, &row, synapse, at, spikes)?;
            self.record_pre(tick, synapse, records);
            let target = &mut lane[self.targets[synapse] as usize];
            self.scratch.sent.iter().for_each(|value| *target = *target + *value);
            Ok(())
        });
        row.before.clone_from(&row.pre);
        for _ in 0..spikes.times {
            for (past, trace) in row.pre.iter_mut().zip(&live.kernel.pre_traces) {
                *past = past.stepped(trace, at, 1);
            }
        }
        (row.done, row.posted, row.pre_at) = (at - 1, posts, at);
        self.rows[r] = row;
        result
    }

    /// Brings all synapses to the end of a tick that no later pre spike can precede.
    pub(super) fn catch_up(&mut self, tick: u64) -> Result<(), Broken> {
        let live = self.live.clone();
        for r in 0..self.rows.len() {
            let mut row = std::mem::take(&mut self.rows[r]);
            let mut synapses = row.start..row.start + row.len;
            let result =
                synapses.try_for_each(|synapse| self.replay(&live, &row, synapse, (tick, tick)));
            (row.done, row.posted) = (tick.max(row.done), tick.max(row.posted));
            self.rows[r] = row;
            result?;
        }
        Ok(())
    }

    /// All that has happened to a synapse: post spikes up to the tick `posts`, everything else up to `done`.
    fn replay(
        &mut self,
        live: &Live,
        row: &LiveRow<T>,
        synapse: usize,
        (done, posts): (u64, u64),
    ) -> Result<(), Broken> {
        let kernel = &live.kernel;
        let target = u32::from(self.targets[synapse]);
        let (mut entry, end) = if kernel.visited_by_post() {
            (self.history.until(target, row.posted), self.history.until(target, posts))
        } else {
            (0, 0)
        };
        let mut seen = row.done;
        loop {
            let post = (entry < end).then(|| self.history.tick(target, entry));
            let other = self.next_visit(seen).filter(|t| *t <= done);
            let Some(tick) = post.into_iter().chain(other).min() else { return Ok(()) };
            self.visit(live, row, synapse, tick)?;
            if post == Some(tick) {
                let tie = tick == row.pre_at && live.ties.is_blind();
                let pre = if tie { &row.before } else { &row.pre };
                let view = View { tick, pre, entry: entry - 1 };
                if let Some(program) = &kernel.post {
                    self.run(program, synapse, view, (tick, 0), &DrawKey::NONE)?;
                }
                entry += 1;
            }
            if let Some((ticks, program)) = &kernel.every
                && tick.is_multiple_of(u64::from(*ticks))
                && other == Some(tick)
            {
                let entry = self.entry(target, tick);
                let view = View { tick, pre: &row.pre, entry };
                self.run(program, synapse, view, (tick, 0), &DrawKey::NONE)?;
            }
            if other == Some(tick) {
                seen = tick;
            }
        }
    }

    /// The next tick in which equations or `every` visit every synapse.
    fn next_visit(&self, after: u64) -> Option<u64> {
        let kernel = &self.live.kernel;
        if matches!(kernel.advance, Advance::EachTick(_)) {
            return Some(after + 1);
        }
        let every = kernel.every.as_ref().map(|(ticks, _)| {
            let ticks = u64::from(*ticks);
            (after / ticks + 1) * ticks
        });
        let modulators = if kernel.visited_by_modulators() { &self.modulators[..] } else { &[] };
        modulators.iter().filter_map(|m| m.after(after)).chain(every).min()
    }

    /// The last entry of a target's history up to a tick.
    fn entry(&self, target: u32, tick: u64) -> usize {
        match self.history.traces() {
            Some(_) => self.history.until(target, tick) - 1,
            None => 0,
        }
    }

    /// The pre block once for each spike; what it sends is in the scratch space.
    fn pre_spikes(
        &mut self,
        live: &Live,
        row: &LiveRow<T>,
        synapse: usize,
        tick: u64,
        spikes: Spikes,
    ) -> Result<(), Broken> {
        self.visit(live, row, synapse, tick)?;
        let (kernel, ties) = (&live.kernel, live.ties);
        let target = u32::from(self.targets[synapse]);
        let sees_post = ties.post_first() && !ties.is_blind();
        let entry = self.entry(target, if sees_post { tick } else { tick - 1 });
        let mut pre = row.pre.clone();
        self.scratch.sent.clear();
        for repetition in 0..spikes.times {
            let id = self.seeds[synapse].synapse.id;
            let key = DrawKey {
                seed: if kernel.draws() {
                    release_seed(self.seed, spikes.emitted, repetition)
                } else {
                    self.seed
                },
                object: self.key,
                purpose: Purpose::SynapseDraw,
                counter: [id.major, id.block, id.ordinal],
            };
            let view = View { tick, pre: &pre, entry };
            self.run(&kernel.pre, synapse, view, (tick, 0), &key)?;
            let sent = self.scratch.out[kernel.states.len()];
            self.scratch.sent.push(sent);
            if !ties.is_blind() {
                for (past, trace) in pre.iter_mut().zip(&kernel.pre_traces) {
                    *past = past.stepped(trace, tick, 1);
                }
            }
        }
        Ok(())
    }

    /// Moves the states to a tick.
    fn visit(
        &mut self,
        live: &Live,
        row: &LiveRow<T>,
        synapse: usize,
        tick: u64,
    ) -> Result<(), Broken> {
        let (Advance::Exact(program) | Advance::EachTick(program)) = &live.kernel.advance else {
            return Ok(());
        };
        let then = u64::from(std::mem::replace(&mut self.visited[synapse], tick as u32));
        if tick == then {
            return Ok(());
        }
        let entry = self.entry(u32::from(self.targets[synapse]), then);
        let view = View { tick: then, pre: &row.pre, entry };
        self.run(program, synapse, view, (tick, tick - then), &DrawKey::NONE)
    }

    /// Runs a program on a synapse and keeps the new states.
    fn run(
        &mut self,
        program: &Program,
        synapse: usize,
        view: View<'_, T>,
        (tick, elapsed): (u64, u64),
        key: &DrawKey,
    ) -> Result<(), Broken> {
        self.evaluate(program, synapse, view, (tick, elapsed), key);
        let new = self.scratch.out.iter().zip(&mut self.states).enumerate();
        for (state, (new, column)) in new {
            if !new.is_finite() {
                let (source, target, _) = self.seeds[synapse].key();
                return Err(Broken { tick, place: (source, target), state, value: new.to_f64() });
            }
            column[synapse] = *new;
        }
        Ok(())
    }

    fn evaluate(
        &mut self,
        program: &Program,
        synapse: usize,
        view: View<'_, T>,
        (tick, elapsed): (u64, u64),
        key: &DrawKey,
    ) {
        let kernel = &self.live.kernel;
        let target = u32::from(self.targets[synapse]);
        let Scratch { inputs, registers, out, .. } = &mut self.scratch;
        inputs.clear();
        inputs.extend(self.states.iter().chain(&self.columns).map(|column| column[synapse]));
        inputs.extend(at(view.pre.iter().copied(), &kernel.pre_traces, view.tick));
        let history = &self.history;
        let post = (0..kernel.post_traces.len()).map(|t| history.past(target, view.entry, t));
        inputs.extend(at(post, &kernel.post_traces, view.tick));
        let modulators = self.modulators.iter().map(|m| m.until(view.tick));
        inputs.extend(at(modulators, &kernel.modulators, view.tick));
        inputs.extend(self.reads.of(target, tick));
        inputs.push(T::from_f64(elapsed as f64));
        out.clear();
        out.resize(program.outputs.len(), T::ZERO);
        program.eval(inputs, key, registers, out);
    }

    /// A state of a synapse at the end of a tick up to which it has been replayed; nothing changes.
    pub(super) fn seen(&mut self, synapse: usize, row: usize, state: usize, tick: u64) -> T {
        let live = self.live.clone();
        let Advance::Exact(program) = &live.kernel.advance else {
            return self.states[state][synapse];
        };
        let then = u64::from(self.visited[synapse]);
        if tick <= then {
            return self.states[state][synapse];
        }
        let entry = self.entry(u32::from(self.targets[synapse]), then);
        let pre = std::mem::take(&mut self.rows[row].pre);
        let view = View { tick: then, pre: &pre, entry };
        self.evaluate(program, synapse, view, (tick, tick - then), &DrawKey::NONE);
        self.rows[row].pre = pre;
        self.scratch.out[state]
    }

    /// What the last pre spike has sent.
    pub(super) fn sent(&self) -> &[T] {
        &self.scratch.sent
    }
}

/// Values of traces at a tick.
fn at<'t, T: Real>(
    past: impl Iterator<Item = Past<T>> + 't,
    traces: &'t [Trace],
    tick: u64,
) -> impl Iterator<Item = T> + 't {
    past.zip(traces).map(move |(past, trace)| past.at(trace, tick))
}
