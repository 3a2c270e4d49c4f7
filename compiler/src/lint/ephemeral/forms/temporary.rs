//! Temporary directories and the names that programs make in them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::letters::is_odd;
use crate::lint::ephemeral::subject::{Role, Subject, is_slash, is_wildcard};

pub(in crate::lint::ephemeral) const PRIVATE: Form = Form {
    name: "private-temporary-directory",
    what: "a temporary directory of one service",
    why: "it is made under a random name each time that the service starts",
    examples: &[
        (
            "@file.path",
            "/tmp/systemd-private-0f1e2d3c4b5a69788796a5b4c3d2e1f0-nginx.service-x7Kq2V/tmp/upload",
            "systemd-private-0f1e2d3c4b5a69788796a5b4c3d2e1f0-nginx.service-x7Kq2V",
        ),
        ("@file.path", "/tmp/snap.0_lxd_x7Kq2V/tmp/upload", "snap.0_lxd_x7Kq2V"),
        ("@file.path", "/private/var/folders/x7/kq2vfz9b0000gn/T/upload", "x7/kq2vfz9b0000gn"),
    ],
    lasting: &[
        ("@file.path", "/tmp/systemd-private-*/tmp/upload"),
        ("@file.path", "/tmp/snap-private-tmp/snap.firefox/tmp"),
        ("@process.executable.path", "/usr/lib/systemd/systemd-resolved"),
    ],
    needs: Chars::SLASH.and(Chars::MARKER),
    find: |subject| {
        if let Some(start) = subject.behind("/var/folders/") {
            let second = subject.segment(subject.segment(start).end + 1);
            return closed(subject, start..second.end);
        }
        let start = subject.behind("/tmp/")?;
        let made = subject.starts(start, "systemd-private-") || subject.starts(start, "snap.");
        if made { closed(subject, subject.segment(start)) } else { None }
    },
};

/// What stands behind the fixed part of a made name.
#[derive(Clone, Copy)]
enum Tail {
    /// Digits.
    Digits,
    /// Hexadecimal digits.
    Hex,
    /// Lower-case letters, digits and `_`, as Python makes them.
    Python,
    /// Letters and digits, as `mkstemp` makes them.
    Mixed,
    /// Anything at all, to the end of the part.
    Any,
}

