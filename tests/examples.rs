//! Every example compiles without a fault, and its expectations hold.

use std::path::Path;

use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, Mapper, map};
use snn::model::Options;
use snn::result::Collected;

#[test]
fn examples_hold_their_expectations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "snn") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = path.to_str().unwrap();
        let read = |file: &str| std::fs::read(file).map_err(|e| e.to_string());
        let project = snn::load(shown, text, &[], &mut |file| read(file));
        let checkup = snn::model::check(&project, &Options::default());
        assert!(checkup.diagnostics.is_empty(), "{shown}: {:?}", checkup.diagnostics);
        for experiment in checkup.value.unwrap().experiments {
            let name = &experiment.name;
            let mut study = snn::study(&project, Some(name), &Options::default()).value.unwrap();
            let compiled = study.compile(0);
            assert!(compiled.diagnostics.is_empty(), "{shown}: {:?}", compiled.diagnostics);
            let compiled = compiled.value.unwrap();
            if study.points() > 1 {
                seen += swept(shown, &mut study, &compiled.network.protocol.expectations);
                continue;
            }
            let mut session = session(&compiled, Mapper::Auto);
            let protocol = &compiled.network.protocol;
            let ticks = protocol.warmup_ticks + protocol.run_ticks;
            session.run(ticks, &mut Collected::default(), &mut |_| Control::Continue).unwrap();
            assert!(!protocol.expectations.is_empty(), "{shown}: {name} expects nothing");
            for (expectation, verdict) in protocol.expectations.iter().zip(session.verdicts()) {
                let measured = verdict.value / expectation.unit.1;
                assert!(verdict.holds, "{shown}: {} (measured {measured})", expectation.text);
                seen += 1;
            }
            same_under_every_mapper(&compiled, ticks, &session.result().hash.to_string());
        }
    }
    assert!(seen >= 20, "{seen} expectations");
}

/// The error that falls in `eprop.snn` falls by learning: without a rate of learning it stays.
#[test]
fn without_learning_the_error_stays() {
    let text = include_str!("../examples/eprop.snn");
    let untaught = text.replace("= 0.05 [mV/ms]", "= 0 [mV/ms]");
    assert_ne!(text, untaught);
    let project = snn::load("eprop.snn", untaught, &[], &mut |file| Err(file.into()));
    let compiled = snn::compile(&project, None, &Options::default()).value.unwrap();
    let mut session = session(&compiled, Mapper::Auto);
    let ticks = compiled.network.protocol.run_ticks;
    session.run(ticks, &mut Collected::default(), &mut |_| Control::Continue).unwrap();
    let holds: Vec<bool> = session.verdicts().iter().map(|verdict| verdict.holds).collect();
    assert_eq!(holds, [true, false]);
}

fn session(compiled: &snn::Compiled, mapper: Mapper) -> snn::Session {
    let mapped = map(&compiled.network, &compiled.chip, &MapOptions { mapper }).unwrap();
    let options = LoadOptions { threads: 2, ..LoadOptions::default() };
    snn::Session::new(compiled, &mapped.mapping, &options, None).unwrap()
}

/// The spike hash of a whole run, for networks that are quick to run again.
fn same_under_every_mapper(compiled: &snn::Compiled, ticks: u64, hash: &str) {
    if compiled.network.neurons() > 1000 {
        return;
    }
    for mapper in Mapper::ALL {
        let mut session = session(compiled, mapper.clone());
        session.run(ticks, &mut Collected::default(), &mut |_| Control::Continue).unwrap();
        assert_eq!(session.result().hash.to_string(), hash, "{mapper:?}");
    }
}

/// Runs every point of a sweep; the number of expectations, which all hold.
fn swept(shown: &str, study: &mut snn::Study<'_>, lines: &[snn::result::Expectation]) -> usize {
    let options = snn::PointOptions {
        workers: 2,
        map: MapOptions::default(),
        load: LoadOptions::default(),
        stop: &|| false,
    };
    let (points, axes) = (study.points(), study.axes());
    let mut rows = vec![Vec::new(); points];
    snn::run_points(study, 0..points, &options, &mut |point, outcome| {
        assert!(outcome.holds, "{shown}: at point {point}: {outcome:?}");
        rows[point] = outcome.values;
    })
    .unwrap();
    let at = |mut point: usize| -> Vec<(String, String)> {
        let mut at = Vec::new();
        for axis in axes.iter().rev() {
            at.push((axis.name.clone(), axis.values[point % axis.values.len()].clone()));
            point /= axis.values.len();
        }
        at
    };
    let mut first = 0;
    for line in lines {
        let columns = first..first + line.columns().len();
        first = columns.end;
        if line.over.is_empty() {
            continue;
        }
        for (at, verdict) in snn::pooled(line, points, at, |p| rows[p][columns.clone()].to_vec()) {
            let measured = verdict.value / line.unit.1;
            assert!(verdict.holds, "{shown}: {} at {at:?} (measured {measured})", line.text);
        }
    }
    lines.len()
}
