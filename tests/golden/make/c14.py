#!/usr/bin/env python3
"""Writes the arrays, inputs and expected outputs of c14 from the graphs of the case (needs nir 1.0.8, numpy).

  c14.py CASE OUT     CASE holds graph_a.nir, graph_b.nir, input_*.csv, spikes_*.csv and v_*.csv

The arrays of a graph become one .npz, named `node_parameter`, times in ms. Steps of the inputs become times: the
spikes of step s are stamped at the end of the tick s + 1. What is expected is copied as it is.
"""
import csv, pathlib, shutil, sys

import nir
import numpy

case, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

for graph in "ab":
    arrays = {}
    for name, node in nir.read(case / f"graph_{graph}.nir").nodes.items():
        for key, value in vars(node).items():
            if isinstance(value, numpy.ndarray) and value.dtype == numpy.float64:
                # What is the same for all neurons stands in the program.
                if value.size > 1 and (value == value.flat[0]).all():
                    value = value.flatten()[:1]
                arrays[f"{name}_{key}"] = numpy.round(value * 1e3, 9) if key.startswith("tau") else value
    numpy.savez(out / f"{graph}.npz", **arrays)
    rows = list(csv.DictReader(open(case / f"input_{graph}.csv")))
    text = "".join(f"{r['flat_index']},{int(r['step']) + 1}\n" for r in rows)
    (out / f"input_{graph}.csv").write_text("index,t[ms]\n" + text)

for expected in [*case.glob("spikes_*.csv"), *case.glob("v_*.csv")]:
    shutil.copyfile(expected, out / expected.name)
