//! Constants and functions of all files: typed once, in dependency order.

use std::collections::HashMap;

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, ItemKind};
use snn_units::UnitValue;

use crate::context::Context;
use crate::model::{self, ExprKind};
use crate::names::{Found, ItemId, Kind, refuse_builtin};
use crate::order;
use crate::project::FileId;
use crate::typed::{self, Bindings, Calls, Declared, Draws, Resolution, Scope};
use crate::units;

/// Deepest nesting of an expression with the functions it calls.
const MAX_DEPTH: usize = 600;

/// Constants and functions.
#[derive(Debug, Default)]
pub(crate) struct Globals {
    constants: HashMap<ItemId, Option<Constant>>,
    signatures: HashMap<ItemId, Signature>,
    /// Bodies of functions; `ExprKind::Apply` outside a finished neuron indexes these.
    pub functions: Vec<model::Function>,
    /// Depth of each body with all it calls.
    depths: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Constant {
    value: f64,
    unit: UnitValue,
}

/// What calls of a function need to know.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// Its name.
    pub name: String,
    /// Names and units of its arguments; none where one is faulty.
    pub arguments: Option<Vec<(String, UnitValue)>>,
    /// Unit of its result.
    pub result: Option<UnitValue>,
    /// Index of its body in [`Globals::functions`]; none where it is faulty.
    pub body: Option<usize>,
}

impl Globals {
    /// Fills `cx.globals`.
    pub fn collect(cx: &mut Context<'_>) {
        let project = cx.project;
        let items: Vec<ItemId> = project
            .files()
            .flat_map(|(file, _)| {
                let mut here = cx.items_of(file, Kind::Const);
                here.extend(cx.items_of(file, Kind::Fn));
                here
            })
            .collect();
        let index: HashMap<ItemId, usize> =
            items.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let needs: Vec<Vec<usize>> = items.iter().map(|id| needs(cx, *id, &index)).collect();
        let sorted = order::sort(&needs);
        for cycle in &sorted.cycles {
            let members: Vec<ItemId> = cycle.iter().map(|i| items[*i]).collect();
            report_cycle(cx, &members);
            for id in members {
                poison(cx, id);
            }
        }
        for i in sorted.order {
            collect_item(cx, items[i]);
        }
    }

    /// The signature of a function.
    pub fn signature(&self, id: ItemId) -> Option<&Signature> {
        self.signatures.get(&id)
    }
}

impl Context<'_> {
    /// The constant that `name` or `alias.name` means.
    pub fn constant(&self, file: FileId, e: &ast::Expr) -> Resolution {
        let id = match self.find(file, e) {
            Found::Item(id) => id,
            Found::Poison => return Resolution::Poison,
            Found::Nothing => return Resolution::Unknown,
        };
        match self.kind(id) {
            Kind::Later => Resolution::Poison,
            Kind::Const => match self.globals.constants.get(&id) {
                Some(Some(constant)) => Resolution::Value {
                    kind: ExprKind::Number(constant.value),
                    unit: constant.unit.clone(),
                    declared: Some(self.name_span(id)),
                },
                _ => Resolution::Poison,
            },
            _ => Resolution::Unknown,
        }
    }

    /// Plain names of constants visible in a file.
    pub fn value_names(&self, file: FileId) -> Vec<String> {
        if !self.may_hint() {
            return Vec::new();
        }
        self.names
            .visible(file)
            .filter(|(_, id)| self.kind(*id) == Kind::Const)
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}

