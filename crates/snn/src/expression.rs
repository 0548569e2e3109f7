//! Expressions of networks with every parameter a number, as text.

use snn_model::model::{Binary, Expr, ExprKind, Outside, Unary, Variable};
use snn_numeric::Distribution;
use snn_units::{best_unit, show};

/// How tightly the parts of an expression hold together.
const ATOM: u8 = 10;

/// The text of an expression that speaks of no neuron model: draws, positions, indices, time.
pub(crate) fn print(e: &Expr) -> String {
    written(e).0
}

/// Text and how tightly it holds together. Recursion: no deeper than the parser allows.
fn written(e: &Expr) -> (String, u8) {
    match &e.kind {
        ExprKind::Number(x) => {
            let text = show(*x, &best_unit(&e.dimension, *x));
            let loose = if *x < 0.0 { 8 } else { ATOM };
            (text, loose)
        }
        ExprKind::Variable(variable) => (of_variable(*variable).into(), ATOM),
        ExprKind::Unary(Unary::Neg, a) => (format!("-{}", within(a, 9)), 8),
        ExprKind::Unary(Unary::Not, a) => (format!("not {}", within(a, 4)), 3),
        ExprKind::Unary(function, a) => {
            let name = match function {
                Unary::RoundEven => "round_even".to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            (format!("{name}({})", print(a)), ATOM)
        }
        ExprKind::Binary(op, a, b) => match infix(*op) {
            Some((sign, strength)) => {
                let (left, right) = match op {
                    Binary::Pow => (strength + 1, strength),
                    _ => (strength, strength + 1),
                };
                (format!("{} {sign} {}", within(a, left), within(b, right)), strength)
            }
            None => {
                let name = format!("{op:?}").to_lowercase();
                (format!("{name}({}, {})", print(a), print(b)), ATOM)
            }
        },
        ExprKind::If(c, a, b) => {
            (format!("if {} then {} else {}", print(c), print(a), print(b)), 0)
        }
        ExprKind::Draw { distribution, arguments, bounds } => {
            let name = match distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
                Distribution::Lognormal => "lognormal",
            };
            let draw = format!("{name}({}, {})", print(&arguments.0), print(&arguments.1));
            let text = bounds.as_deref().map_or(draw.clone(), |(lo, hi, outside)| {
                let word = match outside {
                    Outside::Redraw => "truncated",
                    Outside::Clamp => "clamp",
                };
                format!("{word}({draw}, {}, {})", print(lo), print(hi))
            });
            (text, ATOM)
        }
        // What belongs to a neuron model does not stand in a network.
        _ => ("…".into(), ATOM),
    }
}

fn within(e: &Expr, least: u8) -> String {
    let (text, strength) = written(e);
    if strength < least { format!("({text})") } else { text }
}

fn infix(op: Binary) -> Option<(&'static str, u8)> {
    Some(match op {
        Binary::Or => ("or", 1),
        Binary::And => ("and", 2),
        Binary::Lt => ("<", 4),
        Binary::Le => ("<=", 4),
        Binary::Gt => (">", 4),
        Binary::Ge => (">=", 4),
        Binary::Eq => ("==", 4),
        Binary::Ne => ("!=", 4),
        Binary::BitAnd => ("&", 5),
        Binary::BitOr => ("|", 5),
        Binary::BitXor => ("xor", 5),
        Binary::Shift => ("<<", 5),
        Binary::Add => ("+", 6),
        Binary::Sub => ("-", 6),
        Binary::Mul => ("*", 7),
        Binary::Div => ("/", 7),
        Binary::Quotient => ("div", 7),
        Binary::Remainder => ("mod", 7),
        Binary::Pow => ("^", 9),
        Binary::Min | Binary::Max | Binary::Wrap | Binary::Saturate => return None,
    })
}

fn of_variable(variable: Variable) -> &'static str {
    match variable {
        Variable::Index => "index",
        Variable::PreIndex => "pre.index",
        Variable::PostIndex => "post.index",
        Variable::Time => "t",
        Variable::PreX => "pre.x",
        Variable::PreY => "pre.y",
        Variable::PostX => "post.x",
        Variable::PostY => "post.y",
        Variable::Distance => "distance",
        Variable::White(_) => "white()",
    }
}
