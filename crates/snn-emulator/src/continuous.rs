//! Continuous connections: in each tick an input takes the weighted sum of states as they were some ticks
//! before.
//!
//! Every target gathers its own sum, in an order that no mapping changes: connection, sender, ordinal. A
//! worker keeps the last ticks of every state that reaches it; those of other workers come with the batch
//! of their window.

use std::collections::HashMap;

use snn_chip::ChipImage;
use snn_connect::delay_ticks;
use snn_numeric::Real;

use crate::ids::Ids;
use crate::part::Part;
use crate::worker::Worker;

/// A state of a neuron: its id and the slot.
pub(crate) type Place = (u32, u16);

/// What a worker sends, keeps and gathers.
#[derive(Debug, Default)]
pub(crate) struct Values<T> {
    /// The states that reach this worker, ascending.
    pub needed: Vec<Place>,
    /// Own states for each worker: (part, neuron, state); filled in by [`join`].
    exports: Vec<Vec<(usize, usize, usize)>>,
    /// Where the states of each worker belong among those needed, in the order in which they come.
    imports: Vec<Vec<usize>>,
    /// For each worker, the values of the window, tick by tick.
    pub outgoing: Vec<Vec<f64>>,
    /// By tick, modulo its length: the values needed.
    history: Vec<Vec<T>>,
    /// What was before this tick is not seen: the run or its last reset began there.
    pub since: u64,
    gathers: Vec<Gather<T>>,
    delays: Vec<u64>,
}

/// The continuous synapses at one input of one part.
#[derive(Debug)]
struct Gather<T> {
    part: usize,
    input: usize,
    /// Neurons with a synapse, their first term and, last, the number of terms.
    neurons: Vec<usize>,
    offsets: Vec<usize>,
    terms: Vec<Term<T>>,
    /// Injected current of each of the neurons.
    injected: Vec<T>,
}

#[derive(Debug)]
struct Term<T> {
    value: usize,
    delay: u64,
    weight: T,
}

/// A synapse before it is sorted: (part, input, neuron, connection, sender, order of the visit).
type Key = (usize, usize, usize, usize, u32, usize);

impl<T: Real> Values<T> {
    /// Everything that reaches these parts.
    pub(crate) fn new(image: &ChipImage, ids: &Ids, parts: &[Part<T>]) -> Self {
        if image.continuous.is_empty() {
            return Self::default();
        }
        let mut own: HashMap<u32, (usize, usize)> = HashMap::new();
        for (p, part) in parts.iter().enumerate() {
            own.extend(part.id.iter().enumerate().map(|(neuron, id)| (*id, (p, neuron))));
        }
        let mut found: Vec<(Key, Place, u64, f64)> = Vec::new();
        for (c, continuous) in image.continuous.iter().enumerate() {
            let projection = &continuous.projection;
            let connector = &projection.connector;
            let (mut weights, mut delays) =
                (projection.weights(image.seed), projection.delays(image.seed));
            connector.visit_targets(image.seed, 0..connector.targets.len(), |synapse| {
                let (object, index) = connector.targets.at(synapse.target);
                let Some((part, neuron)) = own.get(&ids.id(object, index)) else { return };
                let input = projection.receptors[connector.targets.segment_at(synapse.target)];
                let (object, index) = connector.sources.at(synapse.source);
                let sender = ids.id(object, index);
                let state = continuous.states[connector.sources.segment_at(synapse.source)];
                let key = (*part, usize::from(input), *neuron, c, sender, found.len());
                let delay = u64::from(delay_ticks(delays.at(synapse)));
                found.push((key, (sender, state), delay, weights.at(synapse)));
            });
        }
        found.sort_unstable_by_key(|f| f.0);
        let mut needed: Vec<Place> = found.iter().map(|f| f.1).collect();
        needed.sort_unstable();
        needed.dedup();
        let mut delays: Vec<u64> = found.iter().map(|f| f.2).collect();
        delays.sort_unstable();
        delays.dedup();
        let gathers = gathers(&found, &needed);
        Self { needed, gathers, delays, ..Self::default() }
    }

    /// Bytes at most while the synapses are read: as found, with their senders and delays, and as terms, which
    /// have up to twice their room while they grow.
    pub(crate) const BYTES_PER_SYNAPSE: usize = size_of::<(Key, Place, u64, f64)>()
        + size_of::<Place>()
        + size_of::<u64>()
        + 2 * size_of::<Term<T>>();

    /// The senders whose values each core reads, once for each value.
    pub(crate) fn read_by(&self, parts: &[Part<T>]) -> Vec<(u32, u32)> {
        let mut read: Vec<(usize, u32)> = Vec::new();
        for gather in &self.gathers {
            for (neuron, terms) in gather.neurons.iter().zip(gather.offsets.windows(2)) {
                let core = parts[gather.part].core[*neuron];
                read.extend(gather.terms[terms[0]..terms[1]].iter().map(|t| (t.value, core)));
            }
        }
        read.sort_unstable();
        read.dedup();
        read.into_iter().map(|(value, core)| (self.needed[value].0, core)).collect()
    }

    /// Shortest and longest delay.
    pub(crate) fn delays(&self) -> Option<(u64, u64)> {
        Some((*self.delays.first()?, *self.delays.last()?))
    }

    /// Room for the values of this many ticks.
    pub(crate) fn remember(&mut self, ticks: u64) {
        self.history = vec![vec![T::ZERO; self.needed.len()]; ticks as usize];
    }

    /// Keeps the value of a state needed here.
    pub(crate) fn put(&mut self, tick: u64, slot: usize, value: T) {
        let ticks = self.history.len() as u64;
        self.history[(tick % ticks) as usize][slot] = value;
    }

