//! Expressions and lists in brackets.

use chumsky::pratt::{infix, left, prefix, right};
use chumsky::prelude::*;
use snn_diagnostics::{Diagnostic, Span, codes::syntax as codes};

use super::{Context, Entry, Extra, Rule, error, name, one, optional, token, unit, word};
use crate::ast::{Argument, BinaryOp, Call, Expr, ExprKind, UnaryOp, UnitExpr, WordOrName};
use crate::fault::Expected;
use crate::token::{Kind, Token};
use crate::word::Word;

/// Parsers of expressions and of their parts.
pub(crate) struct Expressions<'src> {
    /// An expression.
    pub(crate) expr: Rule<'src, Expr>,
    /// An expression, or `lo .. hi`, or `lo .. hi step n`.
    pub(crate) range: Rule<'src, Expr>,
    /// Names with dots between them.
    pub(crate) path: Rule<'src, Expr>,
    /// A unit after a colon.
    pub(crate) unit: Rule<'src, UnitExpr>,
    /// The entries of a group.
    pub(crate) entries: Rule<'src, Vec<Entry>>,
}

impl Expressions<'_> {
    pub(super) fn new() -> Self {
        let expr = expr();
        let range = range(&expr);
        let unit = unit_expr(&expr);
        let entries = entry(&range, &expr, &unit)
            .separated_by(token(Kind::Comma))
            .allow_trailing()
            .collect()
            .boxed();
        Self { expr, range, path: path(), unit, entries }
    }
}

fn expr<'src>() -> Rule<'src, Expr> {
    recursive(|expr| {
        let condition = word(Word::If)
            .then(expr.clone())
            .then_ignore(word(Word::Then))
            .then(expr.clone())
            .then_ignore(word(Word::Else))
            .then(expr)
            .map_with(|(((head, c), a), b): (((Token, Expr), Expr), Expr), e| {
                let span = e.state().span(head).to(b.span);
                Expr { kind: ExprKind::If(Box::new(c), Box::new(a), Box::new(b)), span }
            });
        let atom =
            choice((number(), operand(), condition.boxed())).labelled(Expected::Expression).boxed();
        atom.pratt((
            infix(right(9), binary(|k| k == Kind::Caret), |a, op, b, _| fold(a, op, b)),
            prefix(8, spanned(Kind::Minus), |at, x, _| unary(UnaryOp::Neg, at, x)),
            infix(left(7), binary(is_product), |a, op, b, _| fold(a, op, b)),
            infix(left(6), binary(|k| matches!(k, Kind::Plus | Kind::Minus)), |a, op, b, _| {
                fold(a, op, b)
            }),
            infix(left(5), binary(Kind::is_bitwise), |a, op, b, _| fold(a, op, b)),
            infix(left(4), binary(Kind::is_comparison), |a, op, b, _| fold(a, op, b)),
            prefix(3, spanned(Kind::Word(Word::Not)), |at, x, _| unary(UnaryOp::Not, at, x)),
            infix(left(2), binary(|k| k == Kind::Word(Word::And)), |a, op, b, _| fold(a, op, b)),
            infix(left(1), binary(|k| k == Kind::Word(Word::Or)), |a, op, b, _| fold(a, op, b)),
        ))
    })
    .boxed()
}

fn range<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, Expr> {
    let pair = |kind: fn(Box<Expr>, Box<Expr>) -> ExprKind, a: Expr, b: Expr| {
        let span = a.span.to(b.span);
        Expr { kind: kind(Box::new(a), Box::new(b)), span }
    };
    let step = optional(Kind::Word(Word::Step)).ignore_then(expr.clone());
    let high = optional(Kind::DotDot).ignore_then(expr.clone()).then(step.or_not());
    expr.clone()
        .then(high.or_not())
        .map(move |(low, rest)| {
            let Some((high, step)) = rest else { return low };
            let range = pair(ExprKind::Range, low, high);
            match step {
                Some(step) => pair(ExprKind::Step, range, step),
                None => range,
            }
        })
        .boxed()
}

fn is_product(kind: Kind) -> bool {
    matches!(kind, Kind::Star | Kind::Slash | Kind::Word(Word::Div | Word::Mod))
}

fn binary<'src>(
    accepts: fn(Kind) -> bool,
) -> impl Parser<'src, &'src [Token], BinaryOp, Extra<'src>> + Clone {
    one(move |t| accepts(t.kind)).map(|t| operator(t.kind)).labelled(Expected::Operator)
}

