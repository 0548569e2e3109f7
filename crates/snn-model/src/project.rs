//! The files of one compilation: the main file, its imports, the data files it names, overrides.
//!
//! The caller loads: it asks [`Project::wanted`], hands each text or the reason why there is none to
//! [`Project::supply`], and repeats until nothing is wanted.

use std::collections::BTreeMap;

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, SourceId, SourceMap, Span};
use snn_syntax::ast;

mod cycles;
mod paths;
#[cfg(test)]
mod tests;
mod texts;

/// The neurons of the library: one file to users, a file for each family here.
pub(crate) const NEURONS: &str = concat!(
    include_str!("../std/neurons/integrate.snn"),
    "\n",
    include_str!("../std/neurons/thresholds.snn"),
    "\n",
    include_str!("../std/neurons/upstroke.snn"),
    "\n",
    include_str!("../std/neurons/channels.snn"),
    "\n",
    include_str!("../std/neurons/dendrites.snn"),
);

/// The built-in library: path as imported, and its text.
const LIBRARY: &[(&str, &str)] = &[
    ("std/neurons.snn", NEURONS),
    ("std/chips.snn", include_str!("../std/chips.snn")),
    ("std/synapses.snn", include_str!("../std/synapses.snn")),
    ("std/plasticity.snn", include_str!("../std/plasticity.snn")),
    ("std/hardware.snn", include_str!("../std/hardware.snn")),
];

/// Index of a parsed file in its [`Project`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileId(pub usize);

/// A parsed file.
#[derive(Debug)]
pub(crate) struct File {
    /// Path relative to where the main file's path starts; `std/…` in the library.
    pub path: String,
    /// Its text in the source map.
    pub source: SourceId,
    /// Its items.
    pub tree: ast::File,
}

/// `--set PATH=EXPR`.
#[derive(Debug)]
pub(crate) struct Override {
    /// The parsed text; none where it could not be parsed (reported).
    pub set: Option<snn_syntax::Set>,
}

/// What a wanted file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedKind {
    /// Text of the language.
    Source,
    /// A data file of a source or a rule.
    Data,
}

/// A file to be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its path: that of the importing file's folder and the written one, normalised.
    pub path: String,
    /// What it is.
    pub kind: WantedKind,
    /// Where it is named.
    pub from: Span,
}

/// Sources, parsed, and data.
#[derive(Debug)]
pub struct Project {
    /// All texts; the main file is the first.
    pub sources: SourceMap,
    files: Vec<File>,
    by_path: BTreeMap<String, FileId>,
    wanted: BTreeMap<String, Wanted>,
    data: BTreeMap<String, Vec<u8>>,
    missing: BTreeMap<String, ()>,
    overrides: Vec<Override>,
    diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// A project of a main file. `main_path` is shown in messages and is what imports are relative to.
    pub fn new(main_path: &str, text: String) -> Self {
        let mut project = Self {
            sources: SourceMap::default(),
            files: Vec::new(),
            by_path: BTreeMap::new(),
            wanted: BTreeMap::new(),
            data: BTreeMap::new(),
            missing: BTreeMap::new(),
            overrides: Vec::new(),
            diagnostics: Vec::new(),
        };
        project.add_file(&paths::normalise(main_path), text);
        project.library("std/chips.snn");
        project
    }

