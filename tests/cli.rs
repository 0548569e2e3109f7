//! The command as a user meets it: real processes, real files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The binary, built once by cargo from this workspace.
fn binary() -> PathBuf {
    static BUILT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    BUILT
        .get_or_init(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            let output = Command::new(env!("CARGO"))
                .args(["build", "-p", "snn-cli", "--message-format=json", "--quiet"])
                .current_dir(root)
                .stderr(Stdio::inherit())
                .output()
                .unwrap();
            assert!(output.status.success());
            let lines = String::from_utf8(output.stdout).unwrap();
            let found = lines.lines().find_map(|line| {
                let message: serde_json::Value = serde_json::from_str(line).ok()?;
                Some(PathBuf::from(message["executable"].as_str()?))
            });
            found.unwrap()
        })
        .clone()
}

fn snn(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const NETWORK: &str = r#"import "std/neurons.snn" as std
network net {
  param N = 40, w: pA = 40 pA
  population n[N]: std.lif_exp
  source noise[N]: poisson(3 kHz)
  connect noise -> n.exc { rule one_to_one; weight 70 pA; delay 1 ms }
  connect n -> n.exc { rule probability(0.1); weight w; delay 1.5 ms }
}
experiment go of net {
  dt 0.1 ms
  run 200 ms
  seed 5
  record spikes of n
  record v of n[0..2] every 1 ms
  expect rate(n) in 1 Hz .. 200 Hz
}
"#;

fn program(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.snn");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

#[test]
fn exit_codes_say_what_happened() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    assert_eq!(snn(at, &["check", "net.snn"]).status.code(), Some(0));
    assert_eq!(snn(at, &["check", "none.snn"]).status.code(), Some(4));
    assert_eq!(snn(at, &["check"]).status.code(), Some(2));
    assert_eq!(snn(at, &["explain", "E9999"]).status.code(), Some(2));
    std::fs::write(at.join("empty.snn"), "").unwrap();
    assert_eq!(snn(at, &["check", "empty.snn"]).status.code(), Some(0));
    assert_eq!(snn(at, &["run", "empty.snn"]).status.code(), Some(1));
    std::fs::write(at.join("bad.snn"), NETWORK.replace("70 pA", "70 mV")).unwrap();
    let bad = snn(at, &["run", "bad.snn"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(bad.stdout.is_empty(), "faults are talk");
    assert!(!at.join("snn-out").exists(), "nothing is written for a faulty file");
    let fails = NETWORK.replace("in 1 Hz .. 200 Hz", "in 1000 Hz .. 2000 Hz");
    std::fs::write(at.join("fails.snn"), fails).unwrap();
    assert_eq!(snn(at, &["run", "fails.snn", "--quiet"]).status.code(), Some(1));
    let full = snn(at, &["run", "net.snn", "--max-memory", "1KiB"]);
    assert_eq!(full.status.code(), Some(3), "{}", text(&full.stderr));
    let latin = at.join("latin.snn");
    std::fs::write(&latin, b"network caf\xe9 { }").unwrap();
    assert_eq!(snn(at, &["check", "latin.snn"]).status.code(), Some(1));
}

#[test]
fn a_result_folder_is_complete_and_never_lost() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let first = snn(at, &["run", "net.snn", "--report", "--threads", "1"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    assert!(first.stdout.is_empty());
    let out = at.join("snn-out/net-go");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let run: serde_json::Value = serde_json::from_str(&read("run.json")).unwrap();
    assert_eq!(run["spike_hash"].as_str().unwrap().len(), 32);
    assert_eq!(run["partial"], false);
    let spikes = read("spikes.csv");
    assert!(spikes.starts_with("population,index,tick,t[ms]\n"));
    assert_eq!(
        spikes.lines().count() as u64 - 1,
        run["populations"][0]["spikes"].as_u64().unwrap()
    );
    let traces = read("traces.csv");
    assert!(traces.starts_with("t[ms],population,index,variable,value[unit]\n"));
    assert_eq!(traces.lines().count(), 1 + 201 * 2);
    report_is_offline(&read("report.html"), &spikes);

    let again = snn(at, &["run", "net.snn"]);
    assert_eq!(again.status.code(), Some(4), "a full folder is not overwritten");
    assert_eq!(read("spikes.csv"), spikes);
    let forced =
        snn(at, &["run", "net.snn", "--force", "--threads", "2", "--mapper", "sequential"]);
    assert_eq!(forced.status.code(), Some(0));
    assert_eq!(read("spikes.csv"), spikes, "threads and mapper change nothing");
    assert_eq!(read("traces.csv"), traces);
    let left: Vec<_> = std::fs::read_dir(at.join("snn-out")).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary folder is left");
}

/// No address of a network; the marks of the raster are the rows of spikes.csv in its window.
fn report_is_offline(html: &str, spikes: &str) {
    for address in ["http://", "https://", "src=", "href=", "@import", "url("] {
        assert!(!html.contains(address), "the report contains {address}");
    }
    let data = html.split("id=\"raster\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let window = data["window_ms"].as_array().unwrap();
    let (from, to) = (window[0].as_f64().unwrap(), window[1].as_f64().unwrap());
    let mut marks: Vec<(u64, u64)> = data["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| ((m[0].as_f64().unwrap() * 1e6) as u64, m[1].as_u64().unwrap()))
        .collect();
    let mut rows: Vec<(u64, u64)> = spikes
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|c| (c[3].parse::<f64>().unwrap(), c[1].parse().unwrap()))
        .filter(|(t, _)| (from..=to).contains(t))
        .map(|(t, index)| ((t * 1e6) as u64, index))
        .collect();
    marks.sort_unstable();
    rows.sort_unstable();
    assert!(!rows.is_empty());
    assert_eq!(marks, rows);
}

#[test]
fn overrides_are_checked_and_seeds_matter() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let hash = |arguments: &[&str]| {
        let mut all = vec!["run", "net.snn", "--force", "--quiet"];
        all.extend(arguments);
        let output = snn(at, &all);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let run = std::fs::read_to_string(at.join("snn-out/net-go/run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(&run).unwrap();
        run["spike_hash"].as_str().unwrap().to_string()
    };
    let base = hash(&[]);
    assert_eq!(hash(&["--seed", "5"]), base);
    assert_ne!(hash(&["--seed", "6"]), base);
    assert_eq!(hash(&["--set", "net.w=0.04 nA"]), base);
    assert_ne!(hash(&["--set", "net.w=80 pA"]), base);
    let wrong = snn(at, &["run", "net.snn", "--set", "net.w=3 mV", "--force"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("--set 1"), "{}", text(&wrong.stderr));
}

#[test]
fn a_saved_run_goes_on_as_if_never_interrupted() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let run = |arguments: &[&str]| {
        let output = snn(at, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    };
    let hash = |folder: &str| {
        let run = std::fs::read_to_string(at.join(folder).join("run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(&run).unwrap();
        run["spike_hash"].as_str().unwrap().to_string()
    };
    run(&["run", "net.snn", "--quiet", "--out", "whole"]);
    run(&["run", "net.snn", "--quiet", "--out", "a", "--set", "go.run=50 ms", "--save-state", "s"]);
    for (out, threads) in [("b", "1"), ("c", "2"), ("d", "1")] {
        let continued = [
            "run",
            "net.snn",
            "--quiet",
            "--out",
            out,
            "--set",
            "go.run=50 ms",
            "--from-state",
            "s",
            "--save-state",
            "s",
            "--threads",
            threads,
        ];
        run(&continued);
    }
    assert_eq!(hash("d"), hash("whole"));
    // Expectations of a continued run measure that run: a rate is not thinned by ticks it did not see.
    let rate = |folder: &str| {
        let run = std::fs::read_to_string(at.join(folder).join("run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(&run).unwrap();
        run["expectations"][0]["value"].as_f64().unwrap()
    };
    let pieces = ["a", "b", "c", "d"].map(rate);
    let mean = pieces.iter().sum::<f64>() / 4.0;
    assert!((mean - rate("whole")).abs() < 1e-9, "{pieces:?} and {}", rate("whole"));
    std::fs::write(at.join("s"), "something else").unwrap();
    let spoilt = snn(at, &["run", "net.snn", "--out", "e", "--from-state", "s"]);
    assert_eq!(spoilt.status.code(), Some(1));
}

/// Runs a shell command in which `$SNN` is the binary.
#[cfg(unix)]
fn shell(folder: &Path, command: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("SNN", binary()).current_dir(folder).output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_at_every_write() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    // No file may grow beyond this many blocks of 512 bytes: each write that needs more fails as on a
    // full disk, while a smaller file is still written.
    let limited = |blocks: u32, arguments: &str| {
        shell(at, &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$SNN\" {arguments}"))
    };
    let failed = |output: &Output, what: &str| {
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{what}: {said}");
        assert!(said.contains(&format!("cannot write {what}")), "{what}: {said}");
    };
    failed(&limited(1, "run net.snn --out full --quiet"), "spikes.csv");
    let silent = NETWORK.replace("  record spikes of n\n", "");
    std::fs::write(at.join("silent.snn"), silent).unwrap();
    failed(&limited(8, "run silent.snn --out full --quiet"), "traces.csv");
    let bare = NETWORK
        .replace("  record spikes of n\n", "")
        .replace("  record v of n[0..2] every 1 ms\n", "");
    std::fs::write(at.join("bare.snn"), bare).unwrap();
    failed(&limited(1, "run bare.snn --out full --quiet"), "run.json");
    failed(&limited(4, "run bare.snn --out full --quiet --report"), "report.html");
    assert!(!at.join("full").exists(), "nothing half-written is left under the name asked for");
    let unsaved = snn(at, &["run", "net.snn", "--out", "kept", "--save-state", "/dev/full"]);
    failed(&unsaved, "/dev/full");
    assert!(at.join("kept/spikes.csv").exists(), "results outlive a state that cannot be saved");
    let left = std::fs::read_dir(at).unwrap().map(|e| e.unwrap().file_name());
    let left: Vec<_> = left.filter(|n| n.to_string_lossy().contains(".part-")).collect();
    assert!(left.is_empty(), "{left:?}");
    failed(&shell(at, "exec \"$SNN\" list net.snn > /dev/full"), "to stdout");
    std::fs::write(at.join("file"), "").unwrap();
    let nowhere = snn(at, &["run", "net.snn", "--out", "file/out"]);
    assert_eq!(nowhere.status.code(), Some(4));
    assert!(text(&nowhere.stderr).contains("cannot create"), "{}", text(&nowhere.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_sees_progress_and_a_pipe_does_not() {
    let (folder, _) = program(&NETWORK.replace("run 200 ms", "run 20 s"));
    let at = folder.path();
    let run = "\"$SNN\" run net.snn --force --threads 1";
    // `script` gives the command a terminal.
    let seen = text(&shell(at, &format!("script -qec '{run}' /dev/null")).stdout);
    for part in ["x real time", "events/s (", "n ", " Hz", " left", "\u{1b}["] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    let plain = text(&shell(at, &format!("NO_COLOR=1 script -qec '{run}' /dev/null")).stdout);
    assert!(plain.contains("x real time"), "{plain}");
    assert!(!plain.contains("\u{1b}[3"), "no colours: {plain}");
    let piped = shell(at, run);
    assert!(!text(&piped.stderr).contains("x real time"));
    assert!(text(&piped.stderr).contains("spike hash"));
}

#[test]
fn the_hash_depends_on_no_tier_and_no_vector_instructions() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let hash = |arguments: &[&str]| {
        let all = [&["run", "net.snn", "--force", "--threads", "1", "--out", "o"], arguments];
        let ran = snn(at, &all.concat());
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        let run = std::fs::read_to_string(at.join("o/run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(&run).unwrap();
        run["spike_hash"].as_str().unwrap().to_string()
    };
    let shapes = hash(&["--tier", "shapes"]);
    assert_eq!(hash(&["--tier", "blocks"]), shapes);
    assert_eq!(hash(&["--tier", "blocks", "--simd", "baseline"]), shapes);
    assert_eq!(hash(&["--simd", "baseline"]), shapes);
    assert_ne!(hash(&["--seed", "6"]), shapes, "there are spikes to compare");
    assert_eq!(snn(at, &["run", "net.snn", "--tier", "x"]).status.code(), Some(2));
}

#[test]
fn the_source_hash_covers_data_files() {
    let given = NETWORK.replace("poisson(3 kHz)", "spikes(file(\"x.csv\"))");
    let (folder, _) = program(&given);
    let hash = |rows: &str| {
        std::fs::write(folder.path().join("x.csv"), format!("index,t[ms]\n{rows}")).unwrap();
        let output = snn(folder.path(), &["run", "net.snn", "--force", "--quiet"]);
        // Whether the expectation holds does not matter here.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
        let run = std::fs::read(folder.path().join("snn-out/net-go/run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_slice(&run).unwrap();
        run["source_hash"].as_str().unwrap().to_string()
    };
    let first = hash("0,10\n");
    assert_eq!(first, hash("0,10\n"));
    assert_ne!(first, hash("0,11\n"));
}

#[test]
fn a_run_says_where_its_time_went() {
    let (folder, _) = program(&NETWORK.replace("run 200 ms", "run 2 s"));
    let at = folder.path();
    let output = snn(at, &["run", "net.snn", "--threads", "1", "--report", "--out", "o"]);
    let run: serde_json::Value =
        serde_json::from_slice(&std::fs::read(at.join("o/run.json")).unwrap()).unwrap();
    let host = &run["host"];
    let worker = &host["cost"]["workers"][0];
    let parts = ["input", "delivery", "update", "plasticity", "recording", "exchange"];
    let part = |name: &str| worker[format!("{name}_s")].as_f64().unwrap();
    let largest = parts.into_iter().max_by(|a, b| part(a).total_cmp(&part(b))).unwrap();
    assert!(part(largest) > 0.0);
    let bound = host["cost"]["bound"].as_str().unwrap();
    assert!(bound.starts_with(largest), "{bound}");
    assert!(text(&output.stderr).contains(&format!("bound by {bound}")));
    let population = &host["cost"]["populations"][0];
    assert_eq!(population["name"], "n");
    let update_s = population["update_s"].as_f64().unwrap();
    assert!((update_s - part("update")).abs() <= 1e-9, "the only population has all of it");
    let report = std::fs::read_to_string(at.join("o/report.html")).unwrap();
    assert!(report.contains(&format!("Bound by {largest}")) && report.contains("worker 0"));
}

#[test]
fn a_network_of_sources_alone_runs() {
    let (folder, _) = program(
        "network net { source s[20]: poisson(50 Hz) }\nexperiment go of net { dt 0.1 ms; run 1 s; record spikes of s }\n",
    );
    let output = snn(folder.path(), &["run", "net.snn", "--report"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rows = std::fs::read_to_string(folder.path().join("snn-out/net-go/spikes.csv")).unwrap();
    // 1,000 expected, with a standard deviation of 32.
    assert!((840..1160).contains(&rows.lines().count()), "{} rows", rows.lines().count());
    assert_eq!(snn(folder.path(), &["map", "net.snn"]).status.code(), Some(0));
}

#[test]
fn every_command_answers() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let out = |arguments: &[&str]| {
        let output = snn(at, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(out(&["list", "net.snn"]).contains("param w: pA = 40 pA"));
    let explained = out(&["explain", "e0204"]);
    assert!(explained.starts_with("E0204") && explained.contains("+  spike when v >= 10 mV"));
    assert!(out(&["explain", "--decisions", "net.snn"]).contains("exact propagators"));
    for emit in ["ast", "model", "ir", "dot", "map", "image"] {
        assert!(!out(&["compile", "net.snn", "--emit", emit]).is_empty(), "{emit}");
    }
    assert!(out(&["map", "net.snn"]).contains("packets between cores"));
    assert!(out(&["map", "net.snn", "--why", "n"]).contains("n lies on"));
    let json = out(&["map", "net.snn", "--format", "json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["usage"]["cores"].is_array());
    out(&["map", "net.snn", "--map-out", "net.map", "--svg", "plan.svg"]);
    assert!(std::fs::read_to_string(at.join("plan.svg")).unwrap().starts_with("<svg"));
    out(&["map", "net.snn", "--mapper", "import:net.map"]);
    assert!(out(&["test", "net.snn"]).contains("ok"));
    out(&["new", "first"]);
    assert!(out(&["test", "first.snn"]).contains("ok"));
    out(&["fmt", "net.snn"]);
    out(&["fmt", "--check", "net.snn"]);
    assert!(out(&["completions", "bash"]).contains("snn"));
    out(&["man", "pages"]);
    assert!(at.join("pages/snn.1").exists());
}

#[test]
fn a_sweep_makes_one_table_however_it_is_run() {
    let swept =
        NETWORK.replace("seed 5\n", "sweep w in [20 pA, 40 pA]\n  sweep seed in 1..4\n").replace(
            "expect rate",
            "expect mean(rate(n)) over seed in 1 Hz .. 200 Hz\n  \
             expect sd(rate_sd(n)) / mean(rate_sd(n)) < 10 over seed, w\n  expect rate",
        );
    let (folder, _) = program(&swept);
    let at = folder.path();
    let run = |arguments: &[&str]| {
        let mut all = vec!["run", "net.snn", "--quiet"];
        all.extend(arguments);
        let output = snn(at, &all);
        (output.status.code(), text(&output.stderr))
    };
    let read = |name: &str| std::fs::read_to_string(at.join("snn-out/net-go").join(name)).unwrap();
    assert_eq!(run(&["--threads", "1"]).0, Some(0));
    let (csv, json) = (read("sweep.csv"), read("sweep.json"));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "point,w[pA],seed,rate(n)[Hz],rate_sd(n)[Hz],holds,spike_hash,error");
    assert_eq!(lines.len(), 7);
    assert!(lines[4].starts_with("3,40,1,"), "{}", lines[4]);
    let table: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(table["expectations"].as_array().unwrap().len(), 3, "{json}");
    let single = snn(
        at,
        &["run", "net.snn", "--quiet", "--out", "one", "--set", "net.w=40 pA", "--seed", "1"],
    );
    assert_eq!(single.status.code(), Some(0), "{}", text(&single.stderr));
    let one = std::fs::read_to_string(at.join("one/run.json")).unwrap();
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert!(lines[4].contains(one["spike_hash"].as_str().unwrap()), "a point is its run");

    // Interrupted after two points, the last line torn.
    let unfinished = json.replace("\"complete\": true", "\"complete\": false");
    std::fs::write(at.join("snn-out/net-go/sweep.json"), unfinished).unwrap();
    let torn = format!("{}\n{}\n{}\n{}", lines[0], lines[5], lines[2], &lines[1][..9]);
    std::fs::write(at.join("snn-out/net-go/sweep.csv"), torn).unwrap();
    assert_eq!(run(&["--threads", "2"]), (Some(0), String::new()));
    assert_eq!((read("sweep.csv"), read("sweep.json")), (csv.clone(), json));
    assert_eq!(run(&[]).0, Some(4), "a complete table is not run again");
    std::fs::write(at.join("net.snn"), swept.replace("70 pA", "71 pA")).unwrap();
    assert_eq!(run(&[]).0, Some(4), "nor mixed with another program's");
    assert_eq!(run(&["--force", "--report"]).0, Some(2));
    assert_eq!(run(&["--force"]).0, Some(0));
    assert_ne!(read("sweep.csv"), csv);
    let tested = snn(at, &["test", "net.snn"]);
    assert_eq!(tested.status.code(), Some(0), "{}", text(&tested.stdout));
    assert!(text(&tested.stdout).contains("6 of 6 points"));
    let fails = swept.replace("over seed in 1 Hz .. 200 Hz", "> 300 Hz over seed");
    std::fs::write(at.join("net.snn"), fails).unwrap();
    let (code, message) = run(&["--force"]);
    assert_eq!(code, Some(1));
    assert!(message.contains("> 300 Hz over seed at w = 20"), "{message}");
}

fn with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(binary())
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_formatter_reads_stdin() {
    let (folder, _) = program(NETWORK);
    let ugly = NETWORK.replace("  population", "population");
    let tidy = with_input(folder.path(), &["fmt", "-"], &ugly);
    assert_eq!((tidy.status.code(), text(&tidy.stdout)), (Some(0), NETWORK.to_owned()));
    assert_eq!(with_input(folder.path(), &["fmt", "--check", "-"], &ugly).status.code(), Some(1));
    assert_eq!(with_input(folder.path(), &["fmt", "--check", "-"], NETWORK).status.code(), Some(0));
    assert_eq!(with_input(folder.path(), &["fmt", "-"], "neuron {").status.code(), Some(1));
}

#[test]
fn fixes_are_applied() {
    let wrong = NETWORK.replace("70 pA", "70 pAA").replace("probability(0.1)", "probabilty(0.1)");
    let (folder, file) = program(&wrong);
    let at = folder.path();
    let shown = snn(at, &["fix", "--diff", "net.snn"]);
    assert!(text(&shown.stdout).contains("+   connect n -> n.exc { rule probability(0.1)"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), wrong, "nothing is written");
    let fixed = snn(at, &["fix", "net.snn"]);
    assert_eq!(fixed.status.code(), Some(0), "{}", text(&fixed.stderr));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), NETWORK);
    assert!(text(&snn(at, &["fix", "net.snn"]).stderr).contains("0 mended, 0 left"));
}

#[test]
fn models_are_described_in_tables() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let shown = text(&snn(at, &["doc", "net.snn"]).stdout);
    for wanted in [
        "## Network net",
        "| w | pA | 40 pA |",
        "| n[N] | std.lif_exp |",
        "| noise[N] | poisson(3 kHz) |",
        "| n | n.exc | rule probability(0.1); weight w; delay 1.5 ms |",
        "## Neuron model lif_exp",
        "dv/dt = ",
    ] {
        assert!(shown.contains(wanted), "{wanted} is missing in\n{shown}");
    }
    let page = text(&snn(at, &["doc", "net.snn", "--format", "html"]).stdout);
    assert!(page.starts_with("<!doctype html>") && page.contains("<td>n.exc</td>"));
    for address in ["http://", "https://", "src=", "href="] {
        assert!(!page.contains(address), "the page contains {address}");
    }
}

#[test]
fn programs_are_compared_by_meaning() {
    let (folder, _) = program(NETWORK);
    let at = folder.path();
    let other = |from: &str, to: &str| {
        std::fs::write(at.join("other.snn"), NETWORK.replace(from, to)).unwrap();
        let output = snn(at, &["diff", "net.snn", "other.snn"]);
        (output.status.code(), text(&output.stdout))
    };
    let same = other(
        "  param N = 40, w: pA = 40 pA\n",
        "// how many\nparam w:pA = 0.04 nA\nparam N = 5*8\n",
    );
    assert_eq!(same, (Some(0), String::new()));
    let (code, shown) = other("N = 40", "N = 50");
    assert_eq!(code, Some(1));
    assert!(shown.contains("experiment go: n, size\n  - 40\n  + 50\n"), "{shown}");
    let (_, shown) = other("delay 1.5 ms", "delay 2 ms");
    assert_eq!(shown, "experiment go: n -> n.exc, delay\n  - 1.5 ms\n  + 2 ms\n");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_recorded() {
    let (folder, _) = program(
        &NETWORK
            .replace("run 200 ms", "run 100000 s")
            .replace("record v of n[0..2] every 1 ms", ""),
    );
    let mut child = Command::new(binary())
        .args(["run", "net.snn"])
        .current_dir(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let asked = std::time::Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(asked.elapsed().as_secs() < 10, "{:?}", asked.elapsed());
    let run = std::fs::read_to_string(folder.path().join("snn-out/net-go/run.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run).unwrap()["partial"], true);
}
