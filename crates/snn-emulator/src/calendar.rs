//! Who is due when: a wheel of ticks, each with a list of those due in it or whole turns later.
//!
//! A wheel of as many ticks as two dues lie apart finds each in a few looks, whatever their number.

/// The end of a list.
const NONE: u32 = u32::MAX;

/// Slots 0, 1, … by the tick in which they are due.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// First slot of each tick of the turn; their number is a power of two.
    heads: Vec<u32>,
    /// The slot after each.
    next: Vec<u32>,
}

impl Calendar {
    /// A calendar for so many slots, each due about every `interval` ticks.
    pub(crate) fn new(slots: usize, interval: f64) -> Self {
        let ticks = (interval.clamp(64.0, 65_536.0) as usize).next_power_of_two();
        Self { heads: vec![NONE; ticks], next: vec![NONE; slots] }
    }

    /// Enters a slot that is in no list.
    pub(crate) fn enter(&mut self, slot: usize, due: u64) {
        let place = self.place(due);
        self.next[slot] = std::mem::replace(&mut self.heads[place], slot as u32);
    }

    /// Takes all slots out of the list of a tick and calls `f` for each; `f` says when the slot is due next, this
    /// tick having passed.
    pub(crate) fn turn(&mut self, tick: u64, mut f: impl FnMut(usize) -> u64) {
        let place = self.place(tick);
        let mut slot = std::mem::replace(&mut self.heads[place], NONE);
        while slot != NONE {
            let next = self.next[slot as usize];
            let due = f(slot as usize);
            self.enter(slot as usize, due);
            slot = next;
        }
    }

    /// The list of a tick.
    fn place(&self, tick: u64) -> usize {
        tick as usize & (self.heads.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_comes_when_it_is_due() {
        let mut calendar = Calendar::new(5, 64.0);
        let mut due = [3u64, 3, 64, 200, 1_000];
        for (slot, tick) in due.iter().enumerate() {
            calendar.enter(slot, *tick);
        }
        let mut found = Vec::new();
        for tick in 1..=1_000 {
            calendar.turn(tick, |slot| {
                if due[slot] == tick {
                    found.push((tick, slot));
                    due[slot] += 300 * (slot as u64 + 1);
                }
                due[slot]
            });
        }
        found.sort_unstable();
        let mut wanted: Vec<(u64, usize)> = Vec::new();
        for (slot, first) in [3u64, 3, 64, 200, 1_000].into_iter().enumerate() {
            let all = (0..).map(|n| first + n * 300 * (slot as u64 + 1));
            wanted.extend(all.take_while(|t| *t <= 1_000).map(|t| (t, slot)));
        }
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }
}
