//! Populations that certainly never spike by themselves, and whether a receptor excites.

use std::sync::Arc;

use snn_numeric::Distribution;
use snn_units::show;

use crate::model::{
    Binary, Dynamics, Edge, Expr, ExprKind, Neuron, Object, ObjectKind, Outside, Shape, Unary,
};
use crate::neuron;
use crate::typed::{Bindings, evaluate};

/// Why a population without input never spikes.
pub(super) struct Silence {
    /// For the message.
    pub reason: String,
    /// Whether it moves none the less, so that its states may be what it is there for.
    pub moves: bool,
    /// The state that stays below the threshold, whatever lowers it.
    below: Option<usize>,
}

impl Silence {
    /// Whether it stays silent though spikes with this weight arrive: they only lower what is tested.
    pub fn bears(&self, neuron: &Neuron, receptor: u16, weight: f64) -> bool {
        let shape = neuron.receptors.get(usize::from(receptor)).map(|r| &r.shape);
        matches!((shape, self.below), (Some(Shape::Jump(to)), Some(state)) if *to == state)
            && weight <= 0.0
    }
}

/// Whether a population without input certainly never spikes; none where this cannot be told.
pub(super) fn silence(object: &Object, neurons: &[Arc<Neuron>]) -> Option<Silence> {
    let ObjectKind::Population { neuron, parameters, initial, .. } = &object.kind else {
        return None;
    };
    let model = &neurons[*neuron];
    let Some(spike) = &model.spike else {
        return Some(Silence {
            reason: "it has no `spike` line".into(),
            moves: false,
            below: None,
        });
    };
    let Dynamics::Equations(equations) = &model.dynamics else { return None };
    if spike.edge == Edge::Rate || !model.otherwise.is_empty() {
        return None;
    }
    let place = Place { model, values: &neuron::values(model, parameters), initial };
    place.stays_below(equations, &spike.condition).or_else(|| {
        let reason = "it starts at rest below threshold".into();
        place.at_rest(equations, &spike.condition)?.then_some(Silence {
            reason,
            moves: false,
            below: None,
        })
    })
}

/// Whether arrivals at a receptor drive what is tested up (above 0) or down when it is at the threshold; none
/// where this cannot be told.
pub(super) fn effect(object: &Object, neurons: &[Arc<Neuron>], receptor: usize) -> Option<f64> {
    let ObjectKind::Population { neuron, parameters, initial, .. } = &object.kind else {
        return None;
    };
    let model = &neurons[*neuron];
    let place = Place { model, values: &neuron::values(model, parameters), initial };
    let (state, threshold) = place.threshold(&model.spike.as_ref()?.condition)?;
    if let Shape::Jump(to) = model.receptors.get(receptor)?.shape {
        return (to == state).then_some(1.0);
    }
    let Dynamics::Equations(equations) = &model.dynamics else { return None };
    let (_, rate) = equations.iter().find(|(of, _)| *of == state)?;
    let mut states = place.starts()?;
    states[state] = place.constant(threshold)?;
    let open = place.value(rate, &states, Some(receptor))?;
    Some(open - place.value(rate, &states, None)?)
}

/// A neuron without input and with its values.
struct Place<'a> {
    model: &'a Neuron,
    values: &'a [Option<f64>],
    initial: &'a [(usize, Expr)],
}

