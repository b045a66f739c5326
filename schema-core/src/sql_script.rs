//! Splitting an SQL script into its statements, as psql does it.

/// One statement of a script, without its semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptStatement<'a> {
    /// Its text, from its first word on; comments between its words are part of it.
    pub text: &'a str,
    /// The line of the script on which it begins, from 1.
    pub line: usize,
    /// What follows `COPY … FROM stdin;` up to the line `\.`.
    pub copy_data: Option<&'a str>,
}

/// The statements of a script, in order. Empty ones and comments between them are left out. A line that begins with a
/// backslash where a statement could begin (a psql command) is a statement of its own.
pub fn statements(script: &str) -> Vec<ScriptStatement<'_>> {
    let mut splitter = Splitter {
        script,
        bytes: script.as_bytes(),
        at: 0,
    };
    let mut found = Vec::new();
    while let Some(statement) = splitter.next_statement() {
        found.push(statement);
    }
    found
}

struct Splitter<'a> {
    script: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Splitter<'a> {
    fn next_statement(&mut self) -> Option<ScriptStatement<'a>> {
        loop {
            self.skip_blanks_and_comments();
            let begin = self.at;
            match self.bytes.get(begin)? {
                b';' => self.at += 1,
                b'\\' => {
                    self.at = self.line_end();
                    return Some(self.statement(begin, self.at, None));
                }
                _ => {
                    let end = self.skip_statement();
                    let text = self.script[begin..end].trim_end();
                    let copy_data = copies_from_stdin(text).then(|| self.copy_data());
                    return Some(self.statement(begin, begin + text.len(), copy_data));
                }
            }
        }
    }

    fn statement(&self, begin: usize, end: usize, copy_data: Option<&'a str>) -> ScriptStatement<'a> {
        ScriptStatement {
            text: self.script[begin..end].trim_end(),
            line: 1 + self.bytes[..begin].iter().filter(|b| **b == b'\n').count(),
            copy_data,
        }
    }

    fn line_end(&self) -> usize {
        self.script[self.at..]
            .find('\n')
            .map_or(self.bytes.len(), |n| self.at + n)
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            match self.rest() {
                [b, ..] if b.is_ascii_whitespace() => self.at += 1,
                [b'-', b'-', ..] => self.at = self.line_end(),
                [b'/', b'*', ..] => self.skip_block_comment(),
                _ => return,
            }
        }
    }

    /// Block comments nest in PostgreSQL.
    fn skip_block_comment(&mut self) {
        let mut depth = 0_u32;
        loop {
            match self.rest() {
                [] => return,
                [b'/', b'*', ..] => {
                    depth += 1;
                    self.at += 2;
                }
                [b'*', b'/', ..] => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Moves behind the statement's semicolon and says where the statement ends.
    fn skip_statement(&mut self) -> usize {
        let mut parens = 0_i32;
        // Inside BEGIN ATOMIC … END: how many END are still to come.
        let mut body = 0_u32;
        let mut after_begin = false;
        loop {
            match self.rest() {
                [] => return self.at,
                [b';', ..] if parens <= 0 && body == 0 => {
                    self.at += 1;
                    return self.at - 1;
                }
                [b'-', b'-', ..] => self.at = self.line_end(),
                [b'/', b'*', ..] => self.skip_block_comment(),
                [b'\'', ..] => self.skip_quoted(b'\'', false),
                [b'"', ..] => self.skip_quoted(b'"', false),
                [b'$', ..] => self.skip_dollar(),
                [b'(', ..] => {
                    parens += 1;
                    self.at += 1;
                }
                [b')', ..] => {
                    parens -= 1;
                    self.at += 1;
                }
                [b, ..] if is_word(*b) => {
                    let word = self.take_word();
                    let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
                    if is("e") && self.rest().first() == Some(&b'\'') {
                        self.skip_quoted(b'\'', true);
                    } else if (is("atomic") && after_begin) || (body > 0 && is("case")) {
                        body += 1;
                    } else if body > 0 && is("end") {
                        body -= 1;
                    }
                    after_begin = is("begin");
                }
                _ => self.at += 1,
            }
        }
    }

    fn take_word(&mut self) -> &'a str {
        let begin = self.at;
        while self.bytes.get(self.at).is_some_and(|b| is_word(*b) || *b == b'$') {
            self.at += 1;
        }
        &self.script[begin..self.at]
    }

    fn skip_quoted(&mut self, quote: u8, backslash: bool) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            if backslash && *byte == b'\\' {
                self.at = (self.at + 1).min(self.bytes.len());
            } else if *byte == quote {
                // A doubled quote is read as two strings side by side, which ends in the same place.
                return;
            }
        }
    }

    fn skip_dollar(&mut self) {
        let tag_length = self.rest()[1..].iter().take_while(|b| is_word(**b)).count();
        let tag = &self.rest()[..(tag_length + 2).min(self.rest().len())];
        let is_tag = tag.len() == tag_length + 2 && tag.ends_with(b"$") && !tag.get(1).is_some_and(u8::is_ascii_digit);
        if !is_tag {
            self.at += 1;
            return;
        }
        let tag = &self.script[self.at..self.at + tag.len()];
        let body = self.at + tag.len();
        self.at = self.script[body..]
            .find(tag)
            .map_or(self.bytes.len(), |n| body + n + tag.len());
    }

    fn copy_data(&mut self) -> &'a str {
        self.at = (self.line_end() + 1).min(self.bytes.len());
        let begin = self.at;
        while self.at < self.bytes.len() {
            let end = self.line_end();
            if self.script[self.at..end].trim_end() == "\\." {
                let data = &self.script[begin..self.at];
                self.at = end;
                return data;
            }
            self.at = (end + 1).min(self.bytes.len());
        }
        &self.script[begin..]
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn copies_from_stdin(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    words.first().is_some_and(|w| w == "copy")
        && words
            .windows(2)
            .any(|pair| pair[0] == "from" && pair[1].trim_end_matches(';') == "stdin")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<&str> {
        statements(script).into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn splits_at_semicolons_outside_quotes_and_comments() {
        let script =
            "-- head; er\nSELECT ';' ; SELECT \"a;b\" /* x; /* y; */ z; */ FROM t; -- tail;\n;;\nSELECT 1 -- no end";
        assert_eq!(
            texts(script),
            [
                "SELECT ';'",
                "SELECT \"a;b\" /* x; /* y; */ z; */ FROM t",
                "SELECT 1 -- no end"
            ]
        );
    }

    #[test]
    fn strings_of_every_kind() {
        assert_eq!(texts(r"SELECT E'a\';b'; SELECT 'a\'; SELECT 'it''s; ok'").len(), 3);
        assert_eq!(texts(r"SELECT some'x;y'; SELECT e'\\'; SELECT 2").len(), 3);
        assert_eq!(
            texts("DO $a$ BEGIN; $b$ ; $b$ END; $a$; SELECT $1; SELECT a$b$c; SELECT $$;$$").len(),
            4
        );
        assert_eq!(texts("SELECT 'ä;ö'; SELECT $ä$;$ä$").len(), 2);
    }

    #[test]
    fn atomic_bodies_and_rules_are_one_statement() {
        let script =
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;
            CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); BEGIN; COMMIT";
        assert_eq!(texts(script).len(), 5);
    }

    #[test]
    fn what_is_not_closed_runs_to_the_end() {
        for script in [
            "SELECT 'a; b",
            "SELECT $x$ ; b",
            "SELECT /* ; b",
            "SELECT E'\\",
            "SELECT $",
            "SELECT (; 1",
        ] {
            assert_eq!(texts(script), [script]);
        }
    }

    #[test]
    fn tells_the_line() {
        let lines: Vec<usize> = statements("\n-- x\nSELECT\n1;\n\nSELECT 2")
            .iter()
            .map(|s| s.line)
            .collect();
        assert_eq!(lines, [3, 6]);
    }

    #[test]
    fn copy_data_and_psql_commands() {
        let script = "\\restrict abc\nCOPY public.t (a) FROM stdin;\n1;\n2\n\\.\n\nSELECT 1;\nCOPY t FROM STDIN WITH (FORMAT csv);\n\\.\n";
        let found = statements(script);
        assert_eq!(found[0].text, "\\restrict abc");
        assert_eq!(found[1].copy_data, Some("1;\n2\n"));
        assert_eq!(found[2].text, "SELECT 1");
        assert_eq!(found[3].copy_data, Some(""));
        assert_eq!(found.len(), 4);
    }
}
