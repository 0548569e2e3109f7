//! Measures taken on what a run showed in a window of ticks.

use std::collections::HashMap;

use snn_connect::{Segment, Selection};

use crate::{Measure, Spike, Tally};

/// Spikes stamped `after < tick <= until`, in canonical order, and what was tallied of synapses.
pub struct Window<'a> {
    spikes: &'a [Spike],
    synapses: &'a [Tally],
    after: u64,
    until: u64,
    dt_ms: f64,
}

impl<'a> Window<'a> {
    /// The part of `spikes` (canonical order) that lies in the window: those of every neuron that is
    /// measured, others are left aside.
    pub fn new(spikes: &'a [Spike], after: u64, until: u64, dt_ms: f64) -> Self {
        let first = spikes.partition_point(|s| s.tick <= after);
        let end = spikes.partition_point(|s| s.tick <= until).max(first);
        Self { spikes: &spikes[first..end], synapses: &[], after, until, dt_ms }
    }

    /// The same with the tallies of all synapse measures, which have windows of their own.
    #[must_use]
    pub fn with_synapses(self, synapses: &'a [Tally]) -> Self {
        Self { synapses, ..self }
    }

    /// The value of a measure in coherent units; NaN where there is none.
    pub(crate) fn measure(&self, measure: &Measure) -> f64 {
        match measure {
            Measure::Number(value) => *value,
            Measure::Rate(of) => {
                self.of(of).count() as f64 / (f64::from(of.len()) * self.length_ms())
            }
            Measure::RateSd(of) => self.rate_sd(of),
            Measure::Count(of) => self.of(of).count() as f64,
            Measure::First(of) => self.of(of).next().map_or(f64::NAN, |s| self.time_ms(s)),
            Measure::Last(of) => self.of(of).last().map_or(f64::NAN, |s| self.time_ms(s)),
            Measure::Cv(of, at_least) => self.interval_cv(of, *at_least),
            Measure::Fano(of, bin) => self.fano(of, *bin),
            Measure::Correlation(of, bin) => self.correlation(of, *bin),
            Measure::Combined(op, pair) => op.apply(self.measure(&pair.0), self.measure(&pair.1)),
            Measure::Accuracy(labelling) => labelling.accuracy(self.spikes, self.until),
            Measure::During(after, until, measure) => {
                let (after, until) = (self.after.max(*after), self.until.min(*until));
                Window::new(self.spikes, after, until, self.dt_ms).measure(measure)
            }
            Measure::Synapses(of) => {
                let tally = self.synapses.iter().find(|tally| tally.of == *of);
                tally.map_or(f64::NAN, Tally::value)
            }
            Measure::Over(statistic, column) => statistic.of(&[self.measure(&column.measure)]),
        }
    }

    fn length_ms(&self) -> f64 {
        self.until.saturating_sub(self.after) as f64 * self.dt_ms
    }

    fn rate_sd(&self, of: &Selection) -> f64 {
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        for spike in self.of(of) {
            *counts.entry((spike.object, spike.index)).or_default() += 1;
        }
        let n = f64::from(of.len());
        let sum: u64 = counts.values().sum();
        let squares: u64 = counts.values().map(|c| c * c).sum();
        let mean = sum as f64 / n;
        (squares as f64 / n - mean * mean).max(0.0).sqrt() / self.length_ms()
    }

    fn time_ms(&self, spike: &Spike) -> f64 {
        spike.tick as f64 * self.dt_ms
    }

