//! Rules of the library against NEST's and against closed forms, and the programs with which the language
//! was designed.

use snn::result::Collected;

use super::{compiled, project, run};

/// One synapse from a pre spike train (in ms) to a neuron that spikes in a post train, a third train that
/// modulates, and a rule; the records of w.
fn weights(dt: &str, trains: [&str; 3], connect: &str, record: &str, run_for: &str) -> Vec<f64> {
    let [pre, post, third] = trains;
    let text = format!(
        "import \"std/plasticity.snn\" as learning
neuron relay {{
  receptor exc: mV = jump(v)
  receptor probe: nS = exp(1 ms)
  state v: mV = 0 mV
  state g: nS = 0 nS
  g' = probe / 1 ms
  spike when v >= 1 mV
  reset {{ v = 0 mV }}
}}
neuron clamped {{
  receptor probe: nS = exp(1 ms)
  state v: mV = -30 mV, u_minus: mV = -50 mV, u_plus: mV = -40 mV
  state g: nS = 0 nS
  g' = probe / 1 ms
  spike when v >= 1 mV
  reset {{ v = 0 mV }}
}}
network n {{
  source pre[1]: spikes(file(\"pre.csv\"))
  source drive[1]: spikes(file(\"post.csv\"))
  source vta[1]: spikes(file(\"third.csv\"))
  population post[1]: relay
  population held[1]: clamped(v = uniform(-30 mV, -30 mV))
  connect drive -> post.exc {{ rule one_to_one; weight 2 mV; delay {dt} }}
  connect pre -> {connect}
}}
experiment e of n {{
  dt {dt}
  run {run_for}
  record {record}
  record spikes of vta
  record v of held every {run_for}
}}
"
    );
    let read = |path: &str| {
        let train = match path {
            "pre.csv" => pre,
            "post.csv" => post,
            _ => third,
        };
        let rows: String = train.split_whitespace().map(|t| format!("0,{t}\n")).collect();
        Ok(format!("index,t[ms]\n{rows}").into_bytes())
    };
    let project = snn::load("t.snn", text, &[], &mut |path| read(path));
    let collected: Collected = run(&compiled(&project, "e"), true);
    collected.synapses.iter().map(|r| r.value).collect()
}

fn assert_near(found: f64, wanted: f64, start: f64) {
    let error = ((found - wanted) / (wanted - start)).abs();
    println!("{found} for {wanted}: {error:e} of the change");
    assert!(wanted != start && error <= 1e-12, "{found} for {wanted}");
}

#[test]
fn dopamine_turns_eligibility_into_weight() {
    let body = "post.probe as e {
    rule one_to_one; weight 1 nS; delay axon 1 ms
    learn learning.dopamine_stdp(da = vta delay 1 ms)
  }";
    // The pre spike is at the synapse at 11 ms, the post spike at 15 ms, dopamine at 51 ms.
    let trains = ["10", "14.9", "50"];
    let found = weights("0.1 ms", trains, body, "w of e every 200 ms", "200 ms");
    let eligible = 0.1 * (-4.0f64 / 20.0).exp() * (-36.0f64 / 1000.0).exp();
    let rate: f64 = 1.0 / 200.0 + 1.0 / 1000.0;
    let wanted = 1.0 + 5e-3 * eligible * (1.0 - (-149.0 * rate).exp()) / rate;
    assert_eq!(found.len(), 2);
    assert_near(found[1], wanted, 1.0);
}

#[test]
fn punishment_takes_it_back() {
    let body = "post.probe as e {
    rule one_to_one; weight 1 nS; delay axon 1 ms
    learn learning.reward_stdp(reward = vta delay 1 ms, punishment = drive delay 30.1 ms)
  }";
    // Punishment at 45 ms, reward at 51 ms.
    let trains = ["10", "14.9", "50"];
    let found = weights("0.1 ms", trains, body, "w of e every 200 ms", "200 ms");
    let e = |t: f64| 0.1 * (-4.0f64 / 20.0).exp() * (-(t - 15.0) / 25.0).exp();
    let rate: f64 = 1.0 / 20.0 + 1.0 / 25.0;
    let part = |t: f64| 5e-3 * e(t) * (1.0 - (-(200.0 - t) * rate).exp()) / rate;
    assert_near(found[1], 1.0 + part(51.0) - part(45.0), 1.0);
}

#[test]
fn scaling_drives_towards_a_rate() {
    let body = "post.probe as e {
    rule one_to_one; weight 1 nS; delay axon 1 ms
    learn learning.homeostatic
  }";
    // Post spikes at 300 and 1400 ms.
    let trains = ["10", "299 1399", "50"];
    let found = weights("1 ms", trains, body, "w of e every 2 s", "2 s");
    let z = |t: f64| (-t / 10_000.0).exp() / 50.0;
    let wanted = (1.0 + 0.01 * (1.0 - z(700.0))) * (1.0 + 0.01 * (1.0 - z(1700.0) - z(600.0)));
    assert_near(found[1], wanted, 1.0);
}

#[test]
fn a_sliding_threshold() {
    let body = "post.probe as e {
    rule one_to_one; weight 1 nS; delay axon 1 ms
    learn learning.bcm
  }";
    // Post spikes at 15 and 25 ms, the pre spike at the synapse at 31 ms.
    let found = weights("0.1 ms", ["30", "14.9 24.9", "50"], body, "w of e at pre", "100 ms");
    let a = ((-16.0f64 / 50.0).exp() + (-6.0f64 / 50.0).exp()) / 0.5;
    let slow = ((-16.0f64 / 5000.0).exp() + (-6.0f64 / 5000.0).exp()) / 50.0;
    assert_near(found[0], 1.0 + 0.01 * a * (a - slow * slow), 1.0);
}

#[test]
fn a_clamped_voltage() {
    let body = "held.probe as e {
    rule one_to_one; weight 1 nS; delay axon 1 ms dendrite 0.1 ms
    learn learning.clopath
  }";
    // The pre spike is at the synapse in tick 110; the sample of tick 200 sees tick 199.
    let found = weights("0.1 ms", ["10", "14.9", "50"], body, "w of e every 20 ms", "20 ms");
    let q = (-0.1f64 / 15.0).exp();
    let traced = (1.0 - q.powi(89)) / (1.0 - q);
    let wanted = 1.0 - 1.4e-4 * 20.6 + 0.1 * 8e-5 * 15.3 * 30.6 * traced;
    assert_near(found[1], wanted, 1.0);
}

#[test]
fn the_programs_of_the_design_run() {
    let models = include_str!("../../crates/snn-syntax/tests/programs/plasticity.snn");
    let text = format!(
        "import \"std/neurons.snn\" as std
{models}
network n {{
  source vta[5]: poisson(3 Hz)
  source s[30]: poisson(20 Hz)
  population p[20]: std.lif_cond_exp
  connect s -> p.exc as drive {{ rule probability(0.5); weight 150 nS; delay 1 ms; via facilitating }}
  connect s -> p.exc as depressed {{ rule probability(0.5); weight 150 nS; delay 1 ms; via tsodyks2 }}
  connect p -> p.exc as ee {{
    rule probability(0.3); weight 2 nS; delay axon 0.5 ms dendrite 0.5 ms
    learn da_stdp(da = vta delay 1 ms); via tsodyks2
  }}
}}
experiment e of n {{ dt 0.1 ms; run 300 ms; record w of ee every 100 ms; record spikes of p }}
"
    );
    let project = snn::load("t.snn", text, &[], &mut |file| Err(file.into()));
    let collected = run(&compiled(&project, "e"), true);
    let last = collected.synapses.iter().filter(|r| r.tick == 3000);
    assert!(collected.spikes.len() > 20, "{} spikes", collected.spikes.len());
    assert!(last.clone().any(|r| r.value != 2.0), "weights change");
    assert!(last.clone().all(|r| (0.0..=10.0).contains(&r.value)), "within their bounds");
}

/// One column of a file of the case, header left out.
fn column(file: &str, column: usize) -> Vec<f64> {
    let text = std::fs::read_to_string(super::folder("rules").join(file)).unwrap();
    let value = |line: &str| line.split(',').nth(column).unwrap().parse().unwrap();
    text.lines().skip(1).map(value).collect()
}

/// The largest difference of two lists.
fn largest(found: &[f64], wanted: &[f64], difference: impl Fn(f64, f64) -> f64) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let pairs = found.iter().zip(wanted);
    pairs.map(|(a, b)| difference(*a, *b).abs()).fold(0.0, f64::max)
}

