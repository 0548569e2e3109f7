//! Spikes between workers: one recycled batch per pair of workers and window.
//!
//! A batch is the only synchronisation. A worker sends to all peers, then receives from all peers. A
//! mailbox holds two batches: a peer whose batch of the window before has come has emptied that of the window
//! before it, so that no send ever waits and no lock is ever contended.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::utils::CachePadded;

use crate::part::Bad;

/// The spikes of one worker's window that one peer needs, ascending by (tick, id).
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub spikes: Vec<(u64, u32)>,
    /// States that the peer needs, tick by tick.
    pub values: Vec<f64>,
    pub verdict: Verdict,
}

/// Whether the run goes on after this window; workers agree on the worst of all verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub stop: bool,
    pub bad: Option<Bad>,
}

impl Verdict {
    pub(crate) fn merge(&mut self, other: Self) {
        self.stop |= other.stop;
        let earlier = |a: Bad, b: Bad| if (b.tick, b.id) < (a.tick, a.id) { b } else { a };
        self.bad = match (self.bad, other.bad) {
            (Some(a), Some(b)) => Some(earlier(a, b)),
            (a, b) => a.or(b),
        };
    }
}

/// One direction between two workers. What is polled and what is written lie on cache lines of their own.
#[derive(Debug, Default)]
struct Mailbox {
    /// Batches put in so far.
    sent: CachePadded<AtomicU64>,
    batches: [CachePadded<Mutex<Batch>>; 2],
    /// Whether the sender has ended.
    closed: CachePadded<AtomicBool>,
}

impl Mailbox {
    /// Exchanges the batch of a window with another.
    fn swap(&self, window: u64, batch: &mut Batch) {
        let slot = self.batches[(window & 1) as usize].lock();
        std::mem::swap(&mut *slot.unwrap_or_else(PoisonError::into_inner), batch);
    }
}

/// One worker's ends of the mailboxes to and from one peer.
#[derive(Debug)]
pub(crate) struct Link {
    pub peer: usize,
    /// The peer's batch of the window that was exchanged last.
    pub received: Batch,
    /// How many of its spikes have been taken.
    taken: usize,
    /// An empty batch.
    spare: Batch,
    /// Windows sent and received.
    windows: [u64; 2],
    to: Arc<Mailbox>,
    from: Arc<Mailbox>,
}

impl Link {
    /// Sends what `fill` puts into an empty batch.
    pub(crate) fn send(&mut self, fill: impl FnOnce(&mut Batch)) {
        fill(&mut self.spare);
        self.to.swap(self.windows[0], &mut self.spare);
        self.spare.spikes.clear();
        self.spare.values.clear();
        self.windows[0] += 1;
        self.to.sent.store(self.windows[0], Ordering::Release);
    }

    /// Waits for the peer's batch of this window: spins, then lets other threads run. A peer that has ended
    /// by a panic sends the verdict to stop.
    pub(crate) fn receive(&mut self) {
        let mut tries = 0u32;
        self.taken = 0;
        while self.from.sent.load(Ordering::Acquire) <= self.windows[1] {
            if tries < 2000 {
                tries += 1;
                std::hint::spin_loop();
                continue;
            }
            let closed = self.from.closed.load(Ordering::Acquire);
            if closed && self.from.sent.load(Ordering::Acquire) <= self.windows[1] {
                let verdict = Verdict { stop: true, bad: None };
                self.received = Batch { verdict, ..Batch::default() };
                return;
            }
            std::thread::yield_now();
        }
        self.from.swap(self.windows[1], &mut self.received);
        self.windows[1] += 1;
    }

    /// The received spikes up to a tick that were not taken before.
    pub(crate) fn take(&mut self, tick: u64) -> &[(u64, u32)] {
        next(&self.received.spikes, &mut self.taken, tick)
    }
}

/// The spikes after the first `taken` up to a tick; those are taken then.
pub(crate) fn next<'a>(spikes: &'a [(u64, u32)], taken: &mut usize, tick: u64) -> &'a [(u64, u32)] {
    let rest = &spikes[*taken..];
    let now = rest.iter().take_while(|(t, _)| *t <= tick).count();
    *taken += now;
    &rest[..now]
}

impl Drop for Link {
    fn drop(&mut self) {
        self.to.closed.store(true, Ordering::Release);
    }
}

/// Links between all pairs of `workers`: entry w holds worker w's links in ascending order of peers.
pub(crate) fn links(workers: usize) -> Vec<Vec<Link>> {
    let mut links: Vec<Vec<Link>> = (0..workers).map(|_| Vec::new()).collect();
    for a in 0..workers {
        for b in a + 1..workers {
            let (ab, ba) = (Arc::<Mailbox>::default(), Arc::<Mailbox>::default());
            let link = |peer, to: &Arc<Mailbox>, from: &Arc<Mailbox>| Link {
                peer,
                received: Batch::default(),
                taken: 0,
                spare: Batch::default(),
                windows: [0; 2],
                to: to.clone(),
                from: from.clone(),
            };
            links[a].push(link(b, &ab, &ba));
            links[b].push(link(a, &ba, &ab));
        }
    }
    links
}
