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
    if first.kind.continues() || matches!(first.kind, Kind::Percent) {
        return leading_operator(first, span);
    }
    if let Kind::Word(word) = first.kind
        && let Some(home) = home(word)
    {
        return Diagnostic::new(
            codes::UNKNOWN_STATEMENT,
            span,
            format!("`{}` does not belong in {place}", word.text()),
            "",
        )
        .with_help(format!("it stands in {}", home.show()));
    }
    if let Some(diagnostic) = misspelt(layer, statement, first.text(text), span) {
        return diagnostic;
    }
    let mut diagnostic = Diagnostic::new(
        codes::UNKNOWN_STATEMENT,
        span,
        format!("no statement of {place} begins with {found}"),
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
