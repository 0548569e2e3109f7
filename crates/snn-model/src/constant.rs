//! Constants of networks, chips and experiments: numbers with units, arrays, exact times.

use snn_diagnostics::codes::{network, types};
use snn_diagnostics::{Diagnostic, Span};
use snn_numeric::Rational;
use snn_syntax::ast;
use snn_units::{UnitValue, show};

use crate::array::{self, Array};
use crate::context::Context;
use crate::exact::{self, Exact};
use crate::typed::{self, Scope};

/// A constant and where it was declared.
#[derive(Clone, Debug)]
pub(crate) enum Constant {
    /// One number.
    Number(Quantity),
    /// Numbers alike in unit, with one to four indices.
    Array(Array),
    /// Faulty, and reported.
    Poison,
}

/// A number with its unit.
#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    /// In coherent units.
    pub value: f64,
    /// The same without rounding.
    pub exact: Rational,
    /// The unit in which its author speaks.
    pub unit: UnitValue,
}

impl Quantity {
    /// A plain whole number.
    pub fn whole(value: i64) -> Self {
        Self { value: value as f64, exact: Rational::integer(value), unit: UnitValue::one() }
    }

    /// As the author would write it.
    pub fn show(&self) -> String {
        show(self.value, &self.unit)
    }
}

impl Constant {
    /// The unit of a number or of the elements.
    pub fn unit(&self) -> Option<&UnitValue> {
        match self {
            Self::Number(q) => Some(&q.unit),
            Self::Array(array) => array.unit(),
            Self::Poison => None,
        }
    }
}

/// A scope whose names have exact values.
pub(crate) trait ConstantScope: Scope + Exact {
    /// The array that an expression names, where it names one.
    fn array(&self, cx: &mut Context<'_>, e: &ast::Expr) -> Option<Array>;
}

/// A number, or an array of them. `unit` is the declared one; `role` names it in messages.
pub(crate) fn constant(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    unit: Option<&UnitValue>,
    role: &str,
) -> Option<Constant> {
    if let ast::ExprKind::Array(elements) = &e.kind {
        return array::literal(cx, scope, elements, unit, role).map(Constant::Array);
    }
    if array::is_file(e) {
        return array::from_file(cx, scope, e, unit).map(Constant::Array);
    }
    if let Some(array) = scope.array(cx, e) {
        let array = Constant::Array(array);
        return same_unit(cx, &array, unit, e.span, role).then_some(array);
    }
    quantity(cx, scope, e, unit, role).map(Constant::Number)
}

/// One number.
pub(crate) fn quantity(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    unit: Option<&UnitValue>,
    role: &str,
) -> Option<Quantity> {
    let (expr, unit) = match unit {
        Some(unit) => (typed::type_as(cx, scope, e, unit, role)?, unit.clone()),
        None => typed::type_with_unit(cx, scope, e)?,
    };
    let value = typed::fold(&expr);
    let Some(value) = value.filter(|v| v.is_finite()) else {
        let (message, label) = match value {
            Some(value) => (format!("{role} is {value}, not a finite number"), "not finite"),
            None => (format!("{role} must be a constant"), "not a constant"),
        };
        cx.report(Diagnostic::new(types::NOT_FINITE, e.span, message, label));
        return None;
    };
    let exact = exact::exact(scope, e).unwrap_or_else(|| exact::nearest_decimal(value));
    Some(Quantity { value, exact, unit })
}

/// A plain whole number.
pub(crate) fn whole(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    role: &str,
) -> Option<i64> {
    let q = quantity(cx, scope, e, Some(&UnitValue::one()), role)?;
    let value = i64::try_from(q.exact.floor()).ok().filter(|_| q.exact.is_integer());
    if value.is_none() {
        let shown = q.show();
        cx.report(
            Diagnostic::new(
                network::NOT_WHOLE,
                e.span,
                format!("{role} must be whole: {shown}"),
                format!("{shown} is not a whole number"),
            )
            .with_help("round it where you mean it: `floor(…)`, `ceil(…)`, `round(…)`"),
        );
    }
    value
}

/// A plain whole number within bounds, both included; the bounds are named in the message.
pub(crate) fn whole_within(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    role: &str,
    (lo, hi): (i64, i64),
) -> Option<i64> {
    let value = whole(cx, scope, e, role)?;
    if (lo..=hi).contains(&value) {
        return Some(value);
    }
    let bound = if value < lo { format!("at least {lo}") } else { format!("at most {hi}") };
    cx.report(Diagnostic::new(
        network::OUT_OF_RANGE,
        e.span,
        format!("{role} is {value}, it must be {bound}"),
        bound,
    ));
    None
}

/// What counts things of which there must be some.
pub(crate) struct Count<'a> {
    /// As in [`whole_within`].
    pub role: &'a str,
    /// What 0 would mean.
    pub none: &'a str,
    /// What to do then.
    pub help: &'a str,
    pub most: i64,
}

/// The number of things along a side: at least one.
pub(crate) fn count(
    cx: &mut Context<'_>,
    scope: &dyn ConstantScope,
    e: &ast::Expr,
    count: &Count<'_>,
) -> Option<u32> {
    if whole(cx, scope, e, count.role)? == 0 {
        cx.report(
            Diagnostic::new(network::EMPTY, e.span, count.none, "at least 1").with_help(count.help),
        );
        return None;
    }
    let value = whole_within(cx, scope, e, count.role, (1, count.most))?;
    u32::try_from(value).ok()
}

fn same_unit(
    cx: &mut Context<'_>,
    array: &Constant,
    unit: Option<&UnitValue>,
    span: Span,
    role: &str,
) -> bool {
    let (Some(wanted), Some(found)) = (unit, array.unit()) else { return true };
    if wanted.dimension == found.dimension {
        return true;
    }
    let (wanted, found) = (wanted.dimension.describe(), found.dimension.describe());
    cx.report(Diagnostic::new(
        network::BAD_ARRAY,
        span,
        format!("{role} is an array of {wanted} each, this one holds {found} each"),
        found,
    ));
    false
}
