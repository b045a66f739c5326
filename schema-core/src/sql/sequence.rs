use crate::schema::{Literal, QName, Sequence, SequenceOptions};

/// The words that turn the options `from` into `to`; none when they are equal.
pub(super) fn option_words(from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    let mut words = Vec::new();
    if from.data_type != to.data_type {
        words.push(format!("AS {}", to.data_type));
    }
    // The type's change moves MINVALUE and MAXVALUE only where they stood at the old type's limits: say both.
    let retyped = from.data_type != to.data_type;
    if from.increment != to.increment {
        words.push(format!("INCREMENT BY {}", to.increment));
    }
    if retyped || from.min != to.min {
        words.push(format!("MINVALUE {}", to.min));
    }
    if retyped || from.max != to.max {
        words.push(format!("MAXVALUE {}", to.max));
    }
    if from.start != to.start {
        words.push(format!("START WITH {}", to.start));
    }
    if from.cache != to.cache {
        words.push(format!("CACHE {}", to.cache));
    }
    if from.cycle != to.cycle {
        words.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    words
}

/// `CREATE SEQUENCE …`, without `OWNED BY`: the column may not stand yet.
pub fn create_sequence(name: &QName, sequence: &Sequence) -> String {
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    let mut words = option_words(&SequenceOptions::default(), &sequence.options);
    words.insert(0, format!("CREATE {unlogged}SEQUENCE {name}"));
    words.join(" ")
}

/// The change of a generator's options. Where they leave it less room its last number may be outside, which PostgreSQL refuses:
/// then it starts again.
pub(crate) fn within(sequence: &str, from: &SequenceOptions, to: &SequenceOptions, change: String) -> String {
    if to.min <= from.min && to.max >= from.max {
        return change;
    }
    let body = format!(
        "DECLARE\n  n bigint;\nBEGIN\n  EXECUTE pg_catalog.format('SELECT last_value FROM %s', {sequence}::pg_catalog.regclass) INTO n;\n  IF n BETWEEN {} AND {} THEN\n    {change};\n  ELSE\n    {change} RESTART WITH {};\n  END IF;\nEND",
        to.min, to.max, to.start
    );
    format!("DO {}", super::dollar_quoted(&body))
}

/// `ALTER SEQUENCE …` for options, when they differ.
pub fn sequence_changes(name: &QName, from: &SequenceOptions, to: &SequenceOptions) -> Option<String> {
    let words = option_words(from, to);
    let change = format!("ALTER SEQUENCE {name} {}", words.join(" "));
    let sequence = Literal(&name.to_string()).to_string();
    (!words.is_empty()).then(|| within(&sequence, from, to, change))
}
