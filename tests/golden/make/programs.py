#!/usr/bin/env python3
"""Writes the programs of c01, c02 and c04 and the data of c02 from the cases' parameter files.

  programs.py CASES OUT     CASES holds c01_lif_dc/params.json, c02_lif_exp_syn/params.json, c04_izhikevich/params_nest.json
"""
import json, pathlib, sys

cases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
STD = {"iaf_psc_delta": "lif_delta", "iaf_psc_exp": "lif_exp", "iaf_psc_alpha": "lif_alpha"}


def lif(s):
    return (f"std.{STD[s['model']]}(tau = {s['tau_m']} ms, C = {s['C_m']} pF, E_L = {s['E_L']} mV, V_th = {s['V_th']} mV, "
            f"V_r = {s['V_reset']} mV, t_ref = {s['t_ref']} ms, I_e = {s['I_e']} pA")


text = "// Written by make/programs.py.\nimport \"std/neurons.snn\" as std\n"
for s in json.load(open(cases / "c01_lif_dc/params.json")):
    text += (f"\nnetwork net_{s['id']} {{\n  population n[1]: {lif(s)}, v = {s['V_init']} mV)\n}}\n"
             f"experiment {s['id']} of net_{s['id']} {{\n  dt {s['dt']} ms\n  run {s['T']} ms\n  record spikes of n\n  record v of n\n}}\n")
(out / "c01/c01.snn").write_text(text)

text = "// Written by make/programs.py.\nimport \"std/neurons.snn\" as std\n"
for s in json.load(open(cases / "c02_lif_exp_syn/params.json")):
    i, unit = s["id"], "mV" if s["model"] == "iaf_psc_delta" else "pA"
    spikes, rows = [], {"exc": [], "inh": []}
    for k, syn in enumerate(s["synapses"]):
        spikes += [(step, k) for step in syn["steps"]]
        port = "exc" if syn["weight"] > 0 else "inh"
        rows[port].append(f"{k},0,{syn['weight']},{round(syn['delay_steps'] * s['dt'], 10)}")
    (out / f"c02/{i}_spikes.csv").write_text("index,t[ms]\n" + "".join(f"{k},{round(t * s['dt'], 10)}\n" for t, k in sorted(spikes)))
    head = f"source,target,weight[{unit}],delay[ms]\n"
    delta = s["model"] == "iaf_psc_delta"
    taus = "" if delta else f", tau_exc = {s['tau_syn_ex']} ms, tau_inh = {s['tau_syn_in']} ms"
    connects = ""
    for port in ("exc", "inh"):
        (out / f"c02/{i}_{port}.csv").write_text(head + "\n".join(rows[port]) + "\n")
        to = "psp" if delta else port
        connects += f"  connect s -> n.{to} as {port} {{ rule list(file(\"{i}_{port}.csv\")) }}\n"
    records = "" if delta else "  record exc of n\n  record inh of n\n"
    text += (f"\nnetwork net_{i} {{\n  source s[12]: spikes(file(\"{i}_spikes.csv\"))\n  population n[1]: {lif(s)}{taus})\n{connects}}}\n"
             f"experiment {i} of net_{i} {{\n  dt {s['dt']} ms\n  run {s['T']} ms\n  record spikes of n\n  record v of n\n{records}}}\n")
(out / "c02/c02.snn").write_text(text)

text = "// Written by make/programs.py.\nimport \"std/neurons.snn\" as std\n"
for s in json.load(open(cases / "c04_izhikevich/params_nest.json")):
    model = "izhikevich" if s["consistent"] else "izhikevich_published"
    name = s["type"] + ("_consistent" if s["consistent"] else "_published")
    dt = s["dt"]
    text += (f"\nnetwork net_{name} {{\n  population n[1]: std.{model}(a = {s['a']} [1/ms], b = {s['b']} [1/ms], c = {s['c']} mV, "
             f"d = {s['d']} [mV/ms], v = {s['v0']} mV, u = {s['u0']} [mV/ms])\n}}\n")
    runs = [(name, s["t_on"] + dt, s["t_off"] + dt)]
    if s["consistent"]:
        runs.append((s["type"] + "_brian2", s["t_on"], s["t_off"]))
    for run, on, off in runs:
        text += (f"experiment {run} of net_{name} {{\n  dt {dt} ms\n  run {s['T']} ms\n"
                 f"  inject step({s['I']} [mV/ms], from {on} ms, to {off} ms) -> n.I\n  record spikes of n\n  record v of n\n  record u of n\n}}\n")
(out / "c04/c04.snn").write_text(text)
