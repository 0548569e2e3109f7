//! Live synapses between two ticks: they begin anew, or go on with other programs.

use snn_chip::ChipImage;
use snn_numeric::Real;

use super::blocks::Ticks;
use super::history::Past;
use super::{Broken, LiveBundle, LiveRow};
use crate::fault::Fault;

impl<T: Real> LiveBundle<T> {
    /// States, traces and modulators as they are at first, after `tick`.
    pub(crate) fn begin_anew(&mut self, image: &ChipImage, tick: u64) {
        if self.has(Fault::KeptWeights) {
            return;
        }
        self.since = tick;
        self.columns.iter_mut().chain(&mut self.states).for_each(Vec::clear);
        self.draw(image);
        self.visited.fill(tick as u32);
        for row in &mut self.rows {
            let never = vec![Past::NEVER; row.pre.len()];
            *row = LiveRow {
                start: row.start,
                len: row.len,
                done: tick,
                posted: tick,
                pre_at: 0,
                pre: never.clone(),
                before: never,
            };
        }
        self.history.begin_anew();
        self.modulators.iter_mut().for_each(|m| m.past = vec![Past::NEVER]);
    }

    /// Brings all states to the horizon of `tick`, where other programs take over.
    pub(crate) fn settle(&mut self, tick: u64) -> Result<(), Broken> {
        let horizon = self.horizon(tick);
        self.catch_up(horizon)?;
        if self.has(Fault::SkippedVisit) {
            return Ok(());
        }
        let programs = self.programs.clone();
        for r in 0..self.rows.len() {
            let row = std::mem::take(&mut self.rows[r]);
            let visited = self.visit(&programs, &row, row.places(), Ticks::One(horizon));
            self.rows[r] = row;
            visited?;
        }
        Ok(())
    }

    /// Goes on from a restored state of synapses that were settled in `tick`.
    pub(crate) fn take_over(&mut self, tick: u64) {
        let horizon = self.horizon(tick) as u32;
        self.visited.fill(horizon);
    }

    /// The weights of synapses that learn begin anew: their first states.
    pub(crate) fn relearn(&mut self, image: &ChipImage) {
        if self.has(Fault::IgnoredSet) {
            return;
        }
        let first = self.columns.len();
        for synapse in 0..self.seeds.len() {
            let drawn = self.initial(image, synapse);
            self.states[0][synapse] = T::from_f64(drawn[first]);
        }
        self.weights_were_set();
    }
}
