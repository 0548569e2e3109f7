//! Constant arrays: numbers of one unit in C order, and parts of them.

use std::sync::Arc;

use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_syntax::ast;
use snn_units::{UnitValue, coherent_exp10, literal_to_coherent};

use crate::arguments::called;
use crate::constant::{self, Constant, ConstantScope, Quantity};
use crate::context::Context;
use crate::data::arrays::{self, MAX_DIMENSIONS, Stored};
use crate::exact;

/// An array, or the part of one under some leading indices. Cheap to copy.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    /// Length of each dimension; at least one.
    shape: Vec<usize>,
    first: usize,
    cells: Arc<Cells>,
}

#[derive(Debug)]
struct Cells {
    /// In coherent units.
    values: Vec<f64>,
    /// The same without rounding; nothing where they came from a file.
    exact: Vec<Rational>,
    /// None of an array without elements.
    unit: Option<UnitValue>,
}

impl Array {
    /// Length of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements or rows.
    pub fn len(&self) -> usize {
        self.shape[0]
    }

    /// The unit of the elements; none where there are none.
    pub fn unit(&self) -> Option<&UnitValue> {
        self.cells.unit.as_ref()
    }

    /// All numbers in coherent units, the last dimension running fastest.
    pub fn values(&self) -> &[f64] {
        let count: usize = self.shape.iter().product();
        &self.cells.values[self.first..self.first + count]
    }

    /// The element or row at an index.
    pub fn get(&self, i: usize) -> Option<Constant> {
        let (len, inner) = self.shape.split_first()?;
        if i >= *len {
            return None;
        }
        let first = self.first + i * inner.iter().product::<usize>();
        if !inner.is_empty() {
            let (shape, cells) = (inner.to_vec(), self.cells.clone());
            return Some(Constant::Array(Self { shape, first, cells }));
        }
        let value = self.cells.values[first];
        let exact = self.cells.exact.get(first).copied();
        Some(Constant::Number(Quantity {
            value,
            exact: exact.unwrap_or_else(|| exact::nearest_decimal(value)),
            unit: self.cells.unit.clone()?,
        }))
    }

    fn exact(&self) -> impl Iterator<Item = Rational> + '_ {
        let exact = self.cells.exact.get(self.first..).unwrap_or_default();
        let all = self.values().iter().enumerate();
        all.map(|(i, x)| exact.get(i).copied().unwrap_or_else(|| exact::nearest_decimal(*x)))
    }
}

/// `[28, 28]`.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", sides.join(", "))
}

/// `[[0.1, 0.2], [0.3, 0]]`: elements alike in unit and shape.
pub(crate) fn literal(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    elements: &[ast::Expr],
    unit: Option<&UnitValue>,
    role: &str,
) -> Option<Array> {
    let mut cells = Cells { values: Vec::new(), exact: Vec::new(), unit: unit.cloned() };
    let mut inner: Option<Vec<usize>> = None;
    let mut sound = true;
    for e in elements {
        let element = constant::constant(cx, scope, e, cells.unit.as_ref(), role);
        let shape = match &element {
            Some(Constant::Number(q)) => {
                cells.values.push(q.value);
                cells.exact.push(q.exact);
                Vec::new()
            }
            Some(Constant::Array(row)) => {
                cells.values.extend(row.values());
                cells.exact.extend(row.exact());
                row.shape.clone()
            }
            Some(Constant::Poison) | None => {
                sound = false;
                continue;
            }
        };
        match &inner {
            Some(first) if *first != shape => {
                unlike(cx, first, &shape, e.span);
                sound = false;
            }
            _ => inner = Some(shape),
        }
        cells.unit = cells.unit.or_else(|| element.as_ref().and_then(Constant::unit).cloned());
    }
    let mut shape = vec![elements.len()];
    shape.extend(inner.unwrap_or_default());
    if shape.len() > MAX_DIMENSIONS {
        let message = format!("arrays have at most {MAX_DIMENSIONS} dimensions");
        let span = elements.first()?.span;
        cx.report(Diagnostic::new(network::BAD_ARRAY, span, message, "one dimension more"));
        return None;
    }
    sound.then(|| Array { shape, first: 0, cells: Arc::new(cells) })
}

