//! The invariants of networks.
//!
//! - Every kernel passes its own verifier.
//! - Every segment of every selection lies within its object; targets are populations.
//! - A projection has one receptor per target segment, the same for all segments of an object, and its kernel
//!   has that receptor; an injection has one input per target segment, and its kernel has that input.
//! - Rates have one number in and one out, or ascend in time; injected currents are finite.
//! - A connector whose rule or programs speak of positions has a layout for every segment.
//! - Rules can be drawn; lists have as many weights and delays as pairs, tables as many as
//!   their rule has weights.
//! - Phases ascend within the run; their programs have the states, receptors and inputs of the population,
//!   and pass their verifier; their weights are sound as those of projections. Laws of phased sources
//!   ascend from 0, and none is phased.
//! - Live synapses pass their kernel's verifier; each modulator has a source within its objects and a delay
//!   of a tick at least; targets have every state that is read; what comes first in a tie, and what reads
//!   its target, has a dendrite.
//! - What is recorded of synapses, they have.
//! - A population with a leap has no injected current, no continuous connection and no change of its
//!   program.
//! - A continuous connection has a state per source segment and an input per target segment.
//! - Keys of objects and projections differ.

use std::collections::{BTreeMap, BTreeSet};

use snn_connect::{Continuous, Live, Projection, Rate, Rule, Selection, SpikeSource, SynapseValue};
use snn_result::Occasion;

use crate::{Network, ObjectId, ObjectKind};

/// A broken invariant: our fault, never the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError(pub String);

