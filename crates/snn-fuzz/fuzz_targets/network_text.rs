//! Any text as the text form of a network: refused, or verified and printed as it reads.

#![no_main]

use libfuzzer_sys::fuzz_target;
use snn::ir::text;

fuzz_target!(|input: &str| {
    if let Ok(network) = text::parse(input)
        && network.verify().is_ok()
    {
        let printed = text::print(&network);
        assert_eq!(text::parse(&printed).map(|n| text::print(&n)).ok(), Some(printed));
    }
});
