//! `snn fix`: applies the replacements that messages offer.

use std::path::Path;

use snn::diagnostics::{Diagnostic, Fix, Severity};
use snn::model::Options;

use crate::args::FixArgs;
use crate::files::{load_text, read_text};
use crate::mapping::write;
use crate::outcome::{Exit, Outcome, print};

/// Rounds of checking and mending: a mended name may bring other faults to light.
const ROUNDS: usize = 20;

/// `snn fix`.
pub fn command(args: &FixArgs) -> Outcome<()> {
    let mut left = false;
    for file in &args.files {
        let text = read_text(file)?;
        let mended = mend(file, &text)?;
        left |= mended.errors > 0;
        if mended.fixes > 0 && !args.diff {
            write(file, &mended.text)?;
        }
        if args.diff {
            print(&lines_changed(file, &text, &mended.text))?;
        }
        let (fixes, rest) = (mended.fixes, mended.errors + mended.warnings);
        let verb = if args.diff { "can be mended" } else { "mended" };
        eprintln!("{}: {fixes} {verb}, {rest} left", file.display());
    }
    if left { Err(Exit::File) } else { Ok(()) }
}

/// A text after mending.
struct Mended {
    text: String,
    fixes: usize,
    errors: usize,
    warnings: usize,
}

/// Applies fixes until there are none, as long as no error comes of them.
fn mend(file: &Path, text: &str) -> Outcome<Mended> {
    let mut best = check(file, text, 0)?;
    for _ in 0..ROUNDS {
        let (now, diagnostics) = &best;
        let fixes = apart(diagnostics);
        if fixes.is_empty() {
            break;
        }
        let all = apply(&now.text, &fixes);
        let next = check(file, &all, now.fixes + fixes.len())?;
        if next.0.errors <= now.errors && next.0.text != now.text {
            best = next;
            continue;
        }
        // Together they do harm: the first that does none.
        let mut helped = None;
        for fix in &fixes {
            let one = apply(&now.text, std::slice::from_ref(fix));
            let next = check(file, &one, now.fixes + 1)?;
            let fewer = next.1.len() < diagnostics.len();
            if next.0.errors <= now.errors && fewer {
                helped = Some(next);
                break;
            }
        }
        match helped {
            Some(next) => best = next,
            None => break,
        }
    }
    Ok(best.0)
}

/// The text with what is wrong with it; fixes of other files are left out.
fn check(file: &Path, text: &str, fixes: usize) -> Outcome<(Mended, Vec<Diagnostic>)> {
    let project = load_text(file, text.to_owned(), &[]);
    let mut found = snn::check(&project, &Options::default()).diagnostics;
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let main = project.sources.iter().next().map(|(source, _)| source);
    found.iter_mut().for_each(|d| d.fix = d.fix.take().filter(|f| Some(f.span.source) == main));
    Ok((Mended { text: text.to_owned(), fixes, errors, warnings }, found))
}

/// The fixes in the order of the text; of those that touch each other the first.
fn apart(diagnostics: &[Diagnostic]) -> Vec<Fix> {
    let mut fixes: Vec<Fix> = diagnostics.iter().filter_map(|d| d.fix.clone()).collect();
    fixes.sort_by_key(|f| (f.span.start, f.span.end));
    let mut end = None;
    fixes.retain(|fix| {
        let free = end.is_none_or(|end| fix.span.start > end);
        if free {
            end = Some(fix.span.end);
        }
        free
    });
    fixes
}

fn apply(text: &str, fixes: &[Fix]) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    for fix in fixes {
        mended += &text[at..fix.span.start as usize];
        mended += &fix.replacement;
        at = fix.span.end as usize;
    }
    mended + &text[at..]
}

/// The lines that change, old before new, with their numbers. Fixes keep lines apart, so that equal
/// beginnings and ends tell the rest.
fn lines_changed(file: &Path, old: &str, new: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut text = String::new();
    if before.len() == after.len() {
        for (number, (a, b)) in before.iter().zip(&after).enumerate().filter(|(_, (a, b))| a != b) {
            text += &format!("{}:{}\n- {a}\n+ {b}\n", file.display(), number + 1);
        }
        return text;
    }
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before[same..].iter().rev().zip(after[same..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    text += &format!("{}:{}\n", file.display(), same + 1);
    before[same..before.len() - tail].iter().for_each(|line| text += &format!("- {line}\n"));
    after[same..after.len() - tail].iter().for_each(|line| text += &format!("+ {line}\n"));
    text
}
