//! What a run is expected to show, to text and back.

use std::fmt::Write;

use snn_connect::Selection;
use snn_result::{
    Answer, Column, Expectation, Labelling, Measure, MeasureOp, Statistic, SynapseMeasure, Take,
};

use super::print::{lower, numbers, quoted, selection as print_selection};
use super::read::{Read, numbered, peeked, selection, span, variant};
use super::tokens::Tokens;

/// Measures nest at most this deep.
const DEEPEST: usize = 512;

/// The line of an expectation.
pub(super) fn print(text: &mut String, e: &Expectation) {
    let (line, what, unit) = (quoted(&e.text), quoted(&e.what), quoted(&e.unit.0));
    let (lo, hi, scale) = (e.lo, e.hi, e.unit.1);
    let measured = to_text(&e.measure);
    let over: String = e.over.iter().map(|name| format!("over {} ", quoted(name))).collect();
    let _ = writeln!(text, "expect {line} {what} {over}{lo:?} {hi:?} {unit} {scale:?} {measured}");
}

fn to_text(m: &Measure) -> String {
    let name = |name: &str, s: &Selection| format!("{name} {}", print_selection(s));
    match m {
        Measure::Number(x) => format!("number {x:?}"),
        Measure::Rate(s) => name("rate", s),
        Measure::RateSd(s) => name("rate_sd", s),
        Measure::Count(s) => name("count", s),
        Measure::First(s) => name("first", s),
        Measure::Last(s) => name("last", s),
        Measure::Cv(s, n) => format!("{} {n}", name("cv", s)),
        Measure::Fano(s, n) => format!("{} {n}", name("fano", s)),
        Measure::Correlation(s, n) => format!("{} {n}", name("correlation", s)),
        Measure::Accuracy(labelling) => format!("accuracy {}", label(labelling)),
        Measure::Synapses(of) => {
            let SynapseMeasure { variable, of, ticks: (first, last), every, take } = of;
            let take = match take {
                Take::Fraction(lo, hi) => format!("fraction {lo:?} {hi:?}"),
                plain => lower(plain),
            };
            format!("synapses {} p{of} {first} {last} {every} {take}", quoted(variable))
        }
        Measure::During(after, until, inner) => {
            format!("during {after} {until} {}", to_text(inner))
        }
        Measure::Combined(op, pair) => {
            format!("{} {} {}", lower(op), to_text(&pair.0), to_text(&pair.1))
        }
        Measure::Over(statistic, column) => {
            let (text, unit, scale) = (quoted(&column.text), quoted(&column.unit.0), column.unit.1);
            format!(
                "over {} {text} {unit} {scale:?} {}",
                lower(statistic),
                to_text(&column.measure)
            )
        }
    }
}

pub(super) fn label(l: &Labelling) -> String {
    let (answer, of, labels) = (lower(&l.answer), print_selection(&l.of), numbers(&l.labels));
    format!("{answer} {} {} {of} {}{labels}", l.first, l.every, l.labels.len())
}

pub(super) fn labelling(t: &mut Tokens) -> Read<Labelling> {
    let answer = variant(t, &[Answer::MostSpikes, Answer::EarliestSpike])?;
    let (first, every) = (t.number()?, t.number()?);
    let of = selection(t)?;
    let count: usize = t.number()?;
    let labels: Read<Vec<u32>> = (0..count).map(|_| t.number()).collect();
    Ok(Labelling { of, answer, first, every, labels: labels?.into() })
}

pub(super) fn expectation(t: &mut Tokens) -> Read<Expectation> {
    let (text, what) = (t.quoted()?, t.quoted()?);
    let mut over = Vec::new();
    while t.take("over") {
        over.push(t.quoted()?);
    }
    let (lo, hi) = (t.number()?, t.number()?);
    let unit = (t.quoted()?, t.number()?);
    let measure = measure(t, 0)?;
    Ok(Expectation { text, what, over, measure, lo, hi, unit, span: span() })
}

fn measure(t: &mut Tokens, depth: usize) -> Read<Measure> {
    if depth > DEEPEST {
        return Err(t.error("a measure less deep"));
    }
    let operations = [MeasureOp::Add, MeasureOp::Sub, MeasureOp::Mul, MeasureOp::Div];
    Ok(match t.word("a measure", |w| Some(w.to_string()))?.as_str() {
        "number" => Measure::Number(t.number()?),
        "rate" => Measure::Rate(selection(t)?),
        "rate_sd" => Measure::RateSd(selection(t)?),
        "count" => Measure::Count(selection(t)?),
        "first" => Measure::First(selection(t)?),
        "last" => Measure::Last(selection(t)?),
        "cv" => Measure::Cv(selection(t)?, t.number()?),
        "fano" => Measure::Fano(selection(t)?, t.number()?),
        "correlation" => Measure::Correlation(selection(t)?, t.number()?),
        "accuracy" => Measure::Accuracy(labelling(t)?.into()),
        "synapses" => Measure::Synapses(of_synapses(t)?),
        "during" => {
            let (after, until) = (t.number()?, t.number()?);
            Measure::During(after, until, Box::new(measure(t, depth + 1)?))
        }
        "over" => {
            let all = [Statistic::Mean, Statistic::Sd, Statistic::Min, Statistic::Max];
            let statistic = variant(t, &all)?;
            let (text, unit) = (t.quoted()?, (t.quoted()?, t.number()?));
            let measure = measure(t, depth + 1)?;
            Measure::Over(statistic, Box::new(Column { text, unit, measure }))
        }
        word => {
            let op = operations.into_iter().find(|op| lower(op) == word);
            let op = op.ok_or_else(|| t.error(&format!("a measure in place of `{word}`")))?;
            let pair = (measure(t, depth + 1)?, measure(t, depth + 1)?);
            Measure::Combined(op, Box::new(pair))
        }
    })
}

fn of_synapses(t: &mut Tokens) -> Read<SynapseMeasure> {
    let (variable, of) = (t.quoted()?, numbered(t, 'p')?);
    let (ticks, every) = ((t.number()?, t.number()?), t.number()?);
    let take = match peeked(t, &[Take::Mean, Take::Sd, Take::Min, Take::Max]) {
        Some(take) => take,
        None => {
            t.expect("fraction")?;
            Take::Fraction(t.number()?, t.number()?)
        }
    };
    Ok(SynapseMeasure { variable, of, ticks, every, take })
}
