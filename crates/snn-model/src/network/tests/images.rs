//! Rules by shape: dense, conv2d, pool.

use snn_connect::{Rule, Window};

use crate::model::Value;
use crate::testing::{experiment, model, model_with, one_of};

const LAYERS: &str = "param K: mV = [[[[1 mV, 2 mV]]], [[[3 mV, 4 mV]]]]\n\
    population A[4, 6]: lif(rest = 20 mV)\npopulation B[2, 2, 5]: lif(rest = 20 mV)\npopulation C[2, 1, 2]: lif(rest = 20 mV)\n\
    population D[3]: lif(rest = 20 mV)\n";

fn layers(connects: &str) -> String {
    experiment(&format!("{LAYERS}{connects}\ncheck len(K) == 2"), "record spikes of A + B + C + D")
}

fn conv(rule: &str) -> String {
    layers(&format!("connect A -> B.psp {{ rule {rule}; delay 1 ms }}"))
}

#[test]
fn shapes_give_windows() {
    let m = model(&conv("conv2d(K, stride = [2, 1])"));
    let window = Window {
        input: [1, 4, 6],
        output: [2, 2, 5],
        kernel: [1, 2],
        stride: [2, 1],
        padding: [0, 0],
        dilation: [1, 1],
        groups: 1,
    };
    assert_eq!(m.projections[0].rule, Rule::Window(window));
    assert!(matches!(&m.projections[0].weight, Value::Table(w) if w[..] == [1.0, 2.0, 3.0, 4.0]));
    let m = model(&layers("connect B -> C.psp { rule pool(2); weight 0.25 mV; delay 1 ms }"));
    let pool = Window {
        input: [2, 2, 5],
        output: [2, 1, 2],
        kernel: [2, 2],
        stride: [2, 2],
        groups: 2,
        ..window
    };
    assert_eq!(m.projections[0].rule, Rule::Window(pool));
    let m = model(&layers(
        "connect C -> D.psp { rule dense([[1 mV, 0 mV, 2 mV, 0 mV], [0 mV, 0 mV, 1 mV, 0 mV], [0 mV, 0 mV, 0 mV, 1 mV]]); delay 1 ms }",
    ));
    assert_eq!(m.projections[0].rule, Rule::AllToAll);
    assert!(matches!(&m.projections[0].weight, Value::Table(w) if w.len() == 12 && w[2] == 2.0));
}

#[test]
fn weights_from_files_are_in_the_receptors_unit() {
    let body = "population A[2]: lif(rest = 20 mV)\n\
        connect A -> A.psp { rule dense(file(\"w.csv\")); delay 1 ms }";
    let text = experiment(body, "");
    let m = model_with(&text, &[("w.csv", b"1,2\n3,4\n")], &[]);
    assert!(matches!(&m.projections[0].weight, Value::Table(w) if w[..] == [1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn shapes_that_do_not_fit_are_both_shown() {
    let message = |text: &str, at: &str| one_of(text, "E0430", at).message;
    assert_eq!(
        message(&conv("conv2d(K)"), "conv2d(K)"),
        "`conv2d` of [1, 4, 6] with a window of [1, 2] gives [2, 4, 5], `B` has [2, 2, 5]"
    );
    assert_eq!(
        message(&conv("conv2d(K, stride = [2, 1], groups = 2)"), "K"),
        "weights [2, 1, 1, 2] read 1 channels in 2 groups, `A` has the shape [1, 4, 6]"
    );
    let dense = layers("connect C -> D.psp { rule dense(K); delay 1 ms }");
    assert_eq!(
        message(&dense, "K"),
        "`dense` from `C` to `D` needs weights [out, in] of shape [3, 4], these have [2, 1, 1, 2]"
    );
    message(&conv("conv2d([[1 mV]])"), "[[1 mV]]");
    message(&conv("conv2d(K, stride = [1, 2, 3])"), "[1, 2, 3]");
    message(&layers("connect D -> B.psp { rule conv2d(K); delay 1 ms }"), "conv2d(K)");
    message(&layers("connect A[0..4] -> B.psp { rule conv2d(K); delay 1 ms }"), "conv2d(K)");
    let pool = |size: &str| {
        layers(&format!("connect B -> C.psp {{ rule pool({size}); weight 1 mV; delay 1 ms }}"))
    };
    message(&pool("3"), "pool(3)");
    one_of(&pool("0"), "E0404", "0");
    one_of(&conv("conv2d(K, stride = [2, 1]); weight 1 mV"), "E0410", "1 mV");
    one_of(
        &layers("connect A -> B.psp { rule conv2d(K, stride = [2, 1]) }"),
        "E0410",
        "conv2d(K, stride = [2, 1])",
    );
    one_of(
        &layers("connect B -> C.psp { rule pool(2); delay 1 ms }"),
        "E0410",
        "connect B -> C.psp",
    );
    one_of(&conv("conv2d(3 mV)"), "E0424", "3 mV");
    one_of(
        &layers("connect A -> B.cur { rule conv2d(K, stride = [2, 1]); delay 1 ms }"),
        "E0424",
        "K",
    );
}
