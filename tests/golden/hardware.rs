//! Neurons and synapses in integers: c11 and learning rules (Lava), a second model against plain integer arithmetic, rounding by name.

use std::fmt::Write;

use super::{compiled, project, rows, run};

/// A generator of small integers.
struct Numbers(u64);

impl Numbers {
    fn between(&mut self, lo: i64, hi: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lo + ((self.0 >> 33) % (hi - lo + 1) as u64) as i64
    }
}

#[test]
fn c11_integer_for_integer() {
    let project = project("c11");
    let collected = run(&compiled(&project, "all"), true);
    let rows = rows("c11", "traces.csv");
    assert_eq!(rows.len(), 100);
    let mut compared = 0;
    for (set, rows) in &rows {
        let first = 3 * set.parse::<usize>().unwrap();
        for row in rows {
            let tick = row[0] as u64;
            for j in 0..3 {
                for (probe, column) in [(0, 1 + j), (1, 4 + j)] {
                    let (found, values) = &collected.traces[probe][tick as usize];
                    let value = values[first + j];
                    assert_eq!(
                        (*found, value),
                        (tick, row[column]),
                        "set {set}, neuron {j}, probe {probe}"
                    );
                }
                let object = 1 + (first + j) as u32;
                let spikes =
                    collected.spikes.iter().filter(|s| s.object == object && s.tick == tick);
                assert_eq!(
                    spikes.count(),
                    row[7 + j] as usize,
                    "set {set}, tick {tick}, neuron {j}"
                );
                compared += 3;
            }
        }
    }
    assert_eq!(compared, 100 * 48 * 3 * 3);
}

/// Parameters of a neuron of the crossbar chip, without random numbers.
struct Crossbar {
    s: [i64; 4],
    leak: i64,
    leak_reversal: i64,
    threshold: i64,
    reset_mode: i64,
    v_reset: i64,
    floor_mode: i64,
    negative: i64,
}

impl Crossbar {
    fn random(numbers: &mut Numbers) -> Self {
        Self {
            s: std::array::from_fn(|_| numbers.between(-256, 255)),
            leak: numbers.between(-60, 60),
            leak_reversal: numbers.between(0, 1),
            threshold: numbers.between(1, 900),
            reset_mode: numbers.between(0, 2),
            v_reset: numbers.between(-100, 100),
            floor_mode: numbers.between(0, 1),
            negative: numbers.between(0, 700),
        }
    }

    /// The published equations in 64-bit integers: potential after the tick, and whether it spiked.
    fn tick(&self, v: i64, arrived: [i64; 4]) -> (i64, bool) {
        let clamp = |v: i64| v.clamp(-524_288, 524_287);
        let sum: i64 = self.s.iter().zip(arrived).map(|(s, n)| s * n).sum();
        let v = clamp(v + sum);
        let turned = if self.leak_reversal == 1 { v.signum() } else { 1 };
        let v = clamp(v + turned * self.leak);
        if v >= self.threshold {
            let after = match self.reset_mode {
                0 => self.v_reset,
                1 => v - self.threshold,
                _ => v,
            };
            return (clamp(after), true);
        }
        if v >= -self.negative {
            return (v, false);
        }
        let lifted = match (self.floor_mode, self.reset_mode) {
            (1, _) => -self.negative,
            (_, 0) => -self.v_reset,
            (_, 1) => v + self.negative,
            _ => v,
        };
        (clamp(lifted), false)
    }
}

