//! In which order parameters are evaluated.

use snn_model::model::{Expr, ExprKind, Neuron};

/// An order of parameters in which each comes after those that its value uses.
pub(crate) fn of_parameters<'a>(
    neuron: &Neuron,
    value: &dyn Fn(usize) -> Option<&'a Expr>,
) -> Vec<usize> {
    fn visit<'a>(
        neuron: &Neuron,
        value: &dyn Fn(usize) -> Option<&'a Expr>,
        i: usize,
        (seen, order): (&mut [bool], &mut Vec<usize>),
    ) {
        if std::mem::replace(&mut seen[i], true) {
            return;
        }
        let mut uses = Vec::new();
        value(i).into_iter().for_each(|e| parameters_in(neuron, e, &mut uses));
        for used in uses {
            visit(neuron, value, used, (seen, order));
        }
        order.push(i);
    }
    let mut order = Vec::new();
    let mut seen = vec![false; neuron.parameters.len()];
    for i in 0..neuron.parameters.len() {
        visit(neuron, value, i, (&mut seen, &mut order));
    }
    order
}

/// Parameters that an expression uses, through lets too.
fn parameters_in(neuron: &Neuron, e: &Expr, out: &mut Vec<usize>) {
    match &e.kind {
        ExprKind::Parameter(i) => out.push(*i),
        ExprKind::Let(i) => parameters_in(neuron, &neuron.lets[*i].value, out),
        ExprKind::Unary(_, x) => parameters_in(neuron, x, out),
        ExprKind::Binary(_, x, y) => {
            parameters_in(neuron, x, out);
            parameters_in(neuron, y, out);
        }
        ExprKind::If(c, x, y) => {
            for e in [c, x, y] {
                parameters_in(neuron, e, out);
            }
        }
        ExprKind::Apply(_, arguments) => {
            for e in arguments {
                parameters_in(neuron, e, out);
            }
        }
        ExprKind::Draw { arguments, bounds, .. } => {
            parameters_in(neuron, &arguments.0, out);
            parameters_in(neuron, &arguments.1, out);
            if let Some(bounds) = bounds {
                parameters_in(neuron, &bounds.0, out);
                parameters_in(neuron, &bounds.1, out);
            }
        }
        ExprKind::Number(_)
        | ExprKind::State(_)
        | ExprKind::Receptor(_)
        | ExprKind::Input(_)
        | ExprKind::Signal(_)
        | ExprKind::Local(_)
        | ExprKind::Argument(_)
        | ExprKind::Dt
        | ExprKind::Variable(_) => {}
    }
}
