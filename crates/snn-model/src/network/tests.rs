//! Each code of networks: a failing program, and one that just does not fail.

mod choices;
mod images;
mod modules;
mod space;

use snn_connect::{Autapses, Multapses, Rule, Segment, SpikeSource};
use snn_numeric::Rational;

use crate::model::{ObjectKind, Value};
use crate::testing::{experiment, model, model_with, network, one_of, one_with, whole};

/// Two populations and what is needed for them to be used.
const PAIR: &str = "population A[10]: lif(rest = 20 mV)\npopulation B[20]: lif\n";

fn connected(statements: &str) -> String {
    experiment(&format!("{PAIR}connect A -> B.psp {{ {statements} }}"), "")
}

#[test]
fn a_small_network_becomes_a_model() {
    let m = model(&connected("rule all_to_all; weight 0.5 mV; delay 1.5 ms"));
    assert_eq!(m.network, "net");
    let names: Vec<_> = m.objects.iter().map(|o| (o.name.as_str(), o.size)).collect();
    assert_eq!(names, [("A", 10), ("B", 20)]);
    let [p] = m.projections.as_slice() else { panic!("{:?}", m.projections) };
    assert_eq!(p.name, "A -> B.psp");
    assert_eq!(p.rule, Rule::AllToAll);
    assert!(matches!(p.weight, Value::Constant(w) if w == 0.5));
    assert!(matches!(p.delay, Value::Constant(d) if d == 15.0));
    assert_eq!((p.autapses, p.multapses), (Autapses::Allowed, Multapses::Allowed));
    assert_eq!(p.receptors, [0]);
    assert_eq!(m.neurons.len(), 1);
    assert_eq!((m.protocol.run_ticks, m.protocol.seed), (1000, 1));
    assert_eq!(m.chip.name, "ideal");
}

#[test]
fn parameters_in_any_order_and_their_circles() {
    let body = "param n = 2 * k, k = 5\npopulation A[n]: lif(rest = 20 mV)";
    assert_eq!(model(&experiment(body, "record spikes of A")).objects[0].size, 10);
    let circle = "param a = b + 1\nparam b = c\nparam c = 2 * a\npopulation A[a]: lif";
    let fault = one_of(&network(circle), "E0213", "a");
    assert_eq!(fault.message, "these need each other: `a` needs `b` needs `c` needs `a`");
}

#[test]
fn parameters_have_values_from_somewhere() {
    let body = "param n\npopulation A[n]: lif(rest = 20 mV)";
    one_of(&experiment(body, "record spikes of A"), "E0414", "n");
    // Alone it may wait for an experiment.
    assert_eq!(whole(&network(body), &[], &[]), []);
    let text = experiment(body, "record spikes of A").replace("of net {", "of net(n = 7) {");
    assert_eq!(model(&text).objects[0].size, 7);
    assert_eq!(model_with(&text, &[], &["net.n = 3"]).objects[0].size, 3);
}

#[test]
fn units_of_given_values_are_those_of_the_parameter() {
    let body = "param w: mV = 1 mV\npopulation A[1]: lif(rest = w + 20 mV)";
    let text = experiment(body, "record spikes of A");
    let given = text.replace("of net {", "of net(w = 2 ms) {");
    assert_eq!(whole(&given, &[], &[]).len(), 1);
    one_with(&text, &[], &["net.w=3"], "E0204", "3");
    model_with(&text, &[], &["net.w=3 mV"]);
}

#[test]
fn arrays_and_their_elements() {
    let body =
        "param p = [[1, 2], [3, 4]], n = p[1][0] + len(p)\npopulation A[n]: lif(rest = 20 mV)";
    assert_eq!(model(&experiment(body, "record spikes of A")).objects[0].size, 5);
    let with = |params: &str| network(&format!("{params}\npopulation A[n]: lif"));
    one_of(&with("param p = [1, 2], n = p[2]"), "E0404", "2");
    one_of(&with("param p = [1, 2], n = p"), "E0424", "n");
    one_of(&with("param p = [[1], [2, 3]], n = p[0][0]"), "E0424", "[2, 3]");
    one_of(&with("param p = 3, n = p[0]"), "E0424", "p[0]");
    one_of(&with("param p = [1 mV, 2 ms], n = len(p)"), "E0203", "2 ms");
    one_of(&with("param p = [[[[[1]]]]], n = len(p)"), "E0424", "[[[[1]]]]");
    one_of(&with("param n = len(3)"), "E0424", "3");
}

