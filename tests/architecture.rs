//! The house is built as `spec/architecture.md` draws it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Direct normal dependencies of every workspace crate.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into()])
        .exec()
        .unwrap();
    let packages = metadata.packages.iter();
    packages
        .map(|p| {
            let normal =
                |d: &&cargo_metadata::Dependency| d.kind == cargo_metadata::DependencyKind::Normal;
            let names = p.dependencies.iter().filter(normal).map(|d| d.name.clone());
            (p.name.to_string(), names.collect())
        })
        .collect()
}

/// Every Rust file under `folder`, with its text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    files(folder, "rs")
}

/// Every file with this extension under `folder`, with its text.
fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let drawn = std::fs::read_to_string(root().join("spec/architecture.md")).unwrap();
    let block = drawn.split("```crates\n").nth(1).unwrap().split("```").next().unwrap();
    let mut wanted = BTreeMap::new();
    for line in block.lines().filter(|l| l.starts_with("snn")) {
        let (name, rest) = line.split_once("->").unwrap_or((line, ""));
        let name = name.split_whitespace().next().unwrap();
        let needs = rest.split("  ").next().unwrap_or("").split(',').map(str::trim);
        let needs: BTreeSet<String> = needs
            .filter(|n| !n.is_empty())
            .map(|n| format!("snn-{n}").replace("snn-snn", "snn"))
            .collect();
        wanted.insert(name.to_string(), needs);
    }
    for (name, found) in dependencies() {
        let ours: BTreeSet<String> =
            found.into_iter().filter(|d| d == "snn" || d.starts_with("snn-")).collect();
        assert_eq!(Some(&ours), wanted.get(&name), "{name}: found (left) and drawn (right)");
    }
}

#[test]
fn libraries_stay_in_their_rooms() {
    let rooms = [
        ("ariadne", &["snn-diagnostics"] as &[&str]),
        ("logos", &["snn-syntax"]),
        ("chumsky", &["snn-syntax"]),
        ("petgraph", &["snn-ir", "snn-map"]),
        ("crossbeam", &["snn-emulator"]),
    ];
    let dependencies = dependencies();
    for (library, allowed) in rooms {
        for (name, needs) in &dependencies {
            if needs.contains(library) {
                assert!(allowed.contains(&name.as_str()), "{name} must not know {library}");
            }
        }
        for name in allowed {
            assert!(dependencies[*name].contains(library), "{name} lost {library}");
        }
    }
}

#[test]
fn models_and_chips_are_text_only() {
    let library = root().join("crates/snn-model/std");
    let mut names = BTreeSet::new();
    for (_, text) in files(&library, "snn") {
        for line in text.lines() {
            for keyword in ["neuron ", "chip "] {
                if let Some(rest) = line.strip_prefix(keyword) {
                    names.insert(rest.split_whitespace().next().unwrap().to_string());
                }
            }
        }
    }
    assert!(names.len() >= 8, "the library has more models: {names:?}");
    for (path, text) in sources(&root().join("crates")) {
        let shown = path.display().to_string();
        let is_test = |part: &str| part.starts_with("tests") || part.ends_with("tests.rs");
        if path.iter().any(|p| p.to_str().is_some_and(is_test)) || shown.contains("snn-bench") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in words {
                assert!(!names.contains(word), "{shown} names the model or chip {word}: {line}");
            }
        }
    }
}

#[test]
fn files_stay_small_and_safe() {
    for (path, text) in sources(&root().join("crates")) {
        let shown = path.display().to_string();
        let lines = text.lines().count();
        assert!(lines <= 600, "{shown} has {lines} lines");
        let hot = shown.contains("snn-kernel") || shown.contains("snn-emulator");
        let asks = text.contains("allow(unsafe_code)") && !shown.contains("tests/architecture");
        assert!(hot || !asks, "{shown} asks for unsafe code");
    }
}
