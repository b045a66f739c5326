//! Time and peak memory of a process.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Milliseconds.
    pub ms: f64,
    /// Peak resident memory in MB.
    pub mb: f64,
}

/// The fastest run: noise only ever adds.
pub fn fastest(runs: impl IntoIterator<Item = Cost>) -> Cost {
    runs.into_iter()
        .min_by(|a, b| a.ms.total_cmp(&b.ms))
        .unwrap_or_default()
}

/// Peak resident memory of a process in MB, as the kernel knows it (`VmHWM`).
pub fn peak(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb / 1024.0)
}

/// Runs a command to its end: wall time from its start, and the last peak that was seen.
pub fn run(command: &mut Command) -> Result<Cost, Box<dyn Error>> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let id = child.id().to_string();
    let mut cost = Cost::default();
    let status = loop {
        if let Some(mb) = peak(&id) {
            cost.mb = cost.mb.max(mb);
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    cost.ms = start.elapsed().as_secs_f64() * 1000.0;
    if !status.success() {
        let output = child.wait_with_output()?;
        return Err(format!(
            "{:?} failed: {}",
            command.get_program(),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(cost)
}
