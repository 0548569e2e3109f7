//! E02xx: names, units, dimensions, constants (snn-model).

super::codes! {
    UNKNOWN_NAME = "E0201", "unknown name",
        "Nothing of this name is declared here. Names are case-sensitive. Inside a neuron its own declarations are visible, then constants and functions of the file, then those of imports: `alias.name` where the import has an alias.";
    UNKNOWN_UNIT = "E0202", "unknown unit",
        "Units are powers of ten of SI units with the usual prefixes: ms, mV, pA, nS, pF, MOhm, Hz, um. Days, hours and litres are not among them. An identifier directly after a number on the same line is always its unit.";
    DIMENSION = "E0203", "dimensions do not fit",
        "Numbers that are added, subtracted, compared or assigned must measure the same thing: a voltage and a current cannot be added. Prefixes do not matter: 1 V and 1 mV are both voltages. Multiply by a resistance, divide by a conductance or a time constant, or correct the unit.";
    PLAIN_NUMBER = "E0204", "a number lacks its unit",
        "A bare number has no dimension; it never takes the unit of its neighbour. Where a voltage is needed, write `10 mV`, not `10`.";
    NOT_PLAIN = "E0205", "a plain number is needed",
        "exp, log, sin, cos, tanh, exprel, floor, ceil and round depend on the unit unless their argument is a plain number. Divide by a quantity of the same kind: `exp((v - V_T) / D_T)`.";
    POWER = "E0206", "exponent not allowed",
        "The base of a power may have a dimension only where the exponent is a fixed fraction such as 2, 0.5 or 1/3, because the dimension of the result follows from it. A plain base may have any exponent.";
    NOT_A_CONDITION = "E0207", "a condition is needed",
        "`if`, `spike when`, `and`, `or` and `not` take conditions: comparisons, or `true` and `false`. A number is not a condition; compare it.";
    NOT_A_NUMBER = "E0208", "a number is needed",
        "A condition, a text, a range or an array stands where a number is needed. `if condition then 1 else 0` makes a number of a condition.";
    UNKNOWN_FUNCTION = "E0209", "unknown function",
        "Functions of the language are exp log sqrt abs sign min max clip floor ceil round exprel sin cos tanh, the distributions uniform normal lognormal truncated clamp, and what `fn` declares.";
    ARGUMENTS = "E0210", "wrong arguments",
        "A function takes a fixed number of arguments, by position.";
    NO_DRAW = "E0211", "no random number here",
        "Random numbers stand where a value is chosen once: values of parameters and states, weights, delays. In `reset` and `on tick` blocks `uniform()` and `normal()` are drawn anew each time. Equations, conditions, constants and functions are deterministic.";
    DUPLICATE_NAME = "E0212", "declared twice",
        "One name means one thing. Names of the language's functions are taken.";
    CYCLE = "E0213", "circle of definitions",
        "Declarations may stand in any order, but none may need itself, directly or through others. Files that import each other, constants, parameters, lets and functions are all checked for circles; functions are never recursive.";
    CANNOT_READ = "E0214", "file cannot be read",
        "An imported file or a data file is missing, unreadable, or not UTF-8 text. Paths are relative to the file that names them; `std/…` is always the built-in library.";
    NOT_CONSTANT = "E0215", "not a constant",
        "The value must be known before anything runs: numbers, constants and functions of them.";
    NOT_FINITE = "E0216", "no finite value",
        "The value overflows or is a division by zero, a root or logarithm of a negative number.";
    TOO_LARGE = "E0217", "too large to write out",
        "Calls of functions nest too deep, or an expression becomes too large. Split it with `let` or `param`.";
    WRONG_KIND = "E0218", "wrong kind of name",
        "The name is declared, as something else: a network where a neuron model is needed, a constant where a function is called.";
    VANISHING = "W0201", "denominator vanishes",
        "`exp(x) - 1` in a denominator is zero where x is zero, and loses digits near it. `exprel(x)`, which is (exp(x) - 1) / x with the value 1 at 0, is exact there: `x / (exp(x) - 1)` is `1 / exprel(x)`.";
}
