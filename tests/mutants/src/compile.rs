//! Builds the sources with all mutants that compile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Result;
use crate::mutant::Mutant;
use crate::sources::Sources;
use crate::weave::{Place, weave};

/// The folders of the work, all below one.
pub(crate) struct Workshop {
    pub(crate) folder: PathBuf,
}

/// Mutants that are not in what was built.
#[derive(Default)]
pub(crate) struct LeftOut {
    /// No switch can stand there.
    pub(crate) unwoven: BTreeSet<usize>,
    /// The compiler refuses them.
    pub(crate) refused: BTreeSet<usize>,
}

/// An executable with tests.
pub(crate) struct Binary {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Where its tests expect to be run.
    pub(crate) folder: PathBuf,
}

const SWITCH: [(&str, &str); 2] =
    [("Cargo.toml", include_str!("../switch/Cargo.toml")), ("src/lib.rs", include_str!("../switch/src/lib.rs"))];

impl Workshop {
    pub(crate) fn copy(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Weaves all mutants, and takes out those that the compiler refuses until it refuses none.
    /// It is known of `refused` already.
    pub(crate) fn weave(&self, sources: &Sources, mutants: &[Mutant], mut refused: BTreeSet<usize>) -> Result<LeftOut> {
        let switch = SWITCH.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        Sources(switch.into()).write(&self.folder.join("switch"))?;
        loop {
            let mut copy = sources.clone();
            let manifest = sources.text("compiler/Cargo.toml")?;
            let manifest = manifest.replacen(
                "\n[dependencies]\n",
                "\n[dependencies]\nmutant_switch = { path = \"../../switch\" }\n",
                1,
            );
            copy.0.insert("compiler/Cargo.toml".to_owned(), manifest.into_bytes());
            let mut by_file: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
            for (number, mutant) in mutants.iter().enumerate().filter(|(number, _)| !refused.contains(number)) {
                by_file.entry(&mutant.file).or_default().push((number, mutant));
            }
            let mut places = HashMap::new();
            for (file, mutants) in by_file {
                let woven = weave(sources.text(file)?, &mutants).map_err(|error| format!("{file}: {error}"))?;
                copy.0.insert(file.to_owned(), woven.text.into_bytes());
                places.insert(file.to_owned(), woven.places);
            }
            copy.write(&self.copy())?;
            let new = self.check(&places)?;
            if new.is_empty() {
                let woven: BTreeSet<usize> = places.values().flatten().map(|place| place.mutant).collect();
                let unwoven = (0..mutants.len()).filter(|number| !woven.contains(number) && !refused.contains(number));
                return Ok(LeftOut { unwoven: unwoven.collect(), refused });
            }
            eprintln!("{} mutants do not compile", new.len());
            refused.extend(new);
        }
    }

    /// The mutants that the compiler stops at.
    fn check(&self, places: &HashMap<String, Vec<Place>>) -> Result<BTreeSet<usize>> {
        let mut command = self.cargo("check");
        command.args(["--package", "quell", "--lib", "--message-format=json"]);
        let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
        if output.status.success() {
            return Ok(BTreeSet::new());
        }
        let errors: Vec<Rendered> = messages(&output.stdout).filter_map(Message::error).collect();
        let mut refused = BTreeSet::new();
        for error in &errors {
            refused.extend(error.within(places, |place| &place.own));
        }
        if refused.is_empty() {
            // What is wrong shows at the original, as where both have to be of one type.
            for error in &errors {
                refused.extend(error.within(places, |place| &place.around));
            }
        }
        if refused.is_empty() {
            let errors: String = errors.into_iter().map(|error| error.rendered.unwrap_or_default()).collect();
            return Err(format!("{errors}{}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(refused)
    }

    /// Builds the program and the tests of Quell's library, and of the package `tests` those of the given names.
    pub(crate) fn build(&self, tests: &[&str]) -> Result<Vec<Binary>> {
        let mut binaries = Vec::new();
        // The packages are the same for both, so that the library is built once.
        for (verb, targets) in [("build", tests), ("test", &[])] {
            let mut command = self.cargo(verb);
            command.args(["--package", "quell", "--package", "tests", "--message-format=json-render-diagnostics"]);
            command.args(if verb == "build" { ["--bin", "quell"] } else { ["--no-run", "--lib"] });
            command.args(targets.iter().flat_map(|test| ["--test", test]));
            let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            binaries.extend(messages(&output.stdout).filter_map(Message::binary));
        }
        binaries.retain(|binary| binary.name == "quell" || tests.contains(&&*binary.name));
        Ok(binaries)
    }

    /// The program that tests start.
    pub(crate) fn program(&self) -> PathBuf {
        self.target().join("debug/quell")
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    fn cargo(&self, verb: &str) -> Command {
        let mut command = Command::new("cargo");
        command.arg(verb).arg("--quiet").arg("--target-dir").arg(self.target()).current_dir(self.copy());
        command.env_remove("CARGO_TARGET_DIR").env("CARGO_INCREMENTAL", "0");
        // Mutants are not to be pretty, only to run.
        command.env("RUSTFLAGS", "--cap-lints=allow").env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        command
    }
}

fn messages(output: &[u8]) -> impl Iterator<Item = Message> {
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// What cargo writes of a build.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Rendered },
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, manifest_path: PathBuf, profile: Profile, executable: Option<PathBuf> },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct Rendered {
    level: String,
    spans: Vec<SpanInFile>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct SpanInFile {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
}

impl Message {
    fn error(self) -> Option<Rendered> {
        match self {
            Message::Diagnostic { message } if message.level == "error" => Some(message),
            _ => None,
        }
    }

    fn binary(self) -> Option<Binary> {
        match self {
            Message::Artifact { target, manifest_path, profile: Profile { test: true }, executable } => {
                let folder = manifest_path.parent().unwrap_or(Path::new("")).to_path_buf();
                Some(Binary { name: target.name, path: executable?, folder })
            }
            _ => None,
        }
    }
}

impl Rendered {
    /// The mutants of the narrowest `range`s that hold a place of this error.
    fn within(&self, places: &HashMap<String, Vec<Place>>, range: impl Fn(&Place) -> &Range<usize>) -> BTreeSet<usize> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for span in &self.spans {
            for place in places.get(&span.file_name).into_iter().flatten() {
                let range = range(place);
                if range.start <= span.byte_start && span.byte_end <= range.end {
                    found.push((range.len(), place.mutant));
                }
            }
        }
        let narrowest = found.iter().map(|(length, _)| *length).min();
        found.into_iter().filter(|(length, _)| Some(*length) == narrowest).map(|(_, mutant)| mutant).collect()
    }
}
