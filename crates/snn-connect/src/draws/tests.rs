//! Every rule against its definition, and every range against the whole.

mod space;

use super::*;
use crate::{ConnectError, Segment, Selection};
use proptest::prelude::*;
use snn_numeric::object_key;
use std::collections::{HashMap, HashSet};

fn connector(rule: Rule, sources: &[(u32, u32, u32)], targets: &[(u32, u32, u32)]) -> Connector {
    let selection = |segments: &[(u32, u32, u32)]| {
        let segment = |&(object, start, len)| Segment { object, start, len };
        Selection::new(segments.iter().map(segment).collect())
    };
    Connector {
        rule,
        sources: selection(sources),
        targets: selection(targets),
        space: None,
        key: object_key("net.ee"),
        autapses: Autapses::Allowed,
        multapses: Multapses::Allowed,
    }
}

fn synapses(connector: &Connector, seed: u64, targets: Range<u32>) -> Vec<Synapse> {
    let mut all = Vec::new();
    connector.visit_targets(seed, targets, |synapse| all.push(synapse));
    all
}

fn whole(connector: &Connector, seed: u64) -> Vec<Synapse> {
    synapses(connector, seed, 0..connector.targets.len())
}

fn is_autapse(connector: &Connector, synapse: &Synapse) -> bool {
    connector.sources.at(synapse.source) == connector.targets.at(synapse.target)
}

/// Chi-squared of counts that should be `expected`, in standard deviations above its mean.
fn excess(counts: &[f64], expected: f64) -> f64 {
    let chi: f64 = counts.iter().map(|n| (n - expected) * (n - expected) / expected).sum();
    let freedom = counts.len() as f64 - 1.0;
    (chi - freedom) / (2.0 * freedom).sqrt()
}

/// The first synapses of each drawn rule: a change here changes every program.
#[test]
fn known_answers() {
    let first = |rule, multapses| {
        let mut connector = connector(rule, &[(0, 0, 2000)], &[(1, 0, 3000)]);
        connector.multapses = multapses;
        let all = whole(&connector, 42);
        (all.len(), all.iter().take(3).map(|s| (s.source, s.target)).collect::<Vec<_>>())
    };
    let (free, distinct) = (Multapses::Allowed, Multapses::Forbidden);
    let drawn = [
        first(Rule::Indegree(10), free),
        first(Rule::Indegree(10), distinct),
        first(Rule::Outdegree(10), free),
        first(Rule::Outdegree(10), distinct),
        first(Rule::Total(5000), free),
        first(Rule::Total(5000), distinct),
        first(Rule::Probability(0.01), free),
        first(Rule::Probability(0.0001), free),
    ];
    let known = [
        (30_000, vec![(526, 0), (1966, 0), (1298, 0)]),
        (30_000, vec![(1280, 0), (1923, 0), (1742, 0)]),
        (20_000, vec![(0, 269), (0, 1835), (0, 1398)]),
        (20_000, vec![(0, 580), (0, 49), (0, 367)]),
        (5_000, vec![(0, 269), (0, 1835), (0, 1398)]),
        (5_000, vec![(1, 559), (1, 2845), (2, 367)]),
        (59_815, vec![(0, 30), (0, 438), (0, 543)]),
        (626, vec![(1, 243), (4, 1032), (5, 2276)]),
    ];
    assert_eq!(drawn, known);
}

#[test]
fn indegree_is_one_word_per_synapse() {
    let connector = connector(Rule::Indegree(7), &[(0, 0, 2000)], &[(1, 0, 3)]);
    let stream = Stream::new(42, connector.key, Purpose::Connect, 0);
    for synapse in whole(&connector, 42) {
        let SynapseId { major, ordinal, .. } = synapse.id;
        let word = stream.block([major, 0, ordinal / 4, 0])[ordinal as usize % 4];
        assert_eq!(u64::from(synapse.source), (u64::from(word) * 2000) >> 32);
        assert_eq!(synapse.target, major);
    }
}

