//! Any text through lexer, parser and checker, and the messages that come of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use snn::model::Options;

fuzz_target!(|text: &str| {
    let project = snn::load("main.snn", text.to_owned(), &[], &mut |_| Err("no such file".into()));
    let options = Options { max_objects: 2000, ..Options::default() };
    let found = snn::model::check(&project, &options);
    snn::diagnostics::render_human(&found.diagnostics, &project.sources, false);
});
