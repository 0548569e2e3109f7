//! Two linear rules without neurons between them, as one: `pool(2) conv2d(W)`, `conv2d(W) pool(2)`,
//! `pool(2) dense(W)`. The weights of all ways from a source to a target are added.

use snn_connect::Window;
use snn_diagnostics::codes::network;
use snn_diagnostics::{Diagnostic, Span};

use crate::context::Context;

/// Weights at most of a joined rule: 256 MiB.
const MOST: u64 = 1 << 25;

/// One of two rules: its window, with the output it gives, and its weights; all are 1 where it pools.
pub(super) struct Part<'a> {
    pub window: &'a Window,
    /// [out, in per group, rows, columns].
    pub weights: Option<&'a [f64]>,
}

impl Part<'_> {
    fn taps(&self) -> impl Iterator<Item = [u32; 2]> + use<> {
        let [rows, columns] = self.window.kernel;
        (0..rows).flat_map(move |i| (0..columns).map(move |j| [i, j]))
    }

    /// The weight of a tap of the kernel from one channel to another.
    fn weight(&self, plane: usize, tap: usize) -> f64 {
        let area = self.window.kernel.iter().map(|k| *k as usize).product::<usize>();
        self.weights.map_or(1.0, |weights| weights[plane * area + tap])
    }
}

/// Windows over windows are windows, with the kernel of the one spread over that of the other.
pub(super) fn windows(
    cx: &mut Context<'_>,
    (first, second): (Part<'_>, Part<'_>),
    at: Span,
) -> Option<(Window, Vec<f64>)> {
    if !(0..2).all(|axis| keeps_its_edge(first.window, second.window, axis)) {
        let message = "the padding lies between the two rules, where windows still reach pixels";
        cx.report(
            Diagnostic::new(network::WRONG_SHAPE, at, message, "padded here")
                .with_help("put a population between them, or pad in the first rule"),
        );
        return None;
    }
    let window = united(first.window, second.window).filter(|window| window.weights() <= MOST);
    let Some(window) = window else { return too_many(cx, at) };
    let table = spread(&window, &first, &second);
    Some((window, table))
}

/// Whether what lies beyond the output of the first rule sees nothing, as the padding of the second says.
fn keeps_its_edge(first: &Window, second: &Window, axis: usize) -> bool {
    let [kernel, stride, padding, dilation] =
        [first.kernel, first.stride, first.padding, first.dilation].map(|of| u64::from(of[axis]));
    let (input, output) = (u64::from(first.input[axis + 1]), u64::from(first.output[axis + 1]));
    second.padding[axis] == 0
        || (dilation * (kernel - 1) < stride + padding && output * stride >= padding + input)
}

/// None where a number is too large.
fn united(first: &Window, second: &Window) -> Option<Window> {
    let kernel = |axis: usize| {
        let [one, two] = [first, second].map(|w| u64::from(w.kernel[axis]) - 1);
        let step = u64::from(first.stride[axis]) * u64::from(second.dilation[axis]);
        let reach = u64::from(first.dilation[axis]) * one + 1;
        u32::try_from(step.checked_mul(two)?.checked_add(reach)?).ok()
    };
    let stride = |axis: usize| first.stride[axis].checked_mul(second.stride[axis]);
    let padding = |axis: usize| {
        first.stride[axis].checked_mul(second.padding[axis])?.checked_add(first.padding[axis])
    };
    Some(Window {
        input: first.input,
        output: second.output,
        kernel: [kernel(0)?, kernel(1)?],
        stride: [stride(0)?, stride(1)?],
        padding: [padding(0)?, padding(1)?],
        dilation: [1, 1],
        // Pooling has as many groups as channels, no convolution has more.
        groups: first.groups.min(second.groups),
    })
}

fn spread(window: &Window, first: &Part<'_>, second: &Part<'_>) -> Vec<f64> {
    let [rows, columns] = window.kernel.map(|k| k as usize);
    let steps = |axis: usize| {
        [first.window.dilation[axis], first.window.stride[axis] * second.window.dilation[axis]]
    };
    let steps = [steps(0), steps(1)];
    let mut table = vec![0.0; window.weights() as usize];
    for (plane, kernel) in table.chunks_exact_mut(rows * columns).enumerate() {
        for (one, a) in first.taps().enumerate() {
            for (two, b) in second.taps().enumerate() {
                let [y, x] = [0, 1]
                    .map(|axis| (a[axis] * steps[axis][0] + b[axis] * steps[axis][1]) as usize);
                kernel[y * columns + x] += first.weight(plane, one) * second.weight(plane, two);
            }
        }
    }
    table
}

/// Weights [out, in] of `dense` behind a window, for the sources of the window.
pub(super) fn dense(
    cx: &mut Context<'_>,
    window: &Window,
    weights: &[f64],
    at: Span,
) -> Option<Vec<f64>> {
    let size = |[channels, rows, columns]: [u32; 3]| {
        u64::from(channels).saturating_mul(u64::from(rows) * u64::from(columns))
    };
    let (inputs, cells) = (size(window.input), size(window.output));
    let targets = weights.len() as u64 / cells.max(1);
    if inputs.saturating_mul(targets) > MOST {
        return too_many(cx, at);
    }
    Some(behind(window, weights, (inputs as usize, cells as usize)))
}

