//! Rust types as SQL types, with every name resolved.

use std::collections::BTreeMap;

use schema_model::{Lookup, Proof, RustType, Spelling, map_type, normalize_sql_type, parse_enum};
use syn::ext::IdentExt;

use super::resolve::{Found, Unresolved};
use super::source::{ItemKind, Source, TypeItem, segments};

/// How many aliases may stand for each other before it is a circle.
const DEPTH: usize = 32;

/// A type as it is written in a module.
#[derive(Clone, Copy)]
struct Scope<'a> {
    source: &'a Source,
    module: usize,
    /// The type arguments of the alias that is being looked into.
    bound: &'a BTreeMap<String, RustType>,
    depth: usize,
}

/// Maps a type as it is written in a module.
pub(super) fn resolve_type(source: &Source, module: usize, ty: &syn::Type) -> RustType {
    let bound = BTreeMap::new();
    let scope = Scope {
        source,
        module,
        bound: &bound,
        depth: 0,
    };
    match scope.map(ty) {
        RustType {
            spelling: Spelling::Named(name),
            ..
        } => unmapped(format!("`{}` is not known here", name.trim_end_matches("[]"))),
        known => known,
    }
}

fn unmapped(why: String) -> RustType {
    RustType::new(Spelling::Unmapped(why), Proof::Nothing)
}

impl Scope<'_> {
    fn map(self, ty: &syn::Type) -> RustType {
        map_type(ty, &|path| self.lookup(path))
    }

    fn lookup(self, path: &syn::Path) -> Lookup {
        let name = segments(path);
        let shown = || name.join("::");
        if let [only] = name.as_slice()
            && let Some(argument) = self.bound.get(only)
        {
            return Lookup::Known(argument.clone());
        }
        match self.source.resolve(self.module, &name) {
            Ok(Found::Item(..)) if self.depth > DEPTH => {
                Lookup::Known(unmapped(format!("`{}` stands for itself", shown())))
            }
            Ok(Found::Item(module, item, n)) => {
                let arguments = type_arguments(path)
                    .map(|ty| {
                        Self {
                            depth: self.depth + 1,
                            ..self
                        }
                        .map(ty)
                    })
                    .collect();
                Lookup::Known(self.item(module, &item, n, arguments))
            }
            Ok(Found::Foreign(path)) => Lookup::Foreign(path),
            Ok(Found::Module(_)) => Lookup::Known(unmapped(format!("`{}` is a module", shown()))),
            Err(Unresolved::Ambiguous) => Lookup::Known(unmapped(format!("`{}` could be several types", shown()))),
            Err(Unresolved::Unknown) => Lookup::Foreign(name.into_iter().filter(|part| !part.is_empty()).collect()),
        }
    }

    fn item(self, module: usize, name: &str, n: usize, arguments: Vec<RustType>) -> RustType {
        match &self.source.item_of(module, name, n).kind {
            ItemKind::Opaque => unmapped(format!("`{name}` is no type for a column")),
            ItemKind::Alias(alias) => {
                let parameters = alias.generics.type_params().map(|p| p.ident.unraw().to_string());
                let bound = parameters.zip(arguments).collect();
                Scope {
                    source: self.source,
                    module,
                    bound: &bound,
                    depth: self.depth + 1,
                }
                .map(&alias.ty)
            }
            ItemKind::Type(item) => self.user_type(module, name, item),
        }
    }

    fn user_type(self, module: usize, name: &str, item: &TypeItem) -> RustType {
        let sqlx = item
            .derives
            .iter()
            .any(|path| path.last().is_some_and(|last| last == "Type"));
        let transparent = has_sqlx(&item.input, "transparent");
        match &item.input.data {
            syn::Data::Enum(_) => {
                if ours(self.source, module, item) == Some("PgEnum") {
                    let (declared, _) = parse_enum(&item.input);
                    return RustType::new(Spelling::Sql(declared.sql_name()), Proof::Std);
                }
                match repr(&item.input) {
                    Some(sql) if sqlx => RustType::new(Spelling::Sql(sql.to_owned()), Proof::Nothing),
                    _ => unmapped(format!("the enum `{name}` does not derive `PgEnum`")),
                }
            }
            syn::Data::Struct(data) => {
                if let Some(given) = type_name(&item.input) {
                    return match normalize_sql_type(&given) {
                        Ok(sql) if sql.built_in || sql.name.contains('.') => {
                            RustType::new(Spelling::Sql(sql.name), Proof::Nothing)
                        }
                        Ok(sql) => RustType::new(Spelling::Sql(format!("public.{}", sql.name)), Proof::Nothing),
                        Err(error) => unmapped(error.to_string()),
                    };
                }
                match data.fields.iter().collect::<Vec<_>>().as_slice() {
                    [only] if transparent || (sqlx && only.ident.is_none()) => {
                        let bound = BTreeMap::new();
                        let inner = Scope {
                            source: self.source,
                            module,
                            bound: &bound,
                            depth: self.depth + 1,
                        };
                        RustType {
                            proof: Proof::Nothing,
                            ..inner.map(&only.ty)
                        }
                    }
                    [_] => unmapped(format!("the newtype `{name}` is not `#[sqlx(transparent)]`")),
                    _ => unmapped(format!("the struct `{name}` has no mapping")),
                }
            }
            syn::Data::Union(_) => unmapped(format!("`{name}` is a union")),
        }
    }
}

/// Which of our derives an item carries.
pub(super) fn ours(source: &Source, module: usize, item: &TypeItem) -> Option<&'static str> {
    let attributed = item.input.attrs.iter().any(|attr| attr.path().is_ident("schemagen"));
    item.derives
        .iter()
        .find_map(|path| source.our_derive(module, path, attributed))
}

fn type_arguments(path: &syn::Path) -> impl Iterator<Item = &syn::Type> {
    let arguments = match path.segments.last().map(|segment| &segment.arguments) {
        Some(syn::PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The integer of `#[repr(i16)]`.
fn repr(input: &syn::DeriveInput) -> Option<&'static str> {
    let mut found = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        let _ = attr.parse_nested_meta(|meta| {
            found = match segments(&meta.path).last().map(String::as_str) {
                Some("i8") => Some("\"char\""),
                Some("i16") => Some("smallint"),
                Some("i32") => Some("integer"),
                Some("i64") => Some("bigint"),
                _ => found,
            };
            Ok(())
        });
    }
    found
}

fn has_sqlx(input: &syn::DeriveInput, key: &str) -> bool {
    let mut found = false;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("sqlx")) {
        let _ = attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(key);
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    found
}

fn type_name(input: &syn::DeriveInput) -> Option<String> {
    let mut found = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("sqlx")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.input.peek(syn::Token![=]) {
                let value = meta.value()?.parse::<syn::Expr>()?;
                if let syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) = value
                    && meta.path.is_ident("type_name")
                {
                    found = Some(text.value());
                }
            }
            Ok(())
        });
    }
    found
}
