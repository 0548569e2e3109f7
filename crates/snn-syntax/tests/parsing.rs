//! Lexical rules, precedence, units, recovery and messages.

use snn_diagnostics::{Diagnostic, SourceId};
use snn_syntax::ast::{
    BinaryOp, Expr, ExprKind, ItemKind, NetworkItem, NeuronItem, UnaryOp, UnitExpr,
};
use snn_syntax::{RESERVED, parse, parse_expression, parse_set};

const SOURCE: SourceId = SourceId(0);

fn ids(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|d| d.code.id()).collect()
}

/// Codes of the faults of a text.
fn faults(text: &str) -> Vec<&'static str> {
    ids(&parse(SOURCE, text).diagnostics)
}

/// Codes of the faults of one statement of a neuron.
fn in_neuron(statement: &str) -> Vec<&'static str> {
    faults(&format!("neuron n {{\n{statement}\n}}\n"))
}

/// An expression with all its parentheses, or the codes of its faults.
fn shape(text: &str) -> String {
    let checked = parse_expression(SOURCE, text);
    if !checked.diagnostics.is_empty() {
        return ids(&checked.diagnostics).join(" ");
    }
    show(&checked.value.expect("always a value"))
}

fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number { digits, unit: None } => digits.clone(),
        ExprKind::Number { digits, unit: Some(unit) } => format!("{digits}{}", show_unit(unit)),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field(base, name) => format!("{}.{}", show(base), name.text),
        ExprKind::Index(base, index) => format!("{}[{}]", show(base), show(index)),
        ExprKind::Range(low, high) => format!("{}..{}", show(low), show(high)),
        ExprKind::Step(range, step) => format!("{} step {}", show(range), show(step)),
        ExprKind::Array(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Call(call) => {
            let arguments: Vec<_> = call.arguments.iter().map(|a| show(&a.value)).collect();
            format!("{}({})", show(&call.function), arguments.join(", "))
        }
        ExprKind::Unary(UnaryOp::Neg, x) => format!("(-{})", show(x)),
        ExprKind::Unary(UnaryOp::Not, x) => format!("(not {})", show(x)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", show(a), mark(*op), show(b)),
        ExprKind::If(c, a, b) => format!("(if {} then {} else {})", show(c), show(a), show(b)),
        ExprKind::Error => "error".into(),
    }
}

fn show_unit(unit: &UnitExpr) -> String {
    let factors: Vec<_> = unit
        .factors
        .iter()
        .map(|f| format!("{}^{}/{}", f.symbol.text, f.power.0, f.power.1))
        .collect();
    format!("<{}>", factors.join(" "))
}

