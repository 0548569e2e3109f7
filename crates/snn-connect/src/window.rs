//! Windows that slide over images: convolution and pooling.

/// Which pixels see which: output (o, y, x) sees input (c, y·stride − padding + i·dilation, …) for the rows i
/// and columns j of its kernel and the channels c of its group. Images are [channels, rows, columns] in C order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Channels, rows, columns of the sources.
    pub input: [u32; 3],
    /// Channels, rows, columns of the targets.
    pub output: [u32; 3],
    /// Rows and columns of the kernel.
    pub kernel: [u32; 2],
    /// Steps between windows.
    pub stride: [u32; 2],
    /// Empty rows and columns around the input.
    pub padding: [u32; 2],
    /// Steps within a window.
    pub dilation: [u32; 2],
    /// Parts into which the channels fall, each connected within itself.
    pub groups: u32,
}

impl Window {
    /// Rows and columns of the output; none where the kernel is larger than the padded input, or a number is 0.
    pub fn output_size(&self) -> Option<[u32; 2]> {
        let side = |axis: usize| {
            let room = u64::from(self.input[axis + 1]) + 2 * u64::from(self.padding[axis]);
            let last = u64::from(self.kernel[axis].checked_sub(1)?);
            let reach = u64::from(self.dilation[axis]).checked_mul(last)? + 1;
            let steps = room.checked_sub(reach)?.checked_div(self.stride[axis].into())?;
            u32::try_from(steps + 1).ok()
        };
        Some([side(0)?, side(1)?])
    }

    /// Whether the numbers fit each other.
    pub fn is_sound(&self) -> bool {
        let divides = |n: u32| self.groups > 0 && n.is_multiple_of(self.groups);
        let [_, rows, columns] = self.output;
        let fits = self.output_size() == Some([rows, columns]);
        fits && divides(self.input[0]) && divides(self.output[0])
    }

    /// The number of weights: [out, in per group, rows, columns].
    pub fn weights(&self) -> u64 {
        let sides = [self.output[0], self.input[0] / self.groups, self.kernel[0], self.kernel[1]];
        sides.into_iter().fold(1u64, |n, side| n.saturating_mul(side.into()))
    }

    /// Place among the weights of the synapse between two positions that are connected.
    pub fn weight_index(&self, source: u32, target: u32) -> usize {
        let ([c, y, x], [o, oy, ox]) = (place(source, self.input), place(target, self.output));
        let inner = self.input[0] / self.groups;
        let tap = |axis: usize, i: u32, o: u32| {
            (i + self.padding[axis] - o * self.stride[axis]) / self.dilation[axis]
        };
        let (i, j) = (tap(0, y, oy), tap(1, x, ox));
        let [rows, columns] = self.kernel.map(|k| k as usize);
        ((o as usize * inner as usize + (c % inner) as usize) * rows + i as usize) * columns
            + j as usize
    }

    /// Visits the targets of a source, ascending.
    pub fn visit_targets(&self, source: u32, mut f: impl FnMut(u32)) {
        let [c, y, x] = place(source, self.input);
        let [channels, rows, columns] = self.output;
        let (inner, outer) = (self.input[0] / self.groups, channels / self.groups);
        let group = c / inner;
        for o in group * outer..(group + 1) * outer {
            for oy in self.seen_by(0, y, rows) {
                for ox in self.seen_by(1, x, columns) {
                    f((o * rows + oy) * columns + ox);
                }
            }
        }
    }

    /// The windows along an axis that see a row or column, ascending.
    fn seen_by(&self, axis: usize, at: u32, windows: u32) -> impl Iterator<Item = u32> {
        let (stride, dilation) = (self.stride[axis], self.dilation[axis]);
        let padded = at + self.padding[axis];
        let taps = (0..self.kernel[axis]).rev();
        taps.filter_map(move |tap| {
            let start = padded.checked_sub(tap.checked_mul(dilation)?)?;
            let window = start / stride;
            (start.is_multiple_of(stride) && window < windows).then_some(window)
        })
    }
}

fn place(position: u32, [_, rows, columns]: [u32; 3]) -> [u32; 3] {
    [position / (rows * columns), position / columns % rows, position % columns]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn windows() -> impl Strategy<Value = Window> {
        let pair = |lo: u32, hi: u32| [lo..hi, lo..hi];
        let channels = (1u32..3, 1u32..3, 1u32..3);
        let sizes = (pair(1, 9), pair(1, 4), pair(1, 4), pair(0, 3), pair(1, 3));
        (channels, sizes).prop_filter_map("the kernel fits", |((groups, inner, outer), sizes)| {
            let (image, kernel, stride, padding, dilation) = sizes;
            let input = [groups * inner, image[0], image[1]];
            let mut window =
                Window { input, output: [0; 3], kernel, stride, padding, dilation, groups };
            let [rows, columns] = window.output_size()?;
            window.output = [groups * outer, rows, columns];
            Some(window)
        })
    }

    /// The definition, output by output: target, source, place of the weight.
    fn defined(w: &Window) -> Vec<(u32, u32, usize)> {
        let mut all = Vec::new();
        let (inner, outer) = (w.input[0] / w.groups, w.output[0] / w.groups);
        let mut target = 0;
        for o in 0..w.output[0] {
            for y in 0..w.output[1] {
                for x in 0..w.output[2] {
                    for c in 0..inner {
                        for i in 0..w.kernel[0] {
                            for j in 0..w.kernel[1] {
                                let iy = i64::from(y * w.stride[0] + i * w.dilation[0])
                                    - i64::from(w.padding[0]);
                                let ix = i64::from(x * w.stride[1] + j * w.dilation[1])
                                    - i64::from(w.padding[1]);
                                let inside = (0..i64::from(w.input[1])).contains(&iy)
                                    && (0..i64::from(w.input[2])).contains(&ix);
                                if inside {
                                    let channel = o / outer * inner + c;
                                    let source =
                                        (channel * w.input[1] + iy as u32) * w.input[2] + ix as u32;
                                    let weight =
                                        ((o * inner + c) * w.kernel[0] + i) * w.kernel[1] + j;
                                    all.push((target, source, weight as usize));
                                }
                            }
                        }
                    }
                    target += 1;
                }
            }
        }
        all.sort_unstable();
        all
    }

    proptest! {
        #[test]
        fn rows_are_the_definition_turned_round(window in windows()) {
            prop_assert!(window.is_sound());
            let mut found = Vec::new();
            for source in 0..window.input.iter().product() {
                let mut last = None;
                window.visit_targets(source, |target| {
                    assert!(last < Some(target), "ascending");
                    last = Some(target);
                    found.push((target, source, window.weight_index(source, target)));
                });
            }
            found.sort_unstable();
            prop_assert_eq!(found, defined(&window));
        }
    }
}
