//! Each code of experiments, chips and mappings: a failing program, and one that just does not fail.

use snn_chip::{Arithmetic, Objective, Place, Resource};
use snn_numeric::Rational;
use snn_result::{Measure, MeasureOp};

use crate::testing::{experiment, model, model_with, network, one_of, one_with, whole};
use crate::{Options, Project, instantiate};

const NET: &str = "population A[10]: lif(rest = 20 mV)\nsource S[3]: poisson(10 Hz)\nconnect S -> A.psp { rule indegree(2); weight 1 mV; delay 2 ms }";

fn with(body: &str) -> String {
    experiment(NET, body)
}

fn alone(body: &str) -> String {
    format!("{}experiment e of net {{\n{body}\n}}\n", network(NET))
}

fn on(chip: &str, on: &str, dt: &str) -> String {
    format!("{}{chip}\nexperiment e of net on {on} {{\n{dt}\nrun 100 ms\n}}\n", network(NET))
}

#[test]
fn times_become_ticks() {
    let m = model(&alone("dt 0.1 ms\nwarmup 0.3 ms\nrun 1 s\nseed 18446744073709551615"));
    let p = &m.protocol;
    assert_eq!((p.warmup_ticks, p.run_ticks, p.seed), (3, 10_000, u64::MAX));
    assert_eq!(p.dt_ms, Rational::from_decimal("0.1").unwrap());
    one_of(&alone("run 1 s"), "E0601", "e");
    one_of(&alone("dt 0.1 ms"), "E0601", "e");
    one_of(&alone("dt 0 ms\nrun 1 s"), "E0604", "0 ms");
    one_of(&alone("dt 0.1 ms\nrun 0.01 ms"), "E0604", "0.01 ms");
    one_of(&alone("dt 0.1 ms\nrun 1 s\nwarmup -1 ms"), "E0604", "-1 ms");
    one_of(&alone("dt 0.1 ms\nrun 1 s\ndt 2 ms"), "E0602", "2 ms");
    one_of(&alone("dt 0.1 ms\nrun 1 s\nseed 1.5"), "E0614", "1.5");
    let fault = one_of(&alone("dt 0.1 ms\nrun 10.25 ms"), "W0601", "10.25 ms");
    assert!(fault.message.ends_with("10.3 ms is used"), "{}", fault.message);
    one_of(&alone("dt 0.1\nrun 1 s"), "E0204", "0.1");
}

#[test]
fn experiments_are_of_networks_with_their_parameters() {
    let text = with("").replace("of net {", "of nett {");
    one_of(&text, "E0201", "nett");
    let text = with("").replace("of net {", "of net(n = 3) {");
    one_of(&text, "E0606", "n");
    let text = with("").replace("of net {", "of net(3) {");
    one_of(&text, "E0606", "3");
    let text = experiment(&format!("param n = 3\ncheck n > 0\n{NET}"), "")
        .replace("of net {", "of net(n = 4, n = 5) {");
    one_of(&text, "E0602", "n");
}

