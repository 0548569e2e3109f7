//! The formatter: every program in every layout keeps its meaning, and one pass is enough.

use snn::diagnostics::SourceId;
use snn::syntax::{format, parse};

use crate::{Rng, programs, setting};

/// The syntax tree without places; none where there are faults.
fn meaning(text: &str) -> Option<String> {
    let parsed = parse(SourceId(0), text);
    if parsed.has_errors() {
        return None;
    }
    let shown = format!("{:?}", parsed.value?);
    let mut pieces = shown.split("Span {");
    let mut tree = pieces.next()?.to_owned();
    for piece in pieces {
        tree += piece.split_once('}').map_or(piece, |(_, rest)| rest);
    }
    Some(tree)
}

/// Comments in order, without the spaces around them.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| Some(line.split_once("//")?.1.trim())).collect()
}

/// Formats, and demands the same meaning, the same comments, and that a second pass changes nothing.
fn holds(text: &str, what: &str) -> bool {
    let Some(before) = meaning(text) else { return false };
    let once = format(SourceId(0), text).value.unwrap_or_else(|| panic!("{what} is not formatted"));
    assert_eq!(meaning(&once).as_ref(), Some(&before), "{what}\n{text}\n---\n{once}");
    assert_eq!(comments(&once), comments(text), "{what}");
    let twice = format(SourceId(0), &once).value.unwrap_or_default();
    assert_eq!(twice, once, "{what} in a second pass\n{text}");
    true
}

#[test]
fn every_program_of_the_repository_keeps_its_meaning() {
    let programs = programs();
    let formatted = programs.iter().filter(|(path, text)| holds(text, &path.display().to_string()));
    assert!(formatted.count() * 10 >= programs.len() * 7);
}

#[test]
fn programs_in_random_layouts_keep_their_meaning() {
    let items: Vec<Vec<Piece>> = programs()
        .into_iter()
        .filter(|(_, text)| meaning(text).is_some())
        .flat_map(|(_, text)| items(&text))
        .collect();
    assert!(items.len() >= 100, "{} items", items.len());
    let many = setting("SNN_LAYOUTS", 400);
    let mut sound = 0;
    for seed in 0..many {
        let mut rng = Rng(seed << 20 | 7);
        let mut text = String::new();
        for _ in 0..1 + rng.below(3) {
            lay_out(rng.pick::<Vec<Piece>>(&items), &mut rng, &mut text);
        }
        sound += u64::from(holds(&text, &format!("layout {seed}")));
    }
    assert!(sound * 10 >= many * 9, "{sound} of {many} layouts are sound");
}

/// A token, or a line end that ends a statement.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    /// What stood before it.
    before: Gap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

/// The top-level items of a program as pieces.
fn items(text: &str) -> Vec<Vec<Piece>> {
    let parsed = parse(SourceId(0), text);
    let items = parsed.value.map_or(Vec::new(), |file| file.items);
    items.iter().map(|i| pieces(&text[i.span.start as usize..i.span.end as usize])).collect()
}

/// Words, numbers with points, operators of two letters, texts and comments stay whole.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let gap = &rest[..rest.len() - trimmed.len()];
        let before = match (gap.contains('\n'), gap.is_empty()) {
            (true, _) => Gap::Line,
            (_, true) => Gap::None,
            _ => Gap::Space,
        };
        rest = trimmed;
        let Some(c) = rest.chars().next() else { return found };
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            rest[1..].find('"').map_or(rest.len(), |at| at + 2)
        } else if c.is_ascii_digit() {
            number_end(rest)
        } else if word(c) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            let two =
                ["->", "..", ">=", "<=", "==", "!=", "~=", "+=", "-=", "*=", "/=", ">>", "<<"];
            two.iter().find(|two| rest.starts_with(**two)).map_or(c.len_utf8(), |two| two.len())
        };
        found.push(Piece { text: rest[..end].to_owned(), before });
        rest = &rest[end..];
    }
}

fn number_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while digit(at) {
        at += 1;
    }
    if bytes.get(at) == Some(&b'.') && digit(at + 1) {
        at += 1;
        while digit(at) {
            at += 1;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if digit(at + 1 + sign) {
            at += 1 + sign;
            while digit(at) {
                at += 1;
            }
        }
    }
    at
}

/// Writes pieces with other spaces, other line ends where they mean the same, and comments.
fn lay_out(pieces: &[Piece], rng: &mut Rng, text: &mut String) {
    let mut depth = 0_i32;
    for (at, piece) in pieces.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| pieces[at].text.as_str());
        let inside = depth > 0;
        if at > 0 {
            // A unit stands on the line of its number.
            let number = before.starts_with(|c: char| c.is_ascii_digit());
            let continues = !number && (inside || matches!(before, "+" | "*" | ","));
            match piece.before {
                Gap::Line if before.starts_with("//") => *text += "\n",
                Gap::Line if continues => *text += *rng.pick(&["\n", " ", "\n\n"]),
                Gap::Line => {
                    *text += *rng.pick(&[
                        "\n",
                        "\n\n\n",
                        "  \n",
                        "\n    ",
                        "  // remark\n",
                        "\n// line\n",
                    ]);
                }
                Gap::Space if continues => *text += *rng.pick(&[" ", "   ", "\n", "\t"]),
                Gap::Space => *text += *rng.pick(&[" ", " ", "   ", "\t"]),
                // Between a number and its unit, around `.` and before `(` nothing may come or go freely.
                Gap::None => {}
            }
        }
        match piece.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ => {}
        }
        *text += &piece.text;
    }
    *text += "\n";
}
