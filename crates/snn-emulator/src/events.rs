//! Neurons that are updated only in ticks in which something arrives at them.
//!
//! Their state in `columns` is that of the end of the tick before `until`. Who is reached is gathered into
//! blocks, brought to the tick before by closed forms, and goes through the same pass as all other neurons.

use snn_kernel::{BLOCK, BlockInputs, Column, DrawKey, Leaps, NeuronKernel, ShapeRun, Simd};
use snn_numeric::Real;

use crate::lanes::{LANE, Lane};
use crate::part::{Bad, Part, Place, ReceptorLanes, Scratch, sums};
use crate::update::{first_bad, note_spikes};

/// What an update at events needs besides the part.
#[derive(Debug)]
pub(crate) struct Events<T> {
    leaps: Leaps<T>,
    /// The tick after which all neurons began.
    pub begun: u64,
    /// The neurons of the block at hand, and the ticks since their states.
    neurons: Vec<u16>,
    ticks: Box<Column<u32>>,
    states: Vec<Vec<T>>,
    /// Places of the block whose neurons spiked.
    spiking: Vec<u32>,
    /// Refractory neurons that something arrived at, and neurons that were reached twice.
    passed: Vec<u16>,
    /// Columns of zeros: currents, refractory flags, and the ticks in which all are free.
    currents: Vec<Vec<T>>,
    zero: Box<Column<T>>,
    free: Vec<u32>,
}

/// Neurons reached through each lane in a tick; none for lanes of parts that are updated in every tick.
pub(crate) type Reached = Vec<Option<Vec<u16>>>;

impl<T: Real> Events<T> {
    /// For neurons of this kernel, where it can be left alone.
    pub(crate) fn of(kernel: &NeuronKernel) -> Option<Self> {
        let leaps = Leaps::new(kernel.leap.as_ref()?);
        Some(Self {
            leaps,
            begun: 0,
            neurons: Vec::with_capacity(BLOCK),
            ticks: Box::new([0; BLOCK]),
            states: vec![vec![T::ZERO; BLOCK]; kernel.states.len()],
            spiking: Vec::new(),
            passed: Vec::new(),
            currents: vec![vec![T::ZERO; BLOCK]; kernel.inputs.len()],
            zero: Box::new([T::ZERO; BLOCK]),
            free: vec![0; BLOCK],
        })
    }
}

/// The tick at hand and what the worker lends.
pub(crate) struct Turn<'a, T> {
    pub simd: Simd,
    pub tick: u64,
    pub lanes: &'a mut [Lane<T>],
    pub scratch: &'a mut Scratch<T>,
    pub fired: &'a mut Vec<u32>,
}

impl<T: Real> Part<T> {
    /// A state of a neuron at the end of a tick.
    pub(crate) fn state(&self, neuron: usize, state: usize, tick: u64) -> T {
        let value = self.columns[state][neuron];
        match &self.events {
            Some(events) => {
                let ticks = (tick as u32 + 1).saturating_sub(self.until[neuron]);
                events.leaps.after(state, value, ticks)
            }
            None => value,
        }
    }

    /// One tick of the neurons that something arrives at.
    pub(crate) fn update_reached(
        &mut self,
        mut turn: Turn<'_, T>,
        reached: &mut Reached,
    ) -> Result<(), Bad> {
        let Some(mut events) = self.events.take() else { return Ok(()) };
        let updated = self.visit_all(&mut events, &mut turn, reached);
        for receptor in &self.receptors {
            receptor.lanes().for_each(|lane| clear(&mut turn.lanes[lane], &events.passed));
        }
        events.passed.clear();
        turn.fired.sort_unstable();
        self.events = Some(events);
        updated
    }

    fn visit_all(
        &mut self,
        events: &mut Events<T>,
        turn: &mut Turn<'_, T>,
        reached: &mut Reached,
    ) -> Result<(), Bad> {
        if turn.tick == events.begun + 1 {
            let all: Vec<u16> = (0..self.len()).map(|neuron| neuron as u16).collect();
            self.visit(events, turn, &all)?;
        }
        let lanes: Vec<usize> = self.receptors.iter().flat_map(ReceptorLanes::lanes).collect();
        for lane in lanes {
            if let Some(neurons) = &mut reached[lane] {
                self.visit(events, turn, neurons)?;
                neurons.clear();
            }
        }
        self.run_reached(events, turn)
    }

    /// Takes neurons into blocks, each once, and runs the full ones.
    fn visit(
        &mut self,
        events: &mut Events<T>,
        turn: &mut Turn<'_, T>,
        neurons: &[u16],
    ) -> Result<(), Bad> {
        let tick = turn.tick as u32;
        for &neuron in neurons {
            let until = &mut self.until[neuron as usize];
            if *until > tick {
                events.passed.push(neuron);
                continue;
            }
            events.ticks[events.neurons.len()] = tick - *until;
            events.neurons.push(neuron);
            *until = tick + 1;
            if events.neurons.len() == BLOCK {
                self.run_reached(events, turn)?;
            }
        }
        Ok(())
    }