#[test]
fn sizes_are_whole_and_at_least_one() {
    one_of(&network("population A[2.5]: lif"), "E0403", "2.5");
    one_of(&network("population A[0]: lif"), "E0405", "0");
    one_of(&network("population A[2 ms]: lif"), "E0203", "2 ms");
    one_of(&network("population A[70000, 70000]: lif"), "E0404", "70000, 70000");
    one_of(&network("population A: lif"), "E0407", "A");
    let shaped = "population A[28, 28]: lif(rest = 20 mV)";
    assert_eq!(model(&experiment(shaped, "record spikes of A")).objects[0].size, 784);
}

#[test]
fn names_mean_one_thing() {
    one_of(&network("param A = 3\npopulation A[A]: lif"), "E0402", "A");
    one_of(&network("population A[1]: lif\nsource A[1]: poisson(1 Hz)"), "E0402", "A");
    one_of(&network("population A[1]: lif\nfor A in 0..1 { }"), "E0402", "A");
    one_of(&network("for i in 0..2 { param x = 1 }"), "E0423", "x");
}

#[test]
fn models_and_their_arguments() {
    one_of(&network("population A[1]: lfi"), "E0201", "lfi");
    one_of(&network("population A[1]: net"), "E0218", "net");
    let fault = one_of(&network("population A[1]: lif(taw = 3 ms)"), "E0407", "taw");
    assert_eq!(fault.fix.as_deref(), Some("tau"));
    one_of(&network("population A[1]: lif(3 ms)"), "E0407", "3 ms");
    one_of(&network("population A[1]: lif(tau = 3 ms, tau = 4 ms)"), "E0407", "tau");
    one_of(&network("population A[1]: lif(tau = 3 mV)"), "E0203", "3 mV");
    let open = "neuron open { param k\n state v = k\n spike when v > 1\n reset { v = 0 } }\n";
    let text = format!("{open}network net {{ population A[1]: open }}");
    one_of(&text, "E0414", "open");
    assert_eq!(whole(&text.replace(": open }", ": open(k = 3) }"), &[], &[]), []);
}

#[test]
fn values_at_a_population_may_be_drawn_or_use_the_index() {
    let body = "population A[5]: lif(tau = normal(10 ms, 1 ms), v = index * 4 mV)";
    let m = model(&experiment(body, "record spikes of A"));
    let ObjectKind::Population { parameters, initial, .. } = &m.objects[0].kind else { panic!() };
    assert_eq!((parameters.len(), initial.len()), (1, 1));
    one_of(&network("population A[index]: lif"), "E0201", "index");
    let fails = network("population A[1]: lif(tau = -3 ms)");
    let fault = one_of(&fails, "E0310", "lif(tau = -3 ms)");
    assert!(fault.message.contains("positive"), "{}", fault.message);
}

#[test]
fn families_and_their_members() {
    let body = "param N = [3, 4, 5]
      for i in 0..3 { population L[i][N[i]]: lif(rest = 20 mV) }
      for i in 0..2 { connect L[i] -> L[i + 1].psp as hop { rule all_to_all; weight 1 mV; delay 1 ms } }";
    let m = model(&experiment(body, "record spikes of L[1..3]"));
    let names: Vec<_> = m.objects.iter().map(|o| (o.name.as_str(), o.size)).collect();
    assert_eq!(names, [("L[0]", 3), ("L[1]", 4), ("L[2]", 5)]);
    let names: Vec<_> = m.projections.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["hop[0]", "hop[1]"]);
    assert_eq!(m.protocol.record_spikes[0].len(), 9);
    one_of(&network("for i in 0..3 { population L[5]: lif }"), "E0420", "L");
    one_of(&network("for i in 0..3 { population L[0][5]: lif }"), "E0420", "L");
    let body = "for i in 0..3 { population L[i][5]: lif(rest = 20 mV) }";
    one_of(&experiment(body, "record spikes of L\nrecord spikes of L[3]"), "E0404", "3");
    one_of(&experiment(body, "record spikes of L\nrecord spikes of L[2][5]"), "E0404", "5");
    assert_eq!(model(&experiment(body, "record spikes of L")).protocol.record_spikes[0].len(), 15);
}

