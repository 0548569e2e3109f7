//! Diagnostics drawn for people and for machines.

use ariadne::{Color, Config, IndexType, Label as Mark, Report, ReportKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Diagnostic, Severity, SourceMap, Span};

/// Source text with marks under the guilty tokens; ends with a newline. `color` switches ANSI colours.
pub fn render_human(diagnostics: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let files: Vec<(String, String)> =
        sources.iter().map(|(_, f)| (f.path.clone(), f.text.clone())).collect();
    let mut cache = ariadne::sources(files);
    let mut out = Vec::new();
    for d in diagnostics {
        let (kind, tint) = match d.severity {
            Severity::Error => (ReportKind::Custom("error", Color::Red), Color::Red),
            Severity::Warning => (ReportKind::Custom("warning", Color::Yellow), Color::Yellow),
        };
        let mut report = Report::build(kind, place(sources, d.primary.span))
            .with_config(Config::default().with_color(color).with_index_type(IndexType::Byte))
            .with_code(d.code.id())
            .with_message(&d.message)
            .with_label(
                Mark::new(place(sources, d.primary.span))
                    .with_message(&d.primary.text)
                    .with_color(tint),
            );
        for label in &d.secondary {
            report = report.with_label(
                Mark::new(place(sources, label.span))
                    .with_message(&label.text)
                    .with_color(Color::Cyan),
            );
        }
        for help in &d.help {
            report = report.with_help(help);
        }
        // Writing to memory cannot fail; a broken cache entry would only drop the picture.
        let _ = report.finish().write(&mut cache, &mut out);
    }
    let text = String::from_utf8_lossy(&out).into_owned();
    if color { text } else { plain(&text) }
}

/// The text without colours: the library colours the kind of a report whatever its configuration says.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain += part.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain
}

fn place(sources: &SourceMap, span: Span) -> (String, std::ops::Range<usize>) {
    let file = sources.get(span.source);
    let clamp = |byte: u32| {
        let mut byte = (byte as usize).min(file.text.len());
        while !file.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    };
    (file.path.clone(), clamp(span.start)..clamp(span.end))
}

#[derive(Serialize, JsonSchema)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    primary: JsonPlace<'a>,
    secondary: Vec<JsonPlace<'a>>,
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonPlace<'a>>,
}

/// The JSON schema of [`render_json`].
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(Vec<JsonDiagnostic<'_>>);
    let text = serde_json::to_string_pretty(&schema);
    text.expect("invariant: plain strings and numbers serialise") + "\n"
}

/// One JSON array; lines and columns are 1-based, `start` and `end` are bytes, `fix.text` replaces `fix.start..fix.end`.
pub fn render_json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    fn place<'a>(sources: &'a SourceMap, span: Span, text: &'a str) -> JsonPlace<'a> {
        let (line, column) = sources.line_column(span);
        let file = &sources.get(span.source).path;
        JsonPlace { file, line, column, start: span.start, end: span.end, text }
    }
    let rows: Vec<_> = diagnostics
        .iter()
        .map(|d| JsonDiagnostic {
            code: d.code.id(),
            severity: match d.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &d.message,
            primary: place(sources, d.primary.span, &d.primary.text),
            secondary: d.secondary.iter().map(|l| place(sources, l.span, &l.text)).collect(),
            help: &d.help,
            fix: d.fix.as_ref().map(|f| place(sources, f.span, &f.replacement)),
        })
        .collect();
    serde_json::to_string_pretty(&rows).expect("invariant: plain strings and numbers serialise")
}
