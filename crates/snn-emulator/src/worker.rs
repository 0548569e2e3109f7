//! One worker thread's share of the chip: its neurons, the rows that reach them, and the spikes of the
//! last ticks.

use std::ops::Range;
use std::sync::Arc;

use snn_chip::{ChipImage, ImageObjectKind};
use snn_connect::{Inject, Rule, SpikeSource};
use snn_kernel::Simd;
use snn_numeric::{Law, PoissonCounts, Real, law};
use snn_result::{Protocol, SpikeHash};

use crate::continuous::Values;
use crate::cost::{Clock, Phase};
use crate::deliver::broken_synapse;
use crate::emulator::LoadOptions;
use crate::error::LoadError;
use crate::events::{Reached, Turn};
use crate::fault::Fault;
use crate::ids::Ids;
use crate::lanes::{Lane, LaneKind};
use crate::live::{self, LiveBundle};
use crate::part::{Bad, OwnedRange, Part, PartLayout, ReceptorLanes, Scratch, layouts};
use crate::record::Taps;
use crate::ring::{Emission, SpikeRing, sort};
use crate::rows::{Bundle, Regenerated, RowStore, Segment, build};
use crate::trains::{DirectPoisson, Trains};

/// A worker. No two share a pair of cache lines.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Worker<T> {
    pub parts: Vec<Part<T>>,
    pub rows: RowStore,
    pub ring: SpikeRing,
    pub taps: Taps,
    /// Spikes of each sender that reached this worker's ring, by id.
    pub received: Vec<u64>,
    /// Spikes of own neurons in each tick of the window: (tick, id), ticks ascending.
    pub own: Vec<(u64, u32)>,
    pub hash: SpikeHash,
    pub direct: Vec<DirectPoisson>,
    /// Synapses with states, in the order of their rows.
    pub live: Vec<LiveBundle<T>>,
    pub values: Values<T>,
    pub clock: Clock,
    /// Index among the workers.
    pub index: usize,
    pub lanes: Vec<Lane<T>>,
    pub reached: Reached,
    trains: Vec<Trains>,
    /// Delays present, longest first.
    pub delays: Vec<u64>,
    injects: Arc<[Inject]>,
    /// Tick at which some injection changes next.
    next_inject: u64,
    scratch: Scratch<T>,
    fired: Vec<u32>,
    /// Rows of bits that arrive in the tick at hand.
    pub dense: Vec<Segment>,
    /// Of the regenerated rows.
    pub scratches: Vec<snn_connect::Scratch>,
    pub simd: Simd,
    pub fault: Option<Fault>,
}

impl<T: Real> Worker<T> {
    /// Builds a worker over these ranges (ascending by object and start).
    pub(crate) fn build(
        image: &ChipImage,
        protocol: &Protocol,
        ids: &Ids,
        ranges: &[OwnedRange],
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let LoadOptions { simd, tier, fault, .. } = *options;
        let layouts = layouts(image, ranges);
        let plan = Plan::new(image, &layouts)?;
        let mut rows = build(image, ids, &plan.bundles, (simd, options.rows))?;
        if fault == Some(Fault::RoundedWeights) {
            rows.f64.weights.iter_mut().for_each(|w| *w = f64::from(*w as f32));
        }
        let delays = rows.delays();
        let receptors = plan.receptors;
        let parts: Vec<Part<T>> = layouts
            .into_iter()
            .zip(receptors)
            .map(|(layout, receptors)| {
                let round = |r: ReceptorLanes<f64>| ReceptorLanes {
                    value: r.value,
                    counts: r.counts.iter().map(|(l, w)| (*l, T::from_f64(*w))).collect(),
                };
                Part::new(image, ids, layout, receptors.into_iter().map(round).collect(), tier)
            })
            .collect();
        let taps = Taps::new(image, protocol, ids, &parts);
        let live = live_lengths(image, &rows, &plan.bundles, &plan.parts);
        let live = live::bundles(image, protocol, ids, &rows, &parts, &live, simd);
        rows.live.weights = Vec::new();
        let values = Values::new(image, ids, &parts);
        let mut worker = Self {
            ring: SpikeRing::new(1),
            taps,
            received: vec![0; ids.len()],
            own: Vec::new(),
            hash: SpikeHash::default(),
            direct: plan.direct,
            live,
            values,
            clock: Clock::default(),
            index: 0,
            lanes: plan.lanes.iter().map(|kind| Lane::new(*kind)).collect(),
            reached: vec![None; plan.lanes.len()],
            trains: Vec::new(),
            delays,
            injects: protocol.injects.clone().into(),
            next_inject: 0,
            scratch: Scratch::default(),
            fired: Vec::new(),
            dense: Vec::new(),
            scratches: rows.regenerated.iter().map(Regenerated::scratch).collect(),
            simd,
            parts,
            rows,
            fault,
        };
        for part in &mut worker.parts {
            fault.into_iter().for_each(|f| part.plant(f));
        }
        for live in &mut worker.live {
            fault.into_iter().for_each(|f| live.plant(f));
        }
        let quiet = worker.parts.iter().filter(|part| part.events.is_some());
        let lanes = quiet.flat_map(|part| part.receptors.iter().flat_map(ReceptorLanes::lanes));
        lanes.for_each(|lane| worker.reached[lane] = Some(Vec::new()));
        worker.start_trains(image, ids, 0);
        Ok(worker)
    }