fn operator(kind: Kind) -> BinaryOp {
    match kind {
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Star => BinaryOp::Mul,
        Kind::Slash => BinaryOp::Div,
        Kind::Caret => BinaryOp::Pow,
        Kind::Less => BinaryOp::Lt,
        Kind::LessEquals => BinaryOp::Le,
        Kind::Greater => BinaryOp::Gt,
        Kind::GreaterEquals => BinaryOp::Ge,
        Kind::EqualsEquals => BinaryOp::Eq,
        Kind::NotEquals => BinaryOp::Ne,
        Kind::Ampersand => BinaryOp::BitAnd,
        Kind::Bar => BinaryOp::BitOr,
        Kind::ShiftLeft => BinaryOp::Shl,
        Kind::ShiftRight => BinaryOp::Shr,
        Kind::Word(Word::Xor) => BinaryOp::BitXor,
        Kind::Word(Word::Div) => BinaryOp::IntDiv,
        Kind::Word(Word::Mod) => BinaryOp::Mod,
        Kind::Word(Word::And) => BinaryOp::And,
        _ => BinaryOp::Or,
    }
}

fn fold(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span }
}

fn spanned<'src>(kind: Kind) -> impl Parser<'src, &'src [Token], Span, Extra<'src>> + Clone {
    token(kind).map_with(|t, e| e.state().span(t)).labelled(Expected::Expression)
}

fn unary(op: UnaryOp, head: Span, operand: Expr) -> Expr {
    let span = head.to(operand.span);
    Expr { kind: ExprKind::Unary(op, Box::new(operand)), span }
}

/// A number and its unit.
fn number<'src>() -> Rule<'src, Expr> {
    let digits = one(|t| matches!(t.kind, Kind::Number | Kind::Error));
    let symbol = one(|t| !t.newline && (t.is_name() || t.kind == Kind::UnitName));
    let bracket = one(|t| !t.newline && t.kind == Kind::Bracket);
    digits
        .then(symbol.or(bracket).labelled(Expected::Operator).or_not())
        .map_with(|(digits, unit), e| {
            let context: &mut Context<'_> = e.state();
            let span = context.span(digits);
            let span = unit.map_or(span, |u| span.to(context.span(u)));
            let unit = unit.map(|u| number_unit(u, context));
            let kind = match digits.kind {
                Kind::Number => {
                    ExprKind::Number { digits: digits.text(context.text).to_owned(), unit }
                }
                _ => ExprKind::Error,
            };
            Expr { kind, span }
        })
        .boxed()
}

fn number_unit(token: Token, context: &mut Context<'_>) -> UnitExpr {
    let span = context.span(token);
    if token.kind != Kind::Bracket {
        let symbol = Expr { kind: ExprKind::Name(token.text(context.text).to_owned()), span };
        return unit::from_expr(&symbol, context);
    }
    let value = only_value(token, context, "a unit");
    unit::from_expr(&value, context)
}

/// The one expression in a group; anything else is reported.
fn only_value(token: Token, context: &mut Context<'_>, what: &str) -> Expr {
    let span = context.span(token);
    let mut entries = context.take(token);
    match entries.pop() {
        Some(Entry::Value(value)) if entries.is_empty() => value,
        Some(Entry::Labelled(WordOrName::Word(left), right)) if entries.is_empty() => {
            context.report(no_operator(&left, &right));
            error(span)
        }
        _ => {
            context.report(Diagnostic::new(
                codes::UNEXPECTED,
                span,
                format!("expected {what} within these brackets, and nothing else"),
                "",
            ));
            error(span)
        }
    }
}

/// `R I`: a product as on paper.
fn no_operator(left: &crate::ast::Name, right: &Expr) -> Diagnostic {
    let message = format!("an operator is missing after `{}`", left.text);
    Diagnostic::new(codes::UNEXPECTED, right.span, message, "")
        .with_label(left.span, "and nothing joins it to what follows")
        .with_help(format!("a product is written `{} * …`", left.text))
        .with_fix(left.span.after(), " *")
}

