//! Ordered lists of neurons as segments: unions and views.

use std::ops::Range;

use snn_connect::{Segment, Selection};

/// Number of neurons.
pub(crate) fn total(segments: &[Segment]) -> u64 {
    segments.iter().map(|s| u64::from(s.len)).sum()
}

/// The positions `range` of the list; the range lies inside it.
pub(crate) fn view(segments: &[Segment], range: Range<u64>) -> Vec<Segment> {
    let mut first = 0;
    let mut part = Vec::new();
    for s in segments {
        let end = first + u64::from(s.len);
        let (from, to) = (range.start.max(first), range.end.min(end));
        if from < to {
            let start = s.start + (from - first) as u32;
            append(&mut part, Segment { object: s.object, start, len: (to - from) as u32 });
        }
        first = end;
    }
    part
}

/// The neurons at these positions, each inside the list.
pub(crate) fn at(segments: Vec<Segment>, positions: &[i64]) -> Vec<Segment> {
    let all = Selection::new(segments);
    let mut found = Vec::new();
    for position in positions.iter().filter_map(|p| u32::try_from(*p).ok()) {
        let (object, start) = all.at(position);
        append(&mut found, Segment { object, start, len: 1 });
    }
    found
}

/// One list after the other.
pub(crate) fn union(mut left: Vec<Segment>, right: &[Segment]) -> Vec<Segment> {
    for s in right {
        append(&mut left, *s);
    }
    left
}

/// Neurons that stand in the list twice, as the first such segment.
pub(crate) fn repeated(segments: &[Segment]) -> Option<Segment> {
    let mut sorted = segments.to_vec();
    sorted.sort_unstable();
    let mut reach: Option<(u32, u64)> = None;
    for s in sorted {
        let end = u64::from(s.start) + u64::from(s.len);
        match reach {
            Some((object, until)) if object == s.object && u64::from(s.start) < until => {
                let len = (until.min(end) - u64::from(s.start)) as u32;
                return Some(Segment { len, ..s });
            }
            _ => reach = Some((s.object, end)),
        }
    }
    None
}

/// Segments that continue each other become one.
fn append(list: &mut Vec<Segment>, s: Segment) {
    match list.last_mut() {
        Some(last)
            if last.object == s.object && last.start.checked_add(last.len) == Some(s.start) =>
        {
            last.len += s.len;
        }
        _ => list.push(s),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Neuron = (u32, u32);

    fn neurons(segments: &[Segment]) -> Vec<Neuron> {
        segments.iter().flat_map(|s| (s.start..s.start + s.len).map(|i| (s.object, i))).collect()
    }

    fn lists() -> impl Strategy<Value = Vec<Segment>> {
        let segment = (0u32..4, 0u32..12, 1u32..6);
        prop::collection::vec(segment, 0..6).prop_map(|parts| {
            parts.into_iter().map(|(object, start, len)| Segment { object, start, len }).collect()
        })
    }

    #[test]
    fn neighbours_become_one_segment() {
        let s = |start, len| Segment { object: 3, start, len };
        assert_eq!(union(vec![s(0, 5)], &[s(5, 2)]), [s(0, 7)]);
        assert_eq!(union(vec![s(5, 2)], &[s(0, 5)]), [s(5, 2), s(0, 5)]);
    }

    proptest! {
        #[test]
        fn a_view_is_a_slice(list in lists(), a in 0usize..40, b in 0usize..40) {
            let all = neurons(&list);
            let (a, b) = (a.min(b).min(all.len()), a.max(b).min(all.len()));
            prop_assert_eq!(neurons(&view(&list, a as u64..b as u64)), all[a..b].to_vec());
        }

        #[test]
        fn neurons_at_positions_come_in_their_order(list in lists(), picks in prop::collection::vec(0usize..40, 0..20)) {
            let all = neurons(&list);
            let picks: Vec<usize> = picks.into_iter().filter(|p| *p < all.len()).collect();
            let positions: Vec<i64> = picks.iter().map(|p| *p as i64).collect();
            let wanted: Vec<Neuron> = picks.iter().map(|p| all[*p]).collect();
            prop_assert_eq!(neurons(&at(list, &positions)), wanted);
        }

        #[test]
        fn a_union_is_one_after_the_other(left in lists(), right in lists()) {
            let both = [neurons(&left), neurons(&right)].concat();
            let joined = union(left, &right);
            prop_assert_eq!(neurons(&joined), both.clone());
            prop_assert_eq!(total(&joined), both.len() as u64);
        }

        #[test]
        fn a_repetition_is_found_exactly_where_there_is_one(list in lists()) {
            let all = neurons(&list);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            sorted.dedup();
            match repeated(&list) {
                None => prop_assert_eq!(sorted.len(), all.len()),
                Some(s) => {
                    prop_assert!(s.len > 0);
                    for neuron in neurons(&[s]) {
                        prop_assert!(all.iter().filter(|n| **n == neuron).count() > 1);
                    }
                }
            }
        }
    }
}
