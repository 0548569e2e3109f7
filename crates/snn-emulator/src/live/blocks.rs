//! The programs of live synapses, evaluated over blocks of one row.

use snn_kernel::{
    Advance, BLOCK, BlockInputs, BlockProgram, Column, DrawKey, Event, Op, Program, Registers,
    SynapseKernel, event_seed, simd_versions,
};
use snn_numeric::{Purpose, Real};

use super::history::Past;
use super::{Broken, LiveBundle, LiveRow};
use crate::lanes::LANE;

/// The programs of a kernel, ready for blocks.
#[derive(Debug)]
pub(super) struct Programs<T> {
    pub pre: Ready<T>,
    pub post: Option<Ready<T>>,
    pub every: Option<Ready<T>>,
    pub advance: Option<Ready<T>>,
}

/// A program, and the inputs that it reads.
#[derive(Debug)]
pub(super) struct Ready<T> {
    block: BlockProgram<T>,
    needs: Vec<(usize, Need)>,
    draws: bool,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug)]
enum Need {
    State(usize),
    Column(usize),
    Pre(usize),
    Post(usize),
    Modulator(usize),
    Read(usize),
    Elapsed,
}

impl<T: Real> Programs<T> {
    pub(super) fn new(kernel: &SynapseKernel) -> Self {
        let ready = |program: &Program| Ready::new(kernel, program);
        let advance = match &kernel.advance {
            Advance::Never => None,
            Advance::Exact(program) | Advance::EachTick(program) => Some(ready(program)),
        };
        Self {
            pre: ready(&kernel.pre),
            post: kernel.post.as_ref().map(ready),
            every: kernel.every.as_ref().map(|(_, program)| ready(program)),
            advance,
        }
    }
}

impl<T: Real> Ready<T> {
    fn new(kernel: &SynapseKernel, program: &Program) -> Self {
        let need = |i: usize| {
            if i < kernel.first_column() {
                Need::State(i)
            } else if i < kernel.first_pre_trace() {
                Need::Column(i - kernel.first_column())
            } else if i < kernel.first_post_trace() {
                Need::Pre(i - kernel.first_pre_trace())
            } else if i < kernel.first_modulator() {
                Need::Post(i - kernel.first_post_trace())
            } else if i < kernel.first_read() {
                Need::Modulator(i - kernel.first_modulator())
            } else if i < kernel.elapsed_input() {
                Need::Read(i - kernel.first_read())
            } else {
                Need::Elapsed
            }
        };
        let read = (0..program.inputs)
            .filter(|i| program.ops.iter().any(|op| matches!(op, Op::Input(n) if n == i)));
        let needs = read.map(|i| (i as usize, need(i as usize))).collect();
        Self { block: BlockProgram::new(program), needs, draws: program.draws() }
    }
}

/// Synapses of one row that are evaluated together, in the order of the row.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub places: Places<'a>,
    /// When traces and modulators are taken.
    pub view: Ticks<'a>,
    /// The tick of the event.
    pub now: Ticks<'a>,
    pub posts: Posts<'a>,
    /// The event whose block runs, and the tick that its draws are keyed by.
    pub event: Option<(Event, Ticks<'a>)>,
    /// Only those with an event after this tick change.
    pub after: Option<u32>,
}

/// Which synapses of a bundle.
#[derive(Clone, Copy)]
pub(super) enum Places<'a> {
    /// So many from the first on.
    Run(usize, usize),
    /// These.
    List(&'a [u32]),
}

/// One tick for all, or one for each.
#[derive(Clone, Copy)]
pub(super) enum Ticks<'a> {
    One(u64),
    Each(&'a [u32]),
}

/// The last entry of the targets' history that traces on post come from.
#[derive(Clone, Copy)]
pub(super) enum Posts<'a> {
    /// The last one up to a tick.
    Until(Ticks<'a>),
    /// The one before these.
    Before(&'a [u32]),
    /// The one before the newest shown, or before the second newest, …
    BeforeShown(usize),
}

impl Places<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Run(_, len) => len,
            Self::List(list) => list.len(),
        }
    }

    #[inline(always)]
    pub(super) fn at(self, i: usize) -> usize {
        match self {
            Self::Run(first, _) => first + i,
            Self::List(list) => list[i] as usize,
        }
    }

    fn part(self, from: usize, len: usize) -> Self {
        match self {
            Self::Run(first, _) => Self::Run(first + from, len),
            Self::List(list) => Self::List(&list[from..from + len]),
        }
    }
}

