//! The result folder: written under a temporary name and renamed when complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use snn::ir::{Network, ObjectId, ObjectKind};
use snn::result::{Recorder, RecorderError, Sample, Spike, SynapseRecord};

use crate::outcome::{Exit, Outcome, fail};

/// A result folder under construction; an unfinished one is removed.
pub struct Folder {
    place: PathBuf,
    temporary: PathBuf,
    done: bool,
}

impl Folder {
    /// A new folder that will be at `place`.
    pub fn new(place: &Path, replace: bool) -> Outcome<Self> {
        let occupied = std::fs::read_dir(place).is_ok_and(|mut d| d.next().is_some());
        if (occupied && !replace) || place.is_file() {
            return fail(
                Exit::Io,
                format!(
                    "{} is there already and not empty: use --force to replace it, or --out DIR",
                    place.display()
                ),
            );
        }
        let mut name = place.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".part-{}", std::process::id()));
        let temporary = place.with_file_name(name);
        if let Err(error) = std::fs::create_dir_all(&temporary) {
            return fail(Exit::Io, format!("cannot create {}: {error}", temporary.display()));
        }
        Ok(Self { place: place.to_path_buf(), temporary, done: false })
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.temporary.join(name)
    }

    /// Writes a whole file.
    pub fn write(&self, name: &str, text: &str) -> Outcome<()> {
        match std::fs::write(self.file(name), text) {
            Ok(()) => Ok(()),
            Err(error) => fail(Exit::Io, format!("cannot write {name}: {error}")),
        }
    }

    /// Gives the folder its name.
    pub fn finish(mut self) -> Outcome<PathBuf> {
        if self.place.is_dir()
            && let Err(error) = std::fs::remove_dir_all(&self.place)
        {
            return fail(Exit::Io, format!("cannot replace {}: {error}", self.place.display()));
        }
        match std::fs::rename(&self.temporary, &self.place) {
            Ok(()) => {
                self.done = true;
                Ok(self.place.clone())
            }
            Err(error) => fail(Exit::Io, format!("cannot name {}: {error}", self.place.display())),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.done {
            // Nothing better can be done with a folder that cannot be removed.
            let _ = std::fs::remove_dir_all(&self.temporary);
        }
    }
}

const SYNAPSES_HEAD: &str = "t[ms],connection,source,target,ordinal,variable,value[unit]\n";

/// Writes spikes.csv, traces.csv and synapses.csv as the run goes on, and keeps what the report draws.
pub struct Writer<'a> {
    network: &'a Network,
    spikes: BufWriter<File>,
    traces: BufWriter<File>,
    /// Only where synapses are recorded.
    synapses: Option<BufWriter<File>>,
    dt_ms: f64,
    /// Per probe: symbol and coherent size of its unit, per position.
    units: Vec<Vec<(String, f64)>>,
    /// What the report draws.
    pub kept: Kept,
}

/// Data kept for the report, bounded.
#[derive(Default)]
pub struct Kept {
    /// Recorded spikes from the beginning, as many as fit.
    pub spikes: Vec<Spike>,
    /// Whether all recorded spikes are there.
    pub all_spikes: bool,
    /// First traces: label, and (t in ms, value).
    pub traces: Vec<(String, Vec<(f64, f64)>)>,
}

impl Kept {
    const SPIKES: usize = 60_000;
    const TRACES: usize = 6;
    const SAMPLES: usize = 20_000;
}

impl<'a> Writer<'a> {
    /// Opens both files and writes their heads.
    pub fn new(network: &'a Network, folder: &Folder) -> Outcome<Self> {
        let open = |name: &str, head: &str| {
            let file = File::create(folder.file(name)).and_then(|file| {
                let mut file = BufWriter::with_capacity(1 << 16, file);
                file.write_all(head.as_bytes())?;
                Ok(file)
            });
            match file {
                Ok(file) => Ok(file),
                Err(error) => fail(Exit::Io, format!("cannot write {name}: {error}")),
            }
        };
        let unit = |object: u32, variable: &str| match &network.object(ObjectId(object)).kind {
            ObjectKind::Population(kernel) => kernel
                .state(variable)
                .map_or((String::new(), 1.0), |s| kernel.states[s].unit.clone()),
            ObjectKind::Source(_) => (String::new(), 1.0),
        };
        let units = network.protocol.probes.iter().map(|probe| {
            probe.of.iter().map(|(object, _)| unit(object, &probe.variable)).collect()
        });
        Ok(Self {
            network,
            spikes: open("spikes.csv", "population,index,tick,t[ms]\n")?,
            traces: open("traces.csv", "t[ms],population,index,variable,value[unit]\n")?,
            synapses: match network.protocol.synapse_probes.as_slice() {
                [] => None,
                _ => Some(open("synapses.csv", SYNAPSES_HEAD)?),
            },
            dt_ms: network.protocol.dt_ms.to_f64(),
            units: units.collect(),
            kept: Kept { all_spikes: true, ..Kept::default() },
        })
    }

