//! Text to network.

use std::fmt::Debug;
use std::sync::Arc;

use snn_chip::{Arithmetic, MappingRequest, Objective, Phase, Place};
use snn_connect::{
    Autapses, Connector, Continuous, Inject, Multapses, Projection, Rate, Segment, Selection,
    SpikeSource, SynapseValue, Waveform,
};
use snn_diagnostics::{SourceId, Span};
use snn_kernel::{
    Binary, Bounds, BoundsMode, Draw, Drift, Leap, LinearSystem, NeuronKernel, Op, Program,
    Refractory, Reg, Solution, StateSlot, Unary,
};
use snn_numeric::{Distribution, ObjectKey, Rational};
use snn_result::{Occasion, Probe, Protocol, Resets, SynapseProbe, Synapses};

use super::TextError;
use super::live;
use super::measure::{expectation, labelling};
use super::print::lower;
use super::rule::{rule, space};
use super::tokens::Tokens;
use crate::{Network, Object, ObjectKind, ProjectionNode};

pub(super) type Read<T> = Result<T, TextError>;

/// The network of a text. It has the form of a network; whether its invariants hold, its verifier says.
///
/// # Errors
/// The first token that does not fit.
pub fn parse(text: &str) -> Read<Network> {
    let mut t = Tokens::new(text)?;
    t.expect("network")?;
    let name = t.quoted()?;
    let arithmetic = variant(&mut t, &[Arithmetic::F64, Arithmetic::F32])?;
    t.line_end()?;
    let protocol = protocol(&mut t)?;
    let request = request(&mut t)?;
    let mut objects = Vec::new();
    while t.take(&format!("o{}", objects.len())) {
        objects.push(object(&mut t)?);
    }
    let mut projections = Vec::new();
    while t.take(&format!("p{}", projections.len())) {
        projections.push(projection(&mut t, objects.len(), "projection")?);
    }
    let mut continuous = Vec::new();
    while t.take(&format!("c{}", continuous.len())) {
        let projection = projection(&mut t, objects.len(), "continuous")?.projection;
        t.expect("states")?;
        continuous.push(Continuous { projection, states: t.numbers()? });
        t.line_end()?;
    }
    let mut phases = Vec::new();
    while t.take("phase") {
        phases.push(phase(&mut t, objects.len())?);
    }
    if !t.is_done() {
        return Err(t.error("the next object, projection or phase"));
    }
    let mut network = Network::new(name, arithmetic, protocol, request, objects, projections);
    network.phases = phases;
    network.continuous = continuous;
    Ok(network)
}

fn phase(t: &mut Tokens, objects: usize) -> Read<Phase> {
    t.expect("after")?;
    let mut phase = Phase { after_tick: t.number()?, ..Phase::default() };
    t.line_end()?;
    while t.take("program") {
        let object = numbered(t, 'o')?;
        t.line_end()?;
        phase.programs.push((object, Arc::new(kernel(t)?)));
    }
    while t.take("of") {
        let projection: u32 = numbered(t, 'p')?;
        t.line_end()?;
        phase.weights.push((projection as usize, value(t, "weight")?));
    }
    if t.take("relearned") {
        phase.relearned = t.numbers()?;
        t.line_end()?;
    }
    while t.take("synapses") {
        let projection: u32 = numbered(t, 'p')?;
        t.line_end()?;
        let live = live::read(t, objects)?.ok_or_else(|| t.error("live synapses"))?;
        phase.live.push((projection as usize, live));
    }
    Ok(phase)
}

fn protocol(t: &mut Tokens) -> Read<Protocol> {
    t.expect("protocol")?;
    let mut protocol = Protocol {
        name: t.quoted()?,
        dt_ms: t.field("dt_ms", rational)?,
        warmup_ticks: t.field("warmup", Tokens::number)?,
        run_ticks: t.field("run", Tokens::number)?,
        seed: t.field("seed", Tokens::number)?,
        resets: None,
        labelling: None,
        injects: Vec::new(),
        record_spikes: Vec::new(),
        probes: Vec::new(),
        synapse_probes: Vec::new(),
        expectations: Vec::new(),
    };
    t.line_end()?;
    loop {
        if t.take("resets") {
            let (first, every) = (t.number()?, t.number()?);
            let synapses = variant(t, &[Synapses::Continue, Synapses::BeginAnew])?;
            protocol.resets = Some(Resets { first, every, synapses });
        } else if t.take("label") {
            protocol.labelling = Some(labelling(t)?.into());
        } else if t.take("inject") {
            let wave = waveform(t)?;
            let (from_tick, to_tick) = t.pair()?;
            let targets = selection(t)?;
            t.expect("inputs")?;
            let inputs = t.numbers()?;
            protocol.injects.push(Inject { targets, inputs, wave, from_tick, to_tick });
        } else if t.take("record") {
            protocol.record_spikes.push(selection(t)?);
        } else if t.take("probe") {
            let (variable, of) = (t.quoted()?, selection(t)?);
            let every_ticks = t.field("every", Tokens::number)?;
            protocol.probes.push(Probe { variable, of, every_ticks });
        } else if t.take("synapses") {
            protocol.synapse_probes.push(synapse_probe(t)?);
        } else if t.take("expect") {
            protocol.expectations.push(expectation(t)?);
        } else {
            return Ok(protocol);
        }
        t.line_end()?;
    }
}

