//! Bodies of neurons, and blocks of assignments.

use snn_diagnostics::{Diagnostic, codes::syntax as codes};

use super::{Parser, head, later_head};
use crate::ast::{Block, Check, Declaration, NeuronItem, Statement, StatementKind};
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    pub(super) fn neuron(&mut self, brace: Token) -> Vec<NeuronItem> {
        let mut items = Vec::new();
        // Paths such as `soma.v` are reported with the compartments they lead to.
        let compartments =
            self.body(brace).any(|s| s.first().is_some_and(|t| t.is(Word::Compartment)));
        for statement in self.body(brace) {
            let path = if compartments { None } else { target_path(statement) };
            if compartments && target_path(statement).is_some() {
                continue;
            }
            if let Some(dot) = path {
                self.no_path(dot);
                continue;
            }
            items.extend(self.neuron_item(statement, compartments));
        }
        items
    }

    fn neuron_item(&mut self, statement: &'src [Token], compartments: bool) -> Option<NeuronItem> {
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
        let Some(word) = head(Layer::Neuron, statement) else {
            self.unknown(Layer::Neuron, statement);
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
                let body = self.block(body, compartments);
                let otherwise = otherwise.map(|b| self.block(b, compartments));
                NeuronItem::Reset { body, otherwise, span: first.span(self.state.source) }
            }
            Word::Refractory => {
                let (duration, mode) = self.run(&rules.refractory, statement, 1)?;
                NeuronItem::Refractory { duration, mode, span }
            }
            Word::Solve => {
                let (method, substeps) = self.run(&rules.solve, statement, 1)?;
                NeuronItem::Solve { method, substeps }
            }
            _ => {
                let body = self.run(&rules.on_tick, statement, 1)?;
                let span = self.span(&statement[..2]);
                NeuronItem::OnTick { body: self.block(body, compartments), span }
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

    fn block(&mut self, brace: Token, compartments: bool) -> Block {
        let mut statements = Vec::new();
        for statement in self.body(brace) {
            match target_path(statement) {
                Some(_) if compartments => {}
                Some(dot) => self.no_path(dot),
                None => statements.extend(self.block_statement(statement)),
            }
        }
        Block { statements }
    }

    fn block_statement(&mut self, statement: &'src [Token]) -> Option<Statement> {
        let rules = &self.grammar.statements;
        let span = self.span(statement);
        let is_name = statement[0].is_name();
        let assigns = statement.get(1).is_some_and(|t| !t.is_name());
        let kind = if head(Layer::Block, statement).is_some() && !assigns {
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

    fn no_path(&mut self, dot: Token) {
        let at = dot.span(self.state.source);
        self.report(
            Diagnostic::new(codes::NOT_AVAILABLE, at, "compartments are not available yet", "")
                .with_help("a neuron has one compartment; name its states without a `.`"),
        );
    }
}

/// The dot of a state in a compartment, where a state is assigned or held.
fn target_path(statement: &[Token]) -> Option<Token> {
    let from = match statement {
        [first, dot, ..] if first.is_name() && dot.kind == Kind::Dot => 0,
        [first, ..] if first.is(Word::Refractory) => {
            statement.iter().position(|t| t.is(Word::Hold))?
        }
        _ => return None,
    };
    statement[from..].iter().copied().find(|t| t.kind == Kind::Dot)
}
