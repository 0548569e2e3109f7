//! Top-level items.

use snn_diagnostics::nearest;

use super::{Parser, head, later_head, split};
use crate::ast::{Experiment, File, Item, ItemKind};
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

impl<'src> Parser<'_, 'src> {
    pub(super) fn file(&mut self) -> File {
        let tree = self.tree;
        let mut items = Vec::new();
        // Statements of a body whose braces are at fault would each be unknown: one message is enough.
        let mut lost = self.misplaced;
        for statement in split::statements(tree.tokens(tree.root())) {
            let known = self.item_word(statement);
            if known.is_none() && later_head(Layer::File, statement).is_none() {
                if !lost {
                    self.unknown(Layer::File, statement);
                }
                lost = true;
                continue;
            }
            items.extend(self.item(statement, known));
            // Without its braces, what was meant for a body stands outside.
            lost = self.misplaced || (has_body(known) && brace(statement).is_none());
        }
        File { items }
    }

    /// The item's keyword; a misspelt one is reported and taken as meant.
    fn item_word(&mut self, statement: &'src [Token]) -> Option<Word> {
        if let Some(word) = head(Layer::File, statement) {
            return Some(word);
        }
        let [first, second, ..] = statement else { return None };
        if first.kind != Kind::Name || !(second.is_name() || second.kind == Kind::Text) {
            return None;
        }
        let letters = first.text(self.state.text);
        let candidates = Layer::File.heads().iter().map(|w| w.text());
        let word = Word::find(nearest(letters, candidates)?)?;
        self.unknown(Layer::File, statement);
        Some(word)
    }

    fn item(&mut self, statement: &'src [Token], word: Option<Word>) -> Option<Item> {
        let doc = self.doc(statement[0]);
        let span = self.span(statement);
        let Some(word) = word else {
            let keyword = self.later(statement[0]);
            let name = statement.get(1).filter(|t| t.is_name()).map(|t| self.name(*t));
            return Some(Item { doc, kind: ItemKind::Later { keyword, name }, span });
        };
        let kind = match word {
            Word::Import => self.import(statement)?,
            Word::Const => {
                let grammar = self.grammar;
                let mut declaration = self.run(&grammar.statements.declaration, statement, 1)?;
                declaration.doc = declaration.doc.or_else(|| doc.clone());
                ItemKind::Const(declaration)
            }
            Word::Fn => self.function(statement)?,
            Word::Mapping => self.mapping_item(statement)?,
            Word::Experiment => self.experiment_item(statement)?,
            _ => self.named_item(word, statement)?,
        };
        Some(Item { doc, kind, span })
    }

    fn import(&mut self, statement: &'src [Token]) -> Option<ItemKind> {
        // A text without its closing quote has been reported.
        if statement.get(1).is_some_and(|t| t.kind == Kind::Error) {
            return None;
        }
        let grammar = self.grammar;
        let (path, alias) = self.run(&grammar.statements.import, statement, 1)?;
        let text = path.text(self.state.text);
        Some(ItemKind::Import {
            path: text[1..text.len() - 1].to_owned(),
            path_span: path.span(self.state.source),
            alias,
        })
    }

    fn function(&mut self, statement: &'src [Token]) -> Option<ItemKind> {
        let grammar = self.grammar;
        let (name, parameters, unit, body) =
            self.run(&grammar.statements.function, statement, 1)?;
        Some(ItemKind::Fn { name, parameters, unit, body })
    }

    fn named_item(&mut self, word: Word, statement: &'src [Token]) -> Option<ItemKind> {
        let grammar = self.grammar;
        let parsed = self.run(&grammar.statements.named_body, statement, 1);
        // The body is looked at even where the head is at fault: all faults in one run.
        let brace = parsed.as_ref().map(|(_, brace)| *brace).or_else(|| brace(statement))?;
        Some(match word {
            Word::Neuron => {
                let items = self.neuron(brace);
                ItemKind::Neuron { name: parsed?.0, items }
            }
            Word::Synapse => {
                let items = self.synapse(Layer::Synapse, brace);
                ItemKind::Synapse { name: parsed?.0, items }
            }
            Word::Plasticity => {
                let items = self.synapse(Layer::Plasticity, brace);
                ItemKind::Plasticity { name: parsed?.0, items }
            }
            Word::Network => {
                let items = self.network(brace);
                ItemKind::Network { name: parsed?.0, items }
            }
            _ => {
                let items = self.chip(brace);
                ItemKind::Chip { name: parsed?.0, items }
            }
        })
    }

    fn mapping_item(&mut self, statement: &'src [Token]) -> Option<ItemKind> {
        let grammar = self.grammar;
        let parsed = self.run(&grammar.statements.mapping, statement, 1);
        let brace = brace(statement)?;
        let directives = self.mapping(brace);
        let (name, network, chip, _) = parsed?;
        Some(ItemKind::Mapping { name, network, chip, directives })
    }

    fn experiment_item(&mut self, statement: &'src [Token]) -> Option<ItemKind> {
        let grammar = self.grammar;
        let parsed = self.run(&grammar.statements.experiment, statement, 1);
        let brace = brace(statement)?;
        let items = self.experiment(brace);
        let (name, network, on, _) = parsed?;
        Some(ItemKind::Experiment(Experiment {
            name,
            network: network.call,
            network_span: network.span,
            on,
            items,
        }))
    }
}

fn has_body(word: Option<Word>) -> bool {
    !matches!(word, Some(Word::Import | Word::Const | Word::Fn))
}

/// The body of an item, wherever it stands.
fn brace(statement: &[Token]) -> Option<Token> {
    statement.iter().copied().find(|t| t.kind == Kind::Brace)
}
