#!/usr/bin/env python3
"""Weights that NEST 3.10.0's plastic synapses use at each pre spike, for the trains of c06.

  plasticity_nest.py CASES OUT     CASES holds c06_stdp/params.json; writes OUT/c06/nest_{vogels,nearest}.csv
Pre and post neurons are parrots that spike at the given times; the delay is dendritic.
"""
import json, pathlib, sys
import nest

cases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
p = json.load(open(cases / "c06_stdp/params.json"))


def weights(model, params, w0):
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = p["dt"]
    trains = [nest.Create("spike_generator", params={"spike_times": [round(t - 1, 10) for t in p[side]]}) for side in ("pre", "post")]
    pre, post = nest.Create("parrot_neuron"), nest.Create("parrot_neuron", params={"tau_minus": p["tau_minus"]})
    for train, parrot in zip(trains, (pre, post)):
        nest.Connect(train, parrot, syn_spec={"delay": 1.0})
    recorder = nest.Create("weight_recorder")
    nest.CopyModel(model, "rule", {"weight_recorder": recorder, **params})
    nest.Connect(pre, post, syn_spec={"synapse_model": "rule", "weight": w0, "delay": p["delay"], "receptor_type": 1})
    nest.Simulate(p["T"] + 10)
    return recorder.get("events")


def write(name, events):
    rows = sorted(zip(events["times"], events["weights"]))
    (out / "c06" / f"nest_{name}.csv").write_text("t_pre_ms,w_used\n" + "".join(f"{t!r},{w!r}\n" for t, w in ((float(a), float(b)) for a, b in rows)))


write("vogels", weights("vogels_sprekeler_synapse", {"tau": 20.0, "eta": 0.5, "alpha": 0.12, "Wmax": 100.0}, 50.0))
write("nearest", weights("stdp_nn_symm_synapse", {"tau_plus": 20.0, "lambda": 0.01, "alpha": 1.05, "mu_plus": 0.4, "mu_minus": 0.4, "Wmax": 100.0}, 50.0))
