//! Items of programs as lists of statements, for descriptions and comparisons: canonical text, comments left
//! out.

use snn_diagnostics::{SourceId, SourceMap};
use snn_syntax::{format, parse};

/// A top-level item.
pub(crate) struct Item {
    /// `neuron`, `network`, `experiment`, …
    pub word: String,
    /// Its head without the word: `lif`, `irregular of brunel(g = 5)`.
    pub head: String,
    /// Text of its `///` lines.
    pub doc: Option<String>,
    /// The statements of its body.
    pub parts: Vec<Part>,
}

/// A statement, or one declaration of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its first word; empty for equations and assignments.
    pub word: String,
    /// What stands before the first `=` outside brackets, or all of it.
    pub left: String,
    /// What stands after it.
    pub right: String,
}

impl Part {
    /// The whole statement but its word.
    pub fn text(&self) -> String {
        match self.right.as_str() {
            "" => self.left.clone(),
            right => format!("{} = {right}", self.left),
        }
    }
}

/// The items of a file in canonical layout; none of a file with syntax errors.
pub(crate) fn items(sources: &SourceMap, source: SourceId) -> Vec<Item> {
    let Some(text) = format(source, &sources.get(source).text).value else { return Vec::new() };
    let Some(file) = parse(source, &text).value else { return Vec::new() };
    let item = |item: &snn_syntax::ast::Item| {
        let text = without_comments(&text[item.span.start as usize..item.span.end as usize]);
        let (head, body) = text.split_once('{').unwrap_or((&text, ""));
        let (word, head) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
        let body = body.trim_end().strip_suffix('}').unwrap_or(body);
        let parts = statements(body).iter().flat_map(|s| parts(s)).collect();
        Item { word: word.into(), head: head.trim().into(), doc: item.doc.clone(), parts }
    };
    file.items.iter().map(item).collect()
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        let mut quoted = false;
        let mut end = line.len();
        for (at, c) in line.char_indices() {
            quoted ^= c == '"';
            if !quoted && line[at..].starts_with("//") {
                end = at;
                break;
            }
        }
        line[..end].trim_end().to_owned()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// Statements end at `;` and at line ends outside brackets, unless something must follow.
fn statements(body: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut depth = 0_i32;
    for c in body.chars() {
        let last = found.last_mut().expect("invariant: it begins with one and only grows");
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        let open = last.trim_end().ends_with(['+', '-', '*', '/', ',', '=', '<', '>', '|', '&']);
        match c {
            ';' if depth == 0 => found.push(String::new()),
            '\n' if depth == 0 && !open => found.push(String::new()),
            '\n' if !open && !last.trim_end().ends_with(['{', '(', '[', ';']) => *last += "; ",
            '\n' => last.push(' '),
            c => last.push(c),
        }
    }
    let squeezed = |s: &String| {
        let words: Vec<&str> = s.split_whitespace().collect();
        words.join(" ").replace("; }", " }")
    };
    found.iter().map(squeezed).filter(|s| !s.is_empty()).collect()
}

/// A statement, or the declarations of `param`, `state` and `input`.
fn parts(statement: &str) -> Vec<Part> {
    let word = statement.split([' ', '{']).next().unwrap_or_default();
    let letters = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let equation = statement[word.len()..].trim_start().starts_with(['=', '+', '-', '*', '/']);
    let word = if letters && !equation { word } else { "" };
    let rest = statement[word.len()..].trim();
    let one = |text: &str| {
        let (left, right) = cut(text);
        Part { word: word.into(), left: left.into(), right: right.into() }
    };
    match word {
        "param" | "state" | "input" => split(rest).into_iter().map(one).collect(),
        _ => vec![one(rest)],
    }
}

/// At the first `=` outside brackets that is not part of another operator.
fn cut(text: &str) -> (&str, &str) {
    let mut depth = 0_i32;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            '=' if depth == 0 => {
                let near = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
                let mut near = near.filter_map(|at| bytes.get(at));
                if !near.any(|b| b"<>=!~+-*/".contains(b)) {
                    return (text[..at].trim(), text[at + 1..].trim());
                }
            }
            _ => {}
        }
    }
    (text, "")
}

/// At commas outside brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut from) = (0_i32, 0);
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[from..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_an_item() {
        let mut sources = SourceMap::default();
        let text = "/// Leaky.\nneuron n {\nparam a: mV = 1 mV, b = f(1, 2) // two\nv' = (a -\n v) / tau\nreset { v = 0\n w += 1 }\nspike when v >= 3\n}\n";
        let source = sources.add("a.snn", text);
        let items = items(&sources, source);
        let n = &items[0];
        assert_eq!(
            (n.word.as_str(), n.head.as_str(), n.doc.as_deref()),
            ("neuron", "n", Some("Leaky."))
        );
        let shown: Vec<_> = n.parts.iter().map(|p| (p.word.as_str(), p.text())).collect();
        let wanted = [
            ("param", "a: mV = 1 mV"),
            ("param", "b = f(1, 2)"),
            ("", "v' = (a - v) / tau"),
            ("reset", "{ v = 0; w += 1 }"),
            ("spike", "when v >= 3"),
        ];
        assert_eq!(shown, wanted.map(|(word, text)| (word, text.to_owned())));
    }
}
