#!/usr/bin/env python3
"""Makes the reference data of tests/golden/neurons.

  neurons.py OUT nest      with NEST 3.10.0
  neurons.py OUT brian     with Brian2 2.9.0

Writes OUT/nest.csv or OUT/brian.csv (set,tick,v of every tenth tick), spikes_nest.csv or spikes_brian.csv (set,tick),
input.csv (index,t[ms]: spike times of four trains) and counts.csv (spikes of stochastic neurons). Ticks are ends of steps.
"""
import csv, pathlib, sys

OUT, TOOL = pathlib.Path(sys.argv[1]), sys.argv[2]
T = 300.0
# Trains 0 to 3, in ms.
TRAINS = [[10.0, 31.0, 33.0, 90.5, 150.0, 152.0, 154.0, 240.0], [20.0, 92.0, 151.0, 200.0], [40.0, 130.0, 220.0], [60.0, 180.0]]


def write(name, header, rows):
    with open(OUT / name, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


# Set, dt, NEST model, its parameters, weights of the trains (0: not connected), step current in pA and when it begins.
NEST = [
    ("lif_cond_exp", 0.1, "iaf_cond_exp", dict(I_e=300.0), [40.0, 20.0, -15.0, 0.0], 0.0),
    ("lif_cond_alpha", 0.1, "iaf_cond_alpha", dict(I_e=300.0), [40.0, 20.0, -15.0, 0.0], 0.0),
    ("adex", 0.01, "aeif_cond_exp", dict(I_e=900.0, t_ref=2.0), [20.0, 10.0, -10.0, 0.0], 0.0),
    ("adex_psc", 0.01, "aeif_psc_exp", dict(I_e=900.0, t_ref=2.0), [300.0, 200.0, -200.0, 0.0], 0.0),
    ("eif", 0.01, "aeif_psc_exp", dict(C_m=250.0, g_L=25.0, E_L=-65.0, V_th=-59.9, Delta_T=3.48, V_reset=-68.0, V_peak=-30.0, t_ref=1.7,
        a=0.0, b=0.0, tau_syn_ex=2.0, tau_syn_in=2.0, I_e=150.0, V_m=-65.0), [200.0, 100.0, -100.0, 0.0], 0.0),
    ("hodgkin_huxley", 0.1, "hh_psc_alpha", dict(I_e=0.0), [2000.0, 1000.0, -500.0, 0.0], 650.0),
    ("mat2", 0.1, "mat2_psc_exp", dict(I_e=450.0), [400.0, 300.0, -200.0, 0.0], 0.0),
    ("glif1", 0.1, "glif_psc", dict(t_ref=3.7), [200.0, 100.0, 50.0, 0.0], 320.0),
    ("glif2", 0.01, "glif_psc", dict(t_ref=3.75, spike_dependent_threshold=True), [200.0, 100.0, 50.0, 0.0], 320.0),
    ("glif3", 0.1, "glif_psc", dict(t_ref=3.7, after_spike_currents=True), [200.0, 100.0, 50.0, 0.0], 400.0),
]
TAUS = {"adex": {}, "adex_psc": {}}


def with_nest():
    import nest
    nest.set_verbosity("M_ERROR")
    volts, spikes, counts = [], [], []
    for name, dt, model, parameters, weights, step in NEST:
        nest.ResetKernel()
        nest.resolution = dt
        n = nest.Create(model, params=parameters)
        if "gsl_error_tol" in n.get():
            n.gsl_error_tol = 1e-10
        for train, weight in zip(TRAINS, weights):
            if weight:
                g = nest.Create("spike_generator", params=dict(spike_times=train))
                syn = dict(weight=weight, delay=1.0)
                if model == "glif_psc":
                    syn["receptor_type"] = 1
                nest.Connect(g, n, syn_spec=syn)
        if step:
            # The current reaches the neuron two steps after the generator's time: one of delay, one of buffering.
            g = nest.Create("dc_generator", params=dict(amplitude=step, start=50.0, stop=250.0))
            nest.Connect(g, n, syn_spec=dict(delay=dt))
        m = nest.Create("multimeter", params=dict(record_from=["V_m"], interval=dt))
        r = nest.Create("spike_recorder")
        nest.Connect(m, n)
        nest.Connect(n, r)
        nest.Simulate(T + dt)
        times, v = m.get("events", "times"), m.get("events", "V_m")
        every = round(0.5 / dt)
        volts += [(name, round(t / dt), repr(float(x))) for t, x in zip(times, v) if round(t / dt) % every == 0]
        spikes += [(name, round(t / dt)) for t in r.get("events", "times")]
    # Stochastic neurons: spikes of 2,000 in 1 s.
    for name, model, parameters in [
        ("gif", "gif_psc_exp", dict(tau_sfa=[100.0], q_sfa=[5.0], tau_stc=[50.0], q_stc=[10.0], I_e=150.0)),
        ("poisson_neuron", "pp_psc_delta", dict(I_e=400.0, dead_time=2.0, with_reset=False, c_3=0.25, c_2=1.238, c_1=0.0)),
    ]:
        nest.ResetKernel()
        nest.resolution = 0.1
        nest.rng_seed = 7
        n = nest.Create(model, 2000, params=parameters)
        r = nest.Create("spike_recorder")
        nest.Connect(n, r)
        nest.Simulate(1000.0)
        per = [0] * 2000
        for sender in r.get("events", "senders"):
            per[sender - n[0].global_id] += 1
        mean = sum(per) / 2000
        counts.append((name, mean, sum((k - mean) ** 2 for k in per) / 1999))
    write("nest.csv", ["set", "tick", "v"], volts)
    write("spikes_nest.csv", ["set", "tick"], spikes)
    write("counts.csv", ["set", "mean", "variance"], counts)
    rows = sorted((t, i) for i, train in enumerate(TRAINS) for t in train)
    write("input.csv", ["index", "t[ms]"], [(i, t) for t, i in rows])


def with_brian():
    from brian2 import SpikeGeneratorGroup, NeuronGroup, Network, SpikeMonitor, StateMonitor, Synapses, defaultclock, ms, mV, nA, nS, pA, pF, prefs
    import numpy as np
    prefs.codegen.target = "numpy"
    dt = 0.05
    defaultclock.dt = dt * ms
    volts, spikes = [], []

    def run(name, eqs, threshold, reset, refractory, initial, on, namespace):
        g = NeuronGroup(1, eqs, threshold=threshold, reset=reset, refractory=refractory, method="rk4", namespace=namespace)
        for key, value in initial.items():
            setattr(g, key, value)
        net = Network(g)
        index = [i for i, train in enumerate(TRAINS) for _ in train]
        times = [t + 1.0 - dt for train in TRAINS for t in train]
        # A spike of Brian2's step s is one of our tick s + 1; its synapses act at the end of that step.
        source = SpikeGeneratorGroup(4, index, np.array(times) * ms)
        net.add(source)
        for i, code in enumerate(on):
            if code:
                s = Synapses(source, g, on_pre=code, namespace=namespace)
                s.connect(i=i, j=0)
                net.add(s)
        r = SpikeMonitor(g)
        m = StateMonitor(g, "v", record=True, when="end")
        net.add(r, m)
        net.run(T * ms)
        every = round(0.5 / dt)
        v = m.v[0] / mV
        volts.extend((name, s + 1, repr(float(v[s]))) for s in range(len(v)) if (s + 1) % every == 0)
        spikes.extend((name, int(round(float(t / ms) / dt)) + 1) for t in r.t)

    run("morris_lecar", """
        dv/dt = (g_Ca*m_inf*(E_Ca - v) + g_K*w*(E_K - v) + g_L*(E_L - v) + exc + I)/C : volt
        dw/dt = phi*(w_inf - w)*cosh((v - V_3)/(2*V_4)) : 1
        m_inf = 0.5*(1 + tanh((v - V_1)/V_2)) : 1
        w_inf = 0.5*(1 + tanh((v - V_3)/V_4)) : 1
        dexc/dt = -exc/(2*ms) : amp
        I = 90*pA : amp
        """, "v > 0*mV and not_refractory", "", "v > 0*mV", dict(v=-60.855 * mV, w=0.014915),
        ["exc += 60*pA", "exc += 200*pA", "exc -= 80*pA", ""],
        dict(C=20 * pF, g_Ca=4.4 * nS, g_K=8 * nS, g_L=2 * nS, E_Ca=120 * mV, E_K=-84 * mV, E_L=-60 * mV, V_1=-1.2 * mV, V_2=18 * mV,
             V_3=2 * mV, V_4=30 * mV, phi=0.04 / ms))

    receptors = dict(ampa=(0.5, 2.4), nmda=(4.0, 40.0), gaba_a=(1.0, 7.0), gaba_b=(60.0, 200.0))
    lines, gain = "", {}
    for name, (rise, decay) in receptors.items():
        peak = rise * decay / (decay - rise) * np.log(decay / rise)
        gain[name] = 1 / (np.exp(-peak / decay) - np.exp(-peak / rise))
        # Two exponentials whose difference is the response.
        lines += f"d{name}_s/dt = -{name}_s/({decay}*ms) : siemens\nd{name}_f/dt = -{name}_f/({rise}*ms) : siemens\n{name} = {name}_s - {name}_f : siemens\n"
    both = lambda name, weight: f"{name}_s += {float(weight * gain[name])!r}*nS; {name}_f += {float(weight * gain[name])!r}*nS"
    run("lif_receptors", """
        dv/dt = (16.6667*nS*(-70*mV - v) + (ampa + nmda/(1 + exp(-0.062*v/mV)/3.57))*(0*mV - v) + gaba_a*(-70*mV - v)
            + gaba_b*(-90*mV - v) + 150*pA)/(250*pF) : volt (unless refractory)
        """ + lines, "v >= -55*mV", "v = -60*mV", (2.0 + dt) * ms, dict(v=-70 * mV),
        [both("ampa", 20.0), both("nmda", 40.0), both("gaba_a", 10.0), both("gaba_b", 8.0)], {})
    write("brian.csv", ["set", "tick", "v"], volts)
    write("spikes_brian.csv", ["set", "tick"], spikes)


with_nest() if TOOL == "nest" else with_brian()
