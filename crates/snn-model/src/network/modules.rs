//! Networks inside networks: `network col[4]: column(N = 100)`.

use snn_diagnostics::Diagnostic;
use snn_diagnostics::codes::{network, types};
use snn_syntax::ast::{self, ItemKind, NetworkItem};

use super::families::{self, Head};
use super::frame::{Frame, Meaning, Place};
use super::names::{self, Given};
use super::{Builder, Pass};
use crate::arguments::label_text;
use crate::constant::{Constant, Quantity};
use crate::context::Context;
use crate::experiment::{parameters, unknown_parameter};
use crate::names::{ItemId, Kind, list};

/// Networks that may stand inside each other.
const MAX_DEPTH: usize = 32;

/// One network inside another, as its statements see it.
#[derive(Debug)]
pub(crate) struct Module<'f, 'a> {
    /// Which network.
    pub item: ItemId,
    /// `col.`: begins the families of its objects.
    pub path: String,
    /// `col[2].`: begins the names of its objects and projections.
    pub prefix: String,
    /// The indices in `prefix`.
    pub indices: Vec<i64>,
    /// Values of its parameters.
    pub given: Vec<Given<'a>>,
    /// Where these values are read.
    pub outer: &'f Frame<'f, 'a>,
    depth: usize,
}

impl<'a> Builder<'_, 'a> {
    /// All instances of a statement. Recursion: networks nest no deeper than [`MAX_DEPTH`].
    pub(super) fn modules(
        &mut self,
        cx: &mut Context<'a>,
        s: &'a ast::SubNetwork,
        frame: &Frame<'_, 'a>,
        pass: Pass,
    ) {
        let path = format!("{}{}", frame.path(), s.name.text);
        let file = frame.module.map_or(self.item, |m| m.item).file;
        let item = cx.find_kind(file, &s.network.function, Kind::Network);
        let item = item.filter(|item| self.may_stand_inside(cx, *item, s, frame));
        let indices = self.instances(cx, s, frame);
        let given = item.and_then(|item| given(cx, item, s, file));
        let (Some(item), Some((indices, count)), Some(given)) = (item, indices, given) else {
            self.objects.spoil_module(path, s.name.span);
            return;
        };
        let ItemKind::Network { items, .. } = &cx.item(item).kind else { return };
        for number in 0..count.unwrap_or(1) {
            if !self.spend(cx, s.span) {
                self.objects.spoil_module(path, s.name.span);
                return;
            }
            let mut outer = Frame::inside(frame);
            let mut indices = [frame.indices(), &indices].concat();
            if count.is_some() {
                indices.push(number.into());
                let index = Meaning::Constant(Constant::Number(Quantity::whole(number.into())));
                outer.define("index", index, s.name.span);
            }
            let own = indices.len() - frame.indices().len();
            if pass == Pass::Declare && !self.objects.add_module(&path, &indices, own, s.name.span)
            {
                let shown: String = indices.iter().map(|i| format!("[{i}]")).collect();
                let message = format!("`{}{shown}` is declared twice", s.name.text);
                let d = Diagnostic::new(network::FAMILY, s.name.span, message, "not a new member");
                cx.report(d);
                return;
            }
            let shown: String =
                indices[indices.len() - own..].iter().map(|i| format!("[{i}]")).collect();
            let module = Module {
                item,
                path: format!("{path}."),
                prefix: format!("{}{}{shown}.", frame.prefix(), s.name.text),
                indices,
                given: given.clone(),
                outer: &outer,
                depth: frame.module.map_or(1, |m| m.depth + 1),
            };
            if pass == Pass::Declare {
                names::announce(cx, items, &mut self.objects, &module.path);
            }
            self.body(cx, items, Frame::of_module(&module), pass);
        }
    }

    /// Family indices, and the number of instances where brackets give one.
    fn instances(
        &self,
        cx: &mut Context<'a>,
        s: &'a ast::SubNetwork,
        frame: &Frame<'_, 'a>,
    ) -> Option<(Vec<i64>, Option<u32>)> {
        let scope = self.scope(frame, Place::Constant);
        if s.brackets.is_empty() && frame.steps.is_empty() {
            return Some((Vec::new(), None));
        }
        if s.brackets.is_empty() {
            families::forgot_index(cx, frame, &s.name);
            return None;
        }
        let member = families::member(cx, &scope, Head { name: &s.name, brackets: &s.brackets })?;
        Some((member.indices, Some(member.size?)))
    }

    /// A network does not contain itself.
    fn may_stand_inside(
        &self,
        cx: &mut Context<'a>,
        item: ItemId,
        s: &ast::SubNetwork,
        frame: &Frame<'_, 'a>,
    ) -> bool {
        let around = std::iter::successors(frame.module, |m| m.outer.module);
        let depth = frame.module.map_or(0, |m| m.depth);
        let (message, label) = if item == self.item || around.clone().any(|m| m.item == item) {
            let name = cx.text(cx.name_span(item));
            (format!("the network `{name}` would contain itself"), "contains itself")
        } else if depth >= MAX_DEPTH {
            (format!("more than {MAX_DEPTH} networks stand inside each other"), "too deep")
        } else {
            return true;
        };
        cx.report(Diagnostic::new(types::CYCLE, s.network_span, message, label));
        false
    }
}

