//! Rules that depend on the pair, against closed forms.

use snn_kernel::{Binary, Program, ProgramBuilder, Unary};

use super::*;
use crate::{Layout, Space};

/// `p * exp(-distance / length)`.
pub(super) fn falling(p: f64, length: f64) -> Program {
    let mut b = ProgramBuilder::new(7);
    let (distance, p, length) = (b.input(6), b.constant(p), b.constant(-length));
    let ratio = b.binary(Binary::Div, distance, length);
    let decay = b.unary(Unary::Exp, ratio);
    let out = b.binary(Binary::Mul, p, decay);
    b.finish(&[out])
}

/// Drawn positions in a square of 200 µm.
pub(super) fn drawn(connector: &Connector) -> Space {
    let layouts = |selection: &Selection| {
        let layout = |s: &Segment| {
            let key = object_key(&format!("o{}", s.object));
            Layout::Random { key, extent: [200.0, 200.0] }
        };
        selection.segments().iter().map(layout).collect()
    };
    Space {
        sources: layouts(&connector.sources),
        targets: layouts(&connector.targets),
        torus: None,
    }
}

/// A torus of 20 by 20 cells of 10 µm, connected to itself.
fn torus(rule: Rule) -> Connector {
    let grid = Layout::Grid { columns: 20, rows: 20, spacing: [10.0, 10.0] };
    let space =
        Space { sources: vec![grid.clone()], targets: vec![grid], torus: Some([200.0, 200.0]) };
    Connector { space: Some(space), ..connector(rule, &[(0, 0, 400)], &[(0, 0, 400)]) }
}

/// Squares of the distances from a cell to all others, in cells.
fn squares() -> impl Iterator<Item = f64> {
    let way = |i: i32| f64::from(if i < 10 { i } else { 20 - i });
    (0..20).flat_map(move |x| (0..20).map(move |y| way(x) * way(x) + way(y) * way(y)))
}

fn square(synapse: &Synapse) -> f64 {
    let axis = |a: u32, b: u32| {
        let way = (f64::from(a) - f64::from(b)).abs();
        if way > 10.0 { 20.0 - way } else { way }
    };
    let (x, y) = (synapse.source % 20, synapse.source / 20);
    let (x, y) = (axis(x, synapse.target % 20), axis(y, synapse.target / 20));
    x * x + y * y
}

#[test]
fn near_has_the_mean_and_the_distances_of_its_kernel() {
    let (sigma, radius) = (30.0, 70.0);
    let rule = Rule::Near { sigma, radius };
    let kernel = |square: f64| if square <= 49.0 { (-square / 18.0).exp() } else { 0.0 };
    let all: Vec<Synapse> = (0..5).flat_map(|seed| whole(&torus(rule.clone()), seed)).collect();
    let mean: f64 = 400.0 * squares().map(kernel).sum::<f64>();
    let variance: f64 = 400.0 * squares().map(|s| kernel(s) * (1.0 - kernel(s))).sum::<f64>();
    let off = (all.len() as f64 - 5.0 * mean) / (5.0 * variance).sqrt();
    assert!(off.abs() < 4.0, "{} synapses, {mean} expected per seed", all.len());
    assert!((torus(rule).expected_synapses() - mean).abs() < 1e-6 * mean);
    // Every distance by itself.
    let mut distances: Vec<f64> = squares().filter(|s| *s <= 50.0).collect();
    distances.sort_by(f64::total_cmp);
    distances.dedup();
    for s in distances {
        let found = all.iter().filter(|synapse| square(synapse) == s).count() as f64;
        let pairs = 5.0 * 400.0 * squares().filter(|other| *other == s).count() as f64;
        let (wanted, p) = (pairs * kernel(s), kernel(s));
        let sd = (pairs * p * (1.0 - p)).sqrt().max(1e-9);
        assert!((found - wanted).abs() <= 4.5 * sd, "distance² {s}: {found} of {wanted}");
    }
}

