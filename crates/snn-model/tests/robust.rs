//! Whatever is written, checking ends, soon, on a small stack, without a panic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Instant;

use proptest::prelude::*;
use snn_model::{Options, Project, check};

/// Runs on the stack of a thread as small as any.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.expect("a thread").join().expect("no panic");
}

fn count(text: String) -> usize {
    let project = Project::new("main.snn", text);
    check(&project, &Options::default()).diagnostics.len()
}

/// Deepest brackets and longest chains that the parser lets through.
#[test]
fn the_deepest_expressions_need_little_stack() {
    on_small_stack(|| {
        for depth in [60, 120, 200, 250] {
            let brackets = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
            let chain = format!("1{}", " + x".repeat(depth));
            let unary = format!("{}1", "-".repeat(depth));
            let calls = format!("{}1{}", "exp(".repeat(depth), ")".repeat(depth));
            let choices = "if x > 1 then 2 else ".repeat(depth) + "3";
            for e in [brackets, chain, unary, calls, choices] {
                let neuron =
                    format!("neuron n {{\nparam x = 1\nstate s = 0\ns' = ({e}) * x / 1 ms\n}}");
                count(format!("const x = 1\nconst y = {e}\nfn f(x) = {e}\n{neuron}"));
            }
        }
    });
}

#[test]
fn long_files_take_linear_time() {
    let time = |n: usize| {
        let mut text = String::from("neuron n {\n");
        for i in 0..n {
            let before = i.saturating_sub(1);
            text += &format!("param p{i} = p{before} + 1\nlet l{i} = l{before} * s\n");
        }
        text = text.replace("= p0 + 1\nlet l0 = l0", "= 1\nlet l0 = 1");
        text = text
            .replace("param p0 = p0 + 1", "param p0 = 1")
            .replace("let l0 = l0 * s", "let l0 = 1 * s");
        text += &format!("state s = p{0}\ns' = l{0} / 1 ms\n}}\n", n - 1);
        for i in 0..n {
            text += &format!("const c{i} = unknown{i}\n");
        }
        let start = Instant::now();
        let found = count(text);
        (found, start.elapsed().as_secs_f64())
    };
    let (found, short) = time(1000);
    assert!(found >= 1000, "{found}");
    let (_, long) = time(8000);
    assert!(long < 40.0 * short.max(0.02), "{short} s and {long} s");
}

const PIECES: [&str; 40] = [
    "neuron n {\n",
    "network w {\n",
    "experiment e of w {\n",
    "}\n",
    "\n",
    "param a: mV = ",
    "state v: mV = ",
    "v' = ",
    "let b = ",
    "spike when ",
    "reset { v = ",
    "refractory ",
    "hold v\n",
    "on tick { v += ",
    "solve rk4\n",
    "receptor r: mV = ",
    "jump(v)\n",
    "exp(",
    "1 ms",
    "10 mV",
    "3",
    "v",
    "a",
    "b",
    " + ",
    " * ",
    " / ",
    " >= ",
    ")",
    "normal(",
    ", ",
    "population P[3]: n\n",
    "connect P -> P.r { rule all_to_all; weight 1 mV; delay 1 ms }\n",
    "run 1 s\n",
    "dt 0.1 ms\n",
    "record v of P\n",
    "const c = ",
    "fn f(x) = ",
    "import \"std/neurons.snn\" as std\n",
    "check a ~= ",
];

proptest! {
    #[test]
    fn any_soup_of_statements_is_checked(picks in prop::collection::vec(0..PIECES.len(), 0..60)) {
        count(picks.into_iter().map(|i| PIECES[i]).collect());
    }

    #[test]
    fn a_sound_program_with_a_hole_is_checked(from in 0usize..1200, len in 0usize..40) {
        let text = include_str!("../std/neurons/integrate.snn");
        let text = &text[..text.floor_char_boundary(4000)];
        let (from, to) = (text.floor_char_boundary(from), text.floor_char_boundary(from + len));
        count(format!("{}{}", &text[..from], &text[to..]));
    }
}
