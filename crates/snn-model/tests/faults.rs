//! What other tools accept or report badly: here each is one fault, at the guilty words, with what to
//! type. Whole programs through the public function.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use snn_diagnostics::Diagnostic;
use snn_model::{Options, Project, check, instantiate};

const PULSE: &str = "neuron lif {
  param R: MOhm = 10 MOhm, C: pF = 100 pF
  param tau: ms = R * C
  check tau ~= 1 ms
  param E_L: mV = -65 mV, V_th: mV = -50 mV, V_r: mV = -70 mV
  input I: nA
  receptor psp: mV = jump(v)
  state v: mV = E_L
  v' = (E_L - v + R * I) / tau
  spike when v >= V_th
  reset { v = V_r }
  refractory 2 ms hold v
}
network single { population n[1]: lif }
experiment pulse of single {
  dt 0.1 ms
  run 500 ms
  inject step(2 nA, from 100 ms, to 400 ms) -> n.I
  record v of n every 0.1 ms
  expect count(n) in 75 .. 95
}
";

const BRUNEL: &str = "import \"std/neurons.snn\" as std
network brunel {
  param N_E = 10000, N_I = 2500, g = 5, eta = 2
  param J: mV = 0.1 mV, C_E = N_E / 10, C_I = N_I / 10
  param theta: mV = 20 mV, tau: ms = 20 ms
  param nu_th: Hz = theta / (J * C_E * tau)
  population E[N_E]: std.lif_delta(tau = tau, E_L = 0 mV, V_th = theta, V_r = 0 mV, t_ref = 2 ms)
  population I[N_I]: std.lif_delta(tau = tau, E_L = 0 mV, V_th = theta, V_r = 0 mV, t_ref = 2 ms)
  let all = E + I
  source ext[N_E + N_I]: poisson(eta * nu_th * C_E)
  connect ext -> all.psp { rule one_to_one; weight J; delay 1.5 ms }
  connect E -> all.psp { rule indegree(C_E); weight J; delay 1.5 ms }
  connect I -> all.psp { rule indegree(C_I); weight -g * J; delay 1.5 ms }
}
experiment irregular of brunel {
  dt 0.1 ms
  run 1 s
  seed 42
  record spikes of E[0..50]
  expect rate(E) in 20 Hz .. 60 Hz
}
";

/// Code, guilty text and the diagnostic of every fault.
fn faults(text: &str) -> Vec<(&'static str, String, Diagnostic)> {
    let project = Project::new("main.snn", text.to_owned());
    let checked = check(&project, &Options::default());
    let place = |d: &Diagnostic| project.sources.text(d.primary.span).to_owned();
    checked.diagnostics.into_iter().map(|d| (d.code.id(), place(&d), d)).collect()
}

/// Replaces words of a sound program and expects one fault.
#[track_caller]
fn one(program: &str, changes: &[(&str, &str)], code: &str, at: &str) -> Diagnostic {
    let mut text = program.to_owned();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "`{old}` once in the program");
        text = text.replace(old, new);
    }
    let found = faults(&text);
    let [(found_code, place, d)] = found.as_slice() else { panic!("one fault: {found:#?}") };
    assert_eq!((*found_code, place.as_str()), (code, at), "{d:#?}");
    d.clone()
}

#[test]
fn the_programs_of_the_introduction_are_sound() {
    for program in [PULSE, BRUNEL] {
        let project = Project::new("main.snn", program.to_owned());
        let checked = instantiate(&project, None, &Options::default());
        assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
        assert!(checked.value.is_some());
    }
}

#[test]
fn a_threshold_in_milliseconds() {
    let d = one(PULSE, &[("v >= V_th", "v >= 3 ms"), ("V_th: mV = -50 mV, ", "")], "E0203", "3 ms");
    assert_eq!(d.message, "`3 ms` is a time, `v` is a voltage (mV)");
    assert_eq!(d.fix.unwrap().replacement, "3 mV");
}

