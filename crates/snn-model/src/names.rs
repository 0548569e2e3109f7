//! Which item a name means: items of the file, of imports with an alias, of imports without.

use std::collections::BTreeMap;

use snn_diagnostics::codes::types;
use snn_diagnostics::{Diagnostic, Span};
use snn_syntax::ast::{self, ItemKind};

use crate::context::Context;
use crate::project::FileId;
use crate::typed;

/// A top-level item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemId {
    /// Its file.
    pub file: FileId,
    /// Its place among the items of the file.
    pub index: usize,
}

/// Kinds of items that names mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Kind {
    Const,
    Fn,
    Neuron,
    Synapse,
    Plasticity,
    Network,
    Chip,
    Mapping,
    Experiment,
    /// Of a later version; reported by the parser.
    Later,
}

impl Kind {
    /// With its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Const => "a constant",
            Self::Fn => "a function",
            Self::Neuron => "a neuron model",
            Self::Synapse => "a synapse",
            Self::Plasticity => "a plasticity rule",
            Self::Network => "a network",
            Self::Chip => "a chip",
            Self::Mapping => "a mapping",
            Self::Experiment => "an experiment",
            Self::Later => "not available yet",
        }
    }
}

/// The names visible in each file.
#[derive(Debug, Default)]
pub(crate) struct Names {
    files: Vec<FileNames>,
}

#[derive(Debug, Default)]
struct FileNames {
    own: BTreeMap<String, ItemId>,
    /// Import aliases; none where the file could not be loaded.
    aliases: BTreeMap<String, Option<FileId>>,
    /// Imports without alias.
    open: Vec<FileId>,
    /// An import without alias could not be loaded: any unknown name may be one of its.
    incomplete: bool,
}

impl Names {
    /// Fills `cx.names`; reports names declared twice.
    pub fn collect(cx: &mut Context<'_>) {
        let project = cx.project;
        let files = project.files().map(|(id, _)| collect_file(cx, id)).collect();
        cx.names = Self { files };
    }

    /// The item a plain name means in a file: its own first.
    pub fn find(&self, file: FileId, name: &str) -> Option<ItemId> {
        let here = &self.files[file.0];
        here.own.get(name).copied().or_else(|| {
            here.open.iter().find_map(|other| self.files[other.0].own.get(name).copied())
        })
    }

    /// The file behind an import alias; `Some(None)` where it could not be loaded.
    pub fn alias(&self, file: FileId, name: &str) -> Option<Option<FileId>> {
        self.files[file.0].aliases.get(name).copied()
    }

    /// Whether an import without alias is missing, so that unknown names prove nothing.
    pub fn incomplete(&self, file: FileId) -> bool {
        self.files[file.0].incomplete
    }

    /// Plain names of items visible in a file.
    pub fn visible(&self, file: FileId) -> impl Iterator<Item = (&str, ItemId)> {
        let here = &self.files[file.0];
        let open = here.open.iter().flat_map(|other| &self.files[other.0].own);
        here.own.iter().chain(open).map(|(name, id)| (name.as_str(), *id))
    }

    fn own(&self, file: FileId) -> impl Iterator<Item = (&str, ItemId)> {
        self.files[file.0].own.iter().map(|(name, id)| (name.as_str(), *id))
    }
}

/// What a dotted name leads to.
pub(crate) enum Found {
    /// This item.
    Item(ItemId),
    /// A file that could not be loaded: silent.
    Poison,
    /// Nothing.
    Nothing,
}

