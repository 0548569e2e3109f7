//! The points of a sweep, run side by side.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel, sync_channel};

use snn_diagnostics::Diagnostic;
use snn_emulator::{Control, LoadOptions};
use snn_map::{MapFailure, MapOptions, map};
use snn_result::{Expectation, RecorderError, Sample, Spike, SpikeHash, Verdict};

use crate::{Compiled, Session, SessionError, Study};

/// What a point of a sweep gave.
#[derive(Clone, Debug, PartialEq)]
pub struct PointOutcome {
    /// The values of [`Session::columns`]; NaN where there is none.
    pub values: Vec<f64>,
    /// Whether all expectations that are about single runs hold.
    pub holds: bool,
    /// The spike hash.
    pub hash: SpikeHash,
    /// Why the run ended early.
    pub error: Option<String>,
}

/// Why a sweep could not go on.
#[derive(Debug)]
pub enum PointFailure {
    /// A point has no network; what was found is in the list.
    Faults(Vec<Diagnostic>),
    /// A point does not fit its chip.
    Fit(Box<MapFailure>),
    /// A point cannot be loaded.
    Load(SessionError),
}

/// How points are run.
pub struct PointOptions<'a> {
    /// Points at the same time, each on one thread.
    pub workers: usize,
    /// How each is mapped.
    pub map: MapOptions,
    /// How each is loaded.
    pub load: LoadOptions,
    /// Asked now and then: whether to stop. Points that are not complete then are left out.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// Runs points of a study. `each` gets every complete point, in the order in which they end; the values
/// depend on neither that order nor the number of workers.
///
/// # Errors
/// The first point that cannot be run; those that had begun are completed.
pub fn run_points(
    study: &mut Study<'_>,
    points: impl IntoIterator<Item = usize>,
    options: &PointOptions<'_>,
    each: &mut dyn FnMut(usize, PointOutcome),
) -> Result<(), PointFailure> {
    let (give, take) = sync_channel::<(usize, Compiled)>(0);
    let (report, reports) = channel();
    let take = Mutex::new(take);
    let failure = RefCell::new(None);
    std::thread::scope(|scope| {
        for _ in 0..options.workers.max(1) {
            let (report, take) = (report.clone(), &take);
            scope.spawn(move || {
                while let Some((point, compiled)) = next(take) {
                    // Whoever started the sweep waits for every report.
                    let _ = report.send((point, run(&compiled, options)));
                }
            });
        }
        drop(report);
        let note = &mut |(point, outcome): (usize, Result<Option<PointOutcome>, PointFailure>)| {
            match outcome {
                Ok(Some(outcome)) => each(point, outcome),
                Ok(None) => {}
                Err(found) => {
                    failure.borrow_mut().get_or_insert(found);
                }
            }
        };
        for point in points {
            if (options.stop)() || failure.borrow().is_some() {
                break;
            }
            let compiled = study.compile(point);
            let Some(compiled) = compiled.value else {
                note((point, Err(PointFailure::Faults(compiled.diagnostics))));
                break;
            };
            if give.send((point, compiled)).is_err() {
                break;
            }
            reports.try_iter().for_each(&mut *note);
        }
        drop(give);
        reports.iter().for_each(note);
    });
    failure.into_inner().map_or(Ok(()), Err)
}

fn next(take: &Mutex<Receiver<(usize, Compiled)>>) -> Option<(usize, Compiled)> {
    take.lock().ok()?.recv().ok()
}

/// One point; none where it was stopped.
fn run(
    compiled: &Compiled,
    options: &PointOptions<'_>,
) -> Result<Option<PointOutcome>, PointFailure> {
    let mapped = map(&compiled.network, &compiled.chip, &options.map);
    let mapped = mapped.map_err(|failure| PointFailure::Fit(Box::new(failure)))?;
    let mut session =
        Session::new(compiled, &mapped.mapping, &options.load, None).map_err(PointFailure::Load)?;
    let protocol = &compiled.network.protocol;
    let ticks = protocol.warmup_ticks + protocol.run_ticks;
    let mut stopped = false;
    let outcome = session.run(ticks, &mut Nothing, &mut |_| {
        stopped = (options.stop)();
        if stopped { Control::Stop } else { Control::Continue }
    });
    if stopped && session.tick() < ticks {
        return Ok(None);
    }
    let error = outcome.err().map(|e| e.to_string());
    let lines = protocol.expectations.iter().zip(session.verdicts());
    let mut values = session.columns();
    if error.is_some() {
        values.fill(f64::NAN);
    }
    Ok(Some(PointOutcome {
        values,
        holds: error.is_none() && lines.into_iter().all(|(e, v)| !e.over.is_empty() || v.holds),
        hash: session.result().hash,
        error,
    }))
}

/// The values of sweeps, by name.
pub type At = Vec<(String, String)>;

/// Takes points together: the verdicts of one `expect … over …` line, each with the values of the other
/// sweeps. `at` gives those of a point, `values` its values in the line's columns, in the units they are
/// shown in.
pub fn pooled(
    line: &Expectation,
    points: usize,
    at: impl Fn(usize) -> At,
    values: impl Fn(usize) -> Vec<f64>,
) -> Vec<(At, Verdict)> {
    let columns = line.columns();
    let mut groups: Vec<(At, Vec<Vec<f64>>)> = Vec::new();
    let mut known: HashMap<At, usize> = HashMap::new();
    for point in 0..points {
        let mut kept = at(point);
        kept.retain(|(name, _)| !line.over.contains(name));
        let group = *known.entry(kept.clone()).or_insert_with(|| {
            groups.push((kept, vec![Vec::new(); columns.len()]));
            groups.len() - 1
        });
        for ((list, value), column) in groups[group].1.iter_mut().zip(values(point)).zip(&columns) {
            list.push(value * column.unit.1);
        }
    }
    groups.into_iter().map(|(kept, lists)| (kept, line.pool(&lists))).collect()
}

/// A sweep keeps measures only.
struct Nothing;

impl snn_result::Recorder for Nothing {
    fn spikes(&mut self, _: &[Spike]) -> Result<(), RecorderError> {
        Ok(())
    }

    fn samples(&mut self, _: Sample<'_>) -> Result<(), RecorderError> {
        Ok(())
    }

    fn synapses(&mut self, _: &[snn_result::SynapseRecord]) -> Result<(), RecorderError> {
        Ok(())
    }
}