    /// Longest delay of a row or a modulator, in ticks.
    pub(crate) fn longest_delay(&self) -> u64 {
        let modulators = self.live.iter().flat_map(LiveBundle::modulator_delays);
        let continuous = self.values.delays().map(|(_, longest)| longest);
        modulators.chain(self.delays.first().copied()).chain(continuous).max().unwrap_or(0)
    }

    /// Shortest delay of a row or a modulator, in ticks.
    pub(crate) fn shortest_delay(&self) -> Option<u64> {
        let modulators = self.live.iter().flat_map(LiveBundle::modulator_delays);
        let continuous = self.values.delays().map(|(shortest, _)| shortest);
        modulators.chain(self.delays.last().copied()).chain(continuous).min()
    }

    /// Bytes held by synapses.
    pub(crate) fn synapse_bytes(&self) -> u64 {
        self.rows.bytes() + self.live.iter().map(LiveBundle::bytes).sum::<u64>()
    }

    /// Whether spikes of a neuron or train matter here.
    pub(crate) fn needs(&self, id: u32) -> bool {
        !self.rows.of(id).is_empty() || self.live.iter().any(|live| live.listens_to(id))
    }

    /// Begins the trains of all senders with a row here, so that spikes stamped after `tick` come next.
    pub(crate) fn start_trains(&mut self, image: &ChipImage, ids: &Ids, tick: u64) {
        let mut trains = Vec::new();
        for (object, o) in image.objects.iter().enumerate() {
            let ImageObjectKind::Source(source) = &o.kind else { continue };
            let first = ids.id(object as u32, 0);
            let reaches = |index: &u32| self.needs(first + index);
            let indices: Vec<u32> = (0..o.size).filter(reaches).collect();
            if !indices.is_empty() {
                trains.push(Trains::new(source, o.key, image.seed, first, indices, tick));
            }
        }
        self.trains = trains;
    }

    /// Runs ticks that need no spikes of other workers; own spikes are left in `own`.
    pub(crate) fn run_window(&mut self, ticks: Range<u64>) -> Result<(), Bad> {
        self.own.clear();
        self.values.outgoing.iter_mut().for_each(Vec::clear);
        for tick in ticks {
            self.clock.tick();
            self.set_currents(tick);
            self.values.gather(tick, &mut self.parts);
            self.clock.lap(Phase::Input);
            for live in &mut self.live {
                live.modulate(tick, |emitted| self.ring.at(emitted));
            }
            self.clock.lap(Phase::Plasticity);
            self.deliver(tick)?;
            for (p, part) in self.parts.iter_mut().enumerate() {
                self.fired.clear();
                let (simd, lanes) = (self.simd, self.lanes.as_mut_slice());
                let (scratch, fired) = (&mut self.scratch, &mut self.fired);
                if part.events.is_some() {
                    let turn = Turn { simd, tick, lanes, scratch, fired };
                    part.update_reached(turn, &mut self.reached)?;
                } else {
                    part.update(simd, tick, lanes, scratch, fired)?;
                }
                for &neuron in &self.fired {
                    let neuron = neuron as usize;
                    let id = part.id[neuron];
                    let owner = part.owner(neuron);
                    self.hash.add(owner.key, id - owner.first_id, tick);
                    self.own.push((tick, id));
                    self.taps.spike(tick, p, neuron);
                }
                part.spent += self.clock.lap(Phase::Update);
                for live in self.live.iter_mut().filter(|live| live.part == p) {
                    let records = &mut self.taps.chunk.records;
                    let end = live.end(tick, part, &self.fired, records);
                    end.map_err(|broken| broken_synapse(live.projection, broken))?;
                }
                self.clock.lap(Phase::Plasticity);
            }
            self.values.capture(tick, self.index, &self.parts);
            self.taps.sample(tick, &self.parts);
            self.clock.lap(Phase::Samples);
        }
        Ok(())
    }

