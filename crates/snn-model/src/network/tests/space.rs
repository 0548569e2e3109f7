//! Shapes, positions and what depends on them.

use snn_connect::{Layout, Rule};

use crate::testing::{experiment, model, model_with, network, one_of};

fn near(rule: &str, values: &str, at: &str) -> String {
    let body = format!(
        "population A[4, 5]: lif(rest = 20 mV) at grid(50 um, 20 um){at}\n\
         population B[10]: lif at random(0.25 mm, 80 um){at}\n\
         connect A -> B.psp {{ rule {rule}; {values} }}"
    );
    experiment(&body, "")
}

const PLAIN: &str = "weight 1 mV; delay 1 ms";

#[test]
fn positions_are_in_micrometres() {
    let m = model(&near("near(50 um, 0.1 mm)", PLAIN, " torus"));
    assert_eq!(m.projections[0].rule, Rule::Near { sigma: 50.0, radius: 100.0 });
    let space = m.projections[0].space.as_ref().expect("positions");
    assert_eq!(space.torus, Some([250.0, 80.0]));
    let grid = Layout::Grid { columns: 5, rows: 4, spacing: [50.0, 20.0] };
    assert_eq!(space.sources, [grid]);
    assert!(matches!(space.targets[0], Layout::Random { extent: [250.0, 80.0], .. }));
    assert_eq!(m.objects[0].shape, [4, 5]);
    let m = model(&near("near(50 um, 0.1 mm) indegree(3)", PLAIN, ""));
    let indegree = Rule::NearIndegree { sigma: 50.0, radius: 100.0, indegree: 3 };
    assert_eq!(m.projections[0].rule, indegree);
    assert_eq!(m.projections[0].space.as_ref().and_then(|s| s.torus), None);
}

#[test]
fn what_asks_for_positions_gets_them() {
    let space =
        |rule: &str, values: &str| model(&near(rule, values, "")).projections[0].space.is_some();
    assert!(!space("all_to_all", PLAIN));
    assert!(space("all_to_all", "weight exp(-distance / 50 um) * 1 mV; delay 1 ms"));
    assert!(space("all_to_all", "weight 1 mV; delay 1 ms + distance / 0.3 [um/ms]"));
    assert!(space("probability(exp(-distance / 50 um))", PLAIN));
    assert!(!space("probability(1 / (1 + abs(pre.index - post.index)))", PLAIN));
    let m = model(&near("all_to_all", "weight (post.y - pre.x) * 1 [mV/um]; delay 1 ms", ""));
    assert!(m.projections[0].pair_probability.is_none());
}

#[test]
fn listed_points() {
    let body = "param P: um = [[0, 0], [3, 4]]\npopulation A[2]: lif(rest = 20 mV) at points(P)\n\
        connect A -> A.psp { rule near(1 um, 10 um); weight 1 mV; delay 1 ms }";
    let text = experiment(&body.replace("0, 0], [3, 4", "0 um, 0 um], [3 um, 4 um"), "");
    let m = model(&text);
    let space = m.projections[0].space.as_ref().expect("positions");
    assert_eq!(space.sources, [Layout::Given([[0.0, 0.0], [3.0, 4.0]].into())]);
    one_of(&text.replace("A[2]", "A[3]"), "E0430", "P");
    one_of(&text.replace("points(P)", "points(P) torus"), "E0407", "torus");
    let from_file = text.replace("[[0 um, 0 um], [3 um, 4 um]]", "file(\"p.csv\")");
    let m = model_with(&from_file, &[("p.csv", b"1,2\n3,4\n")], &[]);
    let space = m.projections[0].space.as_ref().expect("positions");
    assert_eq!(space.sources, [Layout::Given([[1.0, 2.0], [3.0, 4.0]].into())]);
}

#[test]
fn faults_of_positions() {
    let fault = |rule: &str, values: &str, at: &str, code: &str, guilty: &str| {
        one_of(&near(rule, values, at), code, guilty)
    };
    one_of(&network("population A[2]: lif at grid(1 um) tours"), "E0407", "tours");
    fault("near(50 mV, 0.1 mm)", PLAIN, "", "E0203", "50 mV");
    fault("near(0 um, 0.1 mm)", PLAIN, "", "E0404", "0 um");
    fault("near(50 um)", PLAIN, "", "E0407", "near(50 um)");
    fault("near(1 um, 1 um) outdegree(3)", PLAIN, "", "E0407", "outdegree(3)");
    fault("indegree(3) indegree(3)", PLAIN, "", "E0407", "indegree(3)");
    fault("probability(uniform(0, 1) * pre.index)", PLAIN, "", "E0211", "uniform(0, 1)");
    fault("probability(distance)", PLAIN, "", "E0203", "distance");
    fault("all_to_all", "weight pre.z * 1 [mV/um]; delay 1 ms", "", "E0201", "pre.z");
    let bare = "population A[3]: lif(rest = 20 mV)\nconnect A -> A.psp { rule near(1 um, 1 um); weight 1 mV; delay 1 ms }";
    one_of(&experiment(bare, ""), "E0431", "near(1 um, 1 um)");
    let mixed = near("near(50 um, 0.1 mm)", PLAIN, " torus").replacen(" torus", "", 1);
    let found = one_of(&mixed, "E0431", "near(50 um, 0.1 mm)");
    assert!(found.message.contains("on a torus of 250 um by 80 um"), "{found:?}");
    one_of(&network("population A[2]: lif at gird(1 um)"), "E0409", "gird");
    one_of(&network("population A[2, 2, 2, 2]: lif at grid(1 um)"), "E0430", "grid(1 um)");
    one_of(&network("population A[2]: lif at random(1 um, 0 um)"), "E0404", "0 um");
}

#[test]
fn conditions_on_positions() {
    // Columns at 25, 75, 125, … um, rows at 10, 30, 50, 70 um.
    let at = |selection: &str| -> Vec<u32> {
        let body = format!(
            "population A[4, 5]: lif(rest = 20 mV) at grid(50 um, 20 um)\n\
             connect A -> {selection}.psp {{ rule all_to_all; {PLAIN} }}"
        );
        model(&experiment(&body, "")).projections[0].targets.iter().map(|(_, i)| i).collect()
    };
    assert_eq!(at("A[x < 80 um and y > 40 um]"), [10, 11, 15, 16]);
    assert_eq!(at("A[5..15][y > 40 um and x > 0.2 mm]"), [14]);
    assert_eq!(at("A[x == 25 um or index == 3]"), [0, 3, 5, 10, 15]);
}
