//! Parts of a model in the words of the language.

use std::fmt::Write;

use snn_connect::{Layout, Rule, Selection, SpikeSource, Ties, Waveform, Window};
use snn_model::model::{Expr, ExprKind, Model, ObjectKind, Positions, Projection, Value};
use snn_units::{UnitValue, best_unit, show, show_number};

use crate::expression;

/// Entries of a list that are written out.
const FEW: usize = 12;

/// A model whose parts are put into words.
pub(crate) struct Words<'m>(pub &'m Model);

impl Words<'_> {
    /// A time of so many ticks.
    pub fn time(&self, ticks: f64) -> String {
        show_in(ticks * self.0.protocol.dt_ms.to_f64(), "ms")
    }

    /// A number in its unit, or the expression.
    pub fn expr(&self, e: &Expr, unit: &UnitValue) -> String {
        match e.kind {
            ExprKind::Number(x) => show(x, unit),
            _ => expression::print(e),
        }
    }

    /// `E[0..100] + I`.
    pub fn selection(&self, selection: &Selection) -> String {
        let part = |s: &snn_connect::Segment| {
            let object = &self.0.objects[s.object as usize];
            match (s.start, s.len) {
                (0, len) if len == object.size => object.name.clone(),
                (at, 1) => format!("{}[{at}]", object.name),
                (from, len) => format!("{}[{from}..{}]", object.name, from + len),
            }
        };
        listed(selection.segments().iter().map(part), " + ")
    }

    /// The targets of a connection or a current, with the ports of their neurons.
    pub fn ports(&self, selection: &Selection, ports: &[u16], receptors: Port) -> String {
        let part = |(segment, port): (&snn_connect::Segment, &u16)| {
            let of = self.selection(&Selection::new(vec![*segment]));
            match self.port(segment.object, *port, receptors) {
                Some((name, _)) => format!("{of}.{name}"),
                None => of,
            }
        };
        listed(selection.segments().iter().zip(ports).map(part), " + ")
    }

    /// Name and unit of a port.
    fn port(&self, object: u32, port: u16, kind: Port) -> Option<(&str, &UnitValue)> {
        let ObjectKind::Population { neuron, .. } = self.0.objects[object as usize].kind else {
            return None;
        };
        let neuron = &self.0.neurons[neuron];
        let port = match kind {
            Port::Receptor => &neuron.receptors.get(usize::from(port))?.port,
            Port::Input => neuron.inputs.get(usize::from(port))?,
        };
        Some((&port.name, &port.unit))
    }

    /// The unit of what reaches targets.
    pub fn unit(&self, selection: &Selection, ports: &[u16], kind: Port) -> UnitValue {
        let first = selection.segments().first().zip(ports.first());
        let unit = first.and_then(|(s, port)| self.port(s.object, *port, kind));
        unit.map_or_else(UnitValue::one, |(_, unit)| unit.clone())
    }

    /// The law of a source.
    pub fn law(&self, law: &SpikeSource) -> String {
        let dt_ms = self.0.protocol.dt_ms.to_f64();
        let rate = |mean_per_tick: f64| show_in(mean_per_tick / dt_ms, "Hz");
        match law {
            SpikeSource::Poisson { mean_per_tick } => format!("poisson({})", rate(*mean_per_tick)),
            SpikeSource::Regular { start, period } => {
                let (every, start) = (rate(1.0 / period.to_f64()), self.time(start.to_f64()));
                format!("regular({every}, start {start})")
            }
            SpikeSource::Inhomogeneous(snn_connect::Rate::Program(_)) => "inhomogeneous".into(),
            SpikeSource::Inhomogeneous(snn_connect::Rate::Table(steps)) => {
                // A rate holds from the tick after its time on.
                let time = |tick: u64| self.time(tick.saturating_sub(1) as f64);
                let step =
                    |(tick, mean): &(u64, f64)| format!("{} from {}", rate(*mean), time(*tick));
                format!("inhomogeneous({})", of_many(steps, "steps", step))
            }
            SpikeSource::Given(spikes) if spikes.is_empty() => "silent".into(),
            SpikeSource::Given(spikes) => {
                let spike = |(tick, i): &(u64, u32)| format!("{i} at {}", self.time(*tick as f64));
                format!("spikes({})", of_many(spikes, "spikes", spike))
            }
            SpikeSource::Phased(laws) => {
                let law = |(after, law): &(u64, SpikeSource)| match after {
                    0 => self.law(law),
                    after => format!("after {} {}", self.time(*after as f64), self.law(law)),
                };
                listed(laws.iter().map(law), "; ")
            }
        }
    }

    /// Rates over time, each from its tick on.
    pub fn rates(&self, rates: &[(u64, Option<Expr>)]) -> String {
        let law = |(after, rate): &(u64, Option<Expr>)| {
            let rate = rate.as_ref().map_or("silent".to_owned(), |e| {
                format!("inhomogeneous({})", self.expr(e, &unit_of("1/ms")))
            });
            if *after == 0 { rate } else { format!("after {} {rate}", self.time(*after as f64)) }
        };
        listed(rates.iter().map(law), "; ")
    }

    /// The rule of a connection.
    pub fn rule(&self, projection: &Projection) -> String {
        let length = |um: f64| show_in(um, "um");
        let pair = |(s, t): &(u32, u32)| format!("{s} -> {t}");
        let near = |sigma: f64, radius: f64| format!("near({}, {})", length(sigma), length(radius));
        match (&projection.rule, &projection.pair_probability) {
            (_, Some(e)) => format!("probability({})", self.expr(e, &UnitValue::one())),
            (Rule::AllToAll, _) => "all_to_all".into(),
            (Rule::OneToOne, _) => "one_to_one".into(),
            (Rule::Probability(p), _) => format!("probability({})", show_number(*p)),
            (Rule::Indegree(k), _) => format!("indegree({k})"),
            (Rule::Outdegree(k), _) => format!("outdegree({k})"),
            (Rule::Total(n), _) => format!("total({n})"),
            (Rule::Near { sigma, radius }, _) => near(*sigma, *radius),
            (Rule::NearIndegree { sigma, radius, indegree }, _) => {
                format!("{} indegree({indegree})", near(*sigma, *radius))
            }
            (Rule::Window(window), _) => of_window(window),
            (Rule::List(pairs), _) => format!("list({})", of_many(pairs, "pairs", pair)),
            // Lowering makes it of a probability of pairs.
            (Rule::PairProbability(_), None) => "probability of each pair".into(),
        }
    }

    /// A weight or a delay, shown by `one`.
    pub fn value(&self, value: &Value, one: &dyn Fn(f64) -> String) -> String {
        match value {
            Value::Constant(x) => one(*x),
            Value::Expr(e) => expression::print(e),
            Value::List(list) | Value::Table(list) => {
                format!("[{}]", of_many(list, "values", |x| one(*x)))
            }
        }
    }

    /// A current.
    pub fn wave(&self, wave: Waveform, unit: &UnitValue) -> String {
        match wave {
            Waveform::Constant(x) => show(x, unit),
            Waveform::Sine { mean, amplitude, cycles, phase } => {
                let frequency = show_in(cycles / self.0.protocol.dt_ms.to_f64(), "Hz");
                let (mean, amplitude) = (show(mean, unit), show(amplitude, unit));
                let phase = show_number(phase * std::f64::consts::TAU);
                format!("sine({amplitude}, {frequency}, mean = {mean}, phase = {phase})")
            }
        }
    }

    /// `from 100 ms, to 400 ms`, what is the whole run left out.
    pub fn while_on(&self, (from_tick, to_tick): (u64, u64)) -> String {
        let mut text = String::new();
        if from_tick > 1 {
            let _ = write!(text, ", from {}", self.time((from_tick - 1) as f64));
        }
        let end = self.0.protocol.warmup_ticks + self.0.protocol.run_ticks;
        if to_tick <= end {
            let _ = write!(text, ", to {}", self.time((to_tick - 1) as f64));
        }
        text
    }
}