    /// Takes the spikes of one finished tick into the ring: own and remote ids, and the trains.
    pub(crate) fn take(&mut self, tick: u64, ids: impl Iterator<Item = u32>) {
        self.clock.lap(Phase::Exchange);
        let slot = self.ring.open(tick);
        for train in &mut self.trains {
            train.emit(tick - u64::from(self.fault == Some(Fault::LateTrains)), slot);
        }
        self.clock.lap(Phase::Trains);
        if self.fault == Some(Fault::LostMultiplicity) {
            slot.iter_mut().for_each(|e| e.times = e.times.min(1));
        }
        slot.extend(ids.map(|id| Emission { id, times: 1 }));
        sort(slot);
        for emission in slot.iter() {
            self.received[emission.id as usize] += u64::from(emission.times);
        }
        match self.fault {
            Some(Fault::SwappedOrder) => slot.reverse(),
            Some(Fault::LostSpike) if tick.is_multiple_of(10) => drop(slot.pop()),
            Some(Fault::DoubledSpike) if tick.is_multiple_of(10) => {
                slot.extend(slot.last().copied())
            }
            _ => {}
        }
    }

    /// Weights delivered since tick 0, per part and neuron: what was received, times the row, less what is
    /// still on its way at `tick`.
    pub(crate) fn synaptic_operations(&self, tick: u64) -> Vec<Vec<u64>> {
        let mut flying: Vec<(u32, u64, u64)> = Vec::new();
        for t in (tick + 1).saturating_sub(self.ring.ticks()).max(1)..=tick {
            flying.extend(self.ring.at(t).iter().map(|e| (e.id, t, u64::from(e.times))));
        }
        flying.sort_unstable();
        let arrived = |sender: u32, segment: &Segment| {
            let of_sender = &flying[flying.partition_point(|f| f.0 < sender)..];
            let late = of_sender.iter().take_while(|f| f.0 == sender);
            let late = late.filter(|f| f.1 + u64::from(segment.delay) > tick).map(|f| f.2);
            // Only a planted fault has more on its way than was received.
            self.received[sender as usize].saturating_sub(late.sum::<u64>())
        };
        let lane_part = self.lane_parts();
        let zero = |part: &Part<T>| vec![0u64; part.id.len()];
        let mut operations: Vec<Vec<u64>> = self.parts.iter().map(zero).collect();
        for sender in 0..self.received.len() as u32 {
            if self.received[sender as usize] == 0 {
                continue;
            }
            for segment in self.rows.of(sender) {
                let times = arrived(sender, segment);
                self.rows.each_target(*segment, |lane, target| {
                    operations[lane_part[usize::from(lane)]][usize::from(target)] += times;
                });
            }
        }
        for (part, operations) in self.parts.iter().zip(&mut operations) {
            for (so_far, times) in operations.iter_mut().zip(&part.other_arrivals) {
                *so_far = so_far.wrapping_add_signed(*times);
            }
        }
        operations
    }