    /// A value kept.
    pub(crate) fn at(&self, tick: u64, slot: usize) -> T {
        self.history[(tick % self.history.len() as u64) as usize][slot]
    }

    /// Notes what is injected: the currents have just been set.
    pub(crate) fn note_injected(&mut self, parts: &[Part<T>]) {
        for gather in &mut self.gathers {
            let currents = &parts[gather.part].currents[gather.input];
            gather.injected.clear();
            gather.injected.extend(gather.neurons.iter().map(|n| currents[*n]));
        }
    }

    /// Adds to the currents of `tick` what arrives in it.
    pub(crate) fn gather(&self, tick: u64, parts: &mut [Part<T>]) {
        for gather in &self.gathers {
            let part = &mut parts[gather.part];
            part.driven = true;
            let currents = &mut part.currents[gather.input];
            for (i, neuron) in gather.neurons.iter().enumerate() {
                let mut sum = T::ZERO;
                for term in &gather.terms[gather.offsets[i]..gather.offsets[i + 1]] {
                    let from = tick.checked_sub(term.delay).filter(|from| *from >= self.since);
                    if let Some(from) = from {
                        sum = sum + term.weight * self.at(from, term.value);
                    }
                }
                currents[*neuron] = gather.injected[i] + sum;
            }
        }
    }

    /// Takes the values at the end of a tick of this worker, `own`, for itself and for the others.
    pub(crate) fn capture(&mut self, tick: u64, own: usize, parts: &[Part<T>]) {
        let exports = std::mem::take(&mut self.exports);
        for (worker, places) in exports.iter().enumerate() {
            for (k, (part, neuron, state)) in places.iter().enumerate() {
                let value = parts[*part].columns[*state][*neuron];
                if worker == own {
                    self.put(tick, self.imports[own][k], value);
                } else {
                    self.outgoing[worker].push(value.to_f64());
                }
            }
        }
        self.exports = exports;
    }

    /// Takes the values of another worker's window that begins with tick `first`.
    pub(crate) fn take(&mut self, first: u64, worker: usize, values: &[f64]) {
        let Some(slots) = self.imports.get(worker).filter(|slots| !slots.is_empty()) else {
            return;
        };
        let slots = slots.clone();
        for (tick, values) in (first..).zip(values.chunks(slots.len())) {
            for (slot, value) in slots.iter().zip(values) {
                self.put(tick, *slot, T::from_f64(*value));
            }
        }
    }
}

fn gathers<T: Real>(found: &[(Key, Place, u64, f64)], needed: &[Place]) -> Vec<Gather<T>> {
    let mut gathers: Vec<Gather<T>> = Vec::new();
    for ((part, input, neuron, ..), place, delay, weight) in found {
        if gathers.last().is_none_or(|g| (g.part, g.input) != (*part, *input)) {
            gathers.push(Gather {
                part: *part,
                input: *input,
                neurons: Vec::new(),
                offsets: vec![0],
                terms: Vec::new(),
                injected: Vec::new(),
            });
        }
        let gather = gathers.last_mut().expect("invariant: one was just pushed");
        if gather.neurons.last() != Some(neuron) {
            gather.neurons.push(*neuron);
            gather.offsets.push(gather.terms.len());
        }
        let value = needed.binary_search(place).expect("invariant: every place is listed");
        gather.terms.push(Term { value, delay: *delay, weight: T::from_f64(*weight) });
        *gather.offsets.last_mut().expect("invariant: it begins with 0") = gather.terms.len();
    }
    gathers.iter_mut().for_each(|g| g.injected = vec![T::ZERO; g.neurons.len()]);
    gathers
}

/// Tells all workers who sends which states to whom: `places` are the neurons of each worker, by id.
pub(crate) fn join<T: Real>(workers: &mut [(&mut Values<T>, &[Part<T>])]) {
    let count = workers.len();
    let mut owner: HashMap<u32, (usize, usize, usize)> = HashMap::new();
    for (w, (_, parts)) in workers.iter().enumerate() {
        for (p, part) in parts.iter().enumerate() {
            owner.extend(part.id.iter().enumerate().map(|(neuron, id)| (*id, (w, p, neuron))));
        }
    }
    for (values, _) in workers.iter_mut() {
        values.exports = vec![Vec::new(); count];
        values.imports = vec![Vec::new(); count];
        values.outgoing = vec![Vec::new(); count];
    }
    for w in 0..count {
        for (slot, (id, state)) in workers[w].0.needed.clone().into_iter().enumerate() {
            let Some((from, part, neuron)) = owner.get(&id).copied() else { continue };
            workers[w].0.imports[from].push(slot);
            workers[from].0.exports[w].push((part, neuron, usize::from(state)));
        }
    }
}

/// All workers see all states as they are after `tick`, and nothing of before.
pub(crate) fn show_states<T: Real>(workers: &mut [Worker<T>], tick: u64) {
    if workers.iter().all(|w| w.values.needed.is_empty()) {
        return;
    }
    let mut seen: HashMap<(u32, u16), T> = HashMap::new();
    for part in workers.iter().flat_map(|w| &w.parts) {
        for (neuron, id) in part.id.iter().enumerate() {
            for state in 0..part.layout.kernel.states.len() {
                seen.insert((*id, state as u16), part.columns[state][neuron]);
            }
        }
    }
    for worker in workers {
        worker.values.since = tick;
        for slot in 0..worker.values.needed.len() {
            if let Some(value) = seen.get(&worker.values.needed[slot]) {
                worker.values.put(tick, slot, *value);
            }
        }
    }
}
