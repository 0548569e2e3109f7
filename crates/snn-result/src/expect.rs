//! Measures of a run and the facts that `expect` lines claim.

use std::sync::Arc;

use snn_connect::Selection;

use crate::{Labelling, SynapseMeasure, Window};

/// One `expect` line.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The line as written.
    pub text: String,
    /// What is measured, as written: the head of its column in the table of a sweep.
    pub what: String,
    /// Sweeps whose points are taken together; none: the line holds of every run by itself.
    pub over: Vec<String>,
    /// What is measured.
    pub measure: Measure,
    /// Smallest value allowed; coherent units.
    pub lo: f64,
    /// Largest value allowed; coherent units.
    pub hi: f64,
    /// Symbol of the unit in which the user spoke, and coherent units in one of it.
    pub unit: (String, f64),
    /// Where it stands.
    pub span: snn_diagnostics::Span,
}

/// A number measured on the spikes after the warm-up, or on synapses.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// A constant, coherent units.
    Number(f64),
    /// Spikes per neuron and time, in 1/ms.
    Rate(Selection),
    /// Number of spikes.
    Count(Selection),
    /// Time of the first spike in ms since tick 0; NaN where there is none.
    First(Selection),
    /// Time of the last spike in ms since tick 0; NaN where there is none.
    Last(Selection),
    /// Mean coefficient of variation of inter-spike intervals over neurons with at least this many spikes.
    Cv(Selection, u32),
    /// Variance over mean of the selection's spike count in bins of this many ticks.
    Fano(Selection, u64),
    /// Mean pairwise Pearson correlation of spike counts in bins of this many ticks (silent neurons are
    /// left out).
    Correlation(Selection, u64),
    /// Standard deviation over neurons of spikes per time (divisor n), in 1/ms.
    RateSd(Selection),
    /// Share of trials with the right answer.
    Accuracy(Arc<Labelling>),
    /// A statistic of synapses.
    Synapses(SynapseMeasure),
    /// A measure of the spikes stamped after the first tick and up to the second.
    During(u64, u64, Box<Measure>),
    /// Two measures combined.
    Combined(MeasureOp, Box<(Measure, Measure)>),
    /// A statistic over the points of a sweep; of a single run, over that run.
    Over(Statistic, Box<Column>),
}

/// A statistic over runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Statistic {
    Mean,
    /// Standard deviation, divisor n - 1; 0 for a single run.
    Sd,
    Min,
    Max,
}

/// A measure of every point of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// As written.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// Symbol of the unit it is shown in, and coherent units in one of it.
    pub unit: (String, f64),
}

/// How two measures are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MeasureOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// What came of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The measured value, coherent units.
    pub value: f64,
    /// Whether it lies within the bounds (NaN does not).
    pub holds: bool,
}

impl Measure {
    /// Selections whose spikes the measure needs.
    pub fn selections(&self, out: &mut Vec<Selection>) {
        match self {
            Self::Number(_) | Self::Synapses(_) => {}
            Self::Rate(s)
            | Self::RateSd(s)
            | Self::Count(s)
            | Self::First(s)
            | Self::Last(s)
            | Self::Cv(s, _)
            | Self::Fano(s, _)
            | Self::Correlation(s, _) => out.push(s.clone()),
            Self::Combined(_, pair) => {
                pair.0.selections(out);
                pair.1.selections(out);
            }
            Self::Over(_, column) => column.measure.selections(out),
            Self::Accuracy(labelling) => out.push(labelling.of.clone()),
            Self::During(_, _, measure) => measure.selections(out),
        }
    }

    /// Measures of synapses in it.
    pub fn synapses(&self, out: &mut Vec<SynapseMeasure>) {
        match self {
            Self::Synapses(of) if !out.contains(of) => out.push(of.clone()),
            Self::Combined(_, pair) => {
                pair.0.synapses(out);
                pair.1.synapses(out);
            }
            Self::Over(_, column) => column.measure.synapses(out),
            _ => {}
        }
    }