fn synapse_probe(t: &mut Tokens) -> Read<SynapseProbe> {
    let (variable, of) = (t.quoted()?, numbered(t, 'p')?);
    let occasions = [Occasion::Pre, Occasion::Post, Occasion::Events, Occasion::Sent];
    let at = match peeked(t, &occasions) {
        Some(at) => at,
        None => Occasion::Every(t.field("every", Tokens::number)?),
    };
    Ok(SynapseProbe { variable, of, at })
}

fn request(t: &mut Tokens) -> Read<MappingRequest> {
    let mut request = MappingRequest::default();
    if !t.take("mapping") {
        return Ok(request);
    }
    request.name = if t.take("none") { None } else { Some(t.quoted()?) };
    request.objective = variant(t, &[Objective::Traffic, Objective::Hops, Objective::Cores])?;
    request.max_cores =
        t.field(
            "cores",
            |t| {
                if t.take("none") { Ok(None) } else { Ok(Some((t.number()?, span()))) }
            },
        )?;
    t.line_end()?;
    while t.take("place") {
        let population = numbered(t, 'o')?;
        request.places.push(if t.take("near") {
            Place::Near { population, other: numbered(t, 'o')?, span: span() }
        } else {
            t.expect("on")?;
            Place::OnTile { population, x: t.number()?, y: t.number()?, span: span() }
        });
        t.line_end()?;
    }
    Ok(request)
}

fn waveform(t: &mut Tokens) -> Read<Waveform> {
    if !t.take("sine") {
        return Ok(Waveform::Constant(t.number()?));
    }
    let (mean, amplitude) = (t.number()?, t.number()?);
    Ok(Waveform::Sine { mean, amplitude, cycles: t.number()?, phase: t.number()? })
}

fn object(t: &mut Tokens) -> Read<Object> {
    t.mark('=')?;
    let is_source = t.take("source");
    if !is_source {
        t.expect("population")?;
    }
    let name = t.quoted()?;
    let key = ObjectKey(t.field("key", Tokens::number)?);
    let size = t.field("size", Tokens::number)?;
    let kind = if is_source {
        ObjectKind::Source(source_lines(t)?)
    } else {
        t.line_end()?;
        ObjectKind::Population(Arc::new(kernel(t)?))
    };
    Ok(Object { name, key, size, kind, span: span() })
}

/// A source with the laws of its phases.
fn source_lines(t: &mut Tokens) -> Read<SpikeSource> {
    if !t.take("phased") {
        return source(t);
    }
    t.line_end()?;
    let mut laws = Vec::new();
    while t.take("from") {
        laws.push((t.number()?, source(t)?));
    }
    Ok(SpikeSource::Phased(laws.into()))
}

/// One law with its line's end.
fn source(t: &mut Tokens) -> Read<SpikeSource> {
    if t.take("inhomogeneous") {
        t.line_end()?;
        t.expect("rate")?;
        return Ok(SpikeSource::Inhomogeneous(Rate::Program(program(t)?)));
    }
    let source = if t.take("poisson") {
        SpikeSource::Poisson { mean_per_tick: t.number()? }
    } else if t.take("regular") {
        SpikeSource::Regular { start: rational(t)?, period: rational(t)? }
    } else if t.take("rates") {
        SpikeSource::Inhomogeneous(Rate::Table(t.rest(Tokens::pair)?.into()))
    } else {
        t.expect("given")?;
        SpikeSource::Given(t.rest(Tokens::pair)?.into())
    };
    t.line_end()?;
    Ok(source)
}

