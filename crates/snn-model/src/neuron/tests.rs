//! Neuron models: each fault once, at the guilty word, and its near miss without fault.

use crate::model::{Dynamics, Edge, ExprKind, RefractoryMode, Shape};
use crate::testing::{check, clean, faults, in_neuron, one};

/// A sound neuron with one line more.
fn lif(extra: &str) -> String {
    in_neuron(&format!(
        "param R: MOhm = 10 MOhm, tau: ms = 10 ms
         param E_L: mV = -65 mV, V_th: mV = -50 mV
         input I: nA
         receptor psp: mV = jump(v)
         state v: mV = E_L
         v' = (E_L - v + R * I) / tau
         spike when v >= V_th
         reset {{ v = E_L }}
         refractory 2 ms hold v
         {extra}"
    ))
}

#[test]
fn a_sound_neuron_becomes_a_model() {
    let (neurons, faults) = check(&lif(""));
    assert!(faults.is_empty(), "{faults:#?}");
    let neuron = neurons[0].as_ref().unwrap();
    assert_eq!(neuron.name, "n");
    let names: Vec<&str> = neuron.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["R", "tau", "E_L", "V_th"]);
    assert!(
        matches!(neuron.parameters[0].default.as_ref().unwrap().kind, ExprKind::Number(v) if v == 0.01)
    );
    assert!(matches!(neuron.receptors[0].shape, Shape::Jump(0)));
    assert!(matches!(&neuron.dynamics, Dynamics::Equations(e) if e.len() == 1 && e[0].0 == 0));
    assert_eq!(neuron.spike.as_ref().unwrap().edge, Edge::Level);
    assert_eq!(neuron.refractory.as_ref().unwrap().mode, RefractoryMode::Hold(vec![0]));
}

