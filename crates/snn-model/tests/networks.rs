//! Networks and experiments, whatever is written in them: checking ends, soon, without a panic.

use std::time::Instant;

use proptest::prelude::*;
use snn_model::{Options, Project, check, instantiate};

const MODEL: &str = "neuron lif {
  param tau: ms = 10 ms, rest: mV = 20 mV
  input I: mV
  receptor psp: mV = jump(v)
  state v: mV = rest
  v' = (rest - v + I) / tau
  spike when v >= 15 mV
  reset { v = 0 mV }
}
";

const PROGRAM: &str = "const d: ms = 1.5 ms
network couple { param size = 3
 population E[size]: lif
 connect E -> E.psp as own { rule all_to_all; weight 1 mV; delay 1 ms } }
network net {
  population Sheet[4, 5]: lif at grid(50 um, 40 um) torus
  connect Sheet -> Sheet.psp { rule near(60 um, 0.1 mm) indegree(3); weight w * exp(-distance / 1 mm); delay d }
  connect Sheet -> Sheet.psp { rule probability(pre.x / 1 mm); weight w; delay d + distance / 0.3 [um/ms] }
  network both[2]: couple(size = index + 2)
  connect both[0].E -> both.E.psp { rule all_to_all; weight 1 mV; delay 1 ms }
  param n = 4, N = [3, 4, 5, 6], w: mV = 0.1 mV
  check n > 0
  population E[8]: lif(tau = normal(20 ms, 2 ms), v = index * 1 mV)
  for i in 0..n { population L[i][N[i]]: lif }
  source ext[8]: poisson(8 Hz)
  source beat[1]: regular(10 Hz, start 5 ms)
  let all = E + L[1..3]
  if n > 3 and w < 1 mV { let k = n / 2; connect E[0..8 step k] -> L[[0, 2]].psp as few { rule total(5); weight w; delay d } }
  else if n == 0 { population M[1]: lif } else { check len(N) == 4 }
  connect E[index mod 3 == 0] -> E.psp { rule all_to_all; weight w; delay d }
  connect ext -> E.psp as drive { rule one_to_one; weight w; delay d }
  for i in 0..n - 1 { connect L[i] -> L[i + 1].psp { rule probability(0.5); weight normal(w, w / 10); delay d } }
  connect all -> all.psp { rule indegree(2); no autapses; no multapses; weight -5 * w; delay uniform(1 ms, 2 ms) }
  connect beat -> L[0].psp { rule all_to_all; weight (pre.index + post.index) * w; delay 1 ms }
}
chip small { mesh 2 by 2; core { neurons 16; axons_in 100; synapse_memory 64 KiB; delays 1 .. 62 } }
mapping fit of net onto small { place E on core(0, 0); place L[1] near E; minimise hops; require cores <= 4 }
experiment e of net(w = 0.2 mV) on fit {
  dt 0.1 ms
  warmup 10 ms
  run 1 s
  seed 42
  inject step(2 mV, from 100 ms, to 400 ms) -> E[0..3].I
  record spikes of E[0..5] + L[2]
  record v of L every 0.5 ms
  expect rate(E) in 0 Hz .. 60 Hz
  expect last(E) - first(E) <= 2 s
  expect fano(all, bin 5 ms) < 100
}
";

fn faults(text: String) -> usize {
    let project = Project::new("main.snn", text);
    check(&project, &Options::default()).diagnostics.len()
}

#[test]
fn the_program_of_these_tests_is_sound() {
    assert_eq!(faults(format!("{MODEL}{PROGRAM}")), 0);
}

#[test]
fn the_deepest_networks_need_little_stack() {
    let work = || {
        for depth in [30, 60, 120, 250] {
            let sum = format!("E{}", " + E".repeat(depth));
            let index = format!("E{}", "[0..1]".repeat(depth));
            let number = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
            let array = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            for e in [&sum, &index, &number, &array] {
                let loops: String = (0..depth).map(|i| format!("for i{i} in 0..1 {{ ")).collect();
                let body = format!(
                    "let s = {e}\nparam p = {e}\npopulation E[{number}]: lif\n\
                     connect {e} -> ({e}).psp {{ rule indegree({e}); weight {e}; delay {e} }}\n\
                     {loops}{}",
                    "}".repeat(depth)
                );
                let run =
                    format!("dt 0.1 ms\nrun 1 s\nrecord spikes of {e}\nexpect count({e}) > {e}");
                faults(format!(
                    "{MODEL}network net {{ {body} }}\nexperiment e of net {{\n{run}\n}}\n"
                ));
            }
        }
    };
    let small = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    assert!(small.expect("a thread").join().is_ok());
}

#[test]
fn many_objects_take_linear_time() {
    let time = |n: usize| {
        let text = format!(
            "{MODEL}network net {{
              for i in 0..{n} {{ population L[i][3]: lif }}
              for i in 0..{n} - 1 {{ connect L[i] -> L[i + 1].psp {{ rule all_to_all; weight 1 mV; delay 1 ms }} }}
            }}
            experiment e of net {{\ndt 0.1 ms\nrun 1 s\nrecord spikes of L\n}}\n"
        );
        let project = Project::new("main.snn", text);
        let start = Instant::now();
        let model = instantiate(&project, None, &Options::default()).value.expect("a model");
        assert_eq!((model.objects.len(), model.projections.len()), (n, n - 1));
        start.elapsed().as_secs_f64()
    };
    let (short, long) = (time(1000), time(16_000));
    assert!(long < 64.0 * short.max(0.02), "{short} s and {long} s");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Programs with a piece left out, doubled, or replaced by another.
    #[test]
    fn damaged_programs_are_refused_in_peace(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..3), 1..4)
    ) {
        let mut pieces: Vec<&str> = PROGRAM.split_inclusive([' ', '\n', '(', ')', '[', ']', ';']).collect();
        for (at, other, kind) in damage {
            let (at, other) = (at.index(pieces.len()), other.index(pieces.len()));
            match kind {
                0 => { pieces.remove(at); }
                1 => pieces.insert(at, pieces[other]),
                _ => pieces[at] = pieces[other],
            }
        }
        let project = Project::new("main.snn", format!("{MODEL}{}", pieces.concat()));
        let options = Options { max_objects: 1000, ..Options::default() };
        let checked = instantiate(&project, None, &options);
        prop_assert_eq!(checked.value.is_none(), checked.has_errors());
    }
}
