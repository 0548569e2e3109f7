//! Synapses with states: `via` and `learn` become the programs of a projection.

use std::sync::Arc;

use snn_chip::Arithmetic;
use snn_connect::{Live, ModulatorSource};
use snn_diagnostics::{Diagnostic, codes::lowering as codes};
use snn_kernel::{Binary, Program, ProgramBuilder, Reg, StateSlot, StepMode, SynapseKernel, Trace};
use snn_model::model::{
    self, Bound, Decay, Dynamics, End, Expr, Neuron, Parameter, Projection, SignalKind, Statement,
    Value,
};
use snn_units::{UnitValue, scale};

use crate::Decision;
use crate::motion;
use crate::order;
use crate::translate::{Scope, block};

/// Inputs of `init`.
const WEIGHT: usize = 0;

/// The synapses of one projection under construction.
pub(crate) struct Lowering<'a> {
    pub projection: &'a Projection,
    pub dt_ms: f64,
    pub init: ProgramBuilder,
    /// The rules: `learn`, then `via`, each where it stands.
    pub rules: Vec<Rule<'a>>,
    pub slots: Vec<StateSlot>,
    initial: Vec<Reg>,
    columns: Vec<(String, Reg)>,
    pub pre_traces: Vec<Trace>,
    pub post_traces: Vec<Trace>,
    pub modulators: Vec<Trace>,
    pub reads: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
    pub decisions: Vec<Decision>,
}

/// One of the two models.
pub(crate) struct Rule<'a> {
    pub bound: &'a Bound,
    /// Values of its parameters in `init`.
    parameters: Vec<Reg>,
    /// Its first state among all.
    pub first_state: usize,
    /// Its weight, where that never changes: a value of `init`.
    weight: Option<Reg>,
    bounds: Option<(Reg, Reg)>,
    /// Where its signals lie.
    pub signals: Vec<Place>,
}

/// Where a signal lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Weight,
    Pre(usize),
    Post(usize),
    Modulator(usize),
    Read(usize),
}

/// A program under construction, with the values of all names.
pub(crate) struct Body {
    pub b: ProgramBuilder,
    /// All states.
    pub states: Vec<Reg>,
    pub rules: Vec<RuleValues>,
    pub elapsed: Reg,
}

/// Values of one rule's names in a program.
pub(crate) struct RuleValues {
    pub parameters: Vec<Reg>,
    pub signals: Vec<Reg>,
    bounds: Option<(Reg, Reg)>,
}

/// Lowers the synapses of a projection; none of it for static ones.
pub(crate) fn live(
    projection: &Projection,
    dt_ms: f64,
    arithmetic: Arithmetic,
) -> (Option<Arc<Live>>, Vec<Diagnostic>, Vec<Decision>) {
    let Some(asked) = &projection.live else { return (None, Vec::new(), Vec::new()) };
    let mut lowering = Lowering {
        projection,
        dt_ms,
        init: ProgramBuilder::new(3),
        rules: Vec::new(),
        slots: Vec::new(),
        initial: Vec::new(),
        columns: Vec::new(),
        pre_traces: Vec::new(),
        post_traces: Vec::new(),
        modulators: Vec::new(),
        reads: Vec::new(),
        diagnostics: Vec::new(),
        decisions: Vec::new(),
    };
    for bound in asked.learn.iter().chain(&asked.via) {
        lowering.add(bound);
        if arithmetic != Arithmetic::F64 {
            lowering.refuse_integers(bound);
        }
    }
    let kernel = lowering.kernel();
    let modulators = asked.modulators.iter();
    let modulators =
        modulators.map(|(from, delay)| ModulatorSource { from: from.clone(), delay: *delay });
    let live = kernel.map(|kernel| {
        debug_assert_eq!(kernel.verify(), Ok(()));
        Arc::new(Live {
            kernel,
            dendrite: asked.dendrite,
            back: asked.back,
            ties: asked.ties,
            modulators: modulators.collect(),
        })
    });
    (live, lowering.diagnostics, lowering.decisions)
}

/// The slot of a target's kernel in which it keeps a state as it is after advancing, for synapses that read
/// it.
pub(crate) fn read_slot(state: &str) -> String {
    format!("{state}.read")
}

