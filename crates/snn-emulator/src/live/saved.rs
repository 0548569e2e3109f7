//! Live synapses in a checkpoint, by identity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use snn_numeric::Real;

use super::LiveBundle;
use super::history::Past;

/// The live synapses of one projection, as they are at the horizon: a dendrite before the tick of the
/// checkpoint. All spikes that may still matter to them are kept with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedProjection {
    /// Name of the projection.
    pub name: String,
    /// Names of the states.
    pub states: Vec<String>,
    /// Synapses in ascending order of their places.
    pub synapses: Vec<SavedSynapse>,
    /// Targets that have synapses, in ascending order of positions.
    pub targets: Vec<SavedTarget>,
    /// Per modulator: steps (tick, value), ascending.
    pub modulators: Vec<Vec<(u64, f64)>>,
}

/// One synapse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedSynapse {
    /// Positions of source and target, and which of the synapses between these two.
    pub place: (u32, u32, u32),
    /// Its states.
    pub states: Vec<f64>,
    /// Tick of its last visit.
    pub visited: u32,
    /// Tick of its last pre spike; 0 for none.
    pub pre_at: u64,
    /// Traces on pre after the last spike and before it: (value, tick).
    pub traces: Vec<[(f64, u64); 2]>,
}

/// Post spikes of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedTarget {
    /// Its position in the targets.
    pub position: u32,
    /// Ticks in which spikes reach its synapses, from the last one they have seen.
    pub spikes: Vec<u32>,
    /// Traces on post after each of them.
    pub traces: Vec<f64>,
    /// States that synapses read, for each of the last ticks.
    pub reads: Vec<Vec<f64>>,
}

impl<T: Real> LiveBundle<T> {
    /// Adds this bundle, which is brought to the horizon of `tick`. A bundle that could not be is broken,
    /// and the run with it.
    pub(crate) fn save(mut self, tick: u64, saved: &mut SavedProjection) {
        let horizon = self.horizon(tick);
        if self.catch_up(horizon).is_ok() {
            self.history.forget(horizon);
            self.modulators.iter_mut().for_each(|m| m.forget(horizon));
        }
        saved.states = self.live.kernel.states.iter().map(|s| s.name.clone()).collect();
        for row in &self.rows {
            for synapse in row.start..row.start + row.len {
                let past = |p: &Past<T>| (p.value.to_f64(), p.tick);
                let traces = row.pre.iter().zip(&row.before).map(|(a, b)| [past(a), past(b)]);
                saved.synapses.push(SavedSynapse {
                    place: self.seeds[synapse].key(),
                    states: self.states.iter().map(|s| s[synapse].to_f64()).collect(),
                    visited: self.visited.get(synapse).copied().unwrap_or(0),
                    pre_at: row.pre_at,
                    traces: traces.collect(),
                });
            }
        }
        saved.synapses.sort_unstable_by_key(|s| s.place);
        for (position, neuron) in self.neurons() {
            let (spikes, traces) = self.history.saved(neuron);
            let of_neuron = |slots: &Vec<Vec<T>>| {
                slots.iter().map(|values| values[neuron as usize].to_f64()).collect()
            };
            let reads = self.reads.ticks.iter().map(of_neuron).collect();
            saved.targets.push(SavedTarget { position, spikes, traces, reads });
        }
        saved.targets.sort_unstable_by_key(|t| t.position);
        let steps =
            |m: &super::Steps<T>| m.past.iter().map(|p| (p.tick, p.value.to_f64())).collect();
        saved.modulators = self.modulators.iter().map(steps).collect();
    }

    /// Takes over what was saved in `tick`.
    ///
    /// # Errors
    /// Where a synapse or target is missing or has another shape.
    pub(crate) fn restore(&mut self, tick: u64, saved: &SavedProjection) -> Result<(), String> {
        let horizon = self.horizon(tick);
        let traces = self.live.kernel.pre_traces.len();
        let shape = || format!("the synapses of {} are others", saved.name);
        for r in 0..self.rows.len() {
            let row = &mut self.rows[r];
            (row.done, row.posted) = (horizon, horizon);
            for synapse in row.start..row.start + row.len {
                let place = self.seeds[synapse].key();
                let found = saved.synapses.binary_search_by_key(&place, |s| s.place);
                let found = found.ok().map(|at| &saved.synapses[at]).ok_or_else(shape)?;
                if found.states.len() != self.states.len() || found.traces.len() != traces {
                    return Err(shape());
                }
                for (state, value) in self.states.iter_mut().zip(&found.states) {
                    state[synapse] = T::from_f64(*value);
                }
                if let Some(visited) = self.visited.get_mut(synapse) {
                    *visited = found.visited;
                }
                row.pre_at = found.pre_at;
                let past = |(value, tick): (f64, u64)| Past { value: T::from_f64(value), tick };
                row.pre = found.traces.iter().map(|[after, _]| past(*after)).collect();
                row.before = found.traces.iter().map(|[_, before]| past(*before)).collect();
            }
        }
        self.weights_were_set();
        self.restore_targets(saved).ok_or_else(shape)?;
        if saved.modulators.len() != self.modulators.len() {
            return Err(shape());
        }
        for (own, steps) in self.modulators.iter_mut().zip(&saved.modulators) {
            let past =
                |(tick, value): &(u64, f64)| Past { value: T::from_f64(*value), tick: *tick };
            own.past = steps.iter().map(past).collect();
            if own.past.is_empty() {
                return Err(shape());
            }
        }
        Ok(())
    }

    fn restore_targets(&mut self, saved: &SavedProjection) -> Option<()> {
        for (position, neuron) in self.neurons() {
            let found = saved.targets.binary_search_by_key(&position, |t| t.position).ok()?;
            let found = &saved.targets[found];
            if let Some(traces) = self.history.traces() {
                let whole =
                    !found.spikes.is_empty() && found.traces.len() == traces * found.spikes.len();
                whole.then_some(())?;
            }
            self.history.restore(neuron, &found.spikes, &found.traces);
            for (kept, saved) in self.reads.ticks.iter_mut().zip(&found.reads) {
                for (values, value) in kept.iter_mut().zip(saved) {
                    values[neuron as usize] = T::from_f64(*value);
                }
            }
        }
        self.history.restored();
        Some(())
    }

    /// Positions of the targets that have synapses here, and their neurons.
    fn neurons(&self) -> BTreeMap<u32, u32> {
        let targets = self.seeds.iter().zip(&self.targets);
        targets.map(|(seed, neuron)| (seed.synapse.target, u32::from(*neuron))).collect()
    }
}
