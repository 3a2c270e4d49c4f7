use crate::base::Span;
use crate::diag::{Code, Text};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing; never fails a run.
    Hint,
    /// Very likely wrong; fails a run under `--deny warnings`.
    Warning,
    /// Nothing is emitted while one stands.
    Error,
}

impl Severity {
    /// `error`, `warning` or `hint`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding: what is wrong, where, what to do, and fixes that do it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which check speaks.
    pub code: Code,
    /// Weight, the code's own unless the configuration changed it.
    pub severity: Severity,
    /// The characters that are wrong.
    pub span: Span,
    /// One line, lower-case, no final period.
    pub message: Text,
    /// What is wrong at [`Diagnostic::span`], drawn under it; may be empty.
    pub label: Text,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Text,
    /// Edits that do it, the best first.
    pub fixes: Vec<Fix>,
}

/// A second place that explains the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Path of another file, as the project names it; the diagnostic's own file if absent.
    pub file: Option<String>,
    /// The place: relative to the same item as the diagnostic's span, or to the start of [`Label::file`].
    pub span: Span,
    /// What is to be seen there.
    pub text: Text,
}

/// Edits that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the fix does, as a command.
    pub title: Text,
    /// A safe fix leaves a program that parses and matches no more events than before.
    pub safe: bool,
    /// Replacements, not overlapping.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// A finding of `code` at `span`, with the code's own severity.
    #[must_use]
    #[cold] // Most text has none: what makes one stands aside of the straight way.
    pub fn new(code: Code, span: Span, message: impl Into<Text>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            span,
            message: message.into(),
            label: Text::default(),
            labels: Vec::new(),
            help: Text::default(),
            fixes: Vec::new(),
        }
    }

    /// Says what is wrong under the span.
    #[must_use]
    pub fn label(mut self, text: impl Into<Text>) -> Diagnostic {
        self.label = text.into();
        self
    }

    /// Points at a second place in the same item.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<Text>) -> Diagnostic {
        self.labels.push(Label { file: None, span, text: text.into() });
        self
    }

    /// Points at a place in another file, by offset from its start.
    #[must_use]
    pub fn elsewhere(mut self, file: String, span: Span, text: impl Into<Text>) -> Diagnostic {
        self.labels.push(Label { file: Some(file), span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<Text>) -> Diagnostic {
        self.help = text.into();
        self
    }

    /// Adds a fix that matches no more than before.
    #[must_use]
    pub fn safe_fix(self, title: impl Into<Text>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix(Fix { title: title.into(), safe: true, edits: vec![Edit { span, text: text.into() }] })
    }

    /// Adds a fix that someone must look at.
    #[must_use]
    pub fn unsafe_fix(self, title: impl Into<Text>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix(Fix { title: title.into(), safe: false, edits: vec![Edit { span, text: text.into() }] })
    }

    /// Adds a fix of any shape.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Diagnostic {
        self.fixes.push(fix);
        self
    }

    /// The same finding with every place of its own item moved `by` bytes: from item to file.
    #[must_use]
    pub fn shifted(mut self, by: u32) -> Diagnostic {
        self.span = self.span.shifted(by);
        for label in self.labels.iter_mut().filter(|label| label.file.is_none()) {
            label.span = label.span.shifted(by);
        }
        for edit in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = edit.span.shifted(by);
        }
        self
    }
}

/// Whether any of the findings forbids output.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}
