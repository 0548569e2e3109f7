//! What has happened that synapses have not seen yet.

use snn_connect::{Live, ModulatorSource};
use snn_kernel::{NeuronKernel, SynapseKernel, Trace};
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

    /// The value at a tick. A later step than that makes it one that nothing reads.
    #[inline]
    pub(super) fn at(&self, trace: &Trace, tick: u64) -> T {
        trace.decayed(self.value, tick.saturating_sub(self.tick))
    }

    #[inline]
    pub(super) fn stepped(&self, trace: &Trace, tick: u64, spikes: u64) -> Self {
        Self { value: trace.stepped(self.at(trace, tick), spikes), tick }
    }
}

/// Per neuron: ticks in which its spikes reach its synapses, ascending, each with the post traces after it.
/// The first entry is the last one that all synapses have seen.
#[derive(Clone, Debug)]
pub(super) struct PostHistory<T> {
    neurons: Vec<Entries<T>>,
    traces: usize,
    entries: usize,
    wanted: bool,
}

#[derive(Clone, Debug)]
struct Entries<T> {
    ticks: Vec<u32>,
    values: Vec<T>,
}

impl<T: Real> PostHistory<T> {
    pub(super) fn new(kernel: &SynapseKernel, neurons: usize, probes: &Probes) -> Self {
        let traces = kernel.post_traces.len();
        let wanted = traces > 0 || kernel.visited_by_post() || probes.see_post();
        let first = Entries { ticks: vec![0], values: vec![T::ZERO; traces] };
        Self { neurons: vec![first; if wanted { neurons } else { 0 }], traces, entries: 0, wanted }
    }

    /// Entries that may be forgotten one day.
    pub(super) fn len(&self) -> usize {
        self.entries
    }

    /// Adds the spikes of a tick.
    pub(super) fn push(&mut self, live: &Live, tick: u64, fired: &[u32]) {
        if !self.wanted {
            return;
        }
        let tick = tick + u64::from(live.back);
        for neuron in fired {
            self.push_at(live, tick, *neuron);
        }
    }

    fn push_at(&mut self, live: &Live, tick: u64, neuron: u32) {
        let last = self.neurons[neuron as usize].ticks.len() - 1;
        for (t, trace) in live.kernel.post_traces.iter().enumerate() {
            let next = self.past(neuron, last, t).stepped(trace, tick, 1);
            self.neurons[neuron as usize].values.push(next.value);
        }
        self.neurons[neuron as usize].ticks.push(tick as u32);
        self.entries += 1;
    }

    /// Number of entries in ticks up to `tick`, the first included.
    #[inline]
    pub(super) fn until(&self, neuron: u32, tick: u64) -> usize {
        let ticks = &self.neurons[neuron as usize].ticks;
        let mut at = ticks.len();
        while at > 1 && u64::from(ticks[at - 1]) > tick {
            at -= 1;
        }
        at
    }

    #[inline]
    pub(super) fn tick(&self, neuron: u32, entry: usize) -> u64 {
        u64::from(self.neurons[neuron as usize].ticks[entry])
    }

    /// A trace after an entry.
    #[inline]
    pub(super) fn past(&self, neuron: u32, entry: usize, trace: usize) -> Past<T> {
        let entries = &self.neurons[neuron as usize];
        let value = entries.values[entry * self.traces + trace];
        Past { value, tick: u64::from(entries.ticks[entry]) }
    }

    /// Whether a neuron's spike reaches its synapses in a tick.
    pub(super) fn has(&self, neuron: u32, tick: u64) -> bool {
        self.wanted && tick > 0 && self.tick(neuron, self.until(neuron, tick) - 1) == tick
    }

    /// Forgets what all synapses have seen.
    pub(super) fn forget(&mut self, seen: u64) {
        self.entries = 0;
        for neuron in 0..self.neurons.len() {
            let keep = self.until(neuron as u32, seen) - 1;
            let entries = &mut self.neurons[neuron];
            entries.ticks.drain(..keep);
            entries.values.drain(..keep * self.traces);
            self.entries += entries.ticks.len() - 1;
        }
    }

    /// (tick, trace values) of every entry of a neuron.
    pub(super) fn saved(&self, neuron: u32) -> (Vec<u32>, Vec<f64>) {
        let Some(entries) = self.neurons.get(neuron as usize) else { return Default::default() };
        (entries.ticks.clone(), entries.values.iter().map(|x| x.to_f64()).collect())
    }

    pub(super) fn restore(&mut self, neuron: u32, ticks: &[u32], values: &[f64]) {
        if let Some(entries) = self.neurons.get_mut(neuron as usize) {
            self.entries += ticks.len().saturating_sub(entries.ticks.len());
            entries.ticks = ticks.to_vec();
            entries.values = values.iter().map(|x| T::from_f64(*x)).collect();
        }
    }

    /// Number of traces of each entry, where there are entries.
    pub(super) fn traces(&self) -> Option<usize> {
        self.wanted.then_some(self.traces)
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

    pub(super) fn take(&mut self, trace: &Trace, tick: u64, emissions: &[Emission]) {
        let spikes: u64 =
            emissions.iter().filter(|e| self.listens_to(e.id)).map(|e| u64::from(e.times)).sum();
        if spikes > 0 {
            let last = self.past[self.past.len() - 1];
            self.past.push(last.stepped(trace, tick, spikes));
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

    /// The states of a neuron in one of the last ticks.
    pub(super) fn of(&self, neuron: u32, tick: u64) -> impl Iterator<Item = T> + '_ {
        let at = tick % self.ticks.len().max(1) as u64;
        let kept = self.ticks.get(at as usize).into_iter().flatten();
        kept.map(move |values| values[neuron as usize])
    }
}
