//! One population's neuron model as a kernel: one program per tick, one for parameters and initial
//! states.

use snn_chip::Arithmetic;
use snn_diagnostics::{Diagnostic, Span, codes::lowering as codes};
use snn_kernel::{
    Binary, LinearSystem, NeuronKernel, ProgramBuilder, Refractory, Reg, Solution, StateSlot, Unary,
};
use snn_model::model::{Edge, Expr, ExprKind, Neuron, RefractoryMode, Shape};
use snn_numeric::Distribution;
use snn_units::{UnitValue, scale};

use crate::Decision;
use crate::current::Received;
use crate::dynamics;
use crate::exact::Factor;
use crate::receptors::{ShapeState, peak_gain};
use crate::synapse::read_slot;
use crate::translate::{Scope, block, saturate};

/// Inputs of the program while it is built; they are numbered for good at the end.
const ARRIVAL: usize = 1 << 20;
const CURRENT: usize = 2 << 20;
const REFRACTORY: usize = 3 << 20;
const COLUMN: usize = 4 << 20;
const ELEMENT: usize = 5 << 20;
const INPUTS: usize = 6 << 20;

/// What a population gives its neuron model.
pub(crate) struct Given<'a> {
    pub name: &'a str,
    pub span: Span,
    pub parameters: &'a [(usize, Expr)],
    pub initial: &'a [(usize, Expr)],
    /// Noise currents that the population receives.
    pub noises: &'a [Received],
    /// States that synapses read.
    pub reads: &'a [String],
    /// Lets that continuous connections read: their values are kept as states.
    pub exposed: &'a [usize],
    pub dt_ms: f64,
    pub arithmetic: Arithmetic,
}

/// A kernel under construction.
pub(crate) struct Lowering<'a> {
    pub neuron: &'a Neuron,
    pub given: &'a Given<'a>,
    pub dt_ms: f64,
    /// Parameters and initial states; its only input is the index.
    pub init: ProgramBuilder,
    /// One tick.
    pub step: ProgramBuilder,
    /// Parameters, as results of `init` and as values in `step`.
    pub init_parameters: Vec<Reg>,
    pub step_parameters: Vec<Reg>,
    /// Shapes of receptors that have states.
    pub shapes: Vec<Option<ShapeState>>,
    /// All states at the end of the tick before: declared, then hidden.
    pub old: Vec<Reg>,
    pub slots: Vec<StateSlot>,
    /// Slots of the noise currents.
    pub noise_slots: Vec<usize>,
    /// States that synapses read, and the slots they are kept in.
    pub watched: Vec<(usize, usize)>,
    /// Initial values of all states, in the order of the slots.
    initial: Vec<Reg>,
    columns: Vec<(String, Reg)>,
    /// Systems solved for each neuron at the start, and what init gives to them all.
    systems: Vec<LinearSystem>,
    given_to_systems: Vec<Reg>,
    pub diagnostics: Vec<Diagnostic>,
    pub decisions: Vec<Decision>,
}

/// Lowers the neuron model of one population.
pub(crate) fn kernel(
    neuron: &Neuron,
    given: &Given<'_>,
) -> (Option<NeuronKernel>, Vec<Diagnostic>, Vec<Decision>) {
    let mut lowering = Lowering {
        neuron,
        given,
        dt_ms: given.dt_ms,
        init: ProgramBuilder::new(1),
        step: ProgramBuilder::new(INPUTS),
        init_parameters: Vec::new(),
        step_parameters: Vec::new(),
        shapes: Vec::new(),
        old: Vec::new(),
        slots: Vec::new(),
        noise_slots: Vec::new(),
        watched: Vec::new(),
        initial: Vec::new(),
        columns: Vec::new(),
        systems: Vec::new(),
        given_to_systems: Vec::new(),
        diagnostics: Vec::new(),
        decisions: Vec::new(),
    };
    lowering.parameters();
    let kernel = if lowering.diagnostics.is_empty() {
        lowering.states();
        lowering.receptors();
        lowering.noise_states();
        lowering.refractory().map(|refractory| lowering.tick(refractory))
    } else {
        None
    };
    lowering.refuse_integers_in_f32(kernel.as_ref());
    let failed = lowering.diagnostics.iter().any(|d| d.code.id().starts_with('E'));
    (kernel.filter(|_| !failed), lowering.diagnostics, lowering.decisions)
}