#[test]
fn a_crossbar_neuron_as_published() {
    const NEURONS: usize = 60;
    const TICKS: usize = 200;
    let mut numbers = Numbers(11);
    let models: Vec<Crossbar> = (0..NEURONS).map(|_| Crossbar::random(&mut numbers)).collect();
    let mut spikes = "index,t[ms]\n".to_owned();
    let mut trains = vec![[[false; 4]; TICKS + 1]; NEURONS];
    for tick in 1..TICKS {
        for (n, train) in trains.iter_mut().enumerate() {
            for (g, arrives) in train[tick].iter_mut().enumerate() {
                if numbers.between(0, 2) == 0 {
                    *arrives = true;
                    writeln!(spikes, "{},{tick}", 4 * n + g).unwrap();
                }
            }
        }
    }
    let mut text = format!(
        "import \"std/hardware.snn\" as hw\nnetwork net {{\n source x[{}]: spikes(file(\"x.csv\"))\n",
        4 * NEURONS
    );
    for (n, m) in models.iter().enumerate() {
        let [s0, s1, s2, s3] = m.s;
        let Crossbar {
            leak,
            leak_reversal,
            threshold,
            reset_mode,
            v_reset,
            floor_mode,
            negative,
            ..
        } = m;
        writeln!(
            text,
            "population n{n}[1]: hw.truenorth(s0 = {s0}, s1 = {s1}, s2 = {s2}, s3 = {s3}, leak = {leak}, \
             leak_reversal = {leak_reversal}, threshold = {threshold}, reset_mode = {reset_mode}, \
             v_reset = {v_reset}, floor_mode = {floor_mode}, negative = {negative})"
        )
        .unwrap();
        for g in 0..4 {
            let train = 4 * n + g;
            writeln!(
                text,
                "connect x[{train}] -> n{n}.g{g} {{ rule one_to_one; weight 1; delay 1 ms }}"
            )
            .unwrap();
        }
    }
    text += "}\nexperiment e of net { dt 1 ms; run 200 ms; ";
    (0..NEURONS).for_each(|n| write!(text, "record spikes of n{n}; record v of n{n}; ").unwrap());
    text += "}\n";
    let project = snn::load("crossbar.snn", text, &[], &mut |_| Ok(spikes.clone().into_bytes()));
    let collected = run(&compiled(&project, "e"), true);
    let mut fired = 0;
    for (n, m) in models.iter().enumerate() {
        let mut v = 0;
        for tick in 1..=TICKS {
            let (after, spiked) = m.tick(v, trains[n][tick - 1].map(i64::from));
            assert_eq!(collected.traces[n][tick].1[0], after as f64, "neuron {n}, tick {tick}");
            let object = 1 + n as u32;
            let found =
                collected.spikes.iter().any(|s| s.object == object && s.tick == tick as u64);
            assert_eq!(found, spiked, "neuron {n}, tick {tick}");
            (v, fired) = (after, fired + u32::from(spiked));
        }
    }
    assert!(fired > 1000, "{fired} spikes were compared");
}

#[test]
fn rounding_has_names() {
    let mut text = "neuron r {\n param x = 0\n".to_owned();
    let functions = ["floor", "ceil", "trunc", "round", "round_even"];
    for f in functions {
        writeln!(text, " state {f}_x: int(8) = {f}(clip(x, -100, 100))").unwrap();
    }
    text += " on tick { floor_x = floor_x }\n}\nnetwork net {\n";
    let wanted: [(f64, [f64; 5]); 6] = [
        (2.5, [2.0, 3.0, 2.0, 3.0, 2.0]),
        (3.5, [3.0, 4.0, 3.0, 4.0, 4.0]),
        (-2.5, [-3.0, -2.0, -2.0, -3.0, -2.0]),
        (-0.3, [-1.0, 0.0, 0.0, 0.0, 0.0]),
        (0.7, [0.0, 1.0, 0.0, 1.0, 1.0]),
        (7.0, [7.0; 5]),
    ];
    for (n, (x, _)) in wanted.iter().enumerate() {
        writeln!(text, " population n{n}[1]: r(x = {x:?})").unwrap();
    }
    text += "}\nexperiment e of net { dt 1 ms; run 2 ms\n";
    for n in 0..wanted.len() {
        functions.iter().for_each(|f| writeln!(text, "record {f}_x of n{n}").unwrap());
    }
    text += "}\n";
    let project = snn::load("round.snn", text, &[], &mut |f| Err(format!("no {f}")));
    let collected = run(&compiled(&project, "e"), true);
    for (n, (x, wanted)) in wanted.iter().enumerate() {
        for (f, wanted) in wanted.iter().enumerate() {
            let value = collected.traces[5 * n + f][0].1[0];
            assert_eq!(value, *wanted, "{}({x})", functions[f]);
        }
    }
}

#[test]
fn random_bits_and_random_rounding_have_their_probabilities() {
    let text = "neuron r {
      state up: int(20) = 0, low: int(20) = 0, x: int(20) = 0, k: int(5) = 0
      on tick {
        x = round_random(2.25)
        up = saturate(up + x - 2)
        k = bits(4)
        low = saturate(low + (if k < 4 then 1 else 0))
      }
    }
    network net { population n[100]: r }
    experiment e of net { dt 1 ms; run 1 s; seed 3; record up of n every 1 s; record low of n every 1 s
      record k of n; record x of n }";
    let project = snn::load("bits.snn", text.to_owned(), &[], &mut |f| Err(format!("no {f}")));
    let collected = run(&compiled(&project, "e"), true);
    // 100,000 draws each with probability 1/4: the standard deviation is 137.
    for probe in [0, 1] {
        let total: f64 = collected.traces[probe][1].1.iter().sum();
        assert!((total - 25_000.0).abs() < 4.0 * 137.0, "{total}");
    }
    let values = |probe: usize| collected.traces[probe][1..].iter().flat_map(|(_, v)| v);
    assert!(values(2).all(|k| (0.0..16.0).contains(k) && k.fract() == 0.0));
    assert!(values(3).all(|x| *x == 2.0 || *x == 3.0));
}

