#!/usr/bin/env python3
"""Potentials of NEST's three-compartment neuron, iaf_cond_alpha_mc, below threshold: synapses on all compartments.

  dendrite.py OUT     made with NEST 3.10.0
"""
import pathlib, sys
import nest

out = pathlib.Path(sys.argv[1]) / "dendrite"
nest.ResetKernel()
nest.resolution = 0.1
n = nest.Create("iaf_cond_alpha_mc", params={
    "V_th": 1000.0, "g_sp": 2.5, "g_pd": 1.0, "t_ref": 2.0,
    "soma": {"C_m": 150.0, "g_L": 10.0, "E_L": -70.0, "E_ex": 0.0, "E_in": -85.0, "tau_syn_ex": 0.5, "tau_syn_in": 2.0},
    "proximal": {"C_m": 75.0, "g_L": 5.0, "E_L": -70.0, "E_ex": 0.0, "E_in": -85.0, "tau_syn_ex": 0.6, "tau_syn_in": 2.5},
    "distal": {"C_m": 60.0, "g_L": 4.0, "E_L": -70.0, "E_ex": 0.0, "E_in": -85.0, "tau_syn_ex": 0.8, "tau_syn_in": 3.0},
})
ports = nest.GetDefaults("iaf_cond_alpha_mc")["receptor_types"]
spikes = []
for i, (port, weight, delay, times) in enumerate([
    ("soma_exc", 4.0, 1.0, [10.0, 13.0, 60.0]), ("soma_inh", 6.0, 1.5, [30.0, 61.0]),
    ("proximal_exc", 5.0, 0.7, [12.0, 40.0, 41.0, 42.0]), ("proximal_inh", 7.0, 2.0, [43.0]),
    ("distal_exc", 6.0, 1.2, [5.0, 50.0, 51.0, 52.0, 53.0]), ("distal_inh", 3.0, 0.3, [54.0, 70.0]),
]):
    source = nest.Create("spike_generator", params={"spike_times": times})
    nest.Connect(source, n, syn_spec={"weight": weight, "delay": delay, "receptor_type": ports[port]})
    spikes += [(t, i) for t in times]
meter = nest.Create("multimeter", params={"record_from": ["V_m.s", "V_m.p", "V_m.d"], "interval": 0.1})
nest.Connect(meter, n)
nest.Simulate(100.0)
(out / "spikes.csv").write_text("index,t[ms]\n" + "".join(f"{i},{t}\n" for t, i in sorted(spikes)))
e = meter.events
rows = zip(e["times"], e["V_m.s"], e["V_m.p"], e["V_m.d"])
(out / "v.csv").write_text("set,step,soma,proximal,distal\n" + "".join(
    f"mc,{round(t / 0.1)},{s!r},{p!r},{d!r}\n" for t, s, p, d in ((float(a), float(b), float(c), float(f)) for a, b, c, f in rows)))
