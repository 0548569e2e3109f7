//! Loading an image and running it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam::channel::{Receiver, Sender, bounded};
use snn_chip::{Arithmetic, ChipImage, ImageObjectKind};
use snn_kernel::Simd;
use snn_numeric::Real;
use snn_result::{
    Cost, Protocol, Recorder, RunResult, Sample, SpikeHash, SynapseRecord, WorkerCost,
};

use crate::checkpoint::Checkpoint;
use crate::continuous::{join, show_states};
use crate::cost::Phase;
use crate::error::{LoadError, RunError};
use crate::exchange::{Link, Verdict, links, next};
use crate::fault::Fault;
use crate::ids::Ids;
use crate::memory;
use crate::part::{Bad, OwnedRange, Part, Place, population_kernel};
use crate::record::{Assembler, Chunk};
use crate::shares::shares;
use crate::worker::Worker;

/// Ticks between two reports of a worker, at least. Each wakes the thread that reads them, on a core that
/// some worker may need: a small network reports after [`CHUNK_STEPS`] updates of a neuron.
const CHUNK_TICKS: u64 = 100;
const CHUNK_STEPS: u64 = 1 << 20;
/// Longest window where no delay asks for a shorter one.
const LONGEST_WINDOW: u64 = 64;
/// Refractoriness is kept in 32 bits: runs end before a neuron's could overflow.
pub(crate) const LONGEST_RUN: u64 = u32::MAX as u64 - (1 << 21);

/// How an image is loaded.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Worker threads, at least 1; never more than cores in use, and at most 64.
    pub threads: usize,
    /// Refuse to load what is predicted to need more bytes.
    pub max_memory_bytes: Option<u64>,
    /// Vector instructions; a level of [`Simd::available`].
    pub simd: Simd,
    /// How neurons are updated; the bits are the same.
    pub tier: Tier,
    /// Which rows are stored; the bits are the same.
    pub rows: RowChoice,
    /// A fault planted by a test.
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            max_memory_bytes: None,
            simd: Simd::best(),
            tier: Tier::Shapes,
            rows: RowChoice::Stored,
            fault: None,
        }
    }
}

/// How neurons are updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// In one pass where the program has a known shape, else operation by operation.
    Shapes,
    /// Operation by operation.
    Blocks,
}

/// Which rows are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChoice {
    /// All; where memory does not suffice, as [`RowChoice::Regenerated`].
    Stored,
    /// Those that cannot be drawn again for every spike: needs one weight, one delay, and the rule
    /// `outdegree`, `probability` or `all_to_all`.
    Regenerated,
}

/// How far a run has come; given every hundred to thousand ticks.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Ticks run since tick 0.
    pub tick: u64,
    /// Spikes per object since tick 0.
    pub spikes: &'a [u64],
    /// Where each worker's time went.
    pub cost: &'a [WorkerCost],
}

/// What the watcher of a run wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// End the run after the current window; everything up to there is kept.
    Stop,
}

/// An image loaded on worker threads, at some tick.
#[derive(Debug)]
pub struct Emulator {
    engine: Engines,
}

#[derive(Debug)]
enum Engines {
    F64(Engine<f64>),
    F32(Engine<f32>),
}

macro_rules! with_engine {
    ($self:expr, $engine:ident => $body:expr) => {
        match $self {
            Engines::F64($engine) => $body,
            Engines::F32($engine) => $body,
        }
    };
}

impl Emulator {
    /// Expands an image into the rows of `options.threads` workers.
    ///
    /// # Errors
    /// Where it needs more memory than allowed or is too large for the engine.
    pub fn load(
        image: &ChipImage,
        protocol: &Protocol,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let engine = match image.arithmetic {
            Arithmetic::F64 => Engines::F64(Engine::load(image, protocol, options)?),
            Arithmetic::F32 => Engines::F32(Engine::load(image, protocol, options)?),
        };
        Ok(Self { engine })
    }

