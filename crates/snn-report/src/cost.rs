//! Where the time of a run went: per worker, per population, and what bounds it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use snn_result::WorkerCost;

use crate::plot::{PALETTE, escape, short};

/// Where the time of a run went. Workers read the clock in one tick of seventeen: these are estimates.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct CostSummary {
    /// Each worker.
    pub workers: Vec<WorkerCost>,
    /// Each population, over all workers.
    pub populations: Vec<PopulationTimes>,
    /// What takes the largest part of the time, in words.
    pub bound: String,
}

/// Seconds of one population.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct PopulationTimes {
    /// Its name.
    pub name: String,
    /// Seconds of update; neurons updated together share their time alike.
    pub update_s: f64,
    /// Nanoseconds of update per neuron and tick.
    pub update_ns: f64,
    /// Seconds of delivery to it, in proportion to the weights delivered.
    pub delivery_s: f64,
    /// Nanoseconds of delivery per weight.
    pub delivery_ns: f64,
}

impl CostSummary {
    /// The summary of these workers and populations.
    pub fn new(workers: Vec<WorkerCost>, populations: Vec<PopulationTimes>) -> Self {
        let mut cost = Self { workers, populations, bound: String::new() };
        cost.bound = cost.bounded_by();
        cost
    }

    /// One line: the share of each part that counts, largest first.
    pub fn line(&self) -> String {
        let shares = self.total().shares().into_iter();
        let shares = shares.map(|(name, share)| format!("{name} {:.0} %", share * 100.0));
        shares.collect::<Vec<_>>().join(", ")
    }

    fn total(&self) -> WorkerCost {
        self.workers.iter().copied().sum()
    }

    fn bounded_by(&self) -> String {
        let total = self.total();
        let shares = total.shares();
        let Some((name, _)) = shares.first() else { return "too short to tell".into() };
        let most = |f: fn(&PopulationTimes) -> f64| {
            self.populations.iter().max_by(|a, b| f(a).total_cmp(&f(b))).filter(|p| f(p) > 0.0)
        };
        let share = |seconds: f64| format!("{:.0} % of the time", 100.0 * seconds / total.all_s());
        match *name {
            "update" => most(|p| p.update_s).map(|p| {
                let (time, each) = (share(p.update_s), p.update_ns);
                format!("update of `{}`: {time}, {each:.1} ns per neuron and tick", p.name)
            }),
            "delivery" => most(|p| p.delivery_s).map(|p| {
                let (time, each) = (share(p.delivery_s), p.delivery_ns);
                format!("delivery to `{}`: {time}, {each:.1} ns per weight", p.name)
            }),
            "exchange" if self.workers.len() > 1 => {
                let busy = |w: &WorkerCost| format!("{:.2}", w.all_s() - w.exchange_s);
                let busy: Vec<String> = self.workers.iter().map(busy).collect();
                Some(format!(
                    "exchange between workers, busy for {} s: try fewer --threads",
                    busy.join(", ")
                ))
            }
            "exchange" => Some("putting spikes in order".into()),
            _ => None,
        }
        .unwrap_or_else(|| name.to_string())
    }

    /// The section of report.html.
    pub(crate) fn html(&self, html: &mut String) {
        let _ = writeln!(html, "<p>Bound by {}.</p>", escape(&self.bound));
        let longest = self.workers.iter().map(WorkerCost::all_s).fold(1e-12, f64::max);
        let height = 22 * self.workers.len() + 24;
        let _ = write!(html, r#"<svg viewBox="0 0 860 {height}" role="img" class="plot">"#);
        for (i, worker) in self.workers.iter().enumerate() {
            let (mut x, y) = (70.0, 22 * i);
            let _ = write!(html, r#"<text x="0" y="{}">worker {i}</text>"#, y + 14);
            for ((name, seconds), colour) in worker.parts().iter().zip(PALETTE) {
                let width = seconds / longest * 790.0;
                let _ = write!(
                    html,
                    r#"<rect x="{x:.1}" y="{y}" width="{width:.1}" height="18" fill="{colour}"><title>{name} {} s</title></rect>"#,
                    short(*seconds)
                );
                x += width;
            }
        }
        let total = self.total();
        for (i, ((name, seconds), colour)) in total.parts().iter().zip(PALETTE).enumerate() {
            let share = 100.0 * seconds / total.all_s().max(1e-12);
            let (x, y) = (70 + 132 * i, height - 16);
            let _ = write!(
                html,
                r#"<rect x="{x}" y="{y}" width="10" height="10" fill="{colour}"/><text x="{}" y="{}">{name} {share:.0} %</text>"#,
                x + 14,
                y + 9
            );
        }
        *html += "</svg>\n<table><tr><th>population</th><th class=\"n\">update</th><th class=\"n\">per neuron and tick</th><th class=\"n\">delivery</th><th class=\"n\">per weight</th></tr>";
        for p in self.populations.iter().take(64) {
            let _ = write!(
                html,
                "<tr><td>{}</td><td class=\"n\">{} s</td><td class=\"n\">{} ns</td><td class=\"n\">{} s</td><td class=\"n\">{} ns</td></tr>",
                escape(&p.name),
                short(p.update_s),
                short(p.update_ns),
                short(p.delivery_s),
                short(p.delivery_ns)
            );
        }
        *html += "</table>\n";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(name: &str, update_s: f64, delivery_s: f64) -> PopulationTimes {
        let name = name.into();
        PopulationTimes { name, update_s, update_ns: 2.0, delivery_s, delivery_ns: 1.0 }
    }

    #[test]
    fn the_largest_part_and_its_population_bound_the_run() {
        let worker = WorkerCost { update_s: 1.0, delivery_s: 3.0, ..WorkerCost::default() };
        let populations = vec![population("small", 0.9, 0.5), population("large", 0.1, 2.5)];
        let cost = CostSummary::new(vec![worker], populations);
        assert_eq!(cost.bound, "delivery to `large`: 62 % of the time, 1.0 ns per weight");
        assert_eq!(cost.line(), "delivery 75 %, update 25 %");
        let waits = WorkerCost { update_s: 1.0, exchange_s: 5.0, ..WorkerCost::default() };
        let cost = CostSummary::new(vec![waits, worker], Vec::new());
        assert!(cost.bound.starts_with("exchange between workers, busy for 1.00, 4.00 s"));
        assert_eq!(CostSummary::new(Vec::new(), Vec::new()).bound, "too short to tell");
    }
}
