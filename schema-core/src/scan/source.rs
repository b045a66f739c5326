//! The modules of the crates, followed from their roots.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::cfg::{self, Truth};
use super::literal::{self, SqlLiteral};
use super::manifest::{Crate, normal};
use super::{ScanErrors, Span};

/// All that was read.
pub(super) struct Source {
    pub crates: Vec<Crate>,
    pub modules: Vec<Module>,
    /// The root module of each package's library.
    pub libraries: BTreeMap<String, usize>,
    /// Derives in places where no table can be read.
    pub suspects: Vec<Suspect>,
    pub literals: Vec<SqlLiteral>,
    pub notes: Vec<(Span, String)>,
    files: Vec<Arc<Path>>,
    root: PathBuf,
}

/// One module.
pub(super) struct Module {
    pub krate: usize,
    pub parent: Option<usize>,
    pub items: BTreeMap<String, Vec<Item>>,
    pub children: BTreeMap<String, usize>,
    pub uses: Vec<Use>,
}

/// One name that a `use` brings in, or a glob.
pub(super) struct Use {
    /// The name, or `*`.
    pub name: String,
    pub path: Vec<String>,
}

/// A type.
pub(super) struct Item {
    pub at: Span,
    pub file: usize,
    pub kind: ItemKind,
}

pub(super) enum ItemKind {
    /// A struct or an enum.
    Type(Box<TypeItem>),
    Alias(Box<syn::ItemType>),
    /// A union, a trait: something that is no column.
    Opaque,
}

pub(super) struct TypeItem {
    pub input: syn::DeriveInput,
    pub derives: Vec<Vec<String>>,
    /// Where a `cfg` stands that could not be decided, on it or around it.
    pub doubt: Option<Span>,
}

/// A derive where no table can be read.
pub(super) struct Suspect {
    pub module: usize,
    pub at: Span,
    pub derive: Vec<String>,
    /// `a macro`, `a function`, …
    pub inside: &'static str,
}

/// Where the walk stands.
struct Walk<'a> {
    krate: usize,
    module: usize,
    file: usize,
    /// The directory of the file.
    dir: &'a Path,
    /// The directory in which `mod x;` is looked for.
    mod_dir: &'a Path,
    /// Whether the walk is inside of an inline module.
    inline: bool,
    doubt: Option<Span>,
    stack: &'a [PathBuf],
}

impl Source {
    pub fn load(root: &Path, crates: Vec<Crate>, errors: &mut ScanErrors) -> Self {
        let mut source = Self {
            crates,
            modules: Vec::new(),
            libraries: BTreeMap::new(),
            suspects: Vec::new(),
            literals: Vec::new(),
            notes: Vec::new(),
            files: Vec::new(),
            root: normal(root),
        };
        for krate in 0..source.crates.len() {
            let found = &source.crates[krate];
            let (package, lib, bins) = (found.package.clone(), found.lib.clone(), found.bins.clone());
            if let Some(lib) = lib {
                let module = source.module(krate, None);
                source.libraries.insert(package, module);
                source.file(krate, module, &lib, true, None, &[], errors);
            }
            let bins = if source.crates[krate].declares {
                bins
            } else {
                Vec::new()
            };
            for bin in &bins {
                let module = source.module(krate, None);
                source.file(krate, module, bin, true, None, &[], errors);
            }
        }
        source
    }

