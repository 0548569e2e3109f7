//! Parameters, states, inputs, receptors and lets.

use snn_diagnostics::codes::{neuron as codes, types};
use snn_diagnostics::{Diagnostic, nearest};
use snn_syntax::ast;
use snn_units::UnitValue;

use super::Statements;
use super::scope::{NeuronScope, Place};
use super::symbols::{Role, Symbols};
use crate::context::Context;
use crate::globals;
use crate::model::{Expr, Let, Parameter, Port, Receptor, Shape, State};
use crate::order;
use crate::project::FileId;
use crate::typed::{type_as, type_integer, type_with_unit};
use crate::units::{integer_type, unit_value};

/// All declarations, checked.
pub(super) struct Declared {
    pub parameters: Vec<Parameter>,
    pub states: Vec<State>,
    pub inputs: Vec<Port>,
    pub receptors: Vec<Receptor>,
    pub lets: Vec<Let>,
}

/// The names with the units written; those without wait for their values.
pub(super) fn collect(cx: &mut Context<'_>, statements: &Statements<'_>) -> Symbols {
    let mut symbols = Symbols::default();
    let groups: [(Role, &[&ast::Declaration]); 5] = [
        (Role::Parameter, &statements.params),
        (Role::State, &statements.states),
        (Role::Input, &statements.inputs),
        (Role::Receptor, &statements.receptors),
        (Role::Let, &statements.lets),
    ];
    for (role, declarations) in groups {
        for (index, declaration) in declarations.iter().enumerate() {
            let mut integer = None;
            let unit = match &declaration.unit {
                Some(unit) if unit.integer.is_some() && may_be_integer(role) => {
                    integer = integer_type(cx, unit);
                    integer.map(|_| UnitValue::one())
                }
                Some(unit) => unit_value(cx, unit),
                None if infers(role, declaration) => None,
                None => Some(UnitValue::one()),
            };
            symbols.add(cx, role, index, &declaration.name, unit);
            symbols.set_integer(role, index, integer);
        }
    }
    // Before expressions are read: a state that was never declared is one fault, wherever it is used.
    for (name, _) in &statements.derivatives {
        if symbols.find(&name.text).is_none() {
            report_no_state(cx, name, &symbols);
        }
    }
    symbols
}

fn may_be_integer(role: Role) -> bool {
    matches!(role, Role::Parameter | Role::State | Role::Receptor)
}

/// Whether a declaration without unit takes that of its value.
fn infers(role: Role, declaration: &ast::Declaration) -> bool {
    match role {
        Role::Parameter | Role::State | Role::Let => declaration.value.is_some(),
        Role::Receptor => shape_name(declaration) == Some("jump"),
        Role::Input | Role::Weight | Role::Trace | Role::Modulator | Role::Read => false,
    }
}

/// Types all values, in an order in which each needs only earlier ones.
pub(super) fn values(
    cx: &mut Context<'_>,
    file: FileId,
    statements: &Statements<'_>,
    symbols: &mut Symbols,
) -> Option<Declared> {
    let defaults = ordered(cx, file, (Role::Parameter, Place::Value), &statements.params, symbols);
    let initials = ordered(cx, file, (Role::State, Place::Value), &statements.states, symbols);
    let shapes: Vec<Option<Shape>> = statements
        .receptors
        .iter()
        .enumerate()
        .map(|(i, declaration)| receptor(cx, file, (i, declaration), symbols))
        .collect();
    for input in &statements.inputs {
        if let Some(value) = &input.value {
            let message = format!("the input `{}` has no value of its own", input.name.text);
            cx.report(
                Diagnostic::new(codes::DECLARATION, value.span, message, "not expected")
                    .with_help("currents come from `inject`; a constant current is a `param`"),
            );
        }
    }
    let bodies = ordered(cx, file, (Role::Let, Place::Equation), &statements.lets, symbols);
    let named = |(d, value): (&&ast::Declaration, Option<Expr>)| {
        Some(Let { name: d.name.text.clone(), value: value? })
    };
    Some(Declared {
        parameters: parameters(statements, defaults, symbols)?,
        states: states(statements, initials, symbols)?,
        inputs: ports(&statements.inputs, Role::Input, symbols)?,
        receptors: ports(&statements.receptors, Role::Receptor, symbols)?
            .into_iter()
            .zip(shapes)
            .enumerate()
            .map(|(i, (port, shape))| {
                let integer = symbols.integer(Role::Receptor, i);
                Some(Receptor { port, integer, shape: shape? })
            })
            .collect::<Option<_>>()?,
        lets: statements.lets.iter().zip(bodies).map(named).collect::<Option<_>>()?,
    })
}

