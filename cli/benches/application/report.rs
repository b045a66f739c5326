//! The figures as tables.

use std::fmt;

use crate::stage::Costs;

/// Every stage at every size, with its ratio to the floor, what it should keep to, and the exponent of its growth.
#[derive(Debug, Default)]
pub struct Stages(Vec<(usize, Costs)>);

/// What a stage should keep to at the middle size.
fn target(stage: &str) -> &'static str {
    match stage {
        "introspect" => "1.3 x",
        "scan" => "introspect",
        "unchanged plan" | "one-column plan" => "100 ms",
        "diff, one column" => "2.3 x, 150 MB",
        _ => "",
    }
}

impl Stages {
    pub fn add(&mut self, tables: usize, costs: Costs) {
        self.0.push((tables, costs));
    }

    fn ms(&self, at: usize, stage: &str) -> Option<f64> {
        let (_, costs) = self.0.get(at)?;
        costs.iter().find(|(name, _)| *name == stage).map(|(_, cost)| cost.ms)
    }

    fn exponents(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((_, costs)) = self.0.last().filter(|_| self.0.len() > 1) else {
            return Ok(());
        };
        write!(f, "\n{:<22}", "exponent of the time")?;
        for pair in self.0.windows(2) {
            write!(f, " {:>15}", format!("{} to {}", pair[0].0, pair[1].0))?;
        }
        writeln!(f)?;
        for (name, _) in costs {
            write!(f, "{name:<22}")?;
            for at in 1..self.0.len() {
                let (small, large) = (self.0[at - 1].0 as f64, self.0[at].0 as f64);
                match (self.ms(at - 1, name), self.ms(at, name)) {
                    (Some(before), Some(after)) => {
                        write!(f, " {:>15.2}", (after / before).ln() / (large / small).ln())?;
                    }
                    _ => write!(f, " {:>15}", "-")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (tables, costs)) in self.0.iter().enumerate() {
            writeln!(
                f,
                "\n{tables} tables, {} columns, {} indexes, {} constraints",
                tables * 15,
                tables * 4,
                tables * 5
            )?;
            writeln!(
                f,
                "{:<22} {:>10} {:>9} {:>9}   at most",
                "stage", "ms", "x bare", "peak MB"
            )?;
            let floor = self.ms(at, "bare queries").unwrap_or(f64::NAN);
            for (name, cost) in costs {
                writeln!(
                    f,
                    "{name:<22} {:>10.1} {:>9.2} {:>9.0}   {}",
                    cost.ms,
                    cost.ms / floor,
                    cost.mb,
                    target(name)
                )?;
            }
        }
        self.exponents(f)
    }
}
