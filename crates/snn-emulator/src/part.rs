//! Neurons of one worker that share a program: states and columns as structures of arrays over all the
//! worker's cores.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use snn_chip::{ChipImage, ImageObjectKind};
use snn_connect::Inject;
use snn_kernel::{
    Arrived, BLOCK, BlockInputs, BlockProgram, Column, DrawKey, NeuronKernel, RECEPTORS,
    Refractory, Registers, Shape, ShapeRun, Simd,
};
use snn_numeric::{ObjectKey, Purpose, Real};

use crate::emulator::Tier;
use crate::events::Events;
use crate::fault::Fault;
use crate::ids::Ids;
use crate::lanes::{LANE, Lane};
use crate::update::{clear_counts, fill_refractory, first_bad, note_spikes, sum_arrivals};

/// Which neurons a part holds: ascending by (object, index), at most [`LANE`].
#[derive(Clone, Debug)]
pub(crate) struct PartLayout {
    pub kernel: Arc<NeuronKernel>,
    pub ranges: Vec<OwnedRange>,
}

/// Consecutive neurons of one population on one core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnedRange {
    pub object: u32,
    pub start: u32,
    pub len: u32,
    /// The part's neuron at `start`.
    pub neuron: u32,
    /// Index of the core in the image.
    pub core: u32,
}

impl PartLayout {
    pub(crate) fn len(&self) -> u32 {
        self.ranges.last().map_or(0, |r| r.neuron + r.len)
    }

    /// The part's neuron of this index of a population.
    pub(crate) fn find(&self, object: u32, index: u32) -> Option<usize> {
        let after = self.ranges.partition_point(|r| (r.object, r.start) <= (object, index));
        let range = self.ranges.get(after.checked_sub(1)?)?;
        let inside = range.object == object && index - range.start < range.len;
        inside.then(|| (range.neuron + (index - range.start)) as usize)
    }

    /// All neurons in order: (object, index, core).
    pub(crate) fn neurons(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        self.ranges.iter().flat_map(|r| (r.start..r.start + r.len).map(|i| (r.object, i, r.core)))
    }
}

/// Groups the ranges of one worker (ascending by object and start) into parts: populations whose
/// programs are equal and that the same projections reach share a part, so that one row serves both.
pub(crate) fn layouts(image: &ChipImage, ranges: &[OwnedRange]) -> Vec<PartLayout> {
    let signature = |object: u32| -> Vec<(usize, u16)> {
        let projections = image.projections.iter().enumerate();
        projections
            .flat_map(|(p, projection)| {
                let segments = projection.connector.targets.segments().iter();
                segments.zip(&projection.receptors).map(move |(s, r)| (s.object, p, *r))
            })
            .filter(|(o, ..)| *o == object)
            .map(|(_, p, r)| (p, r))
            .collect()
    };
    let mut groups: Vec<(Vec<(usize, u16)>, PartLayout)> = Vec::new();
    let mut current: Option<(u32, usize)> = None;
    for range in ranges {
        let ImageObjectKind::Population(program) = image.objects[range.object as usize].kind else {
            continue;
        };
        let kernel = &image.programs[program];
        let group = match current {
            Some((object, group)) if object == range.object => group,
            _ => {
                let signature = signature(range.object);
                let same = |(s, layout): &(Vec<_>, PartLayout)| {
                    *s == signature
                        && layout.kernel.step == kernel.step
                        && layout.kernel.refractory == kernel.refractory
                        && layout.kernel.leap == kernel.leap
                        && layout.kernel.columns.len() == kernel.columns.len()
                };
                groups.iter().position(same).unwrap_or_else(|| {
                    let layout = PartLayout { kernel: kernel.clone(), ranges: Vec::new() };
                    groups.push((signature, layout));
                    groups.len() - 1
                })
            }
        };
        current = Some((range.object, group));
        groups[group].1.ranges.push(*range);
    }
    groups.into_iter().flat_map(|(_, layout)| pieces(layout)).collect()
}

