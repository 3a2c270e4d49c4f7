use crate::base::{Span, nearest};
use crate::diag::{Code, Diagnostic, text};

/// Why an import names no file of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportError {
    /// It leads out of the project.
    Outside,
    /// It is empty.
    Empty,
}

/// The project path that an import in `file` names. Both are relative to the project root, with `/`.
///
/// # Errors
/// Where the path is empty or absolute, or climbs out of the root.
pub fn resolve_import(file: &str, import: &str) -> Result<String, ImportError> {
    if import.is_empty() {
        return Err(ImportError::Empty);
    }
    if import.starts_with(['/', '\\']) || import.contains(':') {
        return Err(ImportError::Outside);
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in import.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(ImportError::Outside)?;
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

/// What to say of an import that leads nowhere.
pub(super) fn unresolved(span: Span, import: &str, error: ImportError) -> Diagnostic {
    match error {
        ImportError::Outside => {
            Diagnostic::new(Code::OutsideProject, span, text!("`{0}` leads out of the project", import))
                .label("not below the folder of `quell.toml`")
                .help("import files of the project only, by a path relative to this file")
        }
        ImportError::Empty => Diagnostic::new(Code::ImportNotFound, span, "the import names no file")
            .label("empty")
            .help("write the path of a `.quell` file, relative to this one"),
    }
}

/// What to say of an import whose file is not in the project.
pub(super) fn missing<'f>(span: Span, import: &str, target: &str, files: impl Iterator<Item = &'f str>) -> Diagnostic {
    let name = |path: &'f str| path.rsplit('/').next().unwrap_or(path);
    let diagnostic =
        Diagnostic::new(Code::ImportNotFound, span, text!("there is no file `{0}`", target)).label("not found");
    let wanted = import.rsplit('/').next().unwrap_or(import);
    match nearest(wanted, files.map(name)) {
        Some(near) if near != wanted => {
            let path = format!("{}{near}", import.strip_suffix(wanted).unwrap_or_default());
            diagnostic.help(text!("did you mean `{0}`?", path)).unsafe_fix(
                text!("import `{0}`", path),
                span,
                format!("\"{path}\""),
            )
        }
        _ => diagnostic.help("the path is relative to the file that imports it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_stay_inside() {
        assert_eq!(resolve_import("a/b.quell", "../c.quell"), Ok("c.quell".to_owned()));
        assert_eq!(resolve_import("b.quell", "./x/./c.quell"), Ok("x/c.quell".to_owned()));
        assert_eq!(resolve_import("b.quell", "../c.quell"), Err(ImportError::Outside));
        assert_eq!(resolve_import("b.quell", "/etc/passwd"), Err(ImportError::Outside));
    }
}
