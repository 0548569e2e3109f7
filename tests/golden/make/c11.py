#!/usr/bin/env python3
"""Writes the program and the spikes of c11 from the case's parameter file: 100 parameter sets in one network.

  c11.py CASES OUT     CASES holds c11_lava_lif/params.json and traces.csv
"""
import json, pathlib, shutil, sys

cases, out = pathlib.Path(sys.argv[1]) / "c11_lava_lif", pathlib.Path(sys.argv[2]) / "c11"
case = json.load(open(cases / "params.json"))
sets, steps, lines, neurons = case["sets"], case["T"], case["n_in"], case["n_out"]


def sign(weights):
    flat = [w for row in weights for w in row]
    return 1 if min(flat) >= 0 else -1 if max(flat) <= 0 else 0


def column(name, values):
    return f"  param {name} = {json.dumps(values)}\n"


# Input of step k acts in step k + 1: stamped k, with a delay of one tick.
spikes = [(t + 1, lines * s["id"] + i) for s in sets for i, train in enumerate(s["spikes_in"])
          for t, c in enumerate(train) if c == "1"]
(out / "spikes.csv").write_text("index,t[ms]\n" + "".join(f"{i},{t}\n" for t, i in sorted(spikes)))
text = "// Written by make/c11.py.\nimport \"std/hardware.snn\" as hw\n\nnetwork net {\n"
for name in ("du", "dv", "vth", "bias_mant", "bias_exp", "weight_exp", "num_weight_bits"):
    text += column(name, [s[name] for s in sets])
text += column("weights", [row for s in sets for row in s["weights"]])
text += column("signs", [sign(s["weights"]) for s in sets])
text += f"""  source x[{lines * len(sets)}]: spikes(file("spikes.csv"))
  for s in 0..{len(sets)} {{
    for j in 0..{neurons} {{
      population n[s][j][1]: hw.loihi(du = du[s], dv = dv[s], vth = vth[s], weight_exp = weight_exp[s], bias_mant = bias_mant[s][j], bias_exp = bias_exp[s][j])
      for i in 0..{lines} {{
        connect x[{lines} * s + i] -> n[s][j].a {{
          rule one_to_one
          weight hw.loihi_weight(weights[{neurons} * s + j][i], num_weight_bits[s], signs[s])
          delay 1 ms
        }}
      }}
    }}
  }}
}}
experiment all of net {{
  dt 1 ms
  run {steps} ms
  record spikes of n
  record u of n
  record v of n
}}
"""
(out / "c11.snn").write_text(text)
shutil.copy(cases / "traces.csv", out / "traces.csv")
