pub fn all() {
    query!("SELECT * FROM app.users u JOIN visit v ON v.user_id = u.id");
    query("INSERT INTO visit VALUES ($1, $2) RETURNING *");
    query("SELECT id FROM visit");
}

#[test]
fn not_in_the_application() {
    query("SELECT * FROM visit");
}