impl Network {
    /// Checks every invariant listed in this module.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let mut keys = BTreeSet::new();
        for (id, object) in self.objects() {
            require(keys.insert(object.key), || format!("{id} shares its key with another"))?;
            if let ObjectKind::Source(SpikeSource::Inhomogeneous(rate)) = &object.kind {
                rate_holds(rate).map_err(|e| VerifyError(format!("{id}: {}", e.0)))?;
            }
            if let Some(kernel) = self.kernel(id) {
                kernel.verify().map_err(|e| VerifyError(format!("{id}: {}", e.0)))?;
            }
        }
        for (i, node) in self.projections().iter().enumerate() {
            self.verify_projection(&node.projection)
                .map_err(|e| VerifyError(format!("p{i}: {}", e.0)))?;
            let key = node.projection.connector.key;
            require(keys.insert(key), || format!("p{i} shares its key with another"))?;
        }
        self.verify_phases()?;
        self.verify_leaps()?;
        for (i, continuous) in self.continuous.iter().enumerate() {
            self.verify_continuous(continuous)
                .map_err(|e| VerifyError(format!("c{i}: {}", e.0)))?;
            let key = continuous.projection.connector.key;
            require(keys.insert(key), || format!("c{i} shares its key with another"))?;
        }
        for inject in &self.protocol.injects {
            let finite = inject.wave.at(inject.from_tick).is_finite();
            require(finite, || "an injected current is not finite".into())?;
            self.within(&inject.targets)?;
            self.ports(&inject.targets, &inject.inputs, |k| k.inputs.len())?;
        }
        for probe in &self.protocol.probes {
            self.within(&probe.of)?;
            require(probe.every_ticks > 0, || {
                format!("probe of {} never samples", probe.variable)
            })?;
        }
        for probe in &self.protocol.synapse_probes {
            let live = self.projections().get(probe.of as usize);
            let live = live.and_then(|node| node.projection.live.as_ref());
            let known = live.is_some_and(|live| match probe.at {
                Occasion::Sent => true,
                Occasion::Every(ticks) => ticks > 0 && live.kernel.state(&probe.variable).is_some(),
                _ => live.kernel.state(&probe.variable).is_some(),
            });
            require(known, || format!("p{} has no {} to record", probe.of, probe.variable))?;
        }
        self.verify_expectations()?;
        self.protocol.record_spikes.iter().try_for_each(|s| self.within(s))
    }

    fn verify_expectations(&self) -> Result<(), VerifyError> {
        let mut measured = Vec::new();
        self.protocol.expectations.iter().for_each(|e| e.measure.synapses(&mut measured));
        measured.iter().try_for_each(|of| {
            let live = self.projections().get(of.of as usize);
            let live = live.and_then(|node| node.projection.live.as_ref());
            let known = live.is_some_and(|live| live.kernel.state(&of.variable).is_some());
            require(known && of.every > 0, || {
                format!("p{} has no {} to measure", of.of, of.variable)
            })
        })
    }

    fn verify_phases(&self) -> Result<(), VerifyError> {
        let ascends = self.phases.is_sorted_by(|a, b| a.after_tick < b.after_tick);
        require(ascends, || "phases out of order".into())?;
        for phase in &self.phases {
            for (object, program) in &phase.programs {
                let known = (*object as usize) < self.objects().len();
                let base = self.kernel(ObjectId(*object)).filter(|_| known);
                let same = base.is_some_and(|base| {
                    base.states == program.states
                        && base.receptors == program.receptors
                        && base.inputs == program.inputs
                });
                require(same, || format!("a phase makes o{object} another model"))?;
                program.verify().map_err(|e| VerifyError(format!("o{object}: {}", e.0)))?;
            }
            for p in &phase.relearned {
                let live = self.projections().get(*p).and_then(|n| n.projection.live.as_ref());
                let learns = live.is_some_and(|live| !live.kernel.states.is_empty());
                let weighted = phase.weights.iter().any(|(changed, _)| changed == p);
                require(learns && weighted, || format!("p{p} has no weights to begin anew"))?;
            }
            for (p, live) in &phase.live {
                let node = self.projections().get(*p);
                let base = node.and_then(|node| node.projection.live.as_ref());
                let same = base.is_some_and(|base| base.changes_to(live));
                require(same, || format!("a phase makes p{p} other synapses"))?;
                live.kernel.verify().map_err(|e| VerifyError(format!("p{p}: {}", e.0)))?;
            }
            for (p, weight) in &phase.weights {
                let node = self.projections().get(*p);
                let node = node.ok_or_else(|| VerifyError(format!("there is no p{p}")))?;
                let changed = Projection { weight: weight.clone(), ..node.projection.clone() };
                self.verify_projection(&changed)
                    .map_err(|e| VerifyError(format!("p{p}: {}", e.0)))?;
            }
        }
        for (id, object) in self.objects() {
            let ObjectKind::Source(source) = &object.kind else { continue };
            let laws = source.laws();
            let sound = laws.is_sorted_by(|a, b| a.0 < b.0)
                && laws.first().is_none_or(|(from, _)| *from == 0)
                && laws.iter().all(|(_, law)| law.laws().is_empty());
            require(sound, || format!("the laws of {id} are out of order"))?;
        }
        match self.protocol.resets {
            Some(resets) => require(resets.every > 0, || "resets never end".into()),
            None => Ok(()),
        }
    }

    fn verify_leaps(&self) -> Result<(), VerifyError> {
        let injects = self.protocol.injects.iter().flat_map(|inject| inject.targets.segments());
        let connectors = self.continuous.iter().map(|c| &c.projection.connector);
        let joined = connectors.flat_map(|c| [&c.sources, &c.targets]).flat_map(|s| s.segments());
        let changed = self.phases.iter().flat_map(|phase| &phase.programs).map(|(o, _)| *o);
        let mut busy = injects.chain(joined).map(|s| s.object).chain(changed);
        let leaps = |o: &u32| self.kernel(ObjectId(*o)).is_some_and(|k| k.leap.is_some());
        match busy.find(leaps) {
            Some(o) => Err(VerifyError(format!("o{o} cannot be left alone between events"))),
            None => Ok(()),
        }
    }

    fn verify_continuous(&self, continuous: &Continuous) -> Result<(), VerifyError> {
        let connector = &continuous.projection.connector;
        self.within(&connector.sources)?;
        self.ports(&connector.sources, &continuous.states, |k| k.states.len())?;
        self.verify_connection(&continuous.projection, |k| k.inputs.len())
    }

    fn verify_projection(&self, projection: &Projection) -> Result<(), VerifyError> {
        self.verify_connection(projection, |k| k.receptors.len())
    }

    fn verify_connection(
        &self,
        projection: &Projection,
        ports: impl Fn(&snn_kernel::NeuronKernel) -> usize,
    ) -> Result<(), VerifyError> {
        let connector = &projection.connector;
        self.within(&connector.sources)?;
        self.within(&connector.targets)?;
        self.ports(&connector.targets, &projection.receptors, ports)?;
        let targets = connector.targets.segments().iter().map(|s| s.object);
        let mut receptors = BTreeMap::new();
        for (object, receptor) in targets.zip(&projection.receptors) {
            require(
                receptors.insert(object, receptor).is_none_or(|other| other == receptor),
                || format!("o{object} is reached at two receptors"),
            )?;
        }
        verify_space(projection)?;
        connector.check().map_err(|e| VerifyError(e.to_string()))?;
        for value in [&projection.weight, &projection.delay] {
            match value {
                SynapseValue::Constant(x) => require(x.is_finite(), || format!("value {x}"))?,
                SynapseValue::Program(p) => p.verify().map_err(|e| VerifyError(e.0))?,
                SynapseValue::Table(values) => {
                    let wanted = match &connector.rule {
                        Rule::AllToAll => {
                            u64::from(connector.sources.len()) * u64::from(connector.targets.len())
                        }
                        Rule::Window(window) => window.weights(),
                        _ => 0,
                    };
                    require(values.len() as u64 == wanted, || {
                        format!("{} values in place of {wanted}", values.len())
                    })?;
                }
                SynapseValue::List(values) => {
                    let pairs = match &connector.rule {
                        Rule::List(pairs) => pairs.len(),
                        _ => 0,
                    };
                    require(values.len() == pairs, || format!("{} values", values.len()))?;
                }
            }
        }
        projection.live.as_ref().map_or(Ok(()), |live| self.verify_live(live, &connector.targets))
    }

    fn verify_live(&self, live: &Live, targets: &Selection) -> Result<(), VerifyError> {
        let kernel = &live.kernel;
        kernel.verify().map_err(|e| VerifyError(e.0))?;
        let count = live.modulators.len();
        require(count == kernel.modulators.len(), || format!("{count} sources of modulators"))?;
        for modulator in &live.modulators {
            self.within(&modulator.from)?;
            require(modulator.delay > 0, || "a modulator without delay".into())?;
        }
        for segment in targets.segments() {
            let target = self.kernel(ObjectId(segment.object));
            let has = |name: &String| target.is_some_and(|k| k.state(name).is_some());
            let lacks = kernel.reads.iter().find(|name| !has(name));
            require(lacks.is_none(), || format!("o{} lacks {lacks:?}", segment.object))?;
            let seen = kernel.reads.is_empty() || target.is_none_or(|k| k.leap.is_none());
            require(seen, || format!("states of o{} are not there in every tick", segment.object))?;
        }
        let late = live.ties.post_first() || kernel.reads_target();
        require(!late || live.dendrite > 0, || "a dendrite of 0 ticks".into())
    }

    fn within(&self, selection: &Selection) -> Result<(), VerifyError> {
        selection.segments().iter().try_for_each(|s| {
            let known = (s.object as usize) < self.objects().len();
            let inside = known
                && u64::from(s.start) + u64::from(s.len)
                    <= u64::from(self.object(ObjectId(s.object)).size);
            require(inside, || format!("o{}[{}..+{}] does not exist", s.object, s.start, s.len))
        })
    }

    fn ports(
        &self,
        targets: &Selection,
        ports: &[u16],
        count: impl Fn(&snn_kernel::NeuronKernel) -> usize,
    ) -> Result<(), VerifyError> {
        let segments = targets.segments();
        require(segments.len() == ports.len(), || format!("{} ports", ports.len()))?;
        segments.iter().zip(ports).try_for_each(|(s, port)| {
            let has =
                self.kernel(ObjectId(s.object)).is_some_and(|k| usize::from(*port) < count(k));
            require(has, || format!("o{} has no port {port}", s.object))
        })
    }
}

