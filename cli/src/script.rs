use schema_core::plan::{Class, Plan};

/// The whole plan, all phases, as one script for `psql -X -v ON_ERROR_STOP=1`.
pub fn script(plan: &Plan) -> String {
    let mut text = String::new();
    for file in &plan.files {
        if !text.is_empty() {
            text.push('\n');
        }
        let body = file.up.text.trim_end();
        match file.up.class {
            Class::Transaction => text.push_str(&format!("BEGIN;\n{body}\nCOMMIT;\n")),
            Class::Alone | Class::Batches => text.push_str(&format!("{body}\n")),
        }
    }
    text
}
