//! What is measured: networks of ours, and who else runs the same.

use crate::by_hand;

/// A network and those it is measured beside.
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// Its program, from the root of the tree.
    pub program: &'static str,
    /// What `--set` would change.
    pub sets: &'static [&'static str],
    /// Who else runs it.
    pub peers: &'static [Peer],
}

/// Someone else's program for a network; the texts are arguments of its script.
#[derive(Clone, Copy)]
pub enum Peer {
    /// NEST.
    Nest(&'static [&'static str]),
    /// Brian2, C++ standalone.
    Brian(&'static [&'static str]),
    /// SANA-FE, on its architecture of 128 cores.
    Sanafe(&'static [&'static str]),
    /// The reference in C, specialised for its network, in f32.
    Reference(&'static [&'static str]),
    /// A loop by hand in Rust: spikes in so many ticks of 0.1 ms.
    Loop(fn(u32) -> u64),
}

use Peer::{Brian, Loop, Nest, Reference, Sanafe};

const BRUNEL: &[Peer] = &[
    Nest(&["--network", "brunel"]),
    Brian(&["--network", "brunel"]),
    Reference(&["brunel", "1", "1000", "1"]),
];
const CUBA: &[Peer] = &[Nest(&["--network", "cuba"]), Brian(&["--network", "cuba"])];
const COBA: &[Peer] = &[Brian(&["--network", "coba"])];
const COBA_RK4: &[Peer] = &[Brian(&["--network", "coba", "--method", "rk4"])];
const STDP: &[Peer] = &[Nest(&["--network", "stdp"]), Brian(&["--network", "stdp"])];
const SPARSE: &[Peer] = &[
    Nest(&["--network", "sparse", "--rate", "1"]),
    Brian(&["--network", "sparse", "--rate", "1", "--drive", "precomputed"]),
    Reference(&["sparse", "lazy", "1", "1000", "1"]),
];
const SPARSER: &[Peer] = &[
    Nest(&["--network", "sparse", "--rate", "0.1"]),
    Brian(&["--network", "sparse", "--rate", "0.1", "--drive", "precomputed"]),
    Reference(&["sparse", "lazy", "0.1", "1000", "1"]),
];
const COLUMN: &[Peer] = &[Nest(&["--network", "pd", "--scale", "0.1"])];
const CHIP: &[Peer] = &[Sanafe(&["--steps", "100", "--timing", "simple"])];

const RARE: &[&str] = &["sparse.rate=0.1 Hz"];

/// All of them.
pub const WORKLOADS: &[Workload] = &[
    workload("brunel", "examples/brunel.snn", &[], BRUNEL),
    workload("brunel_f32", "crates/snn-bench/networks/brunel_f32.snn", &[], BRUNEL),
    workload("cuba", "examples/cuba.snn", &["sustained.run=10 s"], CUBA),
    workload("cuba_f32", "crates/snn-bench/networks/cuba_f32.snn", &[], CUBA),
    workload("coba", "crates/snn-bench/networks/coba.snn", &[], COBA),
    workload("coba_rk4", "examples/coba.snn", &["sustained.run=2 s"], COBA_RK4),
    workload("stdp", "crates/snn-bench/networks/stdp.snn", &[], STDP),
    workload("stdp_f32", "crates/snn-bench/networks/stdp_f32.snn", &[], STDP),
    workload(
        "column",
        "examples/microcircuit.snn",
        &["microcircuit.scale=0.1", "spontaneous.run=1 s"],
        COLUMN,
    ),
    workload("chip", "crates/snn-bench/networks/chip.snn", &[], CHIP),
    workload("sparse", "crates/snn-bench/networks/sparse.snn", &[], SPARSE),
    workload("sparse_f32", "crates/snn-bench/networks/sparse_f32.snn", &[], SPARSE),
    workload("sparser", "crates/snn-bench/networks/sparse.snn", RARE, SPARSER),
    workload("sparser_f32", "crates/snn-bench/networks/sparse_f32.snn", RARE, SPARSER),
    workload("active", "crates/snn-bench/networks/active.snn", &[], &[]),
    workload("silent", "crates/snn-bench/networks/silent.snn", &[], &[]),
    workload("unseen", "crates/snn-bench/networks/unseen.snn", &[], &[Loop(by_hand::unseen)]),
    workload("library", "crates/snn-bench/networks/library.snn", &[], &[Loop(by_hand::library)]),
];

const fn workload(
    name: &'static str,
    program: &'static str,
    sets: &'static [&'static str],
    peers: &'static [Peer],
) -> Workload {
    Workload { name, program, sets, peers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_workload_compiles() {
        for workload in WORKLOADS {
            let compiled = crate::systems::compiled(workload);
            assert!(compiled.is_ok(), "{}: {:?}", workload.name, compiled.err());
        }
    }
}
