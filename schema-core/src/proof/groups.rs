//! Which files go back together.

use crate::plan::PlanFile;

/// Runs of files, as index ranges: a file whose undo needs the ones before it joins them. One among those whose own undo
/// does nothing (a VALIDATE) is undone by the file before it, so that this one belongs to them as well.
pub(super) fn groups(files: &[PlanFile]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        match out.last_mut() {
            Some(last) if file.undo_with_previous => last.end = at + 1,
            _ => out.push(at..at + 1),
        }
        while out.len() > 1
            && out
                .last()
                .is_some_and(|last| last.len() > 1 && stays(&files[last.start]))
        {
            let end = out.pop().map_or(at + 1, |last| last.end);
            if let Some(before) = out.last_mut() {
                before.end = end;
            }
        }
    }
    out
}

/// Whether the way forward changes something that the file's own way back leaves.
fn stays(file: &PlanFile) -> bool {
    !file.up.effect.is_empty() && file.down.effect.is_empty()
}