#[test]
fn selections_hold_each_neuron_once() {
    let record = |sel: &str| {
        experiment(
            &PAIR.replace("B[20]: lif", "B[20]: lif(rest = 20 mV)"),
            &format!("record spikes of A + B\nrecord spikes of {sel}"),
        )
    };
    let m = model(&record("A[2..4] + B[7]"));
    let of = &m.protocol.record_spikes[1];
    let s = |object, start, len| Segment { object, start, len };
    assert_eq!(of.segments(), [s(0, 2, 2), s(1, 7, 1)]);
    one_of(&record("A + A[3]"), "E0406", "A + A[3]");
    one_of(&record("A[10]"), "E0404", "10");
    one_of(&record("A[-1]"), "E0404", "-1");
    one_of(&record("A[5..11]"), "E0404", "5..11");
    one_of(&record("A[5..5]"), "E0405", "5..5");
    let fault = one_of(&record("AA"), "E0401", "AA");
    assert_eq!(fault.fix.as_deref(), Some("A"));
    one_of(&record("A * 2"), "E0422", "A * 2");
    one_of(&record("A[0.5]"), "E0403", "0.5");
}

#[test]
fn lets_name_numbers_and_neurons_in_any_order() {
    let body = "let some = all[8..14]\nlet all = A + B\nlet n = 10\npopulation A[n]: lif(rest = 20 mV)\npopulation B[20]: lif(rest = 20 mV)";
    let m = model(&experiment(body, "record spikes of all\nrecord spikes of some"));
    let of = &m.protocol.record_spikes[1];
    assert_eq!(of.iter().next(), Some((0, 8)));
    assert_eq!(of.len(), 6);
    let number = format!("{body}\npopulation C[all]: lif");
    one_of(&network(&number), "E0422", "all");
}

#[test]
fn a_connection_states_everything_once() {
    one_of(&connected("weight 1 mV; delay 1 ms"), "E0410", "connect A -> B.psp");
    one_of(&connected("rule all_to_all; delay 1 ms"), "E0410", "connect A -> B.psp");
    let fault = one_of(&connected("rule all_to_all; weight 1 mV"), "E0410", "connect A -> B.psp");
    assert_eq!(fault.help, "add for instance `delay 1.5 ms`");
    one_of(&connected("rule all_to_all; weight 1 mV; weight 2 mV; delay 1 ms"), "E0410", "2 mV");
    one_of(&connected("rule all_to_all; weight 1 mV; delay 1 ms; no autapse"), "E0407", "autapse");
    one_of(&connected("rule all_to_all; weight 1 nS; delay 1 ms"), "E0203", "1 nS");
    one_of(&connected("rule all_to_all; weight 1; delay 1 ms"), "E0204", "1");
}

#[test]
fn receptors_belong_to_targets() {
    let to = |target: &str| {
        let c = format!("connect A -> {target} {{ rule all_to_all; weight 1 mV; delay 1 ms }}");
        experiment(&format!("{PAIR}source S[1]: poisson(1 Hz)\n{c}"), "record spikes of S + A + B")
    };
    let fault = one_of(&to("B.pspp"), "E0412", "pspp");
    assert_eq!(fault.fix.as_deref(), Some("psp"));
    one_of(&to("B"), "E0412", "B");
    one_of(&to("B.I"), "E0412", "I");
    one_of(&to("S.psp"), "E0422", "S");
    one_of(&to("B.cur"), "E0203", "1 mV");
    model(&to("B.psp"));
}

#[test]
fn rules_and_their_arguments() {
    let rule = |rule: &str| connected(&format!("rule {rule}; weight 1 mV; delay 1 ms"));
    let fault = one_of(&rule("indegre(3)"), "E0409", "indegre");
    assert_eq!(fault.fix.as_deref(), Some("indegree"));
    one_of(&rule("indegree"), "E0407", "indegree");
    let fault = one_of(&rule("indegree(10.5)"), "E0403", "10.5");
    assert_eq!(fault.message, "k must be whole: 10.5");
    one_of(&rule("indegree(-1)"), "E0404", "-1");
    one_of(&rule("indegree(3, 4)"), "E0407", "4");
    one_of(&rule("probability(1.5)"), "E0411", "1.5");
    one_of(&rule("probability(p = 10 %)"), "E0101", "%");
    one_of(&rule("one_to_one"), "E0411", "one_to_one");
    one_of(&rule("near(3)"), "E0407", "near(3)");
    for (text, wanted) in [
        ("indegree(3)", Rule::Indegree(3)),
        ("outdegree(k = 4)", Rule::Outdegree(4)),
        ("probability(0.1)", Rule::Probability(0.1)),
        ("total(50)", Rule::Total(50)),
    ] {
        assert_eq!(model(&rule(text)).projections[0].rule, wanted);
    }
}