#[test]
fn currents_are_on_between_their_edges() {
    let inject = |wave: &str| with(&format!("inject {wave} -> A.I"));
    let span = |wave: &str| {
        let inject = model(&inject(wave)).protocol.injects.remove(0);
        (inject.wave.at(1), inject.from_tick, inject.to_tick)
    };
    // On in tick k iff a <= t_{k-1} < b.
    assert_eq!(span("step(2 nA, from 1 ms, to 2 ms)"), (2000.0, 11, 21));
    assert_eq!(span("step(2 nA, from 0.05 ms, to 0.15 ms)"), (2000.0, 2, 3));
    assert_eq!(span("step(2 nA)"), (2000.0, 1, u64::MAX));
    assert_eq!(span("dc(376 pA)"), (376.0, 1, u64::MAX));
    let sine = |wave: &str| model(&inject(wave)).protocol.injects.remove(0).wave;
    let at = |k: u64| sine("sine(2 nA, 250 Hz, mean = 1 nA, phase = 3.141592653589793)").at(k);
    assert!((at(1) - 1000.0).abs() < 1e-9 && (at(11) + 1000.0).abs() < 1e-9);
    let noise = model(&inject("ou(1 nA, sigma = 2 pA, tau = 5 ms, to 2 ms)")).noises.remove(0);
    assert_eq!((noise.mean, noise.sigma, noise.tau_ms), (1000.0, 2.0, 5.0));
    assert_eq!((noise.from_tick, noise.to_tick), (1, 21));
    one_of(&inject("step(2 mV)"), "E0203", "2 mV");
    one_of(&inject("steep(2 nA)"), "E0409", "steep");
    one_of(&inject("sine(2 nA)"), "E0407", "sine(2 nA)");
    one_of(&inject("sine(2 nA, 3 ms)"), "E0203", "3 ms");
    one_of(&inject("ou(2 nA, -1 nA, 5 ms)"), "E0607", "-1 nA");
    one_of(&inject("ou(2 nA, 1 nA, 0 ms)"), "E0607", "0 ms");
    one_of(&inject("ou(2 nA, 1 mV, 5 ms)"), "E0203", "1 mV");
    one_of(&inject("step(2 nA, from 2 ms, to 1 ms)"), "E0604", "1 ms");
    one_of(&inject("step(2 nA, until 1 ms)"), "E0407", "until");
    one_of(&with("inject dc(1 nA) -> A.J"), "E0607", "J");
    one_of(&with("inject dc(1 nA) -> A.psp"), "E0607", "psp");
    one_of(&with("inject dc(1 nA) -> A"), "E0607", "A");
    one_of(&with("inject dc(1 nA) -> S.I"), "E0422", "S");
}

#[test]
fn states_and_spikes_are_recorded() {
    let m = model(&with(
        "record spikes of S + A[0..5]\nrecord v of A every 0.5 ms\nrecord cur of A[3]",
    ));
    assert_eq!(m.protocol.record_spikes[0].len(), 8);
    let probes: Vec<_> = m
        .protocol
        .probes
        .iter()
        .map(|p| (p.variable.as_str(), p.every_ticks, p.of.len()))
        .collect();
    assert_eq!(probes, [("v", 5, 10), ("cur", 1, 1)]);
    let fault = one_of(&with("record w of A"), "E0608", "w");
    assert!(fault.help.contains('v'), "{}", fault.help);
    one_of(&with("record psp of A"), "E0608", "psp");
    one_of(&with("record v of S"), "E0422", "S");
    one_of(&with("record v of A every 0.01 ms"), "E0604", "0.01 ms");
    one_of(&with("record v of A every 0.25 ms"), "W0601", "0.25 ms");
}

#[test]
fn expectations_have_measures_and_bounds() {
    let expect = |line: &str| {
        let m = model(&with(&format!("expect {line}")));
        m.protocol.expectations.into_iter().next().unwrap()
    };
    let e = expect("rate(A) in 20 Hz .. 60 Hz");
    assert!(matches!(&e.measure, Measure::Rate(of) if of.len() == 10));
    assert_eq!((e.lo, e.hi), (0.02, 0.06));
    assert_eq!(e.unit, ("Hz".to_owned(), 0.001));
    assert_eq!(e.text, "expect rate(A) in 20 Hz .. 60 Hz");
    let e = expect("count(A) == 3");
    assert_eq!((e.lo, e.hi), (3.0, 3.0));
    let e = expect("5 <= count(A)");
    assert_eq!((e.lo, e.hi), (5.0, f64::INFINITY));
    let e = expect("count(A) > 5");
    assert!(e.lo > 5.0 && e.hi == f64::INFINITY);
    let e = expect("rate(A) > 2 * rate(S)");
    assert!(matches!(&e.measure, Measure::Combined(MeasureOp::Sub, _)));
    let e = expect("last(A) - first(A) <= 1 s");
    assert_eq!(e.hi, 1000.0);
    assert!(matches!(expect("cv(A, 10) in 0 .. 2").measure, Measure::Cv(_, 10)));
    assert!(matches!(expect("fano(A, bin 5 ms) in 0 .. 2").measure, Measure::Fano(_, 50)));
    assert!(matches!(expect("corr(A, bin 5 ms) in -1 .. 2").measure, Measure::Correlation(_, 50)));
}

