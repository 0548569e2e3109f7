//! Ticks, one after the other, in the phases of `spec/semantics.md`.

use std::collections::{BTreeMap, HashMap, HashSet};

use snn_chip::Arithmetic;
use snn_ir::{Network, ObjectId, ObjectKind};
use snn_kernel::{DrawKey, Leaps, NeuronKernel, Refractory};
use snn_numeric::{Purpose, Real};
use snn_result::{Recorder, RecorderError, RunResult, Sample, Spike, SpikeHash};
use thiserror::Error;

use crate::continuous::Joints;
use crate::learning::{Bad, Late, Learning};
use crate::live::PreSpikes;
use crate::synapses::{Cell, Wire, projections, wires};
use crate::trains::Train;

/// A run that ended early.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ReferenceError {
    /// A state became NaN or infinite.
    #[error("state {state} of {population}[{index}] became {value} in tick {tick}")]
    NonFinite {
        /// Name of the population.
        population: String,
        /// Index of the neuron.
        index: u32,
        /// The state.
        state: String,
        /// The tick.
        tick: u64,
        /// What it became.
        value: f64,
    },
    /// A state of a synapse became NaN or infinite.
    #[error(
        "state {state} of the synapse from {source_position} to {target_position} of {projection} \
         became {value} in tick {tick}"
    )]
    SynapseNonFinite {
        /// Name of the projection.
        projection: String,
        /// Position of the source in its sources.
        source_position: u32,
        /// Position of the target in its targets.
        target_position: u32,
        /// The state.
        state: String,
        /// The tick.
        tick: u64,
        /// What it became.
        value: f64,
    },
    /// The recorder failed.
    #[error("{}", .0.0)]
    Recorder(RecorderError),
}

/// Runs the whole protocol of a network in its chip's arithmetic.
///
/// # Errors
/// Where a state becomes NaN or infinite, or the recorder fails.
pub fn interpret(
    network: &Network,
    recorder: &mut dyn Recorder,
) -> Result<RunResult, ReferenceError> {
    let ticks = network.protocol.warmup_ticks + network.protocol.run_ticks;
    match network.arithmetic {
        Arithmetic::F64 => {
            let mut interpreter = Interpreter::<f64>::new(network);
            interpreter.run(ticks, recorder)?;
            Ok(interpreter.result())
        }
        Arithmetic::F32 => {
            let mut interpreter = Interpreter::<f32>::new(network);
            interpreter.run(ticks, recorder)?;
            Ok(interpreter.result())
        }
    }
}

/// A network at some tick.
pub struct Interpreter<'a, T> {
    pub(crate) network: &'a Network,
    pub(crate) seed: u64,
    pub(crate) tick: u64,
    pub(crate) wires: HashMap<Cell, Vec<Wire>>,
    trains: Vec<(Cell, Train)>,
    pub(crate) populations: Vec<Population<'a, T>>,
    /// What arrives when.
    pub(crate) pending: BTreeMap<u64, Vec<Arrival<T>>>,
    pub(crate) learning: Learning<'a, T>,
    /// Synapses without a dendrite at which spikes arrived in this tick.
    arrived: HashSet<usize>,
    pub(crate) joints: Joints<T>,
    result: RunResult,
}

pub(crate) struct Population<'a, T> {
    pub object: u32,
    pub kernel: &'a NeuronKernel,
    /// Per neuron: states, then columns.
    pub values: Vec<Vec<T>>,
    /// Per neuron: first tick in which it is no longer refractory. Where neurons are updated at events only,
    /// `values` are those of the end of the tick before.
    pub until: Vec<u64>,
    /// What such neurons become between events.
    leaps: Option<Leaps<T>>,
    /// The tick after which all neurons began.
    begun: u64,
}

impl<T: Real> Population<'_, T> {
    /// A state of a neuron at the end of a tick.
    fn state(&self, neuron: usize, state: usize, tick: u64) -> T {
        let value = self.values[neuron][state];
        match &self.leaps {
            Some(leaps) => {
                let ticks = (tick + 1).saturating_sub(self.until[neuron]);
                leaps.after(state, value, ticks as u32)
            }
            None => value,
        }
    }

    /// Whether a neuron does nothing in a tick, `arrives` saying whether something arrives at it.
    fn is_idle(&self, neuron: usize, tick: u64, arrives: bool) -> bool {
        let event = arrives || tick == self.begun + 1;
        self.leaps.is_some() && (!event || tick < self.until[neuron])
    }

    /// All neurons have just begun, after a tick.
    pub(crate) fn begin(&mut self, tick: u64) {
        self.begun = tick;
        self.until.fill(if self.leaps.is_some() { tick + 1 } else { 0 });
    }
}

