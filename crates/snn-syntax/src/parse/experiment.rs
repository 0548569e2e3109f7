//! Bodies of experiments.

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::experiment as codes;

use super::{Parser, head, later_head};
use crate::ast::{ExperimentItem, Expr, ExprKind, Recorded};
use crate::layer::Layer;
use crate::token::Token;
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    pub(super) fn experiment(&mut self, brace: Token) -> Vec<ExperimentItem> {
        self.body(brace).filter_map(|statement| self.experiment_item_of(statement)).collect()
    }

    fn experiment_item_of(&mut self, statement: &'src [Token]) -> Option<ExperimentItem> {
        if let Some(keyword) = later_head(Layer::Experiment, statement) {
            return Some(ExperimentItem::Later(self.later(keyword)));
        }
        let Some(word) = head(Layer::Experiment, statement) else {
            self.unknown(Layer::Experiment, statement);
            return None;
        };
        let rules = &self.grammar.statements;
        let span = self.span(statement);
        Some(match word {
            Word::Dt => ExperimentItem::Dt(self.run(&rules.expr, statement, 1)?),
            Word::Warmup => ExperimentItem::Warmup(self.run(&rules.expr, statement, 1)?),
            Word::Run => ExperimentItem::Run(self.run(&rules.expr, statement, 1)?),
            Word::Seed => ExperimentItem::Seed(self.run(&rules.expr, statement, 1)?),
            Word::Inject => {
                let (waveform, to) = self.run(&rules.inject, statement, 1)?;
                ExperimentItem::Inject { waveform: waveform.call, waveform_span: waveform.span, to }
            }
            Word::Record => {
                let (what, of, every, at) = self.run(&rules.record, statement, 1)?;
                let what = if what.text == Word::Spikes.text() {
                    Recorded::Spikes
                } else if what.text == Word::Sent.text() {
                    Recorded::Sent(what)
                } else {
                    Recorded::State(what)
                };
                ExperimentItem::Record { what, of, every, at, span }
            }
            Word::Pause => ExperimentItem::Pause(self.run(&rules.expr, statement, 1)?),
            Word::Set => {
                let (name, value) = self.run(&rules.set_parameter, statement, 1)?;
                ExperimentItem::Set { name, value, span }
            }
            Word::Trials => {
                let (count, each, between) = self.run(&rules.trials, statement, 1)?;
                ExperimentItem::Trials { count, each, between, span }
            }
            Word::Label => {
                let (answer, against) = self.run(&rules.label, statement, 1)?;
                let (answer, answer_span) = (answer.call, answer.span);
                ExperimentItem::Label { answer, answer_span, against }
            }
            Word::Sweep => {
                let (what, values) = self.run(&rules.sweep, statement, 1)?;
                ExperimentItem::Sweep { what, values: self.values(values)?, span }
            }
            _ => {
                let (what, over, within) = self.run(&rules.expect, statement, 1)?;
                ExperimentItem::Expect { what, over, within, span }
            }
        })
    }

    /// The values of a sweep: the elements of a list, or the whole numbers of a range without its end.
    fn values(&mut self, of: Expr) -> Option<Vec<Expr>> {
        let span = of.span;
        let refuse = |message: &str| {
            Diagnostic::new(codes::BAD_SWEEP, span, message, "not values to sweep")
                .with_help("write `[3, 4.5, 6]`, or `1..13` for 1 to 12")
        };
        let number = |e: &Expr| match &e.kind {
            ExprKind::Number { digits, unit: None } => digits.parse::<u64>().ok(),
            _ => None,
        };
        let values = match of.kind {
            ExprKind::Array(list) => list,
            ExprKind::Range(lo, hi) => match (number(&lo), number(&hi)) {
                (Some(lo), Some(hi)) if hi.saturating_sub(lo) <= MOST_VALUES => (lo..hi)
                    .map(|n| ExprKind::Number { digits: n.to_string(), unit: None })
                    .map(|kind| Expr { kind, span })
                    .collect(),
                (Some(_), Some(_)) => {
                    self.report(refuse(&format!("a sweep has at most {MOST_VALUES} values")));
                    return None;
                }
                _ => {
                    self.report(refuse("the ends of a swept range are whole numbers, written out"));
                    return None;
                }
            },
            ExprKind::Error => return None,
            _ => {
                self.report(refuse("a sweep runs over a list or a range"));
                return None;
            }
        };
        if values.is_empty() {
            self.report(refuse("a sweep over nothing"));
            return None;
        }
        Some(values)
    }
}

/// Values of one sweep.
const MOST_VALUES: u64 = 100_000;