#[test]
fn near_with_indegree_has_the_distances_of_its_kernel() {
    let rule = Rule::NearIndegree { sigma: 20.0, radius: 50.0, indegree: 12 };
    let kernel = |square: f64| if square <= 25.0 { (-square / 8.0).exp() } else { 0.0 };
    let all: f64 = squares().map(kernel).sum();
    let mean = squares().map(|s| s * kernel(s) / all).sum::<f64>();
    let spread = squares().map(|s| s * s * kernel(s) / all).sum::<f64>() - mean * mean;
    let found: Vec<f64> =
        (0..10).flat_map(|seed| whole(&torus(rule.clone()), seed)).map(|s| square(&s)).collect();
    assert_eq!(found.len(), 10 * 400 * 12);
    let off = (found.iter().sum::<f64>() / found.len() as f64 - mean)
        / (spread / found.len() as f64).sqrt();
    assert!(off.abs() < 4.0, "{off} standard deviations from {mean}");
    // Without multapses near cells come first, and each once.
    let distinct = Connector { multapses: Multapses::Forbidden, ..torus(rule) };
    assert_eq!(whole(&distinct, 3).len(), 400 * 12);
    assert_eq!(distinct.check_near(3), Ok(()));
    let greedy = Rule::NearIndegree { sigma: 20.0, radius: 10.0, indegree: 6 };
    let greedy = Connector { multapses: Multapses::Forbidden, ..torus(greedy) };
    assert_eq!(greedy.check_near(3), Err(ConnectError::TooMany { wanted: 6, available: 5 }));
}

#[test]
fn successive_draws_without_replacement() {
    // Two sources at 0 and 30 µm of a target: the first is drawn first with 1/(1 + exp(-1/2)).
    let line = Layout::Given([[0.0, 0.0], [30.0, 0.0]].into());
    let targets = Layout::Given(vec![[0.0, 0.0]; 20_000].into());
    let space = Space { sources: vec![line], targets: vec![targets], torus: None };
    let rule = Rule::NearIndegree { sigma: 30.0, radius: 100.0, indegree: 1 };
    for multapses in [Multapses::Allowed, Multapses::Forbidden] {
        let plain = connector(rule.clone(), &[(0, 0, 2)], &[(1, 0, 20_000)]);
        let connector = Connector { multapses, space: Some(space.clone()), ..plain };
        let first = whole(&connector, 5).iter().filter(|s| s.source == 0).count() as f64;
        let p = 1.0 / (1.0 + (-0.5f64).exp());
        let sd = (20_000.0 * p * (1.0 - p)).sqrt();
        assert!((first - 20_000.0 * p).abs() < 4.0 * sd, "{multapses:?}: {first}");
    }
}

/// The kernel of `near` as a probability of the pair, for which every pair is looked at.
fn written(sigma: f64, radius: f64) -> Rule {
    let mut b = ProgramBuilder::new(7);
    let (d, twice, radius, zero) =
        (b.input(6), b.constant(2.0 * sigma * sigma), b.constant(radius), b.constant(0.0));
    let square = b.binary(Binary::Mul, d, d);
    let square = b.unary(Unary::Neg, square);
    let exponent = b.binary(Binary::Div, square, twice);
    let kernel = b.unary(Unary::Exp, exponent);
    let inside = b.binary(Binary::Le, d, radius);
    let out = b.select(inside, kernel, zero);
    Rule::PairProbability(b.finish(&[out]))
}

#[test]
fn near_is_the_probability_it_stands_for() {
    let (near, written) =
        (torus(Rule::Near { sigma: 30.0, radius: 70.0 }), torus(written(30.0, 70.0)));
    assert_eq!(whole(&near, 9), whole(&written, 9));
    assert_eq!(near.expected_synapses(), written.expected_synapses());
}