    /// The measures under statistics, from left to right.
    fn pooled<'a>(&'a self, out: &mut Vec<&'a Column>) {
        match self {
            Self::Combined(_, pair) => {
                pair.0.pooled(out);
                pair.1.pooled(out);
            }
            Self::Over(_, column) => out.push(column),
            _ => {}
        }
    }

    /// The value where the columns of [`Measure::pooled`] have these values, one per run.
    fn over(&self, columns: &mut std::slice::Iter<'_, Vec<f64>>) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Combined(op, pair) => {
                let a = pair.0.over(columns);
                op.apply(a, pair.1.over(columns))
            }
            Self::Over(statistic, _) => columns.next().map_or(f64::NAN, |c| statistic.of(c)),
            // The checker lets no other measure stand outside a statistic.
            _ => f64::NAN,
        }
    }
}

impl MeasureOp {
    pub(crate) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
        }
    }
}

impl Statistic {
    /// NaN of nothing, and where a value is NaN.
    pub(crate) fn of(self, values: &[f64]) -> f64 {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let extreme = |better: fn(f64, f64) -> bool| {
            let pick = |a: f64, b: f64| if a.is_nan() || better(a, b) { a } else { b };
            values.iter().copied().reduce(pick).unwrap_or(f64::NAN)
        };
        match self {
            Self::Mean => mean,
            Self::Sd => {
                let squares = values.iter().map(|x| (x - mean) * (x - mean));
                let free = if values.len() == 1 { n } else { n - 1.0 };
                squares.reduce(|a, b| a + b).map_or(f64::NAN, |sum| (sum / free).sqrt())
            }
            Self::Min => extreme(|a, b| a < b),
            Self::Max => extreme(|a, b| a > b),
        }
    }
}

impl Expectation {
    /// Measures what the window shows of everything in [`Measure::selections`] and
    /// [`Measure::synapses`].
    pub fn evaluate(&self, window: &Window<'_>) -> Verdict {
        self.judge(window.measure(&self.measure))
    }

    /// The columns of the table of a sweep that this line needs.
    pub fn columns(&self) -> Vec<Column> {
        if self.over.is_empty() {
            let (text, measure) = (self.what.clone(), self.measure.clone());
            return vec![Column { text, measure, unit: self.unit.clone() }];
        }
        let mut columns = Vec::new();
        self.measure.pooled(&mut columns);
        columns.into_iter().cloned().collect()
    }

    /// Takes runs together: one list of values, coherent units, per column of [`Expectation::columns`].
    pub fn pool(&self, columns: &[Vec<f64>]) -> Verdict {
        self.judge(self.measure.over(&mut columns.iter()))
    }

    fn judge(&self, value: f64) -> Verdict {
        Verdict { value, holds: self.lo <= value && value <= self.hi }
    }
}

