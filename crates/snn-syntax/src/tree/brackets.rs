//! Which bracket is missing, and where it was probably meant to stand.
//!
//! Well matched brackets cost one pass. Only a text with a fault is looked at again, with line ends
//! and indentation as witnesses.

use std::collections::BTreeMap;

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes};

use crate::limits;
use crate::token::{Kind, Token};
use crate::word::Word;

/// What is done at a token so that all brackets match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// This closing bracket has no partner.
    Drop,
    /// A brace is opened before this token.
    Open,
    /// Innermost groups end before this token.
    Close { count: u32 },
    /// This closing bracket is of the wrong kind, and closes all the same.
    Accept,
    /// Everything up to `until` is nested too deeply.
    Skip { until: usize },
}

/// Repairs by token index, and what is wrong.
pub(super) fn check(
    source: SourceId,
    text: &str,
    tokens: &[Token],
) -> (BTreeMap<usize, Repair>, Vec<Diagnostic>) {
    match shape(tokens) {
        Shape::Matched => return (BTreeMap::new(), Vec::new()),
        Shape::TooDeep { at } => {
            // Where such brackets end says nothing any more: the rest of the text is left out.
            let repairs = BTreeMap::from([(at, Repair::Skip { until: tokens.len() })]);
            return (repairs, vec![too_deep(tokens[at].span(source))]);
        }
        Shape::Unmatched => {}
    }
    let mut search = Search {
        source,
        text,
        tokens,
        open: Vec::new(),
        bodiless: None,
        repairs: BTreeMap::new(),
        diagnostics: Vec::new(),
    };
    search.run();
    (search.repairs, search.diagnostics)
}

enum Shape {
    Matched,
    Unmatched,
    TooDeep { at: usize },
}

fn shape(tokens: &[Token]) -> Shape {
    let mut open = Vec::with_capacity(limits::BRACKETS + 1);
    let mut unmatched = false;
    for (at, token) in tokens.iter().enumerate() {
        if token.kind.is_open() {
            open.push(token.kind.closer());
            if open.len() > limits::BRACKETS {
                return Shape::TooDeep { at };
            }
        } else if token.kind.is_close() {
            unmatched |= open.pop() != Some(token.kind);
        }
    }
    if unmatched || !open.is_empty() { Shape::Unmatched } else { Shape::Matched }
}

fn too_deep(at: Span) -> Diagnostic {
    let message = format!("brackets are nested more than {} deep", limits::BRACKETS);
    Diagnostic::new(codes::TOO_DEEP, at, message, "")
        .with_help("name an inner part with `let`, or read large arrays from a file")
}

struct Open {
    token: Token,
    /// Letters before the first token of the line on which it stands.
    indent: usize,
    /// Whether something follows it on its line.
    inline: bool,
    /// Where it was probably meant to end, should it never be closed.
    end: Option<usize>,
}

struct Search<'a> {
    source: SourceId,
    text: &'a str,
    tokens: &'a [Token],
    open: Vec<Open>,
    /// The line after the head of the last item, where no brace has been opened since.
    bodiless: Option<usize>,
    repairs: BTreeMap<usize, Repair>,
    diagnostics: Vec<Diagnostic>,
}

