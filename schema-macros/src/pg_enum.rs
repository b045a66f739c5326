use proc_macro2::TokenStream;
use quote::quote;
use schema_model::parse_enum;

/// `SqlType` for the enum; also after a mistake, so that it stays one message.
pub(crate) fn expand(input: &syn::DeriveInput) -> TokenStream {
    let (declared, mistakes) = parse_enum(input);
    let errors = mistakes.to_compile_errors();
    if declared.skip {
        return errors;
    }
    let krate = crate::table::crate_path(declared.crate_path.as_ref());
    let (ident, name) = (&declared.ident, declared.sql_name());
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    quote! {
        #errors
        impl #generics #krate::SqlType for #ident #arguments #conditions {
            const SQL: #krate::SqlName = #krate::SqlName::new(#name);
        }
    }
}
