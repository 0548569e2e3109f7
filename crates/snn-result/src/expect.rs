//! Measures of a run and the facts that `expect` lines claim.

use snn_connect::Selection;

use crate::Spike;

/// One `expect` line.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The line as written.
    pub text: String,
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

/// A number measured on the spikes after the warm-up.
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
    /// Two measures combined.
    Combined(MeasureOp, Box<(Measure, Measure)>),
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
            Self::Number(_) => {}
            Self::Rate(s)
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
        }
    }
}

impl Expectation {
    /// Measures on `spikes` (canonical order, all neurons the measure needs, ticks `after..=until`).
    pub fn evaluate(&self, spikes: &[Spike], after: u64, until: u64, dt_ms: f64) -> Verdict {
        let _ = (spikes, after, until, dt_ms);
        Verdict { value: f64::NAN, holds: false }
    }
}
