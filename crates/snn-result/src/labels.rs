//! Trials with right answers.

use std::collections::HashMap;
use std::sync::Arc;

use snn_connect::Selection;

use crate::Spike;

/// Which trial has which right answer, and what answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelling {
    /// Whose spikes answer: an answer is a position in this selection.
    pub of: Selection,
    /// How they answer.
    pub answer: Answer,
    /// Ticks before the first trial.
    pub first: u64,
    /// Ticks of a trial, at least 1.
    pub every: u64,
    /// The right answer of each trial.
    pub labels: Arc<[u32]>,
}

/// How neurons answer in a trial. A trial without spikes has no answer; of equals the first answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The one with the most spikes.
    MostSpikes,
    /// The one that spikes first.
    EarliestSpike,
}

impl Labelling {
    /// The answers in the trials that end up to `until`. `spikes` stand in canonical order.
    pub fn answers(&self, spikes: &[Spike], until: u64) -> Vec<Option<u32>> {
        let mut position: HashMap<(u32, u32), u32> = HashMap::new();
        for (at, neuron) in (0..).zip(self.of.iter()) {
            position.entry(neuron).or_insert(at);
        }
        let complete = until.saturating_sub(self.first) / self.every;
        let trials = complete.min(self.labels.len() as u64);
        let answer = |trial: u64| {
            let after = self.first + trial * self.every;
            let from = spikes.partition_point(|s| s.tick <= after);
            let to = spikes.partition_point(|s| s.tick <= after + self.every);
            let own = spikes[from..to].iter();
            let own = own.filter_map(|s| Some((*position.get(&(s.object, s.index))?, s.tick)));
            match self.answer {
                Answer::EarliestSpike => own.min_by_key(|(at, tick)| (*tick, *at)).map(|s| s.0),
                Answer::MostSpikes => {
                    let mut counts: HashMap<u32, u64> = HashMap::new();
                    own.for_each(|(at, _)| *counts.entry(at).or_default() += 1);
                    let most = counts.into_iter().max_by_key(|(at, n)| (*n, u32::MAX - *at));
                    most.map(|(at, _)| at)
                }
            }
        };
        (0..trials).map(answer).collect()
    }

    /// The share of trials with the right answer; NaN where no trial is complete.
    pub fn accuracy(&self, spikes: &[Spike], until: u64) -> f64 {
        let answers = self.answers(spikes, until);
        let right = answers.iter().zip(self.labels.iter()).filter(|(a, l)| **a == Some(**l));
        right.count() as f64 / answers.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use snn_connect::Segment;

    use super::*;

    #[test]
    fn trials_are_answered_by_most_or_earliest_spikes() {
        let segment = |object, start, len| Segment { object, start, len };
        let of = Selection::new(vec![segment(1, 0, 2), segment(0, 5, 1)]);
        let spike = |tick, object, index| Spike { tick, object, index };
        // Trials of 10 ticks after tick 5: 6..=15, 16..=25, 26..=35 (silent), 36..=45 (not complete).
        let spikes = [
            spike(5, 1, 0),
            spike(6, 0, 5),
            spike(7, 1, 1),
            spike(15, 1, 1),
            spike(16, 1, 1),
            spike(16, 1, 2),
            spike(20, 1, 0),
            spike(25, 0, 5),
            spike(36, 1, 0),
        ];
        let labelling = |answer| Labelling {
            of: of.clone(),
            answer,
            first: 5,
            every: 10,
            labels: vec![1, 0, 0, 0].into(),
        };
        let most = labelling(Answer::MostSpikes);
        assert_eq!(most.answers(&spikes, 44), [Some(1), Some(0), None]);
        assert_eq!(most.accuracy(&spikes, 44), 2.0 / 3.0);
        let earliest = labelling(Answer::EarliestSpike);
        assert_eq!(earliest.answers(&spikes, 1000), [Some(2), Some(1), None, Some(0)]);
        assert!(earliest.accuracy(&spikes, 14).is_nan());
    }
}