    /// Loads an image and continues from a checkpoint.
    ///
    /// # Errors
    /// As [`Emulator::load`], and where the checkpoint is of another network or seed.
    pub fn resume(
        image: &ChipImage,
        protocol: &Protocol,
        options: &LoadOptions,
        checkpoint: &Checkpoint,
    ) -> Result<Self, LoadError> {
        let mut emulator = Self::load(&image.at(checkpoint.tick), protocol, options)?;
        with_engine!(&mut emulator.engine, e => e.restore(checkpoint))?;
        Ok(emulator)
    }

    /// Runs `ticks` more ticks. Samples of tick 0 are taken when a run starts there. `watch` is asked now
    /// and then whether to go on.
    ///
    /// # Errors
    /// Where a state becomes NaN or infinite or the recorder fails; what was recorded before stays.
    pub fn run(
        &mut self,
        ticks: u64,
        recorder: &mut dyn Recorder,
        watch: &mut dyn FnMut(Progress<'_>) -> Control,
    ) -> Result<(), RunError> {
        with_engine!(&mut self.engine, e => e.run(ticks, recorder, watch))
    }

    /// Bytes that loading an image on so many threads will need at its peak, before anything is allocated.
    /// An image without cores stands for one whose cores are filled in the order of the text.
    pub fn predict(image: &ChipImage, threads: usize, rows: RowChoice) -> u64 {
        let real_bytes = match image.arithmetic {
            Arithmetic::F64 => 8,
            Arithmetic::F32 => 4,
        };
        memory::predict(image, real_bytes, threads, rows)
    }

    /// Ticks run since tick 0.
    pub fn tick(&self) -> u64 {
        with_engine!(&self.engine, e => e.tick)
    }

    /// What came of the run so far. Walks all rows: not for every tick.
    pub fn result(&self) -> RunResult {
        with_engine!(&self.engine, e => e.result())
    }

    /// Everything that cannot be recomputed from the image: loads under any mapping and thread count.
    pub fn checkpoint(&self) -> Checkpoint {
        with_engine!(&self.engine, e => e.save())
    }

    /// Where the time since loading went.
    pub fn cost(&self) -> Cost {
        with_engine!(&self.engine, e => e.cost())
    }

    /// Bytes held by synapses.
    pub fn synapse_bytes(&self) -> u64 {
        with_engine!(&self.engine, e => e.workers.iter().map(Worker::synapse_bytes).sum())
    }

    /// Workers in use.
    pub fn workers(&self) -> usize {
        with_engine!(&self.engine, e => e.workers.len())
    }
}

#[derive(Debug)]
pub(crate) struct Engine<T> {
    pub image: ChipImage,
    pub protocol: Protocol,
    pub ids: Ids,
    pub workers: Vec<Worker<T>>,
    pub tick: u64,
    /// Spikes up to this tick that had not arrived were lost to a reset.
    pub lost: u64,
    /// Spikes and counted spikes of runs before a restored checkpoint.
    pub before: Vec<u64>,
    pub fired: Vec<u64>,
    pub hash_before: SpikeHash,
    /// Workers that have a row for each sender, a bit each.
    destinations: Vec<u64>,
    window: u64,
    pub options: LoadOptions,
}

impl<T: Real> Engine<T> {
    pub(crate) fn load(
        image: &ChipImage,
        protocol: &Protocol,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let ids = Ids::new(image)
            .ok_or_else(|| LoadError::TooLarge("2^32 neurons and trains or more".into()))?;
        let options = &LoadOptions { rows: affordable::<T>(image, options)?, ..options.clone() };
        let shares = shares(image, options.threads.clamp(1, 64));
        let build =
            |ranges: &Vec<OwnedRange>| Worker::build(image, protocol, &ids, ranges, options);
        let built: Vec<Result<Worker<T>, LoadError>> = crossbeam::thread::scope(|scope| {
            let threads: Vec<_> =
                shares.iter().map(|ranges| scope.spawn(move |_| build(ranges))).collect();
            let join = |thread: crossbeam::thread::ScopedJoinHandle<'_, _>| match thread.join() {
                Ok(built) => built,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            threads.into_iter().map(join).collect()
        })
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let mut workers = built.into_iter().collect::<Result<Vec<_>, _>>()?;
        let window = workers.iter().filter_map(Worker::shortest_delay).min();
        let window = window.unwrap_or(LONGEST_WINDOW).min(LONGEST_WINDOW);
        let longest = workers.iter().map(Worker::longest_delay).max().unwrap_or(0);
        for (index, worker) in workers.iter_mut().enumerate() {
            worker.ring = crate::ring::SpikeRing::new(longest + window + 1);
            worker.values.remember(longest + window + 1);
            worker.index = index;
        }
        if !image.continuous.is_empty() {
            let mut ends: Vec<_> =
                workers.iter_mut().map(|w| (&mut w.values, w.parts.as_slice())).collect();
            join(&mut ends);
        }
        show_states(&mut workers, 0);
        let mut destinations = vec![0u64; ids.len()];
        for (w, worker) in workers.iter().enumerate() {
            for (id, mask) in destinations.iter_mut().enumerate() {
                *mask |= u64::from(worker.needs(id as u32)) << w;
            }
        }
        let objects = image.objects.len();
        Ok(Self {
            image: image.clone(),
            protocol: protocol.clone(),
            ids,
            workers,
            tick: 0,
            lost: 0,
            before: vec![0; objects],
            fired: vec![0; objects],
            hash_before: SpikeHash::default(),
            destinations,
            window,
            options: options.clone(),
        })
    }

