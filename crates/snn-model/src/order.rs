//! Dependencies in order, without recursion.

use snn_syntax::ast::{Expr, ExprKind};

/// An order in which everything comes after what it needs, and the circles that forbid one.
pub(crate) struct Sorted {
    /// All indices; members of circles stand somewhere.
    pub order: Vec<usize>,
    /// Each circle once: `[a, b, c]` where a needs b, b needs c and c needs a.
    pub cycles: Vec<Vec<usize>>,
}

/// Sorts by depth-first search: `needs[i]` lists what `i` needs. Linear.
pub(crate) fn sort(needs: &[Vec<usize>]) -> Sorted {
    let mut sorted = Sorted { order: Vec::with_capacity(needs.len()), cycles: Vec::new() };
    // Steps taken from a node so far; `place` is its position in the path plus one, or done.
    let mut place = vec![0usize; needs.len()];
    const DONE: usize = usize::MAX;
    for start in 0..needs.len() {
        if place[start] != 0 {
            continue;
        }
        let mut path = vec![(start, 0usize)];
        place[start] = 1;
        while let Some((node, step)) = path.last_mut() {
            let Some(&next) = needs[*node].get(*step) else {
                place[*node] = DONE;
                sorted.order.push(*node);
                path.pop();
                continue;
            };
            *step += 1;
            match place[next] {
                0 => {
                    path.push((next, 0));
                    place[next] = path.len();
                }
                DONE => {}
                at => sorted.cycles.push(path[at - 1..].iter().map(|(node, _)| *node).collect()),
            }
        }
    }
    sorted
}

/// Calls `found` with every plain name and every field in an expression: names of values and functions,
/// not the labels of arguments. Recursion: the parser bounds the depth.
pub(crate) fn references<'e>(e: &'e Expr, found: &mut dyn FnMut(&'e Expr)) {
    match &e.kind {
        ExprKind::Name(_) | ExprKind::Field(..) => found(e),
        ExprKind::Number { .. } | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Error => {}
        ExprKind::Unary(_, a) => references(a, found),
        ExprKind::Index(a, b)
        | ExprKind::Range(a, b)
        | ExprKind::Step(a, b)
        | ExprKind::Binary(_, a, b) => {
            references(a, found);
            references(b, found);
        }
        ExprKind::If(c, a, b) => {
            references(c, found);
            references(a, found);
            references(b, found);
        }
        ExprKind::Array(items) => {
            for item in items {
                references(item, found);
            }
        }
        ExprKind::Call(call) => {
            references(&call.function, found);
            for argument in &call.arguments {
                references(&argument.value, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn what_is_needed_comes_first() {
        let sorted = sort(&[vec![2], vec![0, 2], vec![]]);
        assert_eq!(sorted.order, [2, 0, 1]);
        assert!(sorted.cycles.is_empty());
    }

    #[test]
    fn circles_are_found() {
        assert_eq!(sort(&[vec![1], vec![2], vec![1]]).cycles, [vec![1, 2]]);
        assert_eq!(sort(&[vec![0]]).cycles, [vec![0]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let needs: Vec<Vec<usize>> =
            (0..200_000).map(|i| if i == 0 { vec![] } else { vec![i - 1] }).collect();
        assert_eq!(sort(&needs).order.len(), 200_000);
    }
}
