//! The import of schemas, from any text at all.

use quell::schema::{Schema, diff, import};

/// Whatever is imported is a table that is read to the same schema, and merged with itself it is itself.
///
/// # Panics
///
/// Where that is not so.
pub fn assert_imports(json: &str) {
    let Ok(imported) = import(json, None) else { return };
    let table = imported.to_tsv();
    let schema = Schema::parse(&table).unwrap_or_else(|error| panic!("{error:?}\n{json}\n{table}"));
    assert_eq!(schema.len(), imported.attributes.len(), "{json}\n{table}");
    for attribute in &imported.attributes {
        let read = schema.attribute_id(&attribute.path).map(|id| schema.attribute(id));
        assert_eq!(read, Some(attribute), "{json}\n{table}");
    }
    let merged = imported.clone().merge(imported.clone());
    assert_eq!(merged.to_tsv(), table, "{json}");
    assert!(diff(&schema, &schema).is_empty());
}
