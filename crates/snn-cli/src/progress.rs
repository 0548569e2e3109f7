//! The progress line, shown on a terminal only.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use snn::emulator::Progress;
use snn::result::WorkerCost;

/// Shows how far a run is: biological time, speed against real time, rates, time left.
pub struct Line {
    bar: ProgressBar,
    started: Instant,
    first_tick: u64,
    dt_ms: f64,
    /// Populations: name, object, size, mean number of synapses that a spike reaches.
    populations: Vec<(String, usize, u32, f64)>,
    shown: Instant,
}

impl Line {
    /// A line for `ticks` ticks beginning after `first_tick`.
    pub fn new(
        quiet: bool,
        ticks: u64,
        first_tick: u64,
        dt_ms: f64,
        populations: Vec<(String, usize, u32, f64)>,
    ) -> Self {
        let visible = !quiet && std::io::stderr().is_terminal();
        let target = if visible {
            ProgressDrawTarget::stderr_with_hz(5)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(ticks), target);
        let style = match std::env::var_os("NO_COLOR") {
            Some(_) => "{bar:24} {msg}, {eta} left",
            None => "{bar:24.cyan/blue} {msg}, {eta} left",
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        let now = Instant::now();
        Self { bar, started: now, first_tick, dt_ms, populations, shown: now }
    }

    /// Takes a report of the run.
    pub fn update(&mut self, progress: Progress<'_>) {
        self.bar.set_position(progress.tick - self.first_tick);
        if self.bar.is_hidden() || self.shown.elapsed() < Duration::from_millis(150) {
            return;
        }
        self.shown = Instant::now();
        let bio_ms = progress.tick as f64 * self.dt_ms;
        let run_ms = (progress.tick - self.first_tick) as f64 * self.dt_ms;
        let wall_s = self.started.elapsed().as_secs_f64();
        let mut events = 0.0;
        let mut rates = Vec::new();
        for (name, object, size, fan_out) in &self.populations {
            let spikes = progress.spikes[*object] as f64;
            events += spikes * fan_out;
            if rates.len() < 4 {
                rates.push(format!("{name} {:.1} Hz", spikes / f64::from(*size) / bio_ms * 1e3));
            }
        }
        self.bar.set_message(format!(
            "{bio_ms:.0} ms, {:.2}x real time, {:.0} M events/s{}, {}",
            run_ms * 1e-3 / wall_s,
            events / wall_s * 1e-6,
            busiest(progress.cost),
            rates.join(", ")
        ));
    }

    /// Removes the line.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// What takes the largest part of the busiest worker's time.
fn busiest(workers: &[WorkerCost]) -> String {
    let waits = |w: &&WorkerCost| w.exchange_s;
    let busiest = workers.iter().min_by(|a, b| waits(a).total_cmp(&waits(b)));
    let largest = busiest.and_then(|w| w.shares().first().copied());
    largest.map_or(String::new(), |(name, share)| format!(" ({name} {:.0} %)", share * 100.0))
}
