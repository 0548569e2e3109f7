//! What has happened that synapses have not seen yet.

use std::collections::VecDeque;

use snn_connect::{Live, ModulatorSource};
use snn_kernel::{NeuronKernel, Simd, Trace, simd_versions};
use snn_numeric::Real;

use super::probes::Probes;
use crate::ids::Ids;
use crate::part::Part;
use crate::ring::Emission;

/// The value of a trace after its last step, and the tick of that step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Past<T> {
    pub value: T,
    pub tick: u64,
}

impl<T: Real> Past<T> {
    pub(super) const NEVER: Self = Self { value: T::ZERO, tick: 0 };
}

/// How a trace decays: what so many ticks leave of it, by the same function as [`Trace::decayed`].
#[derive(Clone, Debug)]
pub(super) struct Decay<T> {
    trace: Trace,
    factors: Vec<T>,
}

/// Ticks whose factors are at hand.
const FACTORS: u64 = 2048;

impl<T: Real> Decay<T> {
    pub(super) fn new(trace: &Trace) -> Self {
        let factors = (0..FACTORS).map(|ticks| trace.factor(ticks)).collect();
        Self { trace: trace.clone(), factors }
    }

    /// The value at a tick. A later step than that makes it one that nothing reads.
    #[inline(always)]
    pub(super) fn of(&self, past: Past<T>, tick: u64) -> T {
        let ticks = tick.saturating_sub(past.tick);
        match self.factors.get(ticks as usize) {
            Some(factor) => self.trace.left(past.value, *factor),
            None => self.trace.decayed(past.value, ticks),
        }
    }

    /// The values in so many ticks from one on.
    pub(super) fn course(&self, simd: Simd, past: Past<T>, from: u64, out: &mut [T]) {
        let first = from.saturating_sub(past.tick) as usize;
        match self.factors.get(first..first + out.len()) {
            Some(factors) if from >= past.tick => {
                course(simd, &self.trace, past.value, factors, out)
            }
            _ => {
                for (tick, out) in (from..).zip(out) {
                    *out = self.of(past, tick);
                }
            }
        }
    }

    /// After so many spikes at once.
    pub(super) fn stepped(&self, past: Past<T>, tick: u64, spikes: u64) -> Past<T> {
        Past { value: self.trace.stepped(self.of(past, tick), spikes), tick }
    }
}

simd_versions! {
    fn course<T: Real>(trace: &Trace, value: T, factors: &[T], out: &mut [T]) = course_body
}

#[inline(always)]
fn course_body<T: Real>(trace: &Trace, value: T, factors: &[T], out: &mut [T]) {
    for (out, factor) in out.iter_mut().zip(factors) {
        *out = trace.left(value, *factor);
    }
}

/// Per neuron: ticks in which its spikes reach its synapses, each with the post traces after it. Entries are
/// numbered from the beginning of the run; the first one kept is the last one that all synapses have seen.
/// All neurons have the same room, a power of two in which entries go round.
#[derive(Clone, Debug)]
pub(super) struct PostHistory<T> {
    /// Per neuron: the number of the first entry kept, and one past the last.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Tick of the last entry of each neuron.
    newest: Vec<u32>,
    room: usize,
    ticks: Vec<u32>,
    /// Traces after every entry side by side, and what they were before it in its tick.
    values: Vec<T>,
    befores: Vec<T>,
    decays: Vec<Decay<T>>,
    shown: Shown<T>,
    /// Entries of one neuron before it is crowded.
    most: u32,
    crowded: bool,
    wanted: bool,
}

/// The last entries up to a tick, side by side: most synapses need look no further.
#[derive(Clone, Debug)]
struct Shown<T> {
    recent: Vec<Recent<T>>,
    /// Per trace but the first, per neuron: its value after the newest one.
    values: Vec<Vec<T>>,
    /// Tick and neuron of the entries to come, ascending.
    coming: VecDeque<(u32, u32)>,
}

/// The last entries of a neuron that have been shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent<T> {
    /// Ticks, newest first; 0 for none.
    pub ticks: [u32; 3],
    /// One past the newest one.
    end: u32,
    /// The first trace after the newest one.
    value: T,
}

impl<T: Real> Recent<T> {
    /// The first trace.
    #[inline(always)]
    pub(super) fn past(&self) -> Past<T> {
        Past { value: self.value, tick: u64::from(self.ticks[0]) }
    }
}

/// Entries that a neuron has room for at first.
const ROOM: usize = 8;
/// Entries of one neuron before all synapses are brought up to date.
const CROWD: u32 = 64;

