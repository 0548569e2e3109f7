//! report.html: one page, no network address, readable in light and dark.

use std::fmt::Write;

use crate::RunSummary;
use crate::plot::{escape, lines, short};

/// What the page shows.
pub struct Page<'a> {
    /// The summary of the run.
    pub summary: &'a RunSummary,
    /// Command that makes the same run again.
    pub command: String,
    /// Marks of the raster: (t in ms, row); rows count through the recorded neurons.
    pub raster: Vec<(f64, u32)>,
    /// Rows of the raster: first row of each recorded group, its name and number of rows.
    pub groups: Vec<(u32, String, u32)>,
    /// Time window of the raster in ms; all recorded spikes in it are drawn.
    pub window_ms: (f64, f64),
    /// Rates over time: population, (t in ms, Hz).
    pub rates: Vec<(String, Vec<(f64, f64)>)>,
    /// Recorded traces: label, (t in ms, value).
    pub traces: Vec<(String, Vec<(f64, f64)>)>,
    /// Floorplans: title and SVG.
    pub floorplans: Vec<(String, String)>,
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6b6b70; --paper: #fff; --line: #ddd; --good: #1a7f37; --bad: #b42318 }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --soft: #a5a5aa; --paper: #161618; --line: #333; --good: #57c47a; --bad: #ff7b6b } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px; margin: 2.5em auto; padding: 0 1em }
h1 { font-size: 1.6em; margin-bottom: 0 } h2 { font-size: 1.1em; margin: 2em 0 .5em }
p.sub { color: var(--soft); margin-top: .2em }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25em .6em; border-bottom: 1px solid var(--line) }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code, pre { font: 13px/1.5 ui-monospace, monospace } pre { padding: .8em; border: 1px solid var(--line); border-radius: 6px; overflow-x: auto }
canvas { width: 100%; border: 1px solid var(--line); border-radius: 6px }
svg { width: 100%; height: auto } svg.plot text { font-size: 11px } svg.plot text:not([fill]) { fill: var(--soft) } svg.plot .grid { stroke: var(--line) }
.good { color: var(--good) } .bad { color: var(--bad) } .maps { display: flex; gap: 2em } .maps > div { flex: 1 } .maps svg { max-height: 420px }
";

/// Draws the raster's marks: the data stand in the page as JSON.
const SCRIPT: &str = "
const raster = JSON.parse(document.getElementById('raster').textContent);
function draw() {
  const c = document.getElementById('canvas'), r = c.getBoundingClientRect(), k = window.devicePixelRatio || 1;
  c.width = r.width * k; c.height = r.height * k;
  const g = c.getContext('2d'), left = 70 * k, low = 22 * k, w = c.width - left - 8 * k, h = c.height - low - 8 * k;
  const [a, b] = raster.window_ms, rows = Math.max(1, raster.rows);
  g.fillStyle = getComputedStyle(document.body).color; g.font = 11 * k + 'px sans-serif'; g.globalAlpha = .6;
  for (let i = 0; i <= 5; i++) {
    const t = a + (b - a) * i / 5;
    g.textAlign = i == 5 ? 'right' : 'center';
    g.fillText(+t.toPrecision(4) + ' ms', left + w * i / 5, c.height - 5 * k);
  }
  g.textAlign = 'left';
  raster.groups.forEach(([row, name, n], i) => {
    g.fillStyle = raster.colours[i % raster.colours.length]; g.globalAlpha = 1;
    g.fillText(name, 4 * k, 8 * k + h * (row + n / 2) / rows + 4 * k);
  });
  const size = Math.max(1.2 * k, Math.min(4 * k, h / rows));
  raster.marks.forEach(([t, row]) => {
    let i = raster.groups.length - 1; while (i > 0 && raster.groups[i][0] > row) i--;
    g.fillStyle = raster.colours[i % raster.colours.length];
    g.fillRect(left + w * (t - a) / (b - a), 8 * k + h * row / rows, 1.4 * k, size);
  });
}
draw(); addEventListener('resize', draw);
";