#[test]
fn the_exponential_of_a_voltage() {
    let d = one(PULSE, &[("E_L - v + R", "V_r * exp(v) - v + R")], "E0205", "v");
    assert!(d.help[0].contains("in scope: `E_L`, `V_th`, `V_r`"), "{d:#?}");
}

#[test]
fn a_time_constant_a_thousand_times_too_long() {
    let d = one(
        PULSE,
        &[("tau: ms = R * C", "tau: ms = 1000 ms"), ("~= 1 ms", "~= R * C")],
        "E0309",
        "check tau ~= R * C",
    );
    assert_eq!(d.message, "`tau` is 1000 ms, 1 ms expected: 1000 times too large");
    assert!(d.secondary.iter().any(|l| l.text == "`R` = 10 MOhm"), "{d:#?}");
}

#[test]
fn the_check_is_evaluated_at_each_population() {
    let change = [("n[1]: lif", "n[1]: lif(C = 200 pF)")];
    let d = one(PULSE, &change, "E0309", "lif(C = 200 pF)");
    assert_eq!(d.message, "`tau` is 2 ms, 1 ms expected: 2 times too large");
    let change = [
        ("n[1]: lif", "n[1]: lif(tau = -1 ms)"),
        ("  check tau ~= 1 ms\n", "  check R * C ~= 1 ms\n"),
    ];
    let d = one(PULSE, &change, "E0310", "lif(tau = -1 ms)");
    assert_eq!(d.message, "the time constant `tau` is -1 ms: it must be positive");
}

#[test]
fn a_threshold_without_reset() {
    let d = one(
        PULSE,
        &[("  reset { v = V_r }\n", ""), (", V_r: mV = -70 mV", "")],
        "W0302",
        "spike when v >= V_th",
    );
    assert!(d.message.contains("spikes after every refractory time"), "{d:#?}");
}

#[test]
fn misspelt_words() {
    let text = PULSE.replace("spike when", "spyke when");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].1, "spyke");
    let found = faults(&PULSE.replace("refractory", "refractry"));
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = faults(&PULSE.replace("neuron lif", "nueron lif"));
    assert_eq!(found.len(), 1, "{found:#?}");
    one(PULSE, &[("n[1]: lif", "n[1]: lfi")], "E0201", "lfi");
}

#[test]
fn a_current_added_to_a_voltage() {
    let d = one(PULSE, &[("R * I", "I")], "E0203", "I");
    assert_eq!(d.message, "cannot add a current to a voltage");
    assert_eq!(d.help, ["`R` is in scope, `R * I` is a voltage"]);
}

#[test]
fn three_faults_in_one_file() {
    let text = PULSE
        .replace("v >= V_th", "v >= 3 ms")
        .replace("V_th: mV = -50 mV, ", "")
        .replace("R * I", "I")
        .replace("dt 0.1 ms", "dt 0.1 mV");
    let found = faults(&text);
    let codes: Vec<&str> = found.iter().map(|(_, at, _)| at.as_str()).collect();
    assert_eq!(codes, ["I", "3 ms", "0.1 mV"], "{found:#?}");
}

#[test]
fn units_make_seconds_for_milliseconds_impossible() {
    let d = one(
        BRUNEL,
        &[(
            "population E[N_E]: std.lif_delta(tau = tau,",
            "population E[N_E]: std.lif_delta(tau = 20,",
        )],
        "E0204",
        "20",
    );
    assert!(d.help[0].contains("`20 ms`"), "{d:#?}");
}

#[test]
fn parameters_of_a_population() {
    let near = one(
        BRUNEL,
        &[(
            "population I[N_I]: std.lif_delta(tau = tau,",
            "population I[N_I]: std.lif_delta(taus = tau,",
        )],
        "E0407",
        "taus",
    );
    assert!(near.help.iter().any(|h| h.contains("`tau`")), "{near:#?}");
}