    /// One block of neurons that were reached.
    fn run_reached(&mut self, events: &mut Events<T>, turn: &mut Turn<'_, T>) -> Result<(), Bad> {
        let count = events.neurons.len();
        if count == 0 {
            return Ok(());
        }
        // Places beyond the last compute like the first.
        let first = events.ticks[0];
        events.ticks[count..].fill(first);
        for (state, to) in events.states.iter_mut().enumerate() {
            let from = &self.columns[state];
            for (x, neuron) in to.iter_mut().zip(&events.neurons) {
                *x = from[*neuron as usize];
            }
            let first = to[0];
            to[count..].fill(first);
            let to = to.as_mut_slice().try_into().expect("invariant: states of one block");
            events.leaps.advance(turn.simd, state, to, &events.ticks);
        }
        for (receptor, column) in self.receptors.iter().zip(&mut self.arrivals) {
            take_arrivals(receptor, turn.lanes, &events.neurons, column);
        }
        let suspect = self.pass(events, turn);
        for (to, from) in self.columns.iter_mut().zip(&events.states) {
            for (neuron, x) in events.neurons.iter().zip(from) {
                to[*neuron as usize] = *x;
            }
        }
        if suspect && let Some((place, state, value)) = first_bad(&events.states, 0..count) {
            let id = self.id[events.neurons[place] as usize];
            return Err(Bad { tick: turn.tick, id, place: Place::Neuron, state, value });
        }
        let refractory = self.layout.kernel.refractory;
        let places = events.spiking.iter().map(|place| *place as usize);
        for place in places.take_while(|place| *place < count) {
            let neuron = events.neurons[place];
            self.fire(usize::from(neuron), turn.tick, refractory);
            turn.fired.push(u32::from(neuron));
        }
        events.neurons.clear();
        Ok(())
    }

    /// The neurons' own program on the block. Notes who spiked; says whether a state may be NaN or infinite.
    fn pass(&self, events: &mut Events<T>, turn: &mut Turn<'_, T>) -> bool {
        let (simd, scratch) = (turn.simd, &mut *turn.scratch);
        events.spiking.clear();
        if let Some(shape) = &self.shape {
            let run = ShapeRun {
                states: &mut events.states,
                currents: &events.currents,
                driven: false,
                neurons: 0..BLOCK,
                arrivals: sums(&self.arrivals),
                until: &events.free,
                tick: turn.tick as u32,
            };
            return shape.run(simd, run, &mut events.spiking);
        }
        let inputs = ReachedInputs { part: self, events };
        self.program.run(simd, &inputs, &mut scratch.registers);
        let mut suspect = false;
        for (state, to) in events.states.iter_mut().enumerate() {
            let to = to.as_mut_slice().try_into().expect("invariant: states of one block");
            suspect |= self.program.store(simd, state, &scratch.registers, to);
        }
        let spike = self.layout.kernel.spike_output();
        if self.program.truth(simd, spike, &mut scratch.registers, &mut scratch.spikes) {
            note_spikes(&scratch.spikes, 0, &mut events.spiking);
        }
        suspect
    }
}

/// Columns of a block of neurons that were reached. They are not refractory, no current flows into them and
/// their program reads no column of theirs: that is why they can be left alone.
struct ReachedInputs<'a, T> {
    part: &'a Part<T>,
    events: &'a Events<T>,
}

impl<T: Real> BlockInputs<T> for ReachedInputs<'_, T> {
    fn column(&self, i: usize) -> &Column<T> {
        let kernel = &self.part.layout.kernel;
        if i < kernel.states.len() {
            let states = self.events.states[i].as_slice();
            states.try_into().expect("invariant: states of one block")
        } else if (kernel.first_arrival()..kernel.first_current()).contains(&i) {
            &self.part.arrivals[i - kernel.first_arrival()]
        } else {
            &self.events.zero
        }
    }

    fn draw_key(&self, _: usize) -> DrawKey {
        DrawKey::NONE
    }
}

/// What arrived at a receptor of these neurons: A + w1 n1 + w2 n2 + …, left to right. Takes it from the lanes.
fn take_arrivals<T: Real>(
    receptor: &ReceptorLanes<T>,
    lanes: &mut [Lane<T>],
    neurons: &[u16],
    column: &mut Column<T>,
) {
    column.fill(T::ZERO);
    if let Some(Lane::Value(values)) = receptor.value.map(|lane| &mut lanes[lane]) {
        for (x, neuron) in column.iter_mut().zip(neurons) {
            *x = std::mem::replace(&mut values[*neuron as usize], T::ZERO);
        }
    }
    for (lane, weight) in &receptor.counts {
        match &mut lanes[*lane] {
            Lane::Count(counts) => take_counts(counts, *weight, neurons, column),
            Lane::Wide(counts) => take_counts(counts, *weight, neurons, column),
            Lane::Value(_) => unreachable!("invariant: counts lie in count lanes"),
        }
    }
}

fn take_counts<T: Real, N: Copy + Default + Into<f64>>(
    counts: &mut [N; LANE],
    weight: T,
    neurons: &[u16],
    column: &mut Column<T>,
) {
    for (x, neuron) in column.iter_mut().zip(neurons) {
        let count = std::mem::take(&mut counts[*neuron as usize]);
        *x = *x + weight * T::from_f64(count.into());
    }
}

/// What arrived at these neurons is lost.
fn clear<T: Real>(lane: &mut Lane<T>, neurons: &[u16]) {
    for neuron in neurons {
        let neuron = *neuron as usize;
        match lane {
            Lane::Count(counts) => counts[neuron] = 0,
            Lane::Wide(counts) => counts[neuron] = 0,
            Lane::Value(values) => values[neuron] = T::ZERO,
        }
    }
}
