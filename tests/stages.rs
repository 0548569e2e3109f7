//! One program through the stages, a snapshot of each.

const PROGRAM: &str = "\
neuron integrate {
  param tau: ms = 10 ms
  receptor psp: mV = jump(v)
  state v: mV = 0 mV
  v' = -v / tau
  spike when v >= 15 mV
  reset { v = 0 mV }
  refractory 2 ms hold v
}
network pair {
  source s[2]: regular(100 Hz, start 1 ms)
  population n[2]: integrate
  connect s -> n.psp as drive { rule one_to_one; weight 16 mV; delay 1 ms }
  connect n -> n.psp { rule all_to_all; no autapses; weight -1 mV; delay 2 ms }
}
experiment go of pair {
  dt 0.1 ms
  run 10 ms
  seed 3
}
";

#[test]
fn network_mapping_and_decisions() {
    let options = snn::model::Options::default();
    let project = snn::load("stages.snn", PROGRAM.into(), &[], &mut |f| Err(f.into()));
    let compiled = snn::compile(&project, None, &options);
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let compiled = compiled.value.unwrap();
    let mapped =
        snn::map::map(&compiled.network, &compiled.chip, &snn::map::MapOptions::default()).unwrap();
    let decisions = compiled.decisions.iter();
    let decisions =
        decisions.map(|d| format!("{}: {}, because {}\n", d.subject, d.choice, d.reason));
    let all = [
        ("network", snn::ir::text::print(&compiled.network)),
        ("dot", snn::ir::dot::print(&compiled.network)),
        ("map", snn::map::print_map(&compiled.network, &mapped.mapping)),
        ("decisions", decisions.collect()),
    ];
    for (stage, text) in all {
        insta::with_settings!({ snapshot_path => "stages", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(stage, text);
        });
    }
}
