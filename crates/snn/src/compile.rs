//! From a main file to a network and its chip.

use snn_chip::ChipSpec;
use snn_diagnostics::Checked;
use snn_emulator::Emulator;
use snn_ir::Network;
use snn_lower::Decision;
use snn_map::{Mapping, assemble};
use snn_model::{Options, Project};

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
    /// Bytes that a session of this network will need.
    pub fn predicted_bytes(&self) -> u64 {
        let nowhere = Mapping {
            chip: self.chip.name.clone(),
            mapper: String::new(),
            mesh_width: 1,
            mesh_height: 1,
            cores: Vec::new(),
        };
        Emulator::predict(&assemble(&self.network, &self.chip, &nowhere))
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

/// Compiles one experiment, the first of the file where none is named.
pub fn compile(
    project: &Project,
    experiment: Option<&str>,
    options: &Options,
) -> Checked<Compiled> {
    snn_model::instantiate(project, experiment, options).and_then(|model| {
        let lowered = snn_lower::lower(&model);
        let compiled = lowered.value.map(|lowered| Compiled {
            network: lowered.network,
            chip: model.chip,
            decisions: lowered.decisions,
        });
        Checked::new(compiled, lowered.diagnostics)
    })
}
