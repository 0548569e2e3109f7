//! Changes between two pieces of a run: what differs from the network before.

use std::sync::Arc;

use snn_chip::Phase;
use snn_connect::{Live, SynapseValue};
use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::experiment::BAD_PHASE;
use snn_ir::Network;
use snn_kernel::NeuronKernel;
use snn_model::model::{self, Model};

use crate::current::received;
use crate::network::{Outcome, exposed, given, reads, value};
use crate::neuron::Given;
use crate::synapse;

/// A network as the changes up to some tick have left it.
struct Before {
    programs: Vec<Option<Arc<NeuronKernel>>>,
    weights: Vec<SynapseValue>,
    live: Vec<Option<Arc<Live>>>,
}

/// What each phase changes of the programs and weights before it.
pub(crate) fn phases(
    model: &Model,
    network: &mut Network,
    program: &mut dyn FnMut(&Arc<model::Neuron>, &Given<'_>) -> Outcome,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let projections = || network.projections().iter().map(|node| &node.projection);
    let mut before = Before {
        programs: network.objects().map(|(id, _)| network.kernel(id).cloned()).collect(),
        weights: projections().map(|p| p.weight.clone()).collect(),
        live: projections().map(|p| p.live.clone()).collect(),
    };
    let reads = reads(model);
    for phase in &model.phases {
        let mut change = Phase { after_tick: phase.after_tick, ..Phase::default() };
        before.programs(model, phase, &reads, program, &mut change, diagnostics);
        for p in 0..phase.projections.len() {
            let changed = before.projection(model, phase, p, &mut change);
            diagnostics.extend(changed.err().into_iter().flatten());
        }
        network.phases.push(change);
    }
}

impl Before {
    fn programs(
        &mut self,
        model: &Model,
        phase: &model::Phase,
        reads: &[Vec<String>],
        program: &mut dyn FnMut(&Arc<model::Neuron>, &Given<'_>) -> Outcome,
        change: &mut Phase,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (id, object) in phase.objects.iter().enumerate() {
            let model::ObjectKind::Population { neuron, parameters, initial, .. } = &object.kind
            else {
                continue;
            };
            let noises = received(&model.noises, id as u32);
            let exposed = exposed(model, id as u32, *neuron);
            let given =
                given(model, object, (parameters, initial), (&noises, &exposed, &reads[id]));
            let (kernel, found, _) = program(&model.neurons[*neuron], &given);
            diagnostics.extend(found);
            let (Some(kernel), Some(before)) = (kernel, &self.programs[id]) else { continue };
            if kernel.states != before.states {
                let message = format!("this changes how `{}` is integrated", object.name);
                let d =
                    Diagnostic::new(BAD_PHASE, phase.span, message, "other states from here on");
                diagnostics.push(d.with_label(object.span, "its states"));
                continue;
            }
            if kernel != *before {
                change.programs.push((id as u32, kernel.clone()));
                self.programs[id] = Some(kernel);
            }
        }
    }

    /// Weight and synapses of one projection.
    fn projection(
        &mut self,
        model: &Model,
        phase: &model::Phase,
        p: usize,
        change: &mut Phase,
    ) -> Result<(), Vec<Diagnostic>> {
        let projection = &phase.projections[p];
        let weight = value(&projection.weight, 1.0);
        if weight != self.weights[p] {
            change.weights.push((p, weight.clone()));
            if projection.live.as_ref().is_some_and(|live| live.learn.is_some()) {
                change.relearned.push(p);
            }
            self.weights[p] = weight;
        }
        let Some(before) = &self.live[p] else { return Ok(()) };
        let dt_ms = model.protocol.dt_ms.to_f64();
        let (live, found, _) = synapse::live(projection, dt_ms, model.chip.arithmetic);
        let Some(live) = live else { return Err(found) };
        if !before.changes_to(&live) {
            let message = format!("this changes traces of the synapses of `{}`", projection.name);
            let d = Diagnostic::new(BAD_PHASE, phase.span, message, "not between two pieces");
            return Err(vec![
                d.with_label(projection.span, "these")
                    .with_help("time constants and steps of traces and modulators stay"),
            ]);
        }
        if live != *before {
            change.live.push((p, live.clone()));
            self.live[p] = Some(live);
        }
        Ok(())
    }
}
