//! Chips: `chip` blocks become [`ChipSpec`]s.

use std::collections::HashMap;

use snn_chip::{Arithmetic, ChipSpec, CoreKind, Limit, Resource};
use snn_diagnostics::codes::{chip as codes, syntax};
use snn_diagnostics::{Diagnostic, Span, nearest};
use snn_numeric::Rational;
use snn_syntax::ast::{self, ChipItem, CoreItem, ExprKind, ItemKind};

use crate::constant;
use crate::context::Context;
use crate::file_scope::FileScope;
use crate::names::ItemId;
use crate::time;

/// Largest side of a mesh, and most cores of a tile.
const MAX_SIDE: i64 = 4096;
/// Most cores of a chip.
const MAX_CORES: u64 = 1 << 24;
/// Bits of a stored weight where a chip does not say: a double.
const DEFAULT_WEIGHT_BITS: u32 = 64;

/// Checks a chip; none where a fault was reported.
pub(crate) fn chip(cx: &mut Context<'_>, id: ItemId) -> Option<ChipSpec> {
    let ItemKind::Chip { name, items } = &cx.item(id).kind else { return None };
    let mut reader = Reader {
        scope: FileScope { file: id.file },
        stated: Stated::default(),
        arithmetic: None,
        mesh: None,
        tick: None,
        kinds: Vec::new(),
        per_tile: None,
        special: Vec::new(),
        sound: true,
    };
    for item in items {
        reader.item(cx, item);
    }
    reader.finish(cx, name)
}

/// Which words stood where.
#[derive(Default)]
struct Stated(HashMap<String, Span>);

impl Stated {
    /// Notes a word; reports it where it stood before.
    fn once(&mut self, cx: &mut Context<'_>, word: &str, span: Span) -> bool {
        let Some(first) = self.0.insert(word.to_owned(), span) else { return true };
        let message = format!("`{word}` is stated twice");
        cx.report(
            Diagnostic::new(codes::CHIP_DUPLICATE, span, message, "again here")
                .with_label(first, "first stated here"),
        );
        false
    }
}

/// A kind of core, its tiles (x, y) and the keyword.
struct Kind {
    spec: CoreKind,
    tiles: Vec<(u32, u32, Span)>,
    span: Span,
}

struct Reader {
    scope: FileScope,
    stated: Stated,
    arithmetic: Option<Arithmetic>,
    mesh: Option<(u32, u32)>,
    tick: Option<(Rational, Span)>,
    /// The default kind comes first in the end.
    kinds: Vec<Kind>,
    per_tile: Option<(u32, Span)>,
    special: Vec<(u32, u32, usize)>,
    sound: bool,
}

impl Reader {
    fn item(&mut self, cx: &mut Context<'_>, item: &ChipItem) {
        match item {
            ChipItem::Mesh { width, height } => {
                self.sound &= self.stated.once(cx, "mesh", width.span.to(height.span));
                let columns = self.side(cx, width, "columns");
                let rows = self.side(cx, height, "rows");
                self.mesh = columns.zip(rows);
                self.sound &= self.mesh.is_some();
            }
            ChipItem::Tick(e) => {
                self.sound &= self.stated.once(cx, "tick", e.span);
                match time::time(cx, &self.scope, e, "the tick") {
                    Some(tick) if tick.exact > Rational::ZERO => {
                        self.tick = Some((tick.exact, e.span))
                    }
                    Some(tick) => {
                        let message = format!("a tick takes time, not {}", tick.show());
                        number(cx, e.span, message);
                        self.sound = false;
                    }
                    None => self.sound = false,
                }
            }
            ChipItem::Arithmetic(name) => {
                self.sound &= self.stated.once(cx, "arithmetic", name.span);
                self.set_arithmetic(cx, name);
            }
            ChipItem::Core { name, tiles, items, span } => {
                self.core(cx, name.as_ref(), tiles, items, *span);
            }
            ChipItem::Later(_) => self.sound = false,
        }
    }

    fn side(&self, cx: &mut Context<'_>, e: &ast::Expr, lines: &str) -> Option<u32> {
        let count = constant::Count {
            role: &format!("the number of {lines} of the mesh"),
            none: &format!("the mesh would be empty: it has 0 {lines}"),
            help: "a chip of one tile is a `mesh 1 by 1`",
            most: MAX_SIDE,
        };
        constant::count(cx, &self.scope, e, &count)
    }

