//! What changed between two schemas.

use serde::Serialize;

use super::attribute::Attribute;
use super::embedded::Schema;

/// What changed between two schemas, each list by path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SchemaDiff {
    /// Paths that only the new schema has.
    pub added: Vec<String>,
    /// Paths that only the old schema has.
    pub removed: Vec<String>,
    /// Paths that both have, with a difference.
    pub changed: Vec<ChangedAttribute>,
}

impl SchemaDiff {
    /// Whether the schemas say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// An attribute that both schemas have, with a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedAttribute {
    /// The path, without `@`.
    pub path: String,
    /// What differs.
    pub fields: Vec<ChangedField>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedField {
    /// The column of the schema file.
    pub field: &'static str,
    /// The cell of the old schema.
    pub old: String,
    /// The cell of the new schema.
    pub new: String,
}

/// Compares two schemas.
pub fn diff(old: &Schema, new: &Schema) -> SchemaDiff {
    let mut diff = SchemaDiff::default();
    let exact = |schema: &Schema, path: &str| {
        let (_, attribute) = schema.find(path)?;
        (attribute.path == path).then(|| attribute.clone())
    };
    for (_, was) in old.attributes() {
        match exact(new, &was.path) {
            None => diff.removed.push(was.path.to_string()),
            Some(is) => {
                let fields = fields(was, &is);
                if !fields.is_empty() {
                    diff.changed.push(ChangedAttribute { path: was.path.to_string(), fields });
                }
            }
        }
    }
    for (_, is) in new.attributes() {
        if exact(old, &is.path).is_none() {
            diff.added.push(is.path.to_string());
        }
    }
    diff
}

fn fields(old: &Attribute, new: &Attribute) -> Vec<ChangedField> {
    let cells = |a: &Attribute| {
        [
            ("type", a.ty.to_string()),
            ("multi", a.multi.to_string()),
            ("platforms", a.platforms.to_string()),
            ("kinds", a.kinds.cell()),
            ("scope", a.scope.to_string()),
            ("family", a.family.to_string()),
            ("stability", a.stability.to_string()),
            ("trust", a.trust.to_string()),
            ("enum", a.value_set.as_deref().unwrap_or("-").to_owned()),
        ]
    };
    cells(old)
        .into_iter()
        .zip(cells(new))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((field, old), (_, new))| ChangedField { field, old, new })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::embedded::HEADER;
    use super::*;

    fn schema(rows: &str) -> Schema {
        Schema::parse(&format!("{HEADER}\n{rows}")).unwrap()
    }

    #[test]
    fn each_kind_of_change_is_listed() {
        let old = schema(
            "a.b\tint\tfalse\tlinux\t*\tevent\tprocess\tstable\tfixed\t-\nc\tint\tfalse\tlinux\t*\tevent\tprocess\tstable\tfixed\t-\n",
        );
        let new = schema(
            "a.b\tport\tfalse\tlinux\texec\tevent\tprocess\tstable\tfixed\t-\nd\tint\tfalse\tlinux\t*\tevent\tprocess\tstable\tfixed\t-\n",
        );
        let diff = diff(&old, &new);
        assert_eq!(diff.added, ["d"]);
        assert_eq!(diff.removed, ["c"]);
        let fields: Vec<_> = diff.changed.iter().flat_map(|c| &c.fields).map(|f| (f.field, &*f.old, &*f.new)).collect();
        assert_eq!(fields, [("type", "int", "port"), ("kinds", "*", "exec")]);
    }

    #[test]
    fn a_schema_does_not_differ_from_itself() {
        assert!(diff(Schema::embedded(), Schema::embedded()).is_empty());
    }
}
