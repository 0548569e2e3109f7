#!/usr/bin/env python3
"""Weights that NEST 3.10.0's plastic synapses use at each pre spike, for the trains of c06.

  plasticity_nest.py CASES OUT     CASES holds c06_stdp/params.json; writes OUT/c06/nest_{vogels,nearest}.csv
                                   and OUT/rules/*.csv
Pre and post neurons are parrots that spike at the given times; the delay is dendritic. For the voltage-based rule the
post neuron is a Hodgkin-Huxley neuron driven by a third train.
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

pair = {"tau_plus": 20.0, "lambda": 0.01, "alpha": 1.05, "Wmax": 100.0}
powers = lambda mu: {**pair, "mu_plus": mu, "mu_minus": mu}


def write_rule(name, events):
    rows = sorted(zip(events["times"], events["weights"]))
    (out / "rules" / f"{name}.csv").write_text("t_pre_ms,w_used\n" + "".join(f"{float(a)!r},{float(b)!r}\n" for a, b in rows))


for name, mu in (("additive", 0.0), ("multiplicative", 1.0), ("power", 0.4)):
    write_rule(name, weights("stdp_synapse", powers(mu), 50.0))
write_rule("additive_nearest", weights("stdp_nn_symm_synapse", powers(0.0), 50.0))

# At the synapse 1 ms later, farther than a communication interval from other events: within one NEST's order differs.
events = p["pre"] + [t + p["delay"] for t in p["post"]]
dopamine = [round(20.3 + 6.7 * i, 1) for i in range(290)]
dopamine = [t for t in dopamine if min(abs(t + 1 - e) for e in events) > 2.0][::6]


def dopamine_weights():
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = p["dt"]
    trains = [nest.Create("spike_generator", params={"spike_times": [round(t - 1, 10) for t in times]}) for times in (p["pre"], p["post"], dopamine)]
    pre, vta = nest.Create("parrot_neuron"), nest.Create("parrot_neuron")
    post = nest.Create("parrot_neuron", params={"tau_minus": p["tau_minus"]})
    for train, parrot in zip(trains, (pre, post, vta)):
        nest.Connect(train, parrot, syn_spec={"delay": 1.0})
    transmitter = nest.Create("volume_transmitter")
    nest.Connect(vta, transmitter, syn_spec={"delay": 1.0})
    recorder = nest.Create("weight_recorder")
    nest.CopyModel("stdp_dopamine_synapse", "rule", {"weight_recorder": recorder, "volume_transmitter": transmitter, "tau_plus": 20.0, "tau_c": 300.0,
                                                     "tau_n": 150.0, "b": 0.002, "A_plus": 1.0, "A_minus": 1.2, "Wmin": 0.0, "Wmax": 200.0})
    nest.Connect(pre, post, syn_spec={"synapse_model": "rule", "weight": 50.0, "delay": p["delay"], "receptor_type": 1})
    nest.Simulate(p["T"] + 10)
    return recorder.get("events")


write_rule("dopamine", dopamine_weights())


def clopath_weights():
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = 0.01
    pre_times, drive_times = [10.0 + 13.7 * i for i in range(20)], [15.0 + 9.4 * i for i in range(28)]
    pre_times, drive_times = [[round(t, 1) for t in times] for times in (pre_times, drive_times)]
    trains = [nest.Create("spike_generator", params={"spike_times": [round(t - 3, 10) for t in times]}) for times in (pre_times, drive_times)]
    # The longest delay: NEST keeps what depression reads for that long, and an entry that is gone counts as none.
    pre, drive = nest.Create("parrot_neuron", 2)
    for train, parrot in zip(trains, (pre, drive)):
        nest.Connect(train, parrot, syn_spec={"delay": 3.0})
    post = nest.Create("hh_psc_alpha_clopath", params={"tau_u_bar_plus": 114.0, "tau_u_bar_minus": 10.0, "tau_u_bar_bar": 500.0, "theta_plus": -45.3, "theta_minus": -70.6,
                                                       "A_LTD": 1.4e-2, "A_LTP": 8e-3, "A_LTD_const": True, "delay_u_bars": 0.0, "tau_syn_ex": 0.5})
    nest.Connect(drive, post, syn_spec={"weight": 3000.0, "delay": 1.0})
    recorder, meter = nest.Create("weight_recorder"), nest.Create("multimeter", params={"interval": 1.0, "record_from": ["V_m", "u_bar_plus", "u_bar_minus"]})
    nest.Connect(meter, post)
    nest.CopyModel("clopath_synapse", "rule", {"weight_recorder": recorder, "tau_x": 15.0, "Wmin": 0.0, "Wmax": 100.0})
    nest.Connect(pre, post, syn_spec={"synapse_model": "rule", "weight": 20.0, "delay": 1.0})
    nest.Simulate(300.0)
    events = meter.get("events")
    (out / "rules" / "clopath_v.csv").write_text("t_ms,V_mV,u_plus_mV,u_minus_mV\n" + "".join(",".join(repr(float(x)) for x in row) + "\n" for row in zip(*(events[k] for k in ("times", "V_m", "u_bar_plus", "u_bar_minus")))))
    return pre_times, drive_times, recorder.get("events")


pre_times, drive_times, events = clopath_weights()
write_rule("clopath", events)
csv = lambda name, times: (out / "rules" / name).write_text("index,t[ms]\n" + "".join(f"0,{t}\n" for t in times))
csv("pre.csv", p["pre"])
csv("post.csv", [round(t - 0.1, 1) for t in p["post"]])  # a tick on the way to the relay
csv("third.csv", dopamine)
csv("clopath_pre.csv", [round(t - 1, 1) for t in pre_times])  # NEST reads the potential a dendritic delay earlier
csv("clopath_drive.csv", drive_times)
