//! Bodies of neurons, and blocks of assignments.

use snn_diagnostics::{Diagnostic, codes::syntax as codes};

use super::{Parser, head, later_head};
use crate::ast::{Block, Check, Declaration, NeuronItem, Statement, StatementKind};
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    pub(super) fn neuron(&mut self, brace: Token) -> Vec<NeuronItem> {
        self.body(brace).filter_map(|s| self.neuron_item(Layer::Neuron, s)).collect()
    }

    fn neuron_item(&mut self, layer: Layer, statement: &'src [Token]) -> Option<NeuronItem> {
        if let Some(keyword) = later_head(Layer::Neuron, statement) {
            return Some(NeuronItem::Later(self.later(keyword)));
        }
        let first = statement[0];
        let rules = &self.grammar.statements;
        let span = self.span(statement);
        if first.kind == Kind::Primed {
            let value = self.run(&rules.derivative, statement, 1)?;
            return Some(NeuronItem::Derivative { state: self.state.primed(first), value });
        }
        let Some(word) = head(layer, statement) else {
            match head(Layer::Neuron, statement) {
                Some(_) => self.not_in_compartment(first),
                None => self.unknown(layer, statement),
            }
            return None;
        };
        Some(match word {
            Word::Param => NeuronItem::Param(self.declarations(statement)?),
            Word::State => NeuronItem::State(self.declarations(statement)?),
            Word::Input => NeuronItem::Input(self.declarations(statement)?),
            Word::Receptor => NeuronItem::Receptor(self.declarations(statement)?),
            Word::Let => NeuronItem::Let(self.declaration(statement)?),
            Word::Check => NeuronItem::Check(self.check(statement)?),
            Word::Spike => {
                let (test, value) = self.run(&rules.spike, statement, 1)?;
                NeuronItem::Spike { test, value, span }
            }
            Word::Reset => {
                let (body, otherwise) = self.run(&rules.reset, statement, 1)?;
                let body = self.block(body);
                let otherwise = otherwise.map(|b| self.block(b));
                NeuronItem::Reset { body, otherwise, span: first.span(self.state.source) }
            }
            Word::Refractory => {
                let (duration, mode) = self.run(&rules.refractory, statement, 1)?;
                NeuronItem::Refractory { duration, mode, span }
            }
            Word::Compartment => {
                let (name, body) = self.run(&rules.named_body, statement, 1)?;
                let inner = self.body(body);
                let items = inner.filter_map(|s| self.neuron_item(Layer::Compartment, s)).collect();
                NeuronItem::Compartment { name, items }
            }
            Word::Couple => {
                let (from, to, by) = self.run(&rules.couple, statement, 1)?;
                NeuronItem::Couple { from, to, by }
            }
            Word::Solve => {
                let (method, substeps) = self.run(&rules.solve, statement, 1)?;
                NeuronItem::Solve { method, substeps }
            }
            _ => {
                let body = self.run(&rules.on_tick, statement, 1)?;
                let span = self.span(&statement[..2]);
                NeuronItem::OnTick { body: self.block(body), span }
            }
        })
    }

    pub(super) fn declarations(&mut self, statement: &'src [Token]) -> Option<Vec<Declaration>> {
        let rules = &self.grammar.statements;
        let mut declarations = self.run(&rules.declarations, statement, 1)?;
        let doc = self.doc(statement[0]);
        if let Some(first) = declarations.first_mut() {
            first.doc = first.doc.take().or(doc);
        }
        Some(declarations)
    }

    pub(super) fn declaration(&mut self, statement: &'src [Token]) -> Option<Declaration> {
        let rules = &self.grammar.statements;
        let mut declaration = self.run(&rules.declaration, statement, 1)?;
        let doc = self.doc(statement[0]);
        declaration.doc = declaration.doc.or(doc);
        Some(declaration)
    }

    pub(super) fn check(&mut self, statement: &'src [Token]) -> Option<Check> {
        let rules = &self.grammar.statements;
        let (left, right) = self.run(&rules.check, statement, 1)?;
        let span = self.span(statement);
        let (approximates, within_percent) = match right {
            Some((right, within)) => (Some(right), within),
            None => (None, None),
        };
        Some(Check { left, approximates, within_percent, span })
    }

    pub(super) fn block(&mut self, brace: Token) -> Block {
        let statements = self.body(brace).filter_map(|s| self.block_statement(s)).collect();
        Block { statements }
    }

    fn block_statement(&mut self, statement: &'src [Token]) -> Option<Statement> {
        let rules = &self.grammar.statements;
        let span = self.span(statement);
        let is_name = statement[0].is_name();
        let assigns = statement.get(1).is_some_and(|t| !t.is_name());
        let kind = if delivers(statement) {
            StatementKind::Deliver(self.run(&rules.expr, statement, 1)?)
        } else if head(Layer::Block, statement).is_some() && !assigns {
            StatementKind::Let(self.declaration(statement)?)
        } else if is_name && assigns {
            let (target, op, value) = self.run(&rules.assign, statement, 0)?;
            StatementKind::Assign { target, op, value }
        } else {
            self.unknown(Layer::Block, statement);
            return None;
        };
        Some(Statement { kind, span })
    }

    fn not_in_compartment(&mut self, word: Token) {
        let message = format!("`{}` belongs to the neuron", word.text(self.state.text));
        let at = word.span(self.state.source);
        self.report(
            Diagnostic::new(codes::UNKNOWN_STATEMENT, at, message, "not in a compartment")
                .with_help("write it after the compartment, and its states as in `soma.v`"),
        );
    }
}

/// Whether a statement is `deliver …`, and not an assignment to something of that name.
fn delivers(statement: &[Token]) -> bool {
    let assigned = |t: &Token| {
        use Kind::{Equals, MinusEquals, PlusEquals, SlashEquals, StarEquals};
        matches!(t.kind, Equals | PlusEquals | MinusEquals | StarEquals | SlashEquals)
    };
    statement[0].is(Word::Deliver) && !statement.get(1).is_some_and(assigned)
}