/// One weight on its way. Ordered as sums are.
#[derive(Clone, Debug)]
pub(crate) struct Arrival<T> {
    emitted: u64,
    pub sender: Cell,
    pub wire: Wire,
    times: u32,
    /// What a live synapse has sent already.
    sent: Option<Vec<T>>,
}

impl<'a, T: Real> Interpreter<'a, T> {
    /// The network at tick 0.
    pub fn new(network: &'a Network) -> Self {
        let seed = network.protocol.seed;
        let mut trains = Vec::new();
        let mut populations = Vec::new();
        for (ObjectId(object), o) in network.objects() {
            match &o.kind {
                ObjectKind::Source(source) => {
                    let train = |i| ((object, i), Train::new(source, o.key, seed, i));
                    trains.extend((0..o.size).map(train));
                }
                ObjectKind::Population(kernel) => {
                    let start = |index| {
                        kernel.start(seed, o.key, index).into_iter().map(T::from_f64).collect()
                    };
                    let mut population = Population {
                        object,
                        kernel,
                        values: (0..o.size).map(start).collect(),
                        until: vec![0; o.size as usize],
                        leaps: kernel.leap.as_ref().map(Leaps::new),
                        begun: 0,
                    };
                    population.begin(0);
                    populations.push(population);
                }
            }
        }
        let objects = network.objects().len();
        Self {
            network,
            seed,
            tick: 0,
            wires: wires(&projections(network, 0), seed),
            trains,
            populations,
            pending: BTreeMap::new(),
            learning: Learning::new(network, seed),
            arrived: HashSet::new(),
            joints: Joints::new(network, seed),
            result: RunResult {
                spikes: vec![0; objects],
                counted_spikes: vec![0; objects],
                synaptic_operations: vec![0; objects],
                hash: SpikeHash::default(),
                ..RunResult::default()
            },
        }
    }

    /// Runs some ticks more.
    ///
    /// # Errors
    /// As [`interpret`].
    pub fn run(&mut self, ticks: u64, recorder: &mut dyn Recorder) -> Result<(), ReferenceError> {
        if self.tick == 0 {
            self.sample(recorder)?;
            self.learning.start();
            self.record_synapses(recorder)?;
        }
        for _ in 0..ticks {
            self.cross()?;
            self.keep();
            self.tick += 1;
            let emitted = self.sources();
            self.begin()?;
            let input = self.arrivals()?;
            let spikes = self.neurons(&input)?;
            self.record(&emitted, &spikes, recorder)?;
            let all: Vec<_> =
                emitted.into_iter().chain(spikes.into_iter().map(|c| (c, 1))).collect();
            for (cell, times) in &all {
                self.send(*cell, *times);
            }
            self.learn(&all)?;
            self.sample(recorder)?;
            self.record_synapses(recorder)?;
        }
        self.result.ticks = self.tick;
        Ok(())
    }

    /// What came of the run so far.
    pub fn result(self) -> RunResult {
        self.result
    }

    /// DRIVE: spikes of sources stamped this tick.
    fn sources(&mut self) -> Vec<(Cell, u32)> {
        let tick = self.tick;
        let spikes = self.trains.iter_mut().map(|(cell, train)| (*cell, train.spikes(tick)));
        spikes.filter(|(_, times)| *times > 0).collect()
    }

    fn send(&mut self, sender: Cell, times: u32) {
        for wire in self.wires.get(&sender).into_iter().flatten() {
            let emitted = self.tick;
            if let Some(synapse) = wire.live
                && self.learning.approaches(synapse, wire.delay, PreSpikes { emitted, times })
            {
                continue;
            }
            let arrival = Arrival { emitted, sender, wire: *wire, times, sent: None };
            self.pending.entry(emitted + wire.delay).or_default().push(arrival);
        }
    }

    /// Synapses without a dendrite, before anything arrives.
    fn begin(&mut self) -> Result<(), ReferenceError> {
        let begun = self.learning.begin(self.tick, Late::No, &|_, _| Vec::new());
        begun.map_err(|bad| self.broken(bad))
    }

    /// LEARN: what happens at synapses after the spikes of a tick.
    fn learn(&mut self, emitted: &[(Cell, u32)]) -> Result<(), ReferenceError> {
        let tick = self.tick;
        self.learning.note(tick, emitted);
        let populations = &self.populations;
        let reads = |(object, index): Cell, names: &[String]| {
            let population = populations.iter().find(|p| p.object == object);
            let value = |name: &String| {
                let population = population?;
                Some(population.values[index as usize][population.kernel.state(name)?])
            };
            names.iter().map(|name| value(name).unwrap_or(T::ZERO)).collect::<Vec<T>>()
        };
        let arrived = std::mem::take(&mut self.arrived);
        let sent = self.learning.learn(tick, &arrived, &reads);
        for (synapse, spikes, sent) in sent.map_err(|bad| self.broken(bad))? {
            let place = &self.learning.synapses[synapse];
            let projection = &self.network.projections()[place.projection].projection;
            let sender = projection.connector.sources.at(place.place.0);
            let dendrite = projection.live.as_ref().map_or(0, |live| u64::from(live.dendrite));
            let wire = Wire {
                projection: place.projection,
                ordinal: place.place.2,
                target: place.target,
                receptor: place.receptor,
                weight: f64::NAN,
                delay: 0,
                uniform: false,
                live: Some(synapse),
            };
            let PreSpikes { emitted, times } = spikes;
            let arrival = Arrival { emitted, sender, wire, times, sent: Some(sent) };
            self.pending.entry(tick + dendrite).or_default().push(arrival);
        }
        Ok(())
    }

