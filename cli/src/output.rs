use std::io::Write as _;

use crate::error::CliError;

/// Writes the product to standard output. A reader that has seen enough is no error.
pub fn product(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    let result = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}

/// Says something on standard error.
pub fn say(text: impl std::fmt::Display) {
    // Nobody is left to be told when standard error is closed.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Says why the command ends.
pub fn error(error: &CliError) {
    say(format_args!("error: {error}"));
}

/// Says that it is our fault.
pub fn defect() {
    say("error: schemagen failed at something that it should have refused; please report the message above");
}

/// Log lines go to standard error; `RUST_LOG` chooses which.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sqlx=error"));
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .without_time()
            .try_init(),
    );
}
