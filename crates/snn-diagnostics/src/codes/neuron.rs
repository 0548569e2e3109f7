//! E03xx: neuron models (snn-model).

super::codes! {
    NOT_A_STATE = "E0301", "a state is needed",
        "Equations, assignments, `jump` and `hold` name states: what is declared with `state`. Parameters keep their value; lets follow what they are made of.";
    TWICE = "E0302", "given twice",
        "A state has at most one equation; a neuron has at most one `spike`, `reset`, `refractory`, `solve` and `on tick`.";
    TWO_KINDS = "E0303", "equations and `on tick` mixed",
        "A neuron is described either by differential equations, which the compiler integrates, or by an `on tick` block, which runs once per tick. `solve`, `hold` and equations belong to the first kind.";
    SHAPE = "E0304", "shape of a receptor",
        "A receptor says what an arriving spike does: `jump(v)` adds the weight to a state, `exp(tau)`, `alpha(tau)` and `biexp(rise, decay)` make a current or conductance that peaks at the weight, `sum` adds up the weights of one tick for `on tick`.";
    DECLARATION = "E0305", "declaration incomplete or overfull",
        "A `let` has a value, an `input` has none.";
    NO_SPIKE = "E0306", "reset or refractory time without a spike",
        "`reset` and `refractory` act at a spike; without `spike when …` they never happen.";
    NOT_AT_THIS_PLACE = "E0307", "not known at this place",
        "Values of parameters, initial values, time constants and checks are known before anything moves: they use parameters and constants. `dt` is known in `on tick` only. A `jump` receptor has no value.";
    SOLVE = "E0308", "integration method",
        "`solve exact | exponential_euler | rk4 | euler`, with `substeps n` for a finer step than the tick. Left out, the compiler chooses and says why.";
    CHECK = "E0309", "a check fails",
        "A `check` line states a fact about parameters. With the values at hand it is false: correct a value or the fact. `~=` compares relatively, within 1e-9 or what `within … %` says.";
    TIME_CONSTANT = "E0310", "time constant not positive",
        "A time constant of zero or below makes a state jump or grow without bound; a refractory time cannot be negative.";
    COUPLE = "E0314", "coupling of compartments",
        "`couple soma.v ~ dend.v by 12 nS` joins the potentials of two compartments by a conductance. The current it sends, conductance times difference, is `axial` in the equations of both, with opposite signs; several couplings add up.";
    NOISE = "E0320", "white noise",
        "`white()` is Gaussian white noise of unit strength (s^-1/2): it has no value at one time, only its integral has. It stands in equations, and in lets that only equations use. Linear equations are integrated exactly, others by the Euler–Maruyama method; methods that assume a smooth right side cannot integrate it.";
    NOT_WHOLE = "E0311", "a whole number is needed",
        "Shifts, operations on bits and the values of `int(N)` need whole numbers: other integers, numbers without a point, and what `floor`, `ceil`, `round`, `round_even`, `trunc`, `round_random`, `div`, `mod` and `bits` give. The name of the function says how to round.";
    OVERFLOW = "E0312", "an integer may overflow",
        "From the ranges of the types, the `check` lines and the conditions around it, the compiler knows between which bounds every integer lies. An `int(N)` holds -2^(N-1) .. 2^(N-1) - 1; in between numbers are exact up to 2^52. Say what shall happen beyond: `x = wrap(…)` as two's complement, `x = saturate(…)` at the bound, `clip(x, lo, hi)` at bounds of your own; or state with `check` what a parameter may be.";
    INTEGER_TYPE = "E0313", "integer type",
        "`int(N)` has 2 to 52 bits (receptors: to 32) and is the type of parameters, states, `sum` receptors and `let`s of neurons. An integer changes in `on tick` and `reset` blocks, never by an equation. `wrap` and `saturate` bring a whole right side into the type of the integer that it is assigned to.";
    SYNAPSE = "E0330", "a synapse that cannot be",
        "A `synapse` says what a pre spike delivers: `on pre { … deliver w * u }`, exactly one `deliver`. A `plasticity` says how the weight changes: `weight w: nS in lo .. hi`, `trace x on pre = exp(20 ms) add A`, `on pre`, `on post`, `on every T`, `modulator`, `reads post.v: mV`. Neither has the statements of the other.";
    TWO_VALUES = "W0303", "one quantity with two values",
        "A membrane's time constant is its resistance times its capacitance, or its capacitance divided by its leak. A neuron model that states all three as numbers \
         that do not agree states one quantity twice. Compute one from the others: `param tau: ms = R * C`.";
    UNUSED = "W0301", "declared and not used",
        "Nothing reads this name: the equations do not depend on it. Often a misspelt or forgotten term.";
    NO_RESET = "W0302", "threshold without reset",
        "Nothing ends the condition of a level threshold, so the neuron spikes at every tick, or after every refractory time, while it holds. `spike when rising` gives one spike per crossing.";
}
