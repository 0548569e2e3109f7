//! `if`, steps, lists and conditions in brackets, arrays from files.

use snn_connect::Segment;

use crate::testing::{experiment, model, model_with, network, one_of, one_with, whole};

/// Names and sizes of the objects of a network that records all of `seen`.
fn objects(body: &str, seen: &str, sets: &[&str]) -> Vec<(String, u32)> {
    let text = experiment(body, &format!("record spikes of {seen}"));
    let model = model_with(&text, &[], sets);
    model.objects.into_iter().map(|o| (o.name, o.size)).collect()
}

#[test]
fn branches_choose_declarations() {
    let body = "param size = 3\n\
        if size > 5 { population A[1]: lif(rest = 20 mV) } \
        else if size > 2 { let n = 2 * size\n population A[n]: lif(rest = 20 mV) }\n\
        else { population A[9]: lif(rest = 20 mV) }";
    assert_eq!(objects(body, "A", &[]), [("A".into(), 6)]);
    assert_eq!(objects(body, "A", &["net.size = 6"]), [("A".into(), 1)]);
    assert_eq!(objects(body, "A", &["net.size = 2"]), [("A".into(), 9)]);
    let families =
        "for i in 0..4 { if i mod 2 == 0 { population L[i][1 + i]: lif(rest = 20 mV) } }";
    assert_eq!(objects(families, "L", &[]), [("L[0]".into(), 1), ("L[2]".into(), 3)]);
    let connects = "population A[2]: lif(rest = 20 mV)\nif 1 < 2 and not 2 < 1 {\n\
        connect A -> A.psp { rule all_to_all; weight 1 mV; delay 1 ms } }\nelse { population B[3]: lif\n connect A -> B.psp { rule one_to_one; weight 1 mV; delay 1 ms } }";
    assert_eq!(model(&experiment(connects, "")).projections.len(), 1);
}

#[test]
fn branches_and_their_faults() {
    one_of(&network("population A[1]: lif\nif 3 { }"), "E0207", "3");
    one_of(&network("if true { param x = 1 }"), "E0423", "x");
    let twice = "population A[1]: lif\nif false { population A[1]: lif }";
    one_of(&network(twice), "E0402", "A");
    let after =
        "if true { population A[1]: lif } else { population A[2]: lif }\npopulation A[1]: lif";
    one_of(&network(after), "E0402", "A");
    let inside = "for i in 0..2 { if true { population A[3]: lif } }";
    one_of(&network(inside), "E0420", "A");
    // What a branch not taken declares is not there.
    let text =
        experiment("population B[1]: lif\nif false { population A[1]: lif }", "record spikes of A");
    let fault = one_of(&text, "E0404", "A");
    assert!(fault.message.contains("branch of `if`"), "{fault:?}");
    // A faulty condition makes silent what depends on it.
    let text = experiment("if x > 1 { population A[1]: lif }", "record spikes of A");
    one_of(&text, "E0201", "x");
    assert_eq!(
        whole(
            &network("if true { let a = 1\n check a == 1 } else { let a = 2\n check a == 2 }"),
            &[],
            &[]
        ),
        []
    );
}

#[test]
fn loops_with_steps() {
    let body = "for i in 1..8 step 3 { population L[i][1]: lif(rest = 20 mV) }";
    let names: Vec<String> = objects(body, "L", &[]).into_iter().map(|o| o.0).collect();
    assert_eq!(names, ["L[1]", "L[4]", "L[7]"]);
    one_of(&network("for i in 0..8 step 0 { }"), "E0404", "0");
    one_of(&network("for i in 0..8 step 1.5 { }"), "E0403", "1.5");
}

#[test]
fn views_by_steps_lists_and_conditions() {
    let recorded = |selection: &str| -> Vec<(u32, u32)> {
        let body = "param odd = [1, 3, 5]\npopulation A[4]: lif(rest = 20 mV)\n\
            population B[4]: lif(rest = 20 mV)\nlet all = A + B";
        let text =
            experiment(body, &format!("record spikes of {selection}\nrecord spikes of all[odd]"));
        model(&text).protocol.record_spikes[0].iter().collect()
    };
    assert_eq!(recorded("A[0..4 step 3]"), [(0, 0), (0, 3)]);
    assert_eq!(recorded("all[1..8 step 3]"), [(0, 1), (1, 0), (1, 3)]);
    assert_eq!(recorded("all[odd]"), [(0, 1), (0, 3), (1, 1)]);
    assert_eq!(recorded("A[[3, 0]]"), [(0, 3), (0, 0)]);
    assert_eq!(recorded("all[index mod 3 == 2 or index == 0]"), [(0, 0), (0, 2), (1, 1)]);
    assert_eq!(recorded("(A + B)[not index < 6]"), [(1, 2), (1, 3)]);
}

