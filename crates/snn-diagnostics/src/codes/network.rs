//! E04xx: populations, sources, projections (snn-model).

super::codes! {
    UNKNOWN_POPULATION = "E0401", "no such population or source",
        "A selection is made of populations, sources and selections named by `let`: `E`, `E[0..100]`, `E + I`. \
         The name given is none of these in this network. Parameters and neuron models cannot be selected.";
    DUPLICATE_DECLARATION = "E0402", "declared twice",
        "Parameters, populations, sources, lets and named connections of a network share one set of names, \
         so that each name means one thing wherever it stands. Rename one of the two. A network inside this one counts too.";
    NOT_WHOLE = "E0403", "a whole number is needed",
        "Sizes, indices, degrees and numbers of synapses count things. `indegree(10.5)` has no meaning, and rounding it \
         silently would change the network: write `floor(...)` or `round(...)` where you mean it.";
    OUT_OF_RANGE = "E0404", "outside what there is",
        "An index runs from 0 to size - 1, a range `a..b` from a to b - 1. Sizes, numbers of synapses and \
         sides of a mesh have bounds too. The message shows them.";
    EMPTY = "E0405", "nothing is there",
        "A population has at least one neuron, a mesh at least one tile, and a selection selects at least one: a connection, a \
         record or a measure of nothing is always a mistake. A size that comes out as 0 often was rounded: `round(0.01 * 20)`. Ranges are half-open: `E[5..5]` is empty, `E[5]` is one neuron.";
    SELECTED_TWICE = "E0406", "a neuron is selected twice",
        "A union such as `E + E[0..10]` would hold neurons twice. Synapses to them would be drawn twice and rates counted \
         twice. Leave one of the parts out.";
    WRONG_ARGUMENT = "E0407", "an argument does not fit",
        "Values at a population are given as `name = value`, where the name is a parameter or a state of the neuron model. \
         Rules, sources and waveforms take the arguments that the message lists.";
    UNKNOWN_RULE = "E0409", "no such rule, source or waveform",
        "Rules: all_to_all, one_to_one, probability(p), indegree(k), outdegree(k), total(n), near(sigma, radius), \
         near(sigma, radius) indegree(k), list(file(\"x.csv\")), dense(W), conv2d(W, stride, padding, dilation, groups), pool(size, stride, padding). \
         Sources: poisson(rate), inhomogeneous(rate over t), regular(rate, start t), spikes(file(\"x.csv\")). Waveforms: step(amplitude, from a, to b), \
         dc(amplitude), sine(amplitude, frequency), ou(mean, sigma, tau).";
    INCOMPLETE_CONNECTION = "E0410", "a connection lacks a statement",
        "A connection states its rule, its weight and its delay, each once: `connect A -> B.exc { rule all_to_all; weight 1 nS; \
         delay 1.5 ms }`. None has a default: the silent defaults of other tools are a common source of wrong networks.";
    IMPOSSIBLE_RULE = "E0411", "a rule that cannot be carried out",
        "`one_to_one` needs equal lengths. Without multapses there must be as many partners as asked for, and `no autapses` \
         takes one of them away where a population connects to itself. A probability lies in 0 .. 1.";
    NO_RECEPTOR = "E0412", "no such receptor",
        "A connection ends at a receptor of the target: `connect A -> B.exc`. The message lists the receptors of the model. \
         An `input` is fed by `inject`, not by spikes.";
    PARAMETER_WITHOUT_VALUE = "E0414", "a parameter has no value",
        "A parameter without a default is given by the experiment, `experiment e of net(k = 3)`, or on the command line, \
         `--set net.k=3`.";
    TOO_MANY_OBJECTS = "E0415", "too many populations, connections or loop steps",
        "Loops are written out when a network is made. The limit keeps a typing error from filling the memory; it is raised \
         with `--max-objects`. Many equal populations are usually one larger population.";
    BAD_DATA = "E0416", "a data file cannot be used",
        "Spikes and connections are CSV with a header line. Spikes: `index,t[ms]`. Connections: `source,target` and, if \
         wanted, `weight[mV]` and `delay[ms]`, with units in the header. Indices count from 0. Arrays are `.npy` or `.npz` as \
         NumPy writes them without compression, or CSV without header; their numbers are in the unit of the declaration.";
    NAME_COLLISION = "E0417", "two names have the same key",
        "Random draws are keyed by a 32-bit hash of the qualified name, so that unrelated declarations change no draw. \
         These two names happen to have the same hash: rename one.";
    BAD_DELAY = "E0418", "a delay that cannot be",
        "A spike needs at least one tick to arrive, and delays are kept as whole ticks. Choose a longer delay or a smaller dt.";
    FAMILY = "E0420", "a family of populations is used wrongly",
        "Inside `for i in 0..n`, a population is a member of a family and carries the loop variable: \
         `population L[i][100]: lif`. `L[2]` is one member, `L` the union of all, `L[2][0..10]` ten neurons of one member.";
    BAD_SOURCE = "E0421", "a source that cannot be",
        "Rates are not negative and at most a few thousand spikes per tick; regular trains have at most one spike per tick.";
    NOT_SELECTABLE = "E0422", "not a selection of the right kind",
        "Connections lead from populations or sources to receptors of populations; currents are injected into inputs of \
         populations; states are recorded from populations. Sources receive nothing and have no states.";
    MISPLACED = "E0423", "a statement in the wrong place",
        "Parameters of a network stand at its top level, not inside `for` or `if`.";
    BAD_ARRAY = "E0424", "an array is used wrongly",
        "Constant arrays have one to four dimensions, rows of equal length and elements of one unit. `p[i][j]` takes one \
         element, `len(p)` counts the elements or rows.";
    WRONG_SHAPE = "E0430", "shapes that do not fit",
        "Arrays and populations have shapes: `[rows, columns]`, `[channels, rows, columns]`. Weights of `dense` are [out, in], \
         of `conv2d` [out, in, rows, columns]. The message shows the shape that is needed and the one that was found.";
    NO_POSITIONS = "E0431", "positions are needed",
        "`near`, `distance`, `pre.x` and their kin need to know where neurons lie: `population E[28, 28]: lif at grid(50 um, 50 um)`, \
         `at random(1 mm, 1 mm)`, `at points(P)`. All populations of a connection lie in one space: in the plane, or on tori \
         of the same size.";
    BAD_SYNAPSE = "E0440", "a synapse that does not fit its connection",
        "`via S(...)` names a synapse, `learn P(...)` a plasticity rule. Every modulator of the rule is bound to a population, \
         `learn P(da = vta delay 1 ms)`; the targets have the states that the rule reads; the first weight lies within the \
         bounds; ties are `pre, post` or `post, pre`, perhaps `blind`. What reads its target, or lets post spikes come first, \
         has a dendrite of at least one tick.";
    UNUSED_IN_NETWORK = "W0401", "never used",
        "Nothing refers to this declaration. It may be a leftover, or a name was mistyped where it was meant.";
    NEGATIVE_CONDUCTANCE = "W0411", "a negative conductance",
        "A conductance is not negative: what inhibits has a receptor of its own with a reversal potential below the rest. Signs belong to currents and voltages.";
    SIGN = "W0412", "sign and receptor contradict each other",
        "In a neuron with both, a receptor called `exc` or `ampa` excites and one called `inh` or `gaba` inhibits. Where the sign of the weight and the \
         equation of the neuron say the opposite, one of them is wrong: in `v' = (… + exc + inh) / C` what inhibits has a negative \
         weight, in `v' = (… + exc - inh) / C` a positive one.";
    DELAY_OFF_GRID = "W0402", "a delay between two ticks",
        "Delays are whole numbers of ticks. The delay is rounded half up to the value shown; write that value, or choose a dt \
         that divides the delay.";
    SHARED_TRAIN = "W0403", "several neurons receive the same random train",
        "A Poisson source has one train per index. `all_to_all` from it gives every target the same spikes, which \
         synchronises them. For independent trains, as from NEST's poisson_generator, give the source as many trains as there \
         are targets and connect one_to_one.";
    CANNOT_FIRE = "W0404", "a population that can never fire",
        "No connection arrives, no current is injected, and the equations leave the initial state at rest below threshold.";
    SPIKES_OFF_GRID = "W0405", "given spikes between two ticks",
        "Spike times are rounded half up to ticks. Choose a dt that divides them where the difference matters.";
    DRAWN_DELAY_SHORT = "W0406", "drawn delays below one tick",
        "Drawn delays are rounded to ticks and are at least one tick. Part of this distribution lies below that and is \
         piled up at one tick: use `truncated(..., lo, hi)`, another distribution, or a smaller dt.";
    DELAY_KIND = "W0410", "the kind of a delay is not said",
        "In a synapse that learns it matters whether the delay lies in the axon, before the synapse, or in the dendrite, behind \
         it: it decides which pre and post spikes meet. Write `delay axon 1 ms dendrite 0.5 ms`; a plain delay is one of the \
         axon.";
    IDLE = "W0407", "connected to nothing",
        "No connection starts or ends here, nothing is injected, recorded or measured.";
}
