//! Which worker owns which cores.

use snn_chip::ChipImage;

use crate::part::OwnedRange;

/// Cuts the cores into contiguous shares of about equal numbers of neurons, one per worker; ranges
/// ascend by object and start.
pub(crate) fn shares(image: &ChipImage, threads: usize) -> Vec<Vec<OwnedRange>> {
    let neurons = |c: &snn_chip::CoreImage| c.parts.iter().map(|p| u64::from(p.len)).sum::<u64>();
    let total: u64 = image.cores.iter().map(neurons).sum();
    let workers = threads.min(image.cores.len()).max(1) as u64;
    let mut shares = vec![Vec::new(); workers as usize];
    let mut before = 0;
    for (core, c) in image.cores.iter().enumerate() {
        let middle = before + neurons(c) / 2;
        let share = (middle * workers / total.max(1)).min(workers - 1);
        for part in &c.parts {
            shares[share as usize].push(OwnedRange {
                object: part.object,
                start: part.start,
                len: part.len,
                neuron: 0,
                core: core as u32,
            });
        }
        before += neurons(c);
    }
    shares.retain(|s| !s.is_empty());
    if shares.is_empty() {
        // A network of sources alone still needs somebody to count its ticks.
        shares.push(Vec::new());
    }
    for share in &mut shares {
        share.sort_unstable_by_key(|r| (r.object, r.start));
    }
    shares
}
