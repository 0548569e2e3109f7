//! E06xx: experiments, overrides, expectations (snn-model).

super::codes! {
    EXPERIMENT_INCOMPLETE = "E0601", "an experiment lacks a statement",
        "An experiment states how long it runs (`run 1 s`) and the time of a tick (`dt 0.1 ms`, unless the chip fixes it).";
    EXPERIMENT_DUPLICATE = "E0602", "stated twice",
        "dt, warmup, run and seed are stated once. Experiments have different names.";
    TICK_CONFLICT = "E0603", "dt differs from the tick of the chip",
        "The chip fixes the time of a tick. Leave `dt` out, or run on another chip.";
    BAD_TIME = "E0604", "a time that cannot be",
        "dt is positive; run and sampling intervals are at least one tick; times are not negative.";
    UNKNOWN_PARAMETER = "E0606", "no such parameter of the network",
        "Arguments of an experiment and `--set` change parameters that the network declares with `param`.";
    BAD_INJECT = "E0607", "a current that cannot be injected",
        "`inject step(2 nA, from 100 ms, to 400 ms) -> E.I` names an input of the neuron model; the amplitude has its unit. \
         A standard deviation is not negative, a correlation time is positive.";
    BAD_RECORD = "E0608", "nothing of that name can be recorded",
        "`record spikes of E` or `record v of E every 1 ms`, where v is a state or a receptor of the neuron model.";
    BAD_MEASURE = "E0609", "not a measure",
        "rate(sel), count(sel), first(sel), last(sel), cv(sel) or cv(sel, n) (neurons with at least n spikes), \
         fano(sel, bin T), corr(sel, bin T), combined by + - * / with numbers, compared or `in lo .. hi`.";
    BAD_BOUNDS = "E0610", "bounds that nothing can meet",
        "The lower bound stands first: `in 20 Hz .. 60 Hz`.";
    NO_EXPERIMENT = "E0611", "nothing to run",
        "A network runs in an experiment: `experiment first of net { dt 0.1 ms; run 1 s }`.";
    UNKNOWN_EXPERIMENT = "E0612", "no such experiment",
        "The file has no experiment of that name; the message lists those it has.";
    BAD_OVERRIDE = "E0613", "an override that changes nothing",
        "`--set network.param=value` or `--set experiment.{dt,warmup,run,seed}=value`. Names of imported networks carry the \
         alias.";
    BAD_SEED = "E0614", "not a seed",
        "A seed is a whole number from 0 to 18446744073709551615.";
    BAD_SWEEP = "E0615", "a sweep that cannot be made",
        "`sweep g in [3, 4.5, 6]` or `sweep seed in 1..13` (1 to 12) takes a parameter of the network, or seed, dt, warmup or run, each at most once. Several sweeps make a grid.";
    BAD_POOLING = "E0616", "points that cannot be taken together",
        "`expect mean(rate(E)) over seed in 46 Hz .. 50 Hz` takes the points of a sweep together: `over` names sweeps of this experiment, and mean, sd, min or max says how.";
    BAD_PHASE = "E0617", "a change that cannot be made during a run",
        "`run 1 s; set g = 3; run 1 s` gives a parameter of the network a new value in between. It may change parameters of neurons, rates of sources and weights; \
         sizes, connections and delays stay. What is set, is run: another `run` or `pause` follows. `trials` stands in place of `run`, `pause` and `set`.";
    BAD_LABEL = "E0618", "labels that do not fit the trials",
        "`label argmax(count(out)) against file(\"labels.csv\")` compares, in each of the `trials`, the neuron of `out` with the most spikes (or `argmin(first(out))`, that with \
         the first) with a number of the column `label`: one row per trial, each a position in `out`. `expect accuracy > 0.9` measures how often they agree.";
    TIME_OFF_GRID = "W0601", "a time between two ticks",
        "Durations and sampling intervals are whole numbers of ticks; the value shown is used.";
}
