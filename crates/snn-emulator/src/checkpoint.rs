//! A run's state between two ticks, without anything that the image can recompute.

use serde::{Deserialize, Serialize};
use snn_numeric::Real;
use snn_result::{SpikeHash, Synapses};

use crate::emulator::{Engine, is_population};
use crate::error::LoadError;
use crate::live::SavedProjection;

/// The state of a run. It knows neither cores nor threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Ticks run.
    pub tick: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Spikes up to this tick that had not arrived were lost to a reset.
    pub lost: u64,
    /// Spike hash so far.
    pub hash: u128,
    /// Every object in declaration order.
    pub objects: Vec<SavedObject>,
    /// Synapses with states, every projection that has them in declaration order.
    pub live: Vec<SavedProjection>,
    /// Spikes that may still be on their way: (tick, neuron), populations only.
    pub spikes: Vec<(u64, u32)>,
    /// States that continuous connections may still deliver: (tick, neuron, state, bits of an f64).
    pub values: Vec<(u64, u32, u16, u64)>,
}

/// The state of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedObject {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: u32,
    /// Spikes since tick 0, and after the warm-up.
    pub fired: (u64, u64),
    /// Spikes of each neuron or train since tick 0 (of a train that reaches no row: 0).
    pub spikes: Vec<u64>,
    /// Arrivals at each neuron since tick 0 that its senders' spikes do not tell of: those of direct Poisson
    /// trains, less those that a reset has lost.
    pub other_arrivals: Vec<i64>,
    /// Values per state, in index order; f32 values are exact.
    pub states: Vec<Vec<f64>>,
    /// Whether it is updated at events only: then its states are those of the end of the tick before `until`.
    pub at_events: bool,
    /// First tick in which each neuron is no longer refractory.
    pub until: Vec<u32>,
}

impl<T: Real> Engine<T> {
    pub(crate) fn save(&self) -> Checkpoint {
        let result = self.workers.iter().fold(self.hash_before, |mut hash, w| {
            hash.merge(w.hash);
            hash
        });
        let mut objects: Vec<SavedObject> = self
            .image
            .objects
            .iter()
            .enumerate()
            .map(|(o, object)| {
                let neurons = if is_population(&self.image, o) { object.size as usize } else { 0 };
                let states = if neurons > 0 {
                    crate::part::population_kernel(&self.image, o as u32).states.len()
                } else {
                    0
                };
                let counted: u64 = self.workers.iter().map(|w| w.taps.counted[o]).sum();
                SavedObject {
                    name: object.name.clone(),
                    size: object.size,
                    fired: (self.fired[o], self.before[o] + counted),
                    spikes: vec![0; object.size as usize],
                    other_arrivals: vec![0; neurons],
                    states: vec![vec![0.0; neurons]; states],
                    at_events: at_events(&self.image, o),
                    until: vec![0; neurons],
                }
            })
            .collect();
        let mut spikes = Vec::new();
        for worker in &self.workers {
            for part in &worker.parts {
                for (neuron, (object, index, _)) in part.layout.neurons().enumerate() {
                    let saved = &mut objects[object as usize];
                    let index = index as usize;
                    saved.spikes[index] = part.spikes[neuron];
                    saved.other_arrivals[index] = part.other_arrivals[neuron];
                    saved.until[index] = part.until[neuron];
                    for (to, from) in saved.states.iter_mut().zip(&part.columns) {
                        to[index] = from[neuron].to_f64();
                    }
                }
            }
            for (id, received) in worker.received.iter().enumerate() {
                if !self.of_population(id as u32) && *received > 0 {
                    let (object, index) = self.ids.of(id as u32);
                    // Workers without a row for the train do not count it.
                    let spikes = &mut objects[object as usize].spikes[index as usize];
                    *spikes = (*spikes).max(*received);
                }
            }
            let first = (self.tick + 1).saturating_sub(worker.ring.ticks()).max(1);
            for tick in first..=self.tick {
                let own = worker.ring.at(tick).iter().map(|e| e.id);
                spikes.extend(own.filter(|id| self.of_population(*id)).map(|id| (tick, id)));
            }
        }
        spikes.sort_unstable();
        spikes.dedup();
        let live = self.save_live();
        let (tick, seed, lost) = (self.tick, self.image.seed, self.lost);
        Checkpoint {
            tick,
            seed,
            lost,
            hash: result.0,
            objects,
            live,
            spikes,
            values: self.values(),
        }
    }

    fn save_live(&self) -> Vec<SavedProjection> {
        let projections = self.image.projections.iter().enumerate();
        let live = projections.filter(|(_, projection)| projection.live.is_some());
        live.map(|(p, projection)| {
            let mut saved =
                SavedProjection { name: projection.name.clone(), ..SavedProjection::default() };
            let bundles = self.workers.iter().flat_map(|w| &w.live);
            for bundle in bundles.filter(|b| b.projection == p) {
                bundle.clone().save(self.tick, &mut saved);
            }
            saved
        })
        .collect()
    }