    fn module(&mut self, krate: usize, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            krate,
            parent,
            items: BTreeMap::new(),
            children: BTreeMap::new(),
            uses: Vec::new(),
        });
        self.modules.len() - 1
    }

    pub fn place(&self, file: usize, span: proc_macro2::Span) -> Span {
        let start = span.start();
        Span {
            file: Arc::clone(&self.files[file]),
            line: start.line,
            column: start.column + 1,
        }
    }

    fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    /// Reads one file into a module.
    #[allow(clippy::too_many_arguments, reason = "the place of a file has this many parts")]
    fn file(
        &mut self,
        krate: usize,
        module: usize,
        path: &Path,
        mod_rs: bool,
        doubt: Option<Span>,
        stack: &[PathBuf],
        errors: &mut ScanErrors,
    ) {
        let path = normal(path);
        let strict = self.crates[krate].declares;
        let shown = self.shown(&path);
        if stack.contains(&path) {
            errors.file(shown, "includes itself through `mod`");
            return;
        }
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                if strict {
                    errors.file(shown, format!("cannot be read: {error}"));
                }
                return;
            }
        };
        self.files.push(shown.into());
        let file = self.files.len() - 1;
        let parsed = match syn::parse_file(&text) {
            Ok(parsed) => parsed,
            Err(error) => {
                if strict {
                    for error in error {
                        let at = self.place(file, error.span());
                        errors.source(at, format!("syntax error: {error}"), "the scan reads only what parses");
                    }
                }
                return;
            }
        };
        let attributes = cfg::attributes(&parsed.attrs, &self.crates[krate].features);
        if attributes.stands == Truth::No {
            return;
        }
        let doubt = doubt.or(attributes.undecided.map(|span| self.place(file, span)));
        let dir = path.parent().unwrap_or(Path::new(".")).to_owned();
        let mod_dir = if mod_rs {
            dir.clone()
        } else {
            dir.join(path.file_stem().unwrap_or_default())
        };
        let stack: Vec<PathBuf> = stack.iter().cloned().chain([path]).collect();
        let walk = Walk {
            krate,
            module,
            file,
            dir: &dir,
            mod_dir: &mod_dir,
            inline: false,
            doubt,
            stack: &stack,
        };
        self.items(&walk, parsed.items, errors);
    }

    fn items(&mut self, walk: &Walk<'_>, items: Vec<syn::Item>, errors: &mut ScanErrors) {
        for item in items {
            self.item(walk, item, errors);
        }
    }

    fn item(&mut self, walk: &Walk<'_>, item: syn::Item, errors: &mut ScanErrors) {
        let Some(attrs) = attrs_of(&item) else { return };
        let attributes = cfg::attributes(attrs, &self.crates[walk.krate].features);
        if attributes.stands == Truth::No {
            return;
        }
        let doubt = attributes
            .undecided
            .map(|span| self.place(walk.file, span))
            .or_else(|| walk.doubt.clone());
        match item {
            syn::Item::Struct(item) => self.type_item(walk, item.into(), attributes.attrs, doubt),
            syn::Item::Enum(item) => self.type_item(walk, item.into(), attributes.attrs, doubt),
            syn::Item::Type(item) => {
                let name = item.ident.clone();
                self.add(walk, &name, ItemKind::Alias(Box::new(item)));
            }
            syn::Item::Union(item) => self.add(walk, &item.ident, ItemKind::Opaque),
            syn::Item::Use(item) => {
                let uses = &mut self.modules[walk.module].uses;
                use_tree(&item.tree, &mut Vec::new(), uses);
            }
            syn::Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, rename)| rename);
                self.modules[walk.module].uses.push(Use {
                    name: name.unraw().to_string(),
                    path: vec![String::new(), item.ident.unraw().to_string()],
                });
            }
            syn::Item::Mod(item) => self.child(walk, item, &attributes.attrs, doubt, errors),
            syn::Item::Macro(item) => self.macro_item(walk, &item),
            other => {
                let test = attributes
                    .attrs
                    .iter()
                    .any(|a| a.path().segments.last().is_some_and(|s| s.ident == "test"));
                if !test {
                    let inside = match &other {
                        syn::Item::Fn(_) => "a function",
                        syn::Item::Impl(_) => "an impl",
                        syn::Item::Trait(_) => "a trait",
                        _ => "an expression",
                    };
                    self.tokens(walk, other.to_token_stream(), inside);
                }
            }
        }
    }

    fn add(&mut self, walk: &Walk<'_>, ident: &syn::Ident, kind: ItemKind) {
        let item = Item {
            at: self.place(walk.file, ident.span()),
            file: walk.file,
            kind,
        };
        let items = &mut self.modules[walk.module].items;
        items.entry(ident.unraw().to_string()).or_default().push(item);
    }

    /// A struct or an enum, without the fields and variants that a `cfg` takes away.
    fn type_item(
        &mut self,
        walk: &Walk<'_>,
        mut input: syn::DeriveInput,
        attrs: Vec<syn::Attribute>,
        doubt: Option<Span>,
    ) {
        let features = &self.crates[walk.krate].features;
        let mut undecided = None;
        let mut keep = |attrs: &mut Vec<syn::Attribute>| {
            if !attrs.iter().any(cfg::decides) {
                return true;
            }
            let found = cfg::attributes(attrs, features);
            undecided = undecided.or(found.undecided);
            *attrs = found.attrs;
            found.stands != Truth::No
        };
        match &mut input.data {
            syn::Data::Struct(data) => strip_fields(&mut data.fields, &mut keep),
            syn::Data::Enum(data) => {
                let variants = std::mem::take(&mut data.variants);
                data.variants = variants
                    .into_iter()
                    .filter_map(|mut variant| keep(&mut variant.attrs).then_some(variant))
                    .collect();
            }
            syn::Data::Union(_) => {}
        }
        let doubt = doubt.or(undecided.map(|span| self.place(walk.file, span)));
        let derives = derives(&attrs);
        input.attrs = attrs;
        let ident = input.ident.clone();
        let item = TypeItem { input, derives, doubt };
        self.add(walk, &ident, ItemKind::Type(Box::new(item)));
    }

    fn child(
        &mut self,
        walk: &Walk<'_>,
        item: syn::ItemMod,
        attrs: &[syn::Attribute],
        doubt: Option<Span>,
        errors: &mut ScanErrors,
    ) {
        let name = item.ident.unraw().to_string();
        let module = self.module(walk.krate, Some(walk.module));
        self.modules[walk.module].children.insert(name.clone(), module);
        let given = attrs.iter().find_map(path_attribute);
        if let Some((_, items)) = item.content {
            let mod_dir = match &given {
                Some(path) if walk.inline => walk.mod_dir.join(path),
                Some(path) => walk.dir.join(path),
                None => walk.mod_dir.join(&name),
            };
            let inner = Walk {
                module,
                mod_dir: &mod_dir,
                inline: true,
                doubt,
                ..*walk
            };
            return self.items(&inner, items, errors);
        }
        let candidates: Vec<(PathBuf, bool)> = match given {
            Some(path) if walk.inline => vec![(walk.mod_dir.join(path), true)],
            Some(path) => vec![(walk.dir.join(path), true)],
            None => vec![
                (walk.mod_dir.join(format!("{name}.rs")), false),
                (walk.mod_dir.join(&name).join("mod.rs"), true),
            ],
        };
        match candidates.iter().find(|(path, _)| path.is_file()) {
            Some((path, mod_rs)) => self.file(walk.krate, module, path, *mod_rs, doubt, walk.stack, errors),
            // Under an undecidable cfg the file may be missing rightly, made by a build or for another target.
            None if self.crates[walk.krate].declares && doubt.is_none() => {
                let looked: Vec<String> = candidates
                    .iter()
                    .map(|(path, _)| self.shown(&normal(path)).display().to_string())
                    .collect();
                let at = self.place(walk.file, item.ident.span());
                errors.source(
                    at,
                    format!("the module `{name}` has no file"),
                    format!("expected {}", looked.join(" or ")),
                );
            }
            None => {}
        }
    }

    fn macro_item(&mut self, walk: &Walk<'_>, item: &syn::ItemMacro) {
        if item.mac.path.is_ident("include") {
            return self.include(walk, item);
        }
        let inside = if item.mac.path.is_ident("macro_rules") {
            "a macro_rules! body"
        } else {
            "a macro's argument"
        };
        self.tokens(walk, item.mac.tokens.clone(), inside);
    }

    /// An included file is looked at, so that a table in it is not missed, but not read into the module.
    fn include(&mut self, walk: &Walk<'_>, item: &syn::ItemMacro) {
        let path = syn::parse2::<syn::LitStr>(item.mac.tokens.clone())
            .ok()
            .map(|text| walk.dir.join(text.value()));
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        match (path, text.and_then(|text| text.parse::<TokenStream>().ok())) {
            (Some(path), Some(tokens)) => {
                let shown = self.shown(&normal(&path));
                self.files.push(shown.into());
                let file = self.files.len() - 1;
                let inner = Walk {
                    file,
                    doubt: None,
                    ..*walk
                };
                self.tokens(&inner, tokens, "an include!");
            }
            _ => {
                let at = self.place(walk.file, item.mac.path.span());
                self.notes.push((
                    at,
                    "the included file was not read; a table in it would be missed".to_owned(),
                ));
            }
        }
    }

    /// Looks for derives and SQL in tokens that are not read as items.
    fn tokens(&mut self, walk: &Walk<'_>, tokens: TokenStream, inside: &'static str) {
        let mut derives = Vec::new();
        let mut strings = Vec::new();
        search(tokens, &mut derives, &mut strings);
        for (derive, span) in derives {
            let at = self.place(walk.file, span);
            self.suspects.push(Suspect {
                module: walk.module,
                at,
                derive,
                inside,
            });
        }
        for string in strings {
            let at = self.place(walk.file, string.span());
            self.literals.extend(literal::sql_literals(&string.value(), at));
        }
    }
}

