//! From a main file to a network and its chip.

use snn_chip::ChipSpec;
use std::collections::HashSet;

use snn_diagnostics::{Checked, Diagnostic};
use snn_emulator::{Emulator, RowChoice};
use snn_ir::Network;
use snn_lower::{Decision, Lowerings};
use snn_map::{Mapping, assemble};
use snn_model::{Checkup, Options, Project, SweepAxis};

/// One experiment, compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The network with its protocol.
    pub network: Network,
    /// The chip it runs on.
    pub chip: ChipSpec,
    /// What the compiler decided and why.
    pub decisions: Vec<Decision>,
}

impl Compiled {
    /// Bytes that a session of this network on so many threads will need; without a mapping, with cores filled in
    /// the order of the text.
    pub fn predicted_bytes(
        &self,
        mapping: Option<&Mapping>,
        threads: usize,
        rows: RowChoice,
    ) -> u64 {
        let nowhere = Mapping {
            chip: self.chip.name.clone(),
            mapper: String::new(),
            mesh_width: 1,
            mesh_height: 1,
            cores: Vec::new(),
        };
        let image = assemble(&self.network, &self.chip, mapping.unwrap_or(&nowhere));
        Emulator::predict(&image, threads, rows)
    }
}

/// Loads a program: `text` is the main file's, `sets` are the texts after `--set`, `read` gives the bytes
/// of a path or says why not. Faults wait in the project until it is checked.
pub fn load(
    path: &str,
    text: String,
    sets: &[String],
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Project {
    let mut project = Project::new(path, text);
    for set in sets {
        project.add_set(set);
    }
    loop {
        let wanted = project.wanted();
        if wanted.is_empty() {
            return project;
        }
        for file in wanted {
            let bytes = read(&file.path);
            project.supply(&file.path, bytes);
        }
    }
}

/// Checks a program and everything it imports, and what only lowering sees of every experiment: stability,
/// time constants. Every fault, one diagnostic each; those of lowering last, and only where there are no
/// others.
pub fn check(project: &Project, options: &Options) -> Checked<Checkup> {
    let mut lowered = Vec::new();
    let mut checkup = snn_model::check_each(project, options, &mut |model| {
        lowered.extend(snn_lower::lower(model).diagnostics);
    });
    if !checkup.has_errors() {
        let key = |d: &Diagnostic| (d.code.id(), d.primary.span);
        let mut seen: HashSet<_> = checkup.diagnostics.iter().map(key).collect();
        checkup.diagnostics.extend(lowered.into_iter().filter(|d| seen.insert(key(d))));
    }
    checkup
}

/// Compiles one experiment, the first of the file where none is named; of a sweep its first point.
pub fn compile(
    project: &Project,
    experiment: Option<&str>,
    options: &Options,
) -> Checked<Compiled> {
    study(project, experiment, options).and_then(|mut study| study.compile(0))
}

/// A checked experiment whose points are compiled one by one.
pub struct Study<'a> {
    model: snn_model::Study<'a>,
    lowerings: Lowerings,
}

/// Checks a program, and gives the study of one experiment, the first of the file where none is named.
pub fn study<'a>(
    project: &'a Project,
    experiment: Option<&str>,
    options: &Options,
) -> Checked<Study<'a>> {
    let study = snn_model::Study::new(project, experiment, options);
    let value = study.value.map(|model| Study { model, lowerings: Lowerings::default() });
    Checked::new(value, study.diagnostics)
}

impl Study<'_> {
    /// Its sweeps, the slowest first.
    pub fn axes(&self) -> Vec<SweepAxis> {
        self.model.axes()
    }

    /// Number of points: 1 where nothing is swept.
    pub fn points(&self) -> usize {
        self.model.points()
    }

    /// Compiles a point, the last sweep the fastest. Only what differs from the point before is lowered
    /// again.
    pub fn compile(&mut self, point: usize) -> Checked<Compiled> {
        let Self { model, lowerings } = self;
        model.model(point).and_then(|model| {
            let lowered = lowerings.lower(&model);
            let compiled = lowered.value.map(|lowered| Compiled {
                network: lowered.network,
                chip: model.chip,
                decisions: lowered.decisions,
            });
            Checked::new(compiled, lowered.diagnostics)
        })
    }
}
