struct Broken {
    id: i64
    name: String,
}