    pub(crate) fn broken(&self, Bad { synapse, state, value }: Bad) -> ReferenceError {
        let synapse = &self.learning.synapses[synapse];
        let projection = &self.network.projections()[synapse.projection].projection;
        let live = projection.live.as_ref();
        ReferenceError::SynapseNonFinite {
            projection: projection.name.clone(),
            source_position: synapse.place.0,
            target_position: synapse.place.1,
            state: live.map_or(String::new(), |live| live.kernel.states[state].name.clone()),
            tick: self.tick,
            value,
        }
    }

    fn record_synapses(&mut self, recorder: &mut dyn Recorder) -> Result<(), ReferenceError> {
        let due = self.learning.due(self.tick);
        if due.is_empty() {
            return Ok(());
        }
        recorder.synapses(&due).map_err(ReferenceError::Recorder)
    }

    /// The sums that arrive in this tick, by (neuron, receptor).
    fn arrivals(&mut self) -> Result<HashMap<(Cell, u16), T>, ReferenceError> {
        let mut arrivals = self.pending.remove(&self.tick).unwrap_or_default();
        arrivals.sort_by_key(|a| (a.emitted, a.sender, a.wire.projection, a.wire.ordinal));
        let mut sums: HashMap<(Cell, u16), T> = HashMap::new();
        let mut counts: BTreeMap<(Cell, u16, usize), (f64, u64)> = BTreeMap::new();
        for a in &arrivals {
            let object = a.wire.target.0 as usize;
            self.result.synaptic_operations[object] += u64::from(a.times);
            let place = (a.wire.target, a.wire.receptor);
            if a.wire.uniform && a.wire.live.is_none() {
                let key = (place.0, place.1, a.wire.projection);
                counts.entry(key).or_insert((a.wire.weight, 0)).1 += u64::from(a.times);
                continue;
            }
            let sent = match (a.wire.live, &a.sent) {
                (Some(_), Some(sent)) => Some(sent.clone()),
                (Some(synapse), None) => {
                    self.arrived.insert(synapse);
                    let spikes = PreSpikes { emitted: a.emitted, times: a.times };
                    let sent = self.learning.arrive(self.tick, synapse, spikes);
                    Some(sent.map_err(|bad| self.broken(bad))?)
                }
                (None, _) => None,
            };
            if let Some(sent) = sent {
                let sum = sums.entry(place).or_insert(T::ZERO);
                sent.into_iter().for_each(|value| *sum = *sum + value);
                continue;
            }
            let mut weight = T::from_f64(a.wire.weight);
            if a.times > 1 {
                weight = weight * T::from_f64(f64::from(a.times));
            }
            let sum = sums.entry(place).or_insert(T::ZERO);
            *sum = *sum + weight;
        }
        for ((cell, receptor, _), (weight, n)) in counts {
            let sum = sums.entry((cell, receptor)).or_insert(T::ZERO);
            *sum = *sum + T::from_f64(weight) * T::from_f64(n as f64);
        }
        Ok(sums)
    }

