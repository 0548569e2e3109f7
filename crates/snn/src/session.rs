//! A network running on an emulated chip.

use snn_connect::Selection;
use snn_emulator::{Checkpoint, Control, Emulator, LoadError, LoadOptions, Progress, RunError};
use snn_map::{Mapping, assemble};
use snn_result::{
    Cost, Expectation, Protocol, Recorder, RecorderError, RunResult, Sample, Spike, SynapseRecord,
    Tally, Verdict, Window,
};
use thiserror::Error;

use crate::Compiled;

/// Why a session cannot begin or go on.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SessionError {
    /// The image cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The run ended early.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A loaded network at some tick.
#[derive(Debug)]
pub struct Session {
    emulator: Emulator,
    protocol: Protocol,
    /// Spikes that expectations measure, in canonical order.
    measured: Vec<Spike>,
    measured_by: Vec<Selection>,
    /// What they measure of synapses.
    tallies: Vec<Tally>,
    /// Expectations measure the ticks after this one: warm-up, and what a continued run did not see.
    measured_after: u64,
}

impl Session {
    /// Loads a compiled network under a mapping, at tick 0 or where a checkpoint left off.
    ///
    /// # Errors
    /// Where it is too large, or the checkpoint is of another network.
    pub fn new(
        compiled: &Compiled,
        mapping: &Mapping,
        options: &LoadOptions,
        from: Option<&Checkpoint>,
    ) -> Result<Self, SessionError> {
        let image = assemble(&compiled.network, &compiled.chip, mapping);
        debug_assert_eq!(image.verify(), Ok(()));
        let protocol = compiled.network.protocol.clone();
        let mut measured_by = Vec::new();
        let mut synapses = Vec::new();
        for expectation in &protocol.expectations {
            expectation.measure.selections(&mut measured_by);
            expectation.measure.synapses(&mut synapses);
        }
        let tallies: Vec<Tally> = synapses.into_iter().map(Tally::new).collect();
        measured_by.extend(protocol.labelling.iter().map(|labelling| labelling.of.clone()));
        let mut asked = protocol.clone();
        asked.record_spikes.extend(measured_by.iter().cloned());
        asked.synapse_probes.extend(tallies.iter().map(|tally| tally.of.probe()));
        let emulator = match from {
            Some(checkpoint) => Emulator::resume(&image, &asked, options, checkpoint)?,
            None => Emulator::load(&image, &asked, options)?,
        };
        let measured_after = protocol.warmup_ticks.max(emulator.tick());
        let measured = Vec::new();
        Ok(Self { emulator, protocol, measured, measured_by, tallies, measured_after })
    }

    /// Runs `ticks` more ticks. The recorder gets what the protocol records.
    ///
    /// # Errors
    /// Where a state becomes NaN or infinite, or the recorder fails.
    pub fn run(
        &mut self,
        ticks: u64,
        recorder: &mut dyn Recorder,
        watch: &mut dyn FnMut(Progress<'_>) -> Control,
    ) -> Result<(), SessionError> {
        let mut split = Split {
            recorder,
            recorded: &self.protocol.record_spikes,
            measured_by: &self.measured_by,
            measured: &mut self.measured,
            probes: self.protocol.synapse_probes.len(),
            tallies: &mut self.tallies,
            after: self.measured_after,
            taken: Vec::new(),
        };
        Ok(self.emulator.run(ticks, &mut split, watch)?)
    }

    /// Ticks run since tick 0.
    pub fn tick(&self) -> u64 {
        self.emulator.tick()
    }

    /// What came of the run so far.
    pub fn result(&self) -> RunResult {
        self.emulator.result()
    }

    /// Everything needed to go on later, under any mapping and number of threads.
    pub fn checkpoint(&self) -> Checkpoint {
        self.emulator.checkpoint()
    }

    /// Where the time since loading went.
    pub fn cost(&self) -> Cost {
        self.emulator.cost()
    }

    /// Bytes held by synapses.
    pub fn synapse_bytes(&self) -> u64 {
        self.emulator.synapse_bytes()
    }

    /// Worker threads in use.
    pub fn workers(&self) -> usize {
        self.emulator.workers()
    }

    /// What was answered in each trial that is complete; none where the experiment has no labels.
    pub fn answers(&self) -> Option<Vec<Option<u32>>> {
        let labelling = self.protocol.labelling.as_ref()?;
        Some(labelling.answers(&self.measured, self.emulator.tick()))
    }

    /// The values of the columns of a sweep's table, in the units they are shown in: those of
    /// [`Expectation::columns`](snn_result::Expectation::columns) of each expectation.
    pub fn columns(&self) -> Vec<f64> {
        let window = self.window();
        let columns = self.protocol.expectations.iter().flat_map(Expectation::columns);
        columns.map(|c| c.evaluate(&window) / c.unit.1).collect()
    }

    /// Whether the expectations hold for the ticks of this session after the warm-up, in the order of the
    /// text.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let window = self.window();
        self.protocol.expectations.iter().map(|e| e.evaluate(&window)).collect()
    }

    fn window(&self) -> Window<'_> {
        let (after, until) = (self.measured_after, self.emulator.tick());
        let dt_ms = self.protocol.dt_ms.to_f64();
        Window::new(&self.measured, after, until, dt_ms).with_synapses(&self.tallies)
    }
}

/// Gives the recorder what the user records, and keeps what expectations measure.
struct Split<'a> {
    recorder: &'a mut dyn Recorder,
    recorded: &'a [Selection],
    measured_by: &'a [Selection],
    measured: &'a mut Vec<Spike>,
    /// How many probes of synapses are the user's; those of expectations follow.
    probes: usize,
    tallies: &'a mut [Tally],
    after: u64,
    taken: Vec<Spike>,
}

impl Recorder for Split<'_> {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), RecorderError> {
        let measured = spikes.iter().filter(|s| s.tick > self.after && among(self.measured_by, s));
        self.measured.extend(measured);
        self.taken.clear();
        self.taken.extend(spikes.iter().filter(|s| among(self.recorded, s)));
        if self.taken.is_empty() { Ok(()) } else { self.recorder.spikes(&self.taken) }
    }

    fn samples(&mut self, sample: Sample<'_>) -> Result<(), RecorderError> {
        self.recorder.samples(sample)
    }

    fn synapses(&mut self, records: &[SynapseRecord]) -> Result<(), RecorderError> {
        if self.tallies.is_empty() {
            return self.recorder.synapses(records);
        }
        let mut taken = Vec::new();
        for record in records {
            match (record.probe as usize).checked_sub(self.probes) {
                Some(tally) => self.tallies[tally].add(record),
                None => taken.push(*record),
            }
        }
        if taken.is_empty() { Ok(()) } else { self.recorder.synapses(&taken) }
    }
}

fn among(selections: &[Selection], spike: &Spike) -> bool {
    selections
        .iter()
        .flat_map(|s| s.segments())
        .any(|s| s.object == spike.object && (s.start..s.start + s.len).contains(&spike.index))
}