    /// Runs ticks between which nothing happens.
    pub(crate) fn run_to(
        &mut self,
        end: u64,
        recorder: &mut dyn Recorder,
        watch: &mut dyn FnMut(Progress<'_>) -> Control,
    ) -> Result<(), RunError> {
        let positions = self.workers.iter().map(|w| w.taps.positions()).collect();
        let mut assembler =
            Assembler::new(&self.image, &self.protocol, &self.ids, positions, self.tick);
        let stop = AtomicBool::new(false);
        let count = self.workers.len();
        let (tick, window) = (self.tick, self.window);
        let destinations = &self.destinations;
        let fault = self.options.fault;
        let neurons: usize = self.workers.iter().flat_map(|w| &w.parts).map(Part::len).sum();
        let chunk = (CHUNK_STEPS / (neurons as u64).max(1)).clamp(CHUNK_TICKS, 10 * CHUNK_TICKS);
        let mut chunk_ends = Vec::new();
        let mut spares = Vec::new();
        let mut feeds = Vec::new();
        for _ in 0..count {
            let (send, receive) = bounded::<Chunk>(4);
            let (give, take) = bounded::<Chunk>(4);
            chunk_ends.push(receive);
            spares.push(give);
            feeds.push((send, take));
        }
        let (ids, fired) = (&self.ids, &mut self.fired);
        let workers = &mut self.workers;
        let outcome = crossbeam::thread::scope(|scope| {
            let shares = workers.iter_mut().zip(links(count)).zip(feeds).enumerate();
            let threads: Vec<_> = shares
                .map(|(index, ((worker, links), (send, spare)))| {
                    let stop = &stop;
                    let task = Task { index, links, send, spare, destinations, fault, stop, chunk };
                    scope.spawn(move |_| task.run(worker, tick, end, window))
                })
                .collect();
            let failed =
                collect(&chunk_ends, &spares, &mut assembler, ids, recorder, watch, fired, &stop);
            drop(chunk_ends);
            let mut last = (tick, Verdict::default());
            for thread in threads {
                match thread.join() {
                    Ok((reached, verdict)) => {
                        last.0 = reached;
                        last.1.merge(verdict);
                    }
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            (last, failed)
        });
        let ((reached, verdict), failed) =
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.tick = reached;
        if let Some(bad) = verdict.bad {
            return Err(self.non_finite(bad));
        }
        failed.map_err(RunError::Recorder)
    }

    pub(crate) fn sample_start(&mut self, recorder: &mut dyn Recorder) -> Result<(), RunError> {
        let positions: Vec<_> = self.workers.iter().map(|w| w.taps.positions()).collect();
        let mut records = Vec::new();
        for worker in &mut self.workers {
            worker.taps.sample(0, &worker.parts);
            worker.live.iter_mut().for_each(|live| live.record_start(&mut records));
        }
        records.sort_by_key(SynapseRecord::key);
        if !records.is_empty() {
            recorder.synapses(&records).map_err(|e| RunError::Recorder(e.0))?;
        }
        let mut next = vec![0usize; self.workers.len()];
        for (p, probe) in self.protocol.probes.iter().enumerate() {
            let mut values = vec![0.0; probe.of.len() as usize];
            for (w, worker) in self.workers.iter().enumerate() {
                let own = &worker.taps.chunk.values[next[w]..];
                for (position, value) in positions[w][p].iter().zip(own) {
                    values[*position as usize] = *value;
                }
                next[w] += positions[w][p].len();
            }
            recorder
                .samples(Sample { tick: 0, probe: p, values: &values })
                .map_err(|e| RunError::Recorder(e.0))?;
        }
        for worker in &mut self.workers {
            worker.taps.chunk.clear();
        }
        Ok(())
    }

    pub(crate) fn non_finite(&self, bad: Bad) -> RunError {
        if let Place::Synapse { source, target } = bad.place {
            let projection = &self.image.projections[bad.id as usize];
            let live = projection.live.as_ref();
            return RunError::SynapseNonFinite {
                projection: projection.name.clone(),
                index: bad.id,
                source_position: source,
                target_position: target,
                state: live.map_or(String::new(), |l| l.kernel.states[bad.state].name.clone()),
                tick: bad.tick,
                value: bad.value,
            };
        }
        let (object, index) = self.ids.of(bad.id);
        RunError::NonFinite {
            population: self.image.objects[object as usize].name.clone(),
            object,
            index,
            state: population_kernel(&self.image, object).states[bad.state].name.clone(),
            tick: bad.tick,
            value: bad.value,
        }
    }
}

/// The rows to store, so that what is predicted is allowed.
fn affordable<T: Real>(image: &ChipImage, options: &LoadOptions) -> Result<RowChoice, LoadError> {
    let Some(allowed_bytes) = options.max_memory_bytes else { return Ok(options.rows) };
    let needs = |rows| memory::predict(image, size_of::<T>() as u64, options.threads, rows);
    let needed_bytes = needs(options.rows);
    if needed_bytes <= allowed_bytes {
        return Ok(options.rows);
    }
    let needed_bytes = needed_bytes.min(needs(RowChoice::Regenerated));
    if needed_bytes <= allowed_bytes {
        return Ok(RowChoice::Regenerated);
    }
    Err(LoadError::Memory { needed_bytes, allowed_bytes })
}

/// What one worker thread needs besides its worker.
struct Task<'a> {
    index: usize,
    links: Vec<Link>,
    send: Sender<Chunk>,
    spare: Receiver<Chunk>,
    destinations: &'a [u64],
    fault: Option<Fault>,
    stop: &'a AtomicBool,
    /// Ticks between two reports.
    chunk: u64,
}

impl Task<'_> {
    /// Runs windows until `end` or until some worker wants to stop; says how far it came.
    fn run<T: Real>(
        mut self,
        worker: &mut Worker<T>,
        mut tick: u64,
        end: u64,
        window: u64,
    ) -> (u64, Verdict) {
        let mut reported = tick;
        let mut verdict = Verdict::default();
        while tick < end {
            let until = (tick + window).min(end);
            let bad = worker.run_window(tick + 1..until + 1).err();
            verdict.merge(Verdict { stop: self.stop.load(Ordering::Relaxed), bad });
            self.exchange(worker, tick + 1, until, &mut verdict);
            tick = until;
            let over = verdict.stop || verdict.bad.is_some() || tick == end;
            if over || tick - reported >= self.chunk {
                reported = tick;
                self.report(worker, tick);
            }
            if over {
                break;
            }
        }
        (tick, verdict)
    }

    fn exchange<T: Real>(
        &mut self,
        worker: &mut Worker<T>,
        first: u64,
        last: u64,
        verdict: &mut Verdict,
    ) {
        worker.clock.exchange();
        let Self { links, destinations, fault, index, .. } = self;
        let own = std::mem::take(&mut worker.own);
        for link in links.iter_mut() {
            let peer = link.peer;
            link.send(|batch| {
                let wanted = |id: u32| destinations[id as usize] >> peer & 1 == 1;
                batch.spikes.extend(own.iter().filter(|(_, id)| wanted(*id)));
                batch.verdict = *verdict;
                if let Some(values) = worker.values.outgoing.get(peer) {
                    batch.values.extend_from_slice(values);
                }
            });
        }
        for link in links.iter_mut() {
            link.receive();
            verdict.merge(link.received.verdict);
            worker.values.take(first, link.peer, &link.received.values);
        }
        if *fault == Some(Fault::LostBatch)
            && let Some(link) = links.iter_mut().find(|link| !link.received.spikes.is_empty())
        {
            link.received.spikes.clear();
            *fault = None;
        }
        let stays = |id: &u32| destinations[*id as usize] >> *index & 1 == 1;
        let mut taken = 0;
        for tick in first..=last {
            let remote = links.iter_mut().flat_map(|link| link.take(tick));
            let spikes = remote.chain(next(&own, &mut taken, tick));
            worker.take(tick, spikes.map(|(_, id)| *id).filter(stays));
        }
        worker.own = own;
        worker.clock.lap(Phase::Exchange);
    }

    fn report<T>(&self, worker: &mut Worker<T>, tick: u64) {
        let mut chunk = self.spare.try_recv().unwrap_or_default();
        chunk.fired.resize(worker.taps.chunk.fired.len(), 0);
        std::mem::swap(&mut chunk, &mut worker.taps.chunk);
        chunk.until = tick;
        chunk.cost = worker.clock.cost();
        let since = Instant::now();
        // A reader that has gone has asked for the stop itself.
        let _ = self.send.send(chunk);
        worker.clock.seldom(Phase::Handing, since);
    }
}

/// Reads the workers' chunks until all have ended. Says why the recorder failed, where it did.
#[expect(clippy::too_many_arguments, reason = "one call, the pieces of one run")]
fn collect(
    chunk_ends: &[Receiver<Chunk>],
    spares: &[Sender<Chunk>],
    assembler: &mut Assembler,
    ids: &Ids,
    recorder: &mut dyn Recorder,
    watch: &mut dyn FnMut(Progress<'_>) -> Control,
    fired: &mut [u64],
    stop: &AtomicBool,
) -> Result<(), String> {
    let mut outcome = Ok(());
    loop {
        let mut chunks = Vec::with_capacity(chunk_ends.len());
        for end in chunk_ends {
            match end.recv() {
                Ok(chunk) => chunks.push(chunk),
                Err(_) => return outcome,
            }
        }
        for chunk in &chunks {
            for (total, own) in fired.iter_mut().zip(&chunk.fired) {
                *total += own;
            }
        }
        if outcome.is_ok() {
            outcome = assembler.hand_over(ids, &chunks, recorder).map_err(|e| e.0);
        }
        let tick = chunks.first().map_or(0, |c| c.until);
        let cost: Vec<_> = chunks.iter().map(|c| c.cost).collect();
        if outcome.is_err() || watch(Progress { tick, spikes: fired, cost: &cost }) == Control::Stop
        {
            stop.store(true, Ordering::Relaxed);
        }
        for (mut chunk, spare) in chunks.into_iter().zip(spares) {
            chunk.clear();
            let _ = spare.try_send(chunk);
        }
    }
}

/// Whether an object is a population.
pub(crate) fn is_population(image: &ChipImage, object: usize) -> bool {
    matches!(image.objects[object].kind, ImageObjectKind::Population(_))
}
