//! Statements that begin with no word of their layer.

use snn_diagnostics::{Diagnostic, SourceId, Span, codes::syntax as codes, nearest};

use super::show;
use crate::layer::Layer;
use crate::token::{Kind, Token};
use crate::word::Word;

/// A statement that no word of its layer begins.
pub(crate) fn unknown(
    source: SourceId,
    text: &str,
    layer: Layer,
    statement: &[Token],
) -> Diagnostic {
    let first = statement[0];
    let span = first.span(source);
    let found = show(first, text);
    let place = layer.show();
    if let Some(diagnostic) = foreign(source, text, layer, statement) {
        return diagnostic;
    }
    if first.kind.continues() || matches!(first.kind, Kind::Percent) {
        return leading_operator(first, span);
    }
    let letters = first.text(text);
    let near = || nearest(letters, layer.heads().iter().map(|w| w.text()));
    if let Kind::Word(word) = first.kind
        && let Some(home) = home(word)
        && near().is_none()
    {
        return Diagnostic::new(
            codes::UNKNOWN_STATEMENT,
            span,
            format!("`{}` does not belong in {place}", word.text()),
            "",
        )
        .with_help(format!("it stands in {}", home.show()));
    }
    if let Some(diagnostic) = misspelt(layer, statement, letters, span) {
        return diagnostic;
    }
    let mut diagnostic = Diagnostic::new(
        codes::UNKNOWN_STATEMENT,
        span,
        match layer {
            Layer::File => format!("nothing outside all braces begins with {found}"),
            _ => format!("no statement of {place} begins with {found}"),
        },
        "",
    );
    if statement.get(1).is_some_and(|t| t.kind == Kind::Equals) && first.is_name() {
        let name = first.text(text);
        diagnostic = match layer {
            Layer::Neuron => diagnostic.with_help(format!(
                "write `let {name} = …` to name an expression, `{name}' = …` for the equation of a state"
            )),
            Layer::Network => {
                diagnostic.with_help(format!("write `let {name} = …` or `param {name} = …`"))
            }
            Layer::File => diagnostic.with_help(format!("write `const {name} = …`")),
            _ => diagnostic,
        };
    }
    let list: Vec<_> = layer.heads().iter().map(|w| format!("`{}`", w.text())).collect();
    let list = match layer {
        Layer::Neuron => format!("{}, `v' = …`", list.join(", ")),
        Layer::Block => format!("`v = …`, `v += …`, {}", list.join(", ")),
        _ => list.join(", "),
    };
    diagnostic.with_help(format!("here may stand: {list}"))
}

/// Statements of other languages.
fn foreign(source: SourceId, text: &str, layer: Layer, statement: &[Token]) -> Option<Diagnostic> {
    let first = statement[0];
    let letters = first.text(text);
    match layer {
        Layer::Block if first.is(Word::If) => {
            let message = "`if` begins an expression, not a statement";
            Some(
                Diagnostic::new(codes::UNKNOWN_STATEMENT, first.span(source), message, "")
                    .with_help("choose the value: `w = if w < 5 then w + 1 else w`"),
            )
        }
        Layer::File if first.is(Word::From) => {
            let message = "nothing outside all braces begins with `from`";
            Some(
                Diagnostic::new(codes::UNKNOWN_STATEMENT, first.span(source), message, "")
                    .with_help("write `import \"std/neurons.snn\" as std`, and `std.name` for what it holds"),
            )
        }
        Layer::Neuron => {
            derivative(source, text, statement).or_else(|| section(source, letters, statement))
        }
        _ => None,
    }
}

/// `dv/dt = …`.
fn derivative(source: SourceId, text: &str, statement: &[Token]) -> Option<Diagnostic> {
    let [first, slash, dt, ..] = statement else { return None };
    let state = first.text(text).strip_prefix('d').filter(|s| !s.is_empty())?;
    if slash.kind != Kind::Slash || dt.text(text) != "dt" {
        return None;
    }
    let place = first.span(source).to(dt.span(source));
    let message = format!("the rate of change of `{state}` is written `{state}'`");
    Some(
        Diagnostic::new(codes::MISSPELT, place, message, "")
            .with_help(format!("write `{state}' = …`"))
            .with_fix(place, format!("{state}'")),
    )
}

