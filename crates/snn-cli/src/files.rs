//! Reading programs and showing their faults.

use std::io::IsTerminal;
use std::path::Path;

use snn::diagnostics::{Checked, Diagnostic, Severity, SourceMap, render_human, render_json};
use snn::model::{Options, Project};

use crate::args::{Format, Source};
use crate::outcome::{Exit, Outcome, fail, print};

/// Largest source or data file read.
const LARGEST: u64 = 1 << 30;

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let describe = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "reading it is not permitted".to_string(),
        _ => e.to_string(),
    };
    let length = std::fs::metadata(path).map_err(describe)?;
    if length.is_dir() {
        return Err("it is a folder".into());
    }
    if length.len() > LARGEST {
        return Err(format!("it has {} bytes, {LARGEST} are the most", length.len()));
    }
    std::fs::read(path).map_err(describe)
}

/// Reads a text file.
pub fn read_text(path: &Path) -> Outcome<String> {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(why) => return fail(Exit::Io, format!("cannot read {}: {why}", path.display())),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            fail(Exit::File, format!("{} is not UTF-8 text: byte {at}", path.display()))
        }
    }
}

/// Reads a program from stdin.
pub fn read_stdin() -> Outcome<String> {
    use std::io::Read;
    let mut text = String::new();
    match std::io::stdin().lock().take(LARGEST).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => fail(Exit::Io, format!("cannot read stdin: {error}")),
    }
}

/// Loads a program with its imports and data.
pub fn load(source: &Source) -> Outcome<Project> {
    load_path(&source.file, &source.sets)
}

/// Loads a program with its imports and data.
pub fn load_path(path: &Path, sets: &[String]) -> Outcome<Project> {
    Ok(load_text(path, read_text(path)?, sets))
}

/// Loads a program that stands, or would stand, at a path.
pub fn load_text(path: &Path, text: String, sets: &[String]) -> Project {
    snn::load(&path.to_string_lossy(), text, sets, &mut |wanted| read(Path::new(wanted)))
}

/// The options of the checker.
pub fn options(source: &Source) -> Options {
    Options { max_objects: source.max_objects, ..Options::default() }
}

/// Shows what was found on stderr, and gives the value where there is no error.
pub fn shown<T>(checked: Checked<T>, sources: &SourceMap, format: Format) -> Outcome<T> {
    let failed = checked.has_errors();
    match checked.value {
        // stdout belongs to the result: warnings are talk.
        Some(value) if !failed => {
            show(&checked.diagnostics, sources, Format::Human)?;
            Ok(value)
        }
        _ => {
            show(&checked.diagnostics, sources, format)?;
            Err(Exit::File)
        }
    }
}

/// Shows diagnostics: to people on stderr, to machines on stdout.
pub fn show(diagnostics: &[Diagnostic], sources: &SourceMap, format: Format) -> Outcome<()> {
    match format {
        Format::Json => print(&(render_json(diagnostics, sources) + "\n")),
        Format::Human if diagnostics.is_empty() => Ok(()),
        Format::Human => {
            let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            eprint!("{}", render_human(diagnostics, sources, color));
            let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
            let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
            let plural = |n: usize, what: &str| match n {
                1 => format!("1 {what}"),
                _ => format!("{n} {what}s"),
            };
            eprintln!("{}, {}", plural(errors, "error"), plural(warnings, "warning"));
            if let Some(first) = diagnostics.first() {
                eprintln!("For more: snn explain {}", first.code.id());
            }
            Ok(())
        }
    }
}

/// A size such as `4GiB`, `500MB` or a number of bytes.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        other => return Err(format!("`{other}` is not a unit of memory: write 4GiB or 500MB")),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "write a size such as 4GiB".to_string())?;
    if number.is_finite() && number > 0.0 {
        Ok((number * factor as f64) as u64)
    } else {
        Err("a size is more than zero".into())
    }
}
