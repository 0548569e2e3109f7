//! What is recorded of live synapses.

use snn_kernel::{Advance, SynapseKernel};
use snn_numeric::Real;
use snn_result::{Occasion, Protocol, SynapseRecord};

use super::LiveBundle;
use super::blocks::{Group, Places, Posts, Ticks};

/// Records of a worker in the order in which they came.
pub(crate) type Records = Vec<SynapseRecord>;

/// The probes of one projection.
#[derive(Clone, Debug)]
pub(super) struct Probes {
    probes: Vec<Probe>,
}

#[derive(Clone, Copy, Debug)]
struct Probe {
    /// Index in the protocol.
    index: u32,
    /// The state; any where what is sent is recorded.
    state: usize,
    at: Occasion,
}

impl Probes {
    pub(super) fn new(protocol: &Protocol, projection: usize, kernel: &SynapseKernel) -> Self {
        let own = protocol.synapse_probes.iter().enumerate();
        let own = own.filter(|(_, probe)| probe.of as usize == projection);
        let probe = |(index, probe): (usize, &snn_result::SynapseProbe)| Probe {
            index: index as u32,
            state: kernel.state(&probe.variable).unwrap_or(0),
            at: probe.at,
        };
        Self { probes: own.map(probe).collect() }
    }

    /// Whether post spikes are recorded.
    pub(super) fn see_post(&self) -> bool {
        self.probes.iter().any(|probe| matches!(probe.at, Occasion::Post | Occasion::Events))
    }

    /// Whether what is sent is recorded.
    pub(super) fn see_sent(&self) -> bool {
        self.probes.iter().any(|probe| probe.at == Occasion::Sent)
    }

    /// Whether something is recorded at the end of a tick.
    pub(super) fn watch(&self, tick: u64) -> bool {
        self.probes.iter().any(|probe| match probe.at {
            Occasion::Post | Occasion::Events => true,
            Occasion::Every(ticks) => tick.is_multiple_of(ticks),
            Occasion::Pre | Occasion::Sent => false,
        })
    }
}

impl<T: Real> LiveBundle<T> {
    /// What is recorded of so many synapses from the first on, right after a pre spike.
    pub(super) fn record_pre(
        &self,
        tick: u64,
        (first, len): (usize, usize),
        records: &mut Records,
    ) {
        for probe in &self.probes.probes {
            match probe.at {
                Occasion::Pre => {
                    let synapses = first..first + len;
                    let value = |synapse: usize| self.states[probe.state][synapse];
                    records.extend(synapses.map(|s| self.record(tick, probe.index, s, value(s))));
                }
                Occasion::Sent => {
                    let sent = self.buffers.sent.iter().enumerate();
                    records.extend(
                        sent.map(|(i, x)| self.record(tick, probe.index, first + i % len, *x)),
                    );
                }
                _ => {}
            }
        }
    }

    /// A state of a synapse at the end of a tick up to which it has been brought; nothing changes.
    fn seen(&mut self, synapse: usize, row: usize, state: usize, tick: u64) -> T {
        let programs = self.programs.clone();
        let (Advance::Exact(_), Some(advance)) = (&self.live.kernel.advance, &programs.advance)
        else {
            return self.states[state][synapse];
        };
        let then = u64::from(self.visited[synapse]);
        if tick <= then {
            return self.states[state][synapse];
        }
        let view = Ticks::One(then);
        let (places, now) = (&[synapse as u32], Ticks::One(tick));
        let (places, posts) = (Places::List(places), Posts::Until(view));
        let group = Group { places, view, now, posts, event: None, after: None };
        let taken = std::mem::take(&mut self.rows[row]);
        let value = self.peek(advance, taken.traces_now(), group, state);
        self.rows[row] = taken;
        value
    }

    /// What is recorded at the end of a tick, of synapses that have been brought to `horizon`.
    pub(super) fn record_end(&mut self, tick: u64, horizon: u64, records: &mut Records) {
        let first = self.since + u64::from(self.live.dendrite);
        for i in 0..self.probes.probes.len() {
            let Probe { index, state, at } = self.probes.probes[i];
            for row in 0..self.rows.len() {
                let pre = self.rows[row].pre_at == horizon && horizon > 0;
                let (start, len) = (self.rows[row].start, self.rows[row].len);
                for synapse in start..start + len {
                    let post = || self.history.has(u32::from(self.targets[synapse]), horizon);
                    let now = match at {
                        Occasion::Post => tick > first && post(),
                        Occasion::Events => tick > first && (pre || post()),
                        Occasion::Every(ticks) => tick.is_multiple_of(ticks),
                        Occasion::Pre | Occasion::Sent => false,
                    };
                    if !now {
                        continue;
                    }
                    let value = match at {
                        Occasion::Every(_) => self.seen(synapse, row, state, horizon),
                        _ => self.states[state][synapse],
                    };
                    records.push(self.record(tick, index, synapse, value));
                }
            }
        }
    }

    /// The samples of tick 0.
    pub(crate) fn record_start(&mut self, records: &mut Records) {
        if self.probes.watch(0) {
            self.record_end(0, 0, records);
        }
    }

    fn record(&self, tick: u64, probe: u32, synapse: usize, value: T) -> SynapseRecord {
        let (source, target, ordinal) = self.seeds[synapse].key();
        SynapseRecord { tick, probe, source, target, ordinal, value: value.to_f64() }
    }
}
