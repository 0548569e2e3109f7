//! What workers tell the thread that runs them: recorded spikes, samples and counts, a chunk of ticks
//! at a time.

use snn_chip::{ChipImage, ImageObjectKind};
use snn_connect::Selection;
use snn_numeric::Real;
use snn_result::{Protocol, Recorder, RecorderError, Sample, Spike, SynapseRecord, WorkerCost};

use crate::ids::Ids;
use crate::live::Records;
use crate::part::Part;
use crate::ring::Emission;
use crate::trains::Trains;

/// What one worker has to tell about some ticks.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Last tick it covers.
    pub until: u64,
    pub spikes: Vec<Spike>,
    /// (tick, probe) of each sample taken.
    pub samples: Vec<(u64, usize)>,
    /// Values of those samples, one after the other.
    pub values: Vec<f64>,
    /// Recorded values of synapses.
    pub records: Records,
    /// Spikes fired per object.
    pub fired: Vec<u64>,
    /// Where the worker's time went so far.
    pub cost: WorkerCost,
}

impl Chunk {
    pub(crate) fn clear(&mut self) {
        self.spikes.clear();
        self.samples.clear();
        self.values.clear();
        self.records.clear();
        self.fired.fill(0);
    }
}

/// One worker's recording.
#[derive(Debug)]
pub(crate) struct Taps {
    pub chunk: Chunk,
    /// Spikes per object after the warm-up.
    pub counted: Vec<u64>,
    warmup: u64,
    /// Per part: object and whether recorded, per neuron.
    neurons: Vec<Vec<Tapped>>,
    probes: Vec<ProbeTap>,
}

#[derive(Clone, Copy, Debug)]
struct Tapped {
    object: u32,
    index: u32,
    recorded: bool,
}

#[derive(Debug)]
struct ProbeTap {
    every: u64,
    /// (position in the selection, part, state, neuron).
    sites: Vec<(u32, usize, usize, usize)>,
}

impl Taps {
    pub(crate) fn new<T: Real>(
        image: &ChipImage,
        protocol: &Protocol,
        ids: &Ids,
        parts: &[Part<T>],
    ) -> Self {
        let mut recorded = vec![false; ids.len()];
        for (object, index) in protocol.record_spikes.iter().flat_map(Selection::iter) {
            recorded[ids.id(object, index) as usize] = true;
        }
        let mut neurons = Vec::new();
        for part in parts {
            let tapped = part.layout.neurons().map(|(object, index, _)| Tapped {
                object,
                index,
                recorded: recorded[ids.id(object, index) as usize],
            });
            neurons.push(tapped.collect());
        }
        let place = |object, index| {
            let at = |(p, part): (usize, &Part<T>)| Some((p, part.layout.find(object, index)?));
            parts.iter().enumerate().find_map(at)
        };
        let probes = protocol.probes.iter().map(|probe| {
            let mut sites = Vec::new();
            for (position, (object, index)) in probe.of.iter().enumerate() {
                if let Some((p, n)) = place(object, index)
                    && let Some(state) =
                        crate::part::population_kernel(image, object).state(&probe.variable)
                {
                    sites.push((position as u32, p, state, n));
                }
            }
            ProbeTap { every: probe.every_ticks.max(1), sites }
        });
        let objects = image.objects.len();
        Self {
            chunk: Chunk { fired: vec![0; objects], ..Chunk::default() },
            counted: vec![0; objects],
            warmup: protocol.warmup_ticks,
            probes: probes.collect(),
            neurons,
        }
    }

    #[inline]
    pub(crate) fn spike(&mut self, tick: u64, part: usize, neuron: usize) {
        let Tapped { object, index, recorded } = self.neurons[part][neuron];
        self.chunk.fired[object as usize] += 1;
        if tick > self.warmup {
            self.counted[object as usize] += 1;
        }
        if recorded {
            self.chunk.spikes.push(Spike { tick, object, index });
        }
    }

