//! How much memory a network will need, before any of it is allocated.

use std::collections::BTreeMap;

use snn_chip::{ChipImage, ImageObjectKind};
use snn_connect::{Projection, Rule, SpikeSource, Synapse, SynapseId, delay_ticks};
use snn_numeric::{Law, law};

use crate::continuous::Values;
use crate::emulator::RowChoice;
use crate::lanes::{LANE, LaneKind};
use crate::live::Seed;
use crate::part::{OwnedRange, PartLayout, layouts};
use crate::rows::{
    Bundle, Form, Segment, by_rows, can_regenerate, form, is_dense, likely_synapses, repeated,
    words_of,
};
use crate::shares::shares;
use crate::worker::{count_kind, direct_trains};

/// Delays drawn to see how many different ones there are.
const SAMPLES: u32 = 4096;

/// Predicted bytes at the peak of loading an image on so many workers: all of them build at once, so that
/// the peaks add up.
pub(crate) fn predict(
    image: &ChipImage,
    real_bytes: u64,
    threads: usize,
    choice: RowChoice,
) -> u64 {
    let ids: f64 = image.objects.iter().map(|object| f64::from(object.size)).sum();
    let shares = match image.cores.is_empty() {
        true => even_shares(image, threads),
        false => shares(image, threads.clamp(1, 64)),
    };
    let mut bytes = ids * 8.0 + value_bytes(image, real_bytes as f64);
    for ranges in &shares {
        bytes += worker_bytes(image, ranges, ids, real_bytes as f64, choice);
    }
    bytes as u64
}

/// What continuous connections need, on all workers together.
fn value_bytes(image: &ChipImage, real_bytes: f64) -> f64 {
    let of_one = |projection: &Projection| {
        let connector = &projection.connector;
        let synapses = connector.expected_synapses() * Values::<f64>::BYTES_PER_SYNAPSE as f64;
        // The values of the last ticks, as many as the longest delay.
        let ticks = projection.delays(image.seed).constant().unwrap_or(1.0) + 1.0;
        synapses + f64::from(connector.sources.len()) * ticks * real_bytes
    };
    image.continuous.iter().map(|continuous| of_one(&continuous.projection)).sum()
}

/// The neurons of each worker, where cores are filled in the order of the text.
fn even_shares(image: &ChipImage, threads: usize) -> Vec<Vec<OwnedRange>> {
    let populations = || {
        let objects = image.objects.iter().zip(0u32..);
        objects.filter(|(object, _)| matches!(object.kind, ImageObjectKind::Population(_)))
    };
    let total: u64 = populations().map(|(object, _)| u64::from(object.size)).sum();
    let workers = threads.clamp(1, 64) as u64;
    let share = |worker: u64| {
        let (start, end) = (total * worker / workers, total * (worker + 1) / workers);
        let mut before = 0;
        let mut ranges = Vec::new();
        for (object, id) in populations() {
            let after = before + u64::from(object.size);
            let (from, to) = (start.max(before), end.min(after));
            if from < to {
                let (start, len) = ((from - before) as u32, (to - from) as u32);
                ranges.push(OwnedRange { object: id, start, len, neuron: 0, core: 0 });
            }
            before = after;
        }
        ranges
    };
    (0..workers).map(share).collect()
}

fn worker_bytes(
    image: &ChipImage,
    ranges: &[OwnedRange],
    ids: f64,
    real_bytes: f64,
    choice: RowChoice,
) -> f64 {
    let parts = layouts(image, ranges);
    let neurons_in_all: f64 = parts.iter().map(|layout| f64::from(layout.len())).sum();
    let mut rows = Rows::default();
    let mut lanes = 0.0;
    let mut direct = 0.0;
    for (layout, p) in parts.iter().flat_map(|l| (0..image.projections.len()).map(move |p| (l, p)))
    {
        let Some(bundle) = Bundle::new(image, p, layout, 0) else { continue };
        let projection = &image.projections[p];
        let counted =
            projection.weights(image.seed).constant().is_some() && projection.live.is_none();
        if direct_trains(image, p).is_some() {
            lanes += (LANE * 2) as f64;
            // A train and four counts of each neuron.
            direct += f64::from(layout.len()) * 12.0;
            continue;
        }
        if counted {
            let wide = count_kind(image, p) != LaneKind::Count;
            lanes += (LANE * if wide { 4 } else { 2 }) as f64;
        }
        if choice == RowChoice::Regenerated && can_regenerate(image, projection) {
            // A segment for each sender, once for all parts.
            let sources = f64::from(projection.connector.sources.len());
            rows.segments += sources * f64::from(bundle.neurons) / neurons_in_all.max(1.0);
            continue;
        }
        rows.add(image, projection, &bundle, real_bytes);
    }
    lanes += parts.iter().map(|l| value_lanes(image, l)).sum::<f64>() * LANE as f64 * real_bytes;
    // Offsets stay; where each row goes on is forgotten when they are arranged.
    let noted = rows.segments * 16.0;
    let segments = rows.segments * size_of::<Segment>() as f64;
    let arranging = rows.entries + noted + segments + ids * 8.0;
    let placing = rows.entries + noted + rows.placing;
    let neurons: f64 = parts.iter().map(|layout| neuron_bytes(layout, real_bytes)).sum();
    // What was received of each sender, and whether it is recorded.
    let ready = rows.entries
        + segments
        + rows.live
        + rows.trains.values().sum::<f64>()
        + ids * (4.0 + 8.0 + 1.0)
        + neurons
        + direct
        + lanes;
    arranging.max(ready).max(placing)
}

