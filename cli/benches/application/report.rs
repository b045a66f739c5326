//! The figures as tables.

use std::fmt;

use crate::stage::Costs;

/// Every stage at every size, with its ratio to the floor and the exponent of its growth.
#[derive(Debug, Default)]
pub struct Stages(Vec<(usize, Costs)>);

impl Stages {
    pub fn add(&mut self, tables: usize, costs: Costs) {
        self.0.push((tables, costs));
    }

    fn ms(&self, at: usize, stage: &str) -> Option<f64> {
        let (_, costs) = self.0.get(at)?;
        costs.iter().find(|(name, _)| *name == stage).map(|(_, cost)| cost.ms)
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
            writeln!(f, "{:<22} {:>10} {:>9} {:>9}", "stage", "ms", "x bare", "peak MB")?;
            let floor = self.ms(at, "bare queries").unwrap_or(f64::NAN);
            for (name, cost) in costs {
                writeln!(
                    f,
                    "{name:<22} {:>10.1} {:>9.2} {:>9.0}",
                    cost.ms,
                    cost.ms / floor,
                    cost.mb
                )?;
            }
        }
        for pair in 1..self.0.len() {
            let (small, large) = (&self.0[pair - 1], &self.0[pair]);
            writeln!(f, "\nexponent of the time from {} to {} tables", small.0, large.0)?;
            for (name, cost) in &large.1 {
                if let Some(before) = self.ms(pair - 1, name) {
                    let grown = (cost.ms / before).ln() / (large.0 as f64 / small.0 as f64).ln();
                    writeln!(f, "{name:<22} {grown:>10.2}")?;
                }
            }
        }
        Ok(())
    }
}