#[test]
fn faulty_expectations() {
    let expect = |line: &str| with(&format!("expect {line}"));
    one_of(&expect("rate(A)"), "E0609", "rate(A)");
    let fault = one_of(&expect("rat(A) in 1 Hz .. 2 Hz"), "E0609", "rat");
    assert_eq!(fault.fix.as_deref(), Some("rate"));
    one_of(&expect("rate(A) in 1 mV .. 2 Hz"), "E0203", "1 mV");
    one_of(&expect("rate(A) in 60 Hz .. 20 Hz"), "E0610", "60 Hz .. 20 Hz");
    one_of(&expect("count(A) > 5 Hz"), "E0203", "5 Hz");
    one_of(&expect("count(A) + rate(A) > 5"), "E0203", "rate(A)");
    one_of(&expect("count(A) != 5"), "E0609", "expect count(A) != 5");
    one_of(&expect("3 < 5"), "E0609", "3 < 5");
    one_of(&expect("rate() in 1 Hz .. 2 Hz"), "E0407", "rate()");
    one_of(&expect("fano(A) in 1 .. 2"), "E0407", "fano(A)");
    one_of(&expect("exp(count(A)) > 1"), "E0609", "exp(count(A))");
    one_of(&expect("count(B) > 1"), "E0401", "B");
}

#[test]
fn chips_have_limits() {
    let chip = "chip c {\nmesh 4 by 2\narithmetic f32\ncore { neurons 16; axons_in 100; synapse_memory 2 KiB; weights 32; delays 1 .. 40; per_tile 2 }\n}";
    let m = model(&on(chip, "c", "dt 0.1 ms"));
    assert_eq!((m.chip.width, m.chip.height, m.chip.cores_per_tile), (4, 2, 2));
    assert_eq!(m.chip.arithmetic, Arithmetic::F32);
    let kind = &m.chip.kinds[0];
    assert_eq!(kind.limit(Resource::Neurons).unwrap().amount, 16);
    assert_eq!(kind.limit(Resource::SynapseBits).unwrap().amount, 2 * 1024 * 8);
    assert_eq!((kind.weight_bits, kind.delays.map(|d| (d.0, d.1))), (32, Some((1, 40))));
    let bad = |core: &str, code: &str, at: &str| {
        one_of(&on(&format!("chip c {{ core {{ {core} }} }}"), "c", "dt 0.1 ms"), code, at)
    };
    bad("neurons 0", "E0404", "0");
    bad("neurons 1; neurons 2", "E0502", "neurons");
    bad("synapse_memory 2", "E0503", "2");
    bad("synapse_memory 2 KB", "E0503", "KB");
    bad("delays 5 .. 1", "E0503", "5 .. 1");
    bad("arithmetic integer", "E0100", "integer");
    bad("arithmetic f46", "E0501", "f46");
    bad("weights 8 signed round nearest", "E0100", "8 signed round nearest");
    let fault = bad("delays 1 .. 19", "E0505", "2 ms");
    assert_eq!(
        fault.message,
        "the delay 2 ms is 20 ticks; chip `c` holds 1 (0.1 ms) to 19 (1.9 ms)"
    );
    one_of(&on("chip c { mesh 2 by 2 }", "c", "dt 0.1 ms"), "E0504", "c");
    one_of(&on("chip c { mesh 0 by 2; core { neurons 9 } }", "c", "dt 0.1 ms"), "E0405", "0");
    one_of(&on("chip c { tick 0 ms; core { neurons 9 } }", "c", "dt 0.1 ms"), "E0503", "0 ms");
}

