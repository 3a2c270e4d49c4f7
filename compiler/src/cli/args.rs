//! The grammar of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Attribute combinations for runtime security signals: checked, and compiled to what Datadog takes.
#[derive(Parser)]
#[command(name = "quell", version, about, propagate_version = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(ClapArgs)]
pub(super) struct Global {
    /// The present moment, as a day or an RFC 3339 instant; the clock if left out
    #[arg(long, global = true, value_name = "WHEN", env = "QUELL_NOW")]
    pub(super) now: Option<String>,
    /// How many threads work at once; as many as there are cores if left out
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check, then write JSON
    Compile(CompileArgs),
    /// Report everything that is wrong, and fix what can be fixed
    Check(CheckArgs),
    /// Lay files out in the one way
    Fmt(FmtArgs),
    /// Run the tests that stand beside the rules
    Test(TestArgs),
    /// Count what the rules silence of recorded events
    Replay(ReplayArgs),
    /// Compare what two states of a project silence
    Diff(DiffArgs),
    /// Make a rule that silences recorded events and nothing that must fire
    Suggest(SuggestArgs),
    /// Make rules from suppressions that exist elsewhere
    Import(ImportArgs),
    /// Explain a diagnostic, an attribute, a tag, or what the rules say of an event
    Explain(ExplainArgs),
    /// Look at the attribute schema
    Schema(SchemaArgs),
    /// List every rule
    List(ListArgs),
    /// Start a project
    Init(InitArgs),
    /// Write completions for a shell
    Completions(CompletionsArgs),
    /// Write the manual page
    Man,
}

/// How findings are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the source, for people
    Human,
    /// One line each
    Short,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML
    Junit,
    /// Checkstyle's XML
    Checkstyle,
    /// Reviewdog's JSON, with suggestions
    Rdjson,
}

/// What fails a run besides errors.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    Warnings,
}

/// The targets of `compile`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TargetName {
    /// Quell's own document
    Rules,
    /// Create bodies for Datadog's API
    Datadog,
    /// A `.tf.json` file
    Terraform,
    /// The filters of detection rules
    Filters,
    /// A SELECT with a verdict per event and rule
    Sql,
}

/// The engines that read the SQL of `compile`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DialectName {
    #[value(name = "duckdb")]
    DuckDb,
    Spark,
}

#[derive(ClapArgs)]
pub(super) struct CompileArgs {
    /// Files or folders; the whole project if left out, `-` for standard input
    pub(super) paths: Vec<PathBuf>,
    /// What to write
    #[arg(short, long, default_value = "rules")]
    pub(super) target: TargetName,
    /// The engine that `--target sql` is for
    #[arg(long, required_if_eq("target", "sql"))]
    pub(super) dialect: Option<DialectName>,
    /// Where to write; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Compare with the file that is there instead of writing it
    #[arg(long, requires = "output")]
    pub(super) check: bool,
    /// How findings are printed
    #[arg(long, default_value = "human")]
    pub(super) format: Format,
    /// Let warnings fail the run
    #[arg(long)]
    pub(super) deny: Option<Deny>,
}

#[derive(ClapArgs)]
pub(super) struct CheckArgs {
    /// Files or folders; the whole project if left out, `-` for standard input
    pub(super) paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, default_value = "human")]
    pub(super) format: Format,
    /// Apply safe fixes
    #[arg(long)]
    pub(super) fix: bool,
    /// Apply all fixes, also those that someone must look at
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show what fixes would change instead of changing it
    #[arg(long)]
    pub(super) diff: bool,
    /// Let warnings fail the run
    #[arg(long)]
    pub(super) deny: Option<Deny>,
    /// Count findings per code instead of showing them; human or json
    #[arg(long, conflicts_with = "diff")]
    pub(super) statistics: bool,
    /// Hold back the warnings and hints that this file lists
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    pub(super) baseline: Option<PathBuf>,
    /// Take what no longer occurs out of the baseline
    #[arg(long, requires = "baseline")]
    pub(super) update_baseline: bool,
    /// Write the baseline anew with all present warnings and hints, also new ones
    #[arg(long, requires = "baseline", conflicts_with = "update_baseline")]
    pub(super) write_baseline: bool,
    /// Check again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes", "diff", "update_baseline", "write_baseline"])]
    pub(super) watch: bool,
}

#[derive(ClapArgs)]
pub(super) struct FmtArgs {
    /// Files or folders; the whole project if left out, `-` for standard input
    pub(super) paths: Vec<PathBuf>,
    /// Change nothing; fail if something would change
    #[arg(long)]
    pub(super) check: bool,
    /// Show what would change instead of changing it
    #[arg(long)]
    pub(super) diff: bool,
}

