//! The invariants of programs.

use crate::{LinearSystem, NeuronKernel, Op, Program, quiet};

/// A broken invariant: our fault, never the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError(pub String);

impl Program {
    /// Every operand is an earlier result, every input and output exists.
    pub fn verify(&self) -> Result<(), VerifyError> {
        for (i, op) in self.ops.iter().enumerate() {
            let mut bad = false;
            op.operands(|r| bad |= r.0 as usize >= i);
            if let Op::Input(n) = op {
                bad |= *n >= self.inputs;
            }
            if bad {
                return Err(VerifyError(format!(
                    "operation {i} ({op:?}) uses what does not exist"
                )));
            }
        }
        match self.outputs.iter().find(|r| r.0 as usize >= self.ops.len()) {
            Some(r) => Err(VerifyError(format!("output {} does not exist", r.0))),
            None => Ok(()),
        }
    }
}

impl NeuronKernel {
    /// Both programs hold and have the signature that the slots say.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.step.verify()?;
        self.init.verify()?;
        let expect = |what: &str, found: usize, wanted: usize| {
            if found == wanted {
                return Ok(());
            }
            Err(VerifyError(format!("{}: {found} {what} instead of {wanted}", self.model)))
        };
        expect("step inputs", self.step.inputs as usize, self.step_inputs())?;
        expect("step outputs", self.step.outputs.len(), self.states.len() + 1)?;
        expect("init inputs", self.init.inputs as usize, 1)?;
        self.systems.iter().try_for_each(LinearSystem::verify)?;
        let wanted: usize = self.systems.iter().map(|s| s.wanted.len()).sum();
        expect("columns of systems", wanted.min(self.columns.len()), wanted)?;
        let given: usize = self.systems.iter().map(|s| s.given.len()).sum();
        let outputs = self.own_columns() + self.states.len() + given;
        expect("init outputs", self.init.outputs.len(), outputs)?;
        match (&self.leap, quiet(self)) {
            (Some(leap), Ok(proved)) if *leap == proved => Ok(()),
            (Some(_), Ok(_)) => Err(VerifyError(format!("{}: another leap", self.model))),
            (Some(_), Err(why)) => Err(VerifyError(format!("{}: {why}", self.model))),
            (None, _) => Ok(()),
        }
    }
}

impl LinearSystem {
    /// It is not too large, and every element lies in its matrix.
    fn verify(&self) -> Result<(), VerifyError> {
        let inside = |all: &[(u32, u32)], rows: u32| {
            all.iter().all(|(row, column)| *row < rows && *column < self.size)
        };
        let small = self.size as usize <= self.max_size();
        if small && inside(&self.given, self.rows()) && inside(&self.wanted, self.size) {
            return Ok(());
        }
        Err(VerifyError(format!("a linear system of size {} does not fit", self.size)))
    }
}