impl<'a> Lowering<'a> {
    /// Parameters, states and signals of a rule.
    fn add(&mut self, bound: &'a Bound) {
        let model = &bound.model;
        let parameters = self.parameters(bound);
        let learns = self.is_learn(bound);
        let first_state = self.slots.len();
        let mut rule = Rule {
            bound,
            parameters,
            first_state,
            weight: None,
            bounds: None,
            signals: Vec::new(),
        };
        let weight = match &self.projection.weight {
            Value::Constant(x) => self.init.constant(*x),
            _ => self.init.input(WEIGHT),
        };
        rule.bounds = model.weight.bounds.as_ref().map(|(lo, hi)| {
            let lo = self.in_init(&rule, lo);
            (lo, self.in_init(&rule, hi))
        });
        for (i, state) in model.body.states.iter().enumerate() {
            self.slots.push(StateSlot { name: state.name.clone(), unit: unit(&state.unit) });
            let given = bound.initial.iter().find(|(s, _)| *s == i).map(|(_, e)| e);
            let value = match given.or(state.initial.as_ref()) {
                Some(e) => self.in_init(&rule, e),
                None if learns && i == 0 => clip(&mut self.init, weight, rule.bounds),
                None => self.init.constant(0.0),
            };
            self.initial.push(value);
        }
        if !learns && self.learn().is_none() {
            rule.weight = Some(weight);
        }
        for signal in &model.signals {
            let place = match &signal.kind {
                SignalKind::Weight => Place::Weight,
                SignalKind::Trace(End::Pre, decay) => {
                    let trace = self.trace(&rule, &signal.name, decay);
                    self.pre_traces.extend(trace);
                    Place::Pre(self.pre_traces.len().saturating_sub(1))
                }
                SignalKind::Trace(End::Post, decay) => {
                    let trace = self.trace(&rule, &signal.name, decay);
                    self.post_traces.extend(trace);
                    Place::Post(self.post_traces.len().saturating_sub(1))
                }
                SignalKind::Modulator(decay) => {
                    let trace = self.trace(&rule, &signal.name, decay);
                    self.modulators.extend(trace);
                    Place::Modulator(self.modulators.len().saturating_sub(1))
                }
                SignalKind::Read(state, _) => {
                    self.reads.push(read_slot(state));
                    Place::Read(self.reads.len() - 1)
                }
            };
            rule.signals.push(place);
        }
        self.rules.push(rule);
    }

