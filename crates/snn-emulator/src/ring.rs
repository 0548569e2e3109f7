//! Spikes of the last ticks, by the tick in which they were emitted, sorted by id.

/// A spike, or several of one train in one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Emission {
    /// Who.
    pub id: u32,
    /// How often.
    pub times: u32,
}

/// The last `slots` ticks.
#[derive(Debug)]
pub(crate) struct SpikeRing {
    slots: Vec<Vec<Emission>>,
}

impl SpikeRing {
    pub(crate) fn new(ticks: u64) -> Self {
        Self { slots: vec![Vec::new(); ticks.max(1) as usize] }
    }

    /// Emissions stamped `tick`; empty before the first tick.
    #[inline]
    pub(crate) fn at(&self, tick: u64) -> &[Emission] {
        &self.slots[(tick % self.slots.len() as u64) as usize]
    }

    /// The slot of `tick`, emptied.
    pub(crate) fn open(&mut self, tick: u64) -> &mut Vec<Emission> {
        let slot = self.slot(tick);
        slot.clear();
        slot
    }

    /// The slot of `tick` as it is.
    pub(crate) fn slot(&mut self, tick: u64) -> &mut Vec<Emission> {
        let slots = self.slots.len() as u64;
        &mut self.slots[(tick % slots) as usize]
    }

    /// Number of ticks held.
    pub(crate) fn ticks(&self) -> u64 {
        self.slots.len() as u64
    }
}

/// Puts a slot filled from several sources into canonical order. Each id occurs once.
pub(crate) fn sort(slot: &mut [Emission]) {
    if !slot.is_sorted() {
        slot.sort_unstable();
    }
}
