#!/usr/bin/env python3
"""Writes the programs and spike lists of c06 and c07 from the cases' parameter files.

  synapses.py CASES OUT     CASES holds c06_stdp/params*.json and c07_tsodyks/params.json
"""
import json, pathlib, sys

cases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def train(folder, name, times):
    (out / folder / name).write_text("index,t[ms]\n" + "".join(f"0,{t}\n" for t in times))


p = json.load(open(cases / "c07_tsodyks/params.json"))
n = p["neuron"]
train("c07", "train.csv", p["train"])
text = ("// Written by make/synapses.py.\nimport \"std/neurons.snn\" as std\nimport \"std/synapses.snn\" as syn\n"
        f"\nneuron cell {{\n  param tau: ms = {n['tau_m']} ms, C: pF = {n['C_m']} pF, E_L: mV = {n['E_L']} mV\n"
        f"  receptor exc: pA = exp({n['tau_syn_ex']} ms)\n  state v: mV = E_L\n  v' = (E_L - v) / tau + exc / C\n}}\n")
for s in p["sets"]:
    args = f"U = {s['U']}, x0 = {s['x0']}, tau_r = {s['tau_rec']} ms"
    if s["tau_fac"] > 0:
        via = f"syn.tsodyks2({args}, u0 = {s['u0']}, tau_f = {s['tau_fac']} ms)"
    else:
        via = f"syn.depressing({args})"
    text += (f"\nnetwork net_{s['id']} {{\n  source s[1]: spikes(file(\"train.csv\"))\n  population n[1]: cell\n"
             f"  connect s -> n.exc as e {{\n    rule one_to_one\n    weight {s['w']} pA\n    delay {p['delay']} ms\n    via {via}\n  }}\n}}\n"
             f"experiment {s['id']} of net_{s['id']} {{\n  dt {p['dt']} ms\n  run {p['T']} ms\n  record v of n\n  record sent of e\n}}\n")
(out / "c07/c07.snn").write_text(text.replace("import \"std/neurons.snn\" as std\n", ""))

c06 = cases / "c06_stdp"
p, b, t = (json.load(open(c06 / f"params{x}.json")) for x in ("", "_brian2", "_triplet"))
# A relay spikes one tick after its source.
relay = """
/// Spikes when its source does, a tick later.
neuron relay {
  receptor exc: mV = jump(v)
  receptor probe: nS = exp(1 ms)
  receptor plain = exp(1 ms)
  state v: mV = 0 mV
  state g: nS = 0 nS
  state h = 0
  v' = 0 mV / 1 ms
  g' = probe / 1 ms
  h' = plain / 1 ms
  spike when v >= 1 mV
  reset { v = 0 mV }
}
"""


def net(name, pre, post, body):
    return (f"\nnetwork net_{name} {{\n  source pre[{pre[1]}]: spikes(file(\"{pre[0]}\"))\n  source drive[{post[1]}]: spikes(file(\"{post[0]}\"))\n"
            f"  population post[{post[1]}]: relay\n  connect drive -> post.exc {{ rule one_to_one; weight 2 mV; delay 0.1 ms }}\n{body}}}\n"
            f"experiment {name} of net_{name} {{\n  dt {p['dt']} ms\n  run {p['T']} ms\n")


def many(name, rows):
    rows = sorted(rows, key=lambda r: r[1])
    (out / "c06" / name).write_text("index,t[ms]\n" + "".join(f"{i},{x}\n" for i, x in rows))


train("c06", "pre.csv", p["pre"])
train("c06", "post.csv", [round(x - 0.1, 10) for x in p["post"]])
deltas = range(-60, 61)
many("curve_pre.csv", [(i, x) for i, d in enumerate(deltas) for x in (100 - d, 400)])
many("curve_post.csv", [(i, 99.9) for i, d in enumerate(deltas)])
rule = (f"learning.stdp_power(w_max = {p['Wmax']} nS, lambda = {p['lam']}, alpha = {p['alpha']}, mu_p = {p['mu_plus']}, mu_m = {p['mu_minus']}, "
        f"tau_p = {p['tau_plus']} ms, tau_m = {p['tau_minus']} ms)")


def nest(delay, w0, learn):
    return (f"  connect pre -> post.probe as e {{\n    rule one_to_one\n    weight {w0} nS\n    delay dendrite {delay} ms\n    ties post, pre blind\n"
            f"    learn {learn}\n  }}\n")


text = "// Written by make/synapses.py.\nimport \"std/plasticity.snn\" as learning\n" + relay
for delay in (1, 3):
    text += net(f"curve_{delay}", ("curve_pre.csv", 121), ("curve_post.csv", 121), nest(delay, p["w0"], rule)) + "  record w of e at pre\n}\n"
text += net("stdp", ("pre.csv", 1), ("post.csv", 1), nest(p["delay"], p["w0"], rule)) + "  record w of e at pre\n}\n"
triplet = (f"learning.stdp_triplet(w_max = 100 nS, A2_p = {t['Aplus']} nS, A3_p = {t['Aplus_triplet']} nS, A2_m = {t['Aminus']} nS, "
           f"A3_m = {t['Aminus_triplet']} nS, tau_p = {t['tau_plus']} ms, tau_m = 20 ms, tau_x = {t['tau_plus_triplet']} ms, tau_y = 110 ms)")
text += net("triplet", ("pre.csv", 1), ("post.csv", 1), nest(p["delay"], 1, triplet)) + "  record w of e at pre\n}\n"
others = {"vogels": "learning.inhibitory_stdp(w_max = 100 nS, eta = 0.5 nS, alpha = 0.12, tau = 20 ms)",
          "nearest": "learning.stdp_power_nearest(w_max = 100 nS)"}
for name, learn in others.items():
    text += net(name, ("pre.csv", 1), ("post.csv", 1), nest(p["delay"], p["w0"], learn)) + "  record w of e at pre\n}\n"
text += f"""
/// The additive rule of Brian2's examples, in plain numbers.
plasticity additive {{
  weight w in 0 .. {b['wmax']}
  trace a_pre on pre = exp({b['taupre']} ms) add {b['Apre']}
  trace a_post on post = exp({b['taupost']} ms) add {b['Apost']}
  on pre {{ w += a_post }}
  on post {{ w += a_pre }}
}}
"""
text += net("brian", ("pre.csv", 1), ("post.csv", 1),
            f"  connect pre -> post.plain as e {{\n    rule one_to_one\n    weight {b['w0']}\n    delay axon 0 ms dendrite 0.1 ms back 0 ms\n    learn additive\n  }}\n")
text += "  record w of e at events\n}\n"
(out / "c06/c06.snn").write_text(text)
