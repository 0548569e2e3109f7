//! The error type of the parser library: where it failed and what could have stood there. Cheap to
//! make and to merge, for the parser makes many that nobody sees.

use chumsky::DefaultExpected;
use chumsky::error::{Error, LabelError};
use chumsky::span::SimpleSpan;
use chumsky::util::MaybeRef;

use crate::token::{Kind, Token};

/// Something the grammar allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Token(Kind),
    Name,
    Expression,
    Unit,
    /// Anything that continues an expression.
    Operator,
}

impl Expected {
    /// Whether something must follow that a statement cannot do without.
    pub(crate) fn is_operand(self) -> bool {
        matches!(self, Self::Name | Self::Expression | Self::Unit)
    }

    /// As it reads in a message.
    pub(crate) fn show(self) -> String {
        match self {
            Self::Token(Kind::Text) => "a text in quotes".into(),
            Self::Token(kind) => format!("`{}`", kind.text()),
            Self::Name => "a name".into(),
            Self::Expression => "an expression".into(),
            Self::Unit => "a unit".into(),
            Self::Operator => "an operator".into(),
        }
    }
}

const MOST: usize = 8;

/// A place where no rule of the grammar fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// Index of the token within its statement or group; its length at the end.
    pub(crate) at: usize,
    expected: [Option<Expected>; MOST],
}

impl Fault {
    fn at(at: usize) -> Self {
        Self { at, expected: [None; MOST] }
    }

    /// What could have stood there, in the order of the grammar.
    pub(crate) fn expected(&self) -> impl Iterator<Item = Expected> {
        self.expected.iter().flatten().copied()
    }

    /// Whether this could have stood there.
    pub(crate) fn expects(&self, what: Expected) -> bool {
        self.expected().any(|e| e == what)
    }

    fn add(&mut self, what: Expected) {
        for slot in &mut self.expected {
            match slot {
                Some(known) if *known == what => return,
                Some(_) => {}
                None => {
                    *slot = Some(what);
                    return;
                }
            }
        }
    }
}

type Input<'src> = &'src [Token];

impl<'src> Error<'src, Input<'src>> for Fault {
    fn merge(mut self, other: Self) -> Self {
        for what in other.expected() {
            self.add(what);
        }
        self
    }
}

impl<'src> LabelError<'src, Input<'src>, DefaultExpected<'src, Token>> for Fault {
    fn expected_found<E: IntoIterator<Item = DefaultExpected<'src, Token>>>(
        _: E,
        _: Option<MaybeRef<'src, Token>>,
        span: SimpleSpan,
    ) -> Self {
        Self::at(span.start)
    }
}

impl<'src> LabelError<'src, Input<'src>, Expected> for Fault {
    fn expected_found<E: IntoIterator<Item = Expected>>(
        expected: E,
        _: Option<MaybeRef<'src, Token>>,
        span: SimpleSpan,
    ) -> Self {
        let mut fault = Self::at(span.start);
        for what in expected {
            fault.add(what);
        }
        fault
    }

    fn label_with(&mut self, label: Expected) {
        self.expected = [None; MOST];
        self.add(label);
    }
}
