//! The recorded events of projects: which are to be read, and what came of it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use quell::eval::samples::Gathered;

use super::{Root, Session};
use crate::ide::Settings;
use crate::ide::counts::{Counting, Snapshot};
use crate::server::disk;

/// How far the recorded events of a project are known.
#[derive(Debug, Default)]
pub(super) struct Sampling {
    /// The number of the sample in force; a later one makes the reading of an earlier one give up. 0 where there is none.
    number: u64,
    /// Whether it is still to be read.
    is_wanted: bool,
    /// What is wrong with it, and where in `quell.toml`.
    problems: Vec<(Range<usize>, String)>,
}

impl Sampling {
    pub(super) fn wanted(number: u64) -> Sampling {
        Sampling { number, is_wanted: true, problems: Vec::new() }
    }

    pub(super) fn problems(&self) -> &[(Range<usize>, String)] {
        &self.problems
    }
}

/// The recorded events of a project.
pub(in crate::server) struct Sampled {
    pub(in crate::server) number: u64,
    pub(in crate::server) folder: PathBuf,
    pub(in crate::server) patterns: Vec<String>,
}

impl Session {
    pub(super) fn next_sample(&mut self) -> u64 {
        self.last_sample += 1;
        self.last_sample
    }

    /// Recorded events that are to be read and are not being read; they are taken to be from now on.
    pub(in crate::server) fn wanted_sample(&mut self) -> Option<Sampled> {
        let root = self.roots.iter_mut().find(|root| root.sampling.is_wanted)?;
        root.sampling.is_wanted = false;
        root.sampled()
    }

    /// Rules whose recorded events are to be counted.
    pub(in crate::server) fn to_count(&self) -> Option<(Sampled, Snapshot)> {
        if self.is_scanning() {
            return None;
        }
        self.roots.iter().find_map(|root| Some((root.sampled()?, root.project.to_count()?)))
    }

    /// Takes what was counted, `whole` unless it took too long.
    pub(in crate::server) fn take_counts(&mut self, number: u64, counting: Counting, whole: bool) {
        if let Some(root) = self.roots.iter_mut().find(|root| root.sampling.number == number) {
            root.project.take_counts(counting, whole);
            self.lenses_changed = true;
        }
    }

    /// Whether a sample is still the one in force.
    pub(in crate::server) fn wants_sample(&self, number: u64) -> bool {
        self.roots.iter().any(|root| root.sampling.number == number)
    }

    /// Takes what was read; the project is judged with it from now on.
    pub(in crate::server) fn take_sample(&mut self, number: u64, gathered: Gathered) {
        let Some(root) = self.roots.iter_mut().find(|root| root.sampling.number == number) else { return };
        let places = &root.configured.sample_places;
        let problems = gathered.problems.into_iter().map(|problem| {
            let place = places.get(problem.pattern).cloned().unwrap_or_default();
            (place, problem.message)
        });
        root.sampling.problems = problems.collect();
        root.told_settings = false;
        let settings = Settings { sample: Some(Arc::new(gathered.sample)), ..(**root.project.settings()).clone() };
        root.project.set_settings(settings);
        self.hints_changed = true;
    }

    /// Whether hints are to be asked for again, of which the client is told once.
    pub(in crate::server) fn take_hints_changed(&mut self) -> bool {
        std::mem::take(&mut self.hints_changed) && self.client.refreshes_hints
    }

    /// Whether lenses are to be asked for again, of which the client is told once.
    pub(in crate::server) fn take_lenses_changed(&mut self) -> bool {
        std::mem::take(&mut self.lenses_changed) && self.client.refreshes_lenses
    }

    /// Recorded events among these files are to be read anew.
    pub(super) fn samples_changed(&mut self, paths: &[PathBuf]) {
        for at in 0..self.roots.len() {
            let is_concerned = self.roots.get(at).is_some_and(|root| {
                let names = paths.iter().filter_map(|path| disk::relative(root.folder.as_deref()?, path));
                root.sampling.number > 0 && names.into_iter().any(|name| root.configured.samples(&name))
            });
            let number = self.next_sample();
            if let Some(root) = self.roots.get_mut(at).filter(|_| is_concerned) {
                let problems = std::mem::take(&mut root.sampling.problems);
                root.sampling = Sampling { problems, ..Sampling::wanted(number) };
            }
        }
    }
}

impl Root {
    /// Its recorded events, where its settings name some.
    fn sampled(&self) -> Option<Sampled> {
        let patterns = self.configured.settings.config.samples.files.clone();
        let folder = self.folder.clone()?;
        (self.sampling.number > 0).then_some(Sampled { number: self.sampling.number, folder, patterns })
    }
}
