//! How many recorded events each rule silences: counted on a snapshot when there is time, and told for as long as the
//! item, what it can see and the sample are those that were counted.

use std::sync::Arc;

use quell::base::Span;
use quell::event::{Detection, Event, Index, LoweredRule, is_active, silences};
use quell::hir::{Names, lower_item};
use quell::logic::specificity::Count;
use quell::parse_item;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ide::item::ItemId;
use crate::ide::project::{FileId, Project};
use crate::ide::settings::Settings;

/// What was counted of items.
#[derive(Debug, Default)]
pub(super) struct Counts(FxHashMap<ItemId, Counted>);

/// What was counted of one item.
#[derive(Debug)]
struct Counted {
    names: Arc<Names>,
    settings: Arc<Settings>,
    /// Of each of its rules where its name stands in the item and how many events it silences; nothing where that took
    /// too long.
    rules: Option<Vec<(Span, u64)>>,
    of: u64,
}

impl Counted {
    fn is_of(&self, names: &Arc<Names>, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.names, names) && Arc::ptr_eq(&self.settings, settings)
    }
}

/// An item whose rules are to be counted.
#[derive(Debug)]
struct ToCount {
    item: ItemId,
    text: Arc<str>,
    names: Arc<Names>,
}

/// Items whose rules are to be counted, with all that it takes.
#[derive(Debug)]
pub struct Snapshot {
    items: Vec<ToCount>,
    settings: Arc<Settings>,
}

/// Counts events.
#[derive(Debug)]
pub struct Counting {
    snapshot: Snapshot,
    rules: Vec<LoweredRule>,
    /// Of each item, where its rules begin.
    starts: Vec<usize>,
    index: Index,
    silenced: Vec<u64>,
    events: u64,
}

impl Snapshot {
    /// Prepares to count.
    #[must_use]
    pub fn begin(self) -> Counting {
        let mut rules = Vec::new();
        let mut starts = Vec::with_capacity(self.items.len());
        let cx = self.settings.context();
        for ToCount { text, names, .. } in &self.items {
            starts.push(rules.len());
            let lowered = lower_item(text, &parse_item(text), names, &cx).rules;
            rules.extend(lowered.into_iter().map(|rule| LoweredRule { rule, schema: names.declared().cloned() }));
        }
        let index = Index::new(&rules.iter().collect::<Vec<_>>(), &self.settings.schema);
        Counting { silenced: vec![0; rules.len()], snapshot: self, rules, starts, index, events: 0 }
    }
}

impl Counting {
    /// Counts an event.
    pub fn see(&mut self, event: &Event<'_>) {
        self.events += 1;
        let settings = &self.snapshot.settings;
        let detection = Detection::of(event);
        for at in self.index.candidates(event) {
            let Some((rule, silenced)) = self.rules.get(at as usize).zip(self.silenced.get_mut(at as usize)) else {
                continue;
            };
            if is_active(&rule.rule, settings.now) && silences(rule, event, &detection, &settings.schema) {
                *silenced += 1;
            }
        }
    }
}

impl Project {
    /// The items with rules that are not counted, if there is a sample.
    #[must_use]
    pub fn to_count(&self) -> Option<Snapshot> {
        let settings = self.settings();
        settings.sample.as_ref()?;
        let mut items = Vec::new();
        for file in &self.files {
            let placed = file.document.iter().flat_map(|document| document.items().iter());
            items.extend(placed.filter(|placed| placed.item.facts.has_rules()).filter_map(|placed| {
                let known = self.counts.0.get(&placed.item.id);
                let is_known = known.is_some_and(|counted| counted.is_of(&file.names, settings));
                (!is_known).then(|| ToCount {
                    item: placed.item.id,
                    text: Arc::clone(&placed.item.text),
                    names: Arc::clone(&file.names),
                })
            }));
        }
        (!items.is_empty()).then(|| Snapshot { items, settings: Arc::clone(settings) })
    }

