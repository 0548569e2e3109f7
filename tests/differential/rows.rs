//! Every way in which rows are stored gives the spikes of the reference.

use snn::emulator::{LoadOptions, RowChoice};
use snn::ir::Network;

use super::generator::{Rng, image, on_one_core};
use super::programs::{difference, emulate, options, reference};

fn network(arithmetic: &str, connections: &str) -> Network {
    let text = format!(
        "neuron n {{\n  param tau: ms = 5 ms\n  state v: mV = uniform(0 mV, 15 mV)\n  receptor psp: mV = jump(v)\n  \
         receptor slow: mV = exp(3 ms)\n  v' = (slow - v) / tau\n  spike when v >= 10 mV\n  reset {{ v = 0 mV }}\n  \
         refractory 0.5 ms hold v\n}}\n\
         network net {{\n  population a[700]: n\n  population b[650]: n\n  source noise[1350]: poisson(900 Hz)\n  \
         let all = a + b\n  connect noise -> all.psp {{ rule one_to_one; weight 2.5 mV; delay 0.3 ms }}\n  \
         {connections}\n}}\n\
         chip c {{\n  arithmetic {arithmetic}\n  core {{ neurons 100000 }}\n}}\n\
         experiment e of net on c {{\n  dt 0.1 ms\n  run 12 ms\n  seed 5\n  record spikes of a\n  record v of a[0..9] every 1 ms\n}}\n"
    );
    let project = snn::load("t.snn", text.clone(), &[], &mut |f| Err(f.into()));
    let compiled = snn::compile(&project, None, &snn::model::Options::default());
    let said = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
    let Some(value) = compiled.value else { panic!("{said}\n{text}") };
    value.network
}

/// On one thread and several, in order and shuffled, in pieces and whole, rows stored and drawn again.
fn agrees(network: &Network) {
    let wanted = reference(network);
    assert!(wanted.0.spikes.iter().take(2).all(|spikes| *spikes > 300), "{:?}", wanted.0.spikes);
    let mut rng = Rng(77);
    let one = on_one_core(network);
    for round in 0..6 {
        let image = if round == 0 { one.clone() } else { image(network, &mut rng, round % 2 == 0) };
        let rows = if round % 2 == 1 { RowChoice::Regenerated } else { RowChoice::Stored };
        let options = LoadOptions { rows, ..options(&mut rng, None) };
        let pieces: &[u64] = if round % 3 == 1 { &[1, 7, 40] } else { &[] };
        let found = emulate(&image, network, &options, pieces).unwrap();
        if let Some(what) = difference(network, &found, &wanted) {
            panic!("round {round} on {} threads, {pieces:?}: {what}", options.threads);
        }
    }
}

#[test]
fn dense_rows_of_one_weight() {
    for (arithmetic, connections) in [
        (
            "f64",
            "connect a -> all.psp { rule indegree(210); weight 0.05 mV; delay 0.7 ms }\n  \
             connect b -> all.psp { rule outdegree(400); weight -0.06 mV; delay 0.2 ms; no multapses }",
        ),
        (
            "f32",
            "connect a -> b.slow { rule all_to_all; weight 0.01 mV; delay 0.4 ms }\n  \
             connect b -> a.psp { rule probability(0.3); weight 0.03 mV; delay 1.1 ms }\n  \
             connect all -> a.psp { rule total(200000); weight -0.02 mV; delay 0.3 ms; no autapses }",
        ),
    ] {
        agrees(&network(arithmetic, connections));
    }
}

#[test]
fn rows_drawn_again() {
    for (arithmetic, connections) in [
        (
            "f64",
            "connect a -> all.psp { rule outdegree(90); weight 0.05 mV; delay 0.7 ms }\n  \
             connect b -> all.slow { rule outdegree(40); weight -0.06 mV; delay 0.2 ms; no autapses }",
        ),
        (
            "f32",
            "connect all -> all.psp { rule probability(0.02); weight 0.03 mV; delay 0.1 ms; no autapses }\n  \
             connect noise[0..3] -> b.psp { rule all_to_all; weight 0.1 mV; delay 0.3 ms }",
        ),
    ] {
        agrees(&network(arithmetic, connections));
    }
}

#[test]
fn rows_cut_by_delay() {
    for (arithmetic, connections) in [
        (
            "f64",
            "connect a -> all.psp { rule total(60000); weight normal(0.05 mV, 0.01 mV); delay truncated(normal(1 ms, 0.5 ms), 0.1 ms, 3 ms) }\n  \
             connect b -> a.slow { rule probability(0.1); weight 0.05 mV; delay uniform(0.2 ms, 2 ms) }",
        ),
        (
            "f32",
            "connect a -> all.psp { rule indegree(50); weight normal(0.05 mV, 0.01 mV); delay uniform(0.1 ms, 4 ms) }\n  \
             connect b -> b.slow { rule outdegree(40); weight uniform(-0.1 mV, 0 mV); delay 0.5 ms }",
        ),
    ] {
        agrees(&network(arithmetic, connections));
    }
}
