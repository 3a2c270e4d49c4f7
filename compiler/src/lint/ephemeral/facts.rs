use std::borrow::Cow;

use crate::schema::{Attribute, Family, Schema, Stability, Tag, Type};

/// What is known of the key that a value stands behind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Facts<'a> {
    /// As Datadog takes it: `@process.pid`, `pod_name`.
    pub key: &'a str,
    /// Type of one value.
    pub ty: Type,
    /// How long a value keeps its meaning.
    pub stability: Stability,
    /// What the key is about.
    pub family: Family,
}

/// Leaves of attributes, and what tells the same and lasts: a sibling of the object that the leaf belongs to.
const SIBLINGS: &[(&str, &str)] = &[
    ("pid", "executable.path"),
    ("tid", "executable.path"),
    ("ppid", "parent.executable.path"),
    ("inode", "path"),
    ("mount_id", "path"),
    ("tty", "executable.path"),
    ("port", "ip"),
];

/// Keys, and what tells the same and lasts.
const KEYS: &[(&str, &str)] = &[
    ("@container.id", "kube_container_name"),
    ("@process.container.id", "kube_container_name"),
    ("@cgroup.id", "kube_container_name"),
    ("@process.cgroup.id", "kube_container_name"),
    ("container_id", "short_image"),
    ("container_name", "short_image"),
    ("display_container_name", "kube_container_name"),
    ("pod_name", "kube_deployment"),
    ("kube_replica_set", "kube_deployment"),
    ("kube_ownerref_name", "kube_deployment"),
    ("kube_job", "kube_cronjob"),
    ("oshift_deployment", "oshift_deployment_config"),
    ("task_arn", "task_family"),
    ("mesos_task", "marathon_app"),
    ("image_tag", "short_image"),
    ("image_id", "image_name"),
    ("docker_image", "image_name"),
    ("version", "service"),
    ("kube_app_version", "kube_app_name"),
    ("git.commit.sha", "git.repository_url"),
    ("task_version", "task_family"),
];

impl<'a> Facts<'a> {
    /// Of an attribute that is written as `key`.
    #[must_use]
    pub fn of_attribute(key: &'a str, attribute: &Attribute) -> Facts<'a> {
        Facts { key, ty: attribute.ty, stability: attribute.stability, family: attribute.family }
    }

    /// Of a tag.
    #[must_use]
    pub fn of_tag(key: &'a str, tag: &Tag) -> Facts<'a> {
        Facts { key, ty: Type::String, stability: tag.stability, family: tag.family }
    }

    /// Of a key that no schema knows.
    #[must_use]
    pub fn unknown(key: &'a str) -> Facts<'a> {
        Facts { key, ty: Type::Any, stability: Stability::Stable, family: Family::Workload }
    }

    /// Of a key as a schema knows it.
    #[must_use]
    pub fn of(key: &'a str, schema: &Schema) -> Facts<'a> {
        let attribute = key.strip_prefix('@').and_then(|path| schema.attribute_id(path));
        match (attribute, schema.tag(key)) {
            (Some(id), _) => Facts::of_attribute(key, schema.attribute(id)),
            (None, Some((_, tag))) => Facts::of_tag(key, tag),
            (None, None) => Facts::unknown(key),
        }
    }

    /// Whether the key is a tag's.
    pub(super) fn is_tag(&self) -> bool {
        !self.key.starts_with('@')
    }

    /// The last segment of an attribute's path; all of a tag.
    pub(super) fn leaf(&self) -> &'a str {
        if self.is_tag() {
            return self.key;
        }
        let start = memchr::memrchr2(b'.', b'@', self.key.as_bytes()).map_or(0, |before| before + 1);
        self.key.get(start..).unwrap_or_default()
    }

    /// The path of the object that an attribute belongs to, `@` included.
    fn object(&self) -> Option<&'a str> {
        if self.is_tag() { None } else { self.key.rsplit_once('.').map(|(object, _)| object) }
    }

    /// Another key that tells the same workload and lasts. Whether a schema has it is for the caller to ask.
    #[must_use]
    pub fn alternative(&self) -> Option<Cow<'static, str>> {
        if let Some((_, other)) = KEYS.iter().find(|(key, _)| *key == self.key) {
            return Some(Cow::Borrowed(other));
        }
        let lasting = self.stability == Stability::Stable;
        let (_, sibling) = SIBLINGS.iter().find(|(leaf, _)| !lasting && *leaf == self.leaf())?;
        Some(Cow::Owned(format!("{}.{sibling}", self.object()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_instead_is_in_the_schema_and_lasts() {
        let schema = Schema::embedded();
        for (key, other) in KEYS {
            let known = |key: &str| key.strip_prefix('@').is_some_and(|path| schema.attribute_id(path).is_some());
            assert!(known(key) || schema.tag(key).is_some(), "{key}");
            assert_eq!(Facts::of(other, schema).stability, Stability::Stable, "{other}");
        }
        for (key, other) in [
            ("@process.pid", "@process.executable.path"),
            ("@process.ppid", "@process.parent.executable.path"),
            ("@file.inode", "@file.path"),
            ("@process.executable.inode", "@process.executable.path"),
            ("@network.source.port", "@network.source.ip"),
        ] {
            assert_eq!(Facts::of(key, schema).alternative().as_deref(), Some(other));
            assert!(schema.attribute_id(other.trim_start_matches('@')).is_some(), "{other}");
        }
        assert_eq!(Facts::of("@process.comm", schema).alternative(), None);
    }
}