fn recorded(collected: &Collected, probe: u32) -> Vec<f64> {
    let own = collected.synapses.iter().filter(|r| r.probe == probe);
    own.map(|r| r.value).collect()
}

#[test]
fn pair_rules_and_dopamine_as_nest() {
    let collected = run(&compiled(&project("rules"), "pairs"), true);
    let rules = ["additive", "multiplicative", "power", "additive_nearest", "dopamine"];
    for (probe, name) in rules.into_iter().enumerate() {
        let wanted = column(&format!("{name}.csv"), 1);
        let worst = largest(&recorded(&collected, probe as u32), &wanted, |a, b| (a - b) / b);
        println!("{name}: {worst:e}");
        assert!(worst <= 1e-12, "{name}: {worst}");
    }
}

#[test]
fn the_voltage_based_rule_as_nest() {
    let collected = run(&compiled(&project("rules"), "clopath"), true);
    let difference = |a: f64, b: f64| (a - b) / b;
    let worst = largest(&recorded(&collected, 0), &column("clopath.csv", 1), difference);
    println!("clopath: {worst:e}");
    assert!(worst <= 1e-7, "{worst}");
    for probe in 0..3 {
        let found = collected.traces[probe].iter().map(|(_, values)| values[0]);
        let wanted = column("clopath_v.csv", 1 + probe);
        let found: Vec<f64> = found.skip(1).take(wanted.len()).collect();
        let worst = largest(&found, &wanted, |a, b| a - b);
        println!("clopath, trace {probe}: {worst:e} mV");
        assert!(worst <= 1e-4, "{worst}");
    }
}