impl<'a> Lowering<'a> {
    /// An init result as a value of `step`: a constant where it is one, else a column.
    pub(crate) fn lift(&mut self, name: &str, init: Reg) -> Reg {
        if let Some(value) = self.init.constant_of(init) {
            return self.step.constant(value);
        }
        let at = self.columns.iter().position(|(_, r)| *r == init).unwrap_or_else(|| {
            self.columns.push((name.to_string(), init));
            self.columns.len() - 1
        });
        self.step.input(COLUMN + at)
    }

    /// A coefficient as a value of `step`.
    pub(crate) fn factor(&mut self, factor: Factor) -> Reg {
        match factor {
            Factor::Constant(k) => self.step.constant(k),
            Factor::Element(at) => self.step.input(ELEMENT + at),
        }
    }

    /// Adds a system that is solved for each neuron; gives the number of its first column among those of
    /// all systems.
    pub(crate) fn add_system(
        &mut self,
        system: LinearSystem,
        given: impl Iterator<Item = Reg>,
    ) -> usize {
        let first = self.systems.iter().map(|s| s.wanted.len()).sum();
        self.given_to_systems.extend(given);
        self.systems.push(system);
        first
    }

    /// Whether some coefficients are found for each neuron on its own.
    pub(crate) fn solves_each_neuron(&self) -> bool {
        !self.systems.is_empty()
    }

    /// Translates an expression over parameters, `index` and draws in the init program.
    pub(crate) fn in_init(&mut self, e: &Expr) -> Reg {
        let index = [self.init.input(0)];
        let mut scope = Scope {
            neuron: Some(self.neuron),
            parameters: &self.init_parameters,
            variables: &index,
            ..Scope::empty(&mut self.init, self.dt_ms)
        };
        scope.translate(e)
    }

    /// Translates an expression of the tick, with the states as they are now.
    pub(crate) fn in_step(&mut self, e: &Expr, states: &[Reg], receptors: &[Reg]) -> Reg {
        let inputs = self.currents();
        let mut scope = Scope {
            neuron: Some(self.neuron),
            parameters: &self.step_parameters,
            states,
            receptors,
            inputs: &inputs,
            ..Scope::empty(&mut self.step, self.dt_ms)
        };
        scope.translate(e)
    }

    pub(crate) fn currents(&mut self) -> Vec<Reg> {
        let inputs = 0..self.neuron.inputs.len();
        let mut currents: Vec<Reg> = inputs.map(|i| self.step.input(CURRENT + i)).collect();
        self.add_noise(&mut currents);
        currents
    }

    /// 1 where noise current `i` is on.
    pub(crate) fn noise_switch(&mut self, i: usize) -> Reg {
        self.step.input(CURRENT + self.neuron.inputs.len() + i)
    }

    /// Sum of the weights that arrived at a receptor in this tick.
    pub(crate) fn arrival(&mut self, receptor: usize) -> Reg {
        self.step.input(ARRIVAL + receptor)
    }

    pub(crate) fn is_refractory(&mut self) -> Reg {
        self.step.input(REFRACTORY)
    }

    /// The states that stand still in refractory ticks.
    pub(crate) fn held(&self) -> &[usize] {
        match self.neuron.refractory.as_ref().map(|r| &r.mode) {
            Some(RefractoryMode::Hold(states)) => states,
            _ => &[],
        }
    }

    pub(crate) fn decide(&mut self, choice: impl Into<String>, reason: impl Into<String>) {
        self.decisions.push(Decision {
            subject: self.given.name.to_string(),
            choice: choice.into(),
            reason: reason.into(),
            span: self.given.span,
        });
    }

    /// Values receptors have in equations: their state at the end of the tick before; of `sum`, what
    /// arrived in this tick.
    pub(crate) fn receptor_values(&mut self, states: &[Reg]) -> Vec<Reg> {
        let values = self.shapes.clone();
        let value = |(i, shape): (usize, &Option<ShapeState>)| match shape {
            Some(shape) => states[shape.value],
            None => {
                let sum = self.step.input(ARRIVAL + i);
                let Some(integer) = self.neuron.receptors[i].integer else { return sum };
                let bits = self.step.constant(f64::from(integer.bits));
                saturate(&mut self.step, sum, bits)
            }
        };
        values.iter().enumerate().map(value).collect()
    }

