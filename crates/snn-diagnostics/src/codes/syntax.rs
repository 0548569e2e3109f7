//! E01xx: letters, tokens and the grammar (snn-syntax).

super::codes! {
    NOT_AVAILABLE = "E0100", "construct not available yet",
        "The word belongs to the language, and this version cannot run it yet. The rest of the file is checked as usual.";
    UNEXPECTED = "E0101", "unexpected token",
        "The grammar allows something else here. The message lists what.";
}
