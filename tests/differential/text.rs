//! The text form of networks gives back the network.

use std::sync::Arc;

use proptest::prelude::*;
use snn_chip::{MappingRequest, Objective, Place};
use snn_connect::{Segment, Selection};
use snn_diagnostics::{SourceId, Span};
use snn_ir::{Network, text};
use snn_result::{Answer, Column, Expectation, Labelling, Measure, MeasureOp, Statistic};

use super::generator::network;

fn round_trip(network: &Network) {
    let written = text::print(network);
    let read = text::parse(&written).unwrap_or_else(|e| panic!("{e}\n{written}"));
    assert_eq!(text::print(&read), written);
    assert_eq!(read.name, network.name);
    assert_eq!(read.arithmetic, network.arithmetic);
    assert_eq!(read.protocol, network.protocol);
    assert_eq!(read.request, network.request);
    assert_eq!(read.projections(), network.projections());
    assert!(read.objects().eq(network.objects()));
}

#[test]
fn generated_networks_come_back() {
    for seed in 0..500 {
        round_trip(&network(seed).network);
    }
}

#[test]
fn requests_expectations_and_odd_names_come_back() {
    let span = Span::new(SourceId(0), 0, 0);
    let mut network = network(3).network;
    network.name = "a \"name\"\\ with = [1, 2] + more\nlines".into();
    network.request = MappingRequest {
        name: Some("m".into()),
        places: vec![
            Place::OnTile { population: 0, x: 3, y: 4, span },
            Place::Near { population: 1, other: 0, span },
        ],
        objective: Objective::Hops,
        max_cores: Some((7, span)),
    };
    let of = Selection::new(vec![Segment { object: 0, start: 1, len: 3 }]);
    let column = Column {
        text: "rate_sd(o)".into(),
        measure: Measure::RateSd(of.clone()),
        unit: ("Hz".into(), 1e-3),
    };
    let labels = Arc::new(Labelling {
        of: of.clone(),
        answer: Answer::EarliestSpike,
        first: 3,
        every: 7,
        labels: vec![2, 0, 1].into(),
    });
    network.protocol.labelling = Some(labels.clone());
    let accuracy = Box::new(Measure::Accuracy(labels));
    let sum = Box::new((Measure::During(5, u64::MAX, accuracy), Measure::Number(1.0)));
    let over = Measure::Combined(
        MeasureOp::Add,
        Box::new((
            Measure::Combined(MeasureOp::Sub, sum),
            Measure::Over(Statistic::Sd, Box::new(column)),
        )),
    );
    let pair = Box::new((Measure::Cv(of, 5), over));
    network.protocol.expectations.push(Expectation {
        text: "expect x".into(),
        what: "x \"y\"".into(),
        over: vec!["seed".into(), "g".into()],
        measure: Measure::Combined(MeasureOp::Div, pair),
        lo: f64::NEG_INFINITY,
        hi: 1e-300,
        unit: ("1/ms".into(), 0.1),
        span,
    });
    round_trip(&network);
}

#[test]
fn a_wrong_text_is_refused_with_its_line() {
    let written = text::print(&network(3).network);
    let wrong = |from: &str, to: &str| {
        assert!(written.contains(from), "{from}");
        text::parse(&written.replacen(from, to, 1)).unwrap_err()
    };
    assert_eq!(wrong("network", "netwerk").line, 1);
    let error = wrong("seed=", "seeds=");
    assert_eq!((error.line, error.wanted.as_str(), error.found.as_str()), (2, "`seed`", "seeds"));
    let error = wrong("-> o", "-> o9");
    assert!(error.wanted.contains("object that exists"), "{error}");
    assert!(text::parse("").is_err());
}

proptest! {
    #[test]
    fn damaged_texts_never_panic(
        seed in 0u64..20, at in any::<prop::sample::Index>(), bytes in "[ -~\n]{0,4}", cut in 0usize..8
    ) {
        let mut written = text::print(&network(seed).network);
        let at = at.index(written.len());
        written.replace_range(at..(at + cut).min(written.len()), &bytes);
        if let Ok(read) = text::parse(&written) {
            prop_assert_eq!(text::print(&text::parse(&text::print(&read)).unwrap()), text::print(&read));
        }
    }
}