#[test]
fn kinds_of_cores_have_their_tiles() {
    let text = |tiles: &str| {
        let chip = format!(
            "chip c {{ mesh 2 by 2; core {{ neurons 9 }}; core big on {tiles} {{ neurons 90 }} }}"
        );
        on(&chip, "c", "dt 0.1 ms")
    };
    assert_eq!(model(&text("(1, 0)")).chip.special_tiles, [(1, 0, 1)]);
    one_of(&text("(2, 0)"), "E0503", "2, 0");
}

#[test]
fn a_chip_may_fix_the_tick() {
    let chip = "chip c { tick 0.5 ms; core { neurons 16 } }";
    assert_eq!(model(&on(chip, "c", "")).protocol.run_ticks, 200);
    assert_eq!(model(&on(chip, "c", "dt 500 us")).protocol.run_ticks, 200);
    one_of(&on(chip, "c", "dt 0.1 ms"), "E0603", "0.1 ms");
    one_of(&on(chip, "d", ""), "E0201", "d");
}

#[test]
fn the_library_has_chips() {
    let import = "import \"std/chips.snn\" as chips\n";
    let names = ["ideal", "ideal32", "classroom"];
    for name in names {
        let text = format!("{import}{}", on("", &format!("chips.{name}"), "dt 0.1 ms"));
        assert_eq!(model(&text).chip.name, name);
    }
    let text = format!("{import}{}", on("", "chips.idael", "dt 0.1 ms"));
    assert_eq!(whole(&text, &[], &[]).len(), 1);
}

#[test]
fn mappings_place_and_require() {
    let text = |directives: &str| {
        let two = format!("{NET}\npopulation B[4]: lif(rest = 20 mV)");
        let chip = "chip c { mesh 4 by 4; core { neurons 16 } }";
        format!(
            "{}{chip}\nmapping m of net onto c {{\n{directives}\n}}\nexperiment e of net on m {{\ndt 0.1 ms\nrun 1 s\nrecord spikes of B\n}}\n",
            network(&two)
        )
    };
    let m = model(&text("place A on core(1, 2)\nplace B near A\nminimise hops\nrequire cores < 9"));
    assert_eq!(m.mapping.name.as_deref(), Some("m"));
    assert!(matches!(m.mapping.places[0], Place::OnTile { population: 0, x: 1, y: 2, .. }));
    assert!(matches!(m.mapping.places[1], Place::Near { population: 2, other: 0, .. }));
    assert_eq!(m.mapping.objective, Objective::Hops);
    assert_eq!(m.mapping.max_cores.map(|c| c.0), Some(8));
    one_of(&text("place A on core(4, 0)"), "E0508", "4, 0");
    one_of(&text("place S on core(1, 0)"), "E0508", "S");
    one_of(&text("place A[0..3] on core(1, 0)"), "E0508", "A[0..3]");
    one_of(&text("place A near A"), "E0508", "A");
    one_of(&text("place C near A"), "E0401", "C");
    one_of(&text("minimise hop"), "E0509", "hop");
    one_of(&text("minimise hops\nminimise cores"), "E0509", "cores");
    one_of(&text("require neurons <= 8"), "E0509", "neurons <= 8");
    one_of(&text("require cores <= 0.5"), "E0403", "0.5");
}

#[test]
fn mappings_are_of_the_network_they_serve() {
    let other = "network other { population Z[3]: lif(rest = 20 mV) }\nchip c { core { neurons 9 } }\nmapping m of other onto c { }";
    one_of(&on(other, "m", "dt 0.1 ms"), "E0507", "m");
}

