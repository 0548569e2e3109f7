//! Comments at the ends of neighbouring lines begin in one column.

/// Moves the comments that begin at the bytes `comments` of `out`, each after two spaces, so that
/// neighbouring lines with the same indentation show theirs below each other.
pub(super) fn align(out: &str, comments: &[usize]) -> String {
    let mut aligned = String::with_capacity(out.len());
    let mut run: Vec<Line<'_>> = Vec::new();
    let mut comments = comments.iter().copied().peekable();
    let mut start = 0;
    for text in out.split_inclusive('\n') {
        let end = start + text.len();
        let comment = comments.next_if(|at| *at < end).map(|at| at - start);
        let line = Line { text, comment };
        if comment.is_none() || run.last().is_some_and(|last| last.indent() != line.indent()) {
            flush(&mut run, &mut aligned);
        }
        match comment {
            Some(_) => run.push(line),
            None => aligned.push_str(text),
        }
        start = end;
    }
    flush(&mut run, &mut aligned);
    aligned
}

struct Line<'a> {
    text: &'a str,
    /// Byte at which its comment begins.
    comment: Option<usize>,
}

impl<'a> Line<'a> {
    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    fn parts(&self) -> (&'a str, &'a str) {
        let (code, comment) = self.text.split_at(self.comment.unwrap_or(self.text.len()));
        (code.trim_end(), comment)
    }
}

fn flush(run: &mut Vec<Line<'_>>, aligned: &mut String) {
    let width = run.iter().map(|line| line.parts().0.chars().count()).max().unwrap_or(0);
    for line in run.drain(..) {
        let (code, comment) = line.parts();
        aligned.push_str(code);
        let gap = width - code.chars().count() + 2;
        aligned.extend(std::iter::repeat_n(' ', gap));
        aligned.push_str(comment);
    }
}
