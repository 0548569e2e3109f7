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
    pub token: String,
    /// Whether it lies in an imported file.
    pub imported: bool,
}

/// A program, its further files and its overrides.
#[derive(Clone, Debug)]
pub struct Case {
    /// Path below `tests/ui` without the ending: folder and name.
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
        let text = std::fs::read_to_string(path).unwrap();
        Self::parse(name.to_string_lossy().replace('\\', "/"), &text)
    }

    /// A case from its text.
    pub fn parse(name: String, text: &str) -> Self {
        let main = format!("{}.snn", name.rsplit('/').next().unwrap());
        let files = vec![(main, String::new())];
        let mut case = Self { name, files, sets: Vec::new(), marks: Vec::new() };
        text.lines().for_each(|line| case.line(line));
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

    /// The folder below `tests/ui`.
    pub fn folder(&self) -> &str {
        self.name.split('/').next().unwrap()
    }

    /// Source and messages, as a snapshot holds them.
    pub fn shown(&self, rendered: &str) -> String {
        let rest = self.files[1..].iter().map(|(p, t)| format!("// file: {p}\n{t}"));
        let files: String = std::iter::once(self.files[0].1.clone()).chain(rest).collect();
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

/// Severity and token of a line that ends in `// error: token` or `// warning: token`.
fn mark(line: &str) -> Option<(Severity, String)> {
    [("// error: ", Severity::Error), ("// warning: ", Severity::Warning)]
        .into_iter()
        .find_map(|(word, severity)| Some((severity, line.rsplit_once(word)?.1.to_owned())))
}