fn attrs_of(item: &syn::Item) -> Option<&[syn::Attribute]> {
    Some(match item {
        syn::Item::Const(i) => &i.attrs,
        syn::Item::Enum(i) => &i.attrs,
        syn::Item::ExternCrate(i) => &i.attrs,
        syn::Item::Fn(i) => &i.attrs,
        syn::Item::ForeignMod(i) => &i.attrs,
        syn::Item::Impl(i) => &i.attrs,
        syn::Item::Macro(i) => &i.attrs,
        syn::Item::Mod(i) => &i.attrs,
        syn::Item::Static(i) => &i.attrs,
        syn::Item::Struct(i) => &i.attrs,
        syn::Item::Trait(i) => &i.attrs,
        syn::Item::Type(i) => &i.attrs,
        syn::Item::Union(i) => &i.attrs,
        syn::Item::Use(i) => &i.attrs,
        _ => return None,
    })
}

fn strip_fields(fields: &mut syn::Fields, keep: &mut impl FnMut(&mut Vec<syn::Attribute>) -> bool) {
    let strip = |list: &mut syn::punctuated::Punctuated<syn::Field, syn::Token![,]>,
                 keep: &mut dyn FnMut(&mut Vec<syn::Attribute>) -> bool| {
        let all = std::mem::take(list);
        *list = all
            .into_iter()
            .filter_map(|mut field| keep(&mut field.attrs).then_some(field))
            .collect();
    };
    match fields {
        syn::Fields::Named(fields) => strip(&mut fields.named, keep),
        syn::Fields::Unnamed(fields) => strip(&mut fields.unnamed, keep),
        syn::Fields::Unit => {}
    }
}

