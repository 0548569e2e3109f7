//! How a case of the corpus is written.

use std::collections::BTreeMap;
use std::path::Path;

use snn::diagnostics::Severity;
use snn::model::Project;

/// A fault that the author of a case planted.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The source it lies in, as messages name it.
    pub path: String,
    /// 1-based line.
    pub line: usize,
    /// Whether it must be an error or a warning.
    pub severity: Severity,
    /// The text that the primary span must cover.
    pub token: Option<String>,
    /// Whether it lies in an imported file.
    pub imported: bool,
}

/// A program, its further files and its overrides.
#[derive(Clone, Debug)]
pub struct Case {
    /// Path below `tests/ui` without the ending.
    pub name: String,
    /// Path and text; the main file first.
    pub files: Vec<(String, String)>,
    /// Texts after `--set`.
    pub sets: Vec<String>,
    /// The planted faults.
    pub marks: Vec<Mark>,
}

impl Case {
    /// Reads the case at `path` below `root`.
    pub fn read(root: &Path, path: &Path) -> Self {
        let name = path.strip_prefix(root).unwrap().with_extension("");
        let main = format!("{}.snn", name.file_name().unwrap().to_string_lossy());
        let mut case = Self {
            name: name.to_string_lossy().replace('\\', "/"),
            files: vec![(main, String::new())],
            sets: Vec::new(),
            marks: Vec::new(),
        };
        for line in std::fs::read_to_string(path).unwrap().lines() {
            case.line(line);
        }
        case
    }

    fn line(&mut self, line: &str) {
        if let Some(path) = line.strip_prefix("// file: ") {
            self.files.push((path.to_owned(), String::new()));
            return;
        }
        let imported = self.files.len() > 1;
        let (path, text) = self.files.last_mut().unwrap();
        text.push_str(line);
        text.push('\n');
        let mut number = text.lines().count();
        let mut path = path.clone();
        if let Some(set) = line.strip_prefix("// set: ") {
            self.sets.push(set.split(" // ").next().unwrap().to_owned());
            (path, number) = (format!("<--set {}>", self.sets.len()), 1);
        }
        if let Some((severity, token)) = mark(line) {
            self.marks.push(Mark { path, line: number, severity, token, imported });
        }
    }

    /// The same case after its texts were changed.
    pub fn with_texts(&self, texts: &BTreeMap<String, String>) -> Self {
        let mut case = self.clone();
        for (path, text) in &mut case.files {
            if let Some(changed) = texts.get(path) {
                text.clone_from(changed);
            }
        }
        for (i, set) in case.sets.iter_mut().enumerate() {
            set.clone_from(&texts[&format!("<--set {}>", i + 1)]);
        }
        case
    }

    /// Loads the program.
    pub fn load(&self) -> Project {
        let (path, text) = &self.files[0];
        snn::load(path, text.clone(), &self.sets, &mut |wanted| {
            let file = self.files.iter().find(|(p, _)| p == wanted);
            file.map(|(_, t)| t.clone().into_bytes()).ok_or_else(|| format!("no {wanted} here"))
        })
    }

    /// The folder below `tests/ui`; empty for a case directly in it.
    pub fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The name of the snapshot that holds the case.
    pub fn group(&self) -> String {
        let folder = self.folder();
        if folder.is_empty() { self.name.clone() } else { folder.to_owned() }
    }

    /// Source and messages, as a snapshot holds them.
    pub fn shown(&self, rendered: &str) -> String {
        let rest = self.files[1..].iter().map(|(p, t)| format!("// file: {p}\n{t}"));
        let files: String = std::iter::once(self.files[0].1.clone()).chain(rest).collect();
        if self.folder().is_empty() {
            return format!("{files}\n---\n{rendered}");
        }
        format!("======== {} ========\n{files}\n{rendered}\n", self.name)
    }

    /// The guilty line with all numbers made equal.
    pub fn shape(&self, mark: &Mark) -> String {
        let file = self.files.iter().find(|(p, _)| *p == mark.path);
        let text = file.map_or("", |(_, t)| t.lines().nth(mark.line - 1).unwrap());
        let text = text.split(" // ").next().unwrap().trim();
        let mut shape = String::new();
        for c in text.chars() {
            let c = if c.is_ascii_digit() { '0' } else { c };
            if !(c == '0' && shape.ends_with('0')) {
                shape.push(c);
            }
        }
        shape
    }
}

/// Severity and token of a line that ends in `// error: token`, `// warning: token` or either without a token.
fn mark(line: &str) -> Option<(Severity, Option<String>)> {
    for (word, severity) in [("// error", Severity::Error), ("// warning", Severity::Warning)] {
        let Some((_, rest)) = line.rsplit_once(word) else { continue };
        if rest.is_empty() {
            return Some((severity, None));
        }
        if let Some(token) = rest.strip_prefix(": ") {
            return Some((severity, Some(token.to_owned())));
        }
    }
    None
}