/// Values of one role in dependency order; circles are reported and stay silent afterwards.
fn ordered(
    cx: &mut Context<'_>,
    file: FileId,
    (role, place): (Role, Place),
    declarations: &[&ast::Declaration],
    symbols: &mut Symbols,
) -> Vec<Option<Expr>> {
    let needs: Vec<Vec<usize>> = declarations.iter().map(|d| needs(d, role, symbols)).collect();
    let sorted = order::sort(&needs);
    let mut faulty = vec![false; declarations.len()];
    for cycle in &sorted.cycles {
        let names: Vec<String> = cycle.iter().map(|i| declarations[*i].name.text.clone()).collect();
        let mut d = globals::cycle(&names, declarations[cycle[0]].name.span);
        for i in &cycle[1..] {
            d = d.with_label(declarations[*i].name.span, "part of the circle");
        }
        cx.report(d);
        for i in cycle {
            faulty[*i] = true;
            symbols.set_unit(role, *i, None);
        }
    }
    let mut values: Vec<Option<Expr>> = declarations.iter().map(|_| None).collect();
    for index in &sorted.order {
        let declaration = declarations[*index];
        if faulty[*index] {
            continue;
        }
        let Some(value) = &declaration.value else {
            if role == Role::Let {
                let message = format!("`{}` has no value", declaration.name.text);
                cx.report(Diagnostic::new(
                    codes::DECLARATION,
                    declaration.name.span,
                    message,
                    "no value",
                ));
            }
            continue;
        };
        let scope = NeuronScope::new(file, symbols, place);
        let symbol = symbols.at(role, *index);
        let unit = symbol.and_then(|s| s.unit.clone());
        let integer = symbol.and_then(|s| s.integer);
        let name = format!("`{}`", declaration.name.text);
        match (unit, integer) {
            (Some(_), Some(integer)) => {
                values[*index] = type_integer(cx, &scope, value, integer, &name);
            }
            (Some(unit), None) => values[*index] = type_as(cx, &scope, value, &unit, &name),
            (None, _) if declaration.unit.is_some() => {}
            (None, _) => {
                if let Some((expr, unit)) = type_with_unit(cx, &scope, value) {
                    values[*index] = Some(expr);
                    symbols.set_unit(role, *index, Some(unit));
                }
            }
        }
        symbols.set_noisy(role, *index);
    }
    values
}

fn needs(declaration: &ast::Declaration, role: Role, symbols: &Symbols) -> Vec<usize> {
    let mut found = Vec::new();
    if let Some(value) = &declaration.value {
        order::references(value, &mut |e| {
            if let ast::ExprKind::Name(name) = &e.kind
                && let Some(symbol) = symbols.find(name)
                && symbol.role == role
            {
                found.push(symbol.index);
            }
        });
    }
    found
}

fn parameters(
    statements: &Statements<'_>,
    defaults: Vec<Option<Expr>>,
    symbols: &Symbols,
) -> Option<Vec<Parameter>> {
    let each = statements.params.iter().zip(defaults).enumerate();
    each.map(|(i, (declaration, default))| {
        let unit = symbols.at(Role::Parameter, i)?.unit.clone()?;
        Some(Parameter {
            name: declaration.name.text.clone(),
            dimension: unit.dimension,
            unit,
            integer: symbols.integer(Role::Parameter, i),
            default,
            span: declaration.name.span,
        })
    })
    .collect()
}

