//! The scope of constants outside networks: the constants of the file, nothing else.

use snn_numeric::Rational;
use snn_syntax::ast;

use crate::array::Array;
use crate::constant::ConstantScope;
use crate::context::Context;
use crate::exact::Exact;
use crate::project::FileId;
use crate::typed::{Declared, Draws, Resolution, Scope};

/// The constants of a file and its imports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileScope {
    /// The file.
    pub file: FileId,
}

impl Scope for FileScope {
    fn file(&self) -> FileId {
        self.file
    }

    fn resolve(&self, _: &mut Context<'_>, _: &ast::Expr) -> Resolution {
        Resolution::Unknown
    }

    fn declared(&self) -> Vec<Declared> {
        Vec::new()
    }

    fn draws(&self) -> Draws {
        Draws::Forbidden("in a constant")
    }
}

impl Exact for FileScope {
    fn exact_value(&self, _: &ast::Expr) -> Option<Rational> {
        None
    }
}

impl ConstantScope for FileScope {
    fn array(&self, _: &mut Context<'_>, _: &ast::Expr) -> Option<Array> {
        None
    }
}