fn path_attribute(attr: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attr.meta else {
        return None;
    };
    let syn::Expr::Lit(literal) = &pair.value else {
        return None;
    };
    match &literal.lit {
        syn::Lit::Str(text) if pair.path.is_ident("path") => Some(text.value()),
        _ => None,
    }
}

/// The paths in `#[derive(…)]`.
fn derives(attrs: &[syn::Attribute]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        let _ = attr.parse_nested_meta(|meta| {
            found.push(segments(&meta.path));
            Ok(())
        });
    }
    found
}

/// A path's names; a leading `::` gives an empty first one.
pub(super) fn segments(path: &syn::Path) -> Vec<String> {
    let leading = path.leading_colon.map(|_| String::new());
    leading
        .into_iter()
        .chain(path.segments.iter().map(|segment| segment.ident.unraw().to_string()))
        .collect()
}

fn use_tree(tree: &syn::UseTree, path: &mut Vec<String>, uses: &mut Vec<Use>) {
    match tree {
        syn::UseTree::Path(inner) => {
            path.push(inner.ident.unraw().to_string());
            use_tree(&inner.tree, path, uses);
            path.pop();
        }
        syn::UseTree::Name(inner) => {
            let name = inner.ident.unraw().to_string();
            let mut path = path.clone();
            // `use a::{self}` brings in `a`.
            if name != "self" {
                path.push(name);
            }
            if let Some(name) = path.last().cloned() {
                uses.push(Use { name, path });
            }
        }
        syn::UseTree::Rename(inner) => {
            let mut path = path.clone();
            if inner.ident != "self" {
                path.push(inner.ident.unraw().to_string());
            }
            uses.push(Use {
                name: inner.rename.unraw().to_string(),
                path,
            });
        }
        syn::UseTree::Glob(_) => uses.push(Use {
            name: "*".to_owned(),
            path: path.clone(),
        }),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| use_tree(tree, path, uses)),
    }
}

/// Derives and string literals anywhere in tokens.
fn search(tokens: TokenStream, derives: &mut Vec<(Vec<String>, proc_macro2::Span)>, strings: &mut Vec<syn::LitStr>) {
    let mut after_derive = false;
    let mut after_pound = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                if after_derive && group.delimiter() == Delimiter::Parenthesis {
                    derive_paths(group.stream(), derives);
                } else if after_pound && group.delimiter() == Delimiter::Bracket {
                    // Attributes hold no SQL of the application (doc comments are attributes, too).
                    search(group.stream(), derives, &mut Vec::new());
                } else {
                    search(group.stream(), derives, strings);
                }
                (after_derive, after_pound) = (false, false);
            }
            TokenTree::Ident(ident) => (after_derive, after_pound) = (ident == "derive", false),
            TokenTree::Punct(punct) => {
                after_pound = punct.as_char() == '#' || (after_pound && punct.as_char() == '!');
                after_derive = false;
            }
            TokenTree::Literal(literal) => {
                if literal::may_be_sql(&literal.to_string())
                    && let Ok(text) = syn::parse2::<syn::LitStr>(TokenTree::Literal(literal).into())
                {
                    strings.push(text);
                }
                (after_derive, after_pound) = (false, false);
            }
        }
    }
}

fn derive_paths(tokens: TokenStream, derives: &mut Vec<(Vec<String>, proc_macro2::Span)>) {
    let mut path: Vec<String> = Vec::new();
    let mut span = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                path.push(ident.to_string());
                span = Some(ident.span());
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                derives.extend(span.take().map(|span| (std::mem::take(&mut path), span)));
            }
            _ => {}
        }
    }
    derives.extend(span.map(|span| (path, span)));
}