/// The fixed part of a made name, what follows it, and how long that is at least and at most.
type Made = (&'static str, Tail, usize, usize);

/// Names that programs make, the fixed part of one never a part of another that stands behind it.
const MADE: &[Made] = &[
    // mktemp and what calls mkstemp.
    ("tmp.", Tail::Mixed, 6, 12),
    ("temp.", Tail::Mixed, 6, 12),
    ("rpm-tmp.", Tail::Mixed, 6, 6),
    ("fileutl.message.", Tail::Mixed, 6, 6),
    ("apt.conf.", Tail::Mixed, 6, 6),
    ("apt.sig.", Tail::Mixed, 6, 6),
    ("apt.data.", Tail::Mixed, 6, 6),
    ("apt-key-gpghome.", Tail::Mixed, 10, 10),
    ("apt-dpkg-install-", Tail::Mixed, 6, 6),
    ("mkinitramfs_", Tail::Mixed, 6, 6),
    ("mkinitramfs-", Tail::Mixed, 6, 6),
    ("dracut.", Tail::Mixed, 6, 6),
    ("ssh-", Tail::Mixed, 10, 12),
    ("dbus-", Tail::Mixed, 8, 10),
    (".goutputstream-", Tail::Mixed, 6, 6),
    (".org.chromium.Chromium.", Tail::Mixed, 6, 6),
    (".com.google.Chrome.", Tail::Mixed, 6, 6),
    ("krb5cc_", Tail::Any, 1, 64),
    ("sh-thd.", Tail::Mixed, 6, 6),
    ("sh-thd-", Tail::Digits, 4, 12),
    ("sh-thd.", Tail::Digits, 4, 12),
    (".nfs", Tail::Hex, 16, 32),
    // Compilers and languages.
    ("go-build", Tail::Digits, 3, 20),
    ("go-link-", Tail::Digits, 3, 20),
    ("go-tool-", Tail::Digits, 3, 20),
    ("gopls-", Tail::Digits, 3, 20),
    ("rustc", Tail::Mixed, 6, 6),
    ("rustdoctest", Tail::Mixed, 6, 6),
    ("cargo-install", Tail::Mixed, 6, 6),
    ("cargo-package", Tail::Mixed, 6, 6),
    ("pip-build-env-", Tail::Python, 8, 8),
    ("pip-install-", Tail::Python, 8, 8),
    ("pip-req-build-", Tail::Python, 8, 8),
    ("pip-req-tracker-", Tail::Python, 8, 8),
    ("pip-build-tracker-", Tail::Python, 8, 8),
    ("pip-ephem-wheel-cache-", Tail::Python, 8, 8),
    ("pip-modern-metadata-", Tail::Python, 8, 8),
    ("pip-wheel-", Tail::Python, 8, 8),
    ("pip-unpack-", Tail::Python, 8, 8),
    ("pip-uninstall-", Tail::Python, 8, 8),
    ("pip-download-", Tail::Python, 8, 8),
    ("pip-standalone-pip-", Tail::Python, 8, 8),
    ("pip-metadata-", Tail::Python, 8, 8),
    ("build-via-sdist-", Tail::Python, 8, 8),
    ("build-env-", Tail::Python, 8, 8),
    ("pymp-", Tail::Python, 8, 8),
    ("torch_", Tail::Python, 8, 8),
    ("matplotlib-", Tail::Python, 8, 8),
    ("pytest-of-", Tail::Any, 1, 64),
    ("ansible-tmp-", Tail::Any, 4, 64),
    ("ansible_", Tail::Any, 16, 64),
    ("AnsiballZ_", Tail::Any, 1, 64),
    ("_MEI", Tail::Mixed, 4, 12),
    ("onefile_", Tail::Digits, 2, 40),
    ("npm-", Tail::Digits, 3, 10),
    ("npm-", Tail::Hex, 8, 10),
    ("yarn--", Tail::Digits, 8, 20),
    ("node-compile-cache-", Tail::Any, 4, 64),
    ("v8-compile-cache-", Tail::Any, 1, 12),
    ("jest_", Tail::Python, 2, 8),
    ("jna-", Tail::Digits, 3, 20),
    ("jna--", Tail::Digits, 3, 20),
    ("jna", Tail::Digits, 6, 20),
    (".java_pid", Tail::Digits, 1, 10),
    (".attach_pid", Tail::Digits, 1, 10),
    ("libnetty_", Tail::Any, 16, 80),
    ("librocksdbjni", Tail::Digits, 4, 20),
    ("jffi", Tail::Digits, 6, 20),
    ("liblz4-java-", Tail::Digits, 4, 20),
    ("imageio", Tail::Digits, 6, 20),
    ("kotlin-daemon.", Tail::Any, 8, 64),
    ("gradle-worker-classpath", Tail::Digits, 4, 20),
    ("gradle-wrapper-", Tail::Mixed, 4, 20),
    ("tomcat-docbase.", Tail::Digits, 3, 40),
    ("surefire", Tail::Digits, 6, 20),
    ("bundler", Tail::Digits, 8, 20),
    ("php", Tail::Mixed, 6, 6),
    ("clr-debug-pipe-", Tail::Digits, 1, 10),
    ("dotnet-diagnostic-", Tail::Digits, 1, 10),
    ("terraform-plugin", Tail::Digits, 4, 20),
    ("plugin", Tail::Digits, 6, 12),
    ("tsnode-", Tail::Mixed, 4, 12),
    // Desktops, browsers, containers, installers.
    (".mount_", Tail::Mixed, 8, 40),
    ("appimage_extracted_", Tail::Hex, 16, 64),
    ("playwright-artifacts-", Tail::Mixed, 6, 6),
    ("playwright_chromiumdev_profile-", Tail::Mixed, 6, 6),
    ("puppeteer_dev_chrome_profile-", Tail::Mixed, 6, 6),
    ("rust_mozprofile", Tail::Mixed, 6, 12),
    ("vmware-root_", Tail::Any, 3, 30),
    ("runc-process", Tail::Digits, 3, 20),
    ("buildkit-mount", Tail::Digits, 3, 20),
    ("buildah", Tail::Digits, 6, 20),
    ("containerd-mount", Tail::Digits, 3, 20),
    ("crictl-", Tail::Digits, 3, 20),
    ("__PSScriptPolicyTest_", Tail::Any, 8, 64),
    (".fuse_hidden", Tail::Hex, 8, 32),
    ("pgsql_tmp", Tail::Digits, 2, 10),
    ("temp-", Tail::Digits, 3, 10),
    ("temp-rewriteaof-", Tail::Digits, 3, 10),
    ("temp-rewriteaof-bg-", Tail::Digits, 3, 10),
    ("MSI", Tail::Hex, 2, 5),
    ("#sql-", Tail::Any, 3, 40),
];

/// The same by how their first two bytes hash.
static STARTING: LazyLock<Vec<Vec<&Made>>> = LazyLock::new(|| {
    let mut rows = vec![Vec::new(); 256];
    for made in MADE {
        if let [first, second, ..] = made.0.as_bytes()
            && let Some(row) = rows.get_mut(row(*first, *second))
        {
            row.push(made);
        }
    }
    rows
});

fn row(first: u8, second: u8) -> usize {
    usize::from(first ^ second.rotate_left(4))
}

pub(in crate::lint::ephemeral) const NAME: Form = Form {
    name: "temporary-name",
    what: "a name that a program made for something temporary",
    why: "the next run makes another",
    examples: &[
        ("@file.path", "/tmp/tmp.x7Kq2VfZ9b/config", "x7Kq2VfZ9b"),
        ("@file.path", "/tmp/tmpabcd1234", "abcd1234"),
        ("@process.executable.path", "/tmp/go-build3120984451/b001/exe/main", "3120984451"),
        ("@process.args", "/tmp/pip-build-env-mar_7elo/overlay/bin/ninja", "mar_7elo"),
        ("@file.path", "/home/app/.ansible/tmp/ansible-tmp-1767225600.12-4821-88213/x.py", "1767225600.12-4821-88213"),
        ("@process.executable.path", "/tmp/_MEI482130/libpython3.11.so", "482130"),
        ("@file.path", "/root/.cache/JNA/temp/jna4821309912.tmp", "4821309912"),
        ("@file.path", "/tmp/hsperfdata_app/48213", "48213"),
        ("@file.path", "/data/temp-48213.rdb", "48213"),
        ("@file.path", "/var/tmp/rpm-tmp.x7Kq2V", "x7Kq2V"),
        ("@file.path", "/tmp/ccBaNeRo.s", "BaNeRo"),
        ("@file.path", "C:\\Users\\app\\AppData\\Local\\Temp\\tmp7F3A.tmp", "7F3A"),
    ],
    lasting: &[
        ("@file.path", "/usr/lib/tmpfiles.d/systemd.conf"),
        ("@process.executable.path", "/usr/sbin/tmpreaper"),
        ("@process.executable.path", "/usr/bin/php8.2"),
        ("@process.executable.path", "/usr/bin/ssh-agent"),
        ("@process.executable.path", "/usr/bin/dbus-daemon"),
        ("@process.args", "/tmp/go-build*/b001/exe/main"),
        ("@process.executable.path", "/usr/bin/ssh-keygen"),
        ("@process.executable.path", "/usr/bin/rustc"),
        ("@process.executable.path", "/usr/bin/npm-check"),
        ("@file.path", "/tmp/tmpabcd12*"),
        ("@file.path", "/srv/build/ccMixTer.spec"),
    ],
    needs: Chars::NONE,
    find: |subject| {
        if subject.has.covers(Chars::SLASH)
            && let Some(start) = subject.behind("/hsperfdata_")
        {
            let pid = subject.segment(subject.segment(start).end + 1);
            let digits = subject.slice(&pid).iter().all(u8::is_ascii_digit);
            return (digits && !pid.is_empty()).then_some(pid);
        }
        subject.parts().find_map(|part| {
            let row = row(subject.at(part.start), subject.at(part.start + 1));
            let made = STARTING.get(row).map(Vec::as_slice).unwrap_or_default();
            made.iter().find_map(|made| matches(subject, &part, made)).or_else(|| bare(subject, &part))
        })
    },
};

fn matches(subject: &Subject<'_>, part: &Range<usize>, (head, tail, least, most): &Made) -> Option<Range<usize>> {
    if !subject.bytes().get(part.start..)?.starts_with(head.as_bytes()) {
        return None;
    }
    let start = part.start + head.len();
    let end = subject.run(start, |byte| match tail {
        Tail::Digits => byte.is_ascii_digit(),
        Tail::Hex => byte.is_ascii_hexdigit(),
        Tail::Python => byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_',
        Tail::Mixed => byte.is_ascii_alphanumeric(),
        Tail::Any => true,
    });
    let range = start..end.min(part.end);
    let slice = subject.slice(&range);
    let long = (*least..=*most).contains(&slice.len());
    let random = match tail {
        Tail::Digits | Tail::Any => true,
        Tail::Hex => slice.iter().any(u8::is_ascii_digit),
        Tail::Python | Tail::Mixed => is_made(slice),
    };
    (long && random && !subject.is_open(&range) && !subject.at(range.end).is_ascii_alphanumeric()).then_some(range)
}

/// Names whose fixed part is too short to stand in the table: Python's and .NET's `tmp…`, the compiler's `cc….s`.
fn bare(subject: &Subject<'_>, part: &Range<usize>) -> Option<Range<usize>> {
    if !matches!(subject.at(part.start), b't' | b'c') {
        return None;
    }
    let word = part.start..subject.run(part.start, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let slice = subject.slice(&word);
    if let Some(rest) = slice.strip_prefix(b"tmp") {
        let length = if subject.starts(word.end, ".tmp") { 4..=8 } else { 6..=12 };
        let range = word.start + 3..word.end;
        return (length.contains(&rest.len()) && is_made(rest) && !is_wildcard(subject.at(word.end))).then_some(range);
    }
    let object = [".s", ".o", ".c", ".ld", ".le", ".res", ".ltrans0.o"]
        .iter()
        .any(|end| subject.starts(word.end, end) && word.end + end.len() == part.end);
    let compiler = object && slice.len() == 8 && slice.starts_with(b"cc");
    (compiler && slice.get(2..).is_some_and(is_made)).then_some(word.start + 2..word.end)
}

/// Whether letters and digits look as if a program had drawn them, not as a word with a number behind it.
fn is_made(slice: &[u8]) -> bool {
    let digits = slice.iter().filter(|byte| byte.is_ascii_digit()).count();
    let upper = slice.iter().skip(1).filter(|byte| byte.is_ascii_uppercase()).count();
    let lower = slice.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let template = slice.iter().all(|byte| *byte == b'X');
    !template
        && (digits >= 2
            || (digits == 1 && !slice.ends_with(b"1") && slice.len() >= 6)
            || (upper >= 1 && lower >= 1)
            || is_odd(slice, 45))
}

pub(in crate::lint::ephemeral) const SUFFIX: Form = Form {
    name: "temporary-suffix",
    what: "a random end, as programs give it to a file that they are still writing",
    why: "the next file has another",
    examples: &[
        ("@file.path", "/etc/passwd.x7Kq2V", "x7Kq2V"),
        ("@file.path", "/var/lib/app/state.json.tmp4821309", "4821309"),
        ("@file.name", ".report.pdf.aB3xYz", "aB3xYz"),
        ("@file.path", "/srv/app/settings.pyc.140234875512", "140234875512"),
    ],
    lasting: &[
        ("@file.path", "/etc/passwd.lock"),
        ("@file.path", "/srv/site/.DS_Store"),
        ("@process.args", "org.example.MyApp"),
        ("@file.name", "libGL.so.1"),
        ("@file.name", "README.TeXinfo"),
    ],
    needs: Chars::DOT.and(Chars::DIGIT),
    find: |subject| {
        subject.behind_dots().find_map(|word| {
            if !matches!(subject.at(word.end), 0 | b'/' | b'\\' | b'"' | b' ') {
                return None;
            }
            let slice = subject.slice(&word);
            if let Some(digits) = slice.strip_prefix(b"tmp").filter(|digits| digits.len() >= 3) {
                return digits.iter().all(u8::is_ascii_digit).then_some(word.start + 3..word.end);
            }
            if slice.len() >= 9 && slice.iter().all(u8::is_ascii_digit) {
                return Some(word);
            }
            let digits = slice.iter().any(u8::is_ascii_digit);
            let inner = slice.iter().skip(1).any(u8::is_ascii_uppercase);
            let lower = slice.iter().any(u8::is_ascii_lowercase);
            (slice.len() == 6 && digits && inner && lower).then_some(word)
        })
    },
};

pub(in crate::lint::ephemeral) const NUMBER: Form = Form {
    name: "temporary-number",
    what: "a name with a random number behind it",
    why: "programs make the names of temporary files so, a new one each time",
    examples: &[
        ("@process.args", "/srv/ci/custom_script5028072028", "5028072028"),
        ("@file.name", "__debug_bin2526177868", "2526177868"),
        ("@file.path", "/home/app/.cache/instances/3829545848/info.json", "3829545848"),
        ("@file.path", "/var/lib/docker/tmp/docker-builder142831582/Dockerfile", "142831582"),
    ],
    lasting: &[
        ("@process.args", "--limit=100000000"),
        ("@file.path", "/usr/lib/firmware/rtl8821"),
        ("@process.args", "--load-address=0x80000000"),
        ("@process.args", "482019375561.dkr.ecr.eu-west-1.amazonaws.com"),
    ],
    needs: Chars::DIGIT.and(Chars::LONG),
    find: |subject| {
        subject.numbers().find(|digits| {
            let before = subject.before(digits.start);
            let named = digits.len() >= 8 && before.is_ascii_alphabetic() && !is_hexadecimal(subject, digits);
            // A folder that is nothing but a number; twelve digits are an account's.
            let folder =
                digits.len() >= 9 && digits.len() != 12 && is_slash(before) && is_slash(subject.at(digits.end));
            subject.role == Role::Text && (named || folder) && !subject.is_given(digits.start)
        })
    },
};

/// Whether digits stand in a word that is hexadecimal as a whole.
fn is_hexadecimal(subject: &Subject<'_>, digits: &Range<usize>) -> bool {
    let word = subject.words().find(|word| word.contains(&digits.start));
    word.is_some_and(|word| subject.slice(&word).iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'x'))
}

/// Directories that are emptied at boot or by age.
const DIRECTORIES: &[&str] = &[
    "/tmp/",
    "/var/tmp/",
    "/usr/tmp/",
    "/dev/shm/",
    "/run/shm/",
    "/private/tmp/",
    "/private/var/tmp/",
    "%TEMP%/",
    "%TMP%/",
    "$TMPDIR/",
    "$env:TEMP/",
    "/AppData/Local/Temp/",
    "/Windows/Temp/",
];

/// Names in them that are agreed upon between programs.
const AGREED: &[&str] = &[
    ".X11-unix",
    ".ICE-unix",
    ".XIM-unix",
    ".font-unix",
    ".Test-unix",
    ".X0-lock",
    ".X1-lock",
    "mysql.sock",
    "mysqlx.sock",
    ".s.PGSQL.5432",
    ".s.PGSQL.5432.lock",
    "snap-private-tmp",
];

/// How names in them begin that a program gives to its own things each time: what follows is the user, the display, or
/// the name of a semaphore.
const PREFIXES: &[&str] = &["hsperfdata_", ".s.PGSQL.", "tmux-", "sem.", ".X"];

pub(in crate::lint::ephemeral) const DIRECTORY: Form = Form {
    name: "temporary-directory",
    what: "a path in a temporary directory",
    why: "what lies there goes at the next boot or sooner, and comes back under any name",
    examples: &[
        ("@file.path", "/tmp/deploy.sh", "deploy"),
        ("@process.executable.path", "/var/tmp/installer/setup", "installer"),
        ("@file.path", "/dev/shm/ring", "ring"),
        ("@file.path", "/private/tmp/upload", "upload"),
        ("@process.executable.path", "C:\\Users\\app\\AppData\\Local\\Temp\\setup.exe", "setup"),
        ("@process.args", "%TEMP%\\setup.exe", "setup"),
        ("@process.args", "--output=/tmp/report", "report"),
        ("@process.executable.path", "C:\\Windows\\Temp\\setup.exe", "setup"),
        ("@process.executable.path", "C:\\Tools\\tmp\\setup.exe", "setup"),
        ("@file.path", "/tmp/.lock", ".lock"),
        ("@file.path", "/tmp/app.production", "app.production"),
    ],
    lasting: &[
        ("@file.path", "/tmp"),
        ("@file.path", "/tmp/*"),
        ("@file.path", "/tmp/build-*/out"),
        ("@file.path", "/tmp/.X11-unix/X0"),
        ("@process.args", "/tmp/report.XXXXXX"),
        ("@file.path", "/dev/shm/sem.queue"),
        ("@file.path", "/tmp/hsperfdata_app/*"),
        ("@process.args", "-Djava.io.tmpdir=/tmp"),
        ("@file.path", "/srv/app/tmp/cache"),
        ("@file.path", "/var/lib/template/tmpl"),
    ],
    needs: Chars::SLASH.and(Chars::MARKER),
    find: |subject| {
        DIRECTORIES.iter().find_map(|directory| {
            let start = subject.behind(directory)?;
            // `/tmp/` is a directory of the system only where a path begins.
            let place = start - directory.len();
            if directory.starts_with('/') && subject.before(place).is_ascii_alphanumeric() && !is_drive(subject, place)
            {
                return None;
            }
            let segment = subject.segment(start);
            let name = subject.slice(&segment);
            let agreed = AGREED.iter().any(|agreed| name == agreed.as_bytes())
                || PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
                || name.ends_with(b"XXX");
            if segment.is_empty() || agreed || subject.is_open(&segment) {
                return None;
            }
            Some(stem(subject, segment))
        })
    },
};

/// Whether a Windows path begins there, at any depth: its temporary directories have long names.
fn is_drive(subject: &Subject<'_>, place: usize) -> bool {
    subject.at(place) == b'\\' || subject.starts(place, "/AppData/") || subject.starts(place, "/Windows/")
}

/// A name without the extension that says what it is.
fn stem(subject: &Subject<'_>, segment: Range<usize>) -> Range<usize> {
    let slice = subject.slice(&segment);
    let dot = slice.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0 && slice.len() - dot <= 6);
    segment.start..dot.map_or(segment.end, |dot| segment.start + dot)
}

/// A range, unless a wildcard is in it or there is nothing.
fn closed(subject: &Subject<'_>, range: Range<usize>) -> Option<Range<usize>> {
    let range = range.start..range.end.min(subject.text.len());
    (!range.is_empty() && !subject.is_open(&range)).then_some(range)
}
