//! `rename_type`, `drop_domain`, `rename_label`: no lock on tables, instant; rows follow by themselves.
//!
//! A type has no second name: a domain under the old one takes casts of values and nothing else (traps 18), so what old code
//! meets is a hazard of the path. A label that is renamed in place fails in code that names it (22P02).

use super::step::{Step, patches_between};
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Literal, Object, Patch, QName, Schema, Slot};
use crate::sql::create_domain;

pub(super) fn steps(state: &Schema, from: &QName, to: &QName, domain: bool) -> Vec<Step> {
    let mut called = state.clone();
    called.rename_type(from, to);
    let mut after = called.clone();
    let (mut up, mut down) = (called_sql(from, to), Vec::new());
    if domain {
        after.type_aliases.insert(from.clone(), to.clone());
        up.extend(domain_statements(from, to));
        down.push(drop_domain(from));
    }
    down.extend(called_sql(to, from));
    let mut effect = vec![Patch {
        slot: Slot::TypeName(from.clone(), to.clone()),
        before: Some(Object::Name(from.clone())),
        after: Some(Object::Name(to.clone())),
    }];
    effect.extend(patches_between(&called, &after));
    let mut step = Step::new("rename_type", to.to_string(), None).up(up).down(down);
    if domain {
        step = step.note(format!(
            "The domain {from} takes the casts of old code until contract; comparisons with it fail."
        ));
    }
    step.down_effect = effect.iter().rev().map(Patch::inverse).collect();
    step.up_effect = effect;
    vec![step]
}

pub(super) fn remove_domain(state: &Schema, name: &QName) -> Vec<Step> {
    let Some(enum_type) = state.type_aliases.get(name) else {
        return Vec::new();
    };
    let mut after = state.clone();
    after.type_aliases.remove(name);
    vec![
        Step::new("drop_domain", name.to_string(), None)
            .up([drop_domain(name)])
            .down(domain_statements(name, enum_type))
            .effect(state, &after),
    ]
}

pub(super) fn label(state: &Schema, name: &QName, from: &str, to: &str) -> Vec<Step> {
    debug_assert!(state.enums.contains_key(name));
    let sql = |a: &str, b: &str| {
        Op::EnumRenameValue.plain(format!(
            "ALTER TYPE {name} RENAME VALUE {} TO {}",
            Literal(a),
            Literal(b)
        ))
    };
    let effect = Patch {
        slot: Slot::LabelName(name.clone(), from.to_owned(), to.to_owned()),
        before: Some(Object::Label(from.to_owned())),
        after: Some(Object::Label(to.to_owned())),
    };
    let mut step = Step::new("rename_label", format!("{name}.{from}"), None)
        .up([sql(from, to)])
        .down([sql(to, from)])
        .note(format!(
            "Rows, defaults and checks that have \"{from}\" have \"{to}\" at once."
        ));
    step.down_effect = vec![effect.inverse()];
    step.up_effect = vec![effect];
    vec![step]
}

fn called_sql(from: &QName, to: &QName) -> Vec<Statement> {
    let mut out = Vec::new();
    if from.name != to.name {
        out.push(Op::EnumRename.plain(format!("ALTER TYPE {from} RENAME TO {}", to.name)));
    }
    if from.schema != to.schema {
        let called = from.sibling(to.name.clone());
        out.push(Op::EnumRename.plain(format!("ALTER TYPE {called} SET SCHEMA {}", to.schema)));
    }
    out
}

fn domain_statements(name: &QName, enum_type: &QName) -> Vec<Statement> {
    let [create, comment] = create_domain(name, enum_type);
    vec![Op::DomainCreate.plain(create), Op::CommentOnly.plain(comment)]
}

fn drop_domain(name: &QName) -> Statement {
    Op::DomainDrop.plain(format!("DROP DOMAIN {name}"))
}
