//! Spikes between workers: one recycled batch per pair of workers and window, over a bounded channel.
//!
//! A batch is the only synchronisation. A worker sends to all peers, then receives from all peers. A
//! channel holds two batches: a peer whose batch of the window before has come has taken that of the window
//! before it, so that no send ever waits. What was received in one window is filled again in the next but one, so
//! that batches go round between two workers.

use crossbeam::channel::{Receiver, Sender, TryRecvError, bounded};

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

/// One worker's ends of the channels to and from one peer.
#[derive(Debug)]
pub(crate) struct Link {
    pub peer: usize,
    /// The peer's batch of the window that was exchanged last.
    pub received: Batch,
    /// How many of its spikes have been taken.
    taken: usize,
    /// What is filled next.
    spare: Batch,
    to: Sender<Batch>,
    from: Receiver<Batch>,
}

impl Link {
    /// Sends what `fill` puts into an empty batch. A peer that has ended takes nothing, and needs nothing.
    pub(crate) fn send(&mut self, fill: impl FnOnce(&mut Batch)) {
        let mut batch = std::mem::take(&mut self.spare);
        batch.spikes.clear();
        batch.values.clear();
        fill(&mut batch);
        let _ = self.to.send(batch);
    }

    /// Waits for the peer's batch of this window: spins, then lets other threads run. A peer that has ended
    /// by a panic sends the verdict to stop.
    pub(crate) fn receive(&mut self) {
        let mut tries = 0u32;
        let batch = loop {
            match self.from.try_recv() {
                Ok(batch) => break batch,
                Err(TryRecvError::Disconnected) => {
                    let verdict = Verdict { stop: true, bad: None };
                    break Batch { verdict, ..Batch::default() };
                }
                Err(TryRecvError::Empty) if tries < 2000 => {
                    tries += 1;
                    std::hint::spin_loop();
                }
                Err(TryRecvError::Empty) => std::thread::yield_now(),
            }
        };
        self.taken = 0;
        self.spare = std::mem::replace(&mut self.received, batch);
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

/// Links between all pairs of `workers`: entry w holds worker w's links in ascending order of peers.
pub(crate) fn links(workers: usize) -> Vec<Vec<Link>> {
    let mut links: Vec<Vec<Link>> = (0..workers).map(|_| Vec::new()).collect();
    for a in 0..workers {
        for b in a + 1..workers {
            let ((to_b, from_a), (to_a, from_b)) = (bounded(2), bounded(2));
            let link = |peer, to, from| Link {
                peer,
                received: Batch::default(),
                taken: 0,
                spare: Batch::default(),
                to,
                from,
            };
            links[a].push(link(b, to_b, from_b));
            links[b].push(link(a, to_a, from_a));
        }
    }
    links
}
