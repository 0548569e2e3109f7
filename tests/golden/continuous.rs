//! Continuous connections: what arrives when, error signals, trials.

use snn::emulator::{Control, LoadOptions};
use snn::map::{MapOptions, Mapper, map};
use snn::result::Collected;

use super::{compiled, from_text, run};

fn text(body: &str) -> snn::model::Project {
    snn::load("continuous.snn", body.to_owned(), &[], &mut |f| Err(format!("no {f}")))
}

/// Ramps v(t) = slope · t are read some ticks later: the input of tick k is Σ w · v(k - D), and nothing
/// comes from before the first tick.
#[test]
fn an_input_holds_what_was_some_ticks_ago() {
    let program = "
      neuron ramp { param slope = 1; state v = 3; let doubled = 2 * v; on tick { v = v + slope } }
      neuron sink { input L; state got = 0; on tick { got = L } }
      network net {
        population a[4]: ramp(slope = 1 + index)
        population b[2]: ramp(slope = 10)
        population s[3]: sink
        connect a.v -> s.L { rule all_to_all; weight 0.5 * (1 + post.index); delay 3 tick }
        connect b[1].doubled -> s[2].L { rule all_to_all; weight -1; delay 2 ms }
      }
      experiment e of net { dt 1 ms; run 20 ms; record got of s }";
    let collected = run(&compiled(&text(program), "e"), true);
    for (tick, values) in &collected.traces[0] {
        let v = |delay: u64, slope: f64| tick.checked_sub(delay).map(|k| 3.0 + slope * k as f64);
        let sum: f64 = (1..=4).filter_map(|slope| v(3, f64::from(slope))).sum();
        for (post, got) in values.iter().enumerate() {
            let mut wanted = 0.5 * (1 + post) as f64 * sum;
            if post == 2 {
                wanted -= 2.0 * v(2, 10.0).unwrap_or(0.0);
            }
            let wanted = if *tick == 0 { 0.0 } else { wanted };
            assert_eq!(*got, wanted, "tick {tick}, neuron {post}");
        }
    }
}

/// Two readouts send their errors back to the neurons that drive them, each by weights of its own: the
/// readouts come to their targets, and without the connection they do not.
#[test]
fn errors_of_readouts_steer_the_neurons_behind_them() {
    let program = |weight: &str| {
        format!(
            "neuron driven {{
               input L: pA
               state v: mV = 0 mV, drive: pA = 300 pA
               v' = (-v + 0.1 GOhm * drive) / 10 ms
               drive' = L / 20 ms
               spike when v >= 15 mV
               reset {{ v = 0 mV }}
             }}
             neuron readout {{
               param target: mV = 4 mV
               receptor psp: mV = jump(y)
               state y: mV = 0 mV
               let err = y - target
               y' = -y / 30 ms
             }}
             network net {{
               population out[2]: readout(target = 3 mV + 3 mV * index)
               for i in 0..2 {{
                 population rec[i][10]: driven(v = 1.4 mV * index)
                 connect rec[i] -> out[i].psp {{ rule all_to_all; weight 0.3 mV; delay 1 ms }}
                 connect out[i].err -> rec[i].L {{ rule all_to_all; weight {weight}; delay 1 tick }}
               }}
             }}
             experiment e of net {{ dt 0.1 ms; run 2 s; record y of out every 1 ms }}"
        )
    };
    let late = |weight: &str| -> [f64; 2] {
        let collected = run(&compiled(&text(&program(weight)), "e"), false);
        let end = &collected.traces[0][1000..];
        [0, 1].map(|i| end.iter().map(|(_, y)| y[i]).sum::<f64>() / end.len() as f64)
    };
    let [a, b] = late("-2 nS");
    assert!((a - 3.0).abs() < 0.1 && (b - 6.0).abs() < 0.1, "{a} mV and {b} mV");
    let [a, b] = late("0 nS");
    assert!((a - b).abs() < 0.1, "{a} mV and {b} mV without errors");
}

/// Where neurons begin anew, nothing of before arrives.
#[test]
fn trials_begin_without_what_was_on_its_way() {
    let program = "
      neuron ramp { state v = 1; on tick { v = v + 1 } }
      neuron sink { input L; state got = 0; on tick { got = L } }
      network net {
        population a[2]: ramp
        population s[2]: sink
        connect a.v -> s.L { rule one_to_one; weight 1; delay 4 tick }
      }
      experiment e of net { dt 1 ms; trials 3 each 10 ms; record got of s }";
    let collected = run(&compiled(&text(program), "e"), true);
    for (tick, values) in collected.traces[0].iter().filter(|(tick, _)| *tick > 0) {
        let within = (tick - 1) % 10 + 1;
        let wanted = if within < 4 { 0.0 } else { (within - 3) as f64 };
        assert_eq!(values, &vec![wanted; 2], "tick {tick}");
    }
}

/// Values need synapses, axons and packets of a chip as spikes do: two states of four neurons, read on
/// another core by two neurons each.
#[test]
fn values_use_the_chip() {
    let program = |synapses: u32| {
        format!(
            "neuron pair {{ state v = 1, w = 2; on tick {{ v = v + w }} }}
             neuron sink {{ input L; state got = 0; on tick {{ got = L }} }}
             chip two {{ mesh 2 by 1; core {{ neurons 4; synapses {synapses}; axons_in 8; axons_out 8 }} }}
             network net {{
               population a[4]: pair
               population s[2]: sink
               connect a.v -> s.L {{ rule all_to_all; weight 1; delay 1 tick }}
               connect a.w -> s.L {{ rule all_to_all; weight 1; delay 2 tick }}
               connect a.v -> s.L {{ rule all_to_all; weight 1; delay 3 tick }}
             }}
             experiment e of net on two {{ dt 1 ms; run 20 ms; record got of s }}"
        )
    };
    let options = MapOptions { mapper: Mapper::Sequential };
    let compiled = from_text(&program(24));
    let mapped = map(&compiled.network, &compiled.chip, &options).unwrap();
    // Neurons, axons in, axons out, synapses; the state v is one axon on its two connections.
    let used: Vec<&[u64]> = mapped.usage.cores.iter().map(|c| &c.used[..4]).collect();
    assert_eq!(used, [&[4, 0, 8, 0][..], &[2, 8, 0, 24][..]]);
    assert_eq!(mapped.usage.totals.unwrap().packets, 8);
    let load = LoadOptions { threads: 2, ..LoadOptions::default() };
    let mut session = snn::Session::new(&compiled, &mapped.mapping, &load, None).unwrap();
    session.run(20, &mut Collected::default(), &mut |_| Control::Continue).unwrap();
    let packets: Vec<u64> = session.result().cores.iter().map(|c| c.packets_out).collect();
    assert_eq!(packets, [20 * 8, 0]);
    let crowded = from_text(&program(23));
    let failure = map(&crowded.network, &crowded.chip, &options).unwrap_err();
    assert!(failure.diagnostics[0].message.contains("needs 24 synapses"), "{failure:?}");
}