    fn set_arithmetic(&mut self, cx: &mut Context<'_>, name: &ast::Name) {
        let found = match name.text.as_str() {
            "f64" => Arithmetic::F64,
            "f32" => Arithmetic::F32,
            "integer" => {
                let message = "integer arithmetic is not available yet";
                cx.report(
                    Diagnostic::new(syntax::NOT_AVAILABLE, name.span, message, "later")
                        .with_help("there are `f64` and `f32`"),
                );
                self.sound = false;
                return;
            }
            other => {
                word(
                    cx,
                    name.span,
                    &format!("there is no arithmetic `{other}`"),
                    other,
                    &["f64", "f32"],
                );
                self.sound = false;
                return;
            }
        };
        if self.arithmetic.is_some_and(|before| before != found) {
            let message = "cores of one chip with different arithmetic are not available yet";
            cx.report(Diagnostic::new(syntax::NOT_AVAILABLE, name.span, message, "another one"));
            self.sound = false;
        }
        self.arithmetic = Some(found);
    }

    fn core(
        &mut self,
        cx: &mut Context<'_>,
        name: Option<&ast::Name>,
        tiles: &[(ast::Expr, ast::Expr)],
        items: &[CoreItem],
        span: Span,
    ) {
        let mut kind = CoreKind {
            name: name.map_or_else(String::new, |n| n.text.clone()),
            limits: Vec::new(),
            delays: None,
            weight_bits: DEFAULT_WEIGHT_BITS,
        };
        let mut stated = Stated::default();
        for item in items {
            self.core_item(cx, item, &mut kind, &mut stated);
        }
        let mut places = Vec::new();
        for (x, y) in tiles {
            let role = "a tile coordinate";
            let x_value = constant::whole_within(cx, &self.scope, x, role, (0, MAX_SIDE - 1));
            let y_value = constant::whole_within(cx, &self.scope, y, role, (0, MAX_SIDE - 1));
            let place = x_value.zip(y_value);
            match place.and_then(|(x, y)| Some((u32::try_from(x).ok()?, u32::try_from(y).ok()?))) {
                Some((column, row)) => places.push((column, row, x.span.to(y.span))),
                None => self.sound = false,
            }
        }
        self.kinds.push(Kind { spec: kind, tiles: places, span });
    }

    fn core_item(
        &mut self,
        cx: &mut Context<'_>,
        item: &CoreItem,
        kind: &mut CoreKind,
        stated: &mut Stated,
    ) {
        match item {
            CoreItem::Limit { resource, amount } => {
                self.sound &= stated.once(cx, &resource.text, resource.span);
                self.limit(cx, resource, amount, kind);
            }
            CoreItem::Weights { bits, words } => {
                self.sound &= stated.once(cx, "weights", bits.span);
                match self.weights(cx, bits, words) {
                    Some(bits) => kind.weight_bits = bits,
                    None => self.sound = false,
                }
            }
            CoreItem::Delays(range) => {
                self.sound &= stated.once(cx, "delays", range.span);
                kind.delays = self.delays(cx, range);
                self.sound &= kind.delays.is_some();
            }
            CoreItem::Arithmetic(name) => {
                self.sound &= stated.once(cx, "arithmetic", name.span);
                self.set_arithmetic(cx, name);
            }
            CoreItem::Later(_) => self.sound = false,
        }
    }