#[test]
fn targets_of_outdegree_are_uniform_over_blocks() {
    for multapses in [Multapses::Allowed, Multapses::Forbidden] {
        let mut connector = connector(Rule::Outdegree(50), &[(0, 0, 4000)], &[(1, 0, 2500)]);
        connector.multapses = multapses;
        let mut counts = vec![0.0; 50];
        for synapse in whole(&connector, 1) {
            counts[synapse.target as usize / 50] += 1.0;
        }
        assert!(excess(&counts, 4000.0).abs() < 5.0, "{multapses:?}: {counts:?}");
    }
}

#[test]
fn sources_of_indegree_are_uniform_and_avoid_the_neuron() {
    for multapses in [Multapses::Allowed, Multapses::Forbidden] {
        let mut connector = connector(Rule::Indegree(5), &[(0, 0, 20)], &[(0, 0, 20)]);
        connector.multapses = multapses;
        connector.autapses = Autapses::Forbidden;
        let mut counts: HashMap<(u32, u32), f64> = HashMap::new();
        for seed in 0..2000 {
            for synapse in whole(&connector, seed) {
                *counts.entry((synapse.source, synapse.target)).or_default() += 1.0;
            }
        }
        assert_eq!(counts.len(), 380);
        let counts: Vec<f64> = counts.into_values().collect();
        // Without multapses the counts vary less than independent ones.
        let excess = excess(&counts, 2000.0 * 5.0 / 19.0);
        assert!(excess < 5.0, "{multapses:?}: {excess}");
    }
}

#[test]
fn total_is_uniform_over_pairs() {
    for multapses in [Multapses::Allowed, Multapses::Forbidden] {
        let mut connector = connector(Rule::Total(40), &[(0, 0, 13)], &[(0, 5, 11)]);
        connector.multapses = multapses;
        connector.autapses = Autapses::Forbidden;
        let mut counts: HashMap<(u32, u32), f64> = HashMap::new();
        for seed in 0..3000 {
            for synapse in whole(&connector, seed) {
                *counts.entry((synapse.source, synapse.target)).or_default() += 1.0;
            }
        }
        let pairs = 13 * 11 - 8;
        assert_eq!(counts.len(), pairs);
        let counts: Vec<f64> = counts.into_values().collect();
        let excess = excess(&counts, 3000.0 * 40.0 / pairs as f64);
        assert!(excess < 5.0, "{multapses:?}: {excess}");
    }
}

/// Per-source counts of `total` are binomial: their variance tells a multinomial from a fair share.
#[test]
fn total_varies_over_sources() {
    let connector = connector(Rule::Total(100_000), &[(0, 0, 1000)], &[(1, 0, 1500)]);
    let mut counts = vec![0.0; 1000];
    for synapse in whole(&connector, 8) {
        counts[synapse.source as usize] += 1.0;
    }
    assert!(excess(&counts, 100.0).abs() < 4.0, "{}", excess(&counts, 100.0));
}

#[test]
fn probability_is_the_probability_of_each_pair() {
    for (probability, len) in [(0.1, 1500u32), (0.9, 300), (0.0002, 5000), (1.0, 100), (0.0, 100)] {
        let connector = connector(Rule::Probability(probability), &[(0, 0, len)], &[(1, 0, len)]);
        let all = whole(&connector, 11);
        let pairs = f64::from(len) * f64::from(len);
        let (mean, sd) = (pairs * probability, (pairs * probability * (1.0 - probability)).sqrt());
        assert!((all.len() as f64 - mean).abs() <= 4.0 * sd, "{probability}: {}", all.len());
        let mut columns = vec![0.0; 50];
        for synapse in &all {
            columns[(synapse.target * 50 / len) as usize] += 1.0;
        }
        if probability > 0.0 {
            assert!(excess(&columns, mean / 50.0) < 5.0, "{probability}");
        }
        assert_eq!(connector.exact_synapses(11), all.len() as u64);
    }
}