    /// Writes out what is buffered.
    pub fn finish(mut self) -> Outcome<Kept> {
        let mut files = vec![("spikes.csv", &mut self.spikes), ("traces.csv", &mut self.traces)];
        files.extend(self.synapses.as_mut().map(|file| ("synapses.csv", file)));
        for (name, file) in files {
            if let Err(error) = file.flush() {
                return fail(Exit::Io, format!("cannot write {name}: {error}"));
            }
        }
        Ok(self.kept)
    }

    fn time(&self, tick: u64) -> f64 {
        // The product of a decimal dt carries noise in its last digits; nine decimals are exact enough
        // for any dt and show none of it.
        (tick as f64 * self.dt_ms * 1e9).round() / 1e9
    }
}

impl Recorder for Writer<'_> {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), RecorderError> {
        for spike in spikes {
            let name = &self.network.object(ObjectId(spike.object)).name;
            let t = self.time(spike.tick);
            writeln!(self.spikes, "{name},{},{},{t}", spike.index, spike.tick)
                .map_err(|e| RecorderError(format!("cannot write spikes.csv: {e}")))?;
        }
        let room = Kept::SPIKES - self.kept.spikes.len();
        self.kept.all_spikes &= spikes.len() <= room;
        self.kept.spikes.extend(&spikes[..spikes.len().min(room)]);
        Ok(())
    }

    fn samples(&mut self, sample: Sample<'_>) -> Result<(), RecorderError> {
        let probe = &self.network.protocol.probes[sample.probe];
        let t = self.time(sample.tick);
        let rows = probe.of.iter().zip(sample.values).zip(&self.units[sample.probe]);
        for (((object, index), value), (unit, scale)) in rows {
            let name = &self.network.object(ObjectId(object)).name;
            let value = value / scale;
            writeln!(self.traces, "{t},{name},{index},{},{value}", probe.variable)
                .map_err(|e| RecorderError(format!("cannot write traces.csv: {e}")))?;
            let label = || format!("{name}[{index}].{} [{unit}]", probe.variable);
            let kept = &mut self.kept.traces;
            let known = kept.iter().position(|(l, _)| *l == label());
            let at = known.or_else(|| {
                (kept.len() < Kept::TRACES).then(|| {
                    kept.push((label(), Vec::new()));
                    kept.len() - 1
                })
            });
            if let Some(at) = at
                && kept[at].1.len() < Kept::SAMPLES
            {
                kept[at].1.push((t, value));
            }
        }
        Ok(())
    }

    fn synapses(&mut self, records: &[SynapseRecord]) -> Result<(), RecorderError> {
        let network = self.network;
        for record in records {
            let probe = &network.protocol.synapse_probes[record.probe as usize];
            let projection = &network.projections()[probe.of as usize].projection;
            let state = projection.live.as_ref().and_then(|live| {
                let at = live.kernel.state(&probe.variable)?;
                Some(live.kernel.states[at].unit.1)
            });
            let value = record.value / state.unwrap_or(1.0);
            let (_, source) = projection.connector.sources.at(record.source);
            let (_, target) = projection.connector.targets.at(record.target);
            let (t, name, variable) = (self.time(record.tick), &projection.name, &probe.variable);
            let Some(file) = &mut self.synapses else { return Ok(()) };
            writeln!(file, "{t},{name},{source},{target},{},{variable},{value}", record.ordinal)
                .map_err(|e| RecorderError(format!("cannot write synapses.csv: {e}")))?;
        }
        Ok(())
    }
}
