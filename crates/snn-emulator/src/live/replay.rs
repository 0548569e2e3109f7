//! Bringing rows of synapses up to date, and pre spikes.

use snn_connect::Live;
use snn_kernel::{Advance, Event};
use snn_numeric::Real;

use super::blocks::{Group, Places, Posts, PreTraces, Programs, Ready, Sends, Ticks};
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

impl Due {
    fn clear(&mut self) {
        self.places.clear();
        self.entries.clear();
        self.ticks.clear();
        self.ends.clear();
    }

    fn push(&mut self, place: usize, (entry, end): (usize, usize), tick: u64) {
        self.places.push(place as u32);
        self.entries.push(entry as u32);
        self.ticks.push(tick as u32);
        self.ends.push(end as u32);
    }
}

/// Per synapse of a row: the ticks of the newest and of the second newest post spike of its target.
#[derive(Clone, Debug, Default)]
pub(super) struct Newest {
    ticks: [Vec<u32>; 2],
}

/// How many synapses of a row have a post spike that they have not seen, a second, a third.
#[derive(Clone, Copy, Debug, Default)]
struct Unseen([u32; 3]);

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
    pub(super) fn traces(&self, live: &Live) -> PreTraces<'_, T> {
        let tie = if live.ties.is_blind() { self.pre_at } else { NEVER };
        PreTraces { now: &self.pre, before: (&self.before, tie), courses: None }
    }

    /// Its traces, as everything else sees them.
    pub(super) fn traces_now(&self) -> PreTraces<'_, T> {
        PreTraces { now: &self.pre, before: (&self.before, NEVER), courses: None }
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
        self.history.show(posts);
        let mut act = || {
            if spikes.times == 1
                && !self.probes.see_sent()
                && self.pair(&live, &row, (at, posts), lane)?
            {
                return Ok(());
            }
            self.bring(&programs, &live, &row, (at - 1, posts))?;
            self.pre_spikes(&programs, &live, &row, (at, self.drawn_by(spikes)), lane)
        };
        let result = act();
        if result.is_ok() {
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

    /// Adds what a row has sent for each of several spikes to the lane of its targets.
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
        self.history.show(tick);
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
                let (places, posts) = (row.places(), Posts::Until(now));
                let group = Group { places, view: now, now, posts, event, after: None };
                self.run(every, row.traces_now(), group, Sends::Nothing)?;
            }
            seen = tick;
            posted = posted.max(posts.min(tick));
        }
        if programs.advance.is_some() {
            return self.post_spikes(programs, live, row, (posted, posts));
        }
        match &programs.post {
            Some(post) if posted < posts => {
                self.post_spikes_shown(post, live, row, (posted, posts))
            }
            _ => Ok(()),
        }
    }

    /// Post spikes after a tick and up to those last shown, where they alone change the synapses: the newest
    /// two of each synapse in two passes over the row, any before these one by one.
    fn post_spikes_shown(
        &mut self,
        post: &Ready<T>,
        live: &Live,
        row: &LiveRow<T>,
        (after, until): (u64, u64),
    ) -> Result<(), Broken> {
        let mut newest = std::mem::take(&mut self.newest);
        let Unseen([first, second, third]) = self.find_newest(row, after as u32, &mut newest);
        let mut courses = std::mem::take(&mut self.courses);
        let mut traces = row.traces(live);
        if first > 0 && until - after <= 2 * row.len as u64 + 64 {
            self.courses(traces, (after, until), &mut courses);
            traces.courses = Some((&courses, after));
        }
        if third > 0 {
            let mut due = std::mem::take(&mut self.due);
            self.find_due_before_newest(row, after, &mut due);
            self.run_due(post, traces, &mut due)?;
            self.due = due;
        }
        for (back, found) in [(2, second), (1, first)] {
            if found > 0 {
                let now = Ticks::Each(&newest.ticks[back - 1]);
                let (places, posts) = (row.places(), Posts::BeforeShown(back));
                let (event, after) = (Some((Event::Post, now)), Some(after as u32));
                let group = Group { places, view: now, now, posts, event, after };
                self.run(post, traces, group, Sends::Nothing)?;
            }
        }
        (self.newest, self.courses) = (newest, courses);
        Ok(())
    }

    /// Finds the newest post spikes of a row. Without branches: which synapses have one is anybody's guess.
    fn find_newest(&self, row: &LiveRow<T>, after: u32, newest: &mut Newest) -> Unseen {
        let [first, second] = &mut newest.ticks;
        first.resize(row.len, 0);
        second.resize(row.len, 0);
        let mut unseen = [0; 3];
        let targets = &self.targets[row.start..row.start + row.len];
        for ((target, first), second) in targets.iter().zip(first).zip(second) {
            let recent = self.history.recent(*target).ticks;
            (*first, *second) = (recent[0], recent[1]);
            for (count, tick) in unseen.iter_mut().zip(recent) {
                *count += u32::from(tick > after);
            }
        }
        Unseen(unseen)
    }

    /// Post spikes after a tick that come before the newest two.
    fn find_due_before_newest(&self, row: &LiveRow<T>, after: u64, due: &mut Due) {
        due.clear();
        for synapse in row.start..row.start + row.len {
            let target = self.targets[synapse];
            if u64::from(self.history.recent(target).ticks[2]) > after {
                let neuron = u32::from(target);
                let end = self.history.shown(neuron) - 2;
                let first = self.history.back(neuron, end, after);
                due.push(synapse, (first, end), self.history.tick(neuron, first));
            }
        }
    }

    /// What the traces on pre are in the ticks after one and up to another.
    fn courses(
        &self,
        traces: PreTraces<'_, T>,
        (after, until): (u64, u64),
        courses: &mut Vec<Vec<T>>,
    ) {
        courses.resize_with(self.decays.pre.len(), Vec::new);
        let (before, tie) = traces.before;
        for (t, course) in courses.iter_mut().enumerate() {
            course.resize((until - after) as usize + 1, T::ZERO);
            let decay = &self.decays.pre[t];
            decay.course(self.simd, traces.now[t], after + 1, &mut course[1..]);
            if tie > after && tie <= until {
                course[(tie - after) as usize] = decay.of(before[t], tie);
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
                self.run_due_once(post, row.traces(live), &due)?;
            }
            self.next_due(&mut due);
        }
        self.due = due;
        Ok(())
    }

    fn run_due(
        &mut self,
        post: &Ready<T>,
        traces: PreTraces<'_, T>,
        due: &mut Due,
    ) -> Result<(), Broken> {
        while !due.places.is_empty() {
            self.run_due_once(post, traces, due)?;
            self.next_due(due);
        }
        Ok(())
    }

    fn run_due_once(
        &mut self,
        post: &Ready<T>,
        traces: PreTraces<'_, T>,
        due: &Due,
    ) -> Result<(), Broken> {
        let (places, now) = (Places::List(&due.places), Ticks::Each(&due.ticks));
        let posts = Posts::Before(&due.entries);
        let event = Some((Event::Post, now));
        let group = Group { places, view: now, now, posts, event, after: None };
        self.run(post, traces, group, Sends::Nothing)
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
        let candidates = std::mem::take(&mut due.places);
        due.clear();
        for place in &candidates[..found] {
            let neuron = u32::from(self.targets[*place as usize]);
            let end = self.history.until(neuron, until);
            let first = self.history.back(neuron, end, after);
            if first < end {
                due.push(*place as usize, (first, end), self.history.tick(neuron, first));
            }
        }
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
        lane: &mut [T; LANE],
    ) -> Result<(), Broken> {
        let now = Ticks::One(tick);
        self.visit(programs, row, row.places(), now)?;
        let ties = live.ties;
        let sees_post = ties.post_first() && !ties.is_blind();
        let posts = Posts::Until(Ticks::One(if sees_post { tick } else { tick - 1 }));
        let group = |repetition| Group {
            places: row.places(),
            view: now,
            now,
            posts,
            event: Some((Event::Pre(repetition), Ticks::One(spikes.emitted))),
            after: None,
        };
        if spikes.times == 1 && !self.probes.see_sent() {
            return self.run(&programs.pre, row.traces_now(), group(0), Sends::To(lane));
        }
        let mut pre = row.pre.clone();
        self.buffers.sent.clear();
        for repetition in 0..spikes.times {
            let before = (&row.before[..], NEVER);
            let traces = PreTraces { now: &pre, before, courses: None };
            self.run(&programs.pre, traces, group(repetition), Sends::Kept)?;
            if !ties.is_blind() {
                for (past, decay) in pre.iter_mut().zip(&self.decays.pre) {
                    *past = decay.stepped(*past, tick, 1);
                }
            }
        }
        self.deliver(row, spikes, lane);
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
            after: None,
        };
        let result = self.run(advance, row.traces_now(), group, Sends::Nothing);
        self.moved = moved;
        result
    }
}
