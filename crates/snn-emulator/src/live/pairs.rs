//! Rows whose synapses are a weight alone, nudged by traces of pre and post spikes: the newest two post
//! spikes of each synapse, the pre spike and the delivery in one pass.

use snn_connect::Live;
use snn_kernel::{Advance, Nudge, SynapseKernel, Times, simd_versions};
use snn_numeric::Real;

use super::blocks::PreTraces;
use super::history::{Decay, PostHistory};
use super::{Broken, LiveBundle, LiveRow};
use crate::lanes::LANE;

/// Ticks whose trace on pre is at hand in a pass, a power of two.
const WINDOW: usize = 1024;

/// What post and pre spikes do to a weight.
#[derive(Clone, Debug)]
pub(super) struct Pairs<T> {
    post: Nudge<T>,
    /// Which trace on pre a post spike reads.
    trace: usize,
    pre: Nudge<T>,
    loops: Loops,
    /// What a post spike reads in each tick after the last arrival: the first entry leaves a weight as it is.
    course: Box<[T; WINDOW]>,
    /// Whether all weights lie within the bounds, and none is -0: then nothing changes them but spikes.
    bounded: bool,
}

/// Which loop does both.
#[derive(Clone, Copy, Debug)]
enum Loops {
    /// w + by·x and w + by·y.
    Additive,
    /// w + (by·(room - w))·x and w + (by·w)·y.
    Multiplicative,
}

/// A row, and what a pass over it reads.
struct Pass<'a, T> {
    targets: &'a [u16],
    weights: &'a mut [T],
    history: &'a PostHistory<T>,
    course: &'a [T; WINDOW],
    /// What the course comes from: the trace on pre, of all of them.
    traces: (&'a Decay<T>, PreTraces<'a, T>, usize),
    lane: &'a mut [T; LANE],
    post: Nudge<T>,
    pre: Nudge<T>,
    /// The tick of the last arrival, that of this one, and the last whose post spikes the pre spike sees.
    after: u32,
    at: u32,
    until: u32,
}

impl<T: Real> Pairs<T> {
    /// The nudges of a kernel that consists of nothing else.
    pub(super) fn of(kernel: &SynapseKernel) -> Option<Self> {
        let alone = kernel.states.len() == 1
            && kernel.advance == Advance::Never
            && kernel.every.is_none()
            && kernel.pre.outputs[0] == kernel.pre.outputs[1];
        let (post, pre) = (Nudge::of(kernel.post.as_ref()?)?, Nudge::of(&kernel.pre)?);
        let loops = match (post.times, pre.times) {
            (Times::One, Times::One) => Loops::Additive,
            (Times::Room(_), Times::Weight) => Loops::Multiplicative,
            _ => return None,
        };
        let on_pre = kernel.first_pre_trace()..kernel.first_post_trace();
        let whole = alone
            && on_pre.contains(&post.trace)
            && pre.trace == kernel.first_post_trace()
            && !kernel.post_traces.is_empty();
        let (trace, course) = (post.trace.wrapping_sub(on_pre.start), Box::new([T::ZERO; WINDOW]));
        whole.then_some(Self { post, trace, pre, loops, course, bounded: false })
    }
}

impl<T: Real> LiveBundle<T> {
    /// Looks at weights that something else than a spike has set.
    pub(super) fn weights_were_set(&mut self) {
        let Some(pairs) = &mut self.pairs else { return };
        let negative = |x: T| x.to_f64().is_sign_negative() && x == T::ZERO;
        let plain = |w: &T| {
            let bounds = [(pairs.post.lo, pairs.post.hi), (pairs.pre.lo, pairs.pre.hi)];
            !negative(*w) && bounds.iter().all(|(lo, hi)| *w >= *lo && *w <= *hi)
        };
        let bounds = [pairs.post.lo, pairs.post.hi, pairs.pre.lo, pairs.pre.hi];
        let weights = &self.states[0][..self.targets.len()];
        pairs.bounded = weights.iter().all(plain) && !bounds.into_iter().any(negative);
    }

    /// A pre spike at the synapses of a row, after the post spikes that they have not seen, in one pass. Says
    /// whether it was possible.
    pub(super) fn pair(
        &mut self,
        live: &Live,
        row: &LiveRow<T>,
        (at, posts): (u64, u64),
        lane: &mut [T; LANE],
    ) -> Result<bool, Broken> {
        let Some(mut pairs) = self.pairs.take() else { return Ok(false) };
        let gap = posts.saturating_sub(row.posted) as usize;
        // Where a row is short or its sender was silent for long, most of the window would be for nothing.
        let fits = pairs.bounded && gap < WINDOW && gap <= 4 * row.len + 64;
        if fits {
            self.set_course(&mut pairs, row.traces(live), (row.posted, gap));
            let until = if live.ties.post_first() && !live.ties.is_blind() { at } else { at - 1 };
            let places = row.start..row.start + row.len;
            let mut pass = Pass {
                targets: &self.targets[places.clone()],
                weights: &mut self.states[0][places],
                history: &self.history,
                course: &pairs.course,
                traces: (&self.decays.pre[pairs.trace], row.traces(live), pairs.trace),
                lane,
                post: pairs.post,
                pre: pairs.pre,
                after: row.posted as u32,
                at: at as u32,
                until: until as u32,
            };
            let suspect = match pairs.loops {
                Loops::Additive => additive(self.simd, &mut pass),
                Loops::Multiplicative => multiplicative(self.simd, &mut pass),
            };
            if suspect {
                self.pairs = Some(pairs);
                self.find_broken_in(row, at)?;
                return Ok(true);
            }
        }
        self.pairs = Some(pairs);
        Ok(fits)
    }

