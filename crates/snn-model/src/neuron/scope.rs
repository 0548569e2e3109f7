//! What names mean at each place of a neuron.

use snn_diagnostics::codes::neuron as codes;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast;
use snn_units::{Exponent, UnitValue};

use super::symbols::{Role, Symbol, Symbols};
use crate::context::Context;
use crate::model::{ExprKind, Integer, Variable};
use crate::project::FileId;
use crate::typed::{Calls, Declared, Draws, Resolution, Scope};

const WHITE_HELP: &str = "its integral has values: give it to a state by an equation, and use the state; \
     blocks have `normal()`";

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Value of a parameter or a state: parameters and draws.
    Value,
    /// Time constants, refractory time, checks: parameters.
    Constant,
    /// Equations and lets: everything, and noise.
    Equation,
    /// The spike condition: everything.
    Condition,
    /// A reset block: everything, locals and draws.
    Reset,
    /// An `on tick` block: also `dt`.
    OnTick,
    /// `on pre` of a synapse: everything, locals, draws and `deliver`.
    Transmission,
    /// A block of a plasticity rule: everything, locals and draws.
    Event,
}

/// What equations and blocks may use.
const EVERYTHING: [Role; 9] = [
    Role::Parameter,
    Role::State,
    Role::Input,
    Role::Receptor,
    Role::Let,
    Role::Weight,
    Role::Trace,
    Role::Modulator,
    Role::Read,
];

/// A name of a block.
pub(super) struct Local {
    pub name: String,
    pub span: Span,
    pub unit: Option<UnitValue>,
    /// The type, where it is an integer.
    pub integer: Option<Integer>,
    pub used: std::cell::Cell<bool>,
}

/// The scope of one place.
pub(super) struct NeuronScope<'s> {
    pub file: FileId,
    pub symbols: &'s Symbols,
    pub place: Place,
    pub locals: &'s [Local],
}

impl<'s> NeuronScope<'s> {
    /// A place without locals.
    pub fn new(file: FileId, symbols: &'s Symbols, place: Place) -> Self {
        Self { file, symbols, place, locals: &[] }
    }

    fn roles(&self) -> &'static [Role] {
        match self.place {
            Place::Value | Place::Constant => &[Role::Parameter],
            _ => &EVERYTHING,
        }
    }

    fn local(&self, name: &str) -> Option<Resolution> {
        let (at, local) = self.locals.iter().enumerate().rfind(|(_, l)| l.name == name)?;
        local.used.set(true);
        Some(match &local.unit {
            Some(unit) => Resolution::Value {
                kind: ExprKind::Local(at),
                unit: unit.clone(),
                declared: Some(local.span),
            },
            None => Resolution::Poison,
        })
    }

    fn symbol(&self, cx: &mut Context<'_>, symbol: &Symbol, span: Span) -> Resolution {
        symbol.used.set(true);
        if self.symbols.is_twice(&symbol.name) {
            return Resolution::Poison;
        }
        if !self.roles().contains(&symbol.role) {
            self.report_place(cx, symbol, span);
            return Resolution::Poison;
        }
        if symbol.noisy && self.place != Place::Equation {
            let message =
                format!("white noise stands in `{}`: only equations can use it", symbol.name);
            cx.report(
                Diagnostic::new(codes::NOISE, span, message, "has no value at one time")
                    .with_label(symbol.span, "declared here")
                    .with_help(WHITE_HELP),
            );
            return Resolution::Poison;
        }
        self.symbols.met_noise.set(self.symbols.met_noise.get() || symbol.noisy);
        if symbol.role == Role::Receptor && symbol.unit.is_some() && self.is_jump(cx, symbol, span)
        {
            return Resolution::Poison;
        }
        match &symbol.unit {
            Some(unit) => Resolution::Value {
                kind: symbol.kind(),
                unit: unit.clone(),
                declared: Some(symbol.span),
            },
            None => Resolution::Poison,
        }
    }

    /// A call of `white`.
    fn white(&self, cx: &mut Context<'_>, call: &ast::Call, span: Span) -> Resolution {
        if self.place != Place::Equation {
            let message = "white noise stands in equations only";
            cx.report(
                Diagnostic::new(codes::NOISE, span, message, "has no value at one time")
                    .with_help(WHITE_HELP),
            );
            return Resolution::Poison;
        }
        if let Some(argument) = call.arguments.first() {
            let message = "`white()` has no arguments";
            cx.report(
                Diagnostic::new(codes::NOISE, argument.value.span, message, "not expected")
                    .with_help(
                        "multiply it by its strength: `sigma * white()`, sigma in mV/s^(1/2)",
                    ),
            );
            return Resolution::Poison;
        }
        let occurrence = self.symbols.whites.get();
        self.symbols.whites.set(occurrence + 1);
        self.symbols.met_noise.set(true);
        let unit = UnitValue::parse("s").zip(Exponent::new(-1, 2)).map(|(s, half)| s.pow(half));
        let kind = ExprKind::Variable(Variable::White(occurrence));
        unit.map_or(Resolution::Poison, |unit| Resolution::Value { kind, unit, declared: None })
    }

    fn is_jump(&self, cx: &mut Context<'_>, symbol: &Symbol, span: Span) -> bool {
        if let Some(state) = &symbol.jumps {
            let message = format!("`{}` has no value: its arrivals jump `{state}`", symbol.name);
            cx.report(
                Diagnostic::new(codes::NOT_AT_THIS_PLACE, span, message, "has no value")
                    .with_label(symbol.span, "declared here")
                    .with_help(format!("leave it out; `{state}` moves at every arrival by itself")),
            );
        }
        symbol.jumps.is_some()
    }

    fn report_place(&self, cx: &mut Context<'_>, symbol: &Symbol, span: Span) {
        let what = match self.place {
            Place::Value => "a value that is set once",
            _ => "a constant of the neuron",
        };
        let message =
            format!("`{}` is {}, which {what} cannot use", symbol.name, symbol.role.noun());
        cx.report(
            Diagnostic::new(codes::NOT_AT_THIS_PLACE, span, message, "changes with time")
                .with_label(symbol.span, "declared here")
                .with_help("only parameters, constants and functions of them may stand here"),
        );
    }
}

