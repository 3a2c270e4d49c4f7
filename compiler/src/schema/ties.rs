//! What ties attributes to one another: values of one that an event has because it has those of another.

use std::sync::Arc;

use super::{AttrId, Attribute, Schema};

/// Keys, as they are written in queries, whose values follow from those of an attribute on every event that has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ties {
    /// The key of the last segment of its path.
    pub name: Option<Arc<str>>,
    /// The key of all ancestors, of which the parent that it is about is the first.
    pub ancestors: Option<Arc<str>>,
    /// The key of the last segments of theirs.
    pub ancestors_name: Option<Arc<str>>,
}

impl Ties {
    pub(super) fn of(schema: &Schema, id: AttrId) -> Ties {
        let attribute = schema.attribute(id);
        let name = attribute
            .path
            .strip_suffix(".path")
            .and_then(|stem| tied(schema, attribute, &format!("{stem}.name")))
            .filter(|name| name.multi == attribute.multi);
        let ancestors = attribute
            .path
            .strip_prefix("process.parent.")
            .and_then(|rest| tied(schema, attribute, &format!("process.ancestors.{rest}")))
            .filter(|ancestors| ancestors.multi && ancestors.ty == attribute.ty);
        let ancestors_name =
            ancestors.and_then(|ancestors| ancestors.path.strip_suffix("path")).filter(|_| name.is_some());
        Ties {
            name: name.map(|name| format!("@{}", name.path).into()),
            ancestors: ancestors.map(|ancestors| format!("@{}", ancestors.path).into()),
            ancestors_name: ancestors_name.map(|stem| format!("@{stem}name").into()),
        }
    }
}

/// An attribute of the Agent that every event has which has the other one.
fn tied<'s>(schema: &'s Schema, attribute: &Attribute, path: &str) -> Option<&'s Attribute> {
    let (_, other) = schema.find(path)?;
    let holds = !attribute.declared
        && !other.declared
        && !attribute.open_below
        && !other.open_below
        && attribute.kinds.difference(other.kinds).is_empty()
        && !attribute.kinds.is_empty();
    holds.then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_a_name_and_a_parent_is_the_first_ancestor() {
        let schema = Schema::embedded();
        let ties = |path: &str| {
            let Ties { name, ancestors, ancestors_name } = schema.ties(schema.attribute_id(path).unwrap()).clone();
            [name, ancestors, ancestors_name].map(|key| key.map_or(String::new(), |key| key.to_string()))
        };
        assert_eq!(ties("file.path"), ["@file.name", "", ""]);
        assert_eq!(ties("process.parent.comm"), ["", "@process.ancestors.comm", ""]);
        assert_eq!(ties("process.comm"), ["", "", ""]);
        assert_eq!(
            ties("process.parent.executable.path"),
            [
                "@process.parent.executable.name",
                "@process.ancestors.executable.path",
                "@process.ancestors.executable.name"
            ]
        );
    }
}