#[test]
fn impossible_degrees_are_refused_with_the_numbers() {
    let rule =
        |rule: &str| connected(&format!("rule {rule}; no multapses; weight 1 mV; delay 1 ms"));
    let fault = one_of(&rule("indegree(11)"), "E0411", "indegree(11)");
    assert_eq!(fault.message, "11 sources per target without multapses: there are only 10");
    model(&rule("indegree(10)"));
    one_of(&rule("outdegree(21)"), "E0411", "outdegree(21)");
    one_of(&rule("total(201)"), "E0411", "total(201)");
    model(&rule("total(200)"));
    let own = |k: u32, options: &str| {
        let c = format!(
            "connect A -> A.psp {{ rule indegree({k}); {options}; weight 1 mV; delay 1 ms }}"
        );
        experiment(&format!("{PAIR}{c}"), "record spikes of B\ninject dc(1 pA) -> B.I")
    };
    one_of(&own(10, "no multapses; no autapses"), "E0411", "indegree(10)");
    model(&own(9, "no multapses; no autapses"));
    model(&own(10, "no multapses"));
}

#[test]
fn delays_fit_the_grid() {
    let delay = |delay: &str| connected(&format!("rule all_to_all; weight 1 mV; delay {delay}"));
    let fault = one_of(&delay("0.01 ms"), "E0418", "0.01 ms");
    assert!(fault.message.ends_with("the smallest possible delay is 0.1 ms"), "{}", fault.message);
    one_of(&delay("-1 ms"), "E0418", "-1 ms");
    one_of(&delay("1e6 s"), "E0418", "1e6 s");
    one_of(&delay("3 mV"), "E0203", "3 mV");
    let fault = one_of(&delay("1.25 ms"), "W0402", "1.25 ms");
    assert!(fault.message.ends_with("1.3 ms is used"), "{}", fault.message);
    let ticks = |text: &str| match model(&delay(text)).projections[0].delay {
        Value::Constant(d) => d,
        _ => panic!("a constant"),
    };
    assert_eq!(ticks("0.1 ms"), 1.0);
    assert_eq!(ticks("3 * 0.1 ms"), 3.0);
    assert_eq!(ticks("1500 us"), 15.0);
}

#[test]
fn drawn_values_stay_expressions() {
    let values = |weight: &str, delay: &str| {
        connected(&format!("rule all_to_all; weight {weight}; delay {delay}"))
    };
    let text = values("normal(1 mV, 0.1 mV)", "truncated(normal(2 ms, 1 ms), 0.1 ms, 5 ms)");
    let m = model(&text);
    assert!(matches!(m.projections[0].weight, Value::Expr(_)));
    assert!(matches!(m.projections[0].delay, Value::Expr(_)));
    model(&values(
        "(pre.index + post.index) * 1 mV",
        "1 ms + abs(pre.index - post.index) * 0.1 ms",
    ));
    one_of(&values("1 mV", "uniform(0 ms, 1 ms)"), "W0406", "uniform(0 ms, 1 ms)");
    model(&values("1 mV", "uniform(0.1 ms, 1 ms)"));
    one_of(&values("pre.x * 1 mV", "1 ms"), "E0203", "pre.x * 1 mV");
    one_of(&values("pre.name * 1 mV", "1 ms"), "E0201", "pre.name");
}

