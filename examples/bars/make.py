"""Weights and images of examples/bars.snn, written by hand in numbers, so that anyone can check them.

conv.npy   [2, 1, 3, 3] one kernel for upright and one for level bars
dense.npy  [2, 18] each class sums the nine pixels of its own map and subtracts half of the other's
images.csv trial,index,t[ms]: a bar of 8 pixels in an image of 8 by 8, each pixel one spike, and some noise
labels.csv 0 upright, 1 level

Run with Python 3 and NumPy: python3 make.py
"""

import numpy as np

rng = np.random.default_rng(7)
upright = np.array([[-1, 2, -1]] * 3, dtype=np.float64)
np.save("conv.npy", np.stack([upright, upright.T])[:, None])
own, other = np.ones((1, 9)), -0.5 * np.ones((1, 9))
np.save("dense.npy", np.block([[own, other], [other, own]]))
with open("images.csv", "w") as images, open("labels.csv", "w") as labels:
    images.write("trial,index,t[ms]\n")
    labels.write("label\n")
    for trial in range(20):
        image = rng.random((8, 8)) < 0.04
        place, level = int(rng.integers(1, 7)), int(rng.integers(0, 2))
        if level:
            image[place] = True
        else:
            image[:, place] = True
        labels.write(f"{level}\n")
        for index in np.flatnonzero(image):
            images.write(f"{trial},{index},{1 + int(rng.integers(0, 5))}\n")
