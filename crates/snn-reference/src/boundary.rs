//! What happens between two ticks: neurons and synapses begin anew, parameters change.

use std::collections::BTreeMap;

use snn_ir::ObjectId;
use snn_kernel::Advance;
use snn_numeric::Real;
use snn_result::Synapses;

use crate::interpreter::{Interpreter, ReferenceError};
use crate::learning::{Bad, Learning};
use crate::live::{LiveSynapse, Past};
use crate::synapses::{Wire, projections, wires};

impl<T: Real> Interpreter<'_, T> {
    /// What happens between the tick at hand and the next.
    pub(crate) fn cross(&mut self) -> Result<(), ReferenceError> {
        let network = self.network;
        if let Some(resets) = network.protocol.resets.filter(|resets| resets.after(self.tick)) {
            self.pending.clear();
            self.learning.begin_anew(self.tick, resets.synapses);
            self.joints.forget();
            for population in &mut self.populations {
                let key = network.object(ObjectId(population.object)).key;
                for (index, values) in (0..).zip(&mut population.values) {
                    let start = population.kernel.start(self.seed, key, index);
                    *values = start.into_iter().map(T::from_f64).collect();
                }
                population.begin(self.tick);
            }
        }
        let phases = &network.phases;
        if let Some(p) = phases.iter().position(|phase| phase.after_tick == self.tick) {
            self.change(p);
        }
        self.learning.change(self.tick).map_err(|bad| self.broken(bad))
    }

    /// Parameters and weights of a phase; states go on, and spikes on their way get the new weights.
    fn change(&mut self, p: usize) {
        let network = self.network;
        for (object, kernel) in &network.phases[p].programs {
            let key = network.object(ObjectId(*object)).key;
            let population = self.populations.iter_mut().find(|q| q.object == *object);
            let population = population.expect("invariant: phases name populations");
            population.kernel = kernel;
            let states = kernel.states.len();
            for (index, values) in (0..).zip(&mut population.values) {
                let start = kernel.start(self.seed, key, index);
                values.truncate(states);
                values.extend(start[states..].iter().map(|x| T::from_f64(*x)));
            }
        }
        let new = wires(&projections(network, p + 1), self.seed);
        for arrival in self.pending.values_mut().flatten().filter(|a| a.wire.live.is_none()) {
            let place = |wire: &Wire| (wire.projection, wire.target, wire.ordinal);
            let same = new[&arrival.sender].iter().find(|w| place(w) == place(&arrival.wire));
            arrival.wire = *same.expect("invariant: phases change no connections");
        }
        self.wires = new;
    }
}

impl<T: Real> Learning<'_, T> {
    /// What is on its way to modulators is lost, and where synapses begin anew, all that has happened to
    /// them.
    fn begin_anew(&mut self, tick: u64, synapses: Synapses) {
        self.modulating.clear();
        if synapses == Synapses::Continue {
            return;
        }
        self.fired.clear();
        self.records.split_off(&(tick + 1));
        self.modulators.iter_mut().flatten().for_each(|past| *past = Past::NEVER);
        let phases = self.network.phases.iter();
        let past = phases.filter(|phase| phase.after_tick < tick).count();
        for p in 0..self.lives.len() {
            for (s, mut new) in self.made(p, past) {
                new.visited = tick;
                self.synapses[s] = new;
                let dendrite = u64::from(self.live(s).dendrite);
                (tick + 1..=tick + dendrite).for_each(|due| self.sample(tick, due, s));
            }
        }
    }

    /// Whether a spike never reaches its target: neurons begin anew before.
    pub(crate) fn lost(&self, emitted: u64, delay: u64) -> bool {
        let resets = self.network.protocol.resets;
        resets.is_some_and(|resets| resets.next(emitted) < emitted + delay)
    }

    /// New programs and weights, a dendrite before the network changes: so what reaches the targets
    /// after that is of the new ones.
    fn change(&mut self, tick: u64) -> Result<(), Bad> {
        for (at, phase) in self.network.phases.iter().enumerate() {
            for p in 0..self.lives.len() {
                let Some(live) = self.lives[p] else { continue };
                let changed = phase.live.iter().find(|(q, _)| *q == p);
                let weighted = phase.weights.iter().any(|(q, _)| *q == p);
                let due = phase.after_tick.saturating_sub(u64::from(live.dendrite)) == tick;
                if !due || (changed.is_none() && !weighted) {
                    continue;
                }
                self.settle(p, tick)?;
                self.lives[p] = changed.map_or(Some(live), |(_, live)| Some(live));
                let relearned = phase.relearned.contains(&p);
                for (s, new) in self.made(p, at + 1) {
                    let synapse = &mut self.synapses[s];
                    synapse.columns = new.columns;
                    if relearned {
                        synapse.states[0] = new.states[0];
                    }
                    // What a dendrite carries from tick 0 on shows the changed synapse too.
                    for due in phase.after_tick + 1..=u64::from(live.dendrite) {
                        self.forget(p, s, due);
                        self.sample(0, due, s);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the records of a synapse back that are due in a tick.
    fn forget(&mut self, p: usize, synapse: usize, due: u64) {
        let probes = &self.network.protocol.synapse_probes;
        let place = self.synapses[synapse].place;
        if let Some(records) = self.records.get_mut(&due) {
            records.retain(|r| {
                probes[r.probe as usize].of as usize != p
                    || (r.source, r.target, r.ordinal) != place
            });
        }
    }

    /// Brings the states of a projection's synapses to the end of a tick.
    fn settle(&mut self, p: usize, tick: u64) -> Result<(), Bad> {
        for s in 0..self.synapses.len() {
            if self.synapses[s].projection == p {
                let kernel = &self.live(s).kernel;
                if matches!(kernel.advance, Advance::Exact(_)) {
                    let unread = vec![T::ZERO; kernel.reads.len()];
                    self.with(s, &unread, |synapse, around| synapse.visit(tick, around))?;
                }
                self.synapses[s].visited = tick;
            }
        }
        Ok(())
    }

    /// The synapses of a projection as they would be at first after so many phases, with their places
    /// among all.
    pub(crate) fn made(&self, p: usize, phases: usize) -> Vec<(usize, LiveSynapse<T>)> {
        let Some(live) = self.lives[p] else { return Vec::new() };
        let projection = &projections(self.network, phases)[p];
        let connector = &projection.connector;
        let mut weights = projection.weights(self.seed);
        let first = self.synapses.iter().position(|s| s.projection == p).unwrap_or(0);
        let mut made = Vec::new();
        let mut ordinals = BTreeMap::new();
        connector.visit_targets(self.seed, 0..connector.targets.len(), |s| {
            let ordinal: &mut u32 = ordinals.entry((s.source, s.target)).or_default();
            let place = (s.source, s.target, *ordinal);
            *ordinal += 1;
            let receptor = projection.receptors[connector.targets.segment_at(s.target)];
            let which = (place, s.id);
            let weight = weights.at(s);
            let new = LiveSynapse::new((p, projection), live, self.seed, which, weight, receptor);
            made.push((first + made.len(), new));
        });
        made
    }
}