#[test]
fn impossible_rules_are_refused() {
    let check = |rule, autapses, multapses, sources, targets| {
        let connector = Connector {
            autapses,
            multapses,
            ..connector(rule, &[(0, 0, sources)], &[(0, 0, targets)])
        };
        connector.check()
    };
    let (yes, no) = (Autapses::Allowed, Autapses::Forbidden);
    let (many, one) = (Multapses::Allowed, Multapses::Forbidden);
    let too_many = |wanted, available| Err(ConnectError::TooMany { wanted, available });
    assert_eq!(check(Rule::Indegree(10), yes, one, 10, 5), Ok(()));
    assert_eq!(check(Rule::Indegree(10), no, one, 10, 5), too_many(10, 9));
    assert_eq!(check(Rule::Indegree(11), yes, one, 10, 5), too_many(11, 10));
    assert_eq!(check(Rule::Indegree(11), yes, many, 10, 5), Ok(()));
    assert_eq!(check(Rule::Indegree(1), no, many, 1, 1), too_many(1, 0));
    assert_eq!(check(Rule::Outdegree(6), yes, one, 10, 5), too_many(6, 5));
    assert_eq!(check(Rule::Total(46), no, one, 10, 5), too_many(46, 45));
    assert_eq!(check(Rule::Total(45), no, one, 10, 5), Ok(()));
    assert_eq!(
        check(Rule::OneToOne, yes, many, 10, 5),
        Err(ConnectError::UnequalLengths { sources: 10, targets: 5 })
    );
    assert_eq!(
        check(Rule::Probability(1.5), yes, many, 1, 1),
        Err(ConnectError::OutsideUnitInterval)
    );
    let list = |target| Rule::List([(0, 0), (1, target)].into());
    assert_eq!(check(list(1), yes, many, 2, 2), Ok(()));
    assert_eq!(check(list(2), yes, many, 2, 2), Err(ConnectError::OutOfRange { entry: 1 }));
}

#[test]
fn a_list_is_the_list() {
    let rule = Rule::List([(0, 1), (1, 1), (0, 1), (1, 0)].into());
    let mut connector = connector(rule, &[(0, 0, 2)], &[(0, 0, 2)]);
    let pairs = |connector: &Connector| -> Vec<_> {
        whole(connector, 0).iter().map(|s| (s.source, s.target, s.id.ordinal)).collect()
    };
    assert_eq!(pairs(&connector), [(0, 1, 0), (1, 1, 1), (0, 1, 2), (1, 0, 3)]);
    connector.autapses = Autapses::Forbidden;
    assert_eq!(pairs(&connector), [(0, 1, 0), (0, 1, 2), (1, 0, 3)]);
}

fn rules() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::AllToAll),
        Just(Rule::OneToOne),
        (0.0..1.0f64).prop_map(|p| Rule::Probability(p * p * p)),
        (0u32..40).prop_map(Rule::Indegree),
        (0u32..40).prop_map(Rule::Outdegree),
        (0u64..3000).prop_map(Rule::Total),
        (1.0..200.0f64, 1.0..300.0f64).prop_map(|(sigma, radius)| Rule::Near { sigma, radius }),
        (1.0..200.0f64, 1.0..300.0f64, 0u32..9)
            .prop_map(|(sigma, radius, indegree)| Rule::NearIndegree { sigma, radius, indegree }),
        (0.0..1.0f64).prop_map(|p| Rule::PairProbability(space::falling(p, 100.0))),
        prop::collection::vec((0u32..40, 0u32..40), 0..60)
            .prop_map(|pairs| Rule::List(pairs.into())),
    ]
}

/// Disjoint segments of a few objects, in any order.
fn segments() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    prop::collection::vec((0u32..3, 0u32..3, 1u32..100), 1..4).prop_map(|parts| {
        let mut seen = HashSet::new();
        let place = |(object, slot, len): (u32, u32, u32)| (object, slot * 100 + 7 * object, len);
        parts.into_iter().filter(|&(o, s, _)| seen.insert((o, s))).map(place).collect()
    })
}