/// Ports of neurons.
#[derive(Clone, Copy)]
pub(crate) enum Port {
    Receptor,
    Input,
}

/// Where neurons lie.
pub(crate) fn positions(at: &Positions) -> String {
    let length = |um: f64| show_in(um, "um");
    let torus = if at.torus.is_some() { " torus" } else { "" };
    let place = |[x, y]: &[f64; 2]| format!("({}, {})", length(*x), length(*y));
    match &at.layout {
        Layout::Grid { columns, rows, spacing: [dx, dy] } => {
            format!("grid({}, {}) of {columns} by {rows}{torus}", length(*dx), length(*dy))
        }
        Layout::Random { extent: [w, h], .. } => {
            format!("random({}, {}){torus}", length(*w), length(*h))
        }
        Layout::Given(list) => format!("points({}){torus}", of_many(list, "points", place)),
    }
}

/// What comes first at a synapse.
pub(crate) fn ties(ties: Ties) -> &'static str {
    match ties {
        Ties::PrePost => "pre, post",
        Ties::PostPre => "post, pre",
        Ties::PrePostBlind => "pre, post blind",
        Ties::PostPreBlind => "post, pre blind",
    }
}

/// Text without line breaks and double spaces.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_window(w: &Window) -> String {
    let shape = |n: &[u32]| listed(n.iter().map(u32::to_string), ", ");
    format!(
        "window of [{}] on [{}] giving [{}], stride [{}], padding [{}], dilation [{}], groups {}",
        shape(&w.kernel),
        shape(&w.input),
        shape(&w.output),
        shape(&w.stride),
        shape(&w.padding),
        shape(&w.dilation),
        w.groups
    )
}

/// A coherent value in the unit of this symbol, or a larger or smaller one of its kind.
fn show_in(coherent: f64, symbol: &str) -> String {
    let unit = unit_of(symbol);
    match symbol {
        "Hz" => show(coherent, &best_unit(&unit.dimension, coherent)),
        _ => show(coherent, &unit),
    }
}

fn unit_of(symbol: &str) -> UnitValue {
    UnitValue::parse(symbol).unwrap_or_else(UnitValue::one)
}

/// A few entries written out; of many the first, how many there are, and a fingerprint of all.
fn of_many<T>(all: &[T], what: &str, one: impl Fn(&T) -> String) -> String {
    if all.len() <= FEW {
        return listed(all.iter().map(one), ", ");
    }
    let written: Vec<String> = all.iter().map(one).collect();
    let print = snn_report::fingerprint(written.iter().map(|s| s.as_bytes()));
    let first = written[..FEW / 4].join(", ");
    format!("{first}, …: {} {what}, fingerprint {print}", all.len())
}

fn listed(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}