#[test]
fn sum_of_products_rules_integer_for_integer() {
    let collected = run(&compiled(&project("loihi"), "all"), true);
    let rows = rows("loihi", "weights.csv");
    assert_eq!(rows.len(), 60);
    for (set, rows) in &rows {
        let probe: u32 = set.parse().unwrap();
        let own = collected.synapses.iter().filter(|r| r.probe == probe);
        // The dendrite shows what happens at the synapse a tick later.
        let found: Vec<f64> = own.skip(2).map(|r| r.value).collect();
        let wanted: Vec<f64> = rows.iter().map(|row| row[1]).collect();
        assert_eq!(found, wanted, "set {set}");
    }
}

/// Mean and variance over synapses of what 100 spikes each have added.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

#[test]
fn stochastic_synapses_of_the_crossbar() {
    for (w, sign) in [(63, 1.0), (-200, -1.0), (0, 0.0)] {
        let text = format!(
            "import \"std/hardware.snn\" as hw
network n {{
  source s[1]: regular(500 Hz)
  population p[4000]: hw.truenorth(threshold = 200000, negative = 200000)
  connect s -> p.g0 {{ rule all_to_all; weight {w}; delay 1 ms; via hw.truenorth_random }}
}}
experiment e of n {{ dt 1 ms; run 201 ms; record v of p every 201 ms }}
"
        );
        let project = snn::load("t.snn", text, &[], &mut |file| Err(file.into()));
        let collected = run(&compiled(&project, "e"), true);
        let (_, v) = &collected.traces[0][1];
        let p = sign * sign * (f64::from(w).abs() + 1.0) / 256.0;
        let (mean, variance) = moments(v);
        let wanted = 100.0 * p * (1.0 - p);
        println!("weight {w}: {mean} and {variance} for {} and {wanted}", sign * 100.0 * p);
        assert!((mean - sign * 100.0 * p).abs() <= 4.0 * (wanted / 4000.0).sqrt());
        assert!((variance - wanted).abs() <= 4.0 * wanted * (2.0f64 / 4000.0).sqrt());
    }
}

#[test]
fn stochastic_rounding_keeps_the_mean() {
    // A trace of 100 decays by exp(-1/20) in each of 15 ticks; the weight gains 3/128 of it, 15 times.
    let text = "import \"std/hardware.snn\" as hw
neuron relay {
  receptor drive: int(4) = sum
  receptor syn: int(16) = sum
  state n: int(4) = 0
  on tick { n = drive + 0 * syn }
  spike when n > 0
  reset { n = 0 }
}
network n {
  source pre[1]: spikes(file(\"pre.csv\"))
  source drive[1]: spikes(file(\"post.csv\"))
  population p[4000]: relay
  connect drive -> p.drive { rule all_to_all; weight 1; delay 1 ms }
  connect pre -> p.syn as e {
    rule all_to_all
    weight 100
    delay axon 0 ms dendrite 1 ms back 0 ms
    learn hw.loihi_stdp(tau_x = 20, impulse_x = 100, plus = 3, plus_exp = -7)
  }
}
experiment e of n { dt 1 ms; run 16 ms; record w of e every 16 ms; record x1 of e every 16 ms }
";
    let read = |path: &str| {
        let ticks = if path == "pre.csv" { 1..2 } else { 1..15 };
        let rows: String = ticks.map(|t| format!("0,{t}\n")).collect();
        Ok(format!("index,t[ms]\n{rows}").into_bytes())
    };
    let project = snn::load("t.snn", text.into(), &[], &mut |path| read(path));
    let collected = run(&compiled(&project, "e"), true);
    let last = |probe: u32| -> Vec<f64> {
        let own = collected.synapses.iter().filter(|r| r.probe == probe && r.tick == 16);
        own.map(|r| r.value).collect()
    };
    let keep = (-1.0f64 / 20.0).exp();
    for (values, wanted) in [
        (last(1), 100.0 * keep.powi(14)),
        (last(0), 100.0 + (1..15).map(|n| 300.0 / 128.0 * keep.powi(n)).sum::<f64>()),
    ] {
        let (mean, variance) = moments(&values);
        println!("{mean} for {wanted}, variance {variance}");
        assert!(variance > 0.1 && values.iter().all(|x| x.fract() == 0.0));
        assert!((mean - wanted).abs() <= 4.0 * (variance / 4000.0).sqrt());
    }
}