impl<T: Real> PostHistory<T> {
    pub(super) fn new(live: &Live, neurons: usize, probes: &Probes) -> Self {
        let kernel = &live.kernel;
        let traces = kernel.post_traces.len();
        let wanted = traces > 0 || kernel.visited_by_post() || probes.see_post();
        let neurons = if wanted { neurons } else { 0 };
        Self {
            starts: vec![0; neurons],
            ends: vec![1; neurons],
            newest: vec![0; neurons],
            room: ROOM,
            ticks: vec![0; neurons * ROOM],
            values: vec![T::ZERO; neurons * ROOM * traces],
            befores: vec![T::ZERO; neurons * ROOM * traces],
            decays: kernel.post_traces.iter().map(Decay::new).collect(),
            shown: Shown {
                recent: vec![Recent { ticks: [0; 3], end: 1, value: T::ZERO }; neurons],
                values: vec![vec![T::ZERO; neurons]; traces.saturating_sub(1)],
                coming: VecDeque::new(),
            },
            // More than can be on their way to the synapses.
            most: CROWD + 2 * (live.back + live.dendrite),
            crowded: false,
            wanted,
        }
    }

    /// Whether so much has been kept that synapses should see it.
    pub(super) fn crowded(&self) -> bool {
        self.crowded
    }

    /// Adds the spikes of a tick.
    pub(super) fn push(&mut self, live: &Live, tick: u64, fired: &[u32]) {
        if !self.wanted {
            return;
        }
        let tick = tick + u64::from(live.back);
        for &neuron in fired {
            self.push_at(live, tick, neuron);
        }
    }

    fn push_at(&mut self, live: &Live, tick: u64, neuron: u32) {
        let n = neuron as usize;
        let (end, traces) = (self.ends[n] as usize, self.decays.len());
        let kept = self.ends[n] - self.starts[n];
        if kept as usize == self.room {
            self.grow();
        }
        let slot = self.slot(neuron, end);
        for (t, trace) in live.kernel.post_traces.iter().enumerate() {
            let before = self.past(neuron, end - 1, t);
            let value = self.decays[t].of(before, tick);
            self.befores[slot * traces + t] = value;
            self.values[slot * traces + t] = trace.stepped(value, 1);
        }
        self.shown.coming.push_back((tick as u32, neuron));
        self.ticks[slot] = tick as u32;
        self.newest[n] = tick as u32;
        self.ends[n] += 1;
        self.crowded |= kept >= self.most;
    }

    #[inline(always)]
    fn slot(&self, neuron: u32, entry: usize) -> usize {
        neuron as usize * self.room + (entry & (self.room - 1))
    }

    /// Doubles the room.
    fn grow(&mut self) {
        let (traces, room) = (self.decays.len(), self.room * 2);
        let mut ticks = vec![0; self.ticks.len() * 2];
        let mut values = vec![T::ZERO; self.values.len() * 2];
        let mut befores = values.clone();
        for neuron in 0..self.ends.len() {
            for entry in self.starts[neuron]..self.ends[neuron] {
                let from = self.slot(neuron as u32, entry as usize);
                let to = neuron * room + (entry as usize & (room - 1));
                ticks[to] = self.ticks[from];
                let (from, to) = (from * traces, to * traces);
                values[to..to + traces].copy_from_slice(&self.values[from..from + traces]);
                befores[to..to + traces].copy_from_slice(&self.befores[from..from + traces]);
            }
        }
        (self.room, self.ticks, self.values, self.befores) = (room, ticks, values, befores);
    }

    /// Shows the entries up to a tick; ticks ascend.
    pub(super) fn show(&mut self, until: u64) {
        while let Some((tick, neuron)) =
            self.shown.coming.pop_front_if(|(tick, _)| u64::from(*tick) <= until)
        {
            let entry = self.shown(neuron);
            let [newest, second, _] = self.shown.recent[neuron as usize].ticks;
            self.show_entry(neuron, entry, [tick, newest, second]);
        }
    }

    /// Makes an entry the newest one shown.
    fn show_entry(&mut self, neuron: u32, entry: usize, ticks: [u32; 3]) {
        let (n, traces) = (neuron as usize, self.decays.len());
        let first = self.slot(neuron, entry) * traces;
        let own = &self.values[first..first + traces];
        let value = own.first().copied().unwrap_or(T::ZERO);
        self.shown.recent[n] = Recent { ticks, end: entry as u32 + 1, value };
        for (values, value) in self.shown.values.iter_mut().zip(own.iter().skip(1)) {
            values[n] = *value;
        }
    }

    /// The last entries shown.
    #[inline(always)]
    pub(super) fn recent(&self, neuron: u16) -> &Recent<T> {
        &self.shown.recent[usize::from(neuron)]
    }

    /// One past the newest entry shown.
    #[inline(always)]
    pub(super) fn shown(&self, neuron: u32) -> usize {
        self.shown.recent[neuron as usize].end as usize
    }

