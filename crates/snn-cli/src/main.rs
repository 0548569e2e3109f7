//! The `snn` command. stdout is data, stderr is talk; see [`args::Cli`] for the commands and
//! [`outcome::Exit`] for what the exit code means.

mod args;
mod commands;
mod files;
mod fix;
mod folder;
mod mapping;
mod outcome;
mod progress;
mod run;
mod sweep;

use clap::Parser;

fn main() -> std::process::ExitCode {
    std::panic::set_hook(Box::new(|info| {
        eprintln!("snn: internal error: {info}");
        eprintln!(
            "This is a fault of snn, not of your file. Please report it with the file and the command."
        );
    }));
    let cli = args::Cli::parse();
    match std::panic::catch_unwind(|| commands::dispatch(cli)) {
        Ok(exit) => exit.code(),
        Err(_) => outcome::Exit::Internal.code(),
    }
}
