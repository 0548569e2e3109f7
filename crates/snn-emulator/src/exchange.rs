//! Spikes between workers: one recycled batch per pair of workers and window, over bounded channels.
//!
//! A batch is the only synchronisation. A worker sends to all peers, then receives from all peers; a
//! channel holds two batches and nobody can be more than one window ahead, so that no send ever blocks.

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
    to: Sender<Batch>,
    from: Receiver<Batch>,
    /// Batches come back this way to be filled again.
    spare: Receiver<Batch>,
    give_back: Sender<Batch>,
}

impl Link {
    /// An empty batch, used before where one has come back.
    pub(crate) fn empty(&self) -> Batch {
        let mut batch = self.spare.try_recv().unwrap_or_default();
        batch.spikes.clear();
        batch.values.clear();
        batch
    }

    /// Sends a batch. A peer that has ended takes nothing, and needs nothing.
    pub(crate) fn send(&self, batch: Batch) {
        let _ = self.to.send(batch);
    }

    /// The peer's batch of this window: spins, then lets other threads run. A peer that has ended by a
    /// panic sends the verdict to stop.
    pub(crate) fn receive(&self) -> Batch {
        let mut tries = 0u32;
        loop {
            match self.from.try_recv() {
                Ok(batch) => return batch,
                Err(TryRecvError::Disconnected) => {
                    return Batch {
                        verdict: Verdict { stop: true, bad: None },
                        ..Batch::default()
                    };
                }
                Err(TryRecvError::Empty) if tries < 2000 => {
                    tries += 1;
                    std::hint::spin_loop();
                }
                Err(TryRecvError::Empty) => std::thread::yield_now(),
            }
        }
    }

    /// Returns a batch to the peer that filled it.
    pub(crate) fn give_back(&self, batch: Batch) {
        let _ = self.give_back.try_send(batch);
    }
}

/// Links between all pairs of `workers`: entry w holds worker w's links in ascending order of peers.
pub(crate) fn links(workers: usize) -> Vec<Vec<Link>> {
    let mut links: Vec<Vec<Link>> = (0..workers).map(|_| Vec::new()).collect();
    for a in 0..workers {
        for b in a + 1..workers {
            let (ab_send, ab_receive) = bounded(2);
            let (ba_send, ba_receive) = bounded(2);
            let (ab_spare, spare_of_a) = bounded(4);
            let (ba_spare, spare_of_b) = bounded(4);
            links[a].push(Link {
                peer: b,
                to: ab_send,
                from: ba_receive,
                spare: spare_of_a,
                give_back: ba_spare,
            });
            links[b].push(Link {
                peer: a,
                to: ba_send,
                from: ab_receive,
                spare: spare_of_b,
                give_back: ab_spare,
            });
        }
    }
    links
}