    /// What post spikes read in the `gap` ticks after one.
    fn set_course(
        &self,
        pairs: &mut Pairs<T>,
        traces: PreTraces<'_, T>,
        (after, gap): (u64, usize),
    ) {
        let decay = &self.decays.pre[pairs.trace];
        let course = &mut pairs.course[..=gap];
        decay.course(self.simd, traces.now[pairs.trace], after + 1, &mut course[1..]);
        let (before, tie) = traces.before;
        if tie > after && tie <= after + gap as u64 {
            course[(tie - after) as usize] = decay.of(before[pairs.trace], tie);
        }
        course[0] = T::ZERO;
        if let Loops::Additive = pairs.loops {
            scale(self.simd, pairs.post.by, course);
            // x + -0 is x.
            course[0] = -T::ZERO;
        }
    }
}

simd_versions! {
    fn scale<T: Real>(by: T, course: &mut [T]) = scale_body
}
simd_versions! {
    fn additive<T: Real>(pass: &mut Pass<'_, T>) -> bool = additive_body
}
simd_versions! {
    fn multiplicative<T: Real>(pass: &mut Pass<'_, T>) -> bool = multiplicative_body
}

#[inline(always)]
fn scale_body<T: Real>(by: T, course: &mut [T]) {
    for x in course {
        *x = by * *x;
    }
}

#[inline(always)]
fn additive_body<T: Real>(pass: &mut Pass<'_, T>) -> bool {
    let (post, pre) = (pass.post, pass.pre);
    one_pass(pass, |w, a| post.clip(w + a), |w, y| pre.clip(w + pre.by * y))
}

#[inline(always)]
fn multiplicative_body<T: Real>(pass: &mut Pass<'_, T>) -> bool {
    let (post, pre) = (pass.post, pass.pre);
    let Times::Room(room) = post.times else { unreachable!("invariant: checked with the loop") };
    one_pass(
        pass,
        |w, x| post.clip(w + (post.by * (room - w)) * x),
        |w, y| pre.clip(w + (pre.by * w) * y),
    )
}

/// Says whether any weight has become NaN or infinite.
#[inline(always)]
fn one_pass<T: Real>(
    pass: &mut Pass<'_, T>,
    post: impl Fn(T, T) -> T,
    pre: impl Fn(T, T) -> T,
) -> bool {
    let (targets, after, at, course) = (pass.targets, pass.after, pass.at, pass.course);
    let (recents, decay) = (pass.history.recents(), pass.history.first_decay());
    // Seen ones have the first entry, which changes nothing.
    let of = |tick: u32| course[tick.saturating_sub(after) as usize & (WINDOW - 1)];
    let mut sum = T::ZERO;
    for (i, target) in targets.iter().enumerate() {
        let recent = recents[usize::from(*target)];
        let [newest, second, third] = recent.ticks;
        let mut w = pass.weights[i];
        if third > after {
            w = early(pass, *target, w);
        }
        let w = post(post(w, of(second)), of(newest));
        let y = match newest <= pass.until {
            true => decay.of(recent.past(), u64::from(at)),
            false => hidden(pass, *target),
        };
        let w = pre(w, y);
        pass.weights[i] = w;
        // 0 for finite numbers, NaN for all others.
        sum = sum + w * T::ZERO;
        let arrived = &mut pass.lane[usize::from(*target)];
        *arrived = *arrived + w;
    }
    sum != T::ZERO
}

/// A weight after the post spikes before the newest two.
#[cold]
#[inline(never)]
fn early<T: Real>(pass: &Pass<'_, T>, target: u16, mut weight: T) -> T {
    let (neuron, after) = (u32::from(target), u64::from(pass.after));
    let (decay, traces, trace) = pass.traces;
    let (before, tie) = traces.before;
    let end = pass.history.shown(neuron) - 2;
    for entry in pass.history.back(neuron, end, after)..end {
        let tick = pass.history.tick(neuron, entry);
        let past = if tick == tie { before[trace] } else { traces.now[trace] };
        weight = pass.post.apply(weight, decay.of(past, tick));
    }
    weight
}

/// The trace on post where the newest spike is one that the pre spike does not see.
#[cold]
#[inline(never)]
fn hidden<T: Real>(pass: &Pass<'_, T>, target: u16) -> T {
    pass.history.value(u32::from(target), 0, u64::from(pass.until), u64::from(pass.at))
}