    fn of(&self, selection: &Selection) -> impl Iterator<Item = &'a Spike> {
        let members = Members::new(selection);
        self.spikes.iter().filter(move |s| members.contain(s))
    }

    /// Mean over neurons of sd / mean of their intervals, sd with divisor n (as Elephant's `cv`).
    fn interval_cv(&self, of: &Selection, at_least: u32) -> f64 {
        let mut trains: HashMap<(u32, u32), Vec<u64>> = HashMap::new();
        for spike in self.of(of) {
            trains.entry((spike.object, spike.index)).or_default().push(spike.tick);
        }
        let mut trains: Vec<_> = trains.into_iter().collect();
        trains.sort_unstable_by_key(|(neuron, _)| *neuron);
        let needed = at_least.max(2) as usize;
        let values: Vec<f64> = trains
            .iter()
            .filter(|(_, train)| train.len() >= needed)
            .map(|(_, train)| {
                let intervals = train.windows(2).map(|pair| (pair[1] - pair[0]) as f64);
                let (mean, variance) = moments(intervals);
                variance.sqrt() / mean
            })
            .collect();
        moments(values.into_iter()).0
    }

    /// Whole bins of the window.
    fn bins(&self, bin: u64) -> u64 {
        self.until.saturating_sub(self.after) / bin.max(1)
    }

    /// The bin of a spike; none for the rest of the window after the last whole bin.
    fn bin_of(&self, spike: &Spike, bin: u64) -> Option<u64> {
        let at = (spike.tick - self.after - 1) / bin.max(1);
        (at < self.bins(bin)).then_some(at)
    }

    fn fano(&self, of: &Selection, bin: u64) -> f64 {
        let mut counts: HashMap<u64, u64> = HashMap::new();
        for at in self.of(of).filter_map(|s| self.bin_of(s, bin)) {
            *counts.entry(at).or_default() += 1;
        }
        let n = self.bins(bin) as f64;
        let sum: u64 = counts.values().sum();
        let squares: u128 = counts.values().map(|c| u128::from(*c) * u128::from(*c)).sum();
        let mean = sum as f64 / n;
        (squares as f64 / n - mean * mean) / mean
    }

    /// Mean of r_ij over pairs i ≠ j. With standardised counts z, Σ_ij r_ij = Σ_bins (Σ_i z_i)² / bins,
    /// and the diagonal adds one per neuron.
    fn correlation(&self, of: &Selection, bin: u64) -> f64 {
        let bins = self.bins(bin) as f64;
        let mut cells: HashMap<(u32, u32, u64), u64> = HashMap::new();
        for spike in self.of(of) {
            if let Some(at) = self.bin_of(spike, bin) {
                *cells.entry((spike.object, spike.index, at)).or_default() += 1;
            }
        }
        let mut cells: Vec<_> = cells.into_iter().collect();
        cells.sort_unstable();
        let (mut neurons, mut offset) = (0.0, 0.0);
        let mut scaled: HashMap<u64, f64> = HashMap::new();
        for row in cells.chunk_by(|a, b| (a.0.0, a.0.1) == (b.0.0, b.0.1)) {
            let sum: u64 = row.iter().map(|cell| cell.1).sum();
            let squares: u64 = row.iter().map(|cell| cell.1 * cell.1).sum();
            let mean = sum as f64 / bins;
            let sd = (squares as f64 / bins - mean * mean).max(0.0).sqrt();
            if sd > 0.0 {
                neurons += 1.0;
                offset += mean / sd;
                for ((_, _, at), count) in row {
                    *scaled.entry(*at).or_default() += *count as f64 / sd;
                }
            }
        }
        let mut scaled: Vec<_> = scaled.into_iter().collect();
        scaled.sort_unstable_by_key(|(at, _)| *at);
        let silent_bins = bins - scaled.len() as f64;
        let filled: f64 = scaled.iter().map(|(_, z)| (z - offset) * (z - offset)).sum();
        let total = (filled + silent_bins * offset * offset) / bins;
        (total - neurons) / (neurons * (neurons - 1.0))
    }
}

/// Mean and variance (divisor n); NaN of nothing.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / n)
}

/// Segments in ascending order, for membership tests.
struct Members(Vec<Segment>);

impl Members {
    fn new(selection: &Selection) -> Self {
        let mut segments: Vec<Segment> =
            selection.segments().iter().copied().filter(|s| s.len > 0).collect();
        segments.sort_unstable();
        Self(segments)
    }

    fn contain(&self, spike: &Spike) -> bool {
        let after = self.0.partition_point(|s| (s.object, s.start) <= (spike.object, spike.index));
        after > 0 && {
            let s = self.0[after - 1];
            s.object == spike.object && spike.index - s.start < s.len
        }
    }
}
