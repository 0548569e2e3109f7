//! The invariants of images, beyond those of the network that an image is made of.
//!
//! - Every population's program is there and passes its own verifier.
//! - Every neuron is on exactly one core; a core's parts are ascending, and are neurons that exist.
//! - Cores are ascending.
//! - Projections and injections name neurons that exist.

use std::collections::BTreeMap;

use snn_connect::Selection;

use crate::{ChipImage, ImageObjectKind};

/// A broken invariant: our fault, never the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError(pub String);

impl ChipImage {
    /// Checks every invariant listed in this module.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn verify(&self) -> Result<(), VerifyError> {
        for object in &self.objects {
            if let ImageObjectKind::Population(program) = object.kind {
                let known = self.programs.get(program);
                let known =
                    known.ok_or_else(|| fault(format!("{} has no program", object.name)))?;
                known.verify().map_err(|e| fault(format!("{}: {}", object.name, e.0)))?;
            }
        }
        self.verify_cores()?;
        for projection in &self.projections {
            self.within(&projection.connector.sources)?;
            self.within(&projection.connector.targets)?;
        }
        self.injects.iter().try_for_each(|inject| self.within(&inject.targets))
    }

    fn verify_cores(&self) -> Result<(), VerifyError> {
        require(self.cores.is_sorted_by(|a, b| a.core < b.core), || "cores out of order".into())?;
        // Per object: ranges by their first index.
        let mut placed: Vec<BTreeMap<u32, u32>> = vec![BTreeMap::new(); self.objects.len()];
        for core in &self.cores {
            let order = |p: &crate::CorePart| (p.object, p.start);
            require(core.parts.is_sorted_by(|a, b| order(a) < order(b)), || {
                format!("parts of core {} out of order", core.core.0)
            })?;
            for part in &core.parts {
                let object = self.objects.get(part.object as usize);
                let population = object
                    .filter(|o| matches!(o.kind, ImageObjectKind::Population(_)))
                    .ok_or_else(|| fault(format!("core {} holds no population", core.core.0)))?;
                let again = placed[part.object as usize].insert(part.start, part.len);
                require(again.is_none() && part.len > 0, || {
                    format!("{}[{}] is on two cores", population.name, part.start)
                })?;
            }
        }
        for (object, ranges) in self.objects.iter().zip(&placed) {
            if matches!(object.kind, ImageObjectKind::Source(_)) {
                continue;
            }
            let mut next = 0u64;
            for (start, len) in ranges {
                require(u64::from(*start) == next, || {
                    format!("{}[{next}] is on no core, or on two", object.name)
                })?;
                next += u64::from(*len);
            }
            require(next == u64::from(object.size), || {
                format!("{next} of {} neurons of {} are on cores", object.size, object.name)
            })?;
        }
        Ok(())
    }

    fn within(&self, selection: &Selection) -> Result<(), VerifyError> {
        selection.segments().iter().try_for_each(|s| {
            let end = u64::from(s.start) + u64::from(s.len);
            let size = self.objects.get(s.object as usize).map_or(0, |o| u64::from(o.size));
            require(end <= size, || format!("object {} has no {}", s.object, end.saturating_sub(1)))
        })
    }
}

fn fault(what: String) -> VerifyError {
    VerifyError(what)
}

fn require(holds: bool, what: impl FnOnce() -> String) -> Result<(), VerifyError> {
    if holds { Ok(()) } else { Err(VerifyError(what())) }
}
