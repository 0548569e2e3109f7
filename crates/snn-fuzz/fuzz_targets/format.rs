//! What the formatter writes, it leaves alone in a second pass.

#![no_main]

use libfuzzer_sys::fuzz_target;
use snn::diagnostics::SourceId;
use snn::syntax::format;

fuzz_target!(|text: &str| {
    if let Some(once) = format(SourceId(0), text).value {
        assert_eq!(format(SourceId(0), &once).value.as_deref(), Some(once.as_str()));
    }
});