    fn states(&mut self) {
        for (i, state) in self.neuron.states.iter().enumerate() {
            self.slots.push(StateSlot { name: state.name.clone(), unit: unit(&state.unit) });
            self.old.push(self.step.input(i));
            let value = self.given.initial.iter().find(|(s, _)| *s == i).map(|(_, e)| e);
            let initial = match value.or(state.initial.as_ref()) {
                Some(e) => self.in_init(e),
                None => self.init.constant(0.0),
            };
            self.initial.push(initial);
        }
    }

    /// Slots for states as they are after advancing, which synapses read.
    fn watch(&mut self) {
        for name in self.given.reads {
            let Some(state) = self.neuron.states.iter().position(|s| s.name == *name) else {
                continue;
            };
            let unit = self.slots[state].unit.clone();
            let slot = self.hide(read_slot(name), unit, self.initial[state]);
            self.watched.push((state, slot));
        }
    }

    /// A state that no text names.
    pub(crate) fn hide(&mut self, name: String, unit: (String, f64), initial: Reg) -> usize {
        self.slots.push(StateSlot { name, unit });
        self.old.push(self.step.input(self.slots.len() - 1));
        self.initial.push(initial);
        self.slots.len() - 1
    }

    fn receptors(&mut self) {
        let zero = self.init.constant(0.0);
        for receptor in &self.neuron.receptors {
            let name = &receptor.port.name;
            let unit = unit(&receptor.port.unit);
            let shape = match &receptor.shape {
                Shape::Jump(_) | Shape::Sum => None,
                Shape::Exp(tau) => {
                    let decay_ms = self.time_constant(tau, name);
                    let value = self.hide(name.clone(), unit, zero);
                    Some(ShapeState { value, decay_ms, rise: None, gain: None })
                }
                Shape::Alpha(tau) => {
                    let decay_ms = self.time_constant(tau, name);
                    Some(self.rising(name, unit, decay_ms, decay_ms))
                }
                Shape::Biexp(rise, decay) => {
                    let rise_ms = self.time_constant(rise, name);
                    let decay_ms = self.time_constant(decay, name);
                    Some(self.rising(name, unit, rise_ms, decay_ms))
                }
            };
            self.shapes.push(shape);
        }
    }

    fn rising(
        &mut self,
        name: &str,
        unit: (String, f64),
        rise_ms: Reg,
        decay_ms: Reg,
    ) -> ShapeState {
        let zero = self.init.constant(0.0);
        let value = self.hide(name.to_string(), unit.clone(), zero);
        let per_ms = (format!("{}/ms", unit.0), unit.1);
        let rise = self.hide(format!("{name}.rise"), per_ms, zero);
        let gain = peak_gain(&mut self.init, rise_ms, decay_ms);
        ShapeState { value, decay_ms, rise: Some((rise, rise_ms)), gain: Some(gain) }
    }

    fn time_constant(&mut self, tau: &Expr, receptor: &str) -> Reg {
        let reg = self.in_init(tau);
        if let Some(x) = self.init.constant_of(reg)
            && x.is_nan() | (x <= 0.0)
        {
            self.diagnostics.push(
                Diagnostic::new(
                    codes::NOT_POSITIVE,
                    tau.span,
                    format!("the time constant of `{receptor}` is {x} ms in `{}`", self.given.name),
                    "a time constant must be positive",
                )
                .with_label(self.given.span, "with the values given here"),
            );
        }
        reg
    }

    /// Refractory time in ticks; `None` where it cannot be.
    fn refractory(&mut self) -> Option<Option<Refractory>> {
        let Some(refractory) = &self.neuron.refractory else { return Some(None) };
        let reg = self.in_init(&refractory.duration);
        let Some(duration_ms) = self.init.constant_of(reg) else {
            let dt = self.init.constant(self.dt_ms);
            let half = self.init.constant(0.5);
            let zero = self.init.constant(0.0);
            let ticks = self.init.binary(Binary::Div, reg, dt);
            let ticks = self.init.binary(Binary::Add, ticks, half);
            let ticks = self.init.unary(Unary::Floor, ticks);
            let ticks = self.init.binary(Binary::Max, ticks, zero);
            self.columns.push(("refractory".into(), ticks));
            return Some(Some(Refractory::Column(self.columns.len() as u32 - 1)));
        };
        let ticks = duration_ms / self.dt_ms;
        let whole = ticks.round();
        let on_grid = (ticks - whole).abs() <= 1e-9 * whole.max(1.0);
        let rounded = if on_grid { whole } else { (ticks + 0.5).floor() };
        if !(0.0..=1e9).contains(&rounded) {
            self.diagnostics.push(
                Diagnostic::new(
                    codes::BAD_REFRACTORY,
                    refractory.duration.span,
                    format!("`{}` would be refractory for {duration_ms} ms", self.given.name),
                    "a refractory time is zero or more, and less than 10^9 ticks",
                )
                .with_label(self.given.span, "with the values given here"),
            );
            return None;
        }
        if !on_grid {
            self.diagnostics.push(
                Diagnostic::new(
                    codes::OFF_GRID_REFRACTORY,
                    self.at_fault(&refractory.duration),
                    format!("the refractory time {duration_ms} ms is not a whole number of ticks"),
                    format!("runs as {} ms", rounded * self.dt_ms),
                )
                .with_help(format!("dt is {} ms: use a multiple of it", self.dt_ms)),
            );
        }
        Some(Some(Refractory::Ticks(rounded as u32)))
    }

