//! Bracket groups. The tokens of a group lie side by side, and a group within it is one token: no
//! later stage recurses over brackets to find its way, and no fault leaks out of its group.

mod brackets;

use std::collections::BTreeMap;

use snn_diagnostics::{Diagnostic, SourceId};

use crate::token::{Kind, Token};
use brackets::Repair;

/// All tokens of a text, by group.
pub(crate) struct Tree {
    arena: Vec<Token>,
    groups: Vec<Group>,
}

/// One pair of brackets, or the whole text.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// First token of the arena.
    first: usize,
    /// One past the last token.
    last: usize,
    /// Whether a fault of its brackets has been reported: what stands in it stays silent.
    faulty: bool,
}

impl Tree {
    /// Index of the group that is the whole text.
    pub(crate) fn root(&self) -> u32 {
        self.groups.len() as u32 - 1
    }

    /// Number of groups; a group's index is above those of all groups within it.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }

    /// Tokens of a group, without its brackets.
    pub(crate) fn tokens(&self, group: u32) -> &[Token] {
        let group = self.groups[group as usize];
        &self.arena[group.first..group.last]
    }

    /// Whether the group's brackets are at fault.
    pub(crate) fn is_faulty(&self, group: u32) -> bool {
        self.groups[group as usize].faulty
    }
}

/// Makes groups of brackets; unmatched ones are reported and closed or dropped where they were
/// probably meant to be.
pub(crate) fn build(source: SourceId, text: &str, tokens: &[Token]) -> (Tree, Vec<Diagnostic>) {
    let (repairs, diagnostics) = brackets::check(source, text, tokens);
    let mut builder = Builder {
        tree: Tree { arena: Vec::with_capacity(tokens.len()), groups: Vec::new() },
        open: Vec::new(),
        tokens: Vec::new(),
    };
    builder.run(tokens, &repairs);
    (builder.tree, diagnostics)
}

struct Builder {
    tree: Tree,
    /// Brackets that are open, and where their tokens begin in `tokens`.
    open: Vec<(Token, usize)>,
    /// Tokens of all open groups, outermost first.
    tokens: Vec<Token>,
}

impl Builder {
    fn run(&mut self, tokens: &[Token], repairs: &BTreeMap<usize, Repair>) {
        let mut skip_until = 0;
        for (i, &token) in tokens.iter().enumerate() {
            if i < skip_until {
                continue;
            }
            let repair = if repairs.is_empty() { None } else { repairs.get(&i) };
            match repair {
                Some(Repair::Drop) => {
                    self.tokens.push(Token { kind: Kind::Bad, ..token });
                    continue;
                }
                Some(Repair::Skip { until }) => {
                    self.tokens.push(Token { kind: Kind::Bad, ..token });
                    skip_until = *until;
                    continue;
                }
                Some(Repair::Open) => {
                    let end = tokens[i - 1].end;
                    let brace =
                        Token { kind: Kind::OpenBrace, newline: false, start: end, end, group: 0 };
                    self.open.push((brace, self.tokens.len()));
                }
                Some(Repair::Close { count }) => {
                    for _ in 0..*count {
                        let end = tokens[i - 1].end;
                        self.close(end, true);
                    }
                }
                Some(Repair::Accept) => {
                    self.close(token.end, true);
                    continue;
                }
                None => {}
            }
            if token.kind.is_open() {
                self.open.push((token, self.tokens.len()));
            } else if token.kind.is_close() {
                self.close(token.end, false);
            } else {
                self.tokens.push(token);
            }
        }
        let end = tokens.last().map_or(0, |t| t.end);
        while !self.open.is_empty() {
            self.close(end, true);
        }
        self.store(0, false);
    }

    fn close(&mut self, end: u32, faulty: bool) {
        let Some((open, first)) = self.open.pop() else { return };
        let group = self.store(first, faulty);
        self.tokens.push(Token { kind: open.kind.group(), end, group, ..open });
    }

    fn store(&mut self, from: usize, faulty: bool) -> u32 {
        let first = self.tree.arena.len();
        self.tree.arena.extend_from_slice(&self.tokens[from..]);
        self.tokens.truncate(from);
        self.tree.groups.push(Group { first, last: self.tree.arena.len(), faulty });
        self.tree.groups.len() as u32 - 1
    }
}
