use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use schema_model::{ColumnDecl, Referent, TableDecl, parse_table};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// One hidden constant for each column, which references and readers name, and one block of checks.
///
/// The output is kept small on purpose: it is compiled for every table of every build.
pub(crate) fn expand(input: &syn::DeriveInput) -> TokenStream {
    let (table, mistakes) = parse_table(input);
    let errors = mistakes.to_compile_errors();
    if table.skip {
        return errors;
    }
    let krate = crate_path(table.crate_path.as_ref());
    let constants = if table.read_of.is_none() && input.generics.type_params().next().is_none() {
        constants(input, &table)
    } else {
        TokenStream::new()
    };
    // After a mistake only the constants follow, for the structs that name them.
    let checks = if mistakes.is_empty() {
        checks(&table)
    } else {
        TokenStream::new()
    };
    quote! {
        #errors
        #[allow(non_upper_case_globals, dead_code, private_interfaces, unreachable_pub, unused_imports)]
        const _: () = {
            use #krate::__private as __schemagen;
            use __schemagen::Unverified as _;
            #constants
            #checks
        };
    }
}

/// The path of schema-core.
pub(crate) fn crate_path(given: Option<&syn::Path>) -> TokenStream {
    given.map_or_else(|| quote!(::schema_core), ToTokens::to_token_stream)
}

/// `Org::id` is checked through this name, since an inherent `id` would collide with `fn id()`.
fn hidden(field: &Ident) -> Ident {
    format_ident!("__schemagen_column_{}", field.unraw(), span = field.span())
}

fn constants(input: &syn::DeriveInput, table: &TableDecl) -> TokenStream {
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    let ident = &table.ident;
    let columns = table.columns.iter().map(|column| {
        let ty = rust_type(column);
        let sql = match column.sql_name() {
            Some(_) => {
                let name = sql_name(column);
                quote!(::core::option::Option::Some(#name))
            }
            None => quote!(__schemagen::Probe::<#ty>::SQL),
        };
        let nullable = column.nullable();
        let value = quote!(__schemagen::Column<#ty> = __schemagen::Column::new(#sql, #nullable));
        let names = std::iter::once(hidden(&column.field)).chain(alias(column, table));
        let constants = names.map(|name| quote!(#[doc(hidden)] pub const #name: #value;));
        quote!(#(#constants)*)
    });
    quote!(impl #generics #ident #arguments #conditions { #(#columns)* })
}

/// A second name for a column that is not called like its field, for structs that read it under its own name.
fn alias(column: &ColumnDecl, table: &TableDecl) -> Option<Ident> {
    let name: Ident = syn::parse_str(&column.name.value).ok()?;
    let taken = table.columns.iter().any(|other| other.field.unraw() == name);
    (!taken).then(|| hidden(&Ident::new(&name.to_string(), Span::call_site())))
}

fn checks(table: &TableDecl) -> TokenStream {
    let types = table
        .columns
        .iter()
        .filter(|column| column.sql_type.is_none() && column.sql_name().is_some() && !is_primitive(&column.decoded));
    let types = types.map(|column| {
        let (ty, name, sql) = (decoded_type(column), &column.name.value, sql_name(column));
        quote_spanned!(column.ty.span()=> __schemagen::is(__schemagen::Probe::<#ty>::SQL, #sql, #name);)
    });
    let types: TokenStream = match table.read_of {
        Some(_) => TokenStream::new(),
        None => types.collect(),
    };
    let references = table.foreign_keys.iter().flat_map(|key| {
        let Referent::Fields { owner, fields } = &key.references else {
            return Vec::new();
        };
        let owner = named(owner, table);
        key.columns
            .iter()
            .zip(fields)
            .filter_map(|(column, field)| {
                let ty = rust_type(table.column(&column.value)?);
                let constant = hidden(field);
                Some(quote_spanned!(field.span()=> let _: __schemagen::Column<#ty> = #owner::#constant;))
            })
            .collect()
    });
    let reads = table.read_of.iter().flat_map(|owner| {
        let owner = named(owner, table);
        table.columns.iter().map(move |column| {
            let name = syn::parse_str::<Ident>(&column.name.value).ok();
            let mut constant = hidden(name.as_ref().unwrap_or(&column.field));
            constant.set_span(column.field.span());
            let (ty, name, nullable) = (decoded_type(column), &column.name.value, column.nullable());
            let found = match &column.sql_type {
                Some(_) => {
                    let sql = sql_name(column);
                    quote!(::core::option::Option::Some(#sql))
                }
                None => quote!(__schemagen::Probe::<#ty>::SQL),
            };
            quote_spanned!(column.ty.span()=> __schemagen::reads(#owner::#constant, #found, #nullable, #name);)
        })
    });
    quote!(#types #(#references)* #(#reads)*)
}

/// Whether the tokens alone are certain: nobody names a type of their own like this.
fn is_primitive(ty: &syn::Type) -> bool {
    const NAMES: &[&str] = &["i8", "i16", "i32", "i64", "f32", "f64", "bool"];
    matches!(ty, syn::Type::Path(path) if NAMES.iter().any(|name| path.path.is_ident(name)))
}

/// `Self` has no meaning outside of the impl.
fn named(path: &syn::Path, table: &TableDecl) -> TokenStream {
    if path.is_ident("Self") {
        table.ident.to_token_stream()
    } else {
        path.to_token_stream()
    }
}

fn sql_name(column: &ColumnDecl) -> TokenStream {
    let name = column.sql_name().unwrap_or_default();
    match name.strip_suffix("[]") {
        Some(element) => quote!(__schemagen::SqlName::new(#element).array()),
        None => quote!(__schemagen::SqlName::new(#name)),
    }
}

/// The Rust type without `Option`.
fn rust_type(column: &ColumnDecl) -> TokenStream {
    with_static(schema_model::strip_option(&column.ty).to_token_stream())
}

/// The type that values are decoded from.
fn decoded_type(column: &ColumnDecl) -> TokenStream {
    with_static(column.decoded.to_token_stream())
}

/// The type with `'static` for every lifetime: the checks stand outside of the impl, where the struct's own are unknown.
fn with_static(tokens: TokenStream) -> TokenStream {
    let mut after_tick = false;
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Punct(punct) => {
                after_tick = punct.as_char() == '\'' && punct.spacing() == Spacing::Joint;
                TokenTree::Punct(punct)
            }
            TokenTree::Ident(ident) if after_tick => {
                after_tick = false;
                TokenTree::Ident(Ident::new("static", ident.span()))
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::None || !group.stream().is_empty() => {
                let mut inner = Group::new(group.delimiter(), with_static(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}