#[test]
fn overrides_change_what_they_name() {
    let text = experiment(&format!("param n = 3\ncheck n > 0\n{NET}"), "");
    let m = model_with(&text, &[], &["e.run = 2 s", "e.seed=7", "e.dt=0.5 ms", "e.warmup=10 ms"]);
    let p = &m.protocol;
    assert_eq!((p.run_ticks, p.warmup_ticks, p.seed), (4000, 20, 7));
    one_with(&text, &[], &["net.m=3"], "E0606", "m");
    one_with(&text, &[], &["nett.n=3"], "E0613", "nett");
    one_with(&text, &[], &["e.runn=3 s"], "E0613", "runn");
    one_with(&text, &[], &["n=3"], "E0613", "n");
    one_with(&text, &[], &["lif.tau=3 ms"], "E0613", "lif");
    one_with(&text, &[], &["e.run=3"], "E0204", "3");
}

#[test]
fn the_first_experiment_runs_unless_one_is_named() {
    let text = format!("{}experiment f of net {{ dt 0.1 ms; run 2 s }}\n", with(""));
    let project = Project::new("main.snn", text);
    let name = |wanted| {
        let checked = instantiate(&project, wanted, &Options::default());
        checked.value.map(|m| m.protocol.name)
    };
    assert_eq!(name(None).as_deref(), Some("e"));
    assert_eq!(name(Some("f")).as_deref(), Some("f"));
    assert_eq!(name(Some("g")), None);
}

#[test]
fn a_file_without_experiment_has_nothing_to_run() {
    let project = Project::new("main.snn", network("population A[1]: lif"));
    let checked = instantiate(&project, None, &Options::default());
    assert!(checked.value.is_none());
    let [only] = checked.diagnostics.as_slice() else { panic!("{:#?}", checked.diagnostics) };
    assert_eq!(only.code.id(), "E0611");
    assert!(only.help[0].contains("experiment first of net"));
}

#[test]
fn one_fault_in_a_shared_network_is_told_once() {
    let text = format!(
        "{}experiment f of net {{ dt 0.2 ms; run 2 s }}\n",
        with("").replace("indegree(2)", "indegree(2.5)")
    );
    one_of(&text, "E0403", "2.5");
}

#[test]
fn three_faults_are_three_diagnostics() {
    let text = with("record w of A\nexpect count(A) > 5 ms").replace("10 Hz", "10 mV");
    let codes: Vec<_> = whole(&text, &[], &[]).into_iter().map(|f| f.code).collect();
    assert_eq!(codes, ["E0203", "E0608", "E0203"]);
}

#[test]
fn a_course_of_pieces_pauses_and_trials() {
    let ticks = |body: &str| model(&alone(body)).protocol.run_ticks;
    assert_eq!(ticks("dt 0.1 ms\nrun 1 s\nrun 2 s"), 30_000);
    assert_eq!(ticks("dt 0.1 ms\nrun 1 s\npause 0.5 s\nrun 1 s"), 25_000);
    assert_eq!(ticks("dt 0.1 ms\ntrials 7 each 10 ms"), 700);
    let resets = |body: &str| model(&alone(body)).protocol.resets.map(|r| (r.first, r.every));
    assert_eq!(resets("dt 0.1 ms\nwarmup 3 ms\ntrials 7 each 10 ms"), Some((30, 100)));
    assert_eq!(resets("dt 0.1 ms\ntrials 7 each 10 ms keep state"), None);
    one_of(&alone("dt 0.1 ms\ntrials 0 each 10 ms"), "E0404", "0");
    one_of(&alone("dt 0.1 ms\ntrials 2 each 10 ms\npause 3 ms"), "E0617", "3 ms");
    let m = model(&with("pause 20 ms\nrun 50 ms\ninject dc(1 nA) -> A.I"));
    assert_eq!(m.pauses, [(1000, 1200)]);
    one_with(&with("run 3 ms"), &[], &["e.run=3 ms"], "E0613", "3 ms");
}