#[test]
fn sources_follow_their_law() {
    let source = |kind: &str| experiment(&format!("source S[2]: {kind}"), "record spikes of S");
    let law = |kind: &str| match model(&source(kind)).objects.remove(0).kind {
        ObjectKind::Source(law) => law,
        _ => panic!("a source"),
    };
    assert_eq!(law("poisson(8 Hz)"), SpikeSource::Poisson { mean_per_tick: 0.008 * 0.1 });
    let r = |digits| Rational::from_decimal(digits).unwrap();
    let regular = SpikeSource::Regular { start: r("50"), period: r("1000") };
    assert_eq!(law("regular(10 Hz, start 5 ms)"), regular);
    one_of(&source("poison(8 Hz)"), "E0409", "poison");
    one_of(&source("poisson"), "E0407", "poisson");
    one_of(&source("poisson(8 ms)"), "E0203", "8 ms");
    one_of(&source("poisson(-8 Hz)"), "E0421", "-8 Hz");
    one_of(&source("poisson(1e9 Hz)"), "E0421", "1e9 Hz");
    one_of(&source("regular(0 Hz)"), "E0421", "0 Hz");
    one_of(&source("regular(11 kHz)"), "E0421", "11 kHz");
    one_of(&source("regular(10 Hz, stat 5 ms)"), "E0407", "stat");
    one_of(&source("ou(3)"), "E0409", "ou");
    let rate = source("inhomogeneous(20 Hz * (1 + sin(2 * 3.14 * 4 Hz * t)))");
    assert!(matches!(model(&rate).objects[0].kind, ObjectKind::Rate(_)));
    one_of(&source("inhomogeneous(20 * t)"), "E0203", "20 * t");
    one_of(&source("inhomogeneous(uniform(2 Hz, 3 Hz))"), "E0211", "uniform(2 Hz, 3 Hz)");
    one_of(&source("poisson(2 Hz * t / 1 ms)"), "E0201", "t");
    law("regular(10 kHz)");
}

#[test]
fn rates_come_from_a_file() {
    let text = experiment("source S[2]: inhomogeneous(file(\"r.csv\"))", "record spikes of S");
    let with = |data: &'static str| [("r.csv", data.as_bytes())];
    let m = model_with(&text, &with("t[ms],rate[Hz]\n0,10\n0.25,2e3\n7,0\n"), &[]);
    let ObjectKind::Source(SpikeSource::Inhomogeneous(rate)) = &m.objects[0].kind else { panic!() };
    let at = |tick| rate.at(tick);
    assert_eq!((at(1), at(3), at(4), at(70), at(71)), (0.001, 0.001, 0.2, 0.2, 0.0));
    let bad = |data, line: &str| {
        let fault = one_with(&text, &with(data), &[], "E0416", "\"r.csv\"");
        assert!(fault.message.starts_with(&format!("`r.csv` line {line}:")), "{}", fault.message);
    };
    bad("t[ms],rate[Hz]\n0,10\n1,-2\n", "3");
    bad("t[ms],rate[Hz]\n0,10\n1,1e12\n", "3");
    bad("t[ms],rate[Hz]\n5,10\n5.01,2\n5.02,3\n", "4");
    bad("t[ms],rate[Hz]\n-5,10\n", "2");
    bad("t[ms],rate[mV]\n0,10\n", "1");
}

#[test]
fn given_spikes_come_from_a_file() {
    let text = experiment("source S[2]: spikes(file(\"x.csv\"))", "record spikes of S");
    let with = |data: &'static str| [("x.csv", data.as_bytes())];
    let m = model_with(&text, &with("index,t[ms]\n1,0.3\n0,0.1\n"), &[]);
    let ObjectKind::Source(SpikeSource::Given(list)) = &m.objects[0].kind else { panic!() };
    assert_eq!(list[..], [(1, 0), (3, 1)]);
    let bad = |data, line: &str| {
        let fault = one_with(&text, &with(data), &[], "E0416", "\"x.csv\"");
        assert!(fault.message.starts_with(&format!("`x.csv` line {line}:")), "{}", fault.message);
    };
    bad("index,t[ms]\n1,0.3\n2,0.1\n", "3");
    bad("index,t[ms]\n1,0\n", "2");
    bad("neuron,t[ms]\n", "1");
    one_with(&text, &with("index,t[ms]\n1,0.33\n"), &[], "W0405", "\"x.csv\"");
    let text =
        format!("{text}x").replace("}\nx", "}\n").replace("run 100 ms", "trials 3 each 5 ms");
    let m = model_with(&text, &with("trial,index,t[ms]\n2,1,0.3\n0,0,5\n"), &[]);
    let ObjectKind::Source(SpikeSource::Given(list)) = &m.objects[0].kind else { panic!() };
    assert_eq!(list[..], [(50, 0), (103, 1)]);
    one_with(&text, &with("trial,index,t[ms]\n3,1,0.3\n"), &[], "E0416", "\"x.csv\"");
    one_with(&text, &with("trial,index,t[ms]\n0,1,5.1\n"), &[], "E0416", "\"x.csv\"");
    let kind = experiment("source S[2]: spikes(3)", "record spikes of S");
    one_of(&kind, "E0407", "3");
}