/// Receptors of a part that something without a constant weight reaches.
fn value_lanes(image: &ChipImage, layout: &PartLayout) -> f64 {
    let mut receptors: Vec<u16> = Vec::new();
    for projection in &image.projections {
        if projection.weights(image.seed).constant().is_some() && projection.live.is_none() {
            continue;
        }
        let targets = projection.connector.targets.segments().iter().zip(&projection.receptors);
        let reached = targets.filter(|(s, _)| layout.ranges.iter().any(|r| r.object == s.object));
        receptors.extend(reached.map(|(_, receptor)| *receptor));
    }
    receptors.sort_unstable();
    receptors.dedup();
    receptors.len() as f64
}

/// States and columns, and what stands beside them.
fn neuron_bytes(layout: &PartLayout, real_bytes: f64) -> f64 {
    let kernel = &layout.kernel;
    let columns = kernel.states.len() + kernel.columns.len() + kernel.inputs.len();
    // Id, core, end of the refractory time, spikes, other arrivals; what is recorded of it.
    f64::from(layout.len()) * (columns as f64 * real_bytes + 28.0 + 12.0)
}

/// What the rows of one worker need.
#[derive(Default)]
struct Rows {
    /// Targets and weights.
    entries: f64,
    segments: f64,
    /// States of synapses, and where they came from.
    live: f64,
    /// The most that some bundle needs beside it while it is put into place.
    placing: f64,
    /// Trains of each source that come here.
    trains: BTreeMap<u32, f64>,
}

impl Rows {
    fn add(&mut self, image: &ChipImage, projection: &Projection, bundle: &Bundle, real: f64) {
        let synapses = likely_synapses(projection, bundle).unwrap_or_else(|| {
            let connector = &projection.connector;
            let owned: usize = bundle.owned.iter().map(|owned| owned.positions.len()).sum();
            connector.expected_synapses() * owned as f64 / f64::from(connector.targets.len().max(1))
        });
        let sources = f64::from(projection.connector.sources.len());
        let each = synapses / sources.max(1.0);
        // Senders with any synapse, where chance decides who has one.
        let senders = match projection.connector.rule {
            Rule::OneToOne => synapses,
            _ => sources * (1.0 - (-each).exp()),
        };
        for segment in projection.connector.sources.segments() {
            let ImageObjectKind::Source(source) = &image.objects[segment.object as usize].kind
            else {
                continue;
            };
            let all = f64::from(segment.len) * train_bytes(source);
            let trains = self.trains.entry(segment.object).or_default();
            *trains = (*trains + all * senders / sources.max(1.0)).min(all);
        }
        if is_dense(image, projection, bundle) {
            let again = repeated(projection, bundle, synapses);
            self.entries += words_of(projection, bundle) as f64 * 8.0;
            self.placing = self.placing.max(again * 8.0);
            self.entries += again * 2.0;
            self.segments += senders + again.min(senders);
            return;
        }
        let delays = projection.delays(image.seed);
        let drawn = delays.constant().is_none();
        let segments =
            if drawn { sources * different_delays(image, projection, each) } else { senders };
        self.segments += segments;
        let per_synapse = match form(image, projection) {
            Form::Uniform | Form::Bits | Form::Regenerated => 2.0,
            Form::F32 => 6.0,
            Form::F64 => 10.0,
            Form::Live => (2 + size_of::<Seed>()) as f64,
        };
        self.entries += synapses * per_synapse;
        if let Some(live) = &projection.live {
            let kernel = &live.kernel;
            let columns = (kernel.states.len() + kernel.columns.len()) as f64 * real;
            let traces = kernel.pre_traces.len() as f64 * 2.0 * 16.0;
            self.live += synapses * (per_synapse + columns + 4.0) + segments * (88.0 + traces);
        }
        if by_rows(projection, bundle).is_none() {
            let own_delays = if drawn { synapses * 2.0 } else { 0.0 };
            self.placing = self.placing.max(own_delays + sources * 4.0);
        }
    }
}

/// What a worker keeps for each train: a place in a calendar and a process, or its index.
fn train_bytes(source: &SpikeSource) -> f64 {
    match source {
        SpikeSource::Poisson { mean_per_tick } if law(*mean_per_tick) == Law::Gaps => 44.0,
        _ => 4.0,
    }
}

/// How many different delays a row of `each` synapses has, by a sample of them.
fn different_delays(image: &ChipImage, projection: &Projection, each: f64) -> f64 {
    let connector = &projection.connector;
    let (sources, targets) = (connector.sources.len().max(1), connector.targets.len().max(1));
    let mut delays = projection.delays(image.seed);
    let mut sample: Vec<u32> = (0..SAMPLES)
        .map(|i| {
            let (source, target) = (i % sources, (i / sources + i) % targets);
            let id = SynapseId { major: source, block: 0, ordinal: i };
            delay_ticks(delays.at(Synapse { source, target, id }))
        })
        .collect();
    sample.sort_unstable();
    let share = |same: &[u32]| same.len() as f64 / f64::from(SAMPLES);
    let seen = sample.chunk_by(|a, b| a == b).map(|same| 1.0 - (1.0 - share(same)).powf(each));
    seen.sum()
}