    /// Takes what was counted. `whole` says whether all events were seen; if not, nothing is told of these items until
    /// something changes.
    pub fn take_counts(&mut self, counting: Counting, whole: bool) {
        let Counting { snapshot, rules, starts, silenced, events, .. } = counting;
        let names = rules.iter().map(|lowered| lowered.rule.name.span);
        let silenced: Vec<(Span, u64)> = names.zip(silenced).collect();
        let ends = starts.iter().skip(1).copied().chain([silenced.len()]);
        for ((item, start), end) in snapshot.items.into_iter().zip(&starts).zip(ends) {
            let rules = silenced.get(*start..end).filter(|_| whole).map(<[_]>::to_vec);
            let settings = Arc::clone(&snapshot.settings);
            self.counts.0.insert(item.item, Counted { names: item.names, settings, rules, of: events });
        }
        let documents = self.files.iter().filter_map(|file| file.document.as_ref());
        let there: FxHashSet<ItemId> =
            documents.flat_map(|document| document.items().iter()).map(|placed| placed.item.id).collect();
        self.counts.0.retain(|item, _| there.contains(item));
    }

    /// How many recorded events the rule of an item whose `name` stands there silences, if they were counted.
    #[must_use]
    pub fn count(&self, file: FileId, item: ItemId, name: Span) -> Option<Count> {
        let counted = self.counts.0.get(&item)?;
        let is_current = counted.is_of(&self.file(file)?.names, self.settings());
        let rules = counted.rules.as_ref().filter(|_| is_current)?;
        let (_, matched) = rules.iter().find(|(of, _)| *of == name)?;
        Some(Count { matched: *matched, unknown: 0, of: counted.of })
    }
}

#[cfg(test)]
mod tests {
    use quell::config::Sample;
    use serde_json::json;

    use super::*;

    fn count_all(project: &mut Project) {
        let Some(snapshot) = project.to_count() else { return };
        let mut counting = snapshot.begin();
        for number in 0..10 {
            let value = json!({ "process": { "comm": if number < 3 { "a" } else { "b" } } });
            counting.see(&Event::new(&value).unwrap());
        }
        project.take_counts(counting, true);
    }

    fn counted(project: &Project, file: FileId) -> Vec<Option<u64>> {
        let items = project.document(file).unwrap().items();
        let rules = items
            .iter()
            .flat_map(|placed| placed.item.facts.signature.rules.iter().map(move |rule| (placed.item.id, rule.span)));
        rules.map(|(item, name)| Some(project.count(file, item, name)?.matched)).collect()
    }

    #[test]
    fn only_what_is_as_it_was_counted_is_told() {
        let sample = Some(Arc::new(Sample::new(10, [])));
        let mut project = Project::new(Settings { sample, ..Settings::new(0) });
        let text =
            "let names = (a)\nsuppress x { when { @process.comm:$names } }\nsuppress y { when { @process.comm:b } }\n";
        let file = project.add_file("a.quell", text);
        assert_eq!(counted(&project, file), [None, None]);
        count_all(&mut project);
        assert_eq!(counted(&project, file), [Some(3), Some(7)]);
        assert!(project.to_count().is_none());
        // A rule that is edited is counted anew, the other stays.
        let at = text.find("comm:b").unwrap() as u32 + 5;
        project.edit(file, quell::base::Span::new(at, at + 1), "a");
        assert_eq!(counted(&project, file), [Some(3), None]);
        count_all(&mut project);
        assert_eq!(counted(&project, file), [Some(3), Some(3)]);
        // What it refers to changes.
        let at = text.find("(a)").unwrap() as u32 + 1;
        project.edit(file, quell::base::Span::new(at, at + 1), "b");
        assert_eq!(counted(&project, file)[0], None);
        count_all(&mut project);
        assert_eq!(counted(&project, file), [Some(7), Some(3)]);
        // Other settings, another sample.
        project.set_settings(Settings { now: 1, ..(**project.settings()).clone() });
        assert_eq!(counted(&project, file), [None, None]);
    }

    #[test]
    fn what_took_too_long_is_left_until_it_changes() {
        let sample = Some(Arc::new(Sample::new(10, [])));
        let mut project = Project::new(Settings { sample, ..Settings::new(0) });
        let file = project.add_file("a.quell", "suppress x { when { @process.comm:a } }\n");
        let counting = project.to_count().unwrap().begin();
        project.take_counts(counting, false);
        assert_eq!(counted(&project, file), [None]);
        assert!(project.to_count().is_none());
    }
}
