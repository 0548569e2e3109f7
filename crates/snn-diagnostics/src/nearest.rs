//! "Did you mean …?"

/// The candidate closest to `name` by edit distance (adjacent swaps count one), where it is close
/// enough to be a likely typing error: at most a third of the letters, at least one, and not all of
/// them but for their case. Else a candidate that is a part of the name: `tau` for `tau_m`,
/// `poisson` for `poisson_generator`. Ties go to the earlier candidate.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    let limit = (letters / 3).max(1);
    let part = |c: &str| c.len() > 1 && name.split('_').any(|part| part == c);
    candidates
        .into_iter()
        .filter(|c| *c != name)
        .filter_map(|c| {
            let d = distance(name, c);
            let alike = d < letters.max(c.chars().count()) || name.eq_ignore_ascii_case(c);
            let near = d <= limit && alike;
            (near || part(c)).then_some((if near { d } else { usize::MAX }, c))
        })
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 8 || a.len() > 64 {
        return usize::MAX;
    }
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_typing_error_and_nothing_far() {
        assert_eq!(nearest("treshold", ["threshold", "reset"]), Some("threshold"));
        assert_eq!(nearest("popualtion", ["population"]), Some("population"));
        assert_eq!(nearest("tau", ["C", "V_th"]), None);
        assert_eq!(nearest("ms", ["mV", "s"]), Some("mV"));
        assert_eq!(nearest("t", ["v"]), None);
        assert_eq!(nearest("V", ["v"]), Some("v"));
        assert_eq!(nearest("gg", ["g"]), Some("g"));
        assert_eq!(nearest("tau_m", ["C", "tau"]), Some("tau"));
        assert_eq!(nearest("fixed_indegree", ["total", "indegree"]), Some("indegree"));
    }
}