    /// All neurons begin anew after `tick`, and what is on its way to them is lost.
    pub(crate) fn begin_anew(&mut self, image: &ChipImage, tick: u64) {
        let lane_part = self.lane_parts();
        for t in (tick + 1).saturating_sub(self.ring.ticks()).max(1)..=tick {
            for emission in std::mem::take(self.ring.slot(t)) {
                let segments = self.rows.of(emission.id).iter();
                for segment in segments.filter(|s| t + u64::from(s.delay) > tick) {
                    self.rows.each_target(*segment, |lane, target| {
                        let part = &mut self.parts[lane_part[usize::from(lane)]];
                        part.other_arrivals[usize::from(target)] -= i64::from(emission.times);
                    });
                }
            }
        }
        self.direct.iter_mut().for_each(|direct| direct.since = tick);
        self.parts.iter_mut().for_each(|part| part.begin(image, tick));
    }

    /// The part that each lane belongs to.
    pub(crate) fn lane_parts(&self) -> Vec<usize> {
        let mut of = vec![0; self.lanes.len()];
        for (p, part) in self.parts.iter().enumerate() {
            for receptor in &part.receptors {
                receptor.lanes().for_each(|lane| of[lane] = p);
            }
        }
        of
    }

    fn set_currents(&mut self, tick: u64) {
        let late = self.fault == Some(Fault::LateInjection);
        let tick = tick - u64::from(late);
        if tick < self.next_inject {
            return;
        }
        for part in &mut self.parts {
            part.set_currents(tick, &self.injects);
        }
        self.values.note_injected(&self.parts);
        let next = |i: &Inject| match i.wave.varies() && i.from_tick <= tick && tick < i.to_tick {
            true => Some(tick + 1),
            false => [i.from_tick, i.to_tick].into_iter().filter(|edge| *edge > tick).min(),
        };
        self.next_inject = self.injects.iter().filter_map(next).min().unwrap_or(u64::MAX);
    }
}

/// (projection, part, synapses) of the live bundles, in the order of their rows.
fn live_lengths(
    image: &ChipImage,
    rows: &RowStore,
    bundles: &[Bundle],
    parts: &[usize],
) -> Vec<(usize, usize, usize)> {
    let live = bundles.iter().zip(parts);
    let live = live.filter(|(b, _)| image.projections[b.projection].live.is_some());
    live.zip(&rows.live_lengths).map(|((b, part), len)| (b.projection, *part, *len)).collect()
}

/// Which lanes a worker needs, and what fills them.
#[derive(Default)]
struct Plan {
    lanes: Vec<LaneKind>,
    /// Per part, per receptor.
    receptors: Vec<Vec<ReceptorLanes<f64>>>,
    bundles: Vec<Bundle>,
    direct: Vec<DirectPoisson>,
    /// Part of each bundle.
    parts: Vec<usize>,
}