#[test]
fn consecutive_neurons_are_one_piece() {
    let text = experiment("population A[9]: lif(rest = 20 mV)", "record spikes of A[index >= 3]");
    let segment = Segment { object: 0, start: 3, len: 6 };
    assert_eq!(model(&text).protocol.record_spikes[0].segments(), [segment]);
}

#[test]
fn brackets_and_their_faults() {
    let with = |selection: &str| {
        experiment(
            "param few = [0, 9], table = [[1, 2]], parts = [0.5]\npopulation A[4]: lif(rest = 20 mV)\n\
             check len(few) + len(table) + len(parts) > 0",
            &format!("record spikes of {selection}"),
        )
    };
    one_of(&with("A[0..5 step 2]"), "E0404", "0..5 step 2");
    one_of(&with("A[few]"), "E0404", "few");
    one_of(&with("A[table]"), "E0430", "table");
    one_of(&with("A[parts]"), "E0403", "parts");
    one_of(&with("A[[]]"), "E0405", "[]");
    one_of(&with("A[[1, 1]]"), "E0406", "A[[1, 1]]");
    one_of(&with("A[index > 4]"), "E0405", "index > 4");
    one_of(&with("A[index > 4 mV]"), "E0203", "4 mV");
    one_of(&with("A[index > uniform(0, 4)]"), "E0211", "uniform(0, 4)");
    let huge = experiment(
        "population A[4000000000]: lif(rest = 20 mV)",
        "record spikes of A[0..4000000000 step 2]",
    );
    one_of(&huge, "E0415", "0..4000000000 step 2");
}

#[test]
fn families_by_steps_and_lists() {
    let names = |selection: &str| -> Vec<u32> {
        let body = "for i in 0..5 { population L[i][1]: lif(rest = 20 mV) }";
        let text = experiment(body, &format!("record spikes of {selection}\nrecord spikes of L"));
        model(&text).protocol.record_spikes[0].iter().map(|n| n.0).collect()
    };
    assert_eq!(names("L[0..5 step 2]"), [0, 2, 4]);
    assert_eq!(names("L[[3, 1]]"), [3, 1]);
    assert_eq!(names("L[index != 2]"), [0, 1, 3, 4]);
    let missing = experiment(
        "for i in 0..5 step 2 { population L[i][1]: lif(rest = 20 mV) }",
        "record spikes of L[[0, 1]]",
    );
    one_of(&missing, "E0404", "[0, 1]");
}

/// `[[1, 2, 3], [4, 5, 6]]` as NumPy writes it.
fn npy() -> Vec<u8> {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend((1..=6).flat_map(|n| f64::from(n).to_le_bytes()));
    bytes
}

#[test]
fn arrays_from_files() {
    let npy = npy();
    let files: &[(&str, &[u8])] = &[("w.npy", &npy), ("n.csv", b"2, 3\n4, 5\n")];
    let body = "param w: mV = file(\"w.npy\", shape = [2, 3])\nlet n = file(\"n.csv\")\n\
        check w[1][2] == 6 mV\ncheck len(w[0]) == 3\npopulation A[n[1][0]]: lif(rest = 20 mV)";
    let text = experiment(body, "record spikes of A");
    assert_eq!(model_with(&text, files, &[]).objects[0].size, 4);
    let wrong = text.replace("[2, 3])", "[3, 2])");
    let fault = one_with(&wrong, files, &[], "E0430", "[3, 2]");
    assert_eq!(fault.message, "`w.npy` has the shape [2, 3], not [3, 2]");
    one_with(&text.replace("\"n.csv\"", "\"n.csv\", \"x\""), files, &[], "E0416", "\"n.csv\"");
    one_with(&text, &[("w.npy", &npy), ("n.csv", b"1\n2,3\n")], &[], "E0416", "\"n.csv\"");
    one_with(&text.replace("w: mV", "w: ms"), files, &[], "E0203", "6 mV");
}
