//! The column list of a trigger's `UPDATE OF`, and words in the body of a routine.

use super::token::{Kind, Token, tokens};
use crate::schema::Ident;

/// The trigger's definition with `added` in its `UPDATE OF` list as well, where `column` is in it and `added` is not.
pub fn watch_also(definition: &str, column: &Ident, added: &Ident) -> Option<String> {
    let tokens = tokens(definition);
    let list = update_list(&tokens);
    let named = |name: &Ident| list.iter().find(|t| t.identifier().as_deref() == Some(name.raw()));
    if named(added).is_some() {
        return None;
    }
    let at = named(column)?;
    let end = at.start + at.text.len();
    Some(format!("{}, {added}{}", &definition[..end], &definition[end..]))
}

/// The definition without `gone` in its `UPDATE OF` list, where another column stays in it.
pub fn watch_no_more(definition: &str, gone: &Ident) -> Option<String> {
    let tokens = tokens(definition);
    let list = update_list(&tokens);
    let kept: Vec<&str> = list
        .iter()
        .filter(|t| t.identifier().as_deref() != Some(gone.raw()))
        .map(|t| t.text)
        .collect();
    let (first, last) = (list.first()?, list.last()?);
    if kept.is_empty() || kept.len() == list.len() {
        return None;
    }
    let end = last.start + last.text.len();
    Some(format!(
        "{}{}{}",
        &definition[..first.start],
        kept.join(", "),
        &definition[end..]
    ))
}

/// Whether an UPDATE that sets this column fires the trigger for each row.
pub fn fires_on_update(definition: &str, column: &Ident) -> bool {
    let tokens = tokens(definition);
    let words: Vec<&Token> = tokens.iter().filter(|t| t.kind != Kind::Blank).collect();
    let pair = |a: &str, b: &str| words.windows(2).any(|w| w[0].is_word(a) && w[1].is_word(b));
    let row = pair("EACH", "ROW") && !pair("DISABLE", "TRIGGER");
    let head = words.iter().take_while(|t| !t.is_word("ON"));
    let update = head.into_iter().any(|t| t.is_word("UPDATE"));
    let list = update_list(&tokens);
    row && update && (list.is_empty() || list.iter().any(|t| t.identifier().as_deref() == Some(column.raw())))
}

/// The names between `UPDATE OF` and the next word that is no name of the list.
fn update_list<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t Token<'s>> {
    let words: Vec<&Token> = tokens.iter().filter(|t| t.kind != Kind::Blank).collect();
    let start = words
        .windows(2)
        .position(|w| w[0].is_word("UPDATE") && w[1].is_word("OF"));
    let Some(start) = start else { return Vec::new() };
    let mut list = Vec::new();
    let mut at = start + 2;
    while let Some(name) = words.get(at).filter(|t| t.identifier().is_some()) {
        list.push(*name);
        if !words.get(at + 1).is_some_and(|t| t.is(",")) {
            break;
        }
        at += 2;
    }
    list
}

/// Whether the text of a routine, its body included, has the name as a word.
pub fn mentions(definition: &str, name: &Ident) -> bool {
    tokens(definition).iter().any(|token| match token.kind {
        Kind::String if token.text.starts_with('$') => {
            let tag = token.text[1..].find('$').map_or(0, |at| at + 2);
            let end = token.text.len().saturating_sub(tag);
            token.text.get(tag..end).is_some_and(|body| mentions(body, name))
        }
        _ => token.identifier().as_deref() == Some(name.raw()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: &str = "CREATE TRIGGER \"UPDATE OF a\" BEFORE INSERT OR UPDATE OF a, \"B b\" ON public.t FOR EACH ROW EXECUTE FUNCTION f('x')";

    #[test]
    fn a_trigger_watches_one_column_more_and_less() {
        let (a, b, c) = (Ident::new("a"), Ident::new("B b"), Ident::new("c"));
        let more = watch_also(TRIGGER, &a, &c).expect("a is in the list");
        assert!(more.contains("UPDATE OF a, c, \"B b\" ON public.t"), "{more}");
        assert_eq!(watch_no_more(&more, &c).as_deref(), Some(TRIGGER));
        assert_eq!(watch_also(TRIGGER, &c, &a), None, "c is not in the list");
        assert_eq!(watch_also(TRIGGER, &a, &b), None, "both are");
        let whole = TRIGGER.replace(" OF a, \"B b\"", "");
        assert_eq!(watch_also(&whole, &a, &c), None);
    }

    #[test]
    fn an_update_fires_what_watches_it() {
        let (a, c) = (Ident::new("a"), Ident::new("c"));
        assert!(fires_on_update(TRIGGER, &a) && !fires_on_update(TRIGGER, &c));
        let whole = TRIGGER.replace(" OF a, \"B b\"", "");
        assert!(fires_on_update(&whole, &c));
        assert!(!fires_on_update(&whole.replace(" OR UPDATE", ""), &c));
        assert!(!fires_on_update(&whole.replace("EACH ROW", "EACH STATEMENT"), &c));
    }

    #[test]
    fn a_body_mentions_whole_words() {
        let f = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $function$BEGIN NEW.Name := 'other'; END$function$";
        assert!(mentions(f, &Ident::new("name")));
        assert!(!mentions(f, &Ident::new("other")), "a string is no name");
        assert!(!mentions(f, &Ident::new("nam")));
    }
}
