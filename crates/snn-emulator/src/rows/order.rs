//! The order of a row by delay.

/// Sorts rows; its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct ByDelay {
    order: Vec<u32>,
    counts: Vec<u32>,
    packed: Vec<u64>,
}

impl ByDelay {
    /// The places of a row in the order of their ticks, equal ones as they stand.
    pub(super) fn of(&mut self, ticks: &[u16]) -> &[u32] {
        let least = ticks.iter().copied().min().unwrap_or(0);
        let most = ticks.iter().copied().max().unwrap_or(0);
        let span = usize::from(most - least) + 1;
        if span <= 2 * ticks.len() {
            self.count(ticks, least, span);
        } else {
            self.packed.clear();
            let keys = ticks.iter().zip(0u64..).map(|(tick, i)| u64::from(*tick) << 32 | i);
            self.packed.extend(keys);
            self.packed.sort_unstable();
            self.order.clear();
            self.order.extend(self.packed.iter().map(|key| *key as u32));
        }
        &self.order
    }

    /// By counting how many have each delay.
    fn count(&mut self, ticks: &[u16], least: u16, span: usize) {
        self.counts.clear();
        self.counts.resize(span, 0);
        for tick in ticks {
            self.counts[usize::from(tick - least)] += 1;
        }
        let mut first = 0;
        for count in &mut self.counts {
            first += std::mem::replace(count, first);
        }
        self.order.resize(ticks.len(), 0);
        for (tick, i) in ticks.iter().zip(0..) {
            let place = &mut self.counts[usize::from(tick - least)];
            self.order[*place as usize] = i;
            *place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stable_either_way(ticks in prop::collection::vec(0u16..40, 0..60), spread in 1u16..1000) {
            let ticks: Vec<u16> = ticks.into_iter().map(|t| t * spread).collect();
            let mut expected: Vec<u32> = (0..ticks.len() as u32).collect();
            expected.sort_by_key(|i| ticks[*i as usize]);
            let mut by_delay = ByDelay::default();
            prop_assert_eq!(by_delay.of(&ticks), &expected);
        }
    }
}
