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
    NOISE = "E0320", "white noise",
        "`white()` is Gaussian white noise of unit strength (s^-1/2): it has no value at one time, only its integral has. It stands in equations, and in lets that only equations use. Linear equations are integrated exactly, others by the Euler–Maruyama method; methods that assume a smooth right side cannot integrate it.";
    UNUSED = "W0301", "declared and not used",
        "Nothing reads this name: the equations do not depend on it. Often a misspelt or forgotten term.";
    NO_RESET = "W0302", "threshold without reset",
        "Nothing ends the condition of a level threshold, so the neuron spikes at every tick, or after every refractory time, while it holds. `spike when rising` gives one spike per crossing.";
}