impl Plan {
    fn new(image: &ChipImage, layouts: &[PartLayout]) -> Result<Self, LoadError> {
        let none = ReceptorLanes { value: None, counts: Vec::new() };
        let receptors =
            layouts.iter().map(|l| vec![none.clone(); l.kernel.receptors.len()]).collect();
        let mut plan = Self { lanes: Vec::new(), receptors, ..Self::default() };
        for p in 0..image.projections.len() {
            for (l, layout) in layouts.iter().enumerate() {
                plan.add(image, p, l, layout)?;
            }
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        image: &ChipImage,
        p: usize,
        l: usize,
        layout: &PartLayout,
    ) -> Result<(), LoadError> {
        let Some(mut bundle) = Bundle::new(image, p, layout, 0) else { return Ok(()) };
        let projection = &image.projections[p];
        let target = projection.connector.targets.segment_at(bundle.owned[0].positions.start);
        let receptor = &mut self.receptors[l][projection.receptors[target] as usize];
        let constant = projection.weights(image.seed).constant();
        let lane = if let Some(weight) = constant.filter(|_| projection.live.is_none()) {
            let direct = direct_poisson(image, p, &bundle, layout, (l, self.lanes.len()));
            let kind = if direct.is_some() { LaneKind::Count } else { count_kind(image, p) };
            self.lanes.push(kind);
            receptor.counts.push((self.lanes.len() - 1, weight));
            if let Some(direct) = direct {
                self.direct.push(direct);
                return Ok(());
            }
            self.lanes.len() - 1
        } else {
            *receptor.value.get_or_insert_with(|| {
                self.lanes.push(LaneKind::Value);
                self.lanes.len() - 1
            })
        };
        bundle.lane = u16::try_from(lane).map_err(|_| {
            LoadError::TooLarge("more than 65,536 projections reach one worker".into())
        })?;
        self.bundles.push(bundle);
        self.parts.push(l);
        Ok(())
    }
}

/// Whether the arrivals of one tick at one neuron surely fit 16 bits.
pub(crate) fn count_kind(image: &ChipImage, p: usize) -> LaneKind {
    let connector = &image.projections[p].connector;
    let senders = u64::from(connector.sources.len());
    let per_target = match &connector.rule {
        Rule::Indegree(k) | Rule::NearIndegree { indegree: k, .. } => u64::from(*k),
        Rule::OneToOne => 1,
        Rule::AllToAll
        | Rule::Probability(_)
        | Rule::PairProbability(_)
        | Rule::Near { .. }
        | Rule::Window(_) => senders,
        Rule::Outdegree(_) | Rule::Total(_) | Rule::List(_) => u64::MAX,
    };
    let times =
        connector.sources.segments().iter().map(|s| match &image.objects[s.object as usize].kind {
            ImageObjectKind::Population(_) => 1,
            ImageObjectKind::Source(source) => most_per_tick(source),
        });
    match per_target.checked_mul(times.max().unwrap_or(1)) {
        Some(n) if n <= u64::from(u16::MAX) => LaneKind::Count,
        _ => LaneKind::Wide,
    }
}

/// Most spikes of one train in a tick, where there is a bound.
fn most_per_tick(source: &SpikeSource) -> u64 {
    match source {
        SpikeSource::Regular { .. } => 1,
        SpikeSource::Poisson { mean_per_tick } => match law(*mean_per_tick) {
            Law::Counts => PoissonCounts::new(*mean_per_tick).map_or(u64::MAX, |counts| {
                let (least, table) = counts.table();
                u64::from(least) + table.len() as u64
            }),
            Law::Gaps => u64::MAX,
        },
        SpikeSource::Given(_) | SpikeSource::Inhomogeneous(_) => u64::MAX,
        SpikeSource::Phased(laws) => {
            laws.iter().map(|(_, law)| most_per_tick(law)).max().unwrap_or(0)
        }
    }
}

/// Mean, delay and first train of a projection of independent Poisson trains, one per neuron, with one weight
/// and one delay.
pub(crate) fn direct_trains(
    image: &ChipImage,
    p: usize,
) -> Option<(f64, u32, snn_connect::Segment)> {
    let projection = &image.projections[p];
    let connector = &projection.connector;
    projection.weights(image.seed).constant().filter(|_| projection.live.is_none())?;
    let delay = snn_connect::delay_ticks(projection.delays(image.seed).constant()?);
    let [segment] = connector.sources.segments() else { return None };
    let object = &image.objects[segment.object as usize];
    let ImageObjectKind::Source(SpikeSource::Poisson { mean_per_tick }) = object.kind else {
        return None;
    };
    // Which trains have rows must stay as it is during a run: rows tell how many weights were delivered.
    if image.phases.iter().any(|phase| phase.weights.iter().any(|(changed, _)| *changed == p)) {
        return None;
    }
    let direct = connector.rule == Rule::OneToOne && law(mean_per_tick) == Law::Counts;
    direct.then_some((mean_per_tick, delay, *segment))
}

/// The direct trains of a projection onto a part.
fn direct_poisson(
    image: &ChipImage,
    p: usize,
    bundle: &Bundle,
    layout: &PartLayout,
    (part, lane): (usize, usize),
) -> Option<DirectPoisson> {
    let (mean_per_tick, delay, segment) = direct_trains(image, p)?;
    let key = image.objects[segment.object as usize].key;
    let mut trains = vec![u32::MAX; layout.len() as usize];
    for owned in &bundle.owned {
        for position in owned.positions.clone() {
            trains[usize::from(owned.neuron(position))] = segment.start + position;
        }
    }
    let place = (part, lane);
    Some(DirectPoisson::new(mean_per_tick, key, image.seed, place, u64::from(delay), trains))
}
