//! Which part goes to which core: packets times hops made small.

use snn_numeric::{ObjectKey, Purpose, Stream, math};

/// Core index for each part, on a mesh `width` tiles wide with `cores` cores in all, `per_tile` to a tile.
/// `traffic[a * parts + b]` are packets from part a to part b. Starts along a curve that keeps neighbours
/// together, then anneals by swaps; the same result everywhere.
pub(crate) fn place(
    traffic: &[u64],
    parts: usize,
    width: u32,
    cores: u32,
    per_tile: u32,
) -> Vec<u32> {
    let curve = curve(width, cores, per_tile);
    // Places: parts first, then free cores, so that a swap may also use a free core.
    let mut at: Vec<u32> = curve;
    let tile = |core: u32| (core / per_tile % width, core / per_tile / width);
    let hops = |a: u32, b: u32| {
        let ((x0, y0), (x1, y1)) = (tile(a), tile(b));
        u64::from(x0.abs_diff(x1) + y0.abs_diff(y1))
    };
    let flow = |a: usize, b: usize| traffic[a * parts + b] + traffic[b * parts + a];
    let partners: Vec<Vec<(usize, u64)>> = (0..parts)
        .map(|a| {
            let others = (0..parts).filter(|b| *b != a).map(|b| (b, flow(a, b)));
            others.filter(|(_, f)| *f > 0).collect()
        })
        .collect();
    let places = at.len();
    if parts < 2 || places < 2 {
        return at[..parts].to_vec();
    }
    let cost_of = |part: usize, core: u32, at: &[u32], other: usize, other_core: u32| -> u64 {
        if part >= parts {
            return 0;
        }
        let there = |b: usize| if b == other { other_core } else { at[b] };
        partners[part].iter().map(|(b, f)| f * hops(core, there(*b))).sum()
    };
    let total: u64 = traffic.iter().sum();
    let mean = total as f64 / parts as f64;
    let stream = Stream::new(0, ObjectKey(0), Purpose::Mapping, 1);
    let steps = (parts as u64 * 4000).min(2_000_000);
    for step in 0..steps {
        let [w0, w1, w2, _] = stream.block([step as u32, (step >> 32) as u32, 0, 0]);
        let a = ((u64::from(w0) * parts as u64) >> 32) as usize;
        let b = ((u64::from(w1) * places as u64) >> 32) as usize;
        if a == b {
            continue;
        }
        let before = cost_of(a, at[a], &at, b, at[b]) + cost_of(b, at[b], &at, a, at[a]);
        let after = cost_of(a, at[b], &at, b, at[a]) + cost_of(b, at[a], &at, a, at[b]);
        let temperature = mean * math::pow(1e-3, step as f64 / steps as f64);
        let worse = after as f64 - before as f64;
        let luck = (f64::from(w2) + 0.5) / 4_294_967_296.0;
        if worse <= 0.0 || luck < math::exp(-worse / temperature) {
            at.swap(a, b);
        }
    }
    at.truncate(parts);
    at
}

/// All cores, tile by tile along rows that turn at each end.
fn curve(width: u32, cores: u32, per_tile: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..cores).collect();
    order.sort_by_key(|core| {
        let tile = core / per_tile;
        let (x, y) = (tile % width, tile / width);
        (y, if y % 2 == 0 { x } else { width - 1 - x }, *core)
    });
    order
}
