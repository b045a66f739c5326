//! The derive's compile time beside `sqlx::FromRow` on the same structs.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const STRUCTS: usize = 1_000;

/// Compilations of each crate; the fastest counts, since noise only ever adds.
const RUNS: usize = 3;

pub fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let plain = compile(folder.path(), "plain", "", "", "")?;
    let from_row = compile(
        folder.path(),
        "from_row",
        "sqlx = { version = \"0.9\", default-features = false, features = [\"postgres\", \"derive\"] }\n",
        "#[derive(sqlx::FromRow)]\n",
        "",
    )?;
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema-core");
    let table = compile(
        folder.path(),
        "table",
        &format!("schema-core = {{ path = {:?} }}\n", core.display().to_string()),
        "#[derive(schema_core::Table)]\n",
        "    #[schemagen(primary_key)]\n",
    )?;
    println!(
        "\ncompile time of {STRUCTS} structs of 10 fields (cargo check of the crate alone, the fastest of {RUNS})"
    );
    println!("{:<22} {plain:>10.0} ms", "without a derive");
    println!("{:<22} {from_row:>10.0} ms", "sqlx::FromRow");
    println!(
        "{:<22} {table:>10.0} ms   {:.2} x FromRow (at most 1.50)",
        "schema_core::Table",
        table / from_row
    );
    Ok(())
}

fn compile(root: &Path, name: &str, dependency: &str, derive: &str, on_key: &str) -> Result<f64, Box<dyn Error>> {
    let folder = root.join(name);
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n[workspace]\n"
        ),
    )?;
    // The versions that this workspace was built with.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock"))?;
    let mut source = String::new();
    for n in 0..STRUCTS {
        let _ = write!(
            source,
            "{derive}pub struct Item{n} {{\n{on_key}    pub id: i64,\n    pub parent: Option<i64>,\n    pub name: String,\n    \
             pub email: Option<String>,\n    pub rank: i32,\n    pub score: Option<f64>,\n    pub active: bool,\n    pub notes: \
             Option<String>,\n    pub small: i16,\n    pub data: Vec<u8>,\n}}\n\n"
        );
    }
    fs::write(folder.join("src/lib.rs"), &source)?;
    let target = root.join("target");
    let check = || -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_INCREMENTAL", "0")
            // The compiler of this build, whatever a dependency's folder asks for.
            .env("RUSTC", Path::new(env!("CARGO")).with_file_name("rustc"))
            .output()?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(start.elapsed().as_secs_f64() * 1000.0)
    };
    // The first one builds the dependencies.
    check()?;
    let mut best = f64::INFINITY;
    for n in 0..RUNS {
        fs::write(folder.join("src/lib.rs"), format!("{source}// {n}\n"))?;
        best = best.min(check()?);
    }
    Ok(best)
}