fn states(
    statements: &Statements<'_>,
    initials: Vec<Option<Expr>>,
    symbols: &Symbols,
) -> Option<Vec<State>> {
    let each = statements.states.iter().zip(initials).enumerate();
    each.map(|(i, (declaration, initial))| {
        let unit = symbols.at(Role::State, i)?.unit.clone()?;
        Some(State {
            name: declaration.name.text.clone(),
            dimension: unit.dimension,
            unit,
            integer: symbols.integer(Role::State, i),
            initial,
            span: declaration.name.span,
        })
    })
    .collect()
}

fn ports(declarations: &[&ast::Declaration], role: Role, symbols: &Symbols) -> Option<Vec<Port>> {
    let each = declarations.iter().enumerate();
    each.map(|(i, declaration)| {
        let unit = symbols.at(role, i)?.unit.clone()?;
        let name = declaration.name.text.clone();
        Some(Port { name, dimension: unit.dimension, unit, span: declaration.name.span })
    })
    .collect()
}

/// Shapes, how they are written, and their number of arguments.
const SHAPES: [(&str, &str, usize); 5] = [
    ("jump", "jump(v)", 1),
    ("exp", "exp(tau)", 1),
    ("alpha", "alpha(tau)", 1),
    ("biexp", "biexp(rise, decay)", 2),
    ("sum", "sum", 0),
];