fn unlike(cx: &mut Context<'_>, before: &[usize], here: &[usize], at: Span) {
    let describe = |shape: &[usize]| match shape {
        [] => "a number".to_owned(),
        [n] => format!("a row of {n}"),
        more => format!("an array of {}", shape_text(more)),
    };
    let (wanted, found) = (describe(before), describe(here));
    let message = format!("the elements of an array are alike: {wanted} before, {found} here");
    cx.report(Diagnostic::new(network::BAD_ARRAY, at, message, found));
}

/// `file("x.npy")`, `file("x.npz", "name")`, either with `shape = [8, 8]`. The numbers are in `unit`.
pub(crate) fn from_file(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    unit: Option<&UnitValue>,
) -> Option<Array> {
    let ast::ExprKind::Call(call) = &e.kind else { return None };
    let (path, at, name, shape) = arguments(cx, scope, call, e.span)?;
    let project = cx.project;
    let stored = match arrays::read(path, project.data(scope.file(), path)?, name) {
        Ok(stored) => stored,
        Err(fault) => {
            let message = format!("`{path}`: {fault}");
            cx.report(Diagnostic::new(network::BAD_DATA, at, message, "this file"));
            return None;
        }
    };
    let other = shape.as_ref().and_then(|(shape, _)| arrays::reshaped(path, &stored, shape));
    let stored = other.unwrap_or(stored);
    if let Some((shape, span)) = shape
        && shape != stored.shape
    {
        let (wanted, found) = (shape_text(&shape), shape_text(&stored.shape));
        let message = format!("`{path}` has the shape {found}, not {wanted}");
        cx.report(
            Diagnostic::new(network::WRONG_SHAPE, span, message, "another shape")
                .with_label(at, format!("this file has {found}")),
        );
        return None;
    }
    Some(in_unit(stored, unit.cloned().unwrap_or_else(UnitValue::one)))
}

fn in_unit(stored: Stored, unit: UnitValue) -> Array {
    let Stored { shape, mut values } = stored;
    if unit.exp10 != coherent_exp10(&unit.dimension) {
        for value in &mut values {
            *value = literal_to_coherent(&format!("{value:e}"), &unit);
        }
    }
    let cells = Cells { values, exact: Vec::new(), unit: Some(unit) };
    Array { shape, first: 0, cells: Arc::new(cells) }
}

/// Path and its place, name within the file, wanted shape and its place.
type Arguments<'a> = (&'a str, Span, Option<&'a str>, Option<(Vec<usize>, Span)>);

fn arguments<'a>(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    call: &'a ast::Call,
    span: Span,
) -> Option<Arguments<'a>> {
    use crate::arguments::{needed, optional, read};
    let usage = "`file(\"x.npy\", shape = [8, 8])` or `file(\"x.npz\", \"name\")`";
    let slots = [needed("path"), optional("name"), optional("shape")];
    let [path, name, shape] = read(cx, call, span, usage, slots)?;
    let text = |cx: &mut Context<'_>, e: &'a ast::Expr| match &e.kind {
        ast::ExprKind::Text(text) => Some((text.as_str(), e.span)),
        ast::ExprKind::Error => None,
        _ => {
            let message = "a text in quotes is needed";
            let d = Diagnostic::new(network::WRONG_ARGUMENT, e.span, message, "not a text");
            cx.report(d.with_help(format!("it is written {usage}")));
            None
        }
    };
    let (path, at) = text(cx, path?)?;
    let name = match name {
        Some(e) => Some(text(cx, e)?.0),
        None => None,
    };
    let shape = match shape {
        Some(e) => Some((sides(cx, scope, e)?, e.span)),
        None => None,
    };
    Some((path, at, name, shape))
}

/// `[8, 8]` as whole numbers.
fn sides(cx: &mut Context<'_>, scope: &dyn ConstantScope, e: &ast::Expr) -> Option<Vec<usize>> {
    let ast::ExprKind::Array(sides) = &e.kind else {
        let message = "a shape is a list of lengths";
        let d = Diagnostic::new(network::WRONG_ARGUMENT, e.span, message, "not a list");
        cx.report(d.with_help("write for instance `shape = [8, 8]`"));
        return None;
    };
    let bounds = (0, i64::from(u32::MAX));
    let one = |e| constant::whole_within(cx, scope, e, "a length", bounds);
    let sides: Option<Vec<i64>> = sides.iter().map(one).collect();
    sides?.into_iter().map(|side| usize::try_from(side).ok()).collect()
}

/// Whether an expression is `file(…)`.
pub(crate) fn is_file(e: &ast::Expr) -> bool {
    matches!(&e.kind, ast::ExprKind::Call(call) if called(call) == Some("file"))
}