fn kernel(t: &mut Tokens) -> Read<NeuronKernel> {
    t.expect("model")?;
    let model = t.quoted()?;
    t.line_end()?;
    let mut states = Vec::new();
    while t.take("state") {
        states.push(StateSlot { name: t.quoted()?, unit: (t.quoted()?, t.number()?) });
        t.line_end()?;
    }
    let mut names = |word: &str| {
        let mut all = Vec::new();
        while t.take(word) {
            all.push(t.quoted()?);
            t.line_end()?;
        }
        Ok::<_, TextError>(all)
    };
    let (columns, receptors, inputs) = (names("column")?, names("receptor")?, names("input")?);
    let mut refractory = None;
    if t.take("refractory") {
        refractory = Some(if t.take("column") {
            Refractory::Column(t.number()?)
        } else {
            t.expect("ticks")?;
            Refractory::Ticks(t.number()?)
        });
        t.line_end()?;
    }
    let mut systems = Vec::new();
    while t.take("system") {
        systems.push(system(t)?);
        t.line_end()?;
    }
    let mut drifts = Vec::new();
    while t.take("leap") {
        drifts.push(Drift { factor: t.number()?, rest: t.number()?, scale: t.number()? });
        t.line_end()?;
    }
    let leap = (!drifts.is_empty()).then_some(Leap { drifts });
    t.expect("init")?;
    let init = program(t)?;
    t.expect("step")?;
    let step = program(t)?;
    Ok(NeuronKernel {
        model,
        states,
        columns,
        receptors,
        inputs,
        refractory,
        step,
        init,
        systems,
        leap,
    })
}

fn system(t: &mut Tokens) -> Read<LinearSystem> {
    let solution = variant(t, &[Solution::Propagator, Solution::Noise])?;
    let size = t.number()?;
    let mut given = Vec::new();
    while !t.take("gives") {
        given.push(t.pair()?);
    }
    Ok(LinearSystem { solution, size, given, wanted: t.rest(Tokens::pair)? })
}

fn projection(t: &mut Tokens, objects: usize, kind: &str) -> Read<ProjectionNode> {
    t.mark('=')?;
    t.expect(kind)?;
    let name = t.quoted()?;
    let key = ObjectKey(t.field("key", Tokens::number)?);
    t.line_end()?;
    let sources = of_objects(t, objects)?;
    t.expect("->")?;
    let targets = of_objects(t, objects)?;
    t.expect("receptors")?;
    let receptors = t.numbers()?;
    t.line_end()?;
    let autapses =
        t.field("autapses", |t| variant(t, &[Autapses::Allowed, Autapses::Forbidden]))?;
    let multapses =
        t.field("multapses", |t| variant(t, &[Multapses::Allowed, Multapses::Forbidden]))?;
    t.expect("rule")?;
    let rule = rule(t)?;
    let space = space(t, sources.segments().len(), targets.segments().len())?;
    let connector = Connector { rule, sources, targets, space, key, autapses, multapses };
    let (weight, delay) = (value(t, "weight")?, value(t, "delay")?);
    let live = live::read(t, objects)?;
    let projection = Projection { name, connector, receptors, weight, delay, live };
    Ok(ProjectionNode { projection, span: span() })
}

fn value(t: &mut Tokens, what: &str) -> Read<SynapseValue> {
    t.expect(what)?;
    if t.take("program") {
        return Ok(SynapseValue::Program(program(t)?));
    }
    let value = if t.take("table") {
        SynapseValue::Table(t.numbers()?.into())
    } else if t.take("list") {
        SynapseValue::List(t.numbers()?.into())
    } else {
        SynapseValue::Constant(t.number()?)
    };
    t.line_end()?;
    Ok(value)
}

pub(super) fn program(t: &mut Tokens) -> Read<Program> {
    let inputs = t.field("inputs", Tokens::number)?;
    t.line_end()?;
    let mut ops = Vec::new();
    while t.take(&format!("r{}", ops.len())) {
        t.mark('=')?;
        ops.push(operation(t)?);
        t.line_end()?;
    }
    t.expect("return")?;
    let mut outputs = Vec::new();
    while !t.at_line_end() {
        if !outputs.is_empty() {
            t.mark(',')?;
        }
        outputs.push(register(t)?);
    }
    t.line_end()?;
    Ok(Program { ops, inputs, outputs })
}

fn operation(t: &mut Tokens) -> Read<Op> {
    if t.take("const") {
        return Ok(Op::Const(t.number()?));
    }
    if t.take("input") {
        return Ok(Op::Input(t.number()?));
    }
    if t.take("select") {
        let c = register(t)?;
        t.mark(',')?;
        let (a, b) = registers(t)?;
        return Ok(Op::Select(c, a, b));
    }
    if t.take("flush") {
        let x = register(t)?;
        t.mark(',')?;
        return Ok(Op::Flush(x, t.number()?));
    }
    if t.take("draw") {
        return draw(t).map(Op::Draw);
    }
    if let Some(op) = peeked(t, &UNARY) {
        return Ok(Op::Unary(op, register(t)?));
    }
    let op = variant(t, &BINARY)?;
    let (a, b) = registers(t)?;
    Ok(Op::Binary(op, a, b))
}