#[test]
fn lists_name_pairs_and_their_values() {
    let body = |values: &str| {
        format!("{PAIR}connect A -> B.psp {{ rule list(file(\"c.csv\")); {values} }}")
    };
    let text = experiment(&body("weight 1 mV; delay 1 ms"), "");
    let with = |data: &'static str| [("c.csv", data.as_bytes())];
    let m = model_with(&text, &with("source,target\n3,4\n9,19\n"), &[]);
    assert_eq!(m.projections[0].rule, Rule::List(vec![(3, 4), (9, 19)].into()));
    one_with(&text, &with("source,target\n10,4\n"), &[], "E0416", "\"c.csv\"");
    one_with(&text, &with("source,target,weight[mV]\n1,4,2\n"), &[], "E0410", "1 mV");
    let valued = experiment(&body(""), "");
    let full = "source,target,weight[uV],delay[ms]\n3,4,500,1.5\n";
    let m = model_with(&valued, &with(full), &[]);
    assert!(matches!(&m.projections[0].weight, Value::List(l) if l[..] == [0.5]));
    assert!(matches!(&m.projections[0].delay, Value::List(l) if l[..] == [15.0]));
    let file = "file(\"c.csv\")";
    one_with(&valued, &with("source,target,weight[nS],delay[ms]\n3,4,5,1\n"), &[], "E0416", file);
    let rule = "list(file(\"c.csv\"))";
    one_with(&valued, &with("source,target,delay[ms]\n3,4,1\n"), &[], "E0410", rule);
    let short = "source,target,weight[mV],delay[ms]\n3,4,5,0.01\n";
    one_with(&valued, &with(short), &[], "E0418", rule);
}

#[test]
fn one_random_train_for_many_is_warned_about() {
    let body = |rule: &str, size: u32| {
        format!(
            "population B[20]: lif\nsource S[{size}]: poisson(8 Hz)\nconnect S -> B.psp {{ rule {rule}; weight 1 mV; delay 1 ms }}"
        )
    };
    one_of(&experiment(&body("all_to_all", 1), ""), "W0403", "all_to_all");
    model(&experiment(&body("one_to_one", 20), ""));
}

#[test]
fn what_does_nothing_is_warned_about() {
    one_of(
        &experiment("param k = 3\npopulation A[1]: lif(rest = 20 mV)", "record spikes of A"),
        "W0401",
        "k",
    );
    one_of(&experiment("population A[1]: lif", ""), "W0407", "A");
    let silent = experiment("population A[1]: lif", "record spikes of A");
    one_of(&silent, "W0404", "A");
    model(&experiment("population A[1]: lif", "record spikes of A\ninject dc(1 nA) -> A.I"));
    model(&experiment("population A[1]: lif(v = 20 mV)", "record spikes of A"));
    model(&experiment("population A[1]: lif(v = uniform(0 mV, 20 mV))", "record spikes of A"));
    // Another experiment uses it.
    let both =
        format!("{silent}experiment f of net {{\ndt 0.1 ms\nrun 1 s\ninject dc(1 nA) -> A.I\n}}\n");
    assert_eq!(whole(&both, &[], &[]), []);
}

#[test]
fn what_no_spike_reaches_is_warned_about() {
    let chain = |rest: &str| {
        let c = |from, to| {
            format!("connect {from} -> {to}.psp {{ rule one_to_one; weight 1 mV; delay 1 ms }}")
        };
        let body = format!(
            "population A[1]: lif(rest = {rest})\npopulation B[1]: lif\npopulation C[1]: lif\n{}\n{}",
            c("A", "B"),
            c("B", "C")
        );
        experiment(&body, "record spikes of A + B + C")
    };
    model(&chain("20 mV"));
    let silent: Vec<_> =
        whole(&chain("0 mV"), &[], &[]).into_iter().map(|f| (f.code, f.at)).collect();
    assert_eq!(silent, [("W0404", "A".into()), ("W0404", "B".into()), ("W0404", "C".into())]);
}

#[test]
fn names_with_one_key_are_refused() {
    let mut seen = std::collections::HashMap::new();
    let (a, b) = (0..2_000_000)
        .map(|i| format!("p{i}"))
        .find_map(|name| {
            let key = snn_numeric::object_key(&format!("net/{name}"));
            seen.insert(key, name.clone()).map(|first| (first, name))
        })
        .expect("names with one hash are frequent among millions");
    let body =
        format!("population {a}[1]: lif(rest = 20 mV)\npopulation {b}[1]: lif(rest = 20 mV)");
    one_of(&experiment(&body, &format!("record spikes of {a} + {b}")), "E0417", &b);
}

