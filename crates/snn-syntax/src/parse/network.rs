//! Bodies of networks and of connections.

use snn_diagnostics::{Diagnostic, Span, codes::syntax::UNEXPECTED};

use super::{Parser, head, later_head};
use crate::ast::{
    At, Connect, ConnectItem, Expr, Name, NetworkItem, Population, Source, SubNetwork, Update,
};
use crate::grammar::PlacedCall;
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

/// Name, brackets, what it is, positions, the whole statement.
type Member = (Name, Vec<Vec<Expr>>, PlacedCall, Option<At>, Span);

impl<'src> Parser<'_, 'src> {
    pub(super) fn network(&mut self, brace: Token) -> Vec<NetworkItem> {
        self.body(brace).filter_map(|statement| self.network_item(statement)).collect()
    }

    fn network_item(&mut self, statement: &'src [Token]) -> Option<NetworkItem> {
        if let Some(keyword) = later_head(Layer::Network, statement) {
            return Some(NetworkItem::Later(self.later(keyword)));
        }
        let Some(word) = head(Layer::Network, statement) else {
            self.unknown(Layer::Network, statement);
            return None;
        };
        Some(match word {
            Word::Param => NetworkItem::Param(self.declarations(statement)?),
            Word::Check => NetworkItem::Check(self.check(statement)?),
            Word::Let => NetworkItem::Let(self.declaration(statement)?),
            Word::Population => NetworkItem::Population(self.population(statement)?),
            Word::Source => {
                let (name, brackets, model, at, span) = self.member(statement)?;
                let (kind, kind_span) = (model.call, model.span);
                NetworkItem::Source(Source { name, brackets, kind, kind_span, at, span })
            }
            Word::Network => {
                let (name, brackets, model, _, span) = self.member(statement)?;
                let (network, network_span) = (model.call, model.span);
                NetworkItem::Network(SubNetwork { name, brackets, network, network_span, span })
            }
            Word::Connect => NetworkItem::Connect(self.connect(statement)?),
            Word::If => {
                let rules = &self.grammar.statements;
                let (branches, last) = self.run(&rules.choice, statement, 1)?;
                let branches = branches.into_iter().map(|(c, body)| (c, self.network(body)));
                let branches = branches.collect();
                let otherwise = last.map_or_else(Vec::new, |body| self.network(body));
                NetworkItem::If { branches, otherwise }
            }
            _ => {
                let rules = &self.grammar.statements;
                let (variable, range, body) = self.run(&rules.for_loop, statement, 1)?;
                let span = statement[0].span(self.state.source);
                NetworkItem::For { variable, range, body: self.network(body), span }
            }
        })
    }

    fn population(&mut self, statement: &'src [Token]) -> Option<Population> {
        let rules = &self.grammar.statements;
        let (name, brackets, model, at, update) = self.run(&rules.population, statement, 1)?;
        let at = at.map(placed);
        let doc = self.doc(statement[0]);
        let span = self.span(statement);
        let (model, model_span) = (model.call, model.span);
        Some(Population { doc, name, brackets, model, model_span, at, update, span })
    }

    /// A source or a network within a network: name, brackets, what it is, positions, the whole.
    fn member(&mut self, statement: &'src [Token]) -> Option<Member> {
        let rules = &self.grammar.statements;
        let (name, brackets, model, at, update) = self.run(&rules.population, statement, 1)?;
        if let Some(Update { span, .. }) = update {
            let message = "only the neurons of a population are updated";
            self.report(Diagnostic::new(UNEXPECTED, span, message, "leave this out"));
        }
        Some((name, brackets, model, at.map(placed), self.span(statement)))
    }

    fn connect(&mut self, statement: &'src [Token]) -> Option<Connect> {
        let rules = &self.grammar.statements;
        let parsed = self.run(&rules.connect, statement, 1);
        let brace = statement.last().copied().filter(|t| t.kind == Kind::Brace);
        let items = brace.map_or_else(Vec::new, |b| {
            self.body(b).filter_map(|statement| self.connect_item(statement)).collect()
        });
        let (from, to, name, _) = parsed?;
        let span = statement[0].span(self.state.source).to(to.span);
        Some(Connect { from, to, name, items, span })
    }

    fn connect_item(&mut self, statement: &'src [Token]) -> Option<ConnectItem> {
        if let Some(keyword) = later_head(Layer::Connect, statement) {
            return Some(ConnectItem::Later(self.later(keyword)));
        }
        let Some(word) = head(Layer::Connect, statement) else {
            self.unknown(Layer::Connect, statement);
            return None;
        };
        if let Some(keyword) = later_part(word, statement) {
            return Some(ConnectItem::Later(self.later(keyword)));
        }
        let rules = &self.grammar.statements;
        Some(match word {
            Word::Rule => {
                let (rule, also) = self.run(&rules.rule, statement, 1)?;
                let also = also.map(|also| (also.call, also.span));
                ConnectItem::Rule { rule: rule.call, also, span: rule.span }
            }
            Word::Weight => ConnectItem::Weight(self.run(&rules.expr, statement, 1)?),
            Word::Delay if delay_has_parts(statement) => {
                let (axon, dendrite, back) = self.run(&rules.delay_parts, statement, 1)?;
                ConnectItem::DelayParts { axon, dendrite, back, span: self.span(statement) }
            }
            Word::Delay if statement.last().is_some_and(|t| t.is(Word::Tick)) => {
                let number = &statement[..statement.len() - 1];
                ConnectItem::Ticks(self.run(&rules.expr, number, 1)?)
            }
            Word::Delay => ConnectItem::Delay(self.run(&rules.expr, statement, 1)?),
            Word::Via => {
                let via = self.run(&rules.call, statement, 1)?;
                ConnectItem::Via { synapse: via.call, span: via.span }
            }
            Word::Learn => {
                self.state.delayed = true;
                let learn = self.run(&rules.call, statement, 1);
                self.state.delayed = false;
                let learn = learn?;
                ConnectItem::Learn { plasticity: learn.call, span: learn.span }
            }
            Word::Ties => {
                let (first, second, suffix) = self.run(&rules.ties, statement, 1)?;
                ConnectItem::Ties { first, second, suffix }
            }
            _ => ConnectItem::No(self.run(&rules.name, statement, 1)?),
        })
    }
}

fn placed((layout, torus): (PlacedCall, Option<Name>)) -> At {
    At { layout: layout.call, torus, span: layout.span }
}

/// The word that makes a statement of a connection one of a later version.
fn later_part(word: Word, statement: &[Token]) -> Option<Token> {
    match word {
        Word::Weight => statement.iter().copied().skip(2).find(|t| t.is(Word::As)),
        _ => None,
    }
}

/// Whether a delay names its parts: `delay axon …`.
fn delay_has_parts(statement: &[Token]) -> bool {
    let named = |t: &Token| t.is(Word::Axon) || t.is(Word::Dendrite) || t.is(Word::Back);
    let value = |t: &Token| matches!(t.kind, Kind::Number | Kind::Paren) || t.is_name();
    statement.get(1).is_some_and(named) && statement.get(2).is_some_and(value)
}
