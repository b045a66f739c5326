use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One mistake in the source: what is wrong, and what to do about it.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// The token that it is about.
    pub span: Span,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl Mistake {
    /// The message in one line.
    pub fn message(&self) -> String {
        if self.remedy.is_empty() {
            self.what.clone()
        } else {
            format!("{}; {}", self.what, self.remedy)
        }
    }
}

/// All mistakes of one item.
#[derive(Debug, Clone, Default)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Adds one.
    pub fn add(&mut self, span: Span, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Mistake {
            span,
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }

    /// One `compile_error!` each.
    pub fn to_compile_errors(&self) -> TokenStream {
        self.0
            .iter()
            .map(|mistake| {
                let message = mistake.message();
                quote_spanned!(mistake.span=> ::core::compile_error! { #message })
            })
            .collect()
    }
}
