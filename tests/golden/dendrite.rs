//! Neurons of several compartments: closed forms, NEST's three-compartment neuron, active dendrites.

use super::{compiled, project, rows, run};

fn text(body: &str) -> snn::model::Project {
    snn::load("dendrite.snn", body.to_owned(), &[], &mut |f| Err(format!("no {f}")))
}

/// Two passive compartments charged by a current into the dendrite: with eigenvalues l of the symmetric
/// 2×2 problem, v(t) = v(∞) + Σ c e^(l t).
#[test]
fn two_passive_compartments_charge_as_the_closed_form_says() {
    let program = "neuron two {
      param E: mV = -70 mV
      compartment soma {
        param C: pF = 100 pF, g: nS = 5 nS
        state v: mV = E
        v' = (g * (E - v) + axial) / C
      }
      compartment dend {
        param C: pF = 50 pF, g: nS = 2 nS
        input I: pA
        state v: mV = E
        v' = (g * (E - v) + I + axial) / C
      }
      couple soma.v ~ dend.v by 4 nS
    }
    network net { population n[1]: two }
    experiment e of net {
      dt 0.5 ms; run 400 ms
      inject dc(100 pA) -> n.dend.I
      record soma.v of n; record dend.v of n
    }";
    let collected = run(&compiled(&text(program), "e"), true);
    // x' = A x + b for the deviations x from E, in ms and mV.
    let (a, b, c, d) = (-9.0 / 100.0, 4.0 / 100.0, 4.0 / 50.0, -6.0 / 50.0);
    let input = 100.0 / 50.0;
    let determinant: f64 = a * d - b * c;
    let steady = [b * input / determinant, -a * input / determinant];
    let root = ((a - d) * (a - d) / 4.0 + b * c).sqrt();
    let eigenvalues = [(a + d) / 2.0 + root, (a + d) / 2.0 - root];
    let mut worst: f64 = 0.0;
    for tick in 0..=800usize {
        let t = tick as f64 * 0.5;
        // e^(At) = Σ e^(l t) (A - other I) / (l - other), applied to -steady.
        let mut x = steady;
        for (l, other) in [(0, 1), (1, 0)] {
            let (l, other) = (eigenvalues[l], eigenvalues[other]);
            let weight = (l * t).exp() / (l - other);
            x[0] -= weight * ((a - other) * steady[0] + b * steady[1]);
            x[1] -= weight * (c * steady[0] + (d - other) * steady[1]);
        }
        for (probe, x) in x.into_iter().enumerate() {
            worst = worst.max((collected.traces[probe][tick].1[0] - (-70.0 + x)).abs());
        }
    }
    println!("two compartments: largest difference {worst:e} mV");
    assert!((steady[0] - 400.0 / 38.0).abs() < 1e-12, "the dendrite holds the soma at 400/38 mV");
    assert!(worst <= 1e-10, "{worst} mV");
}

/// A tree with a branch: in the steady state the currents into each compartment vanish.
#[test]
fn a_tree_of_compartments_comes_to_rest() {
    const LEAK: [f64; 5] = [10.0, 4.0, 3.0, 2.0, 1.0];
    const EDGES: [(usize, usize, f64); 4] = [(0, 1, 8.0), (1, 2, 5.0), (1, 3, 6.0), (0, 4, 2.0)];
    let mut program = "neuron tree {\n param E: mV = -60 mV\n".to_owned();
    for (i, g) in LEAK.iter().enumerate() {
        let current = if i == 3 { " + I" } else { "" };
        let input = if i == 3 { "input I: pA" } else { "" };
        program += &format!(
            " compartment c{i} {{\n {input}\n state v: mV = E\n v' = ({g:?} nS * (E - v){current} + axial) / 20 pF\n }}\n"
        );
    }
    for (a, b, g) in EDGES {
        program += &format!(" couple c{a}.v ~ c{b}.v by {g:?} nS\n");
    }
    program += "}\nnetwork net { population n[1]: tree }\nexperiment e of net {\n dt 1 ms; run 1 s\n inject dc(50 pA) -> n.c3.I\n";
    for i in 0..5 {
        program += &format!(" record c{i}.v of n every 1 s\n");
    }
    program += "}\n";
    let collected = run(&compiled(&text(&program), "e"), true);
    let v: Vec<f64> = (0..5).map(|i| collected.traces[i][1].1[0]).collect();
    for i in 0..5 {
        let mut current = LEAK[i] * (-60.0 - v[i]) + if i == 3 { 50.0 } else { 0.0 };
        for (a, b, g) in EDGES {
            current += if a == i { g * (v[b] - v[a]) } else { 0.0 };
            current += if b == i { g * (v[a] - v[b]) } else { 0.0 };
        }
        assert!(current.abs() <= 1e-10, "{current} pA into c{i}");
    }
    assert!(v[3] > v[1] && v[1] > v[0] && v[0] > v[4] && v[4] > -60.0, "{v:?}");
}

