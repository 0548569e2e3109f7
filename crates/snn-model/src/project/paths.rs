//! Paths as text: relative to the importing file, with `/` on every system.

/// Whether a normalised path belongs to the built-in library.
pub(super) fn is_library(path: &str) -> bool {
    path.starts_with("std/")
}

/// The path that `written` in the file `from` means. `std/…` is always the library.
pub(super) fn relative_to(from: &str, written: &str) -> String {
    if is_library(written) || is_absolute(written) {
        return normalise(written);
    }
    match from.rsplit_once('/') {
        Some((folder, _)) => normalise(&format!("{folder}/{written}")),
        None => normalise(written),
    }
}

/// Without `.` and inner `..`, separated by `/`.
pub(super) fn normalise(path: &str) -> String {
    let path = path.replace('\\', "/");
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !root.is_empty() => {}
            _ => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/')
        || path.starts_with('\\')
        || path.get(1..3).is_some_and(|p| p == ":/" || p == ":\\")
}

#[cfg(test)]
mod tests {
    use super::{normalise, relative_to};

    #[test]
    fn paths_are_relative_to_the_importing_file() {
        assert_eq!(relative_to("nets/brunel.snn", "cells/lif.snn"), "nets/cells/lif.snn");
        assert_eq!(relative_to("nets/brunel.snn", "../lif.snn"), "lif.snn");
        assert_eq!(relative_to("brunel.snn", "../lif.snn"), "../lif.snn");
        assert_eq!(relative_to("nets/brunel.snn", "std/neurons.snn"), "std/neurons.snn");
        assert_eq!(relative_to("/a/b.snn", "../../../c.snn"), "/c.snn");
        assert_eq!(normalise("./a//b/./c.snn"), "a/b/c.snn");
    }
}