impl Column {
    /// Measures as [`Expectation::evaluate`] does; coherent units.
    pub fn evaluate(&self, window: &Window<'_>) -> f64 {
        window.measure(&self.measure)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use snn_connect::Segment;
    use snn_diagnostics::{SourceId, Span};

    use super::*;
    use crate::Spike;

    fn select(segments: &[(u32, u32, u32)]) -> Selection {
        Selection::new(
            segments.iter().map(|&(object, start, len)| Segment { object, start, len }).collect(),
        )
    }

    fn spikes(list: &[(u64, u32, u32)]) -> Vec<Spike> {
        let mut spikes: Vec<_> =
            list.iter().map(|&(tick, object, index)| Spike { tick, object, index }).collect();
        spikes.sort_unstable();
        spikes
    }

    fn value(measure: Measure, spikes: &[Spike], after: u64, until: u64) -> f64 {
        expecting(measure, 0.0, 0.0).evaluate(&Window::new(spikes, after, until, 0.5)).value
    }

    fn expecting(measure: Measure, lo: f64, hi: f64) -> Expectation {
        let span = Span::new(SourceId(0), 0, 0);
        let (text, what, unit) = (String::new(), String::new(), (String::new(), 1.0));
        Expectation { text, what, over: Vec::new(), measure, lo, hi, unit, span }
    }

    #[test]
    fn statistics_take_runs_together() {
        let of = |statistic: Statistic| statistic.of(&[2.0, 4.0, 9.0]);
        assert_eq!((of(Statistic::Mean), of(Statistic::Min), of(Statistic::Max)), (5.0, 2.0, 9.0));
        assert_eq!(of(Statistic::Sd), 13.0_f64.sqrt());
        assert_eq!(Statistic::Sd.of(&[3.0]), 0.0);
        for statistic in [Statistic::Mean, Statistic::Sd, Statistic::Min, Statistic::Max] {
            assert!(statistic.of(&[1.0, f64::NAN]).is_nan());
            assert!(statistic.of(&[f64::NAN, 1.0]).is_nan());
            assert!(statistic.of(&[]).is_nan());
        }
    }

    #[test]
    fn pooled_measures_combine() {
        let over = |statistic, object| {
            let measure = Measure::Count(select(&[(object, 0, 1)]));
            let column = Column { text: String::new(), measure, unit: (String::new(), 1.0) };
            Measure::Over(statistic, Box::new(column))
        };
        let pair = Box::new((over(Statistic::Sd, 0), over(Statistic::Mean, 1)));
        let mut e = expecting(Measure::Combined(MeasureOp::Div, pair), 0.0, 1.0);
        e.over = vec!["seed".into()];
        assert_eq!(e.columns().len(), 2);
        let verdict = e.pool(&[vec![1.0, 3.0], vec![4.0, 4.0]]);
        assert_eq!(verdict.value, 2.0_f64.sqrt() / 4.0);
        assert!(verdict.holds);
    }

    #[test]
    fn rates_spread_over_neurons() {
        // Neurons 0 to 3 with 2, 0, 4 and 2 spikes in 5 ms: deviations 0, 2, 2, 0 of the mean 2.
        let s = spikes(&[
            (1, 0, 0),
            (2, 0, 0),
            (1, 0, 2),
            (3, 0, 2),
            (4, 0, 2),
            (5, 0, 2),
            (7, 0, 3),
            (9, 0, 3),
        ]);
        let sd = value(Measure::RateSd(select(&[(0, 0, 4)])), &s, 0, 10);
        assert!((sd - 2.0_f64.sqrt() / 5.0).abs() < 1e-15, "{sd}");
    }

    #[test]
    fn counts_and_rates_see_their_neurons_after_the_warm_up() {
        let s = spikes(&[(10, 0, 1), (11, 0, 1), (12, 0, 9), (12, 1, 1), (20, 0, 1), (21, 0, 1)]);
        let of = select(&[(0, 0, 3), (1, 1, 1)]);
        assert_eq!(value(Measure::Count(of.clone()), &s, 10, 20), 3.0);
        assert_eq!(value(Measure::Rate(of.clone()), &s, 10, 20), 3.0 / (4.0 * 5.0));
        assert_eq!(value(Measure::First(of.clone()), &s, 10, 20), 5.5);
        assert_eq!(value(Measure::Last(of), &s, 10, 20), 10.0);
    }

    #[test]
    fn a_silent_neuron_has_no_first_spike_and_no_bounds_hold() {
        let e = expecting(Measure::First(select(&[(0, 0, 1)])), f64::NEG_INFINITY, f64::INFINITY);
        let verdict = e.evaluate(&Window::new(&[], 0, 100, 0.5));
        assert!(verdict.value.is_nan() && !verdict.holds);
    }

    #[test]
    fn both_ends_of_the_bounds_are_allowed() {
        let s = spikes(&[(1, 0, 0), (2, 0, 0)]);
        let holds = |lo, hi| {
            expecting(Measure::Count(select(&[(0, 0, 1)])), lo, hi)
                .evaluate(&Window::new(&s, 0, 9, 0.5))
                .holds
        };
        assert!(holds(2.0, 2.0) && holds(1.0, 2.0) && holds(2.0, 3.0));
        assert!(!holds(3.0, 4.0) && !holds(0.0, 1.0));
    }

    #[test]
    fn cv_is_that_of_the_intervals_of_neurons_with_enough_spikes() {
        // Neuron 0: intervals 1, 3 (mean 2, sd 1). Neuron 1: regular. Neuron 2: too few.
        let s = spikes(&[
            (1, 0, 0),
            (2, 0, 0),
            (5, 0, 0),
            (2, 0, 1),
            (4, 0, 1),
            (6, 0, 1),
            (3, 0, 2),
            (9, 0, 2),
        ]);
        let of = select(&[(0, 0, 3)]);
        assert_eq!(value(Measure::Cv(of.clone(), 3), &s, 0, 20), 0.25);
        assert!(value(Measure::Cv(of, 4), &s, 0, 20).is_nan());
    }

    #[test]
    fn fano_counts_empty_bins_and_leaves_a_part_of_a_bin_out() {
        // Bins of 2 ticks after tick 2: counts 3, 0, 1, 0; tick 11 lies in half a bin.
        let s = spikes(&[(2, 0, 0), (3, 0, 0), (3, 0, 1), (4, 0, 0), (7, 0, 1), (11, 0, 0)]);
        let fano = value(Measure::Fano(select(&[(0, 0, 2)]), 2), &s, 2, 11);
        assert!((fano - 1.5).abs() < 1e-15, "{fano}");
    }

    #[test]
    fn measures_combine() {
        let s = spikes(&[(1, 0, 0), (2, 0, 0), (3, 1, 0)]);
        let count = |object| Measure::Count(select(&[(object, 0, 1)]));
        for (op, wanted) in [
            (MeasureOp::Add, 3.0),
            (MeasureOp::Sub, 1.0),
            (MeasureOp::Mul, 2.0),
            (MeasureOp::Div, 2.0),
        ] {
            let both = Measure::Combined(op, Box::new((count(0), count(1))));
            assert_eq!(value(both, &s, 0, 9), wanted);
        }
    }

    /// Pairwise Pearson correlation as the textbook writes it.
    fn plain_correlation(counts: &[Vec<f64>]) -> f64 {
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let covariance = |x: &[f64], y: &[f64]| {
            let (mx, my) = (mean(x), mean(y));
            x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum::<f64>() / x.len() as f64
        };
        let varied: Vec<_> = counts.iter().filter(|c| covariance(c, c) > 1e-12).collect();
        let (mut sum, mut pairs) = (0.0, 0.0);
        for i in 0..varied.len() {
            for j in 0..i {
                let (x, y) = (varied[i], varied[j]);
                sum += covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt();
                pairs += 1.0;
            }
        }
        sum / pairs
    }

    proptest! {
        #[test]
        fn correlation_is_the_mean_over_pairs(
            list in prop::collection::vec((1u64..60, 0u32..5), 1..80), bin in 1u64..9
        ) {
            let s = spikes(&list.iter().map(|&(tick, index)| (tick, 0, index)).collect::<Vec<_>>());
            let bins = 50 / bin;
            let mut counts = vec![vec![0.0; bins as usize]; 4];
            for &(tick, index) in &list {
                let at = tick.wrapping_sub(6) / bin;
                if index < 4 && tick > 5 && at < bins {
                    counts[index as usize][at as usize] += 1.0;
                }
            }
            let ours = value(Measure::Correlation(select(&[(0, 0, 4)]), bin), &s, 5, 55);
            let plain = plain_correlation(&counts);
            prop_assert!((ours - plain).abs() < 1e-9 || !(ours.is_finite() || plain.is_finite()), "{} {}", ours, plain);
        }
    }
}
