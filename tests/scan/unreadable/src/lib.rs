use schema_core::{PgEnum, Table};

mod missing;
mod broken;

fn inside_of_a_function() {
    #[derive(Table)]
    struct Hidden {
        id: i64,
    }
}

macro_rules! tables {
    ($name:ident) => {
        #[derive(Clone, Table)]
        struct $name {
            id: i64,
        }
    };
}

tables!(Made);

wrap! {
    #[derive(PgEnum)]
    enum Wrapped {
        A,
    }
}

include!("included.in");

#[cfg(target_os = "linux")]
#[derive(Table)]
struct OnLinux {
    id: i64,
}

#[derive(Table)]
struct WithDoubtfulField {
    id: i64,
    #[cfg(unix)]
    inode: i64,
}

#[cfg(windows)]
mod on_windows {
    #[derive(schema_core::Table)]
    struct Registry {
        id: i64,
    }
}

#[cfg_attr(unix, derive(Clone, Table))]
struct Doubtful {
    id: i64,
}

/// Nothing that the scan reads depends on the target here.
#[derive(Table)]
#[cfg_attr(unix, derive(Clone))]
struct Harmless {
    id: i64,
}

#[derive(Table)]
struct Twice {
    id: i64,
}

#[derive(Table)]
#[schemagen(table = "twice")]
struct Again {
    id: i64,
}