#[derive(ClapArgs)]
pub(super) struct TestArgs {
    /// Files or folders; the whole project if left out
    pub(super) paths: Vec<PathBuf>,
    /// Also change each part of the tested rules in turn, and report the changes that no test notices
    #[arg(long)]
    pub(super) necessity: bool,
    /// How results are printed
    #[arg(long, default_value = "human")]
    pub(super) format: ListFormat,
}

#[derive(ClapArgs)]
pub(super) struct DiffArgs {
    /// The older state: a file or a folder
    pub(super) old: PathBuf,
    /// The newer one
    pub(super) new: PathBuf,
    /// How the differences are printed
    #[arg(long, default_value = "human")]
    pub(super) format: ListFormat,
}

#[derive(ClapArgs)]
pub(super) struct SuggestArgs {
    /// Files of events to silence: JSON, arrays, one a line, also with gzip or zstd; `-` for standard input
    #[arg(required = true)]
    pub(super) events: Vec<PathBuf>,
    /// Files of events that must go on to fire, beside those that `quell.toml` names
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) must_fire: Vec<PathBuf>,
    /// Where to write; standard output if left out. A file that is there stays
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Replace the file that is there
    #[arg(long, requires = "output")]
    pub(super) force: bool,
    /// The name of the rule; made from the program and the kind of event if left out
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Who answers for the rule
    #[arg(long)]
    pub(super) owner: Option<String>,
    /// Why what it hides is harmless
    #[arg(long)]
    pub(super) reason: Option<String>,
}

#[derive(ClapArgs)]
pub(super) struct ImportArgs {
    /// An answer of the API, Terraform (`.tf`, `.tf.json`, state), a document of `compile`, or a query a line; `-` for
    /// standard input
    pub(super) file: PathBuf,
    /// Where to write; standard output if left out. A file that is there stays
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub(super) struct ReplayArgs {
    /// Files of events: JSON, arrays, one a line, also with gzip or zstd; `-` for standard input
    #[arg(required = true)]
    pub(super) events: Vec<PathBuf>,
    /// Files or folders of rules; the whole project if left out
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,
    /// How the counts are printed
    #[arg(long, default_value = "human")]
    pub(super) format: ReplayFormat,
}

/// How a replay is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReplayFormat {
    /// A table for people
    Human,
    Json,
    Markdown,
}

#[derive(ClapArgs)]
pub(super) struct ExplainArgs {
    /// The name of a diagnostic, an attribute such as `@process.args`, a tag, a rule of the project, or a file of events
    /// (`-` for standard input)
    pub(super) topic: String,
    /// The rule to ask about the events; every rule that silences them, and the nearest one, if left out
    pub(super) rule: Option<String>,
    /// Files or folders of rules to ask about events; the whole project if left out
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,
}

#[derive(ClapArgs)]
pub(super) struct SchemaArgs {
    #[command(subcommand)]
    pub(super) command: SchemaCommand,
}

#[derive(Subcommand)]
pub(super) enum SchemaCommand {
    /// All attributes
    List {
        /// How they are printed
        #[arg(long, default_value = "human")]
        format: ListFormat,
    },
    /// One attribute or tag
    Show {
        /// Its key, with or without `@`
        attribute: String,
        /// How it is printed
        #[arg(long, default_value = "human")]
        format: ListFormat,
    },
    /// Make a schema file from a JSON Schema as the Agent's repository publishes it
    Import {
        /// The JSON Schema
        file: PathBuf,
        /// Where to write; standard output if left out
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// What changed from one schema file or JSON Schema to another
    Diff {
        /// The older one; `builtin` for the one that is built in
        old: PathBuf,
        /// The newer one
        new: PathBuf,
        /// How it is printed
        #[arg(long, default_value = "human")]
        format: ListFormat,
    },
}

/// How lists are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Human,
    Json,
}

#[derive(ClapArgs)]
pub(super) struct ListArgs {
    /// Files or folders; the whole project if left out
    pub(super) paths: Vec<PathBuf>,
    /// How they are printed
    #[arg(long, default_value = "human")]
    pub(super) format: RulesFormat,
    /// In which order they are printed
    #[arg(long, value_name = "ORDER", default_value = "source")]
    pub(super) sort: Order,
}

/// How rules are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// A table
    Human,
    /// A JSON array
    Json,
    /// One page with all of every rule, for those who look over them
    Html,
}

/// In which order rules are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// As they stand in the files
    Source,
    /// Those first that end first
    Days,
    /// The broadest first
    Level,
    /// By owner; those first that have none
    Owner,
}

#[derive(ClapArgs)]
pub(super) struct InitArgs {
    /// Where; the current folder if left out
    pub(super) folder: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub(super) struct CompletionsArgs {
    /// For which shell
    pub(super) shell: clap_complete::Shell,
}
