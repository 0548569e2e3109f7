//! Where the time of a run goes. Each worker reads the clock in one tick, and around one exchange, of
//! seventeen, so that reading it costs nothing to speak of; what it read is scaled to all of them.

use std::time::{Duration, Instant};

use snn_result::WorkerCost;

/// One tick or exchange of so many is timed: a prime, so that no rhythm of a network falls in with it.
const ONE_OF: u64 = 17;

/// What a worker does at some time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase {
    Input,
    Trains,
    Delivery,
    Update,
    Plasticity,
    Samples,
    Exchange,
    Handing,
}

/// Phases of an exchange, not of a tick.
const OF_EXCHANGES: [Phase; 2] = [Phase::Trains, Phase::Exchange];

/// The clock of one worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    /// When the phase at hand began, in a tick or exchange that is timed.
    since: Option<Instant>,
    spent: [Duration; 8],
    ticks: Timed,
    exchanges: Timed,
}

/// How many there were, and how many of them were timed.
#[derive(Clone, Copy, Debug, Default)]
struct Timed {
    all: u64,
    timed: u64,
}

impl Timed {
    fn next(&mut self) -> Option<Instant> {
        self.all += 1;
        (self.all % ONE_OF == ONE_OF / 2).then(|| {
            self.timed += 1;
            Instant::now()
        })
    }

    fn scale(self) -> f64 {
        self.all as f64 / self.timed.max(1) as f64
    }
}

impl Clock {
    /// A tick begins.
    pub(crate) fn tick(&mut self) {
        self.since = self.ticks.next();
    }

    /// An exchange begins.
    pub(crate) fn exchange(&mut self) {
        self.since = self.exchanges.next();
    }

    /// What was done since the last call was this; gives its time where it was taken.
    #[inline]
    pub(crate) fn lap(&mut self, phase: Phase) -> Duration {
        let Some(since) = &mut self.since else { return Duration::ZERO };
        let now = Instant::now();
        let spent = now - *since;
        *since = now;
        self.spent[phase as usize] += spent;
        spent
    }

    /// Times what is done seldom, each time.
    pub(crate) fn seldom(&mut self, phase: Phase, since: Instant) {
        self.spent[phase as usize] += since.elapsed();
    }

    /// Scale of what was taken inside of ticks.
    pub(crate) fn tick_scale(&self) -> f64 {
        self.ticks.scale()
    }

    /// Ticks begun.
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks.all
    }

    pub(crate) fn cost(&self) -> WorkerCost {
        let of = |phase: Phase| {
            let among = |p: &Phase| *p as usize == phase as usize;
            let scale = match phase {
                Phase::Handing => 1.0,
                _ if OF_EXCHANGES.iter().any(among) => self.exchanges.scale(),
                _ => self.ticks.scale(),
            };
            self.spent[phase as usize].as_secs_f64() * scale
        };
        WorkerCost {
            input_s: of(Phase::Input) + of(Phase::Trains),
            delivery_s: of(Phase::Delivery),
            update_s: of(Phase::Update),
            plasticity_s: of(Phase::Plasticity),
            recording_s: of(Phase::Samples) + of(Phase::Handing),
            exchange_s: of(Phase::Exchange),
        }
    }
}
