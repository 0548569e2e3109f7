#!/usr/bin/env python3
"""What NEST 3.10.0 says of two examples: means and standard deviations over ten seeds, for their `expect` lines.

  examples.py microcircuit BENCH     rates of the eight populations at scale 0.05, 100 .. 400 ms; BENCH is
                                     crates/snn-bench/peers/nest_bench.py, which builds the same network
  examples.py inhibition             rate of the cells of inhibitory_stdp.snn, 3 .. 6 s

An example runs one seed. Its range is the mean of NEST plus and minus four standard deviations of a single run, times
sqrt(1 + 1 / 10) for the mean itself.
"""
import json, math, statistics, subprocess, sys

SEEDS = range(1, 11)


def microcircuit(bench):
    rows = []
    for seed in SEEDS:
        call = [sys.executable, bench, "--network", "pd", "--scale", "0.05", "--time", "300", "--presim", "100",
                "--repeats", "1", "--seed", str(seed)]
        text = subprocess.run(call, capture_output=True, text=True, check=True).stdout
        rows.append(json.loads(text.strip().splitlines()[-1])["pop_rates_hz"])
    return list(zip(*rows))


def inhibition():
    import nest
    rates = []
    for seed in SEEDS:
        nest.ResetKernel()
        nest.set_verbosity("M_ERROR")
        nest.SetKernelStatus({"resolution": 0.2, "rng_seed": seed, "print_time": False})
        # The values of lif_cond_exp in std/neurons.
        cell = nest.Create("iaf_cond_exp", 50, dict(C_m=250.0, g_L=16.6667, E_L=-70.0, E_ex=0.0, E_in=-85.0, V_th=-55.0,
                                                    V_reset=-60.0, t_ref=2.0, tau_syn_ex=5.0, tau_syn_in=10.0, tau_minus=20.0))
        nest.Connect(nest.Create("poisson_generator", params={"rate": 2000.0}), cell, syn_spec={"weight": 2.0, "delay": 1.0})
        relay = nest.Create("parrot_neuron", 100)
        nest.Connect(nest.Create("poisson_generator", params={"rate": 10.0}), relay, syn_spec={"delay": 1.0})
        # Weights that inhibit are negative in NEST, eta is not; alpha is 2 rho tau.
        rule = dict(synapse_model="vogels_sprekeler_synapse", weight=-1.0, delay=1.0, tau=20.0, eta=1.0, alpha=0.2, Wmax=-100.0)
        nest.Connect(relay, cell, {"rule": "pairwise_bernoulli", "p": 0.5}, rule)
        recorder = nest.Create("spike_recorder")
        nest.Connect(cell, recorder)
        nest.Simulate(3000.0)
        before = recorder.n_events
        nest.Simulate(3000.0)
        rates.append((recorder.n_events - before) / 50 / 3.0)
    return [rates]


table = microcircuit(sys.argv[2]) if sys.argv[1] == "microcircuit" else inhibition()
for values in table:
    mean, sd = statistics.mean(values), statistics.stdev(values)
    wide = 4 * sd * math.sqrt(1 + 1 / len(values))
    print(f"{mean:.3f} Hz, sd {sd:.3f}: {mean - wide:.2f} .. {mean + wide:.2f}")