impl Ticks<'_> {
    #[inline(always)]
    pub(super) fn at(self, i: usize) -> u64 {
        match self {
            Self::One(tick) => tick,
            Self::Each(ticks) => u64::from(ticks[i]),
        }
    }

    fn part(self, from: usize, len: usize) -> Self {
        match self {
            Self::One(_) => self,
            Self::Each(ticks) => Self::Each(&ticks[from..from + len]),
        }
    }
}

impl Group<'_> {
    fn part(&self, from: usize, len: usize) -> Self {
        Self {
            places: self.places.part(from, len),
            view: self.view.part(from, len),
            now: self.now.part(from, len),
            posts: match self.posts {
                Posts::Until(ticks) => Posts::Until(ticks.part(from, len)),
                Posts::Before(entries) => Posts::Before(&entries[from..from + len]),
                Posts::BeforeShown(_) => self.posts,
            },
            event: self.event.map(|(event, ticks)| (event, ticks.part(from, len))),
            after: self.after,
        }
    }
}

/// Traces on pre of a row, as an event may see them.
#[derive(Clone, Copy)]
pub(super) struct PreTraces<'a, T> {
    pub now: &'a [Past<T>],
    /// What they were before the spike of this tick, for events in it.
    pub before: (&'a [Past<T>], u64),
    /// Their values in the ticks after one, where these are at hand.
    pub courses: Option<(&'a [Vec<T>], u64)>,
}

/// Where what a program sends goes.
pub(super) enum Sends<'a, T> {
    /// It sends nothing.
    Nothing,
    /// To the lane of the targets.
    To(&'a mut [T; LANE]),
    /// Behind what was sent before.
    Kept,
}

/// Columns of the inputs of one block, and the registers.
#[derive(Clone, Debug)]
pub(super) struct Buffers<T> {
    inputs: Vec<Box<Column<T>>>,
    neurons: Vec<u32>,
    registers: Registers<T>,
    /// What the pre block sends, for each spike of the row.
    pub sent: Vec<T>,
}

impl<T: Real> Default for Buffers<T> {
    fn default() -> Self {
        let registers = Registers::default();
        Self { inputs: Vec::new(), neurons: Vec::new(), registers, sent: Vec::new() }
    }
}

/// States and columns of a run, from its first synapse on.
struct Direct<'a, T> {
    states: &'a [Vec<T>],
    columns: &'a [Vec<T>],
    first: usize,
}

struct Inputs<'a, T, K> {
    direct: Option<Direct<'a, T>>,
    buffers: &'a [Box<Column<T>>],
    key: K,
}

impl<T: Real, K: Fn(usize) -> DrawKey> BlockInputs<T> for Inputs<'_, T, K> {
    fn column(&self, i: usize) -> &Column<T> {
        if let Some(Direct { states, columns, first }) = &self.direct
            && let Some(column) = states.get(i).or_else(|| columns.get(i - states.len()))
        {
            return column[*first..*first + BLOCK]
                .try_into()
                .expect("invariant: columns are padded");
        }
        &self.buffers[i]
    }

    fn draw_key(&self, lane: usize) -> DrawKey {
        (self.key)(lane)
    }
}

impl<T: Real> LiveBundle<T> {
    /// Runs a program on a group and keeps the new states.
    pub(super) fn run(
        &mut self,
        ready: &Ready<T>,
        pre: PreTraces<'_, T>,
        group: Group<'_>,
        mut sends: Sends<'_, T>,
    ) -> Result<(), Broken> {
        let len = group.places.len();
        for from in (0..len).step_by(BLOCK) {
            let part = group.part(from, BLOCK.min(len - from));
            self.fill(ready, pre, part);
            self.run_block(ready, part, &mut sends)?;
        }
        Ok(())
    }

