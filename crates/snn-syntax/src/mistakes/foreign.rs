//! What users of other languages write where a statement fails.

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes};

use super::explain::{Place, begins_value};
use super::show;
use crate::fault::{Expected, Fault};
use crate::token::{Kind, Token};
use crate::word::Word;

/// `10,000`: three digits directly after a comma that follows digits.
pub(super) fn grouped(
    source: SourceId,
    text: &str,
    statement: &[Token],
    at: usize,
) -> Option<Diagnostic> {
    let comma = (at.saturating_sub(1)..=at)
        .find(|i| statement.get(*i).is_some_and(|t| t.kind == Kind::Comma))?;
    let (left, right) = (statement.get(comma.checked_sub(1)?)?, statement.get(comma + 1)?);
    let mark = statement[comma];
    let close = left.end == mark.start && mark.end == right.start;
    let digits = left.kind == Kind::Number && right.kind == Kind::Number;
    if !close || !digits || right.text(text).len() != 3 {
        return None;
    }
    let plain = format!("{}{}", left.text(text), right.text(text));
    let message = "numbers are written without `,` between digits";
    Some(
        Diagnostic::new(codes::BAD_NUMBER, left.span(source).to(right.span(source)), message, "")
            .with_help(format!("write `{plain}`"))
            .with_fix(mark.span(source), ""),
    )
}

/// `mesh 4x4`.
pub(super) fn columns(
    source: SourceId,
    text: &str,
    fault: &Fault,
    statement: &[Token],
) -> Option<Diagnostic> {
    let [.., number, unit] = statement else { return None };
    let rows = unit.text(text).strip_prefix(['x', 'X'])?;
    let digits = !rows.is_empty() && rows.bytes().all(|b| b.is_ascii_digit());
    if !fault.expects(Expected::Token(Kind::Word(Word::By))) || !digits {
        return None;
    }
    let place = number.span(source).to(unit.span(source));
    let right = format!("{} by {rows}", number.text(text));
    let message = format!("`{}{}` is written `{right}`", number.text(text), unit.text(text));
    Some(
        Diagnostic::new(codes::UNEXPECTED, place, message, "")
            .with_help(format!("write `{right}`"))
            .with_fix(place, right),
    )
}

impl Place<'_> {
    /// A body without its braces: `reset v = 0 mV`, `connect … rule …`.
    pub(super) fn body(&self, fault: &Fault) -> Option<Diagnostic> {
        let last = *self.statement.last()?;
        if !fault.expects(Expected::Token(Kind::Brace))
            || fault.expects(Expected::Name)
            || !self.found.is_name()
            || last.kind == Kind::Brace
        {
            return None;
        }
        let found = show(self.found, self.text);
        let message = format!("`{{` is missing before {found}");
        let rest = self.span().to(last.span(self.source));
        let diagnostic = Diagnostic::new(codes::UNEXPECTED, self.span(), message, "");
        let tail = &self.text[rest.start as usize..rest.end as usize];
        if tail.contains(['\n', ',']) || tail.len() > 60 {
            return Some(diagnostic.with_help("what follows stands in braces: `{ …; … }`"));
        }
        let right = format!("{{ {tail} }}");
        Some(diagnostic.with_help(format!("write `{right}`")).with_fix(rest, right))
    }

    /// Calls as statements, sizes in parentheses, `k++`, imports without quotes.
    pub(super) fn foreign(&self, fault: &Fault) -> Option<Diagnostic> {
        self.call(fault)
            .or_else(|| self.size(fault))
            .or_else(|| self.increment(fault))
            .or_else(|| self.path(fault))
    }

    /// `emit_spike()`, where a value is given to a name.
    fn call(&self, fault: &Fault) -> Option<Diagnostic> {
        let assigns = fault.expects(Expected::Token(Kind::PlusEquals));
        let adjacent = self.before.is_some_and(|b| b.end == self.found.start);
        if !assigns || self.found.kind != Kind::Paren || !adjacent || self.at != 1 {
            return None;
        }
        let name = self.before?;
        let message = format!("`{}(…)` is no statement", name.text(self.text));
        let place = name.span(self.source).to(self.span());
        Some(
            Diagnostic::new(codes::UNEXPECTED, place, message, "")
                .with_help("a block gives values to states: `v = …`, `w += …`"),
        )
    }

    /// `population E(10): …`.
    fn size(&self, fault: &Fault) -> Option<Diagnostic> {
        let head = self.statement.first()?;
        let sized = head.is(Word::Population) || head.is(Word::Source);
        if !sized || self.found.kind != Kind::Paren || self.at != 2 {
            return None;
        }
        if !fault.expects(Expected::Token(Kind::Colon)) {
            return None;
        }
        let inner = self.found.text(self.text);
        let right = format!("[{}]", inner.get(1..inner.len().checked_sub(1)?)?);
        Some(
            Diagnostic::new(codes::UNEXPECTED, self.span(), "the size stands in brackets", "")
                .with_help(format!("write `{}{right}`", self.before?.text(self.text)))
                .with_fix(self.span(), right),
        )
    }

    /// `k++`, `k--`.
    fn increment(&self, fault: &Fault) -> Option<Diagnostic> {
        let next = self.statement.get(self.at + 1)?;
        let twice = next.kind == self.found.kind && next.start == self.found.end;
        let sign = match self.found.kind {
            Kind::Plus => "+",
            Kind::Minus => "-",
            _ => return None,
        };
        if !twice || !fault.expects(Expected::Token(Kind::PlusEquals)) {
            return None;
        }
        let place = self.span().to(next.span(self.source));
        let right = format!("{sign}= 1");
        let name = self.before.map_or("k", |b| b.text(self.text));
        let message = format!("`{sign}{sign}` has no meaning here");
        Some(
            Diagnostic::new(codes::UNEXPECTED, place, message, "")
                .with_help(format!("write `{name} {right}`"))
                .with_fix(place, format!(" {right}")),
        )
    }

    /// `import std.neurons as std`.
    fn path(&self, fault: &Fault) -> Option<Diagnostic> {
        if !fault.expects(Expected::Token(Kind::Text)) || !begins_value(self.found) {
            return None;
        }
        let message = "the path of a file stands in quotes";
        let place = Span { ..self.span() };
        Some(
            Diagnostic::new(codes::UNEXPECTED, place, message, "")
                .with_help("for instance `import \"std/neurons.snn\" as std`"),
        )
    }
}
