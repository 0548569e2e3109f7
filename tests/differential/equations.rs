//! Programs as text on both engines, bit for bit.

use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, map};
use snn::result::Collected;

/// Compiles a program of one experiment; the text form of its network comes back.
fn compile(text: &str) -> snn::Compiled {
    let project = snn::load("t.snn", text.into(), &[], &mut |f| Err(f.into()));
    let compiled = snn::compile(&project, None, &snn::model::Options::default());
    let said = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
    assert!(compiled.diagnostics.is_empty(), "{said}");
    let compiled = compiled.value.unwrap();
    compiled.network.verify().unwrap();
    let written = snn::ir::text::print(&compiled.network);
    let read = snn::ir::text::parse(&written).unwrap();
    assert_eq!(snn::ir::text::print(&read), written);
    compiled
}

/// What both engines give, the emulator on three threads and in pieces.
fn agreed(compiled: &snn::Compiled) -> Collected {
    let mut slow = Collected::default();
    let result = snn::reference::interpret(&compiled.network, &mut slow).unwrap();
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default()).unwrap();
    let options = LoadOptions { threads: 3, ..LoadOptions::default() };
    let mut session = snn::Session::new(compiled, &mapped.mapping, &options, None).unwrap();
    let (mut kept, ticks) = (Collected::default(), compiled.network.protocol.run_ticks);
    for piece in [1, 30, ticks - 31] {
        session.run(piece, &mut kept, &mut |_| Control::Continue).unwrap();
        let saved = session.checkpoint();
        session = snn::Session::new(compiled, &mapped.mapping, &options, Some(&saved)).unwrap();
    }
    assert_eq!(kept, slow);
    assert_eq!(session.result().hash, result.hash);
    slow
}

fn linear(tau: &str, arithmetic: &str) -> String {
    format!(
        "chip c {{ arithmetic {arithmetic}; core {{ neurons 4 }} }}
neuron coupled {{
  param tau: ms = 10 ms, tau_w: ms = 30 ms, a: nS = 4 nS, C: pF = 200 pF
  input I: pA
  receptor exc: pA = alpha(2 ms)
  receptor slow: pA = biexp(3 ms, 20 ms)
  state v: mV = 0 mV
  state w: pA = 0 pA
  state z: pA = 5 pA
  v' = -v / tau + (exc + slow + I - w) / C
  w' = (a * v - w) / tau_w
  z' = -z / tau
  spike when v >= 12 mV
  reset {{ v = 0 mV; w += 20 pA }}
  refractory 2 ms hold v
}}
network n {{
  source s[11]: poisson(4000 Hz)
  population p[11]: coupled(tau = {tau}, tau_w = {tau} * 2.5)
  connect s -> p.exc as fast {{ rule one_to_one; weight 60 pA; delay 1 ms }}
  connect s -> p.slow as late {{ rule one_to_one; weight 9 pA; delay 1 ms }}
}}
experiment e of n on c {{
  dt 0.1 ms
  run 60 ms
  inject step(350 pA, from 5 ms, to 40 ms) -> p.I
  record spikes of p
  record v of p
  record w of p
  record z of p
}}
"
    )
}

#[test]
fn coefficients_of_each_neuron_give_the_bits_of_constants() {
    for arithmetic in ["f64", "f32"] {
        let constant = agreed(&compile(&linear("12 ms", arithmetic)));
        let drawn = compile(&linear("uniform(12 ms, 12 ms)", arithmetic));
        assert!(drawn.decisions.iter().any(|d| d.choice.contains("for each neuron")));
        let drawn = agreed(&drawn);
        assert!(constant.spikes.len() > 20, "{} spikes", constant.spikes.len());
        assert_eq!(constant, drawn);
        let spread = agreed(&compile(&linear("normal(12 ms, 1 ms)", arithmetic)));
        assert_ne!(constant.spikes, spread.spikes);
    }
}