/// Cuts a layout into parts of at most [`LANE`] neurons.
fn pieces(layout: PartLayout) -> Vec<PartLayout> {
    let mut parts: Vec<PartLayout> = Vec::new();
    for mut range in layout.ranges {
        while range.len > 0 {
            if parts.last().is_none_or(|p| p.len() as usize == LANE) {
                parts.push(PartLayout { kernel: layout.kernel.clone(), ranges: Vec::new() });
            }
            let part = parts.last_mut().expect("invariant: one was just pushed");
            let len = range.len.min(LANE as u32 - part.len());
            part.ranges.push(OwnedRange { len, neuron: part.len(), ..range });
            range.start += len;
            range.len -= len;
        }
    }
    parts
}

/// Where a part's arrivals at one receptor lie.
#[derive(Clone, Debug)]
pub(crate) struct ReceptorLanes<T> {
    /// Lane of sums, where some projection has no constant weight.
    pub value: Option<usize>,
    /// Lanes of counts with their weights, in declaration order of projections.
    pub counts: Vec<(usize, T)>,
}

impl<T> ReceptorLanes<T> {
    /// All its lanes.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = usize> + '_ {
        self.value.iter().chain(self.counts.iter().map(|(lane, _)| lane)).copied()
    }
}

/// The neurons of a part and their state.
#[derive(Debug)]
pub(crate) struct Part<T> {
    pub layout: PartLayout,
    /// Id and core of each neuron.
    pub id: Vec<u32>,
    pub core: Vec<u32>,
    pub receptors: Vec<ReceptorLanes<T>>,
    /// States, then columns, each padded to whole blocks.
    pub columns: Vec<Vec<T>>,
    /// Current of each input, padded; rewritten when an injection begins or ends.
    pub currents: Vec<Vec<T>>,
    /// Whether any current may differ from 0.
    pub driven: bool,
    /// What arrived at each receptor of the block at hand.
    pub arrivals: Vec<Box<Column<T>>>,
    /// First tick in which the neuron is no longer refractory.
    pub until: Vec<u32>,
    /// Spikes since tick 0.
    pub spikes: Vec<u64>,
    /// Arrivals since tick 0 that the rows do not tell of: of direct Poisson trains, less those lost.
    pub other_arrivals: Vec<i64>,
    /// Time of its updates, where it was taken.
    pub spent: Duration,
    /// The populations, by their first neuron here.
    owners: Vec<Owner>,
    pub program: BlockProgram<T>,
    /// The same program in one pass, where it has such a shape.
    pub shape: Option<Shape<T>>,
    /// What it takes to update them at events only, where they are.
    pub events: Option<Events<T>>,
    seed: u64,
    /// Added to every refractory time; not 0 only where a test has planted a fault.
    refractory_fault: i32,
}

/// A population with neurons in a part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    /// The part's first neuron of it.
    neuron: u32,
    /// Key of its draws and of the hash.
    pub key: ObjectKey,
    /// Id of its neuron 0.
    pub first_id: u32,
}

/// A state that became NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bad {
    pub tick: u64,
    /// Of the neuron, or index of the projection.
    pub id: u32,
    pub place: Place,
    pub state: usize,
    pub value: f64,
}

/// Where a state lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Neuron,
    /// Positions of source and target in the projection.
    Synapse {
        source: u32,
        target: u32,
    },
}

/// Scratch space of a worker's updates.
#[derive(Debug)]
pub(crate) struct Scratch<T> {
    pub registers: Registers<T>,
    refractory: Box<Column<T>>,
    /// 1 for neurons of the block that spiked.
    pub spikes: Box<Column<T>>,
}

impl<T: Real> Default for Scratch<T> {
    fn default() -> Self {
        Self {
            registers: Registers::default(),
            refractory: Box::new([T::ZERO; BLOCK]),
            spikes: Box::new([T::ZERO; BLOCK]),
        }
    }
}

