//! All live synapses of a network, and when what happens to them.

use std::collections::{BTreeMap, HashSet};

use snn_connect::Live;
use snn_ir::Network;
use snn_kernel::Advance;
use snn_numeric::Real;
use snn_result::{Occasion, SynapseRecord};

use crate::live::{Around, LiveSynapse, Past, PreSpikes};
use crate::synapses::Cell;

/// A synapse by its index, and what its target gets in some tick.
pub(crate) type Sent<T> = (usize, PreSpikes, Vec<T>);

/// A state of a synapse that is no number any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bad {
    pub synapse: usize,
    pub state: usize,
    pub value: f64,
}

/// All live synapses.
pub(crate) struct Learning<'a, T> {
    pub network: &'a Network,
    pub seed: u64,
    /// Per projection, what its synapses are made of now.
    pub lives: Vec<Option<&'a Live>>,
    pub synapses: Vec<LiveSynapse<T>>,
    /// Per projection, per modulator.
    pub modulators: Vec<Vec<Past<T>>>,
    /// Steps of modulators to come: (projection, modulator) and spikes.
    pub modulating: BTreeMap<u64, BTreeMap<(usize, usize), u64>>,
    /// Who spiked in the ticks that still matter.
    pub fired: BTreeMap<u64, HashSet<Cell>>,
    /// Records by the tick in which they are due.
    pub records: BTreeMap<u64, Vec<SynapseRecord>>,
}

impl<'a, T: Real> Learning<'a, T> {
    pub(crate) fn new(network: &'a Network, seed: u64) -> Self {
        let lives = network.projections().iter().map(|p| p.projection.live.as_deref());
        let lives: Vec<Option<&Live>> = lives.collect();
        let never = |live: &Option<&Live>| {
            live.map_or(Vec::new(), |live| vec![Past::NEVER; live.kernel.modulators.len()])
        };
        let mut learning = Self {
            network,
            seed,
            synapses: Vec::new(),
            modulators: lives.iter().map(never).collect(),
            lives,
            modulating: BTreeMap::new(),
            fired: BTreeMap::new(),
            records: BTreeMap::new(),
        };
        for p in 0..learning.lives.len() {
            let made = learning.made(p, 0);
            learning.synapses.extend(made.into_iter().map(|(_, synapse)| synapse));
        }
        learning
    }

