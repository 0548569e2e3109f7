//! Late delivery: in each tick, for each delay, the rows of the spikes emitted so long ago go into the lanes.

use snn_numeric::Real;

use crate::cost::Phase;
use crate::fault::Fault;
use crate::lanes::{Lane, add_weighted, count_arrivals, count_wide};
use crate::live::{self, Broken, Spikes};
use crate::part::{Bad, Place};
use crate::rows::{Form, RowStore, Rows, Segment, add_rows, entries};
use crate::worker::Worker;

impl<T: Real> Worker<T> {
    /// Brings everything that arrives in `tick` into the lanes.
    pub(crate) fn deliver(&mut self, tick: u64) -> Result<(), Bad> {
        let shift = match self.fault {
            Some(Fault::LateArrival) => tick.saturating_sub(1),
            Some(Fault::EarlyArrival) => tick + 1,
            _ => tick,
        };
        for &delay in &self.delays {
            let Some(emitted) = shift.checked_sub(delay).filter(|t| *t >= 1) else { continue };
            let rows = &self.rows;
            let mut waiting = self.ring.waiting(emitted, rows).peekable();
            while let Some((emission, next)) = waiting.next() {
                if let Some(soon) = waiting.peek().and_then(|(_, after)| after.due(rows, delay)) {
                    rows.fetch(soon);
                }
                while let Some(segment) = next.take(rows, delay) {
                    if segment.form != Form::Regenerated
                        && let Some(reached) = &mut self.reached[segment.lane as usize]
                    {
                        rows.each_target(segment, |_, target| reached.push(target));
                    }
                    match segment.form {
                        Form::Bits if emission.times == 1 => self.dense.push(segment),
                        Form::Regenerated => {
                            let group = usize::from(segment.len);
                            let (lanes, reached) = (&mut self.lanes, &mut self.reached);
                            let scratch = &mut self.scratches[group];
                            let arrive = |lane: u16, target: u16| {
                                let lane = usize::from(lane);
                                count_one(&mut lanes[lane], target, emission.times);
                                if let Some(reached) = &mut reached[lane] {
                                    reached.push(target);
                                }
                            };
                            let group = &rows.regenerated[group];
                            group.row(self.simd, segment.start, scratch, arrive);
                        }
                        Form::Live => {
                            let start = segment.start as usize;
                            let at = live::place(&self.live, start);
                            let Lane::Value(lane) = &mut self.lanes[segment.lane as usize] else {
                                unreachable!("invariant: live synapses have a lane of values")
                            };
                            let spikes = Spikes { emitted, times: emission.times };
                            let live = &mut self.live[at];
                            let records = &mut self.taps.chunk.records;
                            let arrived = live.arrive(start, shift, spikes, lane, records);
                            arrived.map_err(|broken| broken_synapse(live.projection, broken))?;
                        }
                        _ => scatter(rows, &mut self.lanes, segment, emission.times),
                    }
                }
            }
        }
        self.count_dense();
        self.clock.lap(Phase::Delivery);
        let tick = tick - u64::from(self.fault == Some(Fault::LateTrains));
        for direct in &mut self.direct {
            let (part, lane) = (direct.part, direct.lane);
            if let Some(counts) = direct.arrivals(self.simd, tick)
                && let Lane::Count(to) = &mut self.lanes[lane]
            {
                to[..counts.len()].copy_from_slice(counts);
                if let Some(reached) = &mut self.reached[lane] {
                    let neurons = (0..counts.len()).filter(|neuron| counts[*neuron] > 0);
                    reached.extend(neurons.map(|neuron| neuron as u16));
                }
                let arrivals = &mut self.parts[part].other_arrivals;
                for (total, n) in arrivals.iter_mut().zip(counts) {
                    *total += i64::from(*n);
                }
            }
        }
        self.clock.lap(Phase::Input);
        Ok(())
    }

    /// Adds up the rows of bits of the tick, lane by lane.
    fn count_dense(&mut self) {
        self.dense.sort_unstable_by_key(|segment| segment.lane);
        for rows in self.dense.chunk_by(|a, b| a.lane == b.lane) {
            for rows in rows.chunks(Rows::MOST) {
                let lane = &mut self.lanes[rows[0].lane as usize];
                let rows = Rows::new(rows.iter().map(|row| self.rows.bits(*row)));
                match lane {
                    Lane::Count(lane) => add_rows(self.simd, &rows, lane),
                    Lane::Wide(lane) => add_rows(self.simd, &rows, lane),
                    Lane::Value(_) => unreachable!("invariant: bits have one weight"),
                }
            }
        }
        self.dense.clear();
    }
}

/// Adds one sender's spikes to the inputs of its targets.
#[inline]
fn scatter<T: Real>(rows: &RowStore, lanes: &mut [Lane<T>], segment: Segment, times: u32) {
    let range = entries(segment);
    match (&mut lanes[segment.lane as usize], segment.form) {
        (Lane::Count(lane), Form::Uniform) => {
            count_arrivals(lane, &rows.uniform[range], times as u16);
        }
        (Lane::Wide(lane), Form::Uniform) => count_wide(lane, &rows.uniform[range], times),
        (lane @ (Lane::Count(_) | Lane::Wide(_)), _) => {
            rows.each_target(segment, |_, target| count_one(lane, target, times));
        }
        (Lane::Value(lane), Form::F32) => {
            let (targets, weights) = (&rows.f32.targets[range.clone()], &rows.f32.weights[range]);
            add_weighted(lane, targets, weights, times, |w: f32| T::from_f64(f64::from(w)));
        }
        (Lane::Value(lane), _) => {
            let (targets, weights) = (&rows.f64.targets[range.clone()], &rows.f64.weights[range]);
            add_weighted(lane, targets, weights, times, |w: f64| T::from_f64(w));
        }
    }
}

/// One arrival at a target in a lane of counts.
#[inline(always)]
fn count_one<T: Real>(lane: &mut Lane<T>, target: u16, times: u32) {
    match lane {
        Lane::Count(lane) => count_arrivals(lane, &[target], times as u16),
        Lane::Wide(lane) => count_wide(lane, &[target], times),
        Lane::Value(_) => unreachable!("invariant: what is counted has one weight"),
    }
}

/// A broken synapse as a broken state of the network.
pub(crate) fn broken_synapse(projection: usize, broken: Broken) -> Bad {
    let Broken { tick, place, state, value } = broken;
    let place = Place::Synapse { source: place.0, target: place.1 };
    Bad { tick, id: projection as u32, place, state, value }
}
