//! Exit codes, and how a command ends early.

use std::process::ExitCode;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0.
    Success,
    /// 1: the user's file, a failed expectation, a state that is not finite.
    File,
    /// 2: the command line.
    Usage,
    /// 3: does not fit the chip or the memory.
    Fit,
    /// 4: reading or writing failed.
    Io,
    /// 130: ended by Ctrl-C.
    Interrupted,
    /// 101: our fault.
    Internal,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Success => 0,
            Self::File => 1,
            Self::Usage => 2,
            Self::Fit => 3,
            Self::Io => 4,
            Self::Interrupted => 130,
            Self::Internal => 101,
        })
    }
}

/// A command that ended early; what was to be said has been said.
pub type Outcome<T> = Result<T, Exit>;

/// Says why on stderr and ends with `exit`.
pub fn fail<T>(exit: Exit, message: impl std::fmt::Display) -> Outcome<T> {
    eprintln!("snn: {message}");
    Err(exit)
}

/// Writes data to stdout; a reader that has closed the pipe ends the command quietly.
pub fn print(text: &str) -> Outcome<()> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Exit::Success),
        Err(error) => fail(Exit::Io, format!("cannot write to stdout: {error}")),
    }
}