    /// Fills the columns that a program reads.
    fn fill(&mut self, ready: &Ready<T>, pre: PreTraces<'_, T>, group: Group<'_>) {
        let Self { states, columns, targets, history, modulators, reads, decays, .. } = self;
        let Buffers { inputs, neurons, .. } = &mut self.buffers;
        let len = group.places.len();
        neurons.clear();
        match group.places {
            Places::Run(first, len) => {
                neurons.extend(targets[first..first + len].iter().map(|n| u32::from(*n)));
            }
            Places::List(list) => {
                neurons.extend(list.iter().map(|place| u32::from(targets[*place as usize])));
            }
        }
        if inputs.len() < self.live.kernel.inputs() {
            inputs.resize_with(self.live.kernel.inputs(), || Box::new([T::ZERO; BLOCK]));
        }
        for (input, need) in &ready.needs {
            let out = &mut inputs[*input][..len];
            match (*need, group.places) {
                (Need::State(_) | Need::Column(_), Places::Run(..)) => {}
                (Need::State(s), Places::List(list)) => gather(&states[s], list, out),
                (Need::Column(c), Places::List(list)) => gather(&columns[c], list, out),
                (Need::Pre(t), _) if let Some((courses, after)) = pre.courses => {
                    let course = &courses[t][..];
                    by_tick(group.view, out, |tick| {
                        course[(tick.saturating_sub(after) as usize).min(course.len() - 1)]
                    });
                }
                (Need::Pre(t), _) => {
                    let (before, tie) = pre.before;
                    let value = |tick| {
                        let past = if tick == tie { before[t] } else { pre.now[t] };
                        decays.pre[t].of(past, tick)
                    };
                    by_tick(group.view, out, value);
                }
                (Need::Post(t), _) => match group.posts {
                    Posts::Before(entries) => {
                        for ((out, neuron), entry) in out.iter_mut().zip(&*neurons).zip(entries) {
                            *out = history.before(*neuron, *entry as usize, t);
                        }
                    }
                    Posts::BeforeShown(back) => {
                        for (out, neuron) in out.iter_mut().zip(&*neurons) {
                            let entry = history.shown(*neuron).saturating_sub(back);
                            *out = history.before(*neuron, entry, t);
                        }
                    }
                    Posts::Until(Ticks::One(until)) if let Ticks::One(view) = group.view => {
                        for (out, neuron) in out.iter_mut().zip(&*neurons) {
                            *out = history.value(*neuron, t, until, view);
                        }
                    }
                    Posts::Until(until) => {
                        for (i, out) in out.iter_mut().enumerate() {
                            *out = history.value(neurons[i], t, until.at(i), group.view.at(i));
                        }
                    }
                },
                (Need::Modulator(m), _) => by_tick(group.view, out, |tick| {
                    decays.modulators[m].of(modulators[m].until(tick), tick)
                }),
                (Need::Read(r), _) => {
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = reads.value(r, neurons[i], group.now.at(i));
                    }
                }
                (Need::Elapsed, _) => {
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = T::from_f64((group.now.at(i) - group.view.at(i)) as f64);
                    }
                }
            }
        }
    }

    /// A state as a program would make it of one synapse; nothing changes.
    pub(super) fn peek(
        &mut self,
        ready: &Ready<T>,
        pre: PreTraces<'_, T>,
        group: Group<'_>,
        state: usize,
    ) -> T {
        self.fill(ready, pre, group);
        let Buffers { inputs, registers, .. } = &mut self.buffers;
        let from = Inputs { direct: None, buffers: inputs, key: |_| DrawKey::NONE };
        ready.block.run(self.simd, &from, registers);
        ready.block.result(state, &from, registers)[0]
    }

    fn run_block(
        &mut self,
        ready: &Ready<T>,
        group: Group<'_>,
        sends: &mut Sends<'_, T>,
    ) -> Result<(), Broken> {
        let Self { states, columns, targets, seeds, seed, key, simd, .. } = self;
        let Buffers { inputs, registers, sent, .. } = &mut self.buffers;
        let (len, count) = (group.places.len(), states.len());
        let event = group.event.filter(|_| ready.draws);
        let at = |lane: usize| {
            event.map_or(*seed, |(event, ticks)| event_seed(*seed, ticks.at(lane), event))
        };
        let shared = event.is_none_or(|(_, ticks)| matches!(ticks, Ticks::One(_))).then(|| at(0));
        let draw_key = |lane: usize| {
            let lane = lane.min(len - 1);
            let id = seeds[group.places.at(lane)].synapse.id;
            DrawKey {
                seed: shared.unwrap_or_else(|| at(lane)),
                object: *key,
                purpose: Purpose::SynapseDraw,
                counter: [id.major, id.block, id.ordinal],
            }
        };
        let direct = match group.places {
            Places::Run(first, _) => Some(Direct { states, columns, first }),
            Places::List(_) => None,
        };
        let from = Inputs { direct, buffers: inputs, key: draw_key };
        ready.block.run(*simd, &from, registers);
        match sends {
            Sends::Nothing => {}
            Sends::To(lane) => {
                let sent = ready.block.result(count, &from, registers);
                for (i, value) in sent[..len].iter().enumerate() {
                    let target = &mut lane[usize::from(targets[group.places.at(i)])];
                    *target = *target + *value;
                }
            }
            Sends::Kept => {
                sent.extend_from_slice(&ready.block.result(count, &from, registers)[..len]);
            }
        }
        let mut suspect = false;
        for s in (0..count).filter(|s| !ready.block.keeps(*s)) {
            let from = Inputs { direct: None, buffers: inputs, key: draw_key };
            let new = &ready.block.result(s, &from, registers)[..len];
            suspect |= match (group.places, group.after, group.now) {
                (Places::Run(first, _), Some(after), Ticks::Each(now)) => {
                    let column = &mut states[s][first..first + len];
                    put_after(*simd, new, now, after, column)
                }
                (Places::Run(first, _), ..) => put(*simd, new, &mut states[s][first..first + len]),
                (Places::List(list), ..) => scatter(new, list, &mut states[s]),
            };
        }
        if suspect { self.find_broken(group) } else { Ok(()) }
    }

    /// The first synapse of a row that has become NaN or infinite in a tick.
    pub(super) fn find_broken_in(&self, row: &LiveRow<T>, tick: u64) -> Result<(), Broken> {
        let now = Ticks::One(tick);
        let (places, posts) = (row.places(), Posts::Until(now));
        self.find_broken(Group { places, view: now, now, posts, event: None, after: None })
    }

    /// The first synapse of a group that has become NaN or infinite.
    fn find_broken(&self, group: Group<'_>) -> Result<(), Broken> {
        for i in 0..group.places.len() {
            let synapse = group.places.at(i);
            for (state, column) in self.states.iter().enumerate() {
                let value = column[synapse];
                if !value.is_finite() {
                    let (source, target, _) = self.seeds[synapse].key();
                    let (tick, value) = (group.now.at(i), value.to_f64());
                    return Err(Broken { tick, place: (source, target), state, value });
                }
            }
        }
        Ok(())
    }
}

