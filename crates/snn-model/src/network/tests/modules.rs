//! Networks inside networks.

use crate::model::Model;
use crate::testing::{LIF, model, one_of, whole};

const COLUMN: &str = "network column {
  param N = 10, w: mV = 1 mV
  population E[N]: lif(rest = 20 mV)
  population I[2]: lif
  let all = E + I
  connect E -> all.psp { rule all_to_all; weight w; delay 1 ms }
  connect I -> E.psp as back { rule all_to_all; weight -w; delay 1 ms }
}
";

fn program(net: &str, body: &str) -> String {
    format!(
        "{LIF}{COLUMN}network net {{\n{net}\n}}\nexperiment e of net {{\ndt 0.1 ms\nrun 10 ms\n{body}\n}}\n"
    )
}

fn recorded(m: &Model, at: usize) -> Vec<(u32, u32)> {
    m.protocol.record_spikes[at].iter().collect()
}

#[test]
fn instances_have_names_of_their_own() {
    let net = "param n = 3\nnetwork col[2]: column(N = n + index, w = 2 mV)\nnetwork one: column\n\
        connect col[0].E -> col[1].I.psp { rule all_to_all; weight 1 mV; delay 1 ms }\n\
        connect one.E -> col.E.psp { rule indegree(2); weight 1 mV; delay 1 ms }";
    let m = model(&program(net, "record spikes of col.E[1..4]\nrecord spikes of col[1].E + one.I"));
    let objects: Vec<_> = m.objects.iter().map(|o| (o.name.as_str(), o.size)).collect();
    assert_eq!(
        objects,
        [
            ("col[0].E", 3),
            ("col[0].I", 2),
            ("col[1].E", 4),
            ("col[1].I", 2),
            ("one.E", 10),
            ("one.I", 2)
        ]
    );
    let names: Vec<_> = m.projections.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names[..2], ["col[0].E -> all.psp", "col[0].back"]);
    assert_eq!(
        names[4..],
        ["one.E -> all.psp", "one.back", "col[0].E -> col[1].I.psp", "one.E -> col.E.psp"]
    );
    assert_eq!(recorded(&m, 0), [(0, 1), (0, 2), (2, 0)]);
    assert_eq!(recorded(&m, 1), [(2, 0), (2, 1), (2, 2), (2, 3), (5, 0), (5, 1)]);
    assert_eq!(m.neurons.len(), 1);
}

#[test]
fn networks_in_loops_and_in_each_other() {
    let text = format!(
        "{LIF}{COLUMN}network area {{\n param k = 1\n network col[k]: column(N = 1)\n \
         for i in 0..2 {{ population L[i][3]: lif(rest = 20 mV)\n \
         connect col.E -> L[i].psp {{ rule all_to_all; weight 1 mV; delay 1 ms }} }}\n}}\n\
         network net {{\n for a in 0..2 {{ network area[a][1]: area(k = a + 1) }}\n}}\n\
         experiment e of net {{\ndt 0.1 ms\nrun 10 ms\nrecord spikes of area[1][0].col[1].E + area[0].L[1]\n\
         record spikes of area.col.E\nrecord spikes of area.L[0][2]\n}}\n"
    );
    let m = model(&text);
    let name = |o: u32| m.objects[o as usize].name.as_str();
    let names = |at| {
        recorded(&m, at).into_iter().map(|(o, i)| format!("{}/{i}", name(o))).collect::<Vec<_>>()
    };
    assert_eq!(
        names(0),
        ["area[1][0].col[1].E/0", "area[0][0].L[1]/0", "area[0][0].L[1]/1", "area[0][0].L[1]/2"]
    );
    assert_eq!(
        names(1),
        ["area[0][0].col[0].E/0", "area[1][0].col[0].E/0", "area[1][0].col[1].E/0"]
    );
    assert_eq!(names(2), ["area[0][0].L[0]/2"]);
}

#[test]
fn faults_of_modules() {
    let fault = |net: &str, body: &str, code: &str, at: &str| one_of(&program(net, body), code, at);
    fault("network col: colum", "", "E0201", "colum");
    fault("network col: lif", "", "E0218", "lif");
    fault("network col[0]: column", "", "E0405", "0");
    fault("network col: column(M = 3)", "", "E0606", "M");
    fault("network col: column(N = 3 ms)", "", "E0203", "3 ms");
    fault("network col: column(3)", "", "E0407", "3");
    fault("network col: column(N = 3, N = 4)", "", "E0407", "N");
    fault("network col: net", "", "E0213", "net");
    fault("for i in 0..2 { network col: column }", "", "E0420", "col");
    fault("for i in 0..2 { network col[0][1]: column }", "", "E0420", "col");
    let one = "network col[2]: column";
    fault(one, "record spikes of col", "E0422", "col");
    fault(one, "record spikes of col.F", "E0401", "F");
    fault(one, "record spikes of cal.E", "E0401", "cal");
    fault(one, "record spikes of col[2].E", "E0404", "2");
    fault(one, "record spikes of col[0][0].E", "E0420", "0");
    fault(one, "record spikes of col[0].E.x", "E0422", "E");
    fault(one, "record spikes of col[0].E[10]", "E0404", "10");
    fault("network col: column\npopulation col[3]: lif", "", "E0402", "col");
    let open = program("network col: column", "").replace("param N = 10", "param N");
    let found = one_of(&open, "E0414", "column");
    assert_eq!(found.help, "give them: `column(N = …)`");
}

#[test]
fn nothing_of_the_outside_is_seen_inside() {
    let text =
        program("param N = 4, other = N\nnetwork col: column(N = other)", "record spikes of col.E");
    assert_eq!(model(&text).objects[0].size, 4);
    let text = text.replace("E[N]", "E[other]");
    one_of(&text, "E0201", "other");
}

#[test]
fn a_chain_of_networks_has_an_end() {
    let mut text = format!("{LIF}network n0 {{ population A[1]: lif }}\n");
    for i in 1..100 {
        text.push_str(&format!("network n{i} {{ network m: n{} }}\n", i - 1));
    }
    let found = whole(&text, &[], &[]);
    assert!(found.iter().all(|f| f.message.contains("stand inside each other")), "{found:?}");
    assert!(!found.is_empty());
    let doubled: String =
        (1..19).map(|i| format!("network d{i} {{ network m[2]: d{} }}\n", i - 1)).collect();
    let text = format!("{LIF}network d0 {{ population A[1]: lif }}\n{doubled}");
    let found = whole(&text, &[], &[]);
    assert!(found.iter().any(|f| f.code == "E0415"), "{found:?}");
}
