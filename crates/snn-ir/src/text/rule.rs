//! Text to connection rules and positions.

use snn_connect::{Layout, Rule, Space, Window};
use snn_numeric::ObjectKey;

use super::read::{Read, program};
use super::tokens::Tokens;

/// A rule with the end of its line.
pub(super) fn rule(t: &mut Tokens) -> Read<Rule> {
    let rule = match t.word("a rule", |w| Some(w.to_string()))?.as_str() {
        "all_to_all" => Rule::AllToAll,
        "one_to_one" => Rule::OneToOne,
        "probability" => Rule::Probability(t.number()?),
        "indegree" => Rule::Indegree(t.number()?),
        "outdegree" => Rule::Outdegree(t.number()?),
        "total" => Rule::Total(t.number()?),
        "near" => Rule::Near { sigma: t.number()?, radius: t.number()? },
        "near_indegree" => {
            Rule::NearIndegree { sigma: t.number()?, radius: t.number()?, indegree: t.number()? }
        }
        "window" => Rule::Window(window(t)?),
        "list" => Rule::List(t.rest(Tokens::pair)?.into()),
        "pair_probability" => {
            t.line_end()?;
            t.expect("probability")?;
            t.expect("program")?;
            return Ok(Rule::PairProbability(program(t)?));
        }
        word => return Err(t.error(&format!("a rule in place of `{word}`"))),
    };
    t.line_end()?;
    Ok(rule)
}

/// Positions of all segments, where the text has any.
pub(super) fn space(t: &mut Tokens, sources: usize, targets: usize) -> Read<Option<Space>> {
    if !t.take("space") {
        return Ok(None);
    }
    let torus = if t.take("plane") {
        None
    } else {
        t.expect("torus").and(Ok(Some([t.number()?, t.number()?])))?
    };
    t.line_end()?;
    let mut layouts = |end: &str, count: usize| -> Read<Vec<Layout>> {
        (0..count).map(|_| t.expect(end).and_then(|()| layout(t))).collect()
    };
    let (sources, targets) = (layouts("source", sources)?, layouts("target", targets)?);
    Ok(Some(Space { sources, targets, torus }))
}

fn layout(t: &mut Tokens) -> Read<Layout> {
    let layout = if t.take("grid") {
        let (columns, rows) = (t.number()?, t.number()?);
        Layout::Grid { columns, rows, spacing: [t.number()?, t.number()?] }
    } else if t.take("random") {
        let key = ObjectKey(t.number()?);
        Layout::Random { key, extent: [t.number()?, t.number()?] }
    } else {
        t.expect("given")?;
        let numbers: Vec<f64> = t.numbers()?;
        Layout::Given(numbers.chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect())
    };
    t.line_end()?;
    Ok(layout)
}

/// Three sides of the input, three of the output, kernel, stride, padding, dilation by two, groups.
fn window(t: &mut Tokens) -> Read<Window> {
    let mut sides = [0u32; 15];
    for side in &mut sides {
        *side = t.number()?;
    }
    let [c, h, w, o, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, groups] = sides;
    Ok(Window {
        input: [c, h, w],
        output: [o, oh, ow],
        kernel: [kh, kw],
        stride: [sh, sw],
        padding: [ph, pw],
        dilation: [dh, dw],
        groups,
    })
}