impl Place<'_> {
    /// All values are constants, no rate of change is other than 0, and the test fails.
    fn at_rest(&self, equations: &[(usize, Expr)], condition: &Expr) -> Option<bool> {
        let states = self.starts()?;
        for (_, rate) in equations {
            if self.value(rate, &states, None)? != 0.0 {
                return Some(false);
            }
        }
        Some(self.value(condition, &states, None)? == 0.0)
    }

    fn start(&self, state: usize) -> Option<&Expr> {
        let given = self.initial.iter().find(|(at, _)| *at == state).map(|(_, e)| e);
        given.or(self.model.states[state].initial.as_ref())
    }

    /// The first values, where they are constants.
    fn starts(&self) -> Option<Vec<f64>> {
        let bindings = self.bindings(&[]);
        (0..self.model.states.len())
            .map(|i| self.start(i).map_or(Some(0.0), |e| evaluate(e, &bindings)))
            .collect()
    }

    /// The value of an expression in these states; inputs and receptors are 0, the open receptor is 1.
    fn value(&self, e: &Expr, states: &[f64], open: Option<usize>) -> Option<f64> {
        let mut lets: Vec<Option<f64>> = Vec::new();
        for named in &self.model.lets {
            let mut value = named.value.clone();
            put(&mut value, states, open);
            lets.push(evaluate(&value, &self.bindings(&lets)));
        }
        let mut e = e.clone();
        put(&mut e, states, open);
        evaluate(&e, &self.bindings(&lets))
    }

    /// State and bound of the test `v >= threshold`.
    fn threshold<'e>(&self, condition: &'e Expr) -> Option<(usize, &'e Expr)> {
        match &condition.kind {
            ExprKind::Binary(Binary::Ge | Binary::Gt, tested, threshold) => match tested.kind {
                ExprKind::State(state) => Some((state, threshold)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The test is `v >= threshold`, the rate of v is linear in v alone and falls with it, and both its start
    /// and the value that it goes to lie below the threshold.
    fn stays_below(&self, equations: &[(usize, Expr)], condition: &Expr) -> Option<Silence> {
        let (state, threshold) = self.threshold(condition)?;
        let threshold = self.constant(threshold)?;
        let start = self.highest(self.start(state))?;
        let (slope, offset) = match equations.iter().find(|(of, _)| *of == state) {
            Some((_, rate)) => self.line(rate, state)?,
            None => (0.0, 0.0),
        };
        let end = match (slope, offset) {
            (a, b) if a < 0.0 => -b / a,
            (a, b) if a == 0.0 && b <= 0.0 => start,
            _ => return None,
        };
        let top = start.max(end);
        // Rounding may carry what comes close to the threshold over it.
        if top >= threshold - 1e-9 * threshold.abs().max(top.abs()) {
            return None;
        }
        let v = &self.model.states[state];
        let (top, threshold) = (show(top, &v.unit), show(threshold, &v.unit));
        let reason = format!("`{}` stays at or below {top}, its threshold is {threshold}", v.name);
        let moves = end != start || self.start(state).is_some_and(Expr::draws);
        Some(Silence { reason, moves, below: Some(state) })
    }

    fn bindings<'b>(&'b self, lets: &'b [Option<f64>]) -> Bindings<'b> {
        Bindings::new(self.values, lets, &self.model.functions)
    }

    fn constant(&self, e: &Expr) -> Option<f64> {
        match self.line(e, usize::MAX)? {
            (0.0, value) => Some(value),
            _ => None,
        }
    }

    /// The largest value that a state can begin with.
    fn highest(&self, e: Option<&Expr>) -> Option<f64> {
        let Some(e) = e else { return Some(0.0) };
        let ExprKind::Draw { distribution, arguments, bounds } = &e.kind else {
            return evaluate(e, &self.bindings(&[]));
        };
        match (distribution, bounds) {
            (_, Some(bounds)) => {
                let (_, hi, Outside::Redraw | Outside::Clamp) = &**bounds;
                evaluate(hi, &self.bindings(&[]))
            }
            (Distribution::Uniform, None) => {
                let (a, b) = &**arguments;
                let bindings = self.bindings(&[]);
                Some(evaluate(a, &bindings)?.max(evaluate(b, &bindings)?))
            }
            _ => None,
        }
    }

    /// `(a, b)` where the expression is `a v + b` in the state, and nothing else in it moves; receptors and
    /// inputs are 0. Recursion: lets use earlier ones, the rest is as deep as the parser allows.
    fn line(&self, e: &Expr, state: usize) -> Option<(f64, f64)> {
        let line = |e: &Expr| self.line(e, state);
        let (a, b) = match &e.kind {
            ExprKind::State(at) if *at == state => (1.0, 0.0),
            ExprKind::State(_) => return None,
            ExprKind::Receptor(_) | ExprKind::Input(_) => (0.0, 0.0),
            ExprKind::Let(at) => line(&self.model.lets[*at].value)?,
            ExprKind::Unary(Unary::Neg, x) => {
                let (a, b) = line(x)?;
                (-a, -b)
            }
            ExprKind::Binary(op, x, y) => {
                let ((a, b), (c, d)) = (line(x)?, line(y)?);
                match op {
                    Binary::Add => (a + c, b + d),
                    Binary::Sub => (a - c, b - d),
                    Binary::Mul if a == 0.0 => (b * c, b * d),
                    Binary::Mul if c == 0.0 => (a * d, b * d),
                    Binary::Div if c == 0.0 => (a / d, b / d),
                    _ => return None,
                }
            }
            _ => (0.0, evaluate(e, &self.bindings(&[]))?),
        };
        (a.is_finite() && b.is_finite()).then_some((a, b))
    }
}

/// States, inputs and receptors as numbers.
fn put(e: &mut Expr, states: &[f64], open: Option<usize>) {
    match e.kind {
        ExprKind::State(i) => e.kind = ExprKind::Number(states[i]),
        ExprKind::Receptor(i) => e.kind = ExprKind::Number(f64::from(u8::from(open == Some(i)))),
        ExprKind::Input(_) => e.kind = ExprKind::Number(0.0),
        _ => e.children_mut().into_iter().for_each(|child| put(child, states, open)),
    }
}
