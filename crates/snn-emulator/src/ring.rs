//! Spikes of the last ticks, by the tick in which they were emitted, sorted by id.

use crate::rows::{RowStore, Segment};

/// A spike, or several of one train in one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Emission {
    /// Who.
    pub id: u32,
    /// How often.
    pub times: u32,
}

/// The part of a sender's row that has not arrived yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    /// Its next segment among all, and the end of its row.
    at: u32,
    end: u32,
    /// Delay of that segment; none is left where it is the largest number.
    due: u64,
}

impl Next {
    fn new(rows: &RowStore, id: u32) -> Self {
        let (at, end) = rows.range(id);
        let mut next = Self { at, end, due: 0 };
        next.look(rows);
        next
    }

    fn look(&mut self, rows: &RowStore) {
        let segment = (self.at < self.end).then(|| rows.segments()[self.at as usize]);
        self.due = segment.map_or(u64::MAX, |segment| u64::from(segment.delay));
    }

    /// The segment that will be taken first with this delay.
    #[inline]
    pub(crate) fn due(&self, rows: &RowStore, delay: u64) -> Option<Segment> {
        (self.due == delay).then(|| rows.segments()[self.at as usize])
    }

    /// The next segment with this delay; those with shorter ones have been missed.
    #[inline]
    pub(crate) fn take(&mut self, rows: &RowStore, delay: u64) -> Option<Segment> {
        while self.due < delay {
            self.at += 1;
            self.look(rows);
        }
        if self.due > delay {
            return None;
        }
        let segment = rows.segments()[self.at as usize];
        self.at += 1;
        self.look(rows);
        Some(segment)
    }
}

/// The last `slots` ticks.
#[derive(Debug)]
pub(crate) struct SpikeRing {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    emissions: Vec<Emission>,
    /// One for each emission once the slot has been asked for.
    next: Vec<Next>,
}

impl SpikeRing {
    pub(crate) fn new(ticks: u64) -> Self {
        Self { slots: vec![Slot::default(); ticks.max(1) as usize] }
    }

    /// Emissions stamped `tick`; empty before the first tick.
    #[inline]
    pub(crate) fn at(&self, tick: u64) -> &[Emission] {
        &self.slots[(tick % self.slots.len() as u64) as usize].emissions
    }

    /// The same, each with what of its row has not arrived.
    #[inline]
    pub(crate) fn waiting(
        &mut self,
        tick: u64,
        rows: &RowStore,
    ) -> impl Iterator<Item = (Emission, &mut Next)> {
        let slots = self.slots.len() as u64;
        let Slot { emissions, next } = &mut self.slots[(tick % slots) as usize];
        if next.len() != emissions.len() {
            next.clear();
            next.extend(emissions.iter().map(|emission| Next::new(rows, emission.id)));
        }
        emissions.iter().copied().zip(next)
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
        let slot = &mut self.slots[(tick % slots) as usize];
        slot.next.clear();
        &mut slot.emissions
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