    /// ADVANCE to RESET of every neuron; the spikes of the tick.
    fn neurons(&mut self, input: &HashMap<(Cell, u16), T>) -> Result<Vec<Cell>, ReferenceError> {
        let tick = self.tick;
        let mut spikes = Vec::new();
        for p in 0..self.populations.len() {
            let currents = self.currents(p);
            let network = self.network;
            let population = &mut self.populations[p];
            let kernel = population.kernel;
            let object = network.object(ObjectId(population.object));
            for index in 0..object.size {
                let n = index as usize;
                let cell = (population.object, index);
                let arrives = (0..kernel.receptors.len() as u16)
                    .any(|receptor| input.contains_key(&(cell, receptor)));
                if population.is_idle(n, tick, arrives) {
                    continue;
                }
                let mut inputs: Vec<T> = (0..kernel.states.len())
                    .map(|state| population.state(n, state, tick - 1))
                    .collect();
                inputs.extend(&population.values[n][kernel.states.len()..]);
                for receptor in 0..kernel.receptors.len() {
                    let sum = input.get(&(cell, receptor as u16));
                    inputs.push(sum.copied().unwrap_or(T::ZERO));
                }
                inputs.extend(&currents[n]);
                if kernel.refractory.is_some() {
                    let refractory = tick < population.until[n];
                    inputs.push(if refractory { T::ONE } else { T::ZERO });
                }
                let key = DrawKey {
                    seed: self.seed,
                    object: object.key,
                    purpose: Purpose::NeuronDraw,
                    counter: [index, tick as u32, (tick >> 32) as u32],
                };
                let mut out = vec![T::ZERO; kernel.step.outputs.len()];
                kernel.step.eval(&inputs, &key, &mut Vec::new(), &mut out);
                for (state, slot) in kernel.states.iter().enumerate() {
                    if !out[state].is_finite() {
                        return Err(ReferenceError::NonFinite {
                            population: object.name.clone(),
                            index,
                            state: slot.name.clone(),
                            tick,
                            value: out[state].to_f64(),
                        });
                    }
                    population.values[n][state] = out[state];
                }
                if population.leaps.is_some() {
                    population.until[n] = tick + 1;
                }
                if out[kernel.spike_output()] != T::ZERO {
                    spikes.push(cell);
                    let ticks = match kernel.refractory {
                        None => continue,
                        Some(Refractory::Ticks(ticks)) => u64::from(ticks),
                        Some(Refractory::Column(c)) => {
                            population.values[n][kernel.states.len() + c as usize].to_f64() as u64
                        }
                    };
                    population.until[n] = tick + ticks + 1;
                }
            }
        }
        Ok(spikes)
    }

    /// Injected currents of a population's neurons in this tick, summed in declaration order.
    fn currents(&self, p: usize) -> Vec<Vec<T>> {
        let population = &self.populations[p];
        let inputs = population.kernel.inputs.len();
        let mut currents = vec![vec![T::ZERO; inputs]; population.values.len()];
        for inject in &self.network.protocol.injects {
            if inject.from_tick <= self.tick && self.tick < inject.to_tick {
                for (segment, input) in inject.targets.segments().iter().zip(&inject.inputs) {
                    if segment.object != population.object {
                        continue;
                    }
                    for index in segment.start..segment.start + segment.len {
                        let current = &mut currents[index as usize][*input as usize];
                        *current = *current + T::from_f64(inject.wave.at(self.tick));
                    }
                }
            }
        }
        self.joints.add(self.tick, population.object, &mut currents);
        currents
    }

    /// Keeps all states for those who see them later.
    fn keep(&mut self) {
        let states = self.populations.iter().flat_map(|p| {
            let object = p.object;
            (0..).zip(&p.values).map(move |(index, values)| ((object, index), values.clone()))
        });
        self.joints.keep(self.tick, states);
    }

    fn record(
        &mut self,
        emitted: &[(Cell, u32)],
        spikes: &[Cell],
        recorder: &mut dyn Recorder,
    ) -> Result<(), ReferenceError> {
        let protocol = &self.network.protocol;
        let tick = self.tick;
        for (object, index) in spikes {
            let key = self.network.object(ObjectId(*object)).key;
            self.result.hash.add(key, *index, tick);
            self.result.spikes[*object as usize] += 1;
            if tick > protocol.warmup_ticks {
                self.result.counted_spikes[*object as usize] += 1;
            }
        }
        let recorded = |cell: &Cell| {
            let mut segments = protocol.record_spikes.iter().flat_map(|s| s.segments());
            segments.any(|s| s.object == cell.0 && (s.start..s.start + s.len).contains(&cell.1))
        };
        let mut taken = Vec::new();
        for (cell, times) in emitted.iter().copied().chain(spikes.iter().map(|c| (*c, 1))) {
            if recorded(&cell) {
                let spike = Spike { tick, object: cell.0, index: cell.1 };
                taken.extend(std::iter::repeat_n(spike, times as usize));
            }
        }
        taken.sort_unstable();
        if taken.is_empty() {
            return Ok(());
        }
        recorder.spikes(&taken).map_err(ReferenceError::Recorder)
    }

    fn sample(&mut self, recorder: &mut dyn Recorder) -> Result<(), ReferenceError> {
        for (p, probe) in self.network.protocol.probes.iter().enumerate() {
            if !self.tick.is_multiple_of(probe.every_ticks.max(1)) {
                continue;
            }
            let value = |(object, index): Cell| {
                let population = self.populations.iter().find(|p| p.object == object)?;
                let state = population.kernel.state(&probe.variable)?;
                Some(population.state(index as usize, state, self.tick).to_f64())
            };
            let values: Vec<f64> = probe.of.iter().map(|c| value(c).unwrap_or(f64::NAN)).collect();
            let sample = Sample { tick: self.tick, probe: p, values: &values };
            recorder.samples(sample).map_err(ReferenceError::Recorder)?;
        }
        Ok(())
    }
}