impl<'a> Context<'a> {
    /// An item by its id.
    pub fn item(&self, id: ItemId) -> &'a ast::Item {
        &self.project.file(id.file).tree.items[id.index]
    }

    /// The kind of an item.
    pub fn kind(&self, id: ItemId) -> Kind {
        kind_of(&self.item(id).kind).unwrap_or(Kind::Later)
    }

    /// Items of a kind in a file, in the order of the text.
    pub fn items_of(&self, file: FileId, kind: Kind) -> Vec<ItemId> {
        let items = &self.project.file(file).tree.items;
        (0..items.len())
            .filter(|i| kind_of(&items[*i].kind) == Some(kind))
            .map(|index| ItemId { file, index })
            .collect()
    }

    /// What `name` or `alias.name` leads to, without a word.
    pub fn find(&self, file: FileId, e: &ast::Expr) -> Found {
        let found = match &e.kind {
            ast::ExprKind::Error => return Found::Poison,
            ast::ExprKind::Name(name) => match self.names.find(file, name) {
                None if self.names.incomplete(file) => return Found::Poison,
                found => found,
            },
            ast::ExprKind::Field(base, member) => {
                let ast::ExprKind::Name(alias) = &base.kind else { return Found::Nothing };
                match self.names.alias(file, alias) {
                    None => return Found::Nothing,
                    Some(None) => return Found::Poison,
                    Some(Some(other)) => self.names.files[other.0].own.get(&member.text).copied(),
                }
            }
            _ => return Found::Nothing,
        };
        found.map_or(Found::Nothing, Found::Item)
    }

    /// The item of kind `wanted` that `name` or `alias.name` means; reports where it is none.
    pub fn find_kind(&mut self, file: FileId, e: &ast::Expr, wanted: Kind) -> Option<ItemId> {
        match self.find(file, e) {
            Found::Poison => None,
            Found::Nothing => {
                self.report_unknown_item(file, e, wanted);
                None
            }
            Found::Item(id) => match self.kind(id) {
                kind if kind == wanted => Some(id),
                Kind::Later => None,
                kind => {
                    let (text, noun) = (self.text(e.span), kind.noun());
                    let message = format!("`{text}` is {noun}, {} is needed", wanted.noun());
                    let declared = self.name_span(id);
                    self.report(
                        Diagnostic::new(types::WRONG_KIND, e.span, message, noun)
                            .with_label(declared, "declared here"),
                    );
                    None
                }
            },
        }
    }

    /// Where the name of an item stands.
    pub fn name_span(&self, id: ItemId) -> Span {
        let item = self.item(id);
        name_of(&item.kind).map_or(item.span, |name| name.span)
    }

    fn report_unknown_item(&mut self, file: FileId, e: &ast::Expr, wanted: Kind) {
        if self.lost_items(self.project.file(file).source) {
            return;
        }
        let text = self.text(e.span);
        let of_kind =
            |(name, id): (&str, ItemId)| (self.kind(id) == wanted).then(|| name.to_owned());
        let (place, candidates): (Span, Vec<String>) = match &e.kind {
            ast::ExprKind::Field(base, member) => {
                let ast::ExprKind::Name(alias) = &base.kind else { return };
                match self.names.alias(file, alias) {
                    Some(Some(other)) => {
                        (member.span, self.names.own(other).filter_map(of_kind).collect())
                    }
                    _ => {
                        let aliases = self.names.files[file.0].aliases.keys().cloned().collect();
                        (base.span, aliases)
                    }
                }
            }
            _ => (e.span, self.names.visible(file).filter_map(of_kind).collect()),
        };
        let message = format!("`{text}` is not known, {} is needed", wanted.noun());
        let mut d = Diagnostic::new(types::UNKNOWN_NAME, place, message, "unknown name");
        let typed = self.text(place);
        let names = candidates.clone();
        if let Some(near) = self.nearest(typed, || names) {
            d = d.with_help(format!("did you mean `{near}`?")).with_fix(place, near);
        } else if let Some(alias) = self.alias_of(file, text, wanted) {
            let right = format!("{alias}.{text}");
            d = d.with_help(format!("`{alias}` has it: write `{right}`")).with_fix(place, right);
        } else if let Some(path) = self.library_of(text, wanted) {
            d = d.with_help(format!("the library has it: `import \"{path}\"`"));
        } else if candidates.is_empty() && matches!(e.kind, ast::ExprKind::Field(..)) {
            d = d.with_help(format!("nothing is imported as `{typed}`: `import \"…\" as {typed}`"));
        } else if !candidates.is_empty() {
            d = d.with_help(format!("known: {}", list(&candidates)));
        }
        self.report(d);
    }

    /// The alias of an import that has an item of this name and kind.
    fn alias_of(&self, file: FileId, name: &str, wanted: Kind) -> Option<String> {
        let aliases = &self.names.files[file.0].aliases;
        let has = |other: FileId| {
            self.names.own(other).any(|(own, item)| own == name && self.kind(item) == wanted)
        };
        aliases.iter().find(|(_, other)| other.is_some_and(has)).map(|(alias, _)| alias.clone())
    }

    fn library_of(&self, name: &str, wanted: Kind) -> Option<String> {
        let library = self.project.files().find(|(id, file)| {
            self.project.is_library(file.source)
                && self.names.own(*id).any(|(own, item)| own == name && self.kind(item) == wanted)
        });
        library.map(|(_, f)| f.path.clone())
    }
}

