//! Bodies of synapses and plasticity rules.

use super::{Parser, head};
use crate::ast::{Declaration, Event, SynapseItem};
use crate::grammar::SignalParts;
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    /// `layer` is that of a synapse or of a plasticity rule.
    pub(super) fn synapse(&mut self, layer: Layer, brace: Token) -> Vec<SynapseItem> {
        let statements = self.body(brace);
        statements.filter_map(|statement| self.synapse_item(layer, statement)).collect()
    }

    fn synapse_item(&mut self, layer: Layer, statement: &'src [Token]) -> Option<SynapseItem> {
        let first = statement[0];
        let rules = &self.grammar.statements;
        if first.kind == Kind::Primed {
            let value = self.run(&rules.derivative, statement, 1)?;
            return Some(SynapseItem::Derivative { state: self.state.primed(first), value });
        }
        let Some(word) = head(layer, statement) else {
            self.unknown(layer, statement);
            return None;
        };
        Some(match word {
            Word::Param => SynapseItem::Param(self.declarations(statement)?),
            Word::Check => SynapseItem::Check(self.check(statement)?),
            Word::State => SynapseItem::State(self.declarations(statement)?),
            Word::Let => SynapseItem::Let(self.declaration(statement)?),
            Word::Weight => {
                let (mut declaration, bounds) = self.run(&rules.weight, statement, 1)?;
                declaration.doc = declaration.doc.or(self.doc(first));
                SynapseItem::Weight { declaration, bounds }
            }
            Word::Trace => {
                let (on, parts) = self.run(&rules.trace, statement, 1)?;
                let (declaration, step) = self.signal(first, parts);
                SynapseItem::Trace { declaration, on, step }
            }
            Word::Modulator => {
                let parts = self.run(&rules.modulator, statement, 1)?;
                let (declaration, step) = self.signal(first, parts);
                SynapseItem::Modulator { declaration, step }
            }
            Word::Reads => SynapseItem::Reads(self.run(&rules.reads, statement, 1)?),
            _ => {
                let (event, body) = self.run(&rules.on_event, statement, 1)?;
                let span = match &event {
                    Event::Spike(name) => first.span(self.state.source).to(name.span),
                    Event::Every(time) => first.span(self.state.source).to(time.span),
                };
                SynapseItem::On { event, body: self.block(body), span }
            }
        })
    }

    fn signal(
        &mut self,
        first: Token,
        (mut declaration, step): SignalParts,
    ) -> (Declaration, Option<(crate::ast::StepMode, crate::ast::Expr)>) {
        declaration.doc = declaration.doc.or(self.doc(first));
        (declaration, step)
    }
}