/// `parameters { … }`, `equations: …`.
fn section(source: SourceId, letters: &str, statement: &[Token]) -> Option<Diagnostic> {
    let [first, second, ..] = statement else { return None };
    if first.kind != Kind::Name || !matches!(second.kind, Kind::Brace | Kind::Colon) {
        return None;
    }
    let message = format!("a neuron has no section `{letters}`");
    Some(Diagnostic::new(codes::UNKNOWN_STATEMENT, first.span(source), message, "").with_help(
        "every line begins with its own word: `param tau: ms = 10 ms`, `state v: mV = -70 mV`",
    ))
}

fn leading_operator(first: Token, span: Span) -> Diagnostic {
    let mark = first.kind.text();
    Diagnostic::new(
        codes::LEADING_OPERATOR,
        span,
        format!("a statement cannot begin with `{mark}`"),
        "",
    )
    .with_help(format!(
        "to continue the line before, end it with `{mark}`, or put the expression in parentheses"
    ))
}

/// The layer in which the word begins a statement.
fn home(word: Word) -> Option<Layer> {
    Layer::ALL
        .into_iter()
        .find(|layer| layer.heads().contains(&word) || layer.later().contains(&word))
}

/// A word of this layer, of another layer or of other languages, with its letters mixed up or not.
fn misspelt(layer: Layer, statement: &[Token], letters: &str, span: Span) -> Option<Diagnostic> {
    // `state = …` and the like give a value to a name.
    let assigned = statement.get(1).is_some_and(|t| t.kind == Kind::Equals);
    if !statement[0].is_name() || assigned {
        return None;
    }
    let words = |layer: Layer| layer.heads().iter().chain(layer.later()).map(|w| w.text());
    if let Some(meant) = nearest(letters, words(layer)) {
        return Some(
            Diagnostic::new(
                codes::MISSPELT,
                span,
                format!("unknown word `{letters}`; did you mean `{meant}`?"),
                "",
            )
            .with_fix(span, meant),
        );
    }
    let foreign = || FOREIGN.iter().filter(|(at, ..)| *at == layer);
    let word = foreign()
        .map(|(_, word, _)| *word)
        .find(|word| *word == letters)
        .or_else(|| nearest(letters, foreign().map(|(_, word, _)| *word)));
    if let Some((.., here)) = foreign().find(|(_, known, _)| Some(*known) == word) {
        return Some(
            Diagnostic::new(
                codes::MISSPELT,
                span,
                format!("unknown word `{letters}`; did you mean `{here}`?"),
                "",
            )
            .with_fix(span, *here),
        );
    }
    let (home, meant) =
        Layer::ALL.into_iter().find_map(|l| Some((l, nearest(letters, words(l))?)))?;
    Some(
        Diagnostic::new(
            codes::MISSPELT,
            span,
            format!("unknown word `{letters}`; did you mean `{meant}`?"),
            "",
        )
        .with_help(format!("`{meant}` stands in {}, not in {}", home.show(), layer.show())),
    )
}

/// Words of other languages of the field, and what is written instead.
const FOREIGN: &[(Layer, &str, &str)] = &[
    (Layer::File, "model", "neuron"),
    (Layer::File, "simulation", "experiment"),
    (Layer::File, "function", "fn"),
    (Layer::File, "include", "import"),
    (Layer::File, "constant", "const"),
    (Layer::Neuron, "threshold", "spike when"),
    (Layer::Neuron, "fire", "spike when"),
    (Layer::Neuron, "parameter", "param"),
    (Layer::Neuron, "initial", "state"),
    (Layer::Neuron, "update", "on tick"),
    (Layer::Neuron, "integrate", "solve"),
    (Layer::Neuron, "port", "receptor"),
    (Layer::Network, "neurons", "population"),
    (Layer::Network, "group", "population"),
    (Layer::Network, "layer", "population"),
    (Layer::Network, "generator", "source"),
    (Layer::Network, "projection", "connect"),
    (Layer::Network, "parameter", "param"),
    (Layer::Connect, "probability", "rule probability"),
    (Layer::Connect, "all_to_all", "rule all_to_all"),
    (Layer::Connect, "one_to_one", "rule one_to_one"),
    (Layer::Connect, "indegree", "rule indegree"),
    (Layer::Connect, "outdegree", "rule outdegree"),
    (Layer::Core, "memory", "synapse_memory"),
    (Layer::Chip, "grid", "mesh"),
    (Layer::Mapping, "minimize", "minimise"),
    (Layer::Experiment, "timestep", "dt"),
    (Layer::Experiment, "duration", "run"),
    (Layer::Experiment, "simulate", "run"),
    (Layer::Experiment, "monitor", "record"),
    (Layer::Experiment, "stimulus", "inject"),
    (Layer::Experiment, "assert", "expect"),
];