impl Scope for NeuronScope<'_> {
    fn file(&self) -> FileId {
        self.file
    }

    fn resolve(&self, cx: &mut Context<'_>, expr: &ast::Expr) -> Resolution {
        if let ast::ExprKind::Call(call) = &expr.kind
            && matches!(&call.function.kind, ast::ExprKind::Name(name) if name == "white")
        {
            return self.white(cx, call, expr.span);
        }
        if let ast::ExprKind::Field(..) = &expr.kind
            && let Some(read) = self.symbols.find(cx.text(expr.span))
        {
            return self.symbol(cx, read, expr.span);
        }
        let ast::ExprKind::Name(name) = &expr.kind else { return Resolution::Unknown };
        if let Some(local) = self.local(name) {
            return local;
        }
        if let Some(symbol) = self.symbols.find(name) {
            return self.symbol(cx, symbol, expr.span);
        }
        if name != "dt" {
            return Resolution::Unknown;
        }
        if self.place == Place::OnTick
            && let Some(unit) = UnitValue::parse("ms")
        {
            return Resolution::Value { kind: ExprKind::Dt, unit, declared: None };
        }
        let message = "`dt` is known in `on tick` blocks only";
        cx.report(
            Diagnostic::new(codes::NOT_AT_THIS_PLACE, expr.span, message, "not here").with_help(
                "equations do not depend on the step: `v' = …` is integrated by the compiler",
            ),
        );
        Resolution::Poison
    }

    fn declared(&self) -> Vec<Declared> {
        let locals = self.locals.iter().filter_map(|l| {
            let dimension = l.unit.as_ref()?.dimension;
            Some(Declared { name: l.name.clone(), dimension })
        });
        let mut declared = self.symbols.declared(self.roles());
        declared.extend(locals);
        declared
    }

    fn draws(&self) -> Draws {
        match self.place {
            Place::Value => Draws::Once,
            Place::Constant => Draws::Forbidden("in a constant of the neuron"),
            Place::Equation | Place::Condition => Draws::Forbidden("in an equation or a condition"),
            Place::Reset | Place::OnTick | Place::Transmission | Place::Event => Draws::Block,
        }
    }

    fn calls(&self) -> Calls {
        Calls::Shared
    }
}
