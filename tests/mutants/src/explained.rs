//! Mutants that no test can catch, since they change nothing that shows, each with the reason.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Result;
use crate::mutant::Mutant;

#[derive(Deserialize)]
pub(crate) struct Explained {
    #[serde(default)]
    mutant: Vec<Explanation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explanation {
    file: String,
    name: String,
    /// For the reader.
    #[serde(rename = "reason")]
    _reason: String,
}

impl Explained {
    pub(crate) fn read(path: &Path) -> Result<Explained> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    pub(crate) fn explains(&self, mutant: &Mutant) -> bool {
        self.mutant.iter().any(|explanation| explanation.is_of(mutant))
    }

    /// Those that are of none of these survivors although their file was judged.
    pub(crate) fn stale<'s>(&'s self, survivors: &[&Mutant], judged: &[Mutant]) -> impl Iterator<Item = String> + 's {
        let stale: Vec<&Explanation> = self
            .mutant
            .iter()
            .filter(|explanation| judged.iter().any(|mutant| mutant.file == explanation.file))
            .filter(|explanation| !survivors.iter().any(|mutant| explanation.is_of(mutant)))
            .collect();
        stale.into_iter().map(|explanation| format!("{}: {}", explanation.file, explanation.name))
    }
}

impl Explanation {
    fn is_of(&self, mutant: &Mutant) -> bool {
        self.file == mutant.file && self.name == mutant.name
    }
}

#[cfg(test)]
mod tests {
    use super::Explained;
    use crate::mutant::{Genre, Mutant, Position};

    fn mutant(file: &str, name: &str) -> Mutant {
        let start = Position { line: 1, column: 1 };
        let (file, name, replacement) = (file.to_owned(), name.to_owned(), String::new());
        Mutant { file, genre: Genre::UnaryOperator, start, replacement, name }
    }

    #[test]
    fn an_explanation_of_what_is_caught_is_stale() {
        let text = ["a.rs", "b.rs", "other.rs"].map(|file| {
            format!("[[mutant]]\nfile = \"{file}\"\nname = \"delete ! in f\"\nreason = \"nothing shows\"\n")
        });
        let explained: Explained = toml::from_str(&text.concat()).unwrap();
        let judged =
            [mutant("a.rs", "delete ! in f"), mutant("b.rs", "delete ! in f"), mutant("b.rs", "delete - in f")];
        assert!(explained.explains(&judged[0]) && !explained.explains(&judged[2]));
        let stale: Vec<String> = explained.stale(&[&judged[0]], &judged).collect();
        assert_eq!(stale, ["b.rs: delete ! in f"]);
    }
}