#[test]
fn three_compartments_as_nest() {
    let project = project("dendrite");
    let collected = run(&compiled(&project, "mc"), true);
    let rows = rows("dendrite", "v.csv");
    let (mut worst, mut largest): (f64, f64) = (0.0, 0.0);
    for row in &rows["mc"] {
        for compartment in 0..3 {
            let value = collected.traces[compartment][row[0] as usize].1[0];
            worst = worst.max((value - row[1 + compartment]).abs());
            largest = largest.max(value + 70.0);
        }
    }
    println!("three compartments: largest difference {worst:e} mV of {largest} mV");
    assert!(rows["mc"].len() > 900 && largest > 5.0, "potentials were compared");
    assert!(worst <= 1e-5, "{worst} mV");
}

/// An exponential upstroke ends at its threshold: as if every right side read min(v, 0 mV).
#[test]
fn an_active_soma_with_a_dendrite_fires() {
    let neuron = include_str!("../../crates/snn-syntax/tests/programs/compartments.snn");
    let network = "
      network net {
        source x[10]: regular(40 Hz, start 5 ms)
        population n[1]: adex2(soma.b = 40 pA)
        connect x -> n.dend.ampa { rule all_to_all; weight 5 nS; delay 1 ms }
        connect x -> n.dend.nmda { rule all_to_all; weight 1.5 nS; delay 1 ms }
      }
      experiment e of net { dt 0.1 ms; run 300 ms; record spikes of n; record soma.w of n; record dend.v of n }";
    let plain = run(&compiled(&text(&format!("{neuron}{network}")), "e"), true);
    assert!(plain.spikes.iter().filter(|s| s.object == 1).count() >= 5, "{:?}", plain.spikes);
    let mut bounded = neuron.replace("state w: pA", "let u = min(v, 0 mV)\n state w: pA");
    for (read, at_most) in [
        ("E_L - v)", "E_L - u)"),
        ("exp((v -", "exp((u -"),
        ("E_i - v)", "E_i - u)"),
        ("a * (v -", "a * (u -"),
    ] {
        let soma = bounded.find("compartment dend").unwrap();
        let (before, after) = bounded.split_at(soma);
        bounded = before.replace(read, at_most) + after;
    }
    bounded = bounded.replace("couple soma.v ~ dend.v by 12 nS", "");
    bounded = bounded.replace("(E_i - u) + axial", "(E_i - u) + 12 nS * (dend.v - u)");
    bounded = bounded.replace("(E_e - v) + axial", "(E_e - v) + 12 nS * (soma.u - v)");
    assert!(!bounded.contains("axial"), "{bounded}");
    let other = run(&compiled(&text(&format!("{bounded}{network}")), "e"), true);
    assert_eq!(plain.spikes, other.spikes);
    let last = |collected: &snn::result::Collected, probe: usize| {
        collected.traces[probe].last().unwrap().1[0]
    };
    for probe in [0, 1] {
        assert!((last(&plain, probe) - last(&other, probe)).abs() < 1e-9);
    }
}
