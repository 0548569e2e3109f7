//! Networks for mapping benchmarks, as lists of synapses (source, target).

use snn::numeric::{Distribution, ObjectKey, Purpose, Stream, math};

/// A two-dimensional sheet of `side`² neurons on a torus: 48 targets per neuron from a Gaussian of three
/// neurons' width, and one synapse in twenty rewired to anywhere. Self-connections and repetitions are
/// left out.
pub fn sheet(side: u32, seed: u64) -> Vec<(u32, u32)> {
    let stream = Stream::new(seed, ObjectKey(1), Purpose::Connect, 0);
    let normal = |u: f64| Distribution::Normal.sample(u, 0.0, 3.0).round() as i64;
    let wrap = |x: u32, by: i64| (i64::from(x) + by).rem_euclid(i64::from(side)) as u32;
    let mut pairs = Vec::new();
    for source in 0..side * side {
        let (x, y) = (source % side, source / side);
        for k in 0..48 {
            let [a, b] = stream.uniform_pair([source, k, 0, 0]);
            let [rewired, anywhere] = stream.uniform_pair([source, k, 1, 0]);
            let target = if rewired < 0.05 {
                (anywhere * f64::from(side * side)) as u32
            } else {
                wrap(y, normal(b)) * side + wrap(x, normal(a))
            };
            pairs.push((source, target));
        }
    }
    finished(pairs)
}

/// A liquid state machine: `columns` columns of 15 × 3 × 3 neurons, a fifth of them inhibitory, connected
/// with probability C·exp(−d²/λ²) (Maass, Natschläger, Markram 2002: C 0.3, 0.2, 0.4, 0.1 for EE, EI, IE, II,
/// λ = 2), and by two synapses per neuron with any other: about 87,000 in all for 96 columns. With `shuffled`, numbers say nothing about places.
pub fn liquid_state_machine(columns: u32, shuffled: bool, seed: u64) -> Vec<(u32, u32)> {
    const SIZE: u32 = 135;
    let stream = Stream::new(seed, ObjectKey(2), Purpose::Connect, 0);
    let n = columns * SIZE;
    let inhibitory = |v: u32| stream.uniform([v, 0, 0, 1]) < 0.2;
    let place = |v: u32| {
        let v = v % SIZE;
        [f64::from(v % 15), f64::from(v / 15 % 3), f64::from(v / 45)]
    };
    let mut pairs = Vec::new();
    for source in 0..n {
        let column = source / SIZE * SIZE;
        for target in (column..column + SIZE).filter(|t| *t != source) {
            let (a, b) = (place(source), place(target));
            let distance: f64 = (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum();
            let c = match (inhibitory(source), inhibitory(target)) {
                (false, false) => 0.3,
                (false, true) => 0.2,
                (true, false) => 0.4,
                (true, true) => 0.1,
            };
            if stream.uniform([source, target, 0, 2]) < c * math::exp(-distance / 4.0) {
                pairs.push((source, target));
            }
        }
        // Two synapses to anywhere join the columns.
        for u in stream.uniform_pair([source, 0, 0, 4]) {
            pairs.push((source, (u * f64::from(n)) as u32));
        }
    }
    if shuffled {
        let mut number: Vec<u32> = (0..n).collect();
        number.sort_by_key(|v| stream.block([*v, 0, 0, 5])[0]);
        for (source, target) in &mut pairs {
            *source = number[*source as usize];
            *target = number[*target as usize];
        }
    }
    finished(pairs)
}

fn finished(mut pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    pairs.retain(|(a, b)| a != b);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
