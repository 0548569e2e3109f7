//! What has happened that synapses have not seen yet.

use snn_connect::{Live, ModulatorSource};
use snn_kernel::{NeuronKernel, Trace};
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

    /// After so many spikes at once.
    pub(super) fn stepped(&self, past: Past<T>, tick: u64, spikes: u64) -> Past<T> {
        Past { value: self.trace.stepped(self.of(past, tick), spikes), tick }
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
    /// Traces of every entry side by side.
    values: Vec<T>,
    decays: Vec<Decay<T>>,
    /// Entries of one neuron before it is crowded.
    most: u32,
    crowded: bool,
    wanted: bool,
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
            decays: kernel.post_traces.iter().map(Decay::new).collect(),
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
            self.values[slot * traces + t] = trace.stepped(value, 1);
        }
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
        let traces = self.decays.len();
        let mut wider = Self {
            room: self.room * 2,
            ticks: vec![0; self.ticks.len() * 2],
            values: vec![T::ZERO; self.values.len() * 2],
            ..self.clone()
        };
        for neuron in 0..self.ends.len() as u32 {
            for entry in self.starts[neuron as usize]..self.ends[neuron as usize] {
                let (from, to) =
                    (self.slot(neuron, entry as usize), wider.slot(neuron, entry as usize));
                wider.ticks[to] = self.ticks[from];
                let values = &self.values[from * traces..(from + 1) * traces];
                wider.values[to * traces..(to + 1) * traces].copy_from_slice(values);
            }
        }
        *self = wider;
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

    /// A trace at a tick, an entry being the last before it.
    #[inline(always)]
    pub(super) fn value(&self, neuron: u32, entry: usize, trace: usize, tick: u64) -> T {
        self.decays[trace].of(self.past(neuron, entry, trace), tick)
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
            }
        }
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