/// One value for all, or one for each.
#[inline(always)]
fn by_tick<T: Copy>(ticks: Ticks<'_>, out: &mut [T], value: impl Fn(u64) -> T) {
    match ticks {
        Ticks::One(tick) => out.fill(value(tick)),
        Ticks::Each(ticks) => {
            for (out, tick) in out.iter_mut().zip(ticks) {
                *out = value(u64::from(*tick));
            }
        }
    }
}

#[inline(always)]
fn gather<T: Copy>(column: &[T], list: &[u32], out: &mut [T]) {
    for (out, place) in out.iter_mut().zip(list) {
        *out = column[*place as usize];
    }
}

/// Says whether any number is NaN or infinite.
#[inline(always)]
fn scatter<T: Real>(new: &[T], list: &[u32], column: &mut [T]) -> bool {
    let mut bad = false;
    for (new, place) in new.iter().zip(list) {
        column[*place as usize] = *new;
        // 0 for finite numbers, NaN for all others.
        bad |= *new * T::ZERO != T::ZERO;
    }
    bad
}

simd_versions! {
    fn put<T: Real>(new: &[T], column: &mut [T]) -> bool = put_body
}
simd_versions! {
    fn put_after<T: Real>(
        new: &[T], now: &[u32], after: u32, column: &mut [T],
    ) -> bool = put_after_body
}

#[inline(always)]
fn put_after_body<T: Real>(new: &[T], now: &[u32], after: u32, column: &mut [T]) -> bool {
    let mut bad = false;
    for i in 0..column.len().min(new.len()).min(now.len()) {
        let (old, changed) = (column[i], new[i]);
        let value = if now[i] > after { changed } else { old };
        column[i] = value;
        bad |= value * T::ZERO != T::ZERO;
    }
    bad
}

#[inline(always)]
fn put_body<T: Real>(new: &[T], column: &mut [T]) -> bool {
    let mut bad = false;
    for (to, &new) in column.iter_mut().zip(new) {
        *to = new;
        bad |= new * T::ZERO != T::ZERO;
    }
    bad
}
