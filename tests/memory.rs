//! The memory that is predicted for a network is what loading it allocates. One test: it counts the bytes of the
//! whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use peak_alloc::PeakAlloc;
use snn::emulator::{Emulator, LoadOptions, RowChoice};
use snn::map::{MapOptions, assemble, map};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A file of the tree or the text of a program, and overrides.
const NETWORKS: [(&str, &[&str]); 7] = [
    ("examples/brunel.snn", &["brunel.N_E=8000", "brunel.N_I=2000"]),
    ("examples/brunel.snn", &["brunel.C_E=100", "brunel.C_I=25", "brunel.J=1 mV"]),
    ("examples/microcircuit.snn", &["microcircuit.scale=0.1"]),
    ("examples/coba.snn", &[]),
    ("crates/snn-bench/networks/stdp.snn", &[]),
    (
        "import \"std/neurons.snn\" as std\nimport \"std/chips.snn\" as chips\n\
         network n { population a[20000]: std.lif_exp\n population b[20000]: std.lif_delta\n \
         connect a -> b.psp { rule outdegree(100); weight normal(1 mV, 0.1 mV); delay 1 ms }\n \
         connect b -> a.exc { rule probability(0.004); weight 20 pA; delay uniform(1 ms, 4 ms) } }\n\
         experiment e of n on chips.ideal32 { dt 0.1 ms\n run 1 ms }",
        &[],
    ),
    (
        "import \"std/neurons.snn\" as std\n\
         network n { population a[200000]: std.lif_exp\n source s[200000]: poisson(5 Hz)\n \
         connect s -> a.exc { rule one_to_one; weight 20 pA; delay 1 ms } }\n\
         experiment e of n { dt 0.1 ms\n run 1 ms }",
        &[],
    ),
];

#[test]
fn what_is_predicted_is_what_is_allocated() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut wrong = Vec::new();
    for (program, sets) in NETWORKS {
        let text = std::fs::read_to_string(root.join(program)).unwrap_or(program.into());
        let sets: Vec<String> = sets.iter().map(|set| set.to_string()).collect();
        let project = snn::load("t.snn", text, &sets, &mut |f| Err(f.into()));
        let compiled = snn::compile(&project, None, &snn::model::Options::default());
        let said = snn::diagnostics::render_human(&compiled.diagnostics, &project.sources, false);
        let Some(compiled) = compiled.value else { panic!("{program}: {said}") };
        let mapped = map(&compiled.network, &compiled.chip, &MapOptions::default()).unwrap();
        let image = assemble(&compiled.network, &compiled.chip, &mapped.mapping);
        for threads in [1, 2] {
            let predicted = Emulator::predict(&image, threads, RowChoice::Stored);
            let options = LoadOptions { threads, ..LoadOptions::default() };
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let emulator = Emulator::load(&image, &compiled.network.protocol, &options).unwrap();
            let allocated = MEMORY.peak_usage() - before;
            let held = MEMORY.current_usage() - before;
            drop(emulator);
            let ratio = predicted as f64 / allocated as f64;
            let name = program.lines().next().unwrap_or_default();
            println!("{ratio:.3} {predicted} of {allocated} ({held}) {threads} {name} {sets:?}");
            if !(0.85..=1.15).contains(&ratio) {
                wrong.push((name, sets.clone(), threads, ratio));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
