//! What happens between two ticks: neurons begin anew, parameters change.

use snn_chip::Phase;
use snn_numeric::Real;
use snn_result::{Recorder, Synapses};

use crate::continuous::show_states;
use crate::deliver::broken_synapse;
use crate::emulator::{Control, Engine, LONGEST_RUN, Progress};
use crate::error::RunError;
use crate::live::LiveBundle;

impl<T: Real> Engine<T> {
    /// Runs ticks, with what happens between them.
    pub(crate) fn run(
        &mut self,
        ticks: u64,
        recorder: &mut dyn Recorder,
        watch: &mut dyn FnMut(Progress<'_>) -> Control,
    ) -> Result<(), RunError> {
        let end = self.tick.saturating_add(ticks);
        if end > LONGEST_RUN {
            return Err(RunError::TooLong(LONGEST_RUN));
        }
        if self.tick == 0 {
            self.sample_start(recorder)?;
        }
        let mut stopped = false;
        while self.tick < end {
            self.cross()?;
            let until = self.next_boundary().min(end);
            self.run_to(until, recorder, &mut |progress| {
                let control = watch(progress);
                stopped |= control == Control::Stop;
                control
            })?;
            if stopped {
                break;
            }
        }
        Ok(())
    }

    /// What happens after the tick that was run last and before the next; twice the same as once.
    pub(crate) fn cross(&mut self) -> Result<(), RunError> {
        if let Some(resets) = self.protocol.resets.filter(|resets| resets.after(self.tick)) {
            self.lost = self.tick;
            for worker in &mut self.workers {
                worker.begin_anew(&self.image, self.tick);
                if resets.synapses == Synapses::BeginAnew {
                    let live = worker.live.iter_mut();
                    live.for_each(|live| live.begin_anew(&self.image, self.tick));
                }
            }
            show_states(&mut self.workers, self.tick);
        }
        let phase = self.image.phases.iter().find(|phase| phase.after_tick == self.tick);
        let Some(phase) = phase.cloned() else { return Ok(()) };
        // A state outlives its program as it outlives a run: nothing of workers or rows is in it.
        self.settle(&phase)?;
        let state = self.save();
        let mut next = Self::load(&self.image.changed(&phase), &self.protocol, &self.options)
            .map_err(|e| RunError::Phase(e.to_string()))?;
        next.restore(&state).map_err(|e| RunError::Phase(e.to_string()))?;
        *self = next;
        for live in self.workers.iter_mut().flat_map(|w| &mut w.live) {
            if changes(&phase, live) {
                live.take_over(self.tick);
            }
            if phase.relearned.contains(&live.projection) {
                live.relearn(&self.image);
            }
        }
        Ok(())
    }

    /// Moves the synapses that a phase changes to where they are changed.
    fn settle(&mut self, phase: &Phase) -> Result<(), RunError> {
        let tick = self.tick;
        let live = self.workers.iter_mut().flat_map(|w| &mut w.live);
        for live in live.filter(|live| changes(phase, live)) {
            let settled = live.settle(tick);
            if let Err(broken) = settled {
                let bad = broken_synapse(live.projection, broken);
                return Err(self.non_finite(bad));
            }
        }
        Ok(())
    }

    /// The next tick after which something happens; the last of all ticks where nothing does.
    pub(crate) fn next_boundary(&self) -> u64 {
        let reset = self.protocol.resets.map_or(u64::MAX, |resets| resets.next(self.tick + 1));
        let later = self.image.phases.iter().map(|phase| phase.after_tick);
        later.filter(|tick| *tick > self.tick).fold(reset, u64::min)
    }
}

/// Whether a phase changes these synapses.
fn changes<T: Real>(phase: &Phase, live: &LiveBundle<T>) -> bool {
    let p = live.projection;
    phase.live.iter().any(|(q, _)| *q == p) || phase.weights.iter().any(|(q, _)| *q == p)
}
