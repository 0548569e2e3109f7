//! Words, quoted texts and punctuation, line by line.

use std::str::FromStr;

use super::TextError;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Mark(char),
    LineEnd,
}

/// Reads tokens one after the other.
pub(super) struct Tokens {
    /// Each with its line.
    tokens: Vec<(usize, Token)>,
    at: usize,
}

impl Tokens {
    pub(super) fn new(text: &str) -> Result<Self, TextError> {
        let mut tokens = Vec::new();
        for (i, line) in text.lines().enumerate() {
            let before = tokens.len();
            split(i + 1, line, &mut tokens)?;
            if tokens.len() > before {
                tokens.push((i + 1, Token::LineEnd));
            }
        }
        Ok(Self { tokens, at: 0 })
    }

    pub(super) fn error(&self, wanted: &str) -> TextError {
        let last = self.tokens.last().map_or(1, |(line, _)| *line);
        let (line, found) = match self.tokens.get(self.at) {
            None => (last, String::new()),
            Some((line, token)) => match token {
                Token::Word(word) => (*line, word.clone()),
                Token::Quoted(text) => (*line, format!("\"{text}\"")),
                Token::Mark(mark) => (*line, mark.to_string()),
                Token::LineEnd => (*line, String::new()),
            },
        };
        TextError { line, wanted: wanted.to_string(), found }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    pub(super) fn at_line_end(&self) -> bool {
        matches!(self.tokens.get(self.at), None | Some((_, Token::LineEnd)))
    }

    /// The next token where it is a word; it stays.
    pub(super) fn peek(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some((_, Token::Word(word))) => Some(word),
            _ => None,
        }
    }

    /// Takes `word` where it comes next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let taken = self.peek() == Some(word);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn take_mark(&mut self, mark: char) -> bool {
        let taken = matches!(self.tokens.get(self.at), Some((_, Token::Mark(m))) if *m == mark);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), TextError> {
        if self.take(word) { Ok(()) } else { Err(self.error(&format!("`{word}`"))) }
    }

    pub(super) fn mark(&mut self, mark: char) -> Result<(), TextError> {
        if self.take_mark(mark) { Ok(()) } else { Err(self.error(&format!("`{mark}`"))) }
    }

    pub(super) fn line_end(&mut self) -> Result<(), TextError> {
        if !self.at_line_end() {
            return Err(self.error("the end of the line"));
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn quoted(&mut self) -> Result<String, TextError> {
        let Some((_, Token::Quoted(text))) = self.tokens.get(self.at) else {
            return Err(self.error("a quoted name"));
        };
        let text = text.clone();
        self.at += 1;
        Ok(text)
    }

    /// A word that `read` understands.
    pub(super) fn word<T>(
        &mut self,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, TextError> {
        let value = self.peek().and_then(read).ok_or_else(|| self.error(wanted))?;
        self.at += 1;
        Ok(value)
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Result<T, TextError> {
        self.word("a number", |word| word.parse().ok())
    }

    /// Numbers until the line ends.
    pub(super) fn numbers<T: FromStr>(&mut self) -> Result<Vec<T>, TextError> {
        self.rest(Self::number)
    }

    /// `a..b`.
    pub(super) fn pair<A: FromStr, B: FromStr>(&mut self) -> Result<(A, B), TextError> {
        self.word("two numbers joined by `..`", |word| {
            let (a, b) = word.split_once("..")?;
            Some((a.parse().ok()?, b.parse().ok()?))
        })
    }

    /// `name=` and what `read` makes of the rest.
    pub(super) fn field<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut Self) -> Result<T, TextError>,
    ) -> Result<T, TextError> {
        self.expect(name)?;
        self.mark('=')?;
        read(self)
    }

    /// Things of one kind until the line ends.
    pub(super) fn rest<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, TextError>,
    ) -> Result<Vec<T>, TextError> {
        let mut all = Vec::new();
        while !self.at_line_end() {
            all.push(read(self)?);
        }
        Ok(all)
    }
}

fn split(number: usize, line: &str, tokens: &mut Vec<(usize, Token)>) -> Result<(), TextError> {
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '"' => quoted(rest).ok_or_else(|| TextError {
                line: number,
                wanted: "a closing quotation mark".into(),
                found: String::new(),
            })?,
            '[' | ']' | '=' | '+' | ',' => (Token::Mark(first), 1),
            _ => {
                let ends = |c: char| c.is_whitespace() || "\"[]=+,".contains(c);
                let length = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(rest[..length].to_string()), length)
            }
        };
        tokens.push((number, token));
        rest = rest[length..].trim_start();
    }
    Ok(())
}

/// The quoted text at the start, and how many bytes it takes.
fn quoted(text: &str) -> Option<(Token, usize)> {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Token::Quoted(inner), at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => inner.push('\n'),
                other => inner.push(other),
            },
            other => inner.push(other),
        }
    }
    None
}
