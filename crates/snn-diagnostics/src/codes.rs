//! The stable codes, one table per stage. `E…` is an error, `W…` a warning; a number is never used twice.

pub mod chip;
pub mod experiment;
pub mod lowering;
pub mod network;
pub mod neuron;
pub mod syntax;
pub mod types;

/// A short program for each code, wrong and right: `-` stands before the lines of the wrong one, `+` before
/// those of the right one, a space before those of both.
pub const PAIRS: [&str; 7] = [
    include_str!("codes/syntax.pairs"),
    include_str!("codes/types.pairs"),
    include_str!("codes/neuron.pairs"),
    include_str!("codes/network.pairs"),
    include_str!("codes/chip.pairs"),
    include_str!("codes/experiment.pairs"),
    include_str!("codes/lowering.pairs"),
];

/// A stable code such as `E0203`, with its title and the long text of `snn explain`.
#[derive(Clone, Copy, Debug)]
pub struct Code(&'static Entry);

#[derive(Debug)]
pub(crate) struct Entry {
    id: &'static str,
    title: &'static str,
    text: &'static str,
}

impl Code {
    /// `E0203`.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// One line: what kind of fault.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// The long text: why it is a fault, an example, what to do.
    pub fn text(self) -> &'static str {
        self.0.text
    }

    /// A short program with the fault and without it, as a diff: the lines of both begin with a space, those of
    /// the faulty one with `-`, those of the mended one with `+`. None where no short program has the fault.
    pub fn pair(self) -> Option<&'static str> {
        let entries = PAIRS.iter().flat_map(|text| text.split("\n\n"));
        entries
            .filter_map(|entry| entry.split_once('\n'))
            .find_map(|(id, lines)| (id == self.id()).then(|| lines.trim_end_matches('\n')))
    }

    /// The code with this id, in any letter case.
    pub fn find(id: &str) -> Option<Self> {
        Self::all().find(|c| c.id().eq_ignore_ascii_case(id))
    }

    /// Every code, by stage and number.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            syntax::ALL,
            types::ALL,
            neuron::ALL,
            network::ALL,
            chip::ALL,
            experiment::ALL,
            lowering::ALL,
        ]
        .into_iter()
        .flatten()
        .copied()
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Code {}

/// Declares the codes of one stage: `NAME = "E0101", "title", "long text";`
macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $text:literal;)*) => {
        $(#[doc = $title] pub const $name: crate::Code = crate::codes::Code(&crate::codes::Entry { id: $id, title: $title, text: $text });)*
        pub(crate) const ALL: &[crate::Code] = &[$($name),*];
    };
}
pub(crate) use codes;

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut ids: Vec<_> = Code::all().map(Code::id).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        for id in ids {
            assert!(id.len() == 5 && (id.starts_with('E') || id.starts_with('W')), "{id}");
        }
    }
}
