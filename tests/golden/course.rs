//! Phases, pauses and trials in closed form, on both interpreters.

use super::{from_text, run};

const NEURON: &str = "neuron n {
  param tau: ms = 10 ms, goal = 0
  input I: 1/ms
  receptor r = jump(v)
  state v = 1
  v' = (goal - v) / tau + I
  spike when v >= 2
  reset { v = 0 }
}
";

/// Values of v at every tick.
fn v(text: &str) -> Vec<f64> {
    let compiled = from_text(&format!("{NEURON}{text}"));
    run(&compiled, true).traces[0].iter().map(|(_, values)| values[0]).collect()
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-14, "{found} and {wanted}");
}

#[test]
fn parameters_change_between_two_ticks() {
    let v = v("network net { param tau: ms = 10 ms, goal = 0; population A[1]: n(tau = tau, goal = goal) }
        experiment e of net {
          dt 0.1 ms
          warmup 5 ms
          set tau = 20 ms
          run 10 ms
          set goal = 1.5; set tau = 5 ms
          run 10 ms
          record v of A
        }");
    let first = (-0.5_f64).exp();
    let second = first * (-0.5_f64).exp();
    near(v[50], first);
    near(v[100], first * (-0.25_f64).exp());
    near(v[150], second);
    near(v[151], 1.5 + (second - 1.5) * (-0.02_f64).exp());
    near(v[250], 1.5 + (second - 1.5) * (-2.0_f64).exp());
}

#[test]
fn a_spike_on_its_way_arrives_with_the_new_weight() {
    let v = v("network net {
          param w = 0.25
          population A[1]: n
          source s[1]: regular(100 Hz, start 9 ms)
          connect s -> A.r { rule all_to_all; weight w; delay 2 ms }
        }
        experiment e of net {
          dt 1 ms
          run 10 ms
          set w = 0.5
          run 10 ms
          record v of A
        }");
    near(v[10], (-1.0_f64).exp());
    // Sent at 9 ms, at its target at 11 ms.
    near(v[11], (-1.1_f64).exp() + 0.5);
}

#[test]
fn a_pause_is_silent_and_states_go_on() {
    let v = v("network net {
          population A[1]: n
          source s[1]: regular(1 kHz, start 1 ms)
          connect s -> A.r { rule all_to_all; weight 0.01; delay 1 ms }
        }
        experiment e of net {
          dt 1 ms
          run 3 ms
          pause 4 ms
          run 3 ms
          inject dc(0.02 [1/ms]) -> A.I
          record v of A
        }");
    let decay = (-0.1_f64).exp();
    let step =
        |v: f64, current: f64, jump: f64| current * 10.0 + (v - current * 10.0) * decay + jump;
    let mut wanted = 1.0;
    for (tick, found) in v.iter().enumerate().skip(1) {
        let paused = (4..=7).contains(&tick);
        // Spikes are stamped 1, 2, 3 and 8, 9, 10 and arrive one tick later.
        let jump = [2, 3, 4, 9, 10].contains(&tick);
        wanted = step(wanted, if paused { 0.0 } else { 0.02 }, if jump { 0.01 } else { 0.0 });
        near(*found, wanted);
    }
}

#[test]
fn trials_begin_anew_and_forget_what_is_on_its_way() {
    let text = |between: &str| {
        format!(
            "network net {{
          population A[1]: n
          source s[1]: regular(100 Hz, start 9 ms)
          connect s -> A.r {{ rule all_to_all; weight 0.5; delay 3 ms }}
        }}
        experiment e of net {{
          dt 1 ms
          trials 2 each 10 ms{between}
          record v of A
        }}"
        )
    };
    let anew = v(&text(""));
    near(anew[10], (-1.0_f64).exp());
    for t in 1..=10 {
        near(anew[10 + t], (-0.1 * t as f64).exp());
    }
    let kept = v(&text(" keep state"));
    near(kept[12], (-1.2_f64).exp() + 0.5);
}
