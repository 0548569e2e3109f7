//! E01xx: letters, tokens and the grammar (snn-syntax).

super::codes! {
    NOT_AVAILABLE = "E0100", "construct not available yet",
        "The word belongs to the language, and this version cannot run it yet. The rest of the file is checked as usual.";
    UNEXPECTED = "E0101", "unexpected token",
        "The grammar allows something else here. The message lists what.";
    BAD_LETTER = "E0102", "letter or mark without meaning",
        "The text holds a letter or mark that the language does not use, or writes differently: `and` for `&&`, `//` for `#`, `*` for a dot. Names are made of a-z, A-Z, digits and `_`; only units may hold `µ` and `Ω`.";
    BAD_NUMBER = "E0103", "malformed number",
        "Numbers are decimal: digits, perhaps `.` with digits on both sides, perhaps `e` with an exponent: `10`, `0.1`, `2.5e-3`. They must lie within the range of a 64-bit floating-point number. A unit follows after or without a space: `10 mV`, `10mV`.";
    OPEN_TEXT = "E0104", "text without its closing quote",
        "A text stands between two `\"` on one line.";
    UNMATCHED_BRACKET = "E0105", "unmatched bracket",
        "Every `(`, `[` and `{` needs its closing partner. Where one is missing, the message guesses the place from line ends and indentation.";
    TOO_DEEP = "E0106", "nested too deeply or too long",
        "Brackets may nest 128 deep, and an expression may hold 256 operators and brackets on its longest way. Name a part of a long expression with `let` and use the name; build large arrays from files.";
    TOO_LARGE = "E0107", "source text too large",
        "A source text holds at most 64 MiB and 16 million tokens. Move data into files: `list(file(\"edges.csv\"))`.";
    TOO_MANY = "E0108", "too many faults",
        "Only the first 100 faults of a file are shown. Correct these first; they often cause the others.";
    UNKNOWN_STATEMENT = "E0109", "unknown statement",
        "A statement begins with a word that says what it is, such as `param` or `population`. Each layer (neuron, network, chip, mapping, experiment) has its own words; the message lists those that can stand here.";
    LEADING_OPERATOR = "E0110", "statement begins with an operator",
        "A statement ends at the end of its line. To continue an expression on the next line, end the line with the operator, or put the expression in parentheses.";
    RESERVED_NAME = "E0111", "reserved word as a name",
        "Operators and the words that may follow a number are reserved and cannot be names: `and at by div each else every false from if in mod near not of on or over round signed step then tick to true unsigned within xor`.";
    AMBIGUOUS_UNIT = "E0112", "ambiguous unit",
        "Without brackets a unit is one symbol: `10 mV`. For powers and quotients of units write brackets: `10 [mV^2]`, `5 [1/s]`; to compute with the quantity write parentheses: `(10 mV)^2`.";
    NOT_A_UNIT = "E0113", "not a unit expression",
        "A unit expression is a product of powers of unit symbols: `mV`, `1/ms`, `pA/mV^2`, `mV^(1/2)`.";
    CHAINED_COMPARISON = "E0114", "comparisons do not chain",
        "`a < b < c` has no meaning here. Write `a < b and b < c`.";
    MIXED_BITS = "E0115", "bit operators mixed without parentheses",
        "`&`, `|`, `xor`, `<<` and `>>` have no precedence among each other. Say with parentheses what is meant.";
    ASSIGN_OR_COMPARE = "E0116", "`=` and `==` confused",
        "`=` gives a value, `==` compares two values.";
    MISSING_EQUALS = "E0117", "`=` is missing",
        "A value follows after `=`: `param tau: ms = 10 ms`.";
    MISSPELT = "E0118", "misspelt word",
        "The word is unknown here, and close to one that is known.";
    NOT_CALLABLE = "E0119", "only a name can be called",
        "Parentheses with arguments follow a name: `exp(x)`, `std.lif(tau = 10 ms)`.";
}
