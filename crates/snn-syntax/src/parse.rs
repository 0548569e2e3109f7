//! Tokens to syntax tree: statements are cut out first and parsed one by one, so that a fault costs
//! one statement and one message.

mod chip;
mod experiment;
mod file;
mod network;
mod neuron;
pub(crate) mod split;
mod synapse;

use std::collections::{HashMap, HashSet, VecDeque};

use chumsky::Parser as _;
use chumsky::extra::SimpleState;
use snn_diagnostics::{Checked, Diagnostic, SourceId, Span, codes::syntax as codes};

use crate::ast::{Expr, ExprKind, File, Name};
use crate::fault::Fault;
use crate::grammar::{self, Context, Entry, Grammar, Rule};
use crate::layer::Layer;
use crate::lexer::{self, Lexed};
use crate::limits;
use crate::mistakes;
use crate::token::{Kind, Token};
use crate::tree::{self, Tree};
use crate::word::Word;

/// One override, `brunel.g = 4.5`.
#[derive(Clone, Debug)]
pub struct Set {
    /// The names between the dots.
    pub path: Vec<Name>,
    /// The new value.
    pub value: Expr,
}

/// Parses a source file. There is always a [`File`]; faulty statements are missing from it.
pub fn parse(source: SourceId, text: &str) -> Checked<File> {
    with_parser(source, text, |parser| parser.file())
        .unwrap_or_else(|d| Checked::new(Some(File::default()), vec![*d]))
}

/// Parses an expression that is the whole text. There is always one: [`ExprKind::Error`] after a fault.
pub fn parse_expression(source: SourceId, text: &str) -> Checked<Expr> {
    let silent = || grammar::error(Span::new(source, 0, text.len()));
    with_parser(source, text, |parser| {
        let grammar = parser.grammar;
        let tokens = parser.whole();
        parser.run(&grammar.statements.range, tokens, 0).unwrap_or_else(silent)
    })
    .unwrap_or_else(|d| Checked::new(Some(silent()), vec![*d]))
}

/// Parses an override `PATH=EXPR`; no value where the path is at fault.
pub fn parse_set(source: SourceId, text: &str) -> Checked<Set> {
    let checked = with_parser(source, text, |parser| {
        let grammar = parser.grammar;
        let tokens = parser.whole();
        let (path, value) = parser.run(&grammar.statements.set, tokens, 0)?;
        Some(Set { path: names(path), value })
    });
    match checked {
        Ok(Checked { value, diagnostics }) => Checked::new(value.flatten(), diagnostics),
        Err(d) => Checked::new(None, vec![*d]),
    }
}

fn names(path: Expr) -> Vec<Name> {
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        match rest.kind {
            ExprKind::Field(base, name) => {
                names.push(name);
                rest = *base;
            }
            ExprKind::Name(text) => {
                names.push(Name { text, span: rest.span });
                break;
            }
            _ => break,
        }
    }
    names.reverse();
    names
}

/// Runs `f` on a parser of the text. A text that is too large is refused whole.
fn with_parser<O>(
    source: SourceId,
    text: &str,
    f: impl FnOnce(&mut Parser<'_, '_>) -> O,
) -> Result<Checked<O>, Box<Diagnostic>> {
    if text.len() > limits::BYTES {
        return Err(too_large(source, format!("{} MiB", limits::BYTES >> 20)));
    }
    let Lexed { tokens, comments, diagnostics: mut found } = lexer::lex(source, text);
    if tokens.len() > limits::TOKENS {
        return Err(too_large(source, format!("{} tokens", limits::TOKENS)));
    }
    let docs = docs(text, &tokens, &comments);
    let (tree, bracket_faults) = tree::build(source, text, &tokens);
    drop(tokens);
    let misplaced = !bracket_faults.is_empty();
    found.extend(bracket_faults);
    let groups = std::iter::repeat_with(Vec::new).take(tree.len()).collect();
    let context = Context { source, text, docs, groups, delayed: false, diagnostics: found };
    let mut parser = Parser {
        grammar: &Grammar::new(),
        depth: vec![0; tree.len()],
        tree: &tree,
        state: SimpleState(context),
        misplaced,
        reserved: Vec::new(),
    };
    let value = f(&mut parser);
    Ok(Checked::new(Some(value), limit(parser.finish())))
}

fn too_large(source: SourceId, limit: String) -> Box<Diagnostic> {
    let at = Span::new(source, 0, 0);
    let message = format!("the source text is larger than {limit}");
    let help = "move data into files and read them with `file(\"…\")`";
    Box::new(Diagnostic::new(codes::TOO_LARGE, at, message, "").with_help(help))
}

/// In the order of the text, and not more than anybody reads.
fn limit(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|d| d.primary.span.start);
    if diagnostics.len() > limits::DIAGNOSTICS {
        let at = diagnostics[limits::DIAGNOSTICS].primary.span;
        diagnostics.truncate(limits::DIAGNOSTICS);
        diagnostics.push(
            Diagnostic::new(
                codes::TOO_MANY,
                at,
                format!("more than {} faults; the rest is not shown", limits::DIAGNOSTICS),
                "the next one is here",
            )
            .with_help("correct the first ones and try again"),
        );
    }
    diagnostics
}

