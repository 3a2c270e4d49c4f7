//! What two engines write in different ways.

use std::fmt::Write as _;

/// The engine that reads the query.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dialect {
    /// DuckDB 1.3 or newer.
    DuckDb,
    /// Spark 4 or newer.
    Spark,
}

/// The four octets of an address, as the dotted text has them.
pub(super) const OCTETS: &str =
    "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])([.](25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}";

/// White space as tags are freed from it: what Unicode calls so.
const BLANK: &str = r"[\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]+";

impl Dialect {
    /// All dialects.
    pub const ALL: &[Dialect] = &[Dialect::DuckDb, Dialect::Spark];

    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::DuckDb => "duckdb",
            Dialect::Spark => "spark",
        }
    }

    /// A name, whatever is in it.
    pub(super) fn name_of(self, name: &str) -> String {
        match self {
            Dialect::DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
            Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text, whatever is in it.
    pub(super) fn text(self, text: &str) -> String {
        let mut out = String::from("'");
        for character in text.chars() {
            match (self, character) {
                (Dialect::DuckDb, '\'') => out.push_str("''"),
                (Dialect::Spark, '\'' | '\\') => out.extend(['\\', character]),
                // Spark replaces `${…}` before it reads a query.
                (Dialect::Spark, '$') => out.push_str("\\u0024"),
                _ => out.push(character),
            }
        }
        out.push('\'');
        out
    }

    pub(super) fn lambda(self, name: &str, body: &str) -> String {
        match self {
            Dialect::DuckDb => format!("lambda {name}: {body}"),
            Dialect::Spark => format!("{name} -> {body}"),
        }
    }

    pub(super) fn map(self, list: &str, name: &str, body: &str) -> String {
        let function = if self == Dialect::DuckDb { "list_transform" } else { "transform" };
        format!("{function}({list}, {})", self.lambda(name, body))
    }

    pub(super) fn filter(self, list: &str, name: &str, body: &str) -> String {
        let function = if self == Dialect::DuckDb { "list_filter" } else { "filter" };
        format!("{function}({list}, {})", self.lambda(name, body))
    }

    pub(super) fn any(self, list: &str, name: &str, body: &str) -> String {
        match self {
            Dialect::DuckDb => format!("len({}) > 0", self.filter(list, name, body)),
            Dialect::Spark => format!("exists({list}, {})", self.lambda(name, body)),
        }
    }

    pub(super) fn is_filled(self, list: &str) -> String {
        match self {
            Dialect::DuckDb => format!("len({list}) > 0"),
            Dialect::Spark => format!("size({list}) > 0"),
        }
    }

    pub(super) fn first(self, list: &str) -> String {
        match self {
            Dialect::DuckDb => format!("{list}[1:1]"),
            Dialect::Spark => format!("slice({list}, 1, 1)"),
        }
    }

    pub(super) fn list(self, elements: &[String]) -> String {
        let elements = elements.join(", ");
        match self {
            Dialect::DuckDb => format!("[{elements}]"),
            Dialect::Spark => format!("array({elements})"),
        }
    }

    /// A list of texts with nothing in it.
    pub(super) fn no_texts(self) -> &'static str {
        match self {
            Dialect::DuckDb => "CAST([] AS VARCHAR[])",
            Dialect::Spark => "CAST(array() AS array<string>)",
        }
    }

    /// Several lists as one.
    pub(super) fn joined(self, lists: &[String]) -> String {
        match lists {
            [only] => only.clone(),
            all => format!("flatten({})", self.list(all)),
        }
    }

    /// A value with the level that it is from.
    pub(super) fn leveled(self, level: &str, value: &str) -> String {
        match self {
            Dialect::DuckDb => format!("{{'level': {level}, 'value': {value}}}"),
            Dialect::Spark => format!("named_struct('level', {level}, 'value', {value})"),
        }
    }

    pub(super) fn matches(self, text: &str, pattern: &str) -> String {
        match self {
            Dialect::DuckDb => format!("regexp_full_match({text}, {})", self.text(pattern)),
            Dialect::Spark => format!("{text} RLIKE {}", self.text(&format!("\\A(?:{pattern})\\z"))),
        }
    }

    /// Text without the blanks around it.
    pub(super) fn trimmed(self, text: &str) -> String {
        let every = if self == Dialect::DuckDb { ", 'g'" } else { "" };
        format!("regexp_replace({text}, {}, ''{every})", self.text(&format!("\\A{BLANK}|{BLANK}\\z")))
    }

    /// A text as JSON; nothing where it is none.
    pub(super) fn parsed(self, text: &str) -> String {
        match self {
            Dialect::DuckDb => format!("TRY_CAST({text} AS JSON)"),
            Dialect::Spark => format!("try_parse_json({text})"),
        }
    }

    /// A member of a value; nothing where the value is no object or has none of that name.
    pub(super) fn member(self, value: &str, name: &str) -> String {
        match self {
            Dialect::DuckDb => format!("json_extract({value}, {})", self.pointer(name)),
            Dialect::Spark => format!("try_variant_get({value}, {}, 'variant')", self.step(name)),
        }
    }

    fn pointer(self, name: &str) -> String {
        self.text(&format!("/{}", name.replace('~', "~0").replace('/', "~1")))
    }

    fn step(self, name: &str) -> String {
        let quote = if name.contains('"') { '\'' } else { '"' };
        self.text(&format!("$[{quote}{name}{quote}]"))
    }

    /// Whether a member can be asked for.
    pub(super) fn can_name(self, name: &str) -> bool {
        self == Dialect::DuckDb || !(name.contains(['\\', ']']) || name.contains('"') && name.contains('\''))
    }

    pub(super) fn is_object(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => format!("json_type({value}) = 'OBJECT'"),
            Dialect::Spark => format!("try_variant_get({value}, '\\u0024', 'map<string,variant>') IS NOT NULL"),
        }
    }

    /// The elements of a list, or nothing where the value is no list.
    pub(super) fn elements(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CASE json_type({value}) WHEN 'ARRAY' THEN CAST({value} AS JSON[]) END"),
            Dialect::Spark => format!("try_variant_get({value}, '\\u0024', 'array<variant>')"),
        }
    }

    /// A text as text, and nothing else.
    pub(super) fn string(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => {
                format!("CASE json_type({value}) WHEN 'VARCHAR' THEN json_extract_string({value}, '$') END")
            }
            Dialect::Spark => {
                format!("CASE WHEN schema_of_variant({value}) = 'STRING' THEN CAST({value} AS STRING) END")
            }
        }
    }

    /// The pieces of a text between separators, and nothing where there is no text.
    pub(super) fn split(self, text: &str, separator: char) -> String {
        let function = if self == Dialect::DuckDb { "string_split" } else { "split" };
        format!("{function}({text}, '{separator}')")
    }

    /// A scalar as the text that it is compared as.
    pub(super) fn scalar(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => {
                let text = format!("json_extract_string({value}, '$')");
                let float = format!("TRY_CAST({text} AS DOUBLE)");
                let shown = format!("CAST({float} AS VARCHAR)");
                let whole = format!("{float} = trunc({float}) AND abs({float}) < 1e15");
                format!(
                    "CASE json_type({value}) WHEN 'VARCHAR' THEN {text} WHEN 'BOOLEAN' THEN {text} \
                     WHEN 'UBIGINT' THEN {text} WHEN 'BIGINT' THEN {text} WHEN 'DOUBLE' THEN \
                     CASE WHEN {whole} THEN CAST(CAST({float} AS BIGINT) AS VARCHAR) \
                     WHEN {shown} LIKE '%e-05' THEN regexp_replace({shown}, '^(-?)([0-9])[.]?([0-9]*)e-05$', '\\10.0000\\2\\3') \
                     ELSE regexp_replace({shown}, 'e([+-])0*', 'e\\1') END END"
                )
            }
            Dialect::Spark => spark_scalar(value),
        }
    }

    /// A whole number in text as its digits.
    pub(super) fn digits(self, text: &str) -> String {
        format!("CAST({} AS {})", self.whole(text), if self == Dialect::DuckDb { "VARCHAR" } else { "STRING" })
    }

    pub(super) fn whole(self, text: &str) -> String {
        match self {
            Dialect::DuckDb => format!("TRY_CAST({text} AS HUGEINT)"),
            Dialect::Spark => format!("TRY_CAST({text} AS DECIMAL(38, 0))"),
        }
    }

    /// The lower case digits of base 16 of four octets in dotted text.
    pub(super) fn octets(self, text: &str, format: &str) -> String {
        let function = if self == Dialect::DuckDb { "printf" } else { "format_string" };
        let mut out = format!("{function}('{format}'");
        for part in 1..=4 {
            let _ = write!(out, ", CAST(split_part({text}, '.', {part}) AS INT)");
        }
        out.push(')');
        out
    }

    /// Groups of an address between colons, each filled up to four digits, as one text.
    pub(super) fn groups(self, text: &str) -> String {
        let pieces = self.split(text, ':');
        let join = if self == Dialect::DuckDb { "array_to_string" } else { "array_join" };
        format!("CASE WHEN {text} = '' THEN '' ELSE {join}({}, '') END", self.map(&pieces, "g", "lpad(g, 4, '0')"))
    }
}