    /// The files still to be loaded, sorted by path.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.wanted.values().cloned().collect()
    }

    /// Hands over the contents of a wanted file, or the reason why it cannot be read. Other paths are
    /// ignored.
    pub fn supply(&mut self, path: &str, bytes: Result<Vec<u8>, String>) {
        let Some(wanted) = self.wanted.remove(path) else { return };
        match (bytes, wanted.kind) {
            (Err(reason), _) => {
                self.missing.insert(path.to_owned(), ());
                let message = format!("cannot read `{path}`: {reason}");
                self.diagnostics.push(Diagnostic::new(
                    types::CANNOT_READ,
                    wanted.from,
                    message,
                    "named here",
                ));
            }
            (Ok(bytes), WantedKind::Data) => {
                self.data.insert(path.to_owned(), bytes);
            }
            (Ok(bytes), WantedKind::Source) => self.supply_source(path, bytes, wanted.from),
        }
    }

    /// Adds an override, the text after `--set`.
    pub fn add_set(&mut self, text: &str) {
        let name = format!("<--set {}>", self.overrides.len() + 1);
        let source = self.sources.add(name, text);
        let parsed = snn_syntax::parse_set(source, text);
        self.diagnostics.extend(parsed.diagnostics);
        self.overrides.push(Override { set: parsed.value });
    }

    /// Faults of loading and parsing, and import cycles.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics.clone();
        cycles::report(self, &mut all);
        all
    }

    /// The main file.
    pub(crate) fn main(&self) -> FileId {
        FileId(0)
    }

    /// The built-in chips.
    pub(crate) fn chips(&self) -> FileId {
        self.by_path["std/chips.snn"]
    }

    /// All files, the main one first.
    pub(crate) fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i), file))
    }

    /// A file.
    pub(crate) fn file(&self, id: FileId) -> &File {
        &self.files[id.0]
    }

    /// The file an import of `from` means, where it could be loaded.
    pub(crate) fn imported(&self, from: FileId, path: &str) -> Option<FileId> {
        self.by_path.get(&self.resolve_path(from, path)).copied()
    }

    /// The contents of the data file that `file("…")` in `from` means; none where it could not be read
    /// (reported).
    pub(crate) fn data(&self, from: FileId, path: &str) -> Option<&[u8]> {
        self.data.get(&self.resolve_path(from, path)).map(Vec::as_slice)
    }

    /// The bytes of all data files that were read, ascending by path.
    pub fn data_files(&self) -> impl Iterator<Item = &[u8]> {
        self.data.values().map(Vec::as_slice)
    }

    /// The overrides in order.
    pub(crate) fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Whether a text belongs to the built-in library.
    pub(crate) fn is_library(&self, source: SourceId) -> bool {
        let path = &self.sources.get(source).path;
        LIBRARY.iter().any(|(name, _)| name == path)
            && self.files.iter().any(|f| f.source == source && f.path == *path)
            && source != self.files[0].source
    }

    fn resolve_path(&self, from: FileId, path: &str) -> String {
        paths::relative_to(&self.file(from).path, path)
    }

    fn supply_source(&mut self, path: &str, bytes: Vec<u8>, from: Span) {
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.add_file(path, text);
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let message = format!("`{path}` is not UTF-8 text: byte {at} is odd");
                self.diagnostics.push(Diagnostic::new(
                    types::CANNOT_READ,
                    from,
                    message,
                    "imported here",
                ));
            }
        }
    }

    fn library(&mut self, path: &str) -> Option<FileId> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        let (name, text) = LIBRARY.iter().find(|(name, _)| *name == path)?;
        Some(self.add_file(name, (*text).to_owned()))
    }

    /// Parses a text and asks for what it imports. Recursion: library files import only library files.
    fn add_file(&mut self, path: &str, text: String) -> FileId {
        let source = self.sources.add(path, text);
        let parsed = snn_syntax::parse(source, &self.sources.get(source).text);
        self.diagnostics.extend(parsed.diagnostics);
        let tree = parsed.value.unwrap_or_default();
        let named = texts::named(&tree);
        let id = FileId(self.files.len());
        self.files.push(File { path: path.to_owned(), source, tree });
        self.by_path.insert(path.to_owned(), id);
        for file in named {
            self.want(id, file);
        }
        id
    }

    fn want(&mut self, from: FileId, named: texts::Named) {
        let path = self.resolve_path(from, &named.path);
        if named.kind == WantedKind::Source && paths::is_library(&path) {
            if self.library(&path).is_none() {
                self.unknown_library(&path, named.span);
            }
            return;
        }
        let known = match named.kind {
            WantedKind::Source => self.by_path.contains_key(&path),
            WantedKind::Data => self.data.contains_key(&path),
        };
        if !known && !self.missing.contains_key(&path) {
            let wanted = Wanted { path: path.clone(), kind: named.kind, from: named.span };
            self.wanted.entry(path).or_insert(wanted);
        }
    }

    fn unknown_library(&mut self, path: &str, span: Span) {
        let names: Vec<String> = LIBRARY.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("the built-in library has no `{path}`");
        self.diagnostics.push(
            Diagnostic::new(types::CANNOT_READ, span, message, "no such file")
                .with_help(format!("it has {}", names.join(", "))),
        );
    }
}
