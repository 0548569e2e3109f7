//! Every program of the tutorial compiles without a fault, and its expectations hold.

use std::path::Path;

use snn::emulator::LoadOptions;
use snn::map::MapOptions;
use snn::model::Options;

#[test]
fn programs_of_the_tutorial_hold_their_expectations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("spec/tutorial.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> = text.split("```snn\n").skip(1).collect();
    assert!(blocks.len() >= 7, "{} programs", blocks.len());
    assert_eq!(text.matches("```").count(), 2 * blocks.len(), "every block is a program");
    for block in blocks {
        let program = block.split("```").next().unwrap();
        let project = snn::load("tutorial.snn", program.into(), &[], &mut |f| Err(f.into()));
        let checkup = snn::check(&project, &Options::default());
        let shown = snn::diagnostics::render_human(&checkup.diagnostics, &project.sources, false);
        assert!(checkup.diagnostics.is_empty(), "{shown}");
        let source = snn::diagnostics::SourceId(0);
        let tidy = snn::syntax::format(source, program).value.unwrap();
        assert_eq!(tidy, program, "the layout is the canonical one");
        for experiment in checkup.value.unwrap().experiments {
            holds(&project, &experiment.name);
        }
    }
}

fn holds(project: &snn::model::Project, experiment: &str) {
    let mut study = snn::study(project, Some(experiment), &Options::default()).value.unwrap();
    let options = snn::PointOptions {
        workers: 1,
        map: MapOptions::default(),
        load: LoadOptions::default(),
        stop: &|| false,
    };
    let points = study.points();
    let lines = study.compile(0).value.unwrap().network.protocol.expectations;
    assert!(!lines.is_empty(), "{experiment} expects nothing");
    snn::run_points(&mut study, 0..points, &options, &mut |point, outcome| {
        let measured: Vec<_> = lines.iter().map(|l| &l.text).zip(&outcome.values).collect();
        assert!(outcome.holds, "{experiment} at point {point}: {measured:?} {:?}", outcome.error);
    })
    .unwrap();
}
