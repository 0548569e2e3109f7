//! One canonical layout.
//!
//! Tokens, comments and the choice between one line and several stay as they are; indentation, spaces
//! and blank lines are made anew. The rules are in `spec/language.md` ("Layout").

mod align;
mod space;

use snn_diagnostics::{Checked, SourceId, codes::syntax as codes};

use crate::lexer::{self, Comment, Lexed};
use crate::parse::{parse, split};
use crate::token::{Kind, Token};
use crate::word::Word;
use space::Spaces;

/// The text in canonical layout; no value where the text has syntax errors. Formatting twice changes
/// nothing, and the tokens stay the same.
pub fn format(source: SourceId, text: &str) -> Checked<String> {
    let mut diagnostics = parse(source, text).diagnostics;
    diagnostics.retain(|d| d.code != codes::NOT_AVAILABLE);
    if !diagnostics.is_empty() {
        return Checked::new(None, diagnostics);
    }
    let Lexed { tokens, comments, .. } = lexer::lex(source, text);
    Checked::clean(Layout::new(text, &tokens).run(&comments))
}

/// A line break before a token or comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Line,
    /// A line end and an empty line.
    Blank,
}

struct Layout<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// Whether the braces that open or close at this token stand on lines of their own.
    tall: Vec<bool>,
    out: String,
    /// End of the last token or comment.
    end: usize,
    /// Open braces, and open lists within the statement at hand.
    braces: usize,
    lists: usize,
    spaces: Spaces,
    after_comment: bool,
    /// Where in `out` the comments at the ends of lines begin.
    line_comments: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self {
            text,
            tokens,
            tall: Vec::new(),
            out: String::with_capacity(text.len() + text.len() / 8),
            end: 0,
            braces: 0,
            lists: 0,
            spaces: Spaces::default(),
            after_comment: false,
            line_comments: Vec::new(),
        }
    }

    fn run(mut self, comments: &[Comment]) -> String {
        self.tall = tall_braces(self.tokens, comments);
        let mut comments = comments.iter().peekable();
        for i in 0..self.tokens.len() {
            let start = self.tokens[i].start;
            while let Some(comment) = comments.next_if(|c| c.start < start) {
                self.comment(*comment, i);
            }
            self.token(i);
        }
        for comment in comments {
            self.comment(*comment, self.tokens.len());
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        align::align(&self.out, &self.line_comments)
    }

    /// A comment before token `next`.
    fn comment(&mut self, comment: Comment, next: usize) {
        let mut line_break = self.written_break(comment.start as usize);
        if self.opens_tall(next) || self.after_comment {
            let most = if self.after_comment { Break::Blank } else { Break::Line };
            line_break = line_break.min(most);
        }
        let continues = self.lists > 0
            || next.checked_sub(1).is_some_and(|before| self.tokens[before].kind.continues());
        match line_break {
            Break::None if self.out.is_empty() => {}
            Break::None => {
                self.out.push_str("  ");
                self.line_comments.push(self.out.len());
            }
            _ => self.line(line_break, self.braces + self.lists.max(usize::from(continues))),
        }
        self.out.push_str(self.text[comment.start as usize..comment.end as usize].trim_end());
        self.end = comment.end as usize;
        self.after_comment = true;
    }

    fn token(&mut self, i: usize) {
        let token = self.tokens[i];
        let begins = self.lists == 0 && (i == 0 || self.begins_statement(i));
        match token.kind {
            Kind::CloseBrace => self.braces -= 1,
            Kind::CloseParen | Kind::CloseBracket => self.lists = self.lists.saturating_sub(1),
            _ => {}
        }
        let line_break = self.token_break(i);
        let space = self.spaces.before(token, begins);
        if line_break == Break::None {
            if space && !self.out.is_empty() {
                self.out.push(' ');
            }
        } else {
            let continues = !begins && token.kind != Kind::CloseBrace && !closes_list(token);
            self.line(line_break, self.braces + self.lists.max(usize::from(continues)));
        }
        self.out.push_str(token.text(self.text));
        self.end = token.end as usize;
        self.after_comment = false;
        match token.kind {
            Kind::OpenBrace => self.braces += 1,
            Kind::OpenParen | Kind::OpenBracket => self.lists += 1,
            _ => {}
        }
    }

    fn begins_statement(&self, i: usize) -> bool {
        matches!(self.tokens[i - 1].kind, Kind::OpenBrace)
            || split::ends_before(self.tokens, i)
            || self.tokens[i - 1].kind == Kind::Semicolon
    }

    fn token_break(&self, i: usize) -> Break {
        let token = self.tokens[i];
        let written = self.written_break(token.start as usize);
        if self.out.is_empty() {
            return Break::None;
        }
        if self.after_comment {
            let closes = token.kind == Kind::CloseBrace;
            return if closes { Break::Line } else { written.max(Break::Line) };
        }
        if self.opens_tall(i) || (token.kind == Kind::CloseBrace && self.tall[i]) {
            return Break::Line;
        }
        let joins = match token.kind {
            Kind::OpenBrace => true,
            Kind::CloseBrace => self.tokens[i - 1].kind == Kind::OpenBrace,
            Kind::Word(Word::Else) => self.tokens[i - 1].kind == Kind::CloseBrace,
            _ => false,
        };
        // An empty line within a statement says nothing.
        let most = if self.lists > 0 || closes_list(token) { Break::Line } else { Break::Blank };
        if joins { Break::None } else { written.min(most) }
    }

    /// Whether token `i` is the first within braces on lines of their own.
    fn opens_tall(&self, i: usize) -> bool {
        i.checked_sub(1)
            .is_some_and(|before| self.tokens[before].kind == Kind::OpenBrace && self.tall[before])
    }

    /// The break that the text has before byte `start`.
    fn written_break(&self, start: usize) -> Break {
        match self.text[self.end..start].bytes().filter(|b| *b == b'\n').count() {
            0 => Break::None,
            1 => Break::Line,
            _ => Break::Blank,
        }
    }

    fn line(&mut self, line_break: Break, indent: usize) {
        if self.out.is_empty() {
            return;
        }
        self.out.push_str(if line_break == Break::Blank { "\n\n" } else { "\n" });
        for _ in 0..indent {
            self.out.push_str("  ");
        }
    }
}

fn closes_list(token: Token) -> bool {
    matches!(token.kind, Kind::CloseParen | Kind::CloseBracket)
}

/// Braces with a line end or a comment between them, at both brackets. Empty ones are never tall.
fn tall_braces(tokens: &[Token], comments: &[Comment]) -> Vec<bool> {
    let mut tall = vec![false; tokens.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    // Line ends and comments so far, to be compared at both brackets.
    let mut breaks = 0;
    let mut next = 0;
    for (i, token) in tokens.iter().enumerate() {
        let empty =
            i > 0 && tokens[i - 1].kind == Kind::OpenBrace && token.kind == Kind::CloseBrace;
        breaks += usize::from(token.newline && !empty);
        while comments.get(next).is_some_and(|c| c.start < token.start) {
            next += 1;
            breaks += 1;
        }
        match token.kind {
            Kind::OpenBrace => open.push((i, breaks)),
            Kind::CloseBrace => {
                if let Some((opener, before)) = open.pop() {
                    tall[opener] = breaks > before;
                    tall[i] = breaks > before;
                }
            }
            _ => {}
        }
    }
    tall
}