fn draw(t: &mut Tokens) -> Read<Draw> {
    let occurrence = t.number()?;
    let laws = [Distribution::Uniform, Distribution::Normal, Distribution::Lognormal];
    let distribution = variant(t, &laws)?;
    let (a, b) = registers(t)?;
    let mut bounds = None;
    if !t.at_line_end() {
        let mode = variant(t, &[BoundsMode::Redraw, BoundsMode::Clamp])?;
        let (lo, hi) = registers(t)?;
        bounds = Some(Bounds { lo, hi, mode });
    }
    Ok(Draw { distribution, a, b, bounds, occurrence })
}

const UNARY: [Unary; 16] = [
    Unary::Neg,
    Unary::Not,
    Unary::Abs,
    Unary::Sign,
    Unary::Sqrt,
    Unary::Exp,
    Unary::Log,
    Unary::Sin,
    Unary::Cos,
    Unary::Tanh,
    Unary::Exprel,
    Unary::Floor,
    Unary::Ceil,
    Unary::Round,
    Unary::Trunc,
    Unary::RoundEven,
];

const BINARY: [Binary; 19] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Pow,
    Binary::Min,
    Binary::Max,
    Binary::Lt,
    Binary::Le,
    Binary::Gt,
    Binary::Ge,
    Binary::Eq,
    Binary::Ne,
    Binary::And,
    Binary::Or,
    Binary::Shift,
    Binary::BitAnd,
    Binary::BitOr,
    Binary::BitXor,
];

/// A selection of neurons of the first `objects` objects.
pub(super) fn of_objects(t: &mut Tokens, objects: usize) -> Read<Selection> {
    let selection = selection(t)?;
    match selection.segments().iter().find(|s| s.object as usize >= objects) {
        None => Ok(selection),
        Some(s) => {
            Err(t.error(&format!("an object that exists (o{} does not), then this", s.object)))
        }
    }
}

pub(super) fn selection(t: &mut Tokens) -> Read<Selection> {
    let mut segments = Vec::new();
    if t.take("none") {
        return Ok(Selection::new(segments));
    }
    let mut total = 0u32;
    loop {
        let object = numbered(t, 'o')?;
        t.mark('[')?;
        let (start, end): (u32, u64) = t.pair()?;
        let len = end.checked_sub(u64::from(start)).and_then(|len| u32::try_from(len).ok());
        let sum = len.and_then(|len| total.checked_add(len));
        let (Some(len), Some(sum)) = (len, sum) else {
            return Err(t.error("a range that ascends and fits 32 bits, then `]`"));
        };
        total = sum;
        t.mark(']')?;
        segments.push(Segment { object, start, len });
        if !t.take_mark('+') {
            return Ok(Selection::new(segments));
        }
    }
}

fn registers(t: &mut Tokens) -> Read<(Reg, Reg)> {
    let a = register(t)?;
    t.mark(',')?;
    Ok((a, register(t)?))
}

fn register(t: &mut Tokens) -> Read<Reg> {
    numbered(t, 'r').map(Reg)
}

/// A letter and a number, as `o3`.
pub(super) fn numbered(t: &mut Tokens, letter: char) -> Read<u32> {
    let wanted = format!("`{letter}` and a number");
    t.word(&wanted, |word| word.strip_prefix(letter)?.parse().ok())
}

fn rational(t: &mut Tokens) -> Read<Rational> {
    t.word("a fraction", |word| {
        let (num, den) = word.split_once('/')?;
        Rational::new(num.parse().ok()?, den.parse().ok()?)
    })
}

pub(super) fn variant<T: Copy + Debug>(t: &mut Tokens, all: &[T]) -> Read<T> {
    let names: Vec<String> = all.iter().map(lower).collect();
    peeked(t, all).ok_or_else(|| t.error(&names.join(", ")))
}

/// Takes the name of a variant where it comes next.
pub(super) fn peeked<T: Copy + Debug>(t: &mut Tokens, all: &[T]) -> Option<T> {
    all.iter().copied().find(|v| t.take(&lower(v)))
}

pub(super) fn span() -> Span {
    Span::new(SourceId(0), 0, 0)
}