    /// What a synapse is made of now.
    pub(crate) fn live(&self, synapse: usize) -> &'a Live {
        let live = self.lives[self.synapses[synapse].projection];
        live.expect("invariant: synapses were made for live projections")
    }

    /// Runs `act` on a synapse with what it sees.
    pub(crate) fn with<O>(
        &mut self,
        synapse: usize,
        reads: &[T],
        act: impl FnOnce(&mut LiveSynapse<T>, &Around<'_, T>) -> Result<O, (usize, f64)>,
    ) -> Result<O, Bad> {
        let live = self.live(synapse);
        let p = self.synapses[synapse].projection;
        let around = Around {
            projection: &self.network.projections()[p].projection,
            live,
            seed: self.seed,
            modulators: &self.modulators[p],
            reads,
        };
        act(&mut self.synapses[synapse], &around).map_err(|(state, value)| Bad {
            synapse,
            state,
            value,
        })
    }

    /// A spike on its way to a synapse. Where the dendrite takes no time, `false`: it acts at once.
    pub(crate) fn approaches(&mut self, synapse: usize, delay: u64, spikes: PreSpikes) -> bool {
        let dendrite = u64::from(self.live(synapse).dendrite);
        if dendrite > 0 {
            let at = spikes.emitted + delay.saturating_sub(dendrite);
            if !self.lost(spikes.emitted, delay) {
                self.synapses[synapse].coming.insert(at, spikes);
            }
        }
        dendrite > 0
    }

    /// Notes the spikes of a tick, for modulators and as post spikes.
    pub(crate) fn note(&mut self, tick: u64, emitted: &[(Cell, u32)]) {
        for (p, node) in self.network.projections().iter().enumerate() {
            let Some(live) = &node.projection.live else { continue };
            for (m, source) in live.modulators.iter().enumerate() {
                let from: HashSet<Cell> = source.from.iter().collect();
                let spikes: u64 =
                    emitted.iter().filter(|(c, _)| from.contains(c)).map(|e| u64::from(e.1)).sum();
                if spikes > 0 {
                    let due = self.modulating.entry(tick + u64::from(source.delay)).or_default();
                    *due.entry((p, m)).or_default() += spikes;
                }
            }
        }
        self.fired.insert(tick, emitted.iter().map(|(cell, _)| *cell).collect());
        let longest = self.network.projections().iter().filter_map(|n| n.projection.live.as_ref());
        let longest = longest.map(|live| u64::from(live.back)).max().unwrap_or(0);
        self.fired.retain(|t, _| t + longest >= tick);
    }

    /// Synapses without a dendrite before the arrivals of a tick; the others (`late`) after all spikes.
    pub(crate) fn begin(
        &mut self,
        tick: u64,
        late: Late,
        reads: &dyn Fn(Cell, &[String]) -> Vec<T>,
    ) -> Result<(), Bad> {
        let due = self.modulating.get(&tick).cloned().unwrap_or_default();
        for s in 0..self.synapses.len() {
            let live = self.live(s);
            if (live.dendrite > 0) != (late == Late::Yes) {
                continue;
            }
            let p = self.synapses[s].projection;
            let modulated = due.keys().any(|(projection, _)| *projection == p);
            let reads = reads(self.synapses[s].target, &live.kernel.reads);
            self.with(s, &reads, |synapse, around| synapse.begin(tick, modulated, around))?;
        }
        for ((p, m), spikes) in due {
            let live = self.lives[p].expect("invariant: modulators belong to live projections");
            if (live.dendrite > 0) == (late == Late::Yes) {
                self.modulators[p][m].step(&live.kernel.modulators[m], tick, spikes);
            }
        }
        Ok(())
    }

    /// A spike at a synapse without a dendrite.
    pub(crate) fn arrive(
        &mut self,
        tick: u64,
        synapse: usize,
        spikes: PreSpikes,
    ) -> Result<Vec<T>, Bad> {
        let sent = self.with(synapse, &[], |s, around| s.pre_spikes(tick, spikes, around))?;
        self.record_pre(tick, synapse, &sent);
        Ok(sent)
    }

    /// Everything else that happens at synapses in a tick. `arrived` are those that [`Self::arrive`] was
    /// called for.
    pub(crate) fn learn(
        &mut self,
        tick: u64,
        arrived: &HashSet<usize>,
        reads: &dyn Fn(Cell, &[String]) -> Vec<T>,
    ) -> Result<Vec<Sent<T>>, Bad> {
        self.begin(tick, Late::Yes, reads)?;
        let mut all = Vec::new();
        for s in 0..self.synapses.len() {
            let live = self.live(s);
            let target = self.synapses[s].target;
            let post = tick.checked_sub(u64::from(live.back));
            let post = post.and_then(|t| self.fired.get(&t)).is_some_and(|f| f.contains(&target));
            let pre = self.synapses[s].coming.remove(&tick);
            let reads = reads(target, &live.kernel.reads);
            let sent = self.with(s, &reads, |s, around| s.learn(tick, pre, post, around))?;
            if let Some(spikes) = pre {
                self.record_pre(tick, s, &sent);
                all.push((s, spikes, sent));
            }
            self.record_end(tick, s, pre.is_some() || arrived.contains(&s), post);
        }
        self.modulating.remove(&tick);
        Ok(all)
    }

    /// What is recorded right after a pre spike.
    fn record_pre(&mut self, tick: u64, synapse: usize, sent: &[T]) {
        let after = self.synapses[synapse].after_pre.clone();
        self.record(tick, synapse, &after, |at, state, found| match at {
            Occasion::Pre => found.extend(state),
            Occasion::Sent => found.extend(sent.iter().map(|x| x.to_f64())),
            _ => {}
        });
    }

    /// What is recorded at the end of a tick.
    fn record_end(&mut self, tick: u64, synapse: usize, pre: bool, post: bool) {
        let lag = u64::from(self.live(synapse).dendrite);
        let states = self.synapses[synapse].states.clone();
        self.record(tick, synapse, &states, |at, state, found| {
            let now = match at {
                Occasion::Post => post,
                Occasion::Events => pre || post,
                _ => false,
            };
            if now {
                found.extend(state);
            }
        });
        self.sample(tick, tick + lag, synapse);
    }

    fn record(
        &mut self,
        tick: u64,
        synapse: usize,
        states: &[T],
        take: impl Fn(Occasion, Option<f64>, &mut Vec<f64>),
    ) {
        let live = self.live(synapse);
        let s = &self.synapses[synapse];
        let due = tick + u64::from(live.dendrite);
        for (probe, asked) in self.network.protocol.synapse_probes.iter().enumerate() {
            if asked.of as usize != s.projection {
                continue;
            }
            let state = live.kernel.state(&asked.variable).map(|i| states[i].to_f64());
            let mut found = Vec::new();
            take(asked.at, state, &mut found);
            let records = found.into_iter().map(|value| record(due, probe, s.place, value));
            self.records.entry(due).or_default().extend(records);
        }
    }

    /// The samples of tick `due`, which see the synapse as it is in `tick`.
    pub(crate) fn sample(&mut self, tick: u64, due: u64, synapse: usize) {
        let live = self.live(synapse);
        for (probe, asked) in self.network.protocol.synapse_probes.iter().enumerate() {
            let s = &self.synapses[synapse];
            let Occasion::Every(ticks) = asked.at else { continue };
            if asked.of as usize != s.projection || !due.is_multiple_of(ticks) {
                continue;
            }
            let around = Around {
                projection: &self.network.projections()[s.projection].projection,
                live,
                seed: self.seed,
                modulators: &self.modulators[s.projection],
                reads: &vec![T::ZERO; live.kernel.reads.len()],
            };
            let states = if matches!(live.kernel.advance, Advance::Exact(_)) {
                s.seen(tick, &around)
            } else {
                s.states.clone()
            };
            if let Some(state) = live.kernel.state(&asked.variable) {
                let found = record(due, probe, s.place, states[state].to_f64());
                self.records.entry(due).or_default().push(found);
            }
        }
    }

    /// Samples of the ticks until anything can have happened at the far end of a dendrite.
    pub(crate) fn start(&mut self) {
        for s in 0..self.synapses.len() {
            for due in 0..=u64::from(self.live(s).dendrite) {
                self.sample(0, due, s);
            }
        }
    }

    /// The records that are due in a tick, in canonical order.
    pub(crate) fn due(&mut self, tick: u64) -> Vec<SynapseRecord> {
        let mut records = self.records.remove(&tick).unwrap_or_default();
        records.sort_by_key(SynapseRecord::key);
        records
    }
}

/// Which synapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// Those with a dendrite, after all spikes of the tick.
    Yes,
    /// Those without, before the arrivals.
    No,
}

fn record(
    tick: u64,
    probe: usize,
    (source, target, ordinal): (u32, u32, u32),
    value: f64,
) -> SynapseRecord {
    SynapseRecord { tick, probe: probe as u32, source, target, ordinal, value }
}
