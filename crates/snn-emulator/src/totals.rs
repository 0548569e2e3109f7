//! What came of a run: counters of cores and objects, and where the time went.

use snn_numeric::Real;
use snn_result::{CoreCounters, Cost, RunResult};

use crate::emulator::Engine;

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

    /// Totals per core: each spike of a neuron is one packet to every other core that its row touches.
    fn cores(&self, operations: &[u64]) -> Vec<CoreCounters> {
        let mut cores: Vec<CoreCounters> = operations
            .iter()
            .map(|n| CoreCounters { synaptic_operations: *n, ..CoreCounters::default() })
            .collect();
        let tile = |core: usize| {
            let tile = self.image.cores[core].core.0 / self.image.cores_per_tile.max(1);
            (tile % self.image.mesh_width.max(1), tile / self.image.mesh_width.max(1))
        };
        let mut sender = vec![None; self.ids.len()];
        for part in self.workers.iter().flat_map(|w| &w.parts) {
            for (neuron, id) in part.id.iter().enumerate() {
                let core = part.core[neuron] as usize;
                cores[core].spikes += part.spikes[neuron];
                sender[*id as usize] = Some((core, part.spikes[neuron]));
            }
        }
        for worker in &self.workers {
            let lane_part = worker.lane_parts();
            let mut touched = vec![u32::MAX; cores.len()];
            for (id, from) in sender.iter().enumerate() {
                let Some((core, spikes)) = *from else { continue };
                if spikes == 0 {
                    continue;
                }
                for segment in worker.rows.of(id as u32) {
                    worker.rows.each_target(*segment, |lane, target| {
                        let part = &worker.parts[lane_part[usize::from(lane)]];
                        let to = part.core[usize::from(target)] as usize;
                        if to == core || touched[to] == id as u32 {
                            return;
                        }
                        touched[to] = id as u32;
                        let ((x0, y0), (x1, y1)) = (tile(core), tile(to));
                        cores[core].packets_out += spikes;
                        cores[core].hops += spikes * u64::from(x0.abs_diff(x1) + y0.abs_diff(y1));
                    });
                }
            }
        }
        cores
    }

    /// Where the time since loading went.
    pub(crate) fn cost(&self) -> Cost {
        let mut cost = Cost {
            ticks: self.workers.first().map_or(0, |w| w.clock.ticks()),
            workers: self.workers.iter().map(|w| w.clock.cost()).collect(),
            update_s: vec![0.0; self.image.objects.len()],
            delivery_s: vec![0.0; self.image.objects.len()],
        };
        for (worker, of_worker) in self.workers.iter().zip(&cost.workers) {
            let operations = worker.synaptic_operations(self.tick);
            let all: u64 = operations.iter().flatten().sum();
            let each_s = of_worker.delivery_s / all.max(1) as f64;
            for (part, operations) in worker.parts.iter().zip(&operations) {
                let update_s = part.spent.as_secs_f64() * worker.clock.tick_scale();
                let share_s = update_s / f64::from(part.layout.len().max(1));
                for ((object, ..), times) in part.layout.neurons().zip(operations) {
                    cost.update_s[object as usize] += share_s;
                    cost.delivery_s[object as usize] += each_s * *times as f64;
                }
            }
        }
        cost
    }
}