fn connectors() -> impl Strategy<Value = Connector> {
    let wide = prop_oneof![segments(), segments(), Just(vec![(0, 10, 1500), (1, 0, 900)])];
    let autapses = prop_oneof![Just(Autapses::Allowed), Just(Autapses::Forbidden)];
    let multapses = prop_oneof![Just(Multapses::Allowed), Just(Multapses::Forbidden)];
    (rules(), segments(), wide, autapses, multapses).prop_map(
        |(rule, sources, targets, autapses, multapses)| {
            let connector =
                Connector { autapses, multapses, ..connector(rule, &sources, &targets) };
            Connector { space: Some(space::drawn(&connector)), ..connector }
        },
    )
}

proptest! {
    #[test]
    fn a_range_is_the_whole_filtered(
        connector in connectors(), seed in any::<u64>(), a in 0u32..2500, b in 0u32..2500,
    ) {
        let range = a.min(b)..a.max(b);
        let filtered: Vec<_> =
            whole(&connector, seed).into_iter().filter(|s| range.contains(&s.target)).collect();
        prop_assert_eq!(synapses(&connector, seed, range), filtered);
    }

    #[test]
    fn rows_are_the_whole_filtered(
        connector in connectors(), seed in any::<u64>(), source in 0u32..300, a in 0u32..2500,
    ) {
        let draws = connector.draws(seed);
        let mut row = Vec::new();
        let visited = draws.visit_row(source, a..u32::MAX, |synapse| row.push(synapse));
        if connector.major() == Major::Target {
            prop_assert_eq!(visited, None);
        } else {
            let wanted = |s: &Synapse| s.source == source && s.target >= a;
            let filtered: Vec<_> = whole(&connector, seed).into_iter().filter(wanted).collect();
            prop_assert_eq!(row, filtered);
        }
    }

    #[test]
    fn rules_keep_their_promises(connector in connectors(), seed in any::<u64>()) {
        let all = whole(&connector, seed);
        prop_assert_eq!(connector.exact_synapses(seed), all.len() as u64);
        let ids: HashSet<_> = all.iter().map(|s| s.id).collect();
        prop_assert_eq!(ids.len(), all.len(), "identities differ");
        for synapse in &all {
            prop_assert!(synapse.source < connector.sources.len());
            prop_assert!(synapse.target < connector.targets.len());
            if connector.autapses == Autapses::Forbidden {
                prop_assert!(!is_autapse(&connector, synapse));
            }
        }
        let listed = matches!(connector.rule, Rule::List(_));
        if connector.multapses == Multapses::Forbidden && !listed {
            let pairs: HashSet<_> = all.iter().map(|s| (s.source, s.target)).collect();
            prop_assert_eq!(pairs.len(), all.len());
        }
        if connector.check().is_ok() {
            let degree = |k: u32, ends: &[u32], neurons: u32| {
                (0..neurons).all(|n| ends.iter().filter(|&&end| end == n).count() == k as usize)
            };
            let sources: Vec<_> = all.iter().map(|s| s.source).collect();
            let targets: Vec<_> = all.iter().map(|s| s.target).collect();
            match connector.rule {
                Rule::Indegree(k) => prop_assert!(degree(k, &targets, connector.targets.len())),
                Rule::Outdegree(k) => prop_assert!(degree(k, &sources, connector.sources.len())),
                Rule::Total(total) => prop_assert_eq!(all.len() as u64, total),
                _ => {}
            }
        }
    }

    #[test]
    fn ordinals_of_a_pair_ascend(connector in connectors(), seed in any::<u64>()) {
        let mut last = HashMap::new();
        for synapse in whole(&connector, seed) {
            let before = last.insert((synapse.source, synapse.target), synapse.id);
            prop_assert!(before.is_none_or(|before| before < synapse.id));
        }
    }
}