fn mark(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::IntDiv => "div",
        BinaryOp::Mod => "mod",
        BinaryOp::Pow => "^",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "xor",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

#[test]
fn precedence_from_tight_to_loose() {
    for (text, expected) in [
        ("-a ^ b ^ c", "(-(a ^ (b ^ c)))"),
        ("a ^ -b", "(a ^ (-b))"),
        ("-a * b", "((-a) * b)"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a / b / c", "((a / b) / c)"),
        ("a - b - c", "((a - b) - c)"),
        ("a div b mod c", "((a div b) mod c)"),
        ("a + b & c", "((a + b) & c)"),
        ("a & b == c", "((a & b) == c)"),
        ("not a < b and c or d", "(((not (a < b)) and c) or d)"),
        ("a or b and c", "(a or (b and c))"),
        ("a + 1 .. b * 2", "(a + 1)..(b * 2)"),
        ("if a then b else c + 1", "(if a then b else (c + 1))"),
        (
            "1 + if a then b else if c then d else e",
            "(1 + (if a then b else (if c then d else e)))",
        ),
        ("1 / 2 ms", "(1 / 2<ms^1/1>)"),
        ("E[0..50].v", "E[0..50].v"),
        ("step(2 nA, from 100 ms, to 400 ms)", "step(2<nA^1/1>, 100<ms^1/1>, 400<ms^1/1>)"),
        ("p[i][j] * len(p)", "(p[i][j] * len(p))"),
        ("[[0.1, 0.2], [0.3, 0],]", "[[0.1, 0.2], [0.3, 0]]"),
        ("(a + b)\n * c", "((a + b) * c)"),
    ] {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn units_after_numbers() {
    for (text, expected) in [
        ("10 mV", "10<mV^1/1>"),
        ("10mV", "10<mV^1/1>"),
        ("10 mV / tau", "(10<mV^1/1> / tau)"),
        ("10 mV/s", "(10<mV^1/1> / s)"),
        ("5 [1/s]", "5<s^-1/1>"),
        ("5 [pA/mV^2]", "5<pA^1/1 mV^-2/1>"),
        ("5 [mV^(1/2) * ms]", "5<mV^1/2 ms^1/1>"),
        ("5 [pA/(mV*ms)]", "5<pA^1/1 mV^-1/1 ms^-1/1>"),
        ("3 µs", "3<µs^1/1>"),
        ("3 [1/MΩ]", "3<MΩ^-1/1>"),
        ("10 mV^2", "E0112"),
        ("5 [mV + ms]", "E0113"),
        ("5 [mV, ms]", "E0101"),
    ] {
        assert_eq!(shape(text), expected, "{text}");
    }
    assert_eq!(in_neuron("param k: 1/s = 5 [1/s], p: pA/mV = 3, v\nstate v: mV = 3 mV"), [""; 0]);
    // A unit stands on the line of its number.
    assert_eq!(in_neuron("let x = 3\nw' = 1"), [""; 0]);
}

#[test]
fn numbers_and_letters() {
    for text in ["5e", "5e+", "1e400", "1e-400", "0x10", "1_000", ".5", "a + 1_0 mV"] {
        assert_eq!(shape(text), "E0103", "{text}");
    }
    for text in ["0.5", "1e3", "2.5E-3", "1e308", "0e-400", "1e-300"] {
        assert_eq!(shape(text), text, "{text}");
    }
    assert_eq!(shape("a × b"), "E0102");
    assert_eq!(shape("a && b"), "E0102");
    assert_eq!(shape("τ"), "E0102");
    assert_eq!(shape("3."), "E0103");
    assert_eq!(in_neuron("v'' = 3"), ["E0102"]);
    assert_eq!(in_neuron("v ' = 3"), ["E0102"]);
    assert_eq!(faults("import \"a.snn"), ["E0104"]);
    assert_eq!(faults("# comment\n"), ["E0102"]);
    assert_eq!(faults("/* comment */\n"), ["E0102"]);
    assert_eq!(faults("// comment\n/// doc\n"), [""; 0]);
}

#[test]
fn operators_with_messages_of_their_own() {
    for (text, expected) in [
        ("a < b < c", "E0114"),
        ("a < b and b < c", "((a < b) and (b < c))"),
        ("(a < b) == c", "((a < b) == c)"),
        ("a & b | c", "E0115"),
        ("(a & b) | c", "((a & b) | c)"),
        ("a & b & c", "((a & b) & c)"),
        ("a = b", "E0116"),
        ("+3", "E0101"),
        ("a + * b", "E0101"),
        ("f(a; b)", "E0101"),
        ("3(x)", "E0101"),
        ("f(x)(y)", "E0119"),
        ("", "E0101"),
    ] {
        assert_eq!(shape(text), expected, "{text:?}");
    }
}

#[test]
fn reserved_words_are_no_names() {
    for word in RESERVED {
        let found = in_neuron(&format!("param {word} = 1"));
        assert_eq!(found, ["E0111"], "{word}");
    }
    // Words of the grammar are words only at their place.
    for word in ["param", "weight", "state", "mesh", "run", "source", "as", "start", "hold"] {
        assert_eq!(in_neuron(&format!("param {word} = 1\nlet x = {word} + 1")), [""; 0], "{word}");
    }
}

#[test]
fn the_specification_lists_the_reserved_words() {
    let spec = include_str!("../../../spec/language.md");
    let after = spec.split_once("Reserved words:").expect("the list").1;
    let list = after.split('`').nth(1).expect("the words");
    assert_eq!(list.split_whitespace().collect::<Vec<_>>(), RESERVED);
}

#[test]
fn where_statements_end() {
    let text = "neuron n {\n  let a = f(1,\n    2)\n  let b = 1 +\n    2; let c = 3\n  reset { v = 1; w = 2 }\n  else { v = 2\n }\n}\nneuron m\n{\n}";
    let checked = parse(SOURCE, text);
    assert_eq!(ids(&checked.diagnostics), [""; 0]);
    let file = checked.value.expect("always a file");
    assert_eq!(file.items.len(), 2);
    let ItemKind::Neuron { items, .. } = &file.items[0].kind else { panic!("a neuron") };
    assert_eq!(items.len(), 4);
    let NeuronItem::Reset { body, otherwise, .. } = &items[3] else { panic!("a reset") };
    assert_eq!(body.statements.len(), 2);
    assert_eq!(otherwise.as_ref().map(|b| b.statements.len()), Some(1));
    assert_eq!(in_neuron("v' = E_L - v\n  + R * I"), ["E0110"]);
    // A value that is missing at the end of a line does not swallow the next statement.
    assert_eq!(
        in_neuron("param a =\nparam b = 3 +\nstate v = 1\nlet c =\nv' = 3"),
        ["E0101", "E0101", "E0101"]
    );
}

#[test]
fn documentation_belongs_to_what_follows() {
    let text = "/// A cell.\n/// Two lines.\nneuron n {\n  /// Time constant.\n  param tau = 1,\n    /// Other.\n    b = 2\n}";
    let file = parse(SOURCE, text).value.expect("always a file");
    assert_eq!(file.items[0].doc.as_deref(), Some("A cell.\nTwo lines."));
    let ItemKind::Neuron { items, .. } = &file.items[0].kind else { panic!("a neuron") };
    let NeuronItem::Param(parameters) = &items[0] else { panic!("parameters") };
    assert_eq!(parameters[0].doc.as_deref(), Some("Time constant."));
    assert_eq!(parameters[1].doc.as_deref(), Some("Other."));
}

#[test]
fn every_fault_of_a_file_once() {
    let text = "neuron n {
  treshold v >= 3 mV
  param tau ms = 3 ms
  param x 3 mV
  stat v: mV = 3 mV
  spike when v = 3 mV
  reset { v = 1, w = 2 }
  v' = (a + ) / tau
  let ok = 1
}
netwrk x {
  popualtion E[3]: lif
  connect A > B.psp { rule all_to_all }
  connect A -> B.psp { rule indegree(3), weight 1; dely 1 ms }
  population F[3] lif
}
experiment e of x { dt 0.1 ms; run = 1 s }
";
    assert_eq!(
        faults(text),
        [
            "E0118", "E0101", "E0117", "E0118", "E0116", "E0101", "E0101", // the neuron
            "E0118", "E0118", "E0101", "E0101", "E0118", "E0101", // the network
            "E0101"
        ]
    );
    let file = parse(SOURCE, text).value.expect("always a file");
    assert_eq!(file.items.len(), 3);
}

#[test]
fn fixes_can_be_applied() {
    for (broken, fixed) in [
        ("neuron n { spike when v = 3 }", "neuron n { spike when v == 3 }"),
        ("neuron n { param x 3 }", "neuron n { param x = 3 }"),
        ("neuron n { param x ms = 3 }", "neuron n { param x : ms = 3 }"),
        ("neuron n { let x == 3 }", "neuron n { let x = 3 }"),
        ("neuron n { let x = f(a; b) }", "neuron n { let x = f(a, b) }"),
        ("neuron n { reset { v = 1, w = 2 } }", "neuron n { reset { v = 1; w = 2 } }"),
        ("nuron n { }", "neuron n { }"),
        ("neuron n { threshold v > 3 }", "neuron n { spike when v > 3 }"),
        ("experiment e of n { run = 1 s }", "experiment e of n { run  1 s }"),
        ("network n { connect A > B.x { } }", ""),
        ("neuron n { let x = a ≥ b }", "neuron n { let x = a >= b }"),
        ("neuron n { let x = a < b < c }", "neuron n { let x = a < b and b < c }"),
        ("neuron n { let x = f(1 }", "neuron n { let x = f(1) }"),
    ] {
        let found = parse(SOURCE, broken).diagnostics;
        assert_eq!(found.len(), 1, "{broken}: {found:?}");
        let Some(fix) = &found[0].fix else {
            assert_eq!(fixed, "", "{broken} has a fix");
            continue;
        };
        let (start, end) = (fix.span.start as usize, fix.span.end as usize);
        let text = format!("{}{}{}", &broken[..start], fix.replacement, &broken[end..]);
        if !fixed.is_empty() {
            assert_eq!(text, fixed);
            assert_eq!(faults(&text), [""; 0], "{text}");
        }
    }
}

#[test]
fn one_message_per_missing_bracket() {
    let neuron = |inner: &str| format!("neuron a {{\n{inner}\n}}\nneuron b {{\n  let x = 1\n}}\n");
    for inner in [
        "  param x: mV = (3 mV\n  v' = 3",
        "  v' = (E_L - v / tau\n  reset { v = 1 }",
        "  reset { v = V_r\n  refractory 2 ms hold v",
        "  let x = f(3, [1, 2)\n  let y = 2",
        "  let y = 3)\n  let z = 1",
        "  let y = p[3\n  let z = 1",
        "  reset {\n    v = 1\n  let z = 1",
    ] {
        assert_eq!(faults(&neuron(inner)), ["E0105"], "{inner}");
    }
    assert_eq!(faults("neuron a {\n  param x = 3\n\nnetwork b {\n  param y = 1\n}\n"), ["E0105"]);
    assert_eq!(faults("neuron a {\n  param x = 3\n}\n}\n"), ["E0105"]);
}

#[test]
fn later_constructs_are_named_once() {
    for text in [
        "chip c { energy { synapse 24 pJ; hop 4 pJ } }",
        "mapping m of n onto c { split c1 by channel }",
    ] {
        assert_eq!(faults(text), ["E0100"], "{text}");
    }
}

#[test]
fn synapses_and_plasticity() {
    for text in [
        "synapse s { on pre { deliver w } }",
        "synapse s { on pre { deliver (w + a) * -u; deliver -w } }",
        "plasticity p { weight w: nS in 0 nS .. 10 nS\n trace x on pre = exp(20 ms) set 0.1 }",
        "plasticity p { modulator da = exp(a) add (b + c)\n reads post.v: mV, post.u: mV }",
        "plasticity p { on every 64 ms { w += 1 nS }\n on post { w -= 1 nS } }",
        "network n { connect A -> B.x { delay axon 0 ms dendrite 1 ms back (a + b) } }",
        "network n { connect A -> B.x { learn stdp(tau = 3 ms, da = vta delay 1 ms) } }",
        "network n { connect A -> B.x { via s.tsodyks(U = 0.5); ties post, pre blind } }",
        "experiment e of n { record w of ee at pre; record sent of ee; record w of ee every 1 ms }",
        "neuron n { param axon = 1, add = 2, set = 3, trace = axon + add * set }",
    ] {
        assert_eq!(faults(text), [""; 0], "{text}");
    }
    assert_eq!(faults("network n { population a[3]: lif(tau = x delay 1 ms) }"), ["E0101"]);
    assert_eq!(faults("synapse s { receptor a: nS = exp(2 ms) }"), ["E0109"]);
}

#[test]
fn integer_types_stand_where_units_stand() {
    assert_eq!(faults("neuron n { state i: int(24) = 0, v: mV = 0 mV }"), [""; 0]);
    assert_eq!(faults("neuron n { state i: int(N) = 0 }"), ["E0113"]);
    assert_eq!(faults("neuron n { state i: int(8, 2) = 0 }"), ["E0113"]);
    assert_eq!(faults("neuron n { state i: int(8) * mV = 0 }"), ["E0113"]);
}

#[test]
fn overrides() {
    let set = parse_set(SOURCE, "brunel.g=4.5").value.expect("a path and a value");
    let path: Vec<_> = set.path.iter().map(|n| n.text.as_str()).collect();
    assert_eq!((path, show(&set.value)), (vec!["brunel", "g"], "4.5".to_owned()));
    for text in ["", "g", "=3", "a.=3", "a=3 4", "a==3", "a=(3"] {
        assert_eq!(parse_set(SOURCE, text).diagnostics.len(), 1, "{text:?}");
    }
}

#[test]
fn the_programs_of_the_design() {
    let count = |text: &str| {
        let checked = parse(SOURCE, text);
        (checked.value.expect("always a file").items.len(), ids(&checked.diagnostics))
    };
    assert_eq!(count(include_str!("programs/lif.snn")), (3, vec![]));
    assert_eq!(count(include_str!("programs/brunel.snn")), (3, vec![]));
    assert_eq!(count(include_str!("programs/plasticity.snn")), (3, vec![]));
    assert_eq!(count(include_str!("programs/compartments.snn")), (1, vec![]));
    assert_eq!(count(include_str!("programs/chip.snn")), (2, vec!["E0100"; 2]));
    let file = parse(SOURCE, include_str!("programs/brunel.snn")).value.expect("always a file");
    let ItemKind::Network { items, .. } = &file.items[1].kind else { panic!("a network") };
    let connects =
        items.iter().filter(|i| matches!(i, NetworkItem::Connect(c) if c.items.len() == 3));
    assert_eq!(connects.count(), 3);
}

#[test]
fn messages_have_an_end() {
    let text = "neuron n {\n".to_owned() + &"  foo 1\n".repeat(1000) + "}";
    let found = parse(SOURCE, &text).diagnostics;
    assert_eq!(found.len(), 101);
    assert_eq!(found[100].code.id(), "E0108");
}
