#!/usr/bin/env python3
"""Weights that Lava's fixed-point learning comes to, and the program with the same synapses.

  loihi.py OUT     with Python 3.10 and lava-nc 0.10.0; writes OUT/loihi/{loihi.snn,pre.csv,post.csv,weights.csv}
Each set is one synapse of `LearningDense`, whose process model is driven step by step. Its random numbers are
replaced by constants, so that every rounding is to the nearest; no neuron spikes twice in an epoch.
"""
import pathlib, random, sys
import numpy as np
from lava.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule
from lava.proc.dense.models import PyLearningDenseModelBitApproximate
from lava.proc.dense.process import LearningDense

out = pathlib.Path(sys.argv[1]) / "loihi"
STEPS = 240
rng = random.Random(20)


class Nearest:
    random_trace_decay = random_stochastic_round = 0.5 - 2.0**-40
    random_impulse_addition = 0

    def advance(self, *_):
        pass


def train(epoch):
    times = [e * epoch + 1 + rng.randrange(epoch) for e in range(STEPS // epoch) if rng.random() < (0.25 if epoch < 4 else 0.6)]
    return [t for t in times if t > 1]


def model(rule, w):
    process = LearningDense(weights=np.array([[w]]), learning_rule=rule)
    m = PyLearningDenseModelBitApproximate(process.proc_params)
    for name in ("x0", "tx", "x1", "x2", "y0", "ty", "y1", "y2", "y3"):
        setattr(m, name, np.zeros(1, dtype=bool if name in ("x0", "y0") else int))
    m.weights, m.tag_1, m.tag_2 = np.array([[w]]), np.zeros((1, 1), int), np.zeros((1, 1), int)
    m._x_random = m._y_random = m._conn_var_random = Nearest()
    return m


def run(s):
    term = lambda name: f"{s[name]} * 2 ^ {s[name + '_exp']}"
    pair = f"{term('minus')} * x0 * y1 + {term('plus')} * y0 * x1"
    if s["sort"] == "stdp":
        rule = Loihi2FLearningRule(dw=pair, x1_impulse=s["impulse_x"], x1_tau=s["tau_x"], y1_impulse=s["impulse_y"], y1_tau=s["tau_y"], t_epoch=s["epoch"])
    else:
        rule = Loihi2FLearningRule(dw=f"{term('gain')} * u0 * t * y2", dt=f"{pair} - {-s['leak']} * 2 ^ {s['leak_exp']} * u0 * t",
                                   x1_impulse=s["impulse_x"], x1_tau=s["tau_x"], y1_impulse=s["impulse_y"], y1_tau=s["tau_y"],
                                   y2_impulse=0, y2_tau=1e12, t_epoch=s["epoch"])
    m, weights = model(rule, s["w"]), []
    for t in range(1, STEPS + 1):
        m.time_step = t
        m._process_pre_spikes(np.array([1 if t in s["pre"] else 0]))
        m._process_post_spikes(np.array([t in s["post"]]))
        if s["sort"] == "reward":
            s["reward"] = s["reward"] * np.exp(-1 / s["tau_r"]) + s["impulse_r"] * (t in s["third"])
            m.y2[:] = min(127, int(np.floor(s["reward"] + 0.5)))
        if m.lrn_guard():
            m.run_lrn()
        weights.append((int(m.weights[0, 0]), int(m.tag_1[0, 0])))
    return weights


def choose(n):
    epoch = [1, 2, 3, 4, 8][n % 5]
    s = {"sort": "stdp" if n < 40 else "reward", "epoch": epoch, "w": rng.randint(20, 220), "pre": train(epoch), "post": train(epoch),
         "tau_x": rng.choice([3, 8, 20, 33.5]), "tau_y": rng.choice([4, 10, 25]),
         "impulse_x": rng.choice([16, 40, 100, 127]), "impulse_y": rng.choice([16, 30, 90]),
         "plus": rng.randint(1, 7), "plus_exp": rng.choice([-7, -6, -5, -4, -2]), "minus": -rng.randint(1, 8), "minus_exp": rng.choice([-7, -6, -5, -4, -2])}
    if s["sort"] == "reward":
        s |= {"gain": rng.randint(1, 7), "gain_exp": rng.choice([-7, -6, -5]), "leak": -rng.randint(1, 3), "leak_exp": rng.choice([-5, -4, -3]),
              "third": sorted(rng.sample(range(2, STEPS), 12)), "tau_r": rng.choice([5, 12]), "impulse_r": rng.choice([20, 60]), "reward": 0.0}
    return s


sets = [choose(n) for n in range(60)]
results = [run(s) for s in sets]
csv = lambda name, rows: (out / name).write_text(rows)
spikes = lambda key, early: "index,t[ms]\n" + "".join(f"{i},{t}\n" for t, i in sorted((t - early, i) for i, s in enumerate(sets) for t in s.get(key, [])))
csv("pre.csv", spikes("pre", 0))
csv("post.csv", spikes("post", 1))  # a tick on the way to the neuron
csv("third.csv", spikes("third", 1))  # and to the modulator
csv("weights.csv", "set,step,w,tag\n" + "".join(f"{i},{t + 1},{w},{tag}\n" for i, r in enumerate(results) for t, (w, tag) in enumerate(r)))
text = """// Written by make/loihi.py.
import "std/hardware.snn" as hw

neuron relay {
  receptor drive: int(4) = sum
  receptor syn: int(16) = sum
  state n: int(4) = 0
  on tick { n = drive + 0 * syn }
  spike when n > 0
  reset { n = 0 }
}

"""
n = len(sets)
text += f"""network net {{
  source pre[{n}]: spikes(file("pre.csv"))
  source drive[{n}]: spikes(file("post.csv"))
  source third[{n}]: spikes(file("third.csv"))
  population post[{n}]: relay
  connect drive -> post.drive {{ rule one_to_one; weight 1; delay 1 ms }}
"""
for i, s in enumerate(sets):
    shared = ["epoch", "tau_x", "tau_y", "impulse_x", "impulse_y", "plus", "plus_exp", "minus", "minus_exp"]
    more = [] if s["sort"] == "stdp" else ["gain", "gain_exp", "leak", "leak_exp", "impulse_r"]
    values = ", ".join(f"{k} = {s[k]}" for k in shared + more) + ", random = 0"
    values += "" if s["sort"] == "stdp" else f", tau_r = {s['tau_r']} ms, reward = third[{i}]"
    text += f"  connect pre[{i}] -> post[{i}].syn as e{i} {{\n    rule one_to_one\n    weight {s['w']}\n    delay axon 0 ms dendrite 1 ms back 0 ms\n"
    text += f"    learn hw.loihi_{s['sort']}({values}, w_min = -256)\n  }}\n"
text += "}\n\nexperiment all of net {\n  dt 1 ms\n  run %d ms\n" % (STEPS + 1)
text += "".join(f"  record w of e{i} every 1 ms\n" for i in range(n)) + "}\n"
csv("loihi.snn", text)