/// Values of the parameters of an inner network, in the order of the text; none where one is faulty.
fn given<'a>(
    cx: &mut Context<'a>,
    item: ItemId,
    s: &'a ast::SubNetwork,
    file: crate::project::FileId,
) -> Option<Vec<Given<'a>>> {
    let known = parameters(cx, item);
    let declared = cx.name_span(item);
    let name = cx.text(declared);
    let mut given: Vec<Given<'a>> = Vec::new();
    let mut sound = true;
    for argument in &s.network.arguments {
        let label = argument.label.as_ref().map(label_text);
        let Some((parameter, span)) = label else {
            if !matches!(argument.value.kind, ast::ExprKind::Error) {
                let text = cx.text(argument.value.span);
                let message = "a value for a network needs the name of its parameter";
                let first = known.first().map_or("name", String::as_str);
                let span = argument.value.span;
                let d = Diagnostic::new(network::WRONG_ARGUMENT, span, message, "of what?");
                cx.report(d.with_help(format!("write for instance `{first} = {text}`")));
            }
            sound = false;
            continue;
        };
        if !known.iter().any(|own| own == parameter) {
            unknown_parameter(cx, name, (parameter, span), &known, declared);
            sound = false;
        } else if given.iter().any(|g| g.name == parameter) {
            let message = format!("`{parameter}` is given twice");
            cx.report(Diagnostic::new(network::WRONG_ARGUMENT, span, message, "again here"));
            sound = false;
        } else {
            given.push(Given { name: parameter, value: &argument.value, file });
        }
    }
    let missing = missing(cx, item, &given);
    if let Some(first) = missing.first() {
        let message = format!("`{name}` needs values for {}", list(&missing));
        let code = network::PARAMETER_WITHOUT_VALUE;
        let d = Diagnostic::new(code, s.network_span, message, "no default");
        cx.report(d.with_help(format!("give them: `{name}({first} = …)`")));
        return None;
    }
    sound.then_some(given)
}

fn missing(cx: &Context<'_>, item: ItemId, given: &[Given<'_>]) -> Vec<String> {
    let ItemKind::Network { items, .. } = &cx.item(item).kind else { return Vec::new() };
    let lists = items.iter().filter_map(|item| match item {
        NetworkItem::Param(list) => Some(list),
        _ => None,
    });
    let open = lists.flatten().filter(|d| d.value.is_none());
    let names = open.map(|d| d.name.text.clone());
    names.filter(|name| given.iter().all(|g| g.name != name)).collect()
}