    fn limit(
        &mut self,
        cx: &mut Context<'_>,
        resource: &ast::Name,
        amount: &ast::Expr,
        kind: &mut CoreKind,
    ) {
        if resource.text == "per_tile" {
            let role = "the number of cores per tile";
            let cores = self.side(cx, amount, role);
            match (cores, self.per_tile) {
                (Some(cores), Some((before, first))) if cores != before => {
                    let message = "tiles with different numbers of cores are not available yet";
                    cx.report(
                        Diagnostic::new(syntax::NOT_AVAILABLE, amount.span, message, "another one")
                            .with_label(first, "first stated here"),
                    );
                    self.sound = false;
                }
                (Some(cores), _) => self.per_tile = Some((cores, amount.span)),
                (None, _) => self.sound = false,
            }
            return;
        }
        let known = Resource::ALL.into_iter().find(|r| r.word() == resource.text);
        let Some(known) = known else {
            let mut words: Vec<&str> = Resource::ALL.iter().map(|r| r.word()).collect();
            words.extend(["per_tile", "weights", "delays", "arithmetic"]);
            let message = format!("a core has no `{}`", resource.text);
            word(cx, resource.span, &message, &resource.text, &words);
            self.sound = false;
            return;
        };
        let role = format!("`{}`", known.word());
        let amount_of = match known {
            Resource::SynapseBits => memory_bits(cx, amount),
            _ => constant::whole_within(cx, &self.scope, amount, &role, (1, i64::MAX))
                .and_then(|n| u64::try_from(n).ok()),
        };
        match amount_of {
            Some(n) => kind.limits.push((known, Limit { amount: n, span: amount.span })),
            None => self.sound = false,
        }
    }

    /// Rounding weights changes results; only the accounting of whole floating-point numbers is here.
    fn weights(&self, cx: &mut Context<'_>, bits: &ast::Expr, words: &[ast::Name]) -> Option<u32> {
        let role = "the number of bits of a weight";
        let n = constant::whole_within(cx, &self.scope, bits, role, (1, 64))?;
        let known = ["signed", "unsigned", "round", "nearest", "per", "connection", "stochastic"];
        if let Some(odd) = words.iter().find(|w| !known.contains(&w.text.as_str())) {
            let message = format!("`{}` does not belong to `weights`", odd.text);
            word(cx, odd.span, &message, &odd.text, &known);
            return None;
        }
        if words.is_empty() && (n == 32 || n == 64) {
            return u32::try_from(n).ok();
        }
        let span = words.iter().fold(bits.span, |all, w| all.to(w.span));
        let message = "weights rounded by the chip are not available yet";
        cx.report(
            Diagnostic::new(syntax::NOT_AVAILABLE, span, message, "later").with_help(
                "`weights 64` and `weights 32` count the bits of floating-point weights",
            ),
        );
        None
    }

    fn delays(&self, cx: &mut Context<'_>, range: &ast::Expr) -> Option<(u32, u32, Span)> {
        let ExprKind::Range(lo, hi) = &range.kind else {
            if !matches!(range.kind, ExprKind::Error) {
                number(cx, range.span, "delays are a range of ticks: `delays 1 .. 62`".into());
            }
            return None;
        };
        let role = "a delay in ticks";
        let bounds = (1, 1 << 20);
        let low = constant::whole_within(cx, &self.scope, lo, role, bounds);
        let high = constant::whole_within(cx, &self.scope, hi, role, bounds);
        let (low, high) = (low?, high?);
        if low > high {
            number(cx, range.span, format!("no delay lies in {low} .. {high}"));
            return None;
        }
        Some((u32::try_from(low).ok()?, u32::try_from(high).ok()?, range.span))
    }

    fn finish(mut self, cx: &mut Context<'_>, name: &ast::Name) -> Option<ChipSpec> {
        let default: Vec<usize> =
            (0..self.kinds.len()).filter(|i| self.kinds[*i].tiles.is_empty()).collect();
        match default.as_slice() {
            [] => {
                let message = format!("chip `{}` has no core for all tiles", name.text);
                cx.report(
                    Diagnostic::new(codes::CHIP_INCOMPLETE, name.span, message, "no `core { … }`")
                        .with_help("add `core { neurons 1024 }`"),
                );
                return None;
            }
            [only] => self.kinds.swap(0, *only),
            [first, second, ..] => {
                let message = "two kinds of cores for all tiles";
                cx.report(
                    Diagnostic::new(
                        codes::CHIP_DUPLICATE,
                        self.kinds[*second].span,
                        message,
                        "again here",
                    )
                    .with_label(self.kinds[*first].span, "first stated here")
                    .with_help("name the tiles of one: `core big on (0, 0) { … }`"),
                );
                return None;
            }
        }
        self.place_kinds(cx);
        let (width, height) = self.mesh.unwrap_or((0, 0));
        let per_tile = self.per_tile.map_or(1, |(n, _)| n);
        if u64::from(width) * u64::from(height) * u64::from(per_tile) > MAX_CORES {
            let message = format!("chip `{}` has more than {MAX_CORES} cores", name.text);
            number(cx, name.span, message);
            return None;
        }
        self.sound.then(|| ChipSpec {
            name: name.text.clone(),
            span: name.span,
            width,
            height,
            cores_per_tile: per_tile,
            tick_ms: self.tick,
            arithmetic: self.arithmetic.unwrap_or(Arithmetic::F64),
            kinds: self.kinds.into_iter().map(|kind| kind.spec).collect(),
            special_tiles: self.special,
        })
    }