/// Noise in coupled states, common to two, with coefficients of each neuron and held states; spikes by
/// chance; multiplicative noise.
fn noisy(arithmetic: &str) -> String {
    format!(
        "chip c {{ arithmetic {arithmetic}; core {{ neurons 4 }} }}
neuron coloured {{
  param tau: ms = normal(10 ms, 1 ms), tau_s: ms = 4 ms, sigma: mV = 3 mV
  receptor exc: mV = exp(3 ms)
  state v: mV = 0 mV, x: mV = 0 mV, y: mV = 1 mV
  let xi = sigma * white()
  v' = (x + exc - v) / tau + 0.2 * xi / sqrt(tau)
  x' = -x / tau_s + xi * sqrt(2 / tau_s)
  y' = (v - y) / tau + 0.1 * sigma * white() / sqrt(tau)
  spike when v >= 2 mV
  reset {{ v = -1 mV; y += normal() * 1 mV }}
  refractory 1 ms hold v, x
}}
neuron growing {{
  param r: Hz = 40 Hz
  input I: mV/ms
  receptor exc: mV = jump(v)
  state v: mV = 1 mV
  v' = I - 0.1 [1/ms] * v + 0.3 [1/ms^(1/2)] * v * white() + 0.2 [mV/ms^(1/2)] * white()
  spike rate r * exp(v / 1 mV)
  reset {{ v = 0 mV }}
  refractory 2 ms mute
  solve euler substeps 2
}}
network n {{
  population a[11]: coloured
  population b[7]: growing
  source s[7]: inhomogeneous(2000 Hz * exp(-t / 20 ms) * (1 + sin(0.3 [1/ms] * t)))
  connect s -> b.exc as drive {{ rule one_to_one; weight 0.1 mV; delay 0.5 ms }}
  connect a -> b.exc {{ rule all_to_all; weight 0.3 mV; delay 1 ms }}
  connect b -> a.exc {{ rule all_to_all; weight 0.2 mV; delay 1 ms }}
}}
experiment e of n on c {{
  dt 0.1 ms
  run 60 ms
  inject ou(0.1 [mV/ms], 0.2 [mV/ms], 3 ms, from 10 ms) -> b[1..6].I
  inject sine(0.3 [mV/ms], 80 Hz) -> b.I
  inject ou(0 [mV/ms], 0.2 [mV/ms], 9 ms) -> b.I
  record spikes of a + b
  record v of a
  record y of a
  record v of b
}}
"
    )
}

#[test]
fn noise_has_the_same_bits_on_both_engines() {
    for arithmetic in ["f64", "f32"] {
        let compiled = compile(&noisy(arithmetic));
        let choices: Vec<&str> = compiled.decisions.iter().map(|d| d.choice.as_str()).collect();
        let exact = "exact propagators, found for each neuron";
        let always = "updated in every tick";
        assert_eq!(choices, [exact, always, "euler, 2 per tick", always, "counts per tick"]);
        let found = agreed(&compiled);
        for object in [0, 1] {
            let spikes = found.spikes.iter().filter(|s| s.object == object).count();
            assert!(spikes > 10, "{spikes} spikes of object {object}");
        }
    }
}

#[test]
fn a_function_of_noise_is_refused() {
    for term in [
        "white() * white() * 1 [ms]",
        "abs(white()) * 1 [ms^(1/2)]",
        "1 / (white() * 1 [ms^(1/2)])",
    ] {
        let text = format!(
            "neuron m {{ state x = 0; x' = (-x + {term}) / 1 ms }}
             network n {{ population p[1]: m }}
             experiment e of n {{ dt 0.1 ms; run 1 ms; record x of p }}"
        );
        let project = snn::load("t.snn", text, &[], &mut |f| Err(f.into()));
        let compiled = snn::compile(&project, None, &snn::model::Options::default());
        let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id()).collect();
        assert!(codes.contains(&"E0320"), "{term}: {codes:?}");
    }
}
