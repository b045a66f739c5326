//! What a file's header announces, and whether an error or a lock is among it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use schema_core::plan::{Phase, PlanFile};

/// Which version a client is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

/// The file that runs or ran last, and the errors that clients met since the beginning.
#[derive(Debug, Default)]
pub struct Moment(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    file: String,
    hazards: BTreeMap<String, String>,
    swapped: bool,
    going_back: bool,
    met: BTreeMap<String, u64>,
}

const CACHED_PLAN: &str = "0A000";
const NO_SUCH_LABEL: &str = "22P02";

impl Moment {
    /// A file begins. Its undo hurts whom it hurt itself.
    pub fn enter(&self, file: &PlanFile, forward: bool) {
        let mut now = self.0.lock().unwrap();
        now.file = format!("{} ({})", file.slug, if forward { "up" } else { "down" });
        now.hazards = hazards(&file.up.text);
        now.swapped |= file.phase == Phase::Cutover;
        now.going_back = file.phase == Phase::Cutover && !forward;
    }

    /// Each client has met what the file left.
    pub fn settled(&self) {
        let mut now = self.0.lock().unwrap();
        if now.going_back {
            now.swapped = false;
        }
    }

    /// The file that runs or ran last.
    pub fn name(&self) -> String {
        self.0.lock().unwrap().file.clone()
    }

    /// The errors met, each with the file and its number.
    pub fn met(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap().met.clone()
    }

    /// # Panics
    /// When nothing announces the error.
    pub fn judge(&self, side: Side, sql: &str, id: i64, error: &sqlx::Error) {
        let mut now = self.0.lock().unwrap();
        let old = side == Side::Old;
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .unwrap_or_default()
            .into_owned();
        let (kind, announced) = match error {
            sqlx::Error::ColumnDecode { .. } => ("decode", old && now.swapped),
            _ if code == CACHED_PLAN => {
                let told = now.hazards.get("select_star").map(String::as_str).unwrap_or_default();
                let star = told.contains("SELECT *") && sql.contains('*');
                let named = told.contains("also where they name it") && sql.starts_with("SELECT");
                (CACHED_PLAN, star || named || now.hazards.contains_key("cutover"))
            }
            _ if code == NO_SUCH_LABEL => (NO_SUCH_LABEL, old && now.swapped),
            _ => ("", false),
        };
        if !announced {
            let message = format!("{side:?} code at {}: {error}\n{sql}\nrow {id}", now.file);
            drop(now);
            panic!("{message}");
        }
        let file = now.file.clone();
        *now.met.entry(format!("{kind} at {file}")).or_default() += 1;
    }
}

/// The lines of a header, each in one piece.
fn lines(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines().take_while(|line| line.starts_with("--")) {
        match (line.strip_prefix("--   "), out.last_mut()) {
            (Some(more), Some(last)) => {
                last.push(' ');
                last.push_str(more);
            }
            _ => out.push(line.trim_start_matches("-- ").to_owned()),
        }
    }
    out
}

/// The hazards that a header tells, each with what it says.
fn hazards(text: &str) -> BTreeMap<String, String> {
    lines(text)
        .iter()
        .filter_map(|line| line.strip_prefix("Hazard ")?.split_once(':'))
        .map(|(name, message)| (name.to_owned(), message.to_owned()))
        .collect()
}

/// Lock modes of tables, in the order of what they stop, by the header's names.
pub const MODES: [&str; 7] = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "ACCESS EXCLUSIVE",
];

/// The strongest lock on each table that a header announces. A table that goes unnamed among many is `*`.
pub fn locks(text: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for line in lines(text) {
        let Some((mode, rest)) = line.strip_prefix("Locks: ").and_then(|l| l.split_once(" on ")) else {
            continue;
        };
        let Some(rank) = MODES.iter().position(|m| *m == mode) else {
            continue;
        };
        let (tables, _) = rest.split_once(": ").unwrap_or((rest, ""));
        let (named, many) = tables.split_once(" and ").map_or((tables, false), |(t, _)| (t, true));
        let unnamed = many.then_some("*");
        for table in named.split(", ").chain(unnamed) {
            let held = out.entry(table.to_owned()).or_insert(rank);
            *held = rank.max(*held);
        }
    }
    out
}