    /// Tiles of kinds of their own lie on the mesh, each once.
    fn place_kinds(&mut self, cx: &mut Context<'_>) {
        let mut taken: HashMap<(u32, u32), Span> = HashMap::new();
        for (at, kind) in self.kinds.iter().enumerate() {
            for (x, y, span) in &kind.tiles {
                match self.mesh {
                    None => {
                        number(cx, *span, "a chip without `mesh` has no tile coordinates".into());
                        self.sound = false;
                        return;
                    }
                    Some((width, height)) if *x >= width || *y >= height => {
                        let message =
                            format!("tile ({x}, {y}) lies outside the mesh of {width} by {height}");
                        number(cx, *span, message);
                        self.sound = false;
                    }
                    Some(_) => {}
                }
                if let Some(first) = taken.insert((*x, *y), *span) {
                    let message = format!("tile ({x}, {y}) has two kinds of cores");
                    cx.report(
                        Diagnostic::new(codes::CHIP_DUPLICATE, *span, message, "again here")
                            .with_label(first, "first here"),
                    );
                    self.sound = false;
                }
                self.special.push((*x, *y, at));
            }
        }
    }
}

/// `64 KiB` in bits.
fn memory_bits(cx: &mut Context<'_>, e: &ast::Expr) -> Option<u64> {
    const UNITS: [(&str, u64); 4] =
        [("bit", 1), ("B", 8), ("KiB", 8 * 1024), ("MiB", 8 * 1024 * 1024)];
    let (digits, unit) = match &e.kind {
        ExprKind::Error => return None,
        ExprKind::Number { digits, unit: Some(unit) } => (digits, unit),
        _ => {
            let text = cx.text(e.span);
            let message = "memory is a number with a unit: bit, B, KiB or MiB".to_owned();
            cx.report(
                Diagnostic::new(codes::CHIP_NUMBER, e.span, message, "how much?")
                    .with_help(format!("for instance `{text} KiB`")),
            );
            return None;
        }
    };
    let factor = match unit.factors.as_slice() {
        [factor] if factor.power == (1, 1) => UNITS.iter().find(|u| u.0 == factor.symbol.text),
        _ => None,
    };
    let Some((_, bits)) = factor else {
        let message = "memory is given in bit, B, KiB or MiB";
        let mut d = Diagnostic::new(codes::CHIP_NUMBER, unit.span, message, "not a unit of memory");
        if let Some(near) = nearest(cx.text(unit.span), UNITS.iter().map(|u| u.0)) {
            d = d.with_help(format!("did you mean `{near}`?")).with_fix(unit.span, near);
        }
        cx.report(d);
        return None;
    };
    let exact =
        Rational::from_decimal(digits)?.checked_mul(Rational::new(i128::from(*bits), 1)?)?;
    let amount = u64::try_from(exact.floor()).ok().filter(|n| exact.is_integer() && *n > 0);
    if amount.is_none() {
        number(cx, e.span, "memory is a whole number of bits, at least one".into());
    }
    amount
}

fn number(cx: &mut Context<'_>, span: Span, message: String) {
    cx.report(Diagnostic::new(codes::CHIP_NUMBER, span, message, "not possible"));
}

fn word(cx: &mut Context<'_>, span: Span, message: &str, text: &str, known: &[&str]) {
    let mut d = Diagnostic::new(codes::CHIP_WORD, span, message, "unknown word");
    d = match nearest(text, known.iter().copied()) {
        Some(near) => d.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        None => d.with_help(format!("known are {}", known.join(", "))),
    };
    cx.report(d);
}