impl<T: Real> Part<T> {
    pub(crate) fn new(
        image: &ChipImage,
        ids: &Ids,
        layout: PartLayout,
        receptors: Vec<ReceptorLanes<T>>,
        tier: Tier,
    ) -> Self {
        let len = layout.len() as usize;
        let padded = len.next_multiple_of(BLOCK);
        let kernel = layout.kernel.clone();
        let slots = kernel.states.len() + kernel.columns.len();
        let mut owners: Vec<Owner> = Vec::new();
        for range in &layout.ranges {
            let first_id = ids.id(range.object, 0);
            if owners.last().is_none_or(|o| o.first_id != first_id) {
                let key = image.objects[range.object as usize].key;
                owners.push(Owner { neuron: range.neuron, key, first_id });
            }
        }
        let mut part = Self {
            id: layout.neurons().map(|(o, i, _)| ids.id(o, i)).collect(),
            core: layout.neurons().map(|(.., core)| core).collect(),
            receptors,
            columns: vec![vec![T::ZERO; padded]; slots],
            arrivals: kernel.receptors.iter().map(|_| Box::new([T::ZERO; BLOCK])).collect(),
            currents: vec![vec![T::ZERO; padded]; kernel.inputs.len()],
            driven: false,
            until: vec![0; padded],
            spikes: vec![0; len],
            other_arrivals: vec![0; len],
            spent: Duration::ZERO,
            owners,
            program: BlockProgram::new(&kernel.step),
            shape: Shape::of(&kernel).filter(|_| tier == Tier::Shapes),
            events: Events::of(&kernel),
            seed: image.seed,
            refractory_fault: 0,
            layout,
        };
        part.begin(image, 0);
        part
    }