fn shape_name(declaration: &ast::Declaration) -> Option<&str> {
    let value = declaration.value.as_ref()?;
    let function = match &value.kind {
        ast::ExprKind::Call(call) => &call.function.kind,
        kind => kind,
    };
    match function {
        ast::ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn receptor(
    cx: &mut Context<'_>,
    file: FileId,
    (index, declaration): (usize, &ast::Declaration),
    symbols: &mut Symbols,
) -> Option<Shape> {
    let name = &declaration.name;
    let Some(value) = &declaration.value else {
        let message = format!("the receptor `{}` has no shape", name.text);
        let help = "say what an arrival does: `jump(v)`, `exp(tau)`, `alpha(tau)`, `biexp(rise, decay)` or `sum`";
        cx.report(Diagnostic::new(codes::SHAPE, name.span, message, "no shape").with_help(help));
        return None;
    };
    if matches!(value.kind, ast::ExprKind::Error) {
        return None;
    }
    let shape = shape_name(declaration);
    let Some((shape, usage, arity)) = SHAPES.iter().find(|(known, ..)| Some(*known) == shape)
    else {
        unknown_shape(cx, value, shape);
        return None;
    };
    let arguments: Vec<&ast::Expr> = match &value.kind {
        ast::ExprKind::Call(call) => call.arguments.iter().map(|a| &a.value).collect(),
        _ => Vec::new(),
    };
    if arguments.len() != *arity {
        let message = format!("a receptor of this shape is written `{usage}`");
        cx.report(
            Diagnostic::new(codes::SHAPE, value.span, message, "wrong number of arguments")
                .with_help(format!("write `{usage}`")),
        );
        return None;
    }
    if *shape == "jump" {
        return jump(cx, (index, declaration), arguments[0], symbols);
    }
    let scope = NeuronScope::new(file, symbols, Place::Constant);
    let ms = UnitValue::parse("ms")?;
    let role = format!("the time constant of `{}`", name.text);
    let mut times: Vec<Option<Expr>> =
        arguments.iter().map(|e| type_as(cx, &scope, e, &ms, &role)).collect();
    let second = times.pop();
    match *shape {
        "exp" => Some(Shape::Exp(second??)),
        "alpha" => Some(Shape::Alpha(second??)),
        "biexp" => Some(Shape::Biexp(times.pop()??, second??)),
        _ => Some(Shape::Sum),
    }
}

fn unknown_shape(cx: &mut Context<'_>, value: &ast::Expr, shape: Option<&str>) {
    let text = cx.text(value.span);
    let message = format!("`{text}` is not the shape of a receptor");
    let mut d = Diagnostic::new(codes::SHAPE, value.span, message, "unknown shape");
    let names = SHAPES.iter().map(|(name, ..)| *name);
    d = match shape.and_then(|s| nearest(s, names)) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")),
        None => {
            d.with_help("shapes: `jump(v)`, `exp(tau)`, `alpha(tau)`, `biexp(rise, decay)`, `sum`")
        }
    };
    cx.report(d);
}

fn jump(
    cx: &mut Context<'_>,
    (index, declaration): (usize, &ast::Declaration),
    target: &ast::Expr,
    symbols: &mut Symbols,
) -> Option<Shape> {
    let ast::ExprKind::Name(name) = &target.kind else {
        let message = "`jump` takes the name of a state";
        cx.report(Diagnostic::new(codes::SHAPE, target.span, message, "not a state"));
        return None;
    };
    let Some(symbol) = symbols.find(name).filter(|s| s.role == Role::State) else {
        report_no_state(cx, &ast::Name { text: name.clone(), span: target.span }, symbols);
        return None;
    };
    symbol.used.set(true);
    if symbol.integer.is_some() {
        let message =
            format!("`{name}` is an integer, which arrivals cannot jump: it may overflow");
        cx.report(
            Diagnostic::new(codes::INTEGER_TYPE, target.span, message, "an integer")
                .with_label(symbol.span, "declared here")
                .with_help("take the arrivals with a `sum` receptor and add them in `on tick`"),
        );
        return None;
    }
    let (state, unit, place) = (symbol.index, symbol.unit.clone(), symbol.span);
    let state_name = name.clone();
    symbols.set_jump(index, &state_name);
    let unit = unit?;
    match symbols.at(Role::Receptor, index).and_then(|s| s.unit.clone()) {
        None if declaration.unit.is_none() => symbols.set_unit(Role::Receptor, index, Some(unit)),
        None => return None,
        Some(own) if own.dimension != unit.dimension => {
            let at = declaration.unit.as_ref().map_or(declaration.name.span, |u| u.span);
            let (receptor, state) = (&declaration.name.text, &state_name);
            let message = format!(
                "arrivals at `{receptor}` are {}, `{state}` is {}",
                own.dimension.describe(),
                unit.dimension.describe()
            );
            cx.report(
                Diagnostic::new(types::DIMENSION, at, message, own.dimension.describe())
                    .with_label(place, unit.dimension.describe())
                    .with_help(format!("write `{receptor}: {unit}`"))
                    .with_fix(at, unit.to_string()),
            );
            return None;
        }
        Some(_) => {}
    }
    Some(Shape::Jump(state))
}

/// Reports a name that is not that of a state where one is needed.
pub(super) fn report_no_state(cx: &mut Context<'_>, name: &ast::Name, symbols: &Symbols) {
    let text = &name.text;
    if cx.is_broken(name.span) || symbols.is_twice(text) {
        return;
    }
    if symbols.find(text).is_none() && !cx.note_unknown(text, name.span) {
        return;
    }
    if let Some(other) = symbols.find(text) {
        let noun = other.role.noun();
        let message = format!("`{text}` is {noun}, a state is needed");
        let d = Diagnostic::new(codes::NOT_A_STATE, name.span, message, noun)
            .with_label(other.span, "declared here")
            .with_help("only what is declared with `state` changes with time");
        cx.report(d);
        return;
    }
    let states =
        || symbols.iter().filter(|s| s.role == Role::State).map(|s| s.name.clone()).collect();
    let message = format!("there is no state `{text}`");
    let mut d = Diagnostic::new(codes::NOT_A_STATE, name.span, message, "unknown state");
    d = match cx.nearest(text, states) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(name.span, near),
        None => d.with_help(format!("declare it: `state {text}: mV = …`")),
    };
    cx.report(d);
}