    pub(crate) fn sample<T: Real>(&mut self, tick: u64, parts: &[Part<T>]) {
        for (p, probe) in self.probes.iter().enumerate() {
            if !tick.is_multiple_of(probe.every) {
                continue;
            }
            self.chunk.samples.push((tick, p));
            let value = |&(_, part, state, neuron): &(u32, usize, usize, usize)| {
                let parts: &[Part<T>] = parts;
                parts[part].state(neuron, state, tick).to_f64()
            };
            self.chunk.values.extend(probe.sites.iter().map(value));
        }
    }

    /// Positions of each probe that this worker fills, in the order of its values.
    pub(crate) fn positions(&self) -> Vec<Vec<u32>> {
        self.probes.iter().map(|p| p.sites.iter().map(|s| s.0).collect()).collect()
    }
}

/// Puts the workers' chunks together and hands them to the recorder in canonical order.
#[derive(Debug)]
pub(crate) struct Assembler {
    /// Per worker, per probe: positions.
    positions: Vec<Vec<Vec<u32>>>,
    /// Values of one sample.
    values: Vec<Vec<f64>>,
    /// Recorded sources: whether each id is recorded, and their trains.
    sources: Vec<Trains>,
    spikes: Vec<Spike>,
    records: Records,
    emissions: Vec<Emission>,
    /// Last tick handed over.
    tick: u64,
}

impl Assembler {
    pub(crate) fn new(
        image: &ChipImage,
        protocol: &Protocol,
        ids: &Ids,
        positions: Vec<Vec<Vec<u32>>>,
        tick: u64,
    ) -> Self {
        let values = protocol.probes.iter().map(|p| vec![0.0; p.of.len() as usize]).collect();
        let mut wanted: Vec<Vec<u32>> = vec![Vec::new(); image.objects.len()];
        for (object, index) in protocol.record_spikes.iter().flat_map(Selection::iter) {
            wanted[object as usize].push(index);
        }
        let mut sources = Vec::new();
        for (object, mut indices) in wanted.into_iter().enumerate() {
            let o = &image.objects[object];
            let ImageObjectKind::Source(source) = &o.kind else { continue };
            indices.sort_unstable();
            indices.dedup();
            if !indices.is_empty() {
                let first = ids.id(object as u32, 0);
                sources.push(Trains::new(source, o.key, image.seed, first, indices, tick));
            }
        }
        Self {
            positions,
            values,
            sources,
            spikes: Vec::new(),
            records: Vec::new(),
            emissions: Vec::new(),
            tick,
        }
    }

    /// Hands over one chunk of each worker; all cover the same ticks.
    pub(crate) fn hand_over(
        &mut self,
        ids: &Ids,
        chunks: &[Chunk],
        recorder: &mut dyn Recorder,
    ) -> Result<(), RecorderError> {
        let until = chunks.iter().map(|c| c.until).max().unwrap_or(self.tick);
        self.spikes.clear();
        for chunk in chunks {
            self.spikes.extend_from_slice(&chunk.spikes);
        }
        for tick in self.tick + 1..=until {
            self.emissions.clear();
            for source in &mut self.sources {
                source.emit(tick, &mut self.emissions);
            }
            for emission in &self.emissions {
                let (object, index) = ids.of(emission.id);
                let spike = Spike { tick, object, index };
                self.spikes.extend(std::iter::repeat_n(spike, emission.times as usize));
            }
        }
        self.tick = until;
        self.spikes.sort_unstable();
        if !self.spikes.is_empty() {
            recorder.spikes(&self.spikes)?;
        }
        self.records.clear();
        for chunk in chunks {
            self.records.extend_from_slice(&chunk.records);
        }
        self.records.sort_by_key(SynapseRecord::key);
        if !self.records.is_empty() {
            recorder.synapses(&self.records)?;
        }
        let mut next = vec![0usize; chunks.len()];
        let samples = chunks.first().map_or(&[] as &[_], |c| &c.samples);
        for (tick, probe) in samples.iter().copied() {
            let values = &mut self.values[probe];
            for (w, chunk) in chunks.iter().enumerate() {
                let positions = &self.positions[w][probe];
                for (position, value) in positions.iter().zip(&chunk.values[next[w]..]) {
                    values[*position as usize] = *value;
                }
                next[w] += positions.len();
            }
            recorder.samples(Sample { tick, probe, values })?;
        }
        Ok(())
    }
}
