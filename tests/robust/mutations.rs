//! Damaged programs and random inputs.

use std::time::{Duration, Instant};

use snn::model::{Options, check};

use crate::{Rng, programs, setting};

/// Longest time for one input.
const LONGEST: Duration = Duration::from_secs(1);
/// Largest peak of the whole process, in KiB.
const MOST_MEMORY: u64 = 512 << 10;

#[test]
fn damaged_programs_are_checked() {
    let seeds: Vec<String> = programs().into_iter().map(|(_, text)| text).collect();
    let tokens = tokens(&seeds);
    let many = setting("SNN_MUTATIONS", 4000);
    on_every(many, move |rng| {
        let mut text = rng.pick(&seeds).clone();
        for _ in 0..1 + rng.below(4) {
            text = mutated(text, rng, &seeds, &tokens);
        }
        text
    });
}

#[test]
fn random_inputs_are_checked() {
    let seeds: Vec<String> = programs().into_iter().map(|(_, text)| text).collect();
    let tokens = tokens(&seeds);
    let many = setting("SNN_RANDOM_INPUTS", 20_000);
    on_every(many, move |rng| match rng.below(3) {
        0 => {
            let bytes: Vec<u8> = (0..rng.below(200)).map(|_| rng.number() as u8).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        1 => (0..rng.below(200)).map(|_| char::from(b' ' + rng.below(95) as u8)).collect(),
        _ => {
            let mut text = String::new();
            for _ in 0..rng.below(80) {
                text += rng.pick(&tokens).as_str();
                text += *rng.pick(&["", " ", " ", "\n"]);
            }
            text
        }
    });
}

/// Checks inputs on two threads with small stacks; the first that goes wrong is shown with its seed.
fn on_every(many: u64, make: impl Fn(&mut Rng) -> String + Sync) {
    let first = setting("SNN_ROBUST_SEED", 1);
    let seed = |n: u64| (first << 40) + n;
    std::thread::scope(|scope| {
        for half in 0..2 {
            let make = &make;
            let work = move || {
                for n in (half..many).step_by(2) {
                    let text = make(&mut Rng(seed(n)));
                    survive(&text, seed(n));
                }
            };
            std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    if let Some(peak) = peak_kib() {
        assert!(peak < MOST_MEMORY, "{peak} KiB at the peak");
    }
}

fn survive(text: &str, seed: u64) {
    let clock = Instant::now();
    let outcome = std::panic::catch_unwind(|| {
        let project =
            snn::load("main.snn", text.to_owned(), &[], &mut |_| Err("no such file".into()));
        let found = check(&project, &Options { max_objects: 2000, ..Options::default() });
        snn::diagnostics::render_human(&found.diagnostics, &project.sources, false).len()
    });
    let time = clock.elapsed();
    assert!(outcome.is_ok(), "input {seed} panics:\n{text}");
    // A busy machine may hold a thread up: what is slow is slow again.
    if time > LONGEST {
        let clock = Instant::now();
        let project =
            snn::load("main.snn", text.to_owned(), &[], &mut |_| Err("no such file".into()));
        check(&project, &Options { max_objects: 2000, ..Options::default() });
        assert!(clock.elapsed() <= LONGEST, "input {seed} takes {time:?}:\n{text}");
    }
}

/// The largest memory that the process has held, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").trim().parse().ok()
}

/// Words, numbers and marks of programs.
fn tokens(programs: &[String]) -> Vec<String> {
    let mut found: Vec<String> =
        programs.iter().flat_map(|text| split(text)).map(String::from).collect();
    found.extend(
        [
            "\u{b5}", "\u{3a9}", "\u{0}", "\u{202e}", "1e400", "\"", "'", "//", "\\", "..",
            "9e999", "~=",
        ]
        .map(String::from),
    );
    found.sort();
    found.dedup();
    found
}

/// Pieces of a text: runs of letters and digits, and single marks.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = match word(c) {
            true => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            false => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        if !piece.trim().is_empty() {
            pieces.push(piece);
        }
        rest = after;
    }
    pieces
}

/// A place within a text, between two letters.
fn place(text: &str, rng: &mut Rng) -> usize {
    text.floor_char_boundary(rng.below(text.len() + 1))
}

/// One damage.
fn mutated(text: String, rng: &mut Rng, programs: &[String], tokens: &[String]) -> String {
    let (a, b) = (place(&text, rng), place(&text, rng));
    let (from, to) = (a.min(b), a.max(b));
    let near = text.floor_char_boundary((from + rng.below(40)).min(text.len())).max(from);
    match rng.below(10) {
        0 => format!("{}{}", &text[..from], &text[near..]),
        1 => format!("{}{}{}", &text[..near], &text[from..near], &text[near..]),
        2 => format!("{}{}{}", &text[..from], rng.pick(tokens), &text[from..]),
        3 => format!("{}{}{}", &text[..from], rng.pick(tokens), &text[near..]),
        4 => text[..from].to_owned(),
        5 => {
            // A line of another program.
            let other = rng.pick(programs);
            let lines: Vec<&str> = other.lines().collect();
            let line = if lines.is_empty() { "" } else { lines[rng.below(lines.len())] };
            format!("{}\n{line}\n{}", &text[..from], &text[from..])
        }
        6 => {
            let open = *rng.pick(&["(", "[", "{", "if a then ", "-", "not "]);
            format!("{}{}{}", &text[..from], open.repeat(rng.below(300)), &text[from..])
        }
        7 if to - from < 2000 => {
            let piece = text[from..to].repeat(1 + rng.below(20));
            format!("{}{piece}{}", &text[..from], &text[to..])
        }
        8 => {
            // Another number.
            let digit = text[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at);
            let number =
                *rng.pick(&["0", "-1", "1e9", "0.1", "1e-300", "4294967296", "1000000007"]);
            match digit {
                Some(at) => format!("{}{number}{}", &text[..at], &text[at + 1..]),
                None => text,
            }
        }
        _ => {
            // Two words change places.
            let words = split(&text);
            if words.is_empty() {
                return text;
            }
            let (one, other) = (rng.pick(&words).to_string(), rng.pick(&words).to_string());
            text.replacen(&one, &other, 1 + rng.below(3))
        }
    }
}
