//! Live synapses to text and back.

use std::fmt::Write;
use std::sync::Arc;

use snn_connect::{Live, ModulatorSource, Ties};
use snn_kernel::{Advance, StateSlot, StepMode, SynapseKernel, Trace};

use super::print::{lower, print_program, quoted, selection};
use super::read::{Read, of_objects, program, variant};
use super::tokens::Tokens;

const TIES: [Ties; 4] = [Ties::PrePost, Ties::PostPre, Ties::PrePostBlind, Ties::PostPreBlind];

pub(super) fn print(text: &mut String, live: &Live) {
    let kernel = &live.kernel;
    let (model, ties) = (quoted(&kernel.model), lower(&live.ties));
    let (dendrite, back) = (live.dendrite, live.back);
    let _ = writeln!(text, "  live {model} dendrite={dendrite} back={back} ties={ties}");
    for state in &kernel.states {
        let (name, unit, scale) = (quoted(&state.name), quoted(&state.unit.0), state.unit.1);
        let _ = writeln!(text, "  state {name} {unit} {scale:?}");
    }
    for (what, names) in [("column", &kernel.columns), ("read", &kernel.reads)] {
        for name in names {
            let _ = writeln!(text, "  {what} {}", quoted(name));
        }
    }
    print_traces(text, "on_pre", &kernel.pre_traces);
    print_traces(text, "on_post", &kernel.post_traces);
    print_traces(text, "modulator", &kernel.modulators);
    for source in &live.modulators {
        let _ = writeln!(text, "  from {} delay={}", selection(&source.from), source.delay);
    }
    print_program(text, "init", &kernel.init);
    match &kernel.advance {
        Advance::Never => {}
        Advance::Exact(program) => print_program(text, "exact", program),
        Advance::EachTick(program) => print_program(text, "each_tick", program),
    }
    print_program(text, "pre", &kernel.pre);
    if let Some(program) = &kernel.post {
        print_program(text, "post", program);
    }
    if let Some((ticks, program)) = &kernel.every {
        print_program(text, &format!("every {ticks}"), program);
    }
}

fn print_traces(text: &mut String, what: &str, traces: &[Trace]) {
    for Trace { name, rate, step, mode } in traces {
        let (name, mode) = (quoted(name), lower(mode));
        let _ = writeln!(text, "  {what} {name} rate={rate:?} {mode} {step:?}");
    }
}

/// The live synapses of a projection, where it has them.
pub(super) fn read(t: &mut Tokens, objects: usize) -> Read<Option<Arc<Live>>> {
    if !t.take("live") {
        return Ok(None);
    }
    let model = t.quoted()?;
    let dendrite = t.field("dendrite", Tokens::number)?;
    let back = t.field("back", Tokens::number)?;
    let ties = t.field("ties", |t| variant(t, &TIES))?;
    t.line_end()?;
    let states = lines(t, "state", |t| {
        Ok(StateSlot { name: t.quoted()?, unit: (t.quoted()?, t.number()?) })
    })?;
    let columns = lines(t, "column", Tokens::quoted)?;
    let reads = lines(t, "read", Tokens::quoted)?;
    let pre_traces = lines(t, "on_pre", trace)?;
    let post_traces = lines(t, "on_post", trace)?;
    let modulators = lines(t, "modulator", trace)?;
    let sources = lines(t, "from", |t| {
        let from = of_objects(t, objects)?;
        Ok(ModulatorSource { from, delay: t.field("delay", Tokens::number)? })
    })?;
    t.expect("init")?;
    let init = program(t)?;
    let advance = if t.take("exact") {
        Advance::Exact(program(t)?)
    } else if t.take("each_tick") {
        Advance::EachTick(program(t)?)
    } else {
        Advance::Never
    };
    t.expect("pre")?;
    let pre = program(t)?;
    let post = if t.take("post") { Some(program(t)?) } else { None };
    let every = if t.take("every") { Some((t.number()?, program(t)?)) } else { None };
    let kernel = SynapseKernel {
        model,
        states,
        columns,
        pre_traces,
        post_traces,
        modulators,
        reads,
        init,
        advance,
        pre,
        post,
        every,
    };
    Ok(Some(Arc::new(Live { kernel, dendrite, back, ties, modulators: sources })))
}

fn trace(t: &mut Tokens) -> Read<Trace> {
    let name = t.quoted()?;
    let rate = t.field("rate", Tokens::number)?;
    let mode = variant(t, &[StepMode::Add, StepMode::Set])?;
    Ok(Trace { name, rate, step: t.number()?, mode })
}

/// Lines that begin with `word`, as many as there are.
fn lines<T>(t: &mut Tokens, word: &str, read: impl Fn(&mut Tokens) -> Read<T>) -> Read<Vec<T>> {
    let mut all = Vec::new();
    while t.take(word) {
        all.push(read(t)?);
        t.line_end()?;
    }
    Ok(all)
}