/// Constants and functions that the value of an item uses.
fn needs(cx: &Context<'_>, id: ItemId, index: &HashMap<ItemId, usize>) -> Vec<usize> {
    let value = match &cx.item(id).kind {
        ItemKind::Const(declaration) => declaration.value.as_ref(),
        ItemKind::Fn { body, .. } => Some(body),
        _ => None,
    };
    let own: Vec<&str> = match &cx.item(id).kind {
        ItemKind::Fn { parameters, .. } => {
            parameters.iter().map(|p| p.name.text.as_str()).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    if let Some(value) = value {
        order::references(value, &mut |e| {
            if matches!(&e.kind, ast::ExprKind::Name(name) if own.contains(&name.as_str())) {
                return;
            }
            if let Found::Item(id) = cx.find(id.file, e) {
                found.extend(index.get(&id));
            }
        });
    }
    found
}

fn report_cycle(cx: &mut Context<'_>, members: &[ItemId]) {
    let names: Vec<String> =
        members.iter().map(|id| cx.text(cx.name_span(*id)).to_owned()).collect();
    let (first, rest) = (members[0], &members[1..]);
    let functions = cx.kind(first) == Kind::Fn;
    let mut d = cycle(&names, cx.name_span(first));
    for id in rest {
        d = d.with_label(cx.name_span(*id), "part of the circle");
    }
    if functions {
        d = d.with_help("functions cannot be recursive; write the loop out, or use `on tick`");
    }
    cx.report(d);
}

/// The fault of names that need each other: `a needs b needs a`.
pub(crate) fn cycle(names: &[String], span: Span) -> Diagnostic {
    let mut path: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    path.extend(path.first().cloned());
    let message = match names {
        [only] => format!("`{only}` needs itself"),
        _ => format!("these need each other: {}", path.join(" needs ")),
    };
    Diagnostic::new(types::CYCLE, span, message, "has no value")
}

fn poison(cx: &mut Context<'_>, id: ItemId) {
    match &cx.item(id).kind {
        ItemKind::Fn { name, .. } => {
            let signature =
                Signature { name: name.text.clone(), arguments: None, result: None, body: None };
            cx.globals.signatures.insert(id, signature);
        }
        _ => {
            cx.globals.constants.insert(id, None);
        }
    }
}

fn collect_item(cx: &mut Context<'_>, id: ItemId) {
    if cx.globals.constants.contains_key(&id) || cx.globals.signatures.contains_key(&id) {
        return;
    }
    match &cx.item(id).kind {
        ItemKind::Const(declaration) => {
            let value = constant(cx, id.file, declaration);
            cx.globals.constants.insert(id, value);
        }
        ItemKind::Fn { name, parameters, unit, body } => {
            let signature = function(cx, id.file, (name, parameters, unit.as_ref(), body));
            cx.globals.signatures.insert(id, signature);
        }
        _ => {}
    }
}

fn constant(
    cx: &mut Context<'_>,
    file: FileId,
    declaration: &ast::Declaration,
) -> Option<Constant> {
    let scope = ConstantScope { file };
    let name = &declaration.name;
    let unit = match &declaration.unit {
        Some(unit) => Some(units::unit_value(cx, unit)?),
        None => None,
    };
    let Some(value) = &declaration.value else {
        let message = format!("the constant `{}` has no value", name.text);
        let help = format!("write `const {} = …`", name.text);
        cx.report(
            Diagnostic::new(types::NOT_CONSTANT, name.span, message, "no value").with_help(help),
        );
        return None;
    };
    let (expr, unit) = match unit {
        Some(unit) => {
            (typed::type_as(cx, &scope, value, &unit, &format!("`{}`", name.text))?, unit)
        }
        None => typed::type_with_unit(cx, &scope, value)?,
    };
    let value = number(cx, &expr)?;
    Some(Constant { value, unit })
}

/// The value of a closed expression; reports where it is none or not finite.
pub(crate) fn number(cx: &mut Context<'_>, expr: &model::Expr) -> Option<f64> {
    let value = typed::evaluate(expr, &Bindings::closed(&cx.globals.functions));
    match value {
        Some(value) if value.is_finite() => Some(value),
        Some(value) => {
            let message = format!("this has no finite value: {value}");
            cx.report(Diagnostic::new(types::NOT_FINITE, expr.span, message, "not finite"));
            None
        }
        None => {
            let message = "this is not a constant, or takes more than a million steps";
            cx.report(Diagnostic::new(types::NOT_CONSTANT, expr.span, message, "no constant"));
            None
        }
    }
}

type FunctionParts<'t> =
    (&'t ast::Name, &'t [ast::Declaration], Option<&'t ast::UnitExpr>, &'t ast::Expr);

fn function(
    cx: &mut Context<'_>,
    file: FileId,
    (name, parameters, unit, body): FunctionParts<'_>,
) -> Signature {
    refuse_builtin(cx, name);
    let arguments = arguments(cx, parameters);
    let wanted = unit.map(|unit| units::unit_value(cx, unit));
    let mut signature = Signature {
        name: name.text.clone(),
        arguments: arguments.clone(),
        result: wanted.clone().flatten(),
        body: None,
    };
    let Some(arguments) = arguments else { return signature };
    let spans = parameters.iter().map(|p| p.name.span).collect();
    let scope = FunctionScope { file, arguments, spans };
    let typed = match wanted {
        Some(None) => None,
        Some(Some(unit)) => {
            let role = format!("the result of `{}`", name.text);
            typed::type_as(cx, &scope, body, &unit, &role)
        }
        None => typed::type_with_unit(cx, &scope, body).map(|(expr, unit)| {
            signature.result = Some(unit);
            expr
        }),
    };
    let Some(typed) = typed else { return signature };
    let depth = depth(cx, &typed);
    if depth > MAX_DEPTH {
        let message = format!("calls in `{}` nest too deep", name.text);
        cx.report(
            Diagnostic::new(types::TOO_LARGE, name.span, message, "too deep")
                .with_help(format!("at most {MAX_DEPTH} operations may stand inside each other")),
        );
        signature.result = None;
        return signature;
    }
    signature.body = Some(cx.globals.functions.len());
    let function =
        model::Function { name: name.text.clone(), arity: scope.arguments.len(), body: typed };
    cx.globals.functions.push(function);
    cx.globals.depths.push(depth);
    signature
}

fn arguments(
    cx: &mut Context<'_>,
    parameters: &[ast::Declaration],
) -> Option<Vec<(String, UnitValue)>> {
    let mut arguments: Option<Vec<(String, UnitValue)>> = Some(Vec::new());
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for parameter in parameters {
        let unit = match &parameter.unit {
            Some(unit) => units::unit_value(cx, unit),
            None => Some(UnitValue::one()),
        };
        if let Some(first) = seen.insert(&parameter.name.text, parameter.name.span) {
            cx.report(crate::names::duplicate(&parameter.name, first));
        }
        match unit {
            Some(unit) => {
                if let Some(list) = &mut arguments {
                    list.push((parameter.name.text.clone(), unit));
                }
            }
            None => arguments = None,
        }
    }
    arguments
}

/// Depth of an expression with the functions it calls. Recursion: the parser bounds the depth.
fn depth(cx: &Context<'_>, expr: &model::Expr) -> usize {
    let callee = match &expr.kind {
        ExprKind::Apply(function, _) => cx.globals.depths.get(*function).copied().unwrap_or(0),
        _ => 0,
    };
    let inner = expr.children().map(|e| depth(cx, e)).max().unwrap_or(0);
    1 + inner + callee
}

struct ConstantScope {
    file: FileId,
}

impl Scope for ConstantScope {
    fn file(&self) -> FileId {
        self.file
    }

    fn resolve(&self, _: &mut Context<'_>, _: &ast::Expr) -> Resolution {
        Resolution::Unknown
    }

    fn declared(&self) -> Vec<Declared> {
        Vec::new()
    }

    fn draws(&self) -> Draws {
        Draws::Forbidden("in a constant")
    }

    fn calls(&self) -> Calls {
        Calls::Shared
    }
}

struct FunctionScope {
    file: FileId,
    arguments: Vec<(String, UnitValue)>,
    spans: Vec<Span>,
}

impl Scope for FunctionScope {
    fn file(&self) -> FileId {
        self.file
    }

    fn resolve(&self, _: &mut Context<'_>, expr: &ast::Expr) -> Resolution {
        let ast::ExprKind::Name(name) = &expr.kind else { return Resolution::Unknown };
        let Some(at) = self.arguments.iter().position(|(own, _)| own == name) else {
            return Resolution::Unknown;
        };
        Resolution::Value {
            kind: ExprKind::Argument(at),
            unit: self.arguments[at].1.clone(),
            declared: self.spans.get(at).copied(),
        }
    }

    fn declared(&self) -> Vec<Declared> {
        self.arguments
            .iter()
            .map(|(name, unit)| Declared { name: name.clone(), dimension: unit.dimension })
            .collect()
    }

    fn draws(&self) -> Draws {
        Draws::Forbidden("in a function, which is pure")
    }

    fn calls(&self) -> Calls {
        Calls::Shared
    }
}
