//! Programs that do whatever they are given: their name alone tells nothing of what happens.

/// Names, without version and extension.
const NAMES: &[&str] = &[
    "ash",
    "bash",
    "bun",
    "busybox",
    "cmd",
    "coreutils",
    "cscript",
    "csh",
    "dash",
    "deno",
    "dotnet",
    "env",
    "expect",
    "fish",
    "guile",
    "java",
    "javaw",
    "ksh",
    "lua",
    "luajit",
    "mksh",
    "mono",
    "mshta",
    "node",
    "nodejs",
    "perl",
    "php",
    "powershell",
    "pwsh",
    "pypy",
    "python",
    "pythonw",
    "rbash",
    "rscript",
    "ruby",
    "rundll",
    "sh",
    "tcl",
    "tclsh",
    "tcsh",
    "toybox",
    "wish",
    "wscript",
    "zsh",
];

/// Whether the program of that path or name, or of a pattern for it, is a shell, an interpreter, or a binary of many
/// tools, whatever its version.
pub(super) fn is_generic(value: &str) -> bool {
    let name = value.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '*' | '?' | '-'));
    NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn versions_and_folders_do_not_count() {
        let generic = [
            "bash",
            "/bin/sh",
            "/usr/bin/python3.11",
            "/usr/bin/python3.*",
            "/opt/java/openjdk/bin/java",
            "/usr/bin/perl5.36",
            r"C:\Windows\System32\cmd.exe",
            "powershell.exe",
            "*/node",
            "/usr/bin/php-8.2",
            "busybox",
        ];
        let own = ["/usr/bin/ssh", "/usr/bin/shasum", "/usr/bin/dbash", "/usr/sbin/nginx", "", "*", "/usr/bin/javac"];
        assert!(generic.into_iter().all(is_generic));
        assert!(!own.into_iter().any(is_generic));
    }
}