    /// The same of all neurons.
    pub(super) fn recents(&self) -> &[Recent<T>] {
        &self.shown.recent
    }

    /// How the first trace decays.
    pub(super) fn first_decay(&self) -> &Decay<T> {
        &self.decays[0]
    }

    /// A trace at a tick, of the last entry up to a tick that has been shown.
    #[inline(always)]
    pub(super) fn value(&self, neuron: u32, trace: usize, until: u64, tick: u64) -> T {
        let recent = &self.shown.recent[neuron as usize];
        let newest = u64::from(recent.ticks[0]);
        let past = if newest <= until {
            let value = match trace {
                0 => recent.value,
                _ => self.shown.values[trace - 1][neuron as usize],
            };
            Past { value, tick: newest }
        } else {
            self.past(neuron, self.until(neuron, until) - 1, trace)
        };
        self.decays[trace].of(past, tick)
    }

    /// A trace just before an entry, in its tick.
    #[inline(always)]
    pub(super) fn before(&self, neuron: u32, entry: usize, trace: usize) -> T {
        self.befores[self.slot(neuron, entry) * self.decays.len() + trace]
    }

    /// One past the last entry in ticks up to `tick`; the first one kept counts whatever its tick.
    #[inline(always)]
    pub(super) fn until(&self, neuron: u32, tick: u64) -> usize {
        let end = self.ends[neuron as usize] as usize;
        if u64::from(self.newest(neuron)) <= tick { end } else { self.back(neuron, end, tick) }
    }

    /// The same, looking back from an entry.
    #[inline(always)]
    pub(super) fn back(&self, neuron: u32, from: usize, tick: u64) -> usize {
        let first = self.starts[neuron as usize] as usize + 1;
        let mut at = from;
        while at > first && self.tick(neuron, at - 1) > tick {
            at -= 1;
        }
        at
    }

    #[inline(always)]
    pub(super) fn tick(&self, neuron: u32, entry: usize) -> u64 {
        u64::from(self.ticks[self.slot(neuron, entry)])
    }

    /// The tick of a neuron's last entry.
    #[inline(always)]
    pub(super) fn newest(&self, neuron: u32) -> u32 {
        self.newest[neuron as usize]
    }

    /// A trace after an entry.
    #[inline(always)]
    pub(super) fn past(&self, neuron: u32, entry: usize, trace: usize) -> Past<T> {
        let slot = self.slot(neuron, entry);
        let value = self.values[slot * self.decays.len() + trace];
        Past { value, tick: u64::from(self.ticks[slot]) }
    }

    /// Whether a neuron's spike reaches its synapses in a tick.
    pub(super) fn has(&self, neuron: u32, tick: u64) -> bool {
        self.wanted && tick > 0 && self.tick(neuron, self.until(neuron, tick) - 1) == tick
    }

    /// Forgets what all synapses have seen.
    pub(super) fn forget(&mut self, seen: u64) {
        for neuron in 0..self.ends.len() {
            self.starts[neuron] = self.until(neuron as u32, seen) as u32 - 1;
        }
        self.crowded = false;
    }

    /// Forgets all that has happened.
    pub(super) fn begin_anew(&mut self) {
        for neuron in 0..self.ends.len() as u32 {
            self.restore(neuron, &[0], &vec![0.0; self.decays.len()]);
        }
        self.restored();
        self.crowded = false;
    }

    /// (tick, trace values) of every entry of a neuron.
    pub(super) fn saved(&self, neuron: u32) -> (Vec<u32>, Vec<f64>) {
        if !self.wanted {
            return Default::default();
        }
        let (start, end) = (self.starts[neuron as usize], self.ends[neuron as usize]);
        let traces = self.decays.len();
        let slots: Vec<usize> = (start..end).map(|e| self.slot(neuron, e as usize)).collect();
        let values = slots.iter().flat_map(|s| &self.values[s * traces..(s + 1) * traces]);
        let values = values.map(|x| x.to_f64()).collect();
        (slots.iter().map(|s| self.ticks[*s]).collect(), values)
    }

    /// Takes over the entries of a neuron; what is to be seen of all of them is set up by
    /// [`PostHistory::restored`].
    pub(super) fn restore(&mut self, neuron: u32, ticks: &[u32], values: &[f64]) {
        let (n, traces) = (neuron as usize, self.decays.len());
        if !self.wanted {
            return;
        }
        while self.room < ticks.len() {
            self.grow();
        }
        (self.starts[n], self.ends[n]) = (0, ticks.len() as u32);
        self.newest[n] = ticks.last().copied().unwrap_or(0);
        for (entry, tick) in ticks.iter().enumerate() {
            let slot = self.slot(neuron, entry);
            self.ticks[slot] = *tick;
            for t in 0..traces {
                self.values[slot * traces + t] = T::from_f64(values[entry * traces + t]);
                if entry > 0 {
                    let before = self.past(neuron, entry - 1, t);
                    self.befores[slot * traces + t] = self.decays[t].of(before, u64::from(*tick));
                }
            }
        }
    }