fn behind(window: &Window, weights: &[f64], (inputs, cells): (usize, usize)) -> Vec<f64> {
    let mut table = vec![0.0; weights.len() / cells.max(1) * inputs];
    for (row, weights) in table.chunks_exact_mut(inputs).zip(weights.chunks_exact(cells)) {
        for (source, sum) in row.iter_mut().enumerate() {
            window.visit_targets(source as u32, |cell| *sum += weights[cell as usize]);
        }
    }
    table
}

fn too_many<T>(cx: &mut Context<'_>, at: Span) -> Option<T> {
    let message =
        format!("without neurons between them, the two rules have more than {MOST} weights");
    cx.report(
        Diagnostic::new(network::IMPOSSIBLE_RULE, at, message, "together too large")
            .with_help("put a population between them"),
    );
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Weights [target][source].
    type Matrix = Vec<Vec<f64>>;

    fn matrix(part: &Part<'_>) -> Matrix {
        let size = |shape: [u32; 3]| shape.iter().product::<u32>();
        let mut matrix =
            vec![vec![0.0; size(part.window.input) as usize]; size(part.window.output) as usize];
        for source in 0..size(part.window.input) {
            part.window.visit_targets(source, |target| {
                let at = part.window.weight_index(source, target);
                matrix[target as usize][source as usize] = part.weights.map_or(1.0, |w| w[at]);
            });
        }
        matrix
    }

    fn product(second: &Matrix, first: &Matrix) -> Matrix {
        let sources = first[0].len();
        let entry = |row: &Vec<f64>, s: usize| row.iter().zip(first).map(|(w, f)| w * f[s]).sum();
        second.iter().map(|row| (0..sources).map(|s| entry(row, s)).collect()).collect()
    }

    fn sides(range: std::ops::Range<u32>) -> impl Strategy<Value = [u32; 2]> {
        [range.clone(), range]
    }

    /// Kernel, stride, padding, dilation.
    fn windows() -> impl Strategy<Value = [[u32; 2]; 4]> {
        (sides(1..4), sides(1..4), sides(0..3), sides(1..3)).prop_map(|(k, s, p, d)| [k, s, p, d])
    }

    fn window([kernel, stride, padding, dilation]: [[u32; 2]; 4], input: [u32; 3]) -> Window {
        let (output, groups) = ([input[0], 0, 0], input[0]);
        Window { input, output, kernel, stride, padding, dilation, groups }
    }

    fn placed(window: Window) -> Option<Window> {
        let [rows, columns] = window.output_size()?;
        Some(Window { output: [window.output[0], rows, columns], ..window })
    }

    fn numbers(count: u64) -> Vec<f64> {
        (0..count).map(|i| ((i * 7919) % 13) as f64 - 6.0).collect()
    }

    proptest! {
        #[test]
        fn two_windows_are_the_product_of_their_matrices(
            (pooling, convolution) in (windows(), windows()),
            (rows, columns) in (1u32..12, 1u32..12),
            (groups, inner, outer) in (1u32..3, 1u32..3, 1u32..3),
            pool_first in any::<bool>(),
        ) {
            let input = [groups * inner, rows, columns];
            // Pooling is not spread.
            let pooling = |input| placed(window([pooling[0], pooling[1], pooling[2], [1, 1]], input));
            let convolution = |input: [u32; 3]| {
                let all = window(convolution, input);
                placed(Window { output: [groups * outer, 0, 0], groups, ..all })
            };
            let pair = if pool_first {
                pooling(input).and_then(|first| Some((first, convolution(first.output)?)))
            } else {
                convolution(input).and_then(|first| Some((first, pooling(first.output)?)))
            };
            let Some((first, second)) = pair else { return Ok(()) };
            let weights = numbers(if pool_first { second.weights() } else { first.weights() });
            let of = |pools: bool| (!pools).then_some(weights.as_slice());
            let one = Part { window: &first, weights: of(pool_first) };
            let two = Part { window: &second, weights: of(!pool_first) };
            if !(0..2).all(|axis| keeps_its_edge(&first, &second, axis)) {
                return Ok(());
            }
            let joined = united(&first, &second).unwrap();
            prop_assert!(joined.is_sound());
            let table = spread(&joined, &one, &two);
            let found = matrix(&Part { window: &joined, weights: Some(&table) });
            prop_assert_eq!(found, product(&matrix(&two), &matrix(&one)));
        }

        #[test]
        fn a_layer_behind_a_window_is_the_product_of_their_matrices(
            pooling in windows(), (rows, columns) in (1u32..9, 1u32..9), targets in 1u64..4,
        ) {
            let Some(window) = placed(window(pooling, [2, rows, columns])) else { return Ok(()) };
            let cells = window.output.iter().product::<u32>() as usize;
            let weights = numbers(targets * cells as u64);
            let inputs = (2 * rows * columns) as usize;
            let table = behind(&window, &weights, (inputs, cells));
            let dense: Matrix = weights.chunks(cells).map(<[f64]>::to_vec).collect();
            let found: Matrix = table.chunks(inputs).map(<[f64]>::to_vec).collect();
            let pooling = matrix(&Part { window: &window, weights: None });
            prop_assert_eq!(found, product(&dense, &pooling));
        }
    }
}