/// At most ten names, quoted.
pub(crate) fn list(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(10).map(|n| format!("`{n}`")).collect();
    if names.len() > shown.len() {
        shown.push(format!("and {} more", names.len() - shown.len()));
    }
    shown.join(", ")
}

/// The name an item declares.
pub(crate) fn name_of(kind: &ItemKind) -> Option<&ast::Name> {
    match kind {
        ItemKind::Import { .. } => None,
        ItemKind::Const(declaration) => Some(&declaration.name),
        ItemKind::Experiment(experiment) => Some(&experiment.name),
        ItemKind::Fn { name, .. }
        | ItemKind::Neuron { name, .. }
        | ItemKind::Synapse { name, .. }
        | ItemKind::Plasticity { name, .. }
        | ItemKind::Network { name, .. }
        | ItemKind::Chip { name, .. }
        | ItemKind::Mapping { name, .. } => Some(name),
        ItemKind::Later { name, .. } => name.as_ref(),
    }
}

fn kind_of(kind: &ItemKind) -> Option<Kind> {
    Some(match kind {
        ItemKind::Import { .. } => return None,
        ItemKind::Const(_) => Kind::Const,
        ItemKind::Fn { .. } => Kind::Fn,
        ItemKind::Neuron { .. } => Kind::Neuron,
        ItemKind::Synapse { .. } => Kind::Synapse,
        ItemKind::Plasticity { .. } => Kind::Plasticity,
        ItemKind::Network { .. } => Kind::Network,
        ItemKind::Chip { .. } => Kind::Chip,
        ItemKind::Mapping { .. } => Kind::Mapping,
        ItemKind::Experiment(_) => Kind::Experiment,
        ItemKind::Later { .. } => Kind::Later,
    })
}

fn collect_file(cx: &mut Context<'_>, file: FileId) -> FileNames {
    let project = cx.project;
    let mut names = FileNames::default();
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for (index, item) in project.file(file).tree.items.iter().enumerate() {
        let name = match &item.kind {
            ItemKind::Import { path, alias, .. } => {
                let target = project.imported(file, path);
                match (alias, target) {
                    (Some(alias), _) => {
                        names.aliases.insert(alias.text.clone(), target);
                        alias
                    }
                    (None, Some(target)) => {
                        names.open.push(target);
                        continue;
                    }
                    (None, None) => {
                        names.incomplete = true;
                        continue;
                    }
                }
            }
            kind => match name_of(kind) {
                Some(name) => {
                    names.own.entry(name.text.clone()).or_insert(ItemId { file, index });
                    name
                }
                None => continue,
            },
        };
        match places.get(name.text.as_str()) {
            Some(first) => {
                cx.report(duplicate(name, *first));
                // Of two imports with one alias neither can be meant.
                names.aliases.entry(name.text.clone()).and_modify(|target| *target = None);
            }
            None => {
                places.insert(&name.text, name.span);
            }
        }
    }
    names
}

/// Reports a name that is taken by a function of the language.
pub(crate) fn refuse_builtin(cx: &mut Context<'_>, name: &ast::Name) {
    if typed::is_builtin(&name.text) {
        let message = format!("`{}` is a function of the language", name.text);
        cx.report(
            Diagnostic::new(types::DUPLICATE_NAME, name.span, message, "taken")
                .with_help("give it another name"),
        );
    }
}

/// The fault of a second declaration of a name.
pub(crate) fn duplicate(name: &ast::Name, first: Span) -> Diagnostic {
    let message = format!("`{}` is declared twice", name.text);
    Diagnostic::new(types::DUPLICATE_NAME, name.span, message, "again here")
        .with_label(first, "first declared here")
        .with_help("give one of them another name")
}
