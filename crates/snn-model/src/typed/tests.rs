//! Expressions, through constants and functions.

use crate::context::Context;
use crate::model::ExprKind;
use crate::project::Project;
use crate::testing::{clean, faults, one};
use crate::typed::Resolution;
use snn_syntax::ast;

/// The coherent value of `const x = …` after `before`.
fn value(text: &str) -> f64 {
    let project = Project::new("main.snn", text.to_owned());
    let cx = Context::new(&project);
    assert!(cx.diagnostics.is_empty(), "{:#?}", cx.diagnostics);
    let span = snn_diagnostics::Span::new(project.file(project.main()).source, 0, 0);
    let name = ast::Expr { kind: ast::ExprKind::Name("x".to_owned()), span };
    match cx.constant(project.main(), &name) {
        Resolution::Value { kind: ExprKind::Number(value), .. } => value,
        _ => panic!("no constant x"),
    }
}

#[test]
fn numbers_are_coherent() {
    assert_eq!(value("const x = 376 pA"), 376.0);
    assert_eq!(value("const x: nA = 1 nA"), 1000.0);
    assert_eq!(value("const x = 8 Hz"), 0.008);
    assert_eq!(value("const x = 10 MOhm * 100 pF"), 1.0);
    assert_eq!(value("const x = 0.04 [1/mV]"), 0.04);
    assert_eq!(value("const x = -2 ^ 2"), -4.0);
    assert_eq!(value("const x = sqrt(4 [mV^2]) + 1 mV"), 3.0);
    assert_eq!(value("const x = (8 [mV^3]) ^ (1/3) + 1 mV"), 3.0);
    assert_eq!(value("const x = if 1 mV < 2 V and not false then 7 else 8"), 7.0);
    assert_eq!(value("const x = min(3 mV, max(1 mV, 2 mV)) / 1 mV + clip(5, 0, 2)"), 4.0);
    assert_eq!(value("const x = 7 div 2 + 7 mod 4 + -7 mod 4"), 7.0);
    assert_eq!(value("const x = abs(-3) + sign(-2 mV) + floor(1.5) + ceil(1.5) + round(2.5)"), 8.0);
}

#[test]
fn constants_and_functions_in_any_order() {
    let text = "const x = twice(y) + 1 mV\nfn twice(a: mV): mV = 2 * a\nconst y = 3 mV";
    assert_eq!(value(text), 7.0);
    one("const x = y\nconst y = x", "E0213", "x");
    let fault = one("fn f(a) = f(a - 1)", "E0213", "f");
    assert!(fault.help.contains("recursive"), "{fault:#?}");
    one("fn f(a) = a\nconst x = f(1, 2)", "E0210", "f(1, 2)");
    one("fn f(a: mV) = a\nconst x = f(1 ms)", "E0203", "1 ms");
    one("fn f(a): mV = a", "E0203", "a");
    one("fn exp(a) = a", "E0212", "exp");
    one("const x = foo(1)", "E0209", "foo");
    one("const x = exprell(1)", "E0209", "exprell");
    one("const x = 1 / 0", "E0216", "1 / 0");
}

#[test]
fn dimensions_meet_or_are_reported() {
    let fault = one("const a = 1 mV\nconst b = 2 pA\nconst x = a - b", "E0203", "b");
    assert_eq!(fault.message, "cannot subtract a current from a voltage");
    one("const a = 1 mV\nconst x = a + 10", "E0204", "10");
    one("const a = 1 mV\nconst x = min(a, 10)", "E0204", "10");
    one("const a = 1 mV\nconst x = if a > 1 mV then a else 2 ms", "E0203", "2 ms");
    one("const x = exp(1 mV)", "E0205", "1 mV");
    one("const x = floor(1.5 mV)", "E0205", "1.5 mV");
    one("const x = 2 ^ (1 mV)", "E0206", "(1 mV)");
    one("const a = 1 mV\nconst x = a ^ 3.14159", "E0206", "3.14159");
    one("const x = if 1 then 2 else 3", "E0207", "1");
    one("const x = 1 + (2 < 3)", "E0208", "(2 < 3)");
    one("const x = \"text\"", "E0208", "\"text\"");
    one("const x = uniform(0, 1)", "E0211", "uniform(0, 1)");
    one("const x = 5.5 & 3", "E0311", "5.5");
    one("const x = 5 << (1 / 2)", "E0311", "(1 / 2)");
    one("const a = 1 mV\nconst x = 3 xor a", "E0205", "a");
    clean("const x = (5 & 3) << 2\nconst y = 7 div 2 - x mod 3");
    one("const x: mV = 3 pA", "E0203", "3 pA");
    clean("const a = 1 mV\nconst x = a ^ 0.5 * a ^ (1/2)");
}

#[test]
fn poison_is_silent() {
    let found = faults("const a = 1 mV + 1 ms\nconst b = a + 3\nconst c = b * a");
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = faults("const a: mVx = 1\nconst b = a + 3 ms");
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn vanishing_denominators_hint_exprel() {
    let text = |right: &str| format!("fn f(v) = {right}");
    let fault = one(&text("v / (exp(v) - 1)"), "W0201", "(exp(v) - 1)");
    assert!(fault.help.contains("exprel"), "{fault:#?}");
    one(&text("0.1 * (v + 4) / (1 - exp(-(v + 4)))"), "W0201", "(1 - exp(-(v + 4)))");
    clean(&text("1 / (exp(v) + 1)"));
    clean(&text("1 / exprel(v)"));
}

#[test]
fn calls_that_double_end() {
    let mut text = String::from("fn f0(a) = a + a\n");
    for i in 1..60 {
        text += &format!("fn f{i}(a) = f{}(a) + f{}(a)\n", i - 1, i - 1);
    }
    text += "const x = f59(1)";
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, "E0215");
}

#[test]
fn long_chains_need_little_stack() {
    let mut text = String::from("const c0 = 1\nfn f0(a) = a\n");
    for i in 1..3000 {
        text += &format!("const c{i} = c{} + 1\n", i - 1);
        text += &format!("fn f{i}(a) = f{}(a)\n", i - 1);
    }
    text += "const x = c2999";
    let run = move || {
        let found = faults(&text);
        assert_eq!(found.len(), 1, "{:#?}", found.first());
        assert_eq!(found[0].code, "E0217");
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
