//! What came of a run: counters of cores and objects, and where the time went.

use snn_numeric::Real;
use snn_result::{CoreCounters, Cost, RunResult};

use crate::emulator::Engine;
use crate::worker::Worker;

impl<T: Real> Engine<T> {
    pub(crate) fn result(&self) -> RunResult {
        let mut hash = self.hash_before;
        let mut counted = self.before.clone();
        let mut per_core = vec![0u64; self.image.cores.len()];
        let mut per_object = vec![0u64; self.image.objects.len()];
        for worker in &self.workers {
            hash.merge(worker.hash);
            let operations = worker.synaptic_operations(self.tick);
            for (part, operations) in worker.parts.iter().zip(operations) {
                for ((object, _, core), times) in part.layout.neurons().zip(operations) {
                    let (object, core) = (object as usize, core as usize);
                    per_core[core] = per_core[core].wrapping_add(times);
                    per_object[object] = per_object[object].wrapping_add(times);
                }
            }
            for (total, own) in counted.iter_mut().zip(&worker.taps.counted) {
                *total += own;
            }
        }
        let cores = self.cores(&per_core);
        RunResult {
            ticks: self.tick,
            hash,
            spikes: self.fired.clone(),
            counted_spikes: counted,
            synaptic_operations: per_object,
            cores,
        }
    }

    /// Totals per core, with these synaptic operations: each spike of a neuron is one packet to every other
    /// core that its row touches, and a state that is sent one per tick to every other core that reads it.
    fn cores(&self, operations: &[u64]) -> Vec<CoreCounters> {
        let mut cores: Vec<CoreCounters> = operations
            .iter()
            .map(|n| CoreCounters { synaptic_operations: *n, ..CoreCounters::default() })
            .collect();
        let mut sender = vec![None; self.ids.len()];
        for part in self.workers.iter().flat_map(|w| &w.parts) {
            for (neuron, id) in part.id.iter().enumerate() {
                let core = part.core[neuron] as usize;
                cores[core].spikes += part.spikes[neuron];
                sender[*id as usize] = Some((core, part.spikes[neuron]));
            }
        }
        for worker in &self.workers {
            self.spikes_sent(worker, &sender, &mut cores);
            for (id, to) in worker.values.read_by(&worker.parts) {
                if let Some((from, _)) = sender[id as usize] {
                    self.send(&mut cores, (from, to as usize), self.tick);
                }
            }
        }
        cores
    }

    /// Packets of spikes to the neurons of one worker; by id, `sender` has core and number of spikes.
    fn spikes_sent(
        &self,
        worker: &Worker<T>,
        sender: &[Option<(usize, u64)>],
        cores: &mut [CoreCounters],
    ) {
        let lane_part = worker.lane_parts();
        let mut touched = vec![u32::MAX; cores.len()];
        for (id, from) in sender.iter().enumerate() {
            let Some((core, spikes)) = from.filter(|(_, spikes)| *spikes > 0) else { continue };
            for segment in worker.rows.of(id as u32) {
                worker.rows.each_target(*segment, |lane, target| {
                    let part = &worker.parts[lane_part[usize::from(lane)]];
                    let to = part.core[usize::from(target)] as usize;
                    if touched[to] != id as u32 {
                        touched[to] = id as u32;
                        self.send(cores, (core, to), spikes);
                    }
                });
            }
        }
    }

    /// Counts packets between two cores; none where they are one.
    fn send(&self, cores: &mut [CoreCounters], (from, to): (usize, usize), packets: u64) {
        if from == to {
            return;
        }
        let tile = |core: usize| {
            let tile = self.image.cores[core].core.0 / self.image.cores_per_tile.max(1);
            (tile % self.image.mesh_width.max(1), tile / self.image.mesh_width.max(1))
        };
        let ((x0, y0), (x1, y1)) = (tile(from), tile(to));
        cores[from].packets_out += packets;
        cores[from].hops += packets * u64::from(x0.abs_diff(x1) + y0.abs_diff(y1));
    }

    /// Where the time since loading went.
    pub(crate) fn cost(&self) -> Cost {
        let mut cost = Cost {
            ticks: self.workers.first().map_or(0, |w| w.clock.ticks()),
            workers: self.workers.iter().map(|w| w.clock.cost()).collect(),
            update_s: vec![0.0; self.image.objects.len()],
        };
        for worker in &self.workers {
            for part in &worker.parts {
                let update_s = part.spent.as_secs_f64() * worker.clock.tick_scale();
                let share_s = update_s / f64::from(part.layout.len().max(1));
                for range in &part.layout.ranges {
                    cost.update_s[range.object as usize] += share_s * f64::from(range.len);
                }
            }
        }
        cost
    }
}