    /// After all neurons have been restored: the first entry of each is shown, the others are to come.
    pub(super) fn restored(&mut self) {
        let mut coming = Vec::new();
        for neuron in 0..self.ends.len() as u32 {
            let n = neuron as usize;
            let first = self.starts[n] as usize;
            self.show_entry(neuron, first, [self.tick(neuron, first) as u32, 0, 0]);
            let entries = self.starts[n] as usize + 1..self.ends[n] as usize;
            coming.extend(entries.map(|e| (self.tick(neuron, e) as u32, neuron)));
        }
        coming.sort_unstable();
        self.shown.coming = coming.into();
    }

    /// Number of traces of each entry, where there are entries.
    pub(super) fn traces(&self) -> Option<usize> {
        self.wanted.then_some(self.decays.len())
    }
}

/// Steps of one modulator, ascending; the first is the last one that all synapses have seen.
#[derive(Clone, Debug)]
pub(super) struct Steps<T> {
    /// Ids that modulate: first, one past the last.
    from: Vec<(u32, u32)>,
    pub(super) past: Vec<Past<T>>,
}

impl<T: Real> Steps<T> {
    pub(super) fn new(ids: &Ids, source: &ModulatorSource) -> Self {
        let range = |s: &snn_connect::Segment| {
            let first = ids.id(s.object, s.start);
            (first, first + s.len)
        };
        Self { from: source.from.segments().iter().map(range).collect(), past: vec![Past::NEVER] }
    }

    pub(super) fn listens_to(&self, id: u32) -> bool {
        self.from.iter().any(|(first, end)| (*first..*end).contains(&id))
    }

    pub(super) fn take(&mut self, decay: &Decay<T>, tick: u64, emissions: &[Emission]) {
        let spikes: u64 =
            emissions.iter().filter(|e| self.listens_to(e.id)).map(|e| u64::from(e.times)).sum();
        if spikes > 0 {
            let last = self.past[self.past.len() - 1];
            self.past.push(decay.stepped(last, tick, spikes));
        }
    }

    /// The last step up to `tick`.
    #[inline]
    pub(super) fn until(&self, tick: u64) -> Past<T> {
        self.past[self.past.partition_point(|p| p.tick <= tick).max(1) - 1]
    }

    /// The first step after `tick`.
    #[inline]
    pub(super) fn after(&self, tick: u64) -> Option<u64> {
        self.past.get(self.past.partition_point(|p| p.tick <= tick)).map(|p| p.tick)
    }

    pub(super) fn len(&self) -> usize {
        self.past.len()
    }

    pub(super) fn forget(&mut self, seen: u64) {
        let keep = self.past.partition_point(|p| p.tick <= seen).max(1) - 1;
        self.past.drain(..keep);
    }
}

/// States of the neurons that synapses read, for the last ticks.
#[derive(Clone, Debug)]
pub(super) struct Reads<T> {
    /// Slots of the neurons' kernel.
    slots: Vec<usize>,
    /// Per tick kept, per slot, per neuron.
    pub(super) ticks: Vec<Vec<Vec<T>>>,
}

impl<T: Real> Reads<T> {
    pub(super) fn new(live: &Live, kernel: &NeuronKernel, neurons: usize) -> Self {
        let slots = live.kernel.reads.iter().filter_map(|name| kernel.state(name));
        let slots: Vec<usize> = slots.collect();
        let kept = if slots.is_empty() { 0 } else { live.dendrite as usize + 1 };
        let ticks = vec![vec![vec![T::ZERO; neurons]; slots.len()]; kept];
        Self { slots, ticks }
    }

    /// Notes the states at the end of a tick.
    pub(super) fn note(&mut self, tick: u64, part: &Part<T>) {
        if self.ticks.is_empty() {
            return;
        }
        let at = (tick % self.ticks.len() as u64) as usize;
        for (kept, slot) in self.ticks[at].iter_mut().zip(&self.slots) {
            let len = kept.len();
            kept.copy_from_slice(&part.columns[*slot][..len]);
        }
    }

    /// One of the states of a neuron in one of the last ticks.
    #[inline]
    pub(super) fn value(&self, read: usize, neuron: u32, tick: u64) -> T {
        self.ticks[(tick % self.ticks.len() as u64) as usize][read][neuron as usize]
    }
}