    fn learn(&self) -> Option<&'a Bound> {
        let projection: &'a Projection = self.projection;
        projection.live.as_ref()?.learn.as_ref()
    }

    fn is_learn(&self, bound: &Bound) -> bool {
        self.learn().is_some_and(|learn| std::ptr::eq(learn, bound))
    }

    fn parameters(&mut self, bound: &'a Bound) -> Vec<Reg> {
        let neuron: &'a Neuron = &bound.model.body;
        let value = |i: usize| -> Option<&'a Expr> {
            let given = bound.parameters.iter().find(|(p, _)| *p == i).map(|(_, e)| e);
            given.or(neuron.parameters[i].default.as_ref())
        };
        let nan = self.init.constant(f64::NAN);
        let mut regs = vec![nan; neuron.parameters.len()];
        for i in order::of_parameters(neuron, &value) {
            let parameter = &neuron.parameters[i];
            let Some(e) = value(i) else { continue };
            let mut scope = self.scope_of(neuron, &regs);
            let reg = scope.translate(e);
            regs[i] = reg;
            self.check_finite(bound, parameter, e, reg);
        }
        regs
    }

    fn check_finite(&mut self, bound: &Bound, parameter: &Parameter, e: &Expr, reg: Reg) {
        if let Some(x) = self.init.constant_of(reg)
            && !x.is_finite()
        {
            let message = format!("parameter `{}` is {x}", parameter.name);
            let label = "this divides by zero or is too large";
            self.diagnostics.push(
                Diagnostic::new(codes::NOT_FINITE, e.span, message, label)
                    .with_label(bound.span, "with the values given here"),
            );
        }
    }

    /// f32 holds whole numbers only to 2^24: integers would be rounded.
    fn refuse_integers(&mut self, bound: &Bound) {
        let model = &bound.model;
        if !model.has_integers() {
            return;
        }
        let name = &model.body.name;
        let message =
            format!("`{name}` computes with integers, and the chip of this experiment in f32");
        self.diagnostics.push(
            Diagnostic::new(codes::INTEGERS_IN_F32, bound.span, message, "would be rounded")
                .with_label(model.body.span, "integers are exact")
                .with_help("write `arithmetic f64` in the chip, or leave the line out"),
        );
    }

    fn in_init(&mut self, rule: &Rule<'a>, e: &Expr) -> Reg {
        self.scope_of(&rule.bound.model.body, &rule.parameters).translate(e)
    }

    fn scope_of<'s>(&'s mut self, neuron: &'s Neuron, parameters: &'s [Reg]) -> InitScope<'s> {
        let indices = [self.init.input(1), self.init.input(2)];
        InitScope { b: &mut self.init, neuron, parameters, indices, dt_ms: self.dt_ms }
    }

    /// A trace; its constants are the same for all synapses.
    fn trace(&mut self, rule: &Rule<'a>, name: &str, decay: &Decay) -> Option<Trace> {
        let tau = self.in_init(rule, &decay.tau);
        let step = match &decay.step {
            Some(step) => self.in_init(rule, step),
            None => self.init.constant(1.0),
        };
        let (Some(tau), Some(step)) = (self.init.constant_of(tau), self.init.constant_of(step))
        else {
            let message = format!("`{name}` would differ from synapse to synapse");
            self.diagnostics.push(
                Diagnostic::new(codes::TRACE_VARIES, decay.tau.span, message, "drawn or computed")
                    .with_label(rule.bound.span, "with the values given here")
                    .with_help("time constants and steps of traces are the same for a projection"),
            );
            return None;
        };
        if tau.is_nan() || tau <= 0.0 {
            let message = format!("the time constant of `{name}` is {tau} ms");
            self.diagnostics.push(
                Diagnostic::new(codes::NOT_POSITIVE, decay.tau.span, message, "not positive")
                    .with_label(rule.bound.span, "with the values given here"),
            );
            return None;
        }
        let mode = match decay.mode {
            model::StepMode::Add => StepMode::Add,
            model::StepMode::Set => StepMode::Set,
        };
        Some(Trace { name: name.to_string(), rate: -self.dt_ms / tau, step, mode })
    }

    fn kernel(&mut self) -> Option<SynapseKernel> {
        if !self.diagnostics.is_empty() {
            return None;
        }
        self.lift_all();
        let every = self.every();
        let advance = motion::advance(self);
        let pre = self.pre();
        let post = self.block_program(|rule| rule.bound.model.on_post.as_deref());
        if !self.diagnostics.is_empty() {
            return None;
        }
        let mut outputs: Vec<Reg> = self.columns.iter().map(|(_, r)| *r).collect();
        outputs.extend(&self.initial);
        let names = self.rules.iter().map(|rule| rule.bound.model.body.name.clone());
        Some(SynapseKernel {
            model: names.collect::<Vec<_>>().join(", "),
            states: std::mem::take(&mut self.slots),
            columns: self.columns.iter().map(|(name, _)| name.clone()).collect(),
            pre_traces: std::mem::take(&mut self.pre_traces),
            post_traces: std::mem::take(&mut self.post_traces),
            modulators: std::mem::take(&mut self.modulators),
            reads: std::mem::take(&mut self.reads),
            init: std::mem::take(&mut self.init).finish(&outputs),
            advance,
            pre,
            post,
            every,
        })
    }

    /// Gives a column to every value that differs from synapse to synapse.
    fn lift_all(&mut self) {
        let mut wanted: Vec<(String, Reg)> = Vec::new();
        for rule in &self.rules {
            let model = &rule.bound.model;
            wanted.extend(rule.weight.map(|reg| (model.weight.name.clone(), reg)));
            let parameters = model.body.parameters.iter().zip(&rule.parameters);
            wanted.extend(parameters.map(|(p, reg)| (p.name.clone(), *reg)));
            if let Some((lo, hi)) = rule.bounds {
                wanted.extend([("lo".into(), lo), ("hi".into(), hi)]);
            }
        }
        for (name, reg) in wanted {
            let known = self.columns.iter().any(|(_, r)| *r == reg);
            if !known && self.init.constant_of(reg).is_none() {
                self.columns.push((name, reg));
            }
        }
    }

    /// A new program, all names with their values.
    pub(crate) fn body(&self) -> Body {
        let states = self.slots.len();
        let first_pre = states + self.columns.len();
        let first_post = first_pre + self.pre_traces.len();
        let first_modulator = first_post + self.post_traces.len();
        let first_read = first_modulator + self.modulators.len();
        let elapsed = first_read + self.reads.len();
        let mut b = ProgramBuilder::new(elapsed + 1);
        let states: Vec<Reg> = (0..states).map(|i| b.input(i)).collect();
        let lifted = |b: &mut ProgramBuilder, reg: Reg| match self.init.constant_of(reg) {
            Some(x) => b.constant(x),
            None => {
                let at = self.columns.iter().position(|(_, r)| *r == reg);
                b.input(states.len() + at.expect("invariant: every value has its column"))
            }
        };
        let mut rules = Vec::new();
        for rule in &self.rules {
            let parameters = rule.parameters.iter().map(|reg| lifted(&mut b, *reg)).collect();
            let bounds = rule.bounds.map(|(lo, hi)| (lifted(&mut b, lo), lifted(&mut b, hi)));
            let mut signals = Vec::new();
            for place in &rule.signals {
                signals.push(match place {
                    Place::Weight => match rule.weight {
                        Some(reg) => lifted(&mut b, reg),
                        None => states[0],
                    },
                    Place::Pre(i) => b.input(first_pre + i),
                    Place::Post(i) => b.input(first_post + i),
                    Place::Modulator(i) => b.input(first_modulator + i),
                    Place::Read(i) => b.input(first_read + i),
                });
            }
            rules.push(RuleValues { parameters, signals, bounds });
        }
        let elapsed = b.input(elapsed);
        Body { b, states, rules, elapsed }
    }

    fn pre(&self) -> Program {
        let mut body = self.body();
        let mut sent = None;
        for (i, rule) in self.rules.iter().enumerate() {
            let statements = rule.bound.model.on_pre.as_deref();
            let is_via =
                rule.bound.model.signals.iter().any(|s| matches!(s.kind, SignalKind::Weight));
            if is_via && rule.weight.is_none() {
                // The weight after the block of `learn`.
                let weight = body.states[0];
                for (signal, place) in body.rules[i].signals.iter_mut().zip(&rule.signals) {
                    if *place == Place::Weight {
                        *signal = weight;
                    }
                }
            }
            let delivered = self.run(&mut body, i, statements.unwrap_or_default());
            if is_via {
                let weight = rule.signals.iter().position(|p| *p == Place::Weight);
                let weight = weight.map(|at| body.rules[i].signals[at]);
                sent = delivered.or(weight);
            }
        }
        // Without a synapse the weight itself is sent.
        let sent = sent.unwrap_or_else(|| body.states[0]);
        let mut outputs = body.states;
        outputs.push(sent);
        body.b.finish(&outputs)
    }

    fn block_program(
        &self,
        block: impl Fn(&Rule<'a>) -> Option<&'a [Statement]>,
    ) -> Option<Program> {
        let mut body = self.body();
        let mut any = false;
        for (i, rule) in self.rules.iter().enumerate() {
            if let Some(statements) = block(rule) {
                self.run(&mut body, i, statements);
                any = true;
            }
        }
        any.then(|| body.b.finish(&body.states))
    }

    fn every(&mut self) -> Option<(u32, Program)> {
        let at = self.rules.iter().position(|rule| rule.bound.model.every.is_some())?;
        let bound: &'a Bound = self.rules[at].bound;
        let (time, statements) = bound.model.every.as_ref()?;
        let parameters = self.rules[at].parameters.clone();
        let reg = self.scope_of(&bound.model.body, &parameters).translate(time);
        let ticks = self.init.constant_of(reg).map(|ms| (ms / self.dt_ms + 0.5 + 1e-9).floor());
        let Some(ticks) = ticks.filter(|ticks| (1.0..=1e9).contains(ticks)) else {
            let message =
                "the interval of `on every` is the same for all synapses, at least a tick";
            self.diagnostics.push(
                Diagnostic::new(codes::TRACE_VARIES, time.span, message, "not possible")
                    .with_label(bound.span, "with the values given here"),
            );
            return None;
        };
        let mut body = self.body();
        self.run(&mut body, at, statements);
        Some((ticks as u32, body.b.finish(&body.states)))
    }

    /// Runs a block of a rule on its states; gives what it delivers.
    fn run(&self, body: &mut Body, rule: usize, statements: &[Statement]) -> Option<Reg> {
        let own = &self.rules[rule];
        let neuron = &own.bound.model.body;
        let range = own.first_state..own.first_state + neuron.states.len();
        let mut states = body.states[range.clone()].to_vec();
        let values = &body.rules[rule];
        let mut scope = Scope {
            neuron: Some(neuron),
            parameters: &values.parameters,
            inputs: &values.signals,
            ..Scope::empty(&mut body.b, self.dt_ms)
        };
        let delivered = block(&mut scope, statements, &mut states, None, None);
        if !statements.is_empty() && self.is_learn(own.bound) {
            states[0] = clip(&mut body.b, states[0], values.bounds);
        }
        body.states[range].copy_from_slice(&states);
        delivered
    }

    /// Clips the weight of the rule that learns.
    pub(crate) fn clip_weight(&self, body: &mut Body, weight: Reg) -> Reg {
        let learns = self.rules.iter().position(|rule| self.is_learn(rule.bound));
        let bounds = learns.and_then(|at| body.rules[at].bounds);
        clip(&mut body.b, weight, bounds)
    }

    /// Equations of all rules: index of the rule, state of the kernel, right side.
    pub(crate) fn equations(&self) -> Vec<(usize, usize, &'a Expr)> {
        let mut all = Vec::new();
        for (i, rule) in self.rules.iter().enumerate() {
            let bound: &'a Bound = rule.bound;
            if let Dynamics::Equations(equations) = &bound.model.body.dynamics {
                all.extend(equations.iter().map(|(s, e)| (i, rule.first_state + s, e)));
            }
        }
        all
    }

    /// Whether a rule changes the weight, which then is the first state.
    pub(crate) fn learns(&self) -> bool {
        self.learn().is_some()
    }

    /// All traces in the order of the inputs.
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.pre_traces.iter().chain(&self.post_traces).chain(&self.modulators)
    }

    /// The values of all traces.
    pub(crate) fn trace_values(&self, body: &mut Body) -> Vec<Reg> {
        let first = self.slots.len() + self.columns.len();
        (0..self.traces().count()).map(|i| body.b.input(first + i)).collect()
    }

    /// Where a trace stands among all.
    pub(crate) fn trace_index(&self, place: Place) -> usize {
        let (pre, post) = (self.pre_traces.len(), self.post_traces.len());
        match place {
            Place::Pre(i) => i,
            Place::Post(i) => pre + i,
            Place::Modulator(i) => pre + post + i,
            Place::Weight | Place::Read(_) => unreachable!("invariant: asked for traces only"),
        }
    }

    pub(crate) fn decide(&mut self, choice: &str, reason: String) {
        self.decisions.push(Decision {
            subject: self.projection.name.clone(),
            choice: choice.into(),
            reason,
            span: self.projection.span,
        });
    }
}

/// Values of a rule's parameters while `init` is built.
struct InitScope<'s> {
    b: &'s mut ProgramBuilder,
    neuron: &'s Neuron,
    parameters: &'s [Reg],
    indices: [Reg; 2],
    dt_ms: f64,
}

impl InitScope<'_> {
    fn translate(&mut self, e: &Expr) -> Reg {
        let mut scope = Scope {
            neuron: Some(self.neuron),
            parameters: self.parameters,
            variables: &self.indices,
            ..Scope::empty(self.b, self.dt_ms)
        };
        scope.translate(e)
    }
}

/// The weight within its bounds. What is no number stays so.
fn clip(b: &mut ProgramBuilder, weight: Reg, bounds: Option<(Reg, Reg)>) -> Reg {
    let Some((lo, hi)) = bounds else { return weight };
    let above = b.binary(Binary::Gt, weight, hi);
    let clipped = b.select(above, hi, weight);
    let below = b.binary(Binary::Lt, weight, lo);
    b.select(below, lo, clipped)
}

fn unit(unit: &UnitValue) -> (String, f64) {
    (unit.to_string(), scale(unit))
}