/// Documentation by the token that it precedes.
fn docs(text: &str, tokens: &[Token], comments: &[lexer::Comment]) -> HashMap<u32, String> {
    let mut docs: HashMap<u32, String> = HashMap::new();
    let mut next = 0;
    for comment in comments {
        let Some(line) = comment.doc(text) else { continue };
        while tokens.get(next).is_some_and(|t| t.start < comment.start) {
            next += 1;
        }
        let Some(token) = tokens.get(next) else { break };
        let doc = docs.entry(token.start).or_default();
        if !doc.is_empty() {
            doc.push('\n');
        }
        doc.push_str(line);
    }
    docs
}

/// Parses statements; `'src` is the life of the text and its tokens.
pub(crate) struct Parser<'g, 'src> {
    grammar: &'g Grammar<'src>,
    tree: &'src Tree,
    state: SimpleState<Context<'src>>,
    /// Levels of expression in each group that has been looked at.
    depth: Vec<u32>,
    /// Whether brackets were at fault, so that statements may stand in the wrong layer.
    misplaced: bool,
    /// Faults at or directly behind a reserved word, by their number.
    reserved: Vec<(usize, Word)>,
}

/// What is known of a statement before it is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prepared {
    Ready,
    /// It holds something that has been reported: what fails now fails because of that.
    Silent,
    /// A mistake of the statement itself has just been reported.
    Reported,
}

