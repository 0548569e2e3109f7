//! E07xx: integration methods, stability, values of parameters (snn-lower).

super::codes! {
    NOT_FINITE = "E0701", "parameter that is not finite",
        "With the values given, a parameter comes out infinite or not a number. The usual cause is a division by a parameter that is zero.";
    MISSING_PARAMETER = "E0702", "parameter without a value",
        "The neuron declares a parameter without a default, so every population must give it: `population n[10]: model(parameter = value)`.";
    NOT_POSITIVE = "E0703", "time constant that is not positive",
        "The time constant of a receptor must be positive: a response decays as exp(-t / tau).";
    BAD_REFRACTORY = "E0704", "impossible refractory time",
        "A refractory time is zero or positive, and shorter than 10^9 ticks.";
    OFF_GRID_REFRACTORY = "W0705", "refractory time off the time grid",
        "A refractory time is a whole number of ticks. One that is not is rounded, half a tick up; the message says to what.";
    NOT_LINEAR = "E0706", "no exact solution",
        "`solve exact` needs equations that are linear in the states and receptors, with coefficients that do not change during a run. `snn explain --decisions FILE` shows what the compiler would choose.";
    INTEGERS_IN_F32 = "E0708", "integers on a chip that computes in f32",
        "A neuron with `int(N)` is exact: its numbers are whole and never rounded. f32 holds whole numbers only up to 2^24, sums and products included, so such a neuron needs a chip with `arithmetic f64`, where its integers are the same as in integer hardware.";
    TRACE_VARIES = "E0710", "a constant of a plasticity rule that varies",
        "Time constants and steps of traces and modulators, and the interval of `on every`, are the same for all synapses of a projection: give numbers, not draws. Parameters that only blocks and equations use may differ from synapse to synapse.";
    NOT_AT_EVENTS = "E0711", "population that cannot wait for events",
        "`update at events` updates a neuron only in ticks in which something arrives at it. That is possible where the compiler can prove that nothing else happens to it: every state decays on its own with constants of the text, the threshold is a constant that its resting value and its reset lie below, it is refractory by `hold` of all states or not at all, and no current, noise or continuous connection reaches it. `snn explain --decisions FILE` says what was chosen for each population.";
    BAD_RATE = "E0715", "impossible rate at some time",
        "The rate of an inhomogeneous source is looked at in up to 65,536 ticks of the run before it runs. There it is negative, not a number, or higher than some thousand spikes per tick.";
    UNSTABLE = "E0707", "unstable step",
        "The integration method multiplies small deviations by a factor beyond -1 or 1 in every step, so that the state grows without bound although the equation decays. Take a smaller dt, more substeps, or `solve exact`.";
}