/// A rate has one number in and one out; a table of rates ascends.
fn rate_holds(rate: &Rate) -> Result<(), VerifyError> {
    match rate {
        Rate::Program(p) => {
            p.verify().map_err(|e| VerifyError(e.0))?;
            require((p.inputs, p.outputs.len()) == (1, 1), || "a rate of another form".into())
        }
        Rate::Table(steps) => {
            let ascends = steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
            require(ascends, || "rates that do not ascend in time".into())
        }
    }
}

fn require(holds: bool, what: impl FnOnce() -> String) -> Result<(), VerifyError> {
    if holds { Ok(()) } else { Err(VerifyError(what())) }
}

fn verify_space(projection: &snn_connect::Projection) -> Result<(), VerifyError> {
    let connector = &projection.connector;
    let reads = |p: &snn_kernel::Program| p.inputs > 2;
    let of_value = |value: &SynapseValue| matches!(value, SynapseValue::Program(p) if reads(p));
    let needed = match &connector.rule {
        Rule::Near { .. } | Rule::NearIndegree { .. } => true,
        Rule::PairProbability(program) => {
            program.verify().map_err(|e| VerifyError(e.0))?;
            reads(program)
        }
        _ => false,
    };
    match &connector.space {
        None => {
            let needed = needed || of_value(&projection.weight) || of_value(&projection.delay);
            require(!needed, || "positions are needed".into())
        }
        Some(space) => {
            let (sources, targets) = (connector.sources.segments(), connector.targets.segments());
            let fits = space.sources.len() == sources.len() && space.targets.len() == targets.len();
            require(fits, || "a layout per segment".into())
        }
    }
}
