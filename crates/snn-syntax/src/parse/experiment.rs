//! Bodies of experiments.

use super::{Parser, head, later_head};
use crate::ast::{ExperimentItem, Recorded};
use crate::layer::Layer;
use crate::token::{Kind, Token};
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
        if let Some(keyword) = later_part(word, statement) {
            return Some(ExperimentItem::Later(self.later(keyword)));
        }
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
                let (what, of, every) = self.run(&rules.record, statement, 1)?;
                let spikes = what.text == Word::Spikes.text();
                let what = if spikes { Recorded::Spikes } else { Recorded::State(what) };
                ExperimentItem::Record { what, of, every, span }
            }
            _ => {
                let (what, within) = self.run(&rules.expect, statement, 1)?;
                ExperimentItem::Expect { what, within, span }
            }
        })
    }
}

/// The word that makes a statement one of a later version.
fn later_part(word: Word, statement: &[Token]) -> Option<Token> {
    match word {
        Word::Record => match statement.get(1) {
            Some(sent) if sent.is(Word::Sent) => Some(*sent),
            _ => statement.iter().copied().skip(3).find(|t| t.is(Word::At)),
        },
        Word::Expect => statement.windows(2).skip(1).find_map(|pair| {
            let follows = matches!(pair[0].kind, Kind::Paren | Kind::Bracket);
            (pair[1].is(Word::Over) && follows).then_some(pair[1])
        }),
        _ => None,
    }
}
