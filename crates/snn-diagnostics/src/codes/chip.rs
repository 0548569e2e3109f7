//! E05xx: chips and mappings (E0501 to E0519, snn-model) and what does not fit (from E0520, snn-map).

super::codes! {
    CHIP_WORD = "E0501", "unknown word in a chip",
        "A chip has `mesh W by H`, `tick T`, `arithmetic f64|f32` and cores. A core has limits (neurons, axons_in, axons_out, \
         synapses, synapse_memory, programs), `per_tile`, `weights`, `delays lo .. hi` and `arithmetic`.";
    CHIP_DUPLICATE = "E0502", "stated twice in a chip",
        "Each property of a chip or of a kind of core is stated once.";
    CHIP_NUMBER = "E0503", "a number that cannot be in a chip or mapping",
        "Meshes, limits and delays are whole numbers of at least 1; memory is given in bit, B, KiB or MiB.";
    CHIP_INCOMPLETE = "E0504", "a chip lacks something",
        "Every chip has a `core { ... }` that serves all tiles without a kind of their own.";
    DELAY_OUTSIDE_CHIP = "E0505", "a delay that the chip cannot hold",
        "The chip states the delays that its cores can keep, in ticks. Change the delay, the tick, or the chip.";
    WRONG_NETWORK = "E0507", "a mapping of another network",
        "A mapping places the populations of one network; an experiment on it must be of the same network.";
    BAD_PLACE = "E0508", "a place that cannot be",
        "`place E on core(x, y)` names a tile of the chip's mesh, from (0, 0); `place E near I` names two different \
         populations. Sources are outside the chip and have no place.";
    BAD_DIRECTIVE = "E0509", "a directive that is not understood",
        "`minimise traffic`, `minimise hops` or `minimise cores`, once; `require cores <= 8`.";
    DOES_NOT_FIT = "E0550", "the network does not fit on the chip",
        "A core would need more of a resource than the chip has, or the chip has too few cores. The message names the resource, what is needed and what there is; the table shows every core. The mappers have already tried with fewer neurons per core.";
    BAD_MAP_FILE = "E0551", "a map file that cannot be used",
        "A `.map` file belongs to one network and one chip. It must name the same populations with the same sizes, and place every neuron once.";
}