    /// Where a value of the neuron comes from: the population, if it gives the parameter that the value
    /// is; the neuron otherwise.
    fn at_fault(&self, e: &Expr) -> Span {
        let given = self
            .given
            .parameters
            .iter()
            .find(|(i, _)| matches!(e.kind, ExprKind::Parameter(parameter) if parameter == *i));
        given.map_or(e.span, |(_, value)| value.span)
    }

    /// The program of one tick.
    fn tick(&mut self, refractory: Option<Refractory>) -> NeuronKernel {
        let before = match &self.neuron.spike {
            Some(spike) if spike.edge == Edge::Rising => {
                let initial = self.initial_condition(&spike.condition);
                Some(self.hide("spike.before".into(), (String::new(), 1.0), initial))
            }
            _ => None,
        };
        self.watch();
        let exposed: Vec<(usize, &Expr)> = self.expose();
        let mut states = dynamics::advance(self, refractory.is_some());
        let spike = match &self.neuron.spike {
            None => self.step.constant(0.0),
            Some(spike) => {
                let receptors = self.receptor_values(&states);
                let mut test = self.in_step(&spike.condition, &states, &receptors);
                if spike.edge == Edge::Rate {
                    test = self.by_chance(test);
                }
                if let Some(before) = before {
                    let was_false = self.step.unary(Unary::Not, self.old[before]);
                    states[before] = test;
                    test = self.step.binary(Binary::And, test, was_false);
                }
                self.test_and_reset(test, refractory.is_some(), &mut states)
            }
        };
        self.step_noise(&mut states);
        let receptors = self.receptor_values(&states);
        let seen = states.clone();
        for (slot, value) in exposed {
            states[slot] = self.in_step(value, &seen, &receptors);
        }
        let mut outputs = states;
        outputs.push(spike);
        self.finish(refractory, &outputs)
    }

    /// Whether a neuron spikes by chance in this tick: with probability 1 - exp(-rate·dt), written
    /// as x·exprel(-x) so that a small one keeps its digits in f32.
    fn by_chance(&mut self, rate: Reg) -> Reg {
        // Beyond this the probability is 1 in every arithmetic; an infinite rate must not become NaN.
        let certain = self.step.constant(64.0);
        let dt = self.step.constant(self.dt_ms);
        let x = self.step.binary(Binary::Mul, rate, dt);
        let x = self.step.binary(Binary::Min, certain, x);
        let minus_x = self.step.unary(Unary::Neg, x);
        let relative = self.step.unary(Unary::Exprel, minus_x);
        let probability = self.step.binary(Binary::Mul, x, relative);
        let (zero, one) = (self.step.constant(0.0), self.step.constant(1.0));
        let u = self.step.draw(Distribution::Uniform, (zero, one), None);
        self.step.binary(Binary::Lt, u, probability)
    }

    fn test_and_reset(&mut self, test: Reg, refractory: bool, states: &mut [Reg]) -> Reg {
        let free = refractory.then(|| {
            let refractory = self.is_refractory();
            self.step.unary(Unary::Not, refractory)
        });
        let spike = match free {
            Some(free) => self.step.binary(Binary::And, test, free),
            None => test,
        };
        let neuron = self.neuron;
        let tested = states.to_vec();
        self.run_block(&neuron.reset, states, Some(spike), None);
        if !neuron.otherwise.is_empty() {
            let no_spike = self.step.unary(Unary::Not, spike);
            let quiet = match free {
                Some(free) => self.step.binary(Binary::And, no_spike, free),
                None => no_spike,
            };
            let mut other = tested.clone();
            self.run_block(&neuron.otherwise, &mut other, Some(quiet), None);
            for ((state, other), tested) in states.iter_mut().zip(other).zip(tested) {
                if other != tested {
                    *state = self.step.select(spike, *state, other);
                }
            }
        }
        spike
    }

