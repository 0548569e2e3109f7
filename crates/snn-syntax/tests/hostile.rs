//! Texts that are long, deep or random: a message within a second, on a small stack.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use snn_diagnostics::SourceId;
use snn_syntax::{format, parse, parse_expression, parse_set};

const STACK: usize = 2 << 20;
const MILLION: usize = 1_000_000;

/// Parses and drops on a small stack; how many messages, and how long this thread was at work on it.
fn on_a_small_stack(text: String) -> (usize, Duration) {
    let run = move || {
        let start = Instant::now();
        let before = processor_time();
        let checked = parse(SourceId(0), &text);
        let count = checked.diagnostics.len();
        drop(checked);
        let worked = processor_time().zip(before).map(|(after, before)| after - before);
        (count, worked.unwrap_or_else(|| start.elapsed()))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread");
    thread.join().expect("no panic")
}

/// Time the processor has spent on this thread, where the system tells: other tests run beside it.
fn processor_time() -> Option<Duration> {
    // The account is brought up to date when a thread gives way.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[test]
fn a_million_of_anything_is_one_message_within_a_second() {
    for (before, after) in [
        ("", ""),
        ("const a = ", ""),
        ("neuron n { v' = ", " }"),
        ("network n { connect a -> f(", ") { } }"),
    ] {
        for part in ["(", "{", "[", "-", "^", "+", ".", "a+", "else if ", "not "] {
            let text = format!("{before}{}{after}", part.repeat(MILLION));
            // The best of a few runs: the machine may be busy with other tests.
            let mut best = Duration::MAX;
            for _ in 0..5 {
                let (count, time) = on_a_small_stack(text.clone());
                assert_eq!(count, 1, "{before}{part}");
                best = best.min(time);
                if best < Duration::from_secs(1) {
                    break;
                }
            }
            assert!(best < Duration::from_secs(1), "{before}{part} took {best:?}");
        }
    }
}

#[test]
fn long_tokens_need_no_stack() {
    for part in ["a", "µ", "1", "1_", "é", "\"é", "//é", "x'", "\u{feff}"] {
        on_a_small_stack(part.repeat(MILLION));
    }
}

#[test]
fn what_is_just_allowed_parses_on_a_small_stack() {
    let expressions = [
        format!("{}1{}", "(".repeat(127), ")".repeat(127)),
        format!("{}1", "-".repeat(255)),
        format!("a{}", "^a".repeat(255)),
        format!("a{}", "+a".repeat(255)),
        format!("a{}", ".a".repeat(255)),
        format!("{}a", "if a then b else ".repeat(85)),
    ];
    for expression in expressions {
        let (count, _) = on_a_small_stack(format!("const a = {expression}"));
        assert_eq!(count, 0, "{expression}");
    }
    let (count, _) = on_a_small_stack(format!("const a = a{}", "+a".repeat(256)));
    assert_eq!(count, 1);
    let loops = format!("network n {{ {} {} }}", "for i in 0..8 { ".repeat(127), "}".repeat(127));
    assert_eq!(on_a_small_stack(loops).0, 0);
}

#[test]
fn twice_the_text_takes_twice_the_time() {
    let program = include_str!("programs/brunel.snn");
    // A busy machine may slow a run; a parser that takes quadratic time (64 times) never passes.
    let mut best = [std::time::Duration::MAX; 2];
    for _ in 0..6 {
        for (best, copies) in best.iter_mut().zip([100, 800]) {
            *best = on_a_small_stack(program.repeat(copies)).1.min(*best);
        }
        if best[1] < best[0] * 16 {
            return;
        }
    }
    panic!("8 times the text: {best:?}");
}

fn token_soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "neuron",
        "network",
        "experiment",
        "chip",
        "mapping",
        "param",
        "state",
        "let",
        "reset",
        "spike",
        "when",
        "rising",
        "refractory",
        "hold",
        "on",
        "tick",
        "population",
        "connect",
        "for",
        "in",
        "rule",
        "weight",
        "delay",
        "of",
        "core",
        "mesh",
        "by",
        "place",
        "record",
        "expect",
        "inject",
        "if",
        "then",
        "else",
        "and",
        "not",
        "x",
        "y",
        "v'",
        "mV",
        "3",
        "0.1",
        "1e9",
        "\"t\"",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ":",
        ".",
        "..",
        "->",
        "=",
        "+=",
        "~=",
        "~",
        "%",
        "+",
        "-",
        "*",
        "/",
        "^",
        "<",
        "==",
        "&",
        "|",
        "<<",
        "\n",
        "\n",
        " ",
        "//c\n",
        "5e",
        "'",
        "µ",
        "×",
        "é",
        "import",
        "fn",
        "const",
        "step",
        "xor",
        "mod",
        "synapse",
    ]);
    prop::collection::vec(words, 0..200).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_tokens_never_panic(text in token_soup()) {
        let start = Instant::now();
        let checked = parse(SourceId(0), &text);
        prop_assert!(checked.value.is_some());
        let end = text.len() as u32;
        for d in &checked.diagnostics {
            prop_assert!(d.primary.span.start <= d.primary.span.end && d.primary.span.end <= end);
        }
        parse_expression(SourceId(0), &text);
        parse_set(SourceId(0), &text);
        format(SourceId(0), &text);
        prop_assert!(start.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn random_letters_never_panic(text in any::<String>()) {
        prop_assert!(parse(SourceId(0), &text).value.is_some());
        format(SourceId(0), &text);
    }

    #[test]
    fn a_damaged_program_never_panics(at in 0_usize..600, length in 0_usize..40, seed in "[(){}\\[\\];,=a-z]{0,3}") {
        let program = include_str!("programs/lif.snn");
        let (start, end) = (at.min(program.len()), (at + length).min(program.len()));
        if program.is_char_boundary(start) && program.is_char_boundary(end) {
            let text = format!("{}{seed}{}", &program[..start], &program[end..]);
            prop_assert!(parse(SourceId(0), &text).value.is_some());
        }
    }
}