    /// Gives all neurons their parameters and initial states after a tick, and ends their refractory times.
    pub(crate) fn begin(&mut self, image: &ChipImage, tick: u64) {
        for (neuron, (object, index, _)) in self.layout.neurons().enumerate() {
            let key = image.objects[object as usize].key;
            let values = population_kernel(image, object).start(image.seed, key, index);
            for (column, value) in self.columns.iter_mut().zip(values) {
                column[neuron] = T::from_f64(value);
            }
        }
        // Places beyond the last neuron compute like the first one; nothing reads them.
        let len = self.id.len();
        for column in &mut self.columns {
            let first = column.first().copied().unwrap_or(T::ZERO);
            column[len..].fill(first);
        }
        self.until.fill(0);
        if let Some(events) = &mut self.events {
            events.begun = tick;
            self.until.fill(tick as u32 + 1);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.id.len()
    }

    pub(crate) fn plant(&mut self, fault: Fault) {
        self.refractory_fault = match fault {
            Fault::ShortRefractory => -1,
            Fault::LongRefractory => 1,
            _ => 0,
        };
    }

    /// The population of a neuron.
    #[inline]
    pub(crate) fn owner(&self, neuron: usize) -> Owner {
        let at = self.owners.partition_point(|o| o.neuron as usize <= neuron) - 1;
        self.owners[at]
    }

    /// Index of a neuron in its population.
    #[inline]
    pub(crate) fn index(&self, neuron: usize) -> u32 {
        self.id[neuron] - self.owner(neuron).first_id
    }

    /// Sets the input currents of `tick`: the injections that are on, summed in declaration order.
    pub(crate) fn set_currents(&mut self, tick: u64, injects: &[Inject]) {
        for current in &mut self.currents {
            current.fill(T::ZERO);
        }
        self.driven = false;
        for inject in injects.iter().filter(|i| i.from_tick <= tick && tick < i.to_tick) {
            let amplitude = T::from_f64(inject.wave.at(tick));
            for (segment, input) in inject.targets.segments().iter().zip(&inject.inputs) {
                for range in self.layout.ranges.iter().filter(|r| r.object == segment.object) {
                    let start = range.start.max(segment.start);
                    let end = (range.start + range.len).min(segment.start + segment.len);
                    if start < end {
                        let first = (range.neuron + (start - range.start)) as usize;
                        let neurons = first..first + (end - start) as usize;
                        for current in &mut self.currents[*input as usize][neurons] {
                            *current = *current + amplitude;
                        }
                        self.driven = true;
                    }
                }
            }
        }
    }

    /// One tick of all neurons: takes (and clears) the lanes, appends the neurons that spiked.
    pub(crate) fn update(
        &mut self,
        simd: Simd,
        tick: u64,
        lanes: &mut [Lane<T>],
        scratch: &mut Scratch<T>,
        fired: &mut Vec<u32>,
    ) -> Result<(), Bad> {
        let padded = self.len().next_multiple_of(BLOCK);
        let mut suspect = false;
        if let Some(arrivals) = self.counted(lanes) {
            suspect = self.run_shape(simd, tick, 0..padded, Some(arrivals), fired);
            clear_counts(&self.receptors, lanes, padded);
        } else {
            for first in (0..padded).step_by(BLOCK) {
                for (receptor, column) in self.receptors.iter().zip(&mut self.arrivals) {
                    // Where nothing can arrive the column stays zero.
                    if receptor.value.is_some() || !receptor.counts.is_empty() {
                        sum_arrivals(simd, receptor, lanes, first, column);
                    }
                }
                suspect |= match self.shape {
                    Some(_) => self.run_shape(simd, tick, first..first + BLOCK, None, fired),
                    None => self.run_block(simd, first, tick, scratch, fired),
                };
            }
        }
        // Places beyond the last neuron are nobody's.
        fired.truncate(fired.partition_point(|neuron| (*neuron as usize) < self.len()));
        if suspect
            && let states = self.layout.kernel.states.len()
            && let Some((neuron, state, value)) = first_bad(&self.columns[..states], 0..self.len())
        {
            let (id, place) = (self.id[neuron], Place::Neuron);
            return Err(Bad { tick, id, place, state, value });
        }
        let refractory = self.layout.kernel.refractory;
        for &neuron in fired.iter() {
            self.fire(neuron as usize, tick, refractory);
        }
        Ok(())
    }

    /// What arrives, where the part has a shape that takes it as it lies in the lanes.
    fn counted<'a>(&self, lanes: &'a [Lane<T>]) -> Option<[Arrived<'a, T>; RECEPTORS]> {
        let shape = self.shape.as_ref()?;
        if self.driven || !shape.is_countable() {
            return None;
        }
        let mut arrivals = [Arrived::Nothing; RECEPTORS];
        for (receptor, arrived) in self.receptors.iter().zip(&mut arrivals) {
            match (receptor.value, receptor.counts.as_slice()) {
                (None, []) => {}
                (None, [(lane, weight)]) => match &lanes[*lane] {
                    Lane::Count(counts) => *arrived = Arrived::Counts(&counts[..], *weight),
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(arrivals)
    }

    /// Whole blocks by the shape: what arrived is given, or stands in the columns of the one block. Says
    /// whether a state may be NaN or infinite.
    fn run_shape(
        &mut self,
        simd: Simd,
        tick: u64,
        neurons: Range<usize>,
        given: Option<[Arrived<'_, T>; RECEPTORS]>,
        fired: &mut Vec<u32>,
    ) -> bool {
        let Some(shape) = &self.shape else { return false };
        let arrivals = given.unwrap_or_else(|| sums(&self.arrivals));
        let run = ShapeRun {
            states: &mut self.columns[..self.layout.kernel.states.len()],
            currents: &self.currents,
            driven: self.driven,
            neurons,
            arrivals,
            until: &self.until,
            tick: tick as u32,
        };
        shape.run(simd, run, fired)
    }

    /// One block, operation by operation. Says whether a state may be NaN or infinite.
    fn run_block(
        &mut self,
        simd: Simd,
        first: usize,
        tick: u64,
        scratch: &mut Scratch<T>,
        fired: &mut Vec<u32>,
    ) -> bool {
        let kernel = &self.layout.kernel;
        let states = kernel.states.len();
        if kernel.refractory.is_some() {
            let until = &self.until[first..first + BLOCK];
            fill_refractory(simd, until, tick as u32, &mut scratch.refractory);
        }
        let inputs = PartInputs { part: self, refractory: &scratch.refractory, first, tick };
        self.program.run(simd, &inputs, &mut scratch.registers);
        let mut suspect = false;
        for s in 0..states {
            let to = as_block_mut(&mut self.columns[s], first);
            suspect |= self.program.store(simd, s, &scratch.registers, to);
        }
        if self.program.truth(simd, states, &mut scratch.registers, &mut scratch.spikes) {
            note_spikes(&scratch.spikes, first, fired);
        }
        suspect
    }

    /// Counts a spike and begins the refractory time.
    pub(crate) fn fire(&mut self, neuron: usize, tick: u64, refractory: Option<Refractory>) {
        self.spikes[neuron] += 1;
        let ticks = match refractory {
            None => return,
            Some(Refractory::Ticks(ticks)) => ticks,
            Some(Refractory::Column(c)) => {
                let column = &self.columns[self.layout.kernel.states.len() + c as usize];
                column[neuron].to_f64() as u32
            }
        };
        let ticks = ticks.saturating_add_signed(self.refractory_fault);
        self.until[neuron] = (tick as u32).saturating_add(ticks).saturating_add(1);
    }
}

/// The kernel of a population's own constants.
pub(crate) fn population_kernel(image: &ChipImage, object: u32) -> &NeuronKernel {
    match image.objects[object as usize].kind {
        ImageObjectKind::Population(program) => &image.programs[program],
        ImageObjectKind::Source(_) => unreachable!("invariant: parts hold populations"),
    }
}

/// The columns of arrivals of one block, as a shape takes them.
pub(crate) fn sums<T>(columns: &[Box<Column<T>>]) -> [Arrived<'_, T>; RECEPTORS] {
    let mut sums = std::array::from_fn(|_| Arrived::Nothing);
    for (arrived, column) in sums.iter_mut().zip(columns) {
        *arrived = Arrived::Sums(column);
    }
    sums
}

struct PartInputs<'a, T> {
    part: &'a Part<T>,
    refractory: &'a Column<T>,
    first: usize,
    tick: u64,
}

impl<T: Real> BlockInputs<T> for PartInputs<'_, T> {
    fn column(&self, i: usize) -> &Column<T> {
        let kernel = &self.part.layout.kernel;
        if i < kernel.first_arrival() {
            as_block(&self.part.columns[i], self.first)
        } else if i < kernel.first_current() {
            &self.part.arrivals[i - kernel.first_arrival()]
        } else if i < kernel.refractory_input() {
            as_block(&self.part.currents[i - kernel.first_current()], self.first)
        } else {
            self.refractory
        }
    }

    fn draw_key(&self, lane: usize) -> DrawKey {
        let neuron = (self.first + lane).min(self.part.len() - 1);
        let index = self.part.index(neuron);
        DrawKey {
            seed: self.part.seed,
            object: self.part.owner(neuron).key,
            purpose: Purpose::NeuronDraw,
            counter: [index, self.tick as u32, (self.tick >> 32) as u32],
        }
    }
}

fn as_block<T>(column: &[T], first: usize) -> &Column<T> {
    column[first..first + BLOCK].try_into().expect("invariant: columns are whole blocks")
}

fn as_block_mut<T>(column: &mut [T], first: usize) -> &mut Column<T> {
    (&mut column[first..first + BLOCK]).try_into().expect("invariant: columns are whole blocks")
}