    /// Runs a block of the neuron on `states`.
    pub(crate) fn run_block(
        &mut self,
        statements: &[snn_model::model::Statement],
        states: &mut [Reg],
        only_if: Option<Reg>,
        held: Option<(&[usize], Reg)>,
    ) {
        let receptors = self.receptor_values(states);
        let inputs = self.currents();
        let mut scope = Scope {
            neuron: Some(self.neuron),
            parameters: &self.step_parameters,
            receptors: &receptors,
            inputs: &inputs,
            ..Scope::empty(&mut self.step, self.dt_ms)
        };
        block(&mut scope, statements, states, only_if, held);
    }

    /// Slots for the lets that others read, at t_0 of the initial states without inputs.
    fn expose(&mut self) -> Vec<(usize, &'a Expr)> {
        let (given, neuron): (&'a Given<'a>, &'a Neuron) = (self.given, self.neuron);
        let lets = given.exposed.iter().map(|at| &neuron.lets[*at]);
        lets.map(|l| {
            let initial = self.initial_condition(&l.value);
            (self.hide(l.name.clone(), (String::new(), 1.0), initial), &l.value)
        })
        .collect()
    }

    /// Whether the spike condition holds at t_0: a neuron that starts above a rising threshold does not
    /// cross it.
    fn initial_condition(&mut self, condition: &Expr) -> Reg {
        let states = self.initial.clone();
        let zero = self.init.constant(0.0);
        let receptors = vec![zero; self.neuron.receptors.len()];
        let inputs = vec![zero; self.neuron.inputs.len()];
        let mut scope = Scope {
            neuron: Some(self.neuron),
            parameters: &self.init_parameters,
            states: &states,
            receptors: &receptors,
            inputs: &inputs,
            ..Scope::empty(&mut self.init, self.dt_ms)
        };
        scope.translate(condition)
    }

    fn finish(&mut self, refractory: Option<Refractory>, outputs: &[Reg]) -> NeuronKernel {
        let mut init_outputs: Vec<Reg> = self.columns.iter().map(|(_, r)| *r).collect();
        init_outputs.extend(self.initial.iter().chain(&self.given_to_systems));
        let mut columns: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let own_columns = columns.len();
        for system in &self.systems {
            let what = match system.solution {
                Solution::Propagator => "propagator",
                Solution::Noise => "noise",
            };
            columns.extend(system.wanted.iter().map(|_| what.to_string()));
        }
        let mut inputs: Vec<String> = self.neuron.inputs.iter().map(|i| i.name.clone()).collect();
        inputs.extend(self.noise_slots.iter().map(|slot| self.slots[*slot].name.clone()));
        let mut kernel = NeuronKernel {
            model: self.neuron.name.clone(),
            states: std::mem::take(&mut self.slots),
            columns,
            receptors: self.neuron.receptors.iter().map(|r| r.port.name.clone()).collect(),
            inputs,
            refractory,
            step: std::mem::take(&mut self.step).finish(outputs),
            init: std::mem::take(&mut self.init).finish(&init_outputs),
            systems: std::mem::take(&mut self.systems),
            leap: None,
        };
        let place = |i: u32| {
            let i = i as usize;
            let place = match i {
                _ if i < ARRIVAL => i,
                _ if i < CURRENT => kernel.first_arrival() + (i - ARRIVAL),
                _ if i < REFRACTORY => kernel.first_current() + (i - CURRENT),
                REFRACTORY => kernel.refractory_input(),
                _ if i < ELEMENT => kernel.first_column() + (i - COLUMN),
                _ => kernel.first_column() + own_columns + (i - ELEMENT),
            };
            place as u32
        };
        kernel.step = kernel.step.clone().with_inputs(kernel.step_inputs(), place);
        kernel
    }
}

/// Symbol and coherent size of a declared unit.
pub(crate) fn unit(unit: &UnitValue) -> (String, f64) {
    (unit.to_string(), scale(unit))
}
