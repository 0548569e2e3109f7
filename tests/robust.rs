//! Whatever is written, the lexer, the parser and the checker end, soon, in bounded memory, without a panic;
//! and the formatter keeps every meaning. All inputs follow from seeds.
//!
//! `SNN_MUTATIONS`, `SNN_RANDOM_INPUTS` and `SNN_LAYOUTS` set how many are tried, `SNN_ROBUST_SEED` where they
//! begin; the defaults suit every run of the tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "robust/layouts.rs"]
mod layouts;
#[path = "robust/mutations.rs"]
mod mutations;

use std::path::{Path, PathBuf};

/// SplitMix64: a seeded stream of numbers.
pub struct Rng(pub u64);

impl Rng {
    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.number() % n as u64) as usize
    }

    /// One of a list, which is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A number from the environment.
pub fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Every program of the repository: path and text.
pub fn programs() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for folder in ["examples", "crates", "tests"] {
        collect(&root.join(folder), &mut found);
    }
    found.sort();
    assert!(found.len() >= 50, "{} programs", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "snn") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}
