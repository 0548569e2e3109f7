//! Bringing rows of synapses up to date, and pre spikes.

use snn_connect::Live;
use snn_kernel::{Advance, Event};
use snn_numeric::Real;

use super::blocks::{Group, Places, Posts, PreTraces, Programs, Ticks};
use super::probes::Records;
use super::{Broken, LiveBundle, LiveRow};
use crate::fault::Fault;
use crate::lanes::LANE;

/// A tick that no event has.
const NEVER: u64 = u64::MAX;

/// Spikes of one train on their way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spikes {
    pub emitted: u64,
    pub times: u32,
}

/// Synapses of a row with a post spike that they have not seen: the next one of each, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Due {
    places: Vec<u32>,
    /// The entry of the target's history and its tick.
    entries: Vec<u32>,
    ticks: Vec<u32>,
    /// One past the last entry to see.
    ends: Vec<u32>,
}

/// Synapses that a visit moves: which, since when, until when.
#[derive(Clone, Debug, Default)]
pub(super) struct Moved {
    places: Vec<u32>,
    then: Vec<u32>,
    now: Vec<u32>,
}

impl<T: Real> LiveRow<T> {
    pub(super) fn places(&self) -> Places<'static> {
        Places::Run(self.start, self.len)
    }

    /// Its traces, as post spikes see them.
    fn traces(&self, live: &Live) -> PreTraces<'_, T> {
        let tie = if live.ties.is_blind() { self.pre_at } else { NEVER };
        PreTraces { now: &self.pre, before: (&self.before, tie) }
    }

    /// Its traces, as everything else sees them.
    pub(super) fn traces_now(&self) -> PreTraces<'_, T> {
        PreTraces { now: &self.pre, before: (&self.before, NEVER) }
    }
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
        let programs = self.programs.clone();
        let at = self.horizon(tick);
        let posts = at - u64::from(live.ties.post_first() == self.has(Fault::SwappedTies));
        let start = start - self.first;
        let r = self.rows.partition_point(|row| row.start < start);
        let mut row = std::mem::take(&mut self.rows[r]);
        let result = self
            .bring(&programs, &live, &row, (at - 1, posts))
            .and_then(|()| self.pre_spikes(&programs, &live, &row, (at, self.drawn_by(spikes))));
        if result.is_ok() {
            self.deliver(&row, spikes, lane);
            self.record_pre(tick, (row.start, row.len), records);
        }
        row.before.clone_from(&row.pre);
        let stale = self.has(Fault::StaleTrace) && spikes.emitted.is_multiple_of(5);
        for _ in 0..if stale { 0 } else { spikes.times } {
            for (past, decay) in row.pre.iter_mut().zip(&self.decays.pre) {
                *past = decay.stepped(*past, at, 1);
            }
        }
        (row.done, row.posted, row.pre_at) = (at - 1, posts, at);
        self.rows[r] = row;
        result
    }

    /// Adds what a row has sent to the lane of its targets.
    fn deliver(&self, row: &LiveRow<T>, spikes: Spikes, lane: &mut [T; LANE]) {
        let targets = &self.targets[row.start..row.start + row.len];
        for (i, target) in targets.iter().enumerate() {
            let target = &mut lane[usize::from(*target)];
            for repetition in 0..spikes.times as usize {
                *target = *target + self.buffers.sent[repetition * row.len + i];
            }
        }
    }

    /// Brings all synapses to the end of a tick that no later pre spike can precede.
    pub(super) fn catch_up(&mut self, tick: u64) -> Result<(), Broken> {
        let (live, programs) = (self.live.clone(), self.programs.clone());
        for r in 0..self.rows.len() {
            let mut row = std::mem::take(&mut self.rows[r]);
            let result = self.bring(&programs, &live, &row, (tick, tick));
            (row.done, row.posted) = (tick.max(row.done), tick.max(row.posted));
            self.rows[r] = row;
            result?;
        }
        Ok(())
    }

    /// All that has happened to a row: post spikes up to the tick `posts`, everything else up to `done`.
    fn bring(
        &mut self,
        programs: &Programs<T>,
        live: &Live,
        row: &LiveRow<T>,
        (done, posts): (u64, u64),
    ) -> Result<(), Broken> {
        let (mut seen, mut posted) = (row.done, row.posted);
        while let Some(tick) = self.next_visit(seen).filter(|t| *t <= done) {
            // A post spike in this tick comes after what moves all synapses in it.
            self.post_spikes(programs, live, row, (posted, posts.min(tick - 1)))?;
            self.visit(programs, row, row.places(), Ticks::One(tick))?;
            self.post_spikes(programs, live, row, (posted.max(tick - 1), posts.min(tick)))?;
            if let (Some((ticks, _)), Some(every)) = (&live.kernel.every, &programs.every)
                && tick.is_multiple_of(u64::from(*ticks))
            {
                let now = Ticks::One(tick);
                let event = Some((Event::Every, now));
                let posts = Posts::Until(now);
                let group = Group { places: row.places(), view: now, now, posts, event };
                self.run(every, row.traces_now(), group)?;
            }
            seen = tick;
            posted = posted.max(posts.min(tick));
        }
        self.post_spikes(programs, live, row, (posted, posts))
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
        let modulators = if self.visited_by.modulators { &self.modulators[..] } else { &[] };
        modulators.iter().filter_map(|m| m.after(after)).chain(every).min()
    }

    /// Post spikes of a row after one tick and up to another.
    fn post_spikes(
        &mut self,
        programs: &Programs<T>,
        live: &Live,
        row: &LiveRow<T>,
        (after, until): (u64, u64),
    ) -> Result<(), Broken> {
        if after >= until || !self.visited_by.post {
            return Ok(());
        }
        let mut due = std::mem::take(&mut self.due);
        self.find_due(row, (after, until), &mut due);
        while !due.places.is_empty() {
            let (places, now) = (Places::List(&due.places), Ticks::Each(&due.ticks));
            self.visit(programs, row, places, now)?;
            if let Some(post) = &programs.post {
                let event = Some((Event::Post, now));
                let posts = Posts::Before(&due.entries);
                let group = Group { places, view: now, now, posts, event };
                self.run(post, row.traces(live), group)?;
            }
            self.next_due(&mut due);
        }
        self.due = due;
        Ok(())
    }

    /// The first post spike of each synapse of a row after one tick and up to another.
    fn find_due(&self, row: &LiveRow<T>, (after, until): (u64, u64), due: &mut Due) {
        let targets = &self.targets[row.start..row.start + row.len];
        // Without branches: which synapses have a post spike is anybody's guess.
        due.places.resize(row.len, 0);
        let mut found = 0;
        for (i, target) in targets.iter().enumerate() {
            due.places[found] = (row.start + i) as u32;
            found += usize::from(u64::from(self.history.newest(u32::from(*target))) > after);
        }
        due.places.truncate(found);
        due.entries.clear();
        due.ends.clear();
        due.ticks.clear();
        let mut kept = 0;
        for i in 0..found {
            let place = due.places[i];
            let neuron = u32::from(self.targets[place as usize]);
            let end = self.history.until(neuron, until);
            let first = self.history.back(neuron, end, after);
            if first < end {
                due.places[kept] = place;
                due.entries.push(first as u32);
                due.ends.push(end as u32);
                due.ticks.push(self.history.tick(neuron, first) as u32);
                kept += 1;
            }
        }
        due.places.truncate(kept);
    }

    /// The next post spike of each synapse that has one.
    fn next_due(&self, due: &mut Due) {
        let mut kept = 0;
        for i in 0..due.places.len() {
            let (place, entry, end) = (due.places[i], due.entries[i] + 1, due.ends[i]);
            if entry < end {
                let neuron = u32::from(self.targets[place as usize]);
                (due.places[kept], due.entries[kept], due.ends[kept]) = (place, entry, end);
                due.ticks[kept] = self.history.tick(neuron, entry as usize) as u32;
                kept += 1;
            }
        }
        due.places.truncate(kept);
        due.entries.truncate(kept);
        due.ends.truncate(kept);
        due.ticks.truncate(kept);
    }

    /// The pre block once for each spike; what it sends is in the buffers, row by row.
    fn pre_spikes(
        &mut self,
        programs: &Programs<T>,
        live: &Live,
        row: &LiveRow<T>,
        (tick, spikes): (u64, Spikes),
    ) -> Result<(), Broken> {
        let now = Ticks::One(tick);
        self.visit(programs, row, row.places(), now)?;
        let ties = live.ties;
        let sees_post = ties.post_first() && !ties.is_blind();
        let posts = Posts::Until(Ticks::One(if sees_post { tick } else { tick - 1 }));
        let mut pre = row.pre.clone();
        self.buffers.sent.clear();
        for repetition in 0..spikes.times {
            let traces = PreTraces { now: &pre, before: (&row.before, NEVER) };
            let event = Some((Event::Pre(repetition), Ticks::One(spikes.emitted)));
            let group = Group { places: row.places(), view: now, now, posts, event };
            self.run(&programs.pre, traces, group)?;
            if !ties.is_blind() {
                for (past, decay) in pre.iter_mut().zip(&self.decays.pre) {
                    *past = decay.stepped(*past, tick, 1);
                }
            }
        }
        Ok(())
    }

    /// Moves the states of synapses to a tick, those that are not there yet.
    pub(super) fn visit(
        &mut self,
        programs: &Programs<T>,
        row: &LiveRow<T>,
        places: Places<'_>,
        now: Ticks<'_>,
    ) -> Result<(), Broken> {
        let Some(advance) = &programs.advance else { return Ok(()) };
        let mut moved = std::mem::take(&mut self.moved);
        moved.places.clear();
        moved.then.clear();
        moved.now.clear();
        for i in 0..places.len() {
            let (place, now) = (places.at(i), now.at(i) as u32);
            let then = std::mem::replace(&mut self.visited[place], now);
            if then != now {
                moved.places.push(place as u32);
                moved.then.push(then);
                moved.now.push(now);
            }
        }
        let all = moved.places.len() == places.len();
        let then = match moved.then.first() {
            Some(first) if moved.then.iter().all(|then| then == first) => {
                Ticks::One(u64::from(*first))
            }
            _ => Ticks::Each(&moved.then),
        };
        let group = Group {
            places: if all { places } else { Places::List(&moved.places) },
            view: then,
            now: if let Ticks::One(_) = now { now } else { Ticks::Each(&moved.now) },
            posts: Posts::Until(then),
            event: None,
        };
        let result = self.run(advance, row.traces_now(), group);
        self.moved = moved;
        result
    }
}
