//! Versions with a part that counts fixes or builds.

use std::ops::Range;

use crate::lint::ephemeral::catalogue::Form;
use crate::lint::ephemeral::chars::Chars;
use crate::lint::ephemeral::subject::{Role, Subject, is_slash};

pub(in crate::lint::ephemeral) const PATCH: Form = Form {
    name: "patch-version",
    what: "a version down to its patch or build",
    why: "the next update has another",
    examples: &[
        ("@process.executable.path", "/opt/node-v18.17.1/bin/node", "1"),
        ("@process.executable.path", "/opt/node18.17.1/bin/node", "1"),
        ("@file.path", "/usr/lib/modules/5.15.0-91-generic/kernel/fs/ext4/ext4.ko", "0-91"),
        ("@process.args", "/srv/app/app-2.4.17.jar", "17"),
        ("image_tag", "v1.12.3", "3"),
        ("@process.executable.path", "/usr/lib/jvm/java-11-openjdk-11.0.21.0.9-2.el8.x86_64/bin/java", "21.0.9-2"),
        ("version", "2.4.1-rc.2", "1-rc.2"),
        ("version", "2.4.1-rc1.*", "1-rc1"),
        ("version", "1.2-SNAPSHOT", "-SNAPSHOT"),
        ("version", "1.4+317", "+317"),
        ("@file.path", "/srv/app/driver-2.4.17.3.jar", "17.3"),
        ("@process.executable.path", "/usr/lib/jvm/jdk-17.0.9+9/bin/java", "9+9"),
        ("@process.executable.package_version", "8.9p1", "p1"),
        ("@process.executable.package_release", "12.el9_6.1", "12.el9_6.1"),
        ("@file.path", "/usr/lib/ruby/3.2.4/json.rb", "4"),
        ("@process.executable.path", "/usr/lib/jvm/java-11.0.21-openjdk/bin/java", "21"),
        ("@process.executable.path", "/opt/jdk-1.4.2/bin/java", "2"),
        ("@process.executable.path", "/opt/tool/v1.12.3/bin/tool", "3"),
        ("@process.args", "--driver=1.3.1950.35", "1950.35"),
        ("@process.executable.path", "C:\\Program Files\\Vendor\\1.3.195.35\\app.exe", "195.35"),
    ],
    lasting: &[
        ("@process.executable.path", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java"),
        ("@process.executable.path", "/usr/lib/jvm/java-1.8.0-openjdk/bin/java"),
        ("@process.executable.path", "/usr/bin/python3.11"),
        ("@file.path", "/usr/lib/x86_64-linux-gnu/libssl.so.1.1"),
        ("@file.path", "/usr/lib/ruby/3.2.0/json.rb"),
        ("@file.path", "/usr/lib/modules/5.15.*/kernel/fs/ext4/ext4.ko"),
        ("@process.args", "--bind=0.0.0.0"),
        ("@process.args", "1.3.6.1.4.1.311.21.20"),
        ("@process.executable.path", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe"),
        ("image_tag", "3.19"),
        ("version", "1.2-dev"),
        ("@process.args", "--rate=23.976p"),
        ("@process.args", "--tls=1.3"),
        ("@file.path", "C:\\Windows\\assembly\\GAC_MSIL\\System.Web\\2.0.0.0__b03f5f7f11d50a3a\\System.Web.dll"),
        ("@process.args", "http://10.20.0.5/index"),
        ("version", "1.2-ubuntu"),
        ("@file.name", "System.Web-4.0.0.0.dll"),
        ("@dns.question.name", "4.3.2.10.in-addr.arpa"),
    ],
    needs: Chars::DIGIT.and(Chars::DOT),
    find: |subject| {
        if subject.role == Role::Host {
            return None;
        }
        // The release of a package is what its builds are counted by.
        if subject.facts.leaf().ends_with("package_release") || subject.facts.leaf() == "package_source_release" {
            return (!subject.is_open(&subject.whole())).then(|| subject.whole());
        }
        let mut from = 0;
        std::iter::from_fn(|| {
            let start = subject.run(from, |byte| !byte.is_ascii_digit());
            let chain = Chain::at(subject, start)?;
            from = chain.end;
            Some(chain)
        })
        .find_map(|chain| chain.changing(subject))
    },
};

/// Numbers joined by dots.
struct Chain {
    start: usize,
    end: usize,
    /// How many numbers.
    parts: usize,
    /// Where the third begins, or the end of two.
    third: usize,
    /// Whether each could be a byte of an address.
    bytes: bool,
}

impl Chain {
    fn at(subject: &Subject<'_>, start: usize) -> Option<Chain> {
        let mut chain = Chain { start, end: start, parts: 0, third: start, bytes: true };
        let mut from = start;
        loop {
            let number = from..subject.run(from, |byte| byte.is_ascii_digit());
            if number.is_empty() {
                return (chain.parts > 0).then_some(chain);
            }
            chain.parts += 1;
            if chain.parts == 3 {
                chain.third = number.start;
            }
            chain.bytes &= subject.number(&number).is_some_and(|number| number <= 255);
            chain.end = number.end;
            if subject.at(chain.end) != b'.' {
                return Some(chain);
            }
            from = chain.end + 1;
        }
    }

    /// The part that the next update changes, if this is a version that has one.
    fn changing(&self, subject: &Subject<'_>) -> Option<Range<usize>> {
        let before = subject.before(self.start);
        // What follows a wildcard is the end of something, and what stands in a longer word no version.
        if matches!(before, b'A'..=b'F' | b'*' | b'?') {
            return None;
        }
        let tail = self.tail(subject);
        match self.parts {
            0 | 1 => None,
            // Two numbers change at the next update only by what stands behind them.
            2 => tail.is_build.then_some(self.end..tail.end),
            _ if self.is_fixed(subject) => None,
            _ => Some(self.third..tail.end),
        }
    }

    /// Whether three or more numbers are something else, or a version that is a name.
    fn is_fixed(&self, subject: &Subject<'_>) -> bool {
        let head = subject.slice(&(0..self.start));
        let text = subject.slice(&(self.start..self.end));
        let joined = head.last().is_some_and(|last| last.is_ascii_alphabetic() || matches!(last, b'-' | b'_' | b'+'));
        // A folder of its own in a path; a host stands behind two slashes.
        let folder = matches!(head, [.., before, slash] if is_slash(*slash) && !is_slash(*before))
            && is_slash(subject.at(self.end));
        let address = self.parts == 4 && self.bytes && !joined && !folder;
        // The assemblies of .NET are numbered by their interface.
        let assembly = self.parts == 4 && text.ends_with(b".0.0.0");
        let object_id = self.parts >= 6 || subject.starts(self.end, ".in-addr");
        // The interface of Ruby's libraries, which all patches of a release share.
        let ruby = text.ends_with(b".0")
            && self.parts == 3
            && (head.ends_with(b"/ruby/") || head.ends_with(b"/gems/") || head.ends_with(b"/vendor_ruby/"));
        // Java 8 and before are called so through all of their updates.
        let java = text.starts_with(b"1.")
            && text.ends_with(b".0")
            && (head.ends_with(b"java-") || head.ends_with(b"jdk-") || head.ends_with(b"jre-"))
            && (subject.starts(self.end, "-openjdk") || matches!(subject.at(self.end), 0 | b'/'));
        // The folders of the two versions of .NET that come with Windows, unchanged through its updates.
        let framework =
            matches!(text, b"4.0.30319" | b"2.0.50727") && matches!(head, [.., slash, b'v'] if is_slash(*slash));
        address || assembly || object_id || ruby || java || framework
    }

    /// What belongs to the last number: `-91`, `+9`, `_392`, `-rc.2`, `p1`, `-2.el8`.
    fn tail(&self, subject: &Subject<'_>) -> Tail {
        const PRE: &[&str] = &["-rc", "-alpha", "-beta", "-snapshot", "-build", "+build", "-dev", "-pre", "+deb"];
        const BUILT: &[&str] = &["ubuntu", "+deb", ".el", ".fc", ".amzn", "build", ".suse", "-r"];
        let word = |from: usize| subject.run(from, |byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let number = |from: usize| subject.run(from, |byte| byte.is_ascii_digit());
        if let Some(pre) = PRE.iter().find(|pre| subject.starts(self.end, pre)) {
            let end = word(self.end + pre.len());
            // `1.2-dev` moves as a name; with a number behind it, it is one build.
            let numbered = subject.slice(&(self.end..end)).iter().any(u8::is_ascii_digit);
            let is_build = numbered || subject.starts(self.end, "-snapshot");
            return Tail { end: trim_dot(subject, end), is_build };
        }
        match subject.at(self.end) {
            b'-' | b'+' | b'_' if subject.at(self.end + 1).is_ascii_digit() => {
                let end = number(self.end + 1);
                let built = BUILT.iter().any(|mark| subject.starts(end, mark)) || subject.at(self.end) == b'+';
                let apart = !subject.at(end).is_ascii_alphanumeric() || built;
                Tail { end: if apart { end } else { self.end }, is_build: built }
            }
            b'p' if subject.at(self.end + 1).is_ascii_digit() => {
                let end = number(self.end + 1);
                let is_build = !subject.at(end).is_ascii_alphanumeric();
                Tail { end: if is_build { end } else { self.end }, is_build }
            }
            _ => Tail { end: self.end, is_build: false },
        }
    }
}

struct Tail {
    end: usize,
    /// Whether it counts builds even behind two numbers.
    is_build: bool,
}

/// A dot at the end belongs to what follows.
fn trim_dot(subject: &Subject<'_>, end: usize) -> usize {
    if subject.before(end) == b'.' { end - 1 } else { end }
}