/// A variant knows integers, decimals of up to 38 digits, and floats.
fn spark_scalar(value: &str) -> String {
    let kind = format!("schema_of_variant({value})");
    let text = format!("CAST({value} AS STRING)");
    let float = format!("CAST({value} AS DOUBLE)");
    let plain = format!("regexp_replace(CAST(CAST({float} AS DECIMAL(38, 22)) AS STRING), '0+\\\\z', '')");
    let shown = format!(
        "replace(regexp_replace(regexp_replace(CAST({float} AS STRING), '[.]0E', 'E'), 'E([0-9])', 'E+\\u00241'), 'E', 'e')"
    );
    format!(
        "CASE WHEN {kind} IN ('STRING', 'BOOLEAN', 'BIGINT') THEN {text} \
         WHEN {kind} LIKE 'DECIMAL%,0)' AND {float} BETWEEN -9223372036854775808 AND 18446744073709551615 THEN {text} \
         WHEN {kind} LIKE 'DECIMAL%' OR {kind} = 'DOUBLE' THEN \
         CASE WHEN {float} = rint({float}) AND abs({float}) < 1e15 THEN CAST(CAST({float} AS BIGINT) AS STRING) \
         WHEN abs({float}) >= 1e-5 AND abs({float}) < 1e16 THEN {plain} ELSE {shown} END END"
    )
}
