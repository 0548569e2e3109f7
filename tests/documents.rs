//! Documents that are generated are current. `UPDATE_DOCUMENTS=1 cargo test --workspace documents` writes
//! them.

use std::path::Path;

fn current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{name} is not current: run with UPDATE_DOCUMENTS=1");
}

#[test]
fn schemas_are_current() {
    let messages = ("check.schema.json", snn::diagnostics::json_schema());
    for (name, text) in snn::report::schemas().into_iter().chain([messages]) {
        current(&format!("spec/schema/{name}"), &text);
    }
}

#[test]
fn sweep_schema_is_current() {
    current("spec/schema/sweep.schema.json", &snn::report::sweep_schema());
}

#[test]
fn units_are_current() {
    current("spec/units.md", &snn::units::units_markdown());
}

#[test]
fn every_code_is_listed() {
    let mut text = String::from(
        "# Codes\n\nEvery message has a stable code; `snn explain CODE` prints what stands below it here. The lines with `-` \
         are those of a faulty program, the lines with `+` mend it.\n",
    );
    let mut codes: Vec<_> = snn::diagnostics::Code::all().collect();
    codes.sort_by_key(|c| (c.id()[1..].to_string(), c.id()));
    for code in codes {
        text += &format!("\n## {}: {}\n\n{}\n", code.id(), code.title(), code.text());
        text += &code.pair().map_or(String::new(), |pair| format!("\n```diff\n{pair}\n```\n"));
    }
    current("spec/codes.md", &text);
}