#[test]
fn constants_of_the_file_and_exact_times() {
    let text = connected("rule all_to_all; weight w; delay d");
    let text = format!("const w = 2 * 0.25 mV\nconst d: ms = 3 * 0.1 ms\n{text}");
    let m = model(&text);
    assert!(matches!(m.projections[0].weight, Value::Constant(w) if w == 0.5));
    assert!(matches!(m.projections[0].delay, Value::Constant(d) if d == 3.0));
}

#[test]
fn selections_of_very_large_ranges_do_not_overflow() {
    let lo = i64::MIN + 1;
    for index in [format!("{lo}..{}", i64::MAX), format!("{}", i64::MAX), format!("{lo}")] {
        let body = "for i in 0..2 { population L[i][5]: lif(rest = 20 mV) }\npopulation A[5]: lif(rest = 20 mV)";
        let run = "record spikes of L + A";
        one_of(&experiment(body, &format!("{run}\nrecord spikes of L[{index}]")), "E0404", &index);
        one_of(&experiment(body, &format!("{run}\nrecord spikes of A[{index}]")), "E0404", &index);
    }
}

#[test]
fn selections_in_many_pieces_are_bounded() {
    let body = "for i in 0..2000 { population L[i][1]: lif(rest = 20 mV) }
      for i in 0..2000 { connect L -> L.psp { rule all_to_all; weight 1 mV; delay 1 ms } }";
    let fault = one_of(&network(body), "E0415", "connect L -> L.psp");
    assert!(fault.message.contains("pieces"), "{}", fault.message);
}

proptest::proptest! {
    /// A selection of the language is the slice and concatenation of lists that it looks like.
    #[test]
    fn a_selection_is_a_list(parts in proptest::collection::vec((0usize..2, 0usize..20, 1usize..20), 1..4), cut in 0usize..12) {
        let mut text = Vec::new();
        let mut neurons: Vec<(u32, u32)> = Vec::new();
        for (object, start, len) in parts {
            let size = if object == 0 { 10 } else { 20 };
            let start = start % size;
            let end = (start + len).min(size);
            text.push(format!("{}[{start}..{end}]", ["A", "B"][object]));
            neurons.extend((start..end).map(|i| (object as u32, i as u32)));
        }
        let cut = cut % neurons.len();
        let sum = text.join(" + ");
        let body = PAIR.replace("B[20]: lif", "B[20]: lif(rest = 20 mV)") + &format!("let some = {sum}");
        let program = experiment(&body, &format!("record spikes of A + B\nrecord spikes of some[{cut}..{}]", neurons.len()));
        let mut distinct = neurons.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < neurons.len() {
            one_of(&program, "E0406", &sum);
        } else {
            let m = model(&program);
            proptest::prop_assert_eq!(m.protocol.record_spikes[1].iter().collect::<Vec<_>>(), neurons[cut..].to_vec());
        }
    }
}

#[test]
fn facts_about_parameters_are_checked() {
    let body = "param n = 3\ncheck n > 5\npopulation A[n]: lif(rest = 20 mV)";
    one_of(&experiment(body, "record spikes of A"), "E0309", "check n > 5");
    model_with(&experiment(body, "record spikes of A"), &[], &["net.n=6"]);
}

#[test]
fn loops_are_bounded() {
    let fault = one_of(&network("for i in 0..1000000000 { }"), "E0415", "for");
    assert!(fault.message.contains("100000"), "{}", fault.message);
    one_of(&network("for i in 3 { }"), "E0407", "3");
    let body = "for i in 0..100001 { population L[i][1]: lif(rest = 20 mV) }";
    assert_eq!(whole(&network(body), &[], &[]).len(), 1);
}

#[test]
fn connections_without_a_name_are_numbered() {
    let c = "connect A[0..5] + A[7] -> B.psp { rule all_to_all; weight 1 mV; delay 1 ms }";
    let m = model(&experiment(&format!("{PAIR}{c}\n{c}"), ""));
    let names: Vec<_> = m.projections.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["A[0..5] + A[7] -> B.psp", "A[0..5] + A[7] -> B.psp#2"]);
}