/// The page.
pub fn page(page: &Page<'_>) -> String {
    let s = page.summary;
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title><style>{STYLE}</style></head><body>\n<h1>{0}</h1>\n",
        escape(&s.experiment)
    );
    let biological_s = s.ticks as f64 * s.dt_ms * 1e-3;
    let _ = writeln!(
        html,
        "<p class=\"sub\">network <b>{}</b> on chip <b>{}</b> ({}), {} s at dt {} ms, seed {}{}</p>",
        escape(&s.network),
        escape(&s.chip),
        s.arithmetic,
        short(biological_s),
        s.dt_ms,
        s.seed,
        if s.partial { " — <span class=\"bad\">ended early</span>" } else { "" }
    );
    if let Some(error) = &s.error {
        let _ = writeln!(html, "<p class=\"bad\">{}</p>", escape(error));
    }
    expectations(&mut html, s);
    raster(&mut html, page);
    if !page.rates.is_empty() {
        html += "<h2>Rates</h2>\n";
        html += &lines(&page.rates, "ms", "Hz");
    }
    if !page.traces.is_empty() {
        html += "<h2>Traces</h2>\n";
        for trace in &page.traces {
            html += &lines(std::slice::from_ref(trace), "ms", "");
        }
    }
    populations(&mut html, s);
    if !page.floorplans.is_empty() {
        html += "<h2>The chip</h2>\n<div class=\"maps\">";
        for (title, svg) in &page.floorplans {
            // The picture stands inside the page; the name of its format is not needed there.
            let svg = svg.replace(" xmlns=\"http://www.w3.org/2000/svg\"", "");
            let _ = writeln!(html, "<div><p class=\"sub\">{}</p>{svg}</div>", escape(title));
        }
        html += "</div>\n";
    }
    cores(&mut html, s);
    times(&mut html, s);
    let _ = writeln!(
        html,
        "<h2>The same run again</h2>\n<pre>{}</pre>\n<p class=\"sub\">spike hash <code>{}</code>, source <code>{}</code>, mapping <code>{}</code>, snn {}</p>\n</body></html>",
        escape(&page.command),
        s.spike_hash,
        s.source_hash,
        s.mapping_hash,
        s.snn
    );
    html
}

fn expectations(html: &mut String, s: &RunSummary) {
    if s.expectations.is_empty() {
        return;
    }
    *html += "<h2>Expectations</h2>\n<table>";
    for e in &s.expectations {
        let (class, word) = if e.holds { ("good", "holds") } else { ("bad", "fails") };
        let value = e.value.map_or("nothing".into(), short);
        let _ = write!(
            html,
            "<tr><td><code>{}</code></td><td class=\"n\">{value} {}</td><td class=\"{class}\">{word}</td></tr>",
            escape(&e.text),
            escape(&e.unit)
        );
    }
    *html += "</table>\n";
}

fn raster(html: &mut String, page: &Page<'_>) {
    if page.groups.is_empty() {
        return;
    }
    let rows: u32 = page.groups.iter().map(|g| g.2).sum();
    let data = serde_json::json!({
        "window_ms": [page.window_ms.0, page.window_ms.1],
        "rows": rows,
        "groups": page.groups,
        "colours": crate::plot::PALETTE,
        "marks": page.raster,
    });
    // `</` cannot stand inside a script element.
    let data = data.to_string().replace("</", "<\\/");
    let _ = writeln!(
        html,
        "<h2>Spikes</h2>\n<p class=\"sub\">{} spikes of {rows} recorded neurons and trains, {} to {} ms</p>\n<canvas id=\"canvas\" style=\"height: {}px\"></canvas>\n<script type=\"application/json\" id=\"raster\">{data}</script>\n<script>{SCRIPT}</script>",
        page.raster.len(),
        short(page.window_ms.0),
        short(page.window_ms.1),
        (50 + 14 * rows).min(360)
    );
}

fn populations(html: &mut String, s: &RunSummary) {
    *html += "<h2>Populations</h2>\n<table><tr><th>population</th><th class=\"n\">neurons</th><th class=\"n\">spikes</th><th class=\"n\">rate</th></tr>";
    for p in &s.populations {
        let _ = write!(
            html,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{} Hz</td></tr>",
            escape(&p.name),
            p.size,
            p.spikes,
            short(p.rate_hz)
        );
    }
    *html += "</table>\n";
}

fn cores(html: &mut String, s: &RunSummary) {
    *html += "<h2>Cores</h2>\n<table><tr><th>tile</th><th class=\"n\">neurons</th><th class=\"n\">spikes</th><th class=\"n\">synaptic operations</th><th class=\"n\">packets out</th><th class=\"n\">hops</th></tr>";
    for c in s.cores.iter().take(64) {
        let _ = write!(
            html,
            "<tr><td>{}, {}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            c.x, c.y, c.neurons, c.spikes, c.synaptic_operations, c.packets_out, c.hops
        );
    }
    *html += "</table>\n";
    if s.cores.len() > 64 {
        let _ = writeln!(html, "<p class=\"sub\">and {} more</p>", s.cores.len() - 64);
    }
}

fn times(html: &mut String, s: &RunSummary) {
    let t = s.host.timing;
    let biological_s = s.ticks as f64 * s.dt_ms * 1e-3;
    let _ = writeln!(
        html,
        "<h2>Time</h2>\n<p>check {} s, map {} s, build {} s, simulate {} s on {} threads: {} times real time, {} million synaptic operations per second.</p>",
        short(t.check_s),
        short(t.map_s),
        short(t.build_s),
        short(t.simulate_s),
        s.host.threads,
        short(biological_s / t.simulate_s.max(1e-9)),
        short(s.synaptic_operations as f64 / t.simulate_s.max(1e-9) * 1e-6)
    );
    s.host.cost.html(html);
}