impl<'src> Parser<'_, 'src> {
    fn whole(&self) -> &'src [Token] {
        let tokens = self.tree.tokens(self.tree.root());
        match tokens {
            [inner @ .., last] if last.kind == Kind::Semicolon => inner,
            _ => tokens,
        }
    }

    /// Parses a statement without its first `skip` tokens; a fault is reported.
    fn run<O>(&mut self, rule: &Rule<'src, O>, statement: &'src [Token], skip: usize) -> Option<O> {
        let rest = statement.get(skip..)?;
        let prepared = self.prepare(rest);
        if prepared == Prepared::Reported {
            return None;
        }
        let before = self.state.diagnostics.len();
        match rule.parse_with_state(rest, &mut self.state).into_result() {
            Ok(value) => Some(value),
            Err(faults) => {
                // What was reported on the way is why the statement fails.
                if prepared == Prepared::Ready && self.state.diagnostics.len() == before {
                    self.explain(&faults, statement, skip);
                }
                None
            }
        }
    }

    fn explain(&mut self, faults: &[Fault], statement: &[Token], skip: usize) {
        let Some(fault) = faults.first() else { return };
        if self.is_full() {
            return;
        }
        let context = &self.state.0;
        let end = self.whole_end();
        let diagnostic =
            mistakes::explain(context.source, context.text, fault, statement, skip, end);
        self.note_reserved(
            statement.get((skip + fault.at).saturating_sub(1)..).unwrap_or_default(),
        );
        self.report(diagnostic);
    }

    /// Notes which reserved words the next fault may be due to: the first two of these tokens.
    fn note_reserved(&mut self, tokens: &[Token]) {
        for token in tokens.iter().take(2) {
            if let Kind::Word(word) = token.kind
                && word.is_reserved()
            {
                self.reserved.push((self.state.diagnostics.len(), word));
            }
        }
    }

    /// All faults, without those that only follow from a reserved word that was declared as a name.
    fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.state.0.diagnostics;
        let is_name = |at: usize| found.get(at).is_some_and(|d| d.code == codes::RESERVED_NAME);
        let names: HashSet<Word> =
            self.reserved.iter().filter(|(at, _)| is_name(*at)).map(|(_, word)| *word).collect();
        let follows = |(at, word): &(usize, Word)| !is_name(*at) && names.contains(word);
        let mut follow: Vec<usize> =
            self.reserved.iter().filter(|r| follows(r)).map(|(at, _)| *at).collect();
        follow.dedup();
        while let Some(at) = follow.pop() {
            if at < found.len() {
                found.remove(at);
            }
        }
        found
    }

    fn whole_end(&self) -> u32 {
        self.state.text.len() as u32
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.state.0.report(diagnostic);
    }

    /// Whether no further message would be shown, so that making it would be in vain.
    fn is_full(&self) -> bool {
        self.state.diagnostics.len() > limits::DIAGNOSTICS
    }

    /// Parses the lists in brackets of a statement, innermost first, so that its own parser finds
    /// their entries; looks for mistakes that have messages of their own.
    fn prepare(&mut self, tokens: &'src [Token]) -> Prepared {
        let mut lists = Vec::new();
        let mut silent = self.note_lists(tokens, &mut lists);
        let mut next = 0;
        while next < lists.len() {
            silent |= self.note_lists(self.tree.tokens(lists[next]), &mut lists);
            next += 1;
        }
        let mut mistakes = VecDeque::new();
        for group in lists.iter().rev() {
            match self.look(self.tree.tokens(*group)) {
                Ok(depth) => self.depth[*group as usize] = depth,
                Err(mistake) => mistakes.push_back((*group, mistake)),
            }
        }
        if let Err(mistake) = self.look(tokens) {
            if !silent {
                self.report(*mistake);
            }
            return Prepared::Reported;
        }
        for group in lists.into_iter().rev() {
            let mistake = mistakes.pop_front_if(|(of, _)| *of == group);
            self.list(group, mistake.map(|(_, mistake)| mistake), silent);
        }
        if silent { Prepared::Silent } else { Prepared::Ready }
    }

    /// Notes the lists directly within `tokens`; whether something here has been reported.
    fn note_lists(&self, tokens: &[Token], lists: &mut Vec<u32>) -> bool {
        let mut silent = false;
        for token in tokens {
            match token.kind {
                Kind::Paren | Kind::Bracket => {
                    silent |= self.tree.is_faulty(token.group);
                    lists.push(token.group);
                }
                Kind::Brace => silent |= self.tree.is_faulty(token.group),
                Kind::Bad => silent = true,
                _ => {}
            }
        }
        silent
    }

    fn list(&mut self, group: u32, mistake: Option<Box<Diagnostic>>, silent: bool) {
        let tokens = self.tree.tokens(group);
        let entries = match mistake {
            Some(mistake) => {
                if !silent {
                    self.report(*mistake);
                }
                None
            }
            None if self.tree.is_faulty(group) => None,
            None => {
                let rule = &self.grammar.expressions.entries;
                let before = self.state.diagnostics.len();
                match rule.parse_with_state(tokens, &mut self.state).into_result() {
                    Ok(entries) => Some(entries),
                    Err(faults) => {
                        if !silent && self.state.diagnostics.len() == before {
                            self.explain(&faults, tokens, 0);
                        }
                        None
                    }
                }
            }
        };
        let silent_entry = || vec![Entry::Value(grammar::error(self.span(tokens)))];
        self.state.groups[group as usize] = match entries {
            Some(entries) => entries,
            None => silent_entry(),
        };
    }

    /// Levels of expression, or the mistake that is seen without parsing.
    fn look(&self, tokens: &[Token]) -> Result<u32, Box<Diagnostic>> {
        let context = &self.state.0;
        mistakes::look(context.source, context.text, tokens, |group| self.depth[group as usize])
    }

    fn span(&self, tokens: &[Token]) -> Span {
        let source = self.state.source;
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => first.span(source).to(last.span(source)),
            _ => Span::new(source, 0, 0),
        }
    }

    fn name(&self, token: Token) -> Name {
        self.state.name(token)
    }

    fn doc(&mut self, token: Token) -> Option<String> {
        self.state.docs.remove(&token.start)
    }

    /// Reports a construct of a later version at its keyword.
    fn later(&mut self, token: Token) -> Name {
        let name = self.name(token);
        self.report(Diagnostic::new(
            codes::NOT_AVAILABLE,
            name.span,
            format!("`{}` is not available yet", name.text),
            "",
        ));
        name
    }

    /// The statements within braces; none where the braces are missing or at fault.
    fn body(&self, brace: Token) -> impl Iterator<Item = &'src [Token]> + use<'src> {
        split::statements(self.tree.tokens(brace.group))
    }

    /// Reports a statement that no rule of its layer begins.
    fn unknown(&mut self, layer: Layer, statement: &'src [Token]) {
        if self.is_full() || self.prepare_silently(statement) {
            return;
        }
        let context = &self.state.0;
        let diagnostic = mistakes::unknown(context.source, context.text, layer, statement);
        // Where brackets are at fault, statements may only have slipped into the wrong layer.
        if !self.misplaced || diagnostic.code == codes::MISSPELT {
            self.note_reserved(&statement[..1]);
            self.report(diagnostic);
        }
    }

    /// Whether the statement holds something that has been reported.
    fn prepare_silently(&self, statement: &[Token]) -> bool {
        statement.iter().any(|t| match t.kind {
            Kind::Bad => true,
            Kind::Paren | Kind::Bracket | Kind::Brace => self.tree.is_faulty(t.group),
            _ => false,
        })
    }
}

/// The word with which a statement begins, where its layer knows it.
fn head(layer: Layer, statement: &[Token]) -> Option<Word> {
    match statement.first()?.kind {
        Kind::Word(word) if layer.heads().contains(&word) => Some(word),
        _ => None,
    }
}

/// The keyword of a construct of a later version.
fn later_head(layer: Layer, statement: &[Token]) -> Option<Token> {
    let token = *statement.first()?;
    match token.kind {
        Kind::Word(word) if layer.later().contains(&word) => Some(token),
        _ => None,
    }
}
