//! Random numbers of a block: the words of all its places at once.

use snn_numeric::{Distribution, Real, Stream, philox, unit_interval};

use super::loops::Fetched;
use super::{BLOCK, Column};
use crate::{Draw, DrawKey, Simd, simd_versions};

/// The numbers of one draw at the identities `key` gives, arguments and bounds in this order.
pub(super) fn draw_block<T: Real>(
    simd: Simd,
    draw: &Draw,
    key: impl Fn(usize) -> DrawKey,
    [a, b, lo, hi]: [Fetched<'_, T>; 4],
    out: &mut Column<T>,
) {
    let mut places = Places { keys: [[0; BLOCK]; 2], counters: [[0; BLOCK]; 3] };
    let mut last: Option<(DrawKey, Stream)> = None;
    for lane in 0..BLOCK {
        let k = key(lane);
        let stream = match last {
            Some((l, stream)) if (l.seed, l.object) == (k.seed, k.object) => stream,
            _ => Stream::new(k.seed, k.object, k.purpose, draw.occurrence),
        };
        last = Some((k, stream));
        places.keys[0][lane] = stream.key[0];
        places.keys[1][lane] = stream.key[1];
        for (words, word) in places.counters.iter_mut().zip(k.counter) {
            words[lane] = word;
        }
    }
    let mut x = [0.0; BLOCK];
    uniforms(simd, &places, &mut x);
    let at = |f: Fetched<'_, T>, lane| f.at(lane).to_f64();
    if let (Fetched::Constant(a), Fetched::Constant(b)) = (a, b) {
        samples(simd, draw.distribution, (a.to_f64(), b.to_f64()), &mut x);
    } else {
        for (lane, x) in x.iter_mut().enumerate() {
            *x = draw.distribution.sample(*x, at(a, lane), at(b, lane));
        }
    }
    if draw.bounds.is_some() {
        for (lane, x) in x.iter_mut().enumerate() {
            let bounds = (at(lo, lane), at(hi, lane));
            if !(*x >= bounds.0 && *x <= bounds.1) {
                *x = key(lane).bounded(draw, *x, (at(a, lane), at(b, lane)), bounds);
            }
        }
    }
    for (out, x) in out.iter_mut().zip(x) {
        *out = T::from_f64(x);
    }
}

/// Keys and counters of the first attempts of a block.
struct Places {
    keys: [[u32; BLOCK]; 2],
    counters: [[u32; BLOCK]; 3],
}

simd_versions! {
    fn uniforms(places: &Places, out: &mut [f64; BLOCK]) = uniforms_body
}
simd_versions! {
    fn samples(distribution: Distribution, arguments: (f64, f64), x: &mut [f64; BLOCK]) = samples_body
}

#[inline(always)]
fn uniforms_body(places: &Places, out: &mut [f64; BLOCK]) {
    let Places { keys: [k0, k1], counters: [c0, c1, c2] } = places;
    let (mut high, mut low) = ([0; BLOCK], [0; BLOCK]);
    for i in 0..BLOCK {
        [high[i], low[i], ..] = philox([c0[i], c1[i], c2[i], 0], [k0[i], k1[i]]);
    }
    for i in 0..BLOCK {
        out[i] = unit_interval(high[i], low[i]);
    }
}

#[inline(always)]
fn samples_body(distribution: Distribution, (a, b): (f64, f64), x: &mut [f64; BLOCK]) {
    distribution.sample_all(x, a, b);
}