    fn restore_live(&mut self, saved: &Checkpoint) -> Result<(), LoadError> {
        let names = |image: &snn_chip::ChipImage| -> Vec<String> {
            let live = image.projections.iter().filter(|p| p.live.is_some());
            live.map(|p| p.name.clone()).collect()
        };
        let anew = self.protocol.resets.is_some_and(|r| r.synapses == Synapses::BeginAnew);
        let since = if anew { saved.lost } else { 0 };
        let own = names(&self.image);
        if !own.iter().eq(saved.live.iter().map(|s| &s.name)) {
            return Err(LoadError::Checkpoint("its plastic projections are others".into()));
        }
        for bundle in self.workers.iter_mut().flat_map(|w| &mut w.live) {
            let name = &self.image.projections[bundle.projection].name;
            let at = own.iter().position(|n| n == name).expect("invariant: names are unique");
            bundle.since = since;
            bundle.restore(saved.tick, &saved.live[at]).map_err(LoadError::Checkpoint)?;
        }
        Ok(())
    }

    /// Values still to be delivered, whoever keeps them.
    fn values(&self) -> Vec<(u64, u32, u16, u64)> {
        let mut all = Vec::new();
        for values in self.workers.iter().map(|w| &w.values) {
            let Some((_, longest)) = values.delays() else { continue };
            for tick in (self.tick + 1).saturating_sub(longest).max(values.since)..=self.tick {
                let kept = values.needed.iter().enumerate().map(|(slot, (id, state))| {
                    (tick, *id, *state, values.at(tick, slot).to_f64().to_bits())
                });
                all.extend(kept);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(crate) fn restore(&mut self, saved: &Checkpoint) -> Result<(), LoadError> {
        self.fits(saved)?;
        self.restore_live(saved)?;
        self.tick = saved.tick;
        self.lost = saved.lost;
        self.hash_before = SpikeHash(saved.hash);
        self.fired = saved.objects.iter().map(|o| o.fired.0).collect();
        self.before = saved.objects.iter().map(|o| o.fired.1).collect();
        for worker in &mut self.workers {
            worker.values.since = saved.lost;
            for (tick, id, state, bits) in &saved.values {
                if let Ok(slot) = worker.values.needed.binary_search(&(*id, *state)) {
                    worker.values.put(*tick, slot, T::from_f64(f64::from_bits(*bits)));
                }
            }
            for part in &mut worker.parts {
                if let Some(events) = &mut part.events {
                    events.begun = saved.lost;
                }
                let neurons: Vec<_> = part.layout.neurons().collect();
                for (neuron, (object, index, _)) in neurons.into_iter().enumerate() {
                    let saved = &saved.objects[object as usize];
                    let index = index as usize;
                    part.spikes[neuron] = saved.spikes[index];
                    part.other_arrivals[neuron] = saved.other_arrivals[index];
                    part.until[neuron] = saved.until[index];
                    for (to, from) in part.columns.iter_mut().zip(&saved.states) {
                        to[neuron] = T::from_f64(from[index]);
                    }
                }
            }
            let first = (saved.tick + 1).saturating_sub(worker.ring.ticks()).max(saved.lost + 1);
            worker.direct.iter_mut().for_each(|direct| direct.since = saved.lost);
            worker.start_trains(&self.image, &self.ids, first - 1);
            for tick in first..=saved.tick {
                let from = saved.spikes.partition_point(|(t, _)| *t < tick);
                let now = saved.spikes[from..].iter().take_while(|(t, _)| *t == tick);
                let needed = |id: &u32| worker.needs(*id);
                let ids: Vec<u32> = now.map(|(_, id)| *id).filter(needed).collect();
                worker.take(tick, ids.into_iter());
            }
            for (id, received) in worker.received.iter_mut().enumerate() {
                let (object, index) = self.ids.of(id as u32);
                *received = saved.objects[object as usize].spikes[index as usize];
            }
        }
        Ok(())
    }

    fn of_population(&self, id: u32) -> bool {
        is_population(&self.image, self.ids.of(id).0 as usize)
    }

    fn fits(&self, saved: &Checkpoint) -> Result<(), LoadError> {
        let refuse = |why: String| Err(LoadError::Checkpoint(why));
        if saved.seed != self.image.seed {
            return refuse(format!(
                "its seed is {}, this run's is {}",
                saved.seed, self.image.seed
            ));
        }
        if saved.objects.len() != self.image.objects.len() {
            return refuse(format!(
                "it has {} populations and sources, this network has {}",
                saved.objects.len(),
                self.image.objects.len()
            ));
        }
        for (o, (saved, object)) in saved.objects.iter().zip(&self.image.objects).enumerate() {
            let population = is_population(&self.image, o);
            let states = if population {
                crate::part::population_kernel(&self.image, o as u32).states.len()
            } else {
                0
            };
            let neurons = if population { object.size as usize } else { 0 };
            let whole = saved.states.iter().all(|s| s.len() == neurons)
                && saved.until.len() == neurons
                && saved.other_arrivals.len() == neurons
                && saved.spikes.len() == object.size as usize;
            if saved.name != object.name || saved.size != object.size {
                return refuse(format!(
                    "{}[{}] stands where this network has {}[{}]",
                    saved.name, saved.size, object.name, object.size
                ));
            }
            if saved.at_events != at_events(&self.image, o) {
                return refuse(format!("{} is updated otherwise", saved.name));
            }
            if saved.states.len() != states || !whole {
                return refuse(format!("the states of {} are others", saved.name));
            }
        }
        Ok(())
    }
}

/// Whether an object is a population that is updated at events only.
fn at_events(image: &snn_chip::ChipImage, object: usize) -> bool {
    is_population(image, object)
        && crate::part::population_kernel(image, object as u32).leap.is_some()
}