/// Names, texts, lists and what may follow them: fields, indices, calls.
fn operand<'src>() -> Rule<'src, Expr> {
    let head = one(|t| match t.kind {
        // Symbols with `µ` only make sense in units; elsewhere no such name is known.
        Kind::UnitName | Kind::Text | Kind::Paren | Kind::Bracket => true,
        Kind::Word(Word::True | Word::False) => true,
        _ => t.is_name(),
    });
    // Functions and rules whose names are reserved stand before their arguments only.
    let function = one(|t| matches!(t.kind, Kind::Word(Word::Step | Word::Round | Word::Near)));
    let arguments = token(Kind::Paren).labelled(Expected::Token(Kind::Paren));
    let head = head.map_with(|t, e| first(t, e.state())).or(function.then(arguments).map_with(
        |(name, arguments), e| {
            let context: &mut Context<'_> = e.state();
            let span = context.span(name);
            let name = Expr { kind: ExprKind::Name(name.text(context.text).to_owned()), span };
            call(name, arguments, context)
        },
    ));
    let field = token(Kind::Dot).ignore_then(name()).map(Postfix::Field);
    let index = token(Kind::Bracket).map(Postfix::Index);
    let arguments = token(Kind::Paren).map(Postfix::Call);
    let postfix = choice((
        field.labelled(Expected::Operator),
        index.labelled(Expected::Operator),
        arguments.labelled(Expected::Operator),
    ));
    head.foldl_with(postfix.repeated(), |base, postfix, e| {
        let context: &mut Context<'_> = e.state();
        match postfix {
            Postfix::Field(name) => {
                let span = base.span.to(name.span);
                Expr { kind: ExprKind::Field(Box::new(base), name), span }
            }
            Postfix::Index(group) => {
                let index = only_value(group, context, "one index");
                let span = base.span.to(context.span(group));
                Expr { kind: ExprKind::Index(Box::new(base), Box::new(index)), span }
            }
            Postfix::Call(group) => call(base, group, context),
        }
    })
    .boxed()
}

enum Postfix {
    Field(crate::ast::Name),
    Index(Token),
    Call(Token),
}

fn first(token: Token, context: &mut Context<'_>) -> Expr {
    let span = context.span(token);
    let text = token.text(context.text);
    let kind = match token.kind {
        Kind::Text => ExprKind::Text(text[1..text.len() - 1].to_owned()),
        Kind::Word(Word::True) => ExprKind::Bool(true),
        Kind::Word(Word::False) => ExprKind::Bool(false),
        Kind::Paren => return Expr { span, ..only_value(token, context, "one expression") },
        Kind::Bracket => ExprKind::Array(elements(token, context)),
        _ => ExprKind::Name(text.to_owned()),
    };
    Expr { kind, span }
}

/// The plain expressions of a group; others are reported.
pub(super) fn elements(group: Token, context: &mut Context<'_>) -> Vec<Expr> {
    let entries = context.take(group);
    entries.into_iter().map(|entry| plain(entry, context)).collect()
}

fn plain(entry: Entry, context: &mut Context<'_>) -> Expr {
    let (Entry::Value(value) | Entry::Labelled(_, value)) = &entry else {
        return unexpected(entry, context);
    };
    if let Entry::Labelled(label, _) = &entry {
        let (WordOrName::Named(Expr { span, .. })
        | WordOrName::Word(crate::ast::Name { span, .. })) = label;
        context.report(Diagnostic::new(
            codes::UNEXPECTED,
            *span,
            "elements of a list have no labels",
            "",
        ));
        return error(value.span);
    }
    match entry {
        Entry::Value(value) => value,
        _ => unreachable!("invariant: labels and declarations are handled above"),
    }
}

/// Reports a declaration or a delay where neither can stand.
fn unexpected(entry: Entry, context: &mut Context<'_>) -> Expr {
    let (name, unit) = match entry {
        Entry::Declared(name, unit) => (name, unit),
        Entry::Delayed(label, _, delay) => {
            let message = "only what modulates a `learn` rule has a delay here";
            context.report(Diagnostic::new(codes::UNEXPECTED, delay.span, message, ""));
            return error(label.span);
        }
        Entry::Value(value) | Entry::Labelled(_, value) => return value,
    };
    context.report(
        Diagnostic::new(codes::UNEXPECTED, unit.span, "no unit can be declared here", "")
            .with_help(format!("give a value with `=`: `{} = …`", name.text)),
    );
    error(name.span)
}

