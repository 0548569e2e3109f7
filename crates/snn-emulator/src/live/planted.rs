//! Faults of live synapses, planted by tests.

use std::sync::Arc;

use snn_kernel::{Advance, Binary, Op, Program};
use snn_numeric::Real;

use super::LiveBundle;
use super::blocks::Programs;
use super::replay::Spikes;
use crate::fault::Fault;

impl<T: Real> LiveBundle<T> {
    /// Breaks these synapses.
    pub(crate) fn plant(&mut self, fault: Fault) {
        self.fault = Some(fault);
        if fault != Fault::UnclippedWeight {
            return;
        }
        let mut kernel = self.live.kernel.clone();
        unclip(&mut kernel.pre);
        kernel.post.iter_mut().for_each(unclip);
        kernel.every.iter_mut().for_each(|(_, program)| unclip(program));
        if let Advance::Exact(program) | Advance::EachTick(program) = &mut kernel.advance {
            unclip(program);
        }
        self.programs = Arc::new(Programs::new(&kernel));
        self.pairs = None;
    }

    /// Whether this fault is planted.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Neurons whose spikes the synapses see.
    pub(super) fn noticed<'f>(&self, tick: u64, fired: &'f [u32]) -> &'f [u32] {
        match fired {
            [_, rest @ ..] if self.has(Fault::LostPostSpike) && tick.is_multiple_of(10) => rest,
            all => all,
        }
    }

    /// Spikes by which draws in `on pre` are keyed.
    pub(super) fn drawn_by(&self, spikes: Spikes) -> Spikes {
        Spikes { emitted: spikes.emitted + u64::from(self.has(Fault::WrongDraw)), ..spikes }
    }
}

/// Takes the bounds out of a program: what is a bound where it lies beyond it.
fn unclip(program: &mut Program) {
    for i in 0..program.ops.len() {
        if let Op::Select(beyond, bound, inside) = program.ops[i]
            && let Op::Binary(Binary::Gt | Binary::Lt, _, limit) = program.ops[beyond.0 as usize]
            && limit == bound
        {
            program.ops[i] = Op::Select(beyond, inside, inside);
        }
    }
}
