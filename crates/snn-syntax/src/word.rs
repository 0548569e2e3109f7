//! The vocabulary: words with a meaning in some place of the grammar.

use std::sync::LazyLock;

macro_rules! words {
    ($($name:ident $text:literal)*) => {
        /// A word of the vocabulary. Only the [`RESERVED`] ones cannot be names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Word { $($name),* }

        impl Word {
            /// The word as it is written.
            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

words! {
    And "and" Or "or" Not "not" Div "div" Mod "mod" Xor "xor" If "if" Then "then" Else "else"
    True "true" False "false" In "in" Of "of" On "on" At "at" By "by" To "to" From "from"
    Every "every" Within "within" Each "each" Step "step" Tick "tick" Round "round"
    Signed "signed" Unsigned "unsigned" Over "over" Near "near"
    Import "import" As "as" Const "const" Fn "fn" Neuron "neuron" Synapse "synapse"
    Plasticity "plasticity" Network "network" Chip "chip" Board "board" Mapping "mapping"
    Experiment "experiment"
    Param "param" Check "check" State "state" Input "input" Receptor "receptor" Let "let"
    Spike "spike" When "when" Rising "rising" Rate "rate" Reset "reset" Refractory "refractory"
    Hold "hold" Mute "mute" Solve "solve" Substeps "substeps" Compartment "compartment"
    Couple "couple" White "white"
    Population "population" Source "source" Connect "connect" For "for" Rule "rule"
    Weight "weight" Delay "delay" Via "via" Learn "learn" No "no" Axon "axon"
    Dendrite "dendrite" Back "back" Ties "ties" Update "update" Events "events"
    Trace "trace" Modulator "modulator" Reads "reads" Deliver "deliver" Add "add"
    Mesh "mesh" Arithmetic "arithmetic" Core "core" Cores "cores" Energy "energy" Routing "routing"
    Time "time" Neurons "neurons" AxonsIn "axons_in" AxonsOut "axons_out" Synapses "synapses"
    SynapseMemory "synapse_memory" Programs "programs" PerTile "per_tile" Weights "weights"
    Delays "delays" Compartments "compartments"
    Onto "onto" Place "place" Minimise "minimise" Require "require" Split "split"
    Together "together" Apart "apart" Reserve "reserve"
    Dt "dt" Warmup "warmup" Run "run" Seed "seed" Inject "inject" Record "record"
    Expect "expect" Sweep "sweep" Trials "trials" Label "label" Quantise "quantise" Pause "pause"
    Set "set" Keep "keep" Against "against"
    Spikes "spikes" Sent "sent"
}

/// Words that can never be names: operators, and the words that may stand directly after a number or
/// an expression. No unit bears one of these names.
pub const RESERVED: &[&str] = &[
    "and", "at", "by", "div", "each", "else", "every", "false", "from", "if", "in", "mod", "near",
    "not", "of", "on", "or", "over", "round", "signed", "step", "then", "tick", "to", "true",
    "unsigned", "within", "xor",
];

/// Words by first letter: most names are told from words by looking at three or four.
static BY_LETTER: LazyLock<[Vec<(&str, Word)>; 26]> = LazyLock::new(|| {
    let mut by_letter = [const { Vec::new() }; 26];
    for word in Word::ALL {
        by_letter[usize::from(word.text().as_bytes()[0] - b'a')].push((word.text(), *word));
    }
    by_letter
});

impl Word {
    /// The word with these letters.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let letter = text.as_bytes().first()?.wrapping_sub(b'a');
        for (known, word) in BY_LETTER.get(usize::from(letter))? {
            if *known == text {
                return Some(*word);
            }
        }
        None
    }

    /// Whether it can never be a name.
    pub(crate) fn is_reserved(self) -> bool {
        (self as u8) <= (Self::Near as u8)
    }

    /// Whether something must follow it, so that a newline after it ends nothing.
    pub(crate) fn continues(self) -> bool {
        use Word::{And, Div, Else, If, In, Mod, Not, Of, Onto, Or, Then, Xor};
        matches!(self, And | Or | Not | Div | Mod | Xor | If | Then | Else | In | Of | Onto)
    }
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, Word};

    #[test]
    fn the_reserved_list_is_what_the_lexer_reserves() {
        for text in RESERVED {
            assert!(Word::find(text).is_some_and(Word::is_reserved), "{text}");
        }
        assert_eq!(RESERVED.len(), Word::Near as usize + 1);
        assert!(RESERVED.is_sorted());
        assert!(!Word::Import.is_reserved());
    }
}
