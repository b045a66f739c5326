//! Which files go back together.

use crate::plan::PlanFile;

/// Runs of files, as index ranges: a file whose undo needs the ones before it joins them.
pub(super) fn groups(files: &[PlanFile]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        match out.last_mut() {
            Some(last) if file.undo_with_previous => last.end = at + 1,
            _ => out.push(at..at + 1),
        }
    }
    out
}