#[test]
fn the_library_is_sound() {
    let (neurons, faults) = check("import \"std/neurons.snn\" as std\n");
    assert!(neurons.is_empty() && faults.is_empty(), "{faults:#?}");
    let (neurons, faults) = check(crate::project::NEURONS);
    assert!(faults.is_empty(), "{faults:#?}");
    let names: Vec<&str> = neurons.iter().map(|n| n.as_ref().unwrap().name.as_str()).collect();
    for name in [
        "lif_delta",
        "lif_exp",
        "lif_alpha",
        "lif_cond_exp",
        "lif_cond_alpha",
        "alif",
        "izhikevich",
        "izhikevich_published",
        "adex",
        "adex_psc",
        "eif",
        "qif",
        "hodgkin_huxley",
        "morris_lecar",
        "lif_receptors",
        "mat2",
        "glif1",
        "glif2",
        "glif3",
        "gif",
        "poisson_neuron",
        "lif_escape",
        "lif_random_threshold",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    for neuron in neurons.iter().flatten() {
        assert!(neuron.doc.as_ref().is_some_and(|doc| doc.len() > 100), "{}", neuron.name);
    }
}

#[test]
fn current_on_a_voltage_names_the_resistance() {
    let text = in_neuron(
        "param R: MOhm = 10 MOhm, tau: ms = 10 ms, E_L: mV = -65 mV
         check R > 0 MOhm
         input I: nA
         state v: mV = E_L
         v' = (E_L - v + I) / tau",
    );
    let fault = one(&text, "E0203", "I");
    assert_eq!(fault.message, "cannot add a current to a voltage");
    assert_eq!(fault.help, "`R` is in scope, `R * I` is a voltage");
    assert_eq!(fault.fix.as_deref(), Some("R * I"));
}

#[test]
fn current_on_a_voltage_names_the_conductance() {
    let text = in_neuron(
        "param g_L: nS = 10 nS, tau: ms = 10 ms, E_L: mV = -65 mV
         input I: nA
         state v: mV = E_L
         v' = (I + E_L - v) / tau",
    );
    let found = faults(&text);
    assert_eq!(found[0].help, "`g_L` is in scope, `I / g_L` is a voltage", "{found:#?}");
    assert_eq!(found[0].at, "I");
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn threshold_in_the_wrong_unit() {
    let text = lif("").replace("v >= V_th", "v >= 3 ms").replace(", V_th: mV = -50 mV", "");
    let fault = one(&text, "E0203", "3 ms");
    assert_eq!(fault.message, "`3 ms` is a time, `v` is a voltage (mV)");
    assert_eq!(fault.fix.as_deref(), Some("3 mV"));
    let text = lif("").replace("v >= V_th", "v >= 3").replace(", V_th: mV = -50 mV", "");
    let fault = one(&text, "E0204", "3");
    assert_eq!(fault.message, "`3` is a plain number, `v` is a voltage (mV)");
    assert_eq!(fault.fix.as_deref(), Some("3 mV"));
    clean(&lif("").replace("v >= V_th", "v >= V_th + 3 mV"));
}

#[test]
fn exponential_of_a_voltage_lists_divisors() {
    let text = in_neuron(
        "param D_T: mV = 2 mV, tau: ms = 10 ms
         state v: mV = 0 mV
         v' = D_T * exp(v) / tau",
    );
    let fault = one(&text, "E0205", "v");
    assert!(
        fault.help.contains("`exp(v / D_T)`") && fault.help.contains("in scope: `D_T`"),
        "{fault:#?}"
    );
    clean(&text.replace("exp(v)", "exp(v / D_T)"));
}

#[test]
fn derivative_without_a_time_constant() {
    let text = lif("").replace("(E_L - v + R * I) / tau", "E_L - v + R * I + 0 * V_th");
    let text = text.replace(", V_th: mV = -50 mV", ", V_th: mV = -50 mV, t2: ms = tau");
    let text = text.replace("2 ms hold", "t2 hold");
    let fault = one(&text, "E0203", "E_L - v + R * I + 0 * V_th");
    assert!(fault.message.starts_with("`v'` is "), "{fault:#?}");
    assert!(fault.message.contains("mV/ms"), "{fault:#?}");
    assert!(fault.help.contains("divide") && fault.help.contains("`tau`"), "{fault:#?}");
}

#[test]
fn plain_numbers_are_never_wildcards() {
    let fault = one(&lif("").replace("-65 mV", "-65"), "E0204", "-65");
    assert_eq!(fault.fix.as_deref(), Some("-65 mV"));
    let fault = one(&lif("").replace("v = E_L }", "v = 0 }"), "E0204", "0");
    assert!(fault.message.contains("`v` is a voltage"), "{fault:#?}");
}

#[test]
fn checks_show_both_sides_and_the_factor() {
    let text = in_neuron(
        "param R: MOhm = 10 MOhm, C: pF = 100 pF
         param tau: ms = R * C
         check tau ~= 1000 ms
         state v: mV
         v' = -v / tau",
    );
    let fault = one(&text, "E0309", "check tau ~= 1000 ms");
    assert_eq!(fault.message, "`tau` is 1 ms, 1000 ms expected: 1000 times too small");
    clean(&text.replace("1000 ms", "1 ms"));
    clean(&text.replace("1000 ms", "1.005 ms within 1 %"));
    let text = text.replace("tau ~= 1000 ms", "tau > 5 ms");
    let fault = one(&text, "E0309", "check tau > 5 ms");
    assert!(fault.message.contains("`tau` is 1 ms"), "{fault:#?}");
}

#[test]
fn time_constants_are_positive() {
    let fault = one(&lif("").replace("tau: ms = 10 ms", "tau: ms = -1 ms"), "E0310", "tau");
    assert_eq!(fault.message, "the time constant `tau` is -1 ms: it must be positive");
    one(&lif("").replace("refractory 2 ms", "refractory -2 ms"), "E0310", "-2 ms");
    clean(&lif("").replace("refractory 2 ms", "refractory 0 ms"));
    let text = "receptor ampa: nA = exp(0 ms)";
    let text = lif(text).replace("R * I", "R * (I + ampa)");
    one(&text, "E0310", "0 ms");
    clean(&text.replace("0 ms)", "1 ms)"));
}

#[test]
fn names_are_declared_once() {
    one(&lif("param tau: ms = 3 ms"), "E0212", "tau");
    one(&lif("state R: mV = 3 mV"), "E0212", "R");
}

#[test]
fn unknown_names_get_the_nearest() {
    let fault = one(
        &lif("")
            .replace("v >= V_th", "v >= V_ht")
            .replace(", V_th: mV = -50 mV", ", V_th: mV = E_L")
            .replace("v = E_L }", "v = V_th }"),
        "E0201",
        "V_ht",
    );
    assert_eq!(fault.fix.as_deref(), Some("V_th"));
    let fault = one(&lif("").replace("E_L: mV", "E_L: mVV"), "E0202", "mVV");
    assert_eq!(fault.fix.as_deref(), Some("mV"));
    let fault = one(&lif("w' = w / tau"), "E0301", "w");
    assert!(fault.message.contains("no state `w`"), "{fault:#?}");
}

#[test]
fn states_are_what_moves() {
    one(&lif("tau' = 1"), "E0301", "tau");
    one(&lif("").replace("reset { v = E_L }", "reset { E_L = v }"), "E0301", "E_L");
    one(&lif("").replace("jump(v)", "jump(u)"), "E0301", "u");
    one(&lif("").replace("hold v", "hold R"), "E0301", "R");
    one(&lif("v' = v / tau"), "E0302", "v");
    one(&lif("spike when v >= E_L"), "E0302", "spike when v >= E_L");
    one(&lif("reset { v = E_L }"), "E0302", "reset");
}

#[test]
fn spike_and_reset_need_each_other() {
    let text = lif("").replace("spike when v >= V_th\n", "").replace(", V_th: mV = -50 mV", "");
    one(&text, "E0306", "reset");
    let text = lif("").replace("reset { v = E_L }\n", "");
    let fault = one(&text, "W0302", "spike when v >= V_th");
    assert!(fault.message.contains("after every refractory time"), "{fault:#?}");
    clean(&text.replace("spike when", "spike when rising"));
}

#[test]
fn unused_declarations_are_warnings() {
    one(&lif("param x: mV = 1 mV"), "W0301", "x");
    one(&lif("let y = 2 * v"), "W0301", "y");
    one(&lif("input J: nA"), "W0301", "J");
    one(&lif("receptor ampa: nA = exp(1 ms)"), "W0301", "ampa");
    one(&lif("").replace("reset { v = E_L }", "reset { let x = 2 * v; v = E_L }"), "W0301", "x");
    let (neurons, faults) = check(&lif("param x: mV = 1 mV"));
    assert!(neurons[0].is_some() && faults.len() == 1);
}

#[test]
fn definitions_in_any_order_without_circles() {
    clean(&lif("let a = 2 * b\nlet b = v\nlet c = a + b").replace("E_L - v", "E_L - c"));
    let text = lif("param a: mV = b, b: mV = a").replace("E_L - v", "a + E_L - v");
    let fault = one(&text, "E0213", "a");
    assert!(fault.message.contains("`a` needs `b` needs `a`"), "{fault:#?}");
    let text = lif("let a = b\nlet b = a").replace("E_L - v", "a + E_L - v");
    one(&text, "E0213", "a");
    let text = lif("let a = a").replace("E_L - v", "a + E_L - v");
    let fault = one(&text, "E0213", "a");
    assert_eq!(fault.message, "`a` needs itself");
}

#[test]
fn places_have_their_names() {
    one(&lif("param x: mV = v").replace("E_L - v", "x - v"), "E0307", "v");
    one(&lif("").replace("refractory 2 ms", "refractory v / (1 [mV/ms])"), "E0307", "v");
    one(&lif("").replace("R * I", "R * I + psp"), "E0307", "psp");
    one(&lif("").replace("/ tau", "/ (tau + dt)"), "E0307", "dt");
    one(&lif("").replace("R * I", "R * I + normal(0 mV, 1 mV)"), "E0211", "normal(0 mV, 1 mV)");
    clean(&lif("").replace("= E_L\n", "= normal(E_L, 1 mV)\n"));
    clean(&lif("").replace("v = E_L }", "v = E_L + 1 mV * normal() }"));
}

#[test]
fn on_tick_stands_alone() {
    let block = "param V_th: mV = 1 mV\n input I: mV\n receptor r: mV = sum\n state v: mV = 0 mV
        on tick { let h = dt / 1 ms; v = v * (1 - h) + r + I }
        spike when v >= V_th\n reset { v = 0 mV }\n refractory 2 ms mute";
    clean(&in_neuron(block));
    one(&in_neuron(&format!("{block}\nv' = -v / 1 ms")), "E0303", "v");
    one(&in_neuron(&format!("{block}\nsolve euler")), "E0303", "euler");
    one(&in_neuron(&block.replace("mute", "hold v")), "E0303", "v");
    one(&in_neuron(&block.replace("= sum", "= exp(1 ms)")), "E0304", "r");
    one(&lif("receptor r: nA = sum").replace("R * I", "R * (I + r)"), "E0304", "r");
}

#[test]
fn shapes_and_methods() {
    let with =
        |shape: &str| lif(&format!("receptor r: nA = {shape}")).replace("R * I", "R * (I + r)");
    clean(&with("biexp(1 ms, 3 ms)"));
    one(&with("biexp(1 ms)"), "E0304", "biexp(1 ms)");
    let fault = one(&with("alpa(1 ms)"), "E0304", "alpa(1 ms)");
    assert!(fault.help.contains("`alpha`"), "{fault:#?}");
    one(&with("exp(1 mV)"), "E0203", "1 mV");
    let fault = one(&lif("solve rk5"), "E0308", "rk5");
    assert_eq!(fault.fix.as_deref(), Some("rk4"));
    one(&lif("solve rk4 substeps 2.5"), "E0308", "2.5");
    clean(&lif("solve rk4 substeps 2"));
    one(&lif("").replace("psp: mV", "psp: nA"), "E0203", "nA");
}

#[test]
fn three_faults_are_three_messages() {
    let text = lif("")
        .replace("v >= V_th", "v >= 3 ms")
        .replace("-65 mV, V_th: mV = -50 mV", "-65 mV")
        .replace("2 ms hold v", "2 mV hold v")
        .replace("v = E_L }", "v = E_K }");
    let codes: Vec<&str> = faults(&text).iter().map(|f| f.code).collect();
    assert_eq!(codes.len(), 3, "{:#?}", faults(&text));
}

#[test]
fn functions_are_shared_and_local_to_the_neuron() {
    let text = format!(
        "fn unused(x) = x\nfn half(x: mV): mV = x / 2\nfn quarter(x: mV): mV = half(half(x))\n{}",
        lif("").replace("E_L - v", "quarter(E_L - v)")
    );
    let (neurons, faults) = check(&text);
    assert!(faults.is_empty(), "{faults:#?}");
    let functions = &neurons[0].as_ref().unwrap().functions;
    let names: Vec<&str> = functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["half", "quarter"]);
    assert!(functions[1].body.any(&|e| matches!(e.kind, ExprKind::Apply(0, _))));
}

#[test]
fn syntax_faults_have_no_followers() {
    let text = lif("").replace("param R: MOhm = 10 MOhm, tau", "parm R: MOhm = 10 MOhm, tau");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn random_bits_stand_in_blocks() {
    one(&lif("").replace("R * I", "R * I + bits(2) * 1 mV"), "E0211", "bits(2)");
    clean(&lif("").replace("v = E_L }", "v = E_L - bits(2) * 1 mV }"));
    one(&lif("").replace("v = E_L }", "v = E_L - bits(40) * 1 mV }"), "E0210", "40");
}

#[test]
fn noise_stands_in_equations() {
    let noisy = |text: &str| lif(text).replace("R * I", "R * I + sigma * sqrt(2 * tau) * white()");
    let sigma = "param sigma: mV = 2 mV";
    clean(&noisy(sigma));
    clean(&noisy(&format!("{sigma}\nsolve euler substeps 3")));
    one(&noisy(&format!("{sigma}\nsolve rk4")), "E0320", "rk4");
    one(&noisy(&format!("{sigma}\nsolve exponential_euler")), "E0320", "exponential_euler");
    one(&noisy(sigma).replace("white()", "white(3)"), "E0320", "3");
    let stronger = "sigma * sqrt(2 * tau) * white() * 1 mV";
    one(&noisy(sigma).replace("white()", "white() * 1 mV"), "E0203", stronger);
    let common = "param tau_w: ms = 5 ms\nlet xi = white()\nstate w: mV\nw' = -w / tau_w + xi * 1 [mV/ms^(1/2)]";
    clean(&lif(common));
    one(&lif(common).replace("v >= V_th", "v + xi * 1 [mV*ms^(1/2)] >= V_th"), "E0320", "xi");
    one(&lif("").replace("v = E_L }", "v = E_L * white() * 1 [ms^(1/2)] }"), "E0320", "white()");
    one("const c = white()\n", "E0211", "white()");
}

#[test]
fn spikes_by_chance_have_a_rate() {
    let chance =
        |rate: &str| lif("").replace("spike when v >= V_th", &format!("spike rate {rate}"));
    clean(&chance("5 Hz * exp((v - V_th) / 2 mV)"));
    clean(&chance("exp((v - V_th) / 2 mV) / tau").replace("reset { v = E_L }", ""));
    one(&chance("(v - V_th) / 2 mV"), "E0203", "(v - V_th) / 2 mV");
    one(&chance("v >= V_th"), "E0208", "v >= V_th");
    let (neurons, _) = check(&chance("3 Hz + 0 * V_th / 1 mV / tau"));
    assert_eq!(neurons[0].as_ref().unwrap().spike.as_ref().unwrap().edge, Edge::Rate);
}

#[test]
fn declarations_say_what_they_are() {
    one(&lif("").replace("input I: nA", "input I: nA = 3 nA"), "E0305", "3 nA");
    one(&lif("receptor r: nA").replace("R * I", "R * (I + r)"), "E0304", "r");
    one(&lif("").replace("R * I", "R * (I + n)"), "E0201", "n");
    clean(&format!("const half = 0.5\n{}", lif("").replace("R * I", "half * R * I")));
    // A network is no value, a constant no function.
    let network = "network w { population n[1]: n }\n";
    one(&format!("{network}{}", lif("").replace("R * I", "R * I * w")), "E0201", "w");
    one(&format!("const f = 1\n{}", lif("").replace("R * I", "R * f(I)")), "E0218", "f");
}

#[test]
fn unknown_names_count_once_per_neuron() {
    let text = lif("w' = w / tau\nlet x = w + v").replace("E_L - v", "x - w - v");
    one(&text, "E0301", "w");
    let text = lif("").replace("E_L - v", "q - v").replace("v = E_L }", "v = q }");
    one(&text, "E0201", "q");
}

#[test]
fn blocks_run_top_to_bottom() {
    let block = |text: &str| lif("state w: mV").replace("{ v = E_L }", &format!("{{ {text} }}"));
    clean(&block("let x = 2 * v; w = x; w += x; w *= 2; v = E_L"));
    one(&block("w = x; let x = 2 * v; v = x"), "E0201", "x");
    one(&block("w *= 2 mV; v = E_L"), "E0205", "2 mV");
    one(&block("w += 2; v = E_L"), "E0204", "2");
    one(&block("let x = v; x = 3 mV; v = x"), "E0301", "x");
    one(&block("let R = v; v = R"), "E0212", "R");
    clean(&lif("state w: mV").replace("{ v = E_L }", "{ v = E_L } else { w = v }"));
}