/// A call with the arguments of a group.
pub(super) fn call(function: Expr, group: Token, context: &mut Context<'_>) -> Expr {
    let span = function.span.to(context.span(group));
    if !is_path(&function) {
        if !matches!(function.kind, ExprKind::Error) {
            context.report(
                Diagnostic::new(
                    codes::NOT_CALLABLE,
                    context.span(group),
                    "arguments follow a name",
                    "",
                )
                .with_label(function.span, "this is not a name")
                .with_help("a product is written with `*`")
                .with_fix(function.span.after(), " * "),
            );
        }
        context.take(group);
        return error(span);
    }
    let arguments = arguments(group, context);
    Expr { kind: ExprKind::Call(Call { function: Box::new(function), arguments }), span }
}

/// The arguments in a group.
pub(super) fn arguments(group: Token, context: &mut Context<'_>) -> Vec<Argument> {
    let entries = context.take(group);
    entries
        .into_iter()
        .map(|entry| match entry {
            Entry::Value(value) => Argument { label: None, value, delay: None },
            Entry::Labelled(label, value) => Argument { label: Some(label), value, delay: None },
            Entry::Delayed(label, value, delay) if context.delayed => {
                let label = Some(WordOrName::Named(label));
                Argument { label, value, delay: Some(delay) }
            }
            other => Argument { label: None, value: unexpected(other, context), delay: None },
        })
        .collect()
}

pub(super) fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Field(base, _) => is_path(base),
        _ => false,
    }
}

fn path<'src>() -> Rule<'src, Expr> {
    let head = name().map(|n| Expr { kind: ExprKind::Name(n.text), span: n.span });
    head.foldl(token(Kind::Dot).ignore_then(name()).repeated(), |base, name| {
        let span = base.span.to(name.span);
        Expr { kind: ExprKind::Field(Box::new(base), name), span }
    })
    .boxed()
}

fn unit_expr<'src>(expr: &Rule<'src, Expr>) -> Rule<'src, UnitExpr> {
    expr.clone()
        .labelled(Expected::Unit)
        .map_with(|expr, e| unit::from_expr(&expr, e.state()))
        .boxed()
}

fn entry<'src>(
    range: &Rule<'src, Expr>,
    expr: &Rule<'src, Expr>,
    unit: &Rule<'src, UnitExpr>,
) -> Rule<'src, Entry> {
    let operand_follows = one(begins_operand).rewind();
    let label = one(|t| match t.kind {
        Kind::Word(Word::From | Word::To | Word::Every | Word::At) => true,
        _ => t.is_name(),
    });
    let worded = label
        .then_ignore(operand_follows)
        .map_with(|t, e| e.state().name(t))
        .then(expr.clone())
        .map(|(word, value)| Entry::Labelled(WordOrName::Word(word), value));
    let delay = optional(Kind::Word(Word::Delay)).ignore_then(expr.clone());
    let after = choice((
        optional(Kind::Equals)
            .ignore_then(expr.clone())
            .then(delay.or_not())
            .map(|(value, delay)| After::Value(value, delay)),
        optional(Kind::Colon).ignore_then(unit.clone()).map(After::Unit),
    ));
    let other = range.clone().then(after.or_not()).try_map(|(first, after), span| {
        let name = || match &first.kind {
            ExprKind::Name(text) => Some(crate::ast::Name { text: text.clone(), span: first.span }),
            _ => None,
        };
        match after {
            None => Ok(Entry::Value(first)),
            Some(After::Value(value, None)) if is_path(&first) => {
                Ok(Entry::Labelled(WordOrName::Named(first), value))
            }
            Some(After::Value(value, Some(delay))) if is_path(&first) => {
                Ok(Entry::Delayed(first, value, delay))
            }
            Some(After::Unit(unit)) if name().is_some() => {
                let name = name().expect("invariant: checked by the guard");
                Ok(Entry::Declared(name, unit))
            }
            Some(_) => Err(chumsky::error::LabelError::<&[Token], Expected>::expected_found(
                [Expected::Name],
                None,
                span,
            )),
        }
    });
    worded.or(other).boxed()
}

enum After {
    Value(Expr, Option<Expr>),
    Unit(UnitExpr),
}

/// Whether an operand begins here that cannot continue a name before it.
fn begins_operand(token: Token) -> bool {
    match token.kind {
        Kind::Number | Kind::Text | Kind::Error => true,
        Kind::Word(Word::If | Word::Not | Word::True | Word::False) => true,
        _ => token.is_name(),
    }
}
