//! Bodies of chips, cores and mappings.

use super::{Parser, head, later_head};
use crate::ast::{ChipItem, CoreItem, MappingDirective};
use crate::layer::Layer;
use crate::token::Token;
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    pub(super) fn chip(&mut self, brace: Token) -> Vec<ChipItem> {
        self.body(brace).filter_map(|statement| self.chip_item(statement)).collect()
    }

    fn chip_item(&mut self, statement: &'src [Token]) -> Option<ChipItem> {
        if let Some(keyword) = later_head(Layer::Chip, statement) {
            return Some(ChipItem::Later(self.later(keyword)));
        }
        let rules = &self.grammar.statements;
        let Some(word) = head(Layer::Chip, statement) else {
            self.unknown(Layer::Chip, statement);
            return None;
        };
        Some(match word {
            Word::Mesh => {
                let (width, height) = self.run(&rules.mesh, statement, 1)?;
                ChipItem::Mesh { width, height }
            }
            Word::Tick => ChipItem::Tick(self.run(&rules.expr, statement, 1)?),
            Word::Arithmetic => ChipItem::Arithmetic(self.run(&rules.name, statement, 1)?),
            _ => {
                let (name, tiles, body) = self.run(&rules.core, statement, 1)?;
                let items =
                    self.body(body).filter_map(|statement| self.core_item(statement)).collect();
                ChipItem::Core { name, tiles, items, span: statement[0].span(self.state.source) }
            }
        })
    }

    fn core_item(&mut self, statement: &'src [Token]) -> Option<CoreItem> {
        if let Some(keyword) = later_head(Layer::Core, statement) {
            return Some(CoreItem::Later(self.later(keyword)));
        }
        let rules = &self.grammar.statements;
        let Some(word) = head(Layer::Core, statement) else {
            self.unknown(Layer::Core, statement);
            return None;
        };
        Some(match word {
            Word::Weights => {
                let (bits, words) = self.run(&rules.weights, statement, 1)?;
                CoreItem::Weights { bits, words }
            }
            Word::Delays => CoreItem::Delays(self.run(&rules.range, statement, 1)?),
            Word::Arithmetic => CoreItem::Arithmetic(self.run(&rules.name, statement, 1)?),
            _ => {
                let resource = self.name(statement[0]);
                CoreItem::Limit { resource, amount: self.run(&rules.expr, statement, 1)? }
            }
        })
    }

    pub(super) fn mapping(&mut self, brace: Token) -> Vec<MappingDirective> {
        self.body(brace).filter_map(|statement| self.directive(statement)).collect()
    }

    fn directive(&mut self, statement: &'src [Token]) -> Option<MappingDirective> {
        if let Some(keyword) = later_head(Layer::Mapping, statement) {
            return Some(MappingDirective::Later(self.later(keyword)));
        }
        let rules = &self.grammar.statements;
        let Some(word) = head(Layer::Mapping, statement) else {
            self.unknown(Layer::Mapping, statement);
            return None;
        };
        Some(match word {
            Word::Place => {
                let (what, target) = self.run(&rules.place, statement, 1)?;
                MappingDirective::Place { what, target }
            }
            Word::Minimise => MappingDirective::Minimise(self.run(&rules.name, statement, 1)?),
            _ => MappingDirective::Require(self.run(&rules.expr, statement, 1)?),
        })
    }
}
