//! Types whose `=` is missing or calls equal what is not the same, and types with spellings of their own.

use super::bench::Definition;
use super::definitions::{Count, compare};
use crate::server;

fn of(type_name: &'static str, values: [&'static str; 2], default: &'static str) -> Definition {
    Definition {
        type_name,
        values,
        default,
        ..Definition::text("", "")
    }
}

fn definitions() -> Vec<Definition> {
    let plain = |d: Definition| Definition {
        old: d.type_name,
        new: d.type_name,
        ..d
    };
    let with = |d: Definition, old: &'static str| Definition { old, new: old, ..d };
    let mood = "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');";
    let enumeration = Definition {
        before: mood,
        ..of("mood", ["sad", "happy"], "ok")
    };
    vec![
        plain(of("json", ["{\"a\":1}", "{\"a\": 1}"], "{}")),
        with(
            of("json", ["{\"a\":1}", "{\"a\": 1}"], "{}"),
            "json NOT NULL DEFAULT '{}'",
        ),
        plain(of("jsonb", ["1.0", "1.00"], "{}")),
        with(of("jsonb", ["1.0", "1.00"], "{}"), "jsonb NOT NULL DEFAULT '{}'"),
        plain(of("numeric", ["1.0", "1.00"], "0")),
        with(of("numeric", ["1.0", "1.00"], "1.000"), "numeric DEFAULT 1.000"),
        with(
            of("numeric(10,2)", ["1.0", "1.50"], "0"),
            "numeric(10,2) NOT NULL DEFAULT 0",
        ),
        plain(of("double precision", ["0", "-0"], "1")),
        plain(of("interval", ["1 day", "24 hours"], "0")),
        plain(of("point", ["(1,2)", "(3,4)"], "(0,0)")),
        plain(of("text[]", ["{a,b}", "{}"], "{NULL}")),
        with(
            of("integer[]", ["{1,2}", "[0:1]={1,2}"], "{}"),
            "integer[] NOT NULL DEFAULT '{}'",
        ),
        plain(enumeration.clone()),
        with(enumeration.clone(), "mood NOT NULL DEFAULT 'ok'"),
        Definition {
            type_name: "mood[]",
            values: ["{sad,ok}", "{happy}"],
            default: "{}",
            ..with(enumeration, "mood[] DEFAULT '{}'")
        },
        with(of("text", ["v", "V"], "d"), "text COLLATE \"C\" DEFAULT 'd'"),
        with(
            of("character varying(20)", ["v", "w"], "d"),
            "character varying(20) NOT NULL DEFAULT 'd'",
        ),
        with(of("character(4)", ["v", "v w"], "d"), "character(4) DEFAULT 'd'"),
        with(
            of("boolean", ["true", "false"], "false"),
            "boolean NOT NULL DEFAULT false",
        ),
        with(
            of(
                "uuid",
                [
                    "00000000-0000-0000-0000-000000000001",
                    "00000000-0000-0000-0000-000000000002",
                ],
                "00000000-0000-0000-0000-000000000000",
            ),
            "uuid DEFAULT '00000000-0000-0000-0000-000000000000'",
        ),
        plain(of(
            "timestamp with time zone",
            ["2020-01-01 00:00:00+00", "2020-01-01 00:00:00+01"],
            "epoch",
        )),
        plain(of("bytea", ["abc", "abd"], "x")),
        plain(of("int4range", ["[1,2]", "empty"], "[0,1)")),
    ]
}

#[tokio::test]
async fn every_type_is_in_step() {
    let (major, url) = server::all_versions().pop().expect("there is a server");
    let mut count = Count::default();
    for definition in definitions() {
        compare(&url, major, &definition, &mut count).await;
    }
    println!("PostgreSQL {major}: {count:?}");
    assert!(count.compared >= 2 * 32 * definitions().len(), "{count:?}");
}