/// A connector of `near(…) indegree(k)` by its definition: all sources of every target.
fn indegree_by_definition(c: &Connector, seed: u64) -> Vec<(u32, u32, u32)> {
    let Rule::NearIndegree { sigma, radius, indegree } = c.rule else { panic!("another rule") };
    let space = c.space.as_ref().unwrap();
    let place = |selection: &Selection, layouts: &[Layout], i: u32| {
        layouts[selection.segment_at(i)].at(selection.at(i).1, seed)
    };
    let stream = |purpose| Stream::new(seed, c.key, purpose, 0);
    let (connect, permutation) = (stream(Purpose::Connect), stream(Purpose::Permutation));
    let mut all = Vec::new();
    for target in 0..c.targets.len() {
        let to = place(&c.targets, &space.targets, target);
        let mut near = Vec::new();
        for source in 0..c.sources.len() {
            let from = place(&c.sources, &space.sources, source);
            let d = crate::space::apart(from, to, space.torus);
            let forbidden =
                c.autapses == Autapses::Forbidden && c.sources.at(source) == c.targets.at(target);
            let weight = snn_numeric::math::exp(-(d * d) / (2.0 * sigma * sigma));
            if d <= radius && weight > 0.0 && !forbidden {
                near.push((source, weight));
            }
        }
        if c.multapses == Multapses::Forbidden {
            let key = |(source, weight): &(u32, f64)| {
                -snn_numeric::math::log(permutation.uniform([target, *source, 0, 0])) / weight
            };
            near.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.0.cmp(&b.0)));
            let first = near.iter().take(indegree as usize).enumerate();
            all.extend(first.map(|(n, (source, _))| (*source, target, n as u32)));
            continue;
        }
        let mut sum = 0.0;
        let sums: Vec<f64> = near
            .iter()
            .map(|(_, weight)| {
                sum += weight;
                sum
            })
            .collect();
        for n in 0..if near.is_empty() { 0 } else { indegree } {
            let wanted = connect.uniform([target, 0, n, 0]) * sum;
            let at = sums.iter().position(|sum| *sum > wanted).unwrap_or(near.len() - 1);
            all.push((near[at].0, target, n));
        }
    }
    all
}

fn on_a_plane_or_torus(connector: Connector, period: Option<f64>) -> Connector {
    let space = Space { torus: period.map(|side| [side, side]), ..drawn(&connector) };
    Connector { space: Some(space), ..connector }
}

proptest! {
    #[test]
    fn cells_change_nothing(
        (sources, targets) in (segments(), segments()),
        (sigma, radius) in (1.0..200.0f64, 1.0..300.0f64),
        (indegree, seed) in (0u32..9, any::<u64>()),
        // Positions lie within 200 µm: a smaller period makes them go round.
        period in prop::option::of(100.0..400.0f64),
        (alone, distinct) in any::<(bool, bool)>(),
    ) {
        let autapses = if alone { Autapses::Forbidden } else { Autapses::Allowed };
        let multapses = if distinct { Multapses::Forbidden } else { Multapses::Allowed };
        let of = |rule| {
            let plain = connector(rule, &sources, &targets);
            on_a_plane_or_torus(Connector { autapses, multapses, ..plain }, period)
        };
        let (near, slow) = (of(Rule::Near { sigma, radius }), of(written(sigma, radius)));
        prop_assert_eq!(whole(&near, seed), whole(&slow, seed));
        let near = of(Rule::NearIndegree { sigma, radius, indegree });
        let found: Vec<_> =
            whole(&near, seed).iter().map(|s| (s.source, s.target, s.id.ordinal)).collect();
        prop_assert_eq!(found, indegree_by_definition(&near, seed));
    }
}

#[test]
fn a_probability_of_the_pair_alone_needs_no_space() {
    // pre.index / 100: the number of targets of source i is binomial(400, i / 100).
    let mut b = ProgramBuilder::new(2);
    let (pre, hundred) = (b.input(0), b.constant(100.0));
    let p = b.binary(Binary::Div, pre, hundred);
    let rule = Rule::PairProbability(b.finish(&[p]));
    let connector = connector(rule, &[(0, 0, 101)], &[(1, 0, 400)]);
    let mut counts = vec![0.0; 101];
    whole(&connector, 2).iter().for_each(|s| counts[s.source as usize] += 1.0);
    assert_eq!((counts[0], counts[100]), (0.0, 400.0));
    for (i, count) in counts.iter().enumerate() {
        let p = i as f64 / 100.0;
        let sd = (400.0 * p * (1.0 - p)).sqrt();
        assert!((count - 400.0 * p).abs() <= 4.5 * sd, "{i}: {count}");
    }
}