impl Search<'_> {
    fn run(&mut self) {
        let mut indent = 0;
        for (i, &token) in self.tokens.iter().enumerate() {
            if token.newline {
                indent = self.column(token);
                self.close_before_item(i, indent);
                self.note_bodiless(i);
            }
            self.note_end(i);
            match token.kind {
                Kind::OpenBrace => {
                    self.close_parens(i);
                    // A brace on the line of the head, or alone on the next one.
                    self.bodiless = self.bodiless.filter(|first| i > *first);
                    self.open.push(Open { token, indent, inline: self.is_inline(i), end: None });
                }
                Kind::OpenParen | Kind::OpenBracket => {
                    self.open.push(Open { token, indent, inline: self.is_inline(i), end: None });
                }
                Kind::CloseParen | Kind::CloseBracket => self.close_list(i),
                Kind::CloseBrace => self.close_brace(i),
                _ => {}
            }
        }
        while !self.open.is_empty() {
            self.unclosed(self.tokens.len());
        }
    }

    fn is_inline(&self, i: usize) -> bool {
        self.tokens.get(i + 1).is_some_and(|next| !next.newline)
    }

    fn is_full(&self) -> bool {
        self.diagnostics.len() > limits::DIAGNOSTICS
    }

    /// Letters between the line's begin and the token.
    fn column(&self, token: Token) -> usize {
        let before = &self.text.as_bytes()[..token.start as usize];
        before.iter().rev().take(1000).take_while(|b| **b != b'\n').count()
    }

    /// The first line end or `;` within a list, and the first line end within braces that begin in
    /// the middle of a line: there they end, should they turn out to be never closed.
    fn note_end(&mut self, i: usize) {
        let token = self.tokens[i];
        let Some(before) = i.checked_sub(1).map(|i| self.tokens[i]) else { return };
        let Some(open) = self.open.last_mut() else { return };
        let line_ends = token.newline && !before.kind.continues() && !before.kind.is_open();
        let is_list = open.token.kind != Kind::OpenBrace;
        let ends = match token.kind {
            Kind::Semicolon => is_list,
            Kind::CloseBrace => false,
            _ => line_ends && (is_list || open.inline),
        };
        if open.end.is_none() && ends {
            open.end = Some(i);
        }
    }

    fn close_parens(&mut self, i: usize) {
        while self.open.last().is_some_and(|o| o.token.kind != Kind::OpenBrace) {
            self.unclosed(i);
        }
    }

    /// An item at or left of the line of an open brace: the brace was meant to be closed before.
    fn close_before_item(&mut self, i: usize, indent: usize) {
        if !begins_item(&self.tokens[i..]) {
            return;
        }
        while let Some(open) = self.open.last() {
            if open.token.kind == Kind::OpenBrace && open.indent < indent {
                return;
            }
            self.unclosed(i);
        }
    }

    /// Whether the head of an item ends before token `i`, the first of its line, without a brace.
    fn note_bodiless(&mut self, i: usize) {
        if self.open.is_empty() && begins_item(&self.tokens[i..]) {
            let ends = self.tokens[i + 1..].iter().position(|t| t.newline).map(|n| i + 1 + n);
            let has_body =
                !matches!(self.tokens[i].kind, Kind::Word(Word::Import | Word::Const | Word::Fn));
            self.bodiless = ends.filter(|_| has_body);
        }
    }

    /// A closing brace without a partner belongs to an item whose opening one is missing.
    fn open_body(&mut self) -> bool {
        let Some(first) = self.bodiless.take() else { return false };
        self.repairs.insert(first, Repair::Open);
        let head = self.tokens[first - 1].span(self.source);
        let message = "the `{` of this body is missing";
        self.diagnostics.push(
            Diagnostic::new(codes::UNMATCHED_BRACKET, head, message, "should follow here")
                .with_help("type `{` at the end of the line")
                .with_fix(head.after(), " {"),
        );
        true
    }

    fn close_list(&mut self, i: usize) {
        let token = self.tokens[i];
        match self.open.last() {
            Some(open) if open.token.kind.closer() == token.kind => {
                self.open.pop();
            }
            Some(open) if open.token.kind != Kind::OpenBrace && self.closes_next(token.kind) => {
                self.unclosed_at(i, i);
                self.open.pop();
            }
            Some(open) if open.token.kind != Kind::OpenBrace => {
                let open = open.token;
                self.repairs.insert(i, Repair::Accept);
                self.open.pop();
                if self.is_full() {
                    return;
                }
                let right = open.kind.closer().text();
                let wrong = token.kind.text();
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::UNMATCHED_BRACKET,
                        token.span(self.source),
                        format!("`{}` is closed by `{wrong}`", open.kind.text()),
                        "",
                    )
                    .with_label(open.span(self.source), "opened here")
                    .with_help(format!("type `{right}`"))
                    .with_fix(token.span(self.source), right),
                );
            }
            _ => self.drop_closer(i),
        }
    }

    /// Whether this bracket closes the list around the innermost one.
    fn closes_next(&self, kind: Kind) -> bool {
        self.open.iter().rev().nth(1).is_some_and(|o| {
            o.token.kind != Kind::OpenBrace && o.token.kind.closer() == kind && o.end.is_none()
        })
    }

    fn close_brace(&mut self, i: usize) {
        self.close_parens(i);
        let token = self.tokens[i];
        if token.newline {
            let indent = self.column(token);
            if self.open.last().is_some_and(|o| o.indent < indent) {
                return self.drop_closer(i);
            }
            while self.open.last().is_some_and(|o| o.indent > indent)
                && self.open.iter().any(|o| o.indent == indent)
            {
                self.unclosed(i);
            }
        }
        if self.open.pop().is_none() && (self.is_full() || !self.open_body()) {
            self.drop_closer(i);
        }
    }

    fn drop_closer(&mut self, i: usize) {
        let token = self.tokens[i];
        self.repairs.insert(i, Repair::Drop);
        if self.is_full() {
            return;
        }
        self.diagnostics.push(
            Diagnostic::new(
                codes::UNMATCHED_BRACKET,
                token.span(self.source),
                format!("this `{}` closes nothing", token.kind.text()),
                "",
            )
            .with_help("remove it, or add the opening bracket before it")
            .with_fix(token.span(self.source), ""),
        );
    }

    /// Reports the innermost open bracket, found open at token `i`, and closes it.
    fn unclosed(&mut self, i: usize) {
        let end = self.open.last().and_then(|o| o.end).unwrap_or(i);
        self.unclosed_at(i, end);
    }

    fn unclosed_at(&mut self, i: usize, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let fresh = match self.repairs.get_mut(&end) {
            Some(Repair::Close { count }) => {
                *count += 1;
                false
            }
            _ => {
                self.repairs.insert(end, Repair::Close { count: 1 });
                true
            }
        };
        let is_list = open.token.kind != Kind::OpenBrace;
        if let Some(outer) = self.open.last_mut()
            && is_list
            && end < i
            && outer.token.kind != Kind::OpenBrace
        {
            outer.end = outer.end.or(open.end);
        }
        if (is_list && !fresh) || self.is_full() {
            return;
        }
        let closer = open.token.kind.closer().text();
        let mut diagnostic = Diagnostic::new(
            codes::UNMATCHED_BRACKET,
            open.token.span(self.source),
            format!("this `{}` is never closed", open.token.kind.text()),
            "opened here",
        )
        .with_help(format!("type `{closer}` where it ends"));
        if let Some(last) = end.checked_sub(1).map(|i| self.tokens[i].span(self.source).after()) {
            if is_list && self.ends_surely(open.token, end) {
                diagnostic = diagnostic.with_fix(last, closer);
            }
            diagnostic = diagnostic.with_label(last, format!("`{closer}` is missing about here"));
        }
        self.diagnostics.push(diagnostic);
    }
}

impl Search<'_> {
    /// Whether a list that is never closed can only end before token `end`: nothing in it could stand
    /// after it as well.
    fn ends_surely(&self, open: Token, end: usize) -> bool {
        let from = self.tokens.partition_point(|t| t.start <= open.start);
        let inside = self.tokens.get(from..end).unwrap_or(&[]);
        !inside.is_empty() && !inside.iter().any(|t| t.kind.is_binary() || t.kind == Kind::Comma)
    }
}

/// Whether a top-level item begins here: its keyword, and a name or path.
fn begins_item(tokens: &[Token]) -> bool {
    let [head, next, ..] = tokens else { return false };
    let Kind::Word(word) = head.kind else { return false };
    match word {
        Word::Import => next.kind == Kind::Text,
        Word::Neuron
        | Word::Synapse
        | Word::Plasticity
        | Word::Network
        | Word::Chip
        | Word::Board
        | Word::Mapping
        | Word::Experiment
        | Word::Const
        | Word::Fn => next.is_name() && !next.newline,
        _ => false,
    }
}
