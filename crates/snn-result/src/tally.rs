//! Measures of synapses: statistics over their states at some ticks of a run.

use crate::{Occasion, SynapseProbe, SynapseRecord};

/// A number measured on one state of all synapses of a projection.
#[derive(Clone, Debug, PartialEq)]
pub struct SynapseMeasure {
    /// Name of the state.
    pub variable: String,
    /// Index of the projection.
    pub of: u32,
    /// First and last tick at which it is looked at.
    pub ticks: (u64, u64),
    /// Ticks between two looks: they are at its multiples, at least 1.
    pub every: u64,
    /// What is made of the values.
    pub take: Take,
}

/// What is made of all values of all looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Take {
    /// Their mean.
    Mean,
    /// Their standard deviation, divisor n.
    Sd,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The share of those from the first number to the second, both included; coherent units.
    Fraction(f64, f64),
}

impl SynapseMeasure {
    /// What an engine has to record for it.
    pub fn probe(&self) -> SynapseProbe {
        let (variable, of) = (self.variable.clone(), self.of);
        SynapseProbe { variable, of, at: Occasion::Every(self.every) }
    }
}

/// A synapse measure under way: the values so far, without keeping them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// What is measured.
    pub of: SynapseMeasure,
    count: u64,
    mean: f64,
    /// Sum of squared deviations from the mean (Welford 1962).
    squares: f64,
    least: f64,
    most: f64,
    within: u64,
}

impl Tally {
    /// Nothing so far.
    pub fn new(of: SynapseMeasure) -> Self {
        let (least, most) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { of, count: 0, mean: 0.0, squares: 0.0, least, most, within: 0 }
    }

    /// Takes a record of its probe, in canonical order.
    pub fn add(&mut self, record: &SynapseRecord) {
        let (first, last) = self.of.ticks;
        if record.tick < first || record.tick > last {
            return;
        }
        let value = record.value;
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
        self.least = if value < self.least { value } else { self.least };
        self.most = if value > self.most { value } else { self.most };
        if let Take::Fraction(lo, hi) = self.of.take {
            self.within += u64::from(lo <= value && value <= hi);
        }
    }

    /// The measure in coherent units; NaN where nothing was seen.
    pub fn value(&self) -> f64 {
        if self.count == 0 {
            return f64::NAN;
        }
        let n = self.count as f64;
        match self.of.take {
            Take::Mean => self.mean,
            Take::Sd => (self.squares / n).sqrt(),
            Take::Min => self.least,
            Take::Max => self.most,
            Take::Fraction(..) => self.within as f64 / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(take: Take, records: &[(u64, f64)]) -> f64 {
        let of = SynapseMeasure { variable: "w".into(), of: 0, ticks: (10, 20), every: 10, take };
        let mut tally = Tally::new(of);
        for &(tick, value) in records {
            tally.add(&SynapseRecord { tick, probe: 0, source: 0, target: 0, ordinal: 0, value });
        }
        tally.value()
    }

    #[test]
    fn statistics_are_of_all_values_in_the_window() {
        let seen = [(0, 100.0), (10, 1.0), (10, 2.0), (20, 6.0), (20, 7.0), (30, -50.0)];
        assert_eq!(value(Take::Mean, &seen), 4.0);
        assert_eq!(value(Take::Sd, &seen), 6.5_f64.sqrt());
        assert_eq!((value(Take::Min, &seen), value(Take::Max, &seen)), (1.0, 7.0));
        assert_eq!(value(Take::Fraction(2.0, 6.0), &seen), 0.5);
        assert_eq!(value(Take::Fraction(f64::NEG_INFINITY, 1.5), &seen), 0.25);
    }

    #[test]
    fn of_nothing_there_is_no_value() {
        for take in [Take::Mean, Take::Sd, Take::Min, Take::Max, Take::Fraction(0.0, 1.0)] {
            assert!(value(take, &[(9, 1.0), (21, 1.0)]).is_nan());
        }
    }
}
